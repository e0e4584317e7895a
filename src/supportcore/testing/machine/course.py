"""
A course: steps taken by the rules and by the subject, which have to come to the same after each.

A broken rule ends it with a `BrokenRule`, whose story holds the steps so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

import attrs

from supportcore.definition.model import Definition
from supportcore.desk.offers import command_label
from supportcore.errors import Invalid, NotFound, Reason, Refused, SupportError
from supportcore.exploring.explorer import told_step
from supportcore.exploring.world import Taken, World
from supportcore.testing.invariants import Watch
from supportcore.testing.machine.comparing import codes, differences
from supportcore.testing.machine.model import Model
from supportcore.testing.story import BrokenRule, Story
from supportcore.testing.subjects import Reasoning, Subject, Working, give
from supportcore.workflow.steps import LAPSE, OPEN, RENEW, WAIT, WORK, Step, person, told

ALIKE = "of every step comes what the rules say"
OFFERED = "people are offered what they may do, and nothing else"
LAW = "what is offered can be done, and what is not is refused for the reasons that are shown"
GOES_ON = "time can always pass"


@attrs.frozen(kw_only=True)
class Judging:
    """
    What is judged, and by what.

    Attributes:
        subject: Makes what is driven.
        names: Commands and actions that count where offers are compared.
        watches: Begin to watch a rule each.
    """

    definition: Definition
    subject: Callable[[], Subject]
    names: frozenset[str]
    watches: tuple[Callable[[], Watch], ...]


class Course:
    """
    One ticket, from its opening on.

    Attributes:
        model: What the rules say.
        subject: What is driven.
        steps: What was done.
        watches: The rules beside.
    """

    def __init__(self, judging: Judging, world: World) -> None:
        self._judging, self._definition, self._world = judging, judging.definition, world
        self.subject = judging.subject()
        self.model = Model(world, lazy=isinstance(self.subject, Working))
        self.steps: list[Step] = []
        self.watches = [begin() for begin in judging.watches]
        self.subject.reset(world.cast)

    @property
    def is_open(self) -> bool:
        """Whether there is a ticket."""
        return self.model.node.ticket is not None

    def take(self, step: Step) -> None:
        """
        Take a step.

        Raises:
            BrokenRule: Rules and subject do not come to the same, or a rule is broken.
        """
        if step.who:
            self._command(step)
        elif step.do == WAIT:
            self._pass(step)
        elif step.do in (LAPSE, RENEW):
            self._give(step)
            self._note(self.model.take(step))
        else:
            self.steps.append(step)
            self._give(step)
            taken = self.model.work() if step.do == WORK else None
            if taken is not None:
                self._judge(taken)
        more = self.model.catch_up()
        if more is not None:
            self._judge(more)
        self._compare(step.who)

    def close(self) -> None:
        """Let go of the subject."""
        close = getattr(self.subject, "close", None)
        if close is not None:
            close()

    # -- steps

    def _pass(self, step: Step) -> None:
        self._give(step)
        try:
            for taken in self.model.wait(step.after):
                self._note(taken)
        except SupportError as error:
            self._break(GOES_ON, str(error))

    def _command(self, step: Step) -> None:
        """Give a command to both, and see to it that both refuse it or none does."""
        actor = self._world.cast.actors[step.who]
        shown = self.model.reasons(actor).get(step.do)
        taken = self.model.take(step)
        self.steps.append(told_step(taken))
        refused = self._give(step, refusable=True)
        if refused is None and taken.error is not None:
            self._break(ALIKE, f"{self._done(step)}, and the rules refuse that: {taken.error}")
        if refused is not None and taken.error is None:
            self._break(ALIKE, f"{self._done(step)}, and the system refuses it: {refused}".rstrip(": "))
        if refused is not None and taken.error is not None:
            given, expected = codes(refused), codes(taken.error)
            if given is not None and expected is not None and given != expected:
                self._break(ALIKE, f"it is refused for {', '.join(given)}, by the rules for {', '.join(expected)}")
        self._check_law(step, taken, shown)
        self._judge(taken)

    def _check_law(self, step: Step, taken: Taken, shown: tuple[Reason, ...] | None) -> None:
        """See to it that the rules offer what they allow; *shown* is None where the ticket is not seen."""
        if shown and taken.refused != shown:
            said = " ".join(reason.text() for reason in shown)
            self._break(LAW, f"{self._done(step)}, which is not offered: {said}", system=False)
        if shown == () and taken.error is not None and not isinstance(taken.error, Invalid):
            self._break(LAW, f"{self._done(step)}, which is offered and refused: {taken.error}", system=False)

    def _give(self, step: Step, *, refusable: bool = False) -> SupportError | None:
        """Let a step happen to the subject; return how it was refused."""
        failed: Exception | None = None
        try:
            give(self.subject, step)
        except (Refused, NotFound) as error:
            if refusable:
                return error
            failed = error
        except Exception as error:
            failed = error
        if failed is not None:
            if not step.who and (not self.steps or self.steps[-1].do != step.do):
                self.steps.append(step)
            self._break(ALIKE, f"the system fails with {type(failed).__name__}: {failed}", cause=failed)
        return None

    def _note(self, taken: Taken) -> None:
        self.steps.append(told_step(taken))
        self._judge(taken)

    def _judge(self, taken: Taken) -> None:
        for watch in self.watches:
            said = watch.broken(taken)
            if said is not None:
                self._break(watch.rule, said, system=False)

    # -- comparing

    def _compare(self, who: str = "") -> None:
        """See to it that subject and rules agree on the ticket, and on what everybody may do with it."""
        if self.is_open:
            for difference in differences(self.model, self._asked(self.subject.observe)):
                self._break(ALIKE, difference)
        for name, actor in self._world.cast.actors.items():
            reasons = self.model.reasons(actor)
            self._compare_offers(name, {one for one, why in reasons.items() if not why})
            if name == who and isinstance(self.subject, Reasoning):
                self._compare_reasons(name, reasons)

    def _compare_offers(self, who: str, expected: set[str]) -> None:
        found = set(self._asked(partial(self.subject.actions, who)))
        for name in sorted((expected ^ found) & self._judging.names):
            offered, may = ("is not offered", "may do") if name in expected else ("is offered", "may not do")
            told_who = person(self._definition, who)
            self._break(OFFERED, f"{told_who} {offered} “{self._label(name)}”, which by the rules he {may}")

    def _compare_reasons(self, who: str, expected: Mapping[str, tuple[Reason, ...]]) -> None:
        found = self._asked(partial(getattr(self.subject, "reasons"), who))  # noqa: B009  # a power of its own
        for name, why in found.items():
            rules = tuple(reason.code for reason in expected.get(name, ()))
            if name in self._judging.names & expected.keys() and tuple(why) != rules:
                given, meant = (", ".join(several) or "nothing" for several in (why, rules))
                told_who = person(self._definition, who)
                self._break(LAW, f"against “{self._label(name)}” {told_who} is told {given}, by the rules {meant}")

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """Return what the subject tells; whatever it raises is a fault."""
        failed: Exception
        try:
            return ask()
        except Exception as error:
            failed = error
        self._break(ALIKE, f"asked, the system fails with {type(failed).__name__}: {failed}", cause=failed)

    def _label(self, name: str) -> str:
        return command_label(self._definition, name, "en")

    def _done(self, step: Step) -> str:
        return told(self._definition, attrs.evolve(step, said=()))

    def _break(self, rule: str, told: str, *, system: bool = True, cause: Exception | None = None) -> NoReturn:
        definition, now = self._definition, self._world.start.now
        raise BrokenRule(Story(definition, now, tuple(self.steps), rule, told, system=system)) from cause


def replayed(judging: Judging, world: World, steps: Iterable[Step]) -> BrokenRule | None:
    """Return how steps break a rule; None where they do not. Before the ticket is opened, nothing else is done."""
    course = Course(judging, world)
    try:
        for step in steps:
            if course.is_open != (step.do == OPEN and bool(step.who)):
                course.take(attrs.evolve(step, takes=""))
    except BrokenRule as error:
        return error
    finally:
        course.close()
    return None
