"""One desk object serves many threads, and goes on in a process forked from the one that made it."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from supportcore import Desk
from supportcore.errors import Busy
from tests.stores import server_url
from tests.stress.places import Place, opened, place_in, prepare, until
from tests.stress.races import SPAWN
from tests.stress.work import ACTORS

STORES = [pytest.param(name, marks=pytest.mark.store(name)) for name in ("sqlite", "postgresql", "mariadb", "mongodb")]
_parts = count(1)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A fresh desk on each store."""
    name = request.param
    place = place_in(name, tmp_path, server_url(request, name), part=f"h{next(_parts)}{os.getpid()}_")
    prepare(place)
    return place


def busily(command: Any) -> Any:
    """Give a command again until it is not too busy any more; sixteen on one ticket may well be."""
    end = time.monotonic() + 40
    while True:
        try:
            return command()
        except Busy:
            if time.monotonic() > end:
                raise


def test_sixteen_threads(place: Place) -> None:
    """Sixteen threads on one desk object and one ticket: every reply is there once, every number is another."""
    with opened(place) as desk:
        hot = _open(desk).id

        def work(n: int) -> list[int]:
            luis = desk.acting_as(ACTORS["luis"])
            numbers = []
            for turn in range(3):
                busily(lambda turn=turn: luis.reply(hot, f"{n} {turn}", command_id=f"{n}-{turn}"))
                numbers.append(busily(lambda turn=turn: _open(desk, f"open-{n}-{turn}")).number)
                assert luis.get(hot).version > turn
            return numbers

        with ThreadPoolExecutor(16) as threads:
            numbers = [number for found in threads.map(work, range(16)) for number in found]
        replies = Counter(event.command_id for event in desk.history(hot) if type(event.event).__name__ == "Replied")
        assert {f"{n}-{turn}": 1 for n in range(16) for turn in range(3)} == dict(replies)
        assert len(set(numbers)) == 48
        assert () == desk.verify().findings


def test_fork(place: Place) -> None:
    """Forked in the middle of its work, a process goes on with the desk it inherited, and so does its parent."""
    process = SPAWN.Process(target=_forking, args=(place,))
    process.start()
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    assert code == 0
    with opened(place) as desk:
        history = desk.history(next(desk.ticket_ids()))
        told = Counter(event.command_id for event in history if type(event.event).__name__ == "Replied")
        assert {f"{who}{n}": 1 for who in "pc" for n in range(10)} == dict(told)
        assert () == desk.verify().findings


def _forking(place: Place) -> None:
    """
    Fork while another thread of this process is inside of a transaction.

    It goes on for as long as a fork may wait for it: a file's store lets nobody fork with a connection open.
    """
    with opened(place) as desk:
        ticket = _open(desk).id
        inside, forked = threading.Event(), threading.Event()

        def hold() -> None:
            with desk.store.begin(write=True):
                inside.set()
                forked.wait(0.3)

        holder = threading.Thread(target=hold)
        holder.start()
        inside.wait(30)
        child = os.fork()
        if not child:
            try:
                _go_on(desk, ticket, place)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        forked.set()
        holder.join()
        _reply(desk, ticket, "p")
        _, status = os.waitpid(child, 0)
        _reply(desk, ticket, "p", 5)
        if status:
            raise SystemExit(1)


def _go_on(desk: Desk, ticket: str, place: Place) -> None:
    """Use the inherited desk, and close it."""
    _reply(desk, ticket, "c")
    _reply(desk, ticket, "c", 5)
    desk.store.close()


@pytest.mark.store("sqlite")
def test_forked_process_outlives_its_parent(tmp_path: Path) -> None:
    """What a forked process acknowledges stays, though its parent was the last to close the file and others came."""
    place = place_in("sqlite", tmp_path)
    prepare(place)
    process = SPAWN.Process(target=_leaving, args=(place,))
    process.start()
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    assert code == 0
    with opened(place) as desk:
        history = desk.history(next(desk.ticket_ids()))
        told = [event.command_id for event in history if type(event.event).__name__ == "Replied"]
        assert [*(f"c{n}" for n in range(10)), *(f"p{n}" for n in range(5, 10))] == told
        assert () == desk.verify().findings


def _leaving(place: Place) -> None:
    """Fork, close the file, and let yet another process open it while the forked one writes."""
    closed, go_on = os.pipe()
    with opened(place) as desk:
        ticket = _open(desk).id
        child = os.fork()
        if not child:
            try:
                _reply(desk, ticket, "c")
                os.read(closed, 1)
                _reply(desk, ticket, "c", 5)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        until(lambda: desk.receipts(["c4"]) != (None,), 30, "the forked one writes")
    other = os.fork()
    if not other:
        with opened(place) as again:
            again.outbox()
            os.write(go_on, b"x")
            end = time.monotonic() + 20  # what is lost is never seen
            while again.receipts(["c9"]) == (None,) and time.monotonic() < end:
                time.sleep(0.01)
            _reply(again, ticket, "p", 5)
        os._exit(0)
    codes = [os.waitpid(each, 0)[1] for each in (child, other)]
    if any(codes):
        raise SystemExit(1)


def _reply(desk: Desk, ticket: str, who: str, first: int = 0) -> None:
    for n in range(first, first + 5):
        busily(lambda n=n: desk.acting_as(ACTORS["luis"]).reply(ticket, "hola", command_id=f"{who}{n}"))


def _open(desk: Desk, command_id: str | None = None) -> Any:
    return desk.acting_as(ACTORS["cleo"]).open({"subject": "x", "customer": "acme"}, command_id=command_id)
