"""
Records that a host keeps itself: its own customers, for example, over its own tables.

    def customers(ids):
        rows = yield sa.select(people.c.id, people.c.name).where(people.c.id.in_(ids)), {}
        return [Customer(id=row.id, name=row.name) for row in rows]

    store = HostOwned(open_store(engine), {"customer": Owned(read=customers, page=customers_after)})

What the host writes are steps, as a store's own: they run in the transaction that asks, sync and async alike, joined
or not, and yield what the store's executor understands (a statement and its parameters in SQL, an ``Operation`` in
MongoDB). Nothing is copied, so nothing goes stale; the rest of the catalogue stays where it was.

Rules: a record of an owned kind is read from the host and from nowhere else, and is changed by the host only. A ticket
keeps the ids it names; a host that deletes a customer takes away the record, not the tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from inspect import iscoroutinefunction
from itertools import pairwise
from typing import Any, cast

import attrs

from supportcore.errors import Fault, Invalid, Reason, Refused, StoreError, facts
from supportcore.storage.ports import (
    KIND_OF,
    RECORD_KINDS,
    AsyncExecute,
    AsyncStore,
    Execute,
    Ledger,
    Record,
    Ref,
    Steps,
    Store,
)

__all__ = ["AsyncHostOwned", "HostOwned", "Owned"]

IDS_AT_ONCE = 128
"""How many records a host is asked for at once, at most."""


@attrs.frozen
class Owned:
    """
    How the records of one kind are read from a host.

    Attributes:
        read: Takes ids, at most `IDS_AT_ONCE` and each once; returns the records that have them, in any order. An id
            without a record is left out.
        page: Takes an id (``""`` at first) and a limit; returns at most so many records with a greater id, ascending.
            Ids compare as text by bytes, whatever the column is: on PostgreSQL ``ORDER BY id COLLATE "C"``.
    """

    read: Callable[[tuple[str, ...]], Steps[Iterable[Record]]]
    page: Callable[[str, int], Steps[Iterable[Record]]]


class HostOwned:
    """
    A store whose records of some kinds are the host's; see `supportcore.storage.ports.Store`.

    Args:
        store: Keeps everything else.
        owned: Kind (one of `RECORD_KINDS`) to how it is read.
    """

    def __init__(self, store: Store, owned: Mapping[str, Owned]) -> None:
        _check(store, owned, asynchronous=False)
        self._store, self._owned = store, dict(owned)
        self.url: str = store.url
        self.joined: bool = store.joined

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk."""
        return _ledger(self._store.ledger(desk), self._owned)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        return self._store.desks()

    def begin(self, *, write: bool) -> AbstractContextManager[Execute]:
        """Begin a transaction and hand out its executor."""
        return self._store.begin(write=write)

    def migrate(self) -> None:
        """Make or upgrade our tables; the host's are the host's."""
        self._store.migrate()

    def close(self) -> None:
        """Let go of connections."""
        self._store.close()

    def join(self, host: Any) -> HostOwned:
        """Return this store inside the transaction of a host."""
        return HostOwned(self._store.join(host), self._owned)


class AsyncHostOwned:
    """The same over an asynchronous store; what the host writes is the same, too."""

    def __init__(self, store: AsyncStore, owned: Mapping[str, Owned]) -> None:
        _check(store, owned, asynchronous=True)
        self._store, self._owned = store, dict(owned)
        self.url: str = store.url
        self.joined: bool = store.joined

    def ledger(self, desk: str) -> Ledger:
        """Return the operations on one desk."""
        return _ledger(self._store.ledger(desk), self._owned)

    def desks(self) -> Steps[tuple[str, ...]]:
        """Return the keys of all desks."""
        return self._store.desks()

    def begin(self, *, write: bool) -> AbstractAsyncContextManager[AsyncExecute]:
        """Begin a transaction and hand out its executor."""
        return self._store.begin(write=write)

    async def migrate(self) -> None:
        """Make or upgrade our tables; the host's are the host's."""
        await self._store.migrate()

    async def close(self) -> None:
        """Let go of connections."""
        await self._store.close()

    def join(self, host: Any) -> AsyncHostOwned:
        """Return this store inside the transaction of a host."""
        return AsyncHostOwned(self._store.join(host), self._owned)


class OwnedLedger:
    """The catalogue of one desk, partly the host's; everything else is the ledger's that it is made of."""

    def __init__(self, ledger: Ledger, owned: Mapping[str, Owned]) -> None:
        self._ledger, self._owned = ledger, owned

    def __getattr__(self, name: str) -> Any:
        """Return what the ledger itself has."""
        return getattr(self._ledger, name)

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        """Return the records named, in that order; one round trip for us and one for each kind of the host's."""
        wanted = tuple(refs)
        once = tuple(dict.fromkeys(wanted))
        found: dict[Ref, Record | None] = {}
        ours = tuple(ref for ref in once if ref[0] not in self._owned)
        if ours:
            found.update(zip(ours, (yield from self._ledger.records(ours)), strict=True))
        for kind, owned in self._owned.items():
            ids = tuple(record_id for of, record_id in once if of == kind)
            for start in range(0, len(ids), IDS_AT_ONCE):
                part = ids[start : start + IDS_AT_ONCE]
                # What a collation of the host's takes for equal is not: it is looked up below by the very id.
                found.update({(kind, one.id): one for one in _of_kind(kind, (yield from owned.read(part)))})
        return tuple([found.get(ref) for ref in wanted])

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        """Return records of one kind with an id greater than *after*, ascending."""
        owned = self._owned.get(kind)
        if owned is None:
            return (yield from self._ledger.records_of(kind, after=after, limit=limit))
        page = _of_kind(kind, (yield from owned.page(after, limit)))
        ids = [after, *(one.id for one in page)]
        if len(page) > limit or any(first >= second for first, second in pairwise(ids)):
            raise StoreError(
                why=f"the host's page of {kind} records after {after!r} is not at most {limit} of them by the bytes of "
                f"their ids, but {ids[1:4]}…"
            )
        return page

    def put_record(self, record: Record) -> Steps[None]:
        """
        Store a record.

        Raises:
            Refused: Its kind is the host's.
        """
        kind = KIND_OF[type(record)]
        if kind in self._owned:
            raise Refused(Reason("owned_by_host", facts(kind=kind, id=record.id)))
        yield from self._ledger.put_record(record)


def _ledger(ledger: Ledger, owned: Mapping[str, Owned]) -> Ledger:
    # What is not the catalogue is passed on by name, which a type checker cannot follow.
    return cast(Ledger, OwnedLedger(ledger, owned))


def _of_kind(kind: str, records: Iterable[Record]) -> tuple[Record, ...]:
    """Return what a host read, or refuse what is not of the kind it was asked for."""
    found = tuple(records)
    for record in found:
        if KIND_OF.get(type(record)) != kind:
            raise StoreError(why=f"the host was asked for {kind} records and returned {type(record).__name__}")
    return found


def _check(store: Any, owned: Mapping[str, Owned], *, asynchronous: bool) -> None:
    if iscoroutinefunction(getattr(store, "migrate", None)) is not asynchronous:
        expected = "an asynchronous store" if asynchronous else "a store that is not asynchronous"
        raise Invalid(Fault("store", "wrong_type", facts(expected=expected, expected_es="otro tipo de almacén")))
    for kind in owned:
        if kind not in RECORD_KINDS:
            raise Invalid(Fault("owned", "not_an_option", facts(options=", ".join(RECORD_KINDS))))
