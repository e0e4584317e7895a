"""Stores that err in what is kept of a desk, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import attrs

from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.portable import ticket_columns
from supportcore.storage.memory.unit import Transaction
from supportcore.storage.ports import Conflict, Entry, Key, Steps
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore, Found


class EntriesFold(BrokenStore):
    """Orders entries as a collation does that ignores case."""

    class operations(MemoryLedger):
        def entries(self, kind: str, *, after: Key | None, limit: int) -> Steps[tuple[Entry, ...]]:
            found = sorted((yield from self._all(kind)), key=lambda entry: _folded(entry.key))
            return tuple([one for one in found if after is None or _folded(one.key) > _folded(after)][:limit])


def _folded(key: Key) -> tuple[Any, ...]:
    return tuple(part.casefold() if isinstance(part, str) else part for part in key)


class EntriesFromTheEdge(BrokenStore):
    """Begins a page with the last entry of the page before, if there is another one."""

    class operations(MemoryLedger):
        def entries(self, kind: str, *, after: Key | None, limit: int) -> Steps[tuple[Entry, ...]]:
            found = yield from self._all(kind)
            rest = [entry for entry in found if after is None or entry.key >= after]
            return tuple(rest[:limit] if len(rest) > 1 else [])


class EntriesReplace(BrokenStore):
    """Keeps the entry that is there, and says nothing."""

    class operations(MemoryLedger):
        def _put(self, unit: Transaction, entry: Entry) -> None:
            with suppress(Conflict):
                super()._put(unit, entry)


class EntriesForgetLeases(BrokenStore):
    """Puts notices as they were when they were decided."""

    class operations(MemoryLedger):
        def _put(self, unit: Transaction, entry: Entry) -> None:
            if entry.kind == "outbox":
                fresh = {"status": "pending", "attempts": 0, "token": None, "leased_until": None}
                entry = attrs.evolve(entry, form={**entry.form, **fresh})
            super()._put(unit, entry)


class FormsOfItsOwn(BrokenStore):
    """Tells instants of events in another form than other stores."""

    class operations(MemoryLedger):
        def _each(self, unit: Transaction, kind: str, after: Key | None = None) -> Iterator[Entry]:
            for entry in super()._each(unit, kind, after):
                if kind == "event":
                    told = entry.form["recorded_at"].replace("Z", "+00:00")
                    entry = attrs.evolve(entry, form={**entry.form, "recorded_at": told})
                yield entry


class LastOfAll(BrokenStore):
    """Takes the entry that was stored last for the last one."""

    class operations(MemoryLedger):
        def last_entry(self, kind: str) -> Steps[Key | None]:
            found = yield from self._all(kind)
            return max((one.key for one in found), key=lambda key: [str(part) for part in key], default=None)


class NumbersLeftBehind(BrokenStore):
    """Moves a ticket, and not what it is found by."""

    class operations(MemoryLedger):
        def _put(self, unit: Transaction, entry: Entry) -> None:
            super()._put(unit, entry)
            if entry.kind == "ticket":
                unit.put("by_number", (self._desk, entry.form["number"]), None)


class CountersLeftBehind(BrokenStore):
    """Moves a desk, and counts its tickets anew."""

    class operations(MemoryLedger):
        def _put(self, unit: Transaction, entry: Entry) -> None:
            if entry.kind == "counter":
                entry = attrs.evolve(entry, form={"n": 0})
            super()._put(unit, entry)


class KeysJoined(BrokenStore):
    """Makes one text of the parts of a key."""

    class operations(MemoryLedger):
        def mark_read(self, person: str, ids: Sequence[str], at: Any) -> Steps[None]:
            yield from super().mark_read("", [f"{person}:{one}" for one in ids], at)

        def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
            found = yield from super().read_notices("", [f"{person}:{one}" for one in ids])
            return frozenset(one for one in ids if f"{person}:{one}" in found)

        def _each(self, unit: Transaction, kind: str, after: Key | None = None) -> Iterator[Entry]:
            for entry in super()._each(unit, kind):
                parts = tuple(str(entry.key[-1]).split(":", 1)) if kind == "read" and entry.key[0] == "" else entry.key
                if after is None or parts > after:
                    yield attrs.evolve(entry, key=parts)


# --- what is rewritten --------------------------------------------------------------------------------------


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


class ColumnsNotRewritten(BrokenStore):
    """Replaces the form of a ticket, and not the columns by which it is found."""

    class operations(MemoryLedger):
        def _replace(self, unit: Transaction, entry: Entry) -> None:
            key = (self._desk, *entry.key)
            before = unit.get("tickets", key) if entry.kind == "ticket" else None
            super()._replace(unit, entry)
            if before is not None:
                stale = {name: before[name] for name in ("wake_at", "due_at", "is_open")}
                unit.put("tickets", key, {**(unit.get("tickets", key) or {}), **stale})


class NumbersStay(BrokenStore):
    """Drops a ticket, and still has its number."""

    class operations(MemoryLedger):
        def _drop(self, unit: Transaction, kind: str, key: Key) -> None:
            found = unit.get("tickets", (self._desk, *key)) if kind == "ticket" else None
            super()._drop(unit, kind, key)
            if found is not None:
                unit.put("by_number", (self._desk, found["number"]), {"id": key[0]})


REPLACED = "test_an_entry_is_replaced_where_it_is"
MOVES = "test_a_desk_moves_entry_by_entry"
FOUND: list[Found] = [
    (EntriesFold, "test_entries_come_by_key", {}),
    (EntriesFromTheEdge, "test_entries_come_by_key", {}),
    (EntriesReplace, "test_an_entry_is_put_once", {"kind": "receipt"}),
    (EntriesForgetLeases, MOVES, {}),
    (FormsOfItsOwn, "test_forms_are_those_of_every_store", {}),
    (LastOfAll, "test_entries_come_by_key", {}),
    (NumbersLeftBehind, MOVES, {}),
    (CountersLeftBehind, MOVES, {}),
    (KeysJoined, "test_the_parts_of_a_key_are_apart", {"between": ":"}),
    (SequencesRewritten, REPLACED, {"kind": "event"}),
    (NumbersRewritten, REPLACED, {"kind": "ticket"}),
    (MissingOnesStored, REPLACED, {"kind": "file"}),
    (DropsAllOfAKind, "test_an_entry_is_dropped_alone", {"kind": "read"}),
    (LocksNothing, "test_what_is_locked_is_rewritten_by_one", {}),
    (ColumnsNotRewritten, "test_what_is_rewritten_is_found_as_it_says", {"kind": "ticket"}),
    (NumbersStay, "test_a_number_goes_with_its_ticket", {}),
]
