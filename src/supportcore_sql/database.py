"""
What is known of one database: its tables, its name in messages, whether its schema fits, what its errors mean.

Rules: every error of a driver leaves as one of ours. Merely opening a database changes no byte of it and creates no
file; only migrating does. The schema is looked at once, before anything else is done. Nothing here waits by itself:
an asynchronous store calls these functions where SQLAlchemy lets it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url

from supportcore.errors import SchemaMissing, SchemaNewer, StoreError, StoreReadOnly, StoreUnreadable
from supportcore.storage.ports import Conflict
from supportcore_sql.statements import Statements, statements_for
from supportcore_sql.tables import REVISIONS, Tables

PATIENCE = 5.0
"""Seconds to wait for a lock, unless the URL says ``timeout=``; what sqlite3 itself waits."""

_UNIQUE = (1555, 2067, 2579)  # SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE, _ROWID
_BUSY_SNAPSHOT = 517  # somebody wrote since this transaction first read; it can never write
# PostgreSQL by SQLSTATE, MariaDB by number: deadlock, serialization failure (lost); lock not available, duplicate key
_LOST = ("40001", "40P01", "1213", "1020")
_AGAIN = ("55P03", "1205", "23505", "1062")


class Database:
    """An engine's database under one prefix."""

    def __init__(self, url: URL, dialect: str, *, prefix: str, schema: str | None, ours: bool) -> None:
        self.statements: Statements = statements_for(prefix, schema, dialect)
        self.url = url.render_as_string(hide_password=True)
        self.file = sqlite_file(url) if dialect == "sqlite" else None
        self.memory = dialect == "sqlite" and self.file is None
        self.where = self.url if self.file is None else str(self.file)
        self.patience = float(str(url.query.get("timeout", PATIENCE))) if dialect == "sqlite" else PATIENCE
        self.sqlite = dialect == "sqlite"
        self.ours = ours
        self.checked = False

    @property
    def tables(self) -> Tables:
        """The tables the statements are over."""
        return self.statements.tables

    def turns(self, *, write: bool) -> bool:
        """Return whether only one may be in a transaction of this kind at a time, so that a store makes them wait."""
        return self.memory or (write and self.sqlite)

    def check_file(self) -> None:
        """Refuse a file that is not there, before connecting would create it."""
        if not self.checked and self.file is not None and not self.file.exists():
            raise self._missing()

    def create_file(self) -> None:
        """Create the file if there is none; for migrating only."""
        if self.file is None or self.file.exists():
            return
        try:
            self.file.touch()
        except PermissionError as error:
            raise StoreReadOnly(where=str(self.file.parent)) from error
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error

    def check(self, connection: sa.Connection) -> None:
        """
        Refuse a database whose schema this release does not work on.

        Raises:
            SchemaMissing: No tables of ours, or of an earlier release.
            SchemaNewer: Tables of a later release.
            StoreError: Tables that bear our names and are not ours.
        """
        tables = self.tables
        inspector = sa.inspect(connection)
        found: set[str] = set()
        if inspector.has_table(tables.version_table, schema=tables.schema):
            columns = inspector.get_columns(tables.version_table, schema=tables.schema)
            if "version_num" not in {column["name"] for column in columns}:
                raise self._foreign(tables.version_table)
            version = sa.table(tables.version_table, sa.column("version_num"), schema=tables.schema)
            found = set(connection.execute(sa.select(version.c.version_num)).scalars())
        if REVISIONS[-1] in found:
            return
        if not found:
            for name in sorted(tables.names & set(inspector.get_table_names(schema=tables.schema))):
                raise self._foreign(name)
            raise self._missing()
        unknown = sorted(found - set(REVISIONS))
        if unknown:
            raise SchemaNewer(where=self.where, found=", ".join(unknown), known=REVISIONS[-1])
        raise SchemaMissing(
            f"{self.where} has schema {', '.join(sorted(found))}, older than this release ({REVISIONS[-1]}); "
            f"run store.migrate() or `supportcore migrate --store {self._asked}`.",
            where=self.where,
            url=self._asked,
        )

    @property
    def _asked(self) -> str:
        prefix = self.tables.prefix
        return self.url if prefix == "sc_" else f"{self.url} --prefix {prefix}"

    def _missing(self) -> SchemaMissing:
        return SchemaMissing(where=self.where, url=self._asked)

    def _foreign(self, name: str) -> StoreError:
        return StoreError(
            f"{self.where} already has a table {name}, and {self.tables.version_table} does not say that supportcore "
            f"made it; give another prefix than {self.tables.prefix!r}.",
            why=f"a foreign table {name}",
        )

    def fault(self, error: Exception, *, write: bool) -> Exception:
        """Return what an error of SQLAlchemy or of the driver means here."""
        if isinstance(error, sa.exc.TimeoutError):
            return Conflict("no connection came free in time")
        driver = error.orig if isinstance(error, sa.exc.StatementError) else error
        why = first_line(driver)
        code = _sqlite_code(driver)
        if code is not None:
            return self._sqlite_fault(code, why, write=write)
        state = str(getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None) or _number(driver))
        if state in _LOST or state in _AGAIN:
            return Conflict(why, lost=state in _LOST)
        if isinstance(error, sa.exc.InterfaceError) or getattr(error, "connection_invalidated", False):
            return StoreUnreadable(where=self.where, why=why)
        return StoreError(why=why)

    def _sqlite_fault(self, code: int, why: str, *, write: bool) -> Exception:
        primary = code & 0xFF
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Conflict(why, lost=code == _BUSY_SNAPSHOT)
        if code in _UNIQUE:
            return Conflict(why)
        if primary == sqlite3.SQLITE_READONLY:
            return StoreReadOnly(where=self.where)
        if primary == sqlite3.SQLITE_CANTOPEN:
            if self.file is not None and not self.file.exists():
                return self._missing()
            # A journal cannot be made beside the file: it can be read, but not written.
            return StoreReadOnly(where=self.where) if write and self._shut() else self._unreadable(why)
        if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            return self._unreadable(why)
        if why.startswith("no such table: "):
            table = why.removeprefix("no such table: ").rpartition(".")[2]
            if table in self.tables.names | {self.tables.version_table}:
                return self._missing()
        return StoreError(why=why)

    def _unreadable(self, why: str) -> StoreUnreadable:
        return StoreUnreadable(where=self.where, why=why)

    def _shut(self) -> bool:
        file = self.file
        return file is not None and not all(os.access(path, os.W_OK) for path in (file, file.parent))


