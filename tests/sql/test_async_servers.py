"""What an application with tasks expects of a store on a server: cancelling, time limits, context variables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from supportcore import Actor, AsyncDesk, FrozenClock
from supportcore.storage.ports import adrive
from supportcore.testing.blocking import BlockingStore
from tests.desk.machine import SMALL, START
from tests.stores import open_store_named, reported_as, server_url

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in ("sqlite-async", "postgresql-async", "postgresql-asyncpg", "mariadb-async")
]


@pytest.fixture(params=NAMES)
def background(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlockingStore]:
    """A fresh store, and the loop that it lives in."""
    with open_store_named(request.param, tmp_path, server_url=server_url(request, request.param)) as store:
        assert isinstance(store, BlockingStore)
        yield store


def desk_on(store: BlockingStore) -> AsyncDesk:
    return AsyncDesk(SMALL, store.behind, clock=FrozenClock(START))


async def equipped(desk: AsyncDesk) -> str:
    from supportcore import Customer, Product

    await desk.install(customers=[Customer(id="acme", name="ACME")], products=[Product(id="erp", name="ERP")])
    return (await desk.acting_as(ANA).open({"subject": "A", "description": "B", "product": "erp"})).id


def test_a_command_that_waits_can_be_cancelled(background: BlockingStore) -> None:
    """One that waits for a lock and is cancelled, or runs out of time, does nothing; all goes on as before."""

    async def run() -> None:
        desk = desk_on(background)
        ticket = await equipped(desk)
        ana = desk.acting_as(ANA)
        ledger = desk.store.ledger(SMALL.key)
        async with desk.store.begin(write=True) as execute:
            await adrive(ledger.ticket(ticket, lock=True), execute)
            await adrive(ledger.next_numbers(), execute)
            for _ in range(40):  # more than a pool holds, if one were lost each time
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await ana.reply(ticket, "too late", command_id="late")
            task = asyncio.create_task(ana.reply(ticket, "cancelled"))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (None,) == await desk.receipts(["late"])
        assert "late" == (await ana.reply(ticket, "again", command_id="late")).command_id
        assert 2 == (await ana.get(ticket)).version
        assert () == (await desk.verify()).findings

    background.background.run(run())


def test_a_cancel_at_any_step_leaves_all_or_nothing(background: BlockingStore) -> None:
    """A command broken off after any number of milliseconds is done or is not; the next one works."""

    async def run() -> None:
        desk = desk_on(background)
        ticket = await equipped(desk)
        ana = desk.acting_as(ANA)
        for number in range(60):
            task = asyncio.create_task(ana.reply(ticket, "now or never", command_id=f"c{number}"))
            await asyncio.sleep(number / 5000)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        done = [receipt for receipt in await desk.receipts([f"c{number}" for number in range(60)]) if receipt]
        assert 1 + len(done) == (await ana.get(ticket)).version
        assert () == (await desk.verify()).findings
        assert "c0" == (await ana.reply(ticket, "now or never", command_id="c0")).command_id

    background.background.run(run())


def test_context_variables_are_those_of_the_task(background: BlockingStore) -> None:
    """What a host notes in a context variable is seen where its statements are executed."""
    request: ContextVar[str] = ContextVar("request", default="nobody")
    seen: list[str] = []
    engine: Any = background.behind._engine  # type: ignore[attr-defined]

    def notice(*_: Any) -> None:
        seen.append(request.get())

    async def one(desk: AsyncDesk, ticket: str, name: str) -> None:
        request.set(name)
        await desk.acting_as(ANA).reply(ticket, f"from {name}")

    async def run() -> None:
        desk = desk_on(background)
        ticket = await equipped(desk)
        event.listen(engine.sync_engine, "before_cursor_execute", notice)
        try:
            await asyncio.gather(*(one(desk, ticket, name) for name in ("first", "second")))
        finally:
            event.remove(engine.sync_engine, "before_cursor_execute", notice)

    background.background.run(run())
    assert {"first", "second"} == set(seen)
