"""
Articles of the knowledge base, as far as the actor may read them.

``public`` is for everybody with a role on the desk; ``customers`` for whoever speaks for a customer it is written for,
or for any customer if it names none; ``internal`` for staff, who read all. One that was retired is read by nobody.
"""

from __future__ import annotations

from supportcore.desk.checks import check_whole
from supportcore.desk.views.records import ArticleLink, ArticleList, ArticlePage
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.errors import Fault, Invalid, NotFound
from supportcore.knowledge.article import Article
from supportcore.knowledge.markdown import html
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import id_fault

LIMIT = 200
"""Articles on a page, at most."""
_EMPTY = ("There are no articles.", "No hay artículos.")


def may_read(viewer: Viewer, article: Article) -> bool:
    """Return whether the actor may read *article*."""
    if not article.active:
        return False
    if viewer.is_staff or article.visibility == "public":
        return True
    if article.visibility == "internal":
        return False
    customers = viewer.actor.customers
    return bool(customers & article.customers) if article.customers else bool(customers)


def articles(ledger: Ledger, viewer: Viewer, *, after: str, limit: int) -> Steps[ArticleList]:
    """
    Return up to *limit* articles that the actor may read, by id.

    Raises:
        Invalid: *limit* is not between 1 and `LIMIT`, or *after* is no ``next`` of a list.
    """
    check_whole(limit, "limit", 1, LIMIT)
    if after != "" and id_fault(after, "after"):
        raise Invalid(Fault("after", "bad_cursor"))
    found: list[Article] = []
    ended = False
    while not ended and len(found) <= limit:
        records = yield from ledger.records_of("article", after=after, limit=LIMIT)
        ended = len(records) < LIMIT
        if records:
            after = records[-1].id
        found.extend(record for record in records if isinstance(record, Article) and may_read(viewer, record))
    items = tuple(
        ArticleLink(id=one.id, title=one.title, language=_language(viewer, one), visibility=one.visibility)
        for one in found[:limit]
    )
    more = items[-1].id if len(found) > limit else ""
    return ArticleList(title=viewer.say(*VIEW_LABELS["articles"]), items=items, next=more, empty=viewer.say(*_EMPTY))


def article(ledger: Ledger, viewer: Viewer, key: str) -> Steps[ArticlePage]:
    """
    Return an article.

    Raises:
        NotFound: There is none of this id, or none that the actor may read.
    """
    found = None
    if id_fault(key, "article") is None:
        (found,) = yield from ledger.records((("article", key),))
    if not isinstance(found, Article) or not may_read(viewer, found):
        raise NotFound(kind="article", id=key)
    return ArticlePage(
        id=found.id,
        title=found.title,
        language=_language(viewer, found),
        visibility=found.visibility,
        body=found.body,
        html=html(found.body),
    )


def _language(viewer: Viewer, article: Article) -> str:
    return article.language or viewer.desk.languages[0]
