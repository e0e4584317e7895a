"""What a run exercised of a definition, line by line: frozen, ready to be printed, drawn or dumped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.testing.coverage.goals import Goal, Kind, source_places, when_places
from supportcore.workflow.diagram import Shade


@attrs.frozen(kw_only=True)
class Line:
    """
    How often which part of a definition was exercised.

    Attributes:
        counts: Pairs of what was seen and how often, sorted; who took a transition as ``people:ROLE`` or
            ``desk:CAUSE``, or without what follows the colon where that is not known.
    """

    goal: Goal
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def path(self) -> str:
        """Where it stands in the document."""
        return self.goal.path

    @property
    def met(self) -> tuple[str, ...]:
        """What was seen of what was to be seen."""
        seen = {how for how, count in self.counts if count} | {how.split(":")[0] for how, count in self.counts if count}
        return tuple(wanted for wanted in self.goal.wanted if wanted in seen)

    @property
    def covered(self) -> Shade:
        """Whether all of it was exercised, some of it or none."""
        return shade_of((self,))


def shade_of(lines: Iterable[Line]) -> Shade:
    """Return how much of all of these lines was exercised; nothing of none is all."""
    parts = tuple(lines)
    wanted, met = (sum(map(len, found)) for found in ([one.goal.wanted for one in parts], [one.met for one in parts]))
    return "all" if met == wanted else "some" if met else "none"


@attrs.frozen(kw_only=True, slots=False)
class Report:
    """
    What was exercised of one definition.

    Attributes:
        tickets: How many histories were watched.
        events: How many events they had.
        left_out: How many of these happened under other rules and count for nothing.
        lines: One for each part of the definition, by kind and in the order of the document.
    """

    definition: Definition = attrs.field(eq=False, repr=False)
    tickets: int
    events: int
    left_out: int
    lines: tuple[Line, ...]

    @property
    def wanted(self) -> int:
        """How many things there are to see."""
        return sum(len(line.goal.wanted) for line in self.lines)

    @property
    def met(self) -> int:
        """How many of them were seen."""
        return sum(len(line.met) for line in self.lines)

    @property
    def share(self) -> float:
        """The share of what there is to see that was seen, 0 to 1."""
        return self.met / self.wanted if self.wanted else 1.0

    @cached_property
    def by_path(self) -> Mapping[str, Line]:
        """The lines by their place in the document."""
        return MappingProxyType({line.path: line for line in self.lines})

    def of_kind(self, kind: Kind) -> tuple[Line, ...]:
        """Return the lines of one kind, in order."""
        return tuple(line for line in self.lines if line.goal.kind == kind)

    def of_state(self, key: str) -> Shade:
        """Return how much of a state was exercised, with its timer."""
        return shade_of(
            line for line in self.lines if line.goal.kind in ("state", "timer") and line.goal.about == (key,)
        )

    def of_step(self, action: str, source: str) -> Shade:
        """Return how much of a transition from one state was exercised, with its condition; none if nobody took it."""
        path = self._places[action, source]
        taken = self.by_path[path]
        when = self.by_path.get(self._whens[action, source])
        return shade_of([taken] if when is None else [taken, when]) if taken.met else "none"

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], str]:
        return source_places(self.definition)

    @cached_property
    def _whens(self) -> Mapping[tuple[str, str], str]:
        steps = zip(when_places(self.definition), self.definition.workflow.transitions, strict=True)
        return {(step.action, source): place for place, step in steps for source in step.sources}

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        lines = [
            {
                "kind": line.goal.kind,
                "path": line.path,
                "about": list(line.goal.about),
                "wanted": list(line.goal.wanted),
                "counts": dict(line.counts),
                "covered": line.covered,
            }
            for line in self.lines
        ]
        return {"met": self.met, "wanted": self.wanted, "share": round(self.share, 4), "lines": lines}
