"""Stores that rewrite entries otherwise than they promise."""

from __future__ import annotations

from collections.abc import Sequence

from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.portable import ticket_columns
from supportcore.storage.memory.unit import Transaction
from supportcore.storage.ports import Entry, Key, Steps
from supportcore.tickets.ticket import Ticket
from tests.testing.broken import BrokenStore


class SequencesRewritten(BrokenStore):
    """Takes the sequence of an event out of the form."""

    class operations(MemoryLedger):
        def _replace(self, unit: Transaction, entry: Entry) -> None:
            super()._replace(unit, entry)
            if entry.kind == "event":
                unit.rewrite((self._desk, *entry.key), dict(entry.form))


class NumbersRewritten(BrokenStore):
    """Takes the number of a ticket out of the form."""

    class operations(MemoryLedger):
        def _replace(self, unit: Transaction, entry: Entry) -> None:
            super()._replace(unit, entry)
            if entry.kind == "ticket" and unit.get("tickets", (self._desk, *entry.key)) is not None:
                row = ticket_columns(codec.load(Ticket, dict(entry.form)))
                unit.put("tickets", (self._desk, *entry.key), row)


class MissingOnesStored(BrokenStore):
    """Stores what is to be replaced and is not there."""

    class operations(MemoryLedger):
        def _replace(self, unit: Transaction, entry: Entry) -> None:
            if entry.kind == "file":
                unit.put("files", (self._desk, *entry.key), dict(entry.form))
            else:
                super()._replace(unit, entry)


class DropsAllOfAKind(BrokenStore):
    """Drops everything under the first part of a key."""

    class operations(MemoryLedger):
        def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
            there = yield from self._all(kind)
            firsts = {key[0] for key in keys}
            yield from super().drop_entries(kind, [one.key for one in there if one.key[0] in firsts])


class LocksNothing(BrokenStore):
    """Reads entries that are to be replaced like all others."""

    class operations(MemoryLedger):
        def entries(self, kind: str, *, after: Key | None, limit: int, lock: bool = False) -> Steps[tuple[Entry, ...]]:
            return (yield from super().entries(kind, after=after, limit=limit))
