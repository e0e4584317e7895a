"""Migrating on SQLite, PostgreSQL and MariaDB: up, down, side by side, in schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from supportcore.errors import SchemaMissing, SchemaNewer, StoreError
from supportcore_sql import SqlStore, migrate
from supportcore_sql.tables import REVISIONS
from tests.sql.migrating import ENGINES, Place, database_on, fresh_place, ours, put_ticket, tickets_in

SERVERS = ENGINES[1:]


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


def test_the_tables_are_those_of_the_release(place: Place) -> None:
    """Two prefixes side by side are made without drift, and neither sees the other."""
    for prefix in ("sc_", "hd_"):
        store = place.open(prefix=prefix)
        store.migrate()
        put_ticket(store)
        assert ["a"] == tickets_in(store)
        store.close()
    assert ours("sc_") | ours("hd_") == place.tables()
    assert [[], []] == [place.drift(prefix=prefix) for prefix in ("sc_", "hd_")]


def test_drift_is_seen(place: Place) -> None:
    """An index too few, a column too many and a column that may be null are told."""
    store = place.open()
    store.migrate()
    store.close()
    on_table = " ON sc_tickets" if place.by_pieces else ""
    place.run(f"DROP INDEX ix_sc_tickets_wake{on_table}", "ALTER TABLE sc_rules ADD COLUMN extra INTEGER")
    assert ["add_index", "remove_column"] == sorted(difference[0] for difference in place.drift())


def test_down_and_up_with_data(place: Place) -> None:
    """Going down takes everything away with what is in it, but nothing of another prefix; up again it is empty."""
    store, beside = place.open(), place.open(prefix="hd_")
    for each in (store, beside):
        each.migrate()
        put_ticket(each)
    store.migrate("base", lose_data=True)
    assert ours("hd_") == place.tables()
    with pytest.raises(SchemaMissing), store.begin(write=False):
        pass
    store.migrate()
    assert [] == tickets_in(store)
    put_ticket(store)
    assert [["a"], ["a"]] == [tickets_in(each) for each in (store, beside)]
    assert [] == place.drift()
    store.close()
    beside.close()


def test_nothing_is_lost_unasked(place: Place) -> None:
    """Without being told that data may be lost, going down is refused and nothing is changed."""
    store = place.open()
    store.migrate()
    put_ticket(store)
    with pytest.raises(StoreError, match=r"going back to base takes tables .* away .* say lose_data=True or --yes"):
        store.migrate("base")
    assert ["a"] == tickets_in(store)
    store.migrate(REVISIONS[-1])
    store.migrate("head")
    store.close()


def test_down_from_nothing_makes_nothing(place: Place) -> None:
    """Where no tables are, there is nothing to take away, and no permission needed."""
    store = place.open()
    store.migrate("base")
    store.close()
    assert set() == place.tables()
    with place.engine() as engine, engine.begin() as connection:
        migrate.downgrade(connection)
    assert set() == place.tables()


def test_an_unknown_revision_is_named(place: Place) -> None:
    """A revision that is none is refused with those there are."""
    store = place.open()
    for call in (store.migrate, store.migration_sql):
        with pytest.raises(StoreError, match="no revision 'sc_7777'; there are base, sc_0001, "):
            call("sc_7777")
    store.close()


def test_foreign_tables_are_left_alone(place: Place) -> None:
    """A table of one of our names that is not ours is refused, up and down, before anything is changed."""
    place.run("CREATE TABLE sc_rules (n INTEGER)", "INSERT INTO sc_rules VALUES (7)")
    store = place.open()
    for call in (store.migrate, lambda: store.migrate("base", lose_data=True)):
        with pytest.raises(StoreError, match="already has a table sc_rules"):
            call()
    store.close()
    with place.engine() as engine:
        for work in (migrate.upgrade, migrate.downgrade):
            with engine.begin() as connection, pytest.raises(StoreError, match="already has a table sc_rules"):
                work(connection)
        with engine.connect() as connection:
            assert 7 == connection.exec_driver_sql("SELECT n FROM sc_rules").scalar()
    assert {"sc_rules"} == place.tables()


def test_a_foreign_version_table_is_left_alone(place: Place) -> None:
    """A table that bears the name of our version table is refused."""
    place.run("CREATE TABLE sc_schema_version (n INTEGER)")
    store = place.open()
    with pytest.raises(StoreError, match="already has a table sc_schema_version"):
        store.migrate()
    store.close()
    assert {"sc_schema_version"} == place.tables()


def test_a_later_schema_is_left_alone(place: Place) -> None:
    """Tables of a later release are neither upgraded nor taken away."""
    store = place.open()
    store.migrate()
    put_ticket(store)
    store.close()
    place.run("UPDATE sc_schema_version SET version_num = 'sc_9999'")
    store = place.open()
    for call in (store.migrate, lambda: store.migrate("base", lose_data=True)):
        with pytest.raises(SchemaNewer, match="sc_9999"):
            call()
    assert ["a"] == tickets_in(store)
    store.close()
    assert ours() == place.tables()


@pytest.mark.parametrize("place", SERVERS, indirect=True)
def test_two_schemas_side_by_side(place: Place, other: str) -> None:
    """The same prefix in two schemas: each has its own tables, without drift; PostgreSQL's schema is made."""
    stores = [place.open(), place.open(schema=other)]
    for number, store in enumerate(stores, 1):
        store.migrate()
        put_ticket(store, f"t{number}", number)
    assert [["t1"], ["t2"]] == [tickets_in(store) for store in stores]
    assert [ours(), ours()] == [place.tables(), place.tables(other)]
    assert [[], []] == [place.drift(), place.drift(schema=other)]
    stores[1].migrate("base", lose_data=True)
    assert [ours(), set()] == [place.tables(), place.tables(other)]
    for store in stores:
        store.close()


