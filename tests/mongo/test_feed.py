"""The feed: numbered later, without gaps, in the order of each history, whoever commits when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Conflict, drive
from supportcore.testing.conformance.samples import noted_ticket
from supportcore.tickets.events import Recorded
from supportcore_mongo import MongoStore
from supportcore_mongo.feed import in_order
from tests.mongo.samples import again, one, opening

pytestmark = pytest.mark.store("mongodb")


def _noted(store: MongoStore, desk: str, ticket_id: str, times: int = 1) -> None:
    ledger = store.ledger(desk)
    for _ in range(times):
        ticket = one(store, ledger.ticket(ticket_id))
        one(store, ledger.save(noted_ticket(ticket, f"{ticket_id}-{ticket.version}")))


def _fed(store: MongoStore, desk: str) -> list[tuple[str, int, int]]:
    return [(r.ticket, r.position, r.sequence) for r in one(store, store.ledger(desk).feed(0, 10_000))]


def _is_whole(fed: list[tuple[str, int, int]]) -> bool:
    """Return whether sequences run from 1 without a gap, and positions of each ticket likewise."""
    last: dict[str, int] = {}
    for ticket, position, _ in fed:
        if position != last.get(ticket, 0) + 1:
            return False
        last[ticket] = position
    return [sequence for _, _, sequence in fed] == list(range(1, len(fed) + 1))


def test_an_event_has_no_sequence_until_it_is_numbered(store: MongoStore, desk: str) -> None:
    """A history shows 0 first, then the place in the feed; numbering what is numbered changes nothing."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    assert [0] == [recorded.sequence for recorded in one(store, ledger.history("t1"))]
    assert (True, ()) == (one(store, ledger.unnumbered()), one(store, ledger.feed(0, 10)))
    assert [1, 0] == [one(store, ledger.number_events(10)), one(store, ledger.number_events(10))]
    assert [1] == [recorded.sequence for recorded in one(store, ledger.history("t1"))]
    assert (False, [("t1", 1, 1)]) == (one(store, ledger.unnumbered()), _fed(store, desk))


def test_writers_of_one_desk_do_not_meet_in_its_feed(store: MongoStore, desk: str) -> None:
    """Two transactions that record events on one desk are both committed, and numbered afterwards."""
    ledger = store.ledger(desk)
    with store.begin(write=True) as early:
        drive(ledger.save(opening(desk, "t1", 1)), early)
        with store.begin(write=True) as late:
            drive(ledger.save(opening(desk, "t2", 2)), late)
    assert 2 == one(store, ledger.number_events(10))
    assert _is_whole(_fed(store, desk))


def test_what_is_committed_late_comes_late(store: MongoStore, desk: str) -> None:
    """Events that were written before, but committed after a numbering, are not skipped: they follow."""
    ledger = store.ledger(desk)
    with store.begin(write=True) as slow:
        drive(ledger.save(opening(desk, "slow", 1)), slow)
        one(store, ledger.save(opening(desk, "quick", 2)))
        assert 1 == one(store, ledger.number_events(10))
        seen = _fed(store, desk)
    assert [("quick", 1, 1)] == seen
    assert 1 == one(store, ledger.number_events(10))
    assert [("slow", 1, 2)] == [(r.ticket, r.position, r.sequence) for r in one(store, ledger.feed(1, 10))]


def test_what_is_committed_while_others_are_numbered_waits(store: MongoStore, desk: str) -> None:
    """A numbering sees one snapshot: what is committed in its midst is left for the next one."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with store.begin(write=True) as execute:
        first = [True]

        def interrupted(operation: Any) -> Any:
            result = execute(operation)
            if first:
                first.clear()
                one(store, ledger.save(opening(desk, "t0", 2)))
            return result

        assert 1 == drive(ledger.number_events(10), interrupted)
    assert 1 == one(store, ledger.number_events(10))
    assert [("t1", 1, 1), ("t0", 1, 2)] == _fed(store, desk)


def test_a_numbering_that_is_undone_leaves_no_gap(store: MongoStore, desk: str) -> None:
    """Sequences and the counter go back together."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
        drive(ledger.number_events(10), execute)
        raise ZeroDivisionError
    assert [] == _fed(store, desk)
    assert 1 == one(store, ledger.number_events(10))
    assert [("t1", 1, 1)] == _fed(store, desk)


