"""What ``supportcore replay`` prints, and how it tells what is wrong with a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supportcore.cli.commands import supportcore
from tests.replay.generator import AT_FORMAT, count, write_log

EXAMPLES = Path(__file__).parents[2] / "examples" / "replay"
SERVICE = ("--desk", str(EXAMPLES / "service.toml"), "--map", str(EXAMPLES / "generated.map.toml"))
HEADER = "case,activity,at,who\n"
GOOD = "c1,Take in charge,2024-03-04T09:00:00Z,Ana\n"


def written(path: Path, text: str, header: str = HEADER) -> Path:
    path.write_text(header + text, encoding="utf-8")
    return path


def call(log: Path, *options: str, **columns: str) -> Result:
    named = {"case": "case", "activity": "activity", "at": "at", "resource": "who"} | columns
    arguments = [text for name, value in named.items() for text in (f"--{name}", value)]
    return CliRunner().invoke(supportcore, ["replay", str(log), *arguments, *options], catch_exceptions=False)


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


def test_the_summary_as_json(tmp_path: Path, url: str) -> None:
    """The object holds every figure of the summary, and a second run finds the first one's work."""
    write_log(tmp_path / "log.csv", seed=4, cases=20)
    figures = count(tmp_path / "log.csv")
    columns = {"case": "Case ID", "activity": "Activity", "at": "Complete Timestamp", "resource": "Resource"}
    options = ("--at-format", AT_FORMAT, "--timezone", "Europe/Madrid", "--store", url, "--json")
    first = told(call(tmp_path / "log.csv", *options, **columns))
    second = told(call(tmp_path / "log.csv", *options, **columns))
    assert first.pop("seconds") > 0
    assert first.pop("rows_per_second") > 0
    actions = {action["label"]: (action["events"], action["followed"]) for action in first.pop("actions")}
    assert figures.by_activity == {label: events for label, (events, _) in actions.items()}
    assert figures.after_close == actions["Close"][1]
    expected = {
        "desk": "log",
        "read": figures.events,
        "applied": figures.events,
        "already": 0,
        "refused": {},
        "faulty": {},
        "refusals": [],
        "faults": [],
        "cases": figures.cases,
        "events": figures.events,
        "pairs": figures.pairs,
    }
    assert expected == first
    assert expected | {"applied": 0, "already": figures.events} == {key: second[key] for key in expected}


def test_the_summary_in_words(tmp_path: Path) -> None:
    """Figures, actions under the log's own names, and a line for each bad row: its number, what is wrong, the code."""
    log = written(tmp_path / "log.csv", "c1,[b]Take[/b],2024-03-04,Ana\nc1,Wait,never,Ana\nc1,Wait,2024-03-03,Ana\n")
    result = call(log)
    assert result.exit_code == 0
    for expected in (
        "3  rows read",
        "1  applied",
        "1  refused: at_runs_backwards",
        "1  not readable: unreadable_instant",
        "[b]Take[/b]",
        "1 cases, 1 events, 0 distinct pairs",
        "log.csv: line 3: not readable: the column 'at' holds 'never', no instant in ISO 8601 [unreadable_instant]",
        "log.csv: line 4: refused: The ticket already has events up to",
    ):
        assert expected in result.output


def test_many_refused_rows_in_words(tmp_path: Path) -> None:
    """Of many refused rows the first 20 are told, and how many more there are."""
    result = call(written(tmp_path / "log.csv", GOOD + "c1,Close,2024-03-04T10:00:00Z,Ana\n" * 23), *SERVICE)
    lines = [line for line in result.output.splitlines() if line.startswith("log.csv: ")]
    assert "log.csv: line 3: refused: Not possible while the ticket is in state In charge. [wrong_state]" == lines[0]
    assert (21, "log.csv: 3 more refused") == (len(lines), lines[-1])


@pytest.mark.parametrize("desk", [(), SERVICE], ids=["derived", "mapped"])
@pytest.mark.parametrize("on_fault", ["skip", "nothing"])
@pytest.mark.parametrize(
    ("header", "options", "columns", "expected"),
    [
        (HEADER, (), {"case": "Case"}, "has no column 'Case'; its columns are 'case', 'activity', 'at', 'who'"),
        ("case,activity,at,who,at\n", (), {}, "has 2 columns 'at'"),
        (HEADER, ("--timezone", "Europe/Atlantis"), {}, "'Europe/Atlantis': there is no time zone of this name"),
        (HEADER, ("--at-format", "%H:%M"), {}, "the format '%H:%M' of instants cannot be used: it has no year"),
        ("", (), {}, "its columns are 'c1'"),
        (None, (), {}, "cannot be read: No such file or directory"),
    ],
    ids=["missing column", "duplicate column", "zone", "format", "no header", "no file"],
)
def test_a_log_that_cannot_be_used(
    tmp_path: Path,
    url: str,
    desk: tuple[str, ...],
    on_fault: str,
    header: str | None,
    options: tuple[str, ...],
    columns: dict[str, str],
    expected: str,
) -> None:
    """What is wrong with the log as a whole is told in one line, with exit code 1, and no store is made."""
    if header is not None:
        written(tmp_path / "log.csv", GOOD, header)
    result = call(tmp_path / "log.csv", *desk, *options, "--on-fault", on_fault, "--store", url, **columns)
    assert 1 == result.exit_code
    assert expected in result.output
    assert 1 == len(result.output.splitlines())
    assert not (tmp_path / "desk.db").exists()


