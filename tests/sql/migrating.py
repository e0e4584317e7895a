"""
Databases of their own for the tests of migrating, on each engine, and what is looked at in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from supportcore import open_store
from supportcore.storage.ports import drive
from supportcore_sql import SqlStore, build_tables, migrate
from supportcore_sql.engines import read_url
from tests.sql.samples import opening
from tests.stores import server_url

ENGINES = [pytest.param(name, marks=pytest.mark.store(name)) for name in ("sqlite", "postgresql", "mariadb")]

_made = count(1)


class BrokenOff(BaseException):
    """What a killed process would feel, if it did."""


@attrs.frozen
class Place:
    """
    An empty database.

    Attributes:
        name: Of the engine.
        server: URL of the database that it was made from.
    """

    name: str
    url: str
    server: str = ""

    def open(self, **options: Any) -> SqlStore:
        """Return a store in it; not migrated."""
        store = open_store(self.url, **options)
        assert isinstance(store, SqlStore)
        return store

    @contextmanager
    def engine(self, **options: Any) -> Iterator[sa.Engine]:
        """Hand out a host's engine for it."""
        engine = sa.create_engine(read_url(self.url), **options)
        try:
            yield engine
        finally:
            engine.dispose()

    def tables(self, schema: str | None = None) -> set[str]:
        """Return the names of its tables."""
        with self.engine() as engine:
            return set(sa.inspect(engine).get_table_names(schema=schema))

    def drift(self, **options: Any) -> list[Any]:
        """Return what differs from this release."""
        with self.engine() as engine, engine.connect() as connection:
            return migrate.drift(connection, **options)

    def run(self, *statements: str) -> None:
        """Execute and commit."""
        with self.engine() as engine, engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @property
    def by_pieces(self) -> bool:
        """Whether each table is committed by itself."""
        return self.name == "mariadb"


@contextmanager
def fresh_place(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Iterator[Place]:
    """Make an empty database on an engine; it is gone afterwards."""
    if name == "sqlite":
        yield Place(name, f"sqlite:///{tmp_path / 'desk.db'}")
        return
    server, database = server_url(request, name), f"m{os.getpid()}_{next(_made)}"
    with database_on(server, database) as url:
        yield Place(name, url, server)


@contextmanager
def database_on(server: str, database: str) -> Iterator[str]:
    """Make a database on a server and yield its URL; it is gone afterwards."""
    engine = sa.create_engine(read_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {database}")
    try:
        yield sa.make_url(server).set(database=database).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            forced = " WITH (FORCE)" if server.startswith("postgresql") else ""
            connection.exec_driver_sql(f"DROP DATABASE {database}{forced}")
        engine.dispose()


def ours(prefix: str = "sc_") -> set[str]:
    """Return the names of all tables of a prefix."""
    tables = build_tables(prefix)
    return {*tables.names, tables.version_table}


def put_ticket(store: SqlStore, ticket: str = "a", number: int = 1) -> None:
    """Store a ticket with a bit of everything."""
    with store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening(ticket, number)), execute)


def tickets_in(store: SqlStore) -> list[str]:
    """Return the ids of the tickets."""
    tables = store._database.tables
    with store._engine.connect() as connection:
        return sorted(connection.scalars(sa.select(tables.tickets.c.id)))


def is_ddl(statement: str) -> bool:
    """Return whether a statement makes or drops something."""
    return statement.split(None, 1)[0].upper() in ("CREATE", "DROP", "ALTER")


@contextmanager
def broken_off_after(engine: sa.Engine, number: int) -> Iterator[list[str]]:
    """Break off whatever is done on *engine* after so many statements that make or drop something; yield them."""
    seen: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if is_ddl(statement):
            seen.append(" ".join(statement.split()))
            if len(seen) == number:
                raise BrokenOff

    sa.event.listen(engine, "after_cursor_execute", listen)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "after_cursor_execute", listen)
