"""Databases and Django sites to work on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import django
import sqlalchemy as sa

from supportcore_sql import django as bridge

EXAMPLES = Path(__file__).parents[2] / "examples"
_databases = count(1)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make a database on a server, and yield its URL; it is gone afterwards."""
    url = sa.make_url(server)
    driver = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[url.get_backend_name()]
    name = f"shop_{os.getpid()}_{next(_databases)}"
    engine = sa.create_engine(url.set(drivername=driver), isolation_level="AUTOCOMMIT")
    force = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}{force}")
    finally:
        engine.dispose()


_DJANGO_OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite3": {"transaction_mode": "IMMEDIATE"} if django.VERSION >= (5, 1) else {},
    "postgresql": {},
    "mysql": {"charset": "utf8mb4"},  # the default since 5.2
}


def django_settings(url: str) -> dict[str, Any]:
    """Return what Django calls the database of a URL."""
    parsed = sa.make_url(url)
    engine = {"sqlite": "sqlite3", "postgresql": "postgresql", "mariadb": "mysql"}[parsed.get_backend_name()]
    return {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": parsed.database or "",
        "USER": parsed.username or "",
        "PASSWORD": parsed.password or "",
        "HOST": parsed.host or "",
        "PORT": str(parsed.port or ""),
        "OPTIONS": _DJANGO_OPTIONS[engine],
    }


@contextmanager
def django_site(url: str, **over: Any) -> Iterator[Any]:
    """Let Django, set up for its example once per process, work on the database of a URL; yield its connections."""
    if str(EXAMPLES / "django") not in sys.path:
        sys.path.insert(0, str(EXAMPLES / "django"))
    if url.startswith("mariadb"):
        import pymysql

        pymysql.install_as_MySQLdb()  # mysqlclient has to be compiled
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
    from django.db import connections

    django.setup()
    settings = connections.configure_settings({"default": {**django_settings(url), **over}})
    before = connections.settings["default"]
    connections["default"].close()
    connections.settings["default"] = settings["default"]
    del connections["default"]
    try:
        yield connections
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings["default"] = before


def prepare(url: str) -> None:
    """Make our tables and one of the host's."""
    with django_site(url) as connections:
        bridge.migrate()
        with connections["default"].cursor() as cursor:
            cursor.execute("CREATE TABLE host (x INTEGER)")


def note(django: Any) -> None:
    """Let the host write something."""
    with django.cursor() as cursor:
        cursor.execute("INSERT INTO host VALUES (1)")


def rows(django: Any) -> dict[str, int]:
    """How many rows every table holds."""
    with django.cursor() as cursor:
        found = {}
        for name in django.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {django.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def atomic(**options: Any) -> Any:
    """Return a block of Django's."""
    from django.db import transaction

    return transaction.atomic(**options)
