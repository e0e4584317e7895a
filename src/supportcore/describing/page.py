"""The little Markdown that a page is made of: headings, tables, bullets, quotations; no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Lines = Iterable[str]
_SYNTAX = re.compile(r"[\\`*_\[\]<|~&]")
_FENCES = re.compile("`{3,}")


def plain(text: str) -> str:
    r"""
    Return a text that Markdown shows as it is, on one line.

    >>> plain("a|b\n*c*")
    'a\\|b \\*c\\*'
    """
    return _SYNTAX.sub(r"\\\g<0>", " ".join(text.split()))


def code(text: str) -> str:
    """Return a key or an id as code; such texts hold no line break."""
    fence = "``" if "`" in text else "`"
    inner = f" {text} " if "`" in text else text
    return f"{fence}{inner}{fence}".replace("|", "\\|")


def heading(level: int, text: str) -> Lines:
    """Yield a heading with the empty lines around it."""
    yield from ("", f"{'#' * level} {text}", "")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """Yield a table of cells that are Markdown already; nothing without rows, and no column that is empty in all."""
    found = [tuple(row) for row in rows]
    kept = [place for place in range(len(head)) if place == 0 or any(row[place] for row in found)]
    if not found:
        return
    yield from ("", _row(head, kept), "|" + "---|" * len(kept))
    yield from (_row(row, kept) for row in found)
    yield ""


def _row(cells: Sequence[str], kept: Sequence[int]) -> str:
    return "|" + "|".join(f" {cells[place]} " if cells[place] else " " for place in kept) + "|"


def bullets(items: Iterable[str]) -> Lines:
    """Yield a list of items that are Markdown already; nothing without items."""
    found = list(items)
    if found:
        yield from ("", *(f"- {item}" for item in found), "")


def fenced(language: str, text: str) -> Lines:
    """Yield a block of text as it is, behind a fence that the text does not hold."""
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield from ("", f"{fence}{language}", *text.rstrip("\n").splitlines(), fence, "")


def joined(lines: Lines) -> str:
    """Return lines as a document: no two empty lines in a row, none at the ends, a line break last."""
    text = "\n".join(lines)
    return re.sub("\n{3,}", "\n\n", text).strip("\n") + "\n"
