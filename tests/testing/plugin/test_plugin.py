"""The pytest plugin: desks as files of tests, fixtures, stories, coverage; each run in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from supportcore.definition.loader import load_definition
from supportcore.exploring import cast_of
from supportcore.testing.story import Story
from supportcore.workflow.steps import OPEN, WAIT, Step

pytest_plugins = ["pytester"]

RULES = """
format = 1
key = "lamps"
zone = "Europe/Madrid"
languages = ["en"]
customer = "none"
initial = "working"
roles = [
    { key = "user", side = "customer", sees = "own", may = ["open", "reply"] },
    { key = "agent", side = "staff", sees = "all", may = ["reply"] },
]
form = [{ key = "subject", required = true }]

[[states]]
key = "working"
category = "open"
waiting_on = "support"

[[states]]
key = "asking"
category = "pending"
waiting_on = "customer"
timer = { after = "72h", action = "silence" }
on_reply = { customer = "answered" }

[[states]]
key = "done"
category = "closed"
outcome = "resolved"

[[transitions]]
action = "ask"
from = ["working"]
to = "asking"
roles = ["agent"]

[[transitions]]
action = "answered"
from = ["asking"]
to = "working"
roles = ["system"]

[[transitions]]
action = "silence"
from = ["asking"]
to = "done"
roles = ["system"]

[[transitions]]
action = "finish"
from = ["working"]
to = "done"
roles = ["agent"]
"""
LABELS = """
desk.name.label.en = "Lamps"
roles.user.label.en = "User"
roles.agent.label.en = "Agent"
states.working = { label.en = "Working", help.en = "x" }
states.asking = { label.en = "Asking", help.en = "x" }
states.done = { label.en = "Done", help.en = "x" }
actions.ask.label.en = "Ask"
actions.answered.label.en = "Answered"
actions.silence.label.en = "Silence"
actions.finish.label.en = "Finish"
fields.subject = { label.en = "Subject", help.en = "x" }
"""
CONFTEST = """
from supportcore.testing import profiles

pytest_plugins = ["supportcore.testing.plugin"]
profiles.PROFILES = {name: profiles.Profile(runs=8, steps=6, same=True) for name in profiles.PROFILES}
"""
LOOPING = (
    RULES.replace('to = "done"\nroles = ["system"]', 'to = "working"\nroles = ["system"]').replace(
        'waiting_on = "support"\n', 'waiting_on = "support"\ntimer = { after = "1h", action = "nudge" }\n', 1
    )
    + """
[[transitions]]
action = "nudge"
from = ["working"]
to = "asking"
roles = ["system"]
"""
)


def desk(folder: Path, name: str, rules: str = RULES, labels: str = LABELS) -> Path:
    """Write a desk, and return its file."""
    (folder / f"{name}.labels.toml").write_text(labels, encoding="utf-8")
    path = folder / f"{name}.desk.toml"
    path.write_text(rules, encoding="utf-8")
    return path


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q", *args, timeout=120)


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """A folder of somebody who has asked for the plugin, and has a sound desk."""
    pytester.makeconftest(CONFTEST)
    desk(pytester.path, "lamps")
    return pytester.path


def test_a_sound_desk_passes(pytester: pytest.Pytester, folder: Path) -> None:
    """Four tests of a desk, and the line of its exploration; not asked for, a desk is no test."""
    found = run(pytester, "-vv", "--desk-profile=ci", "--desk-coverage=seen.json")
    found.assert_outcomes(passed=4)
    assert 8 <= json.loads((folder / "seen.json").read_text(encoding="utf-8"))["tickets"]
    for name in ("loads", "check", "explore", "machine"):
        found.stdout.fnmatch_lines(f"lamps.desk.toml::{name} PASSED*")
    found.stdout.fnmatch_lines("lamps.desk.toml::explore: 6 different tickets in 3 of 3 states*complete")
    (folder / "conftest.py").unlink()
    assert pytest.ExitCode.NO_TESTS_COLLECTED == run(pytester).ret


def test_what_is_wrong_is_told_in_words(pytester: pytest.Pytester, folder: Path) -> None:
    """Faults and findings, with the steps that show them, and no traceback; what does not load is not tested on."""
    desk(folder, "faulty", RULES.replace('initial = "working"', 'initial = "wroking"'))
    desk(folder, "looping", LOOPING, LABELS + 'actions.nudge.label.en = "Nudge"\n')
    found = run(pytester, "--deselect=lamps.desk.toml", "-k", "not machine")
    found.assert_outcomes(passed=1, failed=3, skipped=2, deselected=6)
    told = found.stdout.str()
    assert "faulty.desk.toml: initial: 'wroking' is none of" in told
    assert "did you mean 'working'? [not_an_option]" in told
    assert "time alone leads round for ever: working -> asking -> working [timer_loop]\n1. User opens a ticket" in told
    assert "collecting.py" not in told


def test_the_summary_of_a_run_tells_one_line_of_each_failure(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is told once; the summary, which is not shortened where CI is set, has its first line."""
    monkeypatch.setenv("CI", "1")
    desk(folder, "looping", LOOPING, LABELS + 'actions.nudge.label.en = "Nudge"\n')
    found = run(pytester, "--deselect=lamps.desk.toml", "-k", "explore")
    told = found.stdout.str()
    assert 1 == told.count("1. User opens a ticket")
    (line,) = [one for one in told.splitlines() if one.startswith("FAILED looping.desk.toml::explore")]
    assert line.endswith("working -> asking -> working [timer_loop] …")


