"""A machine finds what is wrong with a system, tells it in few steps, and lets a sound one pass."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import seed, settings

from supportcore import load_definition, open_store
from supportcore.desk import offers
from supportcore.testing.invariants import always, eventually_within
from supportcore.testing.machine import TRACE, machine_for
from supportcore.testing.machine.course import ALIKE, LAW, OFFERED
from supportcore.testing.story import BrokenRule, from_json
from supportcore.testing.subjects import DeskSubject
from supportcore.tickets.events import Replied
from supportcore.tickets.usecases import checking
from tests.testing.machine.faulty import FAULTS, SMALL

DESKS = Path(__file__).parents[2] / "desks"


def run(machine: Any, *, runs: int | None = None, start: int = 0) -> BrokenRule | None:
    """Run a machine, always in the same way, and return what it found."""
    test = seed(start)(machine).TestCase
    more = {} if runs is None else {"max_examples": runs}
    test.settings = settings(test.settings, database=None, **more)
    try:
        test("runTest").runTest()
    except BrokenRule as broken:
        return broken
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_with_the_quick_profile(name: str) -> None:
    """Every planted fault is found, and told in eight steps at most."""
    machine = machine_for(SMALL, subject=FAULTS[name].make, profile="quick")
    # Another release of Hypothesis draws otherwise, and one time in a hundred a run comes to nothing.
    broken = run(machine) or run(machine, start=1)
    assert broken is not None
    assert FAULTS[name].rule == broken.story.rule
    assert len(broken.story.steps) <= 8, str(broken)
    assert broken.story.system


@pytest.mark.parametrize("desk", ["small.toml", "timed.toml"])
def test_a_sound_desk_passes(desk: str) -> None:
    """Our own desk does what its rules say, clocks and all."""
    found = run(machine_for(load_definition(DESKS / desk), profile="quick"), runs=15)
    assert None is found, found


@pytest.mark.parametrize("desk", ["noova", "infoavan", "belenus", "cltech", "comfanorte"])
def test_the_shipped_desks_pass(desk: str) -> None:
    """Each of the desks that are shipped does, too, with holds, votes and files."""
    found = run(machine_for(load_definition(desk), profile="quick"), runs=4)
    assert None is found, found


@pytest.mark.store("sqlite")
def test_a_desk_on_a_file_passes_restarts(tmp_path: Path) -> None:
    """Every object is thrown away and the file opened anew, and the ticket goes on."""
    made: list[str] = []

    def store() -> Any:
        made.append(f"sqlite:///{tmp_path / f'{len(made)}.db'}")
        found = open_store(made[-1])
        found.migrate()
        return found

    def reopen(store: Any) -> Any:
        store.close()
        return open_store(made[-1])

    subject = DeskSubject(SMALL, store=store, reopen=reopen)
    found = run(machine_for(SMALL, subject=subject, profile="quick"), runs=3)
    assert None is found, found
    assert len(made) >= 3


# -- the core itself


def test_an_offer_that_is_refused_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is offered wherever it is asked, and refused wherever it is done, is found though both agree."""
    real = offers.refusals
    monkeypatch.setattr(offers, "refusals", lambda *args: None if args[3] == "confirm" else real(*args))
    broken = run(machine_for(SMALL, profile="quick"))
    assert broken is not None
    assert LAW == broken.story.rule
    assert "offered and refused" in broken.story.told


def test_a_command_that_is_not_offered_and_done_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """What everybody may do without being offered it is found though rules and system agree."""
    real = checking.refusals
    monkeypatch.setattr(checking, "refusals", lambda *args: None if args[3] == "reply" else real(*args))
    broken = run(machine_for(SMALL, profile="quick"))
    assert broken is not None
    assert (LAW, False) == (broken.story.rule, broken.story.system)
    assert "which is not offered" in broken.story.told


# -- invariants


def no_reply_after_close(before: Any, events: Any) -> bool:
    closed = before.ticket is not None and not before.ticket.is_open
    return not (closed and any(isinstance(event, Replied) for event in events))


