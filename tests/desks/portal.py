"""
The portal desk of the tests, ready to be used: its definition, its catalogue, its people.

Two customers, a retired one, and records of every kind that belong to one of them, to both or to everybody; some are
retired. Ana writes for one customer, Cleo for two; Dan for none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from supportcore import (
    Actor,
    Agent,
    Agreement,
    Contact,
    Customer,
    Module,
    Product,
    Project,
    Service,
    Team,
    Version,
    load_definition,
)

FOLDER = Path(__file__).parent
PORTAL = load_definition(FOLDER / "portal.toml")

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es")
BO = Actor(id="bo", roles={"customer"}, customers={"beta"}, locale="en")
CLEO = Actor(id="cleo", roles={"customer", "buyer"}, customers={"acme", "beta"}, locale="en")
DAN = Actor(id="dan", roles={"customer"})
GIL = Actor(id="gil", roles={"guest"}, customers={"acme"}, locale="en")
BEA = Actor(id="bea", roles={"buyer"}, customers={"beta"}, locale="es")
LUIS = Actor(id="luis", roles={"agent"}, teams={"desk"}, locale="es")
MAR = Actor(id="mar", roles={"agent", "lead"}, teams={"desk", "field"}, locale="en")
LEA = Actor(id="lea", roles={"lead"}, teams={"desk"}, locale="en")
HAL = Actor(id="hal", roles={"helper"}, teams={"field"}, locale="es")
ZOE = Actor(id="zoe", roles={"baker"}, customers={"acme"})
PEOPLE = (ANA, BO, CLEO, DAN, GIL, BEA, LUIS, MAR, LEA, HAL, ZOE)
"""Every role, several of them at once, no customer, and somebody whom the desk does not know."""

CATALOGUE: tuple[Any, ...] = (
    Customer(id="acme", name="ACME", agreement="gold"),
    Customer(id="beta", name="Beta"),
    Customer(id="gone", name="Gone"),
    Contact(
        id="ana", name="Ana Pérez", customers={"acme"}, email="ana@acme.example", phone="+34 600 000 001", locale="es"
    ),
    Contact(id="bo", name="Bo Larsen", customers={"beta"}, email="bo@beta.example", locale="en"),
    Contact(id="cleo", name="Cleo Ruiz", customers={"acme", "beta"}, phone="+34 600 000 003", locale="en"),
    Contact(id="gil", name="Gil Mora", customers={"acme"}),
    Contact(id="bea", name="Bea Soto", customers={"beta"}, email="bea@beta.example", locale="es"),
    Agreement(id="gold", name="Gold", customer="acme"),
    Agreement(id="plain", name="Plain", customer="beta"),
    Agent(id="luis", name="Luis Gil", email="luis@desk.example", locale="es"),
    Agent(id="mar", name="Mar Ortiz", email="mar@desk.example", locale="en"),
    Agent(id="lea", name="Lea Kern", locale="en"),
    Agent(id="hal", name="Hal Day", locale="es"),
    Agent(id="left", name="Left Long Ago"),
    Team(id="desk", name="Desk", members=["luis", "mar", "lea"]),
    Team(id="field", name="Field", members=["mar", "hal"]),
    Product(id="erp", name="ERP"),
    Product(id="crm", name="CRM"),
    Product(id="old", name="Old product"),
    Module(id="sales", name="Sales", product="erp"),
    Module(id="stock", name="Stock", product="erp"),
    Module(id="leads", name="Leads", product="crm"),
    Module(id="fax", name="Fax", product="erp"),
    Version(id="erp-9", name="ERP 9", product="erp"),
    Version(id="erp-10", name="ERP 10", product="erp", customers={"acme"}),
    Version(id="crm-2", name="CRM 2", product="crm", customers={"beta"}),
    Service(id="outage", name="Outage line"),
    Service(id="backup", name="Backup", customers={"acme"}),
    Service(id="visits", name="Visits", customers={"acme", "beta"}),
    Project(id="move", name="Move", customer="acme"),
    Project(id="rollout", name="Roll-out", customer="beta"),
)
RETIRED = (("customer", "gone"), ("agent", "left"), ("product", "old"), ("module", "fax"))


def equip(desk: Any) -> None:
    """Install the rules and the catalogue; some records are retired again."""
    desk.install()
    desk.catalogue.put(*CATALOGUE)
    for kind, record_id in RETIRED:
        desk.catalogue.retire(kind, record_id)
