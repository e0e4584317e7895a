"""
What a change of an article comes to: the article with its stamps, the revision that holds it, and its index.

Pure, and the one place for it: commands and what a host puts go through here. So the stored article is its last
revision, its version counts its revisions, and the index is what the article makes it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import attrs

from supportcore.definition.model import Definition
from supportcore.knowledge.article import Article, Revision
from supportcore.knowledge.indexing import article_postings
from supportcore.knowledge.postings import ARTICLES, difference
from supportcore.tickets.commands import Decision

STAMPS = ("version", "published_at", "review_at", "updated_at")
"""Fields that tell when and how often an article was changed, and nothing of what it says."""
LOOKED_AT = ("publish", "confirm")
"""Actions after which an article need not be looked at for a while."""
_LAST = datetime(2199, 12, 31, tzinfo=UTC)  # instants end with that year: supportcore.text


def same(before: Article | None, after: Article) -> bool:
    """Return whether *after* says what *before* does, whenever that was."""
    if before is None:
        return False
    return before == attrs.evolve(after, **{name: getattr(before, name) for name in STAMPS})


def revised(
    desk: Definition,
    before: Article | None,
    after: Article,
    *,
    at: datetime,
    actor: str | None,
    action: str,
    comment: str = "",
) -> Decision:
    """
    Return what is saved of a change from *before* to *after*; no receipt is in it yet.

    Args:
        before: The article as it is stored; None for a new one.
        after: As it is to be, with the stamps of *before*; its version and last instant are told here.
        at: When it happens; a revision is never earlier than the one before it.
        actor: Who did it; None for the host.
        action: ``create``, ``revise``, ``put``, or an action of the lifecycle.
    """
    if before is not None and before.updated_at is not None:
        at = max(at, before.updated_at)
    version = (0 if before is None else before.version) + 1
    stamped = attrs.evolve(
        after,
        version=version,
        updated_at=at,
        published_at=after.published_at or (at if after.state == "published" else None),
        review_at=_review_at(desk, before, after, action=action, at=at),
    )
    revision = Revision(article=after.id, n=version, at=at, actor=actor, action=action, comment=comment, form=stamped)
    language = desk.languages[0]
    had = () if before is None else article_postings(before, language)
    indexing = difference(ARTICLES, had, article_postings(stamped, language))
    return Decision(articles=((stamped, revision),), indexing=indexing)


def _review_at(
    desk: Definition, before: Article | None, after: Article, *, action: str, at: datetime
) -> datetime | None:
    """Return when a published article is to be looked at: anew after somebody did, or once it is published."""
    if after.state != "published":
        return None
    begins = after.review_at is None and (before is None or before.state != "published")
    if not begins and action not in LOOKED_AT:
        return after.review_at
    span = desk.knowledge.review_after
    return None if span is None else min(at + span, _LAST)
