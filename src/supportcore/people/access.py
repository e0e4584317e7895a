"""
Who acts, and what a role may see and do.

The host says who the actor is; this library keeps no users. An actor's roles count only as far as the desk names them.
Two roles are known to every desk: ``importer`` may name the instant of what it does, and ``system`` stands for timers
and for the moves that follow from a reply; no actor can hold ``system``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from supportcore import text
from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import ALWAYS, AnyOf, Eq, Fact, In, Predicate, Test, to_python

Side = Literal["customer", "staff"]
IMPORTER = "importer"
SYSTEM = "system"
COMMANDS = (
    "open", "reply", "note", "assign", "triage", "set_deadline", "retarget", "move", "rate", "tag", "follow", "link",
    "merge",
)  # fmt: skip
"""The commands a role is given by ``may``; workflow actions name their roles themselves."""

RESERVED = (*COMMANDS, "cite", "decide")
"""
All commands, whose names no action may have; ``cite`` goes with the duty to write articles, ``decide`` with being
asked.
"""

SCOPES: dict[str, Predicate] = {
    "own": Eq("contact", Fact("@actor.id")),
    "customers": In("customer", Fact("@actor.customers")),
    "teams": In("team", Fact("@actor.teams")),
    "assigned": AnyOf((Eq("assignee", Fact("@actor.id")), Eq("responsible", Fact("@actor.id")))),
    "all": ALWAYS,
}
"""Short names for what a role sees."""


def _zone(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    try:
        if value:
            ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise Invalid(Fault(attribute.name, "unknown_zone", facts(zone=value))) from None


@attrs.frozen(kw_only=True)
class Actor:
    """
    Who acts, as the host says.

    Attributes:
        id: The host's id of the person, 1 to 64 characters.
        roles: Keys of roles of the desk.
        customers: Ids of the customers the person speaks for; none or several are legal.
        teams: Ids of the teams the person works in.
        locale: Language for what is shown, such as ``es``; empty means the desk's first.
        zone: Name of a time zone for what is shown; empty means the desk's.
    """

    id: str = text.host_id()
    roles: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    customers: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    teams: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    locale: str = text.title("")
    zone: str = attrs.field(default="", validator=_zone)

    @roles.validator
    def _no_system(self, attribute: attrs.Attribute[frozenset[str]], value: frozenset[str]) -> None:
        if SYSTEM in value:
            raise Invalid(Fault("roles", "reserved_role", facts(role=SYSTEM)))


@attrs.frozen(kw_only=True, slots=False)
class Role:
    """
    What a desk lets one kind of actor do.

    Attributes:
        side: ``staff`` sees internal notes, ``customer`` never.
        sees: Which tickets.
        may: Which of `COMMANDS`.
        only: Pairs of command and the condition on which this role may give it; sees ticket and actor.
    """

    key: str = text.key()
    side: Side
    sees: Predicate
    may: frozenset[str]
    only: tuple[tuple[str, Predicate], ...] = ()

    def condition(self, command: str) -> Predicate:
        """Return on which condition the role may give a command that it may give at all."""
        return dict(self.only).get(command, ALWAYS)

    @cached_property
    def sees_ticket(self) -> Test:
        """`sees` as a function of a ticket and an actor."""
        return to_python(self.sees)
