"""
On which dates an event of an iCalendar document (RFC 5545) holds some time: as written, as recurring, as moved.

- Recurrence is reckoned on the wall clock of the event, without a zone; so a yearly event keeps its hour, and an UNTIL
  in UTC, which most programs write, is first brought to that clock.
- DTSTART is always the first occurrence. RDATEs are added; EXDATEs, and occurrences that another event replaces
  (RECURRENCE-ID), are taken away. A DATE among them stands for every occurrence on that date.
- An event without an end takes one date. DTEND is exclusive; one at midnight does not reach into the next date.
- Nothing is reckoned beyond the day the caller names, so a rule may go on for ever.

What cannot be understood is refused with a `ValueError` that says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import attrs

_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")  # the others, which repeat within a day, make no new dates
_DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Event:
    """
    What of an event decides its dates.

    Attributes:
        start: Date, or instant with or without a zone.
        length: From start to end, exclusive.
        replaces: The occurrence of the recurring event with the same UID that this one stands for.
        rules: Texts of its RRULEs, each with its UNTIL apart.
        more: Further occurrences (RDATE) and their length.
        without: Occurrences that are left out (EXDATE).
    """

    uid: str
    start: date
    length: timedelta
    replaces: date | None
    cancelled: bool
    rules: tuple[tuple[str, date | None], ...]
    more: tuple[tuple[date, timedelta], ...]
    without: tuple[date, ...]


def read_event(component: Any) -> Event:
    """
    Read a VEVENT as `icalendar` parsed it.

    Raises:
        ValueError: It has no start, or something about its dates is unreadable or unknown here.
    """
    for name, why in component.errors:
        told = f"{name}: {why}" if name else str(why)  # a line that is none has no name, but is quoted
        if any(read in told.upper() for read in _READ):
            raise ValueError(told)
    if "EXRULE" in component:
        raise ValueError("EXRULE is not read; name the days in EXDATE")
    start = _one(component, "DTSTART")
    if not isinstance(start, date):
        raise ValueError("it has no DTSTART")
    replaces = _one(component, "RECURRENCE-ID")
    if replaces is not None and "RANGE" in component["RECURRENCE-ID"].params:
        raise ValueError("RECURRENCE-ID with RANGE is not read; split the series instead")
    length = _length(start, component)
    return Event(
        uid=str(component.get("UID", "")),
        start=start,
        length=length,
        replaces=replaces,
        cancelled=str(component.get("STATUS", "")).upper() == "CANCELLED",
        rules=tuple(_rule(rule) for rule in _several(component, "RRULE")),
        more=tuple(_period(value.dt, length) for dates in _several(component, "RDATE") for value in dates.dts),
        without=tuple(value.dt for dates in _several(component, "EXDATE") for value in dates.dts),
    )


def dates_of(
    event: Event, *, replaced: Iterable[date] = (), since: date, until: date, zone: tzinfo | None = None
) -> Iterator[date]:
    """
    Yield the dates on which *event* holds some time, from *since* to *until* (inclusive); some of them twice.

    Args:
        replaced: Occurrences that other events stand for.
        zone: Instants that have a zone are read on this clock; without it, on that they are written in.

    Raises:
        ValueError: A rule that is none.
    """
    left_out = (*event.without, *replaced)
    bound = until.toordinal() + 1  # a day more: on the clock of *zone* it may be earlier than as written
    occurrences = [(start, event.length) for start in _starts(event, bound=bound, zone=zone)]
    for start, length in (*occurrences, *event.more):
        if not any(_names(other, start) for other in left_out):
            first, last = _reach(start, length, zone)
            for number in range(max(first, since).toordinal(), min(last, until).toordinal() + 1):
                yield date.fromordinal(number)


def _several(component: Any, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _one(component: Any, name: str) -> Any:
    found = _several(component, name)
    if len(found) > 1:
        raise ValueError(f"it has {name} more than once")
    return found[0].dt if found else None


def _length(start: date, component: Any) -> timedelta:
    end, length = _one(component, "DTEND"), _one(component, "DURATION")
    if end is not None:
        length = _between(start, end)
    length = timedelta(0) if length is None else length
    if length < timedelta(0):
        raise ValueError("it ends before it begins")
    return length


def _rule(rule: Any) -> tuple[str, date | None]:
    frequency, interval = rule.get("FREQ", [""])[0], rule.get("INTERVAL", [1])[0]
    if frequency not in _FREQUENCIES:
        raise ValueError(f"RRULE: FREQ is one of {', '.join(_FREQUENCIES)}")
    if interval < 1:
        raise ValueError("RRULE: INTERVAL is 1 or more")
    parts = [part for part in rule.to_ical().decode().split(";") if not part.startswith("UNTIL=")]
    return ";".join(parts), rule.get("UNTIL", [None])[0]


def _period(value: Any, length: timedelta) -> tuple[date, timedelta]:
    if not isinstance(value, tuple):
        return value, length
    start, end = value
    return start, end if isinstance(end, timedelta) else _between(start, end)


def _between(start: date, end: date) -> timedelta:
    try:
        return end - start
    except TypeError:
        raise ValueError("its start and its end are not of one kind") from None


def _starts(event: Event, *, bound: int, zone: tzinfo | None) -> Iterator[date]:
    """Yield the beginnings of the occurrences by rule, in order of each rule, up to the day numbered *bound*."""
    from dateutil.rrule import rrulestr  # comes with icalendar

    yield event.start
    if event.start.toordinal() > bound:
        return
    at = event.start if isinstance(event.start, datetime) else None
    wall = at.replace(tzinfo=None) if at else datetime.combine(event.start, time())
    for text, until in event.rules:
        last = None if until is None else _last(until, at, zone)
        for found in rrulestr(text, dtstart=wall):
            if found.toordinal() > bound or (last is not None and found > last):
                break
            yield found.replace(tzinfo=at.tzinfo) if at else found.date()


def _last(until: date, start: datetime | None, zone: tzinfo | None) -> datetime:
    """Return UNTIL on the wall clock of the event; among dates an instant stands for its date."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    there = start.tzinfo if start else zone
    wall = (until.astimezone(there) if until.tzinfo and there else until).replace(tzinfo=None)
    return wall if start else datetime.combine(wall, time.max)


def _names(other: date, start: date) -> bool:
    """Whether *other*, of an EXDATE or RECURRENCE-ID, means the occurrence that begins at *start*."""
    if not (isinstance(other, datetime) and isinstance(start, datetime)):
        return _date(other) == _date(start)
    if other.tzinfo is None or start.tzinfo is None:
        return other.replace(tzinfo=None) == start.replace(tzinfo=None)
    return other == start


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _reach(start: date, length: timedelta, zone: tzinfo | None) -> tuple[date, date]:
    """Return the first and the last date of an occurrence."""
    if not isinstance(start, datetime):
        return start, start + max(length - _DAY, timedelta(0))
    end = start + length
    if zone is not None and start.tzinfo is not None:
        start, end = start.astimezone(zone), end.astimezone(zone)
    last = end.date() if end.time() > time() else end.date() - _DAY
    return start.date(), max(start.date(), last)
