"""
``AsyncDesk``: the same desk on an asynchronous store; every method of `Desk` with the same name and arguments, awaited.

Only how steps are executed stands here; a test compares the signatures.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from supportcore import text
from supportcore.clock import Clock, system_clock
from supportcore.desk.aio_acting import AsyncActing
from supportcore.errors import Busy, JoinedOnly
from supportcore.ids import Ids, random_ids, salt
from supportcore.lazy import Later

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.definition.model import Definition
    from supportcore.desk import (
        answers,
        catalogue,
        checks,
        delivering,
        downloads,
        erasing,
        exporting,
        filing,
        hands,
        holding,
        reindexing,
        reports,
        requests,
        resending,
        verifying,
        work,
    )
    from supportcore.desk.answers import Rules
    from supportcore.desk.exporting import AsyncExport
    from supportcore.desk.persons.reports import Erasure
    from supportcore.desk.reports import DeadNotice, DeliveryReport, DueReport, Verification
    from supportcore.desk.requests import Request
    from supportcore.knowledge.article import Article, Category, Deflection
    from supportcore.notices.render import Notice
    from supportcore.people.access import Actor
    from supportcore.people.agents import Agent, Team
    from supportcore.people.customers import Agreement, Contact, Customer
    from supportcore.products import Module, Product, Project, Service, Version
    from supportcore.storage import attempts, ports
    from supportcore.storage import filing as file_stores
    from supportcore.storage.filing import AsyncFileStore
    from supportcore.storage.ports import AsyncStore, Record
    from supportcore.tickets.commands import Receipt
    from supportcore.tickets.events import Recorded
else:
    answers = Later("supportcore.desk.answers")
    attempts, ports = Later("supportcore.storage.attempts"), Later("supportcore.storage.ports")
    file_stores = Later("supportcore.storage.filing")
    delivering = Later("supportcore.desk.delivering")
    downloads, erasing, exporting = (
        Later(f"supportcore.desk.{name}") for name in ("downloads", "erasing", "exporting")
    )
    filing, hands = Later("supportcore.desk.filing"), Later("supportcore.desk.hands")
    holding = Later("supportcore.desk.holding")
    catalogue, checks, reports = (Later(f"supportcore.desk.{name}") for name in ("catalogue", "checks", "reports"))
    reindexing, resending = Later("supportcore.desk.reindexing"), Later("supportcore.desk.resending")
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
        addresses: Where the entries of the menu lead that are the host's own, by key; one without is not shown.
        files: Where the bytes of files lie; by default in *store*. Elsewhere they are no part of a transaction.
    """

    def __init__(
        self,
        definition: Definition,
        store: AsyncStore,
        *,
        clock: Clock = system_clock,
        ids: Ids = random_ids,
        salts: Callable[[], str] = salt,
        addresses: Mapping[str, str] | None = None,
        files: AsyncFileStore | None = None,
        _rules: Rules | None = None,
    ) -> None:
        checks.check_parts(definition, store, asynchronous=True)
        if files is not None:
            file_stores.check_files(files, asynchronous=True)
        self.definition = definition
        self.store = store
        self.catalogue = AsyncCatalogue(self)
        self._clock = clock
        self._ids = ids
        self._salts = salts
        self._addresses = dict(addresses or {})
        self._elsewhere = files
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
        categories: Iterable[Category] = (),
        articles: Iterable[Article] = (),
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
            *categories,
            *articles,
        ]
        await self._run(catalogue.install(self.definition, records, now=self._clock()))
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
            self.definition,
            store,
            clock=self._clock,
            ids=self._ids,
            salts=self._salts,
            addresses=self._addresses,
            files=self._elsewhere,
            _rules=self._rules,
        )

    async def run_due(self, *, limit: int = 100) -> DueReport:
        """
        Let happen what has come due on quiet tickets, and remove drafts of files that nobody sent in time.

        Args:
            limit: Tickets at most, each in a transaction of its own, and as many drafts.

        Raises:
            JoinedOnly: The desk is joined.
            StoreError: The database failed; what was done until then is kept.
        """
        self._owned("run_due")
        checks.check_whole(limit, "limit", 1, work.MOST)
        now = self._clock()
        tickets = await ports.adrive(holding.settle(self._rules, now, limit=limit), hands.AsyncHands(self).do)
        events = tickets
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
        expired = filing.sweep(now, limit=limit, in_store=self._files.in_store)
        files = await ports.adrive(expired, hands.AsyncHands(self).do)
        return reports.DueReport(tickets=tickets, events=events, parked=tuple(parked), files=files)

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
        checks.check_whole(limit, "limit", 1, work.MOST)
        delivering.check_notifier(notifier)
        due, token = self._clock(), self._ids()
        delivery = delivering.Delivery(limit)
        while asked := delivery.next:
            leases = await self._run(delivering.claim(due=due, now=self._clock(), token=token, limit=asked))
            for lease in leases:
                failed, notice = "", None
                try:
                    notice = await self._run(
                        requests.Request(partial(delivering.notice, desk=self.definition, lease=lease))
                    )
                    if notice is not None:
                        sent_off = notifier(notice)
                        if isawaitable(sent_off):
                            await sent_off
                except Exception as error:
                    failed = delivering.failure(error)
                try:
                    await self._run(delivering.settle(lease, token=token, now=self._clock(), failed=failed))
                except Busy as error:  # the others that were claimed are sent all the same
                    delivery.busy = error
                delivery.note(lease, told=notice is not None, failed=failed)
            if len(leases) < asked:
                break
        return delivery.report()

    async def dead_notices(self, *, limit: int = 100) -> tuple[DeadNotice, ...]:
        """Return up to *limit* notices that were given up, by id, each with its last error; reads the whole outbox."""
        checks.check_whole(limit, "limit", 1, work.MOST)
        return await ports.adrive(resending.dead(limit), hands.AsyncHands(self).do)

    async def resend(self, ids: Iterable[str] | None = None) -> int:
        """
        Let notices that were given up be tried again from the beginning, and return how many there were.

        Args:
            ids: Of `dead_notices`; None means all of them.

        Raises:
            JoinedOnly: The desk is joined.
        """
        self._owned("resend")
        meant = None if ids is None else frozenset(ids)
        return await ports.adrive(resending.resend(meant, self._clock()), hands.AsyncHands(self).do)

    async def feed(self, after: int = 0, *, limit: int = 100) -> tuple[Recorded, ...]:
        """
        Return events of the whole desk with a sequence greater than *after*, in order; unscoped.

        Whoever goes on from the last sequence he saw misses nothing, however late it was committed: an event gets its
        sequence here, after its commit. A joined desk gives none, and returns those that have one.
        """
        checks.check_whole(after, "after", 0, text.INT_LIMIT)
        checks.check_whole(limit, "limit", 1, work.MOST)
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

    async def deflection(self, since: datetime, until: datetime) -> Deflection:
        """
        Return what came of suggestions with ``since <= at < until``: how many held an article, of how many of these one
        was read, and after how many a ticket was opened all the same.
        """
        begins, ends = text.instant(since, "since"), text.instant(until, "until")
        return await self._run(requests.Request(lambda ledger: ledger.deflection(begins, ends)))

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
        """
        Fold every history and compare every stored column, every article and the index with what they follow from.

        Args:
            progress: Called with the count of tickets so far.
        """
        asked = verifying.verified(self.definition.key, language=self.definition.languages[0], progress=progress)
        return await ports.adrive(asked, hands.AsyncHands(self).do)

    async def reindex(self) -> int:
        """
        Mend what articles and tickets are found by, and return how many of them were found wrongly.

        It is needed after a release that analyses text otherwise, or when the desk has another first language.

        Raises:
            JoinedOnly: The desk is joined.
            StoreError: The database failed; what was done until then is kept.
        """
        self._owned("reindex")
        return await ports.adrive(reindexing.reindex(self.definition.languages[0]), hands.AsyncHands(self).do)

    async def erase(
        self, person: str, *, names: Iterable[str] = (), texts: bool = False, dry_run: bool = False
    ) -> Erasure:
        """
        Erase a person: no stored byte of him is left, a tombstone stands in his place; see docs/erasing.md.

        It looks through all of the desk. Let nobody act as the person meanwhile; if it breaks off, call it again.

        Args:
            person: The host's id of the person, a contact or an agent.
            names: What else the person is called in texts: names, addresses, numbers.
            texts: Whether what the person wrote as staff is emptied too; else it is told without him.
            dry_run: Only report.

        Raises:
            Invalid: It is no id, or the desk's own.
            JoinedOnly: The desk is joined.
            Busy: Somebody acts as the person, or writes about him, all the while.
            StoreError: The database failed; what was done until then is kept, and gone on from.
        """
        self._owned("erase")
        asked = erasing.erase(
            self.definition,
            person,
            names=names,
            texts=texts,
            dry_run=dry_run,
            salt=self._salts,
            in_store=self._files.in_store,
        )
        return await ports.adrive(asked, hands.AsyncHands(self).do)

    async def export(self, person: str) -> AsyncExport:
        """
        Return everything that is kept of a person, as data and files.

        It looks through all of the desk.

        Raises:
            Invalid: It is no id, or the desk's own.
        """
        asked = exporting.export(self.definition.key, person, at=self._clock())
        data, files = await ports.adrive(asked, hands.AsyncHands(self).do)
        source = self._files
        return exporting.AsyncExport(
            data=data, files=tuple([downloads.AsyncDownload(source=source, **fetched) for fetched in files])
        )

    def _next_due(self, now: datetime, claimed: list[str]) -> Request[int | None]:
        return requests.Request(lambda ledger: work.next_due(ledger, self._rules, now, claimed), write=True)

    def _park(self, ticket_id: str, now: datetime, error: Exception) -> Request[None]:
        return requests.Request(lambda ledger: work.park(ledger, ticket_id, now, error), write=True)

    @property
    def _files(self) -> AsyncFileStore:
        """Where the bytes of files lie."""
        return file_stores.AsyncStoreBlobs(self.store) if self._elsewhere is None else self._elsewhere

    def _owned(self, verb: str) -> None:
        if self.store.joined:
            raise JoinedOnly(verb=verb)

    async def _run(self, request: Request[T]) -> T:
        return await attempts.arun(self.store, partial(request.steps, self._ledger), write=request.write)


class AsyncCatalogue:
    """The records of a desk: put, retired, read; see `supportcore.desk.catalogue`."""

    def __init__(self, desk: AsyncDesk) -> None:
        self._desk = desk

    async def put(self, *records: Record) -> None:
        """Store records; one that is the same already is left alone."""
        desk = self._desk
        await desk._run(catalogue.put(records, desk=desk.definition, now=desk._clock()))

    async def retire(self, kind: str, record_id: str) -> None:
        """Stop offering a record; tickets that name it keep it."""
        desk = self._desk
        await desk._run(catalogue.retire(kind, record_id, desk=desk.definition, now=desk._clock()))

    async def get(self, kind: str, record_id: str) -> Record:
        """Return one record."""
        return await self._desk._run(catalogue.get(kind, record_id))

    async def find(self, kind: str, *, after: str = "", limit: int = 100) -> tuple[Record, ...]:
        """Return records of a kind with an id greater than *after*, in order."""
        return await self._desk._run(catalogue.listing(kind, after, limit))
