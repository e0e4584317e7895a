"""Opening a store: what is refused, how it is told, and that the file is left as it was."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore.errors import (
    BackendMissing,
    SchemaMissing,
    SchemaNewer,
    StoreError,
    StoreReadOnly,
    StoreUnreadable,
    SupportError,
)
from supportcore.storage.opening import open_store
from supportcore.storage.ports import Conflict, Query, drive
from supportcore.tickets.events import TicketOpened
from supportcore_sql import SqlStore, open_url
from supportcore_sql.database import sqlite_file
from tests.sql.samples import fingerprint, noting, opening, ticket_of

pytestmark = pytest.mark.store("sqlite")


def number(store: SqlStore) -> int:
    with store.begin(write=True) as execute:
        return drive(store.ledger("noova").next_numbers(), execute)


def script(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def refused(url: str, kind: type[Exception], folder: Path) -> Any:
    """Return the error with which reading, writing and migrating are refused, the folder being left as it was."""
    before = fingerprint(folder)
    store = SqlStore(url)
    errors = []
    try:
        for write in (False, True):
            with pytest.raises(kind) as caught, store.begin(write=write) as execute:
                drive(store.ledger("noova").find(Query()), execute)
            errors.append(caught.value)
    finally:
        store.close()
    assert before == fingerprint(folder)
    return errors[-1]


def not_migrated(url: str, kind: type[Exception], folder: Path) -> None:
    before = fingerprint(folder)
    store = SqlStore(url)
    with pytest.raises(kind):
        store.migrate()
    store.close()
    assert before == fingerprint(folder)


def test_missing_file_is_not_created(file: Path) -> None:
    """A file that is not there is told as missing tables, with the command that makes them, and is not created."""
    error = refused(f"sqlite:///{file}", SchemaMissing, file.parent)
    assert f"supportcore migrate --store sqlite:///{file}" in str(error)
    assert str(file) == error.params["where"]


def test_missing_file_is_not_created_through_a_hosts_engine(file: Path) -> None:
    """A host's engine would create the file on connecting; we do not connect."""
    engine = sa.create_engine(f"sqlite:///{file}")
    store = SqlStore(engine)
    with pytest.raises(SchemaMissing), store.begin(write=True):
        pass
    assert not file.exists()


def test_file_that_vanishes_is_not_created_anew(store: SqlStore, file: Path) -> None:
    """A file that is taken away under a running store is not replaced by an empty one."""
    number(store)
    store.close()  # it can be used again, with connections anew
    file.unlink()
    with pytest.raises(SchemaMissing):
        number(store)
    assert not file.exists()


def test_other_prefix_is_named_in_the_command(store: SqlStore, file: Path) -> None:
    """Tables of another prefix do not count, and the command names the prefix."""
    other = SqlStore(f"sqlite:///{file}", prefix="hd_")
    with pytest.raises(SchemaMissing) as caught, other.begin(write=False):
        pass
    other.close()
    assert "--prefix hd_" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"this is no database " * 500])
def test_file_that_is_no_database_is_left_alone(file: Path, content: bytes) -> None:
    """An empty file has no tables; anything else that is no database cannot be read. Neither is touched."""
    file.write_bytes(content)
    refused(f"sqlite:///{file}", StoreUnreadable if content else SchemaMissing, file.parent)
    if content:
        not_migrated(f"sqlite:///{file}", StoreUnreadable, file.parent)


def test_folder_is_no_database(tmp_path: Path) -> None:
    """A folder cannot be read as a database."""
    refused(f"sqlite:///{tmp_path}", StoreUnreadable, tmp_path)


def test_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    """Migrating makes a file, not the folder for it."""
    not_migrated(f"sqlite:///{tmp_path}/no/desk.db", StoreUnreadable, tmp_path)


def test_newer_schema_is_left_alone(store: SqlStore, file: Path) -> None:
    """Tables of a later release are told with both revisions, and are not migrated backwards."""
    store.close()
    script(file, "UPDATE sc_schema_version SET version_num = 'sc_9999'")
    error = refused(f"sqlite:///{file}", SchemaNewer, file.parent)
    assert ("sc_9999", "sc_0001") == (error.params["found"], error.params["known"])
    not_migrated(f"sqlite:///{file}", SchemaNewer, file.parent)


@pytest.mark.parametrize("table", ["sc_tickets", "sc_schema_version"])
def test_foreign_table_of_our_name_is_left_alone(file: Path, table: str) -> None:
    """A table of the same name that we did not make is neither used nor replaced; another prefix is suggested."""
    script(file, f"CREATE TABLE {table} (subject TEXT)")
    error = refused(f"sqlite:///{file}", StoreError, file.parent)
    assert table in str(error)
    assert "another prefix" in str(error)
    not_migrated(f"sqlite:///{file}", StoreError, file.parent)


def test_lost_table_is_told_as_missing(store: SqlStore, file: Path) -> None:
    """Tables that are dropped under a running store are told as missing, too."""
    number(store)
    script(file, "DROP TABLE sc_numbers")
    with pytest.raises(SchemaMissing):
        number(store)