def test_a_rule_of_ones_own(pytester: pytest.Pytester, folder: Path) -> None:
    """A rule in conftest.py is kept by exploration and machine; its story is told, and kept where that is asked for."""
    pytester.makeconftest(
        CONFTEST
        + """
def silence_never_ends_it(before, after):
    asked = before.ticket is not None and before.ticket.state == "asking"
    return not (asked and after.ticket.state == "done")

def pytest_desk_rules(path):
    assert path.name == "lamps.desk.toml"
    return [silence_never_ends_it]
"""
    )
    found = run(pytester, "--desk-traces=traces", "-k", "explore")
    found.assert_outcomes(failed=1, deselected=3)
    found.stdout.fnmatch_lines(
        [
            "On the desk Lamps this does not hold: silence never ends it",
            "2. Agent takes *Ask*.",
            "3. 72 h later, on Thu 5 Mar 2026, 09:00: nobody does anything.",
            "*The desk itself takes *Silence*.",
            "Expected: silence never ends it",
            "Kept in *lamps.explore.trace.json",
        ],
        consecutive=False,
    )
    kept = folder / "traces" / "lamps.explore.trace.json"
    assert ["open", "ask", "wait"] == [step["do"] for step in json.loads(kept.read_text(encoding="utf-8"))["steps"]]
    kept.rename(folder / kept.name)
    found = run(pytester, "-k", "trace")
    found.assert_outcomes(failed=1, deselected=4)
    found.stdout.fnmatch_lines("broken again at step 3: silence never ends it")


def test_stories_beside_a_desk_are_tests(pytester: pytest.Pytester, folder: Path) -> None:
    """One that is not broken any more passes; one that is fails; of a system it is skipped; others are told."""
    definition = load_definition(folder / "lamps.desk.toml")
    steps = (
        Step(do=OPEN, who="user", said=(("subject", "x"),)),
        Step(do="ask", who="agent"),
        Step(do=WAIT, after=timedelta(hours=72)),
    )
    story = Story(definition, cast_of(definition).now, steps, "an answer is waited for")
    kept = story.to_json()
    for name, told in {
        "again": kept,
        "mended": {**kept, "steps": [*kept["steps"][:2], {**kept["steps"][2], "came": {"state": "working"}}]},
        "system": {**kept, "system": True},
        "other": {"format": 7},
    }.items():
        (folder / f"lamps.{name}.trace.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "lamps.torn.trace.json").write_text("{", encoding="utf-8")
    (folder / "lamp.other.trace.json").write_text("{", encoding="utf-8")
    found = run(pytester, "-k", "trace", "-rs")
    found.assert_outcomes(passed=1, failed=3, skipped=1, deselected=4)
    told = found.stdout.str()
    assert "What happened: Step 3 breaks it: The desk itself takes “Silence”.\n\nbroken again at step 3" in told
    assert "lamps.other.trace.json: format: this release reads format = 1 [unknown_format]" in told
    assert "lamps.torn.trace.json cannot be read as JSON" in told
    assert "run it on that system" in told


TESTS = """
from datetime import timedelta

def test_silence(desk, cast, frozen_clock, store, definition):
    assert desk.store is store and desk.definition.rules_hash == definition.rules_hash
    case = desk.acting_as(cast.actors["user"]).open({"subject": "It flickers"}).id
    desk.acting_as(cast.actors["agent"]).act(case, "ask")
    frozen_clock.move(timedelta(hours=72))
    assert 1 == desk.run_due().tickets
    assert "done" == desk.acting_as(cast.actors["agent"]).get(case).state

def test_each_test_has_a_desk_of_its_own(desk, cast):
    receipt = desk.acting_as(cast.actors["user"]).open({"subject": "x"})
    assert 1 == desk.acting_as(cast.actors["agent"]).get(receipt.id).number
"""


def test_fixtures_give_a_desk(pytester: pytest.Pytester, folder: Path) -> None:
    """On a store that is kept, each test has a desk of its own, also the next time; what was exercised is written."""
    pytester.makepyfile(test_lamps=TESTS)
    options = ("test_lamps.py", "--store=sqlite:///kept.db", "--desk-coverage=seen.json")
    run(pytester, *options).assert_outcomes(passed=2)
    found = run(pytester, *options, "-n", "1")
    found.assert_outcomes(passed=2)
    found.stdout.fnmatch_lines("*coverage of the desk lamps*")
    seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    assert ("lamps", 2) == (seen["desk"], seen["tickets"])
    assert {"entered": 1} == seen["seen"]["states[2]"]


def test_a_desk_that_is_not_to_be_guessed(pytester: pytest.Pytester, folder: Path) -> None:
    """Where there are two desks, the fixture says what to write; a fixture of one's own is taken."""
    desk(folder, "other")
    pytester.makepyfile(
        test_unsure="def test_it(desk): ...",
        test_sure="""
from pathlib import Path
import pytest
from supportcore import load_definition

@pytest.fixture
def definition():
    return load_definition(Path(__file__).with_name("other.desk.toml"))

def test_it(desk): ...
""",
    )
    found = run(pytester, "test_unsure.py", "test_sure.py")
    found.assert_outcomes(passed=1, errors=1)
    found.stdout.fnmatch_lines("*there are: lamps.desk.toml, other.desk.toml; write a fixture `definition`*")


def test_the_plugin_loads_nothing_before_it_is_used() -> None:
    """Importing it costs pytest and a few small modules."""
    code = (
        "import sys, supportcore.testing.plugin\n"
        "heavy = {'hypothesis', 'sqlalchemy', 'click', 'supportcore.definition', 'supportcore.desk',"
        " 'supportcore.exploring'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
