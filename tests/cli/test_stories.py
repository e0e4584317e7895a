"""``supportcore explore`` and ``supportcore story``: what they print, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supportcore.authoring import to_toml
from supportcore.cli import explore as exploring
from supportcore.cli.commands import supportcore
from supportcore.exploring import cast_of
from supportcore.testing.story import Story
from supportcore.workflow.steps import OPEN, Step
from tests.exploring.tiny import Doc, action, state, tiny

OPENED = Step(do=OPEN, who="user", said=(("subject", "x"),))
ASKED = Step(do="ask", who="agent", said=(("comment", "x"),))


def run(*args: object) -> Result:
    """Run the command line in this process; what the library raises would come out as an exception."""
    result = CliRunner().invoke(supportcore, [str(arg) for arg in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kept(path: Path, *, system: bool = False, change: Callable[[Doc], object] = lambda data: None) -> Path:
    """Write a story to a file."""
    definition = tiny()
    story = Story(definition, cast_of(definition).now, (OPENED, ASKED), "nobody is asked", system=system)
    data = story.to_json()
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def looping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk on which time leads round, and that has a state into which no ticket comes."""

    def change(rules: Doc) -> None:
        action(rules, "silence")["to"] = "working"
        state(rules, "working")["timer"] = {"after": "1h", "action": "nudge"}
        rules["transitions"].append({"action": "nudge", "from": ["working"], "to": "asking", "roles": ["system"]})
        rules["states"].append({"key": "shelf", "category": "on_hold"})

    definition = tiny(change)
    for module in ("supportcore.cli.explore", "supportcore.cli.story"):
        monkeypatch.setattr(f"{module}.desk_named", lambda name, guards=(): definition)


def test_a_sound_desk_is_explored() -> None:
    """A line with the counts that says that it is complete; exit code 0."""
    result = run("explore", "infoavan")
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("infoavan: 4 different tickets in 3 of 3 states, ")
    assert result.stdout.endswith(" deep; complete.\n")


def test_what_an_exploration_shows_is_told(looping: None) -> None:
    """Each finding with its steps; exit code 1."""
    result = run("explore", "x")
    assert 1 == result.exit_code
    assert "states[3]: no ticket ever comes into 'shelf' [unreachable_state]\n" in result.stdout
    loop = "states[0].timer: time alone leads round for ever: working -> asking -> working [timer_loop]\n"
    assert f"{loop}1. user opens a ticket" in result.stdout
    assert result.stdout.endswith("\n2 findings.\n")


def test_a_trap_is_told_with_the_way_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ticket that can never end is told, and how it came there."""

    def change(rules: Doc) -> None:
        rules["states"].append({"key": "shelf", "category": "on_hold"})
        rules["transitions"].append({"action": "shelve", "from": ["asking"], "to": "shelf", "roles": ["agent"]})

    monkeypatch.setattr("supportcore.cli.explore.desk_named", lambda name, guards=(): tiny(change))
    result = run("explore", "x")
    told = "states[3]: a ticket in 'shelf' can be such that it never ends [trap_state]\n"
    assert 1 == result.exit_code
    way = ("1. user opens a ticket (subject=x)", "2. agent takes “ask” (comment=x)", "3. agent takes “shelve”")
    assert told + "\n".join(way) + "\n\n1 finding.\n" in result.stdout


def test_an_exploration_that_is_cut_is_no_fault(looping: None) -> None:
    """What deeper steps may change is not found; it is said that there is more."""
    result = run("explore", "x", "--most", 2)
    assert 0 == result.exit_code
    assert (
        "not complete: there is more than was looked at.\nnot come into so far: asking, done, shelf (--depth, --most)\n"
        in result.stdout
    )


def test_an_exploration_as_json(looping: None) -> None:
    """Counts, states and findings, whose traces are lists of steps."""
    found: dict[str, Any] = json.loads(run("explore", "x", "--json").stdout)
    assert (True, ["shelf"], "tiny") == (found["complete"], found["unreached"], found["desk"])
    assert ["unreachable_state", "timer_loop"] == [one["code"] for one in found["findings"]]
    assert {"do": "open", "who": "user", "said": {"subject": "x"}} == found["findings"][1]["trace"][0]


def test_an_exploration_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it with a word, and no traceback."""

    def stopped(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exploring, "explore", stopped)
    result = run("explore", "infoavan")
    assert (1, "Aborted!") == (result.exit_code, result.stderr.strip())


def test_a_story_is_taken_again(tmp_path: Path) -> None:
    """It is told, and broken again; exit code 1."""
    result = run("story", kept(tmp_path / "t.json"))
    assert 1 == result.exit_code
    assert "2. agent takes" in result.stdout.lower()
    assert result.stdout.endswith("\n\nbroken again at step 2\n")


def test_a_story_on_a_mended_desk(tmp_path: Path, looping: None) -> None:
    """On a desk that is named instead it may hold no more; exit code 0."""
    path = kept(tmp_path / "t.json", change=lambda data: data["steps"][1].update(came={"refused": ["x"]}))
    result = run("story", path, "--desk", "x")
    assert (0, "not broken any more: step 2 is carried out now") == (result.exit_code, result.stdout.splitlines()[-1])


