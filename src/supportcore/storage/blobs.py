"""
Files as streams, over the chunks that `supportcore.storage.ports.Blobs` keeps.

    blob = write_blob(store, "noova", stream)
    for data in read_blob(store, "noova", blob.sha256): …

A file is known by the sha256 of its bytes, so it is read to its end before anything is stored: into a temporary file,
which stays in memory while it is small. Then its chunks are stored, a few in each transaction, and at last the blob is
made of them. Whatever breaks off in between leaves chunks that nobody sees and that writing the file again makes use
of. No more than a few chunks are ever held in memory.

What is decided here is written once; only waiting and awaiting differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from functools import partial
from inspect import isawaitable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

import attrs

from supportcore.errors import NotFound, StoreError
from supportcore.storage.attempts import arun, run
from supportcore.storage.ports import CHUNK, AsyncStore, Blobs, Steps, Store

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
    """What bytes are read from, awaiting: an upload of a web framework, for one."""

    def read(self, size: int, /) -> Awaitable[bytes]:
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


def write_blob(store: Store, desk: str, stream: Readable) -> Blob:
    """
    Store all bytes of *stream* on a desk; what is stored already is not written again.

    Raises:
        Busy: Others were faster again and again; in a joined store once.
        StoreError: The database failed.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        spool = _Spool(kept)
        while data := stream.read(CHUNK):
            spool.keep(data)
        blob = spool.blob()
        writing = _writing(store.ledger(desk), kept, blob)
        answer: Any = None
        while (wanted := _next(writing, answer)) is not None:
            answer = run(store, wanted[0], write=wanted[1])
    return blob


async def awrite_blob(store: AsyncStore, desk: str, stream: Readable | AsyncReadable) -> Blob:
    """Store all bytes of *stream*, which may be awaited or not; see `write_blob`."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        spool = _Spool(kept)
        while data := await _read(stream):
            spool.keep(data)
        blob = spool.blob()
        writing = _writing(store.ledger(desk), kept, blob)
        answer: Any = None
        while (wanted := _next(writing, answer)) is not None:
            answer = await arun(store, wanted[0], write=wanted[1])
    return blob


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


class _Spool:
    """A temporary file, and what its bytes come to."""

    def __init__(self, kept: IO[bytes]) -> None:
        self.kept, self._digest, self._length = kept, hashlib.sha256(), 0

    def keep(self, data: bytes) -> None:
        """Add bytes at the end."""
        self.kept.write(data)
        self._digest.update(data)
        self._length += len(data)

    def blob(self) -> Blob:
        """Return what the bytes so far make, and go back to the first of them."""
        self.kept.seek(0)
        return Blob(sha256=self._digest.hexdigest(), length=self._length)


def _writing(ledger: Blobs, kept: IO[bytes], blob: Blob) -> Generator[_Transaction, Any, None]:
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


async def _read(stream: Readable | AsyncReadable) -> bytes:
    data = stream.read(CHUNK)
    return await data if isawaitable(data) else data


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
