"""What is kept of a desk in memory, entry by entry, and its blobs; and how a ticket stands in its table."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any

from supportcore.storage import codec
from supportcore.storage.memory.unit import Doc, Transaction, do
from supportcore.storage.ports import Conflict, Entry, Key, Steps
from supportcore.text import NEVER, instant_text
from supportcore.tickets.ticket import Ticket


def ticket_columns(ticket: Ticket) -> Doc:
    """Return every column of a ticket."""
    row = codec.dump_ticket(ticket)
    row["is_open"], row["approval"] = ticket.is_open, ticket.approval
    row.update({name: instant_text(getattr(ticket, name) or NEVER) for name in ("wake_at", "due_at")})
    for name in ("green_at", "amber_at", "red_at"):
        at = getattr(ticket, name)
        row[name] = None if at is None else instant_text(at)
    return row


_DERIVED = frozenset({"is_open", "approval", "wake_at", "due_at", "green_at", "amber_at", "red_at"})
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


def _form(kind: str, doc: Doc) -> Doc:
    """Return the form of an entry from what is kept of it."""
    if kind == "event":
        return {name: doc[name] for name in _EVENT}
    return codec.dump(load_ticket(doc)) if kind == "ticket" else doc


class PortableMemory:
    """Entries and blobs of one desk; see `supportcore.storage.ports.Portable` and ``Blobs``."""

    def __init__(self, desk: str) -> None:
        self._desk = desk

    def entries(self, kind: str, *, after: Key | None, limit: int, lock: bool = False) -> Steps[tuple[Entry, ...]]:
        def find(unit: Transaction) -> list[Entry]:
            found = list(islice(self._each(unit, kind, after), limit))
            if lock and kind in _TABLES:
                for one in found:
                    unit.lock(_TABLES[kind], (self._desk, *one.key))
            return found

        return tuple((yield from do(find)))

    def last_entry(self, kind: str) -> Steps[Key | None]:
        found = yield from self._all(kind)
        return found[-1].key if found else None

    def _all(self, kind: str) -> Steps[list[Entry]]:
        return (yield from do(lambda unit: list(self._each(unit, kind))))

    def _each(self, unit: Transaction, kind: str, after: Key | None = None) -> Iterator[Entry]:
        """Yield the entries of a kind behind a key, by key."""
        for key, doc in self._kept(unit, kind, "" if after is None else str(after[0])):
            if after is None or key > after:
                yield Entry(kind, key, _form(kind, doc))

    def _kept(self, unit: Transaction, kind: str, since: str) -> Iterator[tuple[Key, Doc]]:
        """Yield the keys of a kind with what is kept under them, by key; events of tickets from *since* on."""
        if kind == "event":
            for doc in unit.events(self._desk, since):
                yield (doc["ticket"], doc["position"]), doc
        elif kind == "content":
            for _, doc in unit.all("contents", self._desk):
                items = (((item["ticket"], item["position"], item["id"]), item) for item in doc["items"])
                yield from sorted(items, key=itemgetter(0))
        else:
            for key, doc in unit.all(_TABLES[kind], self._desk):
                yield key[1:], doc

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

    def replace_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        for entry in entries:
            yield from do(partial(self._replace, entry=entry))

    def _replace(self, unit: Transaction, entry: Entry) -> None:
        desk, key, form = self._desk, entry.key, dict(entry.form)
        if entry.kind == "event":
            unit.rewrite((desk, key[0], key[1]), {name: form[name] for name in _EVENT if name != "sequence"})
        elif entry.kind == "content":
            kept = unit.get("contents", (desk, key[0]))
            if kept is not None:
                items = [form if (item["position"], item["id"]) == key[1:] else item for item in kept["items"]]
                unit.put("contents", (desk, key[0]), {"items": items})
        elif (found := unit.get(_TABLES[entry.kind], (desk, *key))) is not None:
            if entry.kind == "ticket":
                form = ticket_columns(codec.load(Ticket, {**form, "number": found["number"]}))
            unit.put(_TABLES[entry.kind], (desk, *key), form)

    def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
        for key in keys:
            yield from do(partial(self._drop, kind=kind, key=key))

    def _drop(self, unit: Transaction, kind: str, key: Key) -> None:
        desk = self._desk
        if kind == "content":
            kept = unit.get("contents", (desk, key[0]))
            if kept is not None:
                items = [item for item in kept["items"] if (item["position"], item["id"]) != key[1:]]
                unit.put("contents", (desk, key[0]), {"items": items})
        elif (found := unit.get(_TABLES[kind], (desk, *key))) is not None:
            unit.put(_TABLES[kind], (desk, *key), None)
            if kind == "ticket":
                unit.put("by_number", (desk, found["number"]), None)

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
