"""
Open hours made of others: open when one of two is, when both are, or when the first is and the second is not.

Each part keeps its own zone and exceptions; they are combined as intervals of UTC. What is combined answers the same
questions and can be combined again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

import attrs

from supportcore.sla.table import Interval, merged, second_of
from supportcore.sla.working import WorkingTime

How = Literal["union", "intersection", "difference"]
_SIGNS: dict[How, str] = {"union": "|", "intersection": "&", "difference": "-"}


@attrs.frozen(kw_only=True, repr=False)
class CombinedCalendar(WorkingTime):
    """Two calendars as one; made by ``|``, ``&`` and ``-``, or the methods of these names."""

    how: How = attrs.field(validator=attrs.validators.in_(_SIGNS))
    parts: tuple[WorkingTime, WorkingTime]

    def knows(self, at: datetime) -> bool:
        """Return whether every part knows the date of *at*."""
        return all(part.knows(at) for part in self.parts)

    @property
    def covered_until(self) -> date | None:
        """The earliest date of the parts, or None when none of them says one."""
        return min((part.covered_until for part in self.parts if part.covered_until), default=None)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        first, second = self.parts
        return f"({first!r} {_SIGNS[self.how]} {second!r})"

    def _digested(self) -> str:
        digests = [part.digest for part in self.parts]
        if self.how != "difference":
            digests.sort()  # the order of the parts decides nothing
        return sha256(" ".join([self.how, *digests]).encode()).hexdigest()

    def _open_in(self, year: int) -> list[Interval]:
        first, second = (part._open_in(year) for part in self.parts)
        if self.how == "union":
            return merged(sorted(first + second))
        if self.how == "difference":
            second = _between(second, second_of(year), second_of(year + 1))
        return _in_both(first, second)


def _in_both(first: Sequence[Interval], second: Sequence[Interval]) -> list[Interval]:
    """
    Return what two sorted rows of intervals share.

    >>> _in_both([(0, 4), (6, 9)], [(1, 7)])
    [(1, 4), (6, 7)]
    """
    found = []
    one = other = 0
    while one < len(first) and other < len(second):
        start = max(first[one][0], second[other][0])
        end = min(first[one][1], second[other][1])
        if start < end:
            found.append((start, end))
        if first[one][1] < second[other][1]:
            one += 1
        else:
            other += 1
    return found


def _between(intervals: Sequence[Interval], start: int, end: int) -> list[Interval]:
    """
    Return what sorted intervals leave of the one from *start* to *end*.

    >>> _between([(2, 3), (5, 9)], 0, 9)
    [(0, 2), (3, 5)]
    """
    edges = [start, *(edge for interval in intervals for edge in interval), end]
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]
