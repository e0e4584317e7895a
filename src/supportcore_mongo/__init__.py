"""
supportcore in MongoDB: a sketch under test, without any promise of compatibility yet.

It shows that the ports fit a document database; the stored form may change from release to release, with no migration.

    store = open_store("mongodb://localhost/helpdesk?replicaSet=rs0")
    store.migrate()
"""

from __future__ import annotations

from supportcore.errors import StoreError
from supportcore_mongo.store import MongoStore

__all__ = ["MongoStore", "open_url"]


def open_url(target: str, *, prefix: str = "sc_", schema: str | None = None) -> MongoStore:
    """
    Return the store behind a URL that names a database; nothing is connected yet.

    Raises:
        StoreError: The URL cannot be read or names no database, or a schema was given.
    """
    if schema is not None:
        raise StoreError(why="MongoDB has no schemas; name the database in the URL, and tell desks apart by prefix")
    return MongoStore(target, prefix=prefix)
