"""
What goes through the portal: the notices that people read there, and the files that they hand in.

Whether a file is still a draft is part of every filter that writes to it, so of two that take or drop it one finds
nothing, or meets a conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ReplaceOne, UpdateOne

from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Seek, Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.files import File
from supportcore_mongo import documents
from supportcore_mongo.operations import Doc, Operation, rows

DRAFT: Doc = {"ticket": None}
"""The filter of files that no ticket took; the indexes of drafts hold no others."""


class MongoPortal:
    """Notices and files of one desk; see `supportcore.storage.ports.Inbox` and ``Files``."""

    __slots__ = ()
    _desk: str

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
        """Return notices; person and teams are branches of their own, each in the order of an index."""
        scope: Doc = {"desk": self._desk, "row.channel": channel}
        edges = [
            documents.beyond("row.due_at", Seek(key=instant_text(edge[0]), id=edge[1]), ascending=ascending)
            for edge, ascending in ((after, True), (before, False))
            if edge is not None
        ]
        if edges:
            scope["$and"] = edges
        branches = [{**scope, "row.recipient": person, "row.role": {"$ne": "team"}}]
        if teams:
            branches.append({**scope, "row.recipient": {"$in": list(teams)}, "row.role": "team"})
        order = [("row.due_at", -1), ("id", -1)]
        found = yield from rows("outbox", {"$or": branches}, order, limit, fields={"row": 1})
        return tuple(codec.load(OutboxRow, document["row"]) for document in found)

    def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
        if not ids:
            return frozenset()
        where = {"desk": self._desk, "person": person, "notice": {"$in": list(ids)}}
        found = yield Operation("reads", "find", (where, {"_id": 0, "notice": 1}))
        return frozenset(document["notice"] for document in found)

    def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
        updates = [
            UpdateOne(
                {"desk": self._desk, "person": person, "notice": notice}, {"$setOnInsert": {"at": at}}, upsert=True
            )
            for notice in dict.fromkeys(ids)
        ]
        if updates:
            yield Operation("reads", "bulk_write", (updates,), {"ordered": False})

    # -- files

    def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
        if not ids:
            return ()
        found = yield Operation("files", "find", ({"desk": self._desk, "id": {"$in": list(ids)}},))
        files = {document["id"]: documents.load_file(document) for document in found}
        return tuple(files.get(file_id) for file_id in ids)

    def drafts(self, owner: str, *, limit: int) -> Steps[tuple[File, ...]]:
        where = {"desk": self._desk, "owner": owner, **DRAFT}
        found = yield from rows("files", where, [("made_at", 1), ("id", 1)], limit)
        return tuple(documents.load_file(document) for document in found)

    def put_draft(self, file: File) -> Steps[None]:
        key, document = self._file(file)
        result = yield Operation("files", "update_one", (key, {"$setOnInsert": document}), {"upsert": True})
        if result.upserted_id is None and (yield from self.files([file.id])) != (file,):
            raise Conflict(f"there is another file {file.id}", lost=True)

    def drop_draft(self, file_id: str) -> Steps[bool]:
        key = {"desk": self._desk, "id": file_id, **DRAFT}
        return bool((yield Operation("files", "delete_one", (key,))).deleted_count)

    def expired_drafts(self, now: datetime, *, limit: int) -> Steps[tuple[File, ...]]:
        where = {"desk": self._desk, "expires_at": {"$lte": now}, **DRAFT}
        found = yield from rows("files", where, [("expires_at", 1), ("id", 1)], limit)
        return tuple(documents.load_file(document) for document in found)

    def is_blob_used(self, blob: str) -> Steps[bool]:
        where = {"desk": self._desk, "blob": blob}
        return (yield Operation("files", "find_one", (where, {"_id": 1}))) is not None

    def _take_files(self, files: Sequence[File]) -> Steps[None]:
        """Put in the place of drafts what tickets took."""
        if not files:
            return
        taken = [self._file(file) for file in files]
        updates = [ReplaceOne({**key, **DRAFT}, {**key, **document}) for key, document in taken]
        if (yield Operation("files", "bulk_write", (updates,))).matched_count != len(updates):
            told = ", ".join(file.id for file in files)
            raise Conflict(f"there is no longer a draft of each of: {told}", lost=True)

    def _file(self, file: File) -> tuple[Doc, Doc]:
        """Return the key of a file and what else its document holds."""
        document = documents.file_document(file)
        return {"desk": self._desk, "id": document.pop("id")}, document
