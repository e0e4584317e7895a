"""
Every form that a front end is given, of every desk: intake forms, and those of actions on a ticket in each state.

A ticket is led into each state by the actions of people, with what their forms ask for at least.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs

from supportcore import Actor, Desk, FrozenClock, NotFound, Version, load_definition
from supportcore.definition import Definition
from supportcore.definition.loader import PRESETS
from supportcore.desk.views import dump
from supportcore.forms.fields import Form
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.command_forms import opening_form
from tests.desk.filling import NAMES, TEAMS, equip

FOLDER = Path(__file__).parents[1] / "desks"
DESKS: dict[str, Definition] = {
    **{name: load_definition(name) for name in PRESETS},
    "portal": load_definition(FOLDER / "portal.toml"),
}
LEFT = "left"
"""Stands for an action: the ticket is not given to anybody."""
WAIT = "wait"
"""Stands for an action: nobody does anything for a month."""
WHOLE = ("belenus", "noova", "portal")
"""The desks that are drawn in each language and filled in in each way; of the others one or two are enough."""
LANGUAGES = ("es", "en")
START = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
NAMED = {
    "customer": "acme", "product": "erp", "module": "sales", "version": "erp-9", "service": "visits", "project": "move",
    "agreement": "gold", "agent": "luis", "team": "desk",
}  # fmt: skip
"""A record of each kind."""


@attrs.frozen(kw_only=True)
class Shown:
    """
    A form that somebody is shown.

    Attributes:
        view: The dump of the `FormView`.
        form: What it was made from, bound to its actor, with the field of the customer as the actor is asked it.
        state: The state of the ticket it is about; empty if one is opened.
    """

    actor: Actor
    view: dict[str, Any]
    form: Form
    state: str = ""

    @property
    def name(self) -> str:
        """What it is called in the message of a test."""
        return f"{self.view['key']} of {self.actor.id} {sorted(self.actor.roles)} {self.state}"

    @property
    def key(self) -> str:
        """Forms of equal keys are drawn alike."""
        told = {name: self.view[name] for name in ("title", "schema", "ui", "data")}
        return json.dumps([told, self.view["submit"]["label"]], sort_keys=True)

    @property
    def titles(self) -> dict[str, str]:
        """What each field is called in the schema; it is called the same wherever it stands."""
        found: dict[str, set[str]] = {}
        for key, property_ in _properties(self.view["schema"]):
            found.setdefault(key, set()).add(property_["title"])
        assert all(len(titles) == 1 for titles in found.values()), found
        return {key: titles.pop() for key, titles in found.items()}

    def title_of(self, key: str, value: Any) -> str | bool:
        """Return what the control of a field shows for a value: an option by its title in the schema."""
        options = dict(option for name, option in _options(self.view["schema"]) if name == key)
        if options:
            return options[value]
        return value if isinstance(value, bool) else str(value)

    def value_of(self, key: str, title: str) -> Any:
        """Return the value of an option by what it is called."""
        return next(value for name, (value, told) in _options(self.view["schema"]) if (name, told) == (key, title))

    def asked(self, said: Mapping[str, Any]) -> list[str]:
        """Return the fields that are asked once this was *said*, in their order."""
        known: dict[str, Any] = {}
        asked = []
        for field in self.form.fields:
            if field.asked(known, None):
                asked.append(field.key)
                if field.key in said or field.default is not None:
                    known[field.key] = said.get(field.key, field.default)
        return asked


def _properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a schema says of each field that is drawn, wherever it stands; conditions have no titles."""
    if isinstance(schema, dict):
        for key, found in schema.get("properties", {}).items():
            if "title" in found:
                yield key, found
        for rule in (*schema.get("allOf", ()), schema.get("then"), schema.get("else")):
            yield from _properties(rule)


def _options(schema: Any) -> Iterator[tuple[str, tuple[Any, str]]]:
    for key, found in _properties(schema):
        for option in found.get("oneOf", ()):
            yield key, (option["const"], option["title"])


