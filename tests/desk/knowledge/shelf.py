"""A desk with articles and tickets that tests look things up in, and people who may read some of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from supportcore import Actor
from supportcore.knowledge import Article, Category
from supportcore.products import Service
from tests.desk import machine

SHELF = [
    Article(
        id="a-factura",
        title="Facturación electrónica",
        body="Para **emitir** una factura abra *Ventas*.\n\nSi aparece el error E-1042, vuelva a entrar.",
        language="es",
        category="emitir",
        products={"erp"},
        tags={"dian"},
    ),
    Article(id="b-año", title="Cierre del año", body="Cierre los meses antes.", language="es", category="cierre"),
    Article(id="c-invoice", title="Print an invoice", body="Choose a printer.", language="en", products={"crm"}),
    Article(
        id="d-price",
        title="Descuentos de factura",
        visibility="customers",
        language="es",
        services={"mesa"},
        tags={"dian"},
    ),
    Article(id="e-acme", title="Factura de ACME", visibility="customer", customer="acme", language="es"),
    Article(id="f-staff", title="Factura anulada, por dentro", visibility="internal", language="es"),
    Article(id="g-draft", title="Factura en borrador", state="draft", language="es"),
    Article(id="h-retired", title="Factura en papel", state="retired", language="es"),
]
CATEGORIES = [
    Category(id="ventas", name="Ventas"),
    Category(id="emitir", name="Emitir", parent="ventas"),
    Category(id="cierre", name="Cierre"),
]

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es")
BO = Actor(id="bo", roles={"customer"}, customers={"beta"}, locale="es")
CLEO = Actor(id="cleo", roles={"customer"}, customers={"acme", "beta"}, locale="en")
DAN = Actor(id="dan", roles={"customer"}, locale="es")
LUIS = Actor(id="luis", roles={"agent"}, locale="en")
MAR = Actor(id="mar", roles={"agent", "customer"}, customers={"acme"}, locale="es")
HAL = Actor(id="hal", roles={"helper"}, locale="es")
STRANGER = Actor(id="zoe", roles={"baker"}, customers={"acme"})
EVERYBODY = [ANA, BO, CLEO, DAN, LUIS, MAR, HAL]


def equip(desk: Any, articles: Iterable[Article] = SHELF) -> None:
    """Install what the small desk needs, categories and articles."""
    machine.equip(desk)
    desk.install(services=[Service(id="mesa", name="Mesa")], categories=CATEGORIES, articles=list(articles))


def open_ticket(desk: Any, subject: str, *, by: Actor = ANA, resolve: bool = False, **more: Any) -> str:
    """Open a ticket, and let it be solved and confirmed."""
    customer = min(by.customers)
    ticket: str = desk.acting_as(by).open({"subject": subject, "customer": customer, **more}).id
    if resolve:
        luis = desk.acting_as(LUIS)
        luis.act(ticket, "take", {})
        luis.act(ticket, "solve", {"comment": "Done."})
        desk.acting_as(by).act(ticket, "confirm", {})
    return ticket
