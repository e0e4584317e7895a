"""Stores that err in the feed of a desk."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import attrs

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Steps
from supportcore.tickets.commands import Decision
from supportcore.tickets.events import Recorded
from tests.testing.broken.base import BrokenStore, Found


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


class PlacesInAnyOrder(BrokenStore):
    """Gives places to the events of a ticket from its end on."""

    class operations(MemoryLedger):
        def number_events(self, limit: int) -> Steps[int]:
            def give(unit: Transaction) -> int:
                found = unit.unnumbered(self._desk, limit)[::-1]
                last = self._count_up(unit, "feed", len(found))
                for sequence, event in enumerate(found, start=last - len(found) + 1):
                    unit.number(event, sequence)
                return len(found)

            return (yield from do(give))


class PlacesForAll(BrokenStore):
    """Gives a place to every event that has none, whatever was asked for."""

    class operations(MemoryLedger):
        def number_events(self, limit: int) -> Steps[int]:
            return (yield from super().number_events(10_000))


class FeedFromTheEdge(BrokenStore):
    """Begins with the last event that was read."""

    class operations(MemoryLedger):
        def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
            found = yield from super().feed(max(after - 1, 0), limit)
            return found if len(found) > 1 else tuple(one for one in found if one.sequence > after)


class FeedByTime(BrokenStore):
    """Orders the feed by the instants of its events."""

    class operations(MemoryLedger):
        def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
            found = yield from super().feed(after, 10_000)
            return tuple(sorted(found, key=lambda one: (one.event.at, -one.sequence))[:limit])


class FeedOfTickets(BrokenStore):
    """Counts the places of each ticket from 1 on."""

    class operations(MemoryLedger):
        def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
            found = yield from super().feed(after, limit)
            return tuple(attrs.evolve(one, sequence=one.position) for one in found)


class NothingWaits(BrokenStore):
    """Says that every event has its place."""

    class operations(MemoryLedger):
        def unnumbered(self) -> Steps[bool]:
            yield from super().unnumbered()
            return False


WALKED = "test_the_feed_can_be_walked"
FOUND: list[Found] = [
    (SequencesAtSave, "test_what_is_committed_late_comes_late", {}),
    (SequencesAtSave, "test_no_order_of_commits_skips_an_event", {}),
    (NumberersCollide, "test_several_can_give_places_at_once", {}),
    (FeedWithGaps, WALKED, {}),
    (FeedWithGaps, "test_places_are_given_a_few_at_a_time", {}),
    (PlacesInAnyOrder, WALKED, {}),
    (PlacesForAll, "test_places_are_given_a_few_at_a_time", {}),
    (FeedFromTheEdge, WALKED, {}),
    (FeedByTime, WALKED, {}),
    (FeedOfTickets, "test_places_are_given_a_few_at_a_time", {}),
    (NothingWaits, WALKED, {}),
]
