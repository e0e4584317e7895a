"""Names of tables as a revision must write them: with prefix and schema, in our environment or in a host's."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import context, op

from supportcore_sql.tables import Tables, tables_for

ROWS = 20_000
"""Of so large a desk the statistics are told."""


class Names:
    """The names of one prefix and schema."""

    def __init__(self, prefix: str, schema: str | None) -> None:
        self.prefix, self.schema = prefix, schema

    def __call__(self, name: str) -> str:
        """Return *name* with the prefix."""
        return self.prefix + name

    def stamp(self, revision: str | None) -> None:
        """
        Note *revision* in our own version table when a host's environment notes it elsewhere.

        A store looks at our table only. None takes the table away.
        """
        name = self("schema_version")
        running = op.get_context()
        if running.version_table == name and running.version_table_schema == self.schema:
            return
        version = sa.table(name, sa.column("version_num", sa.String), schema=self.schema)
        if revision is None:
            op.drop_table(name, schema=self.schema)
            return
        if running.as_sql or not sa.inspect(op.get_bind()).has_table(name, schema=self.schema):
            op.create_table(
                name,
                sa.Column("version_num", sa.String(32), nullable=False),
                sa.PrimaryKeyConstraint("version_num", name=f"{name}_pkc"),
                schema=self.schema,
            )
            op.execute(version.insert().values(version_num=revision))
        else:
            op.execute(version.update().values(version_num=revision))

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
        statistics = sa.table("sqlite_stat1", *map(sa.column, ("tbl", "idx", "stat")), schema=self.schema)
        keys = {f"sqlite_autoindex_{name}_{place}": (ROWS, 1) for place in (1, 2)}
        for index, alike in {**keys, **indexes}.items():
            stat = " ".join(map(str, (ROWS, *alike, "noskipscan")))  # never from desk to desk
            op.execute(statistics.insert().values(tbl=name, idx=index, stat=stat))
        op.execute(f"ANALYZE {where}sqlite_master")


def names_here() -> Names:
    """Return the names of the environment that is running."""
    tables: Tables | None = context.config.attributes.get("tables")
    if tables is None:
        options = context.config.get_main_option
        tables = tables_for(options("supportcore_prefix") or "sc_", options("supportcore_schema"))
    return Names(tables.prefix, tables.schema)
