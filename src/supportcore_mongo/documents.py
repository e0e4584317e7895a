"""
Between records and documents, and between predicates and filters.

A ticket is one flat document. What it is filtered or sorted by is native (instants as dates), the rest has the stored
form of `supportcore.storage.codec`. An instant that sorts is never null: none is stored as `supportcore.text.NEVER`.
Beside the ticket's own fields stand `BESIDE`, which saving a ticket leaves as they are.

Null in filters: ``$ne`` is true of null, as `Ne` is; ``$eq``, ``$in`` and the range operators, given a value, are not.
Text compares by its bytes, which is MongoDB's own order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from supportcore.predicate import All, AnyOf, Eq, In, Missing, Ne, Predicate, Range
from supportcore.storage import codec
from supportcore.storage.ports import Seek
from supportcore.text import FIRST_INSTANT, NEVER, instant_text
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.events import Recorded
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket
from supportcore_mongo.operations import Doc

NOTHING: Doc = {"_id": {"$in": []}}
"""The filter that matches no document; an empty ``$or`` is refused."""
BESIDE: Doc = {"lock": 0, "parked_until": FIRST_INSTANT}
"""
Fields of a ticket's document that are not the ticket's, as a new one has them: the mark of locking, and until when it
is parked, which the collection ``parked`` says as well; here it is where an index of due tickets can have it.
"""

_FIELDS = tuple(field.name for field in attrs.fields(Ticket))
_FILE_FIELDS = tuple(field.name for field in attrs.fields(File))
_INSTANTS = ("opened_at", "updated_at", "closed_at")


def to_filter(predicate: Predicate) -> Doc:
    """Return a bound *predicate* as a filter over ticket documents."""
    match predicate:
        case All(parts):
            return {"$and": [to_filter(part) for part in parts]} if parts else {}
        case AnyOf(parts):
            return {"$or": [to_filter(part) for part in parts]} if parts else NOTHING
        case Eq(name, value):
            return {name: {"$eq": value}}
        case Ne(name, value):
            return {name: {"$ne": value}}
        case In(name, tuple() as values):
            return {name: {"$in": list(values)}}
        case Missing(name, missing):
            return {name: {"$eq" if missing else "$ne": None}}
        case Range(name, start, before):
            ends = {"$gte": start, "$lt": before}
            return {name: {end: value for end, value in ends.items() if value is not None} or {"$ne": None}}
    raise TypeError("a fact belongs to the actor; bind the predicate first")


def beyond(sort: str, seek: Seek, *, ascending: bool) -> Doc:
    """Return the filter of what lies strictly behind the row at *seek*, ties by id."""
    after = "$gt" if ascending else "$lt"
    # The bound on the key alone is what an index can use; rows of the same key go on by id.
    return {"$and": [{sort: {after + "e": seek.key}}, {"$or": [{sort: {after: seek.key}}, {"id": {after: seek.id}}]}]}


def ticket_document(ticket: Ticket) -> Doc:
    """Return every stored field of a ticket."""
    document = codec.dump_ticket(ticket)
    document.update({name: getattr(ticket, name) for name in _INSTANTS})
    document.update(
        last_reply_at=ticket.last_reply_at or NEVER,
        wake_at=ticket.wake_at or NEVER,
        due_at=ticket.due_at or NEVER,
        is_open=ticket.is_open,
        approval=ticket.approval,
        green_at=ticket.green_at,
        amber_at=ticket.amber_at,
        red_at=ticket.red_at,
    )
    return document


def new_ticket_document(ticket: Ticket) -> Doc:
    """Return the whole document of a ticket that is not stored yet."""
    return {**ticket_document(ticket), **BESIDE}


def load_ticket(document: Doc) -> Ticket:
    """Return the ticket that a document holds."""
    ticket: Ticket = codec.load(Ticket, _form(document, _FIELDS))
    return ticket


def _form(document: Doc, names: Iterable[str]) -> Doc:
    """Return the stored form of what a flat document holds; a field that was stored without takes its default."""
    said = ((name, document.get(name)) for name in names)
    return {k: instant_text(v) if isinstance(v, datetime) else v for k, v in said if v not in (None, NEVER)}


def file_document(file: File) -> Doc:
    """Return every field of a file, also the ticket of a draft, None, by which the indexes of drafts know it."""
    return attrs.asdict(file)


def load_file(document: Doc) -> File:
    """Return the file that a document holds."""
    file: File = codec.load(File, _form(document, _FILE_FIELDS))
    return file


def event_document(desk: str, recorded: Recorded) -> Doc:
    """Return the document of an event; its place in the feed is given later, 0 is none."""
    name, version, form = codec.dump_event(recorded.event)
    return {
        "desk": desk,
        "ticket": recorded.ticket,
        "position": recorded.position,
        "sequence": 0,
        "command_id": recorded.command_id,
        "recorded_at": recorded.recorded_at,
        "name": name,
        "version": version,
        "form": form,
    }


def load_recorded(document: Doc) -> Recorded:
    """Return the event that a document holds."""
    return Recorded(
        ticket=document["ticket"],
        position=document["position"],
        command_id=document["command_id"],
        event=codec.load_event(document["name"], document["version"], document["form"]),
        recorded_at=document["recorded_at"],
        sequence=int(document["sequence"]),
    )


def outbox_document(desk: str, row: OutboxRow) -> Doc:
    """Return the document of a notice that waits for delivery; a lease that has passed is none."""
    return {
        "desk": desk,
        "id": row.id,
        "status": "pending",
        "next_at": row.due_at,
        "leased_until": FIRST_INSTANT,
        "token": None,
        "attempts": 0,
        "sent_at": None,
        "error": "",
        "row": codec.dump(row),
    }


def plain(document: Doc) -> dict[str, Any]:
    """Return the stored form that a document was made of by adding its desk."""
    return {name: value for name, value in document.items() if name not in ("_id", "desk")}
