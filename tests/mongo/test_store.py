"""Connections that cannot be, hosts' clients, forks, and transactions that meet."""

from __future__ import annotations

import os
import socket
import time
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pymongo
import pytest
from pymongo import AsyncMongoClient

from supportcore.errors import StoreDenied, StoreError, StoreUnreachable
from supportcore.storage.ports import Conflict, drive
from supportcore.testing.blocking import Background, BlockingStore
from supportcore_mongo import MongoStore, open_url
from supportcore_mongo.aio import open_async_store
from tests import servers
from tests.conftest import left_out
from tests.mongo.samples import NOON, aone, one, opening, run

pytestmark = pytest.mark.store("mongodb")

NOBODY_LISTENS = "mongodb://ana:s3cret@127.0.0.1:1/helpdesk?serverSelectionTimeoutMS=200"


# -- connecting


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://localhost",
        "mongodb://ana:s3cret@localhost/?replicaSet=rs0",
        "mongodb://ana:s3cret@local:host/helpdesk",
        "mongodb://ana:s3@cret@localhost/helpdesk",
        "mongodb+srv://ana:s3cret@db.example.com",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    """A URL without a database, or that cannot be read, is refused in words that hold no password."""
    with pytest.raises(StoreError, match="write for example mongodb://localhost/helpdesk") as caught:
        open_url(url)
    assert "cret" not in str(caught.value)


def test_a_schema_is_refused() -> None:
    """There are no schemas in MongoDB, so that naming one is a mistake."""
    with pytest.raises(StoreError, match="no schemas"):
        open_url("mongodb://localhost/helpdesk", schema="support")


def test_a_server_that_does_not_answer_is_unreadable_in_bounded_time() -> None:
    """Nobody listening is told after the time the URL allows, without user name and password."""
    store = open_url(NOBODY_LISTENS)
    started = time.monotonic()
    with pytest.raises(StoreUnreachable) as caught, store.begin(write=False):
        pass
    store.close()
    assert time.monotonic() - started < 5
    assert store.url == "mongodb://127.0.0.1:1/helpdesk"
    assert store.url in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("opened", [open_url, open_async_store])
@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "nowhere.invalid"])
def test_a_server_that_never_speaks_and_a_host_nobody_knows(opened: Any, host: str) -> None:
    """Both are told as unreachable in the time the URL allows, by either kind of store, without the password."""
    with socket.socket() as silent, Background() as background:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = host.format(port=silent.getsockname()[1])
        store = opened(f"mongodb://ana:s3cret@{place}/helpdesk?serverSelectionTimeoutMS=500")
        if opened is open_async_store:
            store = BlockingStore(store, background)
        for write in (False, True):
            with pytest.raises(StoreUnreachable) as caught, store.begin(write=write):
                pass
            assert place in str(caught.value)
            assert "s3cret" not in "".join(traceback.format_exception(caught.value))
        store.close()


@contextmanager
def standalone() -> Iterator[str]:
    """Start a server that is in no replica set."""
    try:
        with servers.mongodb_server(replica_set=False) as server:
            yield server.url
        return
    except servers.StoreUnavailable as error:
        unavailable = error.reason
    left_out(unavailable)


def test_a_standalone_server_is_refused_with_what_to_do() -> None:
    """A server without replica set, hence without transactions, is refused with the way to mend it."""
    with standalone() as url:
        store = open_url(url)
        with pytest.raises(StoreError, match=r"--replSet rs0 and run rs\.initiate\(\)"), store.begin(write=False):
            pass
        with pytest.raises(StoreError, match="replica set"):
            store.migrate()
        store.close()


# -- transactions


def test_a_failed_transaction_leaves_nothing_but_a_gap_in_the_numbers(store: MongoStore, desk: str) -> None:
    """An error undoes ticket, history and receipt; the number, which was taken apart, stays taken."""
    ledger = store.ledger(desk)
    with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
        number = drive(ledger.next_numbers(), execute)
        drive(ledger.save(opening(desk, "t1", number)), execute)
        assert drive(ledger.ticket("t1"), execute) is not None
        raise ZeroDivisionError
    assert one(store, ledger.ticket("t1")) is None
    assert () == one(store, ledger.history("t1"))
    assert (None,) == one(store, ledger.receipts(["open-t1"]))
    assert 2 == one(store, ledger.next_numbers())


def test_only_one_transaction_has_the_lock(store: MongoStore, desk: str) -> None:
    """A ticket locked in one transaction cannot be locked in another, and the mark of it is no column."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with store.begin(write=True) as execute:
        ticket = drive(ledger.ticket("t1", lock=True), execute)
        with pytest.raises(Conflict), store.begin(write=True) as late:
            drive(ledger.ticket("t1", lock=True), late)
    assert dict(ledger.expected_columns(ticket)) == one(store, ledger.stored_columns("t1"))


@pytest.mark.parametrize("again", [("t1", 2), ("t2", 1)])
def test_a_taken_id_or_number_is_a_conflict(store: MongoStore, desk: str, again: tuple[str, int]) -> None:
    """A second ticket of the same id, or of the same number, is a conflict."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with pytest.raises(Conflict):
        one(store, ledger.save(opening(desk, *again)))


