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

import sqlalchemy as sa
from sqlalchemy.engine import URL

from supportcore.errors import (
    BadTarget,
    SchemaMissing,
    SchemaNewer,
    StoreError,
    StoreReadOnly,
    StoreUnreadable,
    StoreUnsuitable,
)
from supportcore.storage.ports import Conflict
from supportcore_sql.engines import shown, sqlite_file
from supportcore_sql.faults import connect_fault, first_line, original, server_fault
from supportcore_sql.servers import check_server
from supportcore_sql.statements import Statements, statements_for
from supportcore_sql.tables import LEAVING, REVISIONS, Tables

PATIENCE = 5.0
"""Seconds to wait for a lock, unless the URL says ``timeout=``; what sqlite3 itself waits."""

_UNIQUE = (1555, 2067, 2579)  # SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE, _ROWID
_BUSY_SNAPSHOT = 517  # somebody wrote since this transaction first read; it can never write
_MARIADB = ("mysql", "mariadb")


class Database:
    """An engine's database under one prefix."""

    def __init__(self, url: URL, dialect: str, *, prefix: str, schema: str | None, ours: bool) -> None:
        self.statements: Statements = statements_for(prefix, schema, dialect)
        if ours and dialect == "sqlite" and schema is not None:
            raise BadTarget(
                why="on SQLite a schema is a database that the engine's connections attach; give such an engine, or a "
                "URL without schema="
            )
        self.url = shown(url)
        self._plain_url = shown(url.set(drivername=dialect))
        self.name = url.database
        self.file = sqlite_file(url) if dialect == "sqlite" else None
        self.memory = dialect == "sqlite" and self.file is None
        self.where = self.url if self.file is None else str(self.file)
        self.patience = float(str(url.query.get("timeout", PATIENCE))) if dialect == "sqlite" else PATIENCE
        self.sqlite = dialect == "sqlite"
        self.mariadb = dialect in _MARIADB
        self.ours = ours
        self.checked = False

    @property
    def tables(self) -> Tables:
        """The tables the statements are over."""
        return self.statements.tables

    def suits(self, dialect: str) -> bool:
        """Return whether a host's connection of *dialect* may lead here; MariaDB goes by two names."""
        return dialect == self.statements.dialect or (self.mariadb and dialect in _MARIADB)

    def other_than(self, url: URL) -> str:
        """
        Return what a host's URL leads to, if that is certainly another database than this one; empty otherwise.

        A server goes by many names and may be reached by way of others, so only the name of the database is compared.
        """
        theirs = sqlite_file(url) if self.sqlite else url.database
        ours = self.file if self.sqlite else self.name
        if ours is None or theirs is None or not url.database:
            return ""
        same = Path(ours).absolute() == Path(theirs).absolute() if self.sqlite else ours == theirs
        return "" if same else shown(url)

    def turns(self, *, write: bool) -> bool:
        """Return whether only one may be in a transaction of this kind at a time, so that a store makes them wait."""
        return self.memory or (write and self.sqlite)

    @property
    def absent(self) -> bool:
        """Whether it is a file that is not there."""
        return self.file is not None and not self.file.exists()

    def check_file(self) -> None:
        """Refuse a file that is not there, before connecting would create it."""
        if not self.checked and self.absent:
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
        Refuse a database, or a schema in it, that this release does not work on.

        Raises:
            StoreUnsuitable: Another kind of server, too old, not in UTF-8; or tables that bear our names and are not
                ours.
            SchemaMissing: No tables of ours, or of an earlier release.
            SchemaNewer: Tables of a later release.
        """
        check_server(connection, where=self.where, schema=self.tables.schema)
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
            # On MariaDB an upgrade that was broken off leaves tables and no version.
            if not (self.mariadb and inspector.has_table(tables.version_table, schema=tables.schema)):
                for name in self._taken(inspector):
                    raise self._foreign(name)
            raise self._missing()
        if any(version.startswith(LEAVING) for version in found):
            raise StoreError(
                f"{self.where}: taking the tables away was broken off, and some are gone; go on with "
                f"store.migrate('base', lose_data=True) or "
                f"`supportcore migrate --store {self._asked} --to base --yes`.",
                why="taking the tables away was broken off",
            )
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
        tables = self.tables
        prefix = "" if tables.prefix == "sc_" else f" --prefix {tables.prefix}"
        return self._plain_url + prefix + (f" --schema {tables.schema}" if tables.schema else "")

    def _missing(self) -> SchemaMissing:
        return SchemaMissing(where=self.where, url=self._asked)

    def _foreign(self, name: str) -> StoreError:
        return StoreUnsuitable(
            f"{self.where} already has a table {name}, and {self.tables.version_table} does not say that supportcore "
            f"made it; give another prefix than {self.tables.prefix!r}.",
            where=self.where,
            why=f"a foreign table {name}",
        )

    def _taken(self, inspector: sa.Inspector) -> list[str]:
        """Return the names of ours that somebody else's tables or views have; SQLite knows no capitals in names."""
        schema = self.tables.schema
        found = {*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)}
        if self.sqlite:
            found = {name.lower() for name in found}
            return sorted(name for name in self.tables.names if name.lower() in found)
        return sorted(self.tables.names & found)

    def fault(self, error: Exception, *, write: bool) -> Exception:
        """Return what an error of SQLAlchemy or of the driver means here."""
        driver = original(error)
        code = _sqlite_code(driver)
        if code is not None:
            return self._sqlite_fault(code, first_line(driver), write=write)
        return server_fault(error, where=self.where, mariadb=self.mariadb)

    def unreachable(self, error: Exception) -> Exception:
        """Return what an error of connecting means here, SQLAlchemy's or any other that a driver let through."""
        if _sqlite_code(original(error)) is not None:
            return self.fault(error, write=False)
        return connect_fault(error, where=self.where, mariadb=self.mariadb, backend=self.statements.dialect)

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


def _sqlite_code(error: Any) -> int | None:
    """Return SQLite's extended error code, if *error* is one of its errors."""
    if not isinstance(error, sqlite3.Error):
        return None
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
