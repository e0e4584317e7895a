"""
Making and upgrading the tables, by Alembic; it is imported only when there is something to do.

The revisions are in the wheel, on a branch called ``supportcore``, and the version stands in a table of our own
(``<prefix>schema_version``), so a host's Alembic and ours never meet. A host that wants our revisions in its own
environment adds ``supportcore_sql:migrations/versions`` to its version locations and, if they differ, sets
``supportcore_prefix`` and ``supportcore_schema``; our version table is kept all the same, because a store reads it.

`upgrade` and `downgrade` work in the transaction of the connection given and commit nothing, but on MariaDB, which
commits each table by itself; `supportcore_sql.migrations.progress` says what follows from that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

import sqlalchemy as sa

from supportcore.errors import MigrationRefused, StoreUnsuitable
from supportcore_sql.database import Database
from supportcore_sql.migrations.progress import BASE, Progress, alone, look, restore, version_of
from supportcore_sql.migrations.running import config_for, import_alembic, run
from supportcore_sql.tables import REVISIONS, Tables, tables_for
from supportcore_sql.transactions import start

__all__ = ["downgrade", "drift", "include_name", "upgrade"]

HEAD = "head"
"""The revision this release works on."""


def upgrade(connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None, revision: str = HEAD) -> None:
    """
    Bring the tables up to *revision*, in the transaction of *connection*; repeating it changes nothing.

    Raises:
        SchemaNewer: They are of a later release.
        StoreError: Foreign tables are in the way, or going back was broken off.
    """
    _upgrade(connection, database_of(connection, prefix, schema), _known(revision))


def downgrade(
    connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None, revision: str = BASE
) -> None:
    """
    Take the tables back to *revision*, in the transaction of *connection*; what they held is lost.

    Raises:
        SchemaNewer: They are of a later release.
        StoreError: They are not ours.
    """
    _downgrade(connection, database_of(connection, prefix, schema), _known(revision))


def drift(connection: sa.Connection, *, prefix: str = "sc_", schema: str | None = None) -> list[Any]:
    """Return the differences between the tables there are and those of this release, as Alembic tells them."""
    import_alembic()
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    if schema == connection.dialect.default_schema_name:
        schema = None  # as Alembic calls it
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
        schema: Where the tables are; None for the default one, also if the store was opened with its name.
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


def migrate(connection: sa.Connection, database: Database, to: str = HEAD, *, lose_data: bool = False) -> None:
    """
    Bring the tables of a store to a revision, in a transaction of its own; for stores.

    Args:
        to: A revision, ``head`` or ``base``.
        lose_data: Whether to go back to an earlier revision, which loses what only the later one can hold.

    Raises:
        SchemaNewer: The tables are of a later release.
        StoreError: Foreign tables are in the way, there is no such revision, or it is an earlier one.
        Conflict: Somebody else migrates, and takes long.
    """
    target = _known(to)
    try:
        looking = start(connection, database, write=False)
        try:
            found = look(connection, database)
        finally:
            looking.rollback()
        if found != Progress(target):
            back = _rank(target) < _rank(found.revision) or (found.broken_off and target == BASE)
            if back and not lose_data:
                raise MigrationRefused(
                    why=f"going back to {target} takes tables of {database.where} away with all that is in them; if it "
                    "is meant, say lose_data=True or --yes"
                )
            if not back:
                _write_ahead(connection, database)
            with start(connection, database, write=True):
                (_downgrade if back else _upgrade)(connection, database, target)
    except sa.exc.SQLAlchemyError as error:
        raise database.fault(error, write=True) from error
    database.checked = target == REVISIONS[-1]


def script(dialect: str, *, prefix: str = "sc_", schema: str | None = None, to: str = HEAD) -> str:
    """
    Return the SQL that leads from nothing to a revision, or between two.

    Args:
        dialect: ``sqlite``, ``postgresql`` or ``mariadb``.
        to: A revision, ``head`` or ``base``; or two with a colon between, ``sc_0001:head``. The way to ``base`` begins
            at ``head``.

    Raises:
        StoreError: There is no such revision.
    """
    import_alembic()
    first, _, last = to.rpartition(":")
    target = _known(last)
    origin = _known(first or (HEAD if target == BASE else BASE))
    back = _rank(target) < _rank(origin)
    transactional = dialect in ("sqlite", "postgresql")
    tables = tables_for(prefix, schema)
    config = config_for(
        tables,
        target={
            "dialect_name": dialect if transactional else "mariadb",
            "dialect_opts": {"paramstyle": "named"},
            "literal_binds": True,
            "transactional_ddl": transactional,
        },
        before=[sa.schema.CreateSchema(schema, if_not_exists=True)]
        if schema is not None and dialect == "postgresql" and not back
        else [],
        after=[*([] if transactional else [sa.text("COMMIT")]), *(_last_rites(tables) if target == BASE else [])],
    )
    config.output_buffer = StringIO()
    run("downgrade" if back else "upgrade", config, f"{origin}:{target}", sql=True)
    printed = config.output_buffer.getvalue()
    return f"PRAGMA journal_mode=WAL;\n\n{printed}" if dialect == "sqlite" and origin == BASE else printed


def before_upgrade(connection: sa.Connection, database: Database) -> Progress:
    """
    Return how far the tables are, unless they cannot be upgraded.

    Raises:
        SchemaNewer: They are of a later release.
        StoreError: They are not ours; or going back was broken off, so that part of what was stored is gone.
    """
    found = look(connection, database)
    if found.broken_off and found.revision != BASE:
        database.check(connection)  # says how to go on
    if found.broken_off:
        _refuse_others(connection, database)
    return found


def database_of(connection: sa.Connection, prefix: str, schema: str | None) -> Database:
    """Return what is known of the database of a host's connection."""
    return Database(connection.engine.url, connection.dialect.name, prefix=prefix, schema=schema, ours=False)


