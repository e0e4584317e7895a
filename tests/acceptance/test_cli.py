"""``supportcore acceptance``: the table, the stories below it, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore.cli.commands import supportcore

CAST = """
desk = "noova"
now = "2026-03-02T14:00:00Z"
actors = { luis = { roles = ["consultor"] }, eve = {} }
"""
HALVES = 'refused = [{ as = "eve", do = "home", refused = "unknown_actor" }]\n'
GOOD = f'[r-1]\ntitle = "It is empty"\nthen = [{{ as = "luis", do = "count", see = 0 }}]\n{HALVES}'
BAD = f'[r-2]\ntitle = "It is full"\nthen = [{{ as = "luis", do = "count", see = 9 }}]\n{HALVES}'


def run(folder: Path, *args: str) -> Result:
    result = CliRunner().invoke(supportcore, ["acceptance", "--scenarios", str(folder), *args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Scenarios with two rows there have to be, of which the first holds."""
    (tmp_path / "noova").mkdir()
    (tmp_path / "noova" / "cast.toml").write_text(CAST, encoding="utf-8")
    (tmp_path / "noova" / "some.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "rows.toml").write_text('[noova]\nr-1 = "Nothing yet"\nr-2 = "Nothing more"\n', encoding="utf-8")
    return tmp_path


def test_a_row_that_is_missing_fails_the_run(folder: Path) -> None:
    """The table has a line for each row there has to be; one without a scenario is missing, and the exit code is 1."""
    result = run(folder)
    lines = [line.split() for line in result.output.splitlines() if line.startswith("r-")]
    assert [["r-1", "Nothing", "yet", "pass", "pass"], ["r-2", "Nothing", "more", "missing", "missing"]] == lines
    assert "1 of 2 rows passed on memory, sqlite." in result.output
    assert 1 == result.exit_code
    assert 0 == run(folder, "--row", "r-1").exit_code


def test_a_row_that_fails_is_told_below(folder: Path) -> None:
    """Its story follows the table, once for each store."""
    (folder / "noova" / "more.toml").write_text(BAD, encoding="utf-8")
    result = run(folder, "--desk", "noova")
    assert 1 == result.exit_code
    for store in ("memory", "sqlite"):
        assert f"r-2 on {store}: It is full\n  ✗ then 1  luis: count()" in result.output
    assert 1 == run(folder, "--row", "r-2").exit_code


def test_a_store_by_its_url_keeps_what_was_there(folder: Path, tmp_path: Path) -> None:
    """A URL is migrated and may be used again: every run has desks of its own."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    for _ in range(2):
        assert 0 == run(folder, "--row", "r-1", "--store", url).exit_code
    found = json.loads(run(folder, "--store", url, "--store", "memory", "--json").output)
    assert ["sqlite", "memory"] == found["stores"]
    assert [["pass", "pass"], ["missing", "missing"]] == [row["outcomes"] for row in found["rows"]]


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    """A file that is no TOML fails the run, though all rows that could be read passed."""
    (folder / "noova" / "broken.toml").write_text("[r-2", encoding="utf-8")
    result = run(folder, "--row", "r-1")
    assert "noova/broken.toml: document: is not TOML" in result.output
    assert 1 == result.exit_code


@pytest.mark.parametrize(
    ("args", "told"), [(("--row", "r-9"), "there is no row r-9"), (("--desk", "nova"), "did you mean 'noova'?")]
)
def test_what_is_not_there_is_told(folder: Path, args: tuple[str, ...], told: str) -> None:
    """A row or a desk that nobody knows is a slip of the pen."""
    result = run(folder, *args)
    assert told in result.output
    assert 0 != result.exit_code


def test_a_folder_without_scenarios_is_no_success(tmp_path: Path) -> None:
    """Where there is nothing to run nothing passed."""
    assert 1 == run(tmp_path).exit_code
