"""Files, their bytes, and the inbox of one desk in SQL, each operation written once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Steps
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.files import File
from supportcore_sql import rows
from supportcore_sql.portable import PortableSql
from supportcore_sql.preparing import REFS_AT_ONCE

T = TypeVar("T")
TEAMS_AT_ONCE = 64
"""Teams whose notices one statement looks for at most; SQLite puts 500 queries together at most."""


def parts(ids: Sequence[T], size: int = REFS_AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield *ids* in parts of which the database is asked at once."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _named(ids: Sequence[str]) -> dict[str, Any]:
    return {f"id{place}": one for place, one in enumerate(ids)}


class PortalSql(PortableSql):
    """What people hand in and read in a portal; see `supportcore.storage.ports.Inbox`, ``Files`` and ``Blobs``."""

    __slots__ = ()

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
        """Return notices on a channel to a person or her teams, latest first."""
        params: dict[str, Any] = {"desk": self._desk, "person": person, "channel": channel, "limit": limit}
        if after is not None:
            params["after_at"], params["after_id"] = after
        if before is not None:
            params["before_at"], params["before_id"] = before
        found: dict[str, OutboxRow] = {}
        for part in [*parts(tuple(dict.fromkeys(teams)), TEAMS_AT_ONCE)] or [()]:
            statement = self._sql.inbox(len(part), after=after is not None, before=before is not None)
            told = {f"team{place}": team for place, team in enumerate(part)}
            for row in (yield statement, params | told):
                notice = rows.load_outbox(row)
                found[notice.id] = notice
        latest = sorted(found.values(), key=lambda row: (row.due_at, row.id), reverse=True)
        return tuple(latest[:limit])

    def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
        """Return those of *ids* that the person has read."""
        found: set[str] = set()
        for part in parts(tuple(dict.fromkeys(ids))):
            params = {"desk": self._desk, "person": person, **_named(part)}
            found.update((yield self._sql.read_notices(len(part)), params).scalars())
        return frozenset(found)

    def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
        """Note that a person has read notices; always in the same order, so that nobody waits in a circle."""
        read = [{"desk": self._desk, "person": person, "notice": notice, "at": at} for notice in sorted(set(ids))]
        if read:
            yield self._sql.mark_read, read

    # -- files

    def files(self, ids: Sequence[str]) -> Steps[tuple[File | None, ...]]:
        """Return the files named, in that order."""
        found: dict[str, File] = {}
        for part in parts(tuple(dict.fromkeys(ids))):
            for file in _files((yield self._sql.files(len(part)), {"desk": self._desk, **_named(part)})):
                found[file.id] = file
        return tuple([found.get(file_id) for file_id in ids])

    def drafts(self, owner: str, *, limit: int) -> Steps[tuple[File, ...]]:
        """Return files of *owner* that no ticket took, by ``made_at``, then by id."""
        return _files((yield self._sql.drafts, {"desk": self._desk, "owner": owner, "limit": limit}))

    def expired_drafts(self, now: datetime, *, limit: int) -> Steps[tuple[File, ...]]:
        """Return drafts whose ``expires_at <= now``, earliest first, then by id."""
        return _files((yield self._sql.expired_drafts, {"desk": self._desk, "now": now, "limit": limit}))

    def put_draft(self, file: File) -> Steps[None]:
        """Store a draft; storing it again changes nothing."""
        (found,) = yield from self.files([file.id])
        if found is None:
            yield self._sql.insert_file, rows.file_row(self._desk, file)
        elif found != file:
            raise Conflict(f"file {file.id} is another one")

    def drop_draft(self, file_id: str) -> Steps[bool]:
        """Remove a draft."""
        return bool((yield self._sql.drop_draft, {"desk": self._desk, "id": file_id}).rowcount == 1)

    def is_blob_used(self, blob: str) -> Steps[bool]:
        """Return whether any file has its bytes under this key."""
        return (yield self._sql.blob_used, {"desk": self._desk, "blob": blob}).first() is not None

    def _lock_drafts(self, files: Sequence[File]) -> Steps[None]:
        """Make sure that files are drafts, each named once, and stay so until they are taken."""
        locked: set[str] = set()
        for part in parts(sorted({file.id for file in files})):
            locked.update((yield self._sql.drafts_locked(len(part)), {"desk": self._desk, **_named(part)}).scalars())
        if len(locked) < len(files):
            raise Conflict("a file is no draft any more")

    # -- blobs

    def blob(self, sha256: str, *, lock: bool = False) -> Steps[int | None]:
        """Return the length of a blob in bytes, or None if there is none."""
        statement = self._sql.blob_locked if lock else self._sql.blob
        found: int | None = (yield statement, {"desk": self._desk, "sha256": sha256}).scalar_one_or_none()
        return found

    def chunk(self, sha256: str, n: int) -> Steps[bytes | None]:
        """Return chunk *n* of a blob."""
        found = (yield self._sql.chunk, {"desk": self._desk, "sha256": sha256, "n": n}).scalar_one_or_none()
        return None if found is None else bytes(found)

    def put_chunk(self, sha256: str, n: int, data: bytes) -> Steps[None]:
        """Store a chunk; storing it again changes nothing."""
        yield self._sql.put_chunk, {"desk": self._desk, "sha256": sha256, "n": n, "data": data}

    def finish_blob(self, sha256: str, length: int) -> Steps[None]:
        """Make a blob of the chunks stored."""
        yield self._sql.finish_blob, {"desk": self._desk, "sha256": sha256, "length": length}

    def drop_blob(self, sha256: str) -> Steps[None]:
        """Remove a blob and its chunks."""
        for statement in self._sql.drop_blob:
            yield statement, {"desk": self._desk, "sha256": sha256}


def _files(found: Any) -> tuple[File, ...]:
    return tuple([codec.load(File, form) for form in found.scalars()])
