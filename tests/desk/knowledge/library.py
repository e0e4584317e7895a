"""Articles that the tests of their views read, and who reads them."""

from __future__ import annotations

from typing import Any

import attrs

from supportcore import Actor, Service
from supportcore.knowledge.article import Article, Category
from supportcore.storage.ports import drive
from tests.desk.views.portals import ANA, BO, LUIS, NOOVA, STRANGER
from tests.desk.views.portals import equip as equip_desk

NOBODY = attrs.evolve(ANA, id="nobody", customers=frozenset())
BOTH = Actor(id="cleo", roles={"cliente"}, customers={"acme", "beta"}, locale="es")
PEOPLE = {"acme": ANA, "beta": BO, "both": BOTH, "no customer": NOBODY, "staff": LUIS}
SHELF = (
    Article(id="a-public", title="For all", body="# Hello\n\nA *word*.", category="bills", products={"erp"}),
    Article(id="b-customers", title="For customers", visibility="customers", language="en", category="bills"),
    Article(id="c-acme", title="For ACME", visibility="customer", customer="acme", category="money", tags={"vip"}),
    Article(id="d-beta", title="For Beta", visibility="customer", customer="beta", category="secret"),
    Article(id="e-internal", title="For staff", visibility="internal", category="secret"),
    Article(id="f-draft", title="Not yet", state="draft", category="money"),
    Article(id="g-review", title="Nearly", state="review"),
    Article(id="h-retired", title="No more", state="retired"),
    Article(id="i-public", title="For all too", services={"s-acme", "s-all"}),
)
READ = {
    "acme": ["a-public", "b-customers", "c-acme", "i-public"],
    "beta": ["a-public", "b-customers", "d-beta", "i-public"],
    "both": ["a-public", "b-customers", "c-acme", "d-beta", "i-public"],
    "no customer": ["a-public", "i-public"],
    "staff": ["a-public", "b-customers", "c-acme", "d-beta", "e-internal", "i-public"],
}
"""Ids of what is published and who reads it, told by hand."""
PARENTS = {"money": None, "bills": "money", "secret": "money", "empty": None}

__all__ = ["ANA", "BO", "BOTH", "LUIS", "NOBODY", "NOOVA", "PEOPLE", "READ", "SHELF", "STRANGER", "equip_desk"]


def equip(desk: Any) -> None:
    """Put catalogue and articles in a desk."""
    equip_desk(desk)
    desk.catalogue.put(
        Service(id="s-acme", name="Only for ACME", customers={"acme"}),
        Service(id="s-all", name="Help desk"),
        *(Category(id=key, name=key.title(), parent=parent) for key, parent in PARENTS.items()),
    )
    desk.catalogue.put(*SHELF)


def stored(desk: Any, what: Any, *, write: bool = False) -> Any:
    """Return what a ledger of the desk answers to *what*."""
    with desk.store.begin(write=write) as execute:
        return drive(what(desk.store.ledger(desk.definition.key)), execute)
