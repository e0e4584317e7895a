"""The picture before it is written: where every box, label and line goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from supportcore.definition.model import Definition
from supportcore.drawing.boxes import LOOP, Box, Label, box, label
from supportcore.drawing.graph import Arrow, Node, Way, arrows, layers, ways
from supportcore.drawing.layout import ordered, put, tie

MARGIN = 16.0
START = 34.0
"""Pixels above the first row for the dot where a ticket begins."""
_LEAD = 9.0
"""Pixels that a line runs straight before a row and after it."""
_GAP, _SLOPE, _GAP_AT_MOST = 14.0, 0.09, 48.0
"""Between rows: pixels at least, how much more for each pixel that a line goes aside, pixels at most."""
_PORTS = 20.0

Point = tuple[float, float]


@attrs.frozen(kw_only=True)
class Line:
    """
    A line of an arrow.

    Attributes:
        sources: Those of the arrow's sources whose way it is.
        points: From its beginning to its end, every step straight up or down or a curve.
        ends: Whether it ends at the target, with a head.
    """

    sources: tuple[str, ...]
    points: tuple[Point, ...]
    ends: bool = False


@attrs.frozen(kw_only=True)
class Placed:
    """An arrow with its lines, and the middle of its label's upper edge."""

    arrow: Arrow
    label: Label
    at: Point
    lines: tuple[Line, ...]


@attrs.frozen(kw_only=True)
class Picture:
    """
    Everything in its place.

    Attributes:
        boxes: The states, each with its middle.
        start: The dot where a ticket begins, and the middle of the upper edge that it points to.
    """

    width: float
    height: float
    boxes: tuple[tuple[Box, Point], ...]
    arrows: tuple[Placed, ...]
    start: tuple[Point, Point]


def picture(definition: Definition, language: str) -> Picture:
    """Return where everything goes that is drawn of a workflow."""
    return _Placing(definition, language).picture()


