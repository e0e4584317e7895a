"""
Who takes part in the demonstration: companies with their people, the desk's own people, and what is supported.

Everything follows from the definition: its roles, whether its tickets have a customer, the team it routes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

import attrs

from supportcore.definition import Definition
from supportcore.demo.texts import theme_of
from supportcore.errors import SupportError
from supportcore.people import Actor, Agent, Contact, Customer, Team
from supportcore.people.access import Role
from supportcore.products import Module, Product, Project, Service, Version

_COMPANIES = {
    "andes": ("Café de los Andes", ("Lucía Prieto", "Julián Mora", "Elena Ríos")),
    "brisa": ("Brisa Hoteles", ("Carla Duarte", "Peter Quinn")),
    "faro": ("Librería El Faro", ("Nora Iglesias", "Hugo Sanz")),
    "meridian": ("Meridian Freight", ("Grace Hill", "Owen Clarke", "Marta Soto")),
    "roble": ("Muebles El Roble", ("Iván Peña", "Sofía Marín")),
}
_ENGLISH = ("Peter Quinn", "Grace Hill", "Owen Clarke", "Hugo Sanz")
_STAFF = ("Ana Torres", "Luis Vega", "Irene Campos", "Tom Baker", "Paula Nieto", "Diego Leal")


@attrs.frozen(kw_only=True)
class Cast:
    """
    Everybody and everything a desk needs for a month.

    Attributes:
        requesters: Actors who open tickets, several from each company.
        staff: Actors who work on them; the first one has every role of the staff.
        names: What people are called, by actor id.
        records: Records of the catalogue, by the name `Desk.install` takes them under.
    """

    requesters: tuple[Actor, ...]
    staff: tuple[Actor, ...]
    names: Mapping[str, str]
    records: Mapping[str, tuple[Any, ...]]

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
    names: dict[str, str] = {}
    customers, contacts, requesters = [], [], []
    with_customer = definition.customer == "required"
    for company, (name, people) in _COMPANIES.items():
        customers.append(Customer(id=company, name=name))
        for person in people:
            actor = _requester(definition, person, company if with_customer else None, requesting[0])
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
    staff = _staff(definition)
    names.update(zip((actor.id for actor in staff), _STAFF, strict=True))
    agents = tuple(
        Agent(id=a.id, name=names[a.id], email=f"{a.id}@{definition.key}.example", locale=a.locale) for a in staff
    )
    working = {role for step in definition.workflow.transitions for role in step.roles}
    members = [actor.id for actor in staff if actor.roles & working]
    teams = [Team(id=team, name=team.capitalize(), members=members) for team in _teams(definition)]
    return Cast(
        requesters=tuple(requesters),
        staff=staff,
        names=names,
        records={
            "customers": tuple(customers),
            "contacts": tuple(contacts),
            "agents": agents,
            "teams": tuple(teams),
            **_supported(definition),
        },
    )


def _requester(definition: Definition, person: str, company: str | None, role: Role) -> Actor:
    return Actor(
        id=_id(person),
        roles={role.key},
        customers={company} if company is not None else (),
        locale=definition.labels.language("en" if person in _ENGLISH else "es"),
        zone=definition.zone,
    )


def _staff(definition: Definition) -> tuple[Actor, ...]:
    """The first one has every role of the staff, the others one each in turn."""
    roles = [role.key for role in definition.roles if role.side == "staff"]
    turns: list[tuple[str, ...]] = [tuple(roles), *((role,) for role in islice(cycle(roles), len(_STAFF) - 1))]
    turns += [()] * (len(_STAFF) - len(turns))
    return tuple(
        Actor(
            id=_id(person),
            roles=mine,
            teams=_teams(definition),
            locale=definition.labels.language("es"),
            zone=definition.zone,
        )
        for person, mine in zip(_STAFF, turns, strict=True)
    )


def _teams(definition: Definition) -> tuple[str, ...]:
    return (definition.routing.team or "support",)


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
        "services": (Service(id="help", name="Help"), Service(id="training", name="Training")),
        "projects": tuple(
            Project(id=f"{company}-main", name=f"{name} 2026", customer=company)
            for company, (name, _) in _COMPANIES.items()
        ),
    }


def _id(person: str) -> str:
    plain = person.lower().translate(str.maketrans("áéíóúñ", "aeioun"))
    return plain.replace(" ", ".")
