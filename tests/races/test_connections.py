"""A connection that is cut, in a commit too, or that falls silent: one outcome, and the next command works."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from supportcore import Desk, open_store
from supportcore.errors import StoreError, TransactionLost
from tests.stores import server_url
from tests.stress.places import SERVERS, TIMED, Place, engine_of, opened, place_in, prepare
from tests.stress.proxy import COMMITS, Break, Proxy
from tests.stress.work import ACTORS

_parts = count(1)
STORES = [pytest.param(name, marks=pytest.mark.store(name)) for name in SERVERS]
SQL = STORES[:2]


@attrs.define
class Line:
    """A desk that is reached over a proxy, and directly."""

    far: Place
    near: Place
    proxy: Proxy
    ticket: str = ""

    @property
    def commit(self) -> re.Pattern[bytes]:
        return COMMITS[self.near.name]


@pytest.fixture(params=STORES)
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    """A desk with one ticket."""
    url = server_url(request, request.param)
    near = place_in(request.param, tmp_path, url, part=f"x{os.getpid()}_{next(_parts)}_")
    prepare(near)
    with Proxy(urlsplit(url).port or 0) as proxy:
        address = urlsplit(near.url)
        address = address._replace(netloc=address.netloc.rpartition(":")[0] + f":{proxy.port}")
        if near.name == "mongodb":  # or it would go on with the address that the replica set tells
            address = address._replace(query="directConnection=true&serverSelectionTimeoutMS=3000")
        with opened(near) as desk:
            ticket = desk.acting_as(ACTORS["cleo"]).open({"subject": "x", "customer": "acme"}).id
        yield Line(attrs.evolve(near, url=address.geturl()), near, proxy, ticket)


def reply(desk: Desk, ticket: str, command_id: str) -> Any:
    return desk.acting_as(ACTORS["luis"]).reply(ticket, "hola", command_id=command_id)


def replies(line: Line) -> list[str]:
    with opened(line.near) as desk:
        assert () == desk.verify().findings
        history = desk.history(line.ticket)
    return [event.command_id for event in history if type(event.event).__name__ == "Replied"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("times", [1, 7])
def test_commit_is_cut(line: Line, when: Any, times: int) -> None:
    """Whether a cut commit had come through or not, the command is done once, and its caller is told the truth."""
    with opened(line.far) as desk:
        reply(desk, line.ticket, "warm")
        line.proxy.breaks = Break(line.commit, when, times=times)
        receipt = reply(desk, line.ticket, "cut")
        assert line.proxy.breaks.done == times
        assert receipt == reply(desk, line.ticket, "cut")
        reply(desk, line.ticket, "next")
    assert ["warm", "cut", "next"] == replies(line)


def test_every_commit_is_cut(line: Line) -> None:
    """One who gives up says so by a store error; the same command, given again over a sound line, was done once."""
    with opened(line.far) as desk:
        reply(desk, line.ticket, "warm")
        line.proxy.breaks = Break(line.commit, "before", times=10_000)
        with pytest.raises(StoreError):
            reply(desk, line.ticket, "cut")
        line.proxy.breaks = None
        receipt = reply(desk, line.ticket, "cut")
        assert receipt == reply(desk, line.ticket, "cut")
    assert ["warm", "cut"] == replies(line)


def test_cuts_under_load(line: Line) -> None:
    """While all connections are cut again and again, every command comes to one outcome."""
    with opened(line.far) as desk:
        stop = threading.Event()

        def cut() -> None:
            while not stop.wait(0.07):
                line.proxy.cut()

        cutter = threading.Thread(target=cut)
        cutter.start()
        try:
            for n in range(25):
                while True:
                    try:
                        reply(desk, line.ticket, f"c{n}")
                        break
                    except StoreError:
                        continue
        finally:
            stop.set()
            cutter.join()
    assert [f"c{n}" for n in range(25)] == replies(line)


def test_silence_ends(line: Line) -> None:
    """A command during a silence is done when it is over, once."""
    with opened(line.far) as desk:
        reply(desk, line.ticket, "warm")
        line.proxy.hung = True
        over = threading.Timer(0.5, lambda: setattr(line.proxy, "hung", False))
        over.start()
        reply(desk, line.ticket, "late")
        over.join()
    assert ["warm", "late"] == replies(line)


def test_nobody_answers(line: Line) -> None:
    """A store that is opened on a line that says nothing fails in bounded time, and works when it speaks again."""
    line.proxy.hung = True
    with opened(line.far) as desk:
        began = time.monotonic()
        with pytest.raises(StoreError):
            reply(desk, line.ticket, "silent")
        assert time.monotonic() - began < 60  # a bound, not a measure: each driver's own is five seconds
        line.proxy.hung = False
        line.proxy.cut()
        reply(desk, line.ticket, "spoken")
    assert "spoken" in replies(line)


@pytest.mark.parametrize("line", SQL, indirect=True)
def test_host_is_told(line: Line) -> None:
    """A host whose connection is cut is told that its transaction is lost, each time; its next one works."""
    engine = engine_of(line.far)
    try:
        desk = Desk(TIMED, open_store(engine, prefix=line.far.prefix), clock=line.far.clock)
        with engine.connect() as connection:
            transaction = connection.begin()
            joined = desk.joined(connection)
            reply(joined, line.ticket, "gone-1")
            line.proxy.cut()
            for _ in range(2):
                with pytest.raises(TransactionLost):
                    reply(joined, line.ticket, "gone-2")
            transaction.rollback()
        with engine.begin() as connection:
            reply(desk.joined(connection), line.ticket, "next")
    finally:
        engine.dispose()
    assert ["next"] == replies(line)


@pytest.mark.parametrize("line", STORES[2:], indirect=True)
def test_host_of_mongodb_is_told(line: Line) -> None:
    """
    A host's session is told for good that its transaction is lost, or goes on with it whole; its next one works.

    A transaction is the session's, not the connection's: where the driver notices the cut first, it takes another.
    """
    import pymongo

    expected = ["next"]
    with pymongo.MongoClient(line.far.url) as client, closing(open_store(client)) as store:
        desk = Desk(TIMED, store, clock=line.far.clock)
        with client.start_session() as session:
            session.start_transaction()
            joined = desk.joined(session)
            reply(joined, line.ticket, "cut-1")
            line.proxy.cut()
            try:
                reply(joined, line.ticket, "cut-2")
            except TransactionLost:
                with pytest.raises(TransactionLost):
                    reply(joined, line.ticket, "cut-3")
                session.abort_transaction()
            else:
                session.commit_transaction()
                expected = ["cut-1", "cut-2", "next"]
        with client.start_session() as session, session.start_transaction():
            reply(desk.joined(session), line.ticket, "next")
    assert expected == replies(line)
