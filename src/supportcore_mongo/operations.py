"""
What the steps of this backend yield, and the steps that most others are made of.

An operation names a collection, a method of it and its arguments; what is sent back is the method's result, a cursor's
as a list. Nothing here waits, so an executor that awaits needs no second copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
from pymongo import ReplaceOne, ReturnDocument

from supportcore.storage.ports import Steps

__all__ = ["ADMIN", "DATABASE", "SESSION", "Operation"]

Doc = dict[str, Any]

ADMIN = "$admin"
"""In the place of a collection: the database ``admin``. No collection can be called so, nor as the two below."""
DATABASE = "$database"
"""In the place of a collection: the database of the store."""
SESSION = "$session"
"""In the place of a collection: the session that the transaction is in."""

CHANGES = frozenset(
    {"insert_one", "insert_many", "update_one", "update_many", "replace_one", "bulk_write", "delete_one", "delete_many"}
)
"""Methods that leave something behind; what ``find_one_and_update`` does (locks and counters) means nothing alone."""


@attrs.frozen
class Operation:
    """
    What the steps yield.

    Attributes:
        collection: Its name without the prefix, or `ADMIN`, `DATABASE` or `SESSION`.
        apart: Executed outside the transaction, and not undone with it.
    """

    collection: str
    method: str
    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})
    apart: bool = False


def rows(
    collection: str,
    where: Doc,
    order: list[tuple[str, int]],
    limit: int,
    *,
    skip: int = 0,
    fields: Doc | None = None,
) -> Steps[list[Doc]]:
    """Return documents in an order; none for a *limit* of 0, which to MongoDB means all."""
    if limit <= 0:
        return []
    options: Doc = {"sort": order, "limit": limit}
    if skip:
        options["skip"] = skip
    if fields is not None:
        options["projection"] = fields
    found: list[Doc] = yield Operation(collection, "find", (where,), options)
    return found


def groups(collection: str, where: Doc, field: str) -> Steps[Counter[Any]]:
    """Return how many documents there are by the value of a field."""
    pipeline = [{"$match": where}, {"$group": {"_id": f"${field}", "n": {"$sum": 1}}}]
    found = yield Operation(collection, "aggregate", (pipeline,))
    return Counter({document["_id"]: document["n"] for document in found})


def insert(collection: str, documents: list[Doc]) -> Steps[None]:
    """Insert documents, in one round trip."""
    if len(documents) == 1:
        yield Operation(collection, "insert_one", (documents[0],))
    elif documents:
        yield Operation(collection, "insert_many", (documents,))


def put(collection: str, pairs: Sequence[tuple[Doc, Doc]]) -> Steps[None]:
    """Store documents, each a key and what else it holds, in the place of those that have the key; one round trip."""
    if len(pairs) == 1:
        key, rest = pairs[0]
        yield Operation(collection, "replace_one", (key, {**key, **rest}), {"upsert": True})
    elif pairs:
        replaced = [ReplaceOne(key, {**key, **rest}, upsert=True) for key, rest in pairs]
        yield Operation(collection, "bulk_write", (replaced,))


def count_up(desk: str, name: str, step: int) -> Steps[int]:
    """Return a counter of a desk after adding *step*, apart: whoever counts waits for no transaction."""
    key, change = {"desk": desk, "name": name}, {"$inc": {"n": step}}
    options = {"upsert": True, "return_document": ReturnDocument.AFTER}
    found = yield Operation("counters", "find_one_and_update", (key, change), options, apart=True)
    return int(found["n"])
