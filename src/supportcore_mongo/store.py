"""
The synchronous MongoDB store: transactions and executors around what the ledger says.

*Owned*: one transaction a ``begin``, reading one snapshot, committed by a majority of the replica set; so there must be
one, a single node is enough. *Joined*: inside the transaction of a host's session. There are no savepoints and the
server ends a transaction on its first error, so after any error, and where a failure leaves half of its writes behind,
the transaction is lost: this store says so from then on and the server refuses the host's commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import IndexModel, MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern

from supportcore.errors import NoTransaction, SchemaMissing, SchemaNewer, StoreError, StoreUnreadable, TransactionLost
from supportcore.storage.ports import SORT_KEYS, Conflict, Execute, Steps
from supportcore_mongo.documents import Doc
from supportcore_mongo.ledger import CHANGES, MongoLedger, Operation, desks

SCHEMA = 1
"""Version of the indexes and documents of this release, kept in the collection ``schema``."""
PATIENCE = 5000
"""Milliseconds to look for a server, unless the URL says ``serverSelectionTimeoutMS=``."""

# Names of collections and their indexes; all begin with the desk, as a shard key has to. Those of _UNIQUE are keys.
_UNIQUE = {
    "tickets": (("id",), ("number",)),
    "parked": (("ticket",),),
    "history": (("ticket", "position"), ("sequence",)),
    "contents": (("ticket", "position", "id"),),
    "receipts": (("command_id",),),
    "counters": (("name",),),
    "records": (("kind", "id"),),
    "rules": (("rules_hash",),),
    "outbox": (("id",),),
}
_INDEXES = {
    "tickets": tuple((key, "id") for key in (*SORT_KEYS, "wake_at") if key != "number"),
    "outbox": (("status", "due_at", "id"),),
}
_AGAIN = frozenset({11000, 112})  # DuplicateKey, WriteConflict
_TRANSIENT = ("TransientTransactionError", "UnknownTransactionCommitResult")


class Database:
    """A database under one prefix: its collections, its name in messages, what its errors mean."""

    def __init__(self, client: MongoClient[Doc], name: str, *, prefix: str, url: str) -> None:
        options: CodecOptions[Doc] = CodecOptions(
            tz_aware=True, tzinfo=UTC, uuid_representation=UuidRepresentation.STANDARD
        )
        self.client, self.name, self.prefix, self.url = client, name, prefix, url
        self._database = client.get_database(
            name, codec_options=options, write_concern=WriteConcern("majority"), read_preference=ReadPreference.PRIMARY
        )
        self._checked = False

    def of(self, client: MongoClient[Doc]) -> Database:
        """Return the database of this name by way of a host's client."""
        return Database(client, self.name, prefix=self.prefix, url=self.url)

    def run(self, operation: Operation, session: ClientSession) -> Any:
        """Execute an operation; a cursor's documents come as a list."""
        collection = self._database[self.prefix + operation.collection]
        inside = None if operation.apart else session
        result = getattr(collection, operation.method)(*operation.args, **operation.options, session=inside)
        return result.to_list() if hasattr(result, "to_list") else result

    def check(self) -> None:
        """
        Look at the server and the schema the first time.

        Raises:
            StoreUnreadable: No server answers.
            StoreError: It is a standalone, which has no transactions.
            SchemaMissing: Not migrated.
            SchemaNewer: Migrated by a later release.
        """
        if self._checked:
            return
        if self._version() < SCHEMA:
            asked = self.url if self.prefix == "sc_" else f"{self.url} --prefix {self.prefix}"
            raise SchemaMissing(where=self.url, url=asked)
        self._checked = True

    def migrate(self) -> None:
        """Make the indexes, and with them the collections; the version comes last."""
        if self._version() == SCHEMA:
            return
        try:
            for name, keys in _UNIQUE.items():
                plain = _INDEXES.get(name, ())
                models = [IndexModel(["desk", *key], unique=key in keys) for key in (*keys, *plain)]
                self._database[self.prefix + name].create_indexes(models)
            versions = self._database[self.prefix + "schema"]
            versions.replace_one({"_id": "schema"}, {"version": SCHEMA}, upsert=True)
        except PyMongoError as error:
            raise self.fault(error) from error

    def _version(self) -> int:
        try:
            hello = self.client.admin.command("hello")
            if "setName" not in hello and hello.get("msg") != "isdbgrid":  # which is what mongos says
                raise StoreError(
                    why=f"{self.url} is a standalone server and transactions need a replica set; start mongod with "
                    "--replSet rs0 and run rs.initiate() once (one node is enough)"
                )
            found = self._database[self.prefix + "schema"].find_one({"_id": "schema"})
        except PyMongoError as error:
            raise StoreUnreadable(where=self.url, why=_told(error)) from error
        version = 0 if found is None else int(found["version"])
        if version > SCHEMA:
            raise SchemaNewer(where=self.url, found=version, known=SCHEMA)
        return version

    def fault(self, error: PyMongoError) -> Exception:
        """Return what an error of the driver means outside a host's transaction."""
        if isinstance(error, ServerSelectionTimeoutError):  # labelled as transient too, but waiting was done already
            return StoreUnreadable(where=self.url, why=_told(error))
        details = getattr(error, "details", None) or {}
        codes = {getattr(error, "code", None), *(each.get("code") for each in details.get("writeErrors", ()))}
        if codes & _AGAIN or any(error.has_error_label(label) for label in _TRANSIENT):
            # An unknown outcome of a commit is one too: command ids make the repetition harmless.
            return Conflict(_told(error), lost=True)
        if isinstance(error, ConnectionFailure):
            return StoreUnreadable(where=self.url, why=_told(error))
        return StoreError(why=_told(error))


