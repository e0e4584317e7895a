"""
What is drawn of a workflow: its states in layers, and arrows, which bundle what leads the same way.

All actions between two states share one arrow. Arrows with the same actions to the same state are joined into one, so
that "cancel" from anywhere is told once. A state lies below those that lead to it, but for the ways back: the layers
are the longest ways from where a ticket starts, once what closes a circle is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from supportcore.definition.model import Definition
from supportcore.workflow.diagram import step_label


@attrs.frozen(kw_only=True)
class Arrow:
    """
    A way from states to a state.

    Attributes:
        sources: All above the target, or all below it; or the target alone.
        actions: Pairs of action and label, in the order of the document.
    """

    sources: tuple[str, ...]
    target: str
    actions: tuple[tuple[str, str], ...]

    @property
    def loop(self) -> bool:
        """Whether it stays where it is."""
        return self.sources == (self.target,)


def layers(definition: Definition) -> Mapping[str, int]:
    """Return how far below the first row each state lies, by its key."""
    after: dict[str, list[str]] = {state.key: [] for state in definition.workflow.states}
    for source, target in _pairs(definition, ""):
        if target != source:
            after[source].append(target)
    order, back = _walked(definition.workflow.initial, after)
    found = dict.fromkeys(after, 0)
    for key in order:
        for target in after[key]:
            if (key, target) not in back:
                found[target] = max(found[target], found[key] + 1)
    return found


def _walked(start: str, after: Mapping[str, list[str]]) -> tuple[list[str], set[tuple[str, str]]]:
    """Walk depth first; return the states with none before one that leads to it, and the ways that close circles."""
    left: list[str] = []
    back: set[tuple[str, str]] = set()
    seen: set[str] = set()
    for root in (start, *after):
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(after[root]))]
        open_now = {root}
        while path:
            key, ways = path[-1]
            target = next(ways, None)
            if target is None:
                path.pop()
                open_now.discard(key)
                left.append(key)
            elif target in open_now:
                back.add((key, target))
            elif target not in seen:
                seen.add(target)
                open_now.add(target)
                path.append((target, iter(after[target])))
    return left[::-1], back


def _pairs(definition: Definition, language: str) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """Return the actions that lead from a state to a state, with their labels."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for step in definition.workflow.transitions:
        for source in step.sources:
            label = step_label(definition, step, source, language) if language else ""
            found.setdefault((source, step.to or source), []).append((step.action, label))
    return found


def arrows(definition: Definition, language: str, layer: Mapping[str, int]) -> tuple[Arrow, ...]:
    """Return all ways, in the order of the document."""
    joined: dict[tuple[str, bool, tuple[tuple[str, str], ...]], list[str]] = {}
    loops: list[Arrow] = []
    for (source, target), actions in _pairs(definition, language).items():
        if source == target:
            loops.append(Arrow(sources=(source,), target=target, actions=tuple(actions)))
        else:
            joined.setdefault((target, layer[source] < layer[target], tuple(actions)), []).append(source)
    return (
        *(Arrow(sources=tuple(sources), target=to, actions=actions) for (to, _, actions), sources in joined.items()),
        *loops,
    )


# -- nodes in rows -----------------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Node:
    """
    What takes a place in a row: a state, the label of an arrow, or a bend where an arrow passes a row.

    Attributes:
        row: States stand in even rows, labels in odd ones.
        left: Pixels that it takes to the left of its place, `right` to the right; `height` from top to bottom.
        x: Its place in the row; `y` the middle of the row.
        state: Whether it is a state, and no part of an arrow.
    """

    row: int
    left: float = 0
    right: float = 0
    height: float = 0
    x: float = 0
    y: float = 0
    state: bool = False
    above: list[Node] = attrs.field(factory=list, repr=False)
    below: list[Node] = attrs.field(factory=list, repr=False)


@attrs.define(eq=False)
class Way:
    """
    How an arrow goes: from the nodes of its sources down (or up) a trunk to its label, and on to the target.

    Attributes:
        joins: Pairs of a source and the node of the trunk at which it joins.
        trunk: From the farthest source to the target, the label among it; neither end included.
    """

    arrow: Arrow
    label: Node
    trunk: list[Node]
    joins: list[tuple[str, Node]]
    down: bool


def ways(found: Iterable[Arrow], layer: Mapping[str, int], sizes: Mapping[Arrow, tuple[float, float]]) -> Iterator[Way]:
    """
    Yield how each arrow that is no loop goes, with new nodes for its label and bends.

    A label stands in the row between its sources and its target where labels take the least room so far.

    Args:
        sizes: Width and height of the label of each arrow.
    """
    taken: dict[int, float] = {}
    choices: list[tuple[int, int, Arrow, bool, list[int]]] = []
    for place, arrow in enumerate(found):
        if arrow.loop:
            continue
        ends = [2 * layer[source] for source in arrow.sources]
        target = 2 * layer[arrow.target]
        down = ends[0] < target
        rows = list(range(target - 1, max(ends), -2)) if down else list(range(target + 1, min(ends), 2))
        choices.append((len(rows), place, arrow, down, rows))
    for _, _, arrow, down, rows in sorted(choices, key=lambda choice: choice[:2]):
        row = min(rows, key=lambda one: taken.get(one, 0))
        wide, high = sizes[arrow]
        taken[row] = taken.get(row, 0) + wide
        yield _way(arrow, layer, Node(row, wide / 2, wide / 2, high), down)


def _way(arrow: Arrow, layer: Mapping[str, int], label: Node, down: bool) -> Way:
    step = 1 if down else -1
    ends = {source: 2 * layer[source] for source in arrow.sources}
    first = min(ends.values(), key=lambda row: row * step) + step
    rows = range(first, 2 * layer[arrow.target], step)
    trunk = [label if row == label.row else Node(row) for row in rows]
    by_row = {node.row: node for node in trunk}
    return Way(arrow, label, trunk, [(source, by_row[row + step]) for source, row in ends.items()], down)
