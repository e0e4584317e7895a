"""
The stores under test, by name: each fresh and migrated, and gone afterwards.

    with open_store_named("sqlite", tmp_path) as store: …
    with open_desk_named("sqlite-async", definition, tmp_path) as desk: …

A name with ``-async`` is the asynchronous twin behind the synchronous methods, so that one test judges both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from supportcore.definition.model import Definition
from supportcore.desk import AsyncDesk, Desk
from supportcore.storage.memory import AsyncMemoryStore, MemoryStore
from supportcore.storage.ports import AsyncStore, Store
from supportcore.testing.blocking import Background, BlockingDesk, BlockingStore

STORE_NAMES = ("memory", "memory-async", "sqlite", "sqlite-async", "mongodb")
"""All that can be opened here; the part before the dash is the name of the store in reports."""

_opened = count(1)


def reported_as(name: str) -> str:
    """Return the name under which a store is selected and reported; see `tests.conftest.STORES`."""
    return name.partition("-")[0]


@contextmanager
def open_store_named(name: str, tmp_path: Path, *, mongodb_url: str = "", prefix: str = "sc_") -> Iterator[Store]:
    """
    Open a fresh store, migrated.

    Args:
        tmp_path: Where a store that is a file lies; every call takes a file of its own.
        mongodb_url: A replica set; every call takes a database of its own.
    """
    if name.endswith("-async"):
        with Background() as background:
            behind = BlockingStore(_async_store(name, tmp_path, prefix), background)
            behind.migrate()
            try:
                yield behind
            finally:
                behind.close()
        return
    if name == "mongodb":
        with _mongodb(mongodb_url, prefix) as store:
            yield store
        return
    store = _store(name, tmp_path, prefix)
    store.migrate()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_desk_named(
    name: str, definition: Definition, tmp_path: Path, *, mongodb_url: str = "", install: bool = True, **options: Any
) -> Iterator[Any]:
    """
    Open a desk on a fresh store: a `Desk`, or an `AsyncDesk` behind the same methods.

    Args:
        install: Whether the rules are installed already.
        options: ``clock``, ``ids`` and ``salts`` of the desk.
    """
    desk: Any
    with open_store_named(name, tmp_path, mongodb_url=mongodb_url) as store:
        if isinstance(store, BlockingStore):
            desk = BlockingDesk(AsyncDesk(definition, store.behind, **options), store.background)
        else:
            desk = Desk(definition, store, **options)
        if install:
            desk.install()
        yield desk


@contextmanager
def _mongodb(server: str, prefix: str) -> Iterator[Store]:
    import pymongo

    from supportcore_mongo import open_url

    name = f"supportcore_test_{os.getpid()}_{next(_opened)}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    store: Store = open_url(url, prefix=prefix, schema=None)
    try:
        store.migrate()
        yield store
    finally:
        store.close()
        with pymongo.MongoClient(server) as client:
            client.drop_database(name)


def _store(name: str, tmp_path: Path, prefix: str) -> Store:
    if name == "memory":
        return MemoryStore()
    if name == "sqlite":
        from supportcore_sql import open_url

        return open_url(f"sqlite:///{_file(tmp_path)}", prefix=prefix, schema=None)
    raise LookupError(f"no store is called {name}; there are {', '.join(STORE_NAMES)}")


def _async_store(name: str, tmp_path: Path, prefix: str) -> AsyncStore:
    if name == "memory-async":
        return AsyncMemoryStore()
    if name == "sqlite-async":
        from supportcore_sql.aio import open_async_store

        return open_async_store(f"sqlite+aiosqlite:///{_file(tmp_path)}", prefix=prefix, schema=None)
    raise LookupError(f"no store is called {name}; there are {', '.join(STORE_NAMES)}")


def _file(tmp_path: Path) -> Path:
    return tmp_path / f"desk-{next(_opened)}.db"
