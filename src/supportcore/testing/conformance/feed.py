"""What `supportcore.storage.ports.Histories` promises of the feed: nothing is skipped, however late it is committed."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Ledger, Steps, Store, drive
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    Undo,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import moved_to, noted_ticket, opened_ticket, stored
from supportcore.tickets.commands import Decision
from supportcore.tickets.events import Recorded

WAIT = 0.3  # seconds that somebody is given who may have to wait for another's commit


def fed(store: Store, ledger: Ledger, after: int, limit: int) -> tuple[Recorded, ...]:
    """Return events of the feed, having given their places to those that have none."""
    while read(store, ledger.unnumbered()):
        write_among_others(store, lambda: ledger.number_events(1000))
    return read(store, ledger.feed(after, limit))


def note(ledger: Ledger, ticket_id: str, command_id: str) -> Steps[None]:
    """Add a note to a ticket as it is."""
    found = yield from ledger.ticket(ticket_id, lock=True)
    assert found is not None
    yield from ledger.save(noted_ticket(found, command_id))


class FeedConformance(Conformance):
    """The feed of a desk."""

    @fewer()
    @given(decisions=st.lists(strategies.decisions(), max_size=3), limit=st.integers(1, 5))
    def test_the_feed_can_be_walked(self, store: Store, decisions: list[Decision], limit: int) -> None:
        """Asking on from the last sequence meets every event of the desk once, and each as its history has it."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        saved: list[Recorded] = []
        for number, decision in enumerate(decisions, start=1):
            (change,) = moved_to(decision, desk, f"t{number}", number).changes
            write(store, ledger.save(Decision(changes=(change,))))
            saved.extend(change.recorded)
        walked: list[Recorded] = []
        while found := fed(store, ledger, walked[-1].sequence if walked else 0, limit):
            assert len(found) <= limit
            walked.extend(found)
            assert len(walked) <= len(saved)
        assert sorted(saved, key=_place) == sorted(stored(walked), key=_place)
        _is_whole(store, ledger, walked, tickets=len(decisions))

    @fewer()
    @given(events=st.integers(0, 7), limit=st.integers(1, 4))
    def test_places_are_given_a_few_at_a_time(self, store: Store, events: int, limit: int) -> None:
        """Up to the limit, and no more once there are none left; what has a place keeps it."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        for number in range(1, events + 1):
            write(store, ledger.save(opened_ticket(desk, f"t{number}", number)))
        while read(store, ledger.unnumbered()):
            before = read(store, ledger.feed(0, 100))
            given_to = write(store, ledger.number_events(limit))
            after = read(store, ledger.feed(0, 100))
            assert 0 < given_to <= limit
            assert (before, given_to) == (after[: len(before)], len(after) - len(before))
        assert 0 == write(store, ledger.number_events(limit))
        _is_whole(store, ledger, read(store, ledger.feed(0, 100)), tickets=events)

    def test_places_that_are_undone_are_given_again(self, store: Store) -> None:
        """Until it is committed, numbering shows nobody anything; undone, it leaves no gap."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        for number in (1, 2, 3):
            write(store, ledger.save(opened_ticket(desk, f"t{number}", number)))
        before = read(store, ledger.feed(0, 100))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(ledger.number_events(2), execute)
            raise Undo
        assert before == read(store, ledger.feed(0, 100))
        _is_whole(store, ledger, fed(store, ledger, 0, 100), tickets=3)

    def test_several_can_give_places_at_once(self, store: Store) -> None:
        """However many number at once, no event gets two places and no place goes to two events."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        count = 24
        for number in range(1, count + 1):
            write(store, ledger.save(opened_ticket(desk, f"t{number}", number)))

        def work(thread: int) -> None:
            while read(store, ledger.unnumbered()):
                write_among_others(store, lambda: ledger.number_events(3))

        at_once(work, 4)
        _is_whole(store, ledger, read(store, ledger.feed(0, 100)), tickets=count)

    def test_what_is_committed_late_comes_late(self, store: Store) -> None:
        """While one transaction has saved and not committed, others do and the feed is walked: all are met, once."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.save(opened_ticket(desk, "slow", 1)))
        met = [*fed(store, ledger, 0, 100)]
        saved, go = threading.Event(), threading.Event()

        def slow() -> None:
            with store.begin(write=True) as execute:
                drive(note(ledger, "slow", "late"), execute)
                drive(ledger.save(opened_ticket(desk, "late", 2)), execute)
                saved.set()
                go.wait(timeout=60)

        def others() -> None:
            saved.wait(timeout=60)
            for number in (3, 4):
                decision = opened_ticket(desk, f"t{number}", number)
                write_among_others(store, lambda decision=decision: ledger.save(decision))  # type: ignore[misc]
            met.extend(fed(store, ledger, met[-1].sequence, 100))

        with ThreadPoolExecutor(2) as pool:
            late, quick = pool.submit(slow), pool.submit(others)
            wait([quick], timeout=WAIT)  # in vain where one transaction writes at a time
            go.set()
            late.result(timeout=60)
            quick.result(timeout=60)
        while found := fed(store, ledger, met[-1].sequence, 1):
            met.extend(found)
        _is_whole(store, ledger, met, tickets=4)

    def test_the_feed_loses_nothing_while_others_write(self, store: Store) -> None:
        """Who reads the feed on and on beside writers has met every event in the end, none of them twice."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        writers, each = 4, 6
        for thread in range(writers):
            write(store, ledger.save(opened_ticket(desk, f"t{thread}", thread + 1)))
        met: list[Recorded] = []
        busy = threading.Semaphore(0)

        def follow() -> None:
            while found := fed(store, ledger, met[-1].sequence if met else 0, 3):
                met.extend(found)

        def work(thread: int) -> None:
            if thread == writers:
                while not busy.acquire(timeout=0.001):
                    follow()
                return
            for number in range(each):
                write_among_others(store, lambda number=number: note(ledger, f"t{thread}", f"c{number}"))  # type: ignore[misc]
            done.wait()
            if thread == 0:
                busy.release()

        done = threading.Barrier(writers)
        at_once(work, writers + 1)
        follow()
        assert writers * (each + 1) == len(met)
        _is_whole(store, ledger, met, tickets=writers)


class LateCommitsConformance(Conformance):
    """
    The feed while transactions are open, in any order; one thread holds them all.

    Only for stores in which transactions that write to different tickets never wait for one another.
    """

    @fewer()
    @given(data=st.data())
    def test_no_order_of_commits_skips_an_event(self, store: Store, data: st.DataObject) -> None:
        """Whatever is saved, committed, numbered and walked when, every event is met once, in order, without a gap."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        tickets = [f"t{number}" for number in range(1, 4)]
        for number, ticket_id in enumerate(tickets, start=1):
            write(store, ledger.save(opened_ticket(desk, ticket_id, number)))
        met: list[Recorded] = []
        waiting = [ticket_id for ticket_id in tickets for _ in range(2)]
        with ExitStack() as every:
            opened: dict[str, ExitStack] = {}
            while waiting or opened:
                can = [f"save {one}" for one in sorted(set(waiting) - set(opened))]
                can += [f"commit {one}" for one in sorted(opened)]
                verb, _, chosen = data.draw(st.sampled_from([*can, "number", "walk"]), label="next").partition(" ")
                if verb == "save":
                    waiting.remove(chosen)
                    opened[chosen] = transaction = every.enter_context(ExitStack())
                    execute = transaction.enter_context(store.begin(write=True))
                    drive(note(ledger, chosen, f"c{len(waiting)}"), execute)
                elif verb == "commit":
                    opened.pop(chosen).close()
                elif verb == "number":
                    write(store, ledger.number_events(data.draw(st.integers(1, 4))))
                else:
                    met.extend(read(store, ledger.feed(met[-1].sequence if met else 0, data.draw(st.integers(1, 4)))))
        while found := fed(store, ledger, met[-1].sequence if met else 0, 100):
            met.extend(found)
        assert 9 == len(met)
        _is_whole(store, ledger, met, tickets=3)


def _place(recorded: Recorded) -> tuple[str, int]:
    return recorded.ticket, recorded.position


def _is_whole(store: Store, ledger: Ledger, met: Iterable[Recorded], *, tickets: int) -> None:
    """Check that what was met in a feed is all there is: without a gap, and each ticket in the order of its history."""
    met = list(met)
    ids = read(store, ledger.ticket_ids("", 1000))
    assert tickets == len(ids)
    assert list(range(1, len(met) + 1)) == [one.sequence for one in met]
    for ticket_id in ids:
        assert read(store, ledger.history(ticket_id)) == tuple(one for one in met if one.ticket == ticket_id)
    assert {one.ticket for one in met} == set(ids)
