"""The command line: what each command prints, its exit code, and how it fails."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supportcore import Actor, Customer, Desk, FrozenClock, Team, load_definition, open_store
from supportcore.cli.commands import COMMANDS, supportcore
from supportcore.demo import demonstrate
from supportcore.storage import DirectoryBlobs
from supportcore.workflow.diagram import diagram

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"


def run(*args: object) -> Result:
    """Run the command line in this process; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a small month of the small desk."""
    path = tmp_path_factory.mktemp("lived_in") / "desk.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    demonstrate(load_definition(SMALL), store, tickets=10)
    store.close()
    return path


@pytest.fixture
def copied(lived_in: Path, tmp_path: Path) -> Path:
    """A copy of that file, to be harmed."""
    with sqlite3.connect(lived_in) as source, sqlite3.connect(tmp_path / "copy.db") as target:
        source.backup(target)
    source.close()
    target.close()
    return tmp_path / "copy.db"


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """A SQLite file with one ticket of the small desk whose customer was asked in 2020, and stayed silent."""
    store = open_store(f"sqlite:///{tmp_path / 'silent.db'}")
    store.migrate()
    desk = Desk(load_definition(SMALL), store, clock=FrozenClock(datetime(2020, 3, 2, 9, tzinfo=UTC)))
    desk.install(customers=[Customer(id="acme", name="ACME")], teams=[Team(id="desk", name="Desk")])
    agent = desk.acting_as(Actor(id="luis", roles={"agent"}))
    receipt = agent.open({"customer": "acme", "subject": "It beeps", "priority": "high"})
    agent.act(receipt.id, "ask", {"comment": "When?"})
    store.close()
    return tmp_path / "silent.db"


def faulty(folder: Path, *, old: str, new: str) -> Path:
    """Return a copy of the small desk with one text replaced by another."""
    rules = SMALL.read_text(encoding="utf-8")
    assert old in rules
    (folder / "mine.toml").write_text(rules.replace(old, new), encoding="utf-8")
    shutil.copy(SMALL.with_name("small.labels.toml"), folder / "mine.labels.toml")
    return folder / "mine.toml"


# -- the group


def test_help_names_every_command() -> None:
    """The help of the group has a line for each command of the table."""
    lines = [line.split()[0] for line in run("--help").output.splitlines() if line.startswith("  ")]
    assert sorted(COMMANDS) == [word for word in lines if word in COMMANDS]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_helps(name: str) -> None:
    """Each command of the table is there under its name, and tells how it is used."""
    result = run(name, "--help")
    assert 0 == result.exit_code
    assert result.output.startswith(f"Usage: supportcore {name} ")


@pytest.mark.parametrize(
    "args", [["nothing"], ["demo", "--seed", "x"], ["verify"], ["run-due", "--store", "memory://"], ["check"]]
)
def test_a_wrong_command_line_exits_with_2(args: list[str]) -> None:
    """What is no command line exits with 2 and says how it is used, on stderr."""
    result = run(*args)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "Usage: supportcore" in result.stderr


# -- check


def test_check_of_a_sound_desk() -> None:
    """A desk without faults and findings is counted in one line, and the exit code is 0."""
    result = run("check", SMALL)
    assert 0 == result.exit_code
    assert "small: 3 roles, 6 states, 10 actions, 7 fields; nothing to complain about.\n" == result.stdout
    assert "" == result.stderr


def test_check_lists_all_faults(tmp_path: Path) -> None:
    """Every fault is a line on stderr with file, path, message and code; the exit code is 1."""
    desk = faulty(tmp_path, old='to = "working"', new='to = "workin"')
    result = run("check", desk)
    assert (1, "") == (result.exit_code, result.stdout)
    lines = result.stderr.splitlines()
    assert ["mine.toml: transitions[0].to", "mine.toml: transitions[3].to", "mine.toml: transitions[9].to"] == [
        line.rsplit(": no state", 1)[0] for line in lines
    ]
    assert all(line.endswith("did you mean 'working'? [unknown_state]") for line in lines)


def test_check_lists_findings(tmp_path: Path) -> None:
    """A desk that loads but cannot be meant gives findings on stderr and exit code 1."""
    desk = faulty(tmp_path, old='may = ["open", "reply"]', new='may = ["open"]')
    result = run("check", desk)
    assert 1 == result.exit_code
    assert "mine.toml: transitions[3]: 'answered' is the desk's own, " in result.stderr
    assert result.stdout.endswith("; 2 findings.\n")


def test_check_as_json(tmp_path: Path) -> None:
    """With --json faults and findings come as one object on stdout, with the same exit codes."""
    sound = run("check", SMALL, "--json")
    assert (0, [], []) == (sound.exit_code, json.loads(sound.stdout)["faults"], json.loads(sound.stdout)["findings"])
    unsound = run("check", faulty(tmp_path, old='initial = "new"', new='initial = "gnu"'), "--json")
    (fault,) = json.loads(unsound.stdout)["faults"]
    assert (1, "") == (unsound.exit_code, unsound.stderr)
    assert ("mine.toml", "initial", "not_an_option") == (fault["file"], fault["path"], fault["code"])


def test_check_takes_the_names_of_guards(tmp_path: Path) -> None:
    """A guard the command line has not got is a fault, unless it is named by --guard."""
    desk = faulty(tmp_path, old='to = "cancelled"', new='to = "cancelled"\nguard = "audited"')
    assert 1 == run("check", desk).exit_code
    assert 0 == run("check", desk, "--guard", "audited").exit_code


@pytest.mark.parametrize("name", ["nova", "no/such.toml"])
def test_check_of_a_desk_that_is_not_there(name: str) -> None:
    """A desk that is neither shipped nor a file is told in words."""
    result = run("check", name)
    assert 1 == result.exit_code
    assert ("did you mean 'noova'?" if name == "nova" else "there is no file no/such.toml") in result.stderr


# -- diagram


def test_diagram_prints_what_the_library_draws() -> None:
    """The command prints the Mermaid text and nothing else, in the language asked for."""
    definition = load_definition(SMALL)
    assert diagram(definition) == run("diagram", SMALL).stdout
    assert diagram(definition, "es") == run("diagram", SMALL, "--language", "es").stdout


# -- migrate


def test_migrate_makes_tables_and_repeats(url: str) -> None:
    """Migrating makes the tables; doing it again changes nothing and says the same."""
    for _ in range(2):
        result = run("migrate", "--store", url)
        assert (0, f"{url} is up to date.\n") == (result.exit_code, result.stdout)
    assert "No desk has anything stored here.\n" == run("verify", "--store", url).stdout
    misspelt = run("verify", "--store", url, "--desk", "noova")
    assert (1, True) == (misspelt.exit_code, "no desk noova here" in misspelt.stderr)


def test_prefixes_live_side_by_side(url: str) -> None:
    """Tables of one prefix are not those of another."""
    run("migrate", "--store", url, "--prefix", "a_")
    assert 0 == run("verify", "--store", url, "--prefix", "a_").exit_code
    result = run("verify", "--store", url, "--prefix", "b_", "--desk", "noova")
    assert 1 == result.exit_code
    assert "--prefix b_" in result.stderr


# -- run-due


def test_run_due_lets_timers_fire(silent: Path) -> None:
    """Timers of the past fire once: a second run finds nothing to do, and the store still verifies."""
    first = run("run-due", "--desk", SMALL, "--store", f"sqlite:///{silent}")
    second = run("run-due", "--desk", SMALL, "--store", f"sqlite:///{silent}", "--json")
    assert "1 ticket had something come due: 2 events.\n" == first.stdout
    assert {"desk": "small", "tickets": 0, "events": 0, "files": 0, "parked": []} == json.loads(second.stdout)
    assert 0 == run("verify", "--store", f"sqlite:///{silent}", "--desk", "small").exit_code


@pytest.mark.parametrize("place", ["store", "directory"])
def test_run_due_removes_files_that_nobody_sent(tmp_path: Path, place: str) -> None:
    """From the store, and from the directory that it is told; what that came to is told, too."""
    url, folder = f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "files"
    store = open_store(url)
    store.migrate()
    files = DirectoryBlobs(folder) if place == "directory" else None
    desk = Desk(load_definition("noova"), store, clock=FrozenClock(datetime(2026, 3, 2, tzinfo=UTC)), files=files)
    desk.acting_as(Actor(id="ana", roles={"cliente"})).draft(io.BytesIO(b"x"), "a.txt")
    store.close()
    told = ["run-due", "--desk", "noova", "--store", url, *(["--files", str(folder)] if files else [])]
    assert "1 file removed that nobody sent in time." in run(*told).stdout
    assert 0 == json.loads(run(*told, "--json").stdout)["files"]
    assert [] == [path for path in folder.rglob("*") if path.is_file()]


def test_run_due_tells_what_failed(silent: Path) -> None:
    """A ticket that cannot be advanced is told on stderr, and the exit code is 1."""
    with sqlite3.connect(silent) as connection:
        connection.execute("UPDATE sc_tickets SET rules_hash = 'gone'")
    connection.close()
    result = run("run-due", "--desk", SMALL, "--store", f"sqlite:///{silent}")
    assert 1 == result.exit_code
    assert "was put back for later: The rules of desk small are not in this store" in result.stderr


# -- verify


def test_verify_of_a_sound_store(lived_in: Path) -> None:
    """A store that follows from its histories has no finding, and the exit code is 0."""
    result = run("verify", "--store", f"sqlite:///{lived_in}", "--desk", "small", "--json")
    data: dict[str, Any] = json.loads(result.stdout)
    assert (0, 10, []) == (result.exit_code, data["tickets"], data["findings"])
    assert data["desks"]["small"]["events"] == data["events"] > 10


@pytest.mark.parametrize("column", ["subject", "state", "updated_at", "is_open", "assignee"])
def test_verify_finds_a_changed_column(copied: Path, column: str) -> None:
    """A column changed by hand is found, with the ticket, what it holds and what it should hold."""
    with sqlite3.connect(copied) as connection:
        (ticket, was) = connection.execute(f"SELECT id, {column} FROM sc_tickets LIMIT 1").fetchone()
        other = {"is_open": 1 - was} if column == "is_open" else {"updated_at": "2026-01-01T00:00:00.000Z"}
        value = other.get(column, "changed")
        connection.execute(f"UPDATE sc_tickets SET {column} = ? WHERE id = ?", (value, ticket))
    connection.close()
    result = run("verify", "--store", f"sqlite:///{copied}", "--desk", "small")
    assert 1 == result.exit_code
    assert f"small: ticket {ticket}: column {column} holds " in result.stdout


# -- reindex


def test_reindex_mends_what_verify_finds(copied: Path) -> None:
    """What is missing in the index is told by one command and mended by the other, once."""
    url = f"sqlite:///{copied}"
    with sqlite3.connect(copied) as connection:
        (ticket,) = connection.execute("SELECT MIN(record) FROM sc_postings WHERE kind = 'ticket'").fetchone()
        connection.execute("DELETE FROM sc_postings WHERE record = ?", (ticket,))
    connection.close()
    found = run("verify", "--store", url)
    assert (1, 1) == (found.exit_code, found.stdout.count(f"small: ticket {ticket}: the index"))
    assert "1 record mended.\n" == run("reindex", "--store", url, SMALL).stdout
    assert 0 == run("verify", "--store", url).exit_code
    assert {"desk": "small", "mended": 0} == json.loads(run("reindex", "--store", url, SMALL, "--json").stdout)


# -- stores that are none


@pytest.mark.parametrize(
    "command", [["verify", "--desk", "small"], ["run-due", "--desk", "noova"], ["migrate"], ["demo", "--tickets", "1"]]
)
def test_a_file_that_is_no_database(tmp_path: Path, command: list[str]) -> None:
    """A file that is no database is told in one line and left as it is."""
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    result = run(*command, "--store", f"sqlite:///{path}")
    (line,) = [line for line in result.stderr.splitlines() if not line.startswith("A month")]
    assert (1, "") == (result.exit_code, result.stdout)
    assert f"Error: {path} cannot be read: file is not a database." == line
    assert b"Dear Sir or Madam, " * 100 == path.read_bytes()


@pytest.mark.parametrize("command", [["verify", "--desk", "small"], ["run-due", "--desk", "noova"]])
def test_a_store_without_tables(tmp_path: Path, command: list[str]) -> None:
    """A missing file, like a database without our tables, is answered with the command that mends it."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    expected = f"run store.migrate() or `supportcore migrate --store {url}`.\n"
    missing = run(*command, "--store", url)
    assert not (tmp_path / "new.db").exists()
    sqlite3.connect(tmp_path / "new.db").close()
    empty = run(*command, "--store", url)
    for result in (missing, empty):
        assert (1, "") == (result.exit_code, result.stdout)
        assert result.stderr.endswith(expected)


def test_a_store_that_may_only_be_read(silent: Path) -> None:
    """What only reads works on a read-only store; what writes says that it cannot."""
    url = f"sqlite:///file:{silent}?mode=ro&uri=true"
    assert 0 == run("verify", "--store", url, "--desk", "small").exit_code
    result = run("demo", "--store", url, "--tickets", 1)
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.endswith(f"Error: {silent} cannot be written.\n")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("desk.db", "this is no URL; give a URL such as sqlite:///desk.db"),
        ("nosuch://x", "no backend for nosuch://; there are: mariadb, memory, "),
        ("sqlite:////no/such/folder/desk.db", "/no/such/folder/desk.db cannot be read: No such file or directory."),
    ],
)
def test_a_url_that_leads_nowhere(url: str, said: str) -> None:
    """A URL that names no store is told in one line that says what would be right."""
    result = run("migrate", "--store", url)
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert said in result.stderr
