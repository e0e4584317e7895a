"""A desk of the small definition on every store, with the asynchronous twins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import FrozenClock
from tests.conftest import selected_stores
from tests.desk.machine import SMALL, START, equip
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NAMES)
def small(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The desk, equipped, on a fresh store."""
    url = server_url(request, request.param)
    with open_desk_named(request.param, SMALL, tmp_path, server_url=url, clock=clock) as desk:
        equip(desk)
        yield desk