@pytest.mark.parametrize("numbered", [False, True])
def test_of_two_who_number_at_once_one_repeats(store: MongoStore, desk: str, numbered: bool) -> None:
    """The second meets a conflict, on a new counter and on an old one, wherever it had got to."""
    ledger = store.ledger(desk)
    if numbered:
        one(store, ledger.save(opening(desk, "t0", 9)))
        one(store, ledger.number_events(10))
    one(store, ledger.save(opening(desk, "t1", 1)))
    with store.begin(write=True) as first:
        drive(ledger.number_events(10), first)
        with pytest.raises(Conflict):
            one(store, ledger.number_events(10))
    with pytest.raises(Conflict), store.begin(write=True) as stale:
        one(store, ledger.save(opening(desk, "t2", 2)))
        drive(ledger.unnumbered(), stale)  # from here on its snapshot stands
        one(store, ledger.number_events(10))
        drive(ledger.number_events(10), stale)
    assert _is_whole(_fed(store, desk))


def test_a_batch_may_cut_a_ticket_in_two(store: MongoStore, desk: str) -> None:
    """However small the batches, the events of each ticket come in the order of its history."""
    ledger = store.ledger(desk)
    for number, ticket_id in enumerate(("b", "a"), start=1):
        one(store, ledger.save(opening(desk, ticket_id, number)))
        _noted(store, desk, ticket_id, 3)
    while one(store, ledger.number_events(3)):
        assert _is_whole(_fed(store, desk))
    assert 8 == len(_fed(store, desk))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_clocks_of_machines_may_differ(store: MongoStore, desk: str, database_url: str, limit: int) -> None:
    """Events whose document ids run backwards, as from a machine whose clock is behind, are put in their order."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    one(store, ledger.save(opening(desk, "t2", 2)))
    _noted(store, desk, "t1", 5)
    with pymongo.MongoClient(database_url) as client:
        history = client.get_default_database()["sc_history"]
        documents = list(history.find({"desk": desk, "ticket": "t1"}))
        history.delete_many({"desk": desk, "ticket": "t1"})
        ids = sorted((ObjectId() for _ in documents), reverse=True)
        for document, backwards in zip(documents, ids, strict=True):
            history.insert_one({**document, "_id": backwards})
    while one(store, ledger.number_events(limit)):
        assert _is_whole(_fed(store, desk))
    assert 7 == len(_fed(store, desk))


@given(st.data())
def test_any_order_of_any_part_follows_histories(data: st.DataObject) -> None:
    """Whatever comes in whatever order, each event comes once, after all its ticket had before it."""
    lengths = data.draw(st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), min_size=1))
    every = [{"ticket": ticket, "position": n + 1} for ticket, length in lengths.items() for n in range(length)]
    taken = data.draw(st.permutations(every))[: data.draw(st.integers(0, len(every)))]
    given_order = [(event["ticket"], event["position"]) for event in in_order(taken, every)]
    assert len(set(given_order)) == len(given_order)
    assert {(event["ticket"], event["position"]) for event in taken} <= set(given_order)
    for ticket in lengths:
        positions = [position for name, position in given_order if name == ticket]
        assert list(range(1, len(positions) + 1)) == positions


def test_the_feed_is_whole_beside_writers_and_numberers(store: MongoStore, desk: str) -> None:
    """Beside four writers and two who number, a reader meets every event once, without a gap, in order."""
    ledger = store.ledger(desk)
    writers, each = 4, 12
    over = Event()
    for n in range(writers):
        one(store, ledger.save(opening(desk, f"t{n}", n + 1)))

    def change(ticket_id: str, command_id: str) -> Any:
        ticket = yield from ledger.ticket(ticket_id, lock=True)
        assert ticket is not None
        yield from ledger.save(noted_ticket(ticket, command_id))

    def write(n: int) -> None:
        for number in range(each):
            # On a ticket of its own, and on one that another writes to as well.
            for name in (f"t{n}", f"t{(n + 1) % writers}"):
                again(store, lambda name=name, number=number: change(name, f"{n}-{name}-{number}"))  # type: ignore[misc]

    def number(_: int) -> None:
        while not over.is_set():
            again(store, lambda: ledger.number_events(7), tries=10_000)

    def read() -> list[Recorded]:
        met: list[Recorded] = []
        while True:
            last = over.is_set()
            found = one(store, ledger.feed(met[-1].sequence if met else 0, 5), write=False)
            met.extend(found)
            if last and not found:
                return met

    with ThreadPoolExecutor(writers + 3) as pool:
        work: list[Callable[[], Any]] = [lambda n=n: write(n) for n in range(writers)]  # type: ignore[misc]
        writing = [pool.submit(each_work) for each_work in work]
        numbering = [pool.submit(number, n) for n in range(2)]
        reading = pool.submit(read)
        for future in writing:
            future.result()
        over.set()
        for future in numbering:
            future.result()
        met = reading.result()
    while one(store, ledger.number_events(100)):
        pass
    met.extend(one(store, ledger.feed(met[-1].sequence if met else 0, 1000)))
    assert writers * (2 * each + 1) == len(met)
    assert _is_whole([(r.ticket, r.position, r.sequence) for r in met])
