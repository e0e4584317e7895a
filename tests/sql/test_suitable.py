"""Databases of another kind, version, encoding or order: which are refused, and that order is by bytes in the rest."""

from __future__ import annotations

import sqlite3
import sqlite3.dbapi2
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiosqlite
import pymysql
import pytest
import sqlalchemy as sa

from supportcore import open_store
from supportcore.errors import BadTarget, StoreUnsuitable
from supportcore.people import Customer
from supportcore.predicate import ALWAYS, Eq
from supportcore.storage.ports import Query, Seek, drive
from supportcore_sql import servers
from tests.conftest import IN_CI
from tests.servers import StoreUnavailable, mariadb_server
from tests.sql.reaching import (
    DRIVERS,
    MARIADB,
    POSTGRESQL,
    begun,
    contents_of,
    database_on,
    engine_on,
    opened,
    refused,
    url_of,
)
from tests.sql.samples import opening

on_postgresql = pytest.mark.parametrize("driver", POSTGRESQL)
on_mariadb = pytest.mark.parametrize("driver", MARIADB)


# -- kind and version


@pytest.fixture(
    scope="module",
    params=[("8.0.36", "it is MySQL 8.0.36,"), ("5.5.5-10.3.39-MariaDB-log", "it is MariaDB 10.3.39,")],
    ids=["MySQL", "MariaDB"],
)
def pretender(request: pytest.FixtureRequest) -> Iterator[tuple[sa.URL, str]]:
    """A server that calls itself another one."""
    version, told = request.param
    try:
        with mariadb_server(options=[f"--version={version}"]) as server:
            yield sa.make_url(server.url), told
        return
    except StoreUnavailable as error:
        unavailable = error.reason
    (pytest.fail if IN_CI else pytest.skip)(unavailable)


@pytest.mark.store("mariadb")
@pytest.mark.parametrize("scheme", ["mariadb", "mysql"])
@on_mariadb
def test_mysql_and_an_old_mariadb(pretender: tuple[sa.URL, str], scheme: str, driver: str) -> None:
    """They are refused by their own name and version, with what is needed."""
    url, told = pretender
    error = refused(driver, url.set(drivername=scheme), StoreUnsuitable)
    assert f"{told} and supportcore needs MariaDB 10.6 or later" in str(error)
    with (
        pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database
        ) as connection,
        connection.cursor() as cursor,
    ):
        assert 0 == cursor.execute("SHOW TABLES")


@pytest.mark.store("mariadb")
def test_mysql_by_a_hosts_engine(mariadb_url: str) -> None:
    """A host's engine that found a MySQL is refused, too: SQLAlchemy says so of its dialect."""
    url = sa.make_url(mariadb_url).set(drivername="mysql+pymysql")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    engine.connect().close()
    engine.dialect.is_mariadb = False
    error = refused("mysql", engine, StoreUnsuitable)
    assert "it is MySQL " in str(error)


@pytest.mark.store("mariadb")
def test_a_server_without_a_database(mariadb_url: str) -> None:
    """A host's engine on MariaDB has to be in a database, or the store in a schema; neither is found out by a crash."""
    server = sa.make_url(mariadb_url).set(database="")
    with database_on(sa.make_url(mariadb_url), "shop", "") as place:
        with engine_on(server) as engine:
            assert "names no database" in str(refused("mariadb", engine, BadTarget))
            with opened("mariadb", engine, schema="shop") as store:
                store.migrate()
        assert "sc_tickets" in contents_of(place)
        for driver in ("mariadb", "mariadb-async"):
            with opened(driver, server, schema="shop") as store:
                begun(store, write=True)


