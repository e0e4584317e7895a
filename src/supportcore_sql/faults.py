"""
What the errors of SQLAlchemy and of the drivers mean here.

Rules: every error leaves as one of ours. What a repetition may mend is a `Conflict`; what waiting may mend is
`StoreUnreachable`; what only a person can mend says what it was. No message repeats a statement, its parameters (they
may be personal) or a password.

Servers are understood by SQLSTATE (PostgreSQL) and by number (MariaDB, whose SQLSTATEs are too coarse). Where libpq has
refused to connect there is neither, so its words decide; in a language that is not known here a refusal that came after
the password was asked for is taken for a refusal of this user.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from supportcore.errors import (
    BackendMissing,
    BadTarget,
    StoreDenied,
    StoreError,
    StoreReadOnly,
    StoreUnreachable,
    StoreUnreadable,
    StoreUnsuitable,
)
from supportcore.storage import opening
from supportcore.storage.ports import Conflict
from supportcore_sql.servers import another_encoding, another_kind

# PostgreSQL by SQLSTATE, MariaDB by number: deadlock, serialization failure (lost); lock not available, duplicate key
_LOST = ("40001", "40P01", "1213", "1020")
_AGAIN = ("55P03", "1205", "23505", "1062")
# invalid password and authorization, insufficient privilege; denied to a database, user, table, column, host, by rule,
# and passwords that have to be changed first
_DENIED = ("28P01", "28000", "42501", "1044", "1045", "1130", "1142", "1143", "1227", "1370", "1698", "1820", "1862")
_NO_DATABASE = ("3D000", "1049")
_READ_ONLY = ("25006", "1290", "1792", "1836")
# too many connections, cannot connect now; too many connections of all and of one, host blocked, shutting down
_LATER = ("53300", "57P03", "1040", "1203", "1226", "1129", "1053")

# What libpq says, by the first that fits.
_WORDS: tuple[tuple[str, str], ...] = (
    (r'database ".*" does not exist', "3D000"),
    (r"too many (?:clients|connections)|remaining connection slots", "53300"),
    (r"the database system is|not (?:currently )?accepting connections", "57P03"),
    (r"authentication failed|no password supplied|no pg_hba\.conf entry|is not permitted to log in", "28000"),
    (r'role ".*" does not exist|pg_hba\.conf rejects', "28000"),
    (r"permission denied", "42501"),
)
_FATAL = re.compile(r"failed: [^\s:]+: {1,2}\S").search  # FATAL:  …, in the server's language
_VARIANT = re.compile(r"(MySQL) version (\S+) is not a MariaDB variant").search
_LONGEST = 300  # characters of a driver's own words


def server_fault(error: Exception, *, where: str, mariadb: bool) -> Exception:
    """Return what an error of a server, or on the way to it, means while it is in use."""
    if isinstance(error, sa.exc.TimeoutError):
        return Conflict("no connection came free in time")
    orig = original(error)
    why = first_line(orig)
    state = _state(orig, number=mariadb)
    if state in _LOST or state in _AGAIN:
        return Conflict(why, lost=state in _LOST)
    if getattr(error, "connection_invalidated", False):
        # Whatever was on its way, a commit too, may have been carried out or not: the caller repeats all of it.
        return Conflict(f"the connection was lost ({why})", lost=True)
    if isinstance(error, sa.exc.InterfaceError):
        return StoreUnreachable(where=where, why=why)
    return _told(state, why, where) or StoreError(why=why)


def connect_fault(error: Exception, *, where: str, mariadb: bool, backend: str) -> Exception:
    """Return what an error means that came instead of a connection."""
    if isinstance(error, sa.exc.TimeoutError):
        return Conflict("no connection came free in time")
    orig = original(error)
    why = one_line(orig)
    variant = _VARIANT(why)
    if variant:
        return another_kind(" ".join(variant.groups()), where)
    if "greenlet" in why and isinstance(error, (ValueError, ImportError)):
        needed = opening.pip_command(backend, asynchronous=True)
        return BackendMissing(why=f"asynchronous stores need: {needed} ({why})")
    if isinstance(error, ImportError) or "package is required" in why:  # PyMySQL's, of what a way to log in needs
        return BackendMissing(why=f"{where}: the driver needs another library ({why})")
    if isinstance(error, (AssertionError, NotImplementedError)):  # SQLAlchemy's, of a version it does not understand
        return StoreUnsuitable(where=where, why=why)
    if isinstance(error, RuntimeError):
        return StoreError(why=f"{where}: {why}")
    if isinstance(error, TypeError) and "bytes-like" in why:  # SQLAlchemy's, of a text that psycopg does not decode
        return another_encoding("SQL_ASCII", where)
    state = _state(orig, number=mariadb)
    if isinstance(error, (TypeError, ValueError)) or (isinstance(error, sa.exc.ProgrammingError) and not state):
        return BadTarget(why=f"{where}: the driver does not take these options ({why})")
    if not state or state.startswith("2"):
        state = _by_words(orig, why) or state
    return _told(state, why, where) or StoreUnreachable(where=where, why=why)


def _told(state: str, why: str, where: str) -> Exception | None:
    why = why.rstrip(".")
    if state in _DENIED:
        return StoreDenied(where=where, why=why)
    if state in _NO_DATABASE:
        return StoreUnreadable(where=where, why=why)
    if state in _READ_ONLY:
        return StoreReadOnly(where=where)
    return StoreUnreachable(where=where, why=why) if state in _LATER else None


def _by_words(error: Any, why: str) -> str:
    """Return the SQLSTATE that libpq had and did not hand on; empty if its words are not known."""
    for words, state in _WORDS:
        if re.search(words, why):
            return state
    asked = getattr(getattr(error, "pgconn", None), "used_password", False)
    return "28000" if asked and _FATAL(why) else ""


def original(error: Exception) -> Any:
    """Return the driver's own error, if SQLAlchemy wrapped one."""
    return error.orig if isinstance(error, sa.exc.StatementError) and error.orig is not None else error


def first_line(error: BaseException) -> str:
    """Return the first line of a message; SQLAlchemy adds statement and parameters, which may be personal."""
    return opening.first_line(error).partition(" Original exception was:")[0]


def one_line(error: BaseException) -> str:
    """Return the message of a refused connection; it has a line for each address that was tried, and no statement."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    return " ".join(str(error).split())[:_LONGEST] or type(error).__name__


def _state(error: Any, *, number: bool = False) -> str:
    """Return MariaDB's number of an error, or the SQLSTATE."""
    args = getattr(error, "args", ())
    if number:
        return str(args[0]) if args and isinstance(args[0], int) else ""
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
