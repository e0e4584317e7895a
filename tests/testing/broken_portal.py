"""Stores that are broken on purpose, each in one way, in what people hand in and read; the suite has to find them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore.predicate import Predicate
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Steps
from supportcore.testing.strategies import MILLISECOND
from supportcore.text import instant_text
from supportcore.tickets.commands import Decision, OutboxRow
from supportcore.tickets.files import File
from tests.testing.broken import BrokenStore


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


class InboxOfEverybody(BrokenStore):
    """Takes people and teams for one."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            mine = yield from super().inbox(person, [*teams, person], **more)
            others: list[OutboxRow] = []
            for team in teams:
                others += yield from super().inbox(team, [], **more)
            found = {row.id: row for row in (*mine, *others)}.values()
            return tuple(sorted(found, key=lambda row: (row.due_at, row.id), reverse=True)[: more["limit"]])


class InboxFromTheEdge(BrokenStore):
    """Begins a page with the last notice of the page before."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            if more.get("before") is not None:
                at, row_id = more["before"]
                more["before"] = (at, row_id + "\0")
            return (yield from super().inbox(person, teams, **more))


class InboxOfWhatIsPending(BrokenStore):
    """Forgets a notice as soon as it is sent."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            found = yield from super().inbox(person, teams, **more)
            docs = yield from do(lambda unit: [unit.get("outbox", (self._desk, row.id)) for row in found])
            return tuple(row for row, doc in zip(found, docs, strict=True) if doc and doc["status"] == "pending")


class ReadAgain(BrokenStore):
    """Notes the last time that a notice was read."""

    class operations(MemoryLedger):
        def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
            for notice in ids:
                key = (self._desk, person, notice)
                yield from do(lambda unit, key=key: unit.put("reads", key, {"at": instant_text(at)}))


class ReadByAll(BrokenStore):
    """Takes for read what anybody has read."""

    class operations(MemoryLedger):
        def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
            rows = yield from do(lambda unit: [key for key, _ in unit.all("reads", self._desk)])
            return frozenset(ids) & {key[2] for key in rows}


class CountsOnce(BrokenStore):
    """Counts each condition once, however often it was asked for."""

    class operations(MemoryLedger):
        def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
            return (yield from super().counts(tuple(dict.fromkeys(wheres))))


class FilesLeftBehind(BrokenStore):
    """Moves everything but files."""

    class operations(MemoryLedger):
        def _each(self, unit: Transaction, kind: str) -> Any:
            return iter(()) if kind == "file" else super()._each(unit, kind)
