"""
The statements, each prepared once for a set of tables and an engine, and how a predicate becomes one.

Rules: a statement is built when it is first needed and kept; what differs from call to call is a bound parameter. Lists
and counts are kept by the *form* of their predicate (`supportcore.predicate.shape`), so the same filter with other
values is the same statement. Where engines differ in words (upserts) the difference is here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from supportcore.errors import StoreError
from supportcore_sql import rows
from supportcore_sql.prepared import Prepared, Together
from supportcore_sql.tables import Tables, tables_for

Statement = sa.Executable | Prepared | Together
"""What an executor is given; those that every command executes are prepared."""
Form = tuple[Any, ...]
KEPT = 512
"""How many prepared lists and counts are kept; forms come from filters, so they could be many."""
REFS_AT_ONCE = 128
"""How many records one statement asks for at most; SQLite nests an expression a thousand deep at most."""


def _param(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name)


def condition(form: Form, table: sa.Table, names: Iterator[str]) -> sa.ColumnElement[bool]:
    """
    Return the SQL of a predicate's form.

    Args:
        form: The first half of `supportcore.predicate.shape`.
        names: Names for its parameters, in the order of the second half.
    """
    kind, *rest = form
    if kind == "All":
        return sa.and_(sa.true(), *(condition(part, table, names) for part in rest[0]))
    if kind == "AnyOf":
        return sa.or_(sa.false(), *(condition(part, table, names) for part in rest[0]))
    column = table.c[rest[0]]
    if kind == "Eq":
        return column == _param(next(names))
    if kind == "Ne":
        value = _param(next(names))
        return column.is_distinct_from(value) if column.nullable else column != value
    if kind == "In":
        return column.in_(sa.bindparam(next(names), expanding=True))
    if kind == "Missing":
        return column.is_(None) if rest[1] else column.is_not(None)
    if kind == "Range":
        parts = [column >= _param(next(names))] if rest[1] else []
        if rest[2]:
            parts.append(column < _param(next(names)))
        return sa.and_(*parts) if parts else column.is_not(None)
    raise TypeError(f"no predicate is called {kind}")


def _beyond(by: list[sa.Column[Any]], place: int) -> sa.ColumnElement[bool]:
    """Return that a row lies behind the key (after0, after1, …), from *place* on."""
    edge = _param(f"after{place}")
    further = by[place] > edge
    if place == len(by) - 1:
        return further
    return sa.or_(further, sa.and_(by[place] == edge, _beyond(by, place + 1)))


def numbered() -> Iterator[str]:
    """Yield the names of the parameters of a predicate."""
    count = 0
    while True:
        yield f"p{count}"
        count += 1


class Statements:
    """All statements over one set of tables in the words of one engine."""

    def __init__(self, tables: Tables, dialect: str) -> None:
        self.tables, self.dialect = tables, dialect
        self._kept: dict[Form, Statement] = {}
        tickets, history, contents = tables.tickets, tables.history, tables.contents
        receipts, outbox, records, parked = tables.receipts, tables.outbox, tables.records, tables.parked
        self._columns = [tickets.c[name] for name in rows.TICKET_COLUMNS]
        self._mine = tickets.c.desk == _param("desk")

        # tickets
        by_id = sa.select(*self._columns).where(self._mine, tickets.c.id == _param("id"))
        self.ticket: Statement = by_id
        self.ticket_locked: Statement = by_id.with_for_update()
        self.ticket_by_number: Statement = sa.select(*self._columns).where(
            self._mine, tickets.c.number == _param("number")
        )
        self.ticket_ids: Statement = (
            sa.select(tickets.c.id)
            .where(self._mine, tickets.c.id > _param("after"))
            .order_by(tickets.c.id)
            .limit(_param("limit"))
        )
        is_parked = sa.exists().where(
            parked.c.desk == tickets.c.desk, parked.c.ticket == tickets.c.id, parked.c.until > _param("now")
        )
        due = (
            sa.select(tickets.c.id)
            .where(self._mine, tickets.c.wake_at <= _param("now"), ~is_parked)
            .order_by(tickets.c.wake_at, tickets.c.id)
            .limit(_param("limit"))
        )
        self.due: Statement = due
        # MariaDB has no OF; it locks no row of a subquery anyway.
        of = tickets if dialect == "postgresql" else None
        self.due_claimed: Statement = due.with_for_update(of=of, skip_locked=True)
        stored = [
            sa.type_coerce(column, sa.String).label(column.name)
            if dialect == "sqlite" and column.name in rows.INSTANTS
            else column
            for column in tickets.c
        ]
        self.stored_columns: Statement = sa.select(*stored).where(self._mine, tickets.c.id == _param("id"))
        self.insert_ticket = Prepared(sa.insert(tickets))
        # The SET part is made of the parameters that are named like columns.
        self.update_ticket: Statement = Prepared(
            sa.update(tickets).where(
                tickets.c.desk == _param("at_desk"),
                tickets.c.id == _param("at_id"),
                tickets.c.version == _param("before"),
            )
        )
        self.park: Statement = self._upsert(
            parked,
            {"attempts": sa.literal(1)},
            lambda given: {"until": given.until, "attempts": parked.c.attempts + 1, "error": given.error},
        )
        here = (parked.c.desk == _param("desk"), parked.c.ticket == _param("ticket"))
        self.parked: Statement = sa.select(parked.c.attempts).where(*here)
        self.unpark: Statement = sa.delete(parked).where(*here)

        # what happened
        events = sa.select(*(history.c[name] for name in rows.HISTORY_COLUMNS)).where(history.c.desk == _param("desk"))
        self.history: Statement = events.where(
            history.c.ticket == _param("ticket"), history.c.position > _param("after")
        ).order_by(history.c.position)
        self.feed: Statement = (
            events.where(history.c.sequence > _param("after")).order_by(history.c.sequence).limit(_param("limit"))
        )
        self.insert_history = Prepared(sa.insert(history))
        unnumbered = (
            sa.select(history.c.row_id)
            .where(history.c.desk == _param("desk"), history.c.sequence.is_(None))
            .order_by(history.c.row_id)
        )
        self.unnumbered: Statement = unnumbered.limit(_param("limit"))
        self.number_event: Statement = Prepared(
            sa.update(history).where(history.c.row_id == _param("at_row"), history.c.sequence.is_(None))
        )
        self.contents: Statement = (
            sa.select(*(contents.c[name] for name in rows.CONTENT_COLUMNS))
            .where(contents.c.desk == _param("desk"), contents.c.ticket == _param("ticket"))
            .order_by(contents.c.position, contents.c.id)
        )
        self.insert_contents = Prepared(sa.insert(contents))
        self.insert_receipt = Prepared(sa.insert(receipts))
        numbers = tables.numbers
        # Counting by nothing locks the counter.
        count = self._upsert(numbers, {"n": _param("step")}, lambda _: {"n": numbers.c.n + _param("step")})
        self.count_up: Statement = Prepared(count.returning(numbers.c.n))

        self.desks: Statement = sa.union(sa.select(tickets.c.desk), sa.select(tables.rules.c.desk)).order_by("desk")

        # catalogue and rules
        self.records_of: Statement = (
            sa.select(records.c.body)
            .where(records.c.desk == _param("desk"), records.c.kind == _param("kind"), records.c.id > _param("after"))
            .order_by(records.c.id)
            .limit(_param("limit"))
        )
        self.put_record: Statement = self._upsert(
            records, {}, lambda given: {"active": given.active, "body": given.body}
        )
        self.rules: Statement = sa.select(tables.rules.c.document).where(
            tables.rules.c.desk == _param("desk"), tables.rules.c.rules_hash == _param("rules_hash")
        )
        self.put_rules: Statement = self._upsert(tables.rules, {}, lambda _: {"document": tables.rules.c.document})

        # outbox
        waiting = (outbox.c.desk == _param("desk"), outbox.c.status == "pending")
        free = sa.or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= _param("now"))
        self.claimable: Statement = (
            sa.select(*(outbox.c[name] for name in rows.OUTBOX_COLUMNS), outbox.c.attempts)
            .where(*waiting, outbox.c.next_at <= _param("now"), free)
            .order_by(outbox.c.next_at, outbox.c.id)
            .limit(_param("limit"))
            .with_for_update(skip_locked=True)
        )
        self.lease: Statement = (
            sa.update(outbox)
            .where(outbox.c.desk == _param("at_desk"), outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
            .values(attempts=outbox.c.attempts + 1)
        )
        self.settle: Statement = sa.update(outbox).where(
            outbox.c.desk == _param("at_desk"),
            outbox.c.id == _param("at_id"),
            outbox.c.token == _param("at_token"),
            outbox.c.status == "pending",
        )
        self.insert_outbox = Prepared(sa.insert(outbox))
        self.outbox_counts: Statement = (
            sa.select(outbox.c.status, sa.func.count()).where(outbox.c.desk == _param("desk")).group_by(outbox.c.status)
        )

        # files
        blobs, chunks = tables.blobs, tables.chunks
        this_blob = (blobs.c.desk == _param("desk"), blobs.c.sha256 == _param("sha256"))
        its_chunks = (chunks.c.desk == _param("desk"), chunks.c.sha256 == _param("sha256"))
        self.blob: Statement = sa.select(blobs.c.length).where(*this_blob)
        self.chunk: Statement = sa.select(chunks.c.data).where(*its_chunks, chunks.c.n == _param("n"))
        self.put_chunk: Statement = self._upsert(chunks, {}, lambda given: {"data": given.data})
        self.finish_blob: Statement = self._upsert(blobs, {}, lambda given: {"length": given.length})
        self.drop_blob: tuple[Statement, ...] = (
            sa.delete(blobs).where(*this_blob),
            sa.delete(chunks).where(*its_chunks),
        )

    # -- entries, whatever they are of

    def entries(self, table: str, key: tuple[str, ...], columns: tuple[str, ...], *, seek: bool) -> Statement:
        """Return key and columns of a table's rows, by key; with *seek*, behind the key after0, after1 and so on."""
        return self._keep(("entries", table, columns, seek), lambda: self._entries(table, key, columns, seek=seek))

    def _entries(self, table: str, key: tuple[str, ...], columns: tuple[str, ...], *, seek: bool) -> Statement:
        of: sa.Table = getattr(self.tables, table)
        by = [of.c[name] for name in key]
        found = sa.select(*by, *(of.c[name].label(f"_{name}") for name in columns)).where(of.c.desk == _param("desk"))
        if seek:
            found = found.where(by[0] >= _param("after0"), _beyond(by, 0))
        return found.order_by(*by).limit(_param("limit"))

    def last_entry(self, table: str, key: tuple[str, ...]) -> Statement:
        """Return the greatest key of a table."""
        of: sa.Table = getattr(self.tables, table)
        by = [of.c[name] for name in key]
        last = sa.select(*by).where(of.c.desk == _param("desk")).order_by(*(column.desc() for column in by)).limit(1)
        return self._keep(("last_entry", table), lambda: last)

    def put_entries(self, table: str) -> Statement:
        """Return what inserts rows into a table."""
        return self._keep(("put_entries", table), lambda: Prepared(sa.insert(getattr(self.tables, table))))

    # -- those that depend on what is asked

    def find(self, form: Form, sort: str, *, ascending: bool, seek: bool, skip: bool) -> Statement:
        """Return a list in the order told; with *seek* it begins strictly behind the row (key, id)."""
        return self._keep(
            ("find", form, sort, ascending, seek, skip),
            lambda: self._find(form, sort, ascending=ascending, seek=seek, skip=skip),
        )

    def _find(self, form: Form, sort: str, *, ascending: bool, seek: bool, skip: bool) -> Statement:
        table = self.tables.tickets
        by, by_id = table.c[sort], table.c.id
        found = sa.select(*self._columns).where(self._mine, condition(form, table, numbered()))
        if seek:
            key, edge = _param("seek_key"), _param("seek_id")
            # The bound on the key alone is what an index can use; rows of the same key go on by id.
            if ascending:
                found = found.where(by >= key, sa.or_(by > key, by_id > edge))
            else:
                found = found.where(by <= key, sa.or_(by < key, by_id < edge))
        order = (by.asc(), by_id.asc()) if ascending else (by.desc(), by_id.desc())
        found = found.order_by(*order).limit(_param("limit"))
        return found.offset(_param("skip")) if skip else found

    def count(self, form: Form, *, capped: bool) -> Statement:
        """Return the number of tickets of a form."""
        return self._keep(("count", form, capped), lambda: self._count(form, capped=capped))

    def _count(self, form: Form, *, capped: bool) -> Statement:
        where = (self._mine, condition(form, self.tables.tickets, numbered()))
        if not capped:
            return sa.select(sa.func.count()).select_from(self.tables.tickets).where(*where)
        some = sa.select(sa.literal(1)).select_from(self.tables.tickets).where(*where).limit(_param("cap"))
        return sa.select(sa.func.count()).select_from(some.subquery())

    def count_by(self, form: Form, field: str) -> Statement:
        """Return the numbers of tickets of a form by the value of a column."""
        table = self.tables.tickets
        return self._keep(
            ("count_by", form, field),
            lambda: (
                sa.select(table.c[field], sa.func.count())
                .where(self._mine, condition(form, table, numbered()))
                .group_by(table.c[field])
            ),
        )

    def receipts(self, count: int) -> Statement:
        """Return the receipts of *count* commands, given as id0, id1 and so on."""
        return self._keep(("receipts", count), lambda: self._receipts(count))

    def _receipts(self, count: int) -> Statement:
        table = self.tables.receipts
        columns = [table.c[name] for name in rows.RECEIPT_COLUMNS]
        ids = [_param(f"id{at}") for at in range(count)]
        which = table.c.command_id == ids[0] if count == 1 else table.c.command_id.in_(ids)
        return Prepared(sa.select(*columns).where(table.c.desk == _param("desk"), which))

    def records(self, count: int) -> Statement:
        """Return the records under *count* references, given as kind0, id0, kind1 and so on."""
        return self._keep(("records", count), lambda: self._records(count))

    def _records(self, count: int) -> Statement:
        table = self.tables.records
        # The desk stands in each part, so that each part alone is looked up by the key.
        each = (
            sa.and_(
                table.c.desk == _param("desk"), table.c.kind == _param(f"kind{at}"), table.c.id == _param(f"id{at}")
            )
            for at in range(count)
        )
        return Prepared(sa.select(table.c.kind, table.c.id, table.c.body).where(sa.or_(sa.false(), *each)))

    def _keep(self, name: Form, make: Callable[[], Statement]) -> Statement:
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[name] = make()
        return found

    def _upsert(self, table: sa.Table, first: dict[str, Any], again: Callable[[Any], dict[str, Any]]) -> Any:
        """Return an insert with *first* that, where the key is taken, sets *again*, told what was to be inserted."""
        if self.dialect in ("mysql", "mariadb"):
            into = mysql.insert(table).values(first)
            return into.on_duplicate_key_update(**again(into.inserted))
        insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}.get(self.dialect)
        if insert is None:
            raise StoreError(why=f"there is no backend for {self.dialect}")
        given = insert(table).values(first)
        return given.on_conflict_do_update(index_elements=list(table.primary_key), set_=again(given.excluded))


@lru_cache(maxsize=64)
def statements_for(prefix: str, schema: str | None, dialect: str) -> Statements:
    """Return the statements over the tables of a prefix and schema; the same ones each time."""
    return Statements(tables_for(prefix, schema), dialect)
