"""Statements: prepared once, few, and on an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from supportcore.people.customers import Contact, Customer
from supportcore.predicate import ALWAYS, NEVER, All, AnyOf, Eq, In, Missing, Ne, Range
from supportcore.storage.ports import Query, Seek, drive
from supportcore.tickets.commands import Decision
from supportcore_sql import SqlStore, build_tables
from supportcore_sql.prepared import Prepared
from supportcore_sql.preparing import KEPT
from supportcore_sql.statements import Statements, statements_for
from tests.sql.samples import NOW, noting, opening, ticket_of

pytestmark = pytest.mark.store("sqlite")

OPEN = Eq("is_open", True)


@contextmanager
def watched(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    """Collect the SQL that a store's engine executes, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((sql, parameters[0] if many else parameters))

    sa.event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", note)


def plan(store: SqlStore, steps: Any) -> str:
    """Return how SQLite executes the only statement of *steps*."""
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(steps, execute)
    ((sql, parameters),) = seen[:1]
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
    return " | ".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(seek=Seek(key=NOW, id="x")), "updated (desk=? AND updated_at<?)"),
        (Query(seek=Seek(key=NOW, id="x", backwards=True)), "updated (desk=? AND updated_at>?)"),
        (Query(seek=Seek(key=NOW, id="x"), descending=False), "updated (desk=? AND updated_at>?)"),
        (Query(where=OPEN, seek=Seek(key=NOW, id="x")), "open (desk=? AND is_open=? AND updated_at<?)"),
        (Query(where=All((OPEN, Eq("state", "new")))), "open (desk=? AND is_open=?)"),
        (Query(where=Eq("customer", "acme")), "customer (desk=? AND customer=?)"),
        (Query(where=In("customer", ("acme",)), seek=Seek(key=NOW, id="x")), "customer (desk=? AND customer=? AND up"),
        (Query(where=All((OPEN, Eq("customer", "acme")))), "customer (desk=? AND customer=?)"),
        (Query(where=Eq("contact", "ana")), "contact (desk=? AND contact=?)"),
        (Query(where=All((OPEN, Eq("assignee", "luis")))), "assignee (desk=? AND assignee=? AND is_open=?)"),
    ],
)
def test_list_is_read_off_an_index(store: SqlStore, query: Query, index: str) -> None:
    """A list people keep open is found on an index, which also gives its order."""
    found = plan(store, store.ledger("noova").find(query))
    assert f"USING INDEX ix_sc_tickets_{index}" in found
    assert "TEMP B-TREE" not in found


def test_list_by_number_is_read_off_the_unique_key(store: SqlStore) -> None:
    """A list by number seeks on the unique key of desk and number."""
    found = plan(store, store.ledger("noova").find(Query(sort="number", seek=Seek(key=7, id="x"))))
    assert "(desk=? AND number<?)" in found
    assert "TEMP B-TREE" not in found


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (All((OPEN, Eq("area", "it"), Eq("state", "new"))), "board (desk=? AND is_open=? AND area=? AND state=?)"),
        (OPEN, "board (desk=? AND is_open=?)"),
        (In("customer", ("acme", "zeta")), "customer (desk=? AND customer=?)"),
        (All((OPEN, Eq("assignee", "luis"))), "assignee (desk=? AND assignee=? AND is_open=?)"),
    ],
)
def test_count_reads_only_an_index(store: SqlStore, where: Any, index: str) -> None:
    """The count in a cell of a board is taken from an index alone."""
    found = plan(store, store.ledger("noova").count(where, cap=10_000))
    assert f"USING COVERING INDEX ix_sc_tickets_{index}" in found


@pytest.mark.parametrize(
    ("method", "arguments", "index"),
    [
        ("due", (NOW, 5), "COVERING INDEX ix_sc_tickets_wake (desk=? AND wake_at<?)"),
        ("feed", (0, 5), "INDEX ix_sc_history_feed (desk=? AND sequence>?)"),
        ("history", ("x",), "(desk=? AND ticket=? AND position>?)"),
        ("contents", ("x",), "(desk=? AND ticket=?)"),
        ("records_of", ("customer",), "(desk=? AND kind=? AND id>?)"),
    ],
)
def test_reading_in_order_needs_no_sorting(store: SqlStore, method: str, arguments: Any, index: str) -> None:
    """What is read in order is stored in that order."""
    found = plan(store, getattr(store.ledger("noova"), method)(*arguments))
    assert index in found
    assert "TEMP B-TREE" not in found


def test_records_are_looked_up_one_by_one_by_key(store: SqlStore) -> None:
    """Several records in one statement are each found by the key, not by walking those of the desk."""
    found = plan(store, store.ledger("noova").records([("customer", "acme"), ("contact", "ana")]))
    assert 2 == found.count("(desk=? AND kind=? AND id=?)")


def test_opening_takes_five_writes(store: SqlStore) -> None:
    """Saving an opening is five statements, however many events, contents and notices there are."""
    decision = opening("a", 1)
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(store.ledger("noova").save(decision), execute)
    assert [
        "INSERT INTO sc_tickets",
        "INSERT INTO sc_history",
        "INSERT INTO sc_contents",
        "INSERT INTO sc_outbox",
        "INSERT INTO sc_receipts",
    ] == [" ".join(sql.split()[:3]) for sql, _ in seen]


