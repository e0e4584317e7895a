"""
Working time worked out once more, instant by instant, from the one rule: an instant is open iff its local wall time
lies in a window.

A span of time is cut into cells that are open or closed as a whole, and every cell is asked by the wall clock of its
first instant. Rules: a window belongs to the date it starts on and is half-open; one whose end is not after its start
ends on the next day, as does one whose end is written past 24:00; an override, else a holiday, replaces the windows
that start on its date and nothing else. Nothing of supportcore is imported.

A cell is as long as divides every edge of a window, every offset of the zones in the span and every instant at which
one changes: only at a multiple of it can an answer change. So sampling is exact, seconds in offsets included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Window = tuple[str, str]


def _clock(text: str) -> int:
    parts = [int(part) for part in text.split(":")]
    return sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _spans(windows: tuple[Window, ...]) -> list[tuple[int, int]]:
    """Seconds after the midnight of the wall clock at which the windows of a date begin and end."""
    spans = []
    for start, end in windows:
        first, last = _clock(start), _clock(end)
        spans.append((first, last if last > first else last + DAY))
    return spans


@dataclass(frozen=True)
class Hours:
    """The open hours of one zone, as a calendar is authored."""

    timezone: str
    weekly: Mapping[str, tuple[Window, ...]]
    holidays: tuple[date, ...] = ()
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _seen(self) -> dict[date, list[tuple[int, int]]]:
        return {}

    def _starting(self, day: date) -> list[tuple[int, int]]:
        if day in self.overrides:
            return _spans(self.overrides[day])
        if day in self.holidays:
            return []
        return _spans(self.weekly.get(WEEKDAYS[day.weekday()], ()))

    def _touching(self, day: date) -> list[tuple[int, int]]:
        """The windows of the date and, a day later, those of the date before it."""
        if day not in self._seen:
            tails = [(first - DAY, last - DAY) for first, last in self._starting(day - timedelta(days=1))]
            self._seen[day] = self._starting(day) + tails
        return self._seen[day]

    def is_open(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone)
        clock = (
            wall.hour * 3600 + wall.minute * 60 + wall.second
        )  # edges are whole seconds: what is below cannot matter
        return any(first <= clock < last for first, last in self._touching(wall.date()))

    def cell(self, start: datetime, end: datetime) -> int:
        """The longest cell, in seconds, that divides all at which an answer can change from *start* to *end*."""
        windows = [*self.weekly.values(), *self.overrides.values()]
        found = math.gcd(DAY, *(edge for day in windows for span in _spans(day) for edge in span))
        # No zone changes twice within six days (test_zones says so), so probing by the hour misses none.
        low, last = math.floor((start - EPOCH) / SECOND), math.ceil((end - EPOCH) / SECOND)
        found = math.gcd(found, self._offset(low))
        while low < last:
            high = min(low + 3600, last)
            if self._offset(low) != self._offset(high):
                before = low
                while high - before > 1:
                    middle = (before + high) // 2
                    before, high = (middle, high) if self._offset(middle) == self._offset(low) else (before, middle)
                found = math.gcd(found, high, self._offset(high))
            low = high
        return found

    def _offset(self, at: int) -> int:
        offset = (EPOCH + at * SECOND).astimezone(self.zone).utcoffset()
        assert offset is not None
        return offset // SECOND


@dataclass(frozen=True)
class Combined:
    """Two sets of open hours, and how open in the one and open in the other make open."""

    left: Hours | Combined
    word: Callable[[bool, bool], bool]
    right: Hours | Combined

    def is_open(self, at: datetime) -> bool:
        return self.word(self.left.is_open(at), self.right.is_open(at))

    def cell(self, start: datetime, end: datetime) -> int:
        return math.gcd(self.left.cell(start, end), self.right.cell(start, end))


class Sampled:
    """
    What the open hours of a span of time come to.

    An answer that lies past the span, or touches its end and so might, is None.
    """

    def __init__(self, hours: Hours | Combined, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self.open: list[tuple[datetime, datetime]] = []
        for first, last, is_open in _cells(hours, start, end):
            if not is_open:
                continue
            if self.open and self.open[-1][1] == first:
                first = self.open.pop()[0]
            self.open.append((first, last))

    def between(self, start: datetime, end: datetime) -> timedelta:
        assert self.start <= start <= end <= self.end
        overlaps = (min(end, last) - max(start, first) for first, last in self.open)
        return sum((overlap for overlap in overlaps if overlap > timedelta()), timedelta())

    def add(self, start: datetime, work: timedelta) -> datetime | None:
        if not work:
            return start
        for first, last in self.open:
            here = last - max(start, first)
            if here >= work:
                return last - (here - work)
            work -= max(here, timedelta())
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        return next((max(at, first) for first, last in self.open if last > at), None)

    def next_closing(self, at: datetime) -> datetime | None:
        return next((last for _, last in self.open if last > at and last != self.end), None)


def _cells(hours: Hours | Combined, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    cell = hours.cell(start, end) * SECOND
    first = start
    while first < end:
        last = EPOCH + ((first - EPOCH) // cell + 1) * cell
        yield first, min(last, end), hours.is_open(first)
        first = last
