"""
Exhaustive exploration: everything that can become of a ticket, breadth first.

Every interleaving of actions, replies, assignments, votes and timers, up to a depth. Two tickets are the same where no
rule tells them apart: what was written, numbers and instants do not count; how long timers and clocks still have, and
in which order they come, does. As it goes breadth first, the way to each node is a shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from supportcore.definition.model import Definition
from supportcore.exploring.cast import Cast, without_members
from supportcore.exploring.moves import Moves, key_of
from supportcore.exploring.world import Node, Taken, World
from supportcore.tickets.events import StateChanged
from supportcore.workflow.steps import WAIT, Step, Trace

DEPTH, NODES = 60, 100_000
"""How many steps deep, and how many nodes, an exploration goes unless it is told otherwise."""
Invariant = Callable[[Taken], bool | None]
"""A rule of every step: returns False, or raises AssertionError, where it is broken."""


@attrs.frozen(kw_only=True)
class Broken:
    """A rule that does not hold: its name, the shortest way there, and what was said of it."""

    rule: str
    trace: Trace
    told: str = ""


@attrs.frozen(kw_only=True, slots=False)
class Exploration:
    """
    What can become of a ticket.

    Attributes:
        cast: Who and what there was.
        nodes: The nodes, the one before the opening first.
        edges: For each node, the nodes that a step leads to, with that step; a step that is refused leads nowhere.
        tried: Steps that were tried, refused ones among them.
        depth: Steps of the longest of the shortest ways.
        complete: Nothing was left out: neither depth nor number of nodes came to their end.
        broken: The first rule that was broken, if any.
        unopened: Why no ticket could be opened; None where one could.
    """

    definition: Definition
    cast: Cast = attrs.field(repr=False)
    nodes: tuple[Node, ...]
    edges: tuple[tuple[tuple[Step, int], ...], ...]
    came: tuple[tuple[int, Step] | None, ...] = attrs.field(repr=False)
    tried: int
    depth: int
    complete: bool
    broken: Broken | None = None
    unopened: str | None = None

    def trace(self, node: int) -> Trace:
        """Return a shortest way to a node, given by its place."""
        return tuple(way_to(self.came, node))

    @cached_property
    def reached(self) -> Mapping[str, Trace]:
        """Return the states that a ticket comes into, each with a shortest way there."""
        found: dict[str, Trace] = {}
        for place, node in enumerate(self.nodes):
            if node.ticket is not None and node.ticket.state not in found:
                found[node.ticket.state] = self.trace(place)
        return found

    @cached_property
    def unreached(self) -> tuple[str, ...]:
        """The states that no ticket came into, also where nobody is there whom it could be assigned to."""
        left = [state.key for state in self.definition.workflow.states if state.key not in self.reached]
        idle_cast = without_members(self.cast)
        if left and self.complete and idle_cast != self.cast and _assigns(self.definition):
            idle = explore(self.definition, cast=idle_cast, depth=self.depth + 1)
            left = [key for key in left if key not in idle.reached]
        return tuple(left)

    @cached_property
    def trapped(self) -> Mapping[str, Trace]:
        """
        Return the states in which a ticket may be that can never be closed, each with a shortest way to such a one.

        Sure only of an exploration that is complete.
        """
        back: list[list[int]] = [[] for _ in self.nodes]
        for place, steps in enumerate(self.edges):
            for _, target in steps:
                back[target].append(place)
        closed = [place for place, node in enumerate(self.nodes) if node.ticket is not None and not node.ticket.is_open]
        escaping = set(_spread(closed, back))
        found: dict[str, Trace] = {}
        for place, node in enumerate(self.nodes):
            if node.ticket is not None and place not in escaping and node.ticket.state not in found:
                found[node.ticket.state] = self.trace(place)
        return found

    @cached_property
    def loops(self) -> tuple[tuple[str, ...], ...]:
        """Return the circles of states that time alone leads round, each from its first state in the workflow."""
        by_time = {
            place: next((target for step, target in steps if step.do == WAIT), None)
            for place, steps in enumerate(self.edges)
        }
        order = {state.key: place for place, state in enumerate(self.definition.workflow.states)}
        found: dict[tuple[str, ...], None] = {}
        done: set[int] = set()
        for start in by_time:
            path: list[int] = []
            place: int | None = start
            while place is not None and place not in done:
                done.add(place)
                path.append(place)
                place = by_time[place]
            if place in path:
                tickets = [self.nodes[one].ticket for one in path[path.index(place) :]]
                states = [ticket.state for ticket in tickets if ticket is not None]
                first = min(range(len(states)), key=lambda index: order[states[index]])
                found[tuple(states[first:] + states[:first])] = None
        return tuple(found)

    def __str__(self) -> str:
        states = f"{len(self.reached)} of {len(self.definition.workflow.states)} states"
        counted = f"{len(self.nodes) - 1} different tickets in {states}, {self.tried} steps tried, {self.depth} deep"
        if self.broken is not None:
            return f"{counted}; ended where a rule was broken: {self.broken.rule}"
        return f"{counted}; {'complete' if self.complete else 'not complete: there is more than was looked at'}"


def explore(
    definition: Definition,
    *,
    depth: int = DEPTH,
    most: int = NODES,
    always: Iterable[Invariant] = (),
    cast: Cast | None = None,
) -> Exploration:
    """
    Return everything that can become of a ticket.

    Args:
        depth: Steps from the opening at most.
        most: Nodes at most.
        always: Rules of every step; the exploration ends at the first that is broken, with the shortest way there.
        cast: Who and what there is; by default as few as the rules can tell apart.
    """
    world = World(definition, cast=cast)
    moves, rules = Moves(world), tuple(always)
    key = key_of(moves, definition)
    nodes, edges = [world.start], list[list[tuple[Step, int]]]([[]])
    came: list[tuple[int, Step] | None] = [None]
    depths, places = [0], {key(world.start): 0}
    waiting, tried, complete = deque([0]), 0, True
    broken: Broken | None = None
    while waiting and broken is None:
        place = waiting.popleft()
        node = nodes[place]
        for step in moves.of(node):
            if depths[place] >= depth:
                complete = False
                break
            tried += 1
            taken = world.take(node, step)
            told = _broken(rules, taken)
            target = places.get(known := key(taken.after))
            if told is not None:
                way = way_to(came, place)
                broken = Broken(rule=told[0], told=told[1], trace=(*way, told_step(taken)))
                break
            if taken.error is not None:
                continue
            if target is None:
                if len(nodes) >= most:
                    complete = False
                    continue
                target = places[known] = len(nodes)
                nodes.append(taken.after)
                edges.append([])
                came.append((place, told_step(taken)))
                depths.append(depths[place] + 1)
                waiting.append(target)
            edges[place].append((step, target))
    return Exploration(
        definition=definition,
        cast=world.cast,
        nodes=tuple(nodes),
        edges=tuple(map(tuple, edges)),
        came=tuple(came),
        tried=tried,
        depth=max(depths),
        complete=complete and broken is None,
        broken=broken,
        unopened=_unopened(world, moves) if len(nodes) == 1 and broken is None else None,
    )


def _assigns(definition: Definition) -> bool:
    """Return whether routing gives tickets to people, and the desk does something by itself because of that."""
    routing = definition.routing
    assigning = {routing.assign, *(rule.assign for rule in routing.rules)} - {"none"}
    return bool(assigning) and any(state.on_assign for state in definition.workflow.states)


def _unopened(world: World, moves: Moves) -> str | None:
    """Return why no ticket can be opened: the refusal of the first who tries; None where somebody can."""
    told = []
    for step in moves.of(world.start):
        error = world.take(world.start, step).error
        if error is None:
            return None
        told.append(str(error))
    return told[0] if told else "nobody may, or knows what to say in the form"


def told_step(taken: Taken) -> Step:
    """Return a step with the action that the desk took by itself therefore."""
    own = [e.action for e in taken.events if isinstance(e, StateChanged) and e.action != taken.step.do]
    return attrs.evolve(taken.step, takes=own[0]) if own else taken.step


def way_to(came: Sequence[tuple[int, Step] | None], place: int) -> Iterator[Step]:
    """Yield the steps of a shortest way to a place, from how each place was come to."""
    found: list[Step] = []
    while (one := came[place]) is not None:
        place, step = one
        found.append(step)
    yield from reversed(found)


def _broken(rules: tuple[Invariant, ...], taken: Taken) -> tuple[str, str] | None:
    """Return the name of the rule that a step breaks, and what it says of that."""
    for rule in rules:
        try:
            if rule(taken) is False:
                return name_of(rule), ""
        except AssertionError as error:
            return name_of(rule), str(error)
    return None


def name_of(rule: object) -> str:
    """Return what a rule is called."""
    return str(getattr(rule, "__name__", rule)).replace("_", " ")


def _spread(start: Iterable[int], edges: list[list[int]]) -> Iterator[int]:
    found, waiting = set(start), deque(start)
    while waiting:
        place = waiting.popleft()
        yield place
        for target in edges[place]:
            if target not in found:
                found.add(target)
                waiting.append(target)
