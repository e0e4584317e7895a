"""
What is to be measured of a log in business hours, worked out once more without the library.

Hours are Monday to Friday from 09:00 to 18:00 on the clocks the log was written by. No window holds an hour in which
those clocks change, so plain arithmetic on the stamps as they stand is right; holidays there are none. A case is a
sequence of stretches, from one row to the next, each of a kind that the row at its beginning decides: ``wait``,
``done``, ``new`` or ``work``. Nothing of supportcore is imported. At the end stand the figures of the Italian log,
which were computed apart from this as well.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

DAY, WEEK = 9 * 3600.0, 45 * 3600.0
_OPENS = 9 * 3600.0


class Hours(NamedTuple):
    """
    One case, in seconds of business hours.

    Attributes:
        waiting: In stretches of ``wait``, up to the end that was asked for; `work` and `closed` likewise.
        closed: Done, and then taken up again.
        resolution: From the first row to the last that resolves; None without one; the next two are parts of it.
        reopened: How often.
        repeated: How often it was resolved once more while it was done.
        clock: What a clock has used up that stands still when the case is done, and `pausing` one that also waits.
    """

    waiting: float
    work: float
    closed: float
    resolution: float | None
    resolution_waiting: float | None
    resolution_done: float | None
    reopened: int
    repeated: int
    clock: float
    pausing: float
    done: bool


def rows_of(path: Path, *, case: str, activity: str, at: str, at_format: str) -> dict[str, list[tuple[str, datetime]]]:
    """Return activity and stamp of each row by case, in the order of the file; stamps have no zone."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places = [header.index(name) for name in (case, activity, at)]
        for cells in filter(None, reader):
            key, done, stamp = (cells[place] for place in places)
            found.setdefault(key, []).append((done, datetime.strptime(stamp, at_format)))
    return found


def hours(
    rows: list[tuple[str, datetime]],
    *,
    kinds: Mapping[str, str],
    resolves: str,
    end: datetime | None = None,
) -> Hours:
    """
    Return what came of one case.

    Args:
        kinds: What a row of an activity begins: ``wait``, ``done`` or ``new``, ``same`` for what went on before it;
            ``work`` for all others.
        resolves: The activity that resolves.
        end: Until when what lasts is counted; the last row if left out.
    """
    kind, stretches = "new", []
    for place, (done, start) in enumerate(rows):
        following = rows[place + 1][1] if place + 1 < len(rows) else end or start
        now = kinds.get(done, "work")
        kind = kind if now == "same" else now
        stretches.append((kind, between(start, following)))
    seen = [kind for kind, _ in stretches]
    last = max((place for place, (done, _) in enumerate(rows) if done == resolves), default=None)
    until_last = stretches[:last]
    taken_up = max((place for place, now in enumerate(seen[1:], 1) if seen[place - 1] == "done" != now), default=0)
    return Hours(
        waiting=_sum(stretches, "wait"),
        work=_sum(stretches, "work"),
        closed=_sum(stretches[:taken_up], "done"),
        resolution=None if last is None else between(rows[0][1], rows[last][1]),
        resolution_waiting=None if last is None else _sum(until_last, "wait"),
        resolution_done=None if last is None else _sum(until_last, "done"),
        reopened=sum(before == "done" != after for before, after in pairwise(seen)),
        repeated=sum(rows[n][0] == resolves and seen[n - 1] == "done" for n in range(1, len(rows))),
        clock=_sum(stretches, "wait", "work", "new"),
        pausing=_sum(stretches, "work", "new"),
        done=seen[-1] == "done",
    )


def between(start: datetime, end: datetime) -> float:
    """Return the business seconds between two stamps."""
    return _since_monday(end) - _since_monday(start)


def _since_monday(stamp: datetime) -> float:
    """Return the business seconds since the Monday with which the calendar begins, 0001-01-01."""
    weeks, day = divmod(stamp.date().toordinal() - 1, 7)
    of_day = (stamp - datetime.combine(stamp.date(), time())).total_seconds() - _OPENS
    return weeks * WEEK + (5 * DAY if day > 4 else day * DAY + min(max(of_day, 0.0), DAY))


def _sum(stretches: list[tuple[str, float]], *kinds: str) -> float:
    return sum(length for kind, length in stretches if kind in kinds)


# -- the Italian log ----------------------------------------------------------------------------------------------

ITALIAN_KINDS = {
    "Insert ticket": "new",
    "Wait": "wait",
    "Resolve ticket": "done",
    "Closed": "done",
    **dict.fromkeys(("RESOLVED", "VERIFIED", "INVALID", "DUPLICATE"), "same"),
}
ITALIAN_FIGURES = {
    "wait_intervals": 1_455,
    "wait_business_s": 324_466_517,
    "first_event_to_last_Resolve_business_s_total": 1_219_751_998,
    "same_minus_wait_business_s": 898_372_293,
    "resolved_cases": 4_569,
    "breach_16h": 2_898,
    "breach_16h_wait_paused": 2_615,
    "breach_40h": 2_289,
    "breach_40h_wait_paused": 1_887,
}
"""Names as in the file of reference figures beside the log."""
ITALIAN_CLOCKS = {(16, False): 2_888, (16, True): 2_592, (40, False): 2_269, (40, True): 1_855}
"""Resolved cases whose clock of so many hours, pausing or not, was late by their last row."""
