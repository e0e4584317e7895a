"""
The operations on one desk in SQL, each written once.

An operation is a pair ``(statement, parameters)``; the parameters are one mapping or a list of them. What is sent back
is its SQLAlchemy result, with all rows already fetched where the driver is asynchronous. Nothing here waits, and
nothing here builds a statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from supportcore.predicate import Predicate, shape
from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Lease, Query, Record, Ref, Steps
from supportcore.tickets.commands import Change, Decision, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.ticket import Ticket
from supportcore_sql import rows
from supportcore_sql.statements import REFS_AT_ONCE, Form, Statement, Statements

Operation = tuple[Statement, Mapping[str, Any] | list[dict[str, Any]]]
"""What the steps of this backend yield."""


def desks(statements: Statements) -> Steps[tuple[str, ...]]:
    """Return the keys of all desks that have tickets or rules, ascending."""
    return tuple((yield statements.desks, {}).scalars())


class SqlLedger:
    """One desk in a SQL database; see `supportcore.storage.ports.Ledger`."""

    __slots__ = ("_desk", "_sql")

    def __init__(self, statements: Statements, desk: str) -> None:
        self._sql, self._desk = statements, desk

    # -- tickets

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        """Return a ticket."""
        statement = self._sql.ticket_locked if lock else self._sql.ticket
        row = (yield statement, {"desk": self._desk, "id": ticket_id}).first()
        return None if row is None else rows.load_ticket(row)

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        """Return the ticket with that number."""
        row = (yield self._sql.ticket_by_number, {"desk": self._desk, "number": number}).first()
        return None if row is None else rows.load_ticket(row)

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        """Return up to ``limit`` tickets in order."""
        form, params = self._shape(query.where)
        seek = query.seek
        backwards = seek is not None and seek.backwards
        params["limit"] = query.limit
        if seek is not None:
            params["seek_key"], params["seek_id"] = seek.key, seek.id
        skip = seek is None and query.skip > 0
        if skip:
            params["skip"] = query.skip
        ascending = query.descending == backwards
        statement = self._sql.find(form, query.sort, ascending=ascending, seek=seek is not None, skip=skip)
        found = [rows.load_ticket(row) for row in (yield statement, params)]
        return tuple(reversed(found)) if backwards else tuple(found)

    def count(self, where: Predicate, *, cap: int | None = None) -> Steps[int]:
        """Return how many tickets *where* holds of, counting no further than *cap*."""
        form, params = self._shape(where)
        if cap is not None:
            params["cap"] = cap
        return int((yield self._sql.count(form, capped=cap is not None), params).scalar_one())

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        """Return how many tickets *where* holds of, by the value of *field*."""
        form, params = self._shape(where)
        found = yield self._sql.count_by(form, field), params
        return Counter(dict(found.all()))

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        """Return ids greater than *after*, ascending."""
        found = yield self._sql.ticket_ids, {"desk": self._desk, "after": after, "limit": limit}
        return tuple(found.scalars())

    def due(self, now: datetime, limit: int) -> Steps[tuple[str, ...]]:
        """Return ids of tickets to be woken, earliest first."""
        found = yield self._sql.due, {"desk": self._desk, "now": now, "limit": limit}
        return tuple(found.scalars())

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        """Leave a ticket out of `due` until then."""
        yield self._sql.park, {"desk": self._desk, "ticket": ticket_id, "until": until, "error": error}

    def parked(self, ticket_id: str) -> Steps[int]:
        """Return how often in a row a ticket was parked."""
        found = (yield self._sql.parked, {"desk": self._desk, "ticket": ticket_id}).scalar_one_or_none()
        return found or 0

    def unpark(self, ticket_id: str) -> Steps[None]:
        """Forget that a ticket was parked."""
        yield self._sql.unpark, {"desk": self._desk, "ticket": ticket_id}

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        """Return every stored column of a ticket; on SQLite instants as the text they are."""
        row = (yield self._sql.stored_columns, {"desk": self._desk, "id": ticket_id}).mappings().first()
        if row is None or self._sql.dialect == "sqlite":
            return None if row is None else dict(row)
        return rows.compared(dict(row), as_text=False)

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        """Return what `stored_columns` has to return for *ticket*."""
        return rows.compared(rows.ticket_row(ticket), as_text=self._sql.dialect == "sqlite")

    # -- what happened

    def save(self, decision: Decision) -> Steps[None]:
        """Store a decision."""
        sql, desk = self._sql, self._desk
        events: list[dict[str, Any]] = []
        for change in decision.changes:
            yield from self._put(change)
            events += [rows.history_row(desk, recorded) for recorded in change.recorded]
        if events:
            yield sql.insert_history, events
        if decision.contents:
            yield sql.insert_contents, rows.content_rows(desk, decision.contents)
        if decision.outbox:
            yield sql.insert_outbox, rows.outbox_rows(desk, decision.outbox)
        if decision.receipt is not None:
            yield sql.insert_receipt, rows.receipt_row(desk, decision.receipt)

    def _put(self, change: Change) -> Steps[None]:
        row = rows.ticket_row(change.ticket)
        if change.before == 0:
            yield self._sql.insert_ticket, row
            return
        row["at_desk"], row["at_id"], row["before"] = row.pop("desk"), row.pop("id"), change.before
        if (yield self._sql.update_ticket, row).rowcount != 1:
            raise Conflict(f"ticket {change.ticket.id} is no longer at version {change.before}")

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        """Return the events of a ticket with a position greater than *after*, in order."""
        found = yield self._sql.history, {"desk": self._desk, "ticket": ticket_id, "after": after}
        return tuple([rows.load_recorded(row) for row in found])

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        """Return what was written in a ticket, by position, then id."""
        found = yield self._sql.contents, {"desk": self._desk, "ticket": ticket_id}
        return tuple([rows.load_content(row) for row in found])

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        """Return events of all tickets of the desk with a sequence greater than *after*, ascending."""
        found = yield self._sql.feed, {"desk": self._desk, "after": after, "limit": limit}
        return tuple([rows.load_recorded(row) for row in found])

    def receipt(self, command_id: str) -> Steps[Receipt | None]:
        """Return what a command came to."""
        row = (yield self._sql.receipt, {"desk": self._desk, "command_id": command_id}).first()
        return None if row is None else rows.load_receipt(row)

    def next_number(self) -> Steps[int]:
        """Return the desk's next ticket number."""
        return int((yield self._sql.next_number, {"desk": self._desk}).scalar_one())

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        """Return the records named, in that order."""
        wanted = tuple(refs)
        distinct = tuple(dict.fromkeys(wanted))
        found: dict[Ref, Record] = {}
        for start in range(0, len(distinct), REFS_AT_ONCE):
            part = distinct[start : start + REFS_AT_ONCE]
            params: dict[str, Any] = {"desk": self._desk}
            for place, (kind, record_id) in enumerate(part):
                params[f"kind{place}"], params[f"id{place}"] = kind, record_id
            for kind, record_id, body in (yield self._sql.records(len(part)), params):
                found[kind, record_id] = codec.record_of_text(kind, body)
        return tuple([found.get(ref) for ref in wanted])

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        """Return records of one kind with an id greater than *after*, ascending."""
        found = yield self._sql.records_of, {"desk": self._desk, "kind": kind, "after": after, "limit": limit}
        return tuple([codec.record_of_text(kind, body) for body in found.scalars()])

    def put_record(self, record: Record) -> Steps[None]:
        """Store a record, replacing the one of that kind and id."""
        yield self._sql.put_record, rows.record_row(self._desk, record)

    def rules(self, rules_hash: str) -> Steps[str | None]:
        """Return the canonical document stored under a hash."""
        found: str | None = (yield self._sql.rules, {"desk": self._desk, "rules_hash": rules_hash}).scalar_one_or_none()
        return found

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        """Store a canonical document; storing it again changes nothing."""
        yield self._sql.put_rules, {"desk": self._desk, "rules_hash": rules_hash, "document": document}

    # -- outbox

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        """Lease rows that are due and not leased, earliest first."""
        found = (yield self._sql.claimable, {"desk": self._desk, "now": now, "limit": limit}).all()
        if found:
            ids = [row.id for row in found]
            yield self._sql.lease, {"at_desk": self._desk, "ids": ids, "token": token, "leased_until": until}
        return tuple([Lease(row=rows.load_outbox(row[:-1]), attempts=row[-1] + 1, token=token) for row in found])

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        """Settle a leased row."""
        params: dict[str, Any] = {"at_desk": self._desk, "at_id": row_id, "at_token": token, "error": error}
        params.update(token=None, leased_until=None, sent_at=sent_at)
        params["status"] = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"
        if sent_at is None and retry_at is not None:
            params["next_at"] = retry_at
        return bool((yield self._sql.settle, params).rowcount == 1)

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        """Return how many rows there are by status."""
        found = yield self._sql.outbox_counts, {"desk": self._desk}
        return Counter(dict(found.all()))

    def _shape(self, where: Predicate) -> tuple[Form, dict[str, Any]]:
        form, values = shape(where)
        params: dict[str, Any] = {f"p{place}": value for place, value in enumerate(values)}
        params["desk"] = self._desk
        return form, params
