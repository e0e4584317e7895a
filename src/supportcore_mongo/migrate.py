"""
Collections, indexes and the version of the schema, as steps.

Making them can be repeated, also after it was broken off: what is there stays, what is missing is added, and the
version is written last. Nothing is touched that is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from types import MappingProxyType
from typing import Any

from pymongo import IndexModel

from supportcore.errors import SchemaMissing, SchemaNewer, StoreError, StoreUnsuitable
from supportcore.storage.ports import SORT_KEYS, Steps
from supportcore_mongo.blobs import CHUNKS, FILES
from supportcore_mongo.database import Client, Database
from supportcore_mongo.members import standalone
from supportcore_mongo.operations import DATABASE, Doc, Operation
from supportcore_mongo.portal import DRAFT

SCHEMA = 4
"""
Version of the indexes and documents of this release, kept in the collection ``schema``. 3 added files and reads to 2,
and 4 added what is found; migrating brings both up to date.
"""
_FIRST = 2  # 1 was never released, and had other documents
OLDEST_SERVER = "4.4"
"""What PyMongo 4.20 still talks to; the tests run against 6.0."""
_OLDEST_WIRE = 9  # maxWireVersion of 4.4

Keys = tuple[str, ...]

# All but those of files begin with the desk, as a shard key has to; a file's id does so too. Those of _UNIQUE are keys.
_UNIQUE: Mapping[str, tuple[Keys, ...]] = MappingProxyType(
    {
        "tickets": (("desk", "id"), ("desk", "number")),
        "parked": (("desk", "ticket"),),
        "history": (("desk", "ticket", "position"),),
        "contents": (("desk", "ticket", "position", "id"),),
        "receipts": (("desk", "command_id"),),
        "counters": (("desk", "name"),),
        "records": (("desk", "kind", "id"),),
        "rules": (("desk", "rules_hash"),),
        "outbox": (("desk", "id"),),
        "files": (("desk", "id"),),
        "reads": (("desk", "person", "notice"),),
        "postings": (("desk", "kind", "term", "scope", "record"),),
        "revisions": (("desk", "article", "n"),),
        "readings": (("desk", "article", "person"),),
        "suggestions": (("desk", "id"),),
        CHUNKS: (("files_id", "n"),),
    }
)
_PLAIN: Mapping[str, tuple[Keys, ...]] = MappingProxyType(
    {
        "tickets": (
            *(("desk", key, "id") for key in SORT_KEYS if key != "number"),
            ("desk", "wake_at", "id", "parked_until"),
            ("desk", "is_open", "updated_at", "id"),
            ("desk", "customer", "updated_at", "id"),
            ("desk", "contact", "updated_at", "id"),
            ("desk", "assignee", "is_open", "updated_at", "id"),
            ("desk", "is_open", "area", "state"),
        ),
        "outbox": (
            ("desk", "status", "next_at", "id", "leased_until"),
            ("desk", "row.channel", "row.recipient", "row.due_at", "id"),
        ),
        "files": (("desk", "blob"),),
        "postings": (("desk", "kind", "term", "scope", "record", "impact"),),  # by which a search reads no document
        "readings": (("desk", "article", "vote"),),
        "suggestions": (("desk", "at"),),
        FILES: (("filename", "uploadDate"),),
    }
)
_SINCE: Mapping[str, int] = MappingProxyType(
    {"files": 3, "reads": 3, "postings": 4, "revisions": 4, "readings": 4, "suggestions": 4}
)  # the others were there from the first
COLLECTIONS = tuple(dict.fromkeys((*_UNIQUE, *_PLAIN)))
_VERSION = {"_id": "schema"}


def index_models(collection: str) -> list[IndexModel]:
    """Return the indexes of a collection."""
    models = [IndexModel(list(keys), unique=True) for keys in _UNIQUE.get(collection, ())]
    models += [IndexModel(list(keys)) for keys in _PLAIN.get(collection, ())]
    if collection == "history":  # an event is in one of the two: numbered, or waiting for that
        numbered: Doc = {"sequence": {"$gt": 0}}
        models.append(IndexModel(["desk", "sequence"], unique=True, partialFilterExpression=numbered))
        models.append(IndexModel(["desk", "_id"], name="waiting", partialFilterExpression={"sequence": 0}))
    if collection == "files":
        for keys in (("desk", "owner", "made_at", "id"), ("desk", "expires_at", "id")):
            models.append(IndexModel(list(keys), partialFilterExpression=DRAFT))
    if collection == "records":
        of_translations = {"form.translation_of": {"$exists": True}}
        models.append(IndexModel(["desk", "form.translation_of", "id"], partialFilterExpression=of_translations))
    return models


def look(database: Database, client: Client) -> Steps[None]:
    """
    Look at the server and the schema, the first time *client* is used.

    Raises:
        StoreUnsuitable: The server is a standalone, which has no transactions, or too old.
        SchemaMissing: Not migrated, or by an earlier release.
        SchemaNewer: Migrated by a later release.
    """
    if database.is_checked(client):
        return
    yield from _look_at_server(database)
    if (yield from _version(database)) < SCHEMA:
        asked = quote(database.full_url) + ("" if database.prefix == "sc_" else f" --prefix {database.prefix}")
        raise SchemaMissing(where=database.url, url=asked)
    database.set_checked(client)


def migrate(database: Database) -> Steps[None]:
    """
    Make the collections with their indexes, as far as they are not there.

    Raises:
        StoreUnsuitable: There are collections of these names that are not ours, or the server will not do.
        SchemaNewer: Migrated by a later release.
    """
    yield from _look_at_server(database)
    found = yield from _version(database)
    yield from _refuse_foreign(database, version=found)
    for name in COLLECTIONS:
        yield Operation(name, "create_indexes", (index_models(name),))
    if found < SCHEMA:
        yield Operation("schema", "replace_one", (_VERSION, {"version": SCHEMA}), {"upsert": True})


def _look_at_server(database: Database) -> Steps[None]:
    hello = yield Operation(DATABASE, "command", ("hello",))
    if hello.get("maxWireVersion", 0) < _OLDEST_WIRE:
        found = yield Operation(DATABASE, "command", ("buildInfo",))
        why = f"it is MongoDB {found['version']}, and supportcore needs MongoDB {OLDEST_SERVER} or later"
        raise StoreUnsuitable(where=database.url, why=why)
    if "setName" not in hello and hello.get("msg") != "isdbgrid":  # which is what mongos says
        raise StoreUnsuitable(where=database.url, why=standalone())


def _version(database: Database) -> Steps[int]:
    """Return the version of the schema, 0 if there is none."""
    found = yield Operation("schema", "find_one", (_VERSION,))
    if found is None:
        return 0
    version = found.get("version")
    if not isinstance(version, int):
        raise _foreign(database, ["schema"])
    if version > SCHEMA:
        raise SchemaNewer(where=database.url, found=version, known=SCHEMA)
    if version < _FIRST:
        raise StoreError(
            why=f"the collections {database.prefix}… in {database.url} were made before the first release; drop them, "
            "or take another prefix, and migrate"
        )
    return version


def _refuse_foreign(database: Database, *, version: int) -> Steps[None]:
    """
    Raise if a collection that we would use is a host's, or orders text by a language instead of by bytes.

    Args:
        version: Of the schema; what that has not yet must be empty.
    """
    names = [database.prefix + name for name in (*COLLECTIONS, "schema")]
    found = yield Operation(DATABASE, "list_collections", (), {"filter": {"name": {"$in": names}}})
    foreign = [each["name"] for each in found if each["type"] != "collection" or _is_foreign(each["options"])]
    if foreign:
        raise _foreign(database, [name.removeprefix(database.prefix) for name in foreign])
    filled = []
    for name in (each["name"].removeprefix(database.prefix) for each in found):
        if _SINCE.get(name, _FIRST) <= version:
            continue
        if (yield Operation(name, "find_one", ({},), {"projection": {"_id": 1}})) is not None:
            filled.append(name)
    if filled and (yield from _version(database)) == version:  # unless somebody else migrated just now
        raise _foreign(database, filled)


def _is_foreign(options: Mapping[str, Any]) -> bool:
    return "collation" in options or bool(options.get("capped"))


def _foreign(database: Database, names: Sequence[str]) -> StoreUnsuitable:
    named = ", ".join(sorted(database.prefix + name for name in names))
    return StoreUnsuitable(
        where=database.url,
        why=f"it has collections that are not supportcore's: {named}; take another prefix or database",
    )
