"""The desk: one for the process, over the shop's own customers."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from supportcore import Contact, Customer, Desk, load_definition
from supportcore.storage.owned import HostOwned, Owned
from supportcore_sql.django import store

RULES = Path(__file__).parents[2] / "shop" / "shop.toml"


def owned(make):
    table = sa.table("shop_customer", sa.column("id"), sa.column("name"), sa.column("email"))
    people = sa.select(table)

    def read(ids):
        return [make(row) for row in (yield people.where(table.c.id.in_(ids)), {})]

    def page(after, limit):
        return [make(row) for row in (yield people.where(table.c.id > after).order_by(table.c.id).limit(limit), {})]

    return Owned(read, page)


OWNED = {
    "customer": owned(lambda row: Customer(id=row.id, name=row.name)),
    "contact": owned(lambda row: Contact(id=row.id, name=row.name, email=row.email, customers={row.id})),
}


@cache
def desk() -> Desk:
    return Desk(load_definition(RULES), HostOwned(store(), OWNED))
