"""
supportcore in a SQL database, on SQLAlchemy Core.

    store = open_store("sqlite:///desk.db")      or a host's engine; supportcore finds this package by itself
    store.migrate()
"""

from __future__ import annotations

from supportcore.lazy import needing

with needing("sql", "supportcore_sql"):
    import sqlalchemy as sa

from supportcore_sql.store import SqlStore
from supportcore_sql.tables import Tables, build_tables

__all__ = ["SqlStore", "Tables", "build_tables", "open_url"]


def open_url(target: str | sa.Engine, *, prefix: str = "sc_", schema: str | None = None) -> SqlStore:
    """Return the store behind a URL or an engine; nothing is connected yet."""
    return SqlStore(target, prefix=prefix, schema=schema)
