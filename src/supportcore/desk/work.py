"""
What workers do, as steps: timers that came due, notices to deliver.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from inspect import isawaitable, iscoroutinefunction

from supportcore.definition.model import Definition
from supportcore.desk.answers import Rules
from supportcore.desk.requests import Request
from supportcore.desk.telling import told
from supportcore.errors import Fault, Invalid, NotInstalled, StoreError, TicketBroken, facts
from supportcore.notices.render import Notice
from supportcore.storage.ports import Lease, Ledger, Steps
from supportcore.tickets.advance import advance

LEASE = timedelta(minutes=5)
"""How long a claimed notice is left to its worker."""
MOST = 1_000_000
"""Tickets, notices or events asked for at once, at most."""
TRIES = 8
"""How often a notice is tried before it is given up."""
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


# -- notices


def notice(ledger: Ledger, desk: Definition, lease: Lease) -> Steps[Notice | None]:
    """Return a claimed row in words, or None if its ticket is gone."""
    row = lease.row
    ticket = yield from ledger.ticket(row.ticket)
    if ticket is None:
        return None
    kind = {"contact": "contact", "team": "team"}.get(row.role, "agent")
    (person,) = yield from ledger.records(((kind, row.recipient),))
    (recorded, *_) = yield from ledger.history(row.ticket, after=row.position - 1)
    contents = yield from ledger.contents(row.ticket)
    locale = getattr(person, "locale", "") or desk.languages[0]
    subject, body = told(desk, row, ticket, recorded.event, contents, locale=locale)
    return Notice(
        id=row.id,
        desk=desk.key,
        ticket=ticket.id,
        number=ticket.number,
        channel=row.channel,
        role=row.role,
        recipient=row.recipient,
        email=getattr(person, "email", ""),
        locale=locale,
        subject=subject,
        body=body,
        at=recorded.event.at,
    )


def check_notifier(notifier: object, *, plain: bool = False) -> None:
    """
    Refuse what no notice can be handed to, before one is claimed.

    Args:
        plain: It has to be a plain function, as nobody would await it.
    """
    if not callable(notifier) or (plain and _is_asynchronous(notifier)):
        kind = "a function (AsyncDesk takes an asynchronous one)" if plain else "a function"
        raise Invalid(Fault("notifier", "wrong_type", facts(expected=kind, expected_es="una función")))


def _is_asynchronous(notifier: object) -> bool:
    return iscoroutinefunction(notifier) or iscoroutinefunction(getattr(notifier, "__call__", None))  # noqa: B004


def refuse_awaitable(answer: object) -> None:
    """Raise for a notifier that gave back something to await, which nothing will: the notice was not sent."""
    if isawaitable(answer):
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        raise TypeError("the notifier is asynchronous; use AsyncDesk")


def settle(lease: Lease, *, token: str, now: datetime, failed: str) -> Request[bool]:
    """Settle a claimed row: sent, to be tried again, or given up after `TRIES`."""
    again = now + pause(lease.attempts) if failed and lease.attempts < TRIES else None
    sent_at = None if failed else now
    return Request(
        lambda ledger: ledger.settle(lease.row.id, token=token, sent_at=sent_at, retry_at=again, error=failed[:255]),
        write=True,
    )


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
