"""Every store passes the same suite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from supportcore.storage.ports import Store
from supportcore.testing.conformance import ManyWritersConformance, OverlapsConformance, StoreConformance
from tests.stores import open_store_named, server_url


@pytest.fixture(scope="class")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all tests of a class: every example takes a fresh desk."""
    name: str = request.cls.name
    with open_store_named(name, tmp_path_factory.mktemp(name), server_url=server_url(request, name)) as store:
        yield store


class Named(StoreConformance):
    """The suite on the store called `name`."""

    name: ClassVar[str]

    @pytest.fixture
    def store(self, opened: Store) -> Store:
        return opened


@pytest.mark.store("memory")
class TestMemory(Named, ManyWritersConformance, OverlapsConformance):
    name = "memory"


@pytest.mark.store("memory")
class TestMemoryAsync(Named, ManyWritersConformance, OverlapsConformance):
    name = "memory-async"


@pytest.mark.store("sqlite")
class TestSqlite(Named):
    name = "sqlite"


@pytest.mark.store("sqlite")
class TestSqliteAsync(Named):
    name = "sqlite-async"


@pytest.mark.store("postgresql")
class TestPostgresql(Named, ManyWritersConformance):
    name = "postgresql"


@pytest.mark.store("postgresql")
class TestPostgresqlAsync(Named, ManyWritersConformance):
    """By psycopg."""

    name = "postgresql-async"


@pytest.mark.store("postgresql")
class TestPostgresqlAsyncpg(Named, ManyWritersConformance):
    """By asyncpg."""

    name = "postgresql-asyncpg"


@pytest.mark.store("mariadb")
class TestMariadb(Named, ManyWritersConformance):
    name = "mariadb"


@pytest.mark.store("mariadb")
class TestMariadbAsync(Named, ManyWritersConformance):
    name = "mariadb-async"


@pytest.mark.store("mongodb")
class TestMongodb(Named, ManyWritersConformance):
    name = "mongodb"


@pytest.mark.store("mongodb")
class TestMongodbAsync(Named, ManyWritersConformance):
    name = "mongodb-async"
