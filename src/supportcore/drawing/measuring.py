"""
How wide text is, without a font at hand: never narrower than a browser's sans serif, so that nothing runs over.

The widths are those of DejaVu Sans, the widest of the usual ones, in hundredths of the size of the font.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_NARROW, _WIDE = "iIjl.,;:!|'`´·()[]{}tfr/\\ -", "mwMW@%&—…"
_BOLD = 1.13
LINES = 6
"""Lines of one label at most; what is beyond is cut, and told by the title alone."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in pixels."""
    return sum(map(_hundredths, text)) * size / 100 * (_BOLD if bold else 1)


def _hundredths(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    if letter in _NARROW:
        return 42
    if unicodedata.east_asian_width(letter) in "WF":
        return 105
    if letter in _WIDE or ord(letter) > 0x2E7F:
        return 103
    return 72 if letter.isupper() or not letter.isascii() else 64


def wrapped(text: str, size: float, limit: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return *text* in lines no wider than *limit*, broken between words where that is possible; at least one line."""
    lines: list[str] = []
    for part in _parts(text.split(), size, limit, bold):
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
        else:
            lines.append(part)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][:-1] + "…"]
    return tuple(lines) or ("",)


def _parts(words: list[str], size: float, limit: float, bold: bool) -> Iterator[str]:
    """Yield words, those that are too wide in pieces."""
    for word in words:
        piece = ""
        for letter in word:
            if piece and width(piece + letter, size, bold=bold) > limit:
                yield piece
                piece = ""
            piece += letter
        yield piece
