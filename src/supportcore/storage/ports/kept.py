"""What is kept of a desk: the kinds of its records, its entries, and what is asked of its tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import attrs

from supportcore.knowledge.article import Article, Category
from supportcore.notices.faults import NotSent
from supportcore.people.agents import Agent, Team
from supportcore.people.credentials import Account, Invitation, UserName
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.people.preferences import Preferences
from supportcore.predicate import ALWAYS, Predicate, Scalar
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.tickets.commands import OutboxRow

R = TypeVar("R")

Record = (
    Customer
    | Contact
    | Agreement
    | Agent
    | Team
    | Product
    | Module
    | Version
    | Service
    | Project
    | Category
    | Article
    | Preferences
)
"""What a catalogue keeps: what a host installs, and what people chose for themselves."""
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
    "category": Category,
    "article": Article,
    "preferences": Preferences,
}
"""The kinds of the catalogue, by the name they are stored under."""
KIND_OF: Mapping[type, str] = {cls: kind for kind, cls in RECORD_KINDS.items()}
CREDENTIALS: Mapping[type, str] = {Account: "account", UserName: "user_name", Invitation: "invitation"}
"""
Who may sign in, by the kind it is stored under. An entry of a desk as records are, and so moved with them, but none of
the catalogue: only `supportcore.storage.ports.Credentials` reads one.
"""
Words = tuple[tuple[str, ...], ...]
"""For each word that was asked for, the terms it may stand under in the index."""
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
        words: Only tickets that the index has, for each of these, under one of its terms.
    """

    where: Predicate = ALWAYS
    words: Words = ()
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
    """
    An outbox row claimed for sending.

    Attributes:
        id: Of the row; what cannot be read is settled, too.
        attempts: How often it was tried, including this time.
        error: Why the row cannot be read, or empty.
    """

    _row: OutboxRow | None
    id: str = attrs.field(default=attrs.Factory(lambda self: self._row.id, takes_self=True))
    attempts: int
    token: str
    error: str = ""

    @property
    def row(self) -> OutboxRow:
        """
        The row.

        Raises:
            NotSent: ``notice_unreadable``.
        """
        if self._row is None:
            raise NotSent("notice_unreadable", why=self.error)
        return self._row


def leased(row_id: str, read: Callable[[], OutboxRow], *, attempts: int, token: str) -> Lease:
    """Return a row that was claimed, also if *read* fails: one that is broken keeps no other waiting."""
    try:
        return Lease(row=read(), attempts=attempts, token=token)
    except Exception as error:
        return Lease(row=None, id=row_id, attempts=attempts, token=token, error=f"{type(error).__name__}: {error}")


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
    "revision": ("article", "n"),
    "reading": ("article", "person"),
    "suggestion": ("id",),
    "posting": ("kind", "term", "scope", "record"),
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
            - record, ticket, content, receipt, file, revision, reading, suggestion: their stored forms
              (`supportcore.storage.codec.dump`);
            - event ``command_id name version form recorded_at sequence`` (0: none yet);
            - outbox ``row`` (its stored form) ``status attempts next_at token leased_until sent_at error``;
            - parked ``until times error``; blob ``length``; chunk ``data``; read ``at``; posting ``impact``.
    """

    kind: str
    key: Key
    form: Mapping[str, Any]
