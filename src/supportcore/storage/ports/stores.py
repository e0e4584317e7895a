"""A database: transactions, and the ledgers of its desks."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol

from supportcore.storage.ports.driving import AsyncExecute, Execute, Steps
from supportcore.storage.ports.ledger import Ledger


class Store(Protocol):
    """
    A database, synchronous.

    Attributes:
        url: What messages call it; never holds a password.
        joined: Whether it works inside a host's transaction: then one attempt, no commit, no retry.
    """

    url: str
    joined: bool

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk; cheap, no I/O."""

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules here, ascending."""

    def begin(self, *, write: bool) -> AbstractContextManager[Execute]:
        """
        Begin a transaction (or, joined, a savepoint) and hand out its executor.

        Raises:
            Conflict: See the module.
            StoreError: The database failed; `SchemaMissing`, `SchemaNewer`, `StoreUnreadable`, `StoreReadOnly`.
        """

    def migrate(self) -> None:
        """Make or upgrade the tables; repeating it changes nothing."""

    def close(self) -> None:
        """Let go of connections."""

    def join(self, host: Any) -> Store:
        """
        Return this store inside the transaction of a host's connection or session.

        Raises:
            NoTransaction: The connection is in no transaction, or in AUTOCOMMIT.
        """


class AsyncStore(Protocol):
    """A database, asynchronous; the ledger is the same."""

    url: str
    joined: bool

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk; cheap, no I/O."""

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks that have tickets or rules here, ascending."""

    def begin(self, *, write: bool) -> AbstractAsyncContextManager[AsyncExecute]:
        """Begin a transaction; see `Store.begin`."""

    async def migrate(self) -> None:
        """Make or upgrade the tables."""

    async def close(self) -> None:
        """Let go of connections."""

    def join(self, host: Any) -> AsyncStore:
        """Return this store inside the transaction of a host; see `Store.join`."""
