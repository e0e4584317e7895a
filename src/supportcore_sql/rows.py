"""
Between records and rows: which column holds what, both ways.

Rows are read by position, in the order of the column names told here, and a record is rebuilt through its class; only a
ticket, of which lists hold many, is put together by its fields. These functions run for every row, so they look
nothing up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.knowledge.article import Article, Reading, Revision, Suggestion
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import Hold
from supportcore.storage import codec
from supportcore.storage.ports import Record
from supportcore.text import NEVER, instant_text
from supportcore.tickets.bonds import Approval, Follower, Link
from supportcore.tickets.commands import OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket, Timer

Row = Sequence[Any]
Params = dict[str, Any]


def _names(kind: type[Any], *left_out: str) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind) if field.name not in left_out)


def _reader(names: tuple[str, ...]) -> Callable[[Any], Params]:
    read = attrgetter(*names)
    return lambda record: dict(zip(names, read(record), strict=True))


def _maker(kind: type[Any], names: tuple[str, ...]) -> Callable[[Row], Any]:
    return lambda row: kind(**dict(zip(names, row, strict=True)))


_IN_DOC: Mapping[str, type[Any]] = MappingProxyType(
    {
        "timers": Timer,
        "clocks": Clock,
        "ledger": Hold,
        "solved_by": str,
        "approvals": Approval,
        "tags": str,
        "followers": Follower,
        "links": Link,
        "merged": str,
    }
)
"""Fields of a ticket that hold records or ids; they stand in ``doc``, if there are any."""
_DERIVED = attrgetter("is_open", "wake_at", "due_at", "green_at", "amber_at", "red_at")
TICKET_PLAIN = _names(Ticket, *_IN_DOC)
TICKET_COLUMNS = (*TICKET_PLAIN, "doc")
_read_ticket = _reader(TICKET_PLAIN)
_new_ticket = object.__new__
# What a frozen class does to itself when it is made; its checks take several times as long as all else here.
_SET_PLAIN = tuple([getattr(Ticket, name).__set__ for name in TICKET_PLAIN])
_SET_IN_DOC = tuple([(name, getattr(Ticket, name).__set__, kind) for name, kind in _IN_DOC.items()])


def ticket_row(ticket: Ticket) -> Params:
    """Return every column of a ticket."""
    row = _read_ticket(ticket)
    if ticket.clocks:
        derived = _DERIVED(ticket)
        row["is_open"], row["wake_at"], row["due_at"], row["green_at"], row["amber_at"], row["red_at"] = derived
    else:
        row["is_open"], row["wake_at"] = ticket.is_open, ticket.wake_at if ticket.timers else None
        row["due_at"] = row["green_at"] = row["amber_at"] = row["red_at"] = None
    row["approval"] = ticket.approval if ticket.approvals else None
    doc = row["doc"] = {}
    for name in _IN_DOC:
        if records := getattr(ticket, name):
            doc[name] = [codec.dump(record) for record in records]
    return row


def load_ticket(row: Row) -> Ticket:
    """Return the ticket that `TICKET_COLUMNS` hold; it was checked when it was stored, and is not checked anew."""
    ticket = _new_ticket(Ticket)
    for put, value in zip(_SET_PLAIN, row, strict=False):  # doc is the last, and no field
        put(ticket, value)
    doc = row[-1]
    for name, put, kind in _SET_IN_DOC:
        put(ticket, tuple([codec.load(kind, form) for form in doc[name]]) if name in doc else ())
    return ticket


def compared(row: Params, as_text: bool) -> Params:
    """Return the columns of a ticket as `stored_columns` is to find them: on SQLite instants are text."""
    for name in ("last_reply_at", "wake_at", "due_at"):
        row[name] = NEVER if row[name] is None else row[name]
    if as_text:
        for name in INSTANTS:
            row[name] = None if row[name] is None else instant_text(row[name])
    return row


INSTANTS = (
    "opened_at", "updated_at", "last_reply_at", "closed_at", "imported_at", "responded_at", "unanswered_at",
    "wake_at", "due_at", "green_at", "amber_at", "red_at",
)  # fmt: skip
"""Columns of a ticket that hold instants."""

HISTORY_COLUMNS = ("ticket", "position", "command_id", "name", "version", "body", "recorded_at", "sequence")


def history_row(desk: str, recorded: Recorded) -> Params:
    """Return the columns of an event; the database adds the sequence."""
    name, version, body = codec.dump_event(recorded.event)
    return {
        "desk": desk,
        "ticket": recorded.ticket,
        "position": recorded.position,
        "command_id": recorded.command_id,
        "name": name,
        "version": version,
        "recorded_at": recorded.recorded_at,
        "body": body,
    }


def load_recorded(row: Row) -> Recorded:
    """Return the event that `HISTORY_COLUMNS` hold."""
    ticket, position, command_id, name, version, body, recorded_at, sequence = row
    return Recorded(
        ticket=ticket,
        position=position,
        command_id=command_id,
        event=codec.load_event(name, version, body),
        recorded_at=recorded_at,
        sequence=sequence or 0,
    )


CONTENT_COLUMNS = _names(Content)
_read_content = _reader(CONTENT_COLUMNS)
load_content: Callable[[Row], Content] = _maker(Content, CONTENT_COLUMNS)


def content_rows(desk: str, contents: Iterable[Content]) -> list[Params]:
    """Return the columns of contents."""
    return [{"desk": desk, **_read_content(content)} for content in contents]


RECEIPT_COLUMNS = _names(Receipt)
_read_receipt = _reader(RECEIPT_COLUMNS)
load_receipt: Callable[[Row], Receipt] = _maker(Receipt, RECEIPT_COLUMNS)


def receipt_row(desk: str, receipt: Receipt) -> Params:
    """Return the columns of a receipt."""
    return {"desk": desk, **_read_receipt(receipt)}


OUTBOX_COLUMNS = _names(OutboxRow)
_read_outbox = _reader(OUTBOX_COLUMNS)
load_outbox: Callable[[Row], OutboxRow] = _maker(OutboxRow, OUTBOX_COLUMNS)


def outbox_rows(desk: str, rows: Iterable[OutboxRow]) -> list[Params]:
    """Return the columns of notices that wait for delivery."""
    waiting = {"desk": desk, "status": "pending", "attempts": 0, "error": ""}
    return [{**waiting, "next_at": row.due_at, **_read_outbox(row)} for row in rows]


_read_file = _reader(("id", "owner", "ticket", "blob", "made_at", "expires_at"))


def file_row(desk: str, file: File) -> Params:
    """Return the columns of a file; what is looked up by stands beside the stored form."""
    return {"desk": desk, **_read_file(file), "form": codec.dump(file)}


def taken_row(desk: str, file: File) -> Params:
    """Return the columns of a file that a ticket took, and where they go."""
    row = file_row(desk, file)
    row["at_desk"], row["at_id"] = row.pop("desk"), row.pop("id")
    return row


def record_row(desk: str, record: Record) -> Params:
    """Return the columns of a record of the catalogue."""
    kind, body = codec.record_text(record)
    row: Params = {"desk": desk, "kind": kind, "id": record.id, "active": record.active, "body": body}
    row["translation_of"] = record.translation_of if isinstance(record, Article) else None
    return row


def revision_row(desk: str, revision: Revision) -> Params:
    """Return the columns of a revision of an article."""
    return {"desk": desk, "article": revision.article, "n": revision.n, "form": codec.dump(revision)}


READING_COLUMNS = _names(Reading)
_read_reading = _reader(READING_COLUMNS)
load_reading: Callable[[Row], Reading] = _maker(Reading, READING_COLUMNS)


def reading_row(desk: str, reading: Reading) -> Params:
    """Return the columns of what somebody made of an article."""
    return {"desk": desk, **_read_reading(reading)}


_read_suggestion = _reader(("id", "at", "read", "ticket"))


def suggestion_row(desk: str, suggestion: Suggestion) -> Params:
    """Return the columns of a suggestion; what is counted stands beside the stored form."""
    counted = {"has_articles": bool(suggestion.articles), **_read_suggestion(suggestion)}
    return {"desk": desk, **counted, "form": codec.dump(suggestion)}
