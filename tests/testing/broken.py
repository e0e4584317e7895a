"""Stores that are broken on purpose, each in one way that has been seen in the wild; the suite has to find them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import attrs

from supportcore.predicate import All, AnyOf, Eq, Missing, Ne, Predicate, to_python
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger, MemoryStore
from supportcore.storage.memory.portable import load_ticket
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Conflict, Entry, Execute, Key, Lease, Query, Steps, Words
from supportcore.testing.strategies import LAST_INSTANT
from supportcore.text import instant_text
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
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
        def next_numbers(self, count: int = 1) -> Steps[int]:
            key = (self._desk, "ticket")
            doc = yield from do(lambda unit: unit.get("numbers", key))
            last = 0 if doc is None else int(doc["n"])
            yield from do(lambda unit: unit.put("numbers", key, {"n": last + count}))
            return last + 1


class NumbersCounted(BrokenStore):
    """Takes the number of tickets for the last number."""

    class operations(MemoryLedger):
        def next_numbers(self, count: int = 1) -> Steps[int]:
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
                if table in ("tickets", "postings") and doc is not None:
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
                    if doc["status"] == "pending" and doc["next_at"] <= stamp and len(leases) < limit:
                        leased = {**doc, "attempts": doc["attempts"] + 1, "token": token, "leased_until": stamp}
                        unit.put("outbox", key, leased)
                        row: OutboxRow = codec.load(OutboxRow, doc["row"])
                        leases.append(Lease(row=row, attempts=leased["attempts"], token=token))
                return leases

            return tuple((yield from do(take)))


class TokensIgnored(BrokenStore):
    """Lets anybody settle any row that is pending."""

    class operations(MemoryLedger):
        def settle(self, row_id: str, *, token: str, **outcome: Any) -> Steps[bool]:
            doc = yield from do(lambda unit: unit.get("outbox", (self._desk, row_id)))
            held = "" if doc is None else doc["token"]
            return (yield from super().settle(row_id, token=held, **outcome))


class DesksLeak(BrokenStore):
    """Counts the tickets of all desks."""

    class operations(MemoryLedger):
        def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
            test = to_python(where)
            rows = yield from do(lambda unit: list(unit._tables.get("tickets", {}).values()))
            return Counter(getattr(ticket, field) for ticket in map(load_ticket, rows) if test(ticket, None))


class NullsCompareAsInSql(BrokenStore):
    """Takes a missing value for neither equal nor unequal."""

    class operations(MemoryLedger):
        def _where(self, where: Predicate, words: Words = ()) -> Steps[list[Ticket]]:
            return (yield from super()._where(_without_null(where), words))


class CaseFolds(BrokenStore):
    """Compares text as a collation does that ignores case."""

    class operations(MemoryLedger):
        def _where(self, where: Predicate, words: Words = ()) -> Steps[list[Ticket]]:
            if not (isinstance(where, Eq) and isinstance(where.value, str)):
                return (yield from super()._where(where, words))
            tickets = yield from super()._where(All(), words)
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


# --- the feed -----------------------------------------------------------------------------------------------


class SequencesAtSave(BrokenStore):
    """Gives sequences when events are saved, not when they are committed: what commits late is skipped."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Counter[str] = Counter()

    def ledger(self, desk: str) -> MemoryLedger:
        last = self.last

        class Numbering(MemoryLedger):
            def _save(self, unit: Transaction, decision: Decision) -> None:
                before = len(unit._events)
                super()._save(unit, decision)
                for event in unit._events[before:]:
                    last[desk] += 1
                    event["sequence"] = last[desk]

        return Numbering(desk)


class NumberersCollide(BrokenStore):
    """Reads what has no place in one step and gives places in another, whoever has given them meanwhile."""

    class operations(MemoryLedger):
        def number_events(self, limit: int) -> Steps[int]:
            found = yield from do(lambda unit: list(unit.unnumbered(self._desk, limit)))
            last = yield from do(lambda unit: len(unit.feed(self._desk, 0, 1_000_000)))

            def give(unit: Transaction) -> None:
                for sequence, event in enumerate(found, start=last + 1):
                    with suppress(ValueError):
                        unit._tables["waiting"][self._desk,].remove(event)
                    event["sequence"] = sequence
                    unit._tables["feed"].setdefault((self._desk,), []).append(event)

            yield from do(give)
            return len(found)


class FeedWithGaps(BrokenStore):
    """Counts a place more than it gives."""

    class operations(MemoryLedger):
        def _count_up(self, unit: Transaction, name: str, step: int) -> int:
            return super()._count_up(unit, name, step + (name == "feed" and step > 0)) - (name == "feed" and step > 1)


# --- many at once -------------------------------------------------------------------------------------------


class SavesWhatItCan(BrokenStore):
    """Of many decisions saves those that are not stale."""

    class operations(MemoryLedger):
        def save(self, *decisions: Decision) -> Steps[None]:
            for decision in decisions:
                try:
                    yield from super().save(decision)
                except Conflict:
                    if len(decisions) == 1:
                        raise


