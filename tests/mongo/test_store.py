"""Connections that cannot be, transactions that meet, and the transaction of a host."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.errors import OperationFailure

from supportcore.errors import (
    NoTransaction,
    SchemaMissing,
    SchemaNewer,
    StoreError,
    StoreUnreadable,
    TransactionLost,
)
from supportcore.people.customers import Customer
from supportcore.storage.ports import Conflict, Steps, drive
from supportcore.tickets.commands import Change, Decision, Receipt
from supportcore.tickets.events import Recorded, TicketOpened
from supportcore.tickets.evolve import fold
from supportcore_mongo import MongoStore, open_url
from tests import servers
from tests.conftest import IN_CI

pytestmark = pytest.mark.store("mongodb")

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY_LISTENS = "mongodb://ana:s3cret@127.0.0.1:1/helpdesk?serverSelectionTimeoutMS=200"


def opening(desk: str, ticket_id: str, number: int) -> Decision:
    """Return the decision that opens a ticket."""
    event = TicketOpened(
        at=NOON, actor="ana", number=number, rules_hash="0" * 64, subject="…", state="new", category="new"
    )
    recorded = Recorded(ticket=ticket_id, position=1, command_id=f"open-{ticket_id}", event=event, recorded_at=NOON)
    ticket = fold(desk, (recorded,))
    receipt = Receipt(
        command_id=recorded.command_id, digest="d", id=ticket_id, number=number, version=1, state="new", at=NOON
    )
    return Decision(changes=(Change(before=0, ticket=ticket, recorded=(recorded,)),), receipt=receipt)


def one(store: Any, steps: Steps[Any], *, write: bool = True) -> Any:
    """Execute steps in a transaction of their own."""
    with store.begin(write=write) as execute:
        return drive(steps, execute)


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
    with pytest.raises(StoreUnreadable) as caught, store.begin(write=False):
        pass
    store.close()
    assert time.monotonic() - started < 5
    assert store.url == "mongodb://127.0.0.1:1/helpdesk"
    assert store.url in str(caught.value)
    assert "s3cret" not in str(caught.value)


@contextmanager
def standalone() -> Iterator[str]:
    """Start a server that is in no replica set."""
    try:
        mongod = servers._mongod()
    except servers.StoreUnavailable as unavailable:
        if IN_CI:
            pytest.fail(unavailable.reason, pytrace=False)
        pytest.skip(unavailable.reason)
    with tempfile.TemporaryDirectory(prefix="supportcore-standalone-", ignore_cleanup_errors=True) as folder:
        port = servers._free_port()
        options = ["--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
        process = servers._start([str(mongod), *options, "--wiredTigerCacheSizeGB", "0.25"], Path(folder))
        try:
            servers._wait_until(lambda: servers._accepts(port), process, Path(folder))
            yield f"mongodb://127.0.0.1:{port}/helpdesk"
        finally:
            process.kill()
            process.wait()


def test_a_standalone_server_is_refused_with_what_to_do() -> None:
    """A server without replica set, hence without transactions, is refused with the way to mend it."""
    with standalone() as url:
        store = open_url(url)
        with pytest.raises(StoreError, match=r"--replSet rs0 and run rs\.initiate\(\)"), store.begin(write=False):
            pass
        with pytest.raises(StoreError, match="replica set"):
            store.migrate()
        store.close()


def test_a_database_without_collections_names_the_remedy(store: MongoStore, database_url: str) -> None:
    """What was not migrated says how to do that, prefix included, and migrating twice is the same as once."""
    other = open_url(database_url, prefix="other_")
    with pytest.raises(SchemaMissing, match="--prefix other_"), other.begin(write=False):
        pass
    other.migrate()
    other.migrate()
    assert 1 == one(other, other.ledger("desk").next_number())
    other.close()


def test_collections_of_a_later_release_are_left_alone(database_url: str) -> None:
    """A version this release does not know is refused, by migrating too."""
    with pymongo.MongoClient(database_url) as client:
        client.get_default_database()["later_schema"].insert_one({"_id": "schema", "version": 99})
    later = open_url(database_url, prefix="later_")
    with pytest.raises(SchemaNewer, match="99"), later.begin(write=False):
        pass
    with pytest.raises(SchemaNewer, match="99"):
        later.migrate()
    later.close()


# -- transactions


def test_a_failed_transaction_leaves_nothing_but_a_gap_in_the_numbers(store: MongoStore, desk: str) -> None:
    """An error undoes ticket, history and receipt; the number, which was taken apart, stays taken."""
    ledger = store.ledger(desk)
    with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
        number = drive(ledger.next_number(), execute)
        drive(ledger.save(opening(desk, "t1", number)), execute)
        assert drive(ledger.ticket("t1"), execute) is not None
        raise ZeroDivisionError
    assert one(store, ledger.ticket("t1")) is None
    assert () == one(store, ledger.history("t1"))
    assert one(store, ledger.receipt("open-t1")) is None
    assert 2 == one(store, ledger.next_number())


def test_only_one_transaction_has_the_lock(store: MongoStore, desk: str) -> None:
    """A ticket locked in one transaction cannot be locked in another, and the mark of it is no column."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with store.begin(write=True) as execute:
        ticket = drive(ledger.ticket("t1", lock=True), execute)
        with pytest.raises(Conflict), store.begin(write=True) as late:
            drive(ledger.ticket("t1", lock=True), late)
    assert dict(ledger.expected_columns(ticket)) == one(store, ledger.stored_columns("t1"))


