"""
Open hours of a place: weekly windows on its clocks, holidays, and dates with windows of their own.

The rules:

- An instant is open iff its local wall time lies in a window. Windows are half-open: a closing instant is closed.
- A window belongs to the date it starts on. A holiday or an override replaces the windows that start on its date; the
  end of an overnight window of the day before stays open. An override wins over a holiday on the same date.
- Time is counted as it passes (elapsed UTC), not by the clock: a night shift over the change to summer time is an hour
  shorter, the one back an hour longer.

How it is found: a window on a date is an interval of *naive* wall time, seconds since 1970-01-01 on the local clock. In
a stretch of time with one UTC offset, clocks and UTC differ by that constant, so the instants of the stretch at which a
window is open are the window less the offset, cut to the stretch. No case needs a rule of its own. Wall time that the
clocks skip is in no stretch and opens nothing; wall time that they repeat is in two and is open twice; a date that a
zone skips (Samoa, 2011-12-30) never comes; windows whose edges lie inside a skipped or repeated hour, changes of half
an hour, and offsets with seconds come out right to the second.

    wall time   …─────────[ window )──────────…          [A, B)
    stretches   …───── offset o ─────┼── offset p ──…     [s, t) and [t, u) in UTC
    open        [A - o, B - o) within [s, t), and [A - p, B - p) within [t, u)
"""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.errors import Fault, Invalid, facts
from supportcore.sla.table import Interval, merged, second_of
from supportcore.sla.windows import (
    DAY,
    WEEKDAYS,
    Span,
    Window,
    is_date,
    pairs,
    read_overrides,
    read_weekly,
    spans_of,
)
from supportcore.sla.working import WorkingTime
from supportcore.sla.zones import stretches
from supportcore.text import TITLE_LIMIT, text_fault

FIRST_DAY = date(1970, 1, 1).toordinal()
FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday

Windows = Iterable[tuple[str | time, str | time]]


