"""A prepared statement is compiled once, into text and places, for every driver that takes places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.oracle.oracledb import OracleDialect_oracledb
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from supportcore_sql.prepared import _plan
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
