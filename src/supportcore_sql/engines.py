"""
Engines of our own: which driver a URL means, and what it is told; and which engines of a host are taken.

A host's engine keeps the host's settings; these are for stores that are opened by URL. What is refused here is told
without the URL, in which a password may stand anywhere once it is misspelt; and an engine of ours does not show one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.util import asbool

from supportcore.errors import BackendMissing, BadTarget
from supportcore.storage.opening import first_line, pip_command
from supportcore_sql.servers import NO_DATABASE

DRIVERS = MappingProxyType({"postgresql": "psycopg", "mariadb": "pymysql"})
"""What a URL without a driver means; to SQLAlchemy it is sqlite3 on SQLite."""
ASYNC_DRIVERS = MappingProxyType({"sqlite": "aiosqlite", "postgresql": "psycopg", "mariadb": "asyncmy"})
"""What it means to an asynchronous store; psycopg is both."""
CONNECT_SECONDS = 5.0
"""How long a server may take to let us in, unless the URL says ``connect_timeout=``."""

_BACKENDS = MappingProxyType({"postgres": "postgresql", "mysql": "mariadb"})
"""Other names of what we speak to; a MySQL that answers to the last one is refused, by its own name."""
_WITH_EXTRAS = frozenset({*DRIVERS.values(), *ASYNC_DRIVERS.values(), "asyncpg", ""})
_ASYNCHRONOUS = frozenset({*ASYNC_DRIVERS.values(), "asyncpg"}) - frozenset(DRIVERS.values())
_PORTS = range(1, 65536)
_SQLITE_DRIVERS = frozenset({"", "pysqlite", "aiosqlite"})
# What these take in a URL; and with uri=true what SQLite takes, unless vfs= names one with options of its own.
_SQLITE_OPTIONS = frozenset(
    {"uri", "timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements"}
)
_SQLITE_URI_OPTIONS = frozenset({"vfs", "mode", "cache", "psow", "nolock", "immutable", "modeof"})
_NAMES_DATABASE = frozenset({"database", "db", "read_default_file", "read_default_group"})  # options of the drivers
_SECRET = re.compile(r"(?i)(?:passw(?:or)?d|passphrase|passwd|secret|token)$").search


def read_url(target: str, *, asynchronous: bool = False) -> URL:
    """
    Return the parts of a store's URL, with a driver.

    Raises:
        BadTarget: It cannot be read.
    """
    try:
        url = make_url(target)
    except (sa.exc.ArgumentError, ValueError):  # whose words may repeat the URL or parts of it
        url = None
    # As it is read where an @ in the password is not escaped, or a slash is too many.
    if url is None or "@" in (url.host or "") or ("@" in (url.database or "") and not url.host and not _is_sqlite(url)):
        raise BadTarget(
            why="the URL cannot be read; write for example sqlite:///desk.db or postgresql://ana:word@host/desk, and "
            "in a password %40 for @, %2F for / and %3A for :"
        )
    backend, _, driver = url.drivername.partition("+")
    backend = _BACKENDS.get(backend, backend)
    driver = driver or (ASYNC_DRIVERS if asynchronous else DRIVERS).get(backend, "")
    return url.set(drivername=f"{backend}+{driver}" if driver else backend)


def _is_sqlite(url: URL) -> bool:
    return url.drivername.partition("+")[0] == "sqlite"


def shown(url: URL) -> str:
    """Return a URL as it may be shown: without what is secret, be it the password or among the options."""
    hidden = {name: "***" for name in url.query if _SECRET(name)}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def open_engine(target: str | sa.Engine, *, schema: str | None = None) -> sa.Engine:
    """
    Return an engine for a URL, or a host's as it is; nothing is connected yet.

    Args:
        schema: The database on MariaDB, where a URL need not name one then.

    Raises:
        BackendMissing: Its driver is not installed; says what to install.
        BadTarget: The URL or its driver will not do, or *target* is something else.
    """
    if isinstance(target, sa.Engine):
        if target.dialect.is_async:
            raise BadTarget(why=_asynchronous(target.dialect.driver))
        return target
    if not isinstance(target, str):
        raise BadTarget(why=f"this store takes a URL or an Engine, not {_named(target)}")
    url, options = _read(target, schema, asynchronous=False)
    engine: sa.Engine = _create(sa.create_engine, url, options)
    if engine.dialect.is_async:
        raise BadTarget(why=_asynchronous(engine.dialect.driver))
    _prepare(engine)
    return engine


def open_async_engine(target: Any, *, schema: str | None = None) -> Any:
    """
    Return an ``AsyncEngine`` for a URL, or a host's as it is; nothing is connected yet; see `open_engine`.

    Raises:
        BackendMissing: Its driver is not installed; says what to install.
        BadTarget: The URL or its driver will not do, or *target* is something else.
    """
    from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine  # synchronous hosts need no greenlet

    if isinstance(target, AsyncEngine):
        return target
    if not isinstance(target, str):
        raise BadTarget(why=f"this store takes a URL or an AsyncEngine, not {_named(target)}")
    url, options = _read(target, schema, asynchronous=True)
    engine = _create(create_async_engine, url, options, asynchronous=True)
    _prepare(engine.sync_engine)
    return engine


def _named(target: object) -> str:
    kind = type(target).__name__
    return f"{'an' if kind[:1] in 'AEIOU' else 'a'} {kind}"


def _asynchronous(driver: str) -> str:
    return f"the driver {driver} is asynchronous; use open_async_store and AsyncDesk, or a synchronous driver"


def _read(target: str, schema: str | None, *, asynchronous: bool) -> tuple[URL, dict[str, Any]]:
    url = read_url(target, asynchronous=asynchronous)
    if _is_sqlite(url):
        _check_sqlite_options(url)
    if url.port is not None and url.port not in _PORTS:  # not repeated: without a host it may be a password
        raise BadTarget(why="the port in the URL is no number from 1 to 65535")
    if url.get_backend_name() == "mariadb" and not (url.database or schema or _NAMES_DATABASE & url.query.keys()):
        raise BadTarget(why=NO_DATABASE)
    options = engine_options(url)
    secret = [name for name in url.query if _SECRET(name) and url.get_backend_name() != "sqlite"]
    if secret:  # so that no repr of the engine shows it
        options["connect_args"] = {**options["connect_args"], **{name: url.query[name] for name in secret}}
    unknown = ["connect_timeout"] if url.drivername.endswith("+asyncpg") else []
    return url.difference_update_query([*secret, *unknown]), options


def _check_sqlite_options(url: URL) -> None:
    """Refuse an option that would be left out with a warning, or in silence."""
    if url.drivername.partition("+")[2] not in _SQLITE_DRIVERS:
        return
    by_uri = asbool(url.query.get("uri", "false"))
    if by_uri and "vfs" in url.query:
        return
    for name in sorted(url.query.keys() - _SQLITE_OPTIONS - (_SQLITE_URI_OPTIONS if by_uri else frozenset())):
        how = f"; {name}= is read with uri=true only" if name in _SQLITE_URI_OPTIONS else ""
        raise BadTarget(why=f"SQLite knows no option {name} in this URL{how}")


def _create(create: Any, url: URL, options: Mapping[str, Any], *, asynchronous: bool = False) -> Any:
    backend, _, driver = url.drivername.partition("+")
    try:
        return create(url, **options)
    except ImportError as error:
        if not asynchronous and driver in _ASYNCHRONOUS:
            raise BadTarget(why=_asynchronous(driver)) from error
        needed = pip_command(backend, asynchronous=asynchronous)
        other = "" if driver in _WITH_EXTRAS else f"{driver}, or {backend}:// without it and "
        raise BackendMissing(why=f"{url.drivername}:// needs: {other}{needed} ({first_line(error)})") from error
    except sa.exc.NoSuchModuleError:
        why = f"SQLAlchemy has no driver {driver!r} for {backend}; {backend}:// without it takes the usual one"
    except sa.exc.InvalidRequestError:  # of create_async_engine
        why = f"the driver {driver} is synchronous; use open_store and Desk, or {backend}:// without it"
    except (sa.exc.SQLAlchemyError, ValueError, TypeError):
        why = f"the URL does not suit {url.drivername}"
        if backend == "sqlite":
            why += "; write sqlite:///desk.db for a file here, or sqlite:////folder/desk.db with four slashes"
    raise BadTarget(why=why)


def engine_options(url: URL) -> dict[str, Any]:
    """Return the options of an engine of our own: a SQLite database in memory is one connection, which all share."""
    if url.get_backend_name() == "sqlite":
        in_memory = {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
        return in_memory if sqlite_file(url) is None else {}
    return {
        "isolation_level": "READ COMMITTED",
        "pool_size": 10,
        "max_overflow": 20,
        "connect_args": _bounded(url.drivername.partition("+")[2], url.query),
    }


def _bounded(driver: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a driver give up on a server that does not let us in; not what bounds a statement."""
    seconds = CONNECT_SECONDS
    try:
        seconds = float(query.get("connect_timeout", seconds))
    except (TypeError, ValueError):
        raise BadTarget(why="connect_timeout= in the URL is a number of seconds") from None
    if driver in ("psycopg", "psycopg_async"):
        # Without an encoding a database in SQL_ASCII would answer in bytes, which SQLAlchemy does not understand.
        spoken = {} if "client_encoding" in query else {"client_encoding": "UTF8"}
        return {"connect_timeout": max(1, round(seconds)), **spoken}
    if driver == "asyncpg":
        return {"timeout": seconds}
    if driver == "asyncmy":
        return {"async_creator_fn": partial(_connect_asyncmy, seconds)}
    return {"connect_timeout": seconds} if driver == "pymysql" else {}


async def _connect_asyncmy(seconds: float, *args: Any, **options: Any) -> Any:
    """Connect; asyncmy's own limit ends where a server accepts the connection and never greets."""
    import asyncmy

    async with asyncio.timeout(seconds):
        return await asyncmy.connect(*args, **options)


def _prepare(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    elif engine.dialect.driver == "pymysql":
        _bound_pymysql(engine)


def _bound_pymysql(engine: sa.Engine) -> None:
    """Give the server's greeting the time that connecting has, for which PyMySQL knows no limit of its own."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, args: Any, options: dict[str, Any]) -> Any:
        if options.get("read_timeout"):
            return None  # the URL bounds all reading
        connection = dialect.connect(*args, **{**options, "read_timeout": options["connect_timeout"]})
        connection._read_timeout = None  # a statement may take as long as it takes
        return connection


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
