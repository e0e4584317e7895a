"""
The operations on one desk in MongoDB, each written once: what happened, the catalogue and the outbox.

Tickets, what is found, what goes through the portal, blobs and what moves a desk elsewhere stand in modules of their
own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from supportcore.storage import codec
from supportcore.storage.ports import Lease, Record, Ref, Steps, leased
from supportcore.text import FIRST_INSTANT
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore_mongo import documents, feed
from supportcore_mongo.blobs import MongoBlobs
from supportcore_mongo.credentials import MongoCredentials
from supportcore_mongo.knowledge import MongoKnowledge
from supportcore_mongo.operations import Doc, Operation, count_up, groups, insert, put, rows
from supportcore_mongo.portable import PortableMongo
from supportcore_mongo.portal import MongoPortal
from supportcore_mongo.tickets import MongoTickets


class MongoLedger(MongoTickets, MongoKnowledge, MongoCredentials, MongoPortal, MongoBlobs, PortableMongo):
    """One desk in a MongoDB database; see `supportcore.storage.ports.Ledger`."""

    __slots__ = ()

    # -- what happened

    def save(self, *decisions: Decision) -> Steps[None]:
        """Store decisions; what goes into one collection goes together. A ticket may be in several of them."""
        desk = self._desk
        changes = [change for decision in decisions for change in decision.changes]
        contents = [content for decision in decisions for content in decision.contents]
        notices = [row for decision in decisions for row in decision.outbox]
        files = [file for decision in decisions for file in decision.files]
        receipts = [decision.receipt for decision in decisions if decision.receipt is not None]
        yield from self._save_tickets(changes)
        events = [recorded for change in changes for recorded in change.recorded]
        yield from insert("history", [documents.event_document(desk, recorded) for recorded in events])
        yield from insert("contents", [{"desk": desk, **codec.dump(content)} for content in contents])
        yield from insert("outbox", [documents.outbox_document(desk, row) for row in notices])
        yield from self._take_files(files)
        yield from self._learn(decisions)
        yield from insert("receipts", [{"desk": desk, **codec.dump(receipt)} for receipt in receipts])

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        where = {"desk": self._desk, "ticket": ticket_id, "position": {"$gt": after}}
        found = yield Operation("history", "find", (where,), {"sort": [("position", 1)]})
        return tuple(documents.load_recorded(document) for document in found)

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        where = {"desk": self._desk, "ticket": ticket_id}
        found = yield Operation("contents", "find", (where,), {"sort": [("position", 1), ("id", 1)]})
        return tuple(codec.load(Content, document) for document in found)

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        where = {"desk": self._desk, "sequence": {"$gt": max(after, 0)}}
        found = yield from rows("history", where, [("sequence", 1)], limit)
        return tuple(documents.load_recorded(document) for document in found)

    def number_events(self, limit: int) -> Steps[int]:
        return (yield from feed.number_events(self._desk, limit))

    def unnumbered(self) -> Steps[bool]:
        where = {"desk": self._desk, "sequence": 0}
        return (yield Operation("history", "find_one", (where, {"_id": 1}))) is not None

    def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
        wanted = tuple(command_ids)
        if not wanted:
            return ()
        where = {"desk": self._desk, "command_id": {"$in": list(wanted)} if len(wanted) > 1 else wanted[0]}
        found = yield Operation("receipts", "find", (where,))
        receipts = {document["command_id"]: codec.load(Receipt, document) for document in found}
        return tuple(receipts.get(command_id) for command_id in wanted)

    def next_numbers(self, count: int = 1) -> Steps[int]:
        """Return the first of a block of numbers, counted apart so that writers do not wait for one another."""
        return (yield from count_up(self._desk, "ticket", count)) - count + 1

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        wanted = tuple(refs)
        ids: dict[str, set[str]] = defaultdict(set)
        for kind, record_id in wanted:
            ids[kind].add(record_id)
        if not ids:
            return ()
        some = [{"desk": self._desk, "kind": kind, "id": {"$in": sorted(of_kind)}} for kind, of_kind in ids.items()]
        found = yield Operation("records", "find", (some[0] if len(some) == 1 else {"$or": some},))
        records = {(doc["kind"], doc["id"]): codec.load_record(doc["kind"], doc["form"]) for doc in found}
        return tuple(records.get(ref) for ref in wanted)

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        where = {"desk": self._desk, "kind": kind, "id": {"$gt": after}}
        found = yield from rows("records", where, [("id", 1)], limit)
        return tuple(codec.load_record(kind, document["form"]) for document in found)

    def put_record(self, record: Record) -> Steps[None]:
        kind, form = codec.dump_record(record)
        yield from put("records", [({"desk": self._desk, "kind": kind, "id": record.id}, {"form": form})])

    def rules(self, rules_hash: str) -> Steps[str | None]:
        found = yield Operation("rules", "find_one", ({"desk": self._desk, "rules_hash": rules_hash},))
        return None if found is None else str(found["document"])

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        key = {"desk": self._desk, "rules_hash": rules_hash}
        yield Operation("rules", "update_one", (key, {"$setOnInsert": {"document": document}}), {"upsert": True})

    # -- outbox

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        free: Doc = {"next_at": {"$lte": now}, "leased_until": {"$lte": now}}
        where: Doc = {"desk": self._desk, "status": "pending", **free}
        found = yield from rows("outbox", where, [("next_at", 1), ("id", 1)], limit)
        if found:
            key = {"desk": self._desk, "id": {"$in": [document["id"] for document in found]}}
            change = {"$set": {"token": token, "leased_until": until}, "$inc": {"attempts": 1}}
            yield Operation("outbox", "update_many", (key, change))
        return tuple(
            leased(doc["id"], partial(codec.load, OutboxRow, doc["row"]), attempts=doc["attempts"] + 1, token=token)
            for doc in found
        )

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        status = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"
        change = {"status": status, "token": None, "leased_until": FIRST_INSTANT, "sent_at": sent_at, "error": error}
        if status == "pending":
            change["next_at"] = retry_at
        key = {"desk": self._desk, "id": row_id, "token": token, "status": "pending"}
        return bool((yield Operation("outbox", "update_one", (key, {"$set": change}))).matched_count == 1)

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        return (yield from groups("outbox", {"desk": self._desk}, "status"))
