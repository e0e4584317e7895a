"""
What an actor asks of a desk, as steps: everything about it but waiting.

`Desk` and `AsyncDesk` differ only in how steps are executed. A request says whether it writes and makes its steps anew
for each attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

import attrs

from supportcore import text
from supportcore.definition.loader import restore
from supportcore.definition.model import Definition
from supportcore.desk.offers import Offer, command_label, offers
from supportcore.desk.timeline import Entry, timeline
from supportcore.errors import Fault, Invalid, NotFound, NotInstalled, Reason, Refused, facts
from supportcore.ids import Ids
from supportcore.people.access import Actor
from supportcore.predicate import Predicate, bind, both, conditions
from supportcore.storage.paging import LIMIT, Listing, page
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS, TOTAL_CAP, Ledger, Page, Steps
from supportcore.tickets import asks
from supportcore.tickets.advance import advance
from supportcore.tickets.commands import Act, AddNote, Assign, Command, OpenTicket, Receipt, Reply, Triage
from supportcore.tickets.draft import Draft
from supportcore.tickets.evolve import fold
from supportcore.tickets.permissions import opening_refusals, require_role, sees, unknown_customers, visible
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases import Context, handle

T = TypeVar("T")
Filters = Mapping[str, Any] | Predicate | None
"""A list's filters: field to value, list of values or None for "has none"; or a predicate."""


@attrs.frozen
class Request(Generic[T]):
    """Steps to be executed in one transaction, made anew for each attempt."""

    steps: Callable[[Ledger], Steps[T]]
    write: bool = False


def check_whole(value: object, name: str, minimum: int, maximum: int) -> None:
    """Raise `Invalid` if *value* is no whole number between *minimum* and *maximum*."""
    fault = text.int_fault(value, name)
    if fault is None and not (isinstance(value, int) and minimum <= value <= maximum):
        fault = Fault(name, "out_of_range", facts(minimum=minimum, maximum=maximum))
    if fault is not None:
        raise Invalid(fault)


def check_kind(value: object, kind: Any, name: str, expected: str) -> None:
    """Raise `Invalid`, saying what was expected, if *value* is not of *kind*."""
    if not isinstance(value, kind):
        raise Invalid(Fault(name, "wrong_type", facts(expected=expected)))


def check_parts(definition: object, store: object, *, asynchronous: bool) -> None:
    """Refuse what a desk cannot be made of, with a word on what would do."""
    check_kind(definition, Definition, "definition", "a Definition; load_definition() returns one")
    if not hasattr(store, "ledger"):
        expected = "a store; open_store() and open_async_store() return one"
        raise Invalid(Fault("store", "wrong_type", facts(expected=expected, expected_es="un almacén")))
    if iscoroutinefunction(getattr(store, "migrate", None)) is not asynchronous:
        expected = (
            "an asynchronous store, from open_async_store()"
            if asynchronous
            else "a store from open_store(), or AsyncDesk"
        )
        raise Invalid(Fault("store", "wrong_type", facts(expected=expected, expected_es="otro tipo de almacén")))


class Rules:
    """
    The definitions a desk runs: today's, and those that older tickets hold on to.

    Attributes:
        installed: Whether today's rules were seen in the store by a transaction of our own.
    """

    def __init__(self, today: Definition) -> None:
        self.today = today
        self.installed = False
        self._older: dict[str, Definition] = {}

    def load(self, ledger: Ledger, rules_hash: str) -> Steps[Definition]:
        """Return the definition stored under a hash."""
        if rules_hash == self.today.rules_hash:
            return self.today
        if rules_hash not in self._older:
            document = yield from ledger.rules(rules_hash)
            if document is None:
                raise NotInstalled(desk=self.today.key)
            self._older[rules_hash] = restore(document, today=self.today)
        return self._older[rules_hash]

    def require(self, ledger: Ledger, *, joined: bool) -> Steps[None]:
        """See to it that a ticket opened now finds its rules later."""
        if not self.installed:
            if (yield from ledger.rules(self.today.rules_hash)) is None:
                raise NotInstalled(desk=self.today.key)
            self.installed = not joined


