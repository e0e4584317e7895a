"""Files and read notices of one desk in memory, each operation written once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from supportcore.storage import codec
from supportcore.storage.memory.portable import PortableMemory
from supportcore.storage.memory.unit import Doc, Transaction, do
from supportcore.storage.ports import Conflict, Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.files import File


def _is_draft(doc: Doc | None) -> bool:
    return doc is not None and doc.get("ticket") is None


class PortalMemory(PortableMemory):
    """What people hand in and read in a portal; see `supportcore.storage.ports.Inbox` and ``Files``."""

    # -- inbox

    def inbox(
        self,
        person: str,
        teams: Sequence[str],
        *,
        channel: str,
        after: tuple[datetime, str] | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int,
    ) -> Steps[tuple[OutboxRow, ...]]:
        docs = yield from do(lambda unit: [doc for _, doc in unit.all("outbox", self._desk)])
        rows: list[OutboxRow] = [codec.load(OutboxRow, doc["row"]) for doc in docs]

        def is_told(row: OutboxRow) -> bool:
            return row.recipient in teams if row.role == "team" else row.recipient == person

        def lies_between(row: OutboxRow) -> bool:
            place = (row.due_at, row.id)
            return (after is None or place > after) and (before is None or place < before)

        found = [row for row in rows if row.channel == channel and is_told(row) and lies_between(row)]
        return tuple(sorted(found, key=lambda row: (row.due_at, row.id), reverse=True)[:limit])

    def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
        wanted = tuple(ids)
        docs = yield from do(lambda unit: [unit.get("reads", (self._desk, person, id_)) for id_ in wanted])
        return frozenset(id_ for id_, doc in zip(wanted, docs, strict=True) if doc is not None)

    def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
        wanted = tuple(ids)

        def write(unit: Transaction) -> None:
            for notice in wanted:
                key = (self._desk, person, notice)
                if unit.get("reads", key) is None:
                    unit.put("reads", key, {"at": instant_text(at)})

        yield from do(write)

    # -- files

    def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
        wanted = tuple(ids)
        docs = yield from do(lambda unit: [unit.get("files", (self._desk, id_)) for id_ in wanted])
        return tuple(None if doc is None else codec.load(File, doc) for doc in docs)

    def drafts(self, owner: str, *, limit: int) -> Steps[tuple[File, ...]]:
        found = [file for file in (yield from self._drafts()) if file.owner == owner]
        return tuple(sorted(found, key=lambda file: (file.made_at, file.id))[:limit])

    def expired_drafts(self, now: datetime, *, limit: int) -> Steps[tuple[File, ...]]:
        dated = [
            (file.expires_at, file.id, file) for file in (yield from self._drafts()) if file.expires_at is not None
        ]
        found = sorted((one for one in dated if one[0] <= now), key=lambda one: one[:2])
        return tuple(file for _, _, file in found[:limit])

    def _drafts(self) -> Steps[list[File]]:
        docs = yield from do(lambda unit: [doc for _, doc in unit.all("files", self._desk) if _is_draft(doc)])
        return [codec.load(File, doc) for doc in docs]

    def put_draft(self, file: File) -> Steps[None]:
        key, form = (self._desk, file.id), codec.dump(file)

        def write(unit: Transaction) -> None:
            found = unit.get("files", key)
            if found is None:
                unit.put("files", key, form)
            elif found != form:
                raise Conflict(f"file {file.id} is another one")

        yield from do(write)

    def drop_draft(self, file_id: str) -> Steps[bool]:
        def drop(unit: Transaction) -> bool:
            there = _is_draft(unit.get("files", (self._desk, file_id)))
            if there:
                unit.put("files", (self._desk, file_id), None)
            return there

        return (yield from do(drop))

    def is_blob_used(self, blob: str) -> Steps[bool]:
        docs = yield from do(lambda unit: [doc for _, doc in unit.all("files", self._desk)])
        return any(doc["blob"] == blob for doc in docs)

    def _take(self, unit: Transaction, file: File) -> None:
        """Keep a draft as what a ticket took."""
        key = (self._desk, file.id)
        if not _is_draft(unit.get("files", key)):
            raise Conflict(f"file {file.id} is no draft any more")
        unit.put("files", key, codec.dump(file))
