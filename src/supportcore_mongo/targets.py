"""What a store is opened on: a URL that names a database, or a host's client."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from pymongo.errors import PyMongoError
from pymongo.uri_parser import split_options

from supportcore.errors import BadTarget
from supportcore_mongo.database import PATIENCE, Client, Collections, Database
from supportcore_mongo.members import Members

C = TypeVar("C", bound=Client)

_UNREADABLE = "the URL cannot be read or names no database; write for example mongodb://localhost/helpdesk"
_NAME = re.compile("[A-Za-z]+").fullmatch
_SECRET = re.compile("(?i)password|passphrase|properties$").search  # the properties may hold a session token


class Target(Generic[C]):
    """
    A client, our own or a host's, and the database in it.

    A client of our own is not taken along into a forked process, where its connections would be shared with the
    parent: there a new one is made.

    Attributes:
        database: Under one prefix.
    """

    def __init__(self, target: str | C, kind: type[C], *, prefix: str, schema: str | None) -> None:
        """
        Read *target*; nothing is connected yet.

        Raises:
            BadTarget: It cannot be read or names no database.
        """
        self._url = target if isinstance(target, str) else ""
        self._kind = kind
        self._turn = Lock()
        self._members = Members()
        self._inherited: list[C] = []  # kept, as to let go of them would close what the parent uses
        if isinstance(target, str):
            if schema is not None:
                raise BadTarget(
                    why="MongoDB has no schemas; name the database in the URL, and tell desks apart by prefix"
                )
            _check_options(target)
            self._client, name = _read(self._made)
            scheme, _, rest = target.partition("://")
            login, _, hosts = re.split("[/?]", rest)[0].rpartition("@")
            shown, user = f"{scheme}://{hosts}/{name}", unquote(login.partition(":")[0])
            known_as = re.sub(":.*", ":***", login) + "@" if login else ""
            kept = "&".join(f"{key}={'***' if _SECRET(key) else value}" for key, value in _options(target))
            full = f"{scheme}://{known_as}{hosts}/{name}" + (f"?{kept}" if kept else "")
        elif isinstance(target, kind):
            self._client = target
            name = schema or _default_name(target)
            shown, user = f"mongodb://{_hosts(target)}/{name}", ""
            replica_set = target.topology_description.replica_set_name
            full = f"{shown}?replicaSet={replica_set}" if replica_set else shown
        else:
            raise BadTarget(why=f"this store is opened on a URL or a {kind.__name__}, not a {type(target).__name__}")
        self.database = Database(name, prefix=prefix, url=shown, user=user, full_url=full, members=self._members)
        self._pid = os.getpid()
        self._collections = Collections(self.database, self._client)

    @property
    def collections(self) -> Collections:
        """The collections by way of that client."""
        self._renew()
        return self._collections

    @property
    def client(self) -> C:
        """A client that this process may use."""
        self._renew()
        return self._client

    @property
    def ours(self) -> C | None:
        """The client if it is our own and of this process, to be closed."""
        return self._client if self._url and self._pid == os.getpid() else None

    def _renew(self) -> None:
        if self._pid == os.getpid() or not self._url:
            return
        with self._turn:
            if self._pid != os.getpid():
                self._inherited.append(self._client)
                self._client = self._made()
                self._collections = Collections(self.database, self._client)
                self._pid = os.getpid()

    def _made(self) -> C:
        options: dict[str, Any] = {"connect": False, "event_listeners": [self._members]}
        if "serverselectiontimeoutms=" not in self._url.lower():
            options["serverSelectionTimeoutMS"] = PATIENCE
        return self._kind(self._url, **options)


def _options(url: str) -> list[tuple[str, str]]:
    """Return names and values of the options of a URL, as they are written there."""
    options = re.split("[&;]", url.partition("://")[2].partition("?")[2])
    return [(name, value) for name, _, value in (option.partition("=") for option in options) if value]


def _check_options(url: str) -> None:
    """Refuse an option that PyMongo would leave out with a warning; *url* may be one that it cannot read at all."""
    for name, value in _options(url):
        try:
            split_options(f"{name}={value}", warn=False)
        except (PyMongoError, ValueError, TypeError) as error:  # whose words may repeat the value
            unknown = str(error).startswith("Unknown option")
        else:
            continue
        if not _NAME(name) or "@" in url.partition("?")[2]:
            raise BadTarget(why=_UNREADABLE)  # perhaps it is part of a password that is not escaped
        if unknown:
            raise BadTarget(why=f"MongoDB knows no option {name} in a URL")
        raise BadTarget(why=f"the value of the option {name} in the URL will not do")


def _read(made: Callable[[], C]) -> tuple[C, str]:
    try:
        client = made()
        return client, client.get_default_database().name
    except (PyMongoError, ValueError, TypeError):  # whose words may repeat the URL, and with it a password
        pass
    raise BadTarget(why=_UNREADABLE)


def _default_name(client: Client) -> str:
    try:
        return client.get_default_database().name
    except PyMongoError:
        why = "this client has no default database; name one in its URL, or by schema="
    raise BadTarget(why=why)


def _hosts(client: Client) -> str:
    addresses = sorted(client.topology_description.server_descriptions())
    return ",".join(f"{host}:{port}" for host, port in addresses)
