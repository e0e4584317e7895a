"""
One promise of time to one ticket: a clock, and all that can happen to it.

A clock is running, paused or stopped; or removed, when its ticket no longer falls under a policy that promises it. It
keeps what it has used up (`elapsed`, as of `as_of`) and, while it runs, the instants to come: amber, due, breach, next
step of its ladder. These are results: once stored, no calendar, policy or set of time zones changes them, until
something happens to the clock itself.

    begin ──▶ running ──pause──▶ paused ──resume──▶ running ──stop──▶ stopped ──resume──▶ running

`due_at` is the first instant at which the target is used up, at closing time the instant of closing. `breach_at` is the
last such instant, so the next opening in that case. Breached means later than `breach_at`; met means stopped without
having been breached; nothing is both.

What does not count is the ticket's, not the clock's: see `supportcore.sla.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal

import attrs

from supportcore import text
from supportcore.sla.ledger import HoldKind, Ledger, after, last_of, leaves_out, reached, spent, stands_still
from supportcore.sla.policy import KINDS, ClockKind, Retargeting, Rung, Target
from supportcore.sla.working import HORIZON, WorkingTime
from supportcore.sla.zones import tz_version

ClockState = Literal["running", "paused", "stopped", "removed"]
Light = Literal["none", "green", "amber", "red"]
LIGHTS: tuple[Light, ...] = ("none", "green", "amber", "red")
"""From the least to the most pressing."""
TICK = timedelta(milliseconds=1)
"""The smallest step of time that is kept."""
_ZERO = timedelta(0)


@attrs.frozen(kw_only=True)
class Clock:
    """
    A promise being kept, or not.

    Attributes:
        policy: Key of the policy it comes from; None for a deadline that a person set.
        calendar: Digest of the calendar it counts in.
        tz: Version of the time zone data it was last worked out with.
        target: Open time that may pass.
        amber: Percent of the target at which the light turns amber.
        pauses: Whether it stands still while the ticket is held.
        started_at: Where counting begins.
        elapsed: Open time used up by `as_of`.
        due_at: What people see: when the target is used up; None while paused, or if that is beyond reach.
        breach_at: The last instant that is not too late; None while paused, or if it never comes.
        warn_at: When the light turns amber; None once it has, or while paused.
        warned_at: When it did.
        breached_at: The first instant that was too late.
        stopped_at: When it stopped; it is met if it was not breached by then.
        passed: Percent of the highest step of the ladder that was taken; 0 for none.
        next_percent: The step to come, and `next_at` when.
        uncertain: The due instant lies beyond the days for which holidays are known.
    """

    kind: ClockKind = text.one_of(KINDS)
    state: ClockState = text.one_of(("running", "paused", "stopped", "removed"), "running")
    policy: str | None = text.key(None)
    calendar: str = text.host_id()
    tz: str = text.key("unknown")
    target: timedelta = text.span_of()
    amber: int = text.integer(75)
    pauses: bool = True
    started_at: datetime = text.instant_at()
    as_of: datetime = text.instant_at()
    elapsed: timedelta = text.span_of(timedelta(0))
    due_at: datetime | None = text.instant_at(None)
    breach_at: datetime | None = text.instant_at(None)
    warn_at: datetime | None = text.instant_at(None)
    warned_at: datetime | None = text.instant_at(None)
    breached_at: datetime | None = text.instant_at(None)
    stopped_at: datetime | None = text.instant_at(None)
    passed: int = text.integer(0)
    next_percent: int = text.integer(0)
    next_at: datetime | None = text.instant_at(None)
    uncertain: bool = False

    @property
    def active(self) -> bool:
        """Whether it runs, or will once the ticket is no longer held."""
        return self.state in ("running", "paused")

    @property
    def leaves_out(self) -> tuple[HoldKind, ...]:
        """The kinds of holds whose time does not count for it."""
        return leaves_out(self.kind, self.pauses)

    @property
    def met(self) -> bool:
        """Whether it stopped in time."""
        return self.state == "stopped" and self.breached_at is None

    @property
    def late_at(self) -> datetime | None:
        """The first instant that is too late, as far as it is known; None if none is in sight."""
        if self.breached_at is not None or self.breach_at is None:
            return self.breached_at
        return self.breach_at + TICK

    @property
    def pressing_at(self) -> datetime | None:
        """The instant its light turns amber, past or to come; None if none is in sight."""
        return self.warned_at if self.warned_at is not None else self.warn_at

    @property
    def wake_at(self) -> datetime | None:
        """When the next thing happens to it by itself, or None."""
        if not self.active:
            return None
        late_at = None if self.breached_at is not None else self.late_at
        return min((at for at in (self.next_at, self.warn_at, late_at) if at is not None), default=None)

    def light(self, at: datetime) -> Light:
        """Return its light at *at*, an instant not before the last thing that happened to it."""
        if not self.active or at < self.started_at:
            return "none"
        if (late_at := self.late_at) is not None and at >= late_at:
            return "red"
        return "amber" if (pressing_at := self.pressing_at) is not None and at >= pressing_at else "green"


_FIELDS = tuple(field.name for field in attrs.fields(Clock))
_READ = attrgetter(*_FIELDS)
_SET: tuple[Callable[[Clock, Any], None], ...] = tuple(getattr(Clock, name).__set__ for name in _FIELDS)


def _changed(clock: Clock, **changes: Any) -> Clock:
    """
    Return *clock* with some fields changed, which are not checked anew.

    They come from a clock, a target and a calendar, whose constructors checked them: a command on a ticket with several
    clocks is otherwise mostly this. Stores build clocks through the class, which checks.
    """
    values = dict(zip(_FIELDS, _READ(clock), strict=True))
    values.update(changes)
    made: Clock = Clock.__new__(Clock)
    for put, value in zip(_SET, values.values(), strict=True):
        put(made, value)
    return made


def share(target: timedelta, percent: int) -> timedelta:
    """
    Return *percent* of a target, rounded up to the millisecond.

    >>> share(timedelta(hours=4), 75)
    datetime.timedelta(seconds=10800)
    """
    return timedelta(milliseconds=-(-(target // TICK) * percent // 100))


# -- what happens to a clock -------------------------------------------------------------------------------------------


def begin(
    kind: ClockKind,
    target: Target,
    *,
    policy: str | None,
    since: datetime,
    at: datetime,
    ledger: Ledger,
    passed: int = 0,
) -> Clock:
    """
    Return the clock that counts from *since* and comes to be at *at*; what was used up by then counts.

    Args:
        passed: Percent of the highest step of a ladder that was taken before.
    """
    blank = Clock(
        kind=kind,
        policy=policy,
        calendar=target.calendar.digest,
        target=target.within,
        started_at=since,
        as_of=at,
        passed=passed,
    )
    elapsed = spent(target.calendar, since, at, ledger, leaves_out(kind, target.pauses))
    return _aimed(blank, target, at=at, elapsed=elapsed, ledger=ledger)


def elapsed_at(clock: Clock, calendar: WorkingTime, at: datetime) -> timedelta:
    """Return what *clock* has used up at *at*, an instant not before the last thing that happened to it."""
    if clock.state != "running":
        return clock.elapsed
    elapsed = clock.elapsed + calendar.between(clock.as_of, at)
    # The instants of a clock were worked out when it last changed; where the time zone data changed since, they rule.
    if clock.late_at is not None and at < clock.late_at:
        return min(elapsed, max(clock.target, clock.elapsed))
    return elapsed


def pause(clock: Clock, target: Target, at: datetime) -> Clock:
    """Return a running *clock* that stands still from *at* on."""
    return _still(clock, "paused", at, elapsed_at(clock, target.calendar, at))


def resume(clock: Clock, target: Target, *, at: datetime, ledger: Ledger) -> Clock:
    """Return a paused or stopped *clock* that goes on at *at*, towards *target*."""
    going = _changed(clock, state="running", stopped_at=None)
    elapsed = clock.elapsed
    if clock.kind == "deadline":  # an instant somebody named: it does not move because the ticket was closed meanwhile
        elapsed = spent(target.calendar, clock.started_at, at, ledger, clock.leaves_out)
    return _aimed(going, target, at=at, elapsed=elapsed, ledger=ledger)


def stop(clock: Clock, target: Target, at: datetime) -> Clock:
    """Return *clock* stopped at *at*: met, if it was not breached before."""
    stopped = _still(clock, "stopped", at, elapsed_at(clock, target.calendar, at))
    due_at = clock.due_at
    if clock.state == "paused" and due_at is None:  # it would have been due then, had the hold ended
        due_at = after(target.calendar, at, max(clock.target - stopped.elapsed, _ZERO))
    return _changed(stopped, due_at=due_at, stopped_at=at)


def retarget(
    clock: Clock, now: Target, new: Target, *, policy: str, how: Retargeting, at: datetime, ledger: Ledger
) -> Clock:
    """
    Return *clock* going on under another target.

    Args:
        now: The target it had.
        how: ``keep`` leaves the time used as it is; ``from_start`` measures the ticket's life anew in the new calendar;
            ``prorate`` keeps the share of the target that was used.
    """
    used = elapsed_at(clock, now.calendar, at)
    if how == "from_start":
        used = spent(new.calendar, clock.started_at, at, ledger, leaves_out(clock.kind, new.pauses))
    elif how == "prorate":
        ticks = (used // TICK) * (new.within // TICK) // max(clock.target // TICK, 1)
        used = TICK * min(ticks, HORIZON // TICK)
    fresh = _changed(clock, policy=policy, warned_at=None, breached_at=None, stopped_at=None, state="running")
    return _aimed(fresh, new, at=at, elapsed=used, ledger=ledger)


def remove(clock: Clock, target: Target, at: datetime) -> Clock:
    """Return *clock* when nothing is promised any more; the steps of its ladder that were taken stay taken."""
    return _still(clock, "removed", at, elapsed_at(clock, target.calendar, at))


def warn(clock: Clock) -> Clock:
    """Return *clock* with its light turned amber."""
    return _changed(clock, warned_at=clock.warn_at, warn_at=None)


def breach(clock: Clock) -> Clock:
    """Return *clock* with its target missed."""
    return _changed(clock, breached_at=clock.late_at)


def climb(clock: Clock, target: Target) -> tuple[Clock, Rung | None]:
    """Return *clock* with the next step of its ladder taken, and that step; None if the ladder no longer has it."""
    rung = next((rung for rung in target.ladder if rung.percent == clock.next_percent), None)
    taken = _changed(clock, passed=clock.next_percent, next_at=None, next_percent=0)
    following = target.rung_after(clock.next_percent)
    if following is None:
        return taken, rung
    worked = share(clock.target, following.percent) - clock.elapsed
    waits = clock.state != "running" and worked > _ZERO
    at = None if waits else after(target.calendar, clock.as_of, max(worked, _ZERO))
    return _changed(taken, next_percent=following.percent if at else 0, next_at=at), rung


def _still(clock: Clock, state: ClockState, at: datetime, elapsed: timedelta) -> Clock:
    late = clock.breached_at is not None
    return _changed(
        clock,
        state=state,
        as_of=at,
        elapsed=elapsed,
        due_at=clock.due_at if late else None,
        breach_at=clock.breach_at if late else None,
        warn_at=None,
        next_at=None,
        next_percent=0,
        uncertain=False,
    )


def _aimed(clock: Clock, target: Target, *, at: datetime, elapsed: timedelta, ledger: Ledger) -> Clock:
    """Return *clock* with *elapsed* used up at *at*, and all that is to come worked out towards *target*."""
    calendar, within = target.calendar, target.within
    without = leaves_out(clock.kind, target.pauses)
    paused = stands_still(ledger, without)
    late = elapsed > within
    due_at: datetime | None = None
    breach_at: datetime | None = None
    if clock.breached_at is not None:  # it was late before, and since when does not change
        due_at, breach_at = clock.due_at, clock.breach_at
    elif late or (elapsed == within and not paused):
        due_at = late_at = at
        if elapsed == spent(calendar, clock.started_at, at, ledger, without):
            due_at = reached(calendar, clock.started_at, within, ledger, without) or at
            late_at = reached(calendar, clock.started_at, within + TICK, ledger, without) or at
        breach_at = late_at - TICK if late else last_of(calendar, at)
    elif not paused:
        due_at = after(calendar, at, within - elapsed)
        breach_at = last_of(calendar, due_at)
    warned_at, warn_at = clock.warned_at, None
    if warned_at is None and late:
        warned_at = at  # it is breached at once, and nobody needs to be warned of that
    elif warned_at is None and (not paused or elapsed >= share(within, target.amber)):
        warn_at = after(calendar, at, max(share(within, target.amber) - elapsed, _ZERO))
    rung = target.rung_after(clock.passed)
    next_at = None
    if rung is not None and (not paused or elapsed >= share(within, rung.percent)):
        next_at = after(calendar, at, max(share(within, rung.percent) - elapsed, _ZERO))
    return _changed(
        clock,
        state="paused" if paused else "running",
        calendar=calendar.digest,
        tz=tz_version(),
        target=within,
        amber=target.amber,
        pauses=target.pauses,
        as_of=at,
        elapsed=elapsed,
        due_at=due_at,
        breach_at=breach_at,
        warn_at=warn_at,
        warned_at=warned_at,
        next_percent=rung.percent if rung is not None and next_at is not None else 0,
        next_at=next_at,
        # What is due at midnight is of the day before.
        uncertain=due_at is not None and not calendar.knows(due_at - TICK),
    )


# -- what a ticket's clocks come to ------------------------------------------------------------------------------------


def most_pressing(lights: Iterable[Light]) -> Light:
    """Return the most pressing of *lights*."""
    return max(lights, key=LIGHTS.index, default="none")
