"""
A history taken apart: the ticket before and after each event, what else its command did, and who gave it.

A history names people by their ids. What roles they have only the host knows: it may say so, and else somebody has
the roles of which one must have given the command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import TicketBroken
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import ACTOR_FIELDS, Fact, Predicate, leaves
from supportcore.tickets.events import (
    SYSTEM_ACTOR,
    ArticleCited,
    DeadlineSet,
    Event,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    NoteAdded,
    Rated,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    Tagged,
    TicketAssigned,
    TicketOpened,
    Triaged,
    Unfollowed,
    Unlinked,
)
from supportcore.tickets.evolve import evolve, opened
from supportcore.tickets.moves import THE_DESK, timer_command
from supportcore.tickets.ticket import Ticket, Timer

_COMMANDS: Mapping[type, str] = {
    TicketOpened: "open",
    Replied: "reply",
    NoteAdded: "note",
    TicketAssigned: "assign",
    Triaged: "triage",
    DeadlineSet: "set_deadline",
    Retargeted: "retarget",
    Rated: "rate",
    Tagged: "tag",
    Followed: "follow",
    Unfollowed: "follow",
    Linked: "link",
    Unlinked: "link",
    Merged: "merge",
    MergedFrom: "merge",
}
"""The command that a first event is of."""


@attrs.frozen(kw_only=True)
class Moment:
    """
    One event in its place.

    Attributes:
        before: None if the ticket began with it.
        earlier: What the same command did before, in order.
    """

    recorded: Recorded
    before: Ticket | None
    after: Ticket
    earlier: tuple[Event, ...]

    @property
    def timer(self) -> Timer | None:
        """The timer that made it happen, or None."""
        event, before = self.recorded.event, self.before
        if before is None or event.actor != SYSTEM_ACTOR:
            return None
        action = getattr(event, "action", "")
        if self.recorded.command_id != timer_command(before.id, action, self.recorded.position):
            return None
        return next((timer for timer in before.timers if timer.action == action), None)


def moments(desk: str, history: Iterable[Recorded]) -> Iterator[Moment]:
    """
    Yield the events of a ticket's whole history, each in its place.

    Raises:
        TicketBroken: It does not begin with an opening.
    """
    ticket: Ticket | None = None
    command, earlier = "", ()  # type: tuple[str, tuple[Event, ...]]
    for recorded in history:
        event, before = recorded.event, ticket
        earlier = earlier if recorded.command_id == command else ()
        if before is None:
            if not isinstance(event, TicketOpened):
                raise TicketBroken(ticket=recorded.ticket, why="its history does not begin with its opening")
            ticket = opened(desk, recorded.ticket, event)
        else:
            ticket = evolve(before, event)
        yield Moment(recorded=recorded, before=before, after=ticket, earlier=earlier)
        command, earlier = recorded.command_id, (*earlier, event)


@attrs.frozen(kw_only=True)
class Author:
    """
    Who made an event happen.

    Attributes:
        roles: Roles that he has; of somebody unknown those that he may have, of which he has at least one.
        known: Whether the host said who he is.
    """

    actor: Actor
    roles: frozenset[str]
    known: bool

    def surely(self, roles: Iterable[str]) -> bool:
        """Return whether he has one of *roles*, whatever nobody said."""
        if self.known:
            return not self.roles.isdisjoint(roles)
        return bool(self.roles) and self.roles.issubset(roles)

    def told(self, when: Predicate) -> bool:
        """Return whether enough is known of him to tell whether a condition holds for him."""
        return self.known or facts_of(when) <= {"@actor.id"}


def facts_of(when: Predicate) -> frozenset[str]:
    """Return the facts of the actor that a condition reads."""
    found: set[str] = set()
    for leaf in leaves(when):
        values = (getattr(leaf, "value", None), getattr(leaf, "values", None))
        found |= {leaf.field, *(value.name for value in values if isinstance(value, Fact))}
    return frozenset(found & ACTOR_FIELDS.keys())


def author(definition: Definition, moment: Moment, people: Mapping[str, Actor]) -> Author:
    """Return who made the first event of a command happen."""
    event = moment.recorded.event
    if event.actor == SYSTEM_ACTOR:
        return Author(actor=THE_DESK, roles=frozenset({SYSTEM}), known=True)
    if event.actor in people:
        actor = people[event.actor]
        return Author(actor=actor, roles=actor.roles, known=True)
    return Author(actor=Actor(id=event.actor), roles=_possible(definition, moment), known=False)


def _possible(definition: Definition, moment: Moment) -> frozenset[str]:
    """Return the roles of which somebody has one who gave the command."""
    event = moment.recorded.event
    named = None
    if isinstance(event, StateChanged):
        step = definition.workflow.by_action.get((event.action, event.source))
        named = None if step is None else step.roles
    command, side = _COMMANDS.get(type(event)), getattr(event, "side", None)
    if isinstance(event, (NoteAdded, ArticleCited)):
        side = "staff"
    return frozenset(
        role.key
        for role in definition.roles
        if (command is None or command in role.may)
        and (side is None or role.side == side)
        and (named is None or role.key in named)
    )
