"""Desks whose views the tests look at, who looks at them, and what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, Agent, Agreement, Contact, Customer, FrozenClock, Product, Team, load_definition
from supportcore.definition.model import Definition
from supportcore.storage.ports import drive
from supportcore.tickets.files import File
from tests.conftest import selected_stores
from tests.desk.machine import START
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

DESKS = Path(__file__).parents[2] / "desks"
NOOVA = load_definition("noova")
CASE = {"subject": "Printer", "product": "erp", "priority": "alta", "type": "problema", "description": "It is on fire."}


def names(*reported: str) -> list[Any]:
    """The names of the stores that are selected, with their asynchronous twins, as parameters of a test."""
    return [
        pytest.param(name, marks=pytest.mark.store(reported_as(name)))
        for name in STORE_NAMES
        if reported_as(name) in selected_stores() and (not reported or reported_as(name) in reported)
    ]


NEAR = names("memory", "sqlite")
"""Stores that need no server."""


@contextmanager
def opened(request: pytest.FixtureRequest, tmp_path: Path, definition: Definition, clock: FrozenClock) -> Iterator[Any]:
    """A desk on a fresh store that the parameter of a fixture names."""
    url = server_url(request, request.param)
    with open_desk_named(request.param, definition, tmp_path, server_url=url, clock=clock) as desk:
        yield desk


def written(tmp_path: Path, name: str, rules: str, labels: str) -> Definition:
    """The desk of tests/desks of that name with more rules and labels."""
    for suffix, more in ((".toml", rules), (".labels.toml", labels)):
        told = (DESKS / f"{name}{suffix}").read_text(encoding="utf-8") + "\n" + more
        (tmp_path / f"{name}{suffix}").write_text(told, encoding="utf-8")
    return load_definition(tmp_path / f"{name}.toml")


def equip(desk: Any) -> None:
    """What desks of the tests need in their catalogue."""
    desk.install(
        customers=[Customer(id="acme", name="ACME Ltd."), Customer(id="beta", name="Beta GmbH")],
        contacts=[
            Contact(id="ana", name="Ana Arias", customers={"acme"}, email="ana@acme.example", phone="+57 1"),
            Contact(id="bo", name="Bo Berg", customers={"beta"}, locale="en"),
        ],
        agents=[Agent(id="luis", name="Luis Lara", email="luis@desk.example"), Agent(id="mar", name="Mar Mora")],
        teams=[Team(id="soporte", name="Front line", members=["luis"]), Team(id="desk", name="Desk", members=["luis"])],
        products=[Product(id="erp", name="ERP One"), Product(id="crm", name="CRM Two")],
        agreements=[Agreement(id="gold", name="Gold plan", customer="acme")],
    )


ANA = Actor(id="ana", roles={"cliente", "customer"}, customers={"acme"}, locale="es")
BO = Actor(id="bo", roles={"cliente", "customer"}, customers={"beta"}, locale="en")
LUIS = Actor(id="luis", roles={"consultor", "agent"}, teams={"soporte", "desk"}, locale="en")
MAR = Actor(id="mar", roles={"consultor", "agent"}, locale="es", zone="Europe/Madrid")
STRANGER = Actor(id="zoe", roles={"baker"}, customers={"acme"})


def hand_in(desk: Any, owner: str, name: str, *, slot: str = "files", at: Any = START) -> str:
    """Put a draft of a file in the store, and return its id; its bytes lie nowhere."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    file = File(
        id=f"file-{name}",
        owner=owner,
        slot=slot,
        name=name,
        description=f"About {name}",
        type="text/plain",
        size=len(name),
        sha256=sha256,
        blob=sha256,
        made_at=at,
        expires_at=at + timedelta(days=300),
    )
    with desk.store.begin(write=True) as execute:
        drive(desk.store.ledger(desk.definition.key).put_draft(file), execute)
    return file.id
