"""The statements for entries of a table, whatever they are of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from supportcore_sql.prepared import Prepared
from supportcore_sql.preparing import Preparing, Statement, param


def _beyond(by: list[sa.Column[Any]], place: int) -> sa.ColumnElement[bool]:
    """Return that a row lies behind the key (after0, after1, …), from *place* on."""
    edge = param(f"after{place}")
    further = by[place] > edge
    if place == len(by) - 1:
        return further
    return sa.or_(further, sa.and_(by[place] == edge, _beyond(by, place + 1)))


class PortableStatements(Preparing):
    """The statements for entries."""

    def entries(
        self, table: str, key: tuple[str, ...], columns: tuple[str, ...], *, seek: bool, lock: bool
    ) -> Statement:
        """Return key and columns of a table's rows, by key; with *seek*, behind the key after0, after1 and so on."""
        return self.keep(
            ("entries", table, columns, seek, lock), lambda: self._entries(table, key, columns, seek=seek, lock=lock)
        )

    def _entries(
        self, table: str, key: tuple[str, ...], columns: tuple[str, ...], *, seek: bool, lock: bool
    ) -> Statement:
        of: sa.Table = getattr(self.tables, table)
        by = [of.c[name] for name in key]
        found = sa.select(*by, *(of.c[name].label(f"_{name}") for name in columns)).where(of.c.desk == param("desk"))
        if seek and self.dialect in ("sqlite", "postgresql"):
            found = found.where(sa.tuple_(*by) > sa.tuple_(*(param(f"after{place}") for place in range(len(by)))))
        elif seek:  # MariaDB looks for a row of columns in all of the table
            found = found.where(_beyond(by, 0))
        found = found.order_by(*by).limit(param("limit"))
        return found.with_for_update() if lock else found  # SQLite has locked all of it already

    def last_entry(self, table: str, key: tuple[str, ...]) -> Statement:
        """Return the greatest key of a table."""
        of: sa.Table = getattr(self.tables, table)
        by = [of.c[name] for name in key]
        last = sa.select(*by).where(of.c.desk == param("desk")).order_by(*(column.desc() for column in by)).limit(1)
        return self.keep(("last_entry", table), lambda: last)

    def put_entries(self, table: str) -> Statement:
        """Return what inserts rows into a table."""
        return self.keep(("put_entries", table), lambda: Prepared(sa.insert(getattr(self.tables, table))))

    def replace_entries(self, table: str, key: tuple[str, ...], columns: tuple[str, ...]) -> Statement:
        """Return what sets columns of the row with the key at_desk and so on to new_ and their name."""
        of: sa.Table = getattr(self.tables, table)
        new = {of.c[name]: param(f"new_{name}") for name in columns}
        return self.keep(("replace", table, columns), lambda: sa.update(of).where(*_at(of, key)).values(new))

    def drop_entries(self, table: str, key: tuple[str, ...]) -> Statement:
        """Return what removes the row with the key at_desk and so on."""
        of: sa.Table = getattr(self.tables, table)
        return self.keep(("drop", table), lambda: sa.delete(of).where(*_at(of, key)))


def _at(of: sa.Table, key: tuple[str, ...]) -> list[sa.ColumnElement[bool]]:
    return [of.c[name] == param(f"at_{name}") for name in ("desk", *key)]