def answer(ledger: Ledger, rules: Rules, asking: Generator[asks.Ask, Any, T]) -> Steps[T]:
    """Answer the asks of a use case out of a ledger: the one place where questions meet the store."""
    try:
        ask = next(asking)
        while True:
            found: Any
            match ask:
                case asks.FindReceipt(command_id):
                    found = yield from ledger.receipt(command_id)
                case asks.LoadTicket(ticket_id):
                    found = yield from ledger.ticket(ticket_id, lock=True)
                case asks.LoadRecords(refs):
                    found = (yield from ledger.records(refs)) if refs else ()
                case asks.LoadRules(rules_hash):
                    found = yield from rules.load(ledger, rules_hash)
                case asks.LoadHistory(ticket_id, after):
                    found = yield from ledger.history(ticket_id, after=after)
                case asks.NextNumber():
                    found = yield from ledger.next_number()
            ask = asking.send(found)
    except StopIteration as stop:
        result: T = stop.value
        return result


class Requests:
    """
    What one actor can ask.

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
        check_kind(actor, Actor, "actor", "an Actor")
        self._rules = rules
        self._desk = rules.today
        self._actor = actor
        self._at = None if at is None else text.instant(at, "at")
        self._clock = clock
        self._ids = ids
        self._salt = salt
        self._joined = joined

    # -- commands

    def open(
        self,
        document: Mapping[str, object],
        *,
        contact: str | None = None,
        command_id: str | None = None,
    ) -> Request[Receipt]:
        return self._command(OpenTicket(command_id=self._id(command_id), document=document, contact=contact))

    def reply(self, ticket: str, said: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self._command(Reply(document={"text": said}, **common))

    def note(self, ticket: str, said: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self._command(AddNote(document={"text": said}, **common))

    def assign(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self._command(Assign(document=document, **self._common(ticket, command_id, seen_version)))

    def triage(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self._command(Triage(document=document, **self._common(ticket, command_id, seen_version)))

    def act(
        self,
        ticket: str,
        action: str,
        document: Mapping[str, object] | None,
        *,
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self._command(Act(action=action, document={} if document is None else document, **common))

    def _id(self, given: str | None) -> str:
        return self._ids() if given is None else given

    def _common(self, ticket: str, command_id: str | None, seen_version: int | None) -> dict[str, Any]:
        return {"ticket": ticket, "command_id": self._id(command_id), "seen_version": seen_version}

    def _command(self, command: Command) -> Request[Receipt]:
        def steps(ledger: Ledger) -> Steps[Receipt]:
            if isinstance(command, OpenTicket):
                yield from self._rules.require(ledger, joined=self._joined)
            decision = yield from answer(ledger, self._rules, handle(command, self._context()))
            if not decision.repeated:
                yield from ledger.save(decision)
            assert decision.receipt is not None, "a command has a receipt"
            return decision.receipt

        return Request(steps, write=True)

    def _context(self) -> Context:
        return Context(desk=self._desk, actor=self._actor, now=self._clock(), at=self._at, salt=self._salt)

    # -- questions

    def get(self, ticket: str | int) -> Request[Ticket]:
        return Request(lambda ledger: self._visible(ledger, ticket))

    def actions(self, ticket: str | int | None) -> Request[tuple[Offer, ...]]:
        def steps(ledger: Ledger) -> Steps[tuple[Offer, ...]]:
            if ticket is None:
                return (yield from self._opening(ledger))
            draft = yield from self._draft(ledger, (yield from self._visible(ledger, ticket)))
            advance(draft, max(self._at or self._clock(), draft.ticket.updated_at))
            return offers(self._desk, draft, self._actor)

        return Request(steps)

    def find(
        self,
        where: Filters,
        *,
        sort: str,
        limit: int,
        cursor: str | None,
        page_number: int | None,
        total: bool,
    ) -> Request[Page[Ticket]]:
        check_whole(limit, "limit", 1, LIMIT)
        if page_number is not None:
            check_whole(page_number, "page", 1, TOTAL_CAP)
        if not isinstance(sort, str):
            raise Invalid(Fault("sort", "cannot_sort", facts(options=", ".join(SORT_KEYS))))
        if cursor is not None and not isinstance(cursor, str):
            raise Invalid(Fault("cursor", "bad_cursor"))

        def steps(ledger: Ledger) -> Steps[Page[Ticket]]:
            listing = Listing(
                where=self._scope(where), sort=sort, limit=limit, cursor=cursor, page=page_number, total=total
            )
            return (yield from page(ledger, listing))

        return Request(steps)

    def count(self, where: Filters) -> Request[int]:
        return Request(lambda ledger: ledger.count(self._scope(where)))

    def count_by(self, by: str, where: Filters) -> Request[dict[str | bool | None, int]]:
        def steps(ledger: Ledger) -> Steps[dict[str | bool | None, int]]:
            if by not in COUNT_KEYS:
                raise Invalid(Fault("by", "not_an_option", facts(options=", ".join(COUNT_KEYS))))
            return dict((yield from ledger.count_by(self._scope(where), by)))

        return Request(steps)

    def timeline(self, ticket: str | int) -> Request[tuple[Entry, ...]]:
        def steps(ledger: Ledger) -> Steps[tuple[Entry, ...]]:
            found = yield from self._visible(ledger, ticket)
            history = yield from ledger.history(found.id)
            contents = yield from ledger.contents(found.id)
            return timeline(self._desk, self._actor, history, contents)

        return Request(steps)

    def as_of(self, ticket: str | int, instant: datetime) -> Request[Ticket]:
        moment = text.instant(instant, "instant")

        def steps(ledger: Ledger) -> Steps[Ticket]:
            now = self._clock()
            if moment > now:
                raise Refused(Reason("at_in_future", facts(at=moment.isoformat())))
            found = yield from self._visible(ledger, ticket)
            history = yield from ledger.history(found.id)
            then = [recorded for recorded in history if recorded.event.at <= moment]
            if not then:
                raise NotFound(f"Ticket {found.number} was opened later than {moment.isoformat()}.", kind="ticket")
            draft = yield from self._draft(ledger, fold(self._desk.key, then))
            advance(draft, moment)
            return draft.ticket

        return Request(steps)

    def _opening(self, ledger: Ledger) -> Steps[tuple[Offer, ...]]:
        desk, actor = self._desk, self._actor
        reasons = opening_refusals(desk, actor)
        if not reasons and actor.customers and desk.customer == "required":
            records = yield from ledger.records(tuple(("customer", id_) for id_ in sorted(actor.customers)))
            if not any(record is not None and record.active for record in records):
                reasons = (unknown_customers(actor),)
        offer = Offer(name="open", label=command_label(desk, "open", actor.locale), reasons=reasons, form=desk.form)
        return (offer,)

    def _scope(self, where: Filters) -> Predicate:
        require_role(self._desk, self._actor)
        if where is None or isinstance(where, Mapping):
            wanted = conditions(where or {})
        else:
            check_kind(where, Predicate, "where", "a mapping of filters, or a predicate")
            wanted = bind(where, self._actor)
        return both(visible(self._desk, self._actor), wanted)

    def _visible(self, ledger: Ledger, ticket: str | int) -> Steps[Ticket]:
        require_role(self._desk, self._actor)
        if isinstance(ticket, bool) or not isinstance(ticket, (str, int)):
            raise Invalid(Fault("ticket", "wrong_type", facts(expected="an id or a number", expected_es="un número")))
        fault = text.int_fault(ticket, "ticket") if isinstance(ticket, int) else text.id_fault(ticket, "ticket")
        if fault is not None:
            raise Invalid(fault)
        found = yield from ledger.ticket_by_number(ticket) if isinstance(ticket, int) else ledger.ticket(ticket)
        if found is None or not sees(self._desk, self._actor, found):
            raise NotFound(kind="ticket", id=ticket)
        return found

    def _draft(self, ledger: Ledger, ticket: Ticket) -> Steps[Draft]:
        rules = yield from self._rules.load(ledger, ticket.rules_hash)
        return Draft(desk=self._desk, rules=rules, ticket=ticket, recorded_at=self._clock())
