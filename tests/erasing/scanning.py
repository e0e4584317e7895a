"""Every stored byte of a store, read behind the desk's back, and what of it tells of somebody."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Place = tuple[str, bytes]
"""Where something is kept, and its bytes."""


def everything(store: Any, server: str = "") -> list[Place]:
    """Return every value that a store keeps, with table or collection."""
    store = getattr(store, "behind", store)
    if hasattr(store, "_store"):
        store = store._store
    if store.url.startswith("memory"):
        return [(table, text) for table, docs in store._tables.items() for text in _bytes(list(docs.items()))]
    if store.url.startswith("mongodb"):
        return list(_of_collections(server, urlsplit(store.url).path.strip("/")))
    return list(_of_tables(server or store.url, store._database.tables.prefix))


def _of_tables(url: str, prefix: str) -> Iterator[Place]:
    import sqlalchemy as sa

    drivers = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql", "sqlite": "sqlite"}
    at = sa.make_url(url)
    engine = sa.create_engine(at.set(drivername=drivers[at.get_backend_name()]))
    try:
        with engine.connect() as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection, only=lambda name, _: name.startswith(prefix))
            assert len(metadata.tables) > 15
            for table in metadata.sorted_tables:
                for row in connection.execute(sa.select(table)):
                    for text in _bytes(tuple(row)):
                        yield table.name.removeprefix(prefix), text
    finally:
        engine.dispose()


def _of_collections(server: str, name: str) -> Iterator[Place]:
    import pymongo

    with pymongo.MongoClient[Any](server) as client:
        database = client[name]
        names = database.list_collection_names()
        assert len(names) > 15
        for collection in sorted(names):
            for document in database[collection].find():
                for text in _bytes(document):
                    yield collection.removeprefix("sc_"), text


def of_file(path: Path) -> bytes:
    """Return the bytes of an SQLite file after what is free in it was given back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return path.read_bytes()


def _bytes(value: Any) -> Iterator[bytes]:
    """Yield the bytes of a value and of all in it, names too."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _bytes(name)
            yield from _bytes(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _bytes(part)
    elif isinstance(value, (bytes, memoryview, bytearray)):
        yield bytes(value)
    elif value is not None:
        yield str(value).encode()


def spellings(mark: str) -> Iterator[bytes]:
    """Yield how a text may stand in stored bytes: plain, as JSON has it, in base64 wherever it begins."""
    lower = mark.lower()
    yield lower.encode()
    yield json.dumps(lower)[1:-1].encode()
    for shift in range(3):
        whole = b64encode(b"\0" * shift + mark.encode())
        yield whole[(shift * 8 + 5) // 6 : len(whole) - 4].lower()


def found(marks: Mapping[str, str], places: Iterable[Place]) -> set[tuple[str, str]]:
    """Return which marks are found, and where: pairs of table and what it is."""
    wanted = [(what, set(spellings(mark))) for what, mark in marks.items()]
    told = set()
    for where, text in places:
        lower = text.lower()
        told |= {(where, what) for what, spelled in wanted if any(one in lower for one in spelled)}
    return told
