"""What is wrong with the timers of a desk: those that go round, and those that nobody can outrun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supportcore.linting.kinds import Edge
from supportcore.linting.ways import Ways
from supportcore.workflow.definition import State
from supportcore.workflow.findings import Finding

_LEFT_TO_DO = ("new", "open", "pending")
"""Categories of states in which something is left to do, by people of the desk or the customer."""
_AT_LEAST = timedelta(seconds=1)
"""How long a person needs to do anything at all."""
Fired = tuple[int, Edge]
"""Place of a kind of ticket, and what its timer does."""


def _fires(ways: Ways, place: int) -> Edge | None:
    """Return what the timer of a kind of ticket does without fail, if it moves it."""
    edges = ways.walk.edges[place]
    return next((edge for edge in edges if edge.by == "timer" and edge.sure and edge.moves), None)


def _fired(ways: Ways, place: int) -> tuple[list[Fired], int | None]:
    """Return what timers alone do to a kind of ticket, one after the other, and the kind that comes a second time."""
    found: list[Fired] = []
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        edge = _fires(ways, place)
        if edge is None:
            return found, None
        found.append((place, edge))
        place = edge.target
    return found, place


def loops(ways: Ways) -> Iterator[Finding]:
    """Yield the circles that timers alone lead round."""
    order = {key: index for index, key in enumerate(ways.state_places)}
    told: dict[tuple[str, ...], Finding] = {}
    known: set[int] = set()
    for start in range(len(ways.walk.kinds)):
        way, again = ([], None) if start in known else _fired(ways, start)
        known.update(place for place, _ in way)
        if again is None:
            continue
        circle = way[[place for place, _ in way].index(again) :]
        first = min(range(len(circle)), key=lambda index: order[ways.kind(circle[index][0]).state])
        circle = circle[first:] + circle[:first]
        keys = tuple(ways.kind(place).state for place, _ in circle)
        names = " -> ".join([*keys, keys[0]])
        message = f"timers alone lead round: {names}; let one of them lead elsewhere, or a person act"
        finding = Finding("timer_loop", ways.trigger(keys[0], "timer"), message, ways.trace(circle[0][0], *circle))
        told.setdefault(keys, finding)
    yield from told.values()


def unbeatable(ways: Ways) -> Iterator[Finding]:
    """Yield the timers that close a ticket which waits for somebody, and that nobody can outrun."""
    outrun = _outrun(ways)
    for state in ways.workflow.states:
        there = [place for place in ways.regular(state.key) if ways.kind(place).timer and place not in outrun]
        timed = sum(ways.kind(place).timer for place in ways.regular(state.key))
        if not there or len(there) < timed or not _waits(state):
            continue
        ways_on = [_fired(ways, place)[0] for place in there]
        if all(_closes(ways, way) and not any(place in outrun for place, _ in way) for way in ways_on):
            told = (
                f"the timer of {state.key!r} closes a ticket that waits there, and nobody can do anything before that "
                "leads elsewhere; "
            )
            told += "give it longer" if _is_quick(ways, there[0]) else "let an action or a reply lead out of it"
            trace = ways.trace(there[0], *ways_on[0])
            yield Finding("unbeatable_timer", ways.trigger(state.key, "timer"), told, trace)


def _is_quick(ways: Ways, place: int) -> bool:
    """Return whether the timer of a kind of ticket comes before any person could do anything."""
    kind = ways.kind(place)
    rule = ways.workflow.by_key[kind.state].timer
    return kind.timer and rule is not None and rule.after < _AT_LEAST


def _waits(state: State) -> bool:
    """Return whether somebody is expected to do something in a state."""
    return state.category in _LEFT_TO_DO or state.waiting_on in ("customer", "support")


def _closes(ways: Ways, way: list[Fired]) -> bool:
    return bool(way) and ways.is_final(way[-1][1].target)


def _outrun(ways: Ways) -> set[int]:
    """Return the kinds of ticket that somebody can lead on before a timer comes, or whose timer he can start anew."""
    people = ("customer", "staff")
    moved = (
        place for place, edges in enumerate(ways.walk.edges)
        if any(edge.moves and edge.by in people for edge in edges) and not _is_quick(ways, place)
    )  # fmt: skip
    return ways.leading_to(moved, lambda edge: edge.by in (*people, "clock") and not edge.moves)
