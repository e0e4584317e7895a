"""What one desk allows and another refuses: found by exploring both side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from supportcore.authoring import to_toml
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


def test_the_same_cause_is_told_once_and_how_often() -> None:
    """Whoever it is and whatever was done before, one change of the rules is one difference."""

    def both(rules: Doc) -> None:
        other_role(rules)
        earlier(rules)

    found = differences(tiny(), tiny(both), limit=99)
    assert found.complete
    assert [("new", "finish"), ("both", "ask"), ("old", "finish")] == sorted(
        {(one.allows, one.trace[-1].do) for one in found.found}, key=lambda told: ("new", "both", "old").index(told[0])
    )
    assert 3 == len(found.found)
    assert any(one.times > 1 for one in found.found)


def test_a_command_that_is_taken_away_is_one_difference() -> None:
    """A command is refused in every state: that is told once, and in words where no role is left that may."""
    found = differences(tiny(), tiny(silent), limit=99)
    replies = [one for one in found.found if one.trace[-1].do == "reply"]
    assert (1, True) == (len(replies), replies[0].times > 1)


def promising(rules: Doc) -> None:
    rules["policies"] = [{"key": "all", "resolution": {"within": "8h", "calendar": "always"}}]


def test_what_is_not_compared_is_told(tmp_path: Path) -> None:
    """Promises are not compared, and the command says so and that they differ; equal ones are told to be the same."""
    assert (("promises",), ()) == (differences(tiny(), tiny(promising)).aside, differences(tiny(), tiny()).aside)
    for name, change in (("old", unchanged), ("new", promising)):
        rules, labels = to_toml(tiny(change))
        (tmp_path / f"{name}.desk.toml").write_text(rules, encoding="utf-8")
        (tmp_path / f"{name}.labels.toml").write_text(labels, encoding="utf-8")
    paths = [str(tmp_path / f"{name}.desk.toml") for name in ("old", "new")]
    told = CliRunner().invoke(supportcore, ["diff", *paths])
    assert (0, "Not compared: promises, notices, screens, labels; these differ: promises.") == (
        told.exit_code,
        told.stdout.splitlines()[-1],
    )
    told = CliRunner().invoke(supportcore, ["diff", *paths, "--json"])
    assert '"differ_beside": [\n    "promises"\n  ]' in told.stdout


def test_where_no_role_may_that_is_said(tmp_path: Path) -> None:
    """A command that nobody may give any more is refused in words."""

    def mute(rules: Doc) -> None:
        for role in rules["roles"]:
            role["may"] = [command for command in role["may"] if command != "reply"]

    for name, change in (("old", unchanged), ("new", mute)):
        rules, labels = to_toml(tiny(change))
        (tmp_path / f"{name}.desk.toml").write_text(rules, encoding="utf-8")
        (tmp_path / f"{name}.labels.toml").write_text(labels, encoding="utf-8")
    paths = [str(tmp_path / f"{name}.desk.toml") for name in ("old", "new")]
    for language, words in (("en", "No role may do this."), ("es", "Ningún rol puede hacer esto.")):
        assert words in CliRunner().invoke(supportcore, ["diff", *paths, "--language", language]).stdout


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
    assert (0, True) == (same.exit_code, same.stdout.endswith("they are the same.\n"))
    assert "; all steps were compared.\n" in same.stdout
