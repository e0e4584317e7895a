"""What `supportcore.storage.ports.Files` and ``Blobs`` promise together: no file lacks its bytes."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from hypothesis import given

from supportcore.storage.ports import Conflict, Ledger, Steps, Store, drive
from supportcore.testing.conformance.blobs import put
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.files import handed_in, kept_files
from supportcore.testing.conformance.samples import draft, entries_of
from supportcore.testing.strategies.values import _TRICKY
from supportcore.tickets.files import File

WHILE = 0.2  # seconds that a transaction is left open for another one to run into it


def drafting(ledger: Ledger, sha256: str, file_id: str = "f1") -> Steps[None]:
    """Hand in a file whose bytes may be there already."""
    if (yield from ledger.blob(sha256, lock=True)) is None:
        yield from put(ledger, b"bytes")
    yield from ledger.put_draft(draft(file_id, blob=sha256))


def dropping(ledger: Ledger, sha256: str) -> Steps[None]:
    """Drop bytes that no file has."""
    if (yield from ledger.blob(sha256, lock=True)) is not None and not (yield from ledger.is_blob_used(sha256)):
        yield from ledger.drop_blob(sha256)


class UsedBlobsConformance(Conformance):
    """What `supportcore.storage.ports.Files` and ``Blobs`` promise together."""

    @fewer()
    @given(files=handed_in())
    def test_a_blob_is_used_by_what_is_kept_under_it(self, store: Store, files: tuple[File, ...]) -> None:
        """By drafts and by what was taken, byte by byte, on this desk only; not by a draft that was dropped."""
        ledger = kept_files(store, files)
        for blob in _TRICKY[:8]:
            assert any(file.blob == blob for file in files) == read(store, ledger.is_blob_used(blob))
            assert not read(store, store.ledger(fresh_desk()).is_blob_used(blob))
        for file in files:
            assert (file.ticket is None) == write(store, ledger.drop_draft(file.id))
        for file in files:
            left = any(other.blob == file.blob for other in files if other.ticket is not None)
            assert left == read(store, ledger.is_blob_used(file.blob))

    @pytest.mark.parametrize("first", ["drafting", "dropping"])
    def test_a_blob_that_is_locked_is_not_dropped_meanwhile(self, store: Store, first: str) -> None:
        """Of one who drops an unused blob and one who makes use of it, whoever is first: no file lacks its bytes."""
        ledger = store.ledger(fresh_desk())
        sha256 = write(store, put(ledger, b"bytes"))
        works: dict[str, Callable[[], Steps[None]]] = {
            "drafting": lambda: drafting(ledger, sha256), "dropping": lambda: dropping(ledger, sha256),
        }  # fmt: skip
        second = works["dropping" if first == "drafting" else "drafting"]
        with ThreadPoolExecutor(1) as pool:
            try:
                with store.begin(write=True) as execute:
                    drive(works[first](), execute)
                    other = pool.submit(write_among_others, store, second)
                    wait([other], WHILE)  # one that waits for a lock goes on when this transaction has ended
            except Conflict:
                other.result(timeout=60)
                write(store, works[first]())
            other.result(timeout=60)
        if read(store, ledger.is_blob_used(sha256)):
            assert 5 == read(store, ledger.blob(sha256))

    def test_no_file_lacks_its_bytes(self, store: Store) -> None:
        """However many draft, drop drafts and drop unused blobs at once, every draft that is left has its blob."""
        ledger = store.ledger(fresh_desk())
        sha256 = write(store, put(ledger, b"bytes"))

        def work(number: int) -> None:
            for turn in range(4):
                if number % 2:
                    write_among_others(store, lambda: dropping(ledger, sha256))
                else:
                    file_id = f"f{number}-{turn}"
                    write_among_others(store, lambda file_id=file_id: drafting(ledger, sha256, file_id))  # type: ignore[misc]
                    assert read(store, ledger.blob(sha256)) == 5
                    assert write_among_others(store, lambda file_id=file_id: ledger.drop_draft(file_id))  # type: ignore[misc]

        at_once(work, 4)
        assert not read(store, ledger.is_blob_used(sha256))

    def test_a_blob_that_is_not_there_cannot_be_locked(self, store: Store) -> None:
        """It is None, as without a lock, and nothing is made of it; one that is there comes with its length."""
        ledger = store.ledger(fresh_desk())
        sha256 = write(store, put(ledger, b"bytes"))
        assert 5 == write(store, ledger.blob(sha256, lock=True)) == read(store, ledger.blob(sha256))
        assert write(store, ledger.blob("0" * 64, lock=True)) is None
        assert write(store, store.ledger(fresh_desk()).blob(sha256, lock=True)) is None
        assert 1 == len(read(store, entries_of(ledger, "blob")))
