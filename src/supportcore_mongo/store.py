"""
The synchronous MongoDB store: transactions and executors around what the other modules say.

*Owned*: one transaction a ``begin``, reading one snapshot, committed by a majority of the replica set; so there must be
one, a single node is enough. *Joined*: inside the transaction of a host's session, see `supportcore_mongo.joined`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError
from pymongo.synchronous.mongo_client import MongoClient

from supportcore.errors import Busy, StoreError
from supportcore.storage.ports import Conflict, Execute, drive
from supportcore_mongo import migrate
from supportcore_mongo.database import ABORT, START, Collections, Database, Session, commit
from supportcore_mongo.joined import Call, Membership
from supportcore_mongo.ledgers import MongoLedgers
from supportcore_mongo.operations import Doc, Operation
from supportcore_mongo.targets import Target


class MongoStore(MongoLedgers):
    """
    A store in a MongoDB database; see `supportcore.storage.ports.Store`.

    A client given by a host keeps the host's settings and is not closed; for a URL we make our own. Threads may share a
    store, and a forked process goes on with one it inherited.
    """

    joined = False

    def __init__(self, target: str | MongoClient[Doc], *, prefix: str = "sc_", schema: str | None = None) -> None:
        self._target: Target[MongoClient[Doc]] = Target(target, MongoClient, prefix=prefix, schema=schema)
        super().__init__(self._target.database)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction and hand out its executor."""
        database, collections = self._database, self._target.collections
        drive(migrate.look(database, collections.client), executor(collections, None, database.fault))
        try:
            session = self._target.client.start_session()
        except PyMongoError as error:
            raise database.fault(error) from error
        with session:  # which on leaving undoes what was not committed
            execute = executor(collections, session, database.fault)
            execute(START)
            yield execute
            if write:
                drive(commit(session), execute)

    def migrate(self) -> None:
        """Make the collections and indexes; repeating it changes nothing."""
        try:
            drive(migrate.migrate(self._database), executor(self._target.collections, None, self._database.fault))
        except Conflict as error:
            raise Busy from error

    def close(self) -> None:
        """Let go of connections."""
        client = self._target.ours
        if client is not None:
            client.close()

    def join(self, host: Any) -> JoinedMongoStore:
        """Return this store inside the transaction of a host's session."""
        return JoinedMongoStore(self._database, host)


class JoinedMongoStore(MongoLedgers):
    """A store inside one transaction of a host; made by `MongoStore.join`."""

    joined = True

    def __init__(self, database: Database, host: Any) -> None:
        super().__init__(database)
        self._membership = Membership(host, ClientSession)
        self._collections = Collections(database, host.client)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Hand out the executor of the host's transaction."""
        membership, collections = self._membership, self._collections
        membership.look()
        database = self._database
        drive(migrate.look(database, collections.client), executor(collections, None, database.fault))
        call = Call(membership)
        inside = executor(collections, membership.session, lambda error: error)

        def execute(operation: Operation) -> Any:
            membership.look()
            try:
                result = inside(operation)
            except PyMongoError as error:
                self._end(call, error)
                raise
            call.done(operation)
            return result

        try:
            yield execute
        except BaseException as error:
            self._end(call, error)
            raise

    def migrate(self) -> None:
        """Refuse: indexes are not made inside a transaction."""
        raise StoreError(why="migrate() of a joined store; call it on the store itself")

    def close(self) -> None:
        """Do nothing: the session is the host's."""

    def join(self, host: Any) -> JoinedMongoStore:
        """Return the store inside the transaction of another session."""
        return JoinedMongoStore(self._database, host)

    def _end(self, call: Call, error: BaseException) -> None:
        """Raise if *error* costs the host its transaction."""
        lost = call.lost_by(error)
        if lost is None:
            return
        # Behind the session's back: were it told, the host's further writes would silently be outside of any
        # transaction. As it is the server refuses them, and the commit. It may have been quicker, or be gone.
        with suppress(PyMongoError):
            self._collections.call(ABORT, self._membership.session)
        raise lost from error


def executor(collections: Collections, session: Session | None, fault: Callable[[PyMongoError], Exception]) -> Execute:
    """Return the function that executes operations, and tells errors by *fault*."""

    def execute(operation: Operation) -> Any:
        try:
            result = collections.call(operation, session)
            return result.to_list() if hasattr(result, "to_list") else result
        except PyMongoError as error:
            told = fault(error)
            if told is error:
                raise
            raise told from error

    return execute