def test_on_fault_nothing(tmp_path: Path, url: str) -> None:
    """With --on-fault nothing one bad row, or one that runs backwards, keeps everything from being stored."""
    bad = "c1,Wait,never,Ana\nc1,Wait,2024-03-04T08:00:00Z,Ana\nc1,Wait\n"
    log = written(tmp_path / "log.csv", GOOD + bad)
    result = call(log, "--on-fault", "nothing", "--store", url)
    assert 1 == result.exit_code
    lines = result.output.splitlines()
    assert ["line 3", "line 4", "line 5"] == [line.split(": ")[1] for line in lines[:-1]]
    assert "nothing was applied" in lines[-1]
    assert not (tmp_path / "desk.db").exists()
    written(log, GOOD)
    assert 1 == told(call(log, "--on-fault", "nothing", "--store", url, "--json"))["applied"]
    written(log, GOOD + bad)
    assert 1 == call(log, "--on-fault", "nothing", "--store", url).exit_code
    assert 1 == told(call(log, "--store", url, "--json"))["already"]


def test_a_log_without_rows(tmp_path: Path, url: str) -> None:
    """No desk can be derived from a log without a row; a mapped one has nothing to do."""
    log = written(tmp_path / "log.csv", "")
    result = call(log, "--store", url)
    assert (1, True) == (result.exit_code, "no row that can be read" in result.output)
    assert not (tmp_path / "desk.db").exists()
    found = told(call(log, *SERVICE, "--store", url, "--json"))
    assert (0, 0, 0) == (found["read"], found["applied"], found["cases"])


def test_too_many_activities(tmp_path: Path, url: str) -> None:
    """A column with a value for every row is not an activity; the message says so before a store is made."""
    log = written(tmp_path / "log.csv", "".join(f"c1,a{n},2024-03-04,Ana\n" for n in range(501)))
    result = call(log, "--store", url)
    assert (1, True) == (result.exit_code, "is --activity the right column?" in result.output)
    assert not (tmp_path / "desk.db").exists()


def test_a_desk_goes_with_a_mapping(tmp_path: Path) -> None:
    """A desk without a mapping, or a mapping without a desk, is no command line."""
    log = written(tmp_path / "log.csv", GOOD)
    for options in (SERVICE[:2], SERVICE[2:]):
        result = call(log, *options)
        assert (2, True) == (result.exit_code, "go together" in result.output)


def test_a_mapping_with_faults(tmp_path: Path, url: str) -> None:
    """All faults of a mapping are told, a line each, and no store is made."""
    mapping = tmp_path / "log.map.toml"
    mapping.write_text('roles = ["agnt"]\n[open]\ncustomer = "x"\n[actions]\nA = "tke"\n', encoding="utf-8")
    log = written(tmp_path / "log.csv", GOOD)
    result = call(log, *SERVICE[:2], "--map", str(mapping), "--store", url)
    assert 1 == result.exit_code
    assert ["roles[0]", "actions.A"] == [line.split(": ")[1] for line in result.output.splitlines()]
    assert "did you mean 'agent'?" in result.output
    assert not (tmp_path / "desk.db").exists()


def test_two_files_of_one_log(tmp_path: Path, url: str) -> None:
    """Under one --name a second file goes on where the first one ended; without it they are two logs."""
    first = written(tmp_path / "march.csv", GOOD)
    second = written(tmp_path / "april.csv", GOOD + "c1,Take in charge,2024-04-01,Luis\n")
    told(call(first, "--store", url, "--name", "desk of 2024", "--json"))
    found = told(call(second, "--store", url, "--name", "desk of 2024", "--json"))
    assert (1, 1, 1, 2) == (found["already"], found["applied"], found["cases"], found["events"])
    found = told(call(second, "--store", url, "--json"))
    assert (0, 2, 1) == (found["already"], found["applied"], found["cases"])


def test_names_without_a_latin_letter(tmp_path: Path, url: str) -> None:
    """Logs and activities that leave no letter for a key still are told apart."""
    for name in ("李", "雷"):
        log = written(tmp_path / f"{name}.csv", "c1,登録,2024-03-04,Ana\nc1,解決,2024-03-05,Ana\n")
        found = told(call(log, "--store", url, "--json"))
        assert (2, 1, 1) == (found["applied"], found["cases"], found["pairs"])
        assert {"登録", "解決"} == {action["label"] for action in found["actions"]}


def test_a_store_that_cannot_be_used(tmp_path: Path) -> None:
    """A store that is no database is an error in words, and the file stays as it is."""
    log = written(tmp_path / "log.csv", GOOD)
    (tmp_path / "desk.db").write_bytes(b"no database " * 100)
    result = call(log, "--store", f"sqlite:///{tmp_path / 'desk.db'}")
    assert 1 == result.exit_code
    assert "cannot be read" in result.output
    assert b"no database " * 100 == (tmp_path / "desk.db").read_bytes()
