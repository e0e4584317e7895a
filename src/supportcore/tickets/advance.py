"""
``advance``: what has come due by now happens first, in order, each at its own instant.

Every command, every question what is possible and every look at a past instant begins here, so a ticket behaves the
same whether or not a worker came by in time. `run_due` merely does it for quiet tickets. A timer that is refused is
recorded and cleared.
"""

from __future__ import annotations

from datetime import datetime

from supportcore.errors import TicketBroken
from supportcore.tickets.draft import Draft
from supportcore.tickets.moves import fire

STEP_LIMIT = 1_000
"""Timers that may fire in one go; more is a loop of timers, which a person has to mend."""


def advance(draft: Draft, now: datetime) -> None:
    """
    Let every timer of the drafted ticket happen whose instant is not after *now*.

    Raises:
        TicketBroken: More than `STEP_LIMIT` timers came due in a row.
    """
    for _ in range(STEP_LIMIT):
        timer = min(draft.ticket.timers, key=lambda t: (t.due_at, t.action), default=None)
        if timer is None or timer.due_at > now:
            return
        fire(draft, timer)
    raise TicketBroken(
        ticket=draft.ticket.id,
        why=f"{STEP_LIMIT} timers came due in a row; the rules loop (last action: {timer.action if timer else ''})",
    )
