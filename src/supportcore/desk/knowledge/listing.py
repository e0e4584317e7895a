"""
Lists of articles, by id, and the tree of categories they stand in.

A list is asked of the index, within the scopes of its actor, so that what is hidden costs nothing and is not counted. A
page begins behind the last article of the page before: what did not change meanwhile is neither skipped nor repeated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from supportcore.analysis import fold
from supportcore.articles.permissions import sees, state_label
from supportcore.desk.checks import check_whole
from supportcore.desk.knowledge.filters import category_tree, required_of
from supportcore.desk.views.names import load_names
from supportcore.desk.views.records import ArticleLink, ArticleList, CategoryView, OptionView
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.errors import Fault, Invalid, NotFound
from supportcore.knowledge.article import UNPUBLISHED, Article, Category, scopes
from supportcore.knowledge.indexing import mark
from supportcore.knowledge.postings import ARTICLES, Search
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import id_fault

LIMIT = 200
"""Articles on a page, at most."""
_TOP = ""  # in the place of the category above one
_EMPTY = ("There are no articles.", "No hay artículos.")


def articles(ledger: Ledger, viewer: Viewer, *, after: str, limit: int, where: object) -> Steps[ArticleList]:
    """
    Return up to *limit* articles that the actor may read, by id.

    Args:
        where: Filter to value or list of values, see `supportcore.desk.knowledge.filters`; published ones by default.

    Raises:
        Invalid: *limit* is not between 1 and `LIMIT`, *after* is no ``next`` of a list, or a filter cannot be.
    """
    check_whole(limit, "limit", 1, LIMIT)
    if after != "" and id_fault(after, "after"):
        raise Invalid(Fault("after", "bad_cursor"))
    mine = scopes_of(viewer)
    required = yield from required_of(ledger, viewer, where, states=True)
    found = yield from ledger.search(
        Search(kind=ARTICLES, scopes=mine, required=required, after=after, limit=limit + 1)
    )
    total = found.total
    if after:
        whole = yield from ledger.search(Search(kind=ARTICLES, scopes=mine, required=required, limit=0))
        total = whole.total
    shown = found.hits[:limit]
    read = (yield from ledger.records([(ARTICLES, hit.record) for hit in shown])) if shown else ()
    # A database may let a transaction see what was committed since the search.
    records = [one for one in read if isinstance(one, Article) and sees(viewer.desk, viewer.actor, one)]
    tree = yield from category_tree(ledger)
    names = yield from customers_of(ledger, viewer, records)
    return ArticleList(
        title=viewer.say(*VIEW_LABELS["articles"]),
        items=tuple(link(viewer, one, tree, names) for one in records),
        next=shown[-1].record if len(found.hits) > limit else "",
        total=total,
        categories=(yield from _categories(ledger, viewer, tree)),
        empty=viewer.say(*_EMPTY),
    )


def readable(ledger: Ledger, viewer: Viewer, key: object) -> Steps[Article]:
    """
    Return an article that the actor may read.

    Raises:
        NotFound: There is none of this id, or none that the actor may read.
    """
    found: Any = None
    if isinstance(key, str) and id_fault(key, "article") is None:
        (found,) = yield from ledger.records((("article", key),))
    if not isinstance(found, Article) or not sees(viewer.desk, viewer.actor, found):
        raise NotFound(kind="article", id=key)
    return found


def scopes_of(viewer: Viewer) -> tuple[str, ...] | None:
    """Return the scopes that the actor may read; None means all of them."""
    return scopes(staff=viewer.is_staff, customers=viewer.actor.customers)


def customers_of(ledger: Ledger, viewer: Viewer, articles: Iterable[Article]) -> Steps[Mapping[str, str]]:
    """Return the names of the customers that articles are for, by id; nobody but staff is told."""
    ids = sorted({one.customer for one in articles if one.customer is not None}) if viewer.is_staff else []
    if not ids:
        return {}
    names = yield from load_names(ledger, viewer, refs=[("customer", id_) for id_ in ids])
    return {id_: names.record("customer", id_) for id_ in ids}


def link(viewer: Viewer, article: Article, tree: Mapping[str, Category], customers: Mapping[str, str]) -> ArticleLink:
    """
    Return an article as a line of a list.

    Args:
        tree: All categories, by id.
        customers: Names of customers, see `customers_of`.
    """
    return ArticleLink(
        id=article.id,
        title=article.title,
        language=language_of(viewer, article),
        visibility=article.visibility,
        customer=customers.get(article.customer or "", ""),
        state=state_of(viewer, article),
        category=tuple(category.name for category in path(tree, article.category)),
        updated=None if article.updated_at is None else viewer.when(article.updated_at),
        review_due=is_review_due(viewer, article),
    )


def language_of(viewer: Viewer, article: Article) -> str:
    """Return the language of an article: the desk's first where it tells none."""
    return article.language or viewer.desk.languages[0]


def state_of(viewer: Viewer, article: Article) -> OptionView:
    """Return the state of an article and what it is called."""
    return OptionView(value=article.state, title=state_label(viewer.desk, article.state, viewer.actor.locale))


def is_review_due(viewer: Viewer, article: Article) -> bool:
    """Return whether it is time to look at an article again; nobody but staff is told."""
    return viewer.is_staff and article.review_at is not None and article.review_at <= viewer.now


def path(tree: Mapping[str, Category], category: str | None) -> tuple[Category, ...]:
    """Return a category behind those above it, topmost first; nothing for one that is not there."""
    found: dict[str, Category] = {}
    while category is not None and category not in found and (one := tree.get(category)) is not None:
        found[category] = one
        category = one.parent
    return tuple(reversed(found.values()))


def _categories(ledger: Ledger, viewer: Viewer, tree: Mapping[str, Category]) -> Steps[tuple[CategoryView, ...]]:
    """Return the categories that hold something published that the actor may read, each behind the one above it."""
    if not tree:
        return ()
    marks = {id_: mark("category", id_) for id_ in tree}
    found = yield from ledger.frequencies(ARTICLES, tuple(marks.values()), scopes=scopes_of(viewer))
    hidden: Mapping[str, int] = {}
    if viewer.is_staff:  # whose scopes are all, and with them what is not published
        hidden = yield from ledger.frequencies(ARTICLES, tuple(marks.values()), scopes=(UNPUBLISHED,))
    below: dict[str, list[Category]] = defaultdict(list)
    for one in sorted(tree.values(), key=lambda category: (fold(category.name), category.id), reverse=True):
        below[one.parent if one.parent is not None and one.parent in tree else _TOP].append(one)
    counts = {id_: found.get(term, 0) - hidden.get(term, 0) for id_, term in marks.items()}
    order: list[tuple[Category, str, int]] = []
    waiting = [(one, _TOP, 0) for one in below[_TOP]]
    while waiting:
        one, parent, depth = waiting.pop()
        order.append((one, parent, depth))
        waiting += [(child, one.id, depth + 1) for child in below[one.id]]
    for one, parent, _ in reversed(order):
        if parent != _TOP:
            counts[parent] += counts[one.id]
    return tuple(
        CategoryView(id=one.id, name=one.name, parent=parent, depth=depth, count=counts[one.id])
        for one, parent, depth in order
        if counts[one.id]
    )
