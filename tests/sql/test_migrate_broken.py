"""A migration that is broken off anywhere, or done by many at once, on each engine."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore.errors import Busy, SchemaMissing, StoreError
from supportcore_sql import SqlStore
from supportcore_sql.engines import read_url
from supportcore_sql.migrations import progress
from supportcore_sql.tables import LEAVING
from tests.sql.migrating import (
    ENGINES,
    BrokenOff,
    Place,
    broken_off_after,
    fresh_place,
    is_ddl,
    ours,
    put_ticket,
    tickets_in,
)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database on each engine."""
    with fresh_place(request, request.param, tmp_path) as place:
        yield place


@pytest.fixture
def mariadb(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database on MariaDB."""
    with fresh_place(request, "mariadb", tmp_path) as place:
        yield place


def statements_of(store: SqlStore, work: Any) -> int:
    """Return how many statements of *work* make or drop something."""
    with broken_off_after(store._engine, 0) as seen:
        work()
    return len(seen)


def test_an_upgrade_broken_off_anywhere_can_be_repeated(place: Place) -> None:
    """After any statement: no store takes what is there for whole, and the next upgrade makes it so."""
    store = place.open()
    count = statements_of(store, store.migrate)
    assert count > 20
    for number in range(1, count + 1, 5):
        store.migrate("base", lose_data=True)
        with pytest.raises(BrokenOff), broken_off_after(store._engine, number):
            store.migrate()
        left = place.tables()
        if not place.by_pieces:
            assert set() == left
        other = place.open()
        with pytest.raises(SchemaMissing), other.begin(write=False):
            pass
        other.migrate()
        put_ticket(other)
        other.close()
        assert (ours(), []) == (place.tables(), place.drift()), number
    store.close()


def test_an_upgrade_broken_off_again_and_again(mariadb: Place) -> None:
    """Broken off after each statement in turn, every upgrade gets one further, and no store takes that for whole."""
    store = mariadb.open()
    count = statements_of(store, store.migrate)
    store.migrate("base", lose_data=True)
    last: list[str] = []
    for number in (1, *range(1, count)):  # the version table is made only once
        with pytest.raises(BrokenOff), broken_off_after(store._engine, number) as seen:
            store.migrate()
        last += seen[-1:]
        other = mariadb.open()
        with pytest.raises(SchemaMissing), other.begin(write=False):
            pass
        other.close()
    assert count == len(set(last)) > 20
    store.migrate()
    put_ticket(store)
    assert (ours(), []) == (mariadb.tables(), mariadb.drift())
    store.close()


def test_what_an_upgrade_left_can_be_taken_away(place: Place) -> None:
    """Instead of going on, one may also go back to no tables at all; on MariaDB that has to be asked for, too."""
    store = place.open()
    for number in (1, 2, 8, 20):
        with pytest.raises(BrokenOff), broken_off_after(store._engine, number):
            store.migrate()
        if place.by_pieces:
            with pytest.raises(StoreError, match="lose_data"):
                store.migrate("base")
        store.migrate("base", lose_data=True)
        assert set() == place.tables()
    store.close()


def assert_refused(store: SqlStore) -> None:
    """Neither a transaction nor an upgrade takes what a broken downgrade left for tables."""
    for call in (store.begin(write=False).__enter__, store.migrate):
        with pytest.raises(StoreError, match=r"broken off, and some are gone; go on with .* --to base --yes"):
            call()


def test_a_downgrade_broken_off_anywhere_can_be_repeated(place: Place) -> None:
    """After any statement the tables are whole with what is in them, or refused by all; the same call goes on."""
    store = place.open()
    store.migrate()
    count = statements_of(store, lambda: store.migrate("base", lose_data=True))
    assert count > 10
    for number in range(1, count + 1, 5):
        store.migrate()
        put_ticket(store)
        with pytest.raises(BrokenOff), broken_off_after(store._engine, number):
            store.migrate("base", lose_data=True)
        other = place.open()
        if not place.by_pieces:
            assert (["a"], ours()) == (tickets_in(other), place.tables())
        elif number < count:
            assert_refused(other)
        other.migrate("base", lose_data=True)
        assert set() == place.tables()
        other.migrate()
        assert ([], []) == (tickets_in(other), place.drift())
        other.migrate("base", lose_data=True)
        other.close()
    store.close()


def test_a_downgrade_broken_off_again_and_again(mariadb: Place) -> None:
    """Broken off after each statement in turn, every downgrade gets one further, and all refuse what it left."""
    store = mariadb.open()
    store.migrate()
    count = len(mariadb.tables())
    put_ticket(store)
    last: list[str] = []
    for number in range(1, count + 1):
        with pytest.raises(BrokenOff), broken_off_after(store._engine, number) as seen:
            store.migrate("base", lose_data=True)
        last += seen[-1:]
        assert count - number == len(mariadb.tables())
        if number < count:
            other = mariadb.open()
            assert_refused(other)
            other.close()
    assert count == len(set(last)) > 10
    store.migrate()
    assert ([], []) == (tickets_in(store), mariadb.drift())
    store.close()


def test_a_foreign_table_in_what_was_left(mariadb: Place) -> None:
    """A table that is none of ours is refused also where an upgrade was broken off, and kept."""
    store = mariadb.open()
    with pytest.raises(BrokenOff), broken_off_after(store._engine, 3):
        store.migrate()
    assert {"sc_schema_version", "sc_tickets", "sc_history"} == mariadb.tables()
    mariadb.run("CREATE TABLE sc_rules (n INTEGER)", "INSERT INTO sc_rules VALUES (7)")
    for call in (store.migrate, lambda: store.migrate("base", lose_data=True)):
        with pytest.raises(StoreError, match="what is in sc_rules now is none of its tables"):
            call()
    assert {"sc_schema_version", "sc_tickets", "sc_history", "sc_rules"} == mariadb.tables()
    mariadb.run("DROP TABLE sc_rules")
    store.migrate()
    assert [] == mariadb.drift()
    store.close()


def test_a_downgrade_that_is_only_marked(mariadb: Place) -> None:
    """The mark goes with the first table: broken off before that, nothing has happened."""
    store = mariadb.open()
    store.migrate()
    put_ticket(store)

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if LEAVING in str(parameters):
            raise BrokenOff

    sa.event.listen(store._engine, "after_cursor_execute", listen)
    with pytest.raises(BrokenOff):
        store.migrate("base", lose_data=True)
    sa.event.remove(store._engine, "after_cursor_execute", listen)
    assert ["a"] == tickets_in(store)
    store.migrate()
    store.close()


WORKER = """
import os, sys
import sqlalchemy as sa
from supportcore import open_store
from tests.sql.migrating import is_ddl
url, dies_after = sys.argv[1], int(sys.argv[2])
store, seen = open_store(url), []
def listen(connection, cursor, statement, *rest):
    seen.extend([statement] if is_ddl(statement) else [])
    if dies_after and len(seen) == dies_after:
        os._exit(9)
sa.event.listen(store._engine, "after_cursor_execute", listen)
print("ready", flush=True)
sys.stdin.readline()
store.migrate()
print(len(seen))
store.close()
"""


@contextmanager
def workers(place: Place, count: int, dies_after: int = 0) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that are about to migrate; a line on their standard input lets them."""
    url = read_url(place.url).render_as_string(hide_password=False)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, url, str(dies_after)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(count)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()
        yield started
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def test_one_process_of_many_does_the_work(place: Place) -> None:
    """Three processes migrate at once: one makes the tables, the others wait and find them made."""
    with workers(place, 3) as processes:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        told = [process.communicate(timeout=120)[0] for process in processes]
    assert ["0\n", "0\n"] == sorted(told)[:2], told
    assert int(sorted(told)[2]) > 20
    assert (ours(), []) == (place.tables(), place.drift())


@pytest.mark.parametrize("number", [1, 12])
def test_a_killed_process_leaves_no_lock_behind(place: Place, number: int) -> None:
    """Killed in the middle, a process holds up nobody: the next migrates at once and is done."""
    with workers(place, 1, dies_after=number) as (process,):
        process.communicate("\n", timeout=120)
    assert 9 == process.returncode
    store = place.open()
    with pytest.raises(SchemaMissing), store.begin(write=False):
        pass
    store.migrate()
    put_ticket(store)
    store.close()
    assert (ours(), []) == (place.tables(), place.drift())


def test_many_threads_with_stores_of_their_own(place: Place) -> None:
    """Eight threads with two prefixes: the tables of each are made once, and no call fails."""
    stores = [place.open(prefix=prefix) for prefix in ("sc_", "hd_") * 4]
    made: list[str] = []
    failed: list[BaseException] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if is_ddl(statement):
            made.append(" ".join(statement.split()[:3]))

    def work(store: SqlStore) -> None:
        try:
            store.migrate()
        except BaseException as error:
            failed.append(error)

    for store in stores:
        sa.event.listen(store._engine, "after_cursor_execute", listen)
    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for store in stores:
        store.close()
    assert [] == failed
    assert len(made) == len(set(made))
    assert ours("sc_") | ours("hd_") == place.tables()


def test_who_waits_too_long_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another transaction migrates, a call waits; after its patience it says that the store is busy."""
    monkeypatch.setattr(progress, "PATIENCE", 1)
    patience = "?timeout=1" if place.name == "sqlite" else ""
    store = SqlStore(place.url + patience)
    with place.engine() as engine, engine.connect() as connection:
        if place.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with pytest.raises(Busy):
                store.migrate()
        else:
            with progress.alone(connection, store._database.tables), pytest.raises(Busy):
                store.migrate()
        connection.rollback()
    store.migrate()
    store.close()


def test_a_lock_is_given_back(mariadb: Place) -> None:
    """On MariaDB, where the lock outlives the transaction, it is let go of also when the migration fails."""
    with mariadb.engine(pool_size=1, max_overflow=0) as engine:
        store = SqlStore(engine)
        with pytest.raises(BrokenOff), broken_off_after(engine, 5):
            store.migrate()
        with engine.connect() as connection:
            name = f"supportcore:{engine.url.database}"
            assert 1 == connection.scalar(sa.select(sa.func.is_free_lock(name)))
