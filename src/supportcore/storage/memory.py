"""
The reference store: everything in dictionaries of this process.

It is the plainest reading of the ports, against which the others are compared. Records are kept *encoded*, so that
every test exercises the stored forms. A transaction collects a write set; its commit takes one lock, checks that
nothing it replaces has changed since, and applies all of it or none. An operation is a function of the transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar

from supportcore.errors import NoTransaction, StoreUnreadable
from supportcore.predicate import Predicate, to_python
from supportcore.storage import codec
from supportcore.storage.ports import (
    AsyncExecute,
    Conflict,
    Execute,
    Lease,
    Query,
    Record,
    Ref,
    Steps,
)
from supportcore.text import NEVER, instant_text
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.ticket import Ticket

T = TypeVar("T")
Doc = dict[str, Any]
Key = tuple[Any, ...]


class Transaction:
    """A write set over the committed tables; reads see it first."""

    def __init__(self, tables: dict[str, dict[Key, Doc]]) -> None:
        self._tables = tables
        self._base: dict[tuple[str, Key], Doc | None] = {}
        self._new: dict[tuple[str, Key], Doc] = {}
        self._events: list[Doc] = []

    def get(self, table: str, key: Key) -> Doc | None:
        """Return the document under a key, or None."""
        found = self._new.get((table, key))
        return found if found is not None else self._tables.setdefault(table, {}).get(key)

    def all(self, table: str, desk: str) -> Iterator[tuple[Key, Doc]]:
        """Yield the documents of a desk with their keys, by key."""
        merged = {key: doc for key, doc in self._tables.setdefault(table, {}).items() if key[0] == desk}
        merged.update({key: doc for (name, key), doc in self._new.items() if name == table and key[0] == desk})
        yield from sorted(merged.items(), key=lambda item: item[0])

    def desks(self) -> tuple[str, ...]:
        """Return the keys of the desks that have tickets or rules."""
        places = [key for table in ("tickets", "rules") for key in self._tables.get(table, {})]
        places += [key for table, key in self._new if table in ("tickets", "rules")]
        return tuple(sorted({key[0] for key in places}))

    def put(self, table: str, key: Key, doc: Doc) -> None:
        """Write a document; the commit checks that what it replaces is still there."""
        self._base.setdefault((table, key), self._tables.setdefault(table, {}).get(key))
        self._new[table, key] = doc

    def add(self, table: str, key: Key, doc: Doc) -> None:
        """Write a document where there must be none yet."""
        if self.get(table, key) is not None:
            raise Conflict(f"{table} {key} is taken")
        self.put(table, key, doc)

    def append(self, event: Doc) -> None:
        """Append to the history; the commit gives the sequence."""
        self._events.append(event)

    def history(self, desk: str, ticket_id: str) -> list[Doc]:
        """Return the stored events of a ticket, in order."""
        stored = self._tables["by_ticket"].get((desk, ticket_id), {})
        return [*stored.get("events", ()), *(event for event in self._mine(desk) if event["ticket"] == ticket_id)]

    def feed(self, desk: str, after: int, limit: int) -> list[Doc]:
        """Return the events of a desk after a sequence."""
        events = [*self._tables["feed"].get((desk,), {}).get("events", ()), *self._mine(desk)]
        return [event for event in events if event["sequence"] > after][:limit]

    def _mine(self, desk: str) -> list[Doc]:
        """Return the events appended here, with the sequence they get if nobody else commits before."""
        last = len(self._tables["feed"].get((desk,), {}).get("events", ()))
        mine = [event for event in self._events if event["desk"] == desk]
        return [{**event, "sequence": sequence} for sequence, event in enumerate(mine, start=last + 1)]

    def commit(self) -> None:
        """Apply everything, or raise `Conflict` and apply nothing; the caller holds the lock."""
        for (table, key), base in self._base.items():
            if self._tables[table].get(key) is not base:
                raise Conflict(f"{table} {key} changed meanwhile")
        for (table, key), doc in self._new.items():
            self._tables[table][key] = doc
        for event in self._events:
            feed = self._tables["feed"].setdefault((event["desk"],), {"events": []})["events"]
            event["sequence"] = len(feed) + 1
            feed.append(event)
            place = (event["desk"], event["ticket"])
            self._tables["by_ticket"].setdefault(place, {"events": []})["events"].append(event)


Operation = Callable[[Transaction], Any]


def _do(operation: Callable[[Transaction], T]) -> Steps[T]:
    answer: T = yield operation
    return answer


def _columns(ticket: Ticket) -> Doc:
    row = codec.dump_ticket(ticket)
    row["is_open"] = ticket.is_open
    row.update({name: instant_text(getattr(ticket, name) or NEVER) for name in ("wake_at", "due_at")})
    for name in ("green_at", "amber_at", "red_at"):
        at = getattr(ticket, name)
        row[name] = None if at is None else instant_text(at)
    return row


_DERIVED = frozenset({"is_open", "wake_at", "due_at", "green_at", "amber_at", "red_at"})
"""Columns that follow from the others."""


def _ticket(row: Doc) -> Ticket:
    form = {name: value for name, value in row.items() if name not in _DERIVED and value is not None}
    ticket: Ticket = codec.load(Ticket, form)
    return ticket


def _recorded(doc: Doc) -> Recorded:
    return Recorded(
        ticket=doc["ticket"],
        position=doc["position"],
        command_id=doc["command_id"],
        event=codec.load_event(doc["name"], doc["version"], doc["form"]),
        recorded_at=datetime.fromisoformat(doc["recorded_at"]),
        sequence=doc.get("sequence", 0),
    )


class MemoryLedger:
    """One desk in memory; see `supportcore.storage.ports.Ledger`."""

    def __init__(self, desk: str) -> None:
        self._desk = desk

    # -- tickets

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        row = yield from _do(lambda unit: unit.get("tickets", (self._desk, ticket_id)))
        return None if row is None else _ticket(row)

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        found = yield from _do(lambda unit: unit.get("by_number", (self._desk, number)))
        return None if found is None else (yield from self.ticket(found["id"]))

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        tickets = yield from self._where(query.where)

        def place(ticket: Ticket) -> tuple[Any, str]:
            value = getattr(ticket, query.sort)
            return (NEVER if value is None else value), ticket.id

        descending = query.descending
        tickets.sort(key=place, reverse=descending)
        if query.seek is None:
            return tuple(tickets[query.skip : query.skip + query.limit])
        edge = (query.seek.key, query.seek.id)
        if query.seek.backwards:
            before = [t for t in tickets if (place(t) > edge if descending else place(t) < edge)]
            return tuple(before[-query.limit :])
        after = [t for t in tickets if (place(t) < edge if descending else place(t) > edge)]
        return tuple(after[: query.limit])

    def count(self, where: Predicate, *, cap: int | None = None) -> Steps[int]:
        tickets = yield from self._where(where)
        return len(tickets) if cap is None else min(len(tickets), cap)

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        tickets = yield from self._where(where)
        return Counter(getattr(ticket, field) for ticket in tickets)

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        rows = yield from _do(lambda unit: list(unit.all("tickets", self._desk)))
        return tuple(key[1] for key, _ in rows if key[1] > after)[:limit]

    def due(self, now: datetime, limit: int) -> Steps[tuple[str, ...]]:
        stamp = instant_text(now)

        def find(unit: Transaction) -> list[tuple[str, str]]:
            parked = {key[1] for key, doc in unit.all("parked", self._desk) if doc["until"] > stamp}
            rows = unit.all("tickets", self._desk)
            return sorted((r["wake_at"], r["id"]) for _, r in rows if r["wake_at"] <= stamp and r["id"] not in parked)

        found = yield from _do(find)
        return tuple(ticket_id for _, ticket_id in found[:limit])

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        key = (self._desk, ticket_id)

        def write(unit: Transaction) -> None:
            times = (unit.get("parked", key) or {"times": 0})["times"]
            unit.put("parked", key, {"until": instant_text(until), "times": times + 1, "error": error})

        yield from _do(write)

    def parked(self, ticket_id: str) -> Steps[int]:
        doc = yield from _do(lambda unit: unit.get("parked", (self._desk, ticket_id)))
        return 0 if doc is None else int(doc["times"])

    def unpark(self, ticket_id: str) -> Steps[None]:
        doc = {"until": "", "times": 0, "error": ""}
        yield from _do(lambda unit: unit.put("parked", (self._desk, ticket_id), doc))

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        row = yield from _do(lambda unit: unit.get("tickets", (self._desk, ticket_id)))
        return row

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        return _columns(ticket)

    def _where(self, where: Predicate) -> Steps[list[Ticket]]:
        test = to_python(where)
        rows = yield from _do(lambda unit: list(unit.all("tickets", self._desk)))
        return [ticket for ticket in (_ticket(row) for _, row in rows) if test(ticket, None)]

    # -- what happened

    def save(self, decision: Decision) -> Steps[None]:
        yield from _do(lambda unit: self._save(unit, decision))

    def _save(self, unit: Transaction, decision: Decision) -> None:
        desk = self._desk
        for change in decision.changes:
            ticket = change.ticket
            current = unit.get("tickets", (desk, ticket.id))
            if (current["version"] if current else 0) != change.before:
                raise Conflict(f"ticket {ticket.id} is no longer at version {change.before}")
            unit.put("tickets", (desk, ticket.id), _columns(ticket))
            if change.before == 0:
                unit.add("by_number", (desk, ticket.number), {"id": ticket.id})
            for recorded in change.recorded:
                name, version, form = codec.dump_event(recorded.event)
                doc = {
                    "desk": desk,
                    "ticket": recorded.ticket,
                    "position": recorded.position,
                    "command_id": recorded.command_id,
                    "recorded_at": instant_text(recorded.recorded_at),
                    "name": name,
                    "version": version,
                    "form": form,
                }
                unit.append(doc)
        for content in decision.contents:
            kept = (unit.get("contents", (desk, content.ticket)) or {"items": []})["items"]
            unit.put("contents", (desk, content.ticket), {"items": [*kept, codec.dump(content)]})
        for row in decision.outbox:
            doc = {"row": codec.dump(row), "state": "pending", "attempts": 0, "token": "", "lease": "", "error": ""}
            unit.add("outbox", (desk, row.id), {**doc, "due": instant_text(row.due_at)})
        if decision.receipt is not None:
            unit.add("receipts", (desk, decision.receipt.command_id), codec.dump(decision.receipt))

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        found = yield from _do(lambda unit: unit.history(self._desk, ticket_id))
        return tuple(_recorded(doc) for doc in found if doc["position"] > after)

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        doc = yield from _do(lambda unit: unit.get("contents", (self._desk, ticket_id)))
        found = [codec.load(Content, item) for item in doc["items"]] if doc is not None else []
        return tuple(sorted(found, key=lambda content: (content.position, content.id)))

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        found = yield from _do(lambda unit: unit.feed(self._desk, after, limit))
        return tuple(_recorded(doc) for doc in found)

    def receipt(self, command_id: str) -> Steps[Receipt | None]:
        doc = yield from _do(lambda unit: unit.get("receipts", (self._desk, command_id)))
        return None if doc is None else codec.load(Receipt, doc)

    def next_number(self) -> Steps[int]:
        def take(unit: Transaction) -> int:
            number = int((unit.get("numbers", (self._desk,)) or {"n": 0})["n"]) + 1
            unit.put("numbers", (self._desk,), {"n": number})
            return number

        return (yield from _do(take))

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        wanted = tuple(refs)
        docs = yield from _do(lambda unit: [unit.get("records", (self._desk, kind, id_)) for kind, id_ in wanted])
        pairs = zip(wanted, docs, strict=True)
        return tuple(None if doc is None else codec.load_record(kind, doc) for (kind, _), doc in pairs)

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        rows = yield from _do(lambda unit: list(unit.all("records", self._desk)))
        found = [doc for key, doc in rows if key[1] == kind and key[2] > after]
        return tuple(codec.load_record(kind, doc) for doc in found[:limit])

    def put_record(self, record: Record) -> Steps[None]:
        kind, form = codec.dump_record(record)
        yield from _do(lambda unit: unit.put("records", (self._desk, kind, record.id), form))

    def rules(self, rules_hash: str) -> Steps[str | None]:
        doc = yield from _do(lambda unit: unit.get("rules", (self._desk, rules_hash)))
        return None if doc is None else str(doc["document"])

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        if (yield from self.rules(rules_hash)) is None:
            yield from _do(lambda unit: unit.put("rules", (self._desk, rules_hash), {"document": document}))

    # -- outbox

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        stamp, end = instant_text(now), instant_text(until)

        def take(unit: Transaction) -> list[Doc]:
            rows = [(doc["due"], key, doc) for key, doc in unit.all("outbox", self._desk)]
            free = [r for r in rows if r[2]["state"] == "pending" and r[0] <= stamp and r[2]["lease"] <= stamp]
            taken = []
            for _, key, doc in sorted(free, key=lambda row: row[:2])[:limit]:
                leased = {**doc, "attempts": doc["attempts"] + 1, "token": token, "lease": end}
                unit.put("outbox", key, leased)
                taken.append(leased)
            return taken

        docs = yield from _do(take)
        return tuple(
            Lease(row=codec.load(OutboxRow, doc["row"]), attempts=doc["attempts"], token=token) for doc in docs
        )

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        key = (self._desk, row_id)
        state = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"

        def write(unit: Transaction) -> bool:
            doc = unit.get("outbox", key)
            if doc is None or not doc["lease"] or doc["token"] != token:
                return False
            due = instant_text(retry_at) if retry_at is not None else doc["due"]
            unit.put("outbox", key, {**doc, "state": state, "due": due, "token": "", "lease": "", "error": error})
            return True

        return (yield from _do(write))

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        rows = yield from _do(lambda unit: list(unit.all("outbox", self._desk)))
        return Counter(doc["state"] for _, doc in rows)


class MemoryStore:
    """A store that lives as long as the process; see `supportcore.storage.ports.Store`."""

    url = "memory://"
    joined = False

    def __init__(self) -> None:
        self._lock = RLock()
        self._tables: dict[str, dict[Key, Doc]] = {"feed": {}, "by_ticket": {}}

    def ledger(self, desk: str) -> MemoryLedger:
        """Return the operations on one desk."""
        return MemoryLedger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        keys = yield from _do(lambda unit: unit.desks())
        return keys

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction."""
        unit = Transaction(self._tables)

        def execute(operation: Operation) -> Any:
            with self._lock:
                return operation(unit)

        yield execute
        if write:
            with self._lock:
                unit.commit()

    def migrate(self) -> None:
        """Do nothing: there are no tables."""

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def join(self, host: Any) -> MemoryStore:
        """Refuse: memory has no transactions of a host."""
        raise NoTransaction(why="The memory store has no host to join; join a SQL store's connection or session.")


class AsyncMemoryStore:
    """The same store behind the asynchronous port."""

    url = "memory://"
    joined = False

    def __init__(self, store: MemoryStore | None = None) -> None:
        self._store = store or MemoryStore()

    def ledger(self, desk: str) -> MemoryLedger:
        """Return the operations on one desk."""
        return self._store.ledger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        return self._store.desks()

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Begin a transaction."""
        with self._store.begin(write=write) as execute:

            async def execute_later(operation: Operation) -> Any:
                return execute(operation)

            yield execute_later

    async def migrate(self) -> None:
        """Do nothing: there are no tables."""

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def join(self, host: Any) -> AsyncMemoryStore:
        """Refuse: memory has no transactions of a host."""
        self._store.join(host)
        return self


def open_url(target: str, *, prefix: str, schema: str | None) -> MemoryStore:
    """Return a new, empty store; the URL is always ``memory://``."""
    if target != "memory://":
        raise StoreUnreadable(where=target, why="a memory store has no name; write memory://")
    return MemoryStore()


def open_async_url(target: str, *, prefix: str, schema: str | None) -> AsyncMemoryStore:
    """Return a new, empty store behind the asynchronous port."""
    return AsyncMemoryStore(open_url(target, prefix=prefix, schema=schema))
