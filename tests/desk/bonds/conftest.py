"""The house on every store, and on the one in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import FrozenClock
from tests.desk.bonds.house import HOUSE, PEOPLE
from tests.desk.machine import START
from tests.desk.views.portals import names, opened
from tests.stores import open_desk_named


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=names())
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The house on a fresh store."""
    with opened(request, tmp_path, HOUSE, clock) as found:
        found.install(**PEOPLE)
        yield found


@pytest.fixture
def near(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The house in memory."""
    with open_desk_named("memory", HOUSE, tmp_path, clock=clock) as found:
        found.install(**PEOPLE)
        yield found
