"""Bytes on their way in and out, little at a time; where they lie; that nothing dangles, whatever happens at once."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import AsyncDesk, Desk, FrozenClock, Invalid, NotFound, open_async_store, open_store
from supportcore.errors import Busy, StoreError
from supportcore.storage import AsyncDirectoryBlobs, DirectoryBlobs, StoreBlobs
from supportcore.storage.blobs import Spool
from supportcore.storage.ports import CHUNK
from tests.desk.files.conftest import Office
from tests.desk.files.portal import (
    ANA,
    ASKED,
    CLEO,
    DESK,
    KEEP,
    LUIS,
    Awaited,
    Generated,
    desk_with_files,
    equip,
)  # fmt: skip
from tests.desk.files.test_drafts import HOLA, hand_in

BIG = 20 * 2**20
LITTLE = 8 * 2**20  # bytes: a few times what is written in one transaction


def peak(work: Callable[[], object]) -> int:
    """Return the bytes of memory that *work* takes at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# -- streaming


@pytest.mark.parametrize("place", ["store", "directory"])
def test_a_large_file_takes_little_memory(place: str, tmp_path: Path, clock: FrozenClock) -> None:
    """Twenty megabytes go in and come out, and a few are held at most."""
    store = open_store(f"sqlite:///{tmp_path / 'desk.db'}")
    files = DirectoryBlobs(tmp_path / "files") if place == "directory" else None
    try:
        store.migrate()
        desk = Desk(desk_with_files(size=BIG), store, clock=clock, files=files)
        desk.install()
        me = desk.acting_as(ANA)
        hand_in(me)  # what is loaded with the first one
        found: list[Any] = []
        assert peak(lambda: found.append(me.draft(Generated(BIG), "big.bin", size=BIG))) < LITTLE
        digest = sha256()

        def fetch() -> None:
            for data in me.open_file(found[0].id):
                digest.update(data)

        assert peak(fetch) < LITTLE
        assert sha256(bytes(BIG)).hexdigest() == digest.hexdigest() == me.open_file(found[0].id).sha256
    finally:
        store.close()


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_sizes_about_a_part(cheap: Office, size: int) -> None:
    """They come back as they were, unless they are one byte too many."""
    me = cheap.desk.acting_as(ANA)
    data = os.urandom(size)
    if size > 300_000:
        with pytest.raises(Invalid):
            hand_in(me, data)
        return
    file_id = hand_in(me, data)
    download = me.open_file(file_id)
    assert (data, sha256(data).hexdigest()) == (b"".join(download), download.sha256)
    assert data == b"".join(download)  # once more


def test_headers_of_a_download(cheap: Office) -> None:
    """It is kept, whatever it is; its name, type and length are told."""
    me = cheap.desk.acting_as(ANA)
    assert {
        "Content-Disposition": "attachment; filename=\"ano.html\"; filename*=UTF-8''a%C3%B1o.html",
        "Content-Type": "text/html",
        "Content-Length": "4",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    } == me.open_file(hand_in(me, name="año.html")).headers


def test_bytes_that_are_gone_are_told_of(cheap: Office) -> None:
    """A draft that is dropped while it is fetched ends with an error, not early."""
    me = cheap.desk.acting_as(ANA)
    file_id = hand_in(me)
    download = me.open_file(file_id)
    me.drop_draft(file_id)
    with pytest.raises(NotFound):
        b"".join(download)


# -- a directory


def test_a_directory_holds_files_of_their_owner_only(tmp_path: Path, clock: FrozenClock) -> None:
    """Readable by nobody else, under names that say nothing, in folders nobody else enters; nothing is left over."""
    desk = Desk(DESK, open_store("memory://"), clock=clock, files=DirectoryBlobs(tmp_path / "a" / "b"))
    me = desk.acting_as(ANA)
    ids = [hand_in(me, name=name) for name in ("a.txt", "../../evil.txt", "a.txt")]
    files = [path for path in (tmp_path / "a" / "b").rglob("*") if path.is_file()]
    folders = [path for path in (tmp_path / "a").rglob("*") if path.is_dir()]
    assert {sha256(file_id.encode()).hexdigest() for file_id in ids} == {path.name for path in files}
    assert {"small"} == {path.parts[len((tmp_path / "a" / "b").parts)] for path in files}
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    assert {0o700} == {stat.S_IMODE(path.stat().st_mode) for path in folders}


