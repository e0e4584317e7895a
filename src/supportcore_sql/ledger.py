"""
The operations on one desk in SQL, each written once.

An operation is a pair ``(statement, parameters)``; the parameters are one mapping or a list of them. What is sent back
is its SQLAlchemy result, with all rows already fetched where the driver is asynchronous. Nothing here waits, and
nothing here builds a statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from supportcore.predicate import All, Predicate, shape
from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Lease, Query, Record, Ref, Steps, Words
from supportcore.tickets.commands import Change, Decision, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.ticket import Ticket
from supportcore_sql import rows
from supportcore_sql.credentials import CredentialsSql
from supportcore_sql.knowledge import KnowledgeSql
from supportcore_sql.portable import Operation as Operation
from supportcore_sql.portal import parts
from supportcore_sql.prepared import TOGETHER
from supportcore_sql.preparing import Form
from supportcore_sql.wholes import whole

COUNTS_AT_ONCE = 256
"""How many counts one statement makes at most; PostgreSQL has room for 1664 in a row."""
VALUES_AT_ONCE = 10_000
"""How many values they compare with at most, if they are several; asyncpg and SQLite take 32,766 parameters."""


def _counted_at_once(wheres: Sequence[Predicate]) -> Iterator[tuple[Predicate, ...]]:
    """Yield conditions in parts that are counted at once."""
    part: list[Predicate] = []
    values = 0
    for where in wheres:
        more = sum(len(value) if isinstance(value, tuple) else 1 for value in shape(where)[1])
        if part and (len(part) == COUNTS_AT_ONCE or values + more > VALUES_AT_ONCE):
            yield tuple(part)
            part, values = [], 0
        part.append(where)
        values += more
    if part:
        yield tuple(part)


class SqlLedger(KnowledgeSql, CredentialsSql):
    """One desk in a SQL database; see `supportcore.storage.ports.Ledger`."""

    __slots__ = ()

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
        params |= self._words(query.words)
        seek = query.seek
        backwards = seek is not None and seek.backwards
        params["limit"] = query.limit
        if seek is not None:
            params["seek_key"], params["seek_id"] = seek.key, seek.id
        skip = seek is None and query.skip > 0
        if skip:
            params["skip"] = query.skip
        ascending, words = query.descending == backwards, len(query.words)
        statement = self._sql.find(form, query.sort, words=words, ascending=ascending, seek=seek is not None, skip=skip)
        found = [rows.load_ticket(row) for row in (yield statement, params)]
        return tuple(reversed(found)) if backwards else tuple(found)

    def count(self, where: Predicate, *, words: Words = (), cap: int | None = None) -> Steps[int]:
        """Return how many tickets *where* holds of and the index has under *words*, counting no further than *cap*."""
        form, params = self._shape(where)
        params |= self._words(words)
        if cap is not None:
            params["cap"] = cap
        return int((yield self._sql.count(form, words=len(words), capped=cap is not None), params).scalar_one())

    def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
        """Return how many tickets each of *wheres* holds of."""
        found: list[int] = []
        for part in _counted_at_once(wheres):
            form, params = self._shape(All(part))
            found.extend((yield self._sql.counts(form), params).one())
        return tuple(found)

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        """Return how many tickets *where* holds of, by the value of *field*."""
        form, params = self._shape(where)
        found = yield self._sql.count_by(form, field), params
        return Counter(dict(found.all()))

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        """Return ids greater than *after*, ascending."""
        found = yield self._sql.ticket_ids, {"desk": self._desk, "after": after, "limit": limit}
        return tuple(found.scalars())

    def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
        """Return ids of tickets to be woken, earliest first."""
        statement = self._sql.due_claimed if claim else self._sql.due
        found = yield statement, {"desk": self._desk, "now": now, "limit": limit}
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

    def save(self, *decisions: Decision) -> Steps[None]:
        """Store decisions; of a kind, all that is new is one statement, and what is only added goes together."""
        sql, desk = self._sql, self._desk
        changes = [change for decision in decisions for change in decision.changes]
        opened = [rows.ticket_row(change.ticket) for change in changes if change.before == 0]
        replaced = [change for change in changes if change.before]
        if opened and replaced:  # which may be of the same tickets
            yield sql.insert_ticket, opened
            opened = []
        for change in replaced:
            yield from self._replace(change)
        taken = [file for decision in decisions for file in decision.files]
        yield from self._lock_drafts(taken)
        learned = yield from self._learn(decisions)
        added: tuple[tuple[Any, Any], ...] = (
            (sql.insert_ticket, opened),
            (sql.insert_history, [rows.history_row(desk, one) for change in changes for one in change.recorded]),
            (sql.insert_contents, rows.content_rows(desk, [one for each in decisions for one in each.contents])),
            (sql.insert_outbox, rows.outbox_rows(desk, [one for each in decisions for one in each.outbox])),
            (sql.take_file, [rows.taken_row(desk, file) for file in taken]),
            (sql.insert_receipt, [rows.receipt_row(desk, each.receipt) for each in decisions if each.receipt]),
            *learned,
        )
        operations = [(statement, found) for statement, found in added if found]
        if operations:
            yield TOGETHER, operations

    def _replace(self, change: Change) -> Steps[None]:
        row = rows.ticket_row(change.ticket)
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

    def number_events(self, limit: int) -> Steps[int]:
        """Give a sequence to up to *limit* events that have none, in the order they were written down."""
        last = yield from self._count_up("feed", 0)
        found = (yield self._sql.unnumbered, {"desk": self._desk, "limit": limit}).scalars().all()
        if found:
            yield (
                self._sql.number_event,
                [{"at_row": row_id, "sequence": last + place} for place, row_id in enumerate(found, start=1)],
            )
            yield from self._count_up("feed", len(found))
        return len(found)

    def unnumbered(self) -> Steps[bool]:
        """Return whether there are events that have no sequence yet."""
        found = yield self._sql.unnumbered, {"desk": self._desk, "limit": 1}
        return found.first() is not None

    def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
        """Return what commands came to, in that order."""
        wanted = tuple(command_ids)
        found: dict[str, Receipt] = {}
        for part in parts(tuple(dict.fromkeys(wanted))):
            params = {f"id{place}": command_id for place, command_id in enumerate(part)}
            for row in (yield self._sql.receipts(len(part)), {"desk": self._desk, **params}):
                receipt = rows.load_receipt(row)
                found[receipt.command_id] = receipt
        return tuple([found.get(command_id) for command_id in wanted])

    def next_numbers(self, count: int = 1) -> Steps[int]:
        """Return the first of the desk's next ticket numbers."""
        return (yield from self._count_up("ticket", count)) - count + 1

    def _count_up(self, name: str, step: int) -> Steps[int]:
        """Return a counter after adding *step*; it stays locked until the transaction ends."""
        return int((yield self._sql.count_up, {"desk": self._desk, "name": name, "step": step}).scalar_one())

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        """Return the records named, in that order."""
        wanted = tuple(refs)
        found: dict[Ref, Record] = {}
        for part in parts(tuple(dict.fromkeys(wanted))):
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
        form, values = shape(whole(where))
        params: dict[str, Any] = {f"p{place}": value for place, value in enumerate(values)}
        params["desk"] = self._desk
        return form, params
