"""A host that keeps records itself: read in the same transaction, with the same answers as stored ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from supportcore import Actor, Agent, Agreement, AsyncDesk, Contact, Customer, Desk, Invalid, Refused, Team
from supportcore.errors import StoreError
from supportcore.storage import open_async_store, open_store
from supportcore.storage.memory import AsyncMemoryStore, MemoryStore
from supportcore.storage.owned import IDS_AT_ONCE, AsyncHostOwned, HostOwned, Owned
from supportcore.storage.ports import RECORD_KINDS, Ledger, Record, Steps, Store, drive
from supportcore.testing import strategies
from supportcore.testing.blocking import BlockingStore
from tests.conftest import selected_stores
from tests.desk.machine import SMALL
from tests.stores import STORE_NAMES, open_store_named, reported_as, server_url

NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]
_number = count(1)


def kept_by(host: Ledger, kind: str) -> Owned:
    """How records are read that a host keeps on a desk of its own."""

    def read(ids: tuple[str, ...]) -> Steps[Iterable[Record]]:
        found = yield from host.records((kind, record_id) for record_id in ids)
        return [record for record in reversed(found) if record is not None]

    return Owned(read, lambda after, limit: host.records_of(kind, after=after, limit=limit))


def wrapped(store: Store, host: Ledger, kinds: Iterable[str]) -> Store:
    """*store*, of whose records those of *kinds* are the host's."""
    owned = {kind: kept_by(host, kind) for kind in kinds}
    if isinstance(store, BlockingStore):
        return BlockingStore(AsyncHostOwned(store.behind, owned), store.background)
    return HostOwned(store, owned)


def run(store: Store, steps: Steps[Any], *, write: bool = False) -> Any:
    with store.begin(write=write) as execute:
        return drive(steps, execute)


@pytest.fixture(scope="module", params=NAMES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    name: str = request.param
    with open_store_named(name, tmp_path_factory.mktemp(name), server_url=server_url(request, name)) as store:
        yield store


def records() -> st.SearchStrategy[list[Record]]:
    ids = st.sampled_from(["a", "A", "b", "ñ", "z-1", "10", "9"])
    return st.lists(strategies.records(id=ids), max_size=12, unique_by=lambda one: (type(one), one.id))


@given(kept=records(), kinds=st.sets(st.sampled_from(list(RECORD_KINDS))), data=st.data())
def test_owned_records_answer_as_stored_ones_do(
    store: Store, kept: list[Record], kinds: set[str], data: st.DataObject
) -> None:
    """Whichever kinds are the host's, every way of reading answers as if all were stored."""
    number = next(_number)
    plain, mixed, host = (f"{name}-{number}" for name in ("plain", "mixed", "host"))

    def fill() -> Steps[None]:
        for record in kept:
            yield from store.ledger(plain).put_record(record)
            owned = next(kind for kind, cls in RECORD_KINDS.items() if cls is type(record)) in kinds
            yield from store.ledger(host if owned else mixed).put_record(record)

    run(store, fill(), write=True)
    behind = wrapped(store, store.ledger(host), kinds)
    refs = data.draw(
        st.lists(st.tuples(st.sampled_from(list(RECORD_KINDS)), st.sampled_from(["a", "A", "b", "ñ", "?"])), max_size=9)
    )
    assert run(store, store.ledger(plain).records(refs)) == run(behind, behind.ledger(mixed).records(refs))
    kind, limit = data.draw(st.sampled_from(list(RECORD_KINDS))), data.draw(st.integers(1, 4))
    after = data.draw(st.sampled_from(["", "A", "a", "zz"]))
    expected = run(store, store.ledger(plain).records_of(kind, after=after, limit=limit))
    assert expected == run(behind, behind.ledger(mixed).records_of(kind, after=after, limit=limit))


def test_a_host_is_asked_for_many_in_parts() -> None:
    """More ids than fit are asked for in parts, each once, and come back in the order asked for."""
    asked: list[int] = []

    def read(ids: tuple[str, ...]) -> Steps[Iterable[Record]]:
        yield lambda unit: None
        asked.append(len(ids))
        return [Customer(id=one, name=one) for one in ids]

    store = HostOwned(MemoryStore(), {"customer": Owned(read, lambda after, limit: read(()))})
    wanted = [("customer", str(number)) for number in range(300)] * 2
    found = run(store, store.ledger("d").records(wanted))
    assert [one for _, one in wanted] == [record.id for record in found]
    assert [IDS_AT_ONCE, IDS_AT_ONCE, 300 - 2 * IDS_AT_ONCE] == asked


def test_what_a_host_returns_is_checked() -> None:
    """A record of another kind, and a page out of order or too long, are told rather than passed on."""
    customers = [Customer(id="b", name=""), Customer(id="a", name="")]

    def wrong(*_: Any) -> Steps[Iterable[Record]]:
        yield lambda unit: None
        return [Agent(id="a", name="")]

    def unordered(*_: Any) -> Steps[Iterable[Record]]:
        yield lambda unit: None
        return customers

    store = HostOwned(MemoryStore(), {"customer": Owned(wrong, unordered)})
    ledger = store.ledger("d")
    with pytest.raises(StoreError, match="Agent"):
        run(store, ledger.records((("customer", "a"),)))
    for after, limit in (("", 9), ("b", 9)):
        with pytest.raises(StoreError, match="bytes"):
            run(store, ledger.records_of("customer", after=after, limit=limit))
    customers.reverse()
    with pytest.raises(StoreError, match="at most 1"):
        run(store, ledger.records_of("customer", limit=1))
    assert tuple(customers) == run(store, ledger.records_of("customer", limit=2))


def test_what_cannot_be_owned_is_told() -> None:
    """An unknown kind, and a store of the other colour, are refused at once."""
    owned = Owned(lambda ids: iter(()), lambda after, limit: iter(()))  # type: ignore[arg-type,return-value]
    with pytest.raises(Invalid, match="customer, contact"):
        HostOwned(MemoryStore(), {"order": owned})
    with pytest.raises(Invalid, match="not asynchronous"):
        HostOwned(AsyncMemoryStore(), {"customer": owned})  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="an asynchronous store"):
        AsyncHostOwned(MemoryStore(), {"customer": owned})  # type: ignore[arg-type]


