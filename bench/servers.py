"""
Servers to measure on: those of the tests, with settings under which what was acknowledged outlives a loss of power.

The tests' own servers only outlive a kill; here every commit is on the disk before it is acknowledged, and the caches
are of a size that people would choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from bench.report import Line
from supportcore_sql.engines import read_url
from tests.servers import Server
from tests.servers.common import StoreUnavailable, running
from tests.servers.mariadb import MariadbServer
from tests.servers.mongodb import MongodbServer
from tests.servers.postgresql import PostgresqlServer


class _Postgresql(PostgresqlServer):
    """Each commit waits for fsync."""

    def command(self) -> Sequence[str | Path]:
        settings = {"fsync": "on", "shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}
        return [*super().command(), *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]


class _Mariadb(MariadbServer):
    """Each commit waits for fsync of the log."""

    def command(self) -> Sequence[str | Path]:
        durable = ("--innodb-flush-log-at-trx-commit=1", "--innodb-flush-method=fsync")
        return [*super().command(), *durable, "--innodb-log-file-size=512M", "--innodb-buffer-pool-size=512M"]


class _Mongodb(MongodbServer):
    """Acknowledged by a majority, which is the journal on the disk of the only member."""

    def command(self) -> Sequence[str | Path]:
        given = {"0.25": "0.5", "64": "512"}  # the cache in GiB, the oplog in MiB
        told = [str(part) for part in super().command()]
        named = ("--wiredTigerCacheSizeGB", "--oplogSize")
        return [given[part] if before in named else part for before, part in zip(["", *told], told, strict=False)]


_SERVERS: Mapping[str, Any] = MappingProxyType(
    {"postgresql": _Postgresql, "mariadb": _Mariadb, "mongodb": partial(_Mongodb, replica_set=True)}
)
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "sqlite": "write-ahead log, synchronous NORMAL: commits outlive a kill, but the last a loss of power not",
        "postgresql": "fsync and synchronous_commit on, 512 MB of shared buffers, one machine with the client",
        "mariadb": "innodb_flush_log_at_trx_commit=1 with fsync, 512 MB of buffer pool, one machine with the client",
        "mongodb": "replica set of one, majority with journal, cache of 0.5 GB, one machine with the client",
    }
)
"""How durable each store is while it is measured."""


def server(name: str) -> AbstractContextManager[Server]:
    """
    Start a server of that name and yield it; it is gone afterwards.

    Raises:
        StoreUnavailable: There is none here; says what is missing.
    """
    return running(_SERVERS[name])


@contextmanager
def place(name: str, folder: Path) -> Iterator[Place]:
    """Yield where stores of that name can be made: a folder for SQLite, a server for the others."""
    if name == "sqlite":
        yield Place(name, folder=folder)
        return
    with server(name) as started:
        yield Place(name, url=started.url)


class Place:
    """Where stores of one kind are made, each in a database of its own."""

    def __init__(self, name: str, *, folder: Path | None = None, url: str = "") -> None:
        self.name, self._folder, self._url = name, folder, url

    def database(self, called: str) -> str:
        """Make a database and return the URL of a store in it."""
        if self._folder is not None:
            return f"sqlite:///{self._folder / called}.db"
        if self.name != "mongodb":
            engine = sa.create_engine(read_url(self._url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
            with engine.connect() as connection:
                connection.execute(sa.DDL(f"CREATE DATABASE {called}"))
        return urlsplit(self._url)._replace(path=f"/{called}").geturl()


def left_out(name: str, error: StoreUnavailable) -> Line:
    """Return the line that says why nothing was measured on a store."""
    return Line(key=f"{name}_left_out", what=f"{name}: left out, {error.reason}")
