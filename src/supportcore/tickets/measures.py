"""
What came of a ticket, in open time: how long until the first answer, until it was resolved, how long it was held.

Measures are read from the history when they are asked for, with the ticket's own ledger of holds and the arithmetic of
its clocks, so a measure and a clock never count by different rules. Where they differ, they answer different questions:
a clock stops when the ticket is solved, goes on when it is opened again, and may be under a policy that does not pause;
a measure looks back from the last time the ticket was resolved.

A ticket is resolved by a move

- into a state of category ``solved``, also when the same action is taken once more: a better solution, the last counts;
- into a closed state with the outcome ``resolved``, unless it was resolved already: then it is only confirmed;
- to other rules, where it counts as resolved under those and did not before.

A *run* is one clock from its start to its last stop, with what it finally said; each exchange has a run of the next
response. A promise that was taken away or replaced, and a deadline that was moved, leave none unless they were breached
by then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

import attrs

from supportcore.sla.calendar import Calendar
from supportcore.sla.clocks import Clock, elapsed_at
from supportcore.sla.ledger import HoldKind, Ledger, spent
from supportcore.sla.policy import ClockKind, ServiceLevels
from supportcore.sla.working import WorkingTime
from supportcore.tickets.events import (
    ClockRemoved,
    ClockStarted,
    DeadlineSet,
    Event,
    Moved,
    OfClock,
    Recorded,
    Replied,
    StateChanged,
    TicketOpened,
)
from supportcore.tickets.evolve import fold
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.timekeeping import target_of
from supportcore.workflow.definition import DONE, Category

Verdict = Literal["met", "breached", "open"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
SPANS = ("first_response", "resolution", "resolution_waiting", "net_resolution", "handling", "waiting", "closed")
"""The measures of a ticket that are spans of time."""
_Step = TicketOpened | StateChanged | Moved
"""What brings a ticket into a state."""
_ZERO = timedelta(0)


@attrs.frozen(kw_only=True)
class Run:
    """
    One promise and what came of it.

    Attributes:
        policy: Key of the policy that promised it; None for a deadline set by hand.
        elapsed: Open time of its own calendar used up.
        verdict: ``open`` while it may still be kept.
    """

    kind: ClockKind
    policy: str | None
    target: timedelta
    started_at: datetime
    elapsed: timedelta
    verdict: Verdict


@attrs.frozen(kw_only=True)
class Measures:
    """
    One ticket, measured as of an instant.

    Attributes:
        as_of: Nothing later is looked at.
        first_response: From the opening to the first public message of staff; None without one.
        resolved_at: When it was last resolved; None if it never was. A ticket that was opened again keeps it.
        resolution: From the opening to `resolved_at`, all of it.
        resolution_waiting: Of `resolution`, what was held because the desk waited for somebody.
        net_resolution: Of `resolution`, what was not held at all, neither waiting nor solved or closed: what the
            resolution clock counts if it pauses.
        handling: In states of category ``open``.
        waiting: Held because the desk waited for somebody.
        closed: Held because it was solved or closed, and then opened again.
        replies: Public messages of staff.
        reopenings: How often it was no longer solved or closed.
        runs: Promises in the order in which they began.
    """

    ticket: str
    as_of: datetime
    opened_at: datetime
    first_response: timedelta | None
    resolved_at: datetime | None
    resolution: timedelta | None
    resolution_waiting: timedelta | None
    net_resolution: timedelta | None
    handling: timedelta
    waiting: timedelta
    closed: timedelta
    replies: int
    reopenings: int
    runs: tuple[Run, ...]


def measures(
    history: Iterable[Recorded],
    *,
    at: datetime,
    levels: ServiceLevels | None = None,
    calendar: WorkingTime | None = None,
) -> Measures:
    """
    Return the measures of the ticket with *history*.

    Args:
        history: From its opening on; what is later than *at* is left aside.
        at: Aware instant, not before the opening.
        levels: The service levels the ticket is under at *at*; None if it is under none.
        calendar: What open time is; by default that of the resolution its policy promises, else all the time. The
            runs count in calendars of their own.

    Raises:
        TicketBroken: There is no history up to *at*, or it is no ticket's.
        ValueError: *levels* are not those of the ticket.
    """
    then = [recorded for recorded in history if recorded.event.at <= at]
    ticket = fold("", then)  # the desk's key plays no part
    if ticket.levels != (None if levels is None else levels.digest):
        raise ValueError(f"ticket {ticket.id} is under other service levels than those given")
    events = [recorded.event for recorded in then]
    hours = calendar or _hours(levels, ticket)
    start, ledger = ticket.opened_at, ticket.ledger
    moves = [event for event in events if isinstance(event, _Step)]
    resolved_at = _resolved_at(moves)
    resolution = resolution_waiting = net = None
    if resolved_at is not None:
        resolution = hours.between(start, resolved_at)
        resolution_waiting = _held(hours, start, resolved_at, ledger, "pause")
        net = spent(hours, start, resolved_at, ledger, ("pause", "done"))
    # While it stands solved or closed nobody knows whether that will last, so only what came to an end counts.
    lasts = bool(ledger) and ledger[-1].kind == "done" and ledger[-1].to_at is None
    return Measures(
        ticket=ticket.id,
        as_of=at,
        opened_at=start,
        first_response=None if ticket.responded_at is None else hours.between(start, ticket.responded_at),
        resolved_at=resolved_at,
        resolution=resolution,
        resolution_waiting=resolution_waiting,
        net_resolution=net,
        handling=_in_category("open", moves, hours, at),
        waiting=_held(hours, start, at, ledger, "pause"),
        closed=_held(hours, start, ledger[-1].from_at if lasts else at, ledger, "done"),
        replies=sum(_answers(event) for event in events),
        reopenings=sum(a.category in DONE and b.category not in DONE for a, b in pairwise(moves)),
        runs=tuple(_run(levels, clock, at) for clock in _clocks(events, levels)),
    )


def _hours(levels: ServiceLevels | None, ticket: Ticket) -> WorkingTime:
    policy = None if levels is None else levels.policy_for(ticket)
    target = None if policy is None else policy.by_kind.get("resolution")
    return Calendar.always() if target is None else target.calendar


def _held(calendar: WorkingTime, start: datetime, end: datetime, ledger: Ledger, kind: HoldKind) -> timedelta:
    return spent(calendar, start, end, ledger, ()) - spent(calendar, start, end, ledger, (kind,))


def _in_category(category: Category, moves: list[_Step], calendar: WorkingTime, at: datetime) -> timedelta:
    ends = [*(move.at for move in moves[1:]), at]
    stretches = [(move.at, end) for move, end in zip(moves, ends, strict=True) if move.category == category]
    return sum((calendar.between(start, end) for start, end in stretches), _ZERO)


def _resolved_at(moves: list[_Step]) -> datetime | None:
    """Return the instant of the last move that resolved."""
    found: StateChanged | Moved | None = None
    resolved = False
    for move in moves:
        solved = move.category == "solved"
        was, resolved = resolved, solved or getattr(move, "outcome", None) == "resolved"
        if isinstance(move, TicketOpened) or not resolved:
            continue
        if isinstance(move, Moved):
            if not was:
                found = move
            continue
        # An action that leaves the state as it is looks like a move from it into it.
        again = move.source == move.state
        if (
            (solved and not again)
            or not was
            or (again and isinstance(found, StateChanged) and found.action == move.action)
        ):
            found = move
    return None if found is None else found.at


def _answers(event: Event) -> bool:
    if isinstance(event, StateChanged):
        return event.comment is not None and event.side == "staff"
    return isinstance(event, Replied) and event.side == "staff"


def _clocks(events: list[Event], levels: ServiceLevels | None) -> list[Clock]:
    """
    Return each promise as it stood last, in the order in which they began.

    One that was breached stays, whatever is promised instead: a ticket does not become punctual by another priority.
    """
    found: dict[int, Clock] = {}
    current: dict[str, int] = {}

    def over(kind: str, at: datetime) -> None:
        place = current.pop(kind, -1)
        clock = found.pop(place, None)
        if clock is None or clock.breached_at is None:
            return
        calendar = target_of(levels, clock).calendar
        known = calendar.digest == clock.calendar  # not, if it ran under service levels that were replaced, too
        elapsed = elapsed_at(clock, calendar, at) if known else max(clock.elapsed, clock.target)
        found[place] = attrs.evolve(clock, state="stopped", elapsed=elapsed)

    for place, event in enumerate(events):
        match event:
            case ClockStarted(clock=clock):
                current[clock.kind] = place
                found[place] = clock
            case ClockRemoved(clock=clock):
                found[current[clock.kind]] = clock
                over(clock.kind, event.at)
            case OfClock(clock=clock):
                if found[current[clock.kind]].breached_at is not None and clock.breached_at is None:
                    over(clock.kind, event.at)
                    current[clock.kind] = place
                found[current[clock.kind]] = clock
            case DeadlineSet(clock=deadline):
                over("deadline", event.at)
                if deadline is not None:
                    current["deadline"] = place
                    found[place] = deadline
    return [clock for _, clock in sorted(found.items(), key=lambda pair: pair[0])]


def _run(levels: ServiceLevels | None, clock: Clock, at: datetime) -> Run:
    late = clock.breached_at is not None or clock.light(at) == "red"
    return Run(
        kind=clock.kind,
        policy=clock.policy,
        target=clock.target,
        started_at=clock.started_at,
        elapsed=elapsed_at(clock, target_of(levels, clock).calendar, at),
        verdict="breached" if late else "met" if clock.met else "open",
    )


# -- many tickets ------------------------------------------------------------------------------------------------------


@attrs.define(kw_only=True)
class Tally:
    """
    The measures of many tickets added up, whatever their number.

    Attributes:
        tickets: How many were added.
        counted: For each of `SPANS`, how many tickets have it.
        totals: For each of `SPANS`, the sum.
        reopened: How many tickets were opened again at least once.
        verdicts: Runs by policy, clock and verdict.

    >>> Tally().mean("resolution") is None
    True
    """

    tickets: int = 0
    counted: Counter[str] = attrs.Factory(Counter)
    totals: dict[str, timedelta] = attrs.Factory(lambda: dict.fromkeys(SPANS, _ZERO))
    replies: int = 0
    reopenings: int = 0
    reopened: int = 0
    verdicts: Counter[tuple[str | None, ClockKind, Verdict]] = attrs.Factory(Counter)

    def add(self, measured: Measures) -> None:
        """Add one ticket."""
        self.tickets += 1
        for name in SPANS:
            span: timedelta | None = getattr(measured, name)
            if span is not None:
                self.counted[name] += 1
                self.totals[name] += span
        self.replies += measured.replies
        self.reopenings += measured.reopenings
        self.reopened += measured.reopenings > 0
        self.verdicts.update((run.policy, run.kind, run.verdict) for run in measured.runs)

    def mean(self, name: str) -> timedelta | None:
        """Return the mean of one of `SPANS` over the tickets that have it, to the microsecond; None if none has."""
        return self.totals[name] / self.counted[name] if self.counted[name] else None

    @property
    def promises(self) -> Mapping[tuple[str | None, ClockKind], Mapping[Verdict, int]]:
        """For each policy and clock, how many runs there are of each verdict."""
        kept = dict.fromkeys((policy, kind) for policy, kind, _ in self.verdicts)
        return {(policy, kind): {v: self.verdicts[policy, kind, v] for v in VERDICTS} for policy, kind in kept}
