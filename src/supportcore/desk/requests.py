"""
What an actor asks of a desk, as steps: everything about it but waiting.

`Desk` and `AsyncDesk` differ only in how steps are executed. A request says whether it writes and makes its steps anew
for each attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from supportcore import text
from supportcore.articles.commands import ArticleCommand
from supportcore.articles.usecases import handle as handle_article
from supportcore.definition.screens import STAFF_ONLY
from supportcore.desk.answers import Rules, answer, answer_all, failing
from supportcore.desk.checks import as_many, check_kind, check_whole, command_of, distinct, of_submit
from supportcore.desk.offers import Offer, command_label, offers, opening
from supportcore.desk.promises import Promise, light_is, promises
from supportcore.desk.timeline import Entry, timeline
from supportcore.desk.views.records import Submit
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, facts
from supportcore.forms.fields import DEFAULT_FORM
from supportcore.ids import Ids
from supportcore.people.access import Actor
from supportcore.predicate import (
    TICKET_FIELDS,
    AnyOf,
    Predicate,
    bind,
    both,
    conditions,
    leaves,
    shape,
    to_python,
)
from supportcore.sla.clocks import LIGHTS, Light, most_pressing
from supportcore.storage.paging import LIMIT, Listing, page
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS, TOTAL_CAP, Ledger, Page, Steps
from supportcore.tickets.advance import advance
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decision,
    MoveTicket,
    OpenTicket,
    Receipt,
    Reply,
    Retarget,
    SetDeadline,
    Triage,
)
from supportcore.tickets.draft import Draft
from supportcore.tickets.evolve import fold
from supportcore.tickets.measures import Measures, measures
from supportcore.tickets.permissions import as_shown, require_role, sees, side_of, visible
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases import Context, handle

T = TypeVar("T")
Filters = Mapping[str, Any] | Predicate | None
"""A list's filters: field to value, list of values or None for "has none"; or a predicate."""


_ID_OR_NUMBER = facts(expected="an id or a number", expected_es="un id o un número")
TOGETHER = 1000
"""Tickets opened in one transaction at most."""
_UNDER_TODAYS = (OpenTicket, Retarget, MoveTicket)
"""Commands after which a ticket holds on to what today's definition says."""


@attrs.frozen
class Request(Generic[T]):
    """Steps to be executed in one transaction, made anew for each attempt."""

    steps: Callable[[Ledger], Steps[T]]
    write: bool = False


def _receipt(decision: Decision) -> Receipt:
    assert decision.receipt is not None, "a command has a receipt"
    return decision.receipt


def _in_words(said: str) -> Mapping[str, object]:
    """Return the document of a message; where nothing is said, files may say it."""
    return {} if said == "" else {"text": said}


