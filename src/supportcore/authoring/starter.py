"""The desk that `supportcore new` writes: small, whole and commented, to be changed at once; it stands in two files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from supportcore.authoring.schema import DESK_SCHEMA, LABELS_SCHEMA
from supportcore.authoring.spelling import document_text, value_text
from supportcore.errors import Fault, Invalid, facts
from supportcore.text import key_fault, text_fault, zone_fault

Speaking = Literal["en", "es", "both"]
SPOKEN: Mapping[Speaking, tuple[str, ...]] = {"en": ("en",), "es": ("es",), "both": ("en", "es")}
"""What a desk to start from may speak."""
_FOLDER = Path(__file__).parent
_TOLD = "What people read of the desk: a label for each thing, and a sentence that helps or the body of a notice."
_LONGEST = 60  # characters of a name that files begin with


def starter(name: str, *, key: str, zone: str = "UTC", language: Speaking = "en") -> dict[str, str]:
    """
    Return a desk to start from: the text of its rules and of its labels, by the names of their files.

    Args:
        name: What the desk is called; its files begin with it.
        key: The desk's key.
        zone: Name of the time zone it lives in.
        language: What its labels speak.

    Raises:
        Invalid: The key is none, there is no such zone, or no file can begin with the name.
    """
    faults = [key_fault(key, "key"), zone_fault(zone, "zone"), text_fault(name, "name", limit=_LONGEST, empty=False)]
    if not zone:
        faults.append(Fault("zone", "empty"))
    if any(char in name for char in '/\\:*?"<>|') or name.startswith(".") or name != name.strip():
        told = facts(expected="a name that files can begin with", expected_es="un nombre de archivo")
        faults.append(Fault("name", "wrong_type", told))
    if found := [fault for fault in faults if fault is not None]:
        raise Invalid(*found)
    languages = SPOKEN[language]
    given: dict[str, Any] = {"key": key, "zone": zone, "languages": list(languages)}
    lines = [_said(line, given) for line in _read("starter.toml").splitlines()]
    labels = _spoken(tomllib.loads(_read("starter.labels.toml")), languages)
    labels["desk"]["name"]["label"] = dict.fromkeys(languages, name)
    return {
        f"{name}.desk.toml": f"#:schema ./{DESK_SCHEMA}\n" + "\n".join(lines) + "\n",
        f"{name}.labels.toml": f"#:schema ./{LABELS_SCHEMA}\n" + document_text(labels, comments=[_TOLD]),
    }


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _said(line: str, given: dict[str, Any]) -> str:
    """Return a line of the rules with what is *given* for it, once: keys of the desk itself stand first."""
    name, _, _ = line.partition(" = ")
    return f"{name} = {value_text(given.pop(name))}" if name in given else line


def _spoken(labels: Mapping[str, Any], languages: tuple[str, ...]) -> dict[str, Any]:
    """Return labels in some of their languages."""
    if all(isinstance(text, str) for text in labels.values()):
        return {language: labels[language] for language in languages}
    return {name: _spoken(below, languages) for name, below in labels.items()}
