"""
What workers do, as steps: timers that came due, and what integrators read. Notices stand in `desk.delivering`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from supportcore.desk.answers import Rules
from supportcore.desk.requests import Request
from supportcore.errors import NotInstalled, StoreError, TicketBroken
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.advance import advance

MOST = 1_000_000
"""Tickets, notices or events asked for at once, at most."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(days=1)


def pause(times: int) -> timedelta:
    """Return how long to wait after the *times*-th failure in a row: doubling, from a minute to a day."""
    return min(_FIRST_PAUSE * (1 << min(times - 1, 20)), _LONGEST_PAUSE)


# -- timers


def next_due(ledger: Ledger, rules: Rules, now: datetime, claimed: list[str]) -> Steps[int | None]:
    """
    Let everything happen that has come due on the next ticket that no other worker has taken.

    Args:
        claimed: Is told the ticket, so that the caller knows it if this fails.

    Returns:
        How many events that made; None if no ticket is due.

    Raises:
        TicketBroken: It is due, and nothing happens; it would be the next one for ever.
    """
    claimed.clear()
    claimed += yield from ledger.due(now, 1, claim=True)
    if not claimed:
        return None
    ticket = yield from ledger.ticket(claimed[0], lock=True)
    if ticket is None or ticket.wake_at is None or ticket.wake_at > now:
        return 0  # another worker was quicker
    draft = yield from rules.draft(ledger, ticket, now)
    advance(draft, now)
    if not draft.recorded:
        raise TicketBroken(ticket=ticket.id, why=f"it is due at {ticket.wake_at.isoformat()}, and nothing happens")
    if (yield from ledger.parked(ticket.id)):
        yield from ledger.unpark(ticket.id)
    yield from ledger.save(draft.decision())
    return len(draft.recorded)


def is_the_tickets(error: Exception) -> bool:
    """Return whether an error is the ticket's own (its rules fail or are missing), rather than the database's."""
    return isinstance(error, NotInstalled) or not isinstance(error, StoreError)


def park(ledger: Ledger, ticket_id: str, now: datetime, error: Exception) -> Steps[None]:
    """Put a ticket back that could not be advanced, for longer each time."""
    times = yield from ledger.parked(ticket_id)
    yield from ledger.park(ticket_id, until=now + pause(times + 1), error=f"{type(error).__name__}: {error}"[:255])


# -- what integrators read

NUMBERED = 1000
"""Events that are given their place in the feed at once."""


def unnumbered() -> Request[bool]:
    """Return whether there are events that have no place in the feed yet."""
    return Request(lambda ledger: ledger.unnumbered())


def number_events() -> Request[int]:
    """Give events their place in the feed."""
    return Request(lambda ledger: ledger.number_events(NUMBERED), write=True)


def ticket_ids(ledger: Ledger, after: str) -> Steps[tuple[str, ...]]:
    """Return the next ids of tickets."""
    return ledger.ticket_ids(after, 200)
