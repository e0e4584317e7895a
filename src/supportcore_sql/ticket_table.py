"""The columns and indexes of the table of tickets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from supportcore.text import ID_LIMIT, TITLE_LIMIT
from supportcore_sql.types import KEY, Instant, InstantOrNever, Json, text

# (name, length, nullable) of the text columns of a ticket, after desk, id, number and version
_TEXTS: tuple[tuple[str, int, bool], ...] = (
    ("rules_hash", ID_LIMIT, False),
    ("subject", TITLE_LIMIT, False),
    ("state", KEY, False),
    ("category", KEY, False),
    ("outcome", KEY, True),
    ("waiting_on", KEY, True),
    ("customer", ID_LIMIT, True),
    ("contact", ID_LIMIT, True),
    ("product", ID_LIMIT, True),
    ("module", ID_LIMIT, True),
    ("product_version", ID_LIMIT, True),
    ("service", ID_LIMIT, True),
    ("project", ID_LIMIT, True),
    ("type", KEY, True),
    ("priority", KEY, True),
    ("urgency", KEY, True),
    ("area", KEY, True),
    ("origin", KEY, True),
    ("team", ID_LIMIT, True),
    ("responsible", ID_LIMIT, True),
    ("assignee", ID_LIMIT, True),
    ("agreement", ID_LIMIT, True),
    ("levels", ID_LIMIT, True),
    ("reference", ID_LIMIT, True),
    ("approval", KEY, True),
    ("merged_into", ID_LIMIT, True),
)

TICKET_INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("updated", ("updated_at", "id")),
    ("open", ("is_open", "updated_at", "id")),
    ("customer", ("customer", "updated_at", "id")),  # a customer's own list shows what is closed, too
    ("contact", ("contact", "updated_at", "id")),
    ("assignee", ("assignee", "is_open", "updated_at", "id")),  # an agent's closed tickets are many
    ("board", ("is_open", "area", "state")),
    ("wake", ("wake_at", "id")),
    ("due", ("due_at", "id")),
)
"""Name and columns, after the desk, of each index."""


def ticket_columns() -> tuple[sa.Column[Any], ...]:
    """Return all columns but the desk."""
    return (
        text("id"),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        *(text(name, length, nullable) for name, length, nullable in _TEXTS),
        sa.Column("priority_rank", sa.Integer, nullable=False),
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
    )
