"""What stores that are broken on purpose are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from supportcore.storage.memory import MemoryLedger, MemoryStore
from supportcore.storage.memory.unit import Doc, Key, Transaction
from supportcore.tickets.commands import Decision
from supportcore.tickets.events import Content
from supportcore.tickets.ticket import Ticket


class BrokenStore(MemoryStore):
    """A memory store with other operations."""

    operations: type[MemoryLedger] = MemoryLedger

    def ledger(self, desk: str) -> MemoryLedger:
        return self.operations(desk)


Found = tuple[type[Any], str, dict[str, Any]]
"""A store that is broken, a test of the suite that finds it, and what the test is given beside the store."""


def keeping(alter: Callable[[Ticket], Ticket]) -> type[MemoryLedger]:
    """Return operations that save other tickets than they are told to."""

    class Altering(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = tuple(attrs.evolve(change, ticket=alter(change.ticket)) for change in decision.changes)
            super()._save(unit, attrs.evolve(decision, changes=changes))

    return Altering


def writing(alter: Callable[[Content], Content]) -> type[MemoryLedger]:
    """Return operations that save other contents than they are told to."""

    class Altering(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, attrs.evolve(decision, contents=tuple(map(alter, decision.contents))))

    return Altering


def past(unit: Transaction, table: str, key: Key, doc: Doc | None) -> None:
    """Write past the transaction: at once, and for everybody."""
    unit._base[table, key] = doc
    rows = unit._tables.setdefault(table, {})
    if doc is None:
        rows.pop(key, None)
    else:
        rows[key] = doc
