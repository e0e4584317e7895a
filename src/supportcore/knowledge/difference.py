"""
What two texts, or two articles, differ in: lines that went and came, and fields whose values are others.

Pure. Lines that are the same at both ends are set aside first; where what is left is longer than `MOST_LINES`, all of
it is taken to have changed, since finding out more takes time that grows with the square of the length.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

import attrs

from supportcore.knowledge.article import Article

CONTEXT = 3
"""Lines around a change that are shown with it."""
MOST_LINES = 2000
"""Lines that are compared one by one, at most."""
FIELDS = (
    "title", "language", "visibility", "customer", "category", "translation_of", "products", "services", "tags",
    "state",
)  # fmt: skip
"""Fields of an article that are compared, beside its body."""
Value = str | None | frozenset[str]


@attrs.frozen
class Line:
    """A line of one text or both, without its end."""

    kind: Literal["same", "removed", "added"]
    text: str


def hunks(before: str, after: str) -> tuple[tuple[Line, ...], ...]:
    """
    Return the parts of two texts that differ, each with up to `CONTEXT` lines around it.

    >>> [(line.kind, line.text) for line in hunks("a\\nb", "a\\nc")[0]]
    [('same', 'a'), ('removed', 'b'), ('added', 'c')]
    """
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    return tuple(tuple(_hunk(group, old, new)) for group in _grouped(_changes(old, new)))


def fields(before: Article | None, after: Article) -> tuple[tuple[str, Value, Value], ...]:
    """Return the fields whose values are others, with both values; of nothing, all that is not empty."""
    pairs = ((name, None if before is None else getattr(before, name), getattr(after, name)) for name in FIELDS)
    return tuple((name, old, new) for name, old, new in pairs if (old or None) != (new or None))


_Change = tuple[str, int, int, int, int]
"""Kind, start and end in the first, start and end in the second, as `SequenceMatcher.get_opcodes` tells them."""


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    """Return how the first list of lines becomes the second: what is the same and what is not, by turns."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(left), len(right)) > MOST_LINES:
        middle: list[_Change] = [("replace", 0, len(left), 0, len(right))]
    else:
        middle = list(SequenceMatcher(None, left, right).get_opcodes())
    found: list[_Change] = [("equal", 0, head, 0, head)] if head else []
    found += [(kind, a + head, b + head, c + head, d + head) for kind, a, b, c, d in middle]
    if tail:
        found.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return found


def _grouped(changes: list[_Change]) -> Iterator[list[_Change]]:
    """Yield changes that are near one another together, with the lines around them."""
    group: list[_Change] = []
    for place, (kind, a, b, c, d) in enumerate(changes):
        if kind != "equal":
            group.append((kind, a, b, c, d))
            continue
        if group and b - a > 2 * CONTEXT:
            yield [*group, (kind, a, a + CONTEXT, c, c + CONTEXT)]
            group = []
        if place < len(changes) - 1:
            keeps = b - a if group else min(CONTEXT, b - a)
            group.append((kind, b - keeps, b, d - keeps, d))
        elif group:
            group.append((kind, a, min(b, a + CONTEXT), c, min(d, c + CONTEXT)))
    if any(kind != "equal" for kind, *_ in group):
        yield group


def _hunk(group: list[_Change], old: list[str], new: list[str]) -> Iterator[Line]:
    for kind, a, b, c, d in group:
        if kind == "equal":
            yield from (Line("same", line) for line in old[a:b])
        else:
            yield from (Line("removed", line) for line in old[a:b])
            yield from (Line("added", line) for line in new[c:d])
