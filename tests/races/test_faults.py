"""Deadlocks, serialization failures, full disks, a primary that steps down: repeated where owned, told where joined."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore import Desk, open_store
from supportcore.errors import StoreError, TransactionLost
from supportcore.storage import attempts
from tests.servers import mongodb_server
from tests.stores import server_url
from tests.stress.places import TIMED, Place, engine_of, opened, place_in, prepare
from tests.stress.races import SPAWN
from tests.stress.work import ACTORS

_parts = count(1)
SQL_SERVERS = [pytest.param(name, marks=pytest.mark.store(name)) for name in ("postgresql", "mariadb")]


def opening(desk: Desk, command_id: str | None = None) -> str:
    found = desk.acting_as(ACTORS["cleo"]).open({"subject": "x", "customer": "acme"}, command_id=command_id)
    return found.id


def reply(desk: Desk, ticket: str, command_id: str) -> Any:
    return desk.acting_as(ACTORS["luis"]).reply(ticket, "hola", command_id=command_id)


def replies(desk: Desk, ticket: str) -> list[str]:
    history = desk.history(ticket)
    return [event.command_id for event in history if type(event.event).__name__ == "Replied"]


@pytest.fixture(params=SQL_SERVERS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A fresh desk on a SQL server."""
    place = place_in(
        request.param, tmp_path, server_url(request, request.param),
        part=f"f{next(_parts)}_{tmp_path.name[-12:]}_".replace("-", "_"), isolation="default",
    )  # fmt: skip
    prepare(place)
    return place


class Host:
    """A host with a table of its own."""

    def __init__(self, place: Place, isolation: str) -> None:
        import attrs

        self.engine = engine_of(attrs.evolve(place, isolation=isolation))
        self.table = sa.Table(f"{place.prefix}host", sa.MetaData(), sa.Column("who", sa.String(9), primary_key=True))
        self.table.create(self.engine, checkfirst=True)
        self.desk = Desk(TIMED, open_store(self.engine, prefix=place.prefix), clock=place.clock)

    def note(self, connection: sa.Connection, who: str) -> None:
        connection.execute(self.table.insert().values(who=who))

    def noted(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(self.table.select()).scalars())

    def close(self) -> None:
        self.engine.dispose()


@pytest.mark.parametrize("isolation", ["default", "REPEATABLE READ"])
def test_deadlock_of_hosts(place: Place, isolation: str) -> None:
    """Of two hosts that lock two tickets crosswise one is told; what it did before cannot be committed any more."""
    with closing(Host(place, isolation)) as host:
        first, second = opening(host.desk), opening(host.desk)
        both = threading.Barrier(2, timeout=30)

        def cross(who: str, here: str, there: str) -> str:
            with host.engine.connect() as connection:
                transaction = connection.begin()
                host.note(connection, who)
                joined = host.desk.joined(connection)
                reply(joined, here, f"{who}-1")
                both.wait()
                try:
                    reply(joined, there, f"{who}-2")
                except TransactionLost:
                    with pytest.raises(TransactionLost):
                        reply(joined, here, f"{who}-3")
                    with pytest.raises(sa.exc.SQLAlchemyError):
                        host.note(connection, f"{who}-half")
                    with pytest.raises(sa.exc.SQLAlchemyError):
                        transaction.commit()
                    return "lost"
                transaction.commit()
                return "done"

        with ThreadPoolExecutor(2) as threads:
            outcomes = list(threads.map(cross, ("a", "b"), (first, second), (second, first)))
        assert ["done", "lost"] == sorted(outcomes)
        winner = "ab"[outcomes.index("done")]
        assert {winner} == host.noted()
        told = {*replies(host.desk, first), *replies(host.desk, second)}
        assert {f"{winner}-1", f"{winner}-2"} == told
        with host.engine.begin() as connection:
            host.note(connection, "after")
            reply(host.desk.joined(connection), first, "after")
        assert {winner, "after"} == host.noted()
        assert () == host.desk.verify().findings


