"""
The tables of one (prefix, schema, MetaData), and the indexes that lists and counts run on.

Rules: the desk begins every key. What is filtered or sorted by is a column of its own, and sort columns of lists are
never null; the rest of a ticket stands in ``doc``, that of a file in ``form``. Every index costs each command
something, so there is one for each kind of list that people keep open, and no more. Every constraint is named here,
whatever convention the MetaData has.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import attrs
import sqlalchemy as sa

from supportcore.errors import BadTarget
from supportcore.text import TITLE_LIMIT
from supportcore_sql.knowledge_tables import (
    posting_columns,
    reading_columns,
    revision_columns,
    suggestion_columns,
    total_columns,
)
from supportcore_sql.ticket_table import TICKET_INDEXES, ticket_columns
from supportcore_sql.types import KEY, Instant, Json, chunk_bytes, long_text, mariadb_table, sequence_number, text

REVISIONS: tuple[str, ...] = ("sc_0001",)
"""Every schema this release knows, oldest first; the last one is what it works on."""
LEAVING = "leaving "
"""Begins the version, on MariaDB, while tables are taken away: a part of them may be gone."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,29}").fullmatch


@attrs.frozen(kw_only=True, eq=False)
class Tables:
    """The tables, and the name of the one that tells their version."""

    prefix: str
    schema: str | None
    metadata: sa.MetaData
    tickets: sa.Table
    history: sa.Table
    contents: sa.Table
    receipts: sa.Table
    outbox: sa.Table
    records: sa.Table
    rules: sa.Table
    numbers: sa.Table
    parked: sa.Table
    blobs: sa.Table
    chunks: sa.Table
    files: sa.Table
    reads: sa.Table
    postings: sa.Table
    totals: sa.Table
    revisions: sa.Table
    readings: sa.Table
    suggestions: sa.Table

    @property
    def version_table(self) -> str:
        """Name of the table that holds the revision."""
        return self.prefix + "schema_version"

    @property
    def names(self) -> frozenset[str]:
        """Names of all tables but the one of the version."""
        every = (self.tickets, self.history, self.contents, self.receipts, self.outbox, self.records, self.rules,
                 self.numbers, self.parked, self.blobs, self.chunks, self.files, self.reads, self.postings, self.totals,
                 self.revisions, self.readings, self.suggestions)  # fmt: skip
        return frozenset(table.name for table in every)


