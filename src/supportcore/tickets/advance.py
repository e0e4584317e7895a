"""
``advance``: what has come due by now happens first, in order, each at its own instant.

Every command, every question what is possible and every look at a past instant begins here, so a ticket behaves the
same whether or not a worker came by in time. `run_due` merely does it for quiet tickets. A timer that is refused is
recorded and cleared.
"""

from __future__ import annotations

from datetime import datetime

from supportcore.errors import TicketBroken
from supportcore.sla.clocks import Clock
from supportcore.text import NEVER
from supportcore.tickets.draft import Draft
from supportcore.tickets.moves import fire, strike

STEP_LIMIT = 1_000
"""Timers that may fire in one go; more is a loop of timers, which a person has to mend."""


def advance(draft: Draft, now: datetime) -> None:
    """
    Let every timer and clock of the drafted ticket happen whose instant is not after *now*.

    At one instant clocks come before timers, in the order of `supportcore.sla.policy.KINDS`, and timers by name.

    Raises:
        TicketBroken: More than `STEP_LIMIT` timers came due in a row.
    """
    draft.now = now
    action = ""
    for _ in range(STEP_LIMIT):
        timer = min(draft.ticket.timers, key=lambda t: (t.due_at, t.action), default=None)
        due_at = NEVER if timer is None else timer.due_at
        clock, strikes_at = _next_clock(draft)
        if min(due_at, strikes_at) > now:
            return
        if clock is not None and strikes_at <= due_at:
            strike(draft, clock)
        elif timer is not None:
            action = timer.action
            fire(draft, timer)
    raise TicketBroken(
        ticket=draft.ticket.id,
        why=f"{STEP_LIMIT} timers came due in a row; the rules loop (last action: {action})",
    )


def _next_clock(draft: Draft) -> tuple[Clock | None, datetime]:
    """Return the clock to which something happens next, and when; `NEVER` if to none."""
    found, first = None, NEVER
    for clock in draft.ticket.clocks:
        at = clock.wake_at
        if at is not None and at < first:
            found, first = clock, at
    return found, first
