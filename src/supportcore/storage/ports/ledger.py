"""The operations on one desk: what each promises of order, errors and atomicity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.knowledge.postings import Found, Search
from supportcore.people.credentials import Credential
from supportcore.predicate import Predicate
from supportcore.storage.ports.driving import Steps
from supportcore.storage.ports.kept import (
    Entry,
    Key,
    Lease,
    Query,
    Record,
    Ref,
    Words,
)
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket

C = TypeVar("C", bound=Credential)


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

    def count(self, where: Predicate, *, words: Words = (), cap: int | None = None) -> Steps[int]:
        """Return how many tickets *where* holds of and the index has under *words*, counting no further than *cap*."""

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
        Store decisions: all that they hold; what is of one kind goes together.

        Raises:
            Conflict: A ticket no longer has the version it was decided on, its number or command id is taken, a file is
                no draft any more, or an article has a revision of that number.
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


class Credentials(Protocol):
    """Who may sign in to one desk: `Account`, `UserName`, `Invitation`. No other operation but `Portable` reads one."""

    def credential(self, kind: type[C], credential_id: str, *, lock: bool = False) -> Steps[C | None]:
        """
        Return one, or None.

        Args:
            lock: If it is there, nobody else reads it so, changes or drops it before the transaction ends; if two do
                this at once, one of them waits and reads what the other left, or is told `Conflict`.
        """

    def add_credential(self, credential: Credential) -> Steps[None]:
        """
        Store one.

        Raises:
            Conflict: There is one of this kind and id already.
        """

    def put_credential(self, credential: Credential) -> Steps[None]:
        """Store one in the place of that of this kind and id, which is there and locked."""

    def drop_credential(self, kind: type[Credential], credential_id: str) -> Steps[None]:
        """Remove one; it need not be there."""


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


class Index(Protocol):
    """
    What the records of one desk are found by; see `supportcore.knowledge.postings`.

    It is changed by `Histories.save`, in the transaction of what it is about. Terms, scopes and ids compare by bytes.
    """

    def search(self, search: Search) -> Steps[Found]:
        """Return what is found, in the order that `Search` tells, and how many there are in all."""

    def frequencies(
        self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
    ) -> Steps[Mapping[str, int]]:
        """
        Return how many records have each of *terms*, without those that none has; one round trip.

        Args:
            scopes: Only postings of these; None means any.
        """


class Knowledge(Protocol):
    """
    What is kept of the articles of one desk beside the articles themselves, which are records.

    Revisions are stored by `Histories.save`, and never changed.
    """

    def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
        """Return revisions of an article with a number greater than *after*, in order."""

    def translations(self, article: str) -> Steps[tuple[Article, ...]]:
        """Return the articles whose ``translation_of`` is *article*, in any state, by id."""

    def reading(self, article: str, person: str) -> Steps[Reading | None]:
        """Return what a person made of an article."""

    def put_reading(self, reading: Reading) -> Steps[None]:
        """Note that a person read an article, and the vote; if it was noted before, the first instant stays."""

    def readings(self, articles: Sequence[str]) -> Steps[Mapping[str, Readings]]:
        """Return what people made of articles, without those that nobody read; one round trip."""

    def suggestion(self, suggestion_id: str) -> Steps[Suggestion | None]:
        """Return what was suggested."""

    def put_suggestion(self, suggestion: Suggestion) -> Steps[None]:
        """Store what was suggested and what came of it, replacing that of this id."""

    def deflection(self, since: datetime, until: datetime) -> Steps[Deflection]:
        """Return what came of suggestions with ``since <= at < until`` that held an article."""


class Portable(Protocol):
    """One desk entry by entry, in a form that is the same in every store: to be moved elsewhere, or to be rewritten."""

    def entries(self, kind: str, *, after: Key | None, limit: int, lock: bool = False) -> Steps[tuple[Entry, ...]]:
        """
        Return up to *limit* entries of a kind with a key greater than *after*, by key.

        Args:
            lock: They are to be replaced or dropped in this transaction: nobody else changes them before it ends, or
                one of the two is told `Conflict`. Events and contents are locked with their ticket instead.
        """

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """
        Store entries, all of one kind, of which none is there yet.

        Raises:
            Conflict: There is one under such a key.
        """

    def replace_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """
        Store entries, all of one kind, in the place of those under the same keys; where none is, none is stored.

        An event keeps its sequence and a ticket its number, whatever the form says.
        """

    def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
        """Remove entries of any kind but ``event``, as a history is never shortened; they need not be there."""

    def last_entry(self, kind: str) -> Steps[Key | None]:
        """Return the greatest key of a kind, or None."""


class Ledger(
    Tickets,
    Histories,
    Catalogue,
    Credentials,
    Index,
    Knowledge,
    Outbox,
    Inbox,
    Files,
    Blobs,
    Portable,
    Protocol,
):
    """All that is kept of one desk. Every method is pure until its steps are executed."""