def build_tables(prefix: str = "sc_", schema: str | None = None, metadata: sa.MetaData | None = None) -> Tables:
    """
    Return the tables, made in *metadata*.

    Args:
        prefix: Begins every name; letters, digits and underscores, 30 at most, or empty.
        schema: Database schema they live in.
        metadata: A host's own, if it wants to see them there; a new one otherwise.

    Raises:
        BadTarget: A prefix or schema that is no name.
    """
    for what, name in (("prefix", prefix), ("schema", schema)):
        if name and not _NAME(name):
            raise BadTarget(why=f"{what} {name!r}: letters, digits and underscores, at most 30, no digit first")
    metadata = sa.MetaData() if metadata is None else metadata

    def table(name: str, *parts: sa.schema.SchemaItem, **options: Any) -> sa.Table:
        return sa.Table(prefix + name, metadata, *parts, schema=schema, **mariadb_table(), **options)

    def primary(name: str, *columns: str, **options: Any) -> sa.PrimaryKeyConstraint:
        return sa.PrimaryKeyConstraint(*columns, name=f"pk_{prefix}{name}", **options)

    def index(name: str, *columns: str) -> sa.Index:
        return sa.Index(f"ix_{prefix}{name}", *columns)

    def desk() -> sa.Column[str]:
        return text("desk", KEY)

    return Tables(
        prefix=prefix,
        schema=schema,
        metadata=metadata,
        tickets=table(
            "tickets",
            desk(),
            *ticket_columns(),
            primary("tickets", "desk", "id"),
            sa.UniqueConstraint("desk", "number", name=f"uq_{prefix}tickets_number"),
            *(index(f"tickets_{name}", "desk", *columns) for name, columns in TICKET_INDEXES),
        ),
        history=table(
            "history",
            sa.Column("row_id", sequence_number(), autoincrement=True, nullable=False),
            desk(),
            sa.Column("sequence", sa.BigInteger),
            text("ticket"),
            sa.Column("position", sa.BigInteger, nullable=False),
            text("command_id"),
            text("name", KEY),
            sa.Column("version", sa.Integer, nullable=False),
            sa.Column("recorded_at", Instant, nullable=False),
            sa.Column("body", Json, nullable=False),
            primary("history", "row_id"),
            sa.UniqueConstraint("desk", "ticket", "position", name=f"uq_{prefix}history_position"),
            index("history_feed", "desk", "sequence", "row_id"),
        ),
        contents=table(
            "contents",
            desk(),
            text("ticket"),
            sa.Column("position", sa.BigInteger, nullable=False),
            text("id"),
            text("kind", KEY),
            text("audience", KEY),
            text("author"),
            sa.Column("body", long_text(), nullable=False),
            text("salt"),
            primary("contents", "desk", "ticket", "position", "id"),
        ),
        receipts=table(
            "receipts",
            desk(),
            text("command_id"),
            text("digest", 255),
            text("id"),
            sa.Column("number", sa.BigInteger, nullable=False),
            sa.Column("version", sa.BigInteger, nullable=False),
            text("state", KEY),
            sa.Column("at", Instant, nullable=False),
            primary("receipts", "desk", "command_id"),
        ),
        outbox=table(
            "outbox",
            desk(),
            text("id"),
            text("ticket"),
            sa.Column("position", sa.BigInteger, nullable=False),
            text("rule", KEY),
            text("role", KEY),
            text("recipient"),
            text("channel", KEY),
            text("template", KEY),
            sa.Column("due_at", Instant, nullable=False),
            text("status", KEY),
            sa.Column("next_at", Instant, nullable=False),
            sa.Column("attempts", sa.Integer, nullable=False),
            text("token", 255, True),
            sa.Column("leased_until", Instant),
            sa.Column("sent_at", Instant),
            sa.Column("error", long_text(), nullable=False),
            primary("outbox", "desk", "id"),
            index("outbox_next", "desk", "status", "next_at", "id"),
            index("outbox_inbox", "desk", "channel", "recipient", "due_at", "id"),
        ),
        records=table(
            "records",
            desk(),
            text("kind", KEY),
            text("id"),
            sa.Column("active", sa.Boolean, nullable=False),
            text("translation_of", nullable=True),
            sa.Column("body", long_text(), nullable=False),
            primary("records", "desk", "kind", "id"),
            index("records_translations", "desk", "translation_of", "id"),
        ),
        rules=table(
            "rules",
            desk(),
            text("rules_hash"),
            sa.Column("document", long_text(), nullable=False),
            primary("rules", "desk", "rules_hash"),
        ),
        numbers=table(
            "numbers",
            desk(),
            text("name", KEY),
            sa.Column("n", sa.BigInteger, nullable=False),
            primary("numbers", "desk", "name"),
        ),
        parked=table(
            "parked",
            desk(),
            text("ticket"),
            sa.Column("until", Instant, nullable=False),
            sa.Column("attempts", sa.Integer, nullable=False),
            sa.Column("error", long_text(), nullable=False),
            primary("parked", "desk", "ticket"),
        ),
        blobs=table(
            "blobs",
            desk(),
            text("sha256"),
            sa.Column("length", sa.BigInteger, nullable=False),
            primary("blobs", "desk", "sha256"),
        ),
        chunks=table(
            "chunks",
            desk(),
            text("sha256"),
            sa.Column("n", sa.BigInteger, nullable=False),
            sa.Column("data", chunk_bytes(), nullable=False),
            primary("chunks", "desk", "sha256", "n"),
        ),
        files=table(
            "files",
            desk(),
            text("id"),
            text("owner"),
            text("ticket", nullable=True),
            text("blob", TITLE_LIMIT),
            sa.Column("made_at", Instant, nullable=False),
            sa.Column("expires_at", Instant),
            sa.Column("form", Json, nullable=False),
            primary("files", "desk", "id"),
            index("files_drafts", "desk", "owner", "ticket", "made_at", "id"),
            index("files_expiry", "desk", "expires_at", "id"),
            index("files_blob", "desk", "blob"),
        ),
        reads=table(
            "reads",
            desk(),
            text("person"),
            text("notice"),
            sa.Column("at", Instant, nullable=False),
            primary("reads", "desk", "person", "notice"),
        ),
        postings=table(
            "postings",
            desk(),
            *posting_columns(),
            primary("postings", "desk", "kind", "term", "scope", "record", postgresql_include=["impact"]),
            sqlite_with_rowid=False,
        ),
        totals=table("totals", desk(), *total_columns(), primary("totals", "desk", "kind", "term", "scope")),
        revisions=table("revisions", desk(), *revision_columns(), primary("revisions", "desk", "article", "n")),
        readings=table("readings", desk(), *reading_columns(), primary("readings", "desk", "article", "person")),
        suggestions=table(
            "suggestions",
            desk(),
            *suggestion_columns(),
            primary("suggestions", "desk", "id"),
            index("suggestions_at", "desk", "at"),
        ),
    )


@lru_cache(maxsize=64)
def tables_for(prefix: str, schema: str | None) -> Tables:
    """Return the tables of a prefix and schema; the same ones each time, so their statements are prepared once."""
    return build_tables(prefix, schema)