def _upgrade(connection: sa.Connection, database: Database, target: str) -> None:
    import_alembic()
    tables = database.tables
    with alone(connection, tables):
        found = before_upgrade(connection, database)
        if _rank(found.revision) >= _rank(target):
            return
        before: list[sa.Executable] = []
        if tables.schema is not None and not sa.inspect(connection).has_schema(tables.schema):
            before.append(sa.schema.CreateSchema(tables.schema))  # IF NOT EXISTS asks for the right to, all the same
        config = config_for(tables, target={"connection": connection}, before=before, resumed=found.broken_off)
        run("upgrade", config, target, connection=connection)
        _settle(connection, database)


def _downgrade(connection: sa.Connection, database: Database, target: str) -> None:
    import_alembic()
    tables = database.tables
    with alone(connection, tables):
        found = look(connection, database)
        if found.broken_off:
            if found.revision == BASE:
                _refuse_others(connection, database)
            restore(connection, tables, found)
        elif _rank(found.revision) <= _rank(target):
            return
        after = _last_rites(tables) if target == BASE else []
        config = config_for(tables, target={"connection": connection}, after=after)
        run("downgrade", config, target, connection=connection)
        _settle(connection, database)


def _settle(connection: sa.Connection, database: Database) -> None:
    """Commit the version on MariaDB, where the tables are committed already, before anybody else has its turn."""
    if database.mariadb:
        connection.exec_driver_sql("COMMIT")


def _last_rites(tables: Tables) -> list[sa.Executable]:
    return [sa.schema.DropTable(version_of(tables), if_exists=True)]


def _refuse_others(connection: sa.Connection, database: Database) -> None:
    """Raise if what an upgrade left when it was broken off is not as it had made it."""
    tables = database.tables
    for difference in drift(connection, prefix=tables.prefix, schema=tables.schema):
        change = difference[0]
        if change not in ("add_table", "add_index"):
            # (what, object, …), (what, schema, table, column), or a list of (what, schema, table, column name, …)
            table = change[2] if isinstance(difference, list) else difference[2] if len(difference) > 2 else ""
            named = table or getattr(getattr(difference[1], "table", difference[1]), "name", "")
            raise StoreUnsuitable(
                f"{database.where}: an upgrade was broken off, and what is in {named} now is none of its tables; give "
                f"another prefix than {tables.prefix!r}.",
                where=database.where,
                why=f"a foreign table {named}",
            )


def _known(revision: str) -> str:
    """Return the revision, ``base`` for none."""
    name = revision.removeprefix("supportcore@")
    if name == HEAD:
        return REVISIONS[-1]
    if name not in (BASE, *REVISIONS):
        raise MigrationRefused(why=f"no revision {revision!r}; there are {', '.join((BASE, *REVISIONS, HEAD))}")
    return name


def _rank(revision: str) -> int:
    return (BASE, *REVISIONS).index(revision)


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
