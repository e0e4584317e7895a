"""An asynchronous desk joins the transaction of an asynchronous host, as the other one does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from supportcore import Actor, Agent, AsyncDesk, Customer, Invalid, Product, Team
from supportcore.errors import JoinedOnly, NoTransaction
from supportcore_sql.aio import open_async_store
from tests.desk.machine import SMALL

pytestmark = pytest.mark.store("sqlite")
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})


async def story(file: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
    store = open_async_store(engine)
    await store.migrate()
    desk = AsyncDesk(SMALL, store)
    await desk.install(
        customers=[Customer(id="acme", name="ACME")],
        agents=[Agent(id="luis", name="Luis")],
        teams=[Team(id="desk", name="Desk", members=["luis"])],
        products=[Product(id="erp", name="ERP")],
    )
    try:
        async with AsyncSession(engine) as session:
            await session.execute(text("create table orders (ticket text)"))
            await session.commit()

            await session.begin()
            joined = desk.joined(session)
            receipt = await joined.acting_as(ANA).open({"subject": "x"})
            await session.execute(text("insert into orders values (:id)"), {"id": receipt.id})
            with pytest.raises(JoinedOnly):
                await joined.run_due()
            with pytest.raises(Invalid):
                await joined.acting_as(ANA).open({})
            await session.rollback()
            assert 0 == await desk.acting_as(ANA).count()

            async with session.begin():
                receipt = await desk.joined(session).acting_as(ANA).open({"subject": "y"})
                await session.execute(text("insert into orders values (:id)"), {"id": receipt.id})
            found = (await session.execute(text("select ticket from orders"))).scalars().all()
            assert [receipt.id] == found
            assert 1 == receipt.number == await desk.acting_as(ANA).count()
            await session.rollback()

        async with AsyncSession(engine) as idle:
            with pytest.raises(NoTransaction):
                await desk.joined(idle).acting_as(ANA).open({"subject": "z"})
        assert () == (await desk.verify()).findings
    finally:
        await store.close()
        await engine.dispose()


def test_the_host_decides(tmp_path: Path) -> None:
    """Its rollback undoes ticket and row, its commit keeps both, and without a transaction nothing is done."""
    asyncio.run(story(tmp_path / "shop.db"))


def test_many_tasks_at_once(tmp_path: Path) -> None:
    """Twenty tasks open and answer at once on one file: numbers are unique and histories verify."""

    async def run() -> None:
        store = open_async_store(f"sqlite+aiosqlite:///{tmp_path}/desk.db")
        await store.migrate()
        desk = AsyncDesk(SMALL, store)
        await desk.install(
            customers=[Customer(id="acme", name="ACME")],
            agents=[Agent(id="luis", name="Luis")],
            teams=[Team(id="desk", name="Desk", members=["luis"])],
        )
        ana = desk.acting_as(ANA)
        shared = (await ana.open({"subject": "shared"})).id

        async def one(index: int) -> int:
            receipt = await ana.open({"subject": str(index)})
            await ana.reply(shared, str(index))
            return receipt.number

        numbers = await asyncio.gather(*(one(index) for index in range(20)))
        assert 20 == len(set(numbers))
        assert 21 == len(await desk.history(shared))
        assert () == (await desk.verify()).findings
        await store.close()

    asyncio.run(run())
