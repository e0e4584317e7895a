"""
The synchronous SQL store: connections, turns and executors around what the other modules say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import sqlalchemy as sa

from supportcore.errors import BackendMissing, Busy, StoreError
from supportcore.storage.ports import Conflict, Execute, Steps
from supportcore_sql.database import Database, engine_options, prepare_sqlite, read_url
from supportcore_sql.ledger import Operation, SqlLedger, desks
from supportcore_sql.prepared import Prepared
from supportcore_sql.transactions import Membership, open_owned


class SqlStore:
    """
    A store in a SQL database; see `supportcore.storage.ports.Store`.

    An engine given by a host keeps the host's settings and is not disposed of; for a URL we make our own. Threads may
    share a store. On SQLite writers of one store take turns before they ask the database, which is fairer and quicker
    than its own waiting; a database in memory has one connection, for which readers take turns too.
    """

    joined = False

    def __init__(self, target: str | sa.Engine, *, prefix: str = "sc_", schema: str | None = None) -> None:
        ours = isinstance(target, str)
        engine = _engine(target) if isinstance(target, str) else target
        self._engine = engine
        self._database = Database(engine.url, engine.dialect.name, prefix=prefix, schema=schema, ours=ours)
        self._turn = Lock()
        self._kept: tuple[int, sa.Connection] | None = None
        self.url: str = self._database.url

    def ledger(self, desk: str) -> SqlLedger:
        """Return the operations on one desk."""
        return SqlLedger(self._database.statements, desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules."""
        return desks(self._database.statements)

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction and hand out its executor."""
        database = self._database
        database.check_file()
        with self._taking_turns(write), self._connected(write) as connection:
            transaction = open_owned(connection, database, write=write)
            try:
                yield executor(connection, lambda error: database.fault(error, write=write))
            except BaseException:
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

    def migrate(self) -> None:
        """Make or upgrade the tables; on SQLite files of our own, switch to write-ahead logging."""
        from supportcore_sql import migrate

        self._database.create_file()
        try:
            with self._taking_turns(write=True), self._connected(write=True) as connection:
                migrate.migrate(connection, self._database)
        except Conflict as error:
            raise Busy from error

    def close(self) -> None:
        """Let go of connections."""
        if self._database.ours:
            with self._turn:
                kept = self._take_kept()
                if kept is not None:
                    kept.close()
            self._engine.dispose()

    def join(self, host: Any) -> JoinedSqlStore:
        """Return this store inside the transaction of a host's connection or session."""
        if hasattr(host, "sync_session") or hasattr(host, "sync_connection"):
            raise StoreError(why="join() of this store takes no asynchronous host; use supportcore_sql.aio")
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
        of the pool and put it back; after any error, and in a forked process, a new one is taken.
        """
        keeps = write and self._database.ours and self._database.turns(write=True)
        connection = self._take_kept() if keeps else None
        if connection is None:
            try:
                connection = self._engine.connect()
            except sa.exc.SQLAlchemyError as error:
                raise self._database.fault(error, write=write) from error
        done = False
        try:
            yield connection
            done = True
        finally:
            if keeps and done and not connection.closed and not connection.in_transaction():
                self._kept = (os.getpid(), connection)
            else:
                connection.close()

    def _take_kept(self) -> sa.Connection | None:
        kept, self._kept = self._kept, None
        return kept[1] if kept is not None and kept[0] == os.getpid() else None


class JoinedSqlStore:
    """A store inside one transaction of a host; made by `SqlStore.join`."""

    joined = True

    def __init__(self, database: Database, membership: Membership) -> None:
        self._database, self._membership = database, membership
        self.url: str = database.url

    def ledger(self, desk: str) -> SqlLedger:
        """Return the operations on one desk."""
        return SqlLedger(self._database.statements, desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules."""
        return desks(self._database.statements)

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

    def execute(operation: Operation) -> sa.CursorResult[Any]:
        try:
            statement, params = operation
            return statement.execute(connection, params) if isinstance(statement, Prepared) else run(statement, params)
        except sa.exc.SQLAlchemyError as error:
            raise fault(error) from error

    return execute


def _engine(target: str) -> sa.Engine:
    url = read_url(target)
    try:
        engine = sa.create_engine(url, **engine_options(url))
    except ImportError as error:
        raise BackendMissing(why=f"{url.drivername}:// needs its driver installed ({error})") from error
    except sa.exc.SQLAlchemyError as error:
        raise StoreError(why=f"{url.render_as_string(hide_password=True)}: {error}") from error
    if engine.dialect.is_async:
        raise StoreError(why=f"{url.drivername} is asynchronous; open it with supportcore_sql.aio.open_async_store")
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine
