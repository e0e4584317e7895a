"""
``open_store``: a backend by URL or by what the host already has, found by entry point.

What cannot be opened is refused in words that never repeat it: where a URL is misspelt, a password may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from supportcore.errors import BackendMissing, BadTarget
from supportcore.storage.ports import AsyncStore, Store

GROUP = "supportcore.backends"
ASYNC_GROUP = "supportcore.async_backends"

# scheme -> the extra that brings what it needs, for synchronous and for asynchronous stores
_EXTRAS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sqlite": ("sql", "sql-async"),
        "postgresql": ("postgresql", "postgresql-async"),
        "mariadb": ("mariadb", "mariadb-async"),
        "mysql": ("mariadb", "mariadb-async"),
        "mongodb": ("mongo", "mongo"),
        "mongodb+srv": ("mongo", "mongo"),
    }
)
_SAME = MappingProxyType({"postgres": "postgresql"})  # libpq takes both
# Likeness alone does not find them, or another one.
_MEANT = MappingProxyType({"pg": "postgresql", "psql": "postgresql", "sql": "sqlite"})
_OTHERS = frozenset({"mssql"})  # no slip of the pen for mysql, but another product
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)((?:\+[A-Za-z0-9_]+)?):(//)?").match
_TRANSACTIONS = frozenset({"Connection", "AsyncConnection", "Session", "AsyncSession", "scoped_session"})
_EXAMPLE = "give a URL such as sqlite:///desk.db, or an engine"


def open_store(target: Any, *, prefix: str = "sc_", schema: str | None = None) -> Store:
    """
    Return the store behind *target*.

    Args:
        target: A URL such as ``sqlite:///desk.db`` or ``memory://``, a SQLAlchemy engine, or a ``MongoClient``.
        prefix: Begins the name of every table, so that two can live side by side.
        schema: Database schema the tables live in, where the engine has schemas.

    Raises:
        BackendMissing: No backend for this scheme, or a library it needs is not installed; says what to install.
        BadTarget: Neither a URL that can be read nor something a store opens on.
    """
    store: Store = _factory(target, asynchronous=False)(target, prefix=prefix, schema=schema)
    return store


def open_async_store(target: Any, *, prefix: str = "sc_", schema: str | None = None) -> AsyncStore:
    """
    Return the store behind *target* for an `AsyncDesk`; see `open_store`.

    Args:
        target: A URL such as ``sqlite:///desk.db`` (aiosqlite is meant) or ``memory://``, an asynchronous engine, or
            an ``AsyncMongoClient``.
        prefix: Begins the name of every table, so that two can live side by side.
        schema: Database schema the tables live in, where the engine has schemas.
    """
    store: AsyncStore = _factory(target, asynchronous=True)(target, prefix=prefix, schema=schema)
    return store


def pip_command(scheme: str, *, asynchronous: bool = False) -> str:
    """
    Return the command that installs what the stores of a scheme need.

    >>> pip_command("mariadb", asynchronous=True)
    "pip install 'supportcore[mariadb-async]'"
    """
    extras = _EXTRAS.get(scheme, (scheme, scheme))
    return f"pip install 'supportcore[{extras[asynchronous]}]'"


def first_line(error: BaseException) -> str:
    """Return the first line of a message; what libraries add further down is not for this place."""
    return str(error).partition("\n")[0] or type(error).__name__


def _factory(target: Any, *, asynchronous: bool) -> Any:
    from importlib.metadata import entry_points  # 11 ms, which hosts that bring their own store need not spend

    points = entry_points(group=ASYNC_GROUP if asynchronous else GROUP)
    known = points.names
    name = _scheme_of_url(target, known) if isinstance(target, str) else _scheme_of_object(target)
    if name not in known:
        meant = _nearest(name, known)
        hint = f"; perhaps {meant}:// is meant" if meant else ""
        raise BackendMissing(why=f"no backend for {name}://; there are: {', '.join(sorted(known))}{hint}")
    try:
        return points[name].load()
    except ImportError as error:
        needed = pip_command(name, asynchronous=asynchronous)
        raise BackendMissing(why=f"{name}:// needs: {needed} ({first_line(error.__cause__ or error)})") from error


def _scheme_of_url(url: str, known: Collection[str]) -> str:
    found = _SCHEME(url)
    if found is None:
        raise BadTarget(why=f"this is no URL; {_EXAMPLE}")
    name, driver, slashes = found.groups()
    if name == "mongodb":
        name += driver
    name = _SAME.get(name, name)
    if not slashes:
        meant = name if name in known else _nearest(name, known)
        form = f"{meant}:///desk.db" if meant == "sqlite" else f"{meant}://user@host/database"
        raise BadTarget(why=f"this is no URL; {f'write for example {form}' if meant else _EXAMPLE}")
    return name


def _scheme_of_object(target: Any) -> str:
    """Return the scheme that stands for what a host has, told by its classes, as nothing is imported for that."""
    kinds = [(kind.__module__.partition(".")[0], kind.__name__) for kind in type(target).__mro__]
    named = type(target).__name__
    for library, kind in kinds:
        if library == "sqlalchemy" and kind in ("Engine", "AsyncEngine"):
            return str(target.dialect.name)
        if library == "pymongo" and kind in ("MongoClient", "AsyncMongoClient"):
            return "mongodb"
        if (library == "sqlalchemy" and kind in _TRANSACTIONS) or (library == "pymongo" and kind.endswith("Session")):
            raise BadTarget(
                why=f"a {named} is one transaction of a host; open the store on its engine or client, and then "
                "join the transaction by desk.joined()"
            )
        if library == "pymongo" and kind in ("Database", "AsyncDatabase"):
            raise BadTarget(why=f"a {named} is part of a client; open the store on the client, the database as schema=")
    if isinstance(target, PurePath):
        raise BadTarget(why=f"a path is no URL; write sqlite:///{target}")
    raise BadTarget(why=f"it takes no {named}; {_EXAMPLE}")


def _nearest(name: str, known: Collection[str]) -> str | None:
    name = name.lower()
    if name.partition("+")[0] in _OTHERS:
        return None
    found = get_close_matches(name, sorted(known), n=1)
    return _MEANT.get(name) or (found[0] if found else None)
