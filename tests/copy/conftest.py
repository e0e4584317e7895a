"""Stores that are furnished once, and copied from by many tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from supportcore.storage.ports import Store
from tests.copy.samples import furnish
from tests.stores import open_store_named, server_url


@pytest.fixture(scope="module")  # closed before the servers end
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[pytest.FixtureRequest, str], Store]]:
    """Give the furnished store of a name, made on first use, which nobody writes to."""
    kept: dict[str, Store] = {}
    with ExitStack() as stack:

        def of(request: pytest.FixtureRequest, name: str) -> Store:
            if name not in kept:
                place: Path = tmp_path_factory.mktemp(name)
                store = open_store_named(name, place, server_url=server_url(request, name))
                kept[name] = stack.enter_context(store)
                furnish(kept[name])
            return kept[name]

        yield of


@pytest.fixture
def memory(furnished: Callable[[pytest.FixtureRequest, str], Store], request: pytest.FixtureRequest) -> Store:
    """The furnished store in memory."""
    return furnished(request, "memory")
