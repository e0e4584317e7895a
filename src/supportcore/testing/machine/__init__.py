"""
State machines: a desk, or a system that should do what a desk says, driven by everybody in every order.

    TestDesk = machine_for(load_definition(Path("my.desk.toml")), invariants=[always(no_reply_after_close)]).TestCase

The rules are the model: the pure core says what comes of each step, and the subject has to agree. What is found is
shrunk to the shortest run that shows it, and told as a story. See docs/state-machines.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from unittest import TestCase

import attrs

from supportcore.lazy import needing

with needing("testing", "supportcore.testing.machine"):
    from hypothesis import settings
    from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from supportcore.definition.model import Definition
from supportcore.exploring.cast import cast_of
from supportcore.testing.invariants import EventuallyWithin, Rule, watches
from supportcore.testing.machine.choosing import FAULTS, Beginning, commands_of, compared, tried
from supportcore.testing.machine.course import Judging
from supportcore.testing.machine.running import Plan, Run
from supportcore.testing.machine.shrinking import Shrinker
from supportcore.testing.machine.spans import beginnings
from supportcore.testing.profiles import settings_of
from supportcore.testing.story import BrokenRule
from supportcore.testing.subjects import DeskSubject, Subject

__all__ = ["FAULTS", "TRACE", "machine_for"]

TRACE = "SUPPORTCORE_TRACE"
"""The environment variable that names a file for the story of what was found."""


def machine_for(
    definition: Definition,
    *,
    subject: Subject | Callable[[], Subject] | None = None,
    invariants: Iterable[Rule | EventuallyWithin] = (),
    profile: str | None = None,
    commands: Collection[str] | None = None,
    faults: Collection[str] = FAULTS,
    trace: str | Path | None = None,
) -> type[RuleBasedStateMachine]:
    """
    Return a state machine that drives *subject* through all that the desk allows, and what it does not.

    Its ``TestCase`` is a test for pytest or unittest.

    Args:
        subject: What is driven, or what makes one for each run; by default our own desk in memory.
        invariants: Rules of every step; see `supportcore.testing.invariants`.
        profile: ``quick``, ``ci`` or ``deep``; by default what SUPPORTCORE_PROFILE names, or ``quick``.
        commands: What is tried, and compared as an offer, beside the actions of the workflow; by default every command
            that a role of the desk may give, but for ``cite`` and ``move``.
        faults: How forms are filled in wrong: ``missing``, ``blank``, ``unknown``; none for a system that takes
            whatever is said.
        trace: A file that the story of what is found is written to; by default what SUPPORTCORE_TRACE names.

    Raises:
        ValueError: There is no such profile, command or fault.
        TypeError: A parameter of a rule is no part of a step.
    """
    known = commands_of(definition)
    _check("commands", commands or (), known)
    _check("faults", faults, FAULTS)
    given = known if commands is None else tuple(commands)
    cast = cast_of(definition)
    begins = (attrs.evolve(cast, now=at) for at in beginnings(definition.zone, cast.now))
    judging = Judging(
        definition=definition,
        subject=_making(definition, subject),
        names=compared(definition, given),
        watches=watches(invariants),
    )
    plan = Plan(
        judging=judging,
        tried=tried(definition, given),
        faults=tuple(faults),
        beginnings=tuple(Beginning(definition, one, tuple(faults)) for one in begins),
    )
    name = "".join(part.title() for part in definition.key.replace("_", "-").split("-"))
    machine: Any = type(f"{name}Machine", (Run,), {"__doc__": f"The desk {definition.key}.", "plan": plan})
    machine.TestCase = _test_case(machine, settings_of(profile), trace)
    found: type[RuleBasedStateMachine] = machine
    return found


def _check(what: str, given: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{what} has {', '.join(unknown)}; there are {', '.join(known) or 'none'}")


def _making(definition: Definition, subject: Subject | Callable[[], Subject] | None) -> Callable[[], Subject]:
    if subject is None:
        return lambda: DeskSubject(definition)
    if not isinstance(subject, type) and isinstance(subject, Subject):
        one: Subject = subject
        return lambda: one
    return subject


def _test_case(machine: Any, chosen: settings, trace: str | Path | None) -> type[TestCase]:
    """Return a test that fails with the story of the shortest run that was found, and nothing beside it."""

    class Test(TestCase):
        settings = chosen

        def runTest(self) -> None:
            __tracebackhide__ = True
            broken: BrokenRule | None = None
            try:
                run_state_machine_as_test(machine, settings=self.settings)
            except BrokenRule as error:
                broken = error
            if broken is not None:
                worlds = [beginning.world for beginning in machine.plan.beginnings]
                found = Shrinker(machine.plan.judging, worlds, broken).shortest()
                _write(found, trace or os.environ.get(TRACE))
                found.__notes__ = []  # of Hypothesis, on the same steps
                raise found.with_traceback(None) from found.__cause__

        runTest.is_hypothesis_test = True  # type: ignore[attr-defined]

    Test.__name__ = Test.__qualname__ = f"{machine.__name__}Test"
    return Test


def _write(broken: BrokenRule, place: str | Path | None) -> None:
    if place:
        told = json.dumps(broken.story.to_json(), ensure_ascii=False, indent=2)
        Path(place).write_text(f"{told}\n", encoding="utf-8")