def test_a_story_on_a_store(tmp_path: Path) -> None:
    """A real desk takes the steps, under a key of its own; it does what the rules say."""
    path, url = kept(tmp_path / "t.json", system=True), f"sqlite:///{tmp_path / 'desk.db'}"
    assert 2 == run("story", path, "--store", url).exit_code
    assert 0 == run("migrate", "--store", url).exit_code
    for _ in range(2):
        result = run("story", path, "--store", url)
        assert (0, "not broken any more") == (result.exit_code, result.stdout.splitlines()[-1])
        assert result.stderr.startswith("On the desk tiny-")
    result = run("story", path)
    assert 2 == result.exit_code
    assert "run it on that system" in result.stderr


def test_what_is_no_story_is_refused(tmp_path: Path) -> None:
    """Faults with their places, exit code 2; so is what cannot be read."""
    result = run("story", kept(tmp_path / "t.json", change=lambda data: data["steps"][1].update(do="aks")))
    assert 2 == result.exit_code
    expected = (
        "t.json: steps[1].do: the desk 'tiny' has no action or command 'aks'; did you mean 'ask'? [unknown_action]\n"
    )
    assert expected == result.stderr
    (tmp_path / "torn.json").write_text("{", encoding="utf-8")
    assert 2 == run("story", tmp_path / "torn.json").exit_code
    assert 2 == run("story", tmp_path / "none.json").exit_code


def test_a_finding_is_taken_again(tmp_path: Path, looping: None) -> None:
    """A finding out of a file is told on the desk that is named, and found again or not."""
    path = tmp_path / "explored.json"
    path.write_text(run("explore", "x", "--json").stdout, encoding="utf-8")
    result = run("story", path, "--desk", "x", "--number", 2)
    assert (1, "broken again at step 1: states[0].timer [timer_loop]") == (
        result.exit_code,
        result.stdout.splitlines()[-1],
    )
    for args in ([], ["--desk", "x", "--number", 3], ["--desk", "x"]):
        assert 2 == run("story", path, *args).exit_code


def test_a_finding_is_told_in_words(tmp_path: Path, looping: None) -> None:
    """What was expected is said in words, and not by its code."""
    path = tmp_path / "explored.json"
    path.write_text(run("explore", "x", "--json").stdout, encoding="utf-8")
    told = run("story", path, "--desk", "x", "--number", 2).stdout
    assert "this does not hold: timers alone do not lead round for ever\n" in told
    assert "Expected: timers alone do not lead round for ever\n" in told


def test_a_finding_about_an_action_that_was_removed(tmp_path: Path, looping: None) -> None:
    """What the steps of a finding name may be gone by now: then it is not broken any more."""
    steps = [{"do": "open", "who": "user", "said": {"subject": "x"}}, {"do": "gone", "who": "agent"}]
    told = {"code": "trap_state", "path": "states[2]", "message": "x", "trace": steps}
    path = tmp_path / "checked.json"
    path.write_text(json.dumps({"findings": [told]}), encoding="utf-8")
    result = run("story", path, "--desk", "x")
    assert (0, True) == (result.exit_code, "On this desk there is no action gone." in result.stdout)


def test_a_finding_that_was_mended(tmp_path: Path, looping: None) -> None:
    """One that the linter finds no more is not broken any more."""
    told = {"code": "trap_state", "path": "states[2]", "message": "x", "trace": [{"do": "open", "who": "user"}]}
    path = tmp_path / "checked.json"
    path.write_text(json.dumps({"findings": [told]}), encoding="utf-8")
    result = run("story", path, "--desk", "x")
    assert (0, "not broken any more: nothing of the kind is found at states[2] [trap_state]") == (
        result.exit_code,
        result.stdout.splitlines()[-1],
    )


def test_a_difference_is_taken_again(tmp_path: Path) -> None:
    """What `diff --json` printed is a story too: broken again while the two differ, and no more once they agree."""

    def longer(rules: Doc) -> None:
        state(rules, "asking")["timer"]["after"] = "96h"

    for name, change in (("old", lambda rules: None), ("new", longer)):
        for kind, text in zip(("desk", "labels"), to_toml(tiny(change)), strict=True):
            (tmp_path / f"{name}.{kind}.toml").write_text(text, encoding="utf-8")
    old, new, path = tmp_path / "old.desk.toml", tmp_path / "new.desk.toml", tmp_path / "diff.json"
    path.write_text(run("diff", old, new, "--json").stdout, encoding="utf-8")
    result = run("story", path)
    assert (1, "broken again at step 2") == (result.exit_code, result.stdout.splitlines()[-1])
    assert f"this does not hold: {old} and {new} do the same\n" in result.stdout
    result = run("story", path, "--desk", old)
    assert (0, "not broken any more: they come to the same now") == (result.exit_code, result.stdout.splitlines()[-1])
    assert 2 == run("story", path, "--number", 2).exit_code
