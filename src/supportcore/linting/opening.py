"""The kinds of ticket that an opening makes: who opens it, what the form can say, and where it goes then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from supportcore.definition.hints import opens_for_itself
from supportcore.forms.fields import DEFAULT_FORM, Field, Form
from supportcore.linting.conditions import DESK
from supportcore.linting.effects import Effects
from supportcore.linting.kinds import ANY, Kind, Person
from supportcore.linting.shape import Option, Shape, facts_of
from supportcore.predicate import ALWAYS, FORM, leaves
from supportcore.workflow.steps import OPEN

CONTACT, FORM_KEY = "@contact", "@form"
"""What a step says beside the fields of a form, as of `supportcore.exploring.world`."""


class Opened(NamedTuple):
    """
    A kind of ticket that somebody opens.

    Attributes:
        odd: It comes about only where nobody is there to be assigned, or staff opens a ticket for itself.
    """

    kind: Kind
    who: str
    said: tuple[tuple[str, Option], ...]
    takes: str
    used: tuple[int, ...]
    odd: bool
    do: str = OPEN


class Opening:
    """The openings of one desk."""

    def __init__(self, shape: Shape, effects: Effects, *, personal: bool) -> None:
        self._shape, self._personal = shape, personal
        self._effects = effects
        self._desk = shape.definition
        self._rules = [(rule, shape.conditions.check(rule.when)) for rule in self._desk.routing.rules]

    def all(self) -> Iterator[Opened]:
        """Yield what the openings come to; the same kind may come several times."""
        given = [(form, said) for form in self._desk.forms for said in self._documents(form)]
        for person in self._openers():
            for contact, odd in self._contacts(person):
                for form, said in given:
                    about: list[tuple[str, Option]] = list(said.items())
                    about += [(FORM_KEY, form.key)] if form.key != DEFAULT_FORM else []
                    about += [(CONTACT, contact)] if contact not in (ANY, person.name) else []
                    told = tuple((key, value) for key, value in about if not (value is None or key in dict(form.sets)))
                    for kind, unassigned in self._begun(said, contact):
                        for after, takes, used in self._effects.follow_work(kind, person):
                            kept = self._effects.forget(after)
                            yield Opened(kept, person.name, told, takes, used, odd or unassigned)

    def _openers(self) -> list[Person]:
        """Return who may open a ticket: one of each role, or more where it matters who does."""
        roles = {role.key for role in self._desk.roles if "open" in role.may}
        people = [person for person in self._shape.people if person.roles & roles]
        if self._personal:  # or who sets off what follows
            return people
        if "contact" in self._shape.kept:
            return _one_of_each(people)
        return [self._shape.holding(role.key)[0] for role in self._desk.roles if role.key in roles]

    def _contacts(self, person: Person) -> list[tuple[str, bool]]:
        if "contact" not in self._shape.kept:
            return [(ANY, False)]
        if person.side == "customer":
            return [(person.name, False)]
        customers = _one_of_each(one for one in self._shape.people if one.side == "customer")
        found = [(one.name, False) for one in customers]
        found.append((person.name, bool(customers) and not opens_for_itself(self._desk)))
        return [*found, *((name, True) for name in self._shape.by_name("contact"))]

    def _documents(self, form: Form) -> Iterator[Mapping[str, Option]]:
        """Yield what a form can say in the fields that matter."""
        fields = [name for name in Kind._fields if name in self._shape.opening | self._shape.kept and name in _GIVEN]
        options = [self._options(form, name) for name in fields]
        for values in product(*options):
            said = dict(zip(fields, values, strict=True))
            if _fits(form, said):
                yield said

    def _options(self, form: Form, name: str) -> tuple[Option, ...]:
        sets, field, shape = dict(form.sets), form.field(name), self._shape
        if name in sets:
            return (sets[name],)
        if name == "customer":
            return shape.classes(name, shape.named(name)) if self._desk.customer == "required" else (None,)
        if field is None:
            with_customer = name == "agreement" and self._desk.customer == "required"
            return shape.classes(name, (None, *shape.named(name))) if with_customer else (None,)
        if field.fixed:
            return (field.default,)
        given: tuple[Option, ...] = field.options if field.kind == "choice" else shape.named(name)
        needed = (field.required or field.default is not None) and field.when == ALWAYS
        return shape.classes(name, given if needed else (None, *given))

    def _begun(self, said: Mapping[str, Option], contact: str) -> Iterator[tuple[Kind, bool]]:
        """Yield the kinds that are opened with what was said, and whether nobody was there to be assigned."""
        state = self._desk.workflow.by_key[self._desk.workflow.initial]
        kept = self._shape.kept
        base: dict[str, Any] = {name: self._shape.class_of(name, said[name]) for name in said}
        plain: dict[str, Any] = {
            "waiting_on": state.waiting_on, "confirmed": False, "rated": False, "rating": None, "reassigned": False,
            "assignee": None, "responsible": None, "team": None, "contact": contact,
        }  # fmt: skip
        base |= {name: value for name, value in plain.items() if name in kept}
        approvals: tuple[str | None, ...] = (ANY,) if self._desk.approvals else ()
        if self._shape.approving:
            approvals = (None,) * len(self._desk.approvals)
        bare = Kind(state=state.key, timer=state.timer is not None, approvals=approvals, **base)
        for routed, unassigned in self._effects.routed(bare, self._rules):
            for asked in self._effects.ask_approvals(routed):
                yield asked, unassigned


_GIVEN = frozenset(Kind._fields[Kind._fields.index("customer") :])


def _one_of_each(people: Iterable[Person]) -> list[Person]:
    """Return the first of those who have the same roles."""
    return list({one.roles: one for one in reversed(list(people))}.values())[::-1]


def _fits(form: Form, said: Mapping[str, Option]) -> bool:
    """Return whether a form can be filled in so, as far as its conditions read nothing else."""
    return all(_asked_rightly(field, said) for field in form.fields if field.when != ALWAYS and field.key in said)


def _asked_rightly(field: Field, said: Mapping[str, Option]) -> bool:
    read = list(leaves(field.when))
    if any(facts_of(leaf) or leaf.field.removeprefix(FORM) not in said for leaf in read):
        return True
    given = {key: value for key, value in said.items() if value is not None}
    asked = field.asked(given, DESK)
    return asked is (said[field.key] is not None) or (asked and not field.required and field.default is None)
