"""The SQL of a migration, printed for `psql`, `mysql` and `sqlite3`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore.errors import StoreError
from supportcore_sql.tables import REVISIONS
from tests.sql.migrating import ENGINES, Place, database_on, fresh_place, ours, put_ticket, tickets_in


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database on each engine."""
    with fresh_place(request, request.param, tmp_path) as place:
        yield place


@pytest.fixture
def other(place: Place) -> Iterator[str]:
    """The name of another schema of that database; on MariaDB that is another database."""
    name = "helpdesk"
    if place.name == "mariadb":
        name = sa.make_url(place.url).database + "_2"
        with database_on(place.server, name):
            yield name
        return
    yield name


def run_script(place: Place, script: str) -> None:
    """Run a printed script as `psql`, `mysql` or `sqlite3` would."""
    if place.name == "sqlite":
        connection = sqlite3.connect(sa.make_url(place.url).database or "", isolation_level=None)
        try:
            connection.executescript(script)
        finally:
            connection.close()
        return
    for _ in running(place, script):
        pass


def running(place: Place, script: str) -> Iterator[str]:
    """Run a script on a server, statement by statement in autocommit; yield each when it is done."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    with place.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        for statement in "\n".join(lines).split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement.replace("%", "%%"))
                yield " ".join(statement.split())


@pytest.mark.parametrize("prefix", ["sc_", "hd_"])
def test_the_script_makes_the_tables(place: Place, prefix: str) -> None:
    """The printed SQL, run on an empty database, gives tables that a store accepts, without drift; and takes them."""
    up_and_back(place, prefix=prefix)


@pytest.mark.parametrize("place", ENGINES[1:], indirect=True)
def test_the_script_makes_tables_in_a_schema(place: Place, other: str) -> None:
    """So it does in a schema, which the script for PostgreSQL makes."""
    up_and_back(place, schema=other)


def up_and_back(place: Place, **options: Any) -> None:
    store = place.open(**options)
    script = store.migration_sql()
    assert set() == place.tables()
    run_script(place, script)
    put_ticket(store)
    store.migrate()
    assert ["a"] == tickets_in(store)
    assert [] == place.drift(**options)
    run_script(place, store.migration_sql("base"))
    assert set() == place.tables(options.get("schema"))
    store.close()


def test_the_script_may_begin_anywhere(place: Place) -> None:
    """FROM:TO prints what lies between, which is nothing from a revision to itself."""
    store = place.open()
    assert store.migration_sql() == store.migration_sql("base:head") == store.migration_sql(f"base:{REVISIONS[-1]}")
    assert store.migration_sql("base") == store.migration_sql("head:base")
    assert "TABLE" not in store.migration_sql("head:head")
    store.close()


def test_a_script_is_refused_where_the_tables_are(place: Place) -> None:
    """Run a second time it fails at its first table, and what is stored stays."""
    store = place.open()
    store.migrate()
    put_ticket(store)
    with pytest.raises((sa.exc.DBAPIError, sqlite3.Error), match=r"(?i)already exists"):
        run_script(place, store.migration_sql())
    assert ["a"] == tickets_in(store)
    store.close()


def test_sqlite_script_is_declared_as_migrating_would(tmp_path: Path) -> None:
    """The file that the script makes holds word for word the tables, the statistics and the journal of `migrate`."""
    told = []
    for scripted in (False, True):
        place = Place("sqlite", f"sqlite:///{tmp_path / f'{scripted}.db'}")
        store = place.open()
        if scripted:
            run_script(place, store.migration_sql())
        else:
            store.migrate()
        store.close()
        connection = sqlite3.connect(tmp_path / f"{scripted}.db")
        rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        statistics = connection.execute("SELECT * FROM sqlite_stat1 ORDER BY 1, 2").fetchall()
        told.append(
            (
                [(name, " ".join((sql or "").split())) for name, sql in rows],
                statistics,
                connection.execute("PRAGMA journal_mode").fetchone(),
            )
        )
        connection.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("place", ENGINES[2:], indirect=True)
def test_a_script_broken_off_anywhere(place: Place) -> None:
    """On MariaDB, where each statement of a script counts: a store finds the tables whole, or refuses them."""
    store = place.open()

    def whole() -> bool:
        try:
            each = place.open()
            with each.begin(write=False):
                pass
        except StoreError:
            return False
        finally:
            each.close()
        assert (ours(), []) == (place.tables(), place.drift())
        return True

    seen = [whole() for _ in running(place, store.migration_sql())]
    assert (False, True) == (seen[0], seen[-1])
    assert sorted(seen) == seen
    seen = [whole() for _ in running(place, store.migration_sql("base"))]
    assert not any(seen)
    assert set() == place.tables()
    store.close()


@pytest.mark.store("mariadb")
@pytest.mark.parametrize("number", [1, 5, 15])
def test_migrating_goes_on_with_a_script(request: pytest.FixtureRequest, tmp_path: Path, number: int) -> None:
    """Where a script for MariaDB was broken off, `migrate` goes on."""
    with fresh_place(request, "mariadb", tmp_path) as place:
        store = place.open()
        for _ in islice(running(place, store.migration_sql()), number):
            pass
        store.migrate()
        put_ticket(store)
        for _ in islice(running(place, store.migration_sql("base")), number):
            pass
        with suppress(StoreError):
            store.migrate()
        store.migrate("base", lose_data=True)
        assert set() == place.tables()
        store.close()
