"""Taking the steps of a story again, on the rules alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import SupportError
from supportcore.exploring.cast import cast_of
from supportcore.exploring.world import Node, Taken, World
from supportcore.people.access import RESERVED
from supportcore.workflow.steps import LAPSE, OF_THE_SYSTEM, RENEW, WAIT, Step, Trace

BY_ITSELF = (WAIT, LAPSE, RENEW, *OF_THE_SYSTEM)
"""What a step does that nobody takes."""


def world_of(definition: Definition, now: datetime) -> World:
    """Return the world in which a story that began at *now* happened."""
    return World(definition, cast=attrs.evolve(cast_of(definition), now=now))


def taken_by(definition: Definition, now: datetime, steps: Trace) -> Iterator[Taken]:
    """Yield what comes of *steps* by the rules; it ends before a step that nobody can take there."""
    world = world_of(definition, now)
    node = world.start
    for step in steps:
        if not can_be_taken(world, step):
            return
        taken = take(world, node, step)
        yield taken
        node = taken.after


def can_be_taken(world: World, step: Step) -> bool:
    """Return whether there is who takes a step, and what is taken by it."""
    known = step.do in RESERVED or step.do in world.definition.workflow.actions
    return known and step.who in world.cast.actors if step.who else step.do in BY_ITSELF


def take(world: World, node: Node, step: Step) -> Taken:
    """Return what comes of a step; a ticket that breaks at it is told as an error, and nothing has happened."""
    try:
        return world.take(node, step)
    except SupportError as error:
        actor = world.cast.actors[step.who] if step.who else None
        after = attrs.evolve(node, now=node.now + step.after)
        return Taken(before=node, step=step, actor=actor, after=after, error=error)
