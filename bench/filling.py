"""
A desk with very many tickets, made in minutes: rows by our own row functions, written past the domain.

The tickets are those of `bench.listing`: a few large customers and many small ones, one in eight open. Every third open
one has a deadline, so that a list by what is due next has something to sort. Only tickets are written, no histories.
Indexes are made afterwards, as whoever loads a table does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import attrs
import sqlalchemy as sa

from bench.listing import tickets
from bench.opening import prepare_store
from bench.recording import engine_like_ours
from supportcore import load_definition
from supportcore.sla.clocks import Clock
from supportcore.tickets.ticket import Ticket
from supportcore_sql import rows
from supportcore_sql.tables import tables_for

AT_ONCE = 5_000
EVERY = 3
"""Of the open tickets one in so many has a deadline."""


def fill(url: str, count: int) -> None:
    """Make a store with *count* tickets on SQLite or PostgreSQL."""
    prepare_store(url)
    engine = engine_like_ours(url)
    table = tables_for("sc_", None).tickets
    copied = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if not copied:
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            connection.exec_driver_sql("PRAGMA cache_size=-200000")
            connection.rollback()  # of what SQLAlchemy thinks has begun
        with connection.begin():
            for index in table.indexes:
                index.drop(connection)
            if not copied:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            _write(connection, table, _dated(count), copied=copied)
            for index in table.indexes:
                index.create(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)" if copied else "PRAGMA wal_checkpoint(TRUNCATE)")
        if copied:
            connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()


def _dated(count: int) -> Iterator[Ticket]:
    """Yield tickets, some of the open ones with a deadline."""
    for ticket in tickets(count, load_definition("noova").rules_hash):
        if not ticket.is_open or ticket.number % EVERY:
            yield ticket
            continue
        days = timedelta(days=1 + ticket.number % 11)
        due_at = ticket.opened_at + days
        clock = Clock(
            kind="deadline", calendar="always", target=days, started_at=ticket.opened_at, as_of=ticket.opened_at,
            due_at=due_at, breach_at=due_at, warn_at=ticket.opened_at + days * 0.75,
        )  # fmt: skip
        yield attrs.evolve(ticket, clocks=(clock,))


def _write(connection: sa.Connection, table: sa.Table, made: Iterator[Ticket], *, copied: bool) -> None:
    columns = list(table.c)
    processors = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    names = ", ".join(column.name for column in columns)

    def values(ticket: Ticket) -> list[Any]:
        row = rows.ticket_row(ticket)
        return [
            row[column.name] if process is None else process(row[column.name])
            for column, process in zip(columns, processors, strict=True)
        ]

    driver: Any = connection.connection.driver_connection
    if copied:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for ticket in made:
                copy.write_row(values(ticket))
        return
    insert = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' for _ in columns)})"
    while part := [values(ticket) for ticket in islice(made, AT_ONCE)]:
        driver.executemany(insert, part)