class SavesInGroups(BrokenStore):
    """Saves all that is opened before all that is changed, and of several changes of a ticket only one."""

    class operations(MemoryLedger):
        def save(self, *decisions: Decision) -> Steps[None]:
            last = {decision.changes[0].ticket.id: decision for decision in decisions if decision.changes}
            opened = [one for one in decisions if not one.changes or one.changes[0].before == 0]
            changed = [one for one in last.values() if one.changes[0].before > 0]
            yield from super().save(*opened, *changed)


class ReceiptsAsStored(BrokenStore):
    """Returns receipts in the order of their ids, each once."""

    class operations(MemoryLedger):
        def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
            return (yield from super().receipts(sorted(set(command_ids))))


class ReceiptsOfSome(BrokenStore):
    """Asks for no more receipts than fit into one statement."""

    class operations(MemoryLedger):
        def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
            wanted = tuple(command_ids)
            found = yield from super().receipts(wanted[:128])
            return found + (None,) * len(wanted[128:])


class NumbersOneByOne(BrokenStore):
    """Counts one up, however many numbers were asked for."""

    class operations(MemoryLedger):
        def next_numbers(self, count: int = 1) -> Steps[int]:
            return (yield from super().next_numbers(1))


# --- claims -------------------------------------------------------------------------------------------------


class ClaimsOutlive(BrokenStore):
    """Marks claimed tickets past the transaction, so that they stay claimed when it is undone."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            found = yield from super().due(now, limit, claim=claim)
            if claim:

                def mark(unit: Transaction) -> None:
                    for ticket_id in found:
                        doc = {"until": instant_text(LAST_INSTANT), "times": 0, "error": ""}
                        unit._tables.setdefault("parked", {})[self._desk, ticket_id] = doc

                yield from do(mark)
            return found


class ClaimsParked(BrokenStore):
    """Claims what is parked as well."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            if not claim:
                return (yield from super().due(now, limit))
            stamp = instant_text(now)
            rows = yield from do(lambda unit: list(unit.all("tickets", self._desk)))
            return tuple(key[1] for key, row in rows if row["wake_at"] <= stamp)[:limit]


class LeasesNeverEnd(BrokenStore):
    """Keeps a row for the worker that claimed it, for ever."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            return (yield from super().claim(now=now, until=LAST_INSTANT, token=token, limit=limit))


# --- files and entries --------------------------------------------------------------------------------------


class BlobsUnfinished(BrokenStore):
    """Takes chunks for a file."""

    class operations(MemoryLedger):
        def blob(self, sha256: str) -> Steps[int | None]:
            length = yield from super().blob(sha256)
            first = yield from self.chunk(sha256, 0)
            return length if length is not None or first is None else len(first)


class BlobsShared(BrokenStore):
    """Keeps one copy of a chunk for all desks, and drops it for all."""

    def ledger(self, desk: str) -> MemoryLedger:
        class Sharing(MemoryLedger):
            chunk = _elsewhere("chunk")
            put_chunk = _elsewhere("put_chunk")

            def drop_blob(self, sha256: str) -> Steps[None]:
                yield from super().drop_blob(sha256)
                yield from MemoryLedger("all").drop_blob(sha256)

        return Sharing(desk)


def _elsewhere(name: str) -> Any:
    return lambda ledger, *args: getattr(MemoryLedger("all"), name)(*args)


class ChunksLeft(BrokenStore):
    """Drops a blob and leaves its chunks."""

    class operations(MemoryLedger):
        def drop_blob(self, sha256: str) -> Steps[None]:
            yield from do(lambda unit: unit.put("blobs", (self._desk, sha256), None))


class BytesAsText(BrokenStore):
    """Keeps line ends as text files of some systems do."""

    class operations(MemoryLedger):
        def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
            yield from super().put_chunk(sha256, n, data.replace(b"\r\n", b"\n"))


class EntriesFold(BrokenStore):
    """Orders entries as a collation does that ignores case."""

    class operations(MemoryLedger):
        def entries(self, kind: str, *, after: Key | None, limit: int) -> Steps[tuple[Entry, ...]]:
            found = sorted((yield from self._all(kind)), key=lambda entry: _folded(entry.key))
            return tuple([one for one in found if after is None or _folded(one.key) > _folded(after)][:limit])


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
        def _each(self, unit: Transaction, kind: str) -> Iterator[Entry]:
            for entry in super()._each(unit, kind):
                if kind == "event":
                    told = entry.form["recorded_at"].replace("Z", "+00:00")
                    entry = attrs.evolve(entry, form={**entry.form, "recorded_at": told})
                yield entry


def _folded(key: Key) -> tuple[Any, ...]:
    return tuple(part.casefold() if isinstance(part, str) else part for part in key)


def _without_null(where: Predicate) -> Predicate:
    if isinstance(where, All | AnyOf):
        return type(where)(tuple(_without_null(part) for part in where.parts))
    if isinstance(where, Ne):
        return All((where, Missing(where.field, False)))
    return where
