"""A desk that takes files, on every store and, beside the store, with a directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import FrozenClock
from supportcore.storage import AsyncDirectoryBlobs, DirectoryBlobs
from supportcore.storage.ports import drive
from tests.conftest import selected_stores
from tests.desk.files.portal import DESK, equip
from tests.desk.machine import START
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

CHEAP = ("memory", "sqlite", "sqlite-async")


@attrs.frozen
class Office:
    """A desk, and where its bytes lie: a directory, or None where they lie in the store."""

    desk: Any
    folder: Path | None

    def stored(self) -> int:
        """Return how many files' bytes there are."""
        if self.folder is not None:
            return sum(path.is_file() for path in self.folder.rglob("*"))
        store = self.desk.store
        with store.begin(write=False) as execute:
            return len(drive(store.ledger(self.desk.definition.key).entries("blob", after=None, limit=100), execute))


def _params(names: tuple[str, ...], places: tuple[str, ...]) -> list[Any]:
    return [
        pytest.param((name, place), marks=pytest.mark.store(reported_as(name)), id=f"{name}-{place}")
        for name in names
        for place in places
        if reported_as(name) in selected_stores()
    ]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


def _office(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    name, place = request.param
    folder = tmp_path / "files" if place == "directory" else None
    made = AsyncDirectoryBlobs if "-" in name else DirectoryBlobs
    options: dict[str, Any] = {} if folder is None else {"files": made(folder)}
    url = server_url(request, name)
    with open_desk_named(name, DESK, tmp_path, server_url=url, clock=clock, **options) as desk:
        equip(desk)
        yield Office(desk, folder)


@pytest.fixture(params=_params(STORE_NAMES, ("store",)) + _params(("sqlite", "sqlite-async"), ("directory",)))
def office(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    """The desk on each of all stores; on two of them also with a directory."""
    yield from _office(request, tmp_path, clock)


@pytest.fixture(params=_params(CHEAP, ("store", "directory")))
def cheap(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    """The desk on few stores, each with its bytes there and in a directory."""
    yield from _office(request, tmp_path, clock)