# -- over tables of a host's

META = sa.MetaData()
PEOPLE = sa.Table("people", META, sa.Column("id", sa.String(64), primary_key=True), sa.Column("name", sa.String(99)))
LUIS = Actor(id="luis", roles={"agent"})


def people(make: Any) -> Owned:
    def read(ids: tuple[str, ...]) -> Steps[Iterable[Record]]:
        return [make(row) for row in (yield PEOPLE.select().where(PEOPLE.c.id.in_(ids)), {})]

    def page(after: str, limit: int) -> Steps[Iterable[Record]]:
        some = PEOPLE.select().where(PEOPLE.c.id > after).order_by(PEOPLE.c.id).limit(limit)
        return [make(row) for row in (yield some, {})]

    return Owned(read, page)


OWNED = {
    "customer": people(lambda row: Customer(id=row.id, name=row.name)),
    "contact": people(lambda row: Contact(id=row.id, name=row.name, customers={row.id}, email=f"{row.id}@x.org")),
}


def ana(name: str = "ana") -> Actor:
    return Actor(id=name, roles={"customer"}, customers={name})


@contextmanager
def hosted(file: Path) -> Iterator[tuple[sa.Engine, Desk]]:
    engine = sa.create_engine(f"sqlite:///{file}")
    META.create_all(engine)
    with engine.begin() as connection:
        connection.execute(PEOPLE.insert(), [{"id": "ana", "name": "Ana"}, {"id": "bo", "name": "Bo"}])
    store = HostOwned(open_store(engine), OWNED)
    store.migrate()
    desk = Desk(SMALL, store)
    desk.install(agents=[Agent(id="luis", name="Luis")], teams=[Team(id="desk", name="Desk", members=["luis"])])
    yield engine, desk
    store.close()
    engine.dispose()


@pytest.mark.store("sqlite")
def test_tickets_are_opened_for_a_hosts_customers(tmp_path: Path) -> None:
    """Who is in the host's table can open a ticket and be told; who is not, or not any more, is refused."""
    with hosted(tmp_path / "shop.db") as (engine, desk):
        case = desk.acting_as(ana()).open({"subject": "x"})
        assert "ana" == desk.acting_as(LUIS).get(case.id).customer
        with pytest.raises(Refused) as refused:
            desk.acting_as(ana("eva")).open({"subject": "x"})
        assert "customer_unknown" == refused.value.code
        desk.catalogue.put(Agreement(id="gold", name="Gold", customer="bo"))
        with pytest.raises(Invalid, match="customer eva"):
            desk.catalogue.put(Agreement(id="iron", name="Iron", customer="eva"))
        assert ["ana", "bo"] == [one.id for one in desk.catalogue.find("customer")]
        with engine.begin() as connection:
            connection.execute(PEOPLE.delete().where(PEOPLE.c.id == "ana"))
        with pytest.raises(Refused):
            desk.acting_as(ana()).open({"subject": "y"})
        assert 1 == desk.acting_as(LUIS).count()
        assert () == desk.verify().findings


