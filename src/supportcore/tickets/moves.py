"""
Taking an action: what a step of the workflow does to a ticket.

One place for the three ways an action is taken: by a person (`Act`), by a timer that came due, and by the desk itself
in answer to a reply. Beside them stands what clocks do when their instants come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from supportcore.errors import Reason
from supportcore.forms.fields import Plain
from supportcore.ids import derived
from supportcore.people.access import SYSTEM, Actor, Side
from supportcore.sla import clocks
from supportcore.sla.clocks import Clock
from supportcore.sla.policy import Rung, ServiceLevels
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import (
    SYSTEM_ACTOR,
    ClockBreached,
    ClockEvent,
    ClockWarned,
    ContentRef,
    Escalated,
    Event,
    StateChanged,
    TicketAssigned,
    TimerRefused,
    Triaged,
)
from supportcore.tickets.files import File
from supportcore.tickets.permissions import attempt
from supportcore.tickets.references import CLASSIFIED
from supportcore.tickets.ticket import Ticket, Timer
from supportcore.tickets.timekeeping import target_of
from supportcore.workflow.definition import State, Transition, WaitingOn

THE_DESK = Actor(id=SYSTEM_ACTOR)
"""The actor that timers act as."""
_SYSTEM_ROLES = frozenset({SYSTEM})


def timers_of(state: State, at: datetime) -> tuple[Timer, ...]:
    """Return the timers that start when *state* is entered at *at*."""
    rule = state.timer
    return () if rule is None else (Timer(action=rule.action, due_at=at + rule.after),)


def waits_for(ticket: Ticket, state: State, *, entered: bool, told: WaitingOn | None = None) -> WaitingOn | None:
    """Return whom *ticket* waits for in *state*: nobody if it is final, else as *told*, as it says, or as before."""
    if state.final:
        return None
    return told or (state.waiting_on if entered else None) or ticket.waiting_on


def pausing(levels: ServiceLevels | None, state: State, waiting_on: WaitingOn | None) -> bool:
    """Return whether the clocks of a ticket in *state* stand still."""
    if levels is None:
        return False
    return levels.pausing(state=state.key, category=state.category, waiting_on=waiting_on)


def move(
    draft: Draft,
    step: Transition,
    *,
    actor: str,
    at: datetime,
    command_id: str,
    values: Mapping[str, Plain],
    side: Side | None = None,
    salt: Callable[[], str] | None = None,
    files: Iterable[File] = (),
) -> None:
    """Let *step* happen, with the checked *values* and *files* of its form; *side* is that of the person who acts."""
    ticket = draft.ticket
    target = draft.rules.workflow.by_key[step.to or ticket.state]
    comment = values.get("comment")
    ref = None
    attached: tuple[ContentRef, ...] = ()
    if salt is not None:
        if comment is not None:
            ref = draft.write(ticket.id, "comment", str(comment), author=actor, audience=step.comment, salt=salt())
        attached = draft.attach(ticket.id, files, author=actor, audience=step.comment, salt=salt)
    asked = values.get("waiting_on")
    waiting: WaitingOn | None = asked if asked is not None else step.waiting_on  # type: ignore[assignment]  # an option
    waiting = waits_for(ticket, target, entered=step.to is not None, told=waiting)
    reason = values.get("reason")
    event = StateChanged(
        at=at,
        actor=actor,
        action=step.action,
        source=ticket.state,
        state=target.key,
        category=target.category,
        outcome=target.outcome,
        waiting_on=waiting,
        timers=timers_of(target, at) if step.to is not None else tuple(t for t in ticket.timers if t.due_at > at),
        comment=ref if step.comment == "public" else None,
        internal=ref if step.comment == "internal" else None,
        reason=None if reason is None else str(reason),
        side=side,
        pausing=pausing(draft.levels, target, waiting),
        confirmed=step.confirms,
        rating=step.rating if "rating" not in values else int(values["rating"]),
        files=attached,
    )
    draft.add(event, command_id)
    _assign(draft, step, actor=actor, at=at, command_id=command_id, values=values)


def _assign(
    draft: Draft, step: Transition, *, actor: str, at: datetime, command_id: str, values: Mapping[str, Plain]
) -> None:
    ticket = draft.ticket
    assignee, team = ticket.assignee, ticket.team
    if step.assign is not None:
        assignee = actor if step.assign == "actor" else None
    if "assignee" in values:
        assignee = str(values["assignee"])
    if "team" in values:
        team = str(values["team"])
    if (assignee, team) != (ticket.assignee, ticket.team):
        event = TicketAssigned(at=at, actor=actor, team=team, responsible=ticket.responsible, assignee=assignee)
        draft.add(event, command_id)


def occasion(event: Event) -> str:
    """Return what the desk's own doing is called: the action of a timer, or a clock and what came due on it."""
    match event:
        case ClockWarned(clock=clock):
            return f"{clock.kind}-warned"
        case ClockBreached(clock=clock):
            return f"{clock.kind}-breached"
        case Escalated(clock=clock, percent=percent):
            return f"{clock.kind}-{percent}"
    return getattr(event, "action", "")


