"""What is kept of a desk in memory, entry by entry, and its blobs; and how a ticket stands in its table."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from supportcore.storage import codec
from supportcore.storage.memory.unit import Doc, Transaction, do
from supportcore.storage.ports import Conflict, Entry, Key, Steps
from supportcore.text import NEVER, instant_text
from supportcore.tickets.ticket import Ticket


def ticket_columns(ticket: Ticket) -> Doc:
    """Return every column of a ticket."""
    row = codec.dump_ticket(ticket)
    row["is_open"] = ticket.is_open
    row.update({name: instant_text(getattr(ticket, name) or NEVER) for name in ("wake_at", "due_at")})
    for name in ("green_at", "amber_at", "red_at"):
        at = getattr(ticket, name)
        row[name] = None if at is None else instant_text(at)
    return row


_DERIVED = frozenset({"is_open", "wake_at", "due_at", "green_at", "amber_at", "red_at"})
"""Columns that follow from the others."""


def load_ticket(row: Doc) -> Ticket:
    """Return the ticket that a row holds."""
    form = {name: value for name, value in row.items() if name not in _DERIVED and value is not None}
    ticket: Ticket = codec.load(Ticket, form)
    return ticket


_TABLES = {
    "rules": "rules",
    "record": "records",
    "counter": "numbers",
    "ticket": "tickets",
    "receipt": "receipts",
    "outbox": "outbox",
    "parked": "parked",
    "blob": "blobs",
    "chunk": "chunks",
    "file": "files",
    "read": "reads",
    "revision": "revisions",
    "reading": "readings",
    "suggestion": "suggestions",
    "posting": "postings",
}
"""Kinds whose entries are documents of a table; events and contents are kept by ticket."""
_EVENT = ("command_id", "name", "version", "form", "recorded_at", "sequence")


class PortableMemory:
    """Entries and blobs of one desk; see `supportcore.storage.ports.Portable` and ``Blobs``."""

    def __init__(self, desk: str) -> None:
        self._desk = desk

    def entries(self, kind: str, *, after: Key | None, limit: int) -> Steps[tuple[Entry, ...]]:
        found = yield from self._all(kind)
        return tuple([entry for entry in found if after is None or entry.key > after][:limit])

    def last_entry(self, kind: str) -> Steps[Key | None]:
        found = yield from self._all(kind)
        return found[-1].key if found else None

    def _all(self, kind: str) -> Steps[list[Entry]]:
        return (yield from do(lambda unit: sorted(self._each(unit, kind), key=lambda entry: entry.key)))

    def _each(self, unit: Transaction, kind: str) -> Iterator[Entry]:
        if kind == "event":
            for doc in unit.events(self._desk):
                yield Entry(kind, (doc["ticket"], doc["position"]), {name: doc[name] for name in _EVENT})
        elif kind == "content":
            for _, doc in unit.all("contents", self._desk):
                for item in doc["items"]:
                    yield Entry(kind, (item["ticket"], item["position"], item["id"]), item)
        else:
            for key, doc in unit.all(_TABLES[kind], self._desk):
                form = codec.dump(load_ticket(doc)) if kind == "ticket" else doc
                yield Entry(kind, key[1:], form)

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        for entry in entries:
            yield from do(partial(self._put, entry=entry))

    def _put(self, unit: Transaction, entry: Entry) -> None:
        desk, key, form = self._desk, entry.key, dict(entry.form)
        if entry.kind == "event":
            unit.append({"desk": desk, "ticket": key[0], "position": key[1], **form})
        elif entry.kind == "content":
            kept = (unit.get("contents", (desk, key[0])) or {"items": []})["items"]
            if any((item["position"], item["id"]) == key[1:] for item in kept):
                raise Conflict(f"content {key} is taken")
            unit.put("contents", (desk, key[0]), {"items": [*kept, form]})
        elif entry.kind == "ticket":
            ticket: Ticket = codec.load(Ticket, form)
            unit.add("tickets", (desk, *key), ticket_columns(ticket))
            unit.add("by_number", (desk, ticket.number), {"id": ticket.id})
        else:
            unit.add(_TABLES[entry.kind], (desk, *key), form)

    # -- blobs

    def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
        key = (self._desk, sha256)

        def find(unit: Transaction) -> Doc | None:
            doc = unit.get("blobs", key)
            if lock and doc is not None:
                unit.put("blobs", key, dict(doc))  # of two that write it anew the later one does not commit
            return doc

        found = yield from do(find)
        return None if found is None else int(found["length"])

    def chunk(self, sha256: str, n: int) -> Steps[bytes | None]:
        doc = yield from do(lambda unit: unit.get("chunks", (self._desk, sha256, n)))
        return None if doc is None else b64decode(doc["data"])

    def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
        doc: dict[str, Any] = {"data": b64encode(data).decode()}
        yield from do(lambda unit: unit.put("chunks", (self._desk, sha256, n), doc))

    def finish_blob(self, sha256: str, length: int) -> Steps[None]:
        yield from do(lambda unit: unit.put("blobs", (self._desk, sha256), {"length": length}))

    def drop_blob(self, sha256: str) -> Steps[None]:
        def drop(unit: Transaction) -> None:
            unit.put("blobs", (self._desk, sha256), None)
            for key, _ in list(unit.all("chunks", self._desk)):
                if key[1] == sha256:
                    unit.put("chunks", key, None)

        yield from do(drop)