@pytest.mark.store("sqlite")
def test_a_customer_of_the_same_transaction_is_seen(tmp_path: Path) -> None:
    """A joined desk reads what the host has just inserted; the host's rollback takes both away."""
    with hosted(tmp_path / "shop.db") as (engine, desk):
        with Session(engine) as session:
            session.begin()
            session.execute(PEOPLE.insert().values(id="new", name="New"))
            desk.joined(session).acting_as(ana("new")).open({"subject": "x"})
            session.rollback()
        assert 0 == desk.acting_as(LUIS).count()
        with pytest.raises(Refused):
            desk.acting_as(ana("new")).open({"subject": "x"})


@pytest.mark.store("sqlite")
def test_owned_records_are_changed_by_the_host_only(tmp_path: Path) -> None:
    """Putting, installing or retiring one is refused with who keeps it; one that is the same already may be named."""
    with hosted(tmp_path / "shop.db") as (_, desk):
        for change in (
            lambda: desk.catalogue.put(Customer(id="ana", name="Other")),
            lambda: desk.install(customers=[Customer(id="new", name="New")]),
            lambda: desk.catalogue.retire("customer", "ana"),
        ):
            with pytest.raises(Refused) as refused:
                change()
            assert "owned_by_host" == refused.value.code
            assert "la propia aplicación" in refused.value.reasons[0].text("es")
        desk.install(customers=[Customer(id="ana", name="Ana")])
        entries = run(desk.store, desk.store.ledger("small").entries("record", after=None, limit=99))
        assert {"agent", "team"} == {entry.key[0] for entry in entries}


@pytest.mark.store("sqlite")
def test_a_notice_goes_to_the_hosts_contact(tmp_path: Path) -> None:
    """Whom a notice is for is read from the host when it is delivered."""
    with hosted(tmp_path / "shop.db") as (_, desk):
        case = desk.acting_as(ana()).open({"subject": "x"})
        desk.acting_as(LUIS).reply(case.id, "y")
        told: list[Any] = []
        desk.deliver(told.append)
        assert {("ana", "ana@x.org")} == {(one.recipient, one.email) for one in told if one.role == "contact"}


@pytest.mark.store("sqlite")
def test_the_same_steps_serve_an_asynchronous_host(tmp_path: Path) -> None:
    """An `AsyncDesk` over the same table, joined and by itself, does the same with the same functions."""

    async def story() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
        async with engine.begin() as connection:
            await connection.run_sync(META.create_all)
            await connection.execute(PEOPLE.insert().values(id="ana", name="Ana"))
        store = AsyncHostOwned(open_async_store(engine), OWNED)
        await store.migrate()
        desk = AsyncDesk(SMALL, store)
        await desk.install(teams=[Team(id="desk", name="Desk")])
        await desk.acting_as(ana()).open({"subject": "x"})
        async with AsyncSession(engine) as session, session.begin():
            await session.execute(PEOPLE.insert().values(id="new", name="New"))
            await desk.joined(session).acting_as(ana("new")).open({"subject": "x"})
            with pytest.raises(Refused):
                await desk.joined(session).acting_as(ana("eva")).open({"subject": "x"})
        assert 2 == await desk.acting_as(LUIS).count()
        assert ["ana", "new"] == [one.id for one in await desk.catalogue.find("customer")]
        await store.close()
        await engine.dispose()

    asyncio.run(story())


# -- over a collection of a host's


@pytest.mark.store("mongodb")
def test_a_host_in_mongodb(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """An operation on the database reaches the host's own collection, in the transaction that asks."""
    from supportcore_mongo.operations import DATABASE, Operation

    def found(command: dict[str, Any]) -> Steps[Iterable[Record]]:
        answer = yield Operation(DATABASE, "command", ({"find": "people", "batchSize": 1000, **command},))
        return [Customer(id=one["_id"], name=one["name"]) for one in answer["cursor"]["firstBatch"]]

    owned = Owned(
        read=lambda ids: found({"filter": {"_id": {"$in": list(ids)}}}),
        page=lambda after, limit: found({"filter": {"_id": {"$gt": after}}, "sort": {"_id": 1}, "limit": limit}),
    )
    with open_store_named("mongodb", tmp_path, server_url=server_url(request, "mongodb")) as plain:
        store = HostOwned(plain, {"customer": owned})
        insert = Operation(DATABASE, "command", ({"insert": "people", "documents": [{"_id": "ana", "name": "Ana"}]},))
        with plain.begin(write=True) as execute:
            execute(insert)
        desk = Desk(SMALL, store)
        desk.install(teams=[Team(id="desk", name="Desk")])
        assert 1 == desk.acting_as(ana()).open({"subject": "x"}).number
        assert (Customer(id="ana", name="Ana"),) == desk.catalogue.find("customer")
        with pytest.raises(Refused):
            desk.acting_as(ana("eva")).open({"subject": "x"})
