"""
Strategies for open hours, and for instants where they are hard.

Everything drawn is legal. Zones are all that zoneinfo has, those with odd changes more often; the instants lie mostly
around a change of clocks, and the edges of windows mostly inside the wall time that a change skips or repeats. What is
drawn shrinks to a weekday in UTC without exceptions.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from supportcore.sla import Calendar
from tests.sla.pointwise import DAY, SECOND, WEEKDAYS, Hours, Window
from tests.sla.tzif import Change, changes

ODD = (
    "Europe/Madrid",
    "America/Bogota",  # no change since 1993
    "America/Sao_Paulo",  # changes at midnight: the first hour of a date is skipped
    "Australia/Lord_Howe",  # by 30 minutes
    "Africa/Monrovia",  # 44 minutes and 30 seconds west until 1972
    "Pacific/Apia",  # a date skipped
    "Pacific/Kiritimati",  # another
    "Pacific/Kwajalein",  # a third
    "America/Juneau",  # Pacific and Yukon time by turns until 1983
    "Africa/Casablanca",  # summer time pauses in Ramadan
    "Europe/Dublin",  # winter time is the exception
    "Antarctica/Troll",  # by two hours
    "Antarctica/Casey",
    "Asia/Gaza",
    "America/Nuuk",  # changes on the evening before
)
ZONES = ("UTC", *sorted(zoneinfo.available_timezones() - {"UTC"}))

MICROSECOND, MINUTE, ONE_DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
FIRST, LAST = datetime(1970, 1, 20, tzinfo=UTC), datetime(2199, 12, 1, tzinfo=UTC)


WORKDAYS = WEEKDAYS[:5]
OFFICE = Hours("Europe/Madrid", dict.fromkeys(WORKDAYS, (("09:00", "14:00"), ("16:00", "19:00"))), (date(2026, 1, 1),))
NIGHTS = Hours("America/Santiago", dict.fromkeys(("mon", "wed", "sat"), (("22:30", "06:00"),)))


def at(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def zones() -> st.SearchStrategy[str]:
    """Names of time zones."""
    return st.sampled_from(ZONES) | st.sampled_from(ODD)


def instants(first: datetime = FIRST, last: datetime = LAST) -> st.SearchStrategy[datetime]:
    """Instants in UTC to the microsecond, mostly whole minutes."""
    return st.builds(
        lambda minutes, more: first + minutes * MINUTE + more,
        st.integers(0, (last - first) // MINUTE - 1),
        slivers(),
    )


def slivers() -> st.SearchStrategy[timedelta]:
    """Less than a minute: mostly nothing at all."""
    return st.just(timedelta()) | st.sampled_from([timedelta(), MICROSECOND, SECOND, MINUTE - MICROSECOND])


def spans(days: int) -> st.SearchStrategy[timedelta]:
    """Spans of at most *days*, and less than a minute more; mostly quarters of an hour, evenly spread."""
    # Hypothesis likes small numbers, which makes most spans of so many quarters too short to meet anything.
    quarters = st.integers(0, 96).map(lambda n: n * 15 * MINUTE)
    return st.builds(
        lambda whole, part, more: whole * ONE_DAY + part + more, st.integers(0, days - 1), quarters, slivers()
    )


# --- windows ------------------------------------------------------------------------------------------------


def _told(first: int, last: int, wrapped: bool) -> Window:
    """The window as it is written; *wrapped* means an end on the next day as a time of that day."""

    def clock(seconds: int) -> str:
        told = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
        return f"{told}:{seconds % 60:02}" if seconds % 60 else told

    # 24 hours from 09:00 on would read 09:00 to 09:00, which is refused: it is written 33:00.
    return clock(first), clock(last - DAY if wrapped and 0 <= last - DAY < first else last)


@st.composite
def _days(draw: st.DrawFn, edges: st.SearchStrategy[int]) -> list[tuple[int, int]]:
    """The windows of a date as seconds after midnight, none later than 24:00."""
    count = draw(st.sampled_from([1, 2, 0, 3]))
    picked = sorted(draw(st.lists(edges, min_size=2 * count, max_size=2 * count, unique=True)))
    if count > 1 and draw(st.booleans()):
        picked[1] = picked[2]  # windows may touch
    return list(zip(picked[::2], picked[1::2], strict=True))


@st.composite
def _overnight(
    draw: st.DrawFn, windows: list[tuple[int, int]], edges: st.SearchStrategy[int], *, until: int = DAY
) -> list[tuple[int, int]]:
    """The same windows, the last of them perhaps beyond midnight, to *until* of the next day at most."""
    if not windows or not draw(st.booleans()):
        return windows
    first, _ = windows[-1]
    longest = min(first, until)
    return [*windows[:-1], (first, DAY + min(draw(edges), longest))]


def _edges(near: Change | None) -> st.SearchStrategy[int]:
    """Seconds after midnight, with a liking for those that the clocks skip or repeat at the change."""
    coarse = st.integers(0, 48).map(lambda n: n * 1800)
    fine = st.integers(0, 2 * 24 * 60).map(lambda n: n * 30)
    if near is None:
        return coarse | coarse | fine
    low, high = sorted((near.at + near.before, near.at + near.after))
    inside = [low + (high - low) * part // 4 // 30 * 30 for part in range(-1, 6)]
    met = st.sampled_from([edge % DAY for edge in inside])
    return met | met | coarse | fine


@st.composite
def hours_near(draw: st.DrawFn, zone: str, at: datetime, change: Change | None = None) -> Hours:
    """Open hours of *zone* whose exceptions lie around *at* and whose edges lie around *change*."""
    edges = _edges(change)
    patterns = draw(st.lists(_days(edges), min_size=1, max_size=3))
    plain = [draw(st.sampled_from(patterns)) for _ in WEEKDAYS]
    wrapped = draw(st.booleans())

    def told(windows: list[tuple[int, int]]) -> tuple[Window, ...]:
        return tuple(_told(first, last, wrapped) for first, last in windows)

    weekly = {}
    for number, name in enumerate(WEEKDAYS):
        following = plain[(number + 1) % 7]
        windows = draw(_overnight(plain[number], edges, until=following[0][0] if following else DAY))
        if windows:
            weekly[name] = told(windows)
    today = at.astimezone(zoneinfo.ZoneInfo(zone)).date()
    dates = st.integers(-3, 3).map(lambda days: today + timedelta(days=days))
    # The end of an override may lie beyond the first opening of the next day; what is open twice is open once.
    exception = _days(edges).flatmap(lambda windows: _overnight(windows, edges))
    overrides = draw(st.dictionaries(dates, exception, max_size=3))
    holidays = draw(st.lists(dates | st.sampled_from(sorted(overrides)) if overrides else dates, max_size=2))
    return Hours(
        timezone=zone,
        weekly=weekly,
        holidays=tuple(holidays),
        overrides={day: told(windows) for day, windows in overrides.items()},
    )


# --- cases --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Open hours and an instant that is interesting for them."""

    hours: Hours
    at: datetime

    @property
    def calendar(self) -> Calendar:
        """A calendar of these hours that nobody has asked yet."""
        return calendar_of(self.hours)


