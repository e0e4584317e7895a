"""A migrated store in a database of these tests, and a desk of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

import pytest

from supportcore_mongo import MongoStore, open_url

_desks = count(1)


@pytest.fixture(scope="session")
def database_url(mongodb_url: str) -> Iterator[str]:
    """
    The URL of an empty database, which is dropped afterwards.
    """
    import pymongo

    name = "supportcore_mongo_tests"
    url = urlsplit(mongodb_url)._replace(path=f"/{name}").geturl()
    with pymongo.MongoClient(url) as client:
        client.drop_database(name)
        yield url
        client.drop_database(name)


@pytest.fixture(scope="session")
def store(database_url: str) -> Iterator[MongoStore]:
    """
    A migrated store; shared, so every test takes a desk of its own.
    """
    store = open_url(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def desk() -> str:
    """
    The key of a desk nobody else uses.
    """
    return f"desk-{next(_desks)}"
