"""
What a pattern of a field may use: what ECMA-262 and Python read alike, and nothing that goes back.

Literal characters, classes such as ``[A-Za-z0-9_-]``, groups ``( )`` and ``(?: )``, alternatives ``|``, and the
quantifiers ``? * + {2} {2,5}`` on anything but a group that has quantifiers itself. A pattern is matched as a whole, so
it has no anchors; ``.``, ``\\d``, ``\\w`` and the like mean other characters to each of the two; a class says it.
"""

from __future__ import annotations

import re

__all__ = ["pattern_fault"]

_SPECIAL = frozenset("^$\\.*+?()[]{}|/")
_QUANTIFIER = re.compile(r"[?*+]|\{[0-9]{1,4}(?:,[0-9]{1,4})?\}")
_CLASS = re.compile(r"\[\^?(?:[^\\\[\]&~|^\-]|\\[\^$\\.*+?()\[\]{}|/\-])(?:[^\\\[\]&~|^]|\\[\^$\\.*+?()\[\]{}|/\-])*\]")


def pattern_fault(pattern: str) -> str | None:
    """
    Return what is wrong with a pattern, or None.

    >>> pattern_fault("[A-Z]{2}-[0-9]{4}")
    >>> pattern_fault("\\\\d+")
    'a class such as [0-9] stands for \\\\d, which ECMA-262 and Python read differently'
    """
    groups: list[bool] = []
    place, repeats, quantifiable = 0, False, False
    while place < len(pattern):
        char = pattern[place]
        closes = False
        if match := _QUANTIFIER.match(pattern, place):
            if not quantifiable:
                return f"{match[0]} stands behind what it repeats, and alone"
            if repeats and match[0] != "?":
                return "a group that repeats something in it is not repeated itself"
            if groups:
                groups[-1] = True
            place, quantifiable, repeats = match.end(), False, False
            continue
        if char == "(":
            head = "(?:" if pattern.startswith("(?:", place) else "("
            if head == "(" and pattern.startswith("(?", place):
                return "only groups ( ) and (?: ) are read alike everywhere"
            groups.append(False)
            place, quantifiable = place + len(head), False
            continue
        if char == ")":
            if not groups:
                return "a ) closes nothing"
            repeats, closes, place = groups.pop(), True, place + 1
            if repeats and groups:
                groups[-1] = True
        elif char == "|":
            place, quantifiable = place + 1, False
            continue
        elif char == "[":
            found = _CLASS.match(pattern, place)
            # Python may come to read -- as a difference; a dash with a \\ before it is a character like any other.
            if found is None or "--" in re.sub(r"\\.", "x", found[0]):
                return "a class holds characters and ranges, such as [A-Za-z0-9_-]; [ ] \\ ^ - have a \\ before them"
            place = found.end()
        elif char == "\\":
            follows = pattern[place + 1 : place + 2]
            if follows not in _SPECIAL or not follows:
                return f"a class such as [0-9] stands for \\{follows}, which ECMA-262 and Python read differently"
            place += 2
        elif char in _SPECIAL:
            return f"{char} has no meaning of its own here; write \\{char} for the character"
        else:
            place += 1
        quantifiable = True
        repeats = repeats if closes else False
    if groups:
        return "a ( is not closed"
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return str(error)
    return None


def crosses_lines(pattern: str) -> bool:
    """
    Return whether a pattern without faults may match a line break.

    >>> crosses_lines("[^:]+: [0-9]+"), crosses_lines("[^:\\n]+: [0-9]+")
    (True, False)
    """
    place = 0
    while place < len(pattern):
        found = _CLASS.match(pattern, place) if pattern[place] == "[" else None
        if pattern[place] == "\n" or (found is not None and re.fullmatch(found[0], "\n")):
            return True
        place = found.end() if found is not None else place + (2 if pattern[place] == "\\" else 1)
    return False
