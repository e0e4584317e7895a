"""
The ports: what a backend must do, and nothing it must decide.

A store contains no rule and never reads the clock. Each operation is written once, as a generator (`Steps`) that yields
whatever the backend's own executor understands (a statement and its parameters, an operation on a collection, a
function of a dictionary) and is sent the result back; it returns its answer. So only the executor knows whether it
waits or awaits, and a backend that offers both has one copy of every statement.

    ledger = store.ledger("noova")                     bound to one desk: no query crosses it
    with store.begin(write=True) as execute:           one transaction
        ticket = drive(ledger.ticket(ticket_id), execute)

Atomicity: everything executed inside one ``begin`` is committed together on leaving it without an error, and undone
together otherwise. Reads inside see the writes made before inside. A `Conflict` may be raised by any step or on
leaving; the caller repeats the whole transaction.

Order and equality of text are by bytes of UTF-8 everywhere; instants come back in UTC, to the millisecond.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import attrs

from supportcore.knowledge.article import Article
from supportcore.people.agents import Agent, Team
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.predicate import ALWAYS, Predicate, Scalar
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket

T = TypeVar("T")
R = TypeVar("R")

Steps = Generator[Any, Any, T]
"""A computation that yields operations of one backend and returns a ``T``."""

Execute = Callable[[Any], Any]
AsyncExecute = Callable[[Any], Awaitable[Any]]

Record = Customer | Contact | Agreement | Agent | Team | Product | Module | Version | Service | Project | Article
RECORD_KINDS: Mapping[str, type[Record]] = {
    "customer": Customer,
    "contact": Contact,
    "agreement": Agreement,
    "agent": Agent,
    "team": Team,
    "product": Product,
    "module": Module,
    "version": Version,
    "service": Service,
    "project": Project,
    "article": Article,
}
"""The kinds of the catalogue, by the name they are stored under."""
KIND_OF: Mapping[type, str] = {cls: kind for kind, cls in RECORD_KINDS.items()}
Ref = tuple[str, str]
"""Kind and id of a record."""

SORT_KEYS: tuple[str, ...] = ("number", "opened_at", "updated_at", "last_reply_at", "priority_rank", "due_at")
"""Ticket fields a list can be sorted by; an instant that is None sorts as `supportcore.text.NEVER`."""
COUNT_KEYS: tuple[str, ...] = (
    "state", "category", "outcome", "is_open", "waiting_on", "customer", "product", "module", "service", "project",
    "type", "priority", "urgency", "area", "team", "responsible", "assignee", "agreement",
)  # fmt: skip
"""Ticket fields counts can be grouped by."""
TOTAL_CAP = 10_000
"""Totals and numbered pages go up to here; a total of this many means "at least"."""


class Conflict(Exception):
    """
    Raised by a backend: somebody else was faster (a version, a unique key, a lock), the attempt may be repeated.

    Attributes:
        lost: The whole transaction is gone (a deadlock, a serialization failure); a host must roll back.
    """

    def __init__(self, why: str, *, lost: bool = False) -> None:
        super().__init__(why)
        self.lost = lost


@attrs.frozen(kw_only=True)
class Seek:
    """
    Where a page starts.

    Attributes:
        key: Value of the sort key of the row at the edge (a number or an instant).
        id: Id of that row.
        backwards: The page lies before that row.
    """

    key: Scalar
    id: str
    backwards: bool = False


@attrs.frozen(kw_only=True)
class Query:
    """
    A list of tickets.

    Attributes:
        where: Bound: ticket fields and plain values only.
        sort: One of `SORT_KEYS`; ties go by id, in the same direction.
        seek: Start after (or before) a row; excludes `skip`.
        skip: How many rows to pass over, below `TOTAL_CAP`.
    """

    where: Predicate = ALWAYS
    sort: str = "updated_at"
    descending: bool = True
    limit: int = 50
    seek: Seek | None = None
    skip: int = 0


@attrs.frozen(kw_only=True)
class Page(Generic[R]):
    """
    A part of a list.

    Attributes:
        next: Cursor of the following page, or None at the end.
        previous: Cursor of the page before, or None at the beginning.
        first_index: Place of the first item in the whole list, from 1; 0 for an empty page.
        total: Length of the whole list, up to `TOTAL_CAP`; None if it was not asked for.
    """

    items: tuple[R, ...]
    next: str | None = None
    previous: str | None = None
    first_index: int = 0
    total: int | None = None


@attrs.frozen(kw_only=True)
class Lease:
    """An outbox row claimed for sending, and how often it was tried including this time."""

    row: OutboxRow
    attempts: int
    token: str


CHUNK = 255 * 1024
"""Bytes of a blob that are stored as one; what GridFS takes by default."""

Key = tuple[str | int, ...]
"""The key of an entry within its desk and kind."""
ENTRY_KINDS: Mapping[str, tuple[str, ...]] = {
    "rules": ("rules_hash",),
    "record": ("kind", "id"),
    "counter": ("name",),
    "ticket": ("id",),
    "event": ("ticket", "position"),
    "content": ("ticket", "position", "id"),
    "receipt": ("command_id",),
    "outbox": ("id",),
    "parked": ("ticket",),
    "blob": ("sha256",),
    "chunk": ("sha256", "n"),
    "file": ("id",),
    "read": ("person", "notice"),
}
"""All that is kept of a desk, by kind: the names of what makes up the key. Text orders by its bytes."""


@attrs.frozen
class Entry:
    """
    One thing that is kept, in a form that is the same in every store.

    Attributes:
        kind: One of `ENTRY_KINDS`.
        key: What it is stored under, within its desk.
        form: JSON-safe; instants are ISO text in UTC with milliseconds or None, bytes base64. By kind:

            - rules ``document``; counter (``ticket`` or ``feed``) ``n``, the last number given;
            - record, ticket, content, receipt, file: their stored forms (`supportcore.storage.codec.dump`);
            - event ``command_id name version form recorded_at sequence`` (0: none yet);
            - outbox ``row`` (its stored form) ``status attempts next_at token leased_until sent_at error``;
            - parked ``until times error``; blob ``length``; chunk ``data``; read ``at``.
    """

    kind: str
    key: Key
    form: Mapping[str, Any]


class Tickets(Protocol):
    """The tickets of one desk as they are now."""

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        """Return a ticket; with *lock*, nobody else changes it before the transaction ends, where the engine can."""

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        """Return the ticket with that number."""

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        """
        Return up to ``limit`` tickets.

        Order: by the sort key, then by id, both descending or both ascending. With ``seek``, only rows strictly after
        (or, backwards, strictly before) the edge; a backwards page holds the rows nearest to the edge and comes in
        the order of the list.
        """

    def count(self, where: Predicate, *, cap: int | None = None) -> Steps[int]:
        """Return how many tickets *where* holds of, counting no further than *cap*."""

    def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
        """Return how many tickets each of *wheres* holds of, in order; one round trip where the engine can."""

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        """Return how many tickets *where* holds of, by the value of *field* (one of `COUNT_KEYS`)."""

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        """Return ids greater than *after*, ascending; ``""`` starts."""

    def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
        """
        Return ids of tickets whose ``wake_at <= now``, earliest first, then by id, without those still parked.

        Args:
            claim: Lock them until the transaction ends and pass over those that somebody else has locked, where the
                engine can. Elsewhere one of the earliest is returned, so that workers seldom meet; if they do, one of
                them is told `Conflict`.
        """

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        """Leave a ticket out of `due` until then."""

    def parked(self, ticket_id: str) -> Steps[int]:
        """Return how often in a row a ticket was parked; 0 since it was last unparked."""

    def unpark(self, ticket_id: str) -> Steps[None]:
        """Forget that a ticket was parked."""

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        """Return every stored column of a ticket as it stands, for verification."""

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        """Return what `stored_columns` has to return for *ticket*; pure."""


class Histories(Protocol):
    """What happened on one desk, and what was written."""

    def save(self, *decisions: Decision) -> Steps[None]:
        """
        Store decisions: tickets, events, contents, outbox rows, files and receipts; those of many go together.

        Raises:
            Conflict: A ticket no longer has the version it was decided on, its number or command id is taken, or a file
                is no draft any more.
        """

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        """Return the events of a ticket with a position greater than *after*, in order."""

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        """Return what was written in a ticket, by position, then id."""

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        """
        Return events of all tickets of the desk with a sequence greater than *after*, ascending.

        An event has a sequence once `number_events` gave it one. Both together skip nothing that is committed late.
        """

    def number_events(self, limit: int) -> Steps[int]:
        """
        Give a sequence to up to *limit* committed events that have none; return to how many.

        Sequences rise from 1 without a gap; those of one ticket are in the order of its history. One transaction at a
        time does this for a desk, and commits before anybody sees what it gave: so whatever commits later comes later.
        A store whose commits are one after the other may give them at once, and then has nothing to do here.
        """

    def unnumbered(self) -> Steps[bool]:
        """Return whether there are events that have no sequence yet."""

    def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
        """Return what commands came to, in that order, None for one that was never carried out; one round trip."""

    def next_numbers(self, count: int = 1) -> Steps[int]:
        """Return the first of the desk's next *count* ticket numbers: unique, rising from 1; rollbacks leave gaps."""