class _Placing:
    def __init__(self, definition: Definition, language: str) -> None:
        self._definition = definition
        self._layer = layers(definition)
        self._arrows = arrows(definition, language, self._layer)
        self._labels = {arrow: label(arrow) for arrow in self._arrows}
        sizes = {arrow: (one.width, one.height) for arrow, one in self._labels.items()}
        self._ways = list(ways(self._arrows, self._layer, sizes))
        states = definition.workflow.states
        self._boxes = {state.key: box(definition, state, language, self._ends(state.key)) for state in states}
        self._nodes = {key: self._node(key, one) for key, one in self._boxes.items()}
        self._rows = self._tied()
        self._width = put(self._rows)
        self._edges = self._heights()
        self._ports = self._ported()

    def _ends(self, key: str) -> int:
        """Return how many arrows end at one side of a state at most."""
        over = sum((way.arrow.target == key) if way.down else (key in way.arrow.sources) for way in self._ways)
        under = sum((key in way.arrow.sources) if way.down else (way.arrow.target == key) for way in self._ways)
        return max(over, under)

    def _node(self, key: str, one: Box) -> Node:
        half = one.width / 2
        loops = [self._labels[arrow] for arrow in self._arrows if arrow.loop and arrow.target == key]
        beside = max((LOOP + loop.width for loop in loops), default=0)
        high = max([one.height, *(loop.height for loop in loops)])
        return Node(2 * self._layer[key], half, half + beside, high, state=True)

    def _tied(self) -> list[list[Node]]:
        """Tie what lines go between, and return all nodes by rows."""
        nodes = list(self._nodes.values())
        for way in self._ways:
            nodes += way.trunk
            pairs = [(self._nodes[source], node) for source, node in way.joins]
            pairs += zip(way.trunk, [*way.trunk[1:], self._nodes[way.arrow.target]], strict=True)
            for first, then in pairs:
                tie(*((first, then) if way.down else (then, first)))
        return ordered(nodes)

    def _heights(self) -> list[tuple[float, float]]:
        """Put the rows below one another, and return the upper and lower edge of each."""
        edges: list[tuple[float, float]] = []
        at = START
        for row in self._rows:
            high = max(node.height for node in row)
            for node in row:
                node.y = round(at + high / 2, 1)
            edges.append((round(at - _LEAD, 1), round(at + high + _LEAD, 1)))
            aside = max((abs(node.x - other.x) for node in row for other in node.below), default=0)
            at += high + 2 * _LEAD + min(_GAP + _SLOPE * aside, _GAP_AT_MOST)
        return edges

    def _ported(self) -> Mapping[tuple[int, str, bool], float]:
        """Return where a way meets a state: by the way, the state, and whether it is its target."""
        sides: dict[tuple[str, bool], list[tuple[float, int, bool]]] = {}
        for place, way in enumerate(self._ways):
            for source, node in way.joins:
                sides.setdefault((source, way.down), []).append((node.x, place, False))
            sides.setdefault((way.arrow.target, not way.down), []).append((way.trunk[-1].x, place, True))
        found: dict[tuple[int, str, bool], float] = {}
        for (key, _), ends in sides.items():
            room = min(_PORTS, (self._boxes[key].width - _PORTS) / max(len(ends) - 1, 1))
            for index, (_, place, target) in enumerate(sorted(ends)):
                found[place, key, target] = round(self._nodes[key].x + room * (index - (len(ends) - 1) / 2), 1)
        return found

    def picture(self) -> Picture:
        """Return it."""
        first = self._definition.workflow.initial
        top = (self._nodes[first].x, self._nodes[first].y - self._boxes[first].height / 2)
        placed = [self._placed(place, way) for place, way in enumerate(self._ways)]
        placed += [self._looped(arrow) for arrow in self._arrows if arrow.loop]
        return Picture(
            width=self._width,
            height=self._edges[-1][1] - _LEAD,
            boxes=tuple((one, (self._nodes[key].x, self._nodes[key].y)) for key, one in self._boxes.items()),
            arrows=tuple(placed),
            start=((top[0], round(top[1] - 24, 1)), top),
        )

    def _placed(self, place: int, way: Way) -> Placed:
        stops = [*way.trunk, self._nodes[way.arrow.target]]
        lines: list[Line] = []
        for source, node in way.joins:
            start = self._nodes[source]
            x = self._ports[place, source, False]
            points = [*self._out(x, start, self._boxes[source].height, way.down), *self._into(node, node.x, way)]
            lines.append(Line(sources=(source,), points=tuple(points)))
        for here, then in pairwise(stops):
            ends = then is stops[-1]
            x = self._ports[place, way.arrow.target, True] if ends else then.x
            points = [*self._out(here.x, here, here.height, way.down), *self._into(then, x, way)]
            before = {id(node) for node in way.trunk[: way.trunk.index(here) + 1]}
            joined = tuple(source for source, node in way.joins if id(node) in before)
            lines.append(Line(sources=joined, points=tuple(points), ends=ends))
        at = (way.label.x, round(way.label.y - way.label.height / 2, 1))
        return Placed(arrow=way.arrow, label=self._labels[way.arrow], at=at, lines=tuple(lines))

    def _out(self, x: float, node: Node, height: float, down: bool) -> Iterator[Point]:
        """Yield how a line leaves a node and its row."""
        side = 1 if down else -1
        yield x, round(node.y + side * height / 2, 1)
        yield x, self._edges[node.row][down]

    def _into(self, node: Node, x: float, way: Way) -> Iterator[Point]:
        """Yield how a line comes into a row and to a node, a bend being nothing but its middle."""
        side = -1 if way.down else 1
        target = node is self._nodes[way.arrow.target]
        height = self._boxes[way.arrow.target].height if target else node.height
        yield x, self._edges[node.row][not way.down]
        yield x, round(node.y + side * height / 2, 1)

    def _looped(self, arrow: Arrow) -> Placed:
        node, one, said = self._nodes[arrow.target], self._boxes[arrow.target], self._labels[arrow]
        right, reach = node.x + one.width / 2, LOOP - 8
        points = ((right, node.y - 9), (right + reach, node.y - 9), (right + reach, node.y + 9), (right, node.y + 9))
        at = (round(right + LOOP + said.width / 2, 1), round(node.y - said.height / 2, 1))
        line = Line(sources=arrow.sources, points=tuple(_rounded(points)), ends=True)
        return Placed(arrow=arrow, label=said, at=at, lines=(line,))


def _rounded(points: Sequence[Point]) -> Iterator[Point]:
    for x, y in points:
        yield round(x, 1), round(y, 1)
