"""
Exhaustive exploration beside a bare loop: the same steps, decided by the same pure functions, and nothing else.

The bare loop is handed every ticket, command and answer ready made; it advances, decides and evolves. Exploration
finds out beside that what can be done next, fills in forms, and looks whether it has met a ticket before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.measuring import interleave
from bench.report import Line, Measurement
from supportcore import load_definition
from supportcore.errors import SupportError
from supportcore.exploring import World, explore
from supportcore.exploring.moves import Moves
from supportcore.exploring.world import answered
from supportcore.people.access import Actor
from supportcore.tickets.commands import Command
from supportcore.tickets.usecases.context import Context
from supportcore.tickets.usecases.handling import handle
from supportcore.workflow.steps import LAPSE, RENEW, WAIT

LEAST = 0.5
DESKS = ("noova", "comfanorte", "cltech")
Given = tuple[Command, Context, Callable[[Any], Any]]


def steps_of(desk: str, most: int) -> tuple[list[Given], int]:
    """Return what the bare loop is handed: every command that an exploration tries; and how many steps pass by time."""
    definition = load_definition(desk)
    found = explore(definition, most=most)
    world = World(definition)
    moves = Moves(world)
    given: list[Given] = []
    passing = 0
    for node in found.nodes:
        for step in moves.of(node):
            if step.do in (WAIT, LAPSE, RENEW):
                passing += 1
                continue
            actor: Actor = world.cast.actors[step.who]
            context = Context(desk=definition, actor=actor, now=node.now, salt=str)
            given.append((world.command(node, step), context, world.answering(node, actor)))
    return given, passing


def measure(*, quick: bool) -> Measurement:
    """Measure exploring."""
    rounds, warmup, most = (1, 0, 20) if quick else (7, 1, 400)
    lines, counted = [], {}
    for desk in DESKS:
        definition = load_definition(desk)
        given, passing = steps_of(desk, most)

        def bare(given: list[Given] = given) -> int:
            for command, context, answer in given:
                try:
                    answered(handle(command, context), answer)
                except SupportError:
                    continue
            return len(given)

        def exploring(definition: Any = definition) -> int:
            return explore(definition, most=most).tried

        samples = interleave({"bare": bare, "explore": exploring}, rounds=rounds, warmup=warmup)
        lines += [
            Line(key=f"{desk}", what=f"{desk}: steps explored, beside steps of a bare loop", least=LEAST,
                 value=samples.micros("explore"), unit="µs a step", ratio=samples.ratio("bare", "explore")),
            Line(key=f"{desk}_bare", what=f"{desk}: bare loop", value=samples.micros("bare"), unit="µs a step"),
        ]  # fmt: skip
        counted[desk] = {"commands": len(given), "passing": passing}
    return Measurement(
        title="explore: everything that can become of a ticket",
        how="Ratio: time of a step in a bare loop of advance, decide, evolve over that of a step of the exploration.",
        lines=tuple(lines),
        facts={"most": most, "rounds": rounds, **counted},
    )