def test_read_only_url_can_be_read_but_not_written(store: SqlStore, file: Path) -> None:
    """A database opened read-only by its URL can be read; writing is refused."""
    store.close()
    before = file.read_bytes()
    reading = SqlStore(f"sqlite:///file:{file}?mode=ro&uri=true")
    with reading.begin(write=False) as execute:
        assert () == drive(reading.ledger("noova").find(Query()), execute)
    with pytest.raises(StoreReadOnly):
        number(reading)
    reading.close()
    assert before == file.read_bytes()


@contextmanager
def as_anybody(folder: Path) -> Iterator[None]:
    """Go on as a user whom modes bind; root, whom they do not, becomes nobody and hands the folder over before."""
    if os.geteuid() != 0:
        yield
        return
    nobody = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.iterdir()):
        os.chown(path, nobody, -1)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_file_or_folder_is_told(store: SqlStore, file: Path, what: str) -> None:
    """A file that may not be written, or in a folder where no journal can be made, is told as read-only."""
    number(store)
    store.close()
    script(file, "PRAGMA journal_mode=DELETE")
    with tempfile.TemporaryDirectory() as name:
        kept = Path(shutil.copy(file, Path(name) / "desk.db"))
        before = fingerprint(kept.parent)
        (kept if what == "file" else kept.parent).chmod(0o555)
        denied = SqlStore(f"sqlite:///{kept}")
        with as_anybody(kept.parent), pytest.raises(StoreReadOnly):
            number(denied)
        denied.close()
        kept.parent.chmod(0o755)
        assert before == fingerprint(kept.parent)


def test_locked_database_is_a_conflict(store: SqlStore, file: Path) -> None:
    """A lock that outlasts the patience of the URL is a conflict, which may be tried again."""
    impatient = SqlStore(f"sqlite:///{file}?timeout=0.01")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Conflict) as caught:
        number(impatient)
    assert not caught.value.lost
    other.execute("ROLLBACK")
    assert 1 == number(impatient)
    other.close()
    impatient.close()


def test_a_second_writer_of_the_same_store_is_a_conflict(file: Path) -> None:
    """A write begun inside a write of the same store does not wait for itself for ever."""
    store = SqlStore(f"sqlite:///{file}?timeout=0.01")
    store.migrate()
    with pytest.raises(Conflict), store.begin(write=True):
        number(store)
    assert 1 == number(store)
    store.close()


def test_opening_does_not_switch_the_journal(file: Path) -> None:
    """Only migrating switches a file to write-ahead logging."""
    engine = sa.create_engine(f"sqlite:///{file}")
    hosted = SqlStore(engine)
    hosted.migrate()
    engine.dispose()
    assert 1 == file.read_bytes()[18]  # byte 18 of the header: 1 rollback journal, 2 write-ahead log
    store = SqlStore(f"sqlite:///{file}")
    assert 1 == number(store)
    store.close()
    assert 1 == file.read_bytes()[18]


def test_migrating_switches_a_file_of_ours_to_write_ahead(store: SqlStore, file: Path) -> None:
    """A file that was made by its URL is in write-ahead mode, with foreign keys and NORMAL synchronisation."""
    assert 2 == file.read_bytes()[18]
    with store._engine.connect() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "synchronous")]
    assert [1, 1] == told


def test_strange_names_of_files_are_files(tmp_path: Path) -> None:
    """A name with blanks, percent and number signs is the name of the file."""
    file = tmp_path / "mesa ñ 100%#1.db"
    store = SqlStore(str(sa.URL.create("sqlite", database=str(file)).render_as_string()))
    store.migrate()
    assert 1 == number(store)
    store.close()
    assert [file.name] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file:a?mode=memory&uri=true", None),
        ("sqlite:///a.db", Path("a.db")),
        ("sqlite:////tmp/a.db", Path("/tmp/a.db")),
        (sa.URL.create("sqlite", database="file:a%20b.db", query={"uri": "true"}), Path("a b.db")),
        ("sqlite:///file:///tmp/a.db?uri=true", Path("/tmp/a.db")),
        ("sqlite:///file:/tmp/a.db?uri=true", Path("/tmp/a.db")),
    ],
)
def test_url_names_a_file_or_memory(url: str | sa.URL, expected: Path | None) -> None:
    """Every way to write a SQLite URL is understood."""
    assert expected == sqlite_file(sa.make_url(url))


def test_failure_undoes_everything(store: SqlStore) -> None:
    """Nothing of a transaction that fails is kept, and the error passes unchanged."""
    with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening("a", 1)), execute)
        raise ZeroDivisionError
    with store.begin(write=False) as execute:
        assert () == drive(store.ledger("noova").find(Query()), execute)


