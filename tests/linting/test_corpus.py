"""What the linter finds in faulty desks, that it finds nothing in sound ones, and that what it tells is so."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from supportcore import load_definition
from supportcore.definition.loader import PRESETS
from supportcore.exploring import World, explore
from supportcore.exploring.findings import findings as shown_by
from supportcore.linting import CODES, Finding, lint
from supportcore.workflow.steps import Trace
from tests.desk.beside.club import club
from tests.linting.corpus.base import defined
from tests.linting.corpus.faulty import FAULTY
from tests.linting.corpus.sound import SOUND

ROOT = Path(__file__).parents[2]
DESKS = sorted((ROOT / "tests" / "desks").glob("*.toml"))
EXAMPLES = sorted((ROOT / "examples").rglob("*.toml"))
FILES = [path for path in (*DESKS, *EXAMPLES) if path.with_name(f"{path.name.split('.')[0]}.labels.toml").exists()]
WHOLE = [path for path in FILES if ".labels" not in path.name]
SHOWN = ("unreachable_state", "trap_state", "timer_loop")
"""Codes of what an exploration shows, too."""
NODES = 300
"""Of an exploration; desks whose rules tell more tickets apart are left out, and the shipped ones (tests.judging)."""


def words(trace: Trace) -> str:
    """Return a trace in short: what is done, and after a colon what the desk takes by itself."""
    return " ".join(step.do + (f":{step.takes}" if step.takes else "") for step in trace)


def found(name: str) -> tuple[Finding, ...]:
    """Return what is found in a faulty desk."""
    case = FAULTY[name]
    return lint(case.definition(), former=None if case.former is None else defined(case.former))


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_desk_gives_these_findings_and_no_other(name: str) -> None:
    """Every finding of a faulty desk has its code, its place in the document, and the shortest steps to it."""
    assert FAULTY[name].expected == tuple((one.code, one.path, words(one.trace)) for one in found(name))


@pytest.mark.parametrize("name", FAULTY)
def test_every_trace_can_be_taken(name: str) -> None:
    """Each step of each trace is carried out by the desk, and takes by itself what it says."""
    case = FAULTY[name]
    definitions = [case.definition()] if case.former is None else [defined(case.former)]
    for finding in found(name):
        world = World(definitions[0])
        node = world.start
        for step in finding.trace:
            taken = world.take(node, step)
            moves = [event.action for event in taken.events if hasattr(event, "action")]
            assert (None, True) == (taken.error, step.takes in ("", *moves)), (finding, step)
            node = taken.after
        assert (node.ticket is None) == (finding.trace == ())


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_desk_has_no_finding(name: str) -> None:
    """Nothing is found in desks that are meant as they are written."""
    assert () == lint(defined(SOUND[name]))


@pytest.mark.parametrize("desk", [*PRESETS, *WHOLE], ids=str)
def test_no_finding_on_desks_in_use(desk: str | Path) -> None:
    """Nothing is found in the shipped desks, in those of the tests and in the examples."""
    assert () == lint(load_definition(desk))


def test_no_finding_on_the_desk_with_everything_beside() -> None:
    """Nothing is found in the desk that has a hold, an approval, a survey and a merge."""
    assert () == lint(club())


def test_every_code_has_examples() -> None:
    """Each code is found in at least one desk, most in several, and there are at least 45 faulty and 20 sound desks."""
    told = Counter(code for case in FAULTY.values() for code in {code for code, _, _ in case.expected})
    assert set(CODES) == set(told)
    assert {"nobody_opens", "no_partition"} == {code for code, count in told.items() if count < 2}
    assert (True, True) == (len(FAULTY) >= 45, len(SOUND) >= 20)


@pytest.mark.parametrize("name", [*(key for key, case in FAULTY.items() if case.rules["key"] not in PRESETS), *SOUND])
def test_linter_and_exploration_agree(name: str) -> None:
    """A state is unreachable, a trap, or in a circle of timers for the linter exactly where an exploration shows it."""
    definition = FAULTY[name].definition() if name in FAULTY else defined(SOUND[name])
    exploration = explore(definition, most=NODES)
    opaque = any(step.guard for step in definition.workflow.transitions)
    if not exploration.complete or opaque or name == "no_role_opens":
        return
    told = {(one.code, one.path.partition(".")[0]) for one in lint(definition) if one.code in SHOWN[:2]}
    shown = {(one.code, one.path) for one in shown_by(exploration) if one.code in SHOWN[:2]}
    assert shown == told
    circles = [one for one in lint(definition) if one.code == "timer_loop"]
    assert len(exploration.loops) == len(circles)
