"""
The statements, each prepared once for a set of tables and an engine, and how a predicate becomes one.

Rules: a statement is built when it is first needed and kept; what differs from call to call is a bound parameter. Lists
and counts are kept by the *form* of their predicate (`supportcore.predicate.shape`), so the same filter with other
values is the same statement. What differs from engine to engine is in `supportcore_sql.preparing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sqlalchemy as sa

from supportcore_sql import rows
from supportcore_sql.knowledge_statements import KnowledgeStatements
from supportcore_sql.prepared import Prepared
from supportcore_sql.preparing import Form, Statement, among, param
from supportcore_sql.tables import Tables, tables_for


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
        return column == param(next(names))
    if kind == "Ne":
        value = param(next(names))
        return column.is_distinct_from(value) if column.nullable else column != value
    if kind == "In":
        return column.in_(sa.bindparam(next(names), expanding=True))
    if kind == "Missing":
        return column.is_(None) if rest[1] else column.is_not(None)
    if kind == "Range":
        parts = [column >= param(next(names))] if rest[1] else []
        if rest[2]:
            parts.append(column < param(next(names)))
        return sa.and_(*parts) if parts else column.is_not(None)
    raise TypeError(f"no predicate is called {kind}")


def numbered() -> Iterator[str]:
    """Yield the names of the parameters of a predicate."""
    count = 0
    while True:
        yield f"p{count}"
        count += 1


class Statements(KnowledgeStatements):
    """All statements over one set of tables in the words of one engine."""

    def __init__(self, tables: Tables, dialect: str) -> None:
        super().__init__(tables, dialect)
        tickets, history, contents = tables.tickets, tables.history, tables.contents
        receipts, outbox, records, parked = tables.receipts, tables.outbox, tables.records, tables.parked
        self._columns = [tickets.c[name] for name in rows.TICKET_COLUMNS]
        self._mine = tickets.c.desk == param("desk")

        # tickets
        by_id = sa.select(*self._columns).where(self._mine, tickets.c.id == param("id"))
        self.ticket: Statement = by_id
        self.ticket_locked: Statement = by_id.with_for_update()
        self.ticket_by_number: Statement = sa.select(*self._columns).where(
            self._mine, tickets.c.number == param("number")
        )
        self.ticket_ids: Statement = (
            sa.select(tickets.c.id)
            .where(self._mine, tickets.c.id > param("after"))
            .order_by(tickets.c.id)
            .limit(param("limit"))
        )
        is_parked = sa.exists().where(
            parked.c.desk == tickets.c.desk, parked.c.ticket == tickets.c.id, parked.c.until > param("now")
        )
        due = (
            sa.select(tickets.c.id)
            .where(self._mine, tickets.c.wake_at <= param("now"), ~is_parked)
            .order_by(tickets.c.wake_at, tickets.c.id)
            .limit(param("limit"))
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
        self.stored_columns: Statement = sa.select(*stored).where(self._mine, tickets.c.id == param("id"))
        self.insert_ticket = Prepared(sa.insert(tickets))
        # The SET part is made of the parameters that are named like columns.
        self.update_ticket: Statement = Prepared(
            sa.update(tickets).where(
                tickets.c.desk == param("at_desk"),
                tickets.c.id == param("at_id"),
                tickets.c.version == param("before"),
            )
        )
        self.park: Statement = self.upsert(
            parked,
            {"attempts": sa.literal(1)},
            lambda given: {"until": given.until, "attempts": parked.c.attempts + 1, "error": given.error},
        )
        here = (parked.c.desk == param("desk"), parked.c.ticket == param("ticket"))
        self.parked: Statement = sa.select(parked.c.attempts).where(*here)
        self.unpark: Statement = sa.delete(parked).where(*here)

        # what happened
        events = sa.select(*(history.c[name] for name in rows.HISTORY_COLUMNS)).where(history.c.desk == param("desk"))
        self.history: Statement = events.where(
            history.c.ticket == param("ticket"), history.c.position > param("after")
        ).order_by(history.c.position)
        self.feed: Statement = (
            events.where(history.c.sequence > param("after")).order_by(history.c.sequence).limit(param("limit"))
        )
        self.insert_history = Prepared(sa.insert(history))
        unnumbered = (
            sa.select(history.c.row_id)
            .where(history.c.desk == param("desk"), history.c.sequence.is_(None))
            .order_by(history.c.row_id)
        )
        self.unnumbered: Statement = unnumbered.limit(param("limit"))
        self.number_event: Statement = Prepared(
            sa.update(history).where(history.c.row_id == param("at_row"), history.c.sequence.is_(None))
        )
        self.contents: Statement = (
            sa.select(*(contents.c[name] for name in rows.CONTENT_COLUMNS))
            .where(contents.c.desk == param("desk"), contents.c.ticket == param("ticket"))
            .order_by(contents.c.position, contents.c.id)
        )
        self.insert_contents = Prepared(sa.insert(contents))
        self.insert_receipt = Prepared(sa.insert(receipts))
        numbers = tables.numbers
        # Counting by nothing locks the counter.
        count = self.upsert(numbers, {"n": param("step")}, lambda _: {"n": numbers.c.n + param("step")})
        self.count_up: Statement = Prepared(count.returning(numbers.c.n))

        self.desks: Statement = sa.union(sa.select(tickets.c.desk), sa.select(tables.rules.c.desk)).order_by("desk")

        # catalogue and rules
        self.records_of: Statement = (
            sa.select(records.c.body)
            .where(records.c.desk == param("desk"), records.c.kind == param("kind"), records.c.id > param("after"))
            .order_by(records.c.id)
            .limit(param("limit"))
        )
        told = ("active", "translation_of", "body")
        self.put_record = Prepared(self.upsert(records, {}, lambda given: {name: given[name] for name in told}))
        self.add_record = Prepared(sa.insert(records))
        named = (records.c.desk == param("desk"), records.c.kind == param("kind"), records.c.id == param("id"))
        self.credential: Statement = sa.select(records.c.body).where(*named)
        self.credential_locked: Statement = self.credential.with_for_update()
        self.drop_credential: Statement = sa.delete(records).where(*named)
        self.rules: Statement = sa.select(tables.rules.c.document).where(
            tables.rules.c.desk == param("desk"), tables.rules.c.rules_hash == param("rules_hash")
        )
        self.put_rules: Statement = self.upsert(tables.rules, {}, lambda _: {})

        # outbox
        waiting = (outbox.c.desk == param("desk"), outbox.c.status == "pending")
        free = sa.or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= param("now"))
        self.claimable: Statement = (
            sa.select(*(outbox.c[name] for name in rows.OUTBOX_COLUMNS), outbox.c.attempts)
            .where(*waiting, outbox.c.next_at <= param("now"), free)
            .order_by(outbox.c.next_at, outbox.c.id)
            .limit(param("limit"))
            .with_for_update(skip_locked=True)
        )
        self.lease: Statement = (
            sa.update(outbox)
            .where(outbox.c.desk == param("at_desk"), outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
            .values(attempts=outbox.c.attempts + 1)
        )
        self.settle: Statement = sa.update(outbox).where(
            outbox.c.desk == param("at_desk"),
            outbox.c.id == param("at_id"),
            outbox.c.token == param("at_token"),
            outbox.c.status == "pending",
        )
        self.insert_outbox = Prepared(sa.insert(outbox))
        self.outbox_counts: Statement = (
            sa.select(outbox.c.status, sa.func.count()).where(outbox.c.desk == param("desk")).group_by(outbox.c.status)
        )

    # -- those that depend on what is asked

    def find(self, form: Form, sort: str, *, words: int = 0, ascending: bool, seek: bool, skip: bool) -> Statement:
        """Return a list in the order told; with *seek* it begins strictly behind the row (key, id)."""
        return self.keep(
            ("find", form, sort, words, ascending, seek, skip),
            lambda: self._find(form, sort, words=words, ascending=ascending, seek=seek, skip=skip),
        )

    def _find(self, form: Form, sort: str, *, words: int, ascending: bool, seek: bool, skip: bool) -> Statement:
        table = self.tables.tickets
        by, by_id = table.c[sort], table.c.id
        found = sa.select(*self._columns).where(*self._where(form, words))
        if seek:
            key, edge = param("seek_key"), param("seek_id")
            # The bound on the key alone is what an index can use; rows of the same key go on by id.
            if ascending:
                found = found.where(by >= key, sa.or_(by > key, by_id > edge))
            else:
                found = found.where(by <= key, sa.or_(by < key, by_id < edge))
        order = (by.asc(), by_id.asc()) if ascending else (by.desc(), by_id.desc())
        found = found.order_by(*order).limit(param("limit"))
        return found.offset(param("skip")) if skip else found

    def _where(self, form: Form, words: int) -> list[sa.ColumnElement[bool]]:
        table = self.tables.tickets
        return [self._mine, condition(form, table, numbered()), *self.with_words(table.c.id, words)]

    def count(self, form: Form, *, words: int = 0, capped: bool) -> Statement:
        """Return the number of tickets of a form."""
        return self.keep(("count", form, words, capped), lambda: self._count(form, words=words, capped=capped))

    def _count(self, form: Form, *, words: int, capped: bool) -> Statement:
        where = self._where(form, words)
        if not capped:
            return sa.select(sa.func.count()).select_from(self.tables.tickets).where(*where)
        some = sa.select(sa.literal(1)).select_from(self.tables.tickets).where(*where).limit(param("cap"))
        return sa.select(sa.func.count()).select_from(some.subquery())

    def counts(self, form: Form) -> Statement:
        """Return the numbers of tickets of each part of a form, in one row."""
        return self.keep(("counts", form), lambda: self._counts(form))

    def _counts(self, form: Form) -> Statement:
        # Each is a query of its own, as each has its own index; their parameters are numbered through.
        table, names = self.tables.tickets, numbered()
        count = sa.select(sa.func.count()).select_from(table)
        parts = [count.where(self._mine, condition(part, table, names)).scalar_subquery() for part in form[1]]
        return sa.select(*parts)

    def count_by(self, form: Form, field: str) -> Statement:
        """Return the numbers of tickets of a form by the value of a column."""
        table = self.tables.tickets
        return self.keep(
            ("count_by", form, field),
            lambda: (
                sa.select(table.c[field], sa.func.count())
                .where(self._mine, condition(form, table, numbered()))
                .group_by(table.c[field])
            ),
        )

    def receipts(self, count: int) -> Statement:
        """Return the receipts of *count* commands, given as id0, id1 and so on."""
        return self.keep(("receipts", count), lambda: self._receipts(count))

    def _receipts(self, count: int) -> Statement:
        table = self.tables.receipts
        columns = [table.c[name] for name in rows.RECEIPT_COLUMNS]
        return Prepared(sa.select(*columns).where(table.c.desk == param("desk"), among(table.c.command_id, count)))

    def records(self, count: int) -> Statement:
        """Return the records under *count* references, given as kind0, id0, kind1 and so on."""
        return self.keep(("records", count), lambda: self._records(count))

    def _records(self, count: int) -> Statement:
        table = self.tables.records
        # The desk stands in each part, so that each part alone is looked up by the key.
        each = (
            sa.and_(table.c.desk == param("desk"), table.c.kind == param(f"kind{at}"), table.c.id == param(f"id{at}"))
            for at in range(count)
        )
        return Prepared(sa.select(table.c.kind, table.c.id, table.c.body).where(sa.or_(sa.false(), *each)))


@lru_cache(maxsize=64)
def statements_for(prefix: str, schema: str | None, dialect: str) -> Statements:
    """Return the statements over the tables of a prefix and schema; the same ones each time."""
    return Statements(tables_for(prefix, schema), dialect)