def _told(error: PyMongoError) -> str:
    """Return the words of an error without the driver's description of everything it knows."""
    return re.split(r", full error:| \(configured timeouts:|, Timeout:", str(error))[0] or type(error).__name__


class MongoStore:
    """A store in a MongoDB database; see `supportcore.storage.ports.Store`. Threads may share it."""

    joined = False

    def __init__(self, target: str, *, prefix: str = "sc_") -> None:
        options: dict[str, Any] = {"connect": False}
        if "serverselectiontimeoutms=" not in target.lower():
            options["serverSelectionTimeoutMS"] = PATIENCE
        try:
            client: MongoClient[Doc] = MongoClient(target, **options)
            name = client.get_default_database().name
        except (PyMongoError, ValueError):  # whose words may repeat the URL, and with it a password
            why = "the URL cannot be read or names no database; write for example mongodb://localhost/helpdesk"
            raise StoreError(why=why) from None
        scheme, _, rest = target.partition("://")
        self.url = f"{scheme}://{re.split('[/?]', rest)[0].rpartition('@')[2]}/{name}"
        self._database = Database(client, name, prefix=prefix, url=self.url)

    def ledger(self, desk: str) -> MongoLedger:
        """Return the operations on one desk."""
        return MongoLedger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules."""
        return desks()

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction and hand out its executor."""
        database = self._database
        database.check()
        with database.client.start_session() as session:  # which on leaving undoes what was not committed
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority"), ReadPreference.PRIMARY)

            def execute(operation: Operation) -> Any:
                try:
                    return database.run(operation, session)
                except PyMongoError as error:
                    raise database.fault(error) from error

            yield execute
            if write:
                try:
                    session.commit_transaction()
                except PyMongoError as error:
                    raise database.fault(error) from error

    def migrate(self) -> None:
        """Make the collections and indexes; repeating it changes nothing."""
        self._database.migrate()

    def close(self) -> None:
        """Let go of connections."""
        self._database.client.close()

    def join(self, host: Any) -> JoinedMongoStore:
        """Return this store inside the transaction of a host's session."""
        return JoinedMongoStore(self._database, host)


class JoinedMongoStore:
    """A store inside one transaction of a host; made by `MongoStore.join`."""

    joined = True

    def __init__(self, database: Database, host: Any) -> None:
        if not isinstance(host, ClientSession):
            raise NoTransaction(why=f"Join a pymongo ClientSession in a transaction, not {type(host).__name__}.")
        self._database, self._session, self._lost = database.of(host.client), host, ""
        self.url = database.url
        self._look()

    def ledger(self, desk: str) -> MongoLedger:
        """Return the operations on one desk."""
        return MongoLedger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules."""
        return desks()

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Hand out the executor of the host's transaction."""
        self._look()
        self._database.check()
        changed = False

        def execute(operation: Operation) -> Any:
            nonlocal changed
            try:
                result = self._database.run(operation, self._session)
            except PyMongoError as error:
                raise self._lose(_told(error)) from error
            changed = changed or operation.method in CHANGES
            return result

        try:
            yield execute
        except BaseException as error:
            if changed and not self._lost:
                raise self._lose(f"a call failed after part of its writes: {error}") from error
            raise

    def migrate(self) -> None:
        """Refuse: indexes are not made inside a transaction."""
        raise StoreError(why="migrate() of a joined store; call it on the store itself")

    def close(self) -> None:
        """Do nothing: the session is the host's."""

    def join(self, host: Any) -> JoinedMongoStore:
        """Return the store inside the transaction of another session."""
        return JoinedMongoStore(self._database, host)

    def _look(self) -> None:
        if self._lost:
            raise TransactionLost(why=self._lost)
        if self._session.has_ended or not self._session.in_transaction:
            raise NoTransaction(why="The session is in no transaction; join inside `with session.start_transaction()`.")

    def _lose(self, why: str) -> TransactionLost:
        self._lost = why
        # Behind the session's back: were it told, the host's further writes would silently be outside of any
        # transaction. As it is the server refuses them, and the commit. It may have been quicker, or be gone.
        with suppress(PyMongoError):
            self._session.client.admin.command("abortTransaction", session=self._session)
        return TransactionLost(why=why)
