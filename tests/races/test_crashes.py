"""Writers and servers killed by SIGKILL under load: what was acknowledged is there, nothing is there by half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import left_out
from tests.servers import Server, StoreUnavailable, mariadb_server, mongodb_server, postgresql_server
from tests.stress.crashes import kill_server, kill_writers
from tests.stress.places import place_in

MAKE = {"postgresql": postgresql_server, "mariadb": mariadb_server, "mongodb": mongodb_server}
SERVERS = [pytest.param(name, marks=pytest.mark.store(name)) for name in MAKE]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own, as it is killed or told how long to keep what the dead began."""
    try:
        with MAKE[request.param]() as server:
            yield server
        return
    except StoreUnavailable as error:
        unavailable = str(error)
    left_out(unavailable)


def test_killed_writers_of_a_server(server: Server, tmp_path: Path) -> None:
    """Whatever a killed writer was doing is done whole or not at all, and the others go on."""
    place = place_in(server.name, tmp_path, server.url)
    verdict = kill_writers(place, tmp_path, kills=6)
    assert [] == verdict.findings
    assert verdict.figures["unknown"] > 0


@pytest.mark.store("sqlite")
def test_killed_writers_of_a_file(tmp_path: Path) -> None:
    """The same of a file, whose journal the next one finds."""
    verdict = kill_writers(place_in("sqlite", tmp_path), tmp_path, kills=10)
    assert [] == verdict.findings
    assert verdict.figures["unknown"] > 0


@pytest.mark.parametrize("joined", [False, True], ids=["owned", "joined"])
def test_killed_server(server: Server, joined: bool, tmp_path: Path) -> None:
    """Killed under load and started again, a server has all that was acknowledged, and work goes on by itself."""
    place = place_in(server.name, tmp_path, server.url, isolation="default" if joined else None, joined=joined)
    verdict = kill_server(place, tmp_path, server, kills=2, longest=0.5)
    assert [] == verdict.findings
