"""A prepared statement is compiled once, into text and places, for every driver that takes places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.oracle.oracledb import OracleDialect_oracledb
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from supportcore_sql.engines import read_url
from supportcore_sql.prepared import TOGETHER, Prepared, _plan
from supportcore_sql.types import Instant

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
TABLE = sa.Table(
    "notes", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("at", Instant), sa.Column("n", sa.Integer)
)
PARAMS = {"at_id": 7, "at": AT, "n": 3}


def moved() -> Any:
    return sa.update(TABLE).where(TABLE.c.id == sa.bindparam("at_id"), TABLE.c.n < 100)


@pytest.mark.parametrize(
    ("dialect", "places"),
    [
        (SQLiteDialect_pysqlite(), "UPDATE notes SET at=?, n=? WHERE notes.id = ? AND notes.n < ?"),
        (MySQLDialect_pymysql(), "UPDATE notes SET at=%s, n=%s WHERE notes.id = %s AND notes.n < %s"),
        (
            PGDialect_psycopg(),
            (
                "UPDATE notes SET at=%s::TIMESTAMP WITHOUT TIME ZONE, n=%s::INTEGER "
                "WHERE notes.id = %s::INTEGER AND notes.n < %s::INTEGER"
            ),
        ),
    ],
    ids=["sqlite", "pymysql", "psycopg"],
)
def test_driver_is_given_places(dialect: Any, places: str) -> None:
    """Also a driver that SQLAlchemy gives names; values come in the order of the text, as the column wants them."""
    plan = _plan(moved(), dialect, PARAMS)
    assert plan is not None
    assert plan.text == places
    at = "2026-03-02T08:00:00.000Z" if dialect.name == "sqlite" else AT.replace(tzinfo=None)
    assert plan.values(PARAMS) == (at, 3, 7, 100)


def test_driver_with_other_names_is_given_none() -> None:
    """Where neither is known to work the statement is executed as any other is."""
    assert _plan(moved(), OracleDialect_oracledb(), PARAMS) is None


@pytest.mark.store("postgresql")
@pytest.mark.parametrize("pipelined", [True, False])
def test_what_goes_together_goes_one_by_one_where_libpq_is_old(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, pipelined: bool
) -> None:
    """Rows are stored in a pipeline or, where libpq has none, without; a double is an error of SQLAlchemy."""
    pipelines: list[int] = []
    original = psycopg.Connection.pipeline

    def pipeline(connection: Any) -> Any:
        pipelines.append(1)
        return original(connection)

    monkeypatch.setattr(psycopg.Connection, "pipeline", pipeline)
    monkeypatch.setattr(psycopg.Pipeline, "is_supported", classmethod(lambda cls: pipelined))
    table = sa.Table("together", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    insert = Prepared(sa.insert(table))
    engine = sa.create_engine(read_url(postgresql_url))
    try:
        with engine.begin() as connection:
            table.create(connection)
            TOGETHER.execute(connection, [(insert, {"id": 1}), (insert, [{"id": 2}, {"id": 3}])])
            assert [1, 2, 3] == list(connection.scalars(sa.select(table.c.id).order_by(table.c.id)))
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            TOGETHER.execute(connection, [(insert, {"id": 4}), (insert, {"id": 1})])
        with engine.begin() as connection:
            assert 3 == connection.scalar(sa.select(sa.func.count()).select_from(table))
        assert pipelined == bool(pipelines)
    finally:
        table.drop(engine, checkfirst=True)
        engine.dispose()
