"""
Making and upgrading the tables, by Alembic; it is imported only when there is something to do.

The revisions are in the wheel, on a branch called ``supportcore``, and the version stands in a table of our own
(``<prefix>schema_version``), so a host's Alembic and ours never meet. A host that wants our revisions in its own
environment adds ``supportcore_sql:migrations/versions`` to its version locations and, if they differ, sets
``supportcore_prefix`` and ``supportcore_schema``; our version table is kept all the same, because a store reads it.

Everything is done in the transaction of the connection given; nothing is committed here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from supportcore.errors import BackendMissing, SchemaMissing
from supportcore_sql.database import Database
from supportcore_sql.tables import tables_for
from supportcore_sql.transactions import driver, start

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = Lock()
"""Alembic keeps the environment that runs in a global of its own."""


def upgrade(
    connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None, revision: str = "supportcore@head"
) -> None:
    """Bring the tables up to *revision*, in the transaction of *connection*; repeating it changes nothing."""
    _run("upgrade", connection, prefix, schema, revision)


def downgrade(
    connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None, revision: str = "supportcore@base"
) -> None:
    """Take the tables back to *revision*, in the transaction of *connection*; what they held is lost."""
    _run("downgrade", connection, prefix, schema, revision)


def drift(connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None) -> list[Any]:
    """Return the differences between the tables there are and those of this release, as Alembic tells them."""
    _import_alembic()
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options: dict[str, Any] = {
        "include_name": include_name(prefix=prefix, schema=schema, ours=True),
        "include_schemas": schema is not None,
        "version_table": tables_for(prefix, schema).version_table,
        "version_table_schema": schema,
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, tables_for(prefix, schema).metadata))


def include_name(
    *, prefix: str = "sc_", schema: str | None = None, ours: bool = False
) -> Callable[[str | None, str, Mapping[str, Any]], bool]:
    """
    Return a filter for the ``include_name`` of Alembic's ``context.configure``.

    Args:
        ours: True keeps our tables and nothing else; False, for a host's environment, leaves out exactly ours.
    """
    tables = tables_for(prefix, schema)
    names = tables.names | {tables.version_table}

    def include(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
        if kind == "schema":
            return name == schema or not ours
        if kind == "table":
            mine = name in names and parents.get("schema_name") == schema
            return (mine and name != tables.version_table) if ours else not mine
        return True

    return include


def migrate(connection: sa.Connection, database: Database) -> None:
    """
    Make or upgrade the tables of a store, in a transaction of its own; for stores.

    Raises:
        SchemaNewer: They are of a later release.
        StoreError: Foreign tables are in the way.
    """
    try:
        if not _is_current(connection, database):
            _write_ahead(connection, database)
            with start(connection, database, write=True):
                upgrade(connection, prefix=database.tables.prefix, schema=database.tables.schema)
    except sa.exc.SQLAlchemyError as error:
        raise database.fault(error, write=True) from error
    database.checked = True


def _is_current(connection: sa.Connection, database: Database) -> bool:
    looking = start(connection, database, write=False)
    try:
        database.check(connection)
    except SchemaMissing:
        return False
    finally:
        looking.rollback()
    return True


def _write_ahead(connection: sa.Connection, database: Database) -> None:
    """Switch a file of ours to write-ahead logging, so that readers and a writer do not wait for each other."""
    if database.ours and database.file is not None:
        cursor = connection.connection.cursor()  # the journal cannot be changed within a transaction
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            raise database.fault(error, write=True) from error
        finally:
            cursor.close()


def _run(verb: str, connection: sa.Connection, prefix: str, schema: str | None, revision: str) -> None:
    _import_alembic()
    from alembic import command

    if connection.dialect.name == "sqlite" and connection.in_transaction() and not driver(connection).in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    with _ONE_AT_A_TIME:
        getattr(command, verb)(_config(connection, prefix, schema), revision)


def _config(connection: sa.Connection, prefix: str, schema: str | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "supportcore_sql:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, tables=tables_for(prefix, schema))
    return config


def _import_alembic() -> None:
    try:
        import alembic  # noqa: F401
    except ImportError as error:
        raise BackendMissing(why=f"migrating needs: pip install 'supportcore[sql]' ({error})") from error
