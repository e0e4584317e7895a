"""What the labels of a desk lack, and what they have too much of: for somebody who changes the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from supportcore.authoring.spelling import key_text, value_text
from supportcore.definition.loader import define
from supportcore.definition.model import Guard
from supportcore.errors import DefinitionError

_NOTE = "# To be edited: made of the keys of what has no label yet."


@attrs.frozen(kw_only=True)
class LabelGaps:
    """
    What labels lack.

    Attributes:
        missing: Paths of the texts that are missing, such as ``states.new.label.en``, in the order of the desk.
        unknown: Paths of entries for something that the desk has not got.
    """

    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def filled(self) -> dict[str, Any]:
        """What is missing as a document: each text is the key, in words, to be edited."""
        found: dict[str, Any] = {}
        for path in self.missing:
            *sections, entry, part, language = path.split(".")
            place = found
            for name in (*sections, entry, part):
                place = place.setdefault(name, {})
            place[language] = _words(entry)
        return found


def label_gaps(
    rules: Mapping[str, Any], labels: Mapping[str, Any], *, guards: Mapping[str, Guard] | None = None
) -> LabelGaps:
    """
    Return what the labels of a desk lack, and what they have too much of.

    Args:
        rules: The document of the desk, parsed.
        labels: That of its labels; empty if there are none yet.
        guards: Python functions that the rules name.

    Raises:
        DefinitionError: Something else is wrong, which has to be mended first.
    """
    try:
        define(rules, labels, guards=guards)
    except DefinitionError as error:
        others = [fault for fault in error.faults if fault.code not in ("missing_label", "unknown_label")]
        if others:
            raise DefinitionError(others) from error
        paths = {code: tuple(one.path for one in error.faults if one.code == code) for code in _CODES}
        return LabelGaps(missing=paths[_CODES[0]], unknown=paths[_CODES[1]])
    return LabelGaps(missing=(), unknown=())


_CODES = ("missing_label", "unknown_label")


def labels_added(text: str, gaps: LabelGaps) -> tuple[str, tuple[str, ...]]:
    """
    Return what to put at the end of a TOML document of labels, and the paths that have to be written by hand.

    What stands in *text* is left as it is. By hand goes what is missing of an entry that is written in one piece, as
    ``label = { en = "New" }``.

    >>> print(labels_added("", LabelGaps(missing=("states.on_hold.label.en",), unknown=()))[0], end="")
    <BLANKLINE>
    # To be edited: made of the keys of what has no label yet.
    <BLANKLINE>
    [states.on_hold]
    label = { en = "On hold" }
    """
    there = tomllib.loads(text)
    lines: list[str] = []
    by_hand: list[str] = []
    for place, entry in _entries(gaps.filled, ()):
        known = _at(there, place)
        if known is None:
            new = [f"{part} = {value_text(texts)}" for part, texts in entry.items()]
            lines += ["", f"[{_header(place)}]", *new]
            continue
        for part, texts in entry.items():
            if _at(there, (*place, part)) is None:
                lines += [
                    "",
                    f"[{_header((*place, part))}]",
                    *(f"{key} = {value_text(one)}" for key, one in texts.items()),
                ]
            else:
                by_hand += [".".join((*place, part, language)) for language in texts]
    added = "\n".join(["", _NOTE, *lines, ""]) if lines else ""
    try:
        tomllib.loads(f"{text}\n{added}")
    except tomllib.TOMLDecodeError:  # a section of it is written in one piece
        return "", gaps.missing
    return added, tuple(by_hand)


def _entries(
    document: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield the entries of a document of labels, each with the names that lead to it."""
    for name, below in document.items():
        if all(isinstance(text, str) for texts in below.values() for text in texts.values()):
            yield (*place, name), below
        else:
            yield from _entries(below, (*place, name))


def _at(document: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _header(place: tuple[str, ...]) -> str:
    return ".".join(map(key_text, place))


def _words(key: str) -> str:
    """
    Return a key as a text to be edited.

    >>> _words("on_hold")
    'On hold'
    """
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else key
