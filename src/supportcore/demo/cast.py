"""
Who takes part in the demonstration: companies with their people, the desk's own people, and what is supported.

Everything follows from the definition: its roles, whether its tickets have a customer, the teams it routes to and asks
to agree, the services its labels name.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

import attrs

from supportcore.definition import Definition
from supportcore.demo.texts import theme_of
from supportcore.errors import SupportError
from supportcore.forms.fields import Form
from supportcore.people import Actor, Agent, Agreement, Contact, Customer, Team
from supportcore.people.access import Role
from supportcore.people.preferences import Preferences
from supportcore.predicate import Eq, leaves
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.tickets.references import refs_of

_COMPANIES = {
    "andes": ("Café de los Andes", ("Lucía Prieto", "Julián Mora", "Elena Ríos")),
    "brisa": ("Brisa Hoteles", ("Carla Duarte", "Peter Quinn")),
    "faro": ("Librería El Faro", ("Nora Iglesias", "Hugo Sanz")),
    "meridian": ("Meridian Freight", ("Grace Hill", "Owen Clarke", "Marta Soto")),
    "roble": ("Muebles El Roble", ("Iván Peña", "Sofía Marín")),
}
_ENGLISH = ("Peter Quinn", "Grace Hill", "Owen Clarke", "Hugo Sanz")
_STAFF = ("Ana Torres", "Luis Vega", "Irene Campos", "Tom Baker", "Paula Nieto", "Diego Leal")
_SERVICES = {"help": "Help", "training": "Training"}
_WITHOUT_MAIL = "Carla Duarte"
"""Who switched notices by e-mail off."""
_COMMITTEE = 3
"""How many are in a team that is asked to agree."""


@attrs.frozen(kw_only=True)
class Cast:
    """
    Everybody and everything a desk needs for a month.

    Attributes:
        requesters: Actors who open tickets, several from each company.
        staff: Actors who work on them; the first one has every role of the staff and is in every team.
        names: What people are called, by actor id.
        records: Records of the catalogue, by the name `Desk.install` takes them under.
        preferences: Choices of people, which are records of the catalogue too.
    """

    requesters: tuple[Actor, ...]
    staff: tuple[Actor, ...]
    names: Mapping[str, str]
    records: Mapping[str, tuple[Any, ...]]
    preferences: tuple[Preferences, ...]

    def actor(self, actor_id: str | None) -> Actor | None:
        """Return the actor with that id."""
        return next((actor for actor in (*self.requesters, *self.staff) if actor.id == actor_id), None)

    def ids(self, kind: str, *, product: str | None = None, customer: str | None = None) -> tuple[str, ...]:
        """Return the ids of records of a kind of form field's source, of a product or customer where they have one."""
        return tuple(
            record.id
            for record in self.records.get(f"{kind}s", ())
            if product in (None, getattr(record, "product", product))
            and customer in (None, getattr(record, "customer", customer))
        )

    def can_fill_in(self, form: Form) -> bool:
        """Return whether they have what a form wants: nobody has files, and what it names has to be there."""
        named = refs_of(dict(form.sets)).values()
        return not any(slot.required for slot in form.slots) and all(id_ in self.ids(kind) for kind, id_ in named)


def cast_for(definition: Definition) -> Cast:
    """
    Return the cast for a desk.

    Raises:
        SupportError: No role of the desk may open a ticket, so there is nothing to show.
    """
    opening = [role for role in definition.roles if "open" in role.may]
    requesting = [role for role in opening if role.side == "customer"] or opening
    if not requesting:
        raise SupportError(f"No role of desk {definition.key} may open a ticket; there is nothing to demonstrate.")
    staff = _staff(definition)
    names = dict(zip((actor.id for actor in staff), _STAFF, strict=True))
    teams = _teams(definition, staff)
    contacts, requesters = [], []
    for company, (_, people) in _COMPANIES.items():
        for person in people:
            actor = _requester(definition, person, company, requesting[0])
            requesters.append(actor)
            contacts.append(
                Contact(
                    id=actor.id,
                    name=person,
                    customers=actor.customers,
                    email=f"{actor.id}@{company}.example",
                    locale=actor.locale,
                )
            )
            names[actor.id] = person
    return Cast(
        requesters=tuple(requesters),
        staff=tuple(
            attrs.evolve(actor, teams=[team.id for team in teams if actor is staff[0] or actor.id in team.members])
            for actor in staff
        ),
        names=names,
        records={
            **_customers(definition, teams),
            "contacts": tuple(contacts),
            "agents": _agents(definition, staff, names),
            "teams": teams,
            **_supported(definition),
        },
        preferences=(Preferences(id=_id(_WITHOUT_MAIL), email_notices=False),),
    )


