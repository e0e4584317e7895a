"""
What can be done to a ticket next: every step that may make a difference.

Fields make a difference that a condition reads on which it hangs what can become of a ticket; a host's guard is opaque,
so where there is one, whatever people change does. What is written makes none. Steps are those that people may be
offered, and some that are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import attrgetter

from supportcore.definition.hints import conditions_of, opens_for_itself, speaks_of_none
from supportcore.definition.model import Definition
from supportcore.exploring.filling import Said, documents
from supportcore.exploring.world import CONTACT, FILES, FORM, Node, World
from supportcore.forms.fields import DEFAULT_FORM, Form
from supportcore.people.access import Actor
from supportcore.predicate import leaves
from supportcore.sla.clocks import Clock
from supportcore.tickets.command_forms import (
    ASSIGN_FORM,
    DECIDE_FORM,
    MERGE_FORM,
    REPLY_FORM,
    action_form,
    opening_form,
    rate_form,
)
from supportcore.tickets.permissions import roles_of, side_of
from supportcore.tickets.references import CLASSIFIED
from supportcore.workflow.steps import LAPSE, OPEN, RENEW, WAIT, Step

WHO = ("assignee", "responsible", "team")
"""Fields that an assignment changes."""


class Moves:
    """
    The steps of a world.

    Attributes:
        fields: Fields of a ticket that make a difference, sorted.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        definition = self._desk = world.definition
        read = {leaf.field for when in conditions_of(definition) for leaf in leaves(when)}
        if any(step.guard for step in definition.workflow.transitions):
            read |= {*WHO, *CLASSIFIED}
        automatic = {name for state in definition.workflow.states for name in ("on_assign", "on_triage")
                     if getattr(state, name) is not None}  # fmt: skip
        read |= {"assignee"} if "on_assign" in automatic else set()
        read |= {"area"} if "on_triage" in automatic else set()
        read |= {"assignee"} if "reassigned" in read else set()
        self.fields = tuple(sorted({name for name in read if not name.startswith(("@", "form."))}))
        self._varied = {*self.fields, "waiting_on"}
        self._by_state: dict[tuple[str, bool], tuple[Step, ...]] = {}
        self._opening: tuple[Step, ...] | None = None

    def of(self, node: Node) -> Iterator[Step]:
        """Yield the steps from *node*."""
        if node.ticket is None:
            if self._opening is None:
                self._opening = tuple(self._openings())
            yield from self._opening
            return
        ticket = node.ticket
        known = (ticket.state, ticket.rated)
        if known not in self._by_state:
            self._by_state[known] = tuple(self._steps(node))
        yield from self._by_state[known]
        wake_at = ticket.wake_at
        if wake_at is not None:
            yield Step(do=WAIT, after=max(wake_at - node.now, wake_at - wake_at))
        if self._desk.hold is not None and ticket.is_open and ticket.customer is not None:
            yield Step(do=RENEW if node.lapsed else LAPSE)

    def _openings(self) -> Iterator[Step]:
        customers = [name for name, actor in self._world.cast.actors.items() if not self._is_staff(actor)]
        for_itself = opens_for_itself(self._desk)
        for name, actor in self._world.cast.actors.items():
            if not self._may(actor, "open"):
                continue
            contacts: list[str | None] = [None]
            if self._is_staff(actor) and customers:
                contacts = [*customers, *([None] if for_itself else [])]
            usable = None if self._is_staff(actor) else sorted(actor.customers)
            for form in self._desk.forms:
                about: Said = {} if form.key == DEFAULT_FORM else {FORM: form.key}
                for said in self._documents(opening_form(self._desk, form, actor, usable), actor):
                    for contact in contacts:
                        yield _step(OPEN, name, {**said, **about, **({} if contact is None else {CONTACT: contact})})

    def _is_staff(self, actor: Actor) -> bool:
        return side_of(self._desk, actor) == "staff"

    def _steps(self, node: Node) -> Iterator[Step]:
        """Yield what people can do in a state; what time does comes beside."""
        ticket = node.ticket
        assert ticket is not None
        actions = [step for step in self._desk.workflow.transitions if ticket.state in step.sources]
        for name, actor in self._world.cast.actors.items():
            for step in actions:
                if step.roles & actor.roles:
                    for said in self._documents(action_form(step, ticket), actor):
                        yield _step(step.action, name, said)
            for command, forms in self._commands(actor).items():
                for form in forms:
                    clears = command == "triage" or (command == "assign" and self._clears(form))
                    yield from (_step(command, name, said) for said in self._documents(form, actor, clears) if said)

    def _clears(self, form: Form) -> bool:
        return speaks_of_none(self._desk, form.fields[0].key)

    def _commands(self, actor: Actor) -> Mapping[str, tuple[Form, ...]]:
        """Return the commands that *actor* may give and that may make a difference, each with its forms."""
        desk, found = self._desk, dict[str, tuple[Form, ...]]()
        if self._may(actor, "reply"):
            found["reply"] = (Form((REPLY_FORM.fields[0],)),)
        if self._may(actor, "assign"):
            found["assign"] = tuple(Form((one,)) for one in ASSIGN_FORM.fields if one.key in self.fields)
        if self._may(actor, "triage"):
            found["triage"] = tuple(Form((one,)) for one in desk.triage.fields if one.key in self.fields)
        if self._may(actor, "rate") and {"rated", "rating"} & set(self.fields):
            found["rate"] = (rate_form(desk),)
        if desk.approvals and actor.id in {voter for team in self._committees() for voter in team}:
            found["decide"] = (DECIDE_FORM,)
        if self._may(actor, "merge") and desk.merge is not None:
            found["merge"] = (MERGE_FORM,)
        return found

    def _committees(self) -> Iterator[tuple[str, ...]]:
        for rule in self._desk.approvals:
            team = self._world.cast.records.get(("team", rule.team))
            yield () if team is None else team.members

    def _may(self, actor: Actor, command: str) -> bool:
        return any(command in role.may for role in roles_of(self._desk, actor))

    def _documents(self, form: Form, actor: Actor, clears: bool = False) -> Iterator[Said]:
        varied = self._varied | {"verdict"} | ({form.fields[0].key} if clears else set())
        slots = " ".join(slot.key for slot in form.slots if slot.required)
        for said in documents(form, self._world.cast, actor, self._world.start.now, varied=varied, clears=clears):
            if "into" in said:
                said["into"] = "2"
            yield {**said, FILES: slots} if slots else said


