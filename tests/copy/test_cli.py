"""`supportcore copy`: what it prints, its exit codes, and how it fails."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore import open_store
from supportcore.cli.commands import supportcore
from supportcore.copying import NdjsonFile, NdjsonStream, copy_store, sources
from supportcore.errors import Busy, StoreUnreachable
from supportcore.storage import attempts
from supportcore.storage.ports import Conflict, Steps, Store
from tests.copy.samples import entries_of

pytestmark = pytest.mark.store("sqlite")


def run(*args: object, feed: bytes | None = None) -> Result:
    """Run the command; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, ["copy", *map(str, args)], input=feed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def url(memory: Store, tmp_path: Path) -> str:
    """The URL of a SQLite file with the furnished desks."""
    place = f"sqlite:///{tmp_path / 'from.db'}"
    store = open_store(place)
    store.migrate()
    copy_store(memory, store)
    store.close()
    return place


def test_a_store_to_a_fresh_one(url: str, tmp_path: Path) -> None:
    """Tables are made, every desk is copied and compared, and a second run finds it done."""
    target = f"sqlite:///{tmp_path / 'to.db'}"
    first = run(url, target)
    assert 0 == first.exit_code
    made, *told = first.stderr.splitlines()
    assert "Made the tables in sqlite" in made
    assert ["Copying noova rules: 1 entries", "Comparing noova rules: 1 of "] == [told[0], told[-1][:28]]
    *desks, copied, compared = first.stdout.splitlines()
    assert ["noova", "old", "small"] == [line.partition(":")[0] for line in desks]
    assert desks[1] == "old: 4 entries (1 rules, 3 event)"
    assert " copied (" in copied
    assert "compared, no difference: sqlite" in compared
    second = run(url, target, "--quiet")
    assert (0, "") == (second.exit_code, second.stderr)
    assert "\n0 copied (0 a second), " in second.stdout
    assert "were there already" in second.stdout


def test_there_and_back_by_files(url: str, memory: Store, tmp_path: Path) -> None:
    """One desk goes out to a compressed file and comes back beside another one."""
    file = tmp_path / "old.ndjson.gz"
    assert 0 == run(url, file, "--desk", "old").exit_code
    assert 0 == run(file, url, "--to-prefix", "other_", "--quiet").exit_code
    store = open_store(url, prefix="other_")
    assert entries_of(memory, "old") == entries_of(store, "old")
    assert not any(entries_of(store, "small").values())
    store.close()


def test_standard_output_and_input(url: str, tmp_path: Path) -> None:
    """With - for TO the lines alone go to stdout; with - for FROM they come from stdin."""
    out = run(url, "-", "--quiet")
    assert 0 == out.exit_code
    assert out.stdout_bytes.startswith(b'{"desks":["noova","old","small"],')
    assert out.stdout_bytes.endswith(b'"}\n')
    assert "compared, no difference: standard output" in out.stderr
    back = run("-", f"sqlite:///{tmp_path / 'to.db'}", "--quiet", "--json", feed=out.stdout_bytes)
    assert 0 == back.exit_code
    data = json.loads(back.stdout)
    assert ("standard input", 0, 4) == (data["from"], data["differing"], sum(data["desks"]["old"].values()))
    assert data["copied"] == data["compared"] == sum(sum(kinds.values()) for kinds in data["desks"].values())
    told = run(url, "-", "--quiet", "--json")
    assert 0 == json.loads(told.stderr)["differing"]


def test_verify_only(url: str, tmp_path: Path) -> None:
    """What differs is told one by one, with exit code 1, and nothing is changed."""
    target = tmp_path / "to.db"
    run(url, f"sqlite:///{target}", "--quiet")
    with sqlite3.connect(target) as database:
        database.execute("UPDATE sc_contents SET author = 'nobody' WHERE body = 'Gracias'")
        database.execute("DELETE FROM sc_rules WHERE desk = 'old'")
    database.close()
    before = target.read_bytes()
    result = run(url, f"sqlite:///{target}", "--verify-only", "--quiet")
    assert 1 == result.exit_code
    assert f"old: rules {'0' * 64} is missing: sqlite" in result.stdout
    assert "differs in author" in result.stdout
    assert "2 differences: sqlite" in result.stdout
    assert before == target.read_bytes()
    refused = run(url, f"sqlite:///{target}")
    assert (1, "") == (refused.exit_code, refused.stdout)
    assert "holds something else than" in refused.stderr
    assert "Nothing was written" in refused.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["x.csv", "sqlite:///to.db"], "FROM: 'x.csv' is neither a URL such as sqlite:///desk.db nor a path"),
        (["sqlite:///from.db", "to"], "TO: 'to' is neither a URL"),
        (["sqlite:///a.db", "sqlite:///a.db"], "FROM and TO are the same"),
        (["a.ndjson", "a.ndjson"], "FROM and TO are the same"),
        (["sqlite:///a.db", "-", "--verify-only"], "--verify-only needs a TO that can be read"),
        (["sqlite:///a.db"], "Missing argument 'TO'"),
    ],
)
def test_a_wrong_command_line(args: list[str], message: str) -> None:
    """What is no command line exits with 2 and says why."""
    result = run(*args)
    assert (2, "") == (result.exit_code, result.stdout)
    assert message in " ".join(result.stderr.split())


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    """Neither source nor target are made when there is nothing to copy from."""
    target = f"sqlite:///{tmp_path / 'to.db'}"
    for source in (f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "none.ndjson"):
        result = run(source, target)
        assert (1, "") == (result.exit_code, result.stdout)
        assert result.stderr.startswith("Error: ")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("fault", ["truncated", "changed", "unknown desk"])
