"""
The lines of an NDJSON copy.

The first line is a header: format, version, release, and the desks it holds, ascending. Then one line an entry,
``{"desk":…,"form":…,"key":[…],"kind":…}``, by desk, kind (in the order of `supportcore.storage.ports.ENTRY_KINDS`) and
key. The last line is a trailer: how many entries there are of each desk and kind, and the sha256 of all bytes before
it. Every line is canonical JSON in UTF-8 (sorted names, no spaces) and ends with a line feed, so that two stores with
the same content make the same file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

from supportcore.storage.codec import form_text
from supportcore.storage.ports import ENTRY_KINDS, Entry, Key

FORMAT = "supportcore-copy"
VERSION = 1
LINE_LIMIT = 64 * 1024 * 1024  # bytes; far more than the largest entry has
Counts = Mapping[str, Mapping[str, int]]
"""How many entries, by desk and kind; kinds without any are left out."""

_NUMBERS = frozenset({"position", "n"})
_ENTRY = {"desk", "form", "key", "kind"}


class LineFault(ValueError):
    """A line that cannot stand where it does."""


def header_line(desks: Sequence[str]) -> bytes:
    """Return the first line."""
    return _line({"format": FORMAT, "version": VERSION, "release": _release(), "desks": list(desks)})


def entry_line(desk: str, entry: Entry) -> bytes:
    """
    Return the line of an entry.

    >>> entry_line("noova", Entry("counter", ("ticket",), {"n": 7}))
    b'{"desk":"noova","form":{"n":7},"key":["ticket"],"kind":"counter"}\\n'
    """
    return _line({"desk": desk, "kind": entry.kind, "key": entry.key, "form": entry.form})


def trailer_line(counts: Counts, sha256: str) -> bytes:
    """Return the last line."""
    return _line({"counts": counts, "sha256": sha256})


def read_header(line: bytes) -> tuple[str, ...]:
    """
    Return the desks that a file holds.

    Raises:
        LineFault: It is no header, or that of a later format.
    """
    data = _object(line)
    if data.get("format") != FORMAT:
        raise LineFault(f'no header of a copy; it begins with {{"desks":[…],"format":"{FORMAT}",…}}')
    version, desks = data.get("version"), data.get("desks")
    if type(version) is not int or version < 1:
        raise LineFault(f"version {version!r} is none; this release knows {VERSION}")
    if version > VERSION:
        made_by = data.get("release")
        raise LineFault(
            f"format version {version}, of release {made_by}; this one knows {VERSION}: upgrade supportcore"
        )
    if not isinstance(desks, list) or not all(isinstance(desk, str) for desk in desks):
        raise LineFault("desks is no list of keys")
    if desks != sorted(set(desks)):
        raise LineFault("desks are not ascending")
    return tuple(desks)


def read_line(line: bytes) -> tuple[str, Entry] | tuple[Counts, str]:
    """
    Return desk and entry of a line, or counts and sha256 of the trailer.

    Raises:
        LineFault: It is neither.
    """
    data = _object(line)
    if data.keys() == {"counts", "sha256"}:
        return data["counts"], str(data["sha256"])
    if data.keys() != _ENTRY:
        raise LineFault(f"neither an entry ({', '.join(sorted(_ENTRY))}) nor a trailer (counts, sha256)")
    desk, kind, key, form = data["desk"], data["kind"], data["key"], data["form"]
    if not isinstance(kind, str) or kind not in ENTRY_KINDS:
        raise LineFault(f"kind {kind!r} is unknown; there are: {', '.join(ENTRY_KINDS)}")
    if not isinstance(desk, str) or not isinstance(form, dict):
        raise LineFault("desk is no text, or form no object")
    return desk, Entry(kind, _key(kind, key), form)


def _key(kind: str, key: Any) -> Key:
    names = ENTRY_KINDS[kind]
    kinds = [int if name in _NUMBERS else str for name in names]
    if not isinstance(key, list) or [type(part) for part in key] != kinds:
        raise LineFault(f"the key of a {kind} is a list: {', '.join(names)}")
    return tuple(key)


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode(), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise LineFault("not UTF-8") from error
    except RecursionError as error:
        raise LineFault("nested too deeply") from error
    except ValueError as error:
        raise LineFault(f"no JSON: {error}") from error
    if not isinstance(data, dict):
        raise LineFault("no JSON object")
    return data


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _line(data: Mapping[str, Any]) -> bytes:
    return form_text(data).encode() + b"\n"


@lru_cache(maxsize=1)
def _release() -> str:
    from importlib.metadata import version  # 10 ms, which reading a copy need not spend

    return version("supportcore")