class House:
    """A desk in memory, with a ticket in each state, and its people in one language."""

    def __init__(self, definition: Definition, language: str) -> None:
        self.definition = definition
        self.clock = FrozenClock(START)
        self.desk = Desk(definition, MemoryStore(), clock=self.clock)
        equip(self.desk)
        self.desk.catalogue.put(Version(id="crm-3", name="CRM 3", product="crm"))  # each product has one for everybody
        self.people = [
            Actor(
                id=self._id(role.key, role.side),
                roles={role.key},
                customers={"acme", "beta"} if role.key == "buyer" else {"acme"} if role.side == "customer" else (),
                teams={"desk", "soporte", *TEAMS} if role.side == "staff" else (),
                locale=language,
            )
            for role in definition.roles
        ]
        self._ways = self._found_ways()
        last = sorted(self._ways, key=lambda state: WAIT not in self._ways[state])  # nobody waits once others are there
        found = {state: self._led(self._ways[state]) for state in last}
        assert all(state == self._state(ticket) for state, ticket in found.items())
        self.tickets = {state.key: found[state.key] for state in definition.workflow.states}

    @staticmethod
    def _id(role: str, side: str) -> str:
        known = {"buyer": "cleo", "guest": "gil", "lead": "lea", "helper": "hal"}
        return known.get(role, "ana" if side == "customer" else "luis")

    def shown(self) -> Iterator[Shown]:
        """Yield all forms, each that is drawn in one way once."""
        seen = set()
        for actor in self.people:
            may_open = self.desk.acting_as(actor).actions()[0].allowed
            for shown in (*(self.intake(actor) if may_open else ()), *self.actions(actor)):
                if shown.key not in seen:
                    seen.add(shown.key)
                    yield shown

    def intake(self, actor: Actor) -> Iterator[Shown]:
        """Yield the forms that somebody may open a ticket with."""
        me = self.desk.acting_as(actor)
        for link in me.home().forms:
            view = dump(me.form(area=link.area, service=link.service, variant=link.variant))
            form = self.definition.forms_by_key[link.key]
            mine = sorted(actor.customers) or None
            yield Shown(actor=actor, view=view, form=opening_form(self.definition, form, actor, mine))

    def actions(self, actor: Actor) -> Iterator[Shown]:
        """Yield the forms of what somebody may do, in each state."""
        for state, ticket in self.tickets.items():
            with suppress(NotFound):
                yield from self._actions(actor, state, ticket)

    def again(self, shown: Shown) -> Shown:
        """Return a form as it is shown to the same actor for a ticket of which nobody did anything with it yet."""
        if not shown.state:
            return shown
        found = self._actions(shown.actor, shown.state, self._led(self._ways[shown.state]))
        return next(one for one in found if one.view["key"] == shown.view["key"])

    def sent(self, shown: Shown, document: Mapping[str, Any]) -> int:
        """Send a form with the files that it asks for once this was said, and return the number of the ticket."""
        me = self.desk.acting_as(shown.actor)
        number: int = me.submit(shown.view["submit"], document, files=self._files(me, shown.form, document)).number
        return number

    def _actions(self, actor: Actor, state: str, ticket: str) -> Iterator[Shown]:
        me = self.desk.acting_as(actor)
        offers = {offer.name: offer for offer in me.actions(ticket)}
        for action in me.page(ticket).actions:
            if action.form is not None:
                form = offers[action.name].form.bound(actor)
                yield Shown(actor=actor, view=dump(action.form), form=form, state=state)

    # -- a ticket in each state

    def _found_ways(self) -> dict[str, tuple[str, ...]]:
        """Return actions that lead into each state, found by trying all on a ticket in each state known."""
        ways: dict[str, tuple[str, ...]] = {self._state(self._led(way)): way for way in ((LEFT,), ())}
        todo = [*ways][::-1]  # what the one who has a ticket does is tried first
        while todo:
            state = todo.pop(0)
            for action in (*self.definition.workflow.actions, WAIT):
                ticket = self._led(ways[state])
                if self._act(ticket, action) and (new := self._state(ticket)) not in ways:
                    ways[new] = (*ways[state], action)
                    todo.append(new)
        return ways

    def _led(self, way: tuple[str, ...]) -> str:
        """Open a ticket, and take these actions on it."""
        ticket = self._opened()
        if LEFT not in way:
            self._given(ticket)
        assert all(self._act(ticket, action) for action in way if action != LEFT), way
        return ticket

    def _opened(self) -> str:
        actor = next(actor for actor in self.people if self.desk.acting_as(actor).actions()[0].allowed)
        me, form = self.desk.acting_as(actor), self.definition.forms[0]
        said = least(form, actor)
        ticket: str = me.open(said, files=self._files(me, form, said), form=form.key).id
        return ticket

    def _given(self, ticket: str) -> None:
        """Give a ticket to an agent, if anybody may: some actions are for the one who has it."""
        for who in self.people:
            offers = self.desk.acting_as(who).actions(ticket) if who.id == "luis" else ()
            if any(offer.name == "assign" and offer.allowed for offer in offers):
                self.desk.acting_as(who).assign(ticket, {"assignee": "luis", "responsible": "luis"})
                return

    def _act(self, ticket: str, action: str) -> bool:
        """Let somebody take an action, if anybody may; or wait for what the desk does by itself."""
        if action == WAIT:
            self.clock.move(timedelta(days=30))
            self.desk.run_due(limit=1000)
            return True
        for actor in self.people:
            me = self.desk.acting_as(actor)
            try:
                offer = next((offer for offer in me.actions(ticket) if offer.name == action), None)
            except NotFound:
                continue
            if offer is not None and offer.allowed:
                said = least(offer.form, actor)
                me.act(ticket, action, said, files=self._files(me, offer.form, said))
                return True
        return False

    @staticmethod
    def _files(me: Any, form: Form, said: Mapping[str, Any]) -> list[str]:
        """Hand in what a form requires, and a file where one would do and nothing else was *said*."""
        silent = form.any_of if form.any_of and not {*form.any_of} & {*said} else ()
        return [
            me.draft(BytesIO(b"bytes"), NAMES[slot.types[0]] if slot.types else "a.bin", slot=slot.key).id
            for slot in form.slots
            if slot.required or slot.key in silent
        ]

    def _state(self, ticket: str) -> str:
        staff = next(actor for actor in self.people if not actor.customers)
        return str(self.desk.acting_as(staff).get(ticket).state)


def least(form: Form, actor: Actor) -> dict[str, Any]:
    """Return the least that a form takes: the first option of a choice, a record that goes with the others."""
    said: dict[str, Any] = {}
    for field in form.bound(actor).fields:
        if not field.asked(said, None) or not (field.required or field.key == "customer"):
            continue
        match field.kind:
            case "choice":
                said[field.key] = field.options[0]
            case "record":
                said[field.key] = NAMED[field.source or ""]
            case _:
                said[field.key] = "hola"
    return said
