"""Moving a ticket that runs under earlier rules to those of today."""

from __future__ import annotations

from datetime import datetime

from supportcore.definition.moves import state_after
from supportcore.errors import Refused
from supportcore.tickets.asks import Asking
from supportcore.tickets.commands import MoveTicket
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import Moved
from supportcore.tickets.moves import pausing, timers_of, waits_for
from supportcore.tickets.permissions import refusals
from supportcore.tickets.ticket import Ticket, Timer
from supportcore.tickets.usecases.context import Context, instant_of
from supportcore.workflow.definition import State


def move_ticket(command: MoveTicket, context: Context, draft: Draft) -> Asking[None]:
    """
    Decide that a ticket is under today's rules.

    It stays as it is as far as they allow: in a state of the same key it waits for whom it waited for, and a timer that
    goes on to take the same action keeps its instant. Approvals that are asked for, and service levels, stay.
    """
    reasons = refusals(context.desk, draft, context.actor, "move")
    if isinstance(reasons, tuple):
        raise Refused(*reasons)
    yield from ()  # asks nothing, and is a generator like the others
    desk, ticket, at = context.desk, draft.ticket, instant_of(context, draft)
    state = state_after(desk, ticket.state)
    assert state is not None, "or it would have been refused"
    waiting_on = waits_for(ticket, state, entered=state.key != ticket.state)
    event = Moved(
        at=at,
        actor=context.actor.id,
        rules_hash=desk.rules_hash,
        source=ticket.state,
        state=state.key,
        category=state.category,
        outcome=state.outcome,
        waiting_on=waiting_on,
        priority_rank=desk.rank("priority", ticket.priority),
        timers=_timers(ticket, state, at),
        pausing=pausing(draft.levels, state, waiting_on),
    )
    draft.add(event, command.command_id)


def _timers(ticket: Ticket, state: State, at: datetime) -> tuple[Timer, ...]:
    """Return the timers of *state*; one that takes the action of a timer that runs comes when that would have."""
    running = {timer.action: timer for timer in ticket.timers}
    return tuple(running.get(timer.action, timer) for timer in timers_of(state, at))
