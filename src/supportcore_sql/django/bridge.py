"""
Django's own connection as SQLAlchemy takes it: lent, never committed, never closed.

Statements of ours go through the raw connection of the driver, in the transaction that Django's ``atomic()`` began
there; SQLAlchemy believes to commit, to roll back and to close, and does none of it. Nothing is set on that
connection: not its functions, not its character set, not its isolation level, on which Django relies.

When a transaction is lost, Django's connection is closed inside its block. That is what makes Django roll the block
back at its end and refuse every statement until then, so that a host which goes on after the error commits no half.
"""

from __future__ import annotations

from threading import local
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event

from supportcore.errors import NoTransaction, StoreError, TransactionLost
from supportcore_sql.django.settings import SCHEMES
from supportcore_sql.transactions import GIVEN_UP_WHEN_LOST

_DRIVERS = {"sqlite3": "pysqlite", "psycopg": "psycopg", "MySQLdb": "mysqldb", "pymysql": "pymysql"}
"""The package of a raw connection, and what SQLAlchemy calls the driver."""
_OPTIONS: dict[str, dict[str, Any]] = {"psycopg": {"use_native_hstore": False}}  # would look at the connection's own
_NOWHERE = {"pysqlite": "sqlite://"}


class Joins(Protocol):
    """What `joined` takes: a `supportcore.Desk`, or what can be joined like one."""

    @property
    def store(self) -> Any:
        """The store, whose URL tells what it calls its database."""

    def joined(self, host: Any) -> Any:
        """Return it inside the transaction of a host."""


D = TypeVar("D", bound=Joins)


def joined(desk: D, using: str = "default") -> D:
    """
    Return *desk* inside the ``atomic()`` block that Django is in: one attempt, in a savepoint, never a commit.

    It is good for that block. Django's ``TestCase`` wraps each test in a block of its own, which does not count: what
    needs a transaction in production needs one in the test.

    Args:
        desk: One that is not joined yet.
        using: The database, by its alias.

    Raises:
        NoTransaction: Django is in no ``atomic()`` block on that database.
        TransactionLost: It is, but has to roll it back.
    """
    from django.db import connections

    here: D = desk.joined(Atomic(connections[using], _dialect(connections[using], desk.store)))
    return here


def _dialect(django: Any, store: Any) -> str:
    """Return what SQLAlchemy is to call Django's database; a store on a host's engine may say MySQL for MariaDB."""
    found = SCHEMES.get(django.vendor)
    if found is None:
        raise StoreError(why=f"Django's database {django.alias!r} is {django.vendor}, for which there is no backend")
    return "mysql" if found == "mariadb" and str(store.url).startswith("mysql") else found


class Atomic:
    """
    An ``atomic()`` block of Django's as the host of a joined store: what a SQLAlchemy session is elsewhere.

    Args:
        django: Django's connection, one of ``django.db.connections``.
        dialect: What SQLAlchemy is to call its database: ``sqlite``, ``postgresql``, ``mariadb`` or ``mysql``.
    """

    def __init__(self, django: Any, dialect: str) -> None:
        self._django, self._dialect = django, dialect
        if not self.in_transaction():
            raise NoTransaction(why=f"Django is in no transaction on {django.alias!r}; join it inside atomic().")
        if django.needs_rollback or _rolled_back(django):
            django.needs_rollback = True
            raise TransactionLost(why=f"Django has to roll back its transaction on {django.alias!r}")

    def in_transaction(self) -> bool:
        """Return whether Django is in a block that is not a test's own."""
        return self.get_transaction() is not None

    def get_transaction(self) -> object | None:
        """Return what tells one transaction of Django's from the next: its outermost block."""
        blocks = self._django.atomic_blocks if self._django.in_atomic_block else ()
        return next((block for block in blocks if not getattr(block, "_from_testcase", False)), None)

    def get_bind(self) -> sa.Engine:
        """Return the engine whose connections are Django's."""
        return self._lent().engine

    def connection(self) -> sa.Connection:
        """Return Django's connection, in a transaction of which SQLAlchemy only knows that it goes on."""
        block = self.get_transaction()
        lent = self._lent()
        if lent.block is not block:
            lent.begin(block)
        return lent.connection

    def _lent(self) -> Lent:
        self._django.ensure_connection()
        lent: dict[str, Lent] = self._django.__dict__.setdefault("_supportcore_lent", {})
        found = lent.get(self._dialect)
        if found is None or found.raw is not self._django.connection:
            found = lent[self._dialect] = Lent(self._django, self._dialect)
        return found


