"""The rules by which Hypothesis makes a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import ClassVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from supportcore.testing.machine.choosing import Beginning, Choices, step_of
from supportcore.testing.machine.course import Course, Judging
from supportcore.testing.machine.spans import beside, coming, long
from supportcore.testing.subjects import can
from supportcore.workflow.steps import LAPSE, OF_THE_SYSTEM, RENEW, WAIT, WORK, Step

_SOMETIMES = 0.25


@attrs.frozen(kw_only=True)
class Plan:
    """
    What all runs of a machine have in common.

    Attributes:
        judging: What is judged, and by what.
        tried: Commands and actions that are tried.
        faults: How forms are filled in wrong.
        beginnings: Instants at which runs begin.
    """

    judging: Judging
    tried: tuple[str, ...]
    faults: tuple[str, ...]
    beginnings: tuple[Beginning, ...]


class Run(RuleBasedStateMachine):
    """
    One ticket, from its opening on; `machine_for` makes subclasses with a plan.

    Hypothesis chooses the rules and seeds what chooses the steps: drawn one by one they would come in far fewer orders.
    """

    plan: ClassVar[Plan]
    course: Course | None = None
    choices: Choices
    random: Random

    @initialize(random=st.randoms(use_true_random=True))
    def open(self, random: Random) -> None:
        """Open the ticket, now and then after an opening that is refused."""
        plan, self.random = self.plan, random
        beginning = random.choice(plan.beginnings)
        course = self.course = Course(plan.judging, beginning.world)
        self.choices = Choices(course.model, beginning.moves, names=plan.tried, faults=plan.faults, random=random)
        if beginning.refused and random.random() < _SOMETIMES:
            course.take(random.choice(beginning.refused))
        if not course.is_open:
            course.take(random.choice(beginning.openings))

    @rule()
    def move(self) -> None:
        """Take a step that may be taken and that makes a difference."""
        self._take(self.choices.move())

    @rule()
    def act(self) -> None:
        """Take an action of the workflow that may be taken."""
        self._take(self.choices.action() or self.choices.move())

    @rule()
    def reply(self) -> None:
        """Reply, whether the ticket takes it or not."""
        self._take(self.choices.reply() or self.choices.move())

    @rule(data=st.data())
    def fill(self, data: st.DataObject) -> None:
        """Give a command that may be given, its form filled in anyhow."""
        name, who, documents = self.choices.filling() or ("", "", None)
        self._take(None if documents is None else step_of(name, who, data.draw(documents)))

    @rule()
    def attempt(self) -> None:
        """Let anybody give any command, right or wrong."""
        self._take(self.choices.attempt())

    @rule()
    def come(self) -> None:
        """Let time pass up to what comes next, or would have come."""
        model, watches = self._course.model, self._course.watches
        waited = [watch.due_at for watch in watches if watch.due_at is not None]
        self._wait(coming(model.node, model.announced, waited))

    @rule()
    def work(self) -> None:
        """Let a worker come by when something comes, just before or just after; or only time pass, without one."""
        self._wait(beside(self._course.model.node))
        if can(self._course.subject, WORK):
            self._course.take(Step(do=WORK))

    @rule()
    def wait(self) -> None:
        """Let much time pass."""
        self._wait(())

    @rule()
    def befall(self) -> None:
        """Let a command arrive twice, the subject start anew or a worker come by just after it; an agreement lapse."""
        self._take(self.random.choice((self.choices.move, self.choices.action, self.choices.reply))())
        subject, node = self._course.subject, self._course.model.node
        found = [Step(do=do) for do in OF_THE_SYSTEM if can(subject, do)]
        held = self.plan.judging.definition.hold is not None and can(subject, LAPSE)
        if held and node.ticket is not None and node.ticket.is_open:
            found.append(Step(do=RENEW if node.lapsed else LAPSE))
        self._take(self.random.choice(found) if found else None)

    def teardown(self) -> None:
        """Let go of the subject."""
        if self.course is not None:
            self.course.close()

    @property
    def _course(self) -> Course:
        assert self.course is not None, "a run begins by an opening"
        return self.course

    def _take(self, step: Step | None) -> None:
        """Take a step; where there is none of its kind, any other."""
        self._course.take(step or self.choices.attempt())

    def _wait(self, spans: Sequence[timedelta]) -> None:
        """Let one of some spans pass, or a long one where there is none."""
        start = self.plan.beginnings[0].world.start.now
        found = spans or long(self._course.model.node, self.plan.judging.definition.zone, start)
        self._take(Step(do=WAIT, after=self.random.choice(found)) if found else None)
