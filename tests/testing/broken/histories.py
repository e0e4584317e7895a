"""Stores that err in what happened: events, what was written, receipts and numbers."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from supportcore.predicate import All
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Conflict, Steps
from supportcore.tickets.commands import Decision, Receipt
from supportcore.tickets.events import Content, Recorded
from tests.testing.broken.base import BrokenStore, Found

# --- events and what was written ----------------------------------------------------------------------------


class EventsDropped(BrokenStore):
    """Keeps only the first of several events of one change."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            changes = tuple(attrs.evolve(change, recorded=change.recorded[:1]) for change in decision.changes)
            super()._save(unit, attrs.evolve(decision, changes=changes))


class EventsOfOne(BrokenStore):
    """Of two decisions saved together loses the events of the second."""

    class operations(MemoryLedger):
        def save(self, *decisions: Decision) -> Steps[None]:
            for place, decision in enumerate(decisions):
                changes = decision.changes
                if place:
                    changes = tuple(attrs.evolve(change, recorded=()) for change in changes)
                yield from super().save(attrs.evolve(decision, changes=changes))


class HistoryCut(BrokenStore):
    """Tells of the first hundred events of a ticket, as a page does."""

    class operations(MemoryLedger):
        def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
            return (yield from super().history(ticket_id, after=after))[:100]


class HistoryAsText(BrokenStore):
    """Orders events by their position as text: 10 before 9."""

    class operations(MemoryLedger):
        def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
            found = yield from super().history(ticket_id, after=after)
            return tuple(sorted(found, key=lambda one: str(one.position)))


class HistoryFromTheEdge(BrokenStore):
    """Tells once more of the event after which was asked."""

    class operations(MemoryLedger):
        def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
            return (yield from super().history(ticket_id, after=max(after - 1, 0)))


class HistoryOfAll(BrokenStore):
    """Tells the history of every ticket whose id begins so."""

    class operations(MemoryLedger):
        def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
            ids = yield from self.ticket_ids("", 1000)
            found: list[Recorded] = []
            for each in ids or (ticket_id,):
                if each.startswith(ticket_id):
                    found += yield from super().history(each, after=after)
            return tuple(found)


class ContentsCut(BrokenStore):
    """Shows the first hundred of what was written in a ticket."""

    class operations(MemoryLedger):
        def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
            return (yield from super().contents(ticket_id))[:100]


class ContentsAsStored(BrokenStore):
    """Shows what was written in the order it was stored in."""

    class operations(MemoryLedger):
        def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
            found = yield from super().contents(ticket_id)
            doc = yield from do(lambda unit: unit.get("contents", (self._desk, ticket_id)))
            order = [item["id"] for item in doc["items"]] if doc else []
            return tuple(sorted(found, key=lambda one: order.index(one.id)))


class ContentsOfCustomers(BrokenStore):
    """Shows what customers may read, to everybody."""

    class operations(MemoryLedger):
        def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
            return tuple(one for one in (yield from super().contents(ticket_id)) if one.audience == "public")


class ContentsReplaced(BrokenStore):
    """Keeps of what was written in a ticket the last that was saved."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            for content in decision.contents:
                unit.put("contents", (self._desk, content.ticket), None)
            super()._save(unit, decision)


class ContentsById(BrokenStore):
    """Keeps what was written under its id alone, whatever ticket it is of."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            new = {content.id for content in decision.contents}
            for key, doc in list(unit.all("contents", self._desk)):
                unit.put("contents", key, {"items": [item for item in doc["items"] if item["id"] not in new]})
            super()._save(unit, decision)


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


# --- receipts and numbers -----------------------------------------------------------------------------------


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


class ReceiptsForgotten(BrokenStore):
    """Does not keep what a command came to."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(unit, attrs.evolve(decision, receipt=None))


class ReceiptsReplaced(BrokenStore):
    """Carries a command out twice: the second receipt takes the place of the first."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            if decision.receipt is not None:
                unit.put("receipts", (self._desk, decision.receipt.command_id), None)
            super()._save(unit, decision)


