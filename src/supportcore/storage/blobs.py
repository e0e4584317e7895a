"""
Files as streams, over the chunks that `supportcore.storage.ports.Blobs` keeps.

    blob = write_blob(store, "noova", stream)
    for data in read_blob(store, "noova", blob.sha256): …

A file is known by the sha256 of its bytes, so it is read to its end before anything is stored: into a temporary file,
a `Spool`, which stays in memory while it is small. Then its chunks are stored, a few in each transaction, and at last
the blob is made of them. Whatever breaks off in between leaves chunks that nobody sees and that writing the file again
makes use of. No more than a few chunks are ever held in memory.

What is decided here is written once; only waiting and awaiting differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from functools import partial
from inspect import isawaitable, iscoroutine
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

import attrs

from supportcore.errors import Fault, Invalid, NotFound, StoreError, facts
from supportcore.storage.attempts import arun, run
from supportcore.storage.ports import CHUNK, AsyncStore, Blobs, Ledger, Steps, Store

AT_ONCE = 8
"""Chunks that are stored in one transaction; 2 MB."""
_IN_MEMORY = AT_ONCE * CHUNK
"""Bytes from which on the temporary file lies on the disk."""

_Transaction = tuple[Callable[[], Steps[Any]], bool]
"""What is to be done in one transaction, and whether it writes."""


class Readable(Protocol):
    """What bytes are read from: a file opened in binary, for one."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes; none at the end."""


class AsyncReadable(Protocol):
    """What bytes are read from, awaited or not: an upload of a web framework, for one, or a file."""

    def read(self, size: int, /) -> bytes | Awaitable[bytes]:
        """Return up to *size* bytes; none at the end."""


@attrs.frozen(kw_only=True)
class Blob:
    """
    A file that is stored.

    Attributes:
        sha256: Of its bytes, in lower hexadecimal digits.
        length: In bytes.
    """

    sha256: str
    length: int