class Catalogue(Protocol):
    """The records of one desk, and the rules it ran and runs on."""

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        """Return the records named, in that order, None where there is none; one round trip."""

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        """Return records of one kind with an id greater than *after*, ascending."""

    def put_record(self, record: Record) -> Steps[None]:
        """Store a record, replacing the one of that kind and id."""

    def rules(self, rules_hash: str) -> Steps[str | None]:
        """Return the canonical document stored under a hash."""

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        """Store a canonical document; storing it again changes nothing."""


class Outbox(Protocol):
    """Notices that were decided and are to be delivered."""

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        """
        Lease rows that are due and not leased, earliest first, then by id; the caller commits before it sends.

        Rows that another transaction is just leasing are passed over, where the engine can.
        """

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        """
        Settle a leased row: sent, to be tried again at *retry_at*, or (both None) dead.

        Returns:
            False if the lease was meanwhile given to somebody else; then nothing changed.
        """

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        """Return how many rows are ``pending``, ``sent`` and ``dead``."""


class Inbox(Protocol):
    """Notices of one desk that people read in the portal, and which of them they have read."""

    def inbox(
        self,
        person: str,
        teams: Sequence[str],
        *,
        channel: str,
        after: tuple[datetime, str] | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int,
    ) -> Steps[tuple[OutboxRow, ...]]:
        """
        Return notices on a channel to a person, or to one of *teams* (rows whose ``role`` is ``team``).

        Order: by ``due_at``, then by id, both descending, whatever became of their delivery.

        Args:
            after: Instant and id of a row; only later ones.
            before: Instant and id of a row; only earlier ones.
        """

    def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
        """Return those of *ids* that the person has read."""

    def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
        """Note that a person has read notices; those that were read before keep their instant."""


