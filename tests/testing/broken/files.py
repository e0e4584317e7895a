"""Stores that err in what people hand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Key, Steps
from supportcore.testing.strategies import MILLISECOND
from supportcore.tickets.commands import Decision
from supportcore.tickets.files import File
from tests.testing.broken.base import BrokenStore, Found


class FilesTakenTwice(BrokenStore):
    """Lets a ticket take what another one took."""

    class operations(MemoryLedger):
        def _take(self, unit: Transaction, file: File) -> None:
            unit.put("files", (self._desk, file.id), codec.dump(file))


class FilesNamedTwice(BrokenStore):
    """Takes a file once, however often a decision names it."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            super()._save(
                unit, attrs.evolve(decision, files=tuple({file.id: file for file in decision.files}.values()))
            )


class DraftsReplaced(BrokenStore):
    """Puts a draft in the place of another."""

    class operations(MemoryLedger):
        def put_draft(self, file: File) -> Steps[None]:
            yield from do(lambda unit: unit.put("files", (self._desk, file.id), codec.dump(file)))


class DraftsOfAll(BrokenStore):
    """Shows what was taken among the drafts."""

    class operations(MemoryLedger):
        def _drafts(self) -> Steps[list[File]]:
            docs = yield from do(lambda unit: [doc for _, doc in unit.all("files", self._desk)])
            return [codec.load(File, doc) for doc in docs]


class DraftsExpireLate(BrokenStore):
    """Keeps a draft for a moment more than it said."""

    class operations(MemoryLedger):
        def expired_drafts(self, now: datetime, *, limit: int) -> Steps[tuple[File, ...]]:
            return (yield from super().expired_drafts(max(now - MILLISECOND, now.replace(year=1970)), limit=limit))


class DropsWhatWasTaken(BrokenStore):
    """Removes a file, whoever has it."""

    class operations(MemoryLedger):
        def drop_draft(self, file_id: str) -> Steps[bool]:
            def drop(unit: Transaction) -> bool:
                there = unit.get("files", (self._desk, file_id)) is not None
                unit.put("files", (self._desk, file_id), None)
                return there

            return (yield from do(drop))


class FilesAsStored(BrokenStore):
    """Returns files in the order of their ids, each once."""

    class operations(MemoryLedger):
        def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
            return (yield from super().files(sorted(set(ids))))


class BlobsNotLocked(BrokenStore):
    """Takes no notice of a lock."""

    class operations(MemoryLedger):
        def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
            return (yield from super().blob(sha256))


class BlobsOfDrafts(BrokenStore):
    """Thinks that only drafts have bytes."""

    class operations(MemoryLedger):
        def is_blob_used(self, blob: str) -> Steps[bool]:
            return any(file.blob == blob for file in (yield from self._drafts()))


class FilesLeftBehind(BrokenStore):
    """Moves everything but files."""

    class operations(MemoryLedger):
        def _each(self, unit: Transaction, kind: str, after: Key | None = None) -> Any:
            return iter(()) if kind == "file" else super()._each(unit, kind, after)


class DraftsOfAllDesks(BrokenStore):
    """Keeps files under their id alone."""

    class operations(MemoryLedger):
        def put_draft(self, file: File) -> Steps[None]:
            yield from MemoryLedger("all").put_draft(file)

        def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
            return (yield from MemoryLedger("all").files(ids))


class DraftsById(BrokenStore):
    """Shows drafts by their id, and not by when they were made."""

    class operations(MemoryLedger):
        def drafts(self, owner: str, *, limit: int) -> Steps[tuple[File, ...]]:
            found = yield from super().drafts(owner, limit=1000)
            return tuple(sorted(found, key=lambda file: file.id)[:limit])


class FormsOfDrafts(BrokenStore):
    """Keeps of a file that was taken what its draft said."""

    class operations(MemoryLedger):
        def _take(self, unit: Transaction, file: File) -> None:
            doc = unit.get("files", (self._desk, file.id))
            super()._take(unit, file)
            if doc is not None:
                unit.put("files", (self._desk, file.id), {**doc, "ticket": file.ticket, "expires_at": None})


class BlobsOfTickets(BrokenStore):
    """Thinks that only files of tickets have bytes."""

    class operations(MemoryLedger):
        def is_blob_used(self, blob: str) -> Steps[bool]:
            drafts = yield from self._drafts()
            used = yield from super().is_blob_used(blob)
            return used and all(file.blob != blob for file in drafts)


FOUND: list[Found] = [
    (FilesTakenTwice, "test_what_is_no_draft_is_not_taken", {"why": "taken"}),
    (FilesTakenTwice, "test_no_order_of_steps_gives_a_file_to_two", {}),
    (FilesNamedTwice, "test_what_is_no_draft_is_not_taken", {"why": "twice"}),
    (DraftsReplaced, "test_a_draft_is_put_once", {}),
    (DraftsOfAll, "test_drafts_are_those_of_their_owner", {}),
    (DraftsOfAll, "test_a_draft_becomes_what_was_taken", {}),
    (DraftsOfAllDesks, "test_files_come_in_the_order_asked_for", {}),
    (DraftsById, "test_drafts_are_those_of_their_owner", {}),
    (DraftsExpireLate, "test_drafts_expire_earliest_first", {}),
    (DropsWhatWasTaken, "test_a_draft_is_dropped_once", {}),
    (FormsOfDrafts, "test_a_draft_becomes_what_was_taken", {}),
    (FilesAsStored, "test_files_come_in_the_order_asked_for", {}),
    (FilesLeftBehind, "test_an_entry_is_put_once", {"kind": "file"}),
    (BlobsNotLocked, "test_a_blob_that_is_locked_is_not_dropped_meanwhile", {"first": "drafting"}),
    (BlobsNotLocked, "test_a_blob_that_is_locked_is_not_dropped_meanwhile", {"first": "dropping"}),
    (BlobsNotLocked, "test_no_order_of_steps_drops_a_blob_in_use", {}),
    (BlobsOfDrafts, "test_a_blob_is_used_by_what_is_kept_under_it", {}),
    (BlobsOfTickets, "test_a_blob_is_used_by_what_is_kept_under_it", {}),
]
