"""
A store of our own on a database of ``settings.DATABASES``, for what does not run inside Django's transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa

from supportcore.errors import StoreError
from supportcore_sql.store import SqlStore

SCHEMES: Mapping[str, str] = MappingProxyType({"sqlite": "sqlite", "postgresql": "postgresql", "mysql": "mariadb"})
"""What Django calls a vendor, and what we do."""


def store(using: str = "default", *, prefix: str = "sc_", schema: str | None = None) -> SqlStore:
    """
    Return a store on one of Django's databases that connects by itself; nothing is connected yet.

    Make it once per process and after the settings are there. In tests make it in the test: before, the settings name
    the site's database.

    Raises:
        StoreError: We have no backend for that database, or it lives in the memory of Django's connection only.
    """
    return SqlStore(url(using).render_as_string(hide_password=False), prefix=prefix, schema=schema)


def url(using: str = "default") -> sa.URL:
    """
    Return the URL of one of Django's databases; printed, it hides the password.

    Name, user, password, host and port are taken over, and of the ``OPTIONS`` those about TLS and time-outs.
    """
    from django.db import connections

    connection = connections[using]
    said: dict[str, Any] = connection.settings_dict
    scheme = SCHEMES.get(connection.vendor)
    if scheme is None:
        raise StoreError(why=f"Django's database {using!r} is {connection.vendor}, for which there is no backend")
    if scheme == "sqlite":
        return _sqlite_url(using, said)
    host, query = str(said.get("HOST") or ""), _query(said.get("OPTIONS") or {}, _OPTIONS[scheme])
    if scheme == "mariadb" and host.startswith("/"):
        host, query = "", {**query, "unix_socket": host}
    elif host.startswith("/"):
        host, query = "", {**query, "host": host}
    return sa.URL.create(
        f"{scheme}+{_driver(connection)}",
        username=said.get("USER") or None,
        password=said.get("PASSWORD") or None,
        host=host or None,
        port=int(said["PORT"]) if said.get("PORT") else None,
        database=str(said["NAME"]) if said.get("NAME") else None,
        query=query,
    )


_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "postgresql": ("service", "passfile", "sslmode", "sslcert", "sslkey", "sslrootcert", "connect_timeout"),
        "mariadb": ("unix_socket", "connect_timeout", "read_timeout", "write_timeout"),
    }
)
"""Options that mean the same to the driver by way of a URL; Django's others are for its own connection."""


def _query(options: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    query = {name: str(options[name]) for name in names if options.get(name) is not None}
    ssl = options.get("ssl")
    if isinstance(ssl, Mapping):
        query.update({f"ssl_{name.removeprefix('ssl_')}": str(value) for name, value in ssl.items()})
    return query


def _driver(connection: Any) -> str:
    if connection.vendor == "postgresql":
        return "psycopg"
    # Django takes PyMySQL for mysqlclient where a site called pymysql.install_as_MySQLdb().
    return "pymysql" if connection.Database.__name__ == "pymysql" else "mysqldb"


def _sqlite_url(using: str, said: Mapping[str, Any]) -> sa.URL:
    name = str(said["NAME"])
    if name in ("", ":memory:"):
        raise StoreError(
            why=f"Django's database {using!r} lives in the memory of one connection, where a second one finds nothing; "
            "name a file, or join Django's own"
        )
    if name.startswith("file:"):  # what a test database in memory is: shared by the connections of the process
        name, _, query = name.partition("?")
        return sa.URL.create("sqlite", database=name, query={**dict(parse_qsl(query)), "uri": "true"})
    return sa.URL.create("sqlite", database=name)
