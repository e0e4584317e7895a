"""
The stores under test, by name: each fresh and migrated, and gone afterwards.

    with open_store_named("sqlite", tmp_path) as store: …
    with open_desk_named("mariadb-async", definition, tmp_path, server_url=mariadb_url) as desk: …

A name with ``-async`` is the asynchronous twin behind the synchronous methods, so that one test judges both.

On a server a store lives beside others: in tables with a prefix of its own, on MongoDB in a database of its own.
Making them takes many times as long as emptying them, so a closed store's are emptied and serve the next one.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from supportcore import open_async_store, open_store
from supportcore.definition.model import Definition
from supportcore.desk import AsyncDesk, Desk
from supportcore.storage.ports import Store
from supportcore.testing.blocking import Background, BlockingDesk, BlockingStore

_SCHEMES = {
    "memory": "memory",
    "memory-async": "memory",
    "sqlite": "sqlite",
    "sqlite-async": "sqlite+aiosqlite",
    "postgresql": "postgresql",
    "postgresql-async": "postgresql+psycopg",
    "postgresql-asyncpg": "postgresql+asyncpg",
    "mariadb": "mariadb",
    "mariadb-async": "mariadb+asyncmy",
    "mongodb": "mongodb",
    "mongodb-async": "mongodb",
}

STORE_NAMES = tuple(_SCHEMES)
"""All that can be opened here; the part before the dash is the name of the store in reports."""

_opened = count(1)


def reported_as(name: str) -> str:
    """Return the name under which a store is selected and reported; see `tests.conftest.STORES`."""
    return name.partition("-")[0]


def server_url(request: pytest.FixtureRequest, name: str) -> str:
    """Return the URL of the server that a store lives on, started if need be; empty for one that needs none."""
    reported = reported_as(name)
    return "" if reported in ("memory", "sqlite") else request.getfixturevalue(f"{reported}_url")


@contextmanager
def open_store_named(name: str, tmp_path: Path, *, server_url: str = "") -> Iterator[Store]:
    """
    Open a fresh store, migrated.

    Args:
        tmp_path: Where a store that is a file lies; every call takes a file of its own.
        server_url: The server of a store that lives on one; every call takes a part of it of its own.
    """
    with _place(name, tmp_path, server_url) as place:
        if not _is_async(name):
            store = open_store(place.url, prefix=place.prefix)
            try:
                store.migrate()
                yield store
            finally:
                store.close()
            return
        with Background() as background:
            behind = BlockingStore(open_async_store(place.url, prefix=place.prefix), background)
            try:
                behind.migrate()
                yield behind
            finally:
                behind.close()


@contextmanager
def open_desk_named(
    name: str, definition: Definition, tmp_path: Path, *, server_url: str = "", install: bool = True, **options: Any
) -> Iterator[Any]:
    """
    Open a desk on a fresh store: a `Desk`, or an `AsyncDesk` behind the same methods.

    Args:
        install: Whether the rules are installed already.
        options: ``clock``, ``ids`` and ``salts`` of the desk.
    """
    desk: Any
    with open_store_named(name, tmp_path, server_url=server_url) as store:
        if isinstance(store, BlockingStore):
            desk = BlockingDesk(AsyncDesk(definition, store.behind, **options), store.background)
        else:
            desk = Desk(definition, store, **options)
        if install:
            desk.install()
        yield desk


def _is_async(name: str) -> bool:
    return "-" in name


# --- places: where a store lives ----------------------------------------------------------------------------


@attrs.frozen
class Place:
    """
    What a store is opened by.

    Attributes:
        part: Its own part of the server: the prefix of its tables, or the database.
    """

    url: str
    prefix: str = "sc_"
    part: str = ""


_idle: dict[str, list[str]] = defaultdict(list)
"""By URL of the server: the parts that are migrated, empty and nobody's."""

_made: dict[str, list[str]] = defaultdict(list)
"""By URL of the server: all parts that were made."""

_servers: dict[str, Any] = {}
"""By URL of the server: an engine or a client of our own, for emptying."""


@contextmanager
def _place(name: str, tmp_path: Path, server: str) -> Iterator[Place]:
    if name not in _SCHEMES:
        raise LookupError(f"no store is called {name}; there are {', '.join(STORE_NAMES)}")
    scheme, reported = _SCHEMES[name], reported_as(name)
    if reported == "memory":
        yield Place("memory://")
        return
    if reported == "sqlite":
        yield Place(f"{scheme}:///{tmp_path / f'desk-{next(_opened)}.db'}")
        return
    if not server:
        raise ValueError(f"{name} lives on a server; give server_url=server_url(request, {name!r})")
    idle = _idle[server]
    if idle:
        part = idle.pop()
    else:
        part = f"t{os.getpid()}_{next(_opened)}_"
        _made[server].append(part)
    if reported == "mongodb":
        yield Place(urlsplit(server)._replace(path=f"/{part}").geturl(), part=part)
    else:
        yield Place(urlsplit(server)._replace(scheme=scheme).geturl(), prefix=part, part=part)
    empty = _empty_database if reported == "mongodb" else _empty_tables
    empty(server, part)
    idle.append(part)  # not reached when emptying fails, as it does while a transaction is open in it


def forget_stores(server: str) -> None:
    """Remove from a server all that stores have made on it here."""
    parts = _made.pop(server, [])
    _idle.pop(server, None)
    if server.startswith("mongodb"):
        for part in parts:
            _client(server).drop_database(part)
    elif parts:
        import sqlalchemy as sa

        engine = _engine(server)
        with engine.begin() as connection:
            for part in parts:
                for name in reversed(_tables(connection, part)):
                    connection.execute(sa.DDL("DROP TABLE %(table)s", context={"table": name}))
    held = _servers.pop(server, None)
    if held is not None:
        held.close() if server.startswith("mongodb") else held.dispose()


def _empty_tables(server: str, prefix: str) -> None:
    import sqlalchemy as sa

    with _engine(server).begin() as connection:
        for name in reversed(_tables(connection, prefix)):
            if not name.endswith("schema_version"):
                connection.execute(sa.table(name).delete())


def _tables(connection: Any, prefix: str) -> list[str]:
    """Return the tables of a prefix, those before that others refer to."""
    import sqlalchemy as sa

    names = (name for name, _ in sa.inspect(connection).get_sorted_table_and_fkc_names())
    return [name for name in names if name is not None and name.startswith(prefix)]


def _engine(server: str) -> Any:
    import sqlalchemy as sa

    if server not in _servers:
        url = sa.make_url(server)
        driver, patience = (
            ("postgresql+psycopg", "SET lock_timeout = '10s'")
            if url.get_backend_name() == "postgresql"
            else ("mariadb+pymysql", "SET lock_wait_timeout = 10, innodb_lock_wait_timeout = 10")
        )
        engine = _servers[server] = sa.create_engine(url.set(drivername=driver))

        @sa.event.listens_for(engine, "connect")
        def be_patient(connection: Any, record: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(patience)
            connection.commit()

    return _servers[server]


def _empty_database(server: str, database: str) -> None:
    collections = _client(server)[database]
    for name in collections.list_collection_names():
        if not name.startswith("system.") and "schema" not in name:
            collections[name].delete_many({})


def _client(server: str) -> Any:
    import pymongo

    if server not in _servers:
        _servers[server] = pymongo.MongoClient(server)
    return _servers[server]
