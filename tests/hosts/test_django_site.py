"""What a Django site is given besides: tables, a store by its settings, filters; and what it is told."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore import Desk, open_store
from supportcore.errors import StoreError
from supportcore_sql import django as bridge
from tests.desk.machine import SMALL
from tests.hosts.sites import atomic, django_site, fresh_database
from tests.stores import server_url


def test_tables_are_made_with_djangos_and_hidden_from_it(url: str, django: Any) -> None:
    """Migrating again changes nothing, and `inspectdb` shows the host's tables only."""
    from django.core.management import call_command

    bridge.migrate()
    said = StringIO()
    call_command("inspectdb", stdout=said, table_name_filter=bridge.include_name())
    assert ["Host"] == [
        line.split()[1].partition("(")[0] for line in said.getvalue().splitlines() if "(models.M" in line
    ]


def test_the_password_is_never_shown(url: str, django: Any) -> None:
    """The URL made of Django's settings leads to the database, and hides the password when it is shown."""
    made = bridge.url()
    assert sa.make_url(url).database == made.database
    assert sa.make_url(url).password == made.password
    store = bridge.store()
    for shown in (str(made), repr(made), store.url, repr(store)):
        assert "secret-word" not in shown
    store.close()


def test_settings_that_cannot_be_taken_over(tmp_path: Path) -> None:
    """A database in the memory of one connection is told; a socket and the options of TLS are taken over."""
    with django_site("sqlite://", NAME=":memory:"), pytest.raises(StoreError, match="memory of one connection"):
        bridge.store()
    over = {"HOST": "/run/sockets", "NAME": "site", "OPTIONS": {"sslmode": "require", "server_side_binding": True}}
    with django_site("postgresql://ana:secret-word@x/site", **over):
        made = bridge.url()
        assert (None, {"host": "/run/sockets", "sslmode": "require"}) == (made.host, dict(made.query))
    with django_site("mariadb://ana:secret-word@x/site", HOST="/run/mysqld.sock"):
        assert {"unix_socket": "/run/mysqld.sock"} == dict(bridge.url().query)


@pytest.mark.store("mariadb")
def test_a_connection_that_loses_letters_is_refused(request: pytest.FixtureRequest) -> None:
    """Where Django speaks to MariaDB in a character set that lacks letters, joining says what to set."""
    with fresh_database(server_url(request, "mariadb")) as url, django_site(url, OPTIONS={"charset": "latin1"}):
        desk = Desk(SMALL, bridge.store())
        with atomic(), pytest.raises(StoreError, match="utf8mb4"):
            bridge.joined(desk)
        desk.store.close()


def test_another_engine_cannot_be_joined(django: Any, tmp_path: Path) -> None:
    """A desk whose store is on another engine than Django's database is refused, by both names."""
    scheme = "postgresql" if django.vendor == "sqlite" else "sqlite"
    store = open_store(f"{scheme}://nobody@127.0.0.1:9/x" if scheme == "postgresql" else "sqlite:///x.db")
    with atomic(), pytest.raises(StoreError, match=scheme):
        bridge.joined(Desk(SMALL, store))
    store.close()