def _requester(definition: Definition, person: str, company: str, role: Role) -> Actor:
    return Actor(
        id=_id(person),
        roles={role.key},
        customers={company} if definition.customer == "required" else (),
        locale=definition.labels.language("en" if person in _ENGLISH else "es"),
        zone=definition.zone,
    )


def _staff(definition: Definition) -> tuple[Actor, ...]:
    """The first one has every role of the staff, the others one each in turn."""
    roles = [role.key for role in definition.roles if role.side == "staff"]
    turns: list[tuple[str, ...]] = [tuple(roles), *((role,) for role in islice(cycle(roles), len(_STAFF) - 1))]
    turns += [()] * (len(_STAFF) - len(turns))
    return tuple(
        Actor(id=_id(person), roles=mine, locale=definition.labels.language("es"), zone=definition.zone)
        for person, mine in zip(_STAFF, turns, strict=True)
    )


def _agents(definition: Definition, staff: tuple[Actor, ...], names: Mapping[str, str]) -> tuple[Agent, ...]:
    """All of the staff, with every skill that routing may ask for."""
    rules = definition.routing.rules
    skills = {rule.skill for rule in rules if rule.skill is not None}
    skills.update(skill for rule in rules for skill in definition.vocabularies.get(rule.skill_of or "", ()))
    return tuple(
        Agent(id=a.id, name=names[a.id], email=f"{a.id}@{definition.key}.example", locale=a.locale, skills=skills)
        for a in staff
    )


def _teams(definition: Definition, staff: tuple[Actor, ...]) -> tuple[Team, ...]:
    """Those who take actions share the teams that tickets go to; who has another role is asked to agree first."""
    taking = {role for step in definition.workflow.transitions for role in step.roles}
    routed = definition.routing.teams or ("support",)
    members: dict[str, list[str]] = {team: [staff[0].id] if staff[0].roles & taking else [] for team in routed}
    for actor, team in zip(staff[1:], cycle(routed)):
        if actor.roles & taking:
            members[team].append(actor.id)
    asked = sorted(staff, key=lambda actor: actor.roles <= taking)[:_COMMITTEE]
    for rule in definition.approvals:
        members.setdefault(rule.team, [actor.id for actor in asked])
    return tuple(
        Team(id=team, name=team.replace("_", " ").capitalize(), members=mine) for team, mine in members.items()
    )


def _customers(definition: Definition, teams: tuple[Team, ...]) -> dict[str, tuple[Any, ...]]:
    """The companies, each with somebody who looks after it, and an agreement where the desk asks whether one holds."""
    if definition.customer != "required":
        return {}
    looking_after = cycle(teams[0].members or (None,))
    agreed = definition.hold is not None
    return {
        "customers": tuple(
            Customer(id=company, name=name, main_contact=agent, agreement=f"{company}-support" if agreed else None)
            for (company, (name, _)), agent in zip(_COMPANIES.items(), looking_after, strict=False)
        ),
        "agreements": tuple(
            Agreement(id=f"{company}-support", name="Support 2026", customer=company)
            for company in _COMPANIES
            if agreed
        ),
        "projects": tuple(
            Project(id=f"{company}-main", name=f"{name} 2026", customer=company)
            for company, (name, _) in _COMPANIES.items()
        ),
    }


def _supported(definition: Definition) -> dict[str, tuple[Any, ...]]:
    theme = theme_of(definition.key)
    products, modules, versions = [], [], []
    for place, (name, parts) in enumerate(theme.products.items(), start=1):
        product = Product(id=f"p{place}", name=name)
        products.append(product)
        modules += [Module(id=f"{product.id}-m{n}", name=part, product=product.id) for n, part in enumerate(parts, 1)]
        versions += [
            Version(id=f"{product.id}-v{n}", name=version, product=product.id)
            for n, version in enumerate(theme.versions, 1)
        ]
    return {
        "products": tuple(products),
        "modules": tuple(modules),
        "versions": tuple(versions),
        "services": _services(definition),
    }


def _services(definition: Definition) -> tuple[Service, ...]:
    """Those that the desk has labels, forms or rules for; two in general."""
    tests = [rule.when for rule in definition.routing.rules] + [rule.when for rule in definition.approvals]
    named = {key for section, key, _ in definition.labels.entries if section == "services"}
    named.update(form.service for form in definition.forms if form.service is not None)
    for leaf in (leaf for test in tests for leaf in leaves(test)):
        if isinstance(leaf, Eq) and leaf.field == "service":
            named.add(str(leaf.value))
    found = {key: definition.labels.label("services", key) for key in sorted(named)}
    return tuple(Service(id=key, name=name) for key, name in (found or _SERVICES).items())


def _id(person: str) -> str:
    plain = person.lower().translate(str.maketrans("áéíóúñ", "aeioun"))
    return plain.replace(" ", ".")
