"""The tables of the first release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from supportcore_sql.migrations.names import names_here
from supportcore_sql.types import (
    Instant,
    InstantOrNever,
    Json,
    chunk_bytes,
    key_text,
    long_text,
    mariadb_table,
    sequence_number,
)

revision = "sc_0001"
down_revision = None
branch_labels = ("supportcore",)
depends_on = None

TABLES = (
    "tickets",
    "history",
    "contents",
    "receipts",
    "outbox",
    "records",
    "rules",
    "numbers",
    "parked",
    "blobs",
    "chunks",
    "files",
    "reads",
    "postings",
    "totals",
    "revisions",
    "readings",
    "suggestions",
)

TICKETS = "tickets"
INDEXES = (
    # table, index, columns; of all tickets, how many are alike in the first column, the first two, and so on
    ("tickets", "tickets_updated", ("desk", "updated_at", "id"), (20000, 1, 1)),
    ("tickets", "tickets_open", ("desk", "is_open", "updated_at", "id"), (20000, 10000, 1, 1)),
    ("tickets", "tickets_customer", ("desk", "customer", "updated_at", "id"), (20000, 100, 1, 1)),
    ("tickets", "tickets_contact", ("desk", "contact", "updated_at", "id"), (20000, 40, 1, 1)),
    ("tickets", "tickets_assignee", ("desk", "assignee", "is_open", "updated_at", "id"), (20000, 1000, 50, 1, 1)),
    ("tickets", "tickets_board", ("desk", "is_open", "area", "state"), (20000, 10000, 1000, 100)),
    ("tickets", "tickets_wake", ("desk", "wake_at", "id"), (20000, 100, 1)),
    ("tickets", "tickets_due", ("desk", "due_at", "id"), (20000, 100, 1)),
    ("history", "history_feed", ("desk", "sequence", "row_id"), ()),
    ("outbox", "outbox_next", ("desk", "status", "next_at", "id"), ()),
    ("outbox", "outbox_inbox", ("desk", "channel", "recipient", "due_at", "id"), ()),
    ("records", "records_translations", ("desk", "translation_of", "id"), ()),
    ("files", "files_drafts", ("desk", "owner", "ticket", "made_at", "id"), ()),
    ("files", "files_expiry", ("desk", "expires_at", "id"), ()),
    ("files", "files_blob", ("desk", "blob"), ()),
    ("suggestions", "suggestions_at", ("desk", "at"), ()),
)


def _key(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, key_text(40), nullable=nullable)


def _id(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, key_text(64), nullable=nullable)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, long_text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    names = names_here()
    resumed = names.claim()

    def create(
        name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...], beside_key: tuple[str, ...] = (), **options: Any
    ) -> None:
        beside: dict[str, Any] = {"postgresql_include": list(beside_key)} if beside_key else {}
        primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{names(name)}", **beside)
        options = {**mariadb_table(), **options, "schema": names.schema, "if_not_exists": resumed or None}
        op.create_table(names(name), *parts, primary, **options)

    create(
        "tickets",
        _key("desk"),
        _id("id"),
        _count("number"),
        _count("version"),
        _id("rules_hash"),
        sa.Column("subject", key_text(255), nullable=False),
        _key("state"),
        _key("category"),
        _key("outcome", True),
        _key("waiting_on", True),
        _id("customer", True),
        _id("contact", True),
        _id("product", True),
        _id("module", True),
        _id("product_version", True),
        _id("service", True),
        _id("project", True),
        _key("type", True),
        _key("priority", True),
        _key("urgency", True),
        _key("area", True),
        _key("origin", True),
        _id("team", True),
        _id("responsible", True),
        _id("assignee", True),
        _id("agreement", True),
        _id("levels", True),
        _id("reference", True),
        _key("approval", True),
        _id("merged_into", True),
        _small("priority_rank"),
        sa.Column("rating", sa.BigInteger),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("reassigned", sa.Boolean, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("rated", sa.Boolean, nullable=False),
        sa.Column("worded", sa.Boolean, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("last_reply_at", InstantOrNever, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("imported_at", Instant),
        sa.Column("responded_at", Instant),
        sa.Column("unanswered_at", Instant),
        sa.Column("wake_at", InstantOrNever, nullable=False),
        sa.Column("due_at", InstantOrNever, nullable=False),
        sa.Column("green_at", Instant),
        sa.Column("amber_at", Instant),
        sa.Column("red_at", Instant),
        sa.Column("doc", Json, nullable=False),
        sa.UniqueConstraint("desk", "number", name=f"uq_{names('tickets_number')}"),
        key=("desk", "id"),
    )
    create(
        "history",
        sa.Column("row_id", sequence_number(), autoincrement=True, nullable=False),
        _key("desk"),
        sa.Column("sequence", sa.BigInteger),
        _id("ticket"),
        _count("position"),
        _id("command_id"),
        _key("name"),
        _small("version"),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.UniqueConstraint("desk", "ticket", "position", name=f"uq_{names('history_position')}"),
        key=("row_id",),
    )
    create(
        "contents",
        _key("desk"),
        _id("ticket"),
        _count("position"),
        _id("id"),
        _key("kind"),
        _key("audience"),
        _id("author"),
        _long("body"),
        _id("salt"),
        key=("desk", "ticket", "position", "id"),
    )
    create(
        "receipts",
        _key("desk"),
        _id("command_id"),
        sa.Column("digest", key_text(255), nullable=False),
        _id("id"),
        _count("number"),
        _count("version"),
        _key("state"),
        sa.Column("at", Instant, nullable=False),
        key=("desk", "command_id"),
    )
    create(
        "outbox",
        _key("desk"),
        _id("id"),
        _id("ticket"),
        _count("position"),
        _key("rule"),
        _key("role"),
        _id("recipient"),
        _key("channel"),
        _key("template"),
        sa.Column("due_at", Instant, nullable=False),
        _key("status"),
        sa.Column("next_at", Instant, nullable=False),
        _small("attempts"),
        sa.Column("token", key_text(255)),
        sa.Column("leased_until", Instant),
        sa.Column("sent_at", Instant),
        _long("error"),
        key=("desk", "id"),
    )
    create(
        "records",
        _key("desk"),
        _key("kind"),
        _id("id"),
        sa.Column("active", sa.Boolean, nullable=False),
        _id("translation_of", True),
        _long("body"),
        key=("desk", "kind", "id"),
    )
    create("rules", _key("desk"), _id("rules_hash"), _long("document"), key=("desk", "rules_hash"))
    create("numbers", _key("desk"), _key("name"), _count("n"), key=("desk", "name"))
    create(
        "parked",
        _key("desk"),
        _id("ticket"),
        sa.Column("until", Instant, nullable=False),
        _small("attempts"),
        _long("error"),
        key=("desk", "ticket"),
    )
    create("blobs", _key("desk"), _id("sha256"), _count("length"), key=("desk", "sha256"))
    data = sa.Column("data", chunk_bytes(), nullable=False)
    create("chunks", _key("desk"), _id("sha256"), _count("n"), data, key=("desk", "sha256", "n"))
    create(
        "files",
        _key("desk"),
        _id("id"),
        _id("owner"),
        _id("ticket", True),
        sa.Column("blob", key_text(255), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.Column("form", Json, nullable=False),
        key=("desk", "id"),
    )
    at = sa.Column("at", Instant, nullable=False)
    create("reads", _key("desk"), _id("person"), _id("notice"), at, key=("desk", "person", "notice"))
    create(
        "postings",
        _key("desk"),
        _key("kind"),
        sa.Column("term", key_text(120), nullable=False),
        sa.Column("scope", key_text(80), nullable=False),
        _id("record"),
        _small("impact"),
        key=("desk", "kind", "term", "scope", "record"),
        beside_key=("impact",),
        sqlite_with_rowid=False,
    )
    create(
        "totals",
        _key("desk"),
        _key("kind"),
        sa.Column("term", key_text(120), nullable=False),
        sa.Column("scope", key_text(80), nullable=False),
        _count("n"),
        key=("desk", "kind", "term", "scope"),
    )
    create(
        "revisions",
        _key("desk"),
        _id("article"),
        _count("n"),
        sa.Column("form", Json, nullable=False),
        key=("desk", "article", "n"),
    )
    create(
        "readings",
        _key("desk"),
        _id("article"),
        _id("person"),
        sa.Column("at", Instant, nullable=False),
        _small("vote"),
        key=("desk", "article", "person"),
    )
    create(
        "suggestions",
        _key("desk"),
        _id("id"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("has_articles", sa.Boolean, nullable=False),
        _id("read", True),
        _id("ticket", True),
        sa.Column("form", Json, nullable=False),
        key=("desk", "id"),
    )
    for table, index, columns, _ in INDEXES:
        name = f"ix_{names(index)}"
        op.create_index(name, names(table), list(columns), schema=names.schema, if_not_exists=resumed or None)
    if op.get_context().dialect.name == "sqlite":
        names.expect(TICKETS, {f"ix_{names(index)}": seen for table, index, _, seen in INDEXES if table == "tickets"})
    names.arrived(revision)


def downgrade() -> None:
    names = names_here()
    names.leaving(revision)
    for table in reversed(TABLES):
        op.drop_table(names(table), schema=names.schema, if_exists=True)
    names.left(revision, down_revision)
