"""
What `tests/desks/timed.toml` promises, and in which hours, written a second time by hand.

Open time is counted by half-hours, each asked by the wall clock whether it is open: every window begins and ends on a
whole hour. Nothing here may come from the library.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TICK = timedelta(milliseconds=1)
ZERO = timedelta(0)
DONE = ("solved", "closed")


# -- open time ---------------------------------------------------------------------------------------------------------


Windows = tuple[tuple[int, int], ...]
"""Hours of the wall clock at which work begins and ends, one pair after another."""


class Always:
    """Every hour of every day."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        return end - start

    def reaching(self, start: datetime, work: timedelta) -> datetime:
        """The first instant by which *work* of open time has passed."""
        return start + work

    def exceeding(self, start: datetime, work: timedelta) -> datetime:
        """The first instant by which more has."""
        return start + work + TICK


class Office(Always):
    """The office in Madrid, half-hour by half-hour."""

    CELL = timedelta(minutes=30)
    FIRST = datetime(2025, 12, 1, tzinfo=UTC)
    ZONE = ZoneInfo("Europe/Madrid")
    DAY: Windows = ((9, 14), (15, 18))
    WEEK: tuple[Windows, ...] = (DAY, DAY, DAY, DAY, ((9, 14),), (), ())
    INSTEAD: Mapping[date, Windows] = {date(2026, 1, 1): (), date(2026, 1, 6): (), date(2026, 1, 5): ((9, 13),)}

    def __init__(self) -> None:
        self.open: list[bool] = []
        self.worked: list[int] = [0]  # half-hours open before each half-hour

    def _is_open(self, at: datetime) -> bool:
        wall = at.astimezone(self.ZONE)
        windows = self.INSTEAD.get(wall.date(), self.WEEK[wall.weekday()])
        return any(first <= wall.hour < last for first, last in windows)

    def _more(self) -> None:
        for _ in range(48 * 90):
            self.open.append(self._is_open(self.FIRST + len(self.open) * self.CELL))
            self.worked.append(self.worked[-1] + self.open[-1])

    def _until(self, at: datetime) -> timedelta:
        cell = (at - self.FIRST) // self.CELL
        while cell >= len(self.open):
            self._more()
        inside = at - self.FIRST - cell * self.CELL
        return self.worked[cell] * self.CELL + (inside if self.open[cell] else ZERO)

    def between(self, start: datetime, end: datetime) -> timedelta:
        return self._until(end) - self._until(start)

    def reaching(self, start: datetime, work: timedelta) -> datetime:
        if not work:
            return start
        wanted = self._until(start) + work
        while self.worked[-1] * self.CELL < wanted:
            self._more()
        cell = bisect_left(self.worked, wanted / self.CELL) - 1
        return self.FIRST + cell * self.CELL + (wanted - self.worked[cell] * self.CELL)

    def exceeding(self, start: datetime, work: timedelta) -> datetime:
        at = self.reaching(start, work)
        while not self._is_open(at):
            at = self.FIRST + ((at - self.FIRST) // self.CELL + 1) * self.CELL
        return at + TICK


ALWAYS, OFFICE = Always(), Office()


# -- what is promised --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    within: timedelta
    hours: Always
    pauses: bool = True
    amber: int = 75
    ladder: tuple[int, ...] = ()

    def share(self, percent: int) -> timedelta:
        return TICK * -(-(self.within // TICK) * percent // 100)


def _hours(count: float, hours: Always, **more: object) -> Promise:
    return Promise(timedelta(hours=count), hours, **more)  # type: ignore[arg-type]


UP = (50, 100, 150)
POLICIES: dict[str, dict[str, Promise]] = {
    "gold": {
        "first_response": _hours(0.5, ALWAYS),
        "next_response": _hours(1, ALWAYS),
        "resolution": _hours(8, ALWAYS, pauses=False),
    },
    "urgent": {
        "first_response": _hours(1, OFFICE),
        "next_response": _hours(2, OFFICE),
        "resolution": _hours(8, OFFICE, ladder=UP),
    },
    "standard": {
        "first_response": _hours(4, OFFICE, pauses=False),
        "resolution": _hours(16, OFFICE, amber=80, ladder=UP),
    },
}


@dataclass(frozen=True)
class Line:
    """One line of the log: what happened, and the facts from then on."""

    event: str
    at: datetime
    category: str
    waiting_on: str | None
    agreement: str | None = None
    priority: str | None = None
    said: str | None = None
    """The side that wrote something public with it."""
    deadline: datetime | None = None
    """Of a `DeadlineSet`."""
    told: tuple[str, int] = ("", 0)
    """Of what a watch did by itself: its kind, and the step of the ladder."""

    @property
    def policy(self) -> str:
        return "gold" if self.agreement == "gold" else "urgent" if self.priority == "high" else "standard"

    @property
    def done(self) -> bool:
        return self.category in DONE

    def counts(self, kind: str, promise: Promise) -> bool:
        """Whether time counts for a promise of this kind while the facts are these."""
        if self.done:
            return kind != "resolution"
        return not (promise.pauses and self.waiting_on == "customer")
