"""
The synchronous SQL store: connections, turns and executors around what the other modules say.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any
from weakref import WeakMethod

import sqlalchemy as sa

from supportcore.errors import Busy, CannotJoin, StoreError
from supportcore.storage.attempts import pauses
from supportcore.storage.ports import Conflict, Execute
from supportcore_sql.database import Database
from supportcore_sql.engines import open_engine
from supportcore_sql.forking import Gate
from supportcore_sql.ledger import Operation
from supportcore_sql.ledgers import SqlLedgers
from supportcore_sql.prepared import READY
from supportcore_sql.transactions import Membership, broken_off, open_owned


class SqlStore(SqlLedgers):
    """
    A store in a SQL database; see `supportcore.storage.ports.Store`.

    An engine given by a host keeps the host's settings and is not disposed of; for a URL we make our own. Threads may
    share a store. On SQLite writers of one store take turns before they ask the database, which is fairer and quicker
    than its own waiting; a database in memory has one connection, for which readers take turns too.
    """

    joined = False

    def __init__(self, target: str | sa.Engine, *, prefix: str = "sc_", schema: str | None = None) -> None:
        ours = isinstance(target, str)
        engine = open_engine(target, schema=schema)
        super().__init__(Database(engine.url, engine.dialect.name, prefix=prefix, schema=schema, ours=ours))
        self._engine = engine
        self._turn = Lock()
        self._kept: sa.Connection | None = None
        self._left: sa.Connection | None = None
        self._pid = os.getpid()
        file = ours and self._database.file is not None
        self._gate = Gate(WeakMethod(self._let_go), patience=self._database.patience) if file else None

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction and hand out its executor."""
        database = self._database
        if self._pid != os.getpid():
            self._after_fork()
        database.check_file()
        with self._taking_turns(write), self._connected(write) as connection:
            transaction = open_owned(connection, database, write=write)
            try:
                yield executor(connection, lambda error: database.fault(error, write=write))
            except BaseException as error:
                if not broken_off(error, database):
                    with suppress(sa.exc.SQLAlchemyError):
                        transaction.rollback()
                raise
            try:
                if write:
                    transaction.commit()
                else:
                    transaction.rollback()
            except sa.exc.SQLAlchemyError as error:
                raise database.fault(error, write=write) from error

    def migrate(self, to: str = "head", *, lose_data: bool = False) -> None:
        """
        Make or upgrade the tables; on SQLite files of our own, switch to write-ahead logging.

        Args:
            to: A revision, ``head``, or ``base`` for no tables.
            lose_data: Whether it may be an earlier one than there is.
        """
        from supportcore_sql import migrate

        if to == "base" and self._database.absent:
            return
        self._database.create_file()
        last: Conflict | None = None
        for seconds in pauses():  # SQLite does not wait where two switch to write-ahead logging at once
            time.sleep(seconds)
            try:
                with self._taking_turns(write=True), self._connected(write=True) as connection:
                    return migrate.migrate(connection, self._database, to, lose_data=lose_data)
            except Conflict as error:
                last = error
        raise Busy from last

    def migration_sql(self, to: str = "head") -> str:
        """Return the SQL that `migrate` would run on a database without tables; nothing is connected."""
        from supportcore_sql import migrate

        database = self._database
        tables = database.tables
        return migrate.script(database.statements.dialect, prefix=tables.prefix, schema=tables.schema, to=to)

    def close(self) -> None:
        """Let go of connections."""
        if self._database.ours:
            with self._turn:
                self._let_go()

    def join(self, host: Any) -> JoinedSqlStore:
        """Return this store inside the transaction of a host's connection or session."""
        if hasattr(host, "sync_session") or hasattr(host, "sync_connection"):
            raise CannotJoin(why="a synchronous desk takes no asynchronous connection; use AsyncDesk")
        return JoinedSqlStore(self._database, Membership(host, self._database))

    @contextmanager
    def _taking_turns(self, write: bool) -> Iterator[None]:
        database = self._database
        if not database.turns(write=write):
            yield
        elif self._turn.acquire(timeout=database.patience):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise Conflict("another thread was in a transaction all the while")

    @contextmanager
    def _connected(self, write: bool) -> Iterator[sa.Connection]:
        """
        Hand out a connection for one transaction.

        Where writers take turns, the connection of the last one is kept for the next, who then need not take one out
        of the pool and put it back; after any error a new one is taken.
        """
        gate = self._gate
        if gate is not None:
            gate.enter()
        try:
            keeps = write and self._database.ours and self._database.turns(write=True)
            connection: sa.Connection | None = None
            if keeps:
                connection, self._kept = self._kept, None
            if connection is None:
                try:
                    connection = self._engine.connect()
                except Exception as error:  # some drivers' own, too
                    raise self._database.unreachable(error) from error
            done = False
            try:
                yield connection
                done = True
            except BaseException as error:
                if broken_off(error, self._database):
                    connection.invalidate()
                raise
            finally:
                if keeps and done and not connection.closed and not connection.in_transaction():
                    self._kept = connection
                else:
                    connection.close()
        finally:
            if gate is not None:
                gate.leave()

    def _let_go(self) -> None:
        """Close the connections of this process that are idle."""
        kept, self._kept = self._kept, None
        if kept is not None and self._pid == os.getpid():
            kept.close()
        self._engine.dispose()

    def _after_fork(self) -> None:
        """Leave the connections, and a turn that another thread had, to the process this one was forked from."""
        self._pid = os.getpid()
        self._turn = Lock()
        self._left, self._kept = self._kept, None  # not let go of: that would end what is the parent's
        if self._database.ours and not self._database.memory:
            self._engine.dispose(close=False)


class JoinedSqlStore(SqlLedgers):
    """A store inside one transaction of a host; made by `SqlStore.join`."""

    joined = True

    def __init__(self, database: Database, membership: Membership) -> None:
        super().__init__(database)
        self._membership = membership

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a savepoint and hand out its executor."""
        membership = self._membership
        connection, nested = membership.enter(write=write)
        try:
            yield executor(connection, lambda error: membership.fault(error, connection, write=write))
        except BaseException:
            membership.leave(connection, nested, failed=True)
            raise
        membership.leave(connection, nested, failed=False)

    def migrate(self) -> None:
        """Refuse: making tables is for the store itself."""
        raise StoreError(why="migrate() of a joined store; call supportcore_sql.migrate.upgrade() on the connection")

    def close(self) -> None:
        """Do nothing: the connection is the host's."""

    def join(self, host: Any) -> JoinedSqlStore:
        """Return this store inside the transaction of another host."""
        return JoinedSqlStore(self._database, Membership(host, self._database))


def executor(connection: sa.Connection, fault: Callable[[Exception], Exception]) -> Execute:
    """Return the function that executes operations on *connection*, and tells errors by *fault*."""
    run = connection.execute

    def execute(operation: Operation) -> Any:
        try:
            statement, params = operation
            return statement.execute(connection, params) if isinstance(statement, READY) else run(statement, params)
        except sa.exc.SQLAlchemyError as error:
            raise fault(error) from error

    return execute