def test_history_is_numbered_after_its_commit(store: SqlStore) -> None:
    """An event has no sequence until it is given one, and is not in the feed before."""
    ledger = store.ledger("noova")
    first = opening("a", 1)
    with store.begin(write=True) as execute:
        drive(ledger.save(first), execute)
        drive(ledger.save(noting(ticket_of(first))), execute)
    with store.begin(write=True) as execute:
        assert [0, 0] == [recorded.sequence for recorded in drive(ledger.history("a"), execute)]
        assert () == drive(ledger.feed(0, 10), execute)
        assert 2 == drive(ledger.number_events(10), execute)
        feed = drive(ledger.feed(0, 10), execute)
    assert [1, 2] == [recorded.sequence for recorded in feed]
    assert isinstance(feed[0].event, TicketOpened)


def test_columns_are_compared_as_they_stand(store: SqlStore, file: Path) -> None:
    """Verification sees an instant that is equal and yet sorts wrongly."""
    decision = opening("a", 1)
    ledger = store.ledger("noova")
    with store.begin(write=True) as execute:
        drive(ledger.save(decision), execute)
    with store.begin(write=False) as execute:
        assert ledger.expected_columns(ticket_of(decision)) == drive(ledger.stored_columns("a"), execute)
    script(file, "UPDATE sc_tickets SET updated_at = '2026-03-04T05:06:07.089000+00:00'")
    with store.begin(write=False) as execute:
        stored = drive(ledger.stored_columns("a"), execute)
        assert drive(ledger.ticket("a"), execute) == ticket_of(decision)
    expected = ledger.expected_columns(ticket_of(decision))
    assert stored is not None
    assert ["updated_at"] == [name for name in expected if expected[name] != stored[name]]


def test_messages_hold_no_parameters(store: SqlStore) -> None:
    """A driver's error is told without the statement and its parameters, in which people's words may stand."""
    save = store.ledger("noova").save(opening("a", 1, subject="private"))
    with store.begin(write=True) as execute:
        drive(save, execute)
        with pytest.raises(Conflict) as caught:
            drive(store.ledger("noova").save(opening("a", 1, subject="private")), execute)
        with pytest.raises(StoreError) as broken:
            execute((sa.text("SELECT :word FROM nowhere"), {"word": "private"}))
    assert "private" not in str(caught.value) + str(broken.value)


@pytest.mark.parametrize("where", ["file", "memory"])
def test_threads_share_a_store(file: Path, where: str) -> None:
    """Threads that write at once get different numbers, in a file and in memory."""
    store = SqlStore(f"sqlite:///{file}" if where == "file" else "sqlite://")
    store.migrate()
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: number(store), range(40)))
    store.close()
    assert list(range(1, 41)) == sorted(numbers)


def test_hosts_engine_keeps_the_hosts_settings(file: Path) -> None:
    """On a host's engine of the driver's default settings a write is one transaction, undone as a whole."""
    engine = sa.create_engine(f"sqlite:///{file}")
    store = SqlStore(engine)
    store.migrate()
    with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening("a", 1)), execute)
        raise ZeroDivisionError
    assert 1 == number(store)
    store.close()
    with engine.connect() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM sc_tickets").scalar()
    engine.dispose()


def test_two_prefixes_live_side_by_side(store: SqlStore, file: Path) -> None:
    """Tables of two prefixes in one database know nothing of each other."""
    other = SqlStore(f"sqlite:///{file}", prefix="hd_")
    other.migrate()
    assert [1, 2, 1] == [number(store), number(store), number(other)]
    other.close()


def test_bad_prefix_is_refused() -> None:
    """A prefix that is no name is refused before it gets near a statement."""
    with pytest.raises(StoreError):
        SqlStore("sqlite://", prefix='x"; DROP TABLE y')


@pytest.mark.parametrize("url", ["sqlite+nothing:///a.db", "nothing at all", "sqlite+aiosqlite:///a.db"])
def test_bad_url_is_one_of_our_errors(url: str) -> None:
    """A URL that cannot be opened here is told as an error of ours."""
    with pytest.raises(SupportError) as caught:
        open_url(url)
    assert isinstance(caught.value, (StoreError, BackendMissing))


def test_url_in_messages_holds_no_password() -> None:
    """A password in a URL that cannot be used is not repeated."""
    with pytest.raises(SupportError) as caught:
        open_url("sqlite+nothing://ana:secret@host/desk")
    assert "secret" not in str(caught.value)


def test_entry_point_opens_this_store(file: Path) -> None:
    """``open_store`` finds this backend by the scheme of a URL and by an engine."""
    store = open_store(f"sqlite:///{file}")
    assert isinstance(store, SqlStore)
    assert isinstance(open_store(sa.create_engine(f"sqlite:///{file}")), SqlStore)
    assert f"sqlite:///{file}" == store.url


def test_import_is_light() -> None:
    """Importing the backend imports neither asyncio of SQLAlchemy, nor its ORM, nor Alembic."""
    heavy = ["sqlalchemy.ext.asyncio", "sqlalchemy.orm", "alembic"]
    code = f"import sys, supportcore_sql; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == told.stdout.strip()
