"""
How a transaction begins and ends, in words of a synchronous connection.

*Owned*: a connection of our own, committed or rolled back by us. On SQLite a write begins IMMEDIATE: a transaction that
reads first and writes later would fail as soon as somebody else wrote in between.

*Joined*: a savepoint in the host's transaction. It is never committed and nothing is repeated. What cannot be
committed any more is *lost*: this and every further call says so, whatever the host did with the first error.

An asynchronous store runs the same functions through ``run_sync``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from supportcore.errors import CannotJoin, NoTransaction, StoreError, TransactionLost
from supportcore.storage.ports import Conflict
from supportcore_sql.database import Database
from supportcore_sql.faults import first_line, original

_LOST = "supportcore_lost"
"""Under this key a connection remembers the transaction that was lost on it."""
GIVEN_UP_WHEN_LOST = "supportcore_given_up"
"""Set under this key, a connection is invalidated when its transaction is lost, on SQLite too."""


def driver(connection: sa.Connection) -> Any:
    """Return the driver's own connection."""
    return connection.connection.driver_connection


def _driver_autocommit(connection: Any) -> Any:
    """Return the attribute ``autocommit`` that sqlite3 has since Python 3.12 and other drivers always had."""
    return getattr(getattr(connection, "_conn", connection), "autocommit", None)


def start(connection: sa.Connection, database: Database, *, write: bool) -> sa.RootTransaction:
    """
    Begin a transaction of our own.

    On a server a write is READ COMMITTED, for it locks what it builds on and has to see what others committed before;
    a read is REPEATABLE READ, so that all it returns was true at one moment.
    """
    if not database.sqlite:
        return _start_on_server(connection, database, write=write)
    raw = driver(connection)
    autocommit = _driver_autocommit(raw)
    if autocommit is True:
        raise StoreError(why="the engine connects with autocommit=True, in which sqlite3 commits nothing when asked to")
    if raw.in_transaction and autocommit is not False:
        raise Conflict("the connection is in the middle of another transaction")
    transaction = connection.begin()
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    return transaction


def _start_on_server(connection: sa.Connection, database: Database, *, write: bool) -> sa.RootTransaction:
    level = "READ COMMITTED" if write else "REPEATABLE READ"
    if not database.mariadb:
        return connection.execution_options(isolation_level=level).begin()
    transaction = connection.begin()
    if not (write and database.ours):  # of which every connection has it already
        # SQLAlchemy would set it for the session and set it back, each a way to the server and back.
        connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {level}")
    return transaction


def open_owned(connection: sa.Connection, database: Database, *, write: bool) -> sa.RootTransaction:
    """Begin a transaction of our own, having looked at the schema the first time."""
    try:
        if not database.checked:
            looking = start(connection, database, write=False)
            try:
                database.check(connection)
            finally:
                looking.rollback()
            database.checked = True
        return start(connection, database, write=write)
    except sa.exc.SQLAlchemyError as error:
        raise database.fault(error, write=write) from error


def broken_off(error: BaseException, database: Database) -> bool:
    """
    Return whether *error* broke into a statement on its way, as a cancelled task or Ctrl-C does.

    A server's connection may then be in the middle of an answer; it is closed, which undoes its transaction.
    """
    return not isinstance(error, Exception) and not database.sqlite