class Files(Protocol):
    """Files of one desk: drafts, and those that tickets took. Their bytes are `Blobs`, or lie elsewhere."""

    def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
        """Return the files named, in that order, None where there is none; one round trip."""

    def drafts(self, owner: str, *, limit: int) -> Steps[tuple[File, ...]]:
        """Return files of *owner* that no ticket took, by ``made_at``, then by id."""

    def put_draft(self, file: File) -> Steps[None]:
        """
        Store a draft; storing it again changes nothing.

        Raises:
            Conflict: There is another file of this id.
        """

    def drop_draft(self, file_id: str) -> Steps[bool]:
        """Remove a draft; False if there is none, or a ticket took it."""

    def expired_drafts(self, now: datetime, *, limit: int) -> Steps[tuple[File, ...]]:
        """Return drafts whose ``expires_at <= now``, earliest first, then by id."""

    def is_blob_used(self, blob: str) -> Steps[bool]:
        """Return whether any file, draft or taken, has its bytes under this key."""


class Blobs(Protocol):
    """
    Files of one desk under the sha256 of their bytes, in chunks of `CHUNK` bytes; the last one may be shorter.

    A blob exists once it is finished, so chunks of one that was broken off are never seen; `supportcore.storage.blobs`
    reads and writes streams with these.
    """

    def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
        """
        Return the length of a blob in bytes, or None if there is none.

        Args:
            lock: Nobody else drops it before the transaction ends; if two do this to one blob at once, one of them
                waits or is told `Conflict`.
        """

    def chunk(self, sha256: str, n: int) -> Steps[bytes | None]:
        """Return chunk *n*, from 0, of a blob, finished or not."""

    def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
        """Store a chunk; storing it again changes nothing."""

    def finish_blob(self, sha256: str, length: int) -> Steps[None]:
        """Make a blob of the chunks stored; finishing it again changes nothing."""

    def drop_blob(self, sha256: str) -> Steps[None]:
        """Remove a blob and its chunks; it need not be there."""


