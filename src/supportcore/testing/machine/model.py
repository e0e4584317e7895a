"""
What the rules say: the ticket of a run, taken from step to step by the pure core.

Time passes from one instant at which something happens to the next, so that a rule sees every state a ticket was in.
What somebody may see is judged on the ticket as it is stored, which for a subject with workers is as of the last
command or the last worker; see `supportcore.tickets.permissions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from inspect import isdatadescriptor
from typing import Any

import attrs

from supportcore.desk.offers import Offer, offers
from supportcore.errors import Reason
from supportcore.exploring.world import Node, Taken, World
from supportcore.people.access import Actor
from supportcore.tickets.permissions import opening_refusals, roles_of, sees
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.steps import LAPSE, OPEN, RENEW, WAIT, Step

HISTORY = "history"
"""What a subject tells its history as, if it does: kind of event, instant and actor of each, in order."""


class Model:
    """
    One ticket.

    Attributes:
        world: The rules, and who is there.
        node: The ticket as it stands.
        history: Kind, instant and actor of every event.
        announced: Instants at which something was to come, whether it still is or not.
    """

    def __init__(self, world: World, *, lazy: bool) -> None:
        self.world = world
        self.node = world.start
        self.history: list[tuple[str, datetime, str]] = []
        self.announced: set[datetime] = set()
        self._lazy = lazy
        self._stored: Ticket | None = None
        self._asked: tuple[Node, Ticket | None] | None = None
        self._offers: dict[str, tuple[Offer, ...]] = {}

    def take(self, step: Step) -> Taken:
        """Let somebody give a command, or an agreement lapse or be renewed."""
        node = self.node
        stored = attrs.evolve(node, ticket=self._stored) if self._lazy and step.who else node
        taken = self.world.take(stored, step)
        if taken.error is not None:
            return attrs.evolve(taken, before=node, after=node)
        if node.ticket is not None and stored.ticket is not None:
            already = node.ticket.version - stored.ticket.version
            taken = attrs.evolve(taken, before=node, events=taken.events[already:])
        self._settle(taken)
        self._stored = self.node.ticket
        return taken

    def wait(self, span: timedelta) -> Iterator[Taken]:
        """Let time pass, in as many steps as something happens."""
        until = self.node.now + span
        while self.node.now < until:
            ticket = self.node.ticket
            wake_at = None if ticket is None else ticket.wake_at
            stop = until if wake_at is None or wake_at > until else max(wake_at, self.node.now)
            before = self.node
            taken = attrs.evolve(self.world.take(before, Step(do=WAIT, after=stop - before.now)), before=before)
            self._settle(taken)
            yield taken

    def catch_up(self) -> Taken | None:
        """Let happen what a command has made due at once, such as a clock with a shorter target; None if nothing is."""
        ticket, now = self.node.ticket, self.node.now
        if ticket is None or ticket.wake_at is None or ticket.wake_at > now:
            return None
        taken = self.world.take(self.node, Step(do=WAIT))
        self._settle(taken)
        return taken

    def work(self) -> Taken | None:
        """Let a worker do what has come due; return what came of it where it changed more than what is stored."""
        taken = None
        if self.world.definition.hold is not None and self.node.ticket is not None:
            taken = self.world.take(self.node, Step(do=LAPSE if self.node.lapsed else RENEW))
            self._settle(taken)
        self._stored = self.node.ticket
        return taken if taken is not None and taken.events else None

    def offers(self, actor: Actor) -> tuple[Offer, ...]:
        """Return every command and action on the ticket with the reasons against it; nothing if he does not see it."""
        if self._asked is None or self._asked[0] is not self.node or self._asked[1] is not self._stored:
            self._asked = self.node, self._stored
            self._offers = {one.id: self._offers_to(one) for one in self.world.cast.actors.values()}
        return self._offers[actor.id]

    def _offers_to(self, actor: Actor) -> tuple[Offer, ...]:
        desk, node = self.world.definition, self.node
        stored = self._stored if self._lazy else node.ticket
        if node.ticket is None or stored is None:
            return (Offer(name=OPEN, label=OPEN, reasons=opening_refusals(desk, actor), form=desk.form),)
        if not roles_of(desk, actor) or not sees(desk, actor, stored):
            return ()
        return offers(desk, self.world.draft(node), actor)

    def reasons(self, actor: Actor) -> Mapping[str, tuple[Reason, ...]]:
        """Return the reasons against each command and action."""
        return {offer.name: offer.reasons for offer in self.offers(actor)}

    def knows(self, name: str) -> bool:
        """Return whether the ticket has a field of this name."""
        return name == HISTORY or isdatadescriptor(getattr(Ticket, name, None))

    def value(self, name: str) -> Any:
        """Return what the ticket has in a field."""
        return tuple(self.history) if name == HISTORY else getattr(self.node.ticket, name)

    def _settle(self, taken: Taken) -> None:
        self.node = taken.after
        if self.node.ticket is not None and self.node.ticket.wake_at is not None:
            self.announced.add(self.node.ticket.wake_at)
        self.history += [(type(event).__name__, event.at, event.actor) for event in taken.events]
