"""What the desk knows of the actor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import FrozenClock, Refused
from tests.desk.machine import START
from tests.desk.views.portals import ANA, LUIS, NEAR, NOOVA, STRANGER, equip, opened


@pytest.fixture(params=NEAR)
def noova(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with opened(request, tmp_path, NOOVA, FrozenClock(START)) as desk:
        equip(desk)
        yield desk


def test_a_customer(noova: Any) -> None:
    """Name and addresses as the catalogue has them, roles and customers by their names."""
    found = noova.acting_as(ANA).profile()
    assert ("ana", "Ana Arias", "Ana", "ana@acme.example", "+57 1") == attrs.astuple(found.account)
    assert ("Mi perfil", "es", "America/Bogota", "customer") == (found.title, found.language, found.zone, found.side)
    assert (("Cliente",), ("ACME Ltd.",), ()) == (found.roles, found.customers, found.teams)


def test_an_agent(noova: Any) -> None:
    """Teams by their names; what the catalogue does not have is told by its id."""
    luis = attrs.evolve(LUIS, teams=frozenset({"soporte", "gone"}), zone="Europe/Madrid")
    found = noova.acting_as(luis).profile()
    assert ("Luis Lara", "luis@desk.example", "staff") == (found.account.name, found.account.email, found.side)
    assert (("Consultant",), ("gone", "Front line")) == (found.roles, found.teams)
    assert ("en", "Europe/Madrid") == (found.language, found.zone)


def test_somebody_whom_the_catalogue_does_not_know(noova: Any) -> None:
    """Is called by his id; without a role there is no profile."""
    found = noova.acting_as(attrs.evolve(ANA, id="n-1", locale="")).profile()
    assert ("n-1", "n-1", "n-1", "", "") == attrs.astuple(found.account)
    assert "es" == found.language
    with pytest.raises(Refused):
        noova.acting_as(STRANGER).profile()
