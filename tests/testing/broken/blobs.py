"""Stores that err in the bytes of files."""

from __future__ import annotations

from typing import Any

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import do
from supportcore.storage.ports import CHUNK, Steps
from tests.testing.broken.base import BrokenStore, Found


class BlobsUnfinished(BrokenStore):
    """Takes chunks for a file."""

    class operations(MemoryLedger):
        def blob(self, sha256: str) -> Steps[int | None]:
            length = yield from super().blob(sha256)
            first = yield from self.chunk(sha256, 0)
            return length if length is not None or first is None else len(first)


class BlobsShared(BrokenStore):
    """Keeps one copy of a chunk for all desks, and drops it for all."""

    def ledger(self, desk: str) -> MemoryLedger:
        class Sharing(MemoryLedger):
            chunk = _elsewhere("chunk")
            put_chunk = _elsewhere("put_chunk")

            def drop_blob(self, sha256: str) -> Steps[None]:
                yield from super().drop_blob(sha256)
                yield from MemoryLedger("all").drop_blob(sha256)

        return Sharing(desk)


def _elsewhere(name: str) -> Any:
    return lambda ledger, *args: getattr(MemoryLedger("all"), name)(*args)


class ChunksLeft(BrokenStore):
    """Drops a blob and leaves its chunks."""

    class operations(MemoryLedger):
        def drop_blob(self, sha256: str) -> Steps[None]:
            yield from do(lambda unit: unit.put("blobs", (self._desk, sha256), None))


class BytesAsText(BrokenStore):
    """Keeps line ends as text files of some systems do."""

    class operations(MemoryLedger):
        def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
            yield from super().put_chunk(sha256, n, data.replace(b"\r\n", b"\n"))


class ZerosAtTheEnd(BrokenStore):
    """Cuts zeros off the end of what it keeps."""

    class operations(MemoryLedger):
        def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
            yield from super().put_chunk(sha256, n, data.rstrip(b"\0"))


class ChunksPadded(BrokenStore):
    """Fills up the last chunk of several."""

    class operations(MemoryLedger):
        def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
            yield from super().put_chunk(sha256, n, data.ljust(CHUNK if n else 0, b"\0"))


class EmptyFilesMissing(BrokenStore):
    """Takes a file without bytes for none."""

    class operations(MemoryLedger):
        def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
            return (yield from super().blob(sha256, lock=lock)) or None


class DropsAllBlobs(BrokenStore):
    """Drops all blobs with the one."""

    class operations(MemoryLedger):
        def drop_blob(self, sha256: str) -> Steps[None]:
            keys = yield from do(lambda unit: [key for key, _ in unit.all("blobs", self._desk)])
            for key in {sha256, *(key[1] for key in keys)}:
                yield from super().drop_blob(key)


BYTES = "test_any_bytes_come_back"
FOUND: list[Found] = [
    (BlobsUnfinished, "test_what_is_not_finished_is_no_blob", {}),
    (BlobsShared, "test_a_file_is_that_of_one_desk", {}),
    (ChunksLeft, "test_what_is_dropped_is_gone", {}),
    (BytesAsText, BYTES, {}),
    (ZerosAtTheEnd, BYTES, {}),
    (ChunksPadded, BYTES, {}),
    (EmptyFilesMissing, BYTES, {}),
    (DropsAllBlobs, "test_what_is_dropped_is_gone", {}),
]
