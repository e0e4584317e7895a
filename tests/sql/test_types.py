"""Values as they stand in columns of each engine."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from supportcore.text import NEVER
from supportcore_sql.tables import build_tables
from supportcore_sql.types import Instant, InstantOrNever, Json
from tests.sql.samples import NOW

SQLITE = sqlite.dialect()
NEVER_TEXT = "9999-12-31T23:59:59.999Z"


def bound(kind: Any, value: Any, dialect: Any = SQLITE) -> Any:
    processor = kind.bind_processor(dialect)
    return value if processor is None else processor(value)


def read(kind: Any, value: Any, dialect: Any = SQLITE) -> Any:
    processor = kind.result_processor(dialect, None)
    return value if processor is None else processor(value)


def test_instant_is_text_of_fixed_width_on_sqlite() -> None:
    """An instant stands in SQLite as text with milliseconds, in UTC, and comes back equal."""
    bogota = timezone(timedelta(hours=-5))
    assert "2026-03-04T05:06:07.089Z" == bound(Instant(), NOW)
    assert "2026-03-04T05:06:07.089Z" == bound(Instant(), NOW.astimezone(bogota))
    assert "2026-03-04T05:06:07.000Z" == bound(Instant(), NOW.replace(microsecond=0))
    assert NOW == read(Instant(), "2026-03-04T05:06:07.089Z")
    assert UTC is read(Instant(), "2026-03-04T05:06:07.089Z").tzinfo
    assert (None, None) == (bound(Instant(), None), read(Instant(), None))


def test_no_instant_sorts_last() -> None:
    """In a column that is never null no instant stands as NEVER, on every engine."""
    assert NEVER_TEXT == bound(InstantOrNever(), None)
    assert NEVER_TEXT == bound(InstantOrNever(), NEVER)
    assert read(InstantOrNever(), NEVER_TEXT) is None
    never = NEVER.replace(tzinfo=None)
    for dialect in (postgresql.dialect(), mysql.dialect()):
        assert never == bound(InstantOrNever(), None, dialect) == bound(InstantOrNever(), NEVER, dialect)
        assert read(InstantOrNever(), never, dialect) is None


@pytest.mark.parametrize("kind", [Instant(), InstantOrNever()])
@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()])
def test_instant_has_no_zone_on_servers(kind: Any, dialect: Any) -> None:
    """A server keeps no zone, so UTC is taken off and put back, whatever the session's zone is."""
    naive = NOW.replace(tzinfo=None)
    assert naive == bound(kind, NOW, dialect) == bound(kind, NOW.astimezone(timezone(timedelta(hours=-5))), dialect)
    assert NOW == read(kind, naive, dialect)
    assert UTC is read(kind, naive, dialect).tzinfo


def test_other_engines_have_instants_of_their_own() -> None:
    """PostgreSQL and MariaDB keep instants in their own types and text by bytes."""
    tickets = CreateTable(build_tables().tickets)
    on_postgresql = str(tickets.compile(dialect=postgresql.dialect()))
    on_mariadb = str(tickets.compile(dialect=mysql.dialect()))
    assert "updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL" in on_postgresql
    assert 'id VARCHAR(64) COLLATE "C" NOT NULL' in on_postgresql
    assert "doc JSONB NOT NULL" in on_postgresql
    assert "updated_at DATETIME(6) NOT NULL" in on_mariadb
    assert "id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL" in on_mariadb


@pytest.mark.parametrize("stored", ['{"a":["ñ"]}', b'{"a":["\xc3\xb1"]}', {"a": ["ñ"]}])
def test_json_is_read_decoded_or_not(stored: Any) -> None:
    """A document is read whether or not the driver decoded it: some hosts switch that off."""
    assert {"a": ["ñ"]} == read(Json(), stored)


def test_json_is_written_compactly() -> None:
    """A document is written without blanks, and its text as it is."""
    assert '{"a":["ñ"],"b":null}' == bound(Json(), {"a": ["ñ"], "b": None})


def test_column_is_not_declared_as_a_date() -> None:
    """No column is declared as a date on SQLite, for drivers and hosts register converters by that name."""
    tables = build_tables("t_", None, sa.MetaData())
    declared = "".join(str(CreateTable(table).compile(dialect=SQLITE)) for table in tables.metadata.sorted_tables)
    assert "DATE" not in declared
    assert "TIME" not in declared
