"""Stores that err in tickets as they are now: their versions, and when they come due."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Steps
from supportcore.testing.strategies import LAST_INSTANT, MILLISECOND
from supportcore.text import FIRST_INSTANT, instant_text
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore, Found

# --- versions -----------------------------------------------------------------------------------------------


def _accepting(low: int, high: int) -> type[MemoryLedger]:
    """Return operations that save what was decided on a version that differs so much, but for events that are there."""

    class Accepting(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = []
            for change in decision.changes:
                current = unit.get("tickets", (self._desk, change.ticket.id))
                version = current["version"] if current else 0
                if low <= change.before - version <= high:
                    taken = {event["position"] for event in unit.history(self._desk, change.ticket.id)}
                    new = tuple(one for one in change.recorded if one.position not in taken)
                    change = attrs.evolve(change, before=version, recorded=new)
                changes.append(change)
            super()._save(unit, attrs.evolve(decision, changes=tuple(changes)))

    return Accepting


class VersionsIgnored(BrokenStore):
    """Saves whatever it is given, on whatever is there."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = []
            for change in decision.changes:
                current = unit.get("tickets", (self._desk, change.ticket.id))
                changes.append(attrs.evolve(change, before=current["version"] if current else 0))
            super()._save(unit, attrs.evolve(decision, changes=tuple(changes)))


class StaleAccepted(BrokenStore):
    """Saves what was decided on the version before."""

    operations = _accepting(-1, 0)


class FutureAccepted(BrokenStore):
    """Saves what was decided on a version that there is not yet."""

    operations = _accepting(0, 1)


class OpenedAgain(BrokenStore):
    """Opens a ticket in the place of another, as an upsert does."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            for change in decision.changes:
                key = (self._desk, change.ticket.id)
                found = unit.get("tickets", key)
                if change.before == 0 and found is not None:
                    unit.put("tickets", key, None)
                    unit.put("by_number", (self._desk, found["number"]), None)
                    decision = attrs.evolve(decision, changes=(attrs.evolve(change, recorded=()),))
            super()._save(unit, decision)


class ChangedFromNothing(BrokenStore):
    """Stores the change of a ticket that is not there."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            there = {c.ticket.id: unit.get("tickets", (self._desk, c.ticket.id)) for c in decision.changes}
            changes = [c if there[c.ticket.id] else attrs.evolve(c, before=0) for c in decision.changes]
            super()._save(unit, attrs.evolve(decision, changes=tuple(changes)))


class NumbersShared(BrokenStore):
    """Lets two tickets have one number."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            for change in decision.changes:
                if change.before == 0:
                    unit.put("by_number", (self._desk, change.ticket.number), None)
            super()._save(unit, decision)


class OneChangeEach(BrokenStore):
    """Saves the first change of a decision alone."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, attrs.evolve(decision, changes=decision.changes[:1]))


class NullsNotWritten(BrokenStore):
    """Leaves a field as it was that is to become empty, as an update of what is given does."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            before = {c.ticket.id: unit.get("tickets", (self._desk, c.ticket.id)) for c in decision.changes}
            super()._save(unit, decision)
            for ticket_id, row in before.items():
                if row is not None:
                    key = (self._desk, ticket_id)
                    now = unit.get("tickets", key) or {}
                    unit.put("tickets", key, {**row, **{name: v for name, v in now.items() if v is not None}})


# --- what comes due -----------------------------------------------------------------------------------------


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


class DueLater(BrokenStore):
    """Takes what is due at this very instant for not yet due."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            return (yield from super().due(max(now - MILLISECOND, FIRST_INSTANT), limit, claim=claim))


class DueById(BrokenStore):
    """Gives what is due by its id, and not the earliest first."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            return tuple(sorted((yield from super().due(now, 1000, claim=claim))))[:limit]


class ParkedInTheWay(BrokenStore):
    """Takes as many as were asked for and then leaves out the parked ones, so that these keep others waiting."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            stamp = instant_text(now)
            rows = yield from do(lambda unit: list(unit.all("tickets", self._desk)))
            first = sorted((row["wake_at"], row["id"]) for _, row in rows if row["wake_at"] <= stamp)[:limit]
            free = yield from super().due(now, 1000, claim=claim)
            return tuple(ticket_id for _, ticket_id in first if ticket_id in free)


