"""Stores that are broken on purpose, each in one way that has been seen in the wild; the suite has to find them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import attrs

from supportcore.predicate import All, AnyOf, Eq, Missing, Ne, Predicate, to_python
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger, MemoryStore, Transaction, _do, _ticket
from supportcore.storage.ports import Execute, Lease, Query, Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import Decision, OutboxRow
from supportcore.tickets.ticket import Ticket


class BrokenStore(MemoryStore):
    """A memory store with other operations."""

    operations: type[MemoryLedger] = MemoryLedger

    def ledger(self, desk: str) -> MemoryLedger:
        return self.operations(desk)


class VersionsIgnored(BrokenStore):
    """Saves whatever it is given, on whatever is there."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = []
            for change in decision.changes:
                current = unit.get("tickets", (self._desk, change.ticket.id))
                changes.append(attrs.evolve(change, before=current["version"] if current else 0))
            super()._save(unit, attrs.evolve(decision, changes=tuple(changes)))


class LastCommitWins(BrokenStore):
    """Compares versions when a change is saved, but not when it is committed."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        unit = Transaction(self._tables)
        yield lambda operation: operation(unit)
        if write:
            with self._lock:
                unit._base.clear()
                unit.commit()


class EventsDropped(BrokenStore):
    """Keeps only the first of several events of one change."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = tuple(attrs.evolve(change, recorded=change.recorded[:1]) for change in decision.changes)
            super()._save(unit, attrs.evolve(decision, changes=changes))


class NumbersReadThenWritten(BrokenStore):
    """Reads the counter in one step and writes it in another."""

    class operations(MemoryLedger):
        def next_number(self) -> Steps[int]:
            doc = yield from _do(lambda unit: unit.get("numbers", (self._desk,)))
            number = 1 if doc is None else int(doc["n"]) + 1
            yield from _do(lambda unit: unit.put("numbers", (self._desk,), {"n": number}))
            return number


class NumbersCounted(BrokenStore):
    """Takes the number of tickets for the last number."""

    class operations(MemoryLedger):
        def next_number(self) -> Steps[int]:
            return 1 + (yield from self.count(All()))


class NoticesLeak(BrokenStore):
    """Writes notices past the transaction."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, decision)
            for (table, key), doc in unit._new.items():
                if table == "outbox":
                    unit._tables[table][key] = unit._base[table, key] = doc


class ReadsDirty(BrokenStore):
    """Shows others what is not committed."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, decision)
            for (table, key), doc in unit._new.items():
                if table == "tickets":
                    unit._tables[table][key] = unit._base[table, key] = doc


class SeeksByKeyAlone(BrokenStore):
    """Goes on behind the key of the edge and skips the other rows of that key."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            found = yield from super().find(query)
            if query.seek is None:
                return found
            return tuple(ticket for ticket in found if getattr(ticket, query.sort) != query.seek.key)


class LeasesIgnored(BrokenStore):
    """Leases rows that somebody else is about to send."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            stamp = instant_text(now)

            def take(unit: Transaction) -> list[Lease]:
                leases = []
                for key, doc in list(unit.all("outbox", self._desk)):
                    if doc["state"] == "pending" and doc["due"] <= stamp and len(leases) < limit:
                        leased = {**doc, "attempts": doc["attempts"] + 1, "token": token, "lease": stamp}
                        unit.put("outbox", key, leased)
                        row: OutboxRow = codec.load(OutboxRow, doc["row"])
                        leases.append(Lease(row=row, attempts=leased["attempts"], token=token))
                return leases

            return tuple((yield from _do(take)))


class TokensIgnored(BrokenStore):
    """Lets anybody settle any row that is pending."""

    class operations(MemoryLedger):
        def settle(self, row_id: str, *, token: str, **outcome: Any) -> Steps[bool]:
            doc = yield from _do(lambda unit: unit.get("outbox", (self._desk, row_id)))
            held = "" if doc is None else doc["token"]
            return (yield from super().settle(row_id, token=held, **outcome))


class DesksLeak(BrokenStore):
    """Counts the tickets of all desks."""

    class operations(MemoryLedger):
        def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
            test = to_python(where)
            rows = yield from _do(lambda unit: list(unit._tables.get("tickets", {}).values()))
            return Counter(getattr(ticket, field) for ticket in map(_ticket, rows) if test(ticket, None))


class NullsCompareAsInSql(BrokenStore):
    """Takes a missing value for neither equal nor unequal."""

    class operations(MemoryLedger):
        def _where(self, where: Predicate) -> Steps[list[Ticket]]:
            return (yield from super()._where(_without_null(where)))


class CaseFolds(BrokenStore):
    """Compares text as a collation does that ignores case."""

    class operations(MemoryLedger):
        def _where(self, where: Predicate) -> Steps[list[Ticket]]:
            if not (isinstance(where, Eq) and isinstance(where.value, str)):
                return (yield from super()._where(where))
            tickets = yield from super()._where(All())
            wanted = where.value.casefold()
            return [t for t in tickets if str(getattr(t, where.field) or "").casefold() == wanted]


class ColumnsGrowStale(BrokenStore):
    """Writes the columns for due tickets once and never again."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            before = {c.ticket.id: unit.get("tickets", (self._desk, c.ticket.id)) for c in decision.changes}
            super()._save(unit, decision)
            for ticket_id, row in before.items():
                key = (self._desk, ticket_id)
                if row is not None:
                    unit.put("tickets", key, {**(unit.get("tickets", key) or {}), "wake_at": row["wake_at"]})


def _without_null(where: Predicate) -> Predicate:
    if isinstance(where, All | AnyOf):
        return type(where)(tuple(_without_null(part) for part in where.parts))
    if isinstance(where, Ne):
        return All((where, Missing(where.field, False)))
    return where