class Portable(Protocol):
    """One desk entry by entry, in a form that is the same in every store, so that it can be moved to another."""

    def entries(self, kind: str, *, after: Key | None, limit: int) -> Steps[tuple[Entry, ...]]:
        """Return up to *limit* entries of a kind with a key greater than *after*, by key."""

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """
        Store entries, all of one kind, of which none is there yet.

        Raises:
            Conflict: There is one under such a key.
        """

    def last_entry(self, kind: str) -> Steps[Key | None]:
        """Return the greatest key of a kind, or None."""


class Ledger(Tickets, Histories, Catalogue, Outbox, Inbox, Files, Blobs, Portable, Protocol):
    """All that is kept of one desk. Every method is pure until its steps are executed."""


class Store(Protocol):
    """
    A database, synchronous.

    Attributes:
        url: What messages call it; never holds a password.
        joined: Whether it works inside a host's transaction: then one attempt, no commit, no retry.
    """

    url: str
    joined: bool

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk; cheap, no I/O."""

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules here, ascending."""

    def begin(self, *, write: bool) -> AbstractContextManager[Execute]:
        """
        Begin a transaction (or, joined, a savepoint) and hand out its executor.

        Raises:
            Conflict: See the module.
            StoreError: The database failed; `SchemaMissing`, `SchemaNewer`, `StoreUnreadable`, `StoreReadOnly`.
        """

    def migrate(self) -> None:
        """Make or upgrade the tables; repeating it changes nothing."""

    def close(self) -> None:
        """Let go of connections."""

    def join(self, host: Any) -> Store:
        """
        Return this store inside the transaction of a host's connection or session.

        Raises:
            NoTransaction: The connection is in no transaction, or in AUTOCOMMIT.
        """


class AsyncStore(Protocol):
    """A database, asynchronous; the ledger is the same."""

    url: str
    joined: bool

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk; cheap, no I/O."""

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules here, ascending."""

    def begin(self, *, write: bool) -> AbstractAsyncContextManager[AsyncExecute]:
        """Begin a transaction; see `Store.begin`."""

    async def migrate(self) -> None:
        """Make or upgrade the tables."""

    async def close(self) -> None:
        """Let go of connections."""

    def join(self, host: Any) -> AsyncStore:
        """Return this store inside the transaction of a host; see `Store.join`."""


def drive(steps: Steps[T], execute: Execute) -> T:
    """Execute *steps* to the end and return their answer."""
    try:
        operation = next(steps)
        while True:
            try:
                result = execute(operation)
            except BaseException as error:
                operation = steps.throw(error)
            else:
                operation = steps.send(result)
    except StopIteration as stop:
        answer: T = stop.value
        return answer


async def adrive(steps: Steps[T], execute: AsyncExecute) -> T:
    """Execute *steps* to the end, awaiting each, and return their answer."""
    try:
        operation = next(steps)
        while True:
            try:
                result = await execute(operation)
            except BaseException as error:
                operation = steps.throw(error)
            else:
                operation = steps.send(result)
    except StopIteration as stop:
        answer: T = stop.value
        return answer