def solved(after: Any) -> bool:
    return after.ticket is not None and after.ticket.category in ("solved", "closed")


def asking(after: Any) -> bool:
    return after.ticket is not None and after.ticket.state == "asking"


def test_invariants_hold_of_a_sound_desk() -> None:
    """Rules of every step, and what has to come within a span, are judged and hold."""
    within = eventually_within(timedelta(hours=72), solved, since=asking, unless=lambda after: not asking(after))
    found = run(machine_for(SMALL, invariants=[always(no_reply_after_close), within], profile="quick"), runs=20)
    assert None is found, found


def test_a_rule_that_does_not_hold_is_told_in_the_words_of_the_desk() -> None:
    """A rule of every step that the desk does not keep is a story about the desk, not about the system."""

    def nobody_reopens(events: Any) -> bool:
        return not any(getattr(event, "action", "") == "reopen" for event in events)

    broken = run(machine_for(SMALL, invariants=[nobody_reopens], profile="quick"))
    assert broken is not None
    assert ("nobody reopens", False, "reopen") == (
        broken.story.rule,
        broken.story.system,
        broken.story.steps[-1].do,
    )
    assert "“Reopen”" in str(broken)


def test_what_does_not_come_in_time_is_found_as_soon_as_the_span_has_passed() -> None:
    """A ticket that nobody asks about is solved by nobody; a millisecond after the span that is told."""
    broken = run(machine_for(SMALL, invariants=[eventually_within(timedelta(days=10), solved)], profile="quick"))
    assert broken is not None
    assert "solved within 10 d of the opening" == broken.story.rule
    assert ["open", "wait"] == [step.do for step in broken.story.steps]
    assert timedelta(days=10) < broken.story.steps[-1].after <= timedelta(days=30)


# -- what is written, and what is asked wrongly


def test_the_story_is_written_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest story is written as JSON that is read again; the argument goes before the environment."""
    fault = FAULTS["who takes a ticket does not get it"].make
    monkeypatch.setenv(TRACE, str(tmp_path / "environment.json"))
    broken = run(machine_for(SMALL, subject=fault, profile="quick", trace=tmp_path / "argument.json"))
    assert broken is not None
    assert ["argument.json"] == [path.name for path in tmp_path.iterdir()]
    story = from_json(json.loads((tmp_path / "argument.json").read_text(encoding="utf-8")))
    assert broken.story.steps == story.steps
    assert run(machine_for(SMALL, subject=fault, profile="quick")) is not None
    assert (tmp_path / "environment.json").exists()


def test_hypothesis_adds_nothing_to_the_story() -> None:
    """The message of a failure is the story alone."""
    broken = run(machine_for(SMALL, subject=FAULTS["too little is offered"].make, profile="quick"))
    assert broken is not None
    assert [] == getattr(broken, "__notes__", [])
    assert broken.story.text() == str(broken)


def test_what_is_tried_can_be_said() -> None:
    """With no commands and no faults, nothing but actions filled in right is tried; a machine of that passes."""
    found = run(machine_for(SMALL, commands=(), faults=(), profile="quick"), runs=3)
    assert None is found, found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"commands": ["dance"]}, "commands has dance; there are reply, note"),
        ({"faults": ["typo"]}, "faults has typo; there are missing, blank, unknown"),
        ({"profile": "slow"}, "profile is 'slow'; there are quick, ci, deep"),
    ],
)
def test_what_there_is_not_is_told(given: dict[str, Any], told: str) -> None:
    """A command, fault or profile that there is not is refused, and those that there are named."""
    with pytest.raises(ValueError, match=told):
        machine_for(SMALL, **given)


def test_rules_say_what_they_mean_in_every_fault() -> None:
    """The faults are found by more than one kind of comparison."""
    assert {ALIKE, OFFERED} <= {fault.rule for fault in FAULTS.values()}
