"""
How far the tables are: which revision they have, whether a migration was broken off, and whose turn it is.

Theory of operation. SQLite and PostgreSQL make tables within a transaction, so a migration that is broken off has never
been. MariaDB commits each of them by itself. There the version table is made first and its row is written last: a
version table without a row means that an upgrade was broken off, and the next one makes what is missing. Going back
first marks the row (`supportcore_sql.tables.LEAVING`), so that what is left is never taken for tables that can be used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import sqlalchemy as sa

from supportcore.errors import SchemaMissing, StoreError
from supportcore.storage.ports import Conflict
from supportcore_sql.database import Database
from supportcore_sql.servers import check_named
from supportcore_sql.tables import LEAVING, REVISIONS, Tables
from supportcore_sql.transactions import driver

BASE = "base"
"""The revision before the first: no tables."""
PATIENCE = 60
"""Seconds to wait while somebody else migrates; making all tables takes one or two."""
_KEY = int.from_bytes(b"supportc", "big", signed=True)
"""PostgreSQL's advisory lock, of which each of its databases has its own."""


class Progress(NamedTuple):
    """
    How far the tables of one prefix and schema are.

    Attributes:
        revision: What was reached last, `BASE` if nothing.
        broken_off: Whether some of the tables of the revision before or after it may be missing.
    """

    revision: str
    broken_off: bool = False


def version_of(tables: Tables) -> sa.Table:
    """Return the version table, as Alembic makes it."""
    column = sa.Column("version_num", sa.String(32), nullable=False)
    key = sa.PrimaryKeyConstraint("version_num", name=f"{tables.version_table}_pkc")
    return sa.Table(tables.version_table, sa.MetaData(), column, key, schema=tables.schema)


def look(connection: sa.Connection, database: Database) -> Progress:
    """
    Return how far the tables are.

    Raises:
        SchemaNewer: They are of a later release.
        StoreError: Foreign tables are in the way, or the database that is to hold the tables is not there.
    """
    tables, schema = database.tables, database.tables.schema
    check_named(connection, schema)
    if database.mariadb and schema is not None and not sa.inspect(connection).has_schema(schema):
        raise StoreError(why=f"there is no database {schema}; CREATE DATABASE `{schema}`, then migrate again")
    versions: set[str] | None = None
    inspector, name = sa.inspect(connection), tables.version_table
    if inspector.has_table(name, schema=schema):
        columns = inspector.get_columns(name, schema=schema)
        if any(column["name"] == "version_num" for column in columns):  # or the check calls it foreign
            versions = set(connection.scalars(sa.select(version_of(tables).c.version_num)))
    for version in versions or ():
        if version.startswith(LEAVING):
            return Progress(version.removeprefix(LEAVING), broken_off=True)
    with suppress(SchemaMissing):
        database.check(connection)
    if versions:
        return Progress([known for known in REVISIONS if known in versions][-1])
    return Progress(BASE, broken_off=versions is not None and database.mariadb)


def restore(connection: sa.Connection, tables: Tables, found: Progress) -> None:
    """Write the revision that Alembic is to go back from, when it was broken off."""
    version = version_of(tables)
    connection.execute(version.delete())
    connection.execute(version.insert().values(version_num=REVISIONS[0] if found.revision == BASE else found.revision))


def begin_for_tables(connection: sa.Connection) -> None:
    """Begin a transaction on SQLite, if there is none: the driver itself does not before a table is made."""
    if connection.dialect.name == "sqlite" and not driver(connection).in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def alone(connection: sa.Connection, tables: Tables) -> Iterator[None]:
    """
    Wait until nobody else migrates in this database, and let nobody until the transaction ends.

    MariaDB's transaction ends with every table that is made; what comes after the last must be committed within.

    Raises:
        Conflict: Somebody else migrates for a long time.
    """
    if connection.dialect.name == "sqlite":
        begin_for_tables(connection)
        yield
    elif connection.dialect.name == "postgresql":
        patience = sa.select(sa.func.set_config("lock_timeout", sa.bindparam("patience", type_=sa.String), True))
        before = connection.scalar(sa.select(sa.func.current_setting("lock_timeout")))
        connection.execute(patience, {"patience": f"{PATIENCE}s"})
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.cast(_KEY, sa.BigInteger))))
        connection.execute(patience, {"patience": before})
        yield
    else:
        where = tables.schema or connection.scalar(sa.select(sa.func.database()))
        name = f"supportcore:{where}"
        if connection.scalar(sa.select(sa.func.get_lock(name, PATIENCE))) != 1:
            raise Conflict(f"somebody else is migrating {where}")
        try:
            yield
        finally:
            with suppress(sa.exc.SQLAlchemyError):  # the connection may be gone, and its lock with it
                connection.execute(sa.select(sa.func.release_lock(name)))
