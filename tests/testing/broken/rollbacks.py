"""Stores that leave something of a transaction that was undone."""

from __future__ import annotations

from typing import Any

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Steps
from supportcore.tickets.commands import Decision
from tests.testing.broken.base import BrokenStore, Found, past


def _leaking(*tables: str) -> type[MemoryLedger]:
    """Return operations that write some tables past the transaction."""

    class Leaking(MemoryLedger):
        def _run(self, operation: Any, unit: Transaction) -> Any:
            answer = operation(unit)
            for (table, key), doc in list(unit._new.items()):
                if table in tables and unit._tables.get(table, {}).get(key) is not doc:
                    past(unit, table, key, doc)
            return answer

        def __getattribute__(self, name: str) -> Any:
            found = super().__getattribute__(name)
            return found if name.startswith("_") or name in PLAIN else self._leaking(found)

        def _leaking(self, method: Any) -> Any:
            def steps(*args: Any, **more: Any) -> Steps[Any]:
                inner = method(*args, **more)
                answer = None
                while True:
                    try:
                        operation = inner.send(answer)
                    except StopIteration as stop:
                        return stop.value
                    answer = yield lambda unit, operation=operation: self._run(operation, unit)

            return steps

    return Leaking


PLAIN = ("expected_columns",)
"""What a ledger answers without a step."""


class NoticesLeak(BrokenStore):
    """Writes notices past the transaction."""

    operations = _leaking("outbox")


class ContentsLeak(BrokenStore):
    """Writes messages and notes past the transaction."""

    operations = _leaking("contents")


class ReceiptsLeak(BrokenStore):
    """Writes receipts past the transaction."""

    operations = _leaking("receipts")


class RecordsLeak(BrokenStore):
    """Writes records of the catalogue past the transaction."""

    operations = _leaking("records")


class NumbersOfTicketsLeak(BrokenStore):
    """Keeps the number of a ticket taken that was never opened."""

    operations = _leaking("by_number")


class ReadMarksLeak(BrokenStore):
    """Writes what was read past the transaction."""

    operations = _leaking("reads")


class DraftsLeak(BrokenStore):
    """Writes files past the transaction."""

    operations = _leaking("files")


class BytesLeak(BrokenStore):
    """Writes the bytes of files past the transaction, as a file system does."""

    operations = _leaking("blobs", "chunks")


class RevisionsLeak(BrokenStore):
    """Writes revisions of articles past the transaction."""

    operations = _leaking("revisions")


class PostingsLeak(BrokenStore):
    """Writes the index past the transaction, as a search server of its own does."""

    operations = _leaking("postings")


class ParkingLeaks(BrokenStore):
    """Parks past the transaction."""

    operations = _leaking("parked")


class RulesLeak(BrokenStore):
    """Writes rules past the transaction."""

    operations = _leaking("rules")


class CredentialsLeak(BrokenStore):
    """Writes who may sign in past the transaction."""

    class operations(MemoryLedger):
        def put_credential(self, credential: Any) -> Steps[None]:
            yield from super().put_credential(credential)
            yield from do(self._let_out)

        def _let_out(self, unit: Transaction) -> None:
            for (table, key), doc in unit._new.items():
                if table == "records":
                    past(unit, table, key, doc)


class EventsLeak(BrokenStore):
    """Writes events past the transaction."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, decision)
            for event in unit._events:
                place = (event["desk"], event["ticket"])
                unit._tables["by_ticket"].setdefault(place, []).append(event)
                unit._tables["waiting"].setdefault((event["desk"],), []).append(event)
            unit._events.clear()


UNDONE = "test_what_is_undone_never_was"
FOUND: list[Found] = [
    (NoticesLeak, UNDONE, {}),
    (ContentsLeak, UNDONE, {}),
    (ReceiptsLeak, UNDONE, {}),
    (RecordsLeak, UNDONE, {}),
    (NumbersOfTicketsLeak, UNDONE, {}),
    (ReadMarksLeak, UNDONE, {}),
    (DraftsLeak, UNDONE, {}),
    (BytesLeak, "test_a_file_is_committed_with_the_rest", {}),
    (RevisionsLeak, UNDONE, {}),
    (PostingsLeak, UNDONE, {}),
    (ParkingLeaks, UNDONE, {}),
    (RulesLeak, UNDONE, {}),
    (CredentialsLeak, UNDONE, {}),
    (EventsLeak, UNDONE, {}),
]