def _opening_or_faults(document: Any, contact: Any, command_id: Any) -> OpenTicket | Invalid:
    """Return the command, or what cannot be one: its faults are told beside those of others."""
    try:
        return OpenTicket(command_id=command_id, document=document, contact=contact)
    except Invalid as error:
        return error


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
        check_kind(actor, Actor, "actor", "an Actor", "un Actor")
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
        form: str = DEFAULT_FORM,
        files: Sequence[str] = (),
        suggestion: str = "",
        command_id: str | None = None,
    ) -> Request[Receipt]:
        command_id = self.fresh_id(command_id)
        return self.command(
            OpenTicket(
                command_id=command_id,
                document=document,
                contact=contact,
                form=form,
                files=files,
                suggestion=suggestion,
            )
        )

    def open_all(
        self,
        documents: Sequence[Mapping[str, object]],
        *,
        contacts: Sequence[str | None] | None,
        command_ids: Sequence[str] | None,
    ) -> Request[tuple[Receipt, ...]]:
        check_kind(documents, (list, tuple), "documents", "a list of documents", "una lista de documentos")
        if len(documents) > TOGETHER:
            raise Invalid(Fault("documents", "too_long", facts(limit=TOGETHER, unit="documents", unit_es="documentos")))
        count = len(documents)
        commands = [
            _opening_or_faults(document, contact, command_id)
            for document, contact, command_id in zip(
                documents,
                [None] * count if contacts is None else as_many(contacts, count, "contacts"),
                [self._ids() for _ in documents] if command_ids is None else distinct(command_ids, count),
                strict=True,
            )
        ]

        def steps(ledger: Ledger) -> Steps[tuple[Receipt, ...]]:
            yield from self._rules.require(ledger, joined=self._joined)
            context = self._context()
            askings = [
                failing(command) if isinstance(command, Invalid) else handle(command, context) for command in commands
            ]
            decisions = yield from answer_all(ledger, self._rules, askings)
            yield from ledger.save(*(decision for decision in decisions if not decision.repeated))
            return tuple([_receipt(decision) for decision in decisions])

        return Request(steps, write=True)

    def reply(
        self, ticket: str, said: str, *, files: Sequence[str], command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(Reply(document=_in_words(said), files=files, **common))

    def note(
        self, ticket: str, said: str, *, files: Sequence[str], command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(AddNote(document=_in_words(said), files=files, **common))

    def assign(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self.command(Assign(document=document, **self._common(ticket, command_id, seen_version)))

    def triage(
        self, ticket: str, document: Mapping[str, object], *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        return self.command(Triage(document=document, **self._common(ticket, command_id, seen_version)))

    def act(
        self,
        ticket: str,
        action: str,
        document: Mapping[str, object] | None,
        *,
        files: Sequence[str],
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        said = {} if document is None else document
        return self.command(Act(action=action, document=said, files=files, **common))

    def set_deadline(
        self, ticket: str, deadline: datetime | None, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        said = None if deadline is None else text.instant_text(text.instant(deadline, "deadline"))
        common = self._common(ticket, command_id, seen_version)
        return self.command(SetDeadline(document={"deadline": said}, **common))

    def retarget(self, ticket: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        return self.command(Retarget(**self._common(ticket, command_id, seen_version)))

    def move(self, ticket: str, *, command_id: str | None, seen_version: int | None) -> Request[Receipt]:
        return self.command(MoveTicket(**self._common(ticket, command_id, seen_version)))

    def cite(
        self, ticket: str, article: str, *, solved: bool, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        common = self._common(ticket, command_id, seen_version)
        return self.command(CiteArticle(document={"article": article, "solved": solved}, **common))

    def submit(
        self,
        submit: Submit | Mapping[str, object],
        document: Mapping[str, object],
        *,
        files: Sequence[str],
        command_id: str | None,
    ) -> Request[Receipt]:
        """Return the command that *submit* of a form names."""
        command = command_of(submit, document, files=files, command_id=self.fresh_id(command_id))
        asked = self.command(command)

        def steps(ledger: Ledger) -> Steps[Receipt]:
            try:
                return (yield from asked.steps(ledger))
            except Invalid as error:
                raise Invalid(*(of_submit(fault, command) for fault in error.faults)) from error

        return attrs.evolve(asked, steps=steps)

    def on_ticket(
        self,
        kind: Any,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        """Return the request that gives a command of *kind*, which says nothing but a document."""
        return self.command(kind(document=document, **self._common(ticket, command_id, seen_version)))

    def fresh_id(self, given: str | None) -> str:
        """Return the id of a command: the one given, or a new one."""
        return self._ids() if given is None else given

    def _common(self, ticket: str, command_id: str | None, seen_version: int | None) -> dict[str, Any]:
        return {"ticket": ticket, "command_id": self.fresh_id(command_id), "seen_version": seen_version}

    def command(self, command: Command | ArticleCommand) -> Request[Receipt]:
        """Return the request that carries a command out."""

        def steps(ledger: Ledger) -> Steps[Receipt]:
            if isinstance(command, _UNDER_TODAYS):
                yield from self._rules.require(ledger, joined=self._joined)
            context = self._context()
            asking = (
                handle_article(command, context) if isinstance(command, ArticleCommand) else handle(command, context)
            )
            decision = yield from answer(ledger, self._rules, asking)
            if not decision.repeated:
                yield from ledger.save(decision)
            return _receipt(decision)

        return Request(steps, write=True)

    def _context(self) -> Context:
        return Context(desk=self._desk, actor=self._actor, now=self._clock(), at=self._at, salt=self._salt)

    # -- views

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

    # -- questions

    def get(self, ticket: str | int) -> Request[Ticket]:
        def steps(ledger: Ledger) -> Steps[Ticket]:
            return as_shown(self._desk, self._actor, (yield from self._visible(ledger, ticket)))

        return Request(steps)

    def actions(self, ticket: str | int | None) -> Request[tuple[Offer, ...]]:
        def steps(ledger: Ledger) -> Steps[tuple[Offer, ...]]:
            if ticket is None:
                return (yield from self._opening(ledger))
            return offers(self._desk, (yield from self.standing(ledger, ticket)), self._actor)

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
                where=self._scope(where),
                sort=sort,
                limit=limit,
                cursor=cursor,
                page=page_number,
                total=total,
                known_as=self._known_as(where),
            )
            found = yield from page(ledger, listing)
            shown = tuple([as_shown(self._desk, self._actor, ticket) for ticket in found.items])
            return attrs.evolve(found, items=shown)

        return Request(steps)

    def count(self, where: Filters) -> Request[int]:
        return Request(lambda ledger: ledger.count(self._scope(where)))

    def count_by(self, by: str, where: Filters) -> Request[dict[str | bool | None, int]]:
        def steps(ledger: Ledger) -> Steps[dict[str | bool | None, int]]:
            known = [key for key in COUNT_KEYS if key in self._known_fields]
            if by not in known:
                raise Invalid(Fault("by", "not_an_option", facts(options=", ".join(known))))
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
            if moment > self._clock():
                raise Refused(Reason("at_in_future", facts(at=moment.isoformat())))
            draft = yield from self._standing(ledger, ticket, moment)
            return as_shown(self._desk, self._actor, draft.ticket)

        return Request(steps)

    def clocks(self, ticket: str | int, at: datetime | None) -> Request[tuple[Promise, ...]]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[tuple[Promise, ...]]:
            moment = asked or self._clock()
            draft = yield from self._standing(ledger, ticket, moment)
            return promises(draft, at=draft.now, locale=self._actor.locale)

        return Request(steps)

    def light(self, ticket: str | int, at: datetime | None) -> Request[Light]:
        asked = self.clocks(ticket, at)

        def steps(ledger: Ledger) -> Steps[Light]:
            return most_pressing(promise.light for promise in (yield from asked.steps(ledger)))

        return Request(steps)

    def lights(self, where: Filters, at: datetime | None) -> Request[dict[Light, int]]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[dict[Light, int]]:
            now = self._clock()
            if asked is not None and asked < now:
                return (yield from self._lights_then(ledger, where, asked))
            found: dict[Light, int] = {}
            for light in LIGHTS:
                found[light] = yield from ledger.count(both(self._scope(where), light_is(light, asked or now)))
            return found

        return Request(steps)

    def measures(self, ticket: str | int, at: datetime | None) -> Request[Measures]:
        asked = None if at is None else text.instant(at, "at")

        def steps(ledger: Ledger) -> Steps[Measures]:
            draft = yield from self._standing(ledger, ticket, asked or self._clock())
            history = yield from ledger.history(draft.ticket.id)
            stored = [recorded for recorded in history if recorded.position <= draft.before]
            return measures([*stored, *draft.recorded], at=draft.now, levels=draft.levels)

        return Request(steps)

    def _lights_then(self, ledger: Ledger, where: Filters, moment: datetime) -> Steps[dict[Light, int]]:
        """Count lights at an earlier instant: columns tell the present only, so every ticket is gone back in."""
        mine, wanted = self._parts(where, moment)
        sees_now, wanted_then = to_python(mine), to_python(wanted)
        found: dict[Light, int] = dict.fromkeys(LIGHTS, 0)
        after = ""
        while ids := (yield from ledger.ticket_ids(after, LIMIT)):
            for ticket_id in ids:
                ticket = yield from ledger.ticket(ticket_id)
                if ticket is None or ticket.opened_at > moment or not sees_now(ticket, self._actor):
                    continue
                then = (yield from self._back_at(ledger, ticket, moment)).ticket
                if wanted_then(then, self._actor):
                    found[most_pressing(clock.light(moment) for clock in then.clocks)] += 1
            after = ids[-1]
        return found

    def _standing(self, ledger: Ledger, ticket: str | int, moment: datetime) -> Steps[Draft]:
        """Return a ticket as it was, or will be if nobody does anything, at *moment*."""
        found = yield from self._visible(ledger, ticket)
        if moment < found.opened_at:
            raise NotFound(f"Ticket {found.number} was opened later than {moment.isoformat()}.", kind="ticket")
        return (yield from self._back_at(ledger, found, moment))

    def _back_at(self, ledger: Ledger, ticket: Ticket, moment: datetime) -> Steps[Draft]:
        if moment < ticket.updated_at:
            history = yield from ledger.history(ticket.id)
            ticket = fold(self._desk.key, (recorded for recorded in history if recorded.event.at <= moment))
        draft = yield from self._draft(ledger, ticket)
        advance(draft, moment)
        return draft

    def _opening(self, ledger: Ledger) -> Steps[tuple[Offer, ...]]:
        desk, actor = self._desk, self._actor
        reasons, _ = yield from opening(ledger, desk, actor)
        offer = Offer(name="open", label=command_label(desk, "open", actor.locale), reasons=reasons, form=desk.form)
        return (offer,)

    def _scope(self, where: Filters) -> Predicate:
        return both(*self._parts(where, None))

    def _known_as(self, where: Filters) -> object:
        """Return what a cursor belongs to where the condition holds the present instant, as a light's does."""
        if not isinstance(where, Mapping) or "light" not in where:
            return None
        lights = where["light"] if isinstance(where["light"], (list, tuple, set, frozenset)) else [where["light"]]
        rest = {name: value for name, value in where.items() if name != "light"}
        return (shape(self._scope(rest)), sorted(str(light) for light in lights))

    @property
    def _known_fields(self) -> tuple[str, ...]:
        """The fields of a ticket by which the actor may ask."""
        if side_of(self._desk, self._actor) == "staff":
            return tuple(TICKET_FIELDS)
        return tuple(field for field in TICKET_FIELDS if field not in STAFF_ONLY)

    def _parts(self, where: Filters, at: datetime | None) -> tuple[Predicate, Predicate]:
        """Return what the actor may see, and what of it is wanted; lights are as of *at*, or now."""
        require_role(self._desk, self._actor)
        if where is None or isinstance(where, Mapping):
            plain = dict(where or {})
            asks_light, light = "light" in plain, plain.pop("light", None)
            wanted = conditions(plain, self._known_fields)
            if asks_light:
                lights = light if isinstance(light, (list, tuple, set, frozenset)) else (light or "none",)
                wanted = both(wanted, AnyOf(tuple(light_is(one, at or self._clock()) for one in lights)))
        else:
            check_kind(where, Predicate, "where", "a mapping of filters, or a predicate", "un objeto de filtros")
            wanted = bind(where, self._actor)
            hidden = {leaf.field for leaf in leaves(wanted)} - set(self._known_fields)
            if hidden:
                told = facts(options=", ".join(self._known_fields))
                raise Invalid(*(Fault(field, "cannot_filter", told) for field in sorted(hidden)))
        return visible(self._desk, self._actor), wanted

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