def test_a_wrong_password_is_told_without_it(database_url: str) -> None:
    """A user who is not let in reads so, and neither the message nor what it was raised from holds the password."""
    url = database_url.replace("mongodb://", "mongodb://ana:s3cret-word@") + "&serverSelectionTimeoutMS=500"
    store = open_url(url)
    for attempt in (lambda: one(store, store.desks()), store.migrate):
        with pytest.raises(StoreDenied, match="user 'ana' or the password is not accepted") as caught:
            attempt()
        told: BaseException | None = caught.value
        while told is not None:
            assert "s3cret" not in f"{told!r} {told}"
            told = told.__cause__ or told.__context__
    assert "s3cret" not in f"{store!r} {store.url}"
    store.close()


def test_a_store_is_not_opened_on_just_anything() -> None:
    """What is no URL and no client of the right kind, and names that cannot be, are refused."""
    with pytest.raises(StoreError, match="a URL or a MongoClient, not a int"):
        open_url(3)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="prefix 'a b'"):
        open_url("mongodb://localhost/helpdesk", prefix="a b")
    client: AsyncMongoClient[Any] = AsyncMongoClient("mongodb://localhost/helpdesk", connect=False)
    with pytest.raises(StoreError, match="not a AsyncMongoClient"):
        open_url(client)  # type: ignore[arg-type]


# -- a host's client


def test_a_hosts_client_is_used_and_left_open(store: MongoStore, desk: str, database_url: str) -> None:
    """A store on a client lives in its default database or the one that is named, and does not close it."""
    one(store, store.ledger(desk).save(opening(desk, "t1", 1)))
    with pymongo.MongoClient(database_url) as client:
        lent = open_url(client)
        assert one(lent, lent.ledger(desk).ticket("t1")) is not None
        lent.close()
        assert client.admin.command("ping")
        assert lent.url == store.url
    bare = database_url.replace("/supportcore_mongo_tests", "/")
    with pymongo.MongoClient(bare) as client:
        with pytest.raises(StoreError, match="by schema="):
            open_url(client)
        named = open_url(client, schema="supportcore_mongo_tests")
        assert one(named, named.ledger(desk).ticket("t1")) is not None


def test_a_hosts_asynchronous_client_is_used_and_left_open(store: MongoStore, desk: str, database_url: str) -> None:
    """The same holds of an asynchronous client."""
    one(store, store.ledger(desk).save(opening(desk, "t1", 1)))

    async def test() -> None:
        async with AsyncMongoClient[Any](database_url) as client:
            lent = open_async_store(client)
            assert await aone(lent, lent.ledger(desk).ticket("t1")) is not None
            await lent.close()
            assert await client.admin.command("ping")

    run(test())


# -- threads and processes


def test_threads_share_a_store(store: MongoStore, desk: str) -> None:
    """Eight threads that open tickets at once open them all, each under a number of its own."""
    ledger = store.ledger(desk)

    def work(thread: int) -> int:
        with store.begin(write=True) as execute:
            number = drive(ledger.next_numbers(), execute)
            drive(ledger.save(opening(desk, f"t{thread}", number)), execute)
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(range(1, 9)) == sorted(pool.map(work, range(8)))


def _in_child(work: Any) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads is what this is about
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_store_goes_on_in_a_forked_process(store: MongoStore, desk: str) -> None:
    """Child and parent both go on with a store that was used before the fork, and no warning is heard."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))

    def work() -> None:
        one(store, ledger.save(opening(desk, "t2", 2)))
        store.close()

    assert 0 == _in_child(work)
    one(store, ledger.save(opening(desk, "t3", 3)))
    assert ("t1", "t2", "t3") == one(store, ledger.ticket_ids("", 10))


# -- the server at work


@pytest.fixture
def profiled(database_url: str) -> Iterator[Any]:
    """
    The database; what is done in it is recorded while the test runs.
    """
    with pymongo.MongoClient(database_url) as client:
        database = client.get_default_database()
        database.command("profile", 2)
        yield database
        database.command("profile", 0)
        database.drop_collection("system.profile")


def _done(database: Any, collection: str, *operations: str) -> Any:
    """Return the last that the server recorded of a collection."""
    where = {"ns": f"{database.name}.{collection}", "op": {"$in": list(operations)}}
    return database["system.profile"].find_one(where, sort=[("ts", -1)])


def test_what_is_asked_again_and_again_is_answered_by_an_index(store: MongoStore, desk: str, profiled: Any) -> None:
    """Due tickets are found without reading any, and a claim and a feed read no document in vain."""
    ledger = store.ledger(desk)
    for n in range(5):
        one(store, ledger.save(opening(desk, f"t{n}", n + 1)))
    one(store, ledger.due(NOON, 10))
    assert 0 == _done(profiled, "sc_tickets", "query")["docsExamined"]
    one(store, ledger.claim(now=NOON, until=NOON + timedelta(hours=1), token="w", limit=10))
    assert 0 == _done(profiled, "sc_outbox", "query")["docsExamined"]
    assert 5 == one(store, ledger.number_events(10))
    assert 2 == len(one(store, ledger.feed(3, 10)))
    assert 2 == _done(profiled, "sc_history", "query")["docsExamined"]
    assert not one(store, ledger.unnumbered())
    assert 0 == _done(profiled, "sc_history", "query")["docsExamined"]