@pytest.mark.parametrize("key", ["a", "..", "../../x", "/etc/passwd", "a/b", "a\\b", "CON", "x" * 64, "ñ😀", ".", " "])
def test_a_key_never_leads_out_of_its_directory(tmp_path: Path, key: str) -> None:
    """Whatever ids a host makes, each is one file below the folder of its desk."""
    files = DirectoryBlobs(tmp_path / "files")
    with Spool() as spool:
        spool.add(HOLA)
        kept = files.write("small", key, spool)
    (place,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "files" / "small" in place.parents
    assert HOLA == b"".join(files.read("small", kept))
    files.drop("small", kept)
    files.drop("small", kept)
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(NotFound):
        b"".join(files.read("small", kept))


@pytest.mark.parametrize("desk", ["..", "a/b", "", "A", "/", "x" * 41])
def test_a_desk_never_leads_out_of_the_directory(tmp_path: Path, desk: str) -> None:
    """What is no key of a desk is refused, and nothing is made."""
    files = DirectoryBlobs(tmp_path / "files")
    with Spool() as spool, pytest.raises(Invalid):
        files.write(desk, "x", spool)
    with pytest.raises(Invalid):
        next(iter(files.read(desk, "x")))
    with pytest.raises(Invalid):
        files.drop(desk, "x")
    assert [] == list(tmp_path.iterdir())


@given(st.lists(st.text(min_size=1, max_size=64).filter(lambda key: key.isprintable()), unique=True, max_size=20))
def test_keys_do_not_meet(keys: list[str]) -> None:
    """Two keys are two files, on disks that tell capitals apart and on others."""
    places = {str(DirectoryBlobs("files")._place("small", key)).lower() for key in keys}
    assert len(keys) == len(places)


def test_a_directory_that_cannot_be_written_is_told_of(tmp_path: Path, clock: FrozenClock) -> None:
    """As an error of the store, with the place; no draft is stored, and nothing is left over."""
    (tmp_path / "files").write_text("in the way")
    desk = Desk(DESK, open_store("memory://"), clock=clock, files=DirectoryBlobs(tmp_path / "files"))
    me = desk.acting_as(ANA)
    with pytest.raises(StoreError, match="files"):
        hand_in(me)
    assert () == me.drafts().items


def test_a_file_that_is_broken_off_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written of it is removed, and nothing lies under its key."""
    files = DirectoryBlobs(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with Spool() as spool, monkeypatch.context() as patched:
        spool.add(HOLA)
        files.write("small", "first", spool)
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            files.write("small", "first", spool)
        with pytest.raises(StoreError):
            files.write("small", "other", spool)
    assert 1 == len([path for path in tmp_path.rglob("*") if path.is_file()])
    assert HOLA == b"".join(files.read("small", "first"))


def test_a_file_that_was_cut_is_told_of(tmp_path: Path, clock: FrozenClock) -> None:
    """Its bytes end with an error, so that nobody takes part of it for all."""
    desk = Desk(DESK, open_store("memory://"), clock=clock, files=DirectoryBlobs(tmp_path))
    me = desk.acting_as(ANA)
    file_id = hand_in(me)
    (place,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    place.write_bytes(b"ho")
    with pytest.raises(StoreError, match="has 2 bytes, where 4 were stored"):
        b"".join(me.open_file(file_id))


def test_equal_files_share_their_bytes_in_a_store_only(cheap: Office) -> None:
    """There they lie once; in a directory each has its own."""
    me, other = cheap.desk.acting_as(ANA), cheap.desk.acting_as(CLEO)
    first, second = hand_in(me), hand_in(other)
    assert (1 if cheap.folder is None else 2) == cheap.stored()
    me.drop_draft(first)
    assert HOLA == b"".join(other.open_file(second))


@pytest.mark.parametrize("files", ["folder", 7, object(), StoreBlobs, AsyncDirectoryBlobs("x")])
def test_what_no_desk_keeps_files_in(files: Any) -> None:
    """It is refused when the desk is made, with a word on what would do."""
    with pytest.raises(Invalid, match="files: Expected where files lie"):
        Desk(DESK, open_store("memory://"), files=files)
    with pytest.raises(Invalid, match="AsyncDirectoryBlobs"):
        AsyncDesk(DESK, open_async_store("memory://"), files=DirectoryBlobs("x"))  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        DirectoryBlobs(7)  # type: ignore[arg-type]


# -- what fails after the bytes were written


class Failing:
    """A store that fails when a transaction that writes ends, as often as it is told to; done or not."""

    def __init__(self, store: Any, *, done: bool) -> None:
        self._store, self.times, self._done = store, 0, done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def begin(self, *, write: bool) -> Any:
        @contextmanager
        def begun() -> Iterator[Any]:
            if write and self.times and not self._done:
                self.times -= 1
                raise StoreError(why="it fails")
            with self._store.begin(write=write) as execute:
                yield execute
            if write and self.times:
                self.times -= 1
                raise StoreError(why="it fails")

        return begun()


@pytest.mark.parametrize("done", [False, True])
def test_a_draft_that_could_not_be_stored_leaves_no_bytes(tmp_path: Path, clock: FrozenClock, done: bool) -> None:
    """Unless it was stored after all, and only the answer got lost: then they are there."""
    store = Failing(open_store("memory://"), done=done)
    desk = Desk(DESK, store, clock=clock, files=DirectoryBlobs(tmp_path))
    me = desk.acting_as(ANA)
    store.times = 1
    with pytest.raises(StoreError, match="it fails"):
        hand_in(me)
    assert done == any(path.is_file() for path in tmp_path.rglob("*"))
    assert [HOLA] * done == [b"".join(me.open_file(view.id)) for view in me.drafts().items]


class Vanishing(StoreBlobs):
    """Bytes in a store that somebody removes as soon as they are written, so many times."""

    def __init__(self, store: Any, times: int) -> None:
        super().__init__(store)
        self.times = times

    def write(self, desk: str, file_id: str, spool: Spool) -> str:
        key = super().write(desk, file_id, spool)
        if self.times:
            self.times -= 1
            self.drop(desk, key)
        return key


def test_bytes_that_are_removed_meanwhile_are_written_again(clock: FrozenClock) -> None:
    """A draft is never stored without its bytes; if they never stay, that is told."""
    store = open_store("memory://")
    me = Desk(DESK, store, clock=clock, files=Vanishing(store, 3)).acting_as(ANA)
    assert HOLA == b"".join(me.open_file(hand_in(me)))
    me = Desk(DESK, store, clock=clock, files=Vanishing(store, 99)).acting_as(LUIS)
    with pytest.raises(Busy):
        hand_in(me, data=b"other")
    assert () == me.drafts().items


# -- at once


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do things at once in threads, and return what came of each: its result, or what it raised."""
    barrier = Barrier(len(work))

    def do(one: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return one()
        except (Invalid, NotFound) as error:
            return error

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(do, one) for one in work]]


