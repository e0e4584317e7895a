"""The structural lint, one small flaw at a time, planted into a desk that has none."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supportcore import load_definition
from supportcore.definition import Definition
from supportcore.definition.loader import PRESETS, define
from supportcore.workflow.lint import CODES, Finding, lint

DESKS = Path(__file__).parents[1] / "desks"
RULES = tomllib.loads((DESKS / "small.toml").read_text(encoding="utf-8"))
LABELS = tomllib.loads((DESKS / "small.labels.toml").read_text(encoding="utf-8"))
BOTH = {"en": "x", "es": "x"}
Doc = dict[str, Any]


def changed(change: Callable[[Doc], None]) -> Definition:
    """Return the small desk after a change of its rules, with labels for whatever is new."""
    rules, labels = copy.deepcopy(RULES), copy.deepcopy(LABELS)
    change(rules)
    for section, entries in (("roles", rules["roles"]), ("states", rules["states"])):
        for entry in entries:
            labels[section].setdefault(entry["key"], {"label": BOTH, "help": BOTH})
    for step in rules["transitions"]:
        labels["actions"].setdefault(step["action"], {"label": BOTH})
    for action in set(labels["actions"]) - {step["action"] for step in rules["transitions"]}:
        del labels["actions"][action]
    return define(rules, labels)


def found(change: Callable[[Doc], None]) -> list[tuple[str, str]]:
    """Return code and path of every finding after a change."""
    return [(finding.code, finding.path) for finding in lint(changed(change))]


def state(rules: Doc, key: str) -> Doc:
    """Return a state of a document."""
    return next(entry for entry in rules["states"] if entry["key"] == key)


def action(rules: Doc, name: str) -> Doc:
    """Return a transition of a document."""
    return next(entry for entry in rules["transitions"] if entry["action"] == name)


@pytest.mark.parametrize("desk", [*PRESETS, DESKS / "small.toml", DESKS / "portal.toml"], ids=str)
def test_a_sound_desk_has_no_finding(desk: str | Path) -> None:
    """No finding is made on the shipped desks and on the one of the tests."""
    assert () == lint(load_definition(desk))


def nobody_opens(rules: Doc) -> None:
    for role in rules["roles"]:
        role["may"] = [name for name in role["may"] if name != "open"]


def unused_role(rules: Doc) -> None:
    rules["roles"].append({"key": "guest", "side": "customer", "sees": "own", "may": []})


def unreachable_state(rules: Doc) -> None:
    rules["states"].append({"key": "limbo", "category": "open"})


def trap_state(rules: Doc) -> None:
    rules["states"].append({"key": "pit", "category": "on_hold"})
    rules["transitions"].append({"action": "drop", "from": ["working"], "to": "pit", "roles": ["agent"]})
    for name in ("take", "cancel"):
        action(rules, name)["from"] = ["new", "working", "asking", "solved"]


def dead_action(rules: Doc) -> None:
    rules["transitions"].append({"action": "nudge", "from": ["working"], "to": "asking", "roles": ["system"]})


def impossible_condition(rules: Doc) -> None:
    action(rules, "wait_for")["when"] = {"all": [{"field": "category", "eq": "solved"}]}


def timer_loop(rules: Doc) -> None:
    state(rules, "working")["timer"] = {"after": "24h", "action": "nudge"}
    rules["transitions"].append({"action": "nudge", "from": ["working"], "to": "asking", "roles": ["system"]})
    action(rules, "silence")["to"] = "working"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (nobody_opens, [("nobody_opens", "roles")]),
        (unused_role, [("unused_role", "roles[3]")]),
        (unreachable_state, [("unreachable_state", "states[6]")]),
        (trap_state, [("trap_state", "states[6]")]),
        (dead_action, [("dead_action", "transitions[10]")]),
        (impossible_condition, [("dead_action", "transitions[8]")]),
        (timer_loop, [("timer_loop", "states[1].timer")]),
    ],
)
def test_each_flaw_is_found_where_it_stands(change: Callable[[Doc], None], expected: list[tuple[str, str]]) -> None:
    """A planted flaw gives one finding, with its code and its place in the document."""
    assert expected == found(change)


def test_every_code_has_an_example() -> None:
    """Each code of the lint is planted above."""
    changes = (nobody_opens, unused_role, unreachable_state, trap_state, dead_action, timer_loop)
    assert set(CODES) == {code for change in changes for code, _ in found(change)}


def test_a_role_named_only_in_a_condition_is_used() -> None:
    """A role that merely opens a door for others by a condition is not called unused."""

    def change(rules: Doc) -> None:
        unused_role(rules)
        action(rules, "solve")["when"] = {"field": "@actor.roles", "has": "guest"}

    assert [] == found(change)


def test_a_reply_of_a_side_that_may_not_reply_takes_nothing() -> None:
    """What only a customer's reply takes is dead where no customer may reply."""

    def change(rules: Doc) -> None:
        rules["roles"][0]["may"] = ["open"]

    assert [("dead_action", "transitions[3]")] == found(change)


def test_a_state_behind_an_impossible_step_is_unreachable() -> None:
    """A step whose condition never holds does not make its target reachable."""

    def change(rules: Doc) -> None:
        unreachable_state(rules)
        step = {"action": "sink", "from": ["new"], "to": "limbo", "roles": ["agent"]}
        rules["transitions"].append({**step, "when": {"field": "state", "ne": "new"}})

    assert [("unreachable_state", "states[6]"), ("dead_action", "transitions[10]")] == found(change)


def test_a_loop_is_told_once_and_entirely() -> None:
    """A loop of timers gives one finding that names its states in order."""
    (finding,) = lint(changed(timer_loop))
    expected = "timers alone lead round: working -> asking -> working; let one of them lead elsewhere, or a person act"
    assert expected == finding.message


def test_a_timer_that_stays_where_it_is_runs_once() -> None:
    """A timer whose action leads nowhere is cleared by firing, so it is no loop."""

    def change(rules: Doc) -> None:
        state(rules, "working")["timer"] = {"after": "24h", "action": "remind"}
        rules["transitions"].append({"action": "remind", "from": ["working"], "roles": ["system"]})

    assert [] == found(change)


def test_a_finding_reads_like_a_fault() -> None:
    """A finding prints its place, its message and its code in one line."""
    finding = Finding("trap_state", "states[1]", "a ticket in 'x' can never be closed")
    assert "states[1]: a ticket in 'x' can never be closed [trap_state]" == str(finding)
