"""
Where tickets of earlier rules go when they are moved to today's: the section ``[moves]``.

A state goes to the one that is named for it, else to the one of its own key. A ticket in a state that goes nowhere
cannot be moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from supportcore.definition.reading import Node, meant
from supportcore.text import key_fault

if TYPE_CHECKING:
    from supportcore.definition.model import Definition
    from supportcore.workflow.definition import State


def read_moves(root: Node, states: Iterable[State]) -> tuple[tuple[str, str], ...]:
    """Return pairs of a state of earlier rules and one of *states*."""
    known = [state.key for state in states]
    found = []
    for former, node in root.at("moves").items():
        if key_fault(former, "") is not None:
            node.fault("bad_key", f"{former!r} is no key: 1 to 40 of a-z, 0-9, _ and -")
        key = node.key()
        if key and key not in known:
            node.fault("unknown_state", f"no state {key!r}{meant(key, known)}")
        found.append((former, key))
    return tuple(found)


def state_after(desk: Definition, former: str) -> State | None:
    """Return the state of *desk* to which a ticket goes from the state *former* of earlier rules; None if to none."""
    return desk.workflow.by_key.get(dict(desk.moves).get(former, former))


def unmapped(old: Definition, new: Definition) -> tuple[str, ...]:
    """Return the states of *old*, in its order, from which a ticket goes nowhere when it is moved to *new*."""
    return tuple(state.key for state in old.workflow.states if state_after(new, state.key) is None)