@attrs.frozen(kw_only=True, init=False, repr=False)
class Calendar(WorkingTime):
    """
    Open hours on the clocks of one time zone.

    Args:
        timezone: Name in the IANA database.
        weekly: Windows by weekday, ``mon`` to ``sun``; may be empty.
        holidays: Dates on which no window starts, or a mapping of them to names.
        overrides: Windows that replace those of the weekday, by date; none mean closed.
        covered_until: The last date for which exceptions were looked up; None when nobody said.
        source: Where the exceptions come from, for people.

    Raises:
        Invalid: With all faults, each at its path, such as ``weekly.mon[1]``.

    >>> madrid = Calendar(timezone="Europe/Madrid", weekly={"fri": [("09:00", "17:00")], "mon": [("09:00", "17:00")]})
    >>> from datetime import UTC, datetime
    >>> madrid.add(datetime(2026, 1, 9, 15, tzinfo=UTC), timedelta(hours=2)).isoformat()
    '2026-01-12T09:00:00+00:00'
    """

    timezone: str
    weekly: tuple[tuple[str, tuple[Window, ...]], ...]
    holidays: tuple[tuple[date, str], ...]
    overrides: tuple[tuple[date, tuple[Window, ...]], ...]
    covered_until: date | None
    source: str
    _by_weekday: tuple[tuple[Span, ...], ...] = attrs.field(init=False, eq=False)
    _by_date: dict[int, tuple[Span, ...]] = attrs.field(init=False, eq=False)

    def __init__(
        self,
        *,
        timezone: str,
        weekly: Mapping[str, Windows] | Sequence[tuple[str, Windows]] = (),
        holidays: Mapping[date, str] | Iterable[date | tuple[date, str]] = (),
        overrides: Mapping[date, Windows] | Sequence[tuple[date, Windows]] = (),
        covered_until: date | None = None,
        source: str = "",
    ) -> None:
        faults: list[Fault] = []
        _check_zone(timezone, faults)
        read = read_weekly(weekly, faults), _read_holidays(holidays, faults), read_overrides(overrides, faults)
        if covered_until is not None and not is_date(covered_until):
            faults.append(Fault("covered_until", "bad_date", facts(date=str(covered_until)[:60])))
        if fault := text_fault(source, "source", limit=TITLE_LIMIT):
            faults.append(fault)
        if faults:
            raise Invalid(*faults)
        self.__attrs_init__(
            timezone=timezone,
            weekly=read[0],
            holidays=read[1],
            overrides=read[2],
            covered_until=covered_until,
            source=source,
        )

    def __attrs_post_init__(self) -> None:
        days = dict(self.weekly)
        exceptions = {day: () for day, _ in self.holidays} | dict(self.overrides)
        object.__setattr__(self, "_by_weekday", tuple(spans_of(days.get(day, ())) for day in WEEKDAYS))
        object.__setattr__(
            self, "_by_date", {day.toordinal() - FIRST_DAY: spans_of(windows) for day, windows in exceptions.items()}
        )

    @classmethod
    def always(cls) -> Calendar:
        """Return the calendar that never closes; the same one each time, as its table is built once."""
        return _always()

    def knows(self, at: datetime) -> bool:
        """Return whether exceptions were looked up for the date of *at* where the calendar is."""
        return self.covered_until is None or at.astimezone(ZoneInfo(self.timezone)).date() <= self.covered_until

    @property
    def open_in_a_week(self) -> timedelta:
        """How much the weekly windows hold, by the clock."""
        return timedelta(seconds=sum(end - start for windows in self._by_weekday for start, end in windows))

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        parts = [f"{self.open_in_a_week / timedelta(hours=1):g} h a week"]
        for count, one in ((len(self.holidays), "holiday"), (len(self.overrides), "override")):
            if count:
                parts.append(f"{count} {one}{'s' if count > 1 else ''}")
        return f"<Calendar {self.timezone}: {', '.join(parts)}>"

    def _digested(self) -> str:
        content = {
            "timezone": self.timezone,
            "weekly": self.weekly,
            "holidays": [day.isoformat() for day, _ in self.holidays],
            "overrides": [(day.isoformat(), windows) for day, windows in self.overrides],
        }
        return sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

    def _open_in(self, year: int) -> list[Interval]:
        by_weekday, by_date = self._by_weekday, self._by_date
        found: list[Interval] = []
        for start, end, offset in stretches(ZoneInfo(self.timezone), second_of(year), second_of(year + 1)):
            # From the day before: its windows may last until the end of this one.
            for day in range((start + offset) // DAY - 1, (end + offset - 1) // DAY + 1):
                windows = by_weekday[(day + FIRST_WEEKDAY) % 7]
                if day in by_date:
                    windows = by_date[day]
                midnight = day * DAY - offset
                for opening, closing in windows:
                    opening, closing = max(midnight + opening, start), min(midnight + closing, end)
                    if opening < closing:
                        found.append((opening, closing))
        # Sorted, since two windows that began before a stretch both begin with it.
        return merged(sorted(found))


def _check_zone(name: object, faults: list[Fault]) -> None:
    """Add to *faults* if there is no such zone, with the name that was probably meant."""
    if not isinstance(name, str):
        faults.append(Fault("timezone", "wrong_type", facts(expected="text", expected_es="texto")))
        return
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # a folder of zones, such as "Europe", is an OSError
        from difflib import get_close_matches  # needed for messages only

        names = {known.lower(): known for known in zoneinfo.available_timezones()}
        wanted = name.lower().replace(" ", "_")[:60]
        last = {known.rpartition("/")[2]: known for known in sorted(names, reverse=True)}
        near = get_close_matches(wanted, names, n=1, cutoff=0.75) or get_close_matches(wanted, last, n=1, cutoff=0.8)
        if near:
            nearest = names[last.get(near[0], near[0])]
            faults.append(Fault("timezone", "misspelt_zone", facts(zone=name[:60], nearest=nearest)))
        else:
            faults.append(Fault("timezone", "unknown_zone", facts(zone=name[:60])))


def _read_holidays(value: object, faults: list[Fault]) -> tuple[tuple[date, str], ...]:
    """Return dates with their names, each once, in order; without a name it is empty."""
    named: list[tuple[Any, Any]]
    if isinstance(value, Mapping):
        named = pairs(value, "holidays", faults)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        named = [tuple(item) if isinstance(item, tuple | list) and len(item) == 2 else (item, "") for item in value]
    else:
        named = []
        faults.append(Fault("holidays", "wrong_type", facts(expected="dates", expected_es="fechas")))
    found: dict[date, str] = {}
    for place, (day, name) in enumerate(named):
        path = f"holidays.{str(day)[:60]}" if isinstance(value, Mapping) else f"holidays[{place}]"
        if not is_date(day):
            faults.append(Fault(path, "bad_date", facts(date=str(day)[:60])))
        elif fault := text_fault(name, path, limit=TITLE_LIMIT):
            faults.append(fault)
        else:
            found[day] = found.get(day) or name
    return tuple(sorted(found.items()))


@lru_cache(maxsize=1)
def _always() -> Calendar:
    return Calendar(timezone="UTC", weekly={day: [("00:00", "24:00")] for day in WEEKDAYS})
