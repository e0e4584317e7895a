"""
The operations on one desk in MongoDB, each written once.

An operation names a collection, a method of it and its arguments; what is sent back is the method's result, a cursor's
as a list. Nothing here waits, so an executor that awaits needs no second copy.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs
from pymongo import ReturnDocument

from supportcore.predicate import Predicate
from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Lease, Query, Record, Ref, Steps
from supportcore.text import FIRST_INSTANT
from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.ticket import Ticket
from supportcore_mongo import documents
from supportcore_mongo.documents import Doc

CHANGES = frozenset({"insert_one", "insert_many", "replace_one", "update_one", "update_many", "delete_one"})
"""Methods that leave something behind; what ``find_one_and_update`` does (locks and counters) means nothing alone."""


@attrs.frozen
class Operation:
    """
    What the steps of this backend yield.

    Attributes:
        collection: Its name without the prefix.
        apart: Executed outside the transaction, and not undone with it.
    """

    collection: str
    method: str
    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})
    apart: bool = False


def desks() -> Steps[tuple[str, ...]]:
    """Return the keys of all desks that have tickets or rules, ascending."""
    of_tickets = yield Operation("tickets", "distinct", ("desk",))
    of_rules = yield Operation("rules", "distinct", ("desk",))
    return tuple(sorted({*of_tickets, *of_rules}))


class MongoLedger:
    """One desk in a MongoDB database; see `supportcore.storage.ports.Ledger`."""

    __slots__ = ("_desk",)

    def __init__(self, desk: str) -> None:
        self._desk = desk

    # -- tickets

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        """Return a ticket; locking it writes to it, for MongoDB locks what it writes and nothing else."""
        key = {"desk": self._desk, "id": ticket_id}
        if lock:
            found = yield Operation("tickets", "find_one_and_update", (key, {"$inc": {"lock": 1}}))
        else:
            found = yield Operation("tickets", "find_one", (key,))
        return None if found is None else documents.load_ticket(found)

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        found = yield Operation("tickets", "find_one", ({"desk": self._desk, "number": number},))
        return None if found is None else documents.load_ticket(found)

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        seek = query.seek
        backwards = seek is not None and seek.backwards
        ascending = query.descending == backwards
        where = self._where(query.where)
        if seek is not None:
            where["$and"].append(documents.beyond(query.sort, seek, ascending=ascending))
        order = [(name, 1 if ascending else -1) for name in (query.sort, "id")]
        found = yield from self._rows("tickets", where, order, query.limit, skip=query.skip if seek is None else 0)
        tickets = tuple(documents.load_ticket(document) for document in found)
        return tickets[::-1] if backwards else tickets

    def count(self, where: Predicate, *, cap: int | None = None) -> Steps[int]:
        if cap == 0:  # which MongoDB refuses
            return 0
        options = {} if cap is None else {"limit": cap}
        return int((yield Operation("tickets", "count_documents", (self._where(where),), options)))

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        return (yield from self._groups("tickets", self._where(where), field))

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        where = {"desk": self._desk, "id": {"$gt": after}}
        found = yield from self._rows("tickets", where, [("id", 1)], limit)
        return tuple(document["id"] for document in found)

    def due(self, now: datetime, limit: int) -> Steps[tuple[str, ...]]:
        parked = yield Operation("parked", "find", ({"desk": self._desk, "until": {"$gt": now}},))
        out = [document["ticket"] for document in parked]
        where = {"desk": self._desk, "wake_at": {"$lte": now}, "id": {"$nin": out}}
        found = yield from self._rows("tickets", where, [("wake_at", 1), ("id", 1)], limit)
        return tuple(document["id"] for document in found)

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        key = {"desk": self._desk, "ticket": ticket_id}
        change = {"$set": {"until": until, "error": error}, "$inc": {"times": 1}}
        yield Operation("parked", "update_one", (key, change), {"upsert": True})

    def parked(self, ticket_id: str) -> Steps[int]:
        found = yield Operation("parked", "find_one", ({"desk": self._desk, "ticket": ticket_id},))
        return 0 if found is None else int(found["times"])

    def unpark(self, ticket_id: str) -> Steps[None]:
        yield Operation("parked", "delete_one", ({"desk": self._desk, "ticket": ticket_id},))

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        """Return every field of a ticket's document but MongoDB's own id and the mark of locking."""
        key = {"desk": self._desk, "id": ticket_id}
        found: Doc | None = yield Operation("tickets", "find_one", (key, {"_id": 0, "lock": 0}))
        return found

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        return documents.ticket_document(ticket)

    # -- what happened

    def save(self, decision: Decision) -> Steps[None]:
        desk = self._desk
        for change in decision.changes:
            yield from self._put(change)
        events = [recorded for change in decision.changes for recorded in change.recorded]
        if events:
            # Counted inside the transaction, so that a number is never seen before a lower one: writers of one desk
            # then conflict and repeat, however different their tickets. Simple and correct, not fast; the finished
            # backend needs a better way.
            last = yield from self._next("feed", len(events), apart=False)
            first = last - len(events) + 1
            rows = [documents.event_document(desk, recorded, first + i) for i, recorded in enumerate(events)]
            yield Operation("history", "insert_many", (rows,))
        if decision.contents:
            contents = [{"desk": desk, **codec.dump(content)} for content in decision.contents]
            yield Operation("contents", "insert_many", (contents,))
        if decision.outbox:
            notices = [documents.outbox_document(desk, row) for row in decision.outbox]
            yield Operation("outbox", "insert_many", (notices,))
        if decision.receipt is not None:
            yield Operation("receipts", "insert_one", ({"desk": desk, **codec.dump(decision.receipt)},))

    def _put(self, change: Change) -> Steps[None]:
        document = documents.ticket_document(change.ticket)
        if change.before == 0:
            yield Operation("tickets", "insert_one", (document,))
            return
        key = {"desk": self._desk, "id": change.ticket.id, "version": change.before}
        if (yield Operation("tickets", "replace_one", (key, document))).matched_count != 1:
            raise Conflict(f"ticket {change.ticket.id} is no longer at version {change.before}")

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        where = {"desk": self._desk, "ticket": ticket_id, "position": {"$gt": after}}
        found = yield Operation("history", "find", (where,), {"sort": [("position", 1)]})
        return tuple(documents.load_recorded(document) for document in found)

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        where = {"desk": self._desk, "ticket": ticket_id}
        found = yield Operation("contents", "find", (where,), {"sort": [("position", 1), ("id", 1)]})
        return tuple(codec.load(Content, document) for document in found)

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        where = {"desk": self._desk, "sequence": {"$gt": after}}
        found = yield from self._rows("history", where, [("sequence", 1)], limit)
        return tuple(documents.load_recorded(document) for document in found)

    def receipt(self, command_id: str) -> Steps[Receipt | None]:
        found = yield Operation("receipts", "find_one", ({"desk": self._desk, "command_id": command_id},))
        return None if found is None else codec.load(Receipt, found)

    def next_number(self) -> Steps[int]:
        """Return the desk's next ticket number, counted apart so that writers do not wait for one another."""
        return (yield from self._next("number", 1, apart=True))

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        wanted = tuple(refs)
        ids: dict[str, set[str]] = defaultdict(set)
        for kind, record_id in wanted:
            ids[kind].add(record_id)
        if not ids:
            return ()
        some = [{"kind": kind, "id": {"$in": sorted(of_kind)}} for kind, of_kind in ids.items()]
        found = yield Operation("records", "find", ({"desk": self._desk, "$or": some},))
        records = {(doc["kind"], doc["id"]): codec.load_record(doc["kind"], doc["form"]) for doc in found}
        return tuple(records.get(ref) for ref in wanted)

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        where = {"desk": self._desk, "kind": kind, "id": {"$gt": after}}
        found = yield from self._rows("records", where, [("id", 1)], limit)
        return tuple(codec.load_record(kind, document["form"]) for document in found)

    def put_record(self, record: Record) -> Steps[None]:
        kind, form = codec.dump_record(record)
        key = {"desk": self._desk, "kind": kind, "id": record.id}
        yield Operation("records", "replace_one", (key, {**key, "form": form}), {"upsert": True})

    def rules(self, rules_hash: str) -> Steps[str | None]:
        found = yield Operation("rules", "find_one", ({"desk": self._desk, "rules_hash": rules_hash},))
        return None if found is None else str(found["document"])

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        key = {"desk": self._desk, "rules_hash": rules_hash}
        yield Operation("rules", "update_one", (key, {"$setOnInsert": {"document": document}}), {"upsert": True})

    # -- outbox

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        where = {"desk": self._desk, "status": "pending", "due_at": {"$lte": now}, "leased_until": {"$lte": now}}
        found = yield from self._rows("outbox", where, [("due_at", 1), ("id", 1)], limit)
        if found:
            key = {"desk": self._desk, "id": {"$in": [document["id"] for document in found]}}
            change = {"$set": {"token": token, "leased_until": until}, "$inc": {"attempts": 1}}
            yield Operation("outbox", "update_many", (key, change))
        return tuple(
            Lease(row=codec.load(OutboxRow, document["row"]), attempts=document["attempts"] + 1, token=token)
            for document in found
        )

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        status = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"
        change = {"status": status, "token": None, "leased_until": FIRST_INSTANT, "sent_at": sent_at, "error": error}
        if status == "pending":
            change["due_at"] = retry_at
        key = {"desk": self._desk, "id": row_id, "token": token, "status": "pending"}
        return bool((yield Operation("outbox", "update_one", (key, {"$set": change}))).matched_count == 1)

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        return (yield from self._groups("outbox", {"desk": self._desk}, "status"))

    # -- what they share

    def _where(self, where: Predicate) -> Doc:
        return {"$and": [{"desk": self._desk}, documents.to_filter(where)]}

    def _rows(
        self, collection: str, where: Doc, order: list[tuple[str, int]], limit: int, *, skip: int = 0
    ) -> Steps[list[Doc]]:
        if limit <= 0:  # which to MongoDB means all
            return []
        options = {"sort": order, "limit": limit, "skip": skip}
        found: list[Doc] = yield Operation(collection, "find", (where,), options)
        return found

    def _groups(self, collection: str, where: Doc, field: str) -> Steps[Counter[Any]]:
        pipeline = [{"$match": where}, {"$group": {"_id": f"${field}", "n": {"$sum": 1}}}]
        found = yield Operation(collection, "aggregate", (pipeline,))
        return Counter({document["_id"]: document["n"] for document in found})

    def _next(self, name: str, step: int, *, apart: bool) -> Steps[int]:
        key, change = {"desk": self._desk, "name": name}, {"$inc": {"n": step}}
        options = {"upsert": True, "return_document": ReturnDocument.AFTER}
        found = yield Operation("counters", "find_one_and_update", (key, change), options, apart=apart)
        return int(found["n"])
