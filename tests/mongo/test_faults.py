"""A server that fails: connections cut, also in the midst of a commit, a primary that steps down, a server killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from supportcore.errors import StoreDenied, StoreUnreachable, TransactionLost
from supportcore.people.customers import Customer
from supportcore.storage.ports import Conflict, adrive, drive
from supportcore_mongo import MongoStore, open_url
from supportcore_mongo.aio import open_async_store
from supportcore_mongo.database import COMMITS
from tests import servers
from tests.conftest import left_out
from tests.mongo.samples import again, aone, one, opening, run
from tests.servers.common import running
from tests.servers.mongodb import MongodbServer

pytestmark = pytest.mark.store("mongodb")


class Failing(MongodbServer):
    """A server that can be told to fail."""

    def command(self) -> Sequence[str | Path]:
        return [*super().command(), "--setParameter", "enableTestCommands=1"]


@pytest.fixture(scope="module")
def server() -> Iterator[Failing]:
    """
    A server of these tests alone.
    """
    try:
        with running(partial(Failing, replica_set=True)) as server:
            yield server
        return
    except servers.StoreUnavailable as error:
        unavailable = error.reason
    left_out(unavailable)


@pytest.fixture(scope="module")
def store(server: Failing) -> Iterator[MongoStore]:
    """
    A migrated store on it.
    """
    store = open_url(server.url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def admin(server: Failing) -> Iterator[Any]:
    """
    The database for commands to the server.
    """
    with pymongo.MongoClient(server.url) as client:
        yield client.admin


@contextmanager
def failing(admin: Any, command: str, times: int, **how: Any) -> Iterator[None]:
    """Let a command fail so many times."""
    data = {"failCommands": [command], **how}
    admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": data})
    try:
        yield
    finally:
        admin.command({"configureFailPoint": "failCommand", "mode": "off"})


CUT = {"closeConnection": True}
STEPPED_DOWN = {"errorCode": 10107}  # NotWritablePrimary


@pytest.mark.parametrize("how", [CUT, STEPPED_DOWN], ids=["cut", "stepped down"])
@pytest.mark.parametrize("command", ["findAndModify", "find", "insert", "update"])
def test_a_failure_in_a_transaction_is_a_conflict(
    store: MongoStore, desk: str, admin: Any, command: str, how: dict[str, Any]
) -> None:
    """Whatever was being done, the whole may be repeated, and then succeeds; nothing of the first try is left."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t0", 100)))

    def work() -> Any:
        yield from ledger.ticket("t0", lock=True)
        yield from ledger.records([("customer", "acme")])
        yield from ledger.save(opening(desk, "t1", 1))
        yield from ledger.park("t0", until=opening(desk, "t0", 1).changes[0].ticket.opened_at, error="")

    with failing(admin, command, 1, **how):
        with pytest.raises(Conflict) as caught:
            one(store, work())
        assert caught.value.lost
        assert (("t0",), 0) == (one(store, ledger.ticket_ids("", 9)), one(store, ledger.parked("t0")))
    one(store, work())
    assert 1 == one(store, ledger.parked("t0"))


@pytest.mark.parametrize("times", [1, 2 * COMMITS - 1])
def test_a_commit_is_asked_for_again(store: MongoStore, desk: str, admin: Any, times: int) -> None:
    """A connection cut in the midst of a commit is nothing the caller hears of, as long as one answer comes."""
    ledger = store.ledger(desk)
    with failing(admin, "commitTransaction", times, **CUT):
        one(store, ledger.save(opening(desk, "t1", 1)))
    assert one(store, ledger.ticket("t1")) is not None


def test_a_commit_of_unknown_outcome_is_a_conflict(store: MongoStore, desk: str, admin: Any) -> None:
    """If no answer comes, the caller repeats the whole, and the receipt tells whether it was carried out."""
    ledger = store.ledger(desk)
    # The commit is carried out, but not acknowledged by a majority in time, as far as one is told.
    late = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}
    for ticket_id, how, kept in (("cut", CUT, False), ("late", late, True)):  # what was cut holds no number
        with failing(admin, "commitTransaction", 100, **how), pytest.raises(Conflict) as caught:
            one(store, ledger.save(opening(desk, ticket_id, 1)))
        assert caught.value.lost
        (receipt,) = one(store, ledger.receipts([f"open-{ticket_id}"]))
        assert kept == (receipt is not None)


def test_asynchronous_commits_are_asked_for_again(server: Failing, desk: str, admin: Any) -> None:
    """The same holds where it is awaited."""

    async def test() -> None:
        store = open_async_store(server.url)
        ledger = store.ledger(desk)
        await store.migrate()
        with failing(admin, "commitTransaction", 3, **CUT):
            await aone(store, ledger.save(opening(desk, "t1", 1)))
        with failing(admin, "commitTransaction", 100, **CUT), pytest.raises(Conflict):
            await aone(store, ledger.save(opening(desk, "t2", 2)))
        with failing(admin, "insert", 1, **CUT), pytest.raises(Conflict):
            await aone(store, ledger.save(opening(desk, "t2", 2)))
        assert ("t1",) == await aone(store, ledger.ticket_ids("", 9))
        await store.close()

    run(test())


