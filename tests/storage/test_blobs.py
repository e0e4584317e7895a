"""Files are written and read as streams, whole or not at all, on every store."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supportcore import NotFound, open_async_store
from supportcore.errors import StoreError
from supportcore.storage.blobs import AT_ONCE, Blob, aread_blob, awrite_blob, read_blob, write_blob
from supportcore.storage.ports import CHUNK, Execute, Store, drive
from supportcore.testing.blocking import BlockingStore
from supportcore.testing.conformance.driving import fresh_desk
from tests.stores import STORE_NAMES, open_store_named, reported_as, server_url

NAMES = [pytest.param(name, marks=pytest.mark.store(reported_as(name))) for name in STORE_NAMES]
SIZES = (0, 1, CHUNK, CHUNK + 1, AT_ONCE * CHUNK, AT_ONCE * CHUNK + 7)


@pytest.fixture(params=NAMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each name."""
    with open_store_named(request.param, tmp_path, server_url=server_url(request, request.param)) as opened:
        yield opened


class Drops(io.RawIOBase):
    """A stream that gives fewer bytes than it is asked for, as sockets do."""

    def __init__(self, data: bytes, *, at_most: int = 100_000) -> None:
        self._data, self._at_most = io.BytesIO(data), at_most

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._at_most))


def written(store: Store, desk: str, stream: Any) -> Blob:
    """Write a stream, by the twin that fits the store."""
    if isinstance(store, BlockingStore):
        return store.background.run(awrite_blob(store.behind, desk, stream))
    return write_blob(store, desk, stream)


def found(store: Store, desk: str, name: str) -> list[bytes]:
    """Read a file part by part, by the twin that fits the store."""
    if not isinstance(store, BlockingStore):
        return list(read_blob(store, desk, name))

    async def read() -> list[bytes]:
        return [part async for part in aread_blob(store.behind, desk, name)]

    return store.background.run(read())


def test_a_file_comes_back_in_parts(store: Store) -> None:
    """Of every size about a chunk and about a transaction: hash, length and bytes are those of the stream."""
    desk = fresh_desk()
    for size in SIZES:
        data = (bytes(range(251)) * (size // 251 + 1))[:size]
        blob = written(store, desk, Drops(data))
        assert Blob(sha256=sha256(data).hexdigest(), length=size) == blob
        parts = found(store, desk, blob.sha256)
        assert data == b"".join(parts)
        assert all(0 < len(part) <= CHUNK for part in parts)


def test_a_file_that_is_there_is_not_written_again(store: Store) -> None:
    """A blob that exists is left as it is; one on another desk is another."""
    desk, other = fresh_desk(), fresh_desk()
    blob = written(store, desk, io.BytesIO(b"hola"))
    ledger = store.ledger(desk)
    with store.begin(write=True) as execute:  # to see whether it is: without its chunk
        drive(ledger.drop_blob(blob.sha256), execute)
        drive(ledger.finish_blob(blob.sha256, blob.length), execute)
    assert blob == written(store, desk, io.BytesIO(b"hola"))
    with pytest.raises(StoreError, match=r"chunk 0 of blob .* is missing"):
        found(store, desk, blob.sha256)
    assert [b"hola"] == found(store, other, written(store, other, io.BytesIO(b"hola")).sha256)


def test_what_was_broken_off_can_be_written_again(store: Store) -> None:
    """Chunks of an attempt that was broken off are no file, and do no harm to the next."""
    desk = fresh_desk()
    data = b"x" * (CHUNK + 1)
    name = sha256(data).hexdigest()
    with store.begin(write=True) as execute:
        drive(store.ledger(desk).put_chunk(name, 0, data[:CHUNK]), execute)
    with pytest.raises(NotFound):
        found(store, desk, name)
    assert data == b"".join(found(store, desk, written(store, desk, io.BytesIO(data)).sha256))


def test_a_part_of_another_length_is_an_error(store: Store) -> None:
    """A chunk that lost bytes is told, not handed on."""
    desk = fresh_desk()
    with store.begin(write=True) as execute:
        drive(store.ledger(desk).put_chunk("0" * 64, 0, b"hol"), execute)
        drive(store.ledger(desk).finish_blob("0" * 64, 4), execute)
    with pytest.raises(StoreError, match=r"chunk 0 of blob 0+ has 3 bytes, where 4 bytes were stored"):
        found(store, desk, "0" * 64)


def test_a_stream_that_breaks_leaves_nothing(store: Store) -> None:
    """What the stream raises comes out, and nothing was stored."""

    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line is dead")

    desk = fresh_desk()
    with pytest.raises(OSError, match="the line is dead"):
        written(store, desk, Breaks(b"x"))
    with store.begin(write=False) as execute:
        assert () == drive(store.ledger(desk).entries("chunk", after=None, limit=1), execute)


@pytest.mark.store("memory")
def test_an_upload_may_be_awaited() -> None:
    """A stream whose ``read`` is awaited, as uploads of web frameworks are, is read too."""

    class Upload:
        def __init__(self, data: bytes) -> None:
            self._data = io.BytesIO(data)

        async def read(self, size: int) -> bytes:
            await asyncio.sleep(0)
            return self._data.read(size)

    async def move() -> list[bytes]:
        store = open_async_store("memory://")
        blob = await awrite_blob(store, "desk", Upload(b"hola" * CHUNK))
        parts: AsyncIterator[bytes] = aread_blob(store, "desk", blob.sha256)
        return [part async for part in parts]

    assert [CHUNK] * 4 == [len(part) for part in asyncio.run(move())]


def counted(store: Store, begun: list[bool]) -> Callable[..., Any]:
    """Return a ``begin`` that notes of each transaction whether it writes."""
    begin = store.begin

    @contextmanager
    def counting(*, write: bool) -> Iterator[Execute]:
        begun.append(write)
        with begin(write=write) as execute:
            yield execute

    return counting


@pytest.mark.store("memory")
def test_transactions_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file is stored a few chunks at a time; one that is there costs one look."""
    begun: list[bool] = []
    with open_store_named("memory", tmp_path) as store:
        monkeypatch.setattr(store, "begin", counted(store, begun))
        data = b"x" * (2 * AT_ONCE * CHUNK + 1)
        write_blob(store, "desk", io.BytesIO(data))
        assert [False, True, True, True, True] == begun
        begun.clear()
        write_blob(store, "desk", io.BytesIO(data))
        assert [False] == begun
