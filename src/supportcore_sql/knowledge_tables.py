"""
The columns of the tables of the index and of what is kept of articles, after the desk.

A search reads impacts off the key of the postings; on SQLite and MariaDB that is the table, on PostgreSQL they stand
beside it. Terms that very many records have by design are counted when they come and go, in the totals: counting them
for each search would take longer than the search.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from supportcore_sql.types import KEY, Instant, Json, text

TERM, SCOPE = 120, 80
"""Characters of the term and of the scope of a posting, at most; see `supportcore.knowledge.postings`."""


def _key_of_postings() -> tuple[sa.Column[Any], ...]:
    return (text("kind", KEY), text("term", TERM), text("scope", SCOPE))


def posting_columns() -> tuple[sa.Column[Any], ...]:
    """Return what tells that a record has a term."""
    return (*_key_of_postings(), text("record"), sa.Column("impact", sa.Integer, nullable=False))


def total_columns() -> tuple[sa.Column[Any], ...]:
    """Return what tells how many records of a scope have a term."""
    return (*_key_of_postings(), sa.Column("n", sa.BigInteger, nullable=False))


def revision_columns() -> tuple[sa.Column[Any], ...]:
    """Return what a revision of an article is kept in."""
    number = sa.Column("n", sa.BigInteger, nullable=False)
    return (text("article"), number, sa.Column("form", Json, nullable=False))


def reading_columns() -> tuple[sa.Column[Any], ...]:
    """Return what tells that somebody read an article."""
    at = sa.Column("at", Instant, nullable=False)
    return (text("article"), text("person"), at, sa.Column("vote", sa.Integer, nullable=False))


def suggestion_columns() -> tuple[sa.Column[Any], ...]:
    """Return what a suggestion is kept in."""
    return (
        text("id"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("has_articles", sa.Boolean, nullable=False),
        text("read", nullable=True),
        text("ticket", nullable=True),
        sa.Column("form", Json, nullable=False),
    )