def first_line(error: BaseException | None) -> str:
    """Return the first line of a message; SQLAlchemy adds statement and parameters, which may be personal."""
    return str(error).partition("\n")[0].partition(" Original exception was:")[0] or type(error).__name__


def _sqlite_code(error: Any) -> int | None:
    """Return SQLite's extended error code, if *error* is one of its errors."""
    if not isinstance(error, sqlite3.Error):
        return None
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def _number(error: Any) -> str:
    args = getattr(error, "args", ())
    return str(args[0]) if args and isinstance(args[0], int) else ""


def read_url(target: str) -> URL:
    """
    Return the parts of a store's URL.

    Raises:
        StoreError: It cannot be read; the message does not repeat it, for it may hold a password.
    """
    try:
        return make_url(target)
    except sa.exc.ArgumentError as error:
        raise StoreError(why="the URL cannot be read; write for example sqlite:///desk.db") from error


def engine_options(url: URL) -> dict[str, Any]:
    """Return the options of an engine of our own: a database in memory is one connection, which all share."""
    if url.get_backend_name() == "sqlite" and sqlite_file(url) is None:
        return {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
    return {}


def sqlite_file(url: URL) -> Path | None:
    """Return the file a SQLite URL names, or None for a database in memory."""
    name = url.database or ""
    if url.query.get("mode") == "memory" or name in ("", ":memory:", "file::memory:"):
        return None
    if not name.startswith("file:"):
        return Path(name)
    name = name.removeprefix("file:")
    return Path(unquote("/" + name[2:].partition("/")[2] if name.startswith("//") else name))


def prepare_sqlite(engine: sa.Engine) -> None:
    """
    Make an engine of ours keep the rules: transactions begin when we say so, and no file comes into being unasked.

    The driver's own way of beginning transactions leaves reads and savepoints outside of them.
    """
    file = sqlite_file(engine.url)

    @event.listens_for(engine, "do_connect")
    def open_existing(dialect: Any, record: Any, args: list[Any], options: dict[str, Any]) -> None:
        name: str = args[0]  # SQLAlchemy 2.0 hands out the same list each time, so it may be ours already
        if options.get("uri"):
            name = name if name.startswith("file:") else "file:" + name
            if file is not None and "mode=" not in name:
                name += ("&" if "?" in name else "?") + "mode=rw"
        elif file is not None:
            name, options["uri"] = Path(name).absolute().as_uri() + "?mode=rw", True
        args[0] = name

    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        try:
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.close()
        except BaseException:
            connection.close()  # or an asynchronous driver's thread would wait for it for ever
            raise
