"""
The reference store: everything in dictionaries of this process.

It is the plainest reading of the ports, against which the others are compared. Records are kept *encoded*, so that
every test exercises the stored forms. A transaction collects a write set; its commit takes one lock, checks that
nothing it replaces has changed since, and applies all of it or none. An operation is a function of the transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import RLock
from typing import Any

from supportcore.errors import NoTransaction, StoreUnreadable
from supportcore.storage.memory.ledger import MemoryLedger
from supportcore.storage.memory.unit import Key, Operation, Transaction, do
from supportcore.storage.ports import AsyncExecute, Execute, Steps

__all__ = ["AsyncMemoryStore", "MemoryLedger", "MemoryStore", "open_async_url", "open_url"]


class MemoryStore:
    """A store that lives as long as the process; see `supportcore.storage.ports.Store`."""

    url = "memory://"
    joined = False

    def __init__(self) -> None:
        self._lock = RLock()
        self._tables: dict[str, dict[Key, Any]] = {"feed": {}, "waiting": {}, "by_ticket": {}}

    def ledger(self, desk: str) -> MemoryLedger:
        """Return the operations on one desk."""
        return MemoryLedger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        keys = yield from do(lambda unit: unit.desks())
        return keys

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        """Begin a transaction."""
        unit = Transaction(self._tables)

        def execute(operation: Operation) -> Any:
            with self._lock:
                return operation(unit)

        yield execute
        if write:
            with self._lock:
                unit.commit()

    def migrate(self) -> None:
        """Do nothing: there are no tables."""

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def join(self, host: Any) -> MemoryStore:
        """Refuse: memory has no transactions of a host."""
        raise NoTransaction(why="The memory store has no host to join; join a SQL store's connection or session.")


class AsyncMemoryStore:
    """The same store behind the asynchronous port."""

    url = "memory://"
    joined = False

    def __init__(self, store: MemoryStore | None = None) -> None:
        self._store = store or MemoryStore()

    def ledger(self, desk: str) -> MemoryLedger:
        """Return the operations on one desk."""
        return self._store.ledger(desk)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        return self._store.desks()

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        """Begin a transaction."""
        with self._store.begin(write=write) as execute:

            async def execute_later(operation: Operation) -> Any:
                return execute(operation)

            yield execute_later

    async def migrate(self) -> None:
        """Do nothing: there are no tables."""

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def join(self, host: Any) -> AsyncMemoryStore:
        """Refuse: memory has no transactions of a host."""
        self._store.join(host)
        return self


def open_url(target: str, *, prefix: str, schema: str | None) -> MemoryStore:
    """Return a new, empty store; the URL is always ``memory://``."""
    if target != "memory://":
        raise StoreUnreadable(where=target, why="a memory store has no name; write memory://")
    return MemoryStore()


def open_async_url(target: str, *, prefix: str, schema: str | None) -> AsyncMemoryStore:
    """Return a new, empty store behind the asynchronous port."""
    return AsyncMemoryStore(open_url(target, prefix=prefix, schema=schema))
