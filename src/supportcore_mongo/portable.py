"""
What is kept of a desk, entry by entry in a form that is the same in every store.

`KINDS` says of each kind which collection holds it, what makes up its key there, and how a document becomes a form and
a form a document; paging and storing are written once for all of them.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from bson.max_key import MaxKey
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from supportcore.knowledge.article import Reading
from supportcore.storage import codec
from supportcore.storage.ports import ENTRY_KINDS, Conflict, Entry, Key, Steps
from supportcore.text import FIRST_INSTANT, instant_text
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket
from supportcore_mongo import documents
from supportcore_mongo.blobs import CHUNKS, FILES, file_id, finishing
from supportcore_mongo.operations import Doc, Operation, insert, rows

Form = Mapping[str, Any]


class Kind(NamedTuple):
    """
    How entries of a kind are stored.

    Attributes:
        collection: Its name without the prefix.
        fields: Those of the document that are its key within the desk, in order.
        form: Returns the form of a document.
        document: Returns the fields of a form, without desk and key.
    """

    collection: str
    fields: tuple[str, ...]
    form: Callable[[Doc], Form]
    document: Callable[[Form], Doc]


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _named(*names: str) -> Callable[[Form], Doc]:
    return lambda found: {name: found[name] for name in names}


def _event_form(document: Doc) -> Form:
    form = {name: document[name] for name in ("command_id", "name", "version", "form", "sequence")}
    return {**form, "recorded_at": instant_text(document["recorded_at"])}


def _event(form: Form) -> Doc:
    return {**form, "recorded_at": _instant(form["recorded_at"])}


def _ticket(form: Form) -> Doc:
    ticket: Ticket = codec.load(Ticket, dict(form))
    return documents.new_ticket_document(ticket)


def _file(form: Form) -> Doc:
    file: File = codec.load(File, dict(form))
    return documents.file_document(file)


_LEASE = ("row", "status", "attempts", "token", "error")


def _outbox_form(document: Doc) -> Form:
    leased_until = document["leased_until"]
    return {
        **{name: document[name] for name in _LEASE},
        "next_at": _text(document["next_at"]),
        "leased_until": None if leased_until == FIRST_INSTANT else _text(leased_until),
        "sent_at": _text(document["sent_at"]),
    }


def _outbox(form: Form) -> Doc:
    return {
        **{name: form[name] for name in _LEASE},
        "next_at": _instant(form["next_at"]),
        "leased_until": _instant(form["leased_until"]) or FIRST_INSTANT,
        "sent_at": _instant(form["sent_at"]),
    }


def _parked_form(document: Doc) -> Form:
    return {"until": _text(document["until"]), "times": document["times"], "error": document["error"]}


def _parked(form: Form) -> Doc:
    return {**form, "until": _instant(form["until"])}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "rules": Kind("rules", ("rules_hash",), _named("document"), _named("document")),
        "record": Kind("records", ("kind", "id"), lambda doc: dict(doc["form"]), lambda form: {"form": dict(form)}),
        "counter": Kind("counters", ("name",), _named("n"), _named("n")),
        "ticket": Kind("tickets", ("id",), lambda doc: codec.dump(documents.load_ticket(doc)), _ticket),
        "event": Kind("history", ("ticket", "position"), _event_form, _event),
        "content": Kind("contents", ("ticket", "position", "id"), documents.plain, dict),
        "receipt": Kind("receipts", ("command_id",), documents.plain, dict),
        "outbox": Kind("outbox", ("id",), _outbox_form, _outbox),
        "parked": Kind("parked", ("ticket",), _parked_form, _parked),
        "blob": Kind(FILES, ("_id",), _named("length"), _named("length")),
        "chunk": Kind(
            CHUNKS,
            ("files_id", "n"),
            lambda doc: {"data": b64encode(doc["data"]).decode()},
            lambda form: {"data": b64decode(form["data"])},
        ),
        "file": Kind("files", ("id",), lambda doc: codec.dump(documents.load_file(doc)), _file),
        "read": Kind(
            "reads",
            ("person", "notice"),
            lambda doc: {"at": instant_text(doc["at"])},
            lambda form: {"at": _instant(form["at"])},
        ),
        "revision": Kind("revisions", ("article", "n"), documents.plain, dict),
        "reading": Kind(
            "readings",
            ("article", "person"),
            lambda doc: codec.dump(codec.load(Reading, doc)),
            lambda form: {"vote": 0, **form},
        ),
        "suggestion": Kind("suggestions", ("id",), documents.plain, dict),
        "posting": Kind("postings", ("kind", "term", "scope", "record"), _named("impact"), _named("impact")),
    }
)


_STAYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "event": frozenset({"sequence"}),
        "ticket": frozenset({"number", *documents.BESIDE}),
        "blob": frozenset(),
    }
)
"""Kinds of whose documents a part stays where an entry is replaced, and which fields of the form do."""


class PortableMongo:
    """One desk entry by entry; see `supportcore.storage.ports.Portable`."""

    __slots__ = ()
    _desk: str

    def entries(self, kind: str, *, after: Key | None, limit: int, lock: bool = False) -> Steps[tuple[Entry, ...]]:
        """Return entries; locked or not, for whoever writes to what was changed since his snapshot is told."""
        how = KINDS[kind]
        where = _scope(self._desk, how)
        if after is not None:
            where = _behind(where, how.fields, self._stored(how, after))
        found = yield from rows(how.collection, where, [(name, 1) for name in how.fields], limit)
        return tuple(Entry(kind, _key(how, document), how.form(document)) for document in found)

    def last_entry(self, kind: str) -> Steps[Key | None]:
        how = KINDS[kind]
        order = [(name, -1) for name in how.fields]
        fields = dict.fromkeys(how.fields, 1)
        found = yield from rows(how.collection, _scope(self._desk, how), order, 1, fields=fields)
        return _key(how, found[0]) if found else None

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        if not entries:
            return
        kind, how = entries[0].kind, KINDS[entries[0].kind]
        if kind == "blob":
            made = [finishing(self._desk, str(entry.key[0]), entry.form["length"]) for entry in entries]
            updates = [UpdateOne(where, update, upsert=True) for where, update in made]
            if (yield Operation(how.collection, "bulk_write", (updates,))).upserted_count != len(entries):
                raise Conflict("there is a blob under one of these hashes", lost=True)
        else:
            yield from insert(how.collection, [self._document(how, entry) for entry in entries])
        if kind in ("ticket", "parked"):
            yield from self._mark_parked_tickets([str(entry.key[0]) for entry in entries])

    def replace_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        if not entries:
            return
        kind, how = entries[0].kind, KINDS[entries[0].kind]
        stays = _STAYS.get(kind)
        changes: list[ReplaceOne[Doc] | UpdateOne] = []
        for entry in entries:
            where = self._where_key(how, entry.key)
            if stays is None:
                changes.append(ReplaceOne(where, self._document(how, entry)))
            else:
                new = {name: value for name, value in how.document(entry.form).items() if name not in stays}
                changes.append(UpdateOne(where, {"$set": new}))
        yield Operation(how.collection, "bulk_write", (changes,), {"ordered": False})
        if kind == "parked":
            yield from self._mark_parked_tickets([str(entry.key[0]) for entry in entries])

    def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
        if not keys:
            return
        how = KINDS[kind]
        gone = [DeleteOne(self._where_key(how, key)) for key in keys]
        yield Operation(how.collection, "bulk_write", (gone,), {"ordered": False})
        if kind == "parked":
            where = {"desk": self._desk, "id": {"$in": [key[0] for key in keys]}}
            unmarked = {"parked_until": documents.BESIDE["parked_until"]}
            yield Operation("tickets", "update_many", (where, {"$set": unmarked}))

    def _where_key(self, how: Kind, key: Key) -> Doc:
        """Return the filter of the document under a key."""
        found = dict(zip(how.fields, self._stored(how, key), strict=True))
        return found if how.collection in (FILES, CHUNKS) else {"desk": self._desk, **found}

    def _document(self, how: Kind, entry: Entry) -> Doc:
        key = dict(zip(how.fields, self._stored(how, entry.key), strict=True))
        desk = {} if how.collection == CHUNKS else {"desk": self._desk}
        return {**desk, **how.document(entry.form), **key}

    def _mark_parked_tickets(self, ticket_ids: list[str]) -> Steps[None]:
        """Tell tickets until when they are parked, whichever of the two was put first."""
        where = {"desk": self._desk, "ticket": {"$in": ticket_ids}}
        parked = yield Operation("parked", "find", (where,))
        updates = [
            UpdateOne({"desk": self._desk, "id": each["ticket"]}, {"$set": {"parked_until": each["until"]}})
            for each in parked
        ]
        if updates:
            yield Operation("tickets", "bulk_write", (updates,), {"ordered": False})

    def _stored(self, how: Kind, key: Key) -> list[Any]:
        """Return a key as its document has it."""
        first: Any = file_id(self._desk, key[0]) if how.collection in (FILES, CHUNKS) else key[0]
        return [first, *key[1:]]


def _key(how: Kind, document: Doc) -> Key:
    first, *rest = (document[name] for name in how.fields)
    return (first["sha256"] if how.collection in (FILES, CHUNKS) else first, *rest)


def _scope(desk: str, how: Kind) -> Doc:
    """Return the filter of all documents of a desk and kind."""
    if how.collection in (FILES, CHUNKS):
        return {how.fields[0]: {"$gte": file_id(desk, ""), "$lt": file_id(desk, MaxKey())}}
    return {"desk": desk}


def _behind(scope: Doc, fields: Sequence[str], edge: Sequence[Any]) -> Doc:
    """Return the filter of what has a key greater than *edge*; every branch of it is one range of the index."""
    branches = []
    for place, name in enumerate(fields):
        branch = dict(scope)
        for earlier, value in zip(fields[:place], edge, strict=False):
            branch[earlier] = {**branch.get(earlier, {}), "$eq": value}
        branch[name] = {**branch.get(name, {}), "$gt": edge[place]}
        branches.append(branch)
    return {"$or": branches}


assert set(KINDS) == set(ENTRY_KINDS)
