"""
A database as this backend sees it: names, collections, and what the driver's errors mean.

Nothing here waits; the synchronous and the asynchronous store share all of it.
"""

from __future__ import annotations

import re
import weakref
from contextlib import suppress
from datetime import UTC
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.synchronous.mongo_client import MongoClient

from supportcore.errors import StoreDenied, StoreError, StoreUnreachable
from supportcore.storage.ports import Conflict, Steps
from supportcore_mongo.members import Members
from supportcore_mongo.operations import ADMIN, DATABASE, SESSION, Doc, Operation

Client = MongoClient[Doc] | AsyncMongoClient[Doc]
Session = ClientSession | AsyncClientSession

PATIENCE = 5000
"""Milliseconds to look for a server, unless the URL says ``serverSelectionTimeoutMS=``."""
COMMITS = 3
"""How often a commit is asked for while it is unknown whether it came to pass; PyMongo itself asks twice each time."""

_NAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]{0,29})?").fullmatch
_DATABASE_NAME = re.compile(r'[^/\\. "$*<>:|?\0]{1,63}').fullmatch
_WRITE_CONFLICT = 112
_AGAIN = frozenset({11000, _WRITE_CONFLICT})  # 11000 is DuplicateKey
_TRANSIENT, _UNKNOWN = "TransientTransactionError", "UnknownTransactionCommitResult"
_REFUSED_USER = frozenset({18, 8000})  # AuthenticationFailed; AtlasError, which is Atlas's word for it
_REFUSED_TEXT = "AuthenticationFailed"  # when the monitor of a server met it, PyMongo tells only by text
_REFUSED_ACT = frozenset({13})  # Unauthorized

_OPTIONS: CodecOptions[Doc] = CodecOptions(tz_aware=True, tzinfo=UTC, uuid_representation=UuidRepresentation.STANDARD)
START = Operation(
    SESSION, "start_transaction", (ReadConcern("snapshot"), WriteConcern("majority"), ReadPreference.PRIMARY)
)
_COMMIT = Operation(SESSION, "commit_transaction")
ABORT = Operation(ADMIN, "command", ("abortTransaction",))


class Unknown(Conflict):
    """It is not known whether a commit came to pass; command ids make it harmless to repeat the transaction."""


def commit(session: Session) -> Steps[None]:
    """
    Commit, and ask again while the outcome is unknown.

    Given up, the server is asked to forget the session: a transaction that it never was told to commit would go on
    holding what it wrote against everybody, a minute long.
    """
    for left in reversed(range(COMMITS)):
        try:
            yield _COMMIT
        except Unknown:
            if not left:
                with suppress(Conflict, StoreError):
                    yield Operation(ADMIN, "command", ("killSessions", [session.session_id]), apart=True)
                raise
        else:
            return


class Database:
    """
    A database under one prefix.

    Attributes:
        url: What messages call it; never holds a password.
        full_url: With the user and the options, for a command that is to reach the same; asterisks for what is secret.
        members: What the servers there said of themselves.
    """

    def __init__(
        self,
        name: str,
        *,
        prefix: str,
        url: str,
        user: str = "",
        full_url: str = "",
        members: Members | None = None,
    ) -> None:
        if not _NAME(prefix):
            raise StoreError(why=f"prefix {prefix!r}: letters, digits and underscores, at most 30, no digit first")
        if not _DATABASE_NAME(name):
            raise StoreError(why=f"{name!r} cannot be the name of a database")
        self.name, self.prefix, self.url, self.full_url = name, prefix, url, full_url or url
        self.members = members or Members()
        self._user = f"user {user!r}" if user else "this user"
        self._checked: dict[int, weakref.ref[Any]] = {}

    def is_checked(self, client: Client) -> bool:
        """Return whether server and schema were found good by way of *client*."""
        found = self._checked.get(id(client))
        return found is not None and found() is client

    def set_checked(self, client: Client) -> None:
        """Remember that they were."""
        self._checked = {key: ref for key, ref in self._checked.items() if ref() is not None}
        self._checked[id(client)] = weakref.ref(client)

    def fault(self, error: PyMongoError) -> Exception:
        """Return what an error of the driver means outside a host's transaction."""
        why, codes = told(error), _codes(error)
        if codes & _REFUSED_USER or (isinstance(error, ServerSelectionTimeoutError) and _REFUSED_TEXT in str(error)):
            return StoreDenied(where=self.url, why=f"{self._user} or the password is not accepted")
        if isinstance(error, ServerSelectionTimeoutError):
            # Labelled as transient as well, but waiting was done already; only what a commit came to is open.
            if error.has_error_label(_UNKNOWN):
                return Conflict(why, lost=True)
            return self.members.fault(why, where=self.url) or StoreUnreachable(where=self.url, why=why)
        if error.has_error_label(_UNKNOWN):
            return Unknown(why, lost=True)
        if codes & _AGAIN or error.has_error_label(_TRANSIENT):
            return Conflict(why, lost=True)
        if codes & _REFUSED_ACT:
            return StoreDenied(where=self.url, why=f"{self._user}: {why.rstrip('.')}")
        if isinstance(error, ConnectionFailure) or getattr(error, "timeout", False):
            # A connection was cut, or its server is no longer the primary; the next attempt finds another.
            return Conflict(why, lost=True)
        return StoreError(why=f"{self.url}: {why}")


class Collections:
    """The collections of a database by way of one client."""

    def __init__(self, database: Database, client: Client) -> None:
        self.client = client
        self._database = client.get_database(
            database.name,
            codec_options=_OPTIONS,
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority"),
        )
        self._prefix = database.prefix
        self._known: dict[str, Any] = {DATABASE: self._database, ADMIN: client.admin}

    def call(self, operation: Operation, session: Session | None) -> Any:
        """Call what an operation names; what comes back is to be awaited if the client is asynchronous."""
        if operation.collection == SESSION:
            return getattr(session, operation.method)(*operation.args)
        target = self._known.get(operation.collection)
        if target is None:
            target = self._known[operation.collection] = self._database[self._prefix + operation.collection]
        inside = None if operation.apart else session
        return getattr(target, operation.method)(*operation.args, **operation.options, session=inside)


def told(error: PyMongoError) -> str:
    """Return the words of an error without what the driver tells of all it knows, and the server of its insides."""
    if _WRITE_CONFLICT in _codes(error):
        return "another transaction is writing the same document"
    return re.split(r", full error:| \(configured timeouts:|, Timeout:", str(error))[0] or type(error).__name__


def _codes(error: PyMongoError) -> set[Any]:
    details = getattr(error, "details", None)
    if not isinstance(details, dict):
        details = {}
    return {getattr(error, "code", None), *(each.get("code") for each in details.get("writeErrors", ()))}