class Spool:
    """
    A temporary file, and what its bytes come to; closed with its block.

    Attributes:
        length: Bytes so far.
    """

    def __init__(self) -> None:
        self._kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by `__exit__`
        self._digest = hashlib.sha256()
        self.length = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def add(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._kept.write(data)
        self._digest.update(data)
        self.length += len(data)

    @property
    def sha256(self) -> str:
        """Of the bytes so far, in lower hexadecimal digits."""
        return self._digest.hexdigest()

    def blob(self) -> Blob:
        """Return what the bytes so far make."""
        return Blob(sha256=self.sha256, length=self.length)

    def rewound(self) -> IO[bytes]:
        """Return the file, at its first byte."""
        self._kept.seek(0)
        return self._kept


def fill(spool: Spool, stream: Readable, *, limit: int | None = None) -> None:
    """
    Read *stream* into a spool: to its end, or until there are more than *limit* bytes.

    Raises:
        Invalid: It is nothing that bytes can be read from.
    """
    read = _reader(stream)
    while (limit is None or spool.length <= limit) and (data := _bytes(read(CHUNK))):
        spool.add(data)


async def afill(spool: Spool, stream: AsyncReadable, *, limit: int | None = None) -> None:
    """Read *stream* into a spool as `fill` does, awaiting what is to be awaited."""
    import asyncio

    read = _reader(stream)
    while limit is None or spool.length <= limit:
        found = read(CHUNK)
        data = _bytes(await found if isawaitable(found) else found)
        if not data:
            return
        await asyncio.to_thread(spool.add, data)


def write_blob(store: Store, desk: str, stream: Readable) -> Blob:
    """
    Store all bytes of *stream* on a desk; what is stored already is not written again.

    Raises:
        Busy: Others were faster again and again; in a joined store once.
        StoreError: The database failed.
    """
    with Spool() as spool:
        fill(spool, stream)
        return write_spool(store, desk, spool)


async def awrite_blob(store: AsyncStore, desk: str, stream: AsyncReadable) -> Blob:
    """Store all bytes of *stream*, which may be awaited or not; see `write_blob`."""
    with Spool() as spool:
        await afill(spool, stream)
        return await awrite_spool(store, desk, spool)


def write_spool(store: Store, desk: str, spool: Spool) -> Blob:
    """Store the bytes of a spool on a desk; see `write_blob`."""
    writing = _writing(store.ledger(desk), spool)
    answer: Any = None
    while (wanted := _next(writing, answer)) is not None:
        answer = run(store, wanted[0], write=wanted[1])
    return spool.blob()


async def awrite_spool(store: AsyncStore, desk: str, spool: Spool) -> Blob:
    """Store the bytes of a spool on a desk, awaiting; they are read in a thread."""
    import asyncio

    writing = _writing(store.ledger(desk), spool)
    answer: Any = None
    while (wanted := await asyncio.to_thread(_next, writing, answer)) is not None:
        answer = await arun(store, wanted[0], write=wanted[1])
    return spool.blob()


def read_blob(store: Store, desk: str, sha256: str) -> Iterator[bytes]:
    """
    Yield the bytes of a file in parts of up to `CHUNK`, each read when it is asked for.

    Raises:
        NotFound: At the first part: the desk has no such file.
        StoreError: The database failed, or a part is missing or has not the length it must have.
    """
    ledger = store.ledger(desk)
    for n, size in _parts(sha256, run(store, partial(ledger.blob, sha256), write=False)):
        yield _whole(sha256, n, size, run(store, partial(ledger.chunk, sha256, n), write=False))


async def aread_blob(store: AsyncStore, desk: str, sha256: str) -> AsyncIterator[bytes]:
    """Yield the bytes of a file as `read_blob` does, awaiting."""
    ledger = store.ledger(desk)
    for n, size in _parts(sha256, await arun(store, partial(ledger.blob, sha256), write=False)):
        yield _whole(sha256, n, size, await arun(store, partial(ledger.chunk, sha256, n), write=False))


def drop_unused(ledger: Ledger, sha256: str) -> Steps[None]:
    """Remove the bytes of a blob, unless a file has them; whoever makes use of them meanwhile finds them gone."""
    if (yield from ledger.blob(sha256, lock=True)) is not None and not (yield from ledger.is_blob_used(sha256)):
        yield from ledger.drop_blob(sha256)


def _reader(stream: Any) -> Callable[[int], Any]:
    read = getattr(stream, "read", None)
    if not callable(read) or isinstance(stream, type):
        raise _unreadable()
    found: Callable[[int], Any] = read
    return found


def _bytes(data: object) -> bytes:
    """Return what was read, if it is bytes."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if iscoroutine(data):
        data.close()
    raise _unreadable()


def _unreadable() -> Invalid:
    told = facts(expected="a stream of bytes, such as a file opened in binary", expected_es="un flujo de bytes")
    return Invalid(Fault("stream", "wrong_type", told))


def _writing(ledger: Blobs, spool: Spool) -> Generator[_Transaction, Any, None]:
    blob, kept = spool.blob(), spool.rewound()
    if (yield partial(ledger.blob, blob.sha256), False) is not None:
        return
    n = 0
    while chunks := [data for _ in range(AT_ONCE) if (data := kept.read(CHUNK))]:
        yield partial(_put, ledger, blob.sha256, n, chunks), True
        n += len(chunks)
    yield partial(ledger.finish_blob, blob.sha256, blob.length), True


def _put(ledger: Blobs, sha256: str, first: int, chunks: list[bytes]) -> Steps[None]:
    for n, data in enumerate(chunks, start=first):
        yield from ledger.put_chunk(sha256, n, data)


def _next(writing: Generator[_Transaction, Any, None], answer: Any) -> _Transaction | None:
    try:
        return writing.send(answer)
    except StopIteration:
        return None


def _parts(sha256: str, length: int | None) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the chunks of a blob, each with the bytes it must have."""
    if length is None:
        raise NotFound(kind="blob", id=sha256)
    for n, start in enumerate(range(0, length, CHUNK)):
        yield n, min(CHUNK, length - start)


def _whole(sha256: str, n: int, size: int, data: bytes | None) -> bytes:
    if data is None or len(data) != size:
        found = "is missing" if data is None else f"has {len(data)} bytes"
        raise StoreError(why=f"chunk {n} of blob {sha256} {found}, where {size} bytes were stored")
    return data
