"""Stores whose transactions do not keep what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Key, Transaction
from supportcore.storage.ports import Conflict, Execute, Steps
from supportcore.tickets.commands import Decision
from tests.testing.broken.base import BrokenStore, Found, past


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


class ConflictsSwallowed(BrokenStore):
    """Says nothing when a commit failed."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        with suppress(Conflict), super().begin(write=write) as execute:
            yield execute


class ConflictsKept(BrokenStore):
    """Tells of a conflict, and commits all the same."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        unit = Transaction(self._tables)
        yield lambda operation: operation(unit)
        if write:
            with self._lock:
                try:
                    unit.commit()
                except Conflict:
                    unit._base.clear()
                    unit.commit()
                    raise


class CommitsInPart(BrokenStore):
    """Commits one document after the other, up to the one that somebody else has changed."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        unit = Transaction(self._tables)
        yield lambda operation: operation(unit)
        if write:
            with self._lock:
                for (table, key), base in unit._base.items():
                    if table == "by_ticket":
                        continue
                    if unit._tables[table].get(key) is not base:
                        raise Conflict(f"{table} {key} changed meanwhile")
                    if (table, key) in unit._new:
                        past(unit, table, key, unit._new.pop((table, key)))
                unit.commit()


class CommitsEachStep(BrokenStore):
    """Has no transactions: each step is committed at once."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        def execute(operation: Any) -> Any:
            with self._lock:
                unit = Transaction(self._tables)
                answer = operation(unit)
                unit.commit()
                return answer

        yield execute


class CommitsOnError(BrokenStore):
    """Commits what was written before an error."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        unit = Transaction(self._tables)
        try:
            yield lambda operation: operation(unit)
        finally:
            if write:
                with self._lock:
                    unit.commit()


class ErrorsSwallowed(BrokenStore):
    """Undoes a transaction that failed, and goes on as if nothing had been."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        with suppress(Exception), super().begin(write=write) as execute:
            yield execute


class ErrorsReplaced(BrokenStore):
    """Raises an error of its own instead of that of the caller."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        try:
            with super().begin(write=write) as execute:
                yield execute
        except Conflict:
            raise
        except Exception as error:
            raise DriverError(str(error)) from error


class DriverError(Exception):
    """An error of a driver, as stores must not let through."""


class ConflictsOfTheDriver(BrokenStore):
    """Lets the driver's own error through where a conflict is to be told."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        try:
            with super().begin(write=write) as execute:
                yield execute
        except Conflict as error:
            raise DriverError(str(error)) from error


class ConnectionsLeak(BrokenStore):
    """Gives a connection back to its pool of ten only after a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 10

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        if not self.left:
            raise DriverError("the pool is empty")
        self.left -= 1
        with super().begin(write=write) as execute:
            yield execute
        self.left += 1


class ReadsDirty(BrokenStore):
    """Shows others what is not committed."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, decision)
            for (table, key), doc in unit._new.items():
                if table in ("tickets", "postings") and doc is not None:
                    past(unit, table, key, doc)


class ReadsBehind(BrokenStore):
    """Reads from a copy that lags behind by a commit."""

    def __init__(self) -> None:
        super().__init__()
        self._behind: dict[str, dict[Key, Any]] = {}

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        if not write:
            unit = Transaction({"feed": {}, "waiting": {}, "by_ticket": {}} | self._behind)
            yield lambda operation: operation(unit)
            return
        with self._lock:
            self._behind = {name: dict(table) for name, table in self._tables.items()}
        with super().begin(write=True) as execute:
            yield execute


class WritesSeenLate(BrokenStore):
    """Shows a transaction its own writes only once they are committed."""

    class operations(MemoryLedger):
        def find(self, query: Any) -> Steps[Any]:
            return (yield from _before(super().find(query)))


def _before(steps: Steps[Any]) -> Steps[Any]:
    """Execute *steps* as if nothing had been written in their transaction."""
    operation, answer = next(steps), None
    while True:
        answer = yield lambda unit, operation=operation: operation(Transaction(unit._tables))
        try:
            operation = steps.send(answer)
        except StopIteration as stop:
            return stop.value


class MigratesAnew(BrokenStore):
    """Makes the tables anew whenever it is asked to migrate."""

    def migrate(self) -> None:
        for table in self._tables.values():
            table.clear()


UNDONE = "test_what_is_undone_never_was"
FOUND: list[Found] = [
    (LastCommitWins, "test_no_order_of_steps_loses_a_change", {}),
    (LastCommitWins, "test_writers_of_one_ticket_lose_nothing", {"lock": True}),
    (LastCommitWins, "test_all_that_is_due_is_done_once", {}),
    (LastCommitWins, "test_two_open_claims_never_do_the_same_ticket", {"limit": 1}),
    (LastCommitWins, "test_no_order_of_steps_gives_a_file_to_two", {}),
    (LastCommitWins, "test_no_order_of_steps_loses_a_revision", {}),
    (ConflictsSwallowed, "test_no_order_of_steps_loses_a_change", {}),
    (ConflictsKept, "test_no_order_of_steps_loses_a_change", {}),
    (CommitsInPart, "test_no_order_of_steps_leaves_a_part", {}),
    (CommitsEachStep, UNDONE, {}),
    (CommitsOnError, UNDONE, {}),
    (ErrorsSwallowed, "test_an_error_inside_comes_out_as_it_is", {}),
    (ErrorsReplaced, "test_an_error_inside_comes_out_as_it_is", {}),
    (ConflictsOfTheDriver, "test_a_command_is_carried_out_once", {}),
    (ConnectionsLeak, "test_a_store_goes_on_after_a_conflict", {}),
    (ReadsDirty, "test_nobody_else_sees_what_is_not_committed", {}),
    (ReadsDirty, UNDONE, {}),
    (ReadsDirty, "test_postings_are_seen_inside_at_once_and_outside_after_the_commit", {}),
    (ReadsBehind, "test_a_command_is_carried_out_once", {}),
    (WritesSeenLate, "test_reads_inside_see_the_writes_before_them", {}),
    (MigratesAnew, "test_migrating_again_changes_nothing", {}),
]
