"""A file that somebody else holds for a moment is migrated a moment later."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from supportcore import Busy, open_store
from supportcore.storage import attempts
from supportcore.storage.ports import Conflict
from supportcore_sql import migrate as migrating

pytestmark = pytest.mark.store("sqlite")


def test_a_conflict_while_migrating_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses at once where two switch the journal; the migration is tried again and done."""
    tried: list[int] = []
    really = migrating._write_ahead

    def refused_twice(*given: object) -> None:
        tried.append(1)
        if len(tried) <= 2:
            raise Conflict("database is locked")
        really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(migrating, "_write_ahead", refused_twice)
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    try:
        store.migrate()
        with store.begin(write=False):
            pass
    finally:
        store.close()
    assert 3 == len(tried)


def test_one_that_goes_on_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When patience is used up, the caller is told that the store is busy."""
    monkeypatch.setattr(attempts, "PATIENCE", 0.2)

    def refused(*given: object) -> None:
        raise Conflict("database is locked")

    monkeypatch.setattr(migrating, "_write_ahead", refused)
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    try:
        with pytest.raises(Busy):
            store.migrate()
    finally:
        store.close()


def test_many_make_one_file_at_once(tmp_path: Path) -> None:
    """Threads with stores of their own on one new file all find it migrated."""
    ready = threading.Barrier(6)
    wrong: list[BaseException] = []

    def work() -> None:
        store = open_store(f"sqlite:///{tmp_path}/desk.db")
        try:
            ready.wait()
            store.migrate()
        except BaseException as error:
            wrong.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    connection = sqlite3.connect(tmp_path / "desk.db")
    assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
