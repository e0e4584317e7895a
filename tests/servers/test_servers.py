"""A server of the tests keeps what it acknowledged when it is killed, and shuts out whoever has not the password."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.conftest import left_out
from tests.servers import (
    Server,
    StoreUnavailable,
    check_mariadb,
    check_mongodb,
    check_postgresql,
    mariadb_server,
    mongodb_server,
    postgresql_server,
)
from tests.servers.common import PASSWORD, accepts, children_of

SERVERS: dict[str, tuple[Callable[[], AbstractContextManager[Server]], Callable[[str], None]]] = {
    "postgresql": (postgresql_server, check_postgresql),
    "mariadb": (mariadb_server, check_mariadb),
    "mongodb": (mongodb_server, check_mongodb),
}


NAMES = [pytest.param(name, marks=pytest.mark.store(name)) for name in SERVERS]


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own, as these tests kill it."""
    try:
        with SERVERS[request.param][0]() as server:
            yield server
        return
    except StoreUnavailable as error:
        unavailable = str(error)
    left_out(unavailable)


class Numbers:
    """A table of numbers on a server, each added in a transaction of its own."""

    def __init__(self, server: Server) -> None:
        self.mongodb = server.name == "mongodb"
        if self.mongodb:
            import pymongo

            self.client: Any = pymongo.MongoClient(server.url, serverSelectionTimeoutMS=1000)
            self.lost: Any = pymongo.errors.PyMongoError
            return
        import sqlalchemy as sa

        driver = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[server.name]
        self.engine = sa.create_engine(sa.make_url(server.url).set(drivername=driver))
        self.table = sa.Table(
            "numbers", sa.MetaData(), sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False)
        )
        self.table.create(self.engine, checkfirst=True)
        self.lost = sa.exc.SQLAlchemyError

    def add(self, number: int) -> None:
        if self.mongodb:
            with self.client.start_session() as session, session.start_transaction():
                self.client.get_default_database().numbers.insert_one({"_id": number}, session=session)
            return
        with self.engine.begin() as connection:
            connection.execute(self.table.insert().values(number=number))

    def all(self) -> set[int]:
        if self.mongodb:
            return {found["_id"] for found in self.client.get_default_database().numbers.find()}
        with self.engine.connect() as connection:
            return set(connection.execute(self.table.select()).scalars())

    def close(self) -> None:
        self.client.close() if self.mongodb else self.engine.dispose()


def test_a_killed_server_keeps_what_it_acknowledged(server: Server) -> None:
    """Killed while somebody writes and started again, it has every commit that was answered, on the same URL."""
    url = server.url
    for round_ in range(3):
        numbers = Numbers(server)
        acknowledged: list[int] = []
        enough = threading.Event()

        def write(
            numbers: Numbers = numbers, acknowledged: list[int] = acknowledged,
            enough: threading.Event = enough, first: int = round_ * 1_000_000,
        ) -> None:  # fmt: skip
            try:
                for number in range(first, first + 1_000_000):
                    numbers.add(number)
                    acknowledged.append(number)
                    if len(acknowledged) == 50:
                        enough.set()
            except numbers.lost:
                enough.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert enough.wait(60)
        server.kill()
        server_ended = server.process is not None and server.process.poll() is not None
        writer.join(60)
        numbers.close()
        server.restart()
        after = Numbers(server)
        missing = set(acknowledged) - after.all()
        after.close()
        assert server_ended
        assert len(acknowledged) >= 50
        assert not missing
        assert url == server.url


def test_nothing_of_a_server_is_left(server: Server) -> None:
    """Stopped, neither the process nor its children run, and nobody answers."""
    assert server.process is not None
    pid = server.process.pid
    SERVERS[server.name][1](server.url)
    server.stop()
    end = time.monotonic() + 10
    while children_of(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert [] == children_of(pid)
    assert not accepts(server.port)


@pytest.mark.parametrize("server", NAMES[:2], indirect=True)
def test_a_wrong_password_is_refused(server: Server) -> None:
    """The SQL servers ask for the password; it is not repeated. The MongoDB has no users."""
    with pytest.raises(StoreUnavailable, match="no answer") as caught:
        SERVERS[server.name][1](server.url.replace(PASSWORD, "wrong-word"))
    assert "word" not in str(caught.value)
