"""
The walk: every kind of ticket that can come about on a desk, breadth first, and what leads from one to another.

First come the kinds of ticket that ordinary openings make; then those that come about only where nobody is there to be
assigned, or where staff opens a ticket for itself. Of the former a fault is told, the latter may be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from supportcore.definition.model import Definition
from supportcore.linting.conditions import Conditions
from supportcore.linting.doing import Doing
from supportcore.linting.effects import Effects
from supportcore.linting.kinds import PEOPLE, VALUES, Edge, Kind
from supportcore.linting.opening import Opened, Opening
from supportcore.linting.shape import Shape
from supportcore.workflow.steps import Step, Trace

MOST = 3_000
"""Kinds of ticket at most; beyond, fields are left aside."""
_ASIDE = (
    (),
    ("contact", "customer"),
    (*VALUES, "team", "contact"),
    (*VALUES, "team", *PEOPLE),
    tuple(Kind._fields[5:]),
)
"""Which fields are left aside, one after the other, where there are too many kinds of ticket."""


class TooMany(Exception):
    """There are more kinds of ticket than are looked at."""


def walked(definition: Definition) -> Walk:
    """Return the walk of a desk, with as many fields told apart as there is room for."""
    for aside in _ASIDE:
        try:
            return Walk(definition, aside)
        except TooMany:
            continue
    raise AssertionError("with all fields aside there are few kinds of ticket")


class Walk:
    """
    The kinds of ticket of one desk.

    Attributes:
        kinds: In the order in which they were found.
        edges: For each kind, what can be done to it.
        regular: How many of the kinds come first that are ordinary.
        used_at_opening: Places of the transitions that are taken when a ticket is opened.
        can: Who can do what, and what was set off.
    """

    def __init__(self, definition: Definition, aside: Sequence[str] = ()) -> None:
        self.definition = definition
        self.states = definition.workflow.by_key
        self.conditions = Conditions(definition)
        self.shape = Shape(definition, self.conditions, aside)
        self.effects = Effects(self.shape)
        self.kinds: list[Kind] = []
        self.edges: list[list[Edge]] = []
        self.regular = 0
        self.can = Doing(self.shape, self.conditions, self.effects)
        self._came: list[tuple[int, Opened | Edge]] = []
        self._places: dict[Kind, int] = {}
        openings = list(Opening(self.shape, self.effects, personal=self.can.personal).all())
        self.used_at_opening = frozenset(place for one in openings for place in one.used)
        self.can.note(definition.workflow.initial, self.used_at_opening)
        for odd in (False, True):
            for one in openings:
                if one.odd is odd:
                    self._put(one.kind, -1, one)
            self._spread()
            if not odd:
                self.regular = len(self.kinds)

    def _put(self, kind: Kind, source: int, how: Opened | Edge) -> int:
        place = self._places.get(kind)
        if place is None:
            if len(self.kinds) >= MOST:
                raise TooMany
            place = self._places[kind] = len(self.kinds)
            self.kinds.append(kind)
            self._came.append((source, how))
        return place

    def _spread(self) -> None:
        while len(self.edges) < len(self.kinds):
            place = len(self.edges)
            found: dict[tuple[Any, ...], Edge] = {}
            for kind, edge in self.can.of(self.kinds[place]):
                target = self._put(kind, place, edge)
                key = (target, edge.by, edge.moves, edge.used)
                if key not in found or (edge.sure and not found[key].sure):
                    found[key] = edge._replace(target=target)
            self.edges.append(list(found.values()))

    def trace(self, place: int) -> Trace:
        """Return a shortest way to a kind of ticket."""
        found: list[Step] = []
        while place >= 0:
            source, how = self._came[place]
            found.append(self.step(how, None if source < 0 else self.kinds[source]))
            place = source
        return tuple(reversed(found))

    def step(self, how: Opened | Edge, kind: Kind | None) -> Step:
        """Return something that is done to *kind* as a step of a trace."""
        timer = None if kind is None else self.states[kind.state].timer
        timed = isinstance(how, Edge) and how.by == "timer" and timer is not None
        after = timer.after if timed and timer is not None else timedelta(0)
        return Step(do=how.do, who=how.who, said=how.said, takes=how.takes, after=after)