class ParkedForEver(BrokenStore):
    """Leaves a parked ticket out whatever the instant is."""

    class operations(MemoryLedger):
        def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
            yield from super().park(ticket_id, until=LAST_INSTANT, error=error)


class ParkedLonger(BrokenStore):
    """Leaves a parked ticket out at the instant at which it is due again."""

    class operations(MemoryLedger):
        def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
            yield from super().park(ticket_id, until=min(until + MILLISECOND, LAST_INSTANT), error=error)


class ParkedOnce(BrokenStore):
    """Forgets how often a ticket was parked before."""

    class operations(MemoryLedger):
        def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
            yield from self.unpark(ticket_id)
            yield from super().park(ticket_id, until=until, error=error)


class UnparkedInPart(BrokenStore):
    """Lets a ticket be due again, and remembers how often it was parked."""

    class operations(MemoryLedger):
        def unpark(self, ticket_id: str) -> Steps[None]:
            key = (self._desk, ticket_id)
            doc = yield from do(lambda unit: unit.get("parked", key))
            if doc is not None:
                free = {**doc, "until": instant_text(FIRST_INSTANT)}
                yield from do(lambda unit: unit.put("parked", key, free))


class ParkedOnAllDesks(BrokenStore):
    """Parks the tickets of this id on every desk."""

    class operations(MemoryLedger):
        def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
            yield from MemoryLedger("all").park(ticket_id, until=until, error=error)

        def parked(self, ticket_id: str) -> Steps[int]:
            return (yield from MemoryLedger("all").parked(ticket_id))


class WakesAtTheLast(BrokenStore):
    """Wakes a ticket for the last of its timers."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, decision)
            for change in decision.changes:
                key = (self._desk, change.ticket.id)
                row = unit.get("tickets", key) or {}
                unit.put("tickets", key, {**row, "wake_at": _last(change.ticket) or row["wake_at"]})


def _last(ticket: Ticket) -> str:
    return max((instant_text(timer.due_at) for timer in ticket.timers), default="")


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


class ClaimsAllAtOnce(BrokenStore):
    """Claims everything that is due, whatever was asked for."""

    class operations(MemoryLedger):
        def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
            return (yield from super().due(now, 1000 if claim else limit, claim=claim))


STALE = "test_a_stale_version_is_a_conflict"
DUE = "test_what_is_due_first_is_done_first"
PARKED = "test_a_parked_ticket_waits_until_then"
FOUND: list[Found] = [
    (VersionsIgnored, STALE, {"version": 3}),
    (StaleAccepted, STALE, {"version": 1}),
    (FutureAccepted, STALE, {"version": 3}),
    (OpenedAgain, STALE, {"version": 0}),
    (ChangedFromNothing, "test_a_ticket_that_is_not_there_cannot_be_changed", {}),
    (NumbersShared, "test_a_number_is_given_once", {}),
    (OneChangeEach, "test_a_decision_may_change_several_tickets", {}),
    (NullsNotWritten, "test_a_saved_ticket_replaces_the_one_before", {}),
    (ColumnsGrowStale, "test_a_saved_ticket_replaces_the_one_before", {}),
    (DueLater, DUE, {}),
    (DueById, DUE, {}),
    (ParkedInTheWay, DUE, {}),
    (ParkedForEver, PARKED, {}),
    (ParkedLonger, PARKED, {}),
    (ParkedOnce, PARKED, {}),
    (UnparkedInPart, PARKED, {}),
    (ParkedOnAllDesks, "test_desks_never_see_one_another", {}),
    (WakesAtTheLast, DUE, {}),
    (ClaimsOutlive, "test_a_claim_ends_with_its_transaction", {}),
    (ClaimsParked, DUE, {}),
    (ClaimsAllAtOnce, DUE, {}),
]
