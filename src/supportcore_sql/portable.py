"""
What is kept of a desk, entry by entry in a form that is the same in every store.

`KINDS` says of each kind which table holds it and how a row becomes a form and a form a row; paging and storing are
written once for all of them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from supportcore.knowledge.article import Reading, Revision, Suggestion
from supportcore.storage import codec
from supportcore.storage.ports import ENTRY_KINDS, Entry, Key, Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow, Receipt
from supportcore.tickets.events import Content
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket
from supportcore_sql import rows
from supportcore_sql.preparing import Statement
from supportcore_sql.rows import Params, Row
from supportcore_sql.statements import Statements

Operation = tuple[Statement, Any]
"""What the steps of this backend yield."""

Form = dict[str, Any]


class Kind(NamedTuple):
    """
    How entries of a kind are stored.

    Attributes:
        table: Name of the table without the prefix.
        columns: Those that `form` reads, in order.
        form: Returns the form of a row.
        row: Returns the columns of a form, without desk and key.
    """

    table: str
    columns: tuple[str, ...]
    form: Callable[[Row], Form]
    row: Callable[[Mapping[str, Any]], Params]


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(table: str, *names: str) -> Kind:
    def row(form: Mapping[str, Any]) -> Params:
        return {name: form[name] for name in names}

    return Kind(table, names, lambda found: dict(zip(names, found, strict=True)), row)


def _event_form(row: Row) -> Form:
    command_id, name, version, body, recorded_at, sequence = row
    return {
        "command_id": command_id,
        "name": name,
        "version": version,
        "form": body,
        "recorded_at": instant_text(recorded_at),
        "sequence": sequence or 0,
    }


def _event_row(form: Mapping[str, Any]) -> Params:
    row = {name: form[name] for name in ("command_id", "name", "version")}
    return row | {
        "body": form["form"],
        "recorded_at": _instant(form["recorded_at"]),
        "sequence": form["sequence"] or None,
    }


def _record_row(form: Mapping[str, Any]) -> Params:
    # An article is told by its state whether it is active; nothing else has one, or is a translation.
    active = form.get("active", form.get("state") != "retired")
    return {"active": active, "translation_of": form.get("translation_of"), "body": codec.form_text(form)}


_LEASE = ("status", "attempts", "next_at", "token", "leased_until", "sent_at", "error")
_LEASE_INSTANTS = ("next_at", "leased_until", "sent_at")


def _outbox_form(row: Row) -> Form:
    width = len(rows.OUTBOX_COLUMNS)
    form = dict(zip(_LEASE, row[width:], strict=True))
    form.update({name: _text(form[name]) for name in _LEASE_INSTANTS})
    return {"row": codec.dump(rows.load_outbox(row[:width])), **form}


def _outbox_row(form: Mapping[str, Any]) -> Params:
    (row,) = rows.outbox_rows("", [codec.load(OutboxRow, form["row"])])
    given = {name: _instant(form[name]) if name in _LEASE_INSTANTS else form[name] for name in _LEASE}
    return {**row, **given}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "rules": _plain("rules", "document"),
        "record": Kind("records", ("body",), lambda row: json.loads(row[0]), _record_row),
        "counter": _plain("numbers", "n"),
        "ticket": Kind(
            "tickets",
            rows.TICKET_COLUMNS,
            lambda row: codec.dump(rows.load_ticket(row)),
            lambda form: rows.ticket_row(codec.load(Ticket, dict(form))),
        ),
        "event": Kind(
            "history",
            ("command_id", "name", "version", "body", "recorded_at", "sequence"),
            _event_form,
            _event_row,
        ),
        "content": Kind(
            "contents",
            rows.CONTENT_COLUMNS,
            lambda row: codec.dump(rows.load_content(row)),
            lambda form: rows.content_rows("", [codec.load(Content, dict(form))])[0],
        ),
        "receipt": Kind(
            "receipts",
            rows.RECEIPT_COLUMNS,
            lambda row: codec.dump(rows.load_receipt(row)),
            lambda form: rows.receipt_row("", codec.load(Receipt, dict(form))),
        ),
        "outbox": Kind("outbox", (*rows.OUTBOX_COLUMNS, *_LEASE), _outbox_form, _outbox_row),
        "parked": Kind(
            "parked",
            ("until", "attempts", "error"),
            lambda row: {"until": instant_text(row[0]), "times": row[1], "error": row[2]},
            lambda form: {"until": _instant(form["until"]), "attempts": form["times"], "error": form["error"]},
        ),
        "blob": _plain("blobs", "length"),
        "file": Kind(
            "files",
            ("form",),
            lambda row: dict(row[0]),
            lambda form: rows.file_row("", codec.load(File, dict(form))),
        ),
        "read": Kind(
            "reads",
            ("at",),
            lambda row: {"at": instant_text(row[0])},
            lambda form: {"at": _instant(form["at"])},
        ),
        "revision": Kind(
            "revisions",
            ("form",),
            lambda row: dict(row[0]),
            lambda form: rows.revision_row("", codec.load(Revision, dict(form))),
        ),
        "reading": Kind(
            "readings",
            rows.READING_COLUMNS,
            lambda row: codec.dump(rows.load_reading(row)),
            lambda form: rows.reading_row("", codec.load(Reading, dict(form))),
        ),
        "suggestion": Kind(
            "suggestions",
            ("form",),
            lambda row: dict(row[0]),
            lambda form: rows.suggestion_row("", codec.load(Suggestion, dict(form))),
        ),
        "posting": _plain("postings", "impact"),
        "chunk": Kind(
            "chunks",
            ("data",),
            lambda row: {"data": b64encode(row[0]).decode()},
            lambda form: {"data": b64decode(form["data"])},
        ),
    }
)


class PortableSql:
    """Entries of one desk; see `supportcore.storage.ports.Portable`."""

    __slots__ = ("_desk", "_sql")

    def __init__(self, statements: Statements, desk: str) -> None:
        self._sql, self._desk = statements, desk

    def entries(self, kind: str, *, after: Key | None, limit: int, lock: bool = False) -> Steps[tuple[Entry, ...]]:
        """Return up to *limit* entries of a kind with a key greater than *after*, by key."""
        stored, width = KINDS[kind], len(ENTRY_KINDS[kind])
        params: Params = {"desk": self._desk, "limit": limit}
        params.update({f"after{place}": part for place, part in enumerate(after or ())})
        table, key, seek = stored.table, ENTRY_KINDS[kind], after is not None
        statement = self._sql.entries(table, key, stored.columns, seek=seek, lock=lock)
        found = (yield statement, params).all()
        return tuple([Entry(kind, tuple(row[:width]), stored.form(row[width:])) for row in found])

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """Store entries, all of one kind."""
        if entries:
            kind = entries[0].kind
            stored, names = KINDS[kind], ENTRY_KINDS[kind]
            found = [{**stored.row(one.form), "desk": self._desk, **_key(names, one.key)} for one in entries]
            yield self._sql.put_entries(stored.table), found

    def replace_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """Store entries, all of one kind, in the place of those under the same keys."""
        if entries:
            kind = entries[0].kind
            stored, names = KINDS[kind], ENTRY_KINDS[kind]
            stays = {"desk", *names, *_STAYS.get(kind, ())}
            found = [{n: value for n, value in stored.row(one.form).items() if n not in stays} for one in entries]
            keys = [self._at(names, one.key) for one in entries]
            statement = self._sql.replace_entries(stored.table, names, tuple(found[0]))
            yield statement, [_new(row) | key for row, key in zip(found, keys, strict=True)]

    def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
        """Remove entries of any kind but ``event``."""
        if keys:
            names = ENTRY_KINDS[kind]
            yield self._sql.drop_entries(KINDS[kind].table, names), [self._at(names, key) for key in keys]

    def _at(self, names: Sequence[str], key: Key) -> Params:
        return {"at_desk": self._desk, **{f"at_{name}": part for name, part in zip(names, key, strict=True)}}

    def last_entry(self, kind: str) -> Steps[Key | None]:
        """Return the greatest key of a kind, or None."""
        row = (yield self._sql.last_entry(KINDS[kind].table, ENTRY_KINDS[kind]), {"desk": self._desk}).first()
        return None if row is None else tuple(row)


_STAYS: Mapping[str, tuple[str, ...]] = {"event": ("sequence",), "ticket": ("number",)}
"""Columns that stay as they are where an entry is replaced."""


def _new(row: Params) -> Params:
    return {f"new_{name}": value for name, value in row.items()}


def _key(names: Sequence[str], key: Key) -> Params:
    return dict(zip(names, key, strict=True))