def test_the_feed_skips_no_late_commit(store: MongoStore, desk: str) -> None:
    """Of two transactions on one desk that record events, one repeats, so that sequences appear in their order."""
    ledger = store.ledger(desk)
    with store.begin(write=True) as early:
        drive(ledger.save(opening(desk, "t1", 1)), early)
        with pytest.raises(Conflict), store.begin(write=True) as late:
            drive(ledger.save(opening(desk, "t2", 2)), late)
    one(store, ledger.save(opening(desk, "t2", 2)))
    assert [("t1", 1), ("t2", 2)] == [(r.ticket, r.sequence) for r in one(store, ledger.feed(0, 10))]


@pytest.mark.parametrize("again", [("t1", 2), ("t2", 1)])
def test_a_taken_id_or_number_is_a_conflict(store: MongoStore, desk: str, again: tuple[str, int]) -> None:
    """A second ticket of the same id, or of the same number, is a conflict."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with pytest.raises(Conflict):
        one(store, ledger.save(opening(desk, *again)))


# -- joined


@pytest.fixture
def host(database_url: str) -> Iterator[pymongo.MongoClient[dict[str, Any]]]:
    """
    A host's own client, with its own settings.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client


def test_the_hosts_rollback_undoes_ours_and_its_commit_keeps_it(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """The host's document and our ticket are kept together or not at all."""
    ledger, orders = store.ledger(desk), host.get_default_database()[f"orders_{desk}"]
    orders.insert_one({"_id": 0})
    with host.start_session() as session:
        for end, expected in (("abort_transaction", (1, False)), ("commit_transaction", (2, True))):
            session.start_transaction()
            orders.insert_one({"_id": 1}, session=session)
            one(store.join(session), ledger.save(opening(desk, "t1", 1)))
            assert one(store, ledger.ticket("t1")) is None
            getattr(session, end)()
            kept = one(store, ledger.ticket("t1"))
            assert expected == (orders.count_documents({}), kept is not None)


def test_a_session_in_no_transaction_is_refused(store: MongoStore, host: pymongo.MongoClient[dict[str, Any]]) -> None:
    """Only a session that is in a transaction can be joined, and only while it is."""
    with host.start_session() as session:
        with pytest.raises(NoTransaction, match="no transaction"):
            store.join(session)
        with session.start_transaction():
            joined = store.join(session)
        with pytest.raises(NoTransaction), joined.begin(write=True):
            pass
    with pytest.raises(NoTransaction, match="MongoClient"):
        store.join(host)


def _lost(session: Any, joined: Any, orders: Any) -> None:
    """Assert that neither we nor the host can go on, nor the host commit."""
    with pytest.raises(TransactionLost), joined.begin(write=False):
        pass
    with pytest.raises(OperationFailure):
        orders.insert_one({"_id": 2}, session=session)
    with pytest.raises(OperationFailure):
        session.commit_transaction()
    assert 0 == orders.count_documents({"_id": {"$ne": 0}})


def test_any_error_of_the_server_loses_the_hosts_transaction(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """After a duplicate key every further call says so, and the host cannot commit what went before."""
    ledger, orders = store.ledger(desk), host.get_default_database()[f"orders_{desk}"]
    one(store, ledger.save(opening(desk, "t1", 1)))
    orders.insert_one({"_id": 0})
    with host.start_session() as session:
        session.start_transaction()
        orders.insert_one({"_id": 1}, session=session)
        joined = store.join(session)
        with pytest.raises(TransactionLost):
            one(joined, ledger.save(opening(desk, "t1", 1)))
        _lost(session, joined, orders)


def test_half_of_a_call_is_never_committed(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """A call that fails after some of its writes loses the transaction, for there are no savepoints."""
    ledger, orders = store.ledger(desk), host.get_default_database()[f"orders_{desk}"]
    orders.insert_one({"_id": 0})
    with host.start_session() as session:
        session.start_transaction()
        orders.insert_one({"_id": 1}, session=session)
        joined = store.join(session)
        with pytest.raises(TransactionLost, match="part of its writes"), joined.begin(write=True) as execute:
            drive(ledger.put_record(Customer(id="acme", name="ACME")), execute)
            raise ZeroDivisionError
        _lost(session, joined, orders)
    assert (None,) == one(store, ledger.records([("customer", "acme")]))


def test_a_refusal_before_any_write_costs_the_host_nothing(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """An error of the rules after locking and reading leaves the host's transaction as it was."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with host.start_session() as session, session.start_transaction():
        joined = store.join(session)
        with pytest.raises(ZeroDivisionError), joined.begin(write=True) as execute:
            found = drive(ledger.ticket("t1", lock=True), execute)
            raise ZeroDivisionError
        one(joined, ledger.put_record(Customer(id="acme", name="ACME")))
    assert (Customer(id="acme", name="ACME"),) == one(store, ledger.records([("customer", "acme")]))
    assert found == one(store, ledger.ticket("t1"))
