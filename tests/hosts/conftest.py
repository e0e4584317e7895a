"""A Django site on every SQL database, with a desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from supportcore import Desk
from supportcore_sql import django as bridge
from supportcore_sql.django.testing import empty
from tests.conftest import selected_stores
from tests.desk.machine import SMALL, equip
from tests.hosts.sites import django_site, fresh_database, prepare
from tests.stores import server_url

STORES = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.store(name)) for name in STORES if name in selected_stores()],
)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with our tables and one of the host's."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path_factory.mktemp('django')}/site.db"
        prepare(made)
        yield made
        return
    with fresh_database(server_url(request, request.param)) as made:
        prepare(made)
        yield made


@pytest.fixture
def django(url: str) -> Iterator[Any]:
    """Django's connection to it, everything empty."""
    with django_site(url) as connections:
        empty()
        with connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM host")
        yield connections["default"]


@pytest.fixture
def desk(django: Any) -> Iterator[Desk]:
    desk = Desk(SMALL, bridge.store())
    equip(desk)
    yield desk
    desk.store.close()
