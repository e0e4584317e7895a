"""The asynchronous store: the same answers, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from supportcore.errors import (
    NoTransaction,
    SchemaMissing,
    StoreError,
    StoreReadOnly,
    StoreUnreadable,
    TransactionLost,
)
from supportcore.storage.ports import Conflict, Query, adrive
from supportcore_sql import SqlStore
from supportcore_sql.aio import AsyncSqlStore, open_async_store
from tests.sql.samples import fingerprint, opening, ticket_of

pytestmark = pytest.mark.store("sqlite")


@asynccontextmanager
async def opened(target: Any, *, migrated: bool = True) -> AsyncIterator[AsyncSqlStore]:
    store = open_async_store(target)
    try:
        if migrated:
            await store.migrate()
        yield store
    finally:
        await store.close()


async def save(store: Any, decision: Any) -> None:
    async with store.begin(write=True) as execute:
        await adrive(store.ledger("noova").save(decision), execute)


async def ids(store: Any) -> list[str]:
    async with store.begin(write=False) as execute:
        return list(await adrive(store.ledger("noova").ticket_ids("", 100), execute))


@pytest.mark.parametrize("where", ["file", "memory"])
def test_what_is_saved_is_read(file: Path, where: str) -> None:
    """A decision comes back equal, from a file and from memory, and a failure undoes everything."""

    async def run() -> None:
        url = f"sqlite+aiosqlite:///{file}" if where == "file" else "sqlite+aiosqlite://"
        async with opened(url) as store:
            decision = opening("a", 1)
            await save(store, decision)
            with pytest.raises(ZeroDivisionError):
                async with store.begin(write=True) as execute:
                    await adrive(store.ledger("noova").save(opening("b", 2)), execute)
                    raise ZeroDivisionError
            async with store.begin(write=False) as execute:
                ledger = store.ledger("noova")
                assert (ticket_of(decision),) == await adrive(ledger.find(Query()), execute)
                assert decision.contents == await adrive(ledger.contents("a"), execute)
            with pytest.raises(Conflict):
                await save(store, opening("a", 1))

    asyncio.run(run())


@pytest.mark.parametrize("where", ["file", "memory"])
def test_tasks_share_a_store(file: Path, where: str) -> None:
    """Tasks that write at once get different numbers, in a file and in memory."""

    async def run() -> list[int]:
        url = f"sqlite+aiosqlite:///{file}" if where == "file" else "sqlite+aiosqlite://"
        async with opened(url) as store:

            async def number() -> int:
                async with store.begin(write=True) as execute:
                    return await adrive(store.ledger("noova").next_numbers(), execute)

            return await asyncio.gather(*(number() for _ in range(30)))

    assert list(range(1, 31)) == sorted(asyncio.run(run()))


def test_both_stores_share_a_file(file: Path) -> None:
    """What the asynchronous store migrated and wrote, the synchronous one reads."""

    async def run() -> None:
        async with opened(f"sqlite+aiosqlite:///{file}") as store:
            await save(store, opening("a", 1))

    asyncio.run(run())
    store = SqlStore(f"sqlite:///{file}")
    with store.begin(write=False) as execute:
        assert execute((sa.text("SELECT id FROM sc_tickets"), {})).scalars().all() == ["a"]
    store.close()


def test_bad_files_are_left_alone(file: Path) -> None:
    """A missing file, one that is no database, and a read-only one are told as by the synchronous store."""

    async def refused(url: str, kind: type[Exception]) -> None:
        before = fingerprint(file.parent)
        async with opened(url, migrated=False) as store:
            with pytest.raises(kind):
                await save(store, opening("a", 1))
        assert before == fingerprint(file.parent)

    asyncio.run(refused(f"sqlite+aiosqlite:///{file}", SchemaMissing))
    file.write_bytes(b"this is no database " * 500)
    asyncio.run(refused(f"sqlite+aiosqlite:///{file}", StoreUnreadable))
    file.unlink()
    store = SqlStore(f"sqlite:///{file}")
    store.migrate()
    with store.begin(write=True) as execute:
        execute((sa.text("SELECT 1"), {}))
    store.close()

    async def read_only() -> None:
        async with opened(f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true", migrated=False) as reading:
            assert [] == await ids(reading)
            with pytest.raises(StoreReadOnly):
                await save(reading, opening("a", 1))

    asyncio.run(read_only())


def test_cancelled_transaction_is_undone(file: Path) -> None:
    """A task that is cancelled in the middle leaves nothing behind, and the next one may write."""

    async def run() -> list[str]:
        async with opened(f"sqlite+aiosqlite:///{file}") as store:
            begun = asyncio.Event()

            async def stuck() -> None:
                async with store.begin(write=True) as execute:
                    await adrive(store.ledger("noova").save(opening("a", 1)), execute)
                    begun.set()
                    await asyncio.Event().wait()

            task = asyncio.create_task(stuck())
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await save(store, opening("b", 1))
            return await ids(store)

    assert ["b"] == asyncio.run(run())


@asynccontextmanager
async def hosted(file: Path) -> AsyncIterator[tuple[Any, AsyncSqlStore]]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
    store = open_async_store(engine)
    await store.migrate()
    try:
        yield engine, store
    finally:
        await engine.dispose()


@pytest.mark.parametrize("kind", ["session", "connection"])
def test_host_decides(file: Path, kind: str) -> None:
    """What a host rolls back is undone, what it commits is there; a conflict leaves its transaction alive."""

    async def run() -> None:
        async with hosted(file) as (engine, store):
            for end, expected in (("rollback", []), ("commit", ["a", "b"])):
                async with AsyncSession(engine) if kind == "session" else engine.connect() as host:
                    await host.begin()
                    joined = store.join(host)
                    await save(joined, opening("a", 1))
                    with pytest.raises(Conflict):
                        await save(joined, opening("c", 1))
                    await save(joined, opening("b", 2))
                    await getattr(host, end)()
                    with pytest.raises(NoTransaction):
                        await save(joined, opening("d", 4))
                    await host.begin()
                    with pytest.raises(NoTransaction):
                        await save(joined, opening("d", 4))
                    await host.rollback()
                assert expected == await ids(store)

    asyncio.run(run())


def test_host_without_transaction_is_refused(file: Path) -> None:
    """No transaction, AUTOCOMMIT, and a synchronous host are refused."""

    async def run() -> None:
        async with hosted(file) as (engine, store):
            async with AsyncSession(engine) as session:
                with pytest.raises(NoTransaction):
                    store.join(session)
            async with engine.connect() as connection:
                with pytest.raises(NoTransaction):
                    store.join(connection)
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.begin()
                with pytest.raises(NoTransaction, match="AUTOCOMMIT"):
                    store.join(connection)
            with pytest.raises(StoreError):
                store.join(None)  # type: ignore[arg-type]

    asyncio.run(run())


def test_driver_in_autocommit_is_refused(file: Path) -> None:
    """A driver that begins no transactions is refused as soon as it is there to be asked."""

    async def run() -> None:
        async with hosted(file) as (_, _store):
            pass
        engine = create_async_engine(f"sqlite+aiosqlite:///{file}", connect_args={"isolation_level": None})
        store = open_async_store(engine)
        async with AsyncSession(engine) as session, session.begin():
            with pytest.raises(NoTransaction, match="AUTOCOMMIT"):
                await save(store.join(session), opening("a", 1))
        await engine.dispose()

    asyncio.run(run())


def test_transaction_rolled_back_underneath_is_lost(file: Path) -> None:
    """Where the database itself rolled back, every further call says so."""

    async def run() -> None:
        async with hosted(file) as (engine, store):
            async with engine.connect() as connection:
                await connection.begin()
                joined = store.join(connection)
                await save(joined, opening("a", 1))
                await (await connection.get_raw_connection()).driver_connection.execute("ROLLBACK")
                for again in (lambda: joined, lambda: joined, lambda: store.join(connection)):
                    with pytest.raises(TransactionLost):
                        await save(again(), opening("b", 2))
                await connection.rollback()
            assert [] == await ids(store)

    asyncio.run(run())


@pytest.mark.parametrize("url", ["sqlite+pysqlite:///a.db", "sqlite+nothing:///a.db", "nothing at all"])
def test_bad_url_is_one_of_our_errors(url: str) -> None:
    """A URL that cannot be opened asynchronously is told as an error of ours."""
    with pytest.raises(StoreError):
        open_async_store(url)
