"""
Which databases will do: their kind, version and encoding, asked once for each store together with the schema.

Rules: the floor is where the statements work, and where there is still somebody who mends and tests it. Text is kept as
UTF-8; how the server or the database orders it does not matter, as every column of ours is ordered by bytes
(`supportcore_sql.types`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from supportcore.errors import BadTarget, StoreUnsuitable

Version = tuple[int | str, ...]

FLOORS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "sqlite": (3, 38),  # JSON functions, by which many terms are asked for at once; RETURNING came with 3.35
        "postgresql": (13,),  # the statements need 9.5 (ON CONFLICT, SKIP LOCKED); nobody mends what is older than 13
        "mariadb": (10, 6),  # SKIP LOCKED, by which workers share what is due; RETURNING came with 10.5
    }
)
NAMES: Mapping[str, str] = MappingProxyType({"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"})
NO_DATABASE = "the URL names no database; write mariadb://user:password@host/shop"
"""Why a MariaDB server without more will not do; a PostgreSQL user has a database of the same name."""


def check_server(connection: sa.Connection, *, where: str, schema: str | None = None) -> None:
    """
    Refuse a database that this library cannot work in; on a server it costs one query.

    Args:
        where: What messages call it.
        schema: Where the tables are, if not in the connection's own database.

    Raises:
        BadTarget: On MariaDB the connection is in no database, and no schema was given.
        StoreUnsuitable: It is of another kind, too old, or keeps or speaks another encoding than UTF-8.
    """
    dialect = connection.dialect
    if dialect.name in ("mysql", "mariadb"):
        _check_mariadb(connection, where)
        check_named(connection, schema)
        return
    check_version(dialect.name, dialect.server_version_info or (), where=where)
    if dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise another_encoding(str(encoding), where)


def check_version(dialect: str, found: Version, *, where: str) -> None:
    """Refuse what is older than the floor; a host may have given no version."""
    if found and tuple(part for part in found if isinstance(part, int)) < FLOORS[dialect]:
        raise StoreUnsuitable(where=where, why=f"it is {NAMES[dialect]} {_dotted(found)}, and {needed(dialect)}")


def another_kind(name: str, where: str) -> StoreUnsuitable:
    """Return the refusal of a server that speaks MariaDB's protocol and is none; *name* is its own, with version."""
    return StoreUnsuitable(where=where, why=f"it is {name}, and {needed('mariadb')}")


def another_encoding(name: str, where: str) -> StoreUnsuitable:
    """Return the refusal of a PostgreSQL database that is not in UTF-8; *name* is the encoding."""
    return StoreUnsuitable(
        where=where,
        why=f"its encoding is {name}, and text is kept as UTF8; make a database by "
        "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
    )


def needed(dialect: str) -> str:
    """
    Return what is needed, in words.

    >>> needed("mariadb")
    'supportcore needs MariaDB 10.6 or later'
    """
    return f"supportcore needs {NAMES[dialect]} {_dotted(FLOORS[dialect])} or later"


def check_named(connection: sa.Connection, schema: str | None) -> None:
    """
    Refuse connections to MariaDB that are in no database, where no schema was given; SQLAlchemy knows it already.

    Raises:
        BadTarget: A host's engine is such a one, or the URL left it to a file of options.
    """
    dialect = connection.dialect
    if dialect.name in ("mysql", "mariadb") and not (schema or dialect.default_schema_name):
        raise BadTarget(why=NO_DATABASE)


def _check_mariadb(connection: sa.Connection, where: str) -> None:
    version, spoken = connection.exec_driver_sql("SELECT VERSION(), @@character_set_client").one()
    if not getattr(connection.dialect, "is_mariadb", False):
        raise another_kind(f"MySQL {version}", where)
    # Read here, as SQLAlchemy 2.0 takes the 5.5.5 for the version that proxies and replicas put before it.
    numbers = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)(?:\.(\d+))?", version)
    if numbers is not None:
        check_version("mariadb", tuple(int(part) for part in numbers.groups() if part), where=where)
    if spoken != "utf8mb4":
        raise StoreUnsuitable(
            where=where,
            why=f"the connection speaks {spoken}, which has not every character; connect with charset=utf8mb4",
        )


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
