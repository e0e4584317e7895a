"""
What `tests/desks/timed.toml` promises a ticket, worked out a second time by hand from a plain log of what happened.

The log is a list of lines, each with the facts as they stood from then on. A promise is watched as the stretches of
time that counted for it, each in the hours it counted in then; all else is asked of these stretches.

Assumed where the words leave it open:

- time kept at a change of target is time as it was counted then; where the ticket's life comes to the same in the new
  hours, the ticket is late since that life used the target up, and else since the change;
- a warning is told only to whom is not late already;
- a step of the ladder that was reached already is taken at once, also while the watch stands still;
- a ticket that is solved no more is owed what it would be promised now, not when it was solved.

Nothing here may come from the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from tests.desk.promised import ALWAYS, OFFICE, POLICIES, ZERO, Always, Line, Promise

KINDS = ("first_response", "next_response", "resolution", "deadline")
ANSWERS = ("first_response", "next_response")
COVERED_UNTIL = date(2026, 12, 31)
LIGHTS = ("none", "green", "amber", "red")

Stretch = tuple[datetime, datetime | None, Always]


@dataclass
class Watch:
    """One promise to one ticket; `used` is what was kept at `kept_at`, before the first of the stretches."""

    kind: str
    policy: str | None
    promise: Promise
    since: datetime
    aimed_at: datetime
    used: timedelta = ZERO
    kept_at: datetime | None = None
    stretches: list[Stretch] = field(default_factory=list)
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_due: datetime | None = None
    passed: int = 0

    @property
    def running(self) -> bool:
        return bool(self.stretches) and self.stretches[-1][1] is None

    @property
    def active(self) -> bool:
        return self.stopped_at is None

    @property
    def state(self) -> str:
        return "running" if self.running else "paused" if self.active else "stopped"

    @property
    def met(self) -> bool | None:
        return False if self.breached_at is not None else None if self.active else True

    def elapsed(self, at: datetime) -> timedelta:
        spans = (hours.between(start, end or at) for start, end, hours in self.stretches)
        return sum(spans, self.used)

    def reached_at(self, share: timedelta) -> datetime | None:
        """The first instant at which so much was used up; None if it will not come by itself."""
        left = share - self.used
        if left <= ZERO:
            return self.kept_at or self.since
        for start, end, hours in self.stretches:
            worked = hours.between(start, end) if end is not None else left
            if worked >= left:
                return hours.reaching(start, left)
            left -= worked
        return None

    @property
    def late_at(self) -> datetime | None:
        """The first instant at which more than promised was used up; None if it will not come by itself."""
        left = self.promise.within - self.used
        if left < ZERO:
            return self.kept_at
        for start, end, hours in self.stretches:
            if end is None or hours.between(start, end) > left:
                return hours.exceeding(start, left)
            left -= hours.between(start, end)
        return None

    @property
    def due_at(self) -> datetime | None:
        if not self.active:
            return self.stopped_due
        return self.reached_at(self.promise.within) if self.running or self.breached_at is not None else None

    def uncertain(self) -> bool:
        return self.promise.hours is OFFICE and self.due_at is not None and self.due_at.date() > COVERED_UNTIL

    def light(self) -> str:
        if not self.active:
            return "none"
        return "red" if self.breached_at is not None else "amber" if self.warned_at is not None else "green"

    def coming(self) -> list[tuple[datetime, int, str, int]]:
        """What it will do by itself: when, which of several first, the event, and the step of the ladder."""
        found: list[tuple[datetime | None, int, str, int]] = []
        if not self.active:
            return []
        step = next((percent for percent in self.promise.ladder if percent > self.passed), None)
        if step is not None:
            found.append((self._not_before(self.promise.share(step)), 0, "Escalated", step))
        if self.warned_at is None:
            found.append((self._not_before(self.promise.share(self.promise.amber)), 1, "ClockWarned", 0))
        if self.breached_at is None:
            found.append((self.late_at, 2, "ClockBreached", 0))
        return [(at, rank, event, step) for at, rank, event, step in found if at is not None]

    def _not_before(self, share: timedelta) -> datetime | None:
        at = self.reached_at(share)
        return None if at is None else max(at, self.aimed_at)

    # -- what is done to it

    def aim(self, at: datetime) -> None:
        """From *at* on it goes towards its promise, perhaps for the first time; who is late is not warned."""
        self.aimed_at = at
        if self.warned_at is None and self.elapsed(at) > self.promise.within:
            self.warned_at = at

    def count(self, counts: bool, at: datetime) -> None:
        if self.running and not (counts and self.stretches[-1][2] is self.promise.hours):
            start, _, hours = self.stretches.pop()
            self.stretches.append((start, at, hours))
        if counts and not self.running:
            self.stretches.append((at, None, self.promise.hours))

    def stop(self, at: datetime) -> None:
        self.stopped_due = self.due_at
        if self.stopped_due is None:  # it stood still: when it would have been due, had it gone on at last
            self.stopped_due = self.promise.hours.reaching(at, self.promise.within - self.elapsed(at))
        self.count(False, at)
        self.stopped_at = at


class Keeper:
    """The watches of one ticket."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.lines: list[Line] = []
        self.watches: dict[str, Watch] = {}
        self.responded = False
        self.unanswered_at: datetime | None = None
        for line in lines:
            self.take(line)

    def by(self, at: datetime) -> Keeper:
        """The watches as they were at *at*, but for what came due since the last line before."""
        return Keeper(line for line in self.lines if line.at <= at)

    def take(self, line: Line) -> list[str]:
        """Write a line into the log; return the events that watches answer it with."""
        before = self.lines[-1] if self.lines else None
        self.lines.append(line)
        if line.told[0]:
            self._tell(self.watches[line.told[0]], line)
            return []
        was = {kind: (watch.state, watch.policy) for kind, watch in self.watches.items()}
        self._listen(line, before)
        self._end(line, before)
        self._reopen(line, before)
        if line.event in ("TicketOpened", "Triaged", "TicketAssigned"):
            self._match(line)
        if line.event == "DeadlineSet":
            self._deadline(line)
        awaited = any(kind in self.watches and self.watches[kind].active for kind in ANSWERS)
        if line.said == "customer" and line.category != "closed" and not awaited:
            self._begin("next_response", line, since=line.at)
        for kind, watch in self.watches.items():
            if watch.active:
                watch.count(line.counts(kind, watch.promise), line.at)
        return self._told(was, line)

    def _listen(self, line: Line, before: Line | None) -> None:
        if line.said == "staff":
            self.responded, self.unanswered_at = True, None
        elif line.said == "customer" and self.unanswered_at is None:
            self.unanswered_at = line.at
        if line.done and before is not None and not before.done:
            self.unanswered_at = None  # the solution is the answer

    def _end(self, line: Line, before: Line | None) -> None:
        over = line.done and before is not None and not before.done
        for kind, watch in self.watches.items():
            if kind == "deadline":
                ends = line.category == "closed"
            else:
                ends = over or (kind in ANSWERS and line.said == "staff")
            if watch.active and ends:
                watch.stop(line.at)

    def _reopen(self, line: Line, before: Line | None) -> None:
        resolution, deadline = self.watches.get("resolution"), self.watches.get("deadline")
        if before is not None and before.done and not line.done and resolution is not None:
            resolution.stopped_at = None
            self._target(resolution, line)
            resolution.aim(line.at)
        if before is not None and before.category == "closed" and line.category != "closed" and deadline is not None:
            # somebody named an instant: it does not move because the ticket was closed meanwhile
            deadline.stopped_at = None
            deadline.stretches = [(deadline.since, None, ALWAYS)]
            deadline.aim(line.at)

    def _match(self, line: Line) -> None:
        promised = POLICIES[line.policy]
        for kind in KINDS[:3]:
            watch = self.watches.get(kind)
            if watch is not None and watch.active:
                if kind in promised:
                    self._target(watch, line)
                else:
                    del self.watches[kind]
            elif line.event == "TicketOpened" and kind != "next_response":
                self._begin(kind, line, since=line.at)
            elif kind == "next_response" and self.responded and self.unanswered_at is not None and not line.done:
                self._begin(kind, line, since=self.unanswered_at)

    def _deadline(self, line: Line) -> None:
        self.watches.pop("deadline", None)
        if line.deadline is not None:
            promise = Promise(line.deadline - line.at, ALWAYS, pauses=False, amber=50)
            self.watches["deadline"] = Watch("deadline", None, promise, line.at, line.at)

    def _begin(self, kind: str, line: Line, *, since: datetime) -> None:
        promise = POLICIES[line.policy].get(kind)
        if promise is not None:
            watch = Watch(kind, line.policy, promise, since, line.at)
            watch.stretches = self._life(watch, line.at)
            watch.aim(line.at)
            self.watches[kind] = watch

    def _target(self, watch: Watch, line: Line) -> None:
        if watch.policy == line.policy:
            return
        used = watch.elapsed(line.at)
        watch.policy, watch.promise = line.policy, POLICIES[line.policy][watch.kind]
        watch.warned_at = watch.breached_at = None
        watch.used, watch.kept_at, watch.stretches = ZERO, None, self._life(watch, line.at)
        if watch.elapsed(line.at) != used:
            watch.used, watch.kept_at, watch.stretches = used, line.at, []
        watch.aim(line.at)

    def _life(self, watch: Watch, until: datetime) -> list[Stretch]:
        """The stretches that would have counted for a watch, had it always had the promise it has."""
        known = [line for line in self.lines if line.at <= until]
        return [
            (max(line.at, watch.since), following.at, watch.promise.hours)
            for line, following in pairwise(known)
            if following.at > max(line.at, watch.since) and line.counts(watch.kind, watch.promise)
        ]

    def _told(self, was: dict[str, tuple[str, str | None]], line: Line) -> list[str]:
        told: dict[str, str] = {}
        for kind in KINDS:
            old, policy = was.get(kind, ("", None))
            new = self.watches[kind].state if kind in self.watches else ""
            if kind == "deadline" and line.event == "DeadlineSet":
                continue
            if old in ("", "stopped") and new in ("running", "paused"):
                told[kind] = "ClockStarted" if old == "" or kind == "next_response" else "ClockResumed"
            elif old in ("running", "paused") and new in ("", "stopped"):
                told[kind] = "ClockStopped" if new else "ClockRemoved"
            elif new in ("running", "paused") and self.watches[kind].policy != policy:
                told[kind] = "ClockRetargeted"
            elif (old, new) in (("running", "paused"), ("paused", "running")):
                told[kind] = "ClockPaused" if new == "paused" else "ClockResumed"
        if line.event in ("Replied", "StateChanged") and told.get("next_response") == "ClockStarted":
            told["next_response"] = told.pop("next_response")  # a question begins a promise when all else is settled
        return list(told.values())

    # -- what watches do by themselves

    def coming(self) -> tuple[datetime, str, str, int] | None:
        """The first thing that will happen by itself: when, to which watch, the event, the step of the ladder."""
        found = [
            (at, KINDS.index(kind), rank, event, step)
            for kind, watch in self.watches.items()
            for at, rank, event, step in watch.coming()
        ]
        if not found:
            return None
        at, kind, _, event, step = min(found)
        return at, KINDS[kind], event, step

    def _tell(self, watch: Watch, line: Line) -> None:
        if line.event == "ClockWarned":
            watch.warned_at = line.at
        elif line.event == "ClockBreached":
            watch.breached_at = watch.late_at
        else:
            watch.passed = line.told[1]

    # -- what is shown

    def light(self) -> str:
        return max((watch.light() for watch in self.watches.values()), key=LIGHTS.index, default="none")

    @property
    def due_at(self) -> datetime | None:
        return min((watch.due_at for watch in self.watches.values() if watch.active and watch.due_at), default=None)
