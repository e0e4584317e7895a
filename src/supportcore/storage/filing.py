"""
Where the bytes of files lie: in the desk's own store, or in a directory.

    Desk(definition, store)                                     in the store, as chunks
    Desk(definition, store, files=DirectoryBlobs("/srv/files")) in a directory, each file its own

In the store equal files share their bytes, which lie under their sha256; whoever makes use of them, or drops them,
locks the blob first. Elsewhere each file has bytes of its own under a key that nobody had before, so that nothing needs
to be locked; and they are no part of a transaction: they are written before the row that tells of them is stored, and
removed after that row is gone. What breaks off in between may leave bytes that nobody knows of, never a file without
its bytes.

A host may keep files where it likes, by a `FileStore` of its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from inspect import iscoroutinefunction
from pathlib import Path
from typing import IO, Protocol

from supportcore.errors import Fault, Invalid, NotFound, StoreError, facts
from supportcore.storage.attempts import arun, run
from supportcore.storage.blobs import Spool, aread_blob, awrite_spool, drop_unused, read_blob, write_spool
from supportcore.storage.ports import CHUNK, AsyncStore, Store
from supportcore.text import key_fault


class FileStore(Protocol):
    """
    Where the bytes of files lie.

    Attributes:
        in_store: Whether they are the `supportcore.storage.ports.Blobs` of the desk's own store.
    """

    in_store: bool

    def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """
        Store the bytes of *spool* lastingly, and return the key they lie under; doing it again changes nothing.

        Args:
            file_id: Id of the file, up to 64 characters of any kind. No two files of a desk have the same.
            spool: Counted and hashed; `Spool.rewound` is the stream. 255 characters of key at most.
        """

    def read(self, desk: str, key: str) -> Iterator[bytes]:
        """
        Yield the bytes in parts, each read when it is asked for.

        Raises:
            NotFound: At the first part: nothing lies under this key.
        """

    def drop(self, desk: str, key: str) -> None:
        """Remove the bytes, if they are there and no file in the desk's store shares them."""


class AsyncFileStore(Protocol):
    """Where the bytes of files lie, asynchronous; see `FileStore`."""

    in_store: bool

    async def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """Store the bytes of *spool*, and return the key they lie under."""

    def read(self, desk: str, key: str) -> AsyncIterator[bytes]:
        """Yield the bytes in parts."""

    async def drop(self, desk: str, key: str) -> None:
        """Remove the bytes."""


class StoreBlobs:
    """Bytes in a store, in chunks; on MongoDB as GridFS has them."""

    in_store = True

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """Store the bytes under their sha256; what is there already is not written again."""
        return write_spool(self._store, desk, spool).sha256

    def read(self, desk: str, key: str) -> Iterator[bytes]:
        """Yield the bytes in parts of up to `CHUNK`, each in a transaction of its own."""
        return read_blob(self._store, desk, key)

    def drop(self, desk: str, key: str) -> None:
        """Remove the bytes, unless a file has them."""
        run(self._store, partial(drop_unused, self._store.ledger(desk), key), write=True)


class AsyncStoreBlobs:
    """Bytes in an asynchronous store; see `StoreBlobs`."""

    in_store = True

    def __init__(self, store: AsyncStore) -> None:
        self._store = store

    async def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """Store the bytes under their sha256; what is there already is not written again."""
        return (await awrite_spool(self._store, desk, spool)).sha256

    def read(self, desk: str, key: str) -> AsyncIterator[bytes]:
        """Yield the bytes in parts of up to `CHUNK`, each in a transaction of its own."""
        return aread_blob(self._store, desk, key)

    async def drop(self, desk: str, key: str) -> None:
        """Remove the bytes, unless a file has them."""
        await arun(self._store, partial(drop_unused, self._store.ledger(desk), key), write=True)


