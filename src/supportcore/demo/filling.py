"""
How the people of the demonstration fill in forms: at random, from a seed, and as each form wants it.

No form of a desk is known here, only the kinds of fields, the few fields that mean the same on every desk, and what a
field says that it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil, floor
from random import Random
from typing import Literal

from supportcore.clock import FrozenClock
from supportcore.definition import Definition
from supportcore.demo.cast import Cast
from supportcore.demo.texts import Case, said
from supportcore.forms.fields import Field, Form, Plain
from supportcore.people import Actor
from supportcore.text import instant_text
from supportcore.tickets.ticket import Ticket

_FILLED = 0.6
"""Share of the fields that are filled in although they need not be."""
_AGAINST = 0.25
"""Share of votes that are against."""
_HIMSELF = 0.5
"""Share of assignments to oneself."""
_OTHER_TICKET = ("other", "into")


class Filling:
    """Fills in forms for the people of *cast*; texts are not said twice on a ticket while there is another."""

    def __init__(self, definition: Definition, cast: Cast, clock: FrozenClock, random: Random) -> None:
        self._definition = definition
        self._cast = cast
        self._clock = clock
        self._random = random
        self._said: set[tuple[str, str]] = set()

    def document(
        self, form: Form, actor: Actor, purpose: str, *, ticket: Ticket | None = None, case: Case | None = None
    ) -> dict[str, Plain]:
        """
        Return *form* as *actor* fills it in.

        Args:
            purpose: What is said in its texts; see `supportcore.demo.texts.said`.
            ticket: The one it is about; None for a new one.
            case: What a new one is about.
        """
        given: dict[str, Plain] = {}
        asked = form.bound(actor).fields
        defaults = {field.key: field.default for field in asked if field.default is not None}
        parts = any(field.source in ("module", "version") for field in asked)
        for field in asked:
            if not field.asked({**defaults, **given}, actor):
                defaults.pop(field.key, None)
                continue
            needed = field.required or len(asked) == 1 or _is_nobodys(field, ticket)
            if field.fixed or not (needed or self._random.random() < _FILLED):
                continue
            if ticket is not None and field.source == "product" and parts:
                continue  # its parts would have to change with it
            if ticket is not None and _is_settled(field, ticket):
                continue
            value = self._value(field, actor, purpose, given, ticket, case)
            if value is not None:
                given[field.key] = value
        return given

    def _value(
        self,
        field: Field,
        actor: Actor,
        purpose: str,
        given: Mapping[str, Plain],
        ticket: Ticket | None,
        case: Case | None,
    ) -> Plain | None:
        match field.kind:
            case "choice" if field.source == "verdict":
                return field.options[self._random.random() < _AGAINST]
            case "choice":
                return self._random.choice(field.options)
            case "record":
                return self._record(field, actor, given, ticket)
            case "number":
                return self._number(field)
            case "instant":
                return instant_text(self._instant(given))
            case "flag":
                return self._random.random() < 0.5
        if ticket is not None and field.key in _OTHER_TICKET:
            return str(self._random.randint(1, ticket.number))
        reader = (ticket and self._cast.actor(ticket.contact)) or actor  # staff writes in the language of the customer
        language: Literal["en", "es"] = "en" if reader.locale == "en" else "es"
        if field.pattern is not None:
            fitting = [text for text in said("pattern", language) if field.fault(text) is None]
            return self._random.choice(fitting) if fitting else None
        if case is not None and field.key in ("subject", "description"):
            text = getattr(case, language)[field.key == "description"]
        else:
            text = self._words("title" if field.kind == "title" else purpose, language, ticket)
        return str(text[: field.limit]) if field.limit is not None else str(text)

    def _words(self, purpose: str, language: Literal["en", "es"], ticket: Ticket | None) -> str:
        options = said(purpose, language)
        place = "" if ticket is None else ticket.id
        text = self._random.choice([words for words in options if (place, words) not in self._said] or options)
        self._said.add((place, text))
        return text

    def _number(self, field: Field) -> int:
        """Return a small number; people who rate are rather content."""
        most = min(floor(field.greatest), max(5, ceil(field.least)))
        if field.key == "rating":
            return max(self._random.randint(ceil(field.least), most) for _ in range(2))
        return self._random.randint(min(most, max(1, ceil(field.least))), most)

    def _instant(self, given: Mapping[str, Plain]) -> datetime:
        """Return an instant of the next days; a second one ends a span that outlasts any working day."""
        begun = [at for value in given.values() if (at := _said_instant(value)) is not None]
        if begun:
            return max(begun) + timedelta(hours=self._random.randint(12, 20))
        return self._clock.at + timedelta(days=self._random.randint(1, 5))

    def _record(self, field: Field, actor: Actor, given: Mapping[str, Plain], ticket: Ticket | None) -> str | None:
        """Choose a record that fits with what is given already, and with what the ticket has."""

        def fitting(name: str) -> str | None:
            value = given.get(name, getattr(ticket, name, None))
            return None if value is None else str(value)

        if field.source == "customer":
            mine = sorted(actor.customers) or list(self._cast.ids("customer"))
            return self._random.choice(mine) if mine else None
        if field.source == "agent" and ticket is not None:
            return self._colleague(actor, ticket)
        part = field.source in ("module", "version")
        product = fitting("product") if part else None
        if part and product is None:
            return None
        customer = fitting("customer") or next(iter(sorted(actor.customers)), None)
        options = self._cast.ids(field.source or "", product=product, customer=customer)
        return self._random.choice(options) if options else None

    def _colleague(self, actor: Actor, ticket: Ticket) -> str:
        """Return somebody of the ticket's team, often *actor* himself."""
        teams = self._cast.records["teams"]
        members: list[str] = [member for team in teams if team.id == ticket.team for member in team.members]
        if actor.id in members and self._random.random() < _HIMSELF:
            return actor.id
        return self._random.choice(members or self._cast.ids("agent"))


def _is_nobodys(field: Field, ticket: Ticket | None) -> bool:
    """Return whether a field asks for the agent whom a ticket has not got."""
    return field.key == "assignee" and ticket is not None and ticket.assignee is None


def _is_settled(field: Field, ticket: Ticket) -> bool:
    """Team and area stay as they are once there are any; where nobody is responsible beside the agent, it stays so."""
    if field.key == "responsible":
        return ticket.responsible is None
    return field.key in ("team", "area") and getattr(ticket, field.key) is not None


def _said_instant(value: Plain) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None
