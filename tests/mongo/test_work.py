"""Work claimed by many: due tickets, parked tickets, notices."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pymongo
import pytest

from supportcore.storage.ports import Conflict, Steps, drive
from supportcore.testing.conformance.samples import noted_ticket
from supportcore_mongo import MongoStore
from supportcore_mongo.tickets import CANDIDATES
from tests.mongo.samples import NOON, again, one, opening

pytestmark = pytest.mark.store("mongodb")


@pytest.fixture
def tickets(database_url: str) -> Iterator[Any]:
    """
    The collection of tickets, by way of a client of the test.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client.get_default_database()["sc_tickets"]


def _waking(store: MongoStore, tickets: Any, desk: str, count: int) -> None:
    """Open tickets that wake at noon and so many minutes later."""
    for n in range(count):
        one(store, store.ledger(desk).save(opening(desk, f"t{n:03}", n + 1)))
        at = NOON + timedelta(minutes=n)
        tickets.update_one({"desk": desk, "id": f"t{n:03}"}, {"$set": {"wake_at": at}})


def test_a_claim_takes_one_of_the_earliest(store: MongoStore, desk: str, tickets: Any) -> None:
    """It is one of the first few, not always the same, and nobody else can change it meanwhile."""
    _waking(store, tickets, desk, CANDIDATES + 4)
    ledger, late = store.ledger(desk), NOON + timedelta(days=1)
    drawn = set()
    for _ in range(40):
        with store.begin(write=True) as execute:
            (ticket_id,) = drive(ledger.due(late, 1, claim=True), execute)
            with pytest.raises(Conflict):
                one(store, ledger.ticket(ticket_id, lock=True))
        drawn.add(ticket_id)
    first = {f"t{n:03}" for n in range(CANDIDATES)}
    assert drawn <= first
    assert len(drawn) > 1
    with store.begin(write=True) as execute:
        assert tuple(sorted(first)) == drive(ledger.due(late, CANDIDATES, claim=True), execute)
    assert () == one(store, ledger.due(NOON - timedelta(minutes=1), 5, claim=True))
    assert () == one(store, ledger.due(late, 0, claim=True))


def test_who_is_second_at_a_ticket_is_told_so(store: MongoStore, desk: str, tickets: Any) -> None:
    """Where one is due and two claim it, one has it and the other a conflict."""
    _waking(store, tickets, desk, 1)
    ledger = store.ledger(desk)
    with store.begin(write=True) as execute:
        assert ("t000",) == drive(ledger.due(NOON, 1, claim=True), execute)
        with pytest.raises(Conflict):
            one(store, ledger.due(NOON, 1, claim=True))


def test_workers_do_every_ticket_once(store: MongoStore, desk: str, tickets: Any) -> None:
    """Four workers that claim and do what is due have done each ticket once in the end."""
    _waking(store, tickets, desk, 40)
    ledger, late = store.ledger(desk), NOON + timedelta(days=1)

    def work(_: int) -> list[str]:
        done: list[str] = []

        def steps() -> Steps[tuple[str, ...]]:
            claimed = yield from ledger.due(late, 1, claim=True)
            for ticket_id in claimed:
                yield from ledger.park(ticket_id, until=late + timedelta(days=1), error="")
            return claimed

        while claimed := again(store, steps):
            assert not set(claimed) & set(done)
            done.extend(claimed)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [ticket_id for some in pool.map(work, range(4)) for ticket_id in some]
    assert [f"t{n:03}" for n in range(40)] == sorted(done)


def test_a_parked_ticket_is_passed_over_without_being_read(store: MongoStore, desk: str, tickets: Any) -> None:
    """Parking leaves every column as it was, survives a change of the ticket, and ends at its instant."""
    _waking(store, tickets, desk, 3)
    ledger, until = store.ledger(desk), NOON + timedelta(hours=1)
    before = one(store, ledger.stored_columns("t000"))
    one(store, ledger.park("t000", until=until, error="ñ"))
    assert before == one(store, ledger.stored_columns("t000"))
    late = NOON + timedelta(minutes=30)
    assert ("t001", "t002") == one(store, ledger.due(late, 10))
    ticket = one(store, ledger.ticket("t000"))
    one(store, ledger.save(noted_ticket(ticket)))
    assert 1 == one(store, ledger.parked("t000"))
    assert [1, 0] == [one(store, ledger.parked(ticket_id)) for ticket_id in ("t000", "t001")]
    assert 0 == one(store, ledger.parked("nobody"))


def test_numbers_come_in_blocks(store: MongoStore, desk: str) -> None:
    """A block is one step of the counter, and the next number follows it."""
    ledger = store.ledger(desk)
    blocks = [one(store, ledger.next_numbers(3)), one(store, ledger.next_numbers()), one(store, ledger.next_numbers(2))]
    assert [1, 4, 5] == blocks
