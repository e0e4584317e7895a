"""Who and what there is on the desks of random histories; what only staff may know bears `MARK`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from supportcore import Actor, Agent, Article, Contact, Service, Team, load_definition
from supportcore.definition.loader import PRESETS
from supportcore.definition.model import Definition
from tests.desk.filling import people

MARK = "qzxintern"
START = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
DESKS: dict[str, Definition] = {
    **{name: load_definition(name) for name in PRESETS},
    "sixth": load_definition(Path(__file__).parent / "sixth.desk.toml"),
}


def services_of(definition: Definition) -> list[str]:
    """Return the services that the rules of a desk know."""
    known = ("exposicion", "pqr", "cambio", "requerimiento_externo", "implementacion", "licencias")
    return [one for one in known if f'"{one}"' in definition.document]


def teams_of(definition: Definition) -> list[str]:
    return sorted({*definition.routing.teams, *(rule.team for rule in definition.approvals)})


def people_of(definition: Definition) -> Iterator[Actor]:
    """Yield the people of `filling` that have a customer, and for each role of staff somebody who is in all teams."""
    for actor in people(definition):
        if actor.roles != {"baker"} and not actor.id.endswith(("-gone", "-none")):
            yield attrs.evolve(actor, teams=actor.teams | set(teams_of(definition)) if actor.teams else ())


def records_of(definition: Definition, known: Mapping[str, Actor]) -> Iterator[Any]:
    staff = sorted(actor.id for actor in known.values() if actor.teams)
    for actor in known.values():
        if not actor.teams:
            yield Contact(
                id=actor.id, name=f"Name {actor.id}", customers=actor.customers, email=f"{actor.id}@x.example"
            )
        elif actor.id not in ("luis", "mar", "hal", "lea"):
            yield Agent(id=actor.id, name=actor.id.title(), email=f"{actor.id}@desk.example")
    for team in teams_of(definition):
        yield Team(id=team, name=f"Team {team}", members=staff)
    for service in services_of(definition):
        yield Service(id=service, name=service.title())
    yield Article(id="interno", title=f"{MARK} artículo", body=f"{MARK}.", visibility="internal")
