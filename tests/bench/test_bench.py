"""The measurements run, and their figures are written down; how fast anything is, no test says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.__main__ import main


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run of two measurements writes."""
    file = tmp_path_factory.mktemp("bench") / "build" / "bench.json"
    assert main(["open", "step", "--quick", "--json", str(file)]) == 0
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_figures_say_what_they_were_measured_on(figures: dict[str, Any]) -> None:
    """The file names the machine, the scale, and that it was a quick run."""
    assert {"machine", "scale", "quick", "measurements", "broken"} == set(figures)
    assert {"python", "sqlite", "cores"} <= set(figures["machine"])
    assert figures["quick"] is True
    assert figures["broken"] == {}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("open", {"ours", "core", "again", "store", "raw", "decide", "encode", "transaction", "caches", "rest"}),
        ("step", {"step", "bare", "model", "attempt", "draft", "held", "left", "machine"}),
    ],
)
def test_each_line_is_written_down(figures: dict[str, Any], name: str, keys: set[str]) -> None:
    """Each measurement has its lines."""
    assert keys == set(figures["measurements"][name]["lines"])


@pytest.mark.parametrize(("name", "key", "target"), [("open", "ours", 1.3), ("step", "step", 2.5)])
def test_ratio_is_told_beside_its_target(figures: dict[str, Any], name: str, key: str, target: float) -> None:
    """A line with a target has a ratio, and says whether it is over."""
    line = figures["measurements"][name]["lines"][key]
    assert line["target"] == target
    assert line["over"] == (line["ratio"] > target)


def test_opening_needs_few_statements(figures: dict[str, Any]) -> None:
    """Opening a ticket takes at most two reads, one number and six writes, the last of them what it is found by."""
    facts = figures["measurements"]["open"]["facts"]
    assert facts["reads"] <= 2
    assert facts["numbers"] == 1
    assert facts["writes"] <= 6


def test_no_ticket_has_a_machine(figures: dict[str, Any]) -> None:
    """Stepping tickets makes no machine."""
    assert figures["measurements"]["step"]["facts"]["machines_made_by_steps"] == 0


def test_unknown_name_is_refused() -> None:
    """A measurement that does not exist is no measurement."""
    with pytest.raises(SystemExit):
        main(["nothing"])