@pytest.mark.store("postgresql")
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_serialization_failure(isolation: str, postgresql_url: str, tmp_path: Path) -> None:
    """A host that saw an older state is told that its transaction is lost; an owned one on the same engine goes on."""
    place = place_in(
        "postgresql", tmp_path, postgresql_url, part=f"z{next(_parts)}{isolation[0]}_", isolation="default"
    )
    prepare(place)
    with closing(Host(place, isolation)) as host:
        ticket = opening(host.desk)
        with host.engine.connect() as connection:
            transaction = connection.begin()
            host.note(connection, "a")
            reply(host.desk, ticket, "other")
            with pytest.raises(TransactionLost):
                reply(host.desk.joined(connection), ticket, "late")
            with pytest.raises(sa.exc.SQLAlchemyError):
                transaction.commit()
        assert set() == host.noted()
        with host.engine.begin() as connection:
            reply(host.desk.joined(connection), ticket, "late")
        assert ["other", "late"] == replies(host.desk, ticket)


def test_owned_deadlock_is_repeated(place: Place) -> None:
    """Two owned commands brought to a deadlock with a foreign transaction come through, and nobody is told."""
    with opened(place) as desk, closing(Host(place, "default")) as host:
        tickets = sa.table(f"{place.prefix}tickets", sa.column("id"), sa.column("version"))
        numbers = sa.table(f"{place.prefix}numbers", sa.column("n"))
        ticket, given = opening(desk), []
        counted, locked = threading.Event(), threading.Event()

        def ours() -> None:
            def steps() -> Any:
                ledger = desk.store.ledger(TIMED.key)
                given.append((yield from ledger.next_numbers()))
                counted.set()
                assert locked.wait(30)
                return (yield from ledger.ticket(ticket, lock=True))

            assert attempts.run(desk.store, steps, write=True) is not None

        with host.engine.connect() as connection, ThreadPoolExecutor(1) as threads:
            # Weighty, so that it is ours that is chosen, where the engine weighs.
            transaction = connection.begin()
            connection.execute(host.table.insert(), [{"who": f"{n}"} for n in range(200)])
            connection.execute(tickets.update().values(version=tickets.c.version))
            working = threads.submit(ours)
            assert counted.wait(30)
            locked.set()
            try:
                connection.execute(numbers.update().values(n=numbers.c.n))
                transaction.commit()
            except sa.exc.OperationalError:  # the engine chose the other one
                transaction.rollback()
            working.result(30)
        assert given
        reply(desk, ticket, "after")
        assert ["after"] == replies(desk, ticket)


# --- full disks ---------------------------------------------------------------------------------------------


@pytest.mark.store("sqlite")
def test_full_file(tmp_path: Path) -> None:
    """A file that may not grow refuses a command whole; given room, the same command is carried out."""
    place = place_in("sqlite", tmp_path, isolation="default")
    prepare(place)
    engine = engine_of(place)
    pages: list[int] = [1]

    @sa.event.listens_for(engine, "checkout")
    def limit(raw: Any, record: Any, proxy: Any) -> None:
        raw.execute(f"PRAGMA max_page_count={pages[0]}").close()  # which never goes below what there is

    desk = Desk(TIMED, open_store(engine), clock=place.clock)
    try:
        refused = why = ""
        for n in range(200):
            try:
                opening(desk, f"c{n}")
            except StoreError as error:
                refused, why = f"c{n}", str(error)
                break
        assert "full" in why
        assert (None,) == desk.receipts([refused])
        assert () == desk.verify().findings
        pages[0] = 1_000_000
        opening(desk, refused)
        assert None not in desk.receipts([refused])
        assert () == desk.verify().findings
    finally:
        engine.dispose()


