"""What is wrong with a move from former rules: states that lead nowhere, and tickets that change sides by it."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.model import Definition
from supportcore.definition.moves import state_after, unmapped
from supportcore.linting.ways import Ways
from supportcore.workflow.findings import Finding


def moves(former: Ways, desk: Definition) -> Iterator[Finding]:
    """Yield what is wrong with moving the tickets of former rules to those of *desk*, with how they come there."""
    nowhere = set(unmapped(former.definition, desk))
    places = {state.key: f"states[{index}]" for index, state in enumerate(desk.workflow.states)}
    for state in former.workflow.states:
        there = former.by_state[state.key]
        there += [place for place, kind in enumerate(former.walk.kinds) if kind.merged and kind.state == state.key][:1]
        if not there:
            continue
        if state.key in nowhere:
            told = f"a ticket may be in {state.key!r}, which there is no more; say under [moves] where it goes"
            yield former.finding("unmapped_state", "moves", told, there[0])
            continue
        after = state_after(desk, state.key)
        if after is not None and after.final != state.final:
            does = "opens a closed ticket" if state.final else "closes an open ticket"
            path = f"moves.{state.key}" if state.key in dict(desk.moves) else f"{places[after.key]}.category"
            told = f"moving it from {state.key!r} to {after.key!r} {does}; say under [moves] where else it goes"
            yield former.finding("contrary_move", path, told, there[0])
