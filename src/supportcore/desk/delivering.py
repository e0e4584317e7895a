"""
Delivery: a claimed row of the outbox becomes a notice in words, or is found to need no sending; then it is settled.

Whether and in whose words somebody is told is decided now, not when it happened: by the preferences, the address and
the language of the person, and for a follower by what he may see of the ticket. What is internal is told to staff only:
to agents of the catalogue, to teams of them, and to followers whose roles are staff's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from inspect import isawaitable, iscoroutinefunction

import attrs

from supportcore.definition.model import Definition
from supportcore.desk.reports import DeliveryReport
from supportcore.desk.requests import Request
from supportcore.desk.telling import told
from supportcore.desk.timeline import EVENT_NAMES
from supportcore.desk.work import pause
from supportcore.errors import Busy, Fault, Invalid, facts
from supportcore.notices.faults import NotSent
from supportcore.notices.render import EMAIL, SUBSCRIBER, Facts, Notice
from supportcore.people.access import Actor, Side
from supportcore.people.agents import Agent, Team
from supportcore.people.customers import Contact
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import Lease, Ledger, Record, Steps
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.events import INTERNAL, Event
from supportcore.tickets.permissions import sees, side_of
from supportcore.tickets.ticket import Ticket

LEASE = timedelta(minutes=5)
"""How long a claimed notice is left to its worker."""
BATCH = 10
"""Notices claimed at once: as many as a slow server lets through before their lease is over."""
TRIES = 12
"""How often a notice is tried before it is given up: for a day and a half, by `pause`."""


def claim(*, due: datetime, now: datetime, token: str, limit: int) -> Request[tuple[Lease, ...]]:
    """Lease up to *limit* notices that are due at *due*."""
    return Request(lambda ledger: ledger.claim(now=due, until=now + LEASE, token=token, limit=limit), write=True)


@attrs.define
class Delivery:
    """
    What came of the notices so far.

    Attributes:
        limit: How many may be claimed in all.
    """

    limit: int
    sent: int = 0
    skipped: int = 0
    retried: list[tuple[str, str]] = attrs.field(factory=list)
    dead: list[tuple[str, str]] = attrs.field(factory=list)
    busy: Busy | None = None

    @property
    def next(self) -> int:
        """How many to claim now; 0 if it was enough."""
        done = self.sent + self.skipped + len(self.retried) + len(self.dead)
        return min(BATCH, self.limit - done)

    def note(self, lease: Lease, *, told: bool, failed: str) -> None:
        """Note what came of one: told or found to need no sending, or why it failed."""
        if failed:
            (self.retried if lease.attempts < TRIES else self.dead).append((lease.id, failed))
        elif told:
            self.sent += 1
        else:
            self.skipped += 1

    def report(self) -> DeliveryReport:
        """
        Return it as a report.

        Raises:
            Busy: Not all of it could be noted in the store.
        """
        if self.busy is not None:
            raise self.busy
        return DeliveryReport(sent=self.sent, skipped=self.skipped, retried=tuple(self.retried), dead=tuple(self.dead))


def failure(error: Exception) -> str:
    """Return an error in one line of letters that every store takes."""
    text = f"{type(error).__name__}: {error}".encode(errors="replace").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def settle(lease: Lease, *, token: str, now: datetime, failed: str) -> Request[bool]:
    """Settle a claimed row: sent, to be tried again, or given up after `TRIES`."""
    again = now + pause(lease.attempts) if failed and lease.attempts < TRIES else None
    sent_at = None if failed else now
    return Request(
        lambda ledger: ledger.settle(lease.id, token=token, sent_at=sent_at, retry_at=again, error=failed[:255]),
        write=True,
    )


def telling(desk: Definition, lease: Lease) -> Request[Notice | None]:
    """Ask for a claimed row in words; see `notice`."""
    return Request(lambda ledger: notice(ledger, desk, lease))


def notice(ledger: Ledger, desk: Definition, lease: Lease) -> Steps[Notice | None]:
    """
    Return a claimed row in words, or None if nothing is to be sent.

    That is: by e-mail to whoever wants none or has no address; and to a follower who follows no longer, may not see the
    ticket now, or may not know of what happened.

    Raises:
        NotSent: ``notice_unreadable``: the row, or what it tells of, is not there or not to be understood.
    """
    row = lease.row
    ticket = yield from ledger.ticket(row.ticket)
    if ticket is None:
        raise NotSent("notice_unreadable", why=f"there is no ticket {row.ticket}")
    event = next((one.event for one in (yield from ledger.history(row.ticket, after=row.position - 1))), None)
    if event is None:
        raise NotSent("notice_unreadable", why=f"ticket {row.ticket} has no event {row.position}")
    plain = _facts(desk, row, ticket, event)
    if row.role == SUBSCRIBER:
        return None if row.channel == EMAIL else plain
    found = yield from _addressee(ledger, desk, row, ticket, event)
    if found is None or (row.channel == EMAIL and row.role != "team" and not found.emails):
        return None
    contents = yield from ledger.contents(row.ticket)
    subject, body = told(
        desk, row, ticket, event, contents, locale=found.locale, zone=found.zone, public=found.side == "customer"
    )
    return attrs.evolve(plain, emails=found.emails, locale=found.locale, side=found.side, subject=subject, body=body)


@attrs.frozen(kw_only=True)
class _Addressee:
    """Somebody who is told: where, in which language and wall time, and whether as staff."""

    emails: tuple[str, ...]
    locale: str
    zone: str
    side: Side


def _addressee(
    ledger: Ledger, desk: Definition, row: OutboxRow, ticket: Ticket, event: Event
) -> Steps[_Addressee | None]:
    """Return whom a row is for, or None if that is nobody now."""
    if row.role == "team":
        return (yield from _team(ledger, desk, row, _told_alone(desk, row, ticket, event)))
    refs = [(kind, row.recipient) for kind in ("agent", "contact", "preferences")]
    if ticket.team is not None:
        refs.append(("team", ticket.team))
    agent, contact, chosen, *teams = yield from ledger.records(refs)
    if row.role == "contact" and isinstance(contact, Contact) and not _speaks_for(contact, ticket):
        return None
    known = isinstance(agent, Agent) and row.role != "contact"
    side: Side = "staff" if known else "customer"
    if row.role == "follower":
        actor = _follower(ticket, row.recipient, agent, contact, teams)
        if actor is None or not sees(desk, actor, ticket):
            return None
        side = side_of(desk, actor)
        if side == "customer" and isinstance(event, INTERNAL):
            return None
    record = agent if known else contact or agent
    return _Addressee(
        emails=_emails(record, chosen),
        locale=getattr(chosen, "locale", "") or getattr(record, "locale", "") or desk.languages[0],
        zone=getattr(chosen, "zone", ""),
        side=side,
    )


def _speaks_for(contact: Contact, ticket: Ticket) -> bool:
    """Return whether a contact that the catalogue knows still speaks for the customer of a ticket."""
    return contact.active and (ticket.customer is None or ticket.customer in contact.customers)


def _told_alone(desk: Definition, row: OutboxRow, ticket: Ticket, event: Event) -> frozenset[str]:
    """Return those of a team who are not told with it: whoever did it, and those whom the same rule tells by name."""
    rule = next((rule for rule in desk.notices if rule.key == row.rule), None)
    if rule is None:
        return frozenset()
    named = {getattr(ticket, to) for to in rule.to if to in ("assignee", "responsible", "contact")}
    named |= {follower.person for follower in ticket.followers if "followers" in rule.to}
    return frozenset(one for one in named if one is not None) | (frozenset() if rule.author else {event.actor})


def _team(ledger: Ledger, desk: Definition, row: OutboxRow, but: frozenset[str]) -> Steps[_Addressee | None]:
    """
    Return a team: told together, in the desk's language; by e-mail, those of its members that want any.

    Args:
        but: Members who are not told with it.

    If none of them has an address it is handed over all the same: the notifier may know one of the team, or fails, and
    so it is seen that the team is not told.
    """
    emails: tuple[str, ...] = ()
    if row.channel == EMAIL:
        (team,) = yield from ledger.records((("team", row.recipient),))
        every = team.members if isinstance(team, Team) else ()
        members = tuple([member for member in every if member not in but])
        if every and not members:
            return None
        refs = [(kind, member) for member in members for kind in ("agent", "preferences")]
        records = (yield from ledger.records(refs)) if refs else ()
        pairs = zip(records[::2], records[1::2], strict=True)
        active = [(agent, chosen) for agent, chosen in pairs if agent is not None and agent.active]
        emails = tuple(dict.fromkeys(email for one in active for email in _emails(*one)))
        if not emails and any(_emails(agent, None) for agent, _ in active):
            return None
    return _Addressee(emails=emails, locale=desk.languages[0], zone="", side="staff")


def _emails(record: Record | None, chosen: Record | None) -> tuple[str, ...]:
    """Return the address of a person who wants mail."""
    wanted = chosen.email_notices if isinstance(chosen, Preferences) else True
    email = getattr(record, "email", "")
    return (email,) if email and wanted else ()


def _follower(
    ticket: Ticket, person: str, agent: Record | None, contact: Record | None, teams: list[Record | None]
) -> Actor | None:
    """Return a follower as the actor he would be now; None if he follows no longer, or left."""
    roles = next((one.roles for one in ticket.followers if one.person == person), None)
    known = agent if isinstance(agent, Agent) else contact
    if roles is None or (isinstance(known, (Agent, Contact)) and not known.active):
        return None
    customers = contact.customers if isinstance(contact, Contact) and contact.active else frozenset()
    own = frozenset(team.id for team in teams if isinstance(team, Team) and person in team.members)
    return Actor(id=person, roles=frozenset(roles), customers=customers, teams=own)


def _facts(desk: Definition, row: OutboxRow, ticket: Ticket, event: Event) -> Notice:
    """Return a notice without words: what happened, and how the ticket was after it, as far as the event says."""
    data: Facts = {
        "desk": desk.key,
        "ticket": ticket.id,
        "number": ticket.number,
        **{name: getattr(event, name, getattr(ticket, name)) for name in ("state", "category", "waiting_on")},
        "actor": event.actor,
        "position": row.position,
    }
    return Notice(
        id=row.id,
        desk=desk.key,
        ticket=ticket.id,
        number=ticket.number,
        channel=row.channel,
        role=row.role,
        recipient=row.recipient,
        locale=desk.languages[0],
        subject="",
        body="",
        at=event.at,
        event=EVENT_NAMES[type(event)],
        data=data,
    )


# -- who is handed the notices


def channels_of(desk: Definition) -> frozenset[str]:
    """Return the channels that notices of a desk go through by its rules of today."""
    rungs = desk.levels.rungs if desk.levels is not None else ()
    return frozenset([*(rule.channel for rule in desk.notices), *(rung.channel for rung in rungs if rung.tell)])


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