@pytest.mark.store("sqlite")
def test_full_disk(tmp_path: Path) -> None:
    """A process that may write no further (RLIMIT_FSIZE) is told; with room again the same command is carried out."""
    place = place_in("sqlite", tmp_path)
    prepare(place)
    process = SPAWN.Process(target=_fill, args=(place, tmp_path))
    process.start()
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    assert code == 0
    with opened(place) as desk:
        assert () == desk.verify().findings
        done = (tmp_path / "acknowledged").read_text().split()
        assert None not in desk.receipts(done)
        assert len(done) > 2


def _fill(place: Place, folder: Path) -> None:
    """Run into the limit, take it away, go on."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    done = []
    with opened(place) as desk:
        opening(desk, "first")
        size = max(path.stat().st_size for path in folder.glob("desk.db*"))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, hard))
        refused = ""
        for n in range(500):
            try:
                opening(desk, f"d{n}")
            except StoreError:
                refused = f"d{n}"
                break
            done.append(f"d{n}")
        assert refused
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert (None,) == desk.receipts([refused])
        opening(desk, refused)
        opening(desk, "last")
        (folder / "acknowledged").write_text(" ".join(["first", *done, refused, "last"]))


# --- a primary that steps down ------------------------------------------------------------------------------


@pytest.fixture
def stepping(tmp_path: Path) -> Iterator[tuple[Place, Callable[[], None]]]:
    """A desk on a replica set of its own, and what makes its primary step down for a second."""
    import pymongo

    with mongodb_server() as server, pymongo.MongoClient(server.url) as client:
        place = place_in("mongodb", tmp_path, server.url)
        prepare(place)
        yield place, lambda: client.admin.command({"replSetStepDown": 1, "force": True})


@pytest.mark.store("mongodb")
def test_step_down_under_load(stepping: tuple[Place, Callable[[], None]]) -> None:
    """Commands given while the primary steps down are repeated until another one is there; none is lost or doubled."""
    place, step_down = stepping
    with opened(place) as desk:
        ticket = opening(desk)
        begun = threading.Barrier(5, timeout=30)

        def work(n: int) -> list[str]:
            ids = [f"{n}-{turn}" for turn in range(8)]
            for turn, command_id in enumerate(ids):
                if turn == 2:
                    begun.wait()
                while True:
                    try:
                        reply(desk, ticket, command_id)
                        break
                    except StoreError:
                        continue
            return ids

        with ThreadPoolExecutor(4) as threads:
            working = [threads.submit(work, n) for n in range(4)]
            begun.wait()
            step_down()
            ids = [each for future in working for each in future.result(60)]
        assert sorted(ids) == sorted(replies(desk, ticket))
        assert () == desk.verify().findings


@pytest.mark.store("mongodb")
def test_step_down_in_a_host(stepping: tuple[Place, Callable[[], None]]) -> None:
    """A host's transaction does not survive its primary: it is told, and its next one works."""
    import pymongo

    place, step_down = stepping
    with pymongo.MongoClient(place.url) as client, closing(open_store(client)) as store:
        desk = Desk(TIMED, store, clock=place.clock)
        ticket = opening(desk)
        rows = client.get_default_database().host
        rows.insert_one({"_id": "before"})
        with client.start_session() as session:
            session.start_transaction()
            rows.insert_one({"_id": "a"}, session=session)
            joined = desk.joined(session)
            reply(joined, ticket, "a1")
            step_down()
            with pytest.raises(TransactionLost):
                reply(joined, ticket, "a2")
            with pytest.raises(TransactionLost):
                reply(joined, ticket, "a3")
            with pytest.raises(pymongo.errors.PyMongoError):
                session.commit_transaction()
        with client.start_session() as session, session.start_transaction():
            rows.insert_one({"_id": "b"}, session=session)
            reply(desk.joined(session), ticket, "b1")
        assert {"before", "b"} == {row["_id"] for row in rows.find()}
        assert ["b1"] == replies(desk, ticket)
