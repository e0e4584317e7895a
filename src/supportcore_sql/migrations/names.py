"""
What a revision needs to know of where it runs: prefix and schema, in our environment or in a host's.

In a host's environment Alembic notes the revision in the host's version table. A store looks at ours only, so that is
kept by the revision itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import context, op

from supportcore.errors import StoreError
from supportcore_sql.migrate import before_upgrade, database_of
from supportcore_sql.migrations.progress import BASE, begin_for_tables, version_of
from supportcore_sql.tables import LEAVING, Tables, tables_for

ROWS = 20_000
"""Of so large a desk the statistics are told."""


class Names:
    """The names of one prefix and schema."""

    def __init__(self, tables: Tables, *, hosted: bool) -> None:
        self._tables, self._hosted = tables, hosted
        self.prefix, self.schema = tables.prefix, tables.schema
        self._by_pieces = op.get_context().dialect.name not in ("sqlite", "postgresql")  # no DDL in transactions

    def __call__(self, name: str) -> str:
        """Return *name* with the prefix."""
        return self.prefix + name

    def claim(self) -> bool:
        """
        Make sure that the names are ours to use, before the first table is made.

        Returns:
            True if tables may be there already, because an upgrade was broken off.

        Raises:
            StoreError: Foreign tables are in the way, or `store.migrate()` made the tables already.
        """
        if not self._hosted:
            resumed: bool = context.config.attributes["resumed"]
            return resumed
        if op.get_context().as_sql:
            op.execute(sa.schema.CreateTable(version_of(self._tables)))
            return False
        bind = op.get_bind()
        begin_for_tables(bind)
        database = database_of(bind, self.prefix, self.schema)
        found = before_upgrade(bind, database)
        if found.revision != BASE:
            raise StoreError(
                why=f"{database.where} has the tables already, at {found.revision}, but this environment does not know "
                f"of it; run: alembic stamp {found.revision}"
            )
        version_of(self._tables).create(bind, checkfirst=True)
        return found.broken_off

    def arrived(self, revision: str) -> None:
        """Note in our own version table that *revision* is reached, when a host's environment notes it elsewhere."""
        if self._hosted:
            version = version_of(self._tables)
            op.execute(version.delete())
            op.execute(version.insert().values(version_num=revision))

    def leaving(self, revision: str) -> None:
        """Mark that *revision* is being left, on MariaDB: what is dropped there is gone at once."""
        if not op.get_context().as_sql:
            begin_for_tables(op.get_bind())
        if self._by_pieces and (op.get_context().as_sql or self._has_version_table()):
            op.execute(version_of(self._tables).update().values(version_num=LEAVING + revision))

    def left(self, revision: str, to: str | None) -> None:
        """Note that *revision* was left for the one before it, or for nothing."""
        version = version_of(self._tables)
        if not self._hosted and self._by_pieces:
            if op.get_context().as_sql:
                op.execute("START TRANSACTION")  # of which a client that commits each statement knows nothing
            op.execute(version.update().values(version_num=revision))  # which Alembic expects, and changes
        elif not self._hosted:
            return
        elif to is None:
            op.execute(sa.schema.DropTable(version, if_exists=True))
        else:
            op.execute(version.update().values(version_num=to))

    def _has_version_table(self) -> bool:
        return sa.inspect(op.get_bind()).has_table(self._tables.version_table, schema=self.schema)

    def expect(self, table: str, indexes: Mapping[str, tuple[int, ...]]) -> None:
        """
        Tell SQLite how selective the indexes of *table* are.

        Without this it takes every index for selective in its first column, which is the desk, and walks all tickets
        to find those of one customer. ``ANALYZE`` replaces it by what is there.

        Source: https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
        """
        name = self(table)
        where = f'"{self.schema}".' if self.schema else ""
        op.execute(f'ANALYZE {where}"{self("numbers")}"')  # makes the table that is filled here
        columns = [sa.column(column, sa.Text) for column in ("tbl", "idx", "stat")]
        statistics = sa.table("sqlite_stat1", *columns, schema=self.schema)
        keys = {f"sqlite_autoindex_{name}_{place}": (ROWS, 1) for place in (1, 2)}
        for index, alike in {**keys, **indexes}.items():
            stat = " ".join(map(str, (ROWS, *alike, "noskipscan")))  # never from desk to desk
            op.execute(statistics.insert().values(tbl=name, idx=index, stat=stat))
        op.execute(f"ANALYZE {where}sqlite_master")


def names_here() -> Names:
    """Return the names of the environment that is running."""
    tables: Tables | None = context.config.attributes.get("tables")
    if tables is not None:
        return Names(tables, hosted=False)
    options = context.config.get_main_option
    return Names(tables_for(options("supportcore_prefix") or "sc_", options("supportcore_schema")), hosted=True)
