"""Rules are functions of a step or of its parts, and what is to come within a span is watched as time passes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from supportcore.exploring import Taken, World, explore
from supportcore.testing.invariants import Watch, always, eventually_within, watches
from supportcore.workflow.steps import OPEN, WAIT, Step
from tests.testing.machine.faulty import SMALL

HOUR = timedelta(hours=1)
OPENING = Step(do=OPEN, who="customer", said=(("subject", "x"),))


def course(*steps: Step) -> list[Taken]:
    """Return what comes of steps on the small desk."""
    world = World(SMALL)
    node, found = world.start, []
    for step in steps:
        found.append(world.take(node, step))
        node = found[-1].after
    return found


def test_a_rule_reads_a_step_or_its_parts() -> None:
    """A rule gets the step, or those parts of it that its parameters name."""
    (taken,) = course(OPENING)
    seen: list[Any] = []

    def parts(before: Any, command: Any, actor: Any, events: Any, after: Any, now: Any) -> None:
        seen.extend([before, command, actor, events, after, now])

    always(parts)(taken)
    assert [taken.before, taken.step, taken.actor, taken.events, taken.after, taken.now] == seen
    always(seen.append)(taken)
    assert taken is seen[-1]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda before, event: True, "has event: it takes one step, or any of before, command, actor, events"),
        (lambda: True, "has no parameter"),
    ],
)
def test_a_rule_that_asks_for_something_else_is_refused(rule: Any, told: str) -> None:
    """A parameter that is no part of a step is named, with those that are."""
    with pytest.raises(TypeError, match=told):
        always(rule)


def test_a_rule_is_called_as_its_function_is() -> None:
    """The name of a rule is that of its function, in words."""

    def nobody_waits(after: Any) -> bool:
        return False

    def asserts(after: Any) -> None:
        raise AssertionError("so it is")

    (taken,) = course(OPENING)
    first, second = (begin() for begin in watches([nobody_waits, always(asserts)]))
    assert ("nobody waits", "") == (first.rule, first.broken(taken))
    assert ("asserts", "so it is") == (second.rule, second.broken(taken))


def test_exploration_takes_the_same_rules() -> None:
    """A rule of every step is one of an exploration, too."""

    def never_solved(after: Any) -> bool:
        return after.ticket is None or after.ticket.state != "solved"

    found = explore(SMALL, always=[always(never_solved)], depth=4)
    assert found.broken is not None
    assert "never solved" == found.broken.rule


def test_exploration_refuses_what_has_to_come_in_time() -> None:
    """What is judged as time passes is refused where single steps are, with a word on where it goes."""
    rule = eventually_within(HOUR, lambda after: True)
    with pytest.raises(TypeError, match="give it to supportcore"):
        explore(SMALL, always=[rule])


@pytest.mark.parametrize(
    ("waits", "late"),
    [
        ((2 * HOUR,), False),
        ((HOUR, HOUR), False),
        ((HOUR, HOUR, timedelta(milliseconds=1)), True),
    ],
)
def test_the_end_of_a_span_is_within_it(waits: tuple[timedelta, ...], late: bool) -> None:
    """A goal may come at the very end; a millisecond later it is too late."""
    watch = Watch(eventually_within(2 * HOUR, lambda after: False))
    steps = course(OPENING, *(Step(do=WAIT, after=span) for span in waits))
    assert late is any(watch.broken(taken) is not None for taken in steps)


def test_the_goal_ends_the_waiting_and_since_begins_it() -> None:
    """Nothing is waited for before it begins, after it has come, or where it is not waited for any more."""
    asked = [
        OPENING,
        Step(do="ask", who="agent", said=(("comment", "x"),)),
        Step(do=WAIT, after=HOUR),
        Step(do="take", who="agent"),
        Step(do=WAIT, after=5 * HOUR),
    ]

    def asking(after: Any) -> bool:
        return bool(after.ticket.state == "asking")

    def broken(**more: Any) -> bool:
        watch = Watch(eventually_within(2 * HOUR, **{"goal": lambda after: False, "since": asking, **more}))
        return any(watch.broken(taken) is not None for taken in course(*asked))

    assert broken()
    assert not broken(goal=lambda command: command.do == "take")
    assert not broken(unless=lambda after: not asking(after))
    assert not broken(since=lambda after: after.ticket.state == "solved")


def test_a_span_is_not_negative() -> None:
    """What is to come cannot have to come before."""
    with pytest.raises(ValueError, match="zero or more"):
        eventually_within(-HOUR, lambda after: True)
