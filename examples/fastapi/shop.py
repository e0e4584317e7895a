"""A shop on FastAPI and SQLAlchemy's asyncio whose complaints are tickets; README.md says how to run it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from supportcore import Actor, AsyncDesk, Contact, Customer, SupportError, load_definition, open_async_store
from supportcore.errors import CODES
from supportcore.notices import Notice
from supportcore.storage.owned import AsyncHostOwned, Owned

RULES = Path(__file__).parents[1] / "shop" / "shop.toml"


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


def owned(make) -> Owned:
    """The desk reads the shop's customers where they are."""
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


class Said(BaseModel):
    text: str
    command_id: str | None = None


def customer(x_customer: Annotated[str | None, Header()] = None) -> Actor:
    """Who asks; a real shop knows it from its log-in."""
    if not x_customer:
        raise HTTPException(401)
    return Actor(id=x_customer, roles={"customer"}, customers={x_customer})


Who = Annotated[Actor, Depends(customer)]


def create_app(url: str | None = None) -> FastAPI:
    engine = create_async_engine(url or os.environ.get("SHOP_DATABASE", "sqlite+aiosqlite:///shop.db"))
    desk = AsyncDesk(load_definition(RULES), AsyncHostOwned(open_async_store(engine), OWNED))

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await desk.store.migrate()
        await desk.install()
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.engine, app.state.desk = engine, desk

    @app.exception_handler(SupportError)
    async def refused(request: Request, error: SupportError):
        status = CODES[error.code].status
        return JSONResponse({"code": error.code, "message": str(error) if status < 500 else "Try again."}, status)

    @app.post("/orders/{number}/complaint", status_code=201)
    async def complain(number: int, said: Said, who: Who):
        async with AsyncSession(engine) as session, session.begin():
            order = await session.get(Order, number, with_for_update=True)  # where a double click waits
            if order is None or order.customer != who.id:
                raise HTTPException(404)
            document = {"subject": order.item, "description": said.text, "order": str(number)}
            receipt = await desk.joined(session).acting_as(who).open(document, command_id=said.command_id)
            mark(order, receipt.id)
        return {"ticket": receipt.number}

    @app.get("/tickets")
    async def tickets(who: Who, cursor: str | None = None):
        page = await desk.acting_as(who).find(sort="-number", cursor=cursor)
        listed = [{"ticket": one.number, "subject": one.subject, "state": one.state} for one in page.items]
        return {"tickets": listed, "next": page.next}

    @app.get("/tickets/{number}")
    async def ticket(number: int, who: Who):
        entries = await desk.acting_as(who).timeline(number)
        return {"timeline": [{"at": one.at, "by": one.actor, "text": one.text} for one in entries]}

    @app.post("/tickets/{number}/reply", status_code=201)
    async def reply(number: int, said: Said, who: Who):
        acting = desk.acting_as(who)
        receipt = await acting.reply((await acting.get(number)).id, said.text, command_id=said.command_id)
        return {"state": receipt.state}

    return app


def mark(order: Order, ticket: str) -> None:
    order.ticket = ticket


async def send(notice: Notice) -> None:
    """Hand a notice to the mail server; here it is only shown."""
    print(f"to {notice.email}: {notice.subject}")


async def work() -> None:
    """Let happen what has come due, and send what is to be sent; ``python shop.py``, from cron, every minute."""
    app = create_app()
    async with app.router.lifespan_context(app):
        due, sent = await app.state.desk.run_due(), await app.state.desk.deliver(send)
        print(f"{due.tickets} due, {sent.sent} sent")


async def seed() -> None:
    """Let the customer ana order a teapot, unless she is there; ``python shop.py seed``."""
    app = create_app()
    async with app.router.lifespan_context(app), AsyncSession(app.state.engine) as session, session.begin():
        if await session.get(Person, "ana") is None:
            session.add(Person(id="ana", name="Ana", email="ana@example.com"))
            await session.flush()
            session.add(Order(customer="ana", item="Teapot"))


if __name__ == "__main__":
    asyncio.run(seed() if sys.argv[1:] == ["seed"] else work())
