"""Files lie as GridFS has them, so that its tools read them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import gridfs
import pymongo
import pytest

from supportcore.storage.ports import CHUNK, Steps
from supportcore_mongo import MongoStore
from tests.mongo.samples import one

pytestmark = pytest.mark.store("mongodb")


@pytest.fixture
def database(database_url: str) -> Iterator[Any]:
    """
    The database, by way of a client of the test.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client.get_default_database()


def _write(ledger: Any, data: bytes) -> Steps[str]:
    digest = sha256(data).hexdigest()
    for n, start in enumerate(range(0, len(data), CHUNK)):
        yield from ledger.put_chunk(digest, n, data[start : start + CHUNK])
    yield from ledger.finish_blob(digest, len(data))
    return digest


@pytest.mark.parametrize("length", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_gridfs_reads_what_was_written(store: MongoStore, desk: str, database: Any, length: int) -> None:
    """A bucket opens a blob by its id, or by its hash as a name, and finds every byte, its length and its date."""
    data = bytes(n % 251 for n in range(length))
    digest = one(store, _write(store.ledger(desk), data))
    bucket = gridfs.GridFSBucket(database, bucket_name="sc_fs")
    with bucket.open_download_stream({"desk": desk, "sha256": digest}) as stream:
        assert (data, length, digest) == (stream.read(), stream.length, stream.filename)
        assert (CHUNK, False) == (stream.chunk_size, stream.upload_date is None)
    assert length == one(store, store.ledger(desk).blob(digest))


def test_gridfs_removes_what_was_written(store: MongoStore, desk: str, database: Any) -> None:
    """What a bucket deletes is gone, and can be written again."""
    ledger = store.ledger(desk)
    digest = one(store, _write(ledger, b"x" * (CHUNK + 1)))
    gridfs.GridFSBucket(database, bucket_name="sc_fs").delete({"desk": desk, "sha256": digest})
    assert (None, None) == (one(store, ledger.blob(digest)), one(store, ledger.chunk(digest, 1)))
    assert digest == one(store, _write(ledger, b"x" * (CHUNK + 1)))
    assert b"x" == one(store, ledger.chunk(digest, 1))


def test_a_blob_is_there_when_it_is_finished(store: MongoStore, desk: str, database: Any) -> None:
    """Chunks alone are no blob; finishing and storing again change nothing, its date neither; dropping takes all."""
    ledger = store.ledger(desk)
    digest = sha256(b"abc").hexdigest()
    one(store, ledger.put_chunk(digest, 0, b"abc"))
    assert (None, b"abc") == (one(store, ledger.blob(digest)), one(store, ledger.chunk(digest, 0)))
    one(store, ledger.finish_blob(digest, 3))
    first = database["sc_fs.files"].find_one({"_id": {"desk": desk, "sha256": digest}})
    one(store, ledger.finish_blob(digest, 4))
    one(store, ledger.put_chunk(digest, 0, b"other"))
    assert first == database["sc_fs.files"].find_one({"_id": {"desk": desk, "sha256": digest}})
    assert b"abc" == one(store, ledger.chunk(digest, 0))
    elsewhere = store.ledger(f"{desk}-2")
    one(store, _write(elsewhere, b"abc"))
    one(store, ledger.drop_blob(digest))
    one(store, ledger.drop_blob(digest))
    assert (None, None) == (one(store, ledger.blob(digest)), one(store, ledger.chunk(digest, 0)))
    assert (3, b"abc") == (one(store, elsewhere.blob(digest)), one(store, elsewhere.chunk(digest, 0)))
