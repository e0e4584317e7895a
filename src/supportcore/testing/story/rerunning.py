"""
Running a story again: does it still hold, or was the fault mended?

On the rules alone, a rule that is handed over is judged anew at each step; where there is none, a story is broken again
if its last step comes to what it came to when it was found. With a system beside them, the two have to agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from supportcore.exploring.world import Taken
from supportcore.people.access import RESERVED
from supportcore.testing.invariants import EventuallyWithin, Rule, watches
from supportcore.testing.story.records import BrokenRule, Story
from supportcore.testing.story.taking import world_of
from supportcore.workflow.steps import WAIT, Step

if TYPE_CHECKING:
    from supportcore.testing.subjects import Subject

__all__ = ["Rerun", "rerun"]


_UNJUDGED = "this story does not tell what came of its steps; hand over the rule that it is about"
_OF_A_SYSTEM = "this story is about a system that did otherwise than its rules say: run it on that system"
_VERDICTS = {
    "en": {True: "broken again at step {place}", False: "not broken any more"},
    "es": {True: "se rompe otra vez en el paso {place}", False: "ya no se rompe"},
}


@attrs.frozen(kw_only=True)
class Rerun:
    """
    What came of a story that was run again.

    Attributes:
        story: As it went this time.
        taken: What came of each step by the rules; fewer than it has steps where it could not be gone on with.
        broken_at: The step, from 1, at which it was broken again; None where it was not.
        told: What broke it, or why it is not broken any more.
    """

    story: Story
    taken: tuple[Taken, ...]
    broken_at: int | None
    told: str = ""

    @property
    def broken(self) -> bool:
        """Whether it was broken again."""
        return self.broken_at is not None

    def text(self, locale: str = "en") -> str:
        """Return the story as it went this time, and how it ended."""
        return f"{self.story.text(locale)}\n\n{self.verdict(locale)}"

    def verdict(self, locale: str = "en") -> str:
        """Return how it ended, in a line."""
        known = _VERDICTS[self.story.definition.labels.language(locale)]
        said = known[self.broken].format(place=self.broken_at)
        return f"{said}: {self.told}" if self.told else said


def rerun(story: Story, subject: Subject | None = None, *, rules: Iterable[Rule | EventuallyWithin] = ()) -> Rerun:
    """
    Take the steps of a story again.

    Args:
        subject: A system that takes them too, and has to do what the rules say; see `supportcore.testing.subjects`.
            Needs Hypothesis.
        rules: Judged at each step. Where there are neither rules nor a system, the course of the story is compared
            with what was kept of it.

    Raises:
        ValueError: There is nothing to judge it by: the story is about a system, and there is none; or it does not
            tell what came of its steps when it was found, and no rule was given.
    """
    if subject is not None:
        return _beside(story, subject, tuple(rules))
    watching = [begin() for begin in watches(rules)]
    for place, taken in enumerate(story.taken if watching else (), 1):
        for watch in watching:
            said = watch.broken(taken)
            if said is not None:
                told = f"{watch.rule}: {said}" if said else watch.rule
                return Rerun(story=story, taken=story.taken, broken_at=place, told=told)
    if watching:
        return Rerun(story=story, taken=story.taken, broken_at=None, told=_cut(story))
    if story.system or not story.came:
        raise ValueError(_UNJUDGED if not story.system else _OF_A_SYSTEM)
    told = _cut(story) or _otherwise(story)
    return Rerun(story=story, taken=story.taken, broken_at=None if told else len(story.steps), told=told)


def _beside(story: Story, subject: Subject, rules: tuple[Rule | EventuallyWithin, ...]) -> Rerun:
    """Take the steps by the rules and on a system, which have to agree as they do in a state machine."""
    from supportcore.testing.machine import machine_for
    from supportcore.testing.machine.course import Course

    machine: Any = machine_for(story.definition, subject=lambda: subject, invariants=rules)
    course = Course(machine.plan.judging, world_of(story.definition, story.now))
    place = 0
    try:
        for step in story.steps[: len(story.taken)]:
            place += 1
            for part in _parts(step):
                course.take(part)
    except BrokenRule as error:
        again = attrs.evolve(error.story, who=story.who)
        told = f"{again.rule}: {again.told}" if again.told else again.rule
        return Rerun(story=again, taken=again.taken, broken_at=place, told=told)
    finally:
        course.close()
    return Rerun(story=story, taken=story.taken, broken_at=None, told=_cut(story))


def _parts(step: Step) -> tuple[Step, ...]:
    """Return a step as two, where somebody does something after time has passed."""
    bare = attrs.evolve(step, takes="")
    if not (step.who and step.after):
        return (bare,)
    return Step(do=WAIT, after=step.after), attrs.evolve(bare, after=timedelta(0))


def _cut(story: Story) -> str:
    """Return why a story cannot be gone on with; empty where it can."""
    if len(story.taken) == len(story.steps):
        return ""
    step, place = story.steps[len(story.taken)], len(story.taken) + 1
    if step.do not in story.definition.workflow.actions and step.do not in RESERVED:
        return f"there is no action {step.do!r} any more, so step {place} cannot be taken"
    return f"nobody is called {step.who!r} there, so step {place} cannot be taken"


def _otherwise(story: Story) -> str:
    """Return what comes otherwise than it did: a step that is refused or is not, or what the last one comes to."""
    course = story.course
    for place, (was, now) in enumerate(zip(story.came, course, strict=True), 1):
        if ("refused" in was) is not ("refused" in now):
            return f"step {place} is {'carried out' if 'refused' in was else 'refused'} now"
    was, now = story.came[-1], course[-1]
    changed = [_change(name, was.get(name), now.get(name)) for name in {**was, **now} if was.get(name) != now.get(name)]
    return f"step {len(course)} comes to something else: {'; '.join(changed)}" if changed else ""


def _change(name: str, was: Any, now: Any) -> str:
    return f"{name} {_shown(now)}, it was {_shown(was)}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)
