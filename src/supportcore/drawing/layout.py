"""
Where nodes go: their order within the rows, and their places, so that arrows cross little and run straight.

Order: each node goes to the mean place of those it is tied to in the row before, down and up again and again; then
neighbours change places as long as that saves a crossing. Places: the nearest to the mean of its ties that keeps order
and distances, which is an isotonic regression, solved exactly.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import inf

from supportcore.drawing.graph import Node

_SWEEPS = 12
_APART = 18.0
"""Pixels between two nodes of a row."""
_NEARLY, _ROOM = 14.0, 8.0
"""Pixels by which an arrow is straightened, and that are left between nodes then."""
_STRAIGHT = 60.0
"""How much more it matters that an arrow runs straight within than at its ends."""


def tie(upper: Node, lower: Node) -> None:
    """Tie two nodes of neighbouring rows."""
    upper.below.append(lower)
    lower.above.append(upper)


def ordered(nodes: Iterable[Node]) -> list[list[Node]]:
    """Return the nodes by rows, in an order with few crossings; the same for the same nodes."""
    rows: list[list[Node]] = []
    for node in nodes:
        rows.extend([] for _ in range(node.row + 1 - len(rows)))
        rows[node.row].append(node)
    best, least = rows, _crossings(rows)
    for sweep in range(_SWEEPS):
        rows = [list(row) for row in rows]
        down = sweep % 2 == 0
        for place in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            near = {id(node): index for index, node in enumerate(rows[place - 1 if down else place + 1])}
            _by_mean(rows[place], near, _above if down else _below)
        _swapped(rows)
        found = _crossings(rows)
        if found < least:
            best, least = rows, found
    return best


def _above(node: Node) -> list[Node]:
    return node.above


def _below(node: Node) -> list[Node]:
    return node.below


def _by_mean(row: list[Node], near: dict[int, int], tied: Callable[[Node], list[Node]]) -> None:
    """Sort a row by the mean place of the nodes tied to; one that is tied to none stays where it is."""
    means: list[float] = []
    for index, node in enumerate(row):
        places = [near[id(other)] for other in tied(node)]
        means.append(sum(places) / len(places) if places else float(index))
    order = sorted(range(len(row)), key=lambda index: (means[index], index))
    row[:] = [row[index] for index in order]


def _swapped(rows: list[list[Node]]) -> None:
    """Let neighbours change places as long as that saves a crossing."""
    for _ in range(_SWEEPS):
        better = False
        for place, row in enumerate(rows):
            tied = (
                _tied(row, rows[place - 1] if place else ()),
                _tied(row, rows[place + 1] if place + 1 < len(rows) else ()),
            )
            for index in range(len(row) - 1):
                first, then = id(row[index]), id(row[index + 1])
                if sum(_less(ties[then], ties[first]) - _less(ties[first], ties[then]) for ties in tied) > 0:
                    row[index], row[index + 1] = row[index + 1], row[index]
                    better = True
        if not better:
            return


def _tied(row: Sequence[Node], other: Sequence[Node]) -> dict[int, list[int]]:
    """Return the places in a row beside it that each node of a row is tied to, sorted."""
    place = {id(node): index for index, node in enumerate(other)}
    return {id(node): sorted(place[id(one)] for one in (*node.above, *node.below) if id(one) in place) for node in row}


def _less(some: Sequence[int], others: Sequence[int]) -> int:
    """Return how many pairs there are of one of *some* and a greater one of *others*, both sorted: they would cross."""
    return sum(len(others) - bisect_right(others, one) for one in some)


def _crossings(rows: Sequence[Sequence[Node]]) -> int:
    """Return how many ties between neighbouring rows cross."""
    count = 0
    for upper, lower in pairwise(rows):
        place = {id(node): index for index, node in enumerate(lower)}
        ties = [
            (index, place[id(other)]) for index, node in enumerate(upper) for other in node.below if id(other) in place
        ]
        before: list[int] = []
        for _, end in sorted(ties):
            count += len(before) - bisect_right(before, end)
            insort(before, end)
    return count


def put(rows: Sequence[Sequence[Node]]) -> float:
    """Give every node its place in its row, from 0 on, and return how wide that is."""
    for row in rows:
        _spread(row, [(0.0, 1.0) for _ in row])
    for sweep in range(20 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            _spread(row, [_wanted(node, down=sweep % 2 == 0, both=sweep >= _SWEEPS) for node in row])
    for row in rows:
        _straightened(row)
    nodes = [node for row in rows for node in row]
    start = min(node.x - node.left for node in nodes)
    for node in nodes:
        node.x = round(node.x - start, 1)
    return max(node.x + node.right for node in nodes)


def _straightened(row: Sequence[Node]) -> None:
    """Let arrows that come nearly straight from the row above come straight, where there is room."""
    for index, node in enumerate(row):
        for other in node.above:
            if node.state or other.state or abs(other.x - node.x) > _NEARLY:
                continue
            least = row[index - 1].x + row[index - 1].right + node.left if index else -inf
            most = row[index + 1].x - row[index + 1].left - node.right if index + 1 < len(row) else inf
            if least + _ROOM <= other.x <= most - _ROOM:
                node.x = other.x


def _wanted(node: Node, *, down: bool, both: bool) -> tuple[float, float]:
    """Return where a node would stand by its ties alone, and how much that matters."""
    tied = [*node.above, *node.below] if both else node.above if down else node.below
    weights = [1.0 if node.state or other.state else _STRAIGHT for other in tied]
    total = sum(weights)
    if not tied:
        return node.x, 0.1
    return sum(weight * other.x for weight, other in zip(weights, tied, strict=True)) / total, total


def _spread(row: Sequence[Node], wanted: Sequence[tuple[float, float]]) -> None:
    """Put a row as near to where its nodes want to be as their order and distances allow, by least squares."""
    offsets: list[float] = []
    for index, node in enumerate(row):
        offsets.append(0.0 if index == 0 else offsets[-1] + row[index - 1].right + _APART + node.left)
    blocks: list[tuple[float, float, int]] = []  # sum, weight and number of what stands as one
    for (place, weight), offset in zip(wanted, offsets, strict=True):
        total, count = (place - offset) * weight, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / weight:
            more, heavier, others = blocks.pop()
            total, weight, count = total + more, weight + heavier, count + others
        blocks.append((total, weight, count))
    means = [total / weight for total, weight, count in blocks for _ in range(count)]
    for node, mean, offset in zip(row, means, offsets, strict=True):
        node.x = mean + offset
