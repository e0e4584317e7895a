"""
A shop on Flask and SQLAlchemy whose complaints are tickets; README.md says how to run it.

The shop owns its customers and orders. A complaint marks the order and opens a ticket in one transaction of the shop's.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import Flask, abort, request
from sqlalchemy import ForeignKey, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from supportcore import Actor, Contact, Customer, Desk, SupportError, load_definition, open_store
from supportcore.errors import CODES
from supportcore.notices import Notice
from supportcore.storage.owned import HostOwned, Owned

RULES = Path(__file__).parents[1] / "shop" / "shop.toml"


# -- the shop's own tables


class Base(DeclarativeBase): ...


class Person(Base):
    __tablename__ = "customers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(254))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(ForeignKey(Person.id))
    item: Mapped[str] = mapped_column(String(255))
    ticket: Mapped[str | None] = mapped_column(String(64))  # of the complaint about it


# -- the desk reads the shop's customers where they are


def owned(make) -> Owned:
    people = select(Person.id, Person.name, Person.email)

    def read(ids):
        return [make(row) for row in (yield people.where(Person.id.in_(ids)), {})]

    def page(after, limit):
        return [make(row) for row in (yield people.where(Person.id > after).order_by(Person.id).limit(limit), {})]

    return Owned(read, page)


OWNED = {
    "customer": owned(lambda row: Customer(id=row.id, name=row.name)),
    "contact": owned(lambda row: Contact(id=row.id, name=row.name, email=row.email, customers={row.id})),
}


# -- the application


def create_app(url: str | None = None) -> Flask:
    app = Flask(__name__)
    engine = create_engine(url or os.environ.get("SHOP_DATABASE", "sqlite:///shop.db"))
    desk = Desk(load_definition(RULES), HostOwned(open_store(engine), OWNED))
    app.extensions.update(engine=engine, desk=desk)

    def customer() -> Actor:
        """Who asks; a real shop knows it from its log-in."""
        name = request.headers.get("X-Customer") or abort(401)
        return Actor(id=name, roles={"customer"}, customers={name})

    def document() -> dict:
        """Return the JSON object that was sent; 400 or 415 for anything else."""
        said = request.get_json()
        return said if isinstance(said, dict) else abort(400)

    @app.errorhandler(SupportError)
    def refused(error: SupportError):
        status = CODES[error.code].status
        return {"code": error.code, "message": str(error) if status < 500 else "Try again."}, status

    @app.post("/orders/<int:number>/complaint")
    def complain(number: int):
        who, said = customer(), document()
        with Session(engine) as session, session.begin():
            order = session.get(Order, number, with_for_update=True)  # where a double click waits
            if order is None or order.customer != who.id:
                abort(404)
            complaint = {"subject": order.item, "description": said.get("text"), "order": str(number)}
            receipt = desk.joined(session).acting_as(who).open(complaint, command_id=said.get("command_id"))
            mark(order, receipt.id)
        return {"ticket": receipt.number}, 201

    @app.get("/tickets")
    def tickets():
        page = desk.acting_as(customer()).find(sort="-number", cursor=request.args.get("cursor"))
        listed = [{"ticket": one.number, "subject": one.subject, "state": one.state} for one in page.items]
        return {"tickets": listed, "next": page.next}

    @app.get("/tickets/<int:number>")
    def ticket(number: int):
        entries = desk.acting_as(customer()).timeline(number)
        return {"timeline": [{"at": one.at.isoformat(), "by": one.actor, "text": one.text} for one in entries]}

    @app.post("/tickets/<int:number>/reply")
    def reply(number: int):
        acting, said = desk.acting_as(customer()), document()
        receipt = acting.reply(acting.get(number).id, said.get("text"), command_id=said.get("command_id"))
        return {"state": receipt.state}, 201

    @app.cli.command("prepare")
    def prepare() -> None:
        """Make the tables, the shop's and the desk's, and store the rules."""
        Base.metadata.create_all(engine)
        desk.store.migrate()
        desk.install()

    @app.cli.command("seed")
    def seed() -> None:
        """Let the customer ana order a teapot, unless she is there."""
        with Session(engine) as session, session.begin():
            if session.get(Person, "ana") is None:
                session.add(Person(id="ana", name="Ana", email="ana@example.com"))
                session.flush()
                session.add(Order(customer="ana", item="Teapot"))

    @app.cli.command("work")
    def work() -> None:
        """Let happen what has come due, and send what is to be sent; from cron, every minute."""
        click.echo(f"{desk.run_due().tickets} due, {desk.deliver(send).sent} sent")

    return app


def mark(order: Order, ticket: str) -> None:
    order.ticket = ticket


def send(notice: Notice) -> None:
    """Hand a notice to the mail server; here it is only shown."""
    click.echo(f"to {notice.email}: {notice.subject}")
