"""What `supportcore.storage.ports.Blobs` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import CHUNK, Ledger, Steps, Store, drive
from supportcore.testing.conformance.driving import (
    Conformance,
    Undo,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1)


class Filled(bytes):
    """Many bytes that are told in few words."""

    def __repr__(self) -> str:
        return f"{len(self)} bytes of {bytes(self[:6])!r}…"


def files() -> st.SearchStrategy[bytes]:
    """Return any bytes: few of any kind, or about as many as chunks hold."""
    patterns = st.sampled_from([b"\0", b"\xff", bytes(range(256)), b"\r\n", "ñ😀".encode(), b"\x00\xff\xfe"])
    sized = st.builds(lambda pattern, size: Filled((pattern * size)[:size]), patterns, st.sampled_from(SIZES))
    return st.binary(max_size=300) | sized


def parts_of(data: bytes) -> list[bytes]:
    """Return the chunks of a file."""
    return [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]


def put(ledger: Ledger, data: bytes, *, finish: bool = True) -> Steps[str]:
    """Store a file and return its hash."""
    name = sha256(data).hexdigest()
    for n, part in enumerate(parts_of(data)):
        yield from ledger.put_chunk(name, n, part)
    if finish:
        yield from ledger.finish_blob(name, len(data))
    return name


def got(store: Store, ledger: Ledger, name: str) -> bytes | None:
    """Return the bytes of a file, chunk by chunk until there is none, or None if there is no such file."""
    length = read(store, ledger.blob(name))
    if length is None:
        return None
    data = b"".join(_chunks(store, ledger, name))
    assert length == len(data)
    return data


def _chunks(store: Store, ledger: Ledger, name: str) -> Iterator[bytes]:
    n = 0
    while (part := read(store, ledger.chunk(name, n))) is not None:
        assert isinstance(part, bytes)
        yield part
        n += 1


class BlobsConformance(Conformance):
    """What `supportcore.storage.ports.Blobs` promises."""

    @fewer()
    @given(data=files())
    def test_any_bytes_come_back(self, store: Store, data: bytes) -> None:
        """A file is read as it was written, chunk by chunk; putting and finishing it again changes nothing."""
        ledger = store.ledger(fresh_desk())
        for _ in range(2):
            name = write(store, put(ledger, data))
            assert data == got(store, ledger, name)
            for n, part in enumerate(parts_of(data)):
                assert part == read(store, ledger.chunk(name, n))

    @fewer()
    @given(data=files())
    def test_what_is_not_finished_is_no_blob(self, store: Store, data: bytes) -> None:
        """Chunks alone make none; finished in a later transaction, they do."""
        ledger = store.ledger(fresh_desk())
        name = write(store, put(ledger, data, finish=False))
        assert read(store, ledger.blob(name)) is None
        assert () == read(store, ledger.entries("blob", after=None, limit=10))
        assert parts_of(data) == [*_chunks(store, ledger, name)]
        write(store, ledger.finish_blob(name, len(data)))
        assert data == got(store, ledger, name)

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        """An unknown hash, and a chunk behind the last, give None; dropping what is not there is no error."""
        ledger = store.ledger(fresh_desk())
        name = write(store, put(ledger, b"here"))
        other = sha256(b"gone").hexdigest()
        assert [None] * 3 == [
            read(store, ledger.blob(other)), read(store, ledger.chunk(other, 0)), read(store, ledger.chunk(name, 1)),
        ]  # fmt: skip
        write(store, ledger.drop_blob(other))
        assert b"here" == got(store, ledger, name)

    @fewer()
    @given(data=files(), finished=st.booleans())
    def test_what_is_dropped_is_gone(self, store: Store, data: bytes, finished: bool) -> None:
        """With its chunks, finished or not, twice if need be; others stay, and it can be written again."""
        ledger = store.ledger(fresh_desk())
        other = write(store, put(ledger, b"another" + data))
        name = write(store, put(ledger, data, finish=finished))
        for _ in range(2):
            write(store, ledger.drop_blob(name))
            assert read(store, ledger.blob(name)) is None
            assert [] == [*_chunks(store, ledger, name)]
        assert b"another" + data == got(store, ledger, other)
        write(store, put(ledger, data))
        assert data == got(store, ledger, name)

    def test_a_file_is_that_of_one_desk(self, store: Store) -> None:
        """Other desks neither see it nor drop it, and may have the same one."""
        here, there = store.ledger(fresh_desk()), store.ledger(fresh_desk())
        data = b"x" * (CHUNK + 1)
        name = write(store, put(here, data))
        assert got(store, there, name) is None
        assert read(store, there.chunk(name, 0)) is None
        write(store, there.drop_blob(name))
        assert data == got(store, here, name) == got(store, there, write(store, put(there, data)))
        write(store, here.drop_blob(name))
        assert data == got(store, there, name)

    def test_a_file_is_committed_with_the_rest(self, store: Store) -> None:
        """Written and dropped inside a transaction, it is seen there; undone, nothing happened."""
        ledger = store.ledger(fresh_desk())
        kept = write(store, put(ledger, b"kept"))

        def change() -> Steps[Any]:
            name = yield from put(ledger, b"new")
            yield from ledger.drop_blob(kept)
            return [(yield from ledger.blob(name)), (yield from ledger.chunk(name, 0)), (yield from ledger.blob(kept))]

        with pytest.raises(Undo), store.begin(write=True) as execute:
            assert [3, b"new", None] == drive(change(), execute)
            raise Undo
        assert b"kept" == got(store, ledger, kept)
        assert read(store, ledger.chunk(sha256(b"new").hexdigest(), 0)) is None

    def test_several_can_write_one_file_at_once(self, store: Store) -> None:
        """Whoever comes first, all are done in the end, and the file is whole."""
        ledger = store.ledger(fresh_desk())
        data = b"0123456789" * 60_000

        def work(_: int) -> str:
            return write_among_others(store, lambda: put(ledger, data))

        (name,) = set(at_once(work, 4))
        assert data == got(store, ledger, name)
