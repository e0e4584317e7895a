"""Questions about a walk: what leads where, what stands where in the document, and findings with their traces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import cached_property

from supportcore.definition.places import step_places
from supportcore.linting.kinds import Edge, Kind
from supportcore.linting.walk import Walk
from supportcore.workflow.findings import Finding
from supportcore.workflow.steps import Trace

Passes = Callable[[Edge], bool]


class Ways:
    """
    A walk, and what can be asked of it.

    Attributes:
        by_state: Places of the kinds of ticket in each state, in the order in which they were found.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.definition = walk.definition
        self.workflow = walk.definition.workflow
        self.by_state: dict[str, list[int]] = {state.key: [] for state in self.workflow.states}
        for place, kind in enumerate(walk.kinds):
            if not kind.merged:
                self.by_state[kind.state].append(place)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Where each transition stands in the document."""
        return step_places(self.definition)

    @cached_property
    def state_places(self) -> dict[str, str]:
        """Where each state stands in the document."""
        return {state.key: f"states[{index}]" for index, state in enumerate(self.workflow.states)}

    @cached_property
    def used(self) -> frozenset[int]:
        """Places of the transitions that are ever taken."""
        edges = (edge for edges in self.walk.edges for edge in edges)
        return frozenset(place for edge in edges for place in edge.used) | self.walk.used_at_opening

    def kind(self, place: int) -> Kind:
        """Return a kind of ticket."""
        return self.walk.kinds[place]

    def regular(self, state: str) -> list[int]:
        """Return the places of the ordinary kinds of ticket in a state."""
        return [place for place in self.by_state[state] if place < self.walk.regular]

    def is_final(self, place: int) -> bool:
        """Return whether a kind of ticket is closed."""
        return self.walk.states[self.walk.kinds[place].state].final

    def trigger(self, state: str, name: str) -> str:
        """Return where stands what sets off something in a state: there, or in a confirmation."""
        own = self.workflow.by_key[state]
        wanted = {"timer": ("silence", own.timer.action if own.timer is not None else "")}
        wanted |= {f"on_reply.{side}": ("reply", action) for side, action in own.on_reply}
        part, action = wanted.get(name, ("", ""))
        for place, step in zip(self.places, self.workflow.transitions, strict=True):
            if part and place.endswith(f".{part}") and step.action == action and state in step.sources:
                return place
        return f"{self.state_places[state]}.{name}"

    # -- ways ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _back(self) -> list[list[tuple[int, Edge]]]:
        found: list[list[tuple[int, Edge]]] = [[] for _ in self.walk.kinds]
        for place, edges in enumerate(self.walk.edges):
            for edge in edges:
                found[edge.target].append((place, edge))
        return found

    def leading_to(self, goal: Iterable[int], passes: Passes = lambda edge: True) -> set[int]:
        """Return the kinds from which one of *goal* can be come to, those among them."""
        waiting = deque(goal)
        found = set(waiting)
        while waiting:
            for source, edge in self._back[waiting.popleft()]:
                if source not in found and passes(edge):
                    found.add(source)
                    waiting.append(source)
        return found

    @cached_property
    def trapped(self) -> frozenset[int]:
        """Places of the kinds of ticket that can never be closed."""
        every = range(len(self.walk.kinds))
        return frozenset(every) - self.leading_to(place for place in every if self.is_final(place))

    def trace(self, place: int | None, *edges: tuple[int, Edge]) -> Trace:
        """Return a shortest way to a kind, and on by *edges*, each with the place of the kind it leaves."""
        if place is None:
            return ()
        more = (self.walk.step(edge, self.walk.kinds[source]) for source, edge in edges)
        return (*self.walk.trace(place), *more)

    def finding(self, code: str, path: str, message: str, place: int | None = None) -> Finding:
        """Return a finding that shows in the kind of ticket at *place*."""
        return Finding(code, path, message, self.trace(place))


def named(keys: Iterable[str]) -> str:
    """
    Return keys as a message names them.

    >>> named(["agent", "lead"])
    "'agent', 'lead'"
    """
    return ", ".join(map(repr, keys))