@cache
def _changes(zone: str) -> tuple[Change, ...]:
    return tuple(change for change in changes(zone) if FIRST <= change.instant() < LAST)


CHANGING = tuple(zone for zone in ZONES if _changes(zone))
"""The zones that ever changed their clocks in these years."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Open hours and an instant: within hours of a change of clocks, or of the turn of a UTC year, or anywhere."""
    kind = draw(st.sampled_from(["anywhere", "change", "change", "change", "turn of the year"]))
    change = None
    if kind == "change":
        zone = draw(st.sampled_from(CHANGING) | st.sampled_from([zone for zone in ODD if _changes(zone)]))
        change = draw(st.sampled_from(_changes(zone)))
        at = change.instant()
    else:
        zone = draw(zones())
        at = draw(instants()) if kind == "anywhere" else datetime(draw(st.integers(1971, 2199)), 1, 1, tzinfo=UTC)
    if kind != "anywhere":
        at += draw(st.integers(-8, 8).map(lambda n: n * 30 * MINUTE)) + draw(slivers())
    return Case(hours=draw(hours_near(zone, at, change)), at=at)


def calendar_of(hours: Hours) -> Calendar:
    """The calendar that is authored like *hours*."""
    return Calendar(timezone=hours.timezone, weekly=hours.weekly, holidays=hours.holidays, overrides=hours.overrides)


def hours_of(row: Mapping[str, Any]) -> Hours:
    """The open hours that a row of the figures describes."""

    def windows(told: str) -> tuple[Window, ...]:
        return tuple((start, end) for start, end in (window.split("-") for window in told.split()))

    return Hours(
        timezone=row["timezone"],
        weekly={day: windows(told) for days, told in row["weekly"].items() for day in days.split()},
        holidays=tuple(date.fromisoformat(day) for day in row["holidays"]),
        overrides={date.fromisoformat(day): windows(told) for day, told in row.get("overrides", {}).items()},
    )
