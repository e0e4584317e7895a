"""What an exploration shows to be wrong with a desk, in the words of the linter, each with the way there."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.unfillable import unfillable
from supportcore.exploring.explorer import Exploration
from supportcore.workflow.findings import Finding


def findings(exploration: Exploration) -> tuple[Finding, ...]:
    """
    Return what is wrong for sure, in the order of the states.

    Where no ticket could be opened at all, that and why is told instead of every state. What was not come into and
    what does not come to an end is sure of a complete exploration only.
    """
    return tuple(_found(exploration))


def _found(exploration: Exploration) -> Iterator[Finding]:
    unfit = tuple(unfillable(exploration.definition))
    yield from unfit
    if exploration.unopened is not None:
        if not unfit:
            yield Finding("nobody_opens", "roles", f"no ticket could be opened: {exploration.unopened}")
        return
    places = {state.key: place for place, state in enumerate(exploration.definition.workflow.states)}
    if exploration.complete:
        for key in exploration.unreached:
            yield Finding("unreachable_state", f"states[{places[key]}]", f"no ticket ever comes into {key!r}")
        for key, trace in exploration.trapped.items():
            told = f"a ticket in {key!r} can be such that it never ends"
            yield Finding("trap_state", f"states[{places[key]}]", told, trace)
    for circle in exploration.loops:
        told = f"time alone leads round for ever: {' -> '.join((*circle, circle[0]))}"
        yield Finding("timer_loop", f"states[{places[circle[0]]}].timer", told, exploration.reached[circle[0]])
