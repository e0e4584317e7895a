"""A desk with articles, on each store that needs no server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import FrozenClock
from tests.desk.knowledge import library
from tests.desk.machine import START
from tests.desk.views.portals import NEAR, opened
from tests.stores import open_desk_named


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def noova(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, library.NOOVA, clock) as desk:
        library.equip(desk)
        yield desk


@pytest.fixture
def memory(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with open_desk_named("memory", library.NOOVA, tmp_path, clock=clock) as desk:
        library.equip(desk)
        yield desk