class DirectoryBlobs:
    """
    Bytes in a directory, a file for each: ``<desk>/<two digits>/<sha256 of the key>``, readable by its owner only.

    A name never holds anything that came from outside. A file is written beside its place, brought to the disk and then
    renamed, so that it is there as a whole or not at all; one that was broken off is called ``part-…`` and may be
    removed.

    Args:
        path: The directory; it is made, with those above it, if there is none.
    """

    in_store = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            self._path = Path(path)
        except TypeError:
            told = facts(expected="a directory", expected_es="un directorio")
            raise Invalid(Fault("path", "wrong_type", told)) from None

    def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """Store the bytes under the id of the file."""
        place = self._place(desk, file_id)
        with _told(place):
            self._make(place.parent)
            kept, name = tempfile.mkstemp(prefix="part-", dir=place.parent)  # 0600
            part = Path(name)
            try:
                with os.fdopen(kept, "wb") as file:
                    source = spool.rewound()
                    while data := source.read(CHUNK):
                        file.write(data)
                    file.flush()
                    os.fsync(kept)
                part.replace(place)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            _sync(place.parent)
        return file_id

    def read(self, desk: str, key: str) -> Iterator[bytes]:
        """Yield the bytes in parts of up to `CHUNK`."""
        with self.opened(desk, key) as file:
            while data := file.read(CHUNK):
                yield data

    def opened(self, desk: str, key: str) -> IO[bytes]:
        """Return the file, open for reading."""
        place = self._place(desk, key)
        with _told(place):
            try:
                return place.open("rb")
            except FileNotFoundError as error:
                raise NotFound(kind="blob", id=key) from error

    def drop(self, desk: str, key: str) -> None:
        """Remove the bytes."""
        place = self._place(desk, key)
        with _told(place):
            place.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        """Make the folder of a file and those above it, each of which only its owner enters."""
        if not folder.is_dir():
            for one in (self._path, folder.parent, folder):
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync(one.parent)

    def _place(self, desk: str, key: str) -> Path:
        """Return where the bytes under a key lie; a key of whatever characters names one file in the directory."""
        fault = key_fault(desk, "desk")
        if fault is not None:
            raise Invalid(fault)
        name = sha256(key.encode()).hexdigest()
        return self._path / desk / name[:2] / name


class AsyncDirectoryBlobs:
    """Bytes in a directory, which threads read and write; see `DirectoryBlobs`."""

    in_store = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._plain = DirectoryBlobs(path)

    async def write(self, desk: str, file_id: str, spool: Spool) -> str:
        """Store the bytes under the id of the file."""
        from asyncio import to_thread

        return await to_thread(self._plain.write, desk, file_id, spool)

    async def read(self, desk: str, key: str) -> AsyncIterator[bytes]:
        """Yield the bytes in parts of up to `CHUNK`."""
        from asyncio import to_thread

        with await to_thread(self._plain.opened, desk, key) as file:
            while data := await to_thread(file.read, CHUNK):
                yield data

    async def drop(self, desk: str, key: str) -> None:
        """Remove the bytes."""
        from asyncio import to_thread

        await to_thread(self._plain.drop, desk, key)


def check_files(files: object, *, asynchronous: bool) -> None:
    """Refuse what no desk can keep files in, with a word on what would do."""
    kept = all(callable(getattr(files, name, None)) for name in ("write", "read", "drop")) and hasattr(
        files, "in_store"
    )
    if not kept or isinstance(files, type) or iscoroutinefunction(getattr(files, "write", None)) is not asynchronous:
        expected = f"where files lie, such as {'Async' if asynchronous else ''}DirectoryBlobs(path)"
        raise Invalid(Fault("files", "wrong_type", facts(expected=expected, expected_es="un almacén de archivos")))


def _sync(folder: Path) -> None:
    """Bring the names in a directory to the disk, where the system opens directories."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Tell of an error of the file system as one of the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(why=f"{place}: {error.strerror or error}") from error
