"""
Making a run that breaks a rule short: steps are left out, spans get shorter, forms emptier, as long as it breaks it.

A step means the same wherever it stands, so that this takes a fraction of the runs that shrinking what Hypothesis drew
would take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import attrs

from supportcore.exploring.filling import FILLER
from supportcore.exploring.world import World
from supportcore.testing.machine.course import Judging, replayed
from supportcore.testing.story import BrokenRule
from supportcore.workflow.steps import WAIT, Step, Trace

_SPANS = tuple(timedelta(hours=hours) for hours in (1, 24, 72, 720))


class Shrinker:
    """
    One search for a shorter run.

    Args:
        found: The run to begin with.
        worlds: Instants to begin at, the simplest first.
    """

    def __init__(self, judging: Judging, worlds: Sequence[World], found: BrokenRule) -> None:
        self._judging, self._worlds, self.found = judging, worlds, found
        self._world = next(world for world in worlds if world.start.now == found.story.now)
        self._known: set[tuple[World, Trace]] = set()

    def shortest(self) -> BrokenRule:
        """Return the shortest run that is found to break the same rule."""
        while self._shorter() or self._joined() or self._earlier() or self._simpler():
            pass
        return self.found

    def _breaks(self, steps: Iterable[Step], world: World | None = None) -> bool:
        """Return whether *steps* break the rule, too; if so, they are gone on with."""
        tried = tuple(attrs.evolve(step, takes="") for step in steps)
        place = world or self._world
        if (place, tried) in self._known:
            return False
        self._known.add((place, tried))
        broken = replayed(self._judging, place, tried)
        if broken is None or broken.story.rule != self.found.story.rule or self._size(broken) >= self._size(self.found):
            return False
        self.found, self._world = broken, place
        return True

    def _size(self, broken: BrokenRule) -> tuple[object, ...]:
        """Return how much there is to understand; steps that are split as time passes count as often."""
        steps, actors = broken.story.steps, list(self._world.cast.actors)
        begins = [world.start.now for world in self._worlds].index(broken.story.now)
        said = [value for step in steps for _, value in step.said]
        texts = sum(len(value) for value in said if isinstance(value, str) and value != FILLER)
        people = sum(actors.index(step.who) for step in steps if step.who)
        return len(steps), begins, sum((step.after for step in steps), timedelta(0)), len(said), people, texts

    def _shorter(self) -> bool:
        """Leave steps out: halves first, single ones last."""
        some = False
        size = max(1, len(self.found.story.steps) // 2)
        while size:
            start = 0
            while start < len(self.found.story.steps):
                steps = self.found.story.steps
                if self._breaks(steps[:start] + steps[start + size :]):
                    some = True
                else:
                    start += size
            size //= 2
        return some

    def _joined(self) -> bool:
        """Let time pass at once that passes in two steps, or begin at another instant instead."""
        steps = self.found.story.steps
        waits = [place for place, step in enumerate(steps) if not step.who and step.do == WAIT]
        for place in waits:
            rest = (*steps[:place], *steps[place + 1 :])
            if any(self._breaks(rest, world) for world in self._worlds):
                return True
            for other in waits:
                joined = attrs.evolve(steps[other], after=steps[other].after + steps[place].after)
                longer = (*steps[:other], joined, *steps[other + 1 :])
                if other != place and self._breaks((*longer[:place], *longer[place + 1 :])):
                    return True
        return False

    def _earlier(self) -> bool:
        """Begin at the simplest instant."""
        simpler = self._worlds[: self._worlds.index(self._world)]
        return any(self._breaks(self.found.story.steps, world) for world in simpler)

    def _simpler(self) -> bool:
        """Make one step simpler, or let somebody else do what one person does."""
        steps = self.found.story.steps
        people = [*dict.fromkeys(step.who for step in steps if step.who)]
        actors = list(self._world.cast.actors)
        for who in people:
            for other in actors[: actors.index(who)]:
                if self._breaks(_done_by(other, step) if step.who == who else step for step in steps):
                    return True
        for place, step in enumerate(steps):
            for simpler in _simpler_than(step):
                if self._breaks((*steps[:place], simpler, *steps[place + 1 :])):
                    return True
        return False


def _done_by(who: str, step: Step) -> Step:
    return attrs.evolve(step, who=who)


def _simpler_than(step: Step) -> Iterator[Step]:
    """Yield simpler steps in the place of one."""
    if not step.who and step.do == WAIT:
        yield from (attrs.evolve(step, after=span) for span in _SPANS if span < step.after)
    for place, (key, value) in enumerate(step.said):
        rest = step.said[:place], step.said[place + 1 :]
        yield attrs.evolve(step, said=(*rest[0], *rest[1]))
        if isinstance(value, str) and value != FILLER and not key.startswith("@"):
            yield attrs.evolve(step, said=(*rest[0], (key, FILLER), *rest[1]))