@pytest.mark.store("mariadb")
def test_a_host_may_call_mariadb_mysql(mariadb_url: str) -> None:
    """A store and its host's engine may have either name of the dialect; the tables are the same."""
    url = sa.make_url(mariadb_url)
    with database_on(url, "names", "") as place:
        engine = sa.create_engine(place.set(drivername="mysql+pymysql"), poolclass=sa.NullPool)
        with opened("mariadb", place) as store, opened("mariadb", engine) as other:
            other.migrate()
            for joinable in (store, other):
                with engine.begin() as connection, joinable.join(connection).begin(write=True) as execute:
                    numbered = drive(joinable.ledger("a").next_numbers(), execute)
            assert 2 == numbered
        engine.dispose()


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_older_server_than_the_floor(
    request: pytest.FixtureRequest, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told with its version and the one that is needed."""
    url = url_of(request, driver)
    monkeypatch.setattr(servers, "FLOORS", dict.fromkeys(servers.FLOORS, (99, 1)))
    error = refused(driver, url, StoreUnsuitable, prefix="floor_")
    name = servers.NAMES[url.get_backend_name()]
    assert f"cannot be used: it is {name} 1" in str(error)
    assert f"and supportcore needs {name} 99.1 or later." in str(error)


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("driver", ["sqlite", "sqlite-async"])
def test_an_older_sqlite_than_the_floor(driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite that may lack JSON functions is refused before it is asked for anything."""
    file = tmp_path / "desk.db"
    file.touch()
    for library in (sqlite3, sqlite3.dbapi2, aiosqlite):
        monkeypatch.setattr(library, "sqlite_version_info", (3, 37, 2))
    error = refused(driver, f"sqlite:///{file}", StoreUnsuitable)
    assert "it is SQLite 3.37.2, and supportcore needs SQLite 3.38 or later" in str(error)
    assert b"" == file.read_bytes()


@pytest.mark.parametrize("driver", ["postgresql", "mariadb"])
def test_the_server_is_asked_once(request: pytest.FixtureRequest, driver: str) -> None:
    """Commands after the first pay nothing for it."""
    asked: list[str] = []
    with (
        database_on(url_of(request, driver), "once", "") as place,
        engine_on(place, isolation_level="READ COMMITTED") as engine,
        opened(driver, engine) as store,
    ):
        store.migrate()
        sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        with opened(driver, engine) as store:
            for _ in range(3):
                begun(store, write=True)
    assert 1 == sum("server_encoding" in text or "VERSION()" in text for text in asked)


# -- encoding and order


@pytest.mark.store("postgresql")
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
@on_postgresql
def test_a_postgresql_database_in_another_encoding(request: pytest.FixtureRequest, driver: str, encoding: str) -> None:
    """It is refused with the way to make one that will do."""
    how = f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with database_on(url_of(request, driver), "encoded", how) as place:
        error = refused(driver, place, StoreUnsuitable)
        assert f"its encoding is {encoding}, and text is kept as UTF8" in str(error)
        assert "CREATE DATABASE … ENCODING 'UTF8'" in str(error)
        if encoding == "LATIN1":  # a host's SQLAlchemy cannot read the other at all
            assert {} == contents_of(place)
        if not driver.endswith("-async"):
            with engine_on(place) as engine:
                assert f"its encoding is {encoding}," in str(refused(driver, engine, StoreUnsuitable))


@pytest.mark.store("mariadb")
@on_mariadb
def test_a_connection_that_speaks_less_than_all_of_unicode(request: pytest.FixtureRequest, driver: str) -> None:
    """A URL that asks for another character set is refused, as text would be lost."""
    url = url_of(request, driver).update_query_dict({"charset": "latin1"})
    error = refused(driver, url, StoreUnsuitable, prefix="spoken_")
    assert "the connection speaks latin1" in str(error)


IDS = ("A", "B", "Z", "Á", "a", "a ", "a-b", "ab", "b", "n", "o", "z", "á", "ñ", "ö", "ß", "ss", "Ω", "😀")

LINGUISTIC = [
    *(pytest.param(name, "LOCALE_PROVIDER icu ICU_LOCALE 'es' TEMPLATE template0", id=f"{name}-icu",
                   marks=pytest.mark.store("postgresql")) for name in POSTGRESQL),
    *(pytest.param(name, f"CHARACTER SET {kind}", id=f"{name}-{kind.partition(' ')[0]}",
                   marks=pytest.mark.store("mariadb"))
      for name in MARIADB
      for kind in ("utf8mb4 COLLATE utf8mb4_spanish_ci", "latin1 COLLATE latin1_spanish_ci")),
]  # fmt: skip


@pytest.mark.parametrize(("driver", "how"), LINGUISTIC)
def test_order_and_equality_are_by_bytes(request: pytest.FixtureRequest, driver: str, how: str) -> None:
    """In a database that orders text by a language, ids, lists, pages and keys are ordered and told apart by bytes."""
    in_order = sorted(IDS, key=str.encode)
    with database_on(url_of(request, driver), "linguistic", how) as place, opened(driver, place) as store:
        store.migrate()
        ledger = store.ledger("noova")

        def run(steps: Any, *, write: bool = False) -> Any:
            with store.begin(write=write) as execute:
                return drive(steps, execute)

        for number, name in enumerate(IDS, 1):
            # All at one instant, so that pages are told apart by the id alone.
            run(ledger.save(opening(name, number, customer=name)), write=True)
            run(ledger.put_record(Customer(id=name, name=name)), write=True)
        assert in_order == list(run(ledger.ticket_ids("", 99)))
        assert in_order[5:9] == list(run(ledger.ticket_ids(in_order[4], 4)))
        assert in_order == [record.id for record in run(ledger.records_of("customer"))]
        assert in_order[8:] == [record.id for record in run(ledger.records_of("customer", after=in_order[7]))]
        for name in IDS:
            assert [name] == [found.id for found in run(ledger.find(Query(where=Eq("customer", name))))]
            assert name == run(ledger.ticket(name)).id
        assert dict.fromkeys(IDS, 1) == dict(run(ledger.count_by(ALWAYS, "customer")))
        pages, seek = [], None
        while found := run(ledger.find(Query(descending=False, limit=4, seek=seek))):
            pages += [ticket.id for ticket in found]
            seek = Seek(key=found[-1].updated_at, id=found[-1].id)
        assert in_order == pages
        store.close()


# -- schemas on SQLite


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("driver", ["sqlite", "sqlite-async"])
def test_a_schema_on_sqlite_is_an_attached_database(driver: str, tmp_path: Path) -> None:
    """A URL attaches none, so that a schema with it is refused; the engine of a host may attach one."""
    with (
        pytest.raises(BadTarget, match="a database that the engine's connections attach"),
        opened(driver, f"sqlite:///{tmp_path / 'desk.db'}", schema="support"),
    ):
        pass
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'host.db'}")

    @sa.event.listens_for(engine, "connect")
    def attach(connection: Any, record: Any) -> None:
        connection.execute(f"ATTACH DATABASE '{tmp_path / 'support.db'}' AS support")

    engine.connect().close()
    store = open_store(engine, schema="support")
    store.migrate()
    with store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening("t1", 1)), execute)
    with store.begin(write=False) as execute:
        assert ("t1",) == drive(store.ledger("noova").ticket_ids("", 9), execute)
    with engine.connect() as connection:
        assert [] == sa.inspect(connection).get_table_names()
        assert "sc_tickets" in sa.inspect(connection).get_table_names(schema="support")
    engine.dispose()


@pytest.mark.store("sqlite")
def test_a_foreign_table_that_differs_in_capitals(tmp_path: Path) -> None:
    """SQLite takes them for the same name, so they are foreign here too."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE SC_Tickets (subject TEXT)")
    error = refused("sqlite", engine, StoreUnsuitable)
    assert "already has a table sc_tickets" in str(error)
    engine.dispose()
