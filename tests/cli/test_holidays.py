"""`supportcore holidays`: what it prints, that it can be pasted, and how it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportcore.cli.commands import supportcore
from supportcore.sla.holidays import import_holidays

TOWN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//town//days//ES
X-WR-CALNAME:Villa "La Ñ"\\, sur
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260924
RRULE:FREQ=YEARLY
SUMMARY:Fiesta "mayor" \\\\ feria
END:VEVENT
END:VCALENDAR
"""


def run(*args: object) -> Result:
    """Run the command; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, ["holidays", *map(str, args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """An iCalendar document of a town."""
    path = tmp_path / "town.ics"
    path.write_text(TOWN, encoding="utf-8")
    return path


def test_a_country_is_printed_as_the_library_has_it() -> None:
    """The command prints the TOML of the import and nothing else, in Spanish unless another language is asked for."""
    for more, language in (([], "es"), (["--language", "en"], "en")):
        result = run("ES", "--years", "2025-2026", "--subdivision", "CT", *more)
        expected = import_holidays("ES", subdivision="CT", years=[2025, 2026], language=language).as_toml()
        assert (0, expected, "") == (result.exit_code, result.stdout, result.stderr)
    assert import_holidays("CO", years=[2026]).as_toml() == run("CO", "--years", "2026").stdout


def test_a_document_is_printed_and_reads_back(town: Path) -> None:
    """The days of a document come with its names, whatever they hold, up to the day asked for."""
    result = run("--ical", town, "--until", "2028-06-30", "--since", "2026-02-01", "--timezone", "Europe/Madrid")
    assert (0, "") == (result.exit_code, result.stderr)
    name = 'Fiesta "mayor" \\ feria'
    assert {
        "holidays": [{"date": date(2026, 9, 24), "name": name}, {"date": date(2027, 9, 24), "name": name}],
        "covered_until": date(2028, 6, 30),
        "source": 'icalendar -//town//days//ES Villa "La Ñ", sur',
    } == tomllib.loads(result.stdout)


def test_output_is_utf_8_whatever_the_terminal_is() -> None:
    """TOML is UTF-8: the letters of a name are not lost where stdout has another encoding."""
    command = [sys.executable, "-W", "error", "-c", "from supportcore.cli import main; main()"]
    told = subprocess.run(
        [*command, "holidays", "CO", "--years", "2026"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert import_holidays("CO", years=[2026]).as_toml().encode() == told.stdout


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["CO"],
        ["CO", "--years", "26"],
        ["CO", "--years", "2027-2026"],
        ["CO", "--years", "2026", "--until", "2026-12-31"],
        ["CO", "--years", "2026", "--ical", "town.ics", "--until", "2026-12-31"],
        ["--ical", "town.ics"],
        ["--ical", "town.ics", "--until", "soon"],
        ["--ical", "town.ics", "--until", "2026-12-31", "--subdivision", "CT"],
    ],
)
def test_a_country_or_a_document(args: list[str]) -> None:
    """A country goes with years, a document with its last day; anything else is no command line."""
    result = run(*args)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "Usage: supportcore holidays" in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["Colombia", "--years", "2026"],
            "Error: there is no country of the code 'Colombia' (ISO 3166); did you mean CO",
        ),
        (["ES", "--years", "2026", "--subdivision", "Madri"], "ES has no subdivision 'Madri'; did you mean MD?"),
        (["CO", "--years", "1800-2026"], "the holidays of CO are known for the years 1901 to "),
        (["--ical", "no/such.ics", "--until", "2026-12-31"], "no/such.ics cannot be read: No such file or directory"),
        (["--ical", ".", "--until", "2026-12-31"], "Error: . cannot be read: Is a directory"),
        (["--ical", __file__, "--until", "2026-12-31"], "Error: this is no iCalendar document: "),
    ],
)
def test_failures_are_told_in_a_line(args: list[str], said: str) -> None:
    """What cannot be imported is one line on stderr, exit code 1, and nothing on stdout."""
    result = run(*args)
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert said in result.stderr


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, town: Path) -> None:
    """Without the package the command says which extra to install."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    monkeypatch.setitem(sys.modules, "icalendar", None)
    assert "pip install 'supportcore[holidays]'" in run("CO", "--years", "2026").stderr
    assert "pip install 'supportcore[ical]'" in run("--ical", town, "--until", "2026-12-31").stderr
