"""
What the rules of a desk tell apart of a ticket: which fields they read, and which values of those.

Values that no rule tells from one another are the same; one of them stands for all. Only values count that something
can give: an opening, a triage, routing, an assignment, an action. Where there would be too many kinds of ticket, fields
are left aside: they may then have any value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from supportcore.definition.model import Definition
from supportcore.forms.fields import Plain
from supportcore.linting.conditions import Conditions
from supportcore.linting.kinds import PEOPLE, VALUES, Kind, Person
from supportcore.people.access import SYSTEM, Role, Side
from supportcore.predicate import Fact, In, Missing, Ne, Predicate, Test, leaves, to_python

Option = Plain | None


def facts_of(leaf: Any) -> tuple[str, ...]:
    """Return the facts that a comparison reads of the actor."""
    value = leaf.values if isinstance(leaf, In) else getattr(leaf, "value", None)
    return tuple(name for name in (leaf.field, getattr(value, "name", "")) if name.startswith("@"))


def fields_of(predicates: Iterable[Predicate]) -> set[str]:
    """Return the fields of a ticket that conditions read."""
    return {leaf.field for when in predicates for leaf in leaves(when) if not leaf.field.startswith("@")}


class Shape:
    """
    What is told apart on one desk.

    Attributes:
        people: Who there is: of each role one, and more where conditions ask who somebody is.
        kept: Fields that are told apart of every ticket.
        opening: Fields that matter only as long as a ticket is being opened.
        aside: Fields that rules read and that are not looked at.
    """

    def __init__(self, definition: Definition, conditions: Conditions, aside: Collection[str] = ()) -> None:
        self.definition = definition
        self.conditions = conditions
        workflow, desk = definition.workflow, definition
        self._whens = [
            *(step.when for step in workflow.transitions),
            *(role.sees for role in desk.roles),
            *(when for role in desk.roles for _, when in role.only),
        ]
        first = [*(rule.when for rule in desk.approvals), *(rule.when for rule in desk.routing.rules)]
        self._leaves = list(dict.fromkeys(leaf for when in (*self._whens, *first) for leaf in leaves(when)))
        read = fields_of(self._whens)
        self.approving = bool(desk.approvals) and (
            "approval" in read or any(rule.approved or rule.rejected for rule in desk.approvals)
        )
        asking = fields_of(rule.when for rule in desk.approvals) if self.approving else set()
        again = {one.key for one in desk.triage.fields} if self.may("triage") else set()
        read |= asking if asking & {*again, "team", *PEOPLE} else set()
        read |= {one for one in ("area", "assignee") if self._automatic(one)}
        routed = fields_of(rule.when for rule in desk.routing.rules) if self._routing_matters(read) else set()
        read |= routed if desk.routing.on_triage and routed & again else set()
        read |= self._paused_by()
        read |= {"assignee"} if "reassigned" in read else set()
        if any(step.confirms for step in workflow.transitions) and self._reopens:
            read.add("confirmed")
        if desk.customer == "required" and all(facts_of(leaf) for leaf in self._leaves if leaf.field == "customer"):
            read.discard("customer")  # everybody is asked about his own, whichever that is
        known = set(Kind._fields) & read
        self.aside = frozenset(known & set(aside))
        self.kept = frozenset(known - self.aside)
        self.opening = frozenset((asking | routed) & set(VALUES)) - self.kept - set(aside)
        self.people = tuple(self._people())
        self._tests: dict[str, list[Test]] = {}
        self._alike: dict[tuple[str, Option], Option] = {}
        self._classes: dict[tuple[object, ...], Option] = {}
        self._by_role: dict[str, tuple[Person, ...]] = {}

    def may(self, command: str) -> bool:
        """Return whether any role may give a command."""
        return any(command in role.may for role in self.definition.roles)

    def holding(self, role: str) -> tuple[Person, ...]:
        """Return the people who have a role, those who have no other first."""
        if role not in self._by_role:
            self._by_role[role] = tuple(one for one in self.people if role in one.roles)
        return self._by_role[role]

    @cached_property
    def _reopens(self) -> bool:
        by_key = self.definition.workflow.by_key
        return any(
            by_key[source].final and step.to is not None and not by_key[step.to].final
            for step in self.definition.workflow.transitions
            for source in step.sources
        )

    def _automatic(self, field: str) -> bool:
        name = "on_triage" if field == "area" else "on_assign"
        return any(getattr(state, name) is not None for state in self.definition.workflow.states)

    def _routing_matters(self, read: set[str]) -> bool:
        return bool(read & {"team", "area", "assignee", "responsible"})

    def _paused_by(self) -> set[str]:
        """Return what pauses clocks beside the state, where any clock can be paused."""
        levels = self.definition.levels
        return fields_of([levels.pause]) & {"waiting_on"} if levels is not None and pausable(self.definition) else set()

    def _people(self) -> Iterator[Person]:
        steps = self.definition.workflow.transitions
        facts = {fact for leaf in self._leaves for fact in facts_of(leaf)}
        twice = "@actor.id" in facts or any(step.guard for step in steps)
        roles: Mapping[Side, list[Role]] = {"customer": [], "staff": []}
        for role in self.definition.roles:
            roles[role.side].append(role)
            for name in (role.key, f"{role.key}-2")[: 1 + twice]:
                yield Person(name, frozenset({role.key}), role.side)
        for side, some in roles.items():
            if "@actor.roles" in facts and len(some) > 1:
                yield Person("+".join(role.key for role in some), frozenset(role.key for role in some), side)

    # -- values --------------------------------------------------------------------------------------------------------

    def classes(self, field: str, options: Iterable[Option]) -> tuple[Option, ...]:
        """Return those of *options* of a field that rules tell apart."""
        found: dict[Option, Option] = {}
        for option in options:
            found.setdefault(self.class_of(field, option), option)
        return tuple(found.values())

    def class_of(self, field: str, value: Option) -> Option:
        """Return the value that stands for all that rules do not tell from *value*: the first that was asked for."""
        known = (field, value)
        if known not in self._alike:
            self._alike[known] = self._class_of(field, value)
        return self._alike[known]

    def _class_of(self, field: str, value: Option) -> Option:
        if field in PEOPLE:
            alike = value is not None and value not in self._asked[field] and not self._missed(field)
            return None if alike and field != "contact" else value
        tests = self._tests.get(field)
        if tests is None:
            told = [leaf for leaf in self._leaves if leaf.field == field and not facts_of(leaf)]
            told += [Missing(field)] if self._missed(field) else []
            tests = self._tests[field] = [to_python(leaf) for leaf in told]
        ticket = _Of(value)
        said = (field, *(bool(test(ticket, None)) for test in tests))
        return self._classes.setdefault(said, value)

    def _missed(self, field: str) -> bool:
        """Return whether it makes a difference that a field has any value."""
        if field in ("area", "assignee") and self._automatic(field):
            return True
        routed = self.definition.routing
        if field == "area" and any(rule.area for rule in routed.rules) and routed.on_triage:
            return True
        compared = {type(leaf) for leaf in self._leaves if leaf.field == field and facts_of(leaf)}
        if field == "assignee" and "reassigned" in self.kept:
            return True
        if field not in PEOPLE:  # what else is asked of it is tried on the value
            return bool(compared & {In, Ne})
        return In in compared or any(leaf.field == field and isinstance(leaf, (Missing, Ne)) for leaf in self._leaves)

    @cached_property
    def _asked(self) -> Mapping[str, frozenset[str]]:
        """The people of whom conditions ask whether they are in a field: by field."""
        found: dict[str, set[str]] = {name: set() for name in PEOPLE}
        roles = [({role.key}, [role.sees, *(when for _, when in role.only)]) for role in self.definition.roles]
        every = {role.key for role in self.definition.roles}  # anybody may set off what the desk does by itself
        steps = [
            (every if SYSTEM in step.roles else set(step.roles), [step.when])
            for step in self.definition.workflow.transitions
        ]
        for some, whens in (*roles, *steps):
            for leaf in (leaf for when in whens for leaf in leaves(when)):
                if leaf.field in found and facts_of(leaf):
                    found[leaf.field] |= {one.name for one in self.people if one.roles & some}
        for name, people in found.items():
            people |= set(self.by_name(name))
        return {name: frozenset(people) for name, people in found.items()}

    def named(self, field: str) -> tuple[str, ...]:
        """Return the values that rules compare a field with, and one that they do not; of a text that may be any."""
        said: list[Any] = []
        for leaf in self._leaves:
            if leaf.field == field:
                values = leaf.values if isinstance(leaf, In) else (getattr(leaf, "value", None),)
                said += [] if isinstance(values, Fact) else [one for one in values if isinstance(one, str)]
                said += [end for end in (getattr(leaf, "start", None), getattr(leaf, "before", None)) if end]
        other = {"product_version": "version", "customer": "acme"}.get(field, field)
        while other in said:
            other += "-2"
        return (*dict.fromkeys(said), other)

    @cached_property
    def workers(self) -> tuple[str, ...]:
        """The people of staff whom a ticket may be assigned to: those of whom rules ask, and another, or two."""
        staff = [role for role in self.definition.roles if role.side == "staff"]
        asked = {role.key for role in staff if _asks_who(role.sees, *(when for _, when in role.only))}
        for step in self.definition.workflow.transitions:
            if _asks_who(step.when):
                asked |= {role.key for role in staff} if SYSTEM in step.roles else step.roles
        people = [one.name for one in self.people if one.side == "staff" and len(one.roles) == 1]
        some = [role.key for role in staff if role.key in asked]
        some += [one.name for one in self.people if len(one.roles) > 1 and one.roles & asked]
        others = [name for name in people if name not in some]
        some += [name for field in ("assignee", "responsible") for name in self.by_name(field) if name not in some]
        return (*some, *others[-2 if "reassigned" in self.kept else -1 :]) or tuple(people[:1])

    def by_name(self, field: str) -> tuple[str, ...]:
        """Return the people whom conditions name in a field by their ids."""
        return self.named(field)[:-1]

    @cached_property
    def values(self) -> Mapping[str, tuple[Option, ...]]:
        """The values that a triage or an action can give to each field that is told apart."""
        found: dict[str, tuple[Option, ...]] = {}
        for one in self.definition.triage.fields:
            given: tuple[Option, ...] = one.options if one.kind == "choice" else self.named(one.key)
            found[one.key] = self.classes(one.key, (*given, None) if one.clears else given)
        return found

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """The teams that a ticket can be given to, as far as rules tell them apart."""
        return tuple(str(one) for one in self.classes("team", (*self.definition.routing.teams, *self.named("team"))))


class _Of:
    """Anything whose fields all have one value."""

    def __init__(self, value: Option) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Option:
        return self._value


def _asks_who(*predicates: Predicate) -> bool:
    return any(
        leaf.field in ("assignee", "responsible") and facts_of(leaf) for when in predicates for leaf in leaves(when)
    )


def pausable(definition: Definition) -> bool:
    """Return whether any clock of a desk can stand still."""
    levels = definition.levels
    if levels is None:
        return False
    targets = [target for policy in levels.policies for _, target in policy.targets]
    deadlines = levels.deadline.pauses and any("set_deadline" in role.may for role in definition.roles)
    return deadlines or any(target.pauses for target in targets)