def test_of_commands_at_once_one_has_the_file(office: Office) -> None:
    """The others are told that it is taken; every file of a ticket has its bytes."""
    me = office.desk.acting_as(ANA)
    for _ in range(4):
        file_id = hand_in(me)
        came = at_once(*[lambda file_id=file_id: me.open(ASKED, files=[file_id])] * 3)
        lost = [one for one in came if isinstance(one, Invalid)]
        assert [("file_taken",)] * 2 == [tuple(fault.code for fault in one.faults) for one in lost]
        assert HOLA == b"".join(me.open_file(file_id))
    assert () == office.desk.verify().findings


def test_taking_and_removing_at_once(office: Office, clock: FrozenClock) -> None:
    """One of them wins: the ticket has the file and its bytes, or the command is refused; no bytes are left alone."""
    desk, me = office.desk, office.desk.acting_as(ANA)
    kept = 0
    for n in range(4):
        file_id = hand_in(me, data=b"%d" % n)
        if isinstance(desk, Desk):  # a worker whose clock has gone on
            files = None if office.folder is None else DirectoryBlobs(office.folder)
            worker = Desk(desk.definition, desk.store, clock=FrozenClock(clock() + KEEP), files=files)
            remove: Callable[[], Any] = worker.run_due
        else:
            remove = partial(me.drop_draft, file_id)
        took, _ = at_once(partial(me.open, ASKED, files=[file_id]), remove)
        if isinstance(took, Invalid):
            assert ["unknown_file"] == [fault.code for fault in took.faults]
            with pytest.raises(NotFound):
                me.open_file(file_id)
        else:
            kept += 1
            assert b"%d" % n == b"".join(me.open_file(file_id))
    assert kept == office.stored()


