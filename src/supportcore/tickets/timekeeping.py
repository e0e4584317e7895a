"""
What an event does to a ticket's clocks: the one place where that is decided.

It is asked after every event, whatever use case the event comes from, so no use case can forget a clock:

    opened                      starts the first response and the resolution of the ticket's policy
    message of staff            stops first and next response
    message of a customer       starts the next response, unless an answer is awaited already
    solved or closed            stops first and next response, and the resolution; closed the deadline, too
    no longer solved or closed  the resolution, and a first response that was not given, go on or start again, as the
                                levels say; the deadline goes on
    held, no longer held        pauses and resumes those clocks that pause
    classified, assigned        looks for the policy anew; where the target differs, the clock is retargeted
    under other levels          the same, with the policies of those
    under other rules           what a change of the state does, as those have it

Clocks do not know of one another: a pause of one is none of another, and what stops one leaves the others running.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from supportcore.sla import clocks
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import leaves_out, stands_still
from supportcore.sla.policy import ClockKind, DeadlineRule, Policy, ServiceLevels, Target
from supportcore.tickets.events import (
    ClockEvent,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    Event,
    Moved,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    Triaged,
)
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import DONE

_PROMISED: tuple[ClockKind, ...] = ("first_response", "next_response", "resolution")
_NO_RULE = DeadlineRule()


def target_of(levels: ServiceLevels | None, clock: Clock) -> Target:
    """
    Return what *clock* runs towards.

    A clock whose policy the levels no longer have keeps what it was promised, counted all the time; only a clock that
    had stopped before its ticket was retargeted can be in that place.
    """
    if clock.kind != "deadline" and levels is not None and clock.policy is not None:
        policy = levels.by_key.get(clock.policy)
        found = None if policy is None else policy.by_kind.get(clock.kind)
        if found is not None:
            return found
    rule = levels.deadline if levels is not None else _NO_RULE
    return rule.target(clock.target)


def follow(
    levels: ServiceLevels | None,
    before: Ticket | None,
    event: Event,
    ticket: Ticket,
    *,
    former: ServiceLevels | None = None,
) -> Iterator[ClockEvent]:
    """
    Yield what *event* does to the clocks of a ticket.

    Every clock event yielded is about a clock of its own, so none depends on another.

    Args:
        levels: The service levels the ticket is under after the event; *former* those before it.
        before: The ticket before the event; None if it began with it.
        ticket: The ticket after the event.
    """
    match event:
        case Replied() | StateChanged() | Moved() if before is not None:
            yield from _changed(levels, before, event, ticket)
        case TicketOpened() | Triaged() | TicketAssigned():
            yield from _match(levels, levels, event, ticket)
        case Retargeted():
            yield from _match(levels, former, event, ticket)


def _changed(
    levels: ServiceLevels | None, before: Ticket, event: Replied | StateChanged | Moved, ticket: Ticket
) -> Iterator[ClockEvent]:
    at, actor = event.at, event.actor
    said = isinstance(event, Replied) or (isinstance(event, StateChanged) and event.comment is not None)
    spoke = event.side if said and not isinstance(event, Moved) else None
    done, was_done = ticket.category in DONE, before.category in DONE
    asked = False
    for clock in ticket.clocks:
        target = target_of(levels, clock)
        answers = clock.kind in ("first_response", "next_response")
        if clock.active:
            ends = not ticket.is_open or (done and not was_done and clock.kind != "deadline")
            if ends or (answers and spoke == "staff"):
                yield ClockStopped(at=at, actor=actor, clock=clocks.stop(clock, target, at))
                continue
            asked = asked or answers
            yield from _held(clock, target, event, ticket)
        elif was_done and not done and _goes_on(clock, ticket):
            asked = asked or answers
            yield from _reopened(levels, clock, target, event, ticket)
        elif clock.kind == "deadline" and ticket.is_open and not before.is_open:
            going = clocks.resume(clock, target, at=at, ledger=ticket.ledger)
            yield ClockResumed(at=at, actor=actor, clock=going)
    policy = None if levels is None else levels.policy_for(ticket)
    if policy is None:
        return
    if was_done and not done:
        for kind in ("first_response", "resolution"):
            for started in _begun(kind, policy, event, ticket):
                asked = asked or kind == "first_response"
                yield started
    waits = not done or isinstance(event, Replied)  # what is said on solving it asks for nothing
    if spoke == "customer" and ticket.is_open and waits and not asked and "next_response" in policy.by_kind:
        yield _started("next_response", policy, since=at, event=event, ticket=ticket)


def _goes_on(clock: Clock, ticket: Ticket) -> bool:
    """Return whether a clock that stopped goes on once the ticket is no longer solved or closed."""
    answered = clock.kind == "first_response" and ticket.responded_at is not None
    return clock.state == "stopped" and clock.kind in ("first_response", "resolution") and not answered


def _held(clock: Clock, target: Target, event: Event, ticket: Ticket) -> Iterator[ClockEvent]:
    """Pause an active clock if the ticket is held by now, and resume it if it is not any more."""
    still = stands_still(ticket.ledger, leaves_out(clock.kind, target.pauses))
    if still and clock.state == "running":
        yield ClockPaused(at=event.at, actor=event.actor, clock=clocks.pause(clock, target, event.at))
    elif not still and clock.state == "paused":
        going = clocks.resume(clock, target, at=event.at, ledger=ticket.ledger)
        yield ClockResumed(at=event.at, actor=event.actor, clock=going)


def _reopened(
    levels: ServiceLevels | None, clock: Clock, target: Target, event: Event, ticket: Ticket
) -> Iterator[ClockEvent]:
    """A clock goes on towards what the ticket is promised now, or starts again once the grace is over."""
    at, actor = event.at, event.actor
    policy = None if levels is None else levels.policy_for(ticket)
    new = None if policy is None else policy.by_kind.get(clock.kind)
    if levels is None or policy is None or new is None:
        yield ClockRemoved(at=at, actor=actor, clock=clocks.remove(clock, target, at))
    elif levels.reopening == "restart" and not within_grace(levels, clock.stopped_at, at):
        yield _started(clock.kind, policy, since=at, event=event, ticket=ticket)
    else:
        how = levels.retargeting
        if _differs(clock, policy, new):
            going = clocks.retarget(clock, target, new, policy=policy.key, how=how, at=at, ledger=ticket.ledger)
        else:
            going = clocks.resume(clock, new, at=at, ledger=ticket.ledger)
        happened = ClockPaused if going.state == "paused" else ClockResumed
        yield happened(at=at, actor=actor, clock=going)


def within_grace(levels: ServiceLevels | None, stopped_at: datetime | None, at: datetime) -> bool:
    """Return whether a ticket that was done at *stopped_at* may still be taken up at *at* as though it had not been."""
    if levels is None or stopped_at is None:
        return False
    return bool(levels.grace) and at - stopped_at <= levels.grace


def _match(
    levels: ServiceLevels | None, former: ServiceLevels | None, event: Event, ticket: Ticket
) -> Iterator[ClockEvent]:
    """Find the policy of *ticket*, and give it the clocks that the policy promises."""
    policy = None if levels is None else levels.policy_for(ticket)
    for kind in _PROMISED:
        clock = ticket.clock(kind)
        new = None if policy is None else policy.by_kind.get(kind)
        if clock is not None and clock.active:
            if new is None or policy is None or levels is None:
                gone = clocks.remove(clock, target_of(former, clock), event.at)
                yield ClockRemoved(at=event.at, actor=event.actor, clock=gone)
            elif _differs(clock, policy, new):
                now = target_of(former, clock)
                moved = clocks.retarget(
                    clock, now, new, policy=policy.key, how=levels.retargeting, at=event.at, ledger=ticket.ledger
                )
                yield ClockRetargeted(at=event.at, actor=event.actor, clock=moved, how=levels.retargeting)
            else:
                yield from _held(clock, new, event, ticket)
        elif policy is not None:
            yield from _begun(kind, policy, event, ticket)
    deadline = ticket.clock("deadline")
    if deadline is not None and deadline.active:
        yield from _held(deadline, target_of(levels, deadline), event, ticket)


def _begun(kind: ClockKind, policy: Policy, event: Event, ticket: Ticket) -> Iterator[ClockEvent]:
    """Begin a clock that the policy of *ticket* promises and that is not there, from where it would have counted."""
    clock = ticket.clock(kind)
    since = _natural_start(kind, policy, ticket) if kind in policy.by_kind and _may_begin(kind, clock) else None
    if since is not None:
        passed = clock.passed if clock is not None and clock.state == "removed" else 0
        yield _started(kind, policy, since=since, event=event, ticket=ticket, passed=passed)


def _may_begin(kind: ClockKind, clock: Clock | None) -> bool:
    """Return whether a clock can begin: one that is not there, or was taken away, or comes again and again."""
    return clock is None or clock.state == "removed" or kind == "next_response"


def _differs(clock: Clock, policy: Policy, target: Target) -> bool:
    said = (clock.policy, clock.target, clock.calendar, clock.amber, clock.pauses)
    if said != (policy.key, target.within, target.calendar.digest, target.amber, target.pauses):
        return True
    rung = target.rung_after(clock.passed)
    return clock.state == "running" and clock.next_percent != (0 if rung is None else rung.percent)


def _natural_start(kind: ClockKind, policy: Policy, ticket: Ticket) -> datetime | None:
    """Return since when a clock that was not there before would have counted; None if it has nothing to count."""
    if ticket.category in DONE:
        return None
    if kind == "next_response":
        owed_before = ticket.responded_at is None and "first_response" in policy.by_kind
        return None if owed_before else ticket.unanswered_at
    if kind == "first_response" and ticket.responded_at is not None:
        return None
    return ticket.opened_at


def _started(
    kind: ClockKind, policy: Policy, *, since: datetime, event: Event, ticket: Ticket, passed: int = 0
) -> ClockStarted:
    clock = clocks.begin(
        kind,
        policy.by_kind[kind],
        policy=policy.key,
        since=since,
        at=event.at,
        ledger=ticket.ledger,
        passed=passed,
    )
    return ClockStarted(at=event.at, actor=event.actor, clock=clock)


def deadline_clock(levels: ServiceLevels | None, ticket: Ticket, deadline: datetime, at: datetime) -> Clock:
    """Return the clock that counts from *at* towards a deadline a person sets then."""
    rule = levels.deadline if levels is not None else _NO_RULE
    target = rule.target(deadline - at)
    return clocks.begin("deadline", target, policy=None, since=at, at=at, ledger=ticket.ledger)
