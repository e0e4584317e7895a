"""
A made-up helpdesk's event log of any length, and a count of any such log that owes nothing to the library.

Rules:

- The same seed and number of cases give the same bytes on every Python: only `Random.random` is drawn from, whose
  sequence the standard library promises to keep.
- A case is drawn from the seed and its own number, so it is the same whether cases are interleaved or not.
- Within a case time never runs backwards; now and then two rows share an instant. Work is done from 07:00 to
  20:00, so that no stamp falls into an hour that a change of clocks leaves out or repeats.
- Cases come at a steady pace and end, so the cases open at one time, which is all that is held, do not grow with
  the log. Half a million rows take about five years, and all of them are past.

The file has the shape of a real export: one column stands twice, stamps have no offset, names have commas, quotes
and letters beyond ASCII.
"""

from __future__ import annotations

import csv
import heapq
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

AT_FORMAT = "%Y/%m/%d %H:%M:%S.%f"
"""How the stamps of `write_log` are written; three digits behind the second."""

HEADER = (
    "Case ID",
    "Activity",
    "Resource",
    "Complete Timestamp",
    "Variant",
    "Variant index",
    "Variant",
    "seriousness",
    "customer",
    "product",
)

END = ""
NEXT: dict[str, tuple[tuple[str, int], ...]] = {
    "Register": (("Classify", 88), ("Take in charge", 12)),
    "Classify": (("Take in charge", 84), ("Classify", 9), ("Resolve", 7)),
    "Take in charge": (("Resolve", 60), ("Wait", 25), ("Escalate", 9), ("Take in charge", 6)),
    "Wait": (("Take in charge", 38), ("Resolve", 52), ("Wait", 8), ("Close", 2)),
    "Escalate": (("Take in charge", 70), ("Resolve", 30)),
    "Resolve": (("Close", 92), ("Take in charge", 4), ("Resolve", 3), (END, 1)),
    "Close": ((END, 950), ("Reopen", 40), ("Close", 7), ("Wait", 3)),
    "Reopen": (("Take in charge", 90), ("Resolve", 10)),
}
"""What may follow an activity, with weights. A desk with guards will refuse some of what follows a Close."""

USUAL_HOURS = {
    "Classify": 0.3,
    "Take in charge": 3,
    "Wait": 5,
    "Escalate": 8,
    "Resolve": 16,
    "Close": 120,
    "Reopen": 60,
}
"""The mean time before an activity, in hours; what is drawn is up to twice as long."""

RESOURCES = (
    "Ana Muñoz",
    "Zoë Brontë",
    "Łukasz Wójcik",
    "José Peña, turno B",
    'Ελένη "Lena" Παππά',
    "李 雷",
    "Søren Ångström",
    "",
)
NIGHTLY = "système"
FIRST = datetime(2001, 1, 1, 7)
EVERY_MINUTES = 11


class Event(NamedTuple):
    """One row to be; compares by instant, then case, then place in the case."""

    at: datetime
    case: int
    place: int
    cells: tuple[str, ...]


class Counts(NamedTuple):
    """
    What a log holds.

    Attributes:
        events: Rows.
        cases: Distinct cases.
        pairs: Distinct pairs of activities of which the second directly follows the first within a case.
        after_close: Rows that directly follow a closing row of their case.
        by_activity: Rows of each activity.
    """

    events: int
    cases: int
    pairs: int
    after_close: int
    by_activity: dict[str, int]


def write_log(path: Path, *, seed: int, cases: int, interleaved: bool = True) -> None:
    """Write a log of *cases* cases: in the order of time when *interleaved*, else one case after the other."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for event in _by_time(seed, cases) if interleaved else _by_case(seed, cases):
            writer.writerow(event.cells)


def count(
    path: Path, *, case: str = "Case ID", activity: tuple[str, ...] = ("Activity",), close: str = "Close"
) -> Counts:
    """Count the log at *path* in the order of the file; several *activity* columns are joined with a plus."""
    last: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    by_activity: Counter[str] = Counter()
    after_close = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        case_place, activity_places = header.index(case), [header.index(name) for name in activity]
        for cells in filter(None, reader):  # a blank line is no row
            key, done = cells[case_place], "+".join(cells[place] for place in activity_places)
            by_activity[done] += 1
            if key in last:
                pairs.add((last[key], done))
                after_close += last[key] == close
            last[key] = done
    return Counts(sum(by_activity.values()), len(last), len(pairs), after_close, dict(by_activity))


# -- how a case goes -----------------------------------------------------------------------------------------


def _by_case(seed: int, cases: int) -> Iterator[Event]:
    for number, opened_at in _arrivals(seed, cases):
        yield from _case(seed, number, opened_at)


def _by_time(seed: int, cases: int) -> Iterator[Event]:
    """Merge the cases by time; a case is drawn when the first of its rows can be the next one."""
    waiting: list[Event] = []
    for number, opened_at in _arrivals(seed, cases):
        while waiting and waiting[0].at < opened_at:
            yield heapq.heappop(waiting)
        for event in _case(seed, number, opened_at):
            heapq.heappush(waiting, event)
    while waiting:
        yield heapq.heappop(waiting)


def _arrivals(seed: int, cases: int) -> Iterator[tuple[int, datetime]]:
    draw = random.Random(seed)
    at = FIRST
    for number in range(1, cases + 1):
        at = _working(at + _milliseconds(draw.random() * 2 * EVERY_MINUTES / 60))
        yield number, at


def _case(seed: int, number: int, opened_at: datetime) -> list[Event]:
    draw = random.Random(seed * 1_000_003 + number)
    steps = [("Register", opened_at)]
    while (following := _weighted(draw, NEXT[steps[-1][0]])) != END:
        wait = 0.0 if draw.random() < 0.02 else draw.random() * 2 * USUAL_HOURS[following]
        steps.append((following, _working(steps[-1][1] + _milliseconds(wait))))
    variant = f"Variant {len(steps)}"
    facts = [
        _one(draw, ("low", "medium", "high")),
        f"Customer {int(draw.random() * 40) + 1}",
        f"Product {int(draw.random() * 12) + 1}",
    ]
    events = []
    for place, (activity, at) in enumerate(steps):
        resource = NIGHTLY if activity == "Close" else _one(draw, RESOURCES)
        stamp = f"{at:%Y/%m/%d %H:%M:%S}.{at.microsecond // 1000:03d}"
        cells = (f"Case {number}", activity, resource, stamp, variant, variant[8:], variant, *facts)
        events.append(Event(at, number, place, cells))
    return events


def _working(at: datetime) -> datetime:
    """Move *at* into the hours and days of work, never back."""
    if at.hour >= 20:
        at = at.replace(hour=7, minute=0) + timedelta(days=1)
    elif at.hour < 7:
        at = at.replace(hour=7, minute=0)
    return at + timedelta(days=7 - at.weekday()) if at.weekday() >= 5 else at


def _milliseconds(hours: float) -> timedelta:
    return timedelta(milliseconds=int(hours * 3_600_000))


def _one(draw: random.Random, values: tuple[str, ...]) -> str:
    return values[int(draw.random() * len(values))]


def _weighted(draw: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    left = draw.random() * sum(weight for _, weight in choices)
    for value, weight in choices:
        left -= weight
        if left < 0:
            return value
    return choices[-1][0]
