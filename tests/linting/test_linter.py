"""The linter as a whole: what it leaves be, what it does with much, what a finding is like; and faults beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supportcore import load_definition
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError
from supportcore.linting import Finding, analyse, lint
from supportcore.linting import walk as walk_module
from supportcore.workflow.steps import WAIT, story
from tests.linting.corpus.base import Doc, action, base, changed, defined, labels_of, role, state, step
from tests.linting.corpus.faulty import FAULTY


def codes(rules: Doc) -> list[tuple[str, str]]:
    """Return code and path of every finding."""
    return [(finding.code, finding.path) for finding in lint(defined(rules))]


def test_a_role_named_only_in_a_condition_is_used() -> None:
    """A role that merely opens a door for others by a condition is not called unused."""

    def change(rules: Doc) -> None:
        rules["roles"].append({"key": "guest", "side": "customer", "sees": "own", "may": []})
        action(rules, "hold")["when"] = {"field": "@actor.roles", "has": "agent"}
        action(rules, "reopen")["when"] = {"any": [{"field": "@actor.roles", "has": key} for key in ("guest", "agent")]}

    assert [] == codes(changed(change))


def test_a_guard_may_always_hold() -> None:
    """What a host's guard decides is taken for possible, and a circle of timers that it guards for broken."""

    def change(rules: Doc) -> None:
        state(rules, "held")["timer"] = {"after": "8h", "action": "again"}
        step(rules, "again", ["held"], "held", "system", guard="twice")

    assert [] == codes(changed(change))


def test_a_trace_says_how_long_a_timer_takes() -> None:
    """A step that lets a timer come says after how long, and what the desk takes then."""
    (finding,) = lint(FAULTY["a_question_that_closes_whatever_is_answered"].definition())
    last = finding.trace[-1]
    assert (WAIT, 72 * 3600, "silence") == (last.do, last.after.total_seconds(), last.takes)


def test_a_finding_reads_like_a_fault() -> None:
    """A finding prints its place, its message and its code in one line; its trace is told as numbered lines."""
    finding = Finding("trap_state", "states[1]", "a ticket in 'x' can never be closed")
    assert "states[1]: a ticket in 'x' can never be closed [trap_state]" == str(finding)
    definition = FAULTY["a_pit"].definition()
    (found,) = lint(definition)
    assert ["1.", "2.", "3."] == [line[:2] for line in story(definition, found.trace).splitlines()]


def test_with_too_many_kinds_of_ticket_fields_are_left_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of kinds of ticket fields are left aside, which is told, and nothing is found for that."""

    def change(rules: Doc) -> None:
        action(rules, "hold")["when"] = {"field": "priority", "eq": "high"}
        action(rules, "take")["when"] = {"field": "type", "ne": "change"}

    definition = defined(changed(change))
    assert ((), ()) == (analyse(definition).findings, analyse(definition).aside)
    monkeypatch.setattr(walk_module, "MOST", 20)
    assert ((), ("priority", "type")) == (analyse(definition).findings, analyse(definition).aside)


def test_a_voter_is_one_of_those_who_see_a_ticket_for_that() -> None:
    """A role that sees what is to be approved is the committee, and may have no other command."""

    def change(rules: Doc) -> None:
        role(rules, "lead").update(may=[], sees={"field": "approval", "missing": False})
        action(rules, "cancel")["roles"] = ["agent"]
        rules["approvals"] = [{"key": "board", "when": {"field": "type", "eq": "change"}, "team": "board"}]

    assert [] == codes(changed(change))


def test_without_former_rules_nothing_is_said_of_moves() -> None:
    """What becomes of tickets of former rules is looked at only where these are named."""
    case = FAULTY["a_state_is_gone"]
    assert () == lint(case.definition())


# -- what the loader tells ---------------------------------------------------------------------------------------------


def faults(rules: Doc, labels: Any = None) -> list[tuple[str, str]]:
    """Return code and path of every fault of a document."""
    try:
        define(rules, labels_of(rules) if labels is None else labels)
    except DefinitionError as error:
        return [(fault.code, fault.path) for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("name", "sources", "expected"),
    [
        ("take", ["new"], ("duplicate_action", "transitions[9].action")),
        ("hold", "*", ("duplicate_action", "transitions[9].action")),
        ("accept", ["proposed"], ("duplicate_action", "confirmations")),
        ("expire", "*", ("duplicate_action", "confirmations")),
        ("doubted", ["held", "proposed"], ("duplicate_action", "confirmations")),
    ],
)
def test_an_action_leads_from_a_state_to_one_place(name: str, sources: Any, expected: tuple[str, str]) -> None:
    """Two transitions for one action from one state are a fault, also by "*" and beside a confirmation."""
    rules = base()
    step(rules, name, sources, "cancelled", "agent", "system")
    assert expected in faults(rules)


@pytest.mark.parametrize("section", ["states", "actions", "roles", "fields", "templates"])
def test_a_label_that_is_missing_and_one_too_many_are_faults(section: str) -> None:
    """Everything that people read has a label, and no label names what does not exist."""
    labels = labels_of(base())
    taken = labels[section].popitem()
    missing = faults(base(), labels)
    labels[section] |= {taken[0]: taken[1], "nothing": taken[1]}
    assert ["missing_label"] == sorted({code for code, _ in missing})
    assert ["unknown_label"] == [code for code, _ in faults(base(), labels)]


@pytest.mark.parametrize("char", ["\n", "\r", "\x1b", "\x07", "\u2028", "\u202e", "\u2066"])
def test_a_label_steers_nothing(char: str) -> None:
    """A label has no line break and nothing that steers a terminal, which would forge what is told of the desk."""
    labels = labels_of(base())
    labels["states"]["new"]["label"]["en"] = f"New{char}2. Fake step"
    assert [("bad_label", "states.new.label.en")] == faults(base(), labels)


def test_a_help_may_have_several_lines() -> None:
    """A help has lines, and steers nothing either."""
    labels = labels_of(base())
    labels["states"]["new"]["help"]["en"] = "One\n\ttwo\r\nthree"
    assert [] == faults(base(), labels)
    labels["states"]["new"]["help"]["en"] = "One\x1b[2J"
    assert [("bad_label", "states.new.help.en")] == faults(base(), labels)


def test_rules_are_told_their_faults_without_labels(tmp_path: Path) -> None:
    """Where the file of the labels is missing, what is wrong with the rules is told beside."""
    path = tmp_path / "mine.desk.toml"
    path.write_text('format = 1\nkey = "mine"\nlangauges = ["en"]\n', encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_definition(path)
    told = [(fault.code, fault.path) for fault in raised.value.faults]
    assert {("missing_file", "document"), ("unknown_key", "langauges"), ("missing_key", "zone")} <= set(told)


def test_a_folder_is_no_desk(tmp_path: Path) -> None:
    """A folder in the place of a file is told to be one."""
    with pytest.raises(DefinitionError, match="is a folder; name the TOML file in it"):
        load_definition(tmp_path)


def test_a_guard_that_is_missing_says_how_to_name_it() -> None:
    """The fault names both ways: the argument of the program, and the option of the command line."""
    rules = base()
    action(rules, "take")["guard"] = "may_take"
    with pytest.raises(DefinitionError, match=r"load_definition\(guards=…\), or named by --guard; there are none"):
        define(rules, {})
