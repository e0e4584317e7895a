"""The statements for what people hand in and read in a portal: files, their bytes, and the inbox."""

from __future__ import annotations

import sqlalchemy as sa

from supportcore_sql import rows
from supportcore_sql.portable_statements import PortableStatements
from supportcore_sql.prepared import Prepared
from supportcore_sql.preparing import Statement, among, param
from supportcore_sql.tables import Tables


class PortalStatements(PortableStatements):
    """The statements for files, blobs and the inbox."""

    def __init__(self, tables: Tables, dialect: str) -> None:
        super().__init__(tables, dialect)
        files, reads = tables.files, tables.reads
        self._here = files.c.desk == param("desk")
        self._is_draft = files.c.ticket.is_(None)

        # files
        drafts = sa.select(files.c.form).where(self._here, self._is_draft)
        self.drafts: Statement = (
            drafts.where(files.c.owner == param("owner")).order_by(files.c.made_at, files.c.id).limit(param("limit"))
        )
        self.expired_drafts: Statement = (
            drafts.where(files.c.expires_at <= param("now"))
            .order_by(files.c.expires_at, files.c.id)
            .limit(param("limit"))
        )
        self.insert_file = Prepared(sa.insert(files))
        self.drop_draft: Statement = sa.delete(files).where(self._here, files.c.id == param("id"), self._is_draft)
        # The SET part is made of the parameters that are named like columns.
        self.take_file = Prepared(
            sa.update(files).where(files.c.desk == param("at_desk"), files.c.id == param("at_id"), self._is_draft)
        )
        self.blob_used: Statement = sa.select(sa.literal(1)).where(self._here, files.c.blob == param("blob")).limit(1)

        # inbox
        self.mark_read: Statement = Prepared(self.upsert(reads, {}, lambda _: {}))

        # blobs
        blobs, chunks = tables.blobs, tables.chunks
        this_blob = (blobs.c.desk == param("desk"), blobs.c.sha256 == param("sha256"))
        its_chunks = (chunks.c.desk == param("desk"), chunks.c.sha256 == param("sha256"))
        length = sa.select(blobs.c.length).where(*this_blob)
        self.blob: Statement = length
        self.blob_locked: Statement = length.with_for_update()
        self.chunk: Statement = sa.select(chunks.c.data).where(*its_chunks, chunks.c.n == param("n"))
        self.put_chunk: Statement = self.upsert(chunks, {}, lambda given: {"data": given.data})
        self.finish_blob: Statement = self.upsert(blobs, {}, lambda given: {"length": given.length})
        self.drop_blob: tuple[Statement, ...] = (
            sa.delete(blobs).where(*this_blob),
            sa.delete(chunks).where(*its_chunks),
        )

    def files(self, count: int) -> Statement:
        """Return the stored forms of *count* files, given as id0, id1 and so on."""
        table = self.tables.files
        return self.keep(("files", count), lambda: sa.select(table.c.form).where(self._here, among(table.c.id, count)))

    def drafts_locked(self, count: int) -> Statement:
        """Return the ids of those of *count* files that are drafts, given as id0, id1 and so on, and lock them."""
        table = self.tables.files
        which = (self._here, self._is_draft, among(table.c.id, count))
        locked = sa.select(table.c.id).where(*which).order_by(table.c.id).with_for_update()
        return self.keep(("drafts_locked", count), lambda: locked)

    def read_notices(self, count: int) -> Statement:
        """Return those of *count* notices that a person has read, given as id0, id1 and so on."""
        table = self.tables.reads
        which = (table.c.desk == param("desk"), table.c.person == param("person"), among(table.c.notice, count))
        return self.keep(("read_notices", count), lambda: Prepared(sa.select(table.c.notice).where(*which)))

    def inbox(self, teams: int, *, after: bool, before: bool) -> Statement:
        """
        Return notices to a person and to *teams* teams, given as team0, team1 and so on.

        With *after* and *before* strictly behind (after_at, after_id) and before (before_at, before_id).
        """
        return self.keep(("inbox", teams, after, before), lambda: self._inbox(teams, after=after, before=before))

    def _inbox(self, teams: int, *, after: bool, before: bool) -> Statement:
        table = self.tables.outbox
        at, by_id = table.c.due_at, table.c.id
        mine = [table.c.desk == param("desk"), table.c.channel == param("channel")]
        if after:
            edge = param("after_at")
            mine += [at >= edge, sa.or_(at > edge, by_id > param("after_id"))]
        if before:
            edge = param("before_at")
            mine += [at <= edge, sa.or_(at < edge, by_id < param("before_id"))]
        columns = [table.c[name] for name in rows.OUTBOX_COLUMNS]

        def to(recipient: str, *, team: bool) -> sa.Select[tuple[object, ...]]:
            role = table.c.role == "team" if team else table.c.role != "team"
            found = sa.select(*columns).where(*mine, table.c.recipient == param(recipient), role)
            return found.order_by(at.desc(), by_id.desc()).limit(param("limit"))

        if not teams:
            return to("person", team=False)
        # Each recipient is read off the index on its own, no further than the limit.
        each = [to("person", team=False), *(to(f"team{place}", team=True) for place in range(teams))]
        found = sa.union_all(*(sa.select(one.subquery()) for one in each)).subquery()
        return sa.select(found).order_by(found.c.due_at.desc(), found.c.id.desc()).limit(param("limit"))
