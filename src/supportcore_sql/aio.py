"""
The asynchronous SQL store: the same tables, statements and transactions, awaited.

Only what is coloured stands here: beginning and ending run the functions of the synchronous store inside SQLAlchemy's
``run_sync``, and each operation is awaited. It is a module of its own because SQLAlchemy's asyncio needs greenlet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from supportcore.errors import Busy, CannotJoin, StoreError
from supportcore.storage.attempts import pauses
from supportcore.storage.ports import AsyncExecute, Conflict
from supportcore_sql.database import Database
from supportcore_sql.engines import open_async_engine
from supportcore_sql.ledger import Operation
from supportcore_sql.ledgers import SqlLedgers
from supportcore_sql.prepared import READY
from supportcore_sql.transactions import Membership, broken_off, open_owned

T = TypeVar("T")


def open_async_store(target: str | AsyncEngine, *, prefix: str = "sc_", schema: str | None = None) -> AsyncSqlStore:
    """
    Return the store behind a URL such as ``sqlite+aiosqlite:///desk.db``, or a host's engine.

    Args:
        target: A URL whose driver is asynchronous, or an engine; nothing is connected yet.
        prefix: Begins the name of every table, so that two can live side by side.
        schema: Database schema the tables live in, where the engine has schemas.
    """
    return AsyncSqlStore(target, prefix=prefix, schema=schema)


class AsyncSqlStore(SqlLedgers):
    """
    A store in a SQL database; see `supportcore.storage.ports.AsyncStore`.

    As `supportcore_sql.SqlStore`, with tasks for threads.
    """

    joined = False

    def __init__(self, target: str | AsyncEngine, *, prefix: str = "sc_", schema: str | None = None) -> None:
        ours = isinstance(target, str)
        self._engine: AsyncEngine = open_async_engine(target, schema=schema)
        dialect = self._engine.dialect.name
        super().__init__(Database(self._engine.url, dialect, prefix=prefix, schema=schema, ours=ours))
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Begin a transaction and hand out its executor."""
        database = self._database
        database.check_file()
        async with self._taking_turns(write), self._connected(write) as connection:
            transaction = await self._whole(connection.run_sync(open_owned, database, write=write))
            try:
                yield executor(connection, lambda error: database.fault(error, write=write), self._whole)
            except BaseException as error:
                if not broken_off(error, database):
                    with suppress(sa.exc.SQLAlchemyError):
                        await connection.run_sync(lambda _: transaction.rollback())
                raise
            try:
                ending = connection.run_sync(lambda _: transaction.commit() if write else transaction.rollback())
                await self._whole(ending)
            except sa.exc.SQLAlchemyError as error:
                raise database.fault(error, write=write) from error

    async def migrate(self, to: str = "head", *, lose_data: bool = False) -> None:
        """Make or upgrade the tables; see `supportcore_sql.SqlStore.migrate`."""
        from supportcore_sql import migrate

        if to == "base" and self._database.absent:
            return
        self._database.create_file()
        logger = logging.getLogger("asyncmy")
        heard = logger.disabled
        logger.disabled = True  # it warns of each primary key that has a name, which only other engines keep
        last: Conflict | None = None
        try:
            for seconds in pauses():
                await asyncio.sleep(seconds)
                try:
                    async with self._taking_turns(write=True), self._connected(write=True) as connection:
                        return await connection.run_sync(migrate.migrate, self._database, to, lose_data=lose_data)
                except Conflict as error:
                    last = error
            raise Busy from last
        finally:
            logger.disabled = heard

    async def close(self) -> None:
        """Let go of connections."""
        if self._database.ours:
            await self._engine.dispose()

    def join(self, host: AsyncConnection | AsyncSession) -> JoinedAsyncSqlStore:
        """Return this store inside the transaction of a host's connection or session."""
        return JoinedAsyncSqlStore(self._database, host)

    @asynccontextmanager
    async def _taking_turns(self, write: bool) -> AsyncIterator[None]:
        database = self._database
        if not database.turns(write=write):
            yield
            return
        try:
            async with asyncio.timeout(database.patience):
                await self._turn.acquire()
        except TimeoutError:
            raise Conflict("another task was in a transaction all the while") from None
        try:
            yield
        finally:
            self._turn.release()

    async def _whole(self, work: Awaitable[T], undo: Callable[[T], Awaitable[None]] | None = None) -> T:
        """
        Await *work*; on SQLite to its end, even if the task is cancelled meanwhile.

        SQLAlchemy gives a connection up in which something was broken off. A server ends it; aiosqlite's would go on
        in its thread, and keep the lock on the file.
        """
        if not self._database.sqlite:
            return await work
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            if task.exception() is None and undo is not None:
                await undo(task.result())
            raise

    @asynccontextmanager
    async def _connected(self, write: bool) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await self._whole(self._engine.connect().start(), undo=AsyncConnection.close)
        except Exception as error:  # some drivers' own, too
            raise self._database.unreachable(error) from error
        try:
            yield connection
        except BaseException as error:
            if broken_off(error, self._database):
                await asyncio.shield(connection.invalidate())
            raise
        finally:
            await asyncio.shield(connection.close())


class JoinedAsyncSqlStore(SqlLedgers):
    """A store inside one transaction of a host; made by `AsyncSqlStore.join`."""

    joined = True

    def __init__(self, database: Database, host: AsyncConnection | AsyncSession) -> None:
        inner: Any = getattr(host, "sync_session", getattr(host, "sync_connection", None))
        if inner is None:
            raise CannotJoin(why=f"it takes a started AsyncConnection or an AsyncSession, not {type(host).__name__}")
        super().__init__(database)
        self._host, self._membership = host, Membership(inner, database)

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Begin a savepoint and hand out its executor."""
        membership = self._membership
        connection, nested = await self._sync(lambda: membership.enter(write=write))
        awaited = await self._host.connection() if isinstance(self._host, AsyncSession) else self._host
        try:
            yield executor(awaited, lambda error: membership.fault(error, connection, write=write))
        except BaseException:
            await self._sync(lambda: membership.leave(connection, nested, failed=True))
            raise
        await self._sync(lambda: membership.leave(connection, nested, failed=False))

    async def migrate(self) -> None:
        """Refuse: making tables is for the store itself."""
        raise StoreError(why="migrate() of a joined store; run supportcore_sql.migrate.upgrade by connection.run_sync")

    async def close(self) -> None:
        """Do nothing: the connection is the host's."""

    def join(self, host: AsyncConnection | AsyncSession) -> JoinedAsyncSqlStore:
        """Return this store inside the transaction of another host."""
        return JoinedAsyncSqlStore(self._database, host)

    async def _sync(self, work: Callable[[], Any]) -> Any:
        return await self._host.run_sync(lambda _: work())


async def _plainly(work: Awaitable[T]) -> T:
    return await work


def executor(
    connection: AsyncConnection,
    fault: Callable[[Exception], Exception],
    awaited: Callable[[Awaitable[Any]], Awaitable[Any]] = _plainly,
) -> AsyncExecute:
    """Return the function that executes operations on *connection*, and tells errors by *fault*."""
    run = connection.execute

    async def execute(operation: Operation) -> Any:
        try:
            statement, params = operation
            if isinstance(statement, READY):
                return await awaited(connection.run_sync(lambda inner: statement.execute(inner, params)))
            return await awaited(run(statement, params))
        except sa.exc.SQLAlchemyError as error:
            raise fault(error) from error

    return execute