class ReceiptsFold(BrokenStore):
    """Takes command ids that differ in case for one."""

    class operations(MemoryLedger):
        def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
            return (yield from super().receipts([one.lower() for one in command_ids]))


class ReceiptsOfAllDesks(BrokenStore):
    """Knows the commands of every desk."""

    class operations(MemoryLedger):
        def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
            wanted = tuple(command_ids)
            found = list((yield from super().receipts(wanted)))
            for desk in {key[0] for key in (yield from do(lambda unit: list(unit._tables.get("receipts", {}))))}:
                theirs = yield from MemoryLedger(desk).receipts(wanted)
                found = [mine or other for mine, other in zip(found, theirs, strict=True)]
            return tuple(found)


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


class NumbersOneByOne(BrokenStore):
    """Counts one up, however many numbers were asked for."""

    class operations(MemoryLedger):
        def next_numbers(self, count: int = 1) -> Steps[int]:
            return (yield from super().next_numbers(1))


class NumbersOfAllDesks(BrokenStore):
    """Counts the tickets of all desks together."""

    class operations(MemoryLedger):
        def next_numbers(self, count: int = 1) -> Steps[int]:
            return (yield from MemoryLedger("all").next_numbers(count))


class NumbersFromZero(BrokenStore):
    """Gives the last number that was given."""

    class operations(MemoryLedger):
        def next_numbers(self, count: int = 1) -> Steps[int]:
            return (yield from super().next_numbers(count)) - 1


class CountersOf32Bits(BrokenStore):
    """Counts in 31 bits."""

    class operations(MemoryLedger):
        def _count_up(self, unit: Transaction, name: str, step: int) -> int:
            return super()._count_up(unit, name, step) % 2**31


SAVED = "test_a_decision_comes_back_as_it_was_saved"
MANY = "test_a_history_may_be_long"
FOUND: list[Found] = [
    (EventsDropped, SAVED, {}),
    (EventsDropped, "test_the_feed_can_be_walked", {}),
    (EventsOfOne, "test_changes_of_one_ticket_are_saved_in_turn", {}),
    (HistoryCut, MANY, {}),
    (HistoryAsText, MANY, {}),
    (HistoryFromTheEdge, "test_a_history_grows_at_its_end", {}),
    (HistoryOfAll, "test_several_can_give_places_at_once", {}),
    (ContentsCut, MANY, {}),
    (ContentsAsStored, "test_what_was_written_comes_by_position_then_id", {}),
    (ContentsOfCustomers, SAVED, {}),
    (ContentsReplaced, "test_what_was_written_comes_by_position_then_id", {}),
    (ContentsById, "test_hundreds_of_decisions_can_be_saved_at_once", {}),
    (SavesWhatItCan, "test_one_that_cannot_be_saved_undoes_all", {"place": 1, "why": "version"}),
    (SavesInGroups, "test_changes_of_one_ticket_are_saved_in_turn", {}),
    (ReceiptsAsStored, "test_receipts_come_in_the_order_asked_for", {}),
    (ReceiptsOfSome, "test_many_receipts_can_be_asked_for_at_once", {}),
    (ReceiptsForgotten, "test_one_of_several_at_once_carries_a_command_out", {}),
    (ReceiptsReplaced, "test_a_command_is_carried_out_once", {}),
    (ReceiptsFold, "test_a_command_is_carried_out_once", {}),
    (ReceiptsOfAllDesks, "test_desks_never_see_one_another", {}),
    (NumbersReadThenWritten, "test_no_order_of_steps_gives_a_number_twice", {}),
    (NumbersCounted, "test_numbers_begin_at_one_and_rise", {}),
    (NumbersOneByOne, "test_numbers_can_be_asked_for_together", {}),
    (NumbersOneByOne, "test_numbers_asked_for_together_are_nobody_elses", {}),
    (NumbersOfAllDesks, "test_desks_never_see_one_another", {}),
    (NumbersFromZero, "test_numbers_begin_at_one_and_rise", {}),
    (CountersOf32Bits, "test_numbers_may_be_large", {}),
]