class Membership:
    """
    The part we take in one transaction of a host.

    Attributes:
        lost: Why nothing can be committed any more; empty while all is well.
    """

    def __init__(self, host: Any, database: Database) -> None:
        """
        Join the transaction that *host* is in; no I/O.

        Raises:
            NoTransaction: There is none, or it is in AUTOCOMMIT.
            CannotJoin: *host* is no connection or session, or of another engine or database.
        """
        self._host, self._database = host, database
        self._begun = False
        self.lost = ""
        if not (hasattr(host, "in_transaction") and hasattr(host, "get_transaction")):
            raise CannotJoin(why=f"it takes a SQLAlchemy Connection or Session, not {type(host).__name__}")
        if not host.in_transaction():
            raise NoTransaction(why=f"The {type(host).__name__} is in no transaction; join it inside `with …begin():`.")
        self._root = host.get_transaction()
        bind = host if isinstance(host, sa.Connection) else self._bind()
        if bind is not None:
            if not database.suits(bind.dialect.name):
                raise CannotJoin(why=f"the store is {database.statements.dialect}, its host {bind.dialect.name}")
            other = database.other_than(bind.engine.url)
            if other:
                raise CannotJoin(why=f"the store is in {database.where}, and the connection leads to {other}")
            options = bind.get_execution_options().get("isolation_level")
            level = options or getattr(bind.dialect, "_on_connect_isolation_level", None)
            if level == "AUTOCOMMIT":
                raise _autocommit()
        if isinstance(host, sa.Connection) and not host.invalidated and not host.dialect.is_async:
            self._refuse_autocommit(host)

    def _bind(self) -> Any:
        try:
            return self._host.get_bind()
        except sa.exc.UnboundExecutionError:
            return None

    def _refuse_autocommit(self, connection: sa.Connection) -> None:
        raw = driver(connection)
        if _driver_autocommit(raw) is True:
            raise _autocommit()
        begins_itself = not self._database.sqlite or raw.in_transaction or raw.isolation_level is not None
        if not (begins_itself or self._begun or _is_lost(connection)):
            raise _autocommit()

    def enter(self, *, write: bool) -> tuple[sa.Connection, sa.NestedTransaction]:
        """Return the host's connection, and a savepoint begun on it."""
        if self.lost:
            raise TransactionLost(why=self.lost)
        if self._host.get_transaction() is not self._root:
            raise NoTransaction(why="The transaction that was joined has ended; join the host again in the new one.")
        connection: sa.Connection | None = None
        try:
            connection = self._connection()
            if _is_lost(connection):
                self.lost = "an earlier call on this transaction lost it"
                raise TransactionLost(why=self.lost)
            self._refuse_autocommit(connection)
            if self._database.sqlite and not driver(connection).in_transaction:
                if self._begun:
                    raise self._lose("the database rolled it back", connection)
                connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            self._begun = True
            nested = connection.begin_nested()
            if not self._database.checked:
                self._check(connection, nested)
            return connection, nested
        except sa.exc.SQLAlchemyError as error:
            raise self.fault(error, connection, write=write) from error

    def _connection(self) -> sa.Connection:
        if isinstance(self._host, sa.Connection):
            return self._host
        connection: sa.Connection = self._host.connection()
        return connection

    def _check(self, connection: sa.Connection, nested: sa.NestedTransaction) -> None:
        try:
            self._database.check(connection)
        except BaseException:
            nested.rollback()
            raise
        self._database.checked = True

    def leave(self, connection: sa.Connection, nested: sa.NestedTransaction, *, failed: bool) -> None:
        """
        Release the savepoint, or go back to it.

        Raises:
            TransactionLost: It cannot be done, so the host's transaction may hold half of what was asked.
        """
        if self.lost:
            self._abandon(nested)
            return
        try:
            if failed:
                nested.rollback()
            else:
                nested.commit()
        except sa.exc.SQLAlchemyError as error:
            raise self._lose(first_line(getattr(error, "orig", None) or error), connection) from error

    def fault(self, error: Exception, connection: sa.Connection | None, *, write: bool) -> Exception:
        """Return what an error means here."""
        if isinstance(error, (sa.exc.PendingRollbackError, sa.exc.ResourceClosedError)):
            return self._lose(first_line(error), connection)
        if not isinstance(error, sa.exc.DBAPIError):
            return self._database.fault(error, write=write)
        found = self._database.fault(error, write=write)
        if error.connection_invalidated or (isinstance(found, Conflict) and found.lost):
            return self._lose(first_line(original(error)), connection)
        if self._database.sqlite and connection is not None and not driver(connection).in_transaction and self._begun:
            return self._lose(first_line(original(error)), connection)
        if connection is None:  # the host had none yet, and none could be made
            return self._database.unreachable(error)
        return found

    def _lose(self, why: str, connection: sa.Connection | None) -> TransactionLost:
        """
        Remember that nothing can be committed any more.

        A server may have undone everything and begun anew at the next statement, or gone back to our savepoint; so the
        connection is given up, or the host could commit the half that it does afterwards, or did before.
        """
        self.lost = why
        if connection is not None and not connection.closed and not connection.invalidated:
            connection.info[_LOST] = connection.get_transaction()
            if not self._database.sqlite or connection.info.get(GIVEN_UP_WHEN_LOST):
                connection.invalidate()
        return TransactionLost(why=why)

    def _abandon(self, nested: sa.NestedTransaction) -> None:
        try:
            nested.rollback()
        except sa.exc.SQLAlchemyError:
            return


def _is_lost(connection: sa.Connection) -> bool:
    return connection.invalidated or connection.info.get(_LOST) is connection.get_transaction()


def _autocommit() -> NoTransaction:
    return NoTransaction(
        why="The connection is in AUTOCOMMIT, so the host could not roll back; use one whose isolation level is not "
        "AUTOCOMMIT (on sqlite3: whose driver begins transactions, or which an engine event begins)."
    )
