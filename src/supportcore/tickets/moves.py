"""
Taking an action: what a step of the workflow does to a ticket.

One place for the three ways an action is taken: by a person (`Act`), by a timer that came due, and by the desk itself
in answer to a reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from supportcore.definition.model import Definition
from supportcore.errors import Reason
from supportcore.forms.fields import Plain
from supportcore.ids import derived
from supportcore.people.access import SYSTEM, Actor
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import SYSTEM_ACTOR, StateChanged, TicketAssigned, TimerRefused
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import State, Transition, WaitingOn

THE_DESK = Actor(id=SYSTEM_ACTOR)
"""The actor that timers act as."""
_SYSTEM_ROLES = frozenset({SYSTEM})


def timers_of(state: State, at: datetime) -> tuple[Timer, ...]:
    """Return the timers that start when *state* is entered at *at*."""
    rule = state.timer
    return () if rule is None else (Timer(action=rule.action, due_at=at + rule.after),)


def attempt(rules: Definition, draft: Draft, action: str, actor: Actor, roles: frozenset[str]) -> (
    Transition | tuple[Reason, ...]
):  # fmt: skip
    """Return the transition open to *actor* on the drafted ticket, or why there is none."""
    return rules.engine.attempt(draft.ticket, action, actor, roles)


def move(
    draft: Draft,
    step: Transition,
    *,
    actor: str,
    at: datetime,
    command_id: str,
    values: Mapping[str, Plain],
    salt: str = "",
) -> None:
    """Let *step* happen, with the checked *values* of its form."""
    ticket = draft.ticket
    target = draft.rules.workflow.by_key[step.to or ticket.state]
    comment = values.get("comment")
    ref = None
    if comment is not None:
        ref = draft.write(ticket.id, "comment", str(comment), author=actor, audience=step.comment, salt=salt)
    asked = values.get("waiting_on")
    waiting: WaitingOn | None = asked if asked is not None else step.waiting_on  # type: ignore[assignment]  # an option
    if waiting is None:
        waiting = (target.waiting_on if step.to is not None else None) or ticket.waiting_on
    reason = values.get("reason")
    event = StateChanged(
        at=at,
        actor=actor,
        action=step.action,
        source=ticket.state,
        state=target.key,
        category=target.category,
        outcome=target.outcome,
        waiting_on=None if target.final else waiting,
        timers=timers_of(target, at) if step.to is not None else tuple(t for t in ticket.timers if t.due_at > at),
        comment=ref if step.comment == "public" else None,
        internal=ref if step.comment == "internal" else None,
        reason=None if reason is None else str(reason),
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


def timer_command(ticket_id: str, action: str, position: int) -> str:
    """Return the id of the command a timer gives: firing it again is the same command."""
    return derived("timer", ticket_id, action, position)


def fire(draft: Draft, timer: Timer) -> None:
    """Let a timer that has come take its action, or be refused and cleared."""
    ticket = draft.ticket
    command_id = timer_command(ticket.id, timer.action, draft.position)
    at = max(timer.due_at, ticket.updated_at)
    found = attempt(draft.rules, draft, timer.action, THE_DESK, _SYSTEM_ROLES)
    if isinstance(found, Transition):
        move(draft, found, actor=SYSTEM_ACTOR, at=at, command_id=command_id, values={})
    else:
        reasons = tuple(reason.code for reason in found)
        draft.add(TimerRefused(at=at, actor=SYSTEM_ACTOR, action=timer.action, reasons=reasons), command_id)


def follow_reply(draft: Draft, side: str, *, actor: Actor, at: datetime, command_id: str) -> None:
    """Take the action that the state answers a reply of *side* with; if it is not allowed, the reply stands alone."""
    state = draft.rules.workflow.by_key[draft.ticket.state]
    action = dict(state.on_reply).get(side)
    if action is None:
        return
    found = attempt(draft.rules, draft, action, actor, _SYSTEM_ROLES)
    if isinstance(found, Transition):
        move(draft, found, actor=actor.id, at=at, command_id=command_id, values={})
