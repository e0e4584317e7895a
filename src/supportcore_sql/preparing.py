"""What statements are made with: parameters, upserts in the words of each engine, and keeping what was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from supportcore.errors import StoreError
from supportcore_sql.prepared import Prepared, Together
from supportcore_sql.tables import Tables

Statement = sa.Executable | Prepared | Together
"""What an executor is given; those that every command executes are prepared."""
Form = tuple[Any, ...]
KEPT = 512
"""How many prepared lists and counts are kept; forms come from filters, so they could be many."""
REFS_AT_ONCE = 128
"""How many records one statement asks for at most; SQLite nests an expression a thousand deep at most."""


def param(name: str) -> sa.BindParameter[Any]:
    """Return a parameter of a statement."""
    return sa.bindparam(name)


def among(column: sa.Column[str], count: int) -> sa.ColumnElement[bool]:
    """Return that a column holds one of *count* parameters called id0, id1 and so on."""
    ids = [param(f"id{place}") for place in range(count)]
    return column == ids[0] if count == 1 else column.in_(ids)


class Preparing:
    """What statements over one set of tables are made by."""

    def __init__(self, tables: Tables, dialect: str) -> None:
        self.tables, self.dialect = tables, dialect
        self._kept: dict[Form, Statement] = {}

    def keep(self, name: Form, make: Callable[[], Statement]) -> Statement:
        """Return the statement of that name, made when it is first asked for."""
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[name] = make()
        return found

    def upsert(self, table: sa.Table, first: dict[str, Any], again: Callable[[Any], dict[str, Any]]) -> Any:
        """
        Return an insert with *first* that, where the key is taken, sets *again*, told what was to be inserted.

        If *again* sets nothing, what is there stays.
        """
        key = list(table.primary_key)
        if self.dialect in ("mysql", "mariadb"):
            into = mysql.insert(table).values(first)
            return into.on_duplicate_key_update(**(again(into.inserted) or {key[0].name: key[0]}))
        insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}.get(self.dialect)
        if insert is None:
            raise StoreError(why=f"there is no backend for {self.dialect}")
        given = insert(table).values(first)
        changes = again(given.excluded)
        if not changes:
            return given.on_conflict_do_nothing(index_elements=key)
        return given.on_conflict_do_update(index_elements=key, set_=changes)
