"""
Kinds of ticket: what the rules of a desk can tell apart of a ticket, and nothing else.

A field that no rule reads is `ANY` in all of them. A person is named by a role, as in `supportcore.exploring`:
``agent``, a second one ``agent-2``, and ``agent+lead`` for somebody with both roles.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from supportcore.people.access import Side

ANY: Final = "\ue000any"
"""A value that is not looked at: it may be any, and there may be none."""


class Kind(NamedTuple):
    """
    One kind of ticket.

    Attributes:
        timer: The timer of the state is still to come.
        held: The desk itself put it on hold, as the agreement with the customer does not hold.
        merged: Another ticket goes on in its place.
        approvals: What became of each approval of the desk, in order: None where it was not asked for.
    """

    state: str
    timer: bool = False
    held: bool = False
    merged: bool = False
    approvals: tuple[str | None, ...] = ()
    waiting_on: str | None = ANY
    confirmed: bool | str = ANY
    rated: bool | str = ANY
    rating: int | str | None = ANY
    reassigned: bool | str = ANY
    assignee: str | None = ANY
    responsible: str | None = ANY
    contact: str | None = ANY
    team: str | None = ANY
    customer: str | None = ANY
    product: str | None = ANY
    module: str | None = ANY
    product_version: str | None = ANY
    service: str | None = ANY
    project: str | None = ANY
    type: str | None = ANY
    priority: str | None = ANY
    urgency: str | None = ANY
    area: str | None = ANY
    origin: str | None = ANY
    agreement: str | None = ANY
    reference: str | None = ANY


def changed(kind: Kind, **changes: Any) -> Kind:
    """Return *kind* with other values."""
    return kind._replace(**changes)


VALUES = Kind._fields[Kind._fields.index("customer") :]
"""Fields that an intake form gives."""
PEOPLE = ("assignee", "responsible", "contact")
"""Fields that name a person."""


class Person(NamedTuple):
    """Somebody who acts: a name, the roles, and the side on which they are."""

    name: str
    roles: frozenset[str]
    side: Side


By = Literal["customer", "staff", "timer", "hold", "clock", "merge"]
"""What a ticket is changed by: people of either side, time, an agreement, a ladder, or that it was merged."""


class Edge(NamedTuple):
    """
    What can be done to a kind of ticket.

    Attributes:
        target: Place of the kind that it becomes.
        by: Who or what does it.
        do: As of `supportcore.workflow.steps.Step`; so are `who`, `said` and `takes`.
        used: Places of the transitions that are taken by it.
        moves: It enters a state, perhaps the same anew.
        sure: Nothing that is not looked at can stand in the way.
    """

    target: int
    by: By
    do: str
    who: str = ""
    said: tuple[tuple[str, str | int | bool | None], ...] = ()
    takes: str = ""
    used: tuple[int, ...] = ()
    moves: bool = False
    sure: bool = True
