"""``supportcore coverage`` and what ``supportcore diagram`` draws of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore import Desk, load_definition, open_store
from supportcore.cli.commands import supportcore
from supportcore.demo import demonstrate
from supportcore.drawing import svg
from supportcore.testing.coverage import Coverage, table
from supportcore.workflow.diagram import diagram

SMALL = Path(__file__).parents[1] / "desks" / "small.toml"


def run(*args: object) -> Result:
    """Run the command line in this process; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite file with a few tickets of the small desk."""
    url = f"sqlite:///{tmp_path_factory.mktemp('coverage') / 'desk.db'}"
    store = open_store(url)
    store.migrate()
    demonstrate(load_definition(SMALL), store, tickets=6)
    store.close()
    return url


@pytest.fixture(scope="module")
def expected(url: str) -> Coverage:
    """What the library sees in that file."""
    store = open_store(url)
    coverage = Coverage(load_definition(SMALL))
    coverage.watch_desk(Desk(coverage.definition, store))
    store.close()
    return coverage


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_table_is_that_of_the_library(url: str, expected: Coverage, language: str) -> None:
    """The command prints the table of all tickets in the store, in the language asked for."""
    result = run("coverage", SMALL, "--store", url, "--language", language)
    assert (0, table(expected.report(), language)) == (result.exit_code, result.stdout)


def test_the_json_colours_both_diagrams(url: str, expected: Coverage, tmp_path: Path) -> None:
    """What --json wrote is read again by diagram, as Mermaid text and as SVG."""
    file = tmp_path / "coverage.json"
    assert "" == run("coverage", SMALL, "--store", url, "--json", "-o", file).stdout
    assert expected == Coverage.from_json(expected.definition, json.loads(file.read_text(encoding="utf-8")))
    report = expected.report()
    assert diagram(report.definition, "en", report) == run("diagram", SMALL, "--coverage", file).stdout
    run("diagram", SMALL, "--svg", "--language", "es", "--coverage", file, "-o", tmp_path / "small.svg")
    assert svg(report.definition, "es", report) == (tmp_path / "small.svg").read_text(encoding="utf-8")


def test_a_plain_picture_needs_no_coverage() -> None:
    """Without it the picture is that of the library."""
    assert svg(load_definition(SMALL)) == run("diagram", SMALL, "--svg").stdout


def test_known_people_are_asked_for_what_they_see(url: str, tmp_path: Path) -> None:
    """With --actors the condition of what customers see is asked; a file of something else is told."""
    people = tmp_path / "people.json"
    people.write_text(json.dumps([{"id": "nobody", "roles": ["customer"], "customers": ["none"]}]))
    told = json.loads(run("coverage", SMALL, "--store", url, "--actors", people, "--json").stdout)
    assert {"failed"} == set(told["seen"]["roles[0].sees"])
    people.write_text('[{"name": "ana"}]')
    result = run("coverage", SMALL, "--store", url, "--actors", people)
    assert 1 == result.exit_code
    assert "a JSON list of objects with id" in result.stderr


def test_a_store_without_the_desk_and_coverage_of_another_are_told(
    url: str, expected: Coverage, tmp_path: Path
) -> None:
    """A desk that the store does not have, and coverage of other rules, end with exit code 1 and a line."""
    result = run("coverage", "noova", "--store", url)
    assert (1, "Error: no desk noova here; there are: small") == (result.exit_code, result.stderr.strip())
    file = tmp_path / "other.json"
    file.write_text(json.dumps(expected.to_json()))
    result = run("diagram", "noova", "--coverage", file)
    assert 1 == result.exit_code
    assert "other rules than those of 'noova'" in result.stderr
    file.write_text("{")
    assert 1 == run("diagram", "noova", "--coverage", file).exit_code
