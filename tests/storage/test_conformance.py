"""Every store passes the same suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supportcore.storage.ports import Store
from supportcore.testing.conformance import OverlapsConformance, StoreConformance
from tests.stores import open_store_named


@pytest.mark.store("memory")
class TestMemory(StoreConformance, OverlapsConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store_named("memory", tmp_path) as store:
            yield store


@pytest.mark.store("memory")
class TestMemoryAsync(StoreConformance, OverlapsConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store_named("memory-async", tmp_path) as store:
            yield store


@pytest.mark.store("sqlite")
class TestSqlite(StoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store_named("sqlite", tmp_path) as store:
            yield store


@pytest.mark.store("sqlite")
class TestSqliteAsync(StoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store_named("sqlite-async", tmp_path) as store:
            yield store


@pytest.fixture(scope="module")
def mongodb_store(tmp_path_factory: pytest.TempPathFactory, mongodb_url: str) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("mongodb")
    with open_store_named("mongodb", folder, mongodb_url=mongodb_url) as store:
        yield store


@pytest.mark.store("mongodb")
class TestMongodb(StoreConformance):
    @pytest.fixture
    def store(self, mongodb_store: Store) -> Store:
        return mongodb_store  # one for all: making its collections takes longer than most of these tests
