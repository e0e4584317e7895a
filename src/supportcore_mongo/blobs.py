"""
Files in the layout of GridFS, so that its tools read them: ``<prefix>fs.files`` and ``<prefix>fs.chunks``.

The id of a file is its desk and hash. A blob exists once its document in ``fs.files`` does.

    gridfs.GridFSBucket(database, bucket_name="sc_fs").open_download_stream({"desk": "noova", "sha256": "…"})
"""

from __future__ import annotations

from typing import Any

from supportcore.storage.ports import CHUNK, Steps
from supportcore_mongo.operations import Doc, Operation

FILES, CHUNKS = "fs.files", "fs.chunks"


def file_id(desk: str, sha256: Any) -> Doc:
    """Return the id of a file; the order of its parts is that of files."""
    return {"desk": desk, "sha256": sha256}


def finishing(desk: str, sha256: str, length: int) -> tuple[Doc, list[Doc]]:
    """Return filter and update that make the document of a file where there is none; its date is the server's."""
    made = {
        "length": {"$toLong": length},
        "chunkSize": CHUNK,
        "uploadDate": "$$NOW",
        "filename": {"$literal": sha256},
    }
    return {"_id": file_id(desk, sha256)}, [{"$set": {name: {"$ifNull": [f"${name}", made[name]]} for name in made}}]


class MongoBlobs:
    """Files of one desk; see `supportcore.storage.ports.Blobs`."""

    __slots__ = ()
    _desk: str

    def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
        """Return the length of a blob; locking it writes to its document, where GridFS leaves room for others."""
        key, fields = {"_id": file_id(self._desk, sha256)}, {"length": 1}
        if lock:
            locking = (key, {"$inc": {"metadata.lock": 1}}, fields)
            found = yield Operation(FILES, "find_one_and_update", locking)
        else:
            found = yield Operation(FILES, "find_one", (key, fields))
        return None if found is None else int(found["length"])

    def chunk(self, sha256: str, n: int) -> Steps[bytes | None]:
        found = yield Operation(CHUNKS, "find_one", ({"files_id": file_id(self._desk, sha256), "n": n},))
        return None if found is None else bytes(found["data"])

    def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
        key = {"files_id": file_id(self._desk, sha256), "n": n}
        yield Operation(CHUNKS, "update_one", (key, {"$setOnInsert": {"data": data}}), {"upsert": True})

    def finish_blob(self, sha256: str, length: int) -> Steps[None]:
        yield Operation(FILES, "update_one", finishing(self._desk, sha256, length), {"upsert": True})

    def drop_blob(self, sha256: str) -> Steps[None]:
        yield Operation(FILES, "delete_one", ({"_id": file_id(self._desk, sha256)},))
        yield Operation(CHUNKS, "delete_many", ({"files_id": file_id(self._desk, sha256)},))
