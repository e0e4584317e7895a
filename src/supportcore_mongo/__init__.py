"""
supportcore in MongoDB: a replica set, transactions, and files in the layout of GridFS.

    store = open_store("mongodb://localhost/helpdesk?replicaSet=rs0")
    store.migrate()

`supportcore_mongo.aio` has the asynchronous twin.
"""

from __future__ import annotations

from supportcore.lazy import needing

with needing("mongo", "supportcore_mongo"):
    from pymongo.synchronous.mongo_client import MongoClient

from supportcore_mongo.operations import Doc
from supportcore_mongo.store import MongoStore

__all__ = ["MongoStore", "open_url"]


def open_url(target: str | MongoClient[Doc], *, prefix: str = "sc_", schema: str | None = None) -> MongoStore:
    """
    Return the store behind a URL that names a database, or a host's client; nothing is connected yet.

    Args:
        target: A URL such as ``mongodb://localhost/helpdesk?replicaSet=rs0``, or a ``MongoClient``.
        prefix: Begins the name of every collection, so that two can live side by side.
        schema: The database, for a client that has no default one.

    Raises:
        StoreError: The URL cannot be read or names no database, or a schema was given with it.
    """
    return MongoStore(target, prefix=prefix, schema=schema)