def test_what_is_empty_is_not_written(store: SqlStore) -> None:
    """A decision without contents, notices and receipt is two statements; an empty one none."""
    ledger = store.ledger("noova")
    decision = opening("a", 1)
    with store.begin(write=True) as execute:
        drive(ledger.save(decision), execute)
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(ledger.save(noting(ticket_of(decision))), execute)
        drive(ledger.save(Decision()), execute)
    assert ["UPDATE", "INSERT"] == [sql.split()[0] for sql, _ in seen]


def test_records_are_one_round_trip(store: SqlStore) -> None:
    """Any mixture of records, twice or missing, is one statement; none is none."""
    ledger = store.ledger("noova")
    acme, ana = Customer(id="acme", name="ACME"), Contact(id="ana", name="Ana", customers=["acme"])
    with store.begin(write=True) as execute:
        for record in (acme, ana):
            drive(ledger.put_record(record), execute)
        with watched(store) as seen:
            refs = [("contact", "ana"), ("customer", "acme"), ("contact", "acme"), ("contact", "ana")]
            assert (ana, acme, None, ana) == drive(ledger.records(refs), execute)
            assert () == drive(ledger.records([]), execute)
    assert 1 == len(seen)


def test_many_records_are_read_in_parts(store: SqlStore) -> None:
    """So many records that one statement could not name them are read all the same."""
    ledger = store.ledger("noova")
    customers = [Customer(id=f"c{place:04}", name="C") for place in range(600)]
    with store.begin(write=True) as execute:
        for customer in customers:
            drive(ledger.put_record(customer), execute)
        assert tuple(customers) == drive(ledger.records([("customer", c.id) for c in customers]), execute)


def test_same_form_is_the_same_statement(store: SqlStore) -> None:
    """A list with other values is the same statement object, so nothing is built or compiled anew."""
    operations = []
    for state, key in (("new", "a"), ("open", "b")):
        query = Query(where=All((OPEN, Eq("state", state))), seek=Seek(key=NOW, id=key))
        steps = store.ledger("noova").find(query)
        operations.append(next(steps))
        steps.close()
    (first, given), (second, other) = operations
    assert first is second
    assert given != other


def test_stores_share_their_statements() -> None:
    """Two stores over tables of the same names use the same statements."""
    assert statements_for("sc_", None, "sqlite") is statements_for("sc_", None, "sqlite")
    assert statements_for("sc_", None, "sqlite") is not statements_for("hd_", None, "sqlite")


def test_kept_statements_are_bounded() -> None:
    """Filters of ever new forms do not fill the memory."""
    statements = Statements(build_tables(), "sqlite")
    for size in range(KEPT + 10):
        statements.count(("AnyOf", (("Eq", "state"),) * size), capped=False)
    assert KEPT >= len(statements._kept)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (ALWAYS, "abc"),
        (NEVER, ""),
        (Eq("assignee", "luis"), "a"),
        (Ne("assignee", "luis"), "bc"),
        (Ne("state", "new"), "b"),
        (In("assignee", ("luis", "eva")), "ab"),
        (In("assignee", ()), ""),
        (Missing("assignee"), "c"),
        (Missing("assignee", False), "ab"),
        (Missing("state"), ""),
        (Range("assignee", "f"), "a"),
        (Range("assignee", None, "f"), "b"),
        (Range("assignee"), "ab"),
        (Range("number", 2, 3), "b"),
        (Range("number", 1.5), "bc"),
        (Range("opened_at", NOW), "abc"),
        (Range("opened_at", None, NOW), ""),
        (AnyOf((Eq("assignee", "eva"), Missing("assignee"))), "bc"),
        (All((AnyOf(()), ALWAYS)), ""),
        (Eq("is_open", False), ""),
    ],
)
def test_null_is_what_predicates_say(store: SqlStore, where: Any, expected: str) -> None:
    """Null is equal to nothing, different from everything, and in no range."""
    ledger = store.ledger("noova")
    fields = {"a": {"assignee": "luis"}, "b": {"assignee": "eva", "state": "open", "category": "open"}, "c": {}}
    with store.begin(write=True) as execute:
        for number, (ticket_id, more) in enumerate(fields.items(), 1):
            drive(ledger.save(opening(ticket_id, number, **more)), execute)
        found = drive(ledger.find(Query(where=where, sort="number", descending=False)), execute)
        assert len(expected) == drive(ledger.count(where), execute)
    assert expected == "".join(ticket.id for ticket in found)


@pytest.mark.parametrize(
    ("name", "dialect"),
    [("postgresql", postgresql.dialect()), ("mariadb", mysql.dialect(is_mariadb=True))],
    ids=["postgresql", "mariadb"],
)
def test_statements_can_be_said_to_other_engines(name: str, dialect: Any) -> None:
    """Every statement can be compiled for the engines to come, where a lock is really taken."""
    said = {}
    for attribute, kept in vars(Statements(build_tables(), name)).items():
        statement = kept.statement if isinstance(kept, Prepared) else kept
        if isinstance(statement, sa.sql.ClauseElement):
            columns = [column.name for column in statement.table.c] if isinstance(statement, sa.UpdateBase) else None
            said[attribute] = str(statement.compile(dialect=dialect, column_keys=columns))
    assert "FOR UPDATE" in said["ticket_locked"]
    assert "FOR UPDATE SKIP LOCKED" in said["claimable"]
    assert "RETURNING" in said["count_up"]
