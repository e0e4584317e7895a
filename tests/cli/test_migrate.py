"""``supportcore migrate`` on every store: up, back, as SQL, refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore import open_store
from supportcore.cli.commands import supportcore
from tests.sql.migrating import ENGINES, Place, fresh_place, ours, put_ticket, tickets_in
from tests.stores import server_url


def run(*args: object) -> Result:
    """Run the command line in this process; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, ["migrate", *(str(arg) for arg in args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("name", ENGINES)
def test_up_and_back(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    """Without options up, repeatedly; to base only with --yes, and then nothing is left; no password is shown."""
    with fresh_place(request, name, tmp_path) as place:
        for _ in range(2):
            result = run("--store", place.url)
            assert (0, True) == (result.exit_code, result.stdout.endswith(" is up to date.\n"))
        store = place.open()
        put_ticket(store)
        refused = run("--store", place.url, "--to", "base")
        assert (1, "") == (refused.exit_code, refused.stdout)
        assert "going back to base takes tables of " in refused.stderr
        assert "--yes" in refused.stderr
        assert ["a"] == tickets_in(store)
        store.close()
        assert 0 == run("--store", place.url, "--to", "sc_0001").exit_code
        done = run("--store", place.url, "--to", "base", "--yes")
        assert (0, True) == (done.exit_code, done.stdout.endswith(" is at base.\n"))
        assert set() == place.tables()
        assert "secret-word" not in result.output + refused.output + done.output


@pytest.mark.parametrize("name", ENGINES)
def test_the_sql_is_printed(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    """--sql prints what the store says and nothing else, for a server that is not there, too; it makes nothing."""
    with fresh_place(request, name, tmp_path) as place:
        store = place.open(prefix="hd_")
        result = run("--store", place.url, "--prefix", "hd_", "--sql")
        assert (0, "", store.migration_sql()) == (result.exit_code, result.stderr, result.stdout)
        back = run("--store", place.url, "--prefix", "hd_", "--sql", "--to", "base")
        assert store.migration_sql("base") == back.stdout
        store.close()
        assert set() == place.tables()
        if name != "sqlite":
            assert not (tmp_path / "desk.db").exists()
            assert result.stdout == run("--store", f"{name}://u:p@127.0.0.1:1/x", "--prefix", "hd_", "--sql").stdout


def test_printing_makes_no_file(tmp_path: Path) -> None:
    """For a SQLite file that is not there the SQL is printed, and no file made; sqlite3 can run it."""
    result = run("--store", f"sqlite:///{tmp_path / 'new.db'}", "--sql")
    assert [] == list(tmp_path.iterdir())
    connection = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    connection.executescript(result.stdout)
    connection.close()
    assert ours() == Place("sqlite", f"sqlite:///{tmp_path / 'new.db'}").tables()


@pytest.mark.store("postgresql")
def test_tables_in_a_schema(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """--schema makes the schema with the tables in it, which a store that is opened with it uses."""
    with fresh_place(request, "postgresql", tmp_path) as place:
        assert 0 == run("--store", place.url, "--schema", "helpdesk").exit_code
        assert [set(), ours()] == [place.tables(), place.tables("helpdesk")]
        store = place.open(schema="helpdesk")
        put_ticket(store)
        store.close()


@pytest.mark.parametrize("options", [("--to", "base", "--yes"), ("--sql",), ("--to", "sc_0001")])
@pytest.mark.parametrize("name", ["memory", pytest.param("mongodb", marks=pytest.mark.store("mongodb"))])
def test_stores_without_revisions(request: pytest.FixtureRequest, name: str, options: tuple[str, ...]) -> None:
    """--to and --sql are refused where there are no revisions, and nothing is done."""
    url = server_url(request, name) or "memory://"
    result = run("--store", url, *options)
    assert (1, "") == (result.exit_code, result.stdout)
    assert "has no revisions; --to and --sql are for SQL databases" in result.stderr


def test_mongodb_is_migrated(mongodb_url: str) -> None:
    """On MongoDB the indexes are made, and repeating it changes nothing."""
    for _ in range(2):
        result = run("--store", mongodb_url, "--prefix", "cli_")
        assert (0, True) == (result.exit_code, result.stdout.endswith(" is up to date.\n"))
    store = open_store(mongodb_url, prefix="cli_")
    with store.begin(write=False):
        pass
    store.close()


def test_a_revision_that_is_none(tmp_path: Path) -> None:
    """An unknown revision is told in one line, with those there are."""
    for more in ((), ("--sql",)):
        result = run("--store", f"sqlite:///{tmp_path / 'x.db'}", "--to", "7", *more)
        assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
        assert "no revision '7'; there are base, sc_0001, head" in result.stderr