def _step(do: str, who: str, said: Said) -> Step:
    return Step(do=do, who=who, said=tuple(said.items()))


def key_of(moves: Moves, definition: Definition) -> Callable[[Node], Hashable]:
    """Return what tells nodes apart: of a ticket, what rules read, and what is still to come by itself."""
    names = tuple(dict.fromkeys(("state", "waiting_on", "merged_into", *moves.fields)))
    instants = {name for name in names if name.endswith("_at")}
    read = attrgetter(*names)
    approvals, clocks = bool(definition.approvals), definition.levels is not None

    def left(clock: Clock, now: datetime) -> tuple[timedelta | None, ...]:
        return tuple(None if at is None else at - now for at in (clock.wake_at, clock.warn_at, clock.next_at))

    def key(node: Node) -> Hashable:
        ticket, now = node.ticket, node.now
        if ticket is None:
            return None
        values = read(ticket)
        if instants:
            values = tuple(
                value is not None if name in instants else value for name, value in zip(names, values, strict=True)
            )
        timers = tuple(sorted((timer.action, timer.due_at - now) for timer in ticket.timers))
        running = (
            tuple((one.kind, one.state, one.passed, one.breached_at is None, *left(one, now)) for one in ticket.clocks)
            if clocks
            else ()
        )
        return values, timers, running, ticket.approvals if approvals else (), node.lapsed, node.held

    return key