class Lent:
    """One raw connection of Django's, as an engine with a connection."""

    def __init__(self, django: Any, dialect: str) -> None:
        self.raw: Any = django.connection
        _check_charset(django)
        self.engine = _engine(dialect, _driver(self.raw))
        self.block: object | None = None
        _lending.django = django
        try:
            self.connection = self.engine.connect()
        finally:
            _lending.django = None
        self.connection.info[GIVEN_UP_WHEN_LOST] = True

    def begin(self, block: object | None) -> None:
        """Follow Django into another block."""
        transaction = self.connection.get_transaction()
        if transaction is not None:
            transaction.close()
        self.connection.begin()
        self.block = block


class Borrowed:
    """What SQLAlchemy takes for the connection of the driver."""

    def __init__(self, django: Any) -> None:
        self.__dict__.update(_django=django, _raw=django.connection)

    def __getattr__(self, name: str) -> Any:
        """Return what the driver's connection has."""
        return getattr(self._raw, name)

    def commit(self) -> None:
        """Leave it to Django."""

    def rollback(self) -> None:
        """Leave it to Django."""

    def close(self) -> None:
        """Leave it to Django."""

    def create_function(self, *args: Any, **options: Any) -> None:
        """Keep Django's functions; SQLAlchemy would put its own ``regexp`` in the place of Django's."""

    def add_notice_handler(self, handler: Any) -> None:
        """Leave the server's notices to Django."""

    def character_set_name(self) -> None:
        """Name none, or SQLAlchemy would set it, and a collation with it."""

    def give_up(self) -> None:
        """Make Django roll back its transaction, and refuse every statement until it has."""
        if self._django.connection is self._raw and self._django.in_atomic_block:
            self._django.close()
            self._django.needs_rollback = True


_lending = local()
_engines: dict[tuple[str, str], sa.Engine] = {}


def _engine(dialect: str, driver: str) -> sa.Engine:
    """Return the engine of a driver; it connects to nothing but what is being lent."""
    found = _engines.get((dialect, driver))
    if found is None:
        found = _engines[dialect, driver] = sa.create_engine(
            _NOWHERE.get(driver, f"{dialect}+{driver}://"),
            creator=lambda: Borrowed(_lending.django),
            poolclass=sa.NullPool,
            pool_reset_on_return=None,
            **_OPTIONS.get(driver, {}),
        )
        event.listen(found, "invalidate", lambda borrowed, record, error: borrowed.give_up())
    return found


def _driver(raw: Any) -> str:
    package = type(raw).__module__.partition(".")[0]
    for kind in type(raw).__mro__:  # a site may have a connection class of its own
        driver = _DRIVERS.get(kind.__module__.partition(".")[0])
        if driver is not None:
            return driver
    if package == "psycopg2":
        raise StoreError(why="Django is connected by psycopg2; install psycopg 3, which Django then takes by itself")
    raise StoreError(why=f"Django is connected by {package}, for which there is no backend")


def _check_charset(django: Any) -> None:
    """Refuse a connection that would lose letters: before Django 5.2 its default on MariaDB has three bytes for one."""
    charset = django.connection.character_set_name() if django.vendor == "mysql" else ""
    if charset not in ("", "utf8mb4"):
        raise StoreError(
            why=f"Django's connection {django.alias!r} has the character set {charset}, which does not hold every "
            'text; set "OPTIONS": {"charset": "utf8mb4"}'
        )


def _rolled_back(django: Any) -> bool:
    """Return whether SQLite undid Django's transaction by itself, as it does when the disk is full."""
    return django.vendor == "sqlite" and django.connection is not None and not django.connection.in_transaction
