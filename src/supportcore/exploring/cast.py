"""
Who and what there is on a desk that is explored: as few people and records as its rules can tell apart.

Of each role there is one person, named by the role; a second one where a condition asks who somebody is, and one with
several roles where a condition asks for a role. Records are those that conditions, routing and labels name, and one of
each kind beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.hints import committee, conditions_of
from supportcore.definition.model import Definition
from supportcore.definition.parts import ApprovalRule
from supportcore.people.access import Actor, Role
from supportcore.people.agents import Agent, Team
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.predicate import ALWAYS, Eq, Fact, In, leaves, to_python
from supportcore.products import Module, Product, Project, Service, Version

CUSTOMER, TEAM, AGREEMENT = "acme", "support", "agreement"
"""Ids of records that every desk needs one of, unless its rules name others."""
Ref = tuple[str, str]


@attrs.frozen(kw_only=True, slots=False)
class Cast:
    """
    Who and what there is.

    Attributes:
        actors: By the name that steps have for them.
        records: By kind and id.
        now: When it begins: a Monday at nine in the morning, in the zone of the desk.
    """

    actors: Mapping[str, Actor]
    records: Mapping[Ref, Any]
    now: datetime

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return the ids of the records of a kind."""
        return tuple(id_ for of, id_ in self.records if of == kind)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of the actors by id."""
        return MappingProxyType({actor.id: name for name, actor in self.actors.items()})


def cast_of(definition: Definition) -> Cast:
    """Return the cast of a desk."""
    read = [leaf for when in conditions_of(definition) for leaf in leaves(when)]
    facts = {leaf.field for leaf in read} | {_fact_of(leaf) for leaf in read}
    twice = "@actor.id" in facts or any(step.guard for step in definition.workflow.transitions)
    actors = dict(_people(definition, twice=twice, together="@actor.roles" in facts))
    records = {(kind, record.id): record for kind, record in _records(definition, actors)}
    teams = {record.id: record.members for (kind, _), record in records.items() if kind == "team"}
    placed = {
        name: attrs.evolve(actor, teams=[team for team, members in teams.items() if actor.id in members])
        for name, actor in actors.items()
    }
    inside = {role.key for role in definition.roles if "@actor.teams" in map(_fact_of, leaves(role.sees))}
    for name, actor in placed.items():
        if actor.roles & inside and not actor.teams:  # in no team that a ticket goes to, and sees those of teams
            placed[name] = attrs.evolve(actor, teams=definition.routing.teams or (TEAM,))
    now = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(definition.zone)).astimezone(ZoneInfo("UTC"))
    return Cast(actors=MappingProxyType(placed), records=MappingProxyType(records), now=now)


def without_members(cast: Cast) -> Cast:
    """Return a cast in whose teams there is nobody whom a ticket could be assigned to."""
    records = {
        ref: attrs.evolve(record, members=()) if ref[0] == "team" else record for ref, record in cast.records.items()
    }
    return attrs.evolve(cast, records=MappingProxyType(records))


def _fact_of(leaf: Any) -> str:
    value = leaf.values if isinstance(leaf, In) else getattr(leaf, "value", None)
    return value.name if isinstance(value, Fact) else ""


def _people(definition: Definition, *, twice: bool, together: bool) -> Iterator[tuple[str, Actor]]:
    sides: dict[str, list[Role]] = {"customer": [], "staff": []}
    for role in definition.roles:
        sides[role.side].append(role)
        for name in (role.key, f"{role.key}-2")[: 1 + twice]:
            yield name, _actor(definition, name, (role,))
    for roles in sides.values():
        if together and len(roles) > 1:
            name = "+".join(role.key for role in roles)
            yield name, _actor(definition, name, roles)


def _actor(definition: Definition, name: str, roles: tuple[Role, ...] | list[Role]) -> Actor:
    asked = any(_fact_of(leaf) == "@actor.customers" for role in roles for leaf in leaves(role.sees))
    speaks = (asked or roles[0].side == "customer") and definition.customer == "required"
    return Actor(id=name[:64], roles=[role.key for role in roles], customers=[CUSTOMER] if speaks else [])


def _records(definition: Definition, actors: Mapping[str, Actor]) -> Iterator[tuple[str, Any]]:
    """The kinds stand in the order in which one names another."""
    staff = {role.key for role in definition.roles if role.side == "staff"}
    rules = definition.routing.rules
    skills = {rule.skill for rule in rules if rule.skill is not None}
    skills.update(skill for rule in rules for skill in definition.vocabularies.get(rule.skill_of or "", ()))
    agents = [actor for actor in actors.values() if actor.roles & staff]
    named = (name for field in ("assignee", "responsible") for name in _named(definition, field))
    for id_ in dict.fromkeys([*(actor.id for actor in agents), *named]):
        yield "agent", Agent(id=id_, name=id_, skills=skills)
    taking = {role for step in definition.workflow.transitions for role in step.roles}
    working = [actor.id for actor in agents if actor.roles & taking] or [actor.id for actor in agents]
    rungs = definition.levels.rungs if definition.levels is not None else ()
    routed = tuple(dict.fromkeys([*definition.routing.teams, *(rung.team for rung in rungs if rung.team)])) or (TEAM,)
    for team in routed:
        yield "team", Team(id=team, name=team, members=working)
    committees = {rule.team: _voting(definition, rule) for rule in definition.approvals}
    for team, voting in committees.items():
        if team not in routed:
            yield "team", Team(id=team, name=team, members=[actor.id for actor in agents if actor.id in voting])
    if definition.customer == "required":
        customers = dict.fromkeys((CUSTOMER, *_named(definition, "customer")))
        for id_ in customers:
            main = working[0] if working else None
            yield "customer", Customer(id=id_, name=id_, agreement=AGREEMENT, main_contact=main)
        yield "agreement", Agreement(id=AGREEMENT, name=AGREEMENT, customer=CUSTOMER)
    for actor in actors.values():
        if not actor.roles & staff:
            yield "contact", Contact(id=actor.id, name=actor.id, customers=actor.customers)
    products = _named(definition, "product") or ("product",)
    for id_ in products:
        yield "product", Product(id=id_, name=id_)
    for id_ in _named(definition, "module") or ("module",):
        yield "module", Module(id=id_, name=id_, product=products[0])
    for id_ in _named(definition, "product_version") or ("version",):
        yield "version", Version(id=id_, name=id_, product=products[0])
    for id_ in _named(definition, "service") or ("service",):
        yield "service", Service(id=id_, name=id_)
    if definition.customer == "required":
        for id_ in _named(definition, "project") or ("project",):
            yield "project", Project(id=id_, name=id_, customer=CUSTOMER)


def _voting(definition: Definition, rule: ApprovalRule) -> frozenset[str]:
    """Return the roles of a committee: of those that may be in it the ones that see what is asked, if any do."""
    roles = committee(rule, definition.roles)
    pending = SimpleNamespace(approval="pending")
    read = {
        role: [leaf for leaf in leaves(role.sees) if leaf.field == "approval" and not _fact_of(leaf)] for role in roles
    }
    seeing = [role for role in roles if not read[role] or any(to_python(leaf)(pending, None) for leaf in read[role])]
    every = [role for role in roles if role.sees == ALWAYS]
    asked = [role for role in seeing if read[role]]
    return frozenset(role.key for role in every or asked or seeing or roles)


def _named(definition: Definition, field: str) -> tuple[str, ...]:
    """Return the ids that conditions, forms and labels of the desk name in a field."""
    found: list[Any] = []
    for leaf in (leaf for when in conditions_of(definition) for leaf in leaves(when)):
        if leaf.field == field:
            values = leaf.values if isinstance(leaf, In) else (getattr(leaf, "value", None),)
            found += [] if isinstance(values, Fact) else values
    for form in definition.forms:
        found += [value for key, value in form.sets if key == field]
        found += [one.default for one in form.fields if one.key == field]
        asked = (leaf for one in form.fields for leaf in leaves(one.when) if isinstance(leaf, Eq))
        found += [leaf.value for leaf in asked if leaf.field == f"form.{field}"]
        found += [form.service] if field == "service" else []
    if field == "service":
        found += [key for section, key, _ in definition.labels.entries if section == "services"]
    return tuple(dict.fromkeys(value for value in found if isinstance(value, str)))
