"""
The asynchronous MongoDB store: the same operations, awaited; on PyMongo's ``AsyncMongoClient``.

Only what is coloured stands here. As that client belongs to the event loop it is first used in, so does the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from inspect import isawaitable
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import PyMongoError

from supportcore.errors import Busy, StoreError
from supportcore.storage.ports import AsyncExecute, Conflict, adrive
from supportcore_mongo import migrate
from supportcore_mongo.database import ABORT, START, Collections, Database, Session, commit
from supportcore_mongo.joined import Call, Membership
from supportcore_mongo.ledgers import MongoLedgers
from supportcore_mongo.operations import Doc, Operation
from supportcore_mongo.targets import Target


def open_async_store(
    target: str | AsyncMongoClient[Doc], *, prefix: str = "sc_", schema: str | None = None
) -> AsyncMongoStore:
    """
    Return the store behind a URL that names a database, or a host's client; nothing is connected yet.

    Args:
        target: A URL such as ``mongodb://localhost/helpdesk?replicaSet=rs0``, or an ``AsyncMongoClient``.
        prefix: Begins the name of every collection, so that two can live side by side.
        schema: The database, for a client that has no default one.

    Raises:
        StoreError: The URL cannot be read or names no database, or a schema was given with it.
    """
    return AsyncMongoStore(target, prefix=prefix, schema=schema)


class AsyncMongoStore(MongoLedgers):
    """
    A store in a MongoDB database; see `supportcore.storage.ports.AsyncStore`.

    As `supportcore_mongo.MongoStore`, with tasks for threads.
    """

    joined = False

    def __init__(self, target: str | AsyncMongoClient[Doc], *, prefix: str = "sc_", schema: str | None = None) -> None:
        self._target: Target[AsyncMongoClient[Doc]] = Target(target, AsyncMongoClient, prefix=prefix, schema=schema)
        super().__init__(self._target.database)

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Begin a transaction and hand out its executor."""
        database, collections = self._database, self._target.collections
        await adrive(migrate.look(database, collections.client), executor(collections, None, database.fault))
        try:
            session = self._target.client.start_session()
        except PyMongoError as error:
            raise database.fault(error) from error
        try:
            execute = executor(collections, session, database.fault)
            await execute(START)
            yield execute
            if write:
                await adrive(commit(session), execute)
        finally:  # undoes what was not committed, also when the task is cancelled a second time
            await asyncio.shield(session.end_session())

    async def migrate(self) -> None:
        """Make the collections and indexes; repeating it changes nothing."""
        try:
            await adrive(
                migrate.migrate(self._database), executor(self._target.collections, None, self._database.fault)
            )
        except Conflict as error:
            raise Busy from error

    async def close(self) -> None:
        """Let go of connections."""
        client = self._target.ours
        if client is not None:
            await client.close()

    def join(self, host: Any) -> JoinedAsyncMongoStore:
        """Return this store inside the transaction of a host's session."""
        return JoinedAsyncMongoStore(self._database, host)


class JoinedAsyncMongoStore(MongoLedgers):
    """A store inside one transaction of a host; made by `AsyncMongoStore.join`."""

    joined = True

    def __init__(self, database: Database, host: Any) -> None:
        super().__init__(database)
        self._membership = Membership(host, AsyncClientSession)
        self._collections = Collections(database, host.client)

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Hand out the executor of the host's transaction."""
        membership, collections = self._membership, self._collections
        membership.look()
        database = self._database
        await adrive(migrate.look(database, collections.client), executor(collections, None, database.fault))
        call = Call(membership)
        inside = executor(collections, membership.session, lambda error: error)

        async def execute(operation: Operation) -> Any:
            membership.look()
            try:
                result = await inside(operation)
            except PyMongoError as error:
                await self._end(call, error)
                raise
            call.done(operation)
            return result

        try:
            yield execute
        except BaseException as error:
            await self._end(call, error)
            raise

    async def migrate(self) -> None:
        """Refuse: indexes are not made inside a transaction."""
        raise StoreError(why="migrate() of a joined store; call it on the store itself")

    async def close(self) -> None:
        """Do nothing: the session is the host's."""

    def join(self, host: Any) -> JoinedAsyncMongoStore:
        """Return the store inside the transaction of another session."""
        return JoinedAsyncMongoStore(self._database, host)

    async def _end(self, call: Call, error: BaseException) -> None:
        """Raise if *error* costs the host its transaction; as in `supportcore_mongo.store`."""
        lost = call.lost_by(error)
        if lost is None:
            return
        with suppress(PyMongoError):
            await self._collections.call(ABORT, self._membership.session)
        raise lost from error


def executor(
    collections: Collections, session: Session | None, fault: Callable[[PyMongoError], Exception]
) -> AsyncExecute:
    """Return the function that executes operations, and tells errors by *fault*."""

    async def execute(operation: Operation) -> Any:
        try:
            result = collections.call(operation, session)
            if isawaitable(result):
                result = await result
            return await result.to_list() if hasattr(result, "to_list") else result
        except PyMongoError as error:
            told = fault(error)
            if told is error:
                raise
            raise told from error

    return execute
