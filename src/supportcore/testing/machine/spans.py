"""The spans that matter: up to what comes next and just beside it, weekends, changes of the clock, long ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from supportcore.exploring.world import Node

TICK = timedelta(milliseconds=1)
"""The shortest span there is."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PLAIN = (_HOUR, _DAY, 3 * _DAY, 30 * _DAY, 365 * _DAY)
"""An hour, a day, over a weekend, a month, a year."""
MOST = 6 * 365 * _DAY
"""How far a run goes at most."""


def beginnings(zone: str, now: datetime) -> tuple[datetime, ...]:
    """Return when runs begin: now, before a weekend, and a day before each of the next changes of the clock."""
    friday = now + (4 - now.astimezone(ZoneInfo(zone)).weekday()) % 7 * _DAY
    return (now, friday + 7 * _HOUR, *(change - _DAY - _HOUR for change in _next_changes(zone, now, now + 7 * _DAY)))


def coming(node: Node, announced: Iterable[datetime], waited: Iterable[datetime] = ()) -> tuple[timedelta, ...]:
    """
    Return the spans up to what comes next, or would have come, and to just after a rule has waited in vain.

    Args:
        announced: Instants at which something was to come.
        waited: Instants until which a rule waits for something.
    """
    found = [*_to_wake(node), *(at - node.now for at in sorted(announced)), *(at - node.now + TICK for at in waited)]
    return _usable(found)


def beside(node: Node) -> tuple[timedelta, ...]:
    """Return the spans to just before what comes next, to it, and to just after it."""
    return _usable(span + shift for span in _to_wake(node) for shift in (-TICK, timedelta(0), TICK))


def _to_wake(node: Node) -> Iterator[timedelta]:
    if node.ticket is not None and node.ticket.wake_at is not None:
        yield node.ticket.wake_at - node.now


def long(node: Node, zone: str, start: datetime) -> tuple[timedelta, ...]:
    """
    Return spans of which anything may come: hours and days, over a weekend, over changes of the clock, a year.

    Args:
        start: When the run began.
    """
    now, last = node.now, start + MOST
    found = [*_PLAIN]
    for change in _next_changes(zone, start, now):
        found += [change - now - _HOUR, change - now, change - now + _HOUR]
    return tuple(span for span in _usable(found) if now + span <= last)


def _usable(found: Iterable[timedelta]) -> tuple[timedelta, ...]:
    return tuple(dict.fromkeys(span for span in found if span > timedelta(0)))


def _next_changes(zone: str, start: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the next two changes of the clock: into summer time and out of it, in one order or the other."""
    changes = _changes(zone, start)
    place = bisect_right(changes, now)
    yield from changes[place : place + 2]


@cache
def _changes(zone: str, start: datetime) -> tuple[datetime, ...]:
    """Return the instants at which the clocks of a zone change, to the minute, while a run may last."""
    found: list[datetime] = []
    there, day = ZoneInfo(zone), start
    while day < start + MOST + 365 * _DAY:
        after = day + _DAY
        if day.astimezone(there).utcoffset() != after.astimezone(there).utcoffset():
            low, high = day, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = day.astimezone(there).utcoffset() == middle.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        day = after
    return tuple(found)
