"""Findings as SARIF 2.1.0: what the format wants, and what a reader needs."""

from __future__ import annotations

from typing import Any

import pytest

from supportcore.errors import DefinitionFault
from supportcore.linting import CODES, lint
from supportcore.linting.sarif import sarif
from tests.linting.corpus.faulty import FAULTY


def log(name: str) -> dict[str, Any]:
    """Return the log of a faulty desk, its states standing from line 40 on."""
    definition = FAULTY[name].definition()
    lines = {f"states[{index}]": 40 + index for index in range(20)}
    return sarif(lint(definition), uri="desks/mine.toml", lines=lines, definition=definition)


@pytest.mark.parametrize("name", FAULTY)
def test_a_log_has_what_the_format_wants(name: str) -> None:
    """Version, tool, rules with ids that are in use, and results with message, level, and a place from line 1 on."""
    found = log(name)
    (run,) = found["runs"]
    driver = run["tool"]["driver"]
    assert ("2.1.0", "supportcore") == (found["version"], driver["name"])
    assert [rule["id"] for rule in driver["rules"]] == list(dict.fromkeys(one["ruleId"] for one in run["results"]))
    for result in run["results"]:
        assert {"ruleId", "ruleIndex", "level", "message", "locations"} <= result.keys()
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        (place,) = result["locations"]
        assert "desks/mine.toml" == place["physicalLocation"]["artifactLocation"]["uri"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1


def test_a_rule_says_what_its_code_means() -> None:
    """Each rule has the sentence of its code."""
    (rule,) = log("an_orphan")["runs"][0]["tool"]["driver"]["rules"]
    assert {"id": "unreachable_state", "shortDescription": {"text": CODES["unreachable_state"]}} == rule


def test_a_result_has_its_line_and_its_steps() -> None:
    """A result stands on the line of its path, and its trace is a flow of steps in the words of the desk."""
    (result,) = log("a_pit")["runs"][0]["results"]
    (flow,) = result["codeFlows"][0]["threadFlows"]
    assert 48 == result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "states[8]" == result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert 3 == len(flow["locations"])
    assert "customer opens a ticket" in flow["locations"][0]["location"]["message"]["text"]


def test_a_fault_is_an_error() -> None:
    """What keeps a desk from loading is a result of its own code."""
    fault = DefinitionFault("mine.toml", "initial", "not_an_option", "no such state")
    (result,) = sarif((), uri="mine.toml", lines={"initial": 6}, faults=[fault])["runs"][0]["results"]
    told = (result["ruleId"], result["level"], result["locations"][0]["physicalLocation"]["region"]["startLine"])
    assert ("not_an_option", "error", 6) == told
