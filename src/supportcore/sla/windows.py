"""
Windows of a day as they are authored, read into seconds after midnight, with everything that is wrong with them.

- A window is a pair of times: ``HH:MM`` or ``HH:MM:SS`` or a `datetime.time`. It starts before 24:00.
- An end before its start lies on the next day; it may as well be written beyond 24:00, up to 48:00, and is kept so.
- A window lasts 24 hours at most and is not empty. Windows of a day do not overlap, nor does the end of an overnight
  window reach into the first window of the weekday after it; they may touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from supportcore.errors import Fault, facts

Window = tuple[str, str]
"""Start and end as text; an end on the next day is beyond 24:00."""
Span = tuple[int, int]
"""Start and end in seconds after the midnight that begins the date."""

DAY = 86_400  # seconds
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = re.compile(r"([0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?").fullmatch
_IN_SPANISH = {"lun": "mon", "mar": "tue", "mie": "wed", "mié": "wed", "jue": "thu", "vie": "fri", "sab": "sat",
               "sáb": "sat", "dom": "sun"}  # fmt: skip


def told(span: Span) -> Window:
    """
    Return a window as text.

    >>> told((79_200, 108_000))
    ('22:00', '30:00')
    """
    return _told(span[0]), _told(span[1])


def _told(seconds: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _words(span: Span) -> str:
    return "-".join(told(span))


def _seconds(value: object) -> int | None:
    """Return a time as seconds after midnight; None if it is none."""
    if isinstance(value, time):
        if value.tzinfo is not None or value.microsecond:
            return None
        return value.hour * 3600 + value.minute * 60 + value.second
    match = _TIME(value) if isinstance(value, str) else None
    if match is None:
        return None
    hours, minutes, seconds = match.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def read_window(value: object, path: str, faults: list[Fault]) -> Span | None:
    """Return one window, or None with what is wrong added to *faults*."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        faults.append(Fault(path, "bad_window", facts(window=_short(value))))
        return None
    start, end = map(_seconds, value)
    bad = [
        Fault(path, "bad_time", facts(time=_short(given)))
        for given, seconds, most in ((value[0], start, DAY - 1), (value[1], end, 2 * DAY))
        if seconds is None or seconds > most
    ]
    if bad or start is None or end is None:
        faults.extend(bad)
        return None
    if end < start:
        end += DAY
    if start == end:
        faults.append(Fault(path, "empty_window", facts(window=_words((start, end)))))
        return None
    if end - start > DAY:
        faults.append(Fault(path, "window_too_long", facts(window=_words((start, end)))))
        return None
    return start, end


def read_day(value: object, path: str, faults: list[Fault]) -> list[tuple[Span, str]]:
    """Return the windows of one day, each with its path, in the order of their starts."""
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        faults.append(
            Fault(path, "wrong_type", facts(expected="a list of windows", expected_es="una lista de franjas"))
        )
        return []
    read = [(read_window(window, f"{path}[{place}]", faults), f"{path}[{place}]") for place, window in enumerate(value)]
    windows = sorted([(span, at) for span, at in read if span is not None], key=lambda window: window[0])
    furthest = windows[0] if windows else None
    for window in windows[1:]:
        assert furthest is not None  # there are two windows at least
        if window[0][0] < furthest[0][1]:
            # told at the later of the two in the order they were written in
            first, second = sorted((furthest, window), key=lambda found: [at for _, at in read].index(found[1]))
            faults.append(_overlap(second, first))
        furthest = max(furthest, window, key=lambda found: found[0][1])
    return windows


def read_weekly(value: object, faults: list[Fault]) -> tuple[tuple[str, tuple[Window, ...]], ...]:
    """Return the weekly pattern as pairs of weekday and windows, Monday first, without days that have none."""
    days: dict[str, list[tuple[Span, str]]] = {}
    for day, windows in pairs(value, "weekly", faults):
        if day in WEEKDAYS:
            days[day] = read_day(windows, f"weekly.{day}", faults)
        else:
            faults.append(Fault(f"weekly.{_short(day)}", "unknown_weekday", facts(day=_short(day), nearest=_like(day))))
    for number, day in enumerate(WEEKDAYS):
        following = days.get(WEEKDAYS[(number + 1) % 7])
        if days.get(day) and following:
            (start, end), at = max(days[day], key=lambda found: found[0][1])
            if end - DAY > following[0][0][0]:
                faults.append(_overlap(following[0], ((start, end), at)))
    return tuple((day, tuple(told(span) for span, _ in days[day])) for day in WEEKDAYS if days.get(day))


def read_overrides(value: object, faults: list[Fault]) -> tuple[tuple[date, tuple[Window, ...]], ...]:
    """Return dates with windows of their own, in order; a date may have none."""
    days: dict[date, tuple[Window, ...]] = {}
    for day, windows in pairs(value, "overrides", faults):
        path = f"overrides.{_short(day)}"
        if is_date(day):
            days[day] = tuple(told(span) for span, _ in read_day(windows, path, faults))
        else:
            faults.append(Fault(path, "bad_date", facts(date=_short(day))))
    return tuple(sorted(days.items()))


def is_date(value: object) -> bool:
    """Whether *value* is a date; an instant, though Python calls it one, is none."""
    return isinstance(value, date) and not isinstance(value, datetime)


def pairs(value: object, path: str, faults: list[Fault]) -> list[tuple[Any, Any]]:
    """Return the items of a mapping, or of the pairs it is kept as."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, tuple | list) and all(isinstance(item, tuple | list) and len(item) == 2 for item in value):
        return [(key, item) for key, item in value]
    faults.append(Fault(path, "wrong_type", facts(expected="a table", expected_es="una tabla")))
    return []


def spans_of(windows: Iterable[Window]) -> tuple[Span, ...]:
    """Return kept windows in seconds after midnight."""
    return tuple((_seconds(start) or 0, _seconds(end) or 0) for start, end in windows)


def _overlap(window: tuple[Span, str], other: tuple[Span, str]) -> Fault:
    return Fault(window[1], "window_overlap", facts(window=_words(window[0]), other=_words(other[0]), at=other[1]))


def _like(day: object) -> str:
    """Return the weekday that was probably meant, in either language, or all of them."""
    start = str(day).lower()[:3]
    if start in _IN_SPANISH:
        return _IN_SPANISH[start]
    from difflib import get_close_matches  # needed for messages only

    return next(iter(get_close_matches(start, WEEKDAYS, n=1)), ", ".join(WEEKDAYS))


def _short(value: object) -> str:
    try:
        return str(value)[:60]
    except ValueError:  # an integer of thousands of digits has no text
        return "a huge number"