def test_a_refused_copy_makes_nothing(url: str, tmp_path: Path, fault: str) -> None:
    """A damaged FROM, or a desk it has not, is told before TO is made: no file, and no tables in one there is."""
    file = tmp_path / "from.ndjson"
    run(url, file, "--quiet")
    lines = file.read_bytes()
    file.write_bytes({"truncated": lines[:-300], "changed": lines.replace(b"Gracias", b"gracias")}.get(fault, lines))
    there = tmp_path / "there.db"
    with sqlite3.connect(there) as database:
        database.execute("CREATE TABLE orders (id INTEGER)")
    database.close()
    before = there.read_bytes()
    chosen = ["--desk", "nope"] if fault == "unknown desk" else []
    for target in (tmp_path / "fresh.db", there):
        result = run(file, f"sqlite:///{target}", *chosen)
        assert (1, "") == (result.exit_code, result.stdout)
        assert result.stderr.startswith("Error: ")
        assert "Made the tables" not in result.stderr
    assert (False, before) == ((tmp_path / "fresh.db").exists(), there.read_bytes())


def test_a_copy_that_is_interrupted_says_how_to_go_on(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C tells that the same command goes on, and it does; of standard output nothing is promised."""

    def interrupt(self: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(NdjsonFile, "finish", interrupt)
        pressed.setattr(NdjsonStream, "finish", interrupt)
        stopped = run(url, tmp_path / "to.ndjson", "--quiet")
        assert (1, "") == (stopped.exit_code, stopped.stdout)
        assert ["Stopped; the same command goes on where this one stopped.", "Aborted!"] == [
            line for line in stopped.stderr.splitlines() if line
        ]
        assert "goes on" not in run(url, "-", "--quiet").stderr
    assert "were there already" in run(url, tmp_path / "to.ndjson", "--quiet").stdout


@pytest.mark.parametrize("gone", [True, False])
def test_a_write_that_is_given_up(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool) -> None:
    """A store that is gone is told as such, with what to do; others are blamed only if it answers."""
    target = f"sqlite:///{tmp_path / 'to.db'}"
    given_up = []

    def attempt(store: Store, steps: Callable[[], Steps[object]], *, write: bool) -> object:
        if write:
            given_up.append(store)
            raise Busy("Repeated in vain.") from Conflict("Connection refused")
        if gone and store in given_up:
            raise StoreUnreachable(where="the server", why="Connection refused")
        return attempts.run(store, steps, write=write)

    with monkeypatch.context() as down:
        down.setattr(sources, "run", attempt)
        failed = run(url, target, "--quiet")
    assert (1, "") == (failed.exit_code, failed.stdout)
    if gone:
        assert [
            "Error: the server does not answer: Connection refused.",
            "If the server is down, start it again; the same command goes on where this one stopped.",
        ] == failed.stderr.splitlines()
    else:
        assert "cannot be written (Connection refused); let nobody else write there" in failed.stderr
        assert "start it again" not in failed.stderr
    assert 0 == run(url, target, "--quiet").exit_code


def test_an_unknown_desk(url: str, tmp_path: Path) -> None:
    """A desk that the source has not is told with those it has; exit code 1."""
    result = run(url, tmp_path / "to.ndjson", "--desk", "nova")
    assert 1 == result.exit_code
    assert "Error: no desk nova in sqlite" in result.stderr
    assert "there are: noova, old, small." in result.stderr


def test_a_store_without_desks(tmp_path: Path) -> None:
    """A store with nothing in it is told, and is no fault."""
    result = run("memory://", tmp_path / "to.ndjson")
    assert 0 == result.exit_code
    assert "No desk has anything stored in memory://." in result.stdout


def test_a_password_is_not_printed(tmp_path: Path) -> None:
    """Whatever is wrong with a server, its password is not repeated."""
    for url in ("postgresql://u:geheim@127.0.0.1:1/d", "mariadb://u:geheim@127.0.0.1:1/d"):
        result = run(url, tmp_path / "to.ndjson")
        assert 1 == result.exit_code
        assert "geheim" not in result.output
        assert not (tmp_path / "to.ndjson").exists()
