"""
Lists that a statement is given as one parameter, in the words of each engine.

So a question of three words is the same statement as one of thirty: prepared once here and planned once there. SQLite
and MariaDB read a list out of JSON text, PostgreSQL out of arrays, one for each column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from supportcore.errors import StoreError
from supportcore.text import ID_LIMIT
from supportcore_sql.knowledge_tables import SCOPE, TERM
from supportcore_sql.types import KEY

Params = dict[str, Any]
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_TEXT, _IMPACT = sa.String(), sa.Integer()
_WEIGHT: sa.types.TypeEngine[Any] = sa.Double()


class Given(Protocol):
    """Lists in the words of one engine; each is named, and its parameters are called after it."""

    def texts(self, name: str) -> sa.FromClause:
        """Return a list of texts as rows with the column ``term``."""

    def among(self, column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
        """Return that *column* holds a text of a list."""

    def of_texts(self, name: str, texts: Sequence[str]) -> Params:
        """Return the parameters of a list of texts."""

    def weights(self, name: str) -> sa.FromClause:
        """Return weights of terms as rows with the columns ``term`` and ``weight``."""

    def of_weights(self, name: str, weights: Mapping[str, int]) -> Params:
        """Return the parameters of weights of terms."""

    def each(self, given: sa.FromClause, table: sa.FromClause) -> sa.Join:
        """Return the rows of *table* for each term of a list, looked up one after the other."""

    def put_postings(self, table: sa.Table) -> sa.Executable:
        """Return what stores postings; one that is there takes the new impact."""

    def add_postings(self, table: sa.Table) -> sa.Executable:
        """Return what stores postings of which none is there."""

    def drop_postings(self, table: sa.Table) -> sa.Executable:
        """Return what removes postings."""

    def of_postings(self, desk: str, rows: Sequence[Sequence[Any]]) -> Params | list[Params]:
        """Return the parameters of postings, each with the values of `POSTING`, for all of these."""


POSTING = ("kind", "term", "scope", "record", "impact")
_AT = POSTING[:-1]


class _InThisOrder(sa.Join):
    """A join that SQLite carries out as it is written."""

    inherit_cache = True


@compiles(_InThisOrder, "sqlite")
def _cross_join(join: _InThisOrder, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(side, **{**options, "asfrom": True}) for side in (join.left, join.right))
    return f"{left} CROSS JOIN {right} ON {compiler.process(join.onclause)}"


class OnSqlite:
    """Lists as JSON; what is written goes row by row, for it has no way to go."""

    def texts(self, name: str) -> sa.FromClause:
        return sa.select(self._each(name).c.value.label("term")).subquery(name)

    def among(self, column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
        return column.in_(sa.select(self._each(name).c.value))

    def of_texts(self, name: str, texts: Sequence[str]) -> Params:
        return {name: _encode(list(texts))}

    def weights(self, name: str) -> sa.FromClause:
        each = self._each(name)
        return sa.select(each.c.key.label("term"), each.c.value.label("weight")).subquery(name)

    def of_weights(self, name: str, weights: Mapping[str, int]) -> Params:
        return {name: _encode(dict(weights))}

    def each(self, given: sa.FromClause, table: sa.FromClause) -> sa.Join:
        # Without statistics it takes all postings of a desk for few, and would go through them.
        return _InThisOrder(given, table, table.c.term == given.c.term)

    def put_postings(self, table: sa.Table) -> sa.Executable:
        into = sqlite.insert(table)
        return into.on_conflict_do_update(index_elements=[*table.primary_key], set_={"impact": into.excluded.impact})

    def add_postings(self, table: sa.Table) -> sa.Executable:
        return sa.insert(table)

    def drop_postings(self, table: sa.Table) -> sa.Executable:
        key = [column == sa.bindparam(column.name) for column in table.primary_key]
        return sa.delete(table).where(*key)

    def of_postings(self, desk: str, rows: Sequence[Sequence[Any]]) -> list[Params]:
        return [{"desk": desk, **dict(zip(POSTING, row, strict=True))} for row in rows]

    def _each(self, name: str) -> Any:
        columns = sa.column("key", _TEXT), sa.column("value", _TEXT)
        return sa.func.json_each(sa.bindparam(name, type_=_TEXT)).table_valued(*columns).alias(f"{name}_each")


class OnPostgresql:
    """Lists as arrays."""

    def texts(self, name: str) -> sa.FromClause:
        return _unnested(name, ("term",), (_TEXT,))

    def among(self, column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
        return column == sa.any_(sa.bindparam(f"{name}0", type_=postgresql.ARRAY(_TEXT)))

    def of_texts(self, name: str, texts: Sequence[str]) -> Params:
        return {f"{name}0": list(texts)}

    def weights(self, name: str) -> sa.FromClause:
        # Of whole numbers the sum would be a numeric, which takes longer; below 2^53 this one is as exact.
        return _unnested(name, ("term", "weight"), (_TEXT, _WEIGHT))

    def of_weights(self, name: str, weights: Mapping[str, int]) -> Params:
        return {f"{name}0": list(weights), f"{name}1": [float(weight) for weight in weights.values()]}

    def each(self, given: sa.FromClause, table: sa.FromClause) -> sa.Join:
        return given.join(table, table.c.term == given.c.term)

    def put_postings(self, table: sa.Table) -> sa.Executable:
        into = postgresql.insert(table).from_select(["desk", *POSTING], _with_desk(self._postings()))
        return into.on_conflict_do_update(index_elements=[*table.primary_key], set_={"impact": into.excluded.impact})

    def add_postings(self, table: sa.Table) -> sa.Executable:
        return sa.insert(table).from_select(["desk", *POSTING], _with_desk(self._postings()))

    def drop_postings(self, table: sa.Table) -> sa.Executable:
        return _dropping(table, self._postings())

    def of_postings(self, desk: str, rows: Sequence[Sequence[Any]]) -> Params:
        columns = enumerate(zip(*rows, strict=True))
        return {"desk": desk, **{f"given{place}": list(column) for place, column in columns}}

    def _postings(self) -> sa.FromClause:
        return _unnested("given", POSTING, (_TEXT, _TEXT, _TEXT, _TEXT, _IMPACT))


def _unnested(name: str, columns: Sequence[str], types: Sequence[sa.types.TypeEngine[Any]]) -> sa.FromClause:
    arrays = [sa.bindparam(f"{name}{place}", type_=postgresql.ARRAY(kind)) for place, kind in enumerate(types)]
    named = [sa.column(column, kind) for column, kind in zip(columns, types, strict=True)]
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name=name)


class OnMariadb:
    """Lists as JSON that the server makes a table of."""

    def texts(self, name: str) -> sa.FromClause:
        return _json_table(name, f"term {_varchar(TERM)} PATH '$'", sa.column("term", _TEXT))

    def among(self, column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
        return column.in_(sa.select(self.texts(name).c.term))

    def of_texts(self, name: str, texts: Sequence[str]) -> Params:
        return {name: _encode(list(texts))}

    def weights(self, name: str) -> sa.FromClause:
        declared = f"term {_varchar(TERM)} PATH '$[0]', weight BIGINT PATH '$[1]'"
        return _json_table(name, declared, sa.column("term", _TEXT), sa.column("weight", sa.BigInteger))

    def of_weights(self, name: str, weights: Mapping[str, int]) -> Params:
        return {name: _encode([*weights.items()])}

    def each(self, given: sa.FromClause, table: sa.FromClause) -> sa.Join:
        return given.join(table, table.c.term == given.c.term)

    def put_postings(self, table: sa.Table) -> sa.Executable:
        given = self._postings()
        selected = mysql.insert(table).from_select(["desk", *POSTING], _with_desk(given))
        return selected.on_duplicate_key_update(impact=given.c.impact)

    def add_postings(self, table: sa.Table) -> sa.Executable:
        return sa.insert(table).from_select(["desk", *POSTING], _with_desk(self._postings()))

    def drop_postings(self, table: sa.Table) -> sa.Executable:
        return _dropping(table, self._postings())

    def of_postings(self, desk: str, rows: Sequence[Sequence[Any]]) -> Params:
        return {"desk": desk, "given": _encode([list(row) for row in rows])}

    def _postings(self) -> sa.FromClause:
        types = (*map(_varchar, (KEY, TERM, SCOPE, ID_LIMIT)), "INT")
        declared = (f"{one} {kind} PATH '$[{at}]'" for at, (one, kind) in enumerate(zip(POSTING, types, strict=True)))
        return _json_table("given", ", ".join(declared), *(sa.column(one) for one in POSTING))


def _varchar(length: int) -> str:
    return f"VARCHAR({length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"


def _json_table(name: str, declared: str, *columns: sa.ColumnClause[Any]) -> sa.FromClause:
    listed = ", ".join(column.name for column in columns)
    sql = f"SELECT {listed} FROM JSON_TABLE(:{name}, '$[*]' COLUMNS ({declared})) AS {name}_each"
    return sa.text(sql).bindparams(sa.bindparam(name, type_=_TEXT)).columns(*columns).subquery(name)


def _with_desk(given: sa.FromClause) -> sa.Select[Any]:
    return sa.select(sa.bindparam("desk", type_=_TEXT).label("desk"), *(given.c[name] for name in POSTING))


def _dropping(table: sa.Table, given: sa.FromClause) -> sa.Executable:
    key = [table.c[name] == given.c[name] for name in _AT]
    return sa.delete(table).where(table.c.desk == sa.bindparam("desk"), *key)


def given_on(dialect: str) -> Given:
    """Return how lists are given to an engine."""
    kinds: Mapping[str, type[Given]] = {
        "sqlite": OnSqlite,
        "postgresql": OnPostgresql,
        "mysql": OnMariadb,
        "mariadb": OnMariadb,
    }
    if dialect not in kinds:
        raise StoreError(why=f"there is no backend for {dialect}")
    return kinds[dialect]()
