"""What one desk allows and another refuses: found by exploring both side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from supportcore.cli.commands import supportcore
from supportcore.exploring.differing import Difference, differences
from tests.exploring.tiny import Doc, action, state, tiny, unchanged

PRESETS = Path(__file__).parents[2] / "src" / "supportcore" / "definition" / "presets"


def does(one: Difference) -> list[str]:
    """What is done in a difference."""
    return [step.do for step in one.trace]


def other_role(rules: Doc) -> None:
    action(rules, "finish")["roles"] = ["user"]


def earlier(rules: Doc) -> None:
    state(rules, "asking")["timer"]["after"] = "71h"


def elsewhere(rules: Doc) -> None:
    action(rules, "silence")["to"] = "working"


def without(rules: Doc) -> None:
    rules["transitions"] = [step for step in rules["transitions"] if step["action"] != "ask"]
    state(rules, "asking").pop("timer")
    state(rules, "asking").pop("on_reply")
    rules["transitions"] = [step for step in rules["transitions"] if step["action"] == "finish"]


def unasked(rules: Doc) -> None:
    del action(rules, "ask")["requires"]


def more_seen(rules: Doc) -> None:
    rules["roles"][0]["sees"] = "all"


def silent(rules: Doc) -> None:
    rules["roles"][0]["may"] = ["open"]


@pytest.mark.parametrize(
    ("change", "allows", "way"),
    [
        (other_role, "old", ["open", "finish"]),
        (earlier, "both", ["open", "ask"]),
        (elsewhere, "both", ["open", "ask", "wait"]),
        (without, "old", ["open", "ask"]),
        (unasked, "old", ["open", "ask"]),
        (more_seen, "new", ["open", "reply"]),
        (silent, "old", ["open", "reply"]),
    ],
)
def test_a_change_is_told_by_its_shortest_way(change: Callable[[Doc], None], allows: str, way: list[str]) -> None:
    """Whatever changes what may be done is found, with who allows it; the other way round, the other one allows it."""
    old, new = tiny(), tiny(change)
    (found,) = differences(old, new).found
    assert (allows, way) == (found.allows, does(found))
    (back,) = differences(new, old).found
    assert len(found.trace) == len(back.trace)
    assert {"old", "new"} == {found.allows, back.allows} or allows == "both" or change in (other_role, unasked)


def test_no_difference_is_sure() -> None:
    """Between equal rules there is none, and all of it was compared."""
    found = differences(tiny(), tiny(unchanged))
    assert ((), True) == (found.found, found.complete)


def test_what_nobody_notices_is_no_difference() -> None:
    """A state that no ticket comes into changes nothing of what may be done."""

    def unused(rules: Doc) -> None:
        rules["states"].append({"key": "limbo", "category": "open"})

    found = differences(tiny(), tiny(unused), limit=9)
    assert ((), True) == (found.found, found.complete)


def test_several_differences_are_each_told_once() -> None:
    """Up to a limit, what differs is told: once for each step, person, state and kind."""

    def both(rules: Doc) -> None:
        other_role(rules)
        earlier(rules)

    found = differences(tiny(), tiny(both), limit=99)
    assert found.complete
    told = [(one.allows, one.trace[-1].do, one.trace[-1].who) for one in found.found]
    assert len(told) == len(set(told))
    assert {("old", "finish", "agent"), ("new", "finish", "user"), ("both", "ask", "agent")} <= set(told)


def test_the_command_line_tells_it_in_the_words_of_the_desk(tmp_path: Path) -> None:
    """What is allowed by one and refused by the other is told step by step; exit code 1, or 0 without a difference."""
    text = (PRESETS / "noova.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('roles = ["consultor"]\naccepts = ["comment"]', 'roles = ["soporte"]', 1), "utf-8")
    labels = (PRESETS / "noova.labels.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.labels.toml").write_text(labels, encoding="utf-8")
    told = CliRunner().invoke(supportcore, ["diff", "noova", str(mine)])
    assert 1 == told.exit_code
    assert f"Allowed by noova, refused by {mine}:\n1. Customer opens a ticket" in told.stdout
    assert "2. Consultant takes “" in told.stdout
    assert "Only Support team may do this." in told.stdout
    same = CliRunner().invoke(supportcore, ["diff", "noova", "noova"])
    assert (0, True) == (same.exit_code, same.stdout.endswith("everything was compared.\n"))
