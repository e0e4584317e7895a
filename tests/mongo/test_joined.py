"""In the transaction of a host: kept with it, undone with it, and never half of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from supportcore.errors import CannotJoin, NoTransaction, StoreError, TransactionLost
from supportcore.people.customers import Customer
from supportcore.storage.ports import adrive, drive
from supportcore.testing.conformance.samples import draft, taking
from supportcore.tickets.files import taken
from supportcore_mongo import MongoStore, open_url
from supportcore_mongo.aio import open_async_store
from tests.mongo.samples import aone, one, opening, run

pytestmark = pytest.mark.store("mongodb")


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
    for other in (None, host, "session"):
        told = f"takes a pymongo ClientSession in a transaction, not {type(other).__name__}"
        with pytest.raises(CannotJoin, match=told):
            store.join(other)


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


def test_a_file_is_taken_with_what_the_host_does(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """A draft is put and taken in the host's transaction and undone with it; taking one that is gone loses it."""
    ledger, orders = store.ledger(desk), host.get_default_database()[f"orders_{desk}"]
    orders.insert_one({"_id": 0})
    with host.start_session() as session:
        session.start_transaction()
        joined = store.join(session)
        one(joined, ledger.put_draft(draft()))
        one(joined, ledger.save(taking("t1", draft())))
        assert (taken(draft(), "t1"),) == one(joined, ledger.files(["f1"]))
        session.abort_transaction()
        assert (None,) == one(store, ledger.files(["f1"]))
        session.start_transaction()
        orders.insert_one({"_id": 1}, session=session)
        joined = store.join(session)
        with pytest.raises(TransactionLost, match="no longer a draft of each of: f1"):
            one(joined, ledger.save(taking("t1", draft())))
        _lost(session, joined, orders)


def test_a_second_transaction_of_the_session_is_another(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """What joined one transaction writes nothing into the next one of the same session."""
    ledger = store.ledger(desk)
    with host.start_session() as session:
        with session.start_transaction():
            joined = store.join(session)
            one(joined, ledger.put_record(Customer(id="acme", name="ACME")))
        with session.start_transaction():
            with pytest.raises(NoTransaction, match="has ended"):
                one(joined, ledger.put_record(Customer(id="acme", name="Other")))
            one(store.join(session), ledger.put_record(Customer(id="bolt", name="Bolt")))
    found = one(store, ledger.records([("customer", "acme"), ("customer", "bolt")]))
    assert ("ACME", "Bolt") == tuple(customer.name for customer in found)


def test_a_call_does_not_run_on_into_the_hosts_next_transaction(
    store: MongoStore, desk: str, host: pymongo.MongoClient[dict[str, Any]]
) -> None:
    """A host that commits and begins anew in the middle of a call of ours ends that call."""
    ledger = store.ledger(desk)
    with host.start_session() as session:
        session.start_transaction()
        with pytest.raises(NoTransaction, match="has ended"), store.join(session).begin(write=True) as execute:
            drive(ledger.ticket("t1"), execute)
            session.commit_transaction()
            session.start_transaction()
            drive(ledger.put_record(Customer(id="acme", name="ACME")), execute)
        session.commit_transaction()
    assert (None,) == one(store, ledger.records([("customer", "acme")]))


def test_a_joined_store_leaves_the_host_its_own(store: MongoStore, host: pymongo.MongoClient[dict[str, Any]]) -> None:
    """Joined it says so, does not migrate, closes nothing, and joins another session."""
    with (
        host.start_session() as session,
        host.start_session() as other,
        session.start_transaction(),
        other.start_transaction(),
    ):
        joined = store.join(session)
        assert (True, False) == (joined.joined, store.joined)
        with pytest.raises(StoreError, match="joined"):
            joined.migrate()
        joined.close()
        assert one(joined.join(other), joined.ledger("nobody").ticket("t1")) is None


def test_a_database_that_was_not_migrated_costs_the_host_nothing(
    host: pymongo.MongoClient[dict[str, Any]], database_url: str
) -> None:
    """Joined by way of a client that was never looked at, what is missing is told and the transaction goes on."""
    store = open_url(database_url, prefix="never_")
    orders = host.get_default_database()["orders_of_never"]
    orders.insert_one({"_id": 0})
    with host.start_session() as session, session.start_transaction():
        orders.insert_one({"_id": 1}, session=session)
        with pytest.raises(StoreError, match="--prefix never_"):
            one(store.join(session), store.ledger("desk").put_rules("0" * 64, "{}"))
    assert 2 == orders.count_documents({})
    assert "never_rules" not in host.get_default_database().list_collection_names()
    store.close()


# -- asynchronous


def test_an_asynchronous_host_has_the_same(store: MongoStore, desk: str, database_url: str) -> None:
    """Kept with the host, undone with it, lost by an error, and ended with the transaction: awaited, too."""
    ledger = store.ledger(desk)

    async def test() -> None:
        ours = open_async_store(database_url)
        async with AsyncMongoClient[Any](database_url) as client, client.start_session() as session:
            for end, kept in (("abort_transaction", False), ("commit_transaction", True)):
                await session.start_transaction()
                joined = ours.join(session)
                await aone(joined, ledger.save(opening(desk, "t1", 1)))
                assert await aone(ours, ledger.ticket("t1")) is None
                await getattr(session, end)()
                assert kept == (await aone(ours, ledger.ticket("t1")) is not None)
            with pytest.raises(NoTransaction, match="no transaction"):
                await aone(joined, ledger.ticket("t1"))
            await session.start_transaction()
            with pytest.raises(NoTransaction, match="has ended"):
                await aone(joined, ledger.ticket("t1"))
            joined = ours.join(session)
            await aone(joined, ledger.put_record(Customer(id="acme", name="ACME")))
            with pytest.raises(TransactionLost):
                await aone(joined, ledger.save(opening(desk, "t1", 1)))
            with pytest.raises(TransactionLost):
                await aone(joined, ledger.ticket("t1"))
            with pytest.raises(OperationFailure):
                await session.commit_transaction()
        await ours.close()

    run(test())
    assert (None,) == one(store, ledger.records([("customer", "acme")]))


def test_half_of_an_asynchronous_call_is_never_committed(store: MongoStore, desk: str, database_url: str) -> None:
    """A call that fails after some of its writes loses the transaction; one before any write costs nothing."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))

    async def test() -> None:
        ours = open_async_store(database_url)
        async with AsyncMongoClient[Any](database_url) as client, client.start_session() as session:
            await session.start_transaction()
            joined = ours.join(session)
            with pytest.raises(ZeroDivisionError):
                async with joined.begin(write=True) as execute:
                    await adrive(ledger.ticket("t1", lock=True), execute)
                    raise ZeroDivisionError
            with pytest.raises(TransactionLost, match="part of its writes"):
                async with joined.begin(write=True) as execute:
                    await adrive(ledger.put_record(Customer(id="acme", name="ACME")), execute)
                    raise ZeroDivisionError
            with pytest.raises(OperationFailure):
                await session.commit_transaction()
            for other in (None, client):
                with pytest.raises(CannotJoin, match="takes a pymongo AsyncClientSession in a transaction, not"):
                    ours.join(other)
        await ours.close()

    run(test())
    assert (None,) == one(store, ledger.records([("customer", "acme")]))
