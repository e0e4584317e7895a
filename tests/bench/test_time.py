"""The measurements of calendars and clocks run, answers are compared, and the figures are written down."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("numpy")

from bench import calendars, clocks
from bench.__main__ import main
from bench.measuring import ratio_of
from bench.report import Line


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run of both measurements writes."""
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    assert main(["calendars", "clocks", "--quick", "--json", str(file)]) == 0
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found["measurements"]


@pytest.mark.parametrize("operation", ["add", "between"])
def test_every_span_is_measured(figures: dict[str, Any], operation: str) -> None:
    """A day, a month, a year and ten years of each operation have their lines, with or without peers."""
    assert {f"{operation}_{span}_ours" for span in calendars.SPANS} <= set(figures["calendars"]["lines"])


def test_ten_years_have_a_target(figures: dict[str, Any]) -> None:
    """Ten years are told beside a day, and the most they may take."""
    for operation in ("add", "between"):
        line = figures["calendars"]["lines"][f"{operation}_10y_ours"]
        assert line["target"] == calendars.LONG_SPAN
        assert line["over"] == (line["ratio"] > calendars.LONG_SPAN)


def test_the_table_and_many_at_once_are_measured(figures: dict[str, Any]) -> None:
    """What a year takes to build is told, and how many times as long a loop takes as arrays."""
    lines = figures["calendars"]["lines"]
    assert {"year_bogota", "year_madrid", "made", "many", "many_loop"} <= set(lines)
    assert lines["many_loop"]["least"] == calendars.MANY


def test_peers_are_told_apart(figures: dict[str, Any]) -> None:
    """Of every peer it is told how many answers differ, or that it is not installed."""
    facts = figures["calendars"]["facts"]
    for name in (calendars.PYTHON, calendars.RUST):
        assert facts[name] == "not installed" or facts[name].startswith("differs in ")


def test_peer_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the peers there are none to compare with, and nothing breaks."""
    for name in (calendars.PYTHON, calendars.RUST):
        monkeypatch.setitem(sys.modules, name, None)
    assert calendars.peers({}) == {}


def test_different_answers_are_counted() -> None:
    """An answer that is another one, or does not come, is a different answer."""
    start, hour = datetime(2026, 3, 2, 15, tzinfo=UTC), timedelta(hours=1)

    def theirs(at: datetime, work: timedelta) -> datetime:
        return at + work / (work // hour - 1)

    questions = [(start, 2 * hour), (start, hour), (start, 3 * hour)]
    assert calendars.differing(lambda at, work: at + work, theirs, questions) == 2


def test_least_ratio_is_missed_from_below() -> None:
    """A line with a least ratio is short of it below, and never over."""
    line = Line(key="x", what="x", ratio=ratio_of([9.0, 10.0, 11.0]), least=10.5)
    assert (line.short, line.over, line.cells()[-1]) == (True, False, "SHORT")
    assert not Line(key="x", what="x", ratio=ratio_of([9.0, 10.0, 11.0]), least=10.0).short


@pytest.mark.parametrize("key", ["all", *(key for key, *_ in clocks.COMMANDS)])
def test_each_command_is_told_with_and_without_clocks(figures: dict[str, Any], key: str) -> None:
    """Each command has the share that clocks take of the whole, and that of timekeeping alone."""
    lines = figures["clocks"]["lines"]
    assert {key, f"{key}_without", f"{key}_pure"} <= set(lines)
    assert 0 <= lines[f"{key}_pure"]["ratio"] < 1
    assert lines[key]["target"] == clocks.TARGET


def test_clocks_happen_in_what_is_measured(figures: dict[str, Any]) -> None:
    """The events of clocks are all that a ticket with service levels has more."""
    facts = figures["clocks"]["facts"]
    assert facts["of_clocks"] > 5
    assert facts["events_a_ticket"] == facts["without"] + facts["of_clocks"]


def test_stopwatches_are_taken_away() -> None:
    """Once the time is taken, drafts are as they were."""
    before = clocks.drafting.follow, clocks.drafting.evolve, clocks.drafting.Draft._record
    with clocks.Stopwatches().running():
        assert clocks.drafting.follow is not before[0]
    assert (clocks.drafting.follow, clocks.drafting.evolve, clocks.drafting.Draft._record) == before
