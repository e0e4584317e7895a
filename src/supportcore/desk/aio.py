"""
``AsyncDesk``: the same desk on an asynchronous store; every method of `Desk` with the same name and arguments, awaited.

Only how steps are executed stands here; a test compares the signatures.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from supportcore import text
from supportcore.clock import Clock, system_clock
from supportcore.errors import Busy, JoinedOnly
from supportcore.ids import Ids, random_ids, salt
from supportcore.lazy import Later

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.definition.model import Definition
    from supportcore.desk import answers, catalogue, reports, requests, verifying, work
    from supportcore.desk.answers import Rules
    from supportcore.desk.offers import Offer
    from supportcore.desk.promises import Promise
    from supportcore.desk.reports import DeliveryReport, DueReport, Verification
    from supportcore.desk.requests import Filters, Request, Requests
    from supportcore.desk.timeline import Entry
    from supportcore.notices.render import Notice
    from supportcore.people.access import Actor
    from supportcore.people.agents import Agent, Team
    from supportcore.people.customers import Agreement, Contact, Customer
    from supportcore.products import Module, Product, Project, Service, Version
    from supportcore.sla.clocks import Light
    from supportcore.storage import attempts
    from supportcore.storage.ports import AsyncStore, Page, Record
    from supportcore.tickets.commands import Receipt
    from supportcore.tickets.events import Recorded
    from supportcore.tickets.measures import Measures
    from supportcore.tickets.ticket import Ticket
else:
    answers = Later("supportcore.desk.answers")
    attempts = Later("supportcore.storage.attempts")
    catalogue, reports = (Later(f"supportcore.desk.{name}") for name in ("catalogue", "reports"))
    requests, verifying, work = (Later(f"supportcore.desk.{name}") for name in ("requests", "verifying", "work"))

T = TypeVar("T")


class AsyncDesk:
    """
    A desk on a store.

    Args:
        definition: The rules and labels of today.
        store: Where it is kept; see `open_store`.
        clock: Tells the present instant.
        ids: Makes the ids of commands that bring none.
        salts: Makes the salts of content digests.
    """

    def __init__(
        self,
        definition: Definition,
        store: AsyncStore,
        *,
        clock: Clock = system_clock,
        ids: Ids = random_ids,
        salts: Callable[[], str] = salt,
        _rules: Rules | None = None,
    ) -> None:
        requests.check_parts(definition, store, asynchronous=True)
        self.definition = definition
        self.store = store
        self.catalogue = AsyncCatalogue(self)
        self._clock = clock
        self._ids = ids
        self._salts = salts
        self._rules = _rules or answers.Rules(definition)
        self._ledger = store.ledger(definition.key)

    async def install(
        self,
        *,
        customers: Iterable[Customer] = (),
        contacts: Iterable[Contact] = (),
        agreements: Iterable[Agreement] = (),
        agents: Iterable[Agent] = (),
        teams: Iterable[Team] = (),
        products: Iterable[Product] = (),
        modules: Iterable[Module] = (),
        versions: Iterable[Version] = (),
        services: Iterable[Service] = (),
        projects: Iterable[Project] = (),
    ) -> None:
        """
        Store the rules of this desk, and records of its catalogue; doing it again changes nothing.

        Raises:
            Invalid: A record names another that is neither stored nor given.
        """
        records: list[Record] = [
            *customers,
            *contacts,
            *agreements,
            *agents,
            *teams,
            *products,
            *modules,
            *versions,
            *services,
            *projects,
        ]
        await self._run(catalogue.install(self.definition, records))
        if not self.store.joined:  # a host may still roll back what a joined desk installed
            self._rules.installed = True

    def acting_as(self, actor: Actor, *, at: datetime | None = None) -> AsyncActing:
        """
        Return what *actor* can do and see.

        Args:
            at: The instant everything done through the result happens at; needs the role ``importer``, and nobody
                is told of it.
        """
        asked = requests.Requests(
            self._rules,
            actor,
            at=at,
            clock=self._clock,
            ids=self._ids,
            salt=self._salts,
            joined=self.store.joined,
        )
        return AsyncActing(self, asked)

    def joined(self, host: Any) -> AsyncDesk:
        """
        Return this desk inside the transaction of a host's session or connection: one attempt, no commit.

        Raises:
            NoTransaction: The host has begun none, or works in AUTOCOMMIT.
        """
        store = self.store.join(host)
        return AsyncDesk(
            self.definition, store, clock=self._clock, ids=self._ids, salts=self._salts, _rules=self._rules
        )

    async def run_due(self, *, limit: int = 100) -> DueReport:
        """
        Let happen what has come due on quiet tickets; one transaction a ticket.

        Args:
            limit: Tickets at most.

        Raises:
            JoinedOnly: The desk is joined.
            StoreError: The database failed; what was done until then is kept.
        """
        self._owned("run_due")
        requests.check_whole(limit, "limit", 1, work.MOST)
        now = self._clock()
        tickets = events = 0
        parked: list[tuple[str, str]] = []
        claimed: list[str] = []
        for _ in range(limit):
            try:
                made = await self._run(self._next_due(now, claimed))
            except Exception as error:
                if not (claimed and work.is_the_tickets(error)):
                    raise
                await self._run(self._park(claimed[0], now, error))
                parked.append((claimed[0], str(error)))
            else:
                if made is None:
                    break
                tickets += made > 0
                events += made
        return reports.DueReport(tickets=tickets, events=events, parked=tuple(parked))

    async def deliver(self, notifier: Callable[[Notice], object], *, limit: int = 100) -> DeliveryReport:
        """
        Send notices that are due, each at least once.

        Args:
            notifier: Called with each notice, and awaited if it is asynchronous; what it raises is kept, and the
                notice is tried again later.
            limit: Notices at most.

        Raises:
            JoinedOnly: The desk is joined.
            Busy: Not all that was sent could be noted as sent; it is sent once more when its lease has passed.
        """
        self._owned("deliver")
        requests.check_whole(limit, "limit", 1, work.MOST)
        work.check_notifier(notifier)
        now = self._clock()
        token = self._ids()
        claim = requests.Request(
            lambda ledger: ledger.claim(now=now, until=now + work.LEASE, token=token, limit=limit), write=True
        )
        sent = 0
        busy: Busy | None = None
        retried: list[tuple[str, str]] = []
        dead: list[tuple[str, str]] = []
        for lease in await self._run(claim):
            failed = ""
            try:
                notice = await self._run(requests.Request(partial(work.notice, desk=self.definition, lease=lease)))
                if notice is not None:
                    sent_off = notifier(notice)
                    if isawaitable(sent_off):
                        await sent_off
            except Exception as error:
                failed = f"{type(error).__name__}: {error}"
            try:
                await self._run(work.settle(lease, token=token, now=self._clock(), failed=failed))
            except Busy as error:  # the others that were claimed are sent all the same
                busy = error
            if not failed:
                sent += 1
            else:
                (retried if lease.attempts < work.TRIES else dead).append((lease.row.id, failed))
        if busy is not None:
            raise busy
        return reports.DeliveryReport(sent=sent, retried=tuple(retried), dead=tuple(dead))

    async def feed(self, after: int = 0, *, limit: int = 100) -> tuple[Recorded, ...]:
        """
        Return events of the whole desk with a sequence greater than *after*, in order; unscoped.

        Whoever goes on from the last sequence he saw misses nothing, however late it was committed: an event gets its
        sequence here, after its commit. A joined desk gives none, and returns those that have one.
        """
        requests.check_whole(after, "after", 0, text.INT_LIMIT)
        requests.check_whole(limit, "limit", 1, work.MOST)
        asked = requests.Request(lambda ledger: ledger.feed(after, limit))
        found = await self._run(asked)
        while len(found) < limit and not self.store.joined and await self._run(work.unnumbered()):
            await self._run(work.number_events())
            found = await self._run(asked)
        return found

    async def receipts(self, command_ids: Iterable[str]) -> tuple[Receipt | None, ...]:
        """
        Return what came of commands, in order: None for one that was never carried out, or was refused.

        After an answer got lost this tells whether the command was; sending it again under its id tells as well.
        """
        wanted = tuple(command_ids)
        return await self._run(requests.Request(lambda ledger: ledger.receipts(wanted)))

    async def outbox(self) -> Mapping[str, int]:
        """Return how many notices are ``pending``, ``sent`` and ``dead``."""
        return await self._run(requests.Request(lambda ledger: ledger.outbox_counts()))

    async def history(self, ticket_id: str) -> tuple[Recorded, ...]:
        """Return the events of a ticket, in order; for tests and integrators, unscoped."""
        return await self._run(requests.Request(lambda ledger: ledger.history(ticket_id)))

    async def ticket_ids(self) -> AsyncIterator[str]:
        """Yield the ids of all tickets, ascending; for verification and export, unscoped."""
        after = ""
        while found := await self._run(requests.Request(partial(work.ticket_ids, after=after))):
            for ticket_id in found:
                yield ticket_id
            after = found[-1]

    async def verify(self, progress: Callable[[int], object] | None = None) -> Verification:
        """Fold every history and compare every stored column; *progress* is called with the count so far."""
        total = reports.Verification()
        async for ticket_id in self.ticket_ids():
            step = partial(verifying.verify_one, desk=self.definition.key, ticket_id=ticket_id)
            try:
                one = await self._run(requests.Request(step))
            except Exception as error:
                one = verifying.unreadable(ticket_id, error)
            total = verifying.add(total, one)
            if progress is not None:
                progress(total.tickets)
        walk = verifying.Walk()
        while walk.goes_on:
            try:
                one = await self._run(requests.Request(partial(verifying.verify_desk, walk=walk)))
            except Exception as error:
                walk.goes_on, one = False, verifying.unreadable("", error)
            total = verifying.add(total, one)
        return total

    def _next_due(self, now: datetime, claimed: list[str]) -> Request[int | None]:
        return requests.Request(lambda ledger: work.next_due(ledger, self._rules, now, claimed), write=True)

    def _park(self, ticket_id: str, now: datetime, error: Exception) -> Request[None]:
        return requests.Request(lambda ledger: work.park(ledger, ticket_id, now, error), write=True)

    def _owned(self, verb: str) -> None:
        if self.store.joined:
            raise JoinedOnly(verb=verb)

    async def _run(self, request: Request[T]) -> T:
        return await attempts.arun(self.store, partial(request.steps, self._ledger), write=request.write)


class AsyncActing:
    """What one actor can do and see on a desk. Commands return a `Receipt`; the same id returns the same one."""

    def __init__(self, desk: AsyncDesk, requests: Requests) -> None:
        self._run = desk._run
        self._requests = requests

    async def open(
        self,
        document: Mapping[str, object],
        *,
        contact: str | None = None,
        command_id: str | None = None,
    ) -> Receipt:
        """
        Open a ticket.

        Args:
            document: The desk's intake form, by field key.
            contact: Whom staff opens it for; the actor itself otherwise.
            command_id: Makes a retry harmless; a fresh one by default.

        Raises:
            Refused: The actor may not open tickets here.
            Invalid: Faults of the document, all at once.
        """
        return await self._run(self._requests.open(document, contact=contact, command_id=command_id))

    async def open_all(
        self,
        documents: Sequence[Mapping[str, object]],
        *,
        contacts: Sequence[str | None] | None = None,
        command_ids: Sequence[str] | None = None,
    ) -> tuple[Receipt, ...]:
        """
        Open many tickets in one transaction, all or none; each as `open` does, numbered in the order given.

        Args:
            documents: 1,000 at most.
            contacts: For each document, whom staff opens it for.
            command_ids: For each document; fresh ones by default.

        Raises:
            Refused: The actor may not open tickets here.
            Invalid: Faults of a document, all at once; each path begins with its place, from 0.
        """
        return await self._run(self._requests.open_all(documents, contacts=contacts, command_ids=command_ids))

    async def reply(
        self, ticket: str, text: str, *, command_id: str | None = None, seen_version: int | None = None
    ) -> Receipt:
        """Write a public message."""
        return await self._run(self._requests.reply(ticket, text, command_id=command_id, seen_version=seen_version))

    async def note(
        self, ticket: str, text: str, *, command_id: str | None = None, seen_version: int | None = None
    ) -> Receipt:
        """Write an internal note."""
        return await self._run(self._requests.note(ticket, text, command_id=command_id, seen_version=seen_version))

    async def assign(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Say who works on it: ``assignee``, ``responsible``, ``team``; absent keeps, None takes away."""
        return await self._run(
            self._requests.assign(ticket, document, command_id=command_id, seen_version=seen_version)
        )

    async def triage(
        self,
        ticket: str,
        document: Mapping[str, object],
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Classify it anew; absent keeps, None takes away."""
        return await self._run(
            self._requests.triage(ticket, document, command_id=command_id, seen_version=seen_version)
        )

    async def set_deadline(
        self,
        ticket: str,
        deadline: datetime | None,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Set by when the ticket is to be done (plazo), or with None take that away.

        Raises:
            Invalid: The instant has passed, or is naive.
        """
        request = self._requests.set_deadline(ticket, deadline, command_id=command_id, seen_version=seen_version)
        return await self._run(request)

    async def retarget(self, ticket: str, *, command_id: str | None = None, seen_version: int | None = None) -> Receipt:
        """Put a ticket under today's service levels; it keeps those it was opened under until then."""
        return await self._run(self._requests.retarget(ticket, command_id=command_id, seen_version=seen_version))

    async def act(
        self,
        ticket: str,
        action: str,
        document: Mapping[str, object] | None = None,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Take an action of the workflow.

        Raises:
            Refused: With the reasons that `actions` shows.
            StaleVersion: The ticket changed since *seen_version*.
        """
        request = self._requests.act(ticket, action, document, command_id=command_id, seen_version=seen_version)
        return await self._run(request)

    async def actions(self, ticket: str | int | None = None) -> tuple[Offer, ...]:
        """Return every command and action, and of those not allowed, why; without a ticket, of opening one."""
        return await self._run(self._requests.actions(ticket))

    async def get(self, ticket: str | int) -> Ticket:
        """Return a ticket by id or number, as it is stored."""
        return await self._run(self._requests.get(ticket))

    async def find(
        self,
        where: Filters = None,
        *,
        sort: str = "-updated_at",
        limit: int = 50,
        cursor: str | None = None,
        page: int | None = None,
        total: bool = True,
    ) -> Page[Ticket]:
        """
        Return a page of the tickets this actor may see.

        Args:
            where: Field to value, list of values, or None for "has none"; or a predicate.
            sort: One of the sort keys, with ``-`` before it for descending.
            cursor: ``next`` or ``previous`` of a page of the same list.
            page: Number of a page, from 1, instead of a cursor.
        """
        request = self._requests.find(where, sort=sort, limit=limit, cursor=cursor, page_number=page, total=total)
        return await self._run(request)

    @overload
    async def count(self, where: Filters = None) -> int: ...

    @overload
    async def count(self, where: Filters = None, *, by: str) -> Mapping[str | bool | None, int]: ...

    async def count(self, where: Filters = None, *, by: str | None = None) -> int | Mapping[str | bool | None, int]:
        """Return how many tickets this actor may see; with *by*, how many for each value of that field."""
        if by is None:
            return await self._run(self._requests.count(where))
        return await self._run(self._requests.count_by(by, where))

    async def timeline(self, ticket: str | int) -> tuple[Entry, ...]:
        """Return what happened, oldest first, as far as this actor may see it."""
        return await self._run(self._requests.timeline(ticket))

    async def as_of(self, ticket: str | int, instant: datetime) -> Ticket:
        """Return a ticket as it was at *instant*, if this actor may see it now."""
        return await self._run(self._requests.as_of(ticket, instant))

    async def clocks(self, ticket: str | int, at: datetime | None = None) -> tuple[Promise, ...]:
        """
        Return what was promised to a ticket and how it stands: time used and left, light, met or not.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return await self._run(self._requests.clocks(ticket, at))

    async def measures(self, ticket: str | int, at: datetime | None = None) -> Measures:
        """
        Return what came of a ticket in open time: first response, resolution, what it was held, each clock's run.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return await self._run(self._requests.measures(ticket, at))

    async def light(self, ticket: str | int, at: datetime | None = None) -> Light:
        """Return the most pressing light of a ticket's clocks, now or as of *at*."""
        return await self._run(self._requests.light(ticket, at))

    async def lights(self, where: Filters = None, *, at: datetime | None = None) -> Mapping[Light, int]:
        """
        Return how many tickets this actor may see show which light.

        Args:
            where: As of `find`; there ``{"light": "red"}`` is a filter, too.
            at: As of then; None is now. The past is told from the histories, ticket by ticket, which takes its time.
        """
        return await self._run(self._requests.lights(where, at))


class AsyncCatalogue:
    """The records of a desk: put, retired, read; see `supportcore.desk.catalogue`."""

    def __init__(self, desk: AsyncDesk) -> None:
        self._desk = desk

    async def put(self, *records: Record) -> None:
        """Store records; one that is the same already is left alone."""
        await self._desk._run(catalogue.put(records))

    async def retire(self, kind: str, record_id: str) -> None:
        """Stop offering a record; tickets that name it keep it."""
        await self._desk._run(catalogue.retire(kind, record_id))

    async def get(self, kind: str, record_id: str) -> Record:
        """Return one record."""
        return await self._desk._run(catalogue.get(kind, record_id))

    async def find(self, kind: str, *, after: str = "", limit: int = 100) -> tuple[Record, ...]:
        """Return records of a kind with an id greater than *after*, in order."""
        return await self._desk._run(catalogue.listing(kind, after, limit))