def timer_command(ticket_id: str, action: str, position: int) -> str:
    """Return the id of the command a timer gives: firing it again is the same command."""
    return derived("timer", ticket_id, action, position)


def fire(draft: Draft, timer: Timer) -> None:
    """Let a timer that has come take its action, or be refused and cleared."""
    ticket = draft.ticket
    command_id = timer_command(ticket.id, timer.action, draft.position)
    at = max(timer.due_at, ticket.updated_at)
    found = attempt(draft, timer.action, THE_DESK, _SYSTEM_ROLES)
    if isinstance(found, Transition):
        move(draft, found, actor=SYSTEM_ACTOR, at=at, command_id=command_id, values={})
    else:
        reasons = tuple(reason.code for reason in found)
        draft.add(TimerRefused(at=at, actor=SYSTEM_ACTOR, action=timer.action, reasons=reasons), command_id)


def strike(draft: Draft, clock: Clock) -> None:
    """Let the next thing happen that is due on a clock: a step of its ladder, its warning, or its breach."""
    ticket, due_at = draft.ticket, clock.wake_at
    assert due_at is not None, "only a clock that wakes strikes"
    at = max(due_at, ticket.updated_at)
    rung = None
    event: ClockEvent
    if clock.next_at == due_at:
        taken, rung = clocks.climb(clock, target_of(draft.levels, clock))
        event = Escalated(at=at, actor=SYSTEM_ACTOR, clock=taken, percent=taken.passed)
    elif clock.warn_at == due_at:
        event = ClockWarned(at=at, actor=SYSTEM_ACTOR, clock=clocks.warn(clock))
    else:
        event = ClockBreached(at=at, actor=SYSTEM_ACTOR, clock=clocks.breach(clock))
    command_id = timer_command(ticket.id, occasion(event), draft.position)
    draft.add(event, command_id)
    if rung is not None:
        _escalate(draft, rung, at=at, command_id=command_id)


def _escalate(draft: Draft, rung: Rung, *, at: datetime, command_id: str) -> None:
    """Change what a step of a ladder changes, and tell those whom it names as they are then."""
    position = draft.ticket.version
    ticket = draft.ticket
    team, assignee = rung.team or ticket.team, rung.assignee or ticket.assignee
    if (team, assignee) != (ticket.team, ticket.assignee):
        changed = TicketAssigned(
            at=at, actor=SYSTEM_ACTOR, team=team, responsible=ticket.responsible, assignee=assignee
        )
        draft.add(changed, command_id)
    ticket = draft.ticket
    if rung.priority is not None and rung.priority != ticket.priority:
        said = {key: getattr(ticket, key) for key in CLASSIFIED}
        said.update(priority=rung.priority, priority_rank=draft.rules.rank("priority", rung.priority))
        draft.add(Triaged(at=at, actor=SYSTEM_ACTOR, **said), command_id)
    draft.tell(rung, position)


def take(
    draft: Draft, action: str, *, actor: Actor, at: datetime, command_id: str, side: Side | None = None
) -> tuple[Reason, ...]:
    """Let the desk itself take an action on behalf of *actor*; return why it may not, and then nothing is done."""
    found = attempt(draft, action, actor, _SYSTEM_ROLES)
    if not isinstance(found, Transition):
        return found
    move(draft, found, actor=actor.id, at=at, command_id=command_id, values={}, side=side)
    return ()


def follow_reply(draft: Draft, side: Side, *, actor: Actor, at: datetime, command_id: str) -> None:
    """Take the action that the state answers a reply of *side* with; if it is not allowed, the reply stands alone."""
    action = dict(draft.rules.workflow.by_key[draft.ticket.state].on_reply).get(side)
    if action is not None:
        take(draft, action, actor=actor, at=at, command_id=command_id, side=side)


def follow_work(draft: Draft, *, actor: Actor, at: datetime, command_id: str) -> None:
    """Take the action that the state has for a ticket that has an area by now, or somebody who works on it."""
    for has, name in ((draft.ticket.area, "on_triage"), (draft.ticket.assignee, "on_assign")):
        action: str | None = getattr(draft.rules.workflow.by_key[draft.ticket.state], name)
        if has is not None and action is not None:
            take(draft, action, actor=actor, at=at, command_id=command_id)