@pytest.mark.parametrize("place", SERVERS, indirect=True)
def test_the_default_schema_by_its_name(place: Place) -> None:
    """A store that names the schema it would have had anyway sees the same tables."""
    named = "public" if place.name == "postgresql" else sa.make_url(place.url).database
    store = place.open(schema=named)
    store.migrate()
    put_ticket(store)
    store.close()
    assert [] == place.drift(schema=named)
    store = place.open()
    assert ["a"] == tickets_in(store)
    store.migrate()
    store.close()


@pytest.mark.store("mariadb")
def test_mariadb_wants_the_database_to_be_there(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """On MariaDB a schema is a database; one that is not there is named, with the statement that makes it."""
    with fresh_place(request, "mariadb", tmp_path) as place:
        store = place.open(schema="no_such_database")
        with pytest.raises(StoreError, match="there is no database no_such_database; CREATE DATABASE "):
            store.migrate()
        store.close()


@pytest.mark.store("postgresql")
def test_postgresql_schema_that_may_not_be_made(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Who may not make a schema is told so; in one that is there, the right to make schemas is not needed."""
    with fresh_place(request, "postgresql", tmp_path) as place:
        user, url = sa.make_url(place.url).database + "_user", sa.make_url(place.url)
        place.run(f"CREATE USER {user} PASSWORD 'x'")
        try:
            theirs = url_of_user(url, user)
            store = Place(place.name, theirs).open(schema="helpdesk")
            with pytest.raises(StoreError, match="permission denied"):
                store.migrate()
            place.run("CREATE SCHEMA helpdesk", f"GRANT ALL ON SCHEMA helpdesk TO {user}")
            store.migrate()
            put_ticket(store)
            store.close()
        finally:
            place.run(f"DROP OWNED BY {user}", f"DROP USER {user}")


def url_of_user(url: sa.URL, user: str) -> str:
    return url.set(username=user, password="x").render_as_string(hide_password=False)


def test_an_engine_of_a_host(place: Place) -> None:
    """A store on a host's engine, with its own pool and settings, migrates and leaves the pool as it was."""
    isolation = {} if place.name == "sqlite" else {"isolation_level": "SERIALIZABLE"}
    with place.engine(pool_size=1, max_overflow=0, **isolation) as engine:
        store = SqlStore(engine)
        for _ in range(2):
            store.migrate()
        put_ticket(store)
        store.migrate("base", lose_data=True)
        store.migrate()
        assert 0 == engine.pool.checkedout()  # type: ignore[attr-defined]
    assert [] == place.drift()
