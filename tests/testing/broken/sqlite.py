"""Stores in SQLite whose statements err, as SQL written by hand does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from supportcore.storage.ports import Conflict, Execute, Steps
from supportcore_sql import SqlStore
from supportcore_sql.ledger import SqlLedger
from supportcore_sql.prepared import TOGETHER, Prepared
from supportcore_sql.preparing import param
from supportcore_sql.statements import Statements
from supportcore_sql.tables import Tables
from tests.testing.broken.base import Found


class BrokenSqlite(SqlStore):
    """A SQLite store in memory with other statements, or with other operations."""

    spoken: type[Statements] = Statements
    operations: type[SqlLedger] = SqlLedger

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self.migrate()
        self._database.statements = self.spoken(self._database.tables, "sqlite")

    def ledger(self, desk: str) -> SqlLedger:
        return self.operations(self._database.statements, desk)


def saying(change: Callable[[Any, Tables], None]) -> type[Statements]:
    """Return statements some of which are others."""

    class Changed(Statements):
        def __init__(self, tables: Tables, dialect: str) -> None:
            super().__init__(tables, dialect)
            change(self, tables)

    return Changed


def replacing(name: str, make: Callable[[Any, Tables], Any]) -> type[Statements]:
    """Return statements of which the one called *name* is another."""
    return saying(lambda sql, tables: setattr(sql, name, make(getattr(sql, name), tables)))


# --- what is saved ------------------------------------------------------------------------------------------


class AnyVersionBefore(BrokenSqlite):
    """Saves what was decided on a version that there is not yet."""

    spoken = replacing(
        "update_ticket",
        lambda _, tables: Prepared(
            sa.update(tables.tickets).where(
                tables.tickets.c.desk == param("at_desk"),
                tables.tickets.c.id == param("at_id"),
                tables.tickets.c.version <= param("before"),
            )
        ),
    )


def _inserting(name: str, table: str, what: str) -> type[Statements]:
    """Return statements that insert by INSERT OR IGNORE or by INSERT OR REPLACE."""
    return replacing(name, lambda _, tables: Prepared(sa.insert(getattr(tables, table)).prefix_with(what)))


class TicketsOrIgnored(BrokenSqlite):
    """Opens no ticket where the number is taken, and says nothing."""

    spoken = _inserting("insert_ticket", "tickets", "OR IGNORE")


class ReceiptsOrReplaced(BrokenSqlite):
    """Puts a receipt in the place of another."""

    spoken = _inserting("insert_receipt", "receipts", "OR REPLACE")


class NoticesOrIgnored(BrokenSqlite):
    """Drops a notice whose id is taken."""

    spoken = _inserting("insert_outbox", "outbox", "OR IGNORE")


class RevisionsOrReplaced(BrokenSqlite):
    """Puts a revision in the place of another."""

    spoken = _inserting("insert_revision", "revisions", "OR REPLACE")


class NumbersOfTickets(BrokenSqlite):
    """Takes the greatest number of a ticket for the last one that was given."""

    class operations(SqlLedger):
        __slots__ = ()

        def next_numbers(self, count: int = 1) -> Steps[int]:
            table = self._sql.tables.tickets
            greatest = sa.select(sa.func.max(table.c.number)).where(table.c.desk == param("desk"))
            return 1 + ((yield greatest, {"desk": self._desk}).scalar_one() or 0)


# --- what comes due -----------------------------------------------------------------------------------------


class ParkedOnceAgain(BrokenSqlite):
    """Counts a parking again from 1 on."""

    spoken = replacing(
        "park",
        lambda _, tables: _parking(tables),
    )


def _parking(tables: Tables) -> Any:
    return Statements(tables, "sqlite").upsert(
        tables.parked, {"attempts": sa.literal(1)}, lambda given: {"until": given.until, "error": given.error}
    )


class LeasesNotAsked(BrokenSqlite):
    """Leases what somebody else has leased."""

    spoken = saying(lambda sql, tables: setattr(sql, "claimable", _claimable(sql.claimable, tables)))


def _claimable(statement: Any, tables: Tables) -> Any:
    outbox = tables.outbox
    due = (outbox.c.desk == param("desk"), outbox.c.status == "pending", outbox.c.next_at <= param("now"))
    found = sa.select(*statement.selected_columns).where(*due)
    return found.order_by(outbox.c.next_at, outbox.c.id).limit(param("limit"))


class TokensNotAsked(BrokenSqlite):
    """Lets anybody settle what is leased."""

    spoken = replacing(
        "settle",
        lambda _, tables: sa.update(tables.outbox).where(
            tables.outbox.c.desk == param("at_desk"),
            tables.outbox.c.id == param("at_id"),
            tables.outbox.c.token.is_not(None) | (tables.outbox.c.token == param("at_token")),
            tables.outbox.c.status == "pending",
        ),
    )


class FeedWithItsEdge(BrokenSqlite):
    """Gives the event after which was asked once more."""

    spoken = replacing(
        "feed",
        lambda statement, tables: (
            sa.select(*statement.selected_columns)
            .where(tables.history.c.desk == param("desk"), tables.history.c.sequence >= param("after"))
            .order_by(tables.history.c.sequence)
            .limit(param("limit"))
        ),
    )


# --- transactions -------------------------------------------------------------------------------------------


class CommitsAfterErrors(BrokenSqlite):
    """Commits what was written before an error."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        raised: Exception | None = None
        with super().begin(write=write) as execute:
            try:
                yield execute
            except Exception as error:
                raised = error
        if raised is not None:
            raise raised


class CommitsEachStatement(BrokenSqlite):
    """Is in autocommit: each statement is a transaction of its own."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        def execute(operation: Any) -> Any:
            with super(CommitsEachStatement, self).begin(write=True) as inner:
                found = inner(operation)
                return found.freeze()() if getattr(found, "returns_rows", False) else found

        yield execute


class FailedStatementsLeftOut(BrokenSqlite):
    """Goes on after a statement that failed."""

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Execute]:
        with super().begin(write=write) as inner:

            def execute(operation: Any) -> Any:
                if operation[0] is not TOGETHER:
                    return inner(operation)
                for each in operation[1]:
                    with suppress(Conflict):
                        inner(each)
                return None

            yield execute


FOUND: list[Found] = [
    (AnyVersionBefore, "test_a_stale_version_is_a_conflict", {"version": 3}),
    (TicketsOrIgnored, "test_a_number_is_given_once", {}),
    (ReceiptsOrReplaced, "test_a_command_is_carried_out_once", {}),
    (NoticesOrIgnored, "test_one_that_cannot_be_saved_undoes_all", {"place": 1, "why": "notice"}),
    (RevisionsOrReplaced, "test_a_revision_is_made_once", {}),
    (NumbersOfTickets, "test_numbers_begin_at_one_and_rise", {}),
    (ParkedOnceAgain, "test_a_parked_ticket_waits_until_then", {}),
    (LeasesNotAsked, "test_a_leased_row_is_left_alone_until_the_lease_ends", {}),
    (TokensNotAsked, "test_who_lost_the_lease_settles_nothing", {}),
    (FeedWithItsEdge, "test_the_feed_can_be_walked", {}),
    (CommitsAfterErrors, "test_what_is_undone_never_was", {}),
    (CommitsEachStatement, "test_what_is_undone_never_was", {}),
    (FailedStatementsLeftOut, "test_a_command_is_carried_out_once", {}),
]
