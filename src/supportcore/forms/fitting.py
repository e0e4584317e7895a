"""What fits a field: a shortest text that a pattern matches, and whether there is any value at all."""

from __future__ import annotations

import re
from math import ceil

from supportcore.forms.fields import Field

_TRIED = "aA0 .-_:ñ@"


def unfit(field: Field) -> str | None:
    """Return why no value fits a field; None where one does, or that is not known."""
    match field.kind:
        case "title" | "text" if field.pattern is not None:
            least = len(fitting(field.pattern))
            if least > field.most:
                return (
                    f"its pattern wants at least {least} characters, and its limit is {field.most}; change one of them"
                )
        case "number" if field.whole and ceil(field.least) > field.greatest:
            return f"no whole number lies between {field.least} and {field.greatest}; widen that"
    return None


def fitting(pattern: str) -> str:
    """
    Return a text that a pattern without faults matches; see `supportcore.forms.patterns`.

    It is a shortest one, but for one that is blank, which is avoided where it can.

    >>> fitting("[A-Z]{2}-[0-9]{4}(?:x|y)?"), fitting("abc|[0-9]")
    ('AA-0000', '0')
    """
    found, place = _alternatives(pattern, 0)
    assert place == len(pattern), pattern
    return found if found.strip() else next((one for one in _TRIED if re.fullmatch(pattern, one)), found)


def _alternatives(pattern: str, place: int) -> tuple[str, int]:
    """Return a shortest text that an alternative matches, and where the group ends."""
    parts: list[str] = []
    found: list[str] = []
    while place < len(pattern) and pattern[place] != ")":
        if pattern[place] == "|":
            found.append("".join(parts))
            parts, place = [], place + 1
            continue
        atom, place = _atom(pattern, place)
        match = re.compile(r"[?*+]|\{([0-9]+)(?:,[0-9]+)?\}").match(pattern, place)
        times = 1
        if match is not None:
            place = match.end()
            times = int(match[1]) if match[1] is not None else int(match[0] == "+")
        parts.append(atom * times)
    return min([*found, "".join(parts)], key=len), place


def _atom(pattern: str, place: int) -> tuple[str, int]:
    char = pattern[place]
    if char == "(":
        found, end = _alternatives(pattern, place + (3 if pattern.startswith("(?:", place) else 1))
        return found, end + 1
    if char == "\\":
        return pattern[place + 1], place + 2
    if char != "[":
        return char, place + 1
    end = place + 1
    while pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    one = re.compile(pattern[place : end + 1])
    letters = (chr(code) for code in range(32, 0x3000))
    return next((letter for letter in (*_TRIED, *letters) if one.fullmatch(letter)), "x"), end + 1
