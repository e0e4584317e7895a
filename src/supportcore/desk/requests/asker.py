"""Who asks, when and under which rules; and what everything asked rests on: a ticket the actor may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from supportcore import text
from supportcore.desk.answers import Rules
from supportcore.desk.checks import check_kind, check_whole
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Fault, Invalid, NotFound, facts
from supportcore.ids import Ids
from supportcore.people.access import Actor
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.advance import advance
from supportcore.tickets.draft import Draft
from supportcore.tickets.permissions import require_role, sees
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases import Context

_ID_OR_NUMBER = facts(expected="an id or a number", expected_es="un id o un número")


class Asker:
    """
    Somebody who asks something of a desk.

    Args:
        at: The instant an importer names for everything asked through this object.
    """

    def __init__(
        self,
        rules: Rules,
        actor: Actor,
        *,
        at: datetime | None,
        clock: Callable[[], datetime],
        ids: Ids,
        salt: Callable[[], str],
        joined: bool,
    ) -> None:
        check_kind(actor, Actor, "actor", "an Actor", "un Actor")
        self._rules = rules
        self._desk = rules.today
        self._actor = actor
        self._at = None if at is None else text.instant(at, "at")
        self._clock = clock
        self._ids = ids
        self._salt = salt
        self._joined = joined

    def _context(self) -> Context:
        return Context(desk=self._desk, actor=self._actor, now=self._clock(), at=self._at, salt=self._salt)

    def viewer(self, addresses: Mapping[str, str]) -> Viewer:
        """Return whom a view is for, at the instant it is made; raises `Refused` for somebody without a role."""
        require_role(self._desk, self._actor)
        return self.reader(addresses)

    def reader(self, addresses: Mapping[str, str]) -> Viewer:
        """Return whom something is told to, somebody without a role too."""
        return Viewer(rules=self._rules, actor=self._actor, now=self._at or self._clock(), addresses=addresses)

    def standing(self, ledger: Ledger, ticket: str | int) -> Steps[Draft]:
        """Return a ticket the actor may see, with what has come due by now; nothing of it is stored."""
        draft = yield from self._draft(ledger, (yield from self._visible(ledger, ticket)))
        advance(draft, max(self._at or self._clock(), draft.ticket.updated_at))
        return draft

    def _visible(self, ledger: Ledger, ticket: str | int) -> Steps[Ticket]:
        require_role(self._desk, self._actor)
        if isinstance(ticket, bool) or not isinstance(ticket, (str, int)):
            raise Invalid(Fault("ticket", "wrong_type", _ID_OR_NUMBER))
        if isinstance(ticket, int):
            check_whole(ticket, "ticket", -text.INT_LIMIT, text.INT_LIMIT)
        elif (fault := text.id_fault(ticket, "ticket")) is not None:
            raise Invalid(fault)
        found = yield from ledger.ticket_by_number(ticket) if isinstance(ticket, int) else ledger.ticket(ticket)
        if found is None or not sees(self._desk, self._actor, found):
            raise NotFound(kind="ticket", id=ticket)
        return (yield from self._survivor(ledger, found)) if isinstance(ticket, int) else found

    def _survivor(self, ledger: Ledger, found: Ticket) -> Steps[Ticket]:
        """Return the ticket that a number leads to: that which goes on in its place, as far as the actor may see it."""
        while found.merged_into is not None:
            other = yield from ledger.ticket(found.merged_into)
            if other is None or not sees(self._desk, self._actor, other):
                break
            found = other
        return found

    def _draft(self, ledger: Ledger, ticket: Ticket) -> Steps[Draft]:
        return self._rules.draft(ledger, ticket, self._clock())