def test_numbers_go_on_after_a_cut(store: MongoStore, desk: str, admin: Any) -> None:
    """What is counted apart is counted by the driver's own repetition, or told as a conflict."""
    ledger = store.ledger(desk)
    with failing(admin, "findAndModify", 1, **CUT):
        assert 1 == one(store, ledger.next_numbers())
    with failing(admin, "findAndModify", 2, **CUT), pytest.raises(Conflict):
        one(store, ledger.next_numbers())
    assert one(store, ledger.next_numbers()) > 1


def test_a_host_whose_connection_is_cut_has_lost_its_transaction(
    store: MongoStore, server: Failing, desk: str, admin: Any
) -> None:
    """Nothing is repeated inside a lent transaction: it is lost, and what went before cannot be committed."""
    ledger = store.ledger(desk)
    with pymongo.MongoClient[Any](server.url) as client, client.start_session() as session:
        orders = client["host"]["orders"]
        session.start_transaction()
        orders.insert_one({"desk": desk}, session=session)
        joined = store.join(session)
        with failing(admin, "update", 1, **CUT), pytest.raises(TransactionLost):
            one(joined, ledger.put_rules("0" * 64, "{}"))
        with pytest.raises(TransactionLost):
            one(joined, ledger.rules("0" * 64))
        with pytest.raises(OperationFailure):
            session.commit_transaction()
        assert 0 == orders.count_documents({"desk": desk})


def test_a_task_that_is_cancelled_leaves_nothing(server: Failing, store: MongoStore, desk: str, admin: Any) -> None:
    """Cancelled in the midst of an operation, a transaction is undone, and the store goes on."""
    import asyncio

    async def test() -> None:
        ours = open_async_store(server.url)
        ledger = ours.ledger(desk)
        begun = asyncio.Event()

        async def work() -> None:
            async with ours.begin(write=True) as execute:
                await adrive(ledger.put_record(Customer(id="acme", name="ACME")), execute)
                begun.set()
                await adrive(ledger.save(opening(desk, "t1", 1)), execute)

        with failing(admin, "insert", 1, blockConnection=True, blockTimeMS=500):
            task = asyncio.create_task(work())
            await begun.wait()
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        for _ in range(100):  # the server may be at it still
            try:
                await aone(ours, ledger.put_record(Customer(id="acme", name="Other")))
            except Conflict:
                await asyncio.sleep(0.02)
            else:
                break
        await aone(ours, ledger.save(opening(desk, "t1", 1)))
        (found,) = await aone(ours, ledger.records([("customer", "acme")]))
        assert "Other" == found.name
        await ours.close()

    run(test())


def test_a_user_who_may_only_read_is_told_so(server: Failing, store: MongoStore, desk: str, admin: Any) -> None:
    """What the server does not let this user do is told as that."""
    with failing(admin, "insert", 1, errorCode=13), pytest.raises(StoreDenied, match="this user"):
        one(store, store.ledger(desk).save(opening(desk, "t1", 1)))


def test_a_primary_that_steps_down_is_waited_for(server: Failing, store: MongoStore, desk: str, admin: Any) -> None:
    """A transaction that was open then is a conflict; repeated, it finds the new primary."""
    ledger = store.ledger(desk)
    with pytest.raises(Conflict), store.begin(write=True) as execute:
        drive(ledger.save(opening(desk, "t1", 1)), execute)
        admin.command({"replSetStepDown": 1, "force": True})
        drive(ledger.save(opening(desk, "t2", 2)), execute)
    again(store, lambda: ledger.save(opening(desk, "t1", 1)))
    assert ("t1",) == one(store, ledger.ticket_ids("", 9))


def test_a_server_that_was_killed_is_found_again(server: Failing, desk: str) -> None:
    """While it is away that is told in bounded time; what was acknowledged is there afterwards, nothing else."""
    store = open_url(server.url + "&serverSelectionTimeoutMS=300")
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with pytest.raises((Conflict, StoreUnreachable)), store.begin(write=True) as execute:
        drive(ledger.save(opening(desk, "t2", 2)), execute)
        server.kill()
    with pytest.raises(StoreUnreachable):
        again(store, lambda: ledger.ticket("t1"))
    server.restart()
    assert ("t1",) == again(store, lambda: ledger.ticket_ids("", 9))
    again(store, lambda: ledger.save(opening(desk, "t2", 2)))
    store.close()


def test_a_host_with_a_broken_client_hears_it(server: Failing, desk: str) -> None:
    """A client that reaches no server is told as unreadable, asynchronous ones as well."""

    async def test() -> None:
        async with AsyncMongoClient[Any]("mongodb://127.0.0.1:1/helpdesk", serverSelectionTimeoutMS=100) as client:
            store = open_async_store(client)
            with pytest.raises(StoreUnreachable):
                await aone(store, store.desks())
            with pytest.raises(StoreUnreachable):
                await store.migrate()

    run(test())