def test_handing_in_and_removing_the_same_bytes_at_once(office: Office) -> None:
    """Whoever is first: every draft that is listed can be fetched, and what is listed nowhere is stored nowhere."""
    me, other = office.desk.acting_as(ANA), office.desk.acting_as(LUIS)
    for _ in range(4):
        gone = hand_in(me)
        came, _ = at_once(lambda: hand_in(other), lambda gone=gone: me.drop_draft(gone))
        assert HOLA == b"".join(other.open_file(came))
        other.drop_draft(came)
        assert 0 == office.stored()


# -- inside transactions of a host


@pytest.mark.parametrize("place", ["store", "directory"])
@pytest.mark.parametrize("kept", [True, False])
def test_files_in_a_transaction_of_a_host(place: str, kept: bool, tmp_path: Path, clock: FrozenClock) -> None:
    """A draft is there if the host commits; one that was dropped is back if the host does not, with its bytes."""
    import sqlalchemy as sa

    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    store = open_store(engine)
    store.migrate()
    folder = tmp_path / "files"
    files = DirectoryBlobs(folder) if place == "directory" else None
    desk = Desk(DESK, store, clock=clock, files=files)
    equip(desk)
    me = desk.acting_as(ANA)
    before = hand_in(me, data=b"before")
    with engine.connect() as connection:
        transaction = connection.begin()
        joined = desk.joined(connection).acting_as(ANA)
        during = hand_in(joined)
        assert HOLA == b"".join(joined.open_file(during))
        joined.drop_draft(before)
        assert [during] == [view.id for view in joined.drafts().items]
        with pytest.raises(NotFound):
            joined.drop_draft(before)
        transaction.commit() if kept else transaction.rollback()
    assert [during if kept else before] == [view.id for view in me.drafts().items]
    assert (HOLA if kept else b"before") == b"".join(me.open_file(during if kept else before))
    assert kept == desk.run_due().files
    if place == "directory":  # where nobody takes back what was written for a transaction that was rolled back
        assert 1 + (not kept) == sum(path.is_file() for path in folder.rglob("*"))
    engine.dispose()


# -- awaited


def test_the_asynchronous_twin_awaits(tmp_path: Path, clock: FrozenClock) -> None:
    """Streams are awaited or not, downloads are iterated asynchronously, and a directory serves as well."""

    async def through() -> None:
        store = open_async_store(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
        try:
            await store.migrate()
            for files in (None, AsyncDirectoryBlobs(tmp_path / "files")):
                desk = AsyncDesk(DESK, store, clock=clock, files=files)
                await equipped(desk)
                me = desk.acting_as(ANA)
                data = bytes(CHUNK + 9)
                for stream in (io.BytesIO(data), Awaited(io.BytesIO(data))):
                    view = await me.draft(stream, "a.bin", size=len(data))
                    download = await me.open_file(view.id)
                    assert str(len(data)) == download.headers["Content-Length"]
                    assert data == b"".join([part async for part in download])
                await me.open(ASKED, files=[view.id])
                (left,) = (await me.drafts()).items
                await me.drop_draft(left.id)
                with pytest.raises(NotFound):
                    await me.open_file(left.id)
                clock.move(KEEP)
                assert 0 == (await desk.run_due()).files
        finally:
            await store.close()

    async def equipped(desk: AsyncDesk) -> None:
        from supportcore import Customer, Team

        await desk.install(customers=[Customer(id="acme", name="ACME")], teams=[Team(id="desk", name="Desk")])

    asyncio.run(through())


def test_a_draft_that_is_cancelled_leaves_nothing(tmp_path: Path, clock: FrozenClock) -> None:
    """A client that goes away while it sends: no draft, no bytes."""

    class Endless:
        async def read(self, size: int) -> bytes:
            await asyncio.sleep(0)
            return b"x"

    async def sending() -> None:
        desk = AsyncDesk(DESK, open_async_store("memory://"), clock=clock, files=AsyncDirectoryBlobs(tmp_path))
        task = asyncio.create_task(desk.acting_as(ANA).draft(Endless(), "a.txt"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert () == (await desk.acting_as(ANA).drafts()).items

    asyncio.run(sending())
    assert [] == list(tmp_path.iterdir())
