"""Articles and their categories, what is kept of them beside, and what the index has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.knowledge.article import STATES, VISIBILITIES, Article, Category, Reading, Revision, Suggestion
from supportcore.knowledge.postings import Posting
from supportcore.testing.strategies.values import (
    _maybe,
    _sets,
    bodies,
    flags,
    host_ids,
    instants,
    integers,
    keys,
    texts,
    titles,
)

LONGEST_TERM, LONGEST_SCOPE = 120, 80  # characters


def categories(**over: SearchStrategy[Any]) -> SearchStrategy[Category]:
    """Return categories of articles."""
    fields = {"id": host_ids(), "name": titles(), "parent": _maybe(host_ids()), "active": flags(dullest=True)}
    return st.builds(Category, **{**fields, **over})


@st.composite
def articles(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> Article:
    """Return articles of the knowledge base, for everybody, for a customer or for staff, in any state."""
    visibility = draw(over.pop("visibility", st.sampled_from(VISIBILITIES)))
    fields = {
        "id": host_ids(),
        "title": titles(),
        "body": bodies(),
        "language": st.sampled_from(("", "es", "en")) | titles(),
        "customer": host_ids() if visibility == "customer" else st.none(),
        "category": _maybe(host_ids()),
        "products": _sets(host_ids()),
        "services": _sets(host_ids()),
        "tags": _sets(host_ids()),
        "translation_of": _maybe(host_ids()),
        "state": st.sampled_from(("published", *STATES)),
        "version": integers(0),
        "author": _maybe(host_ids()),
        "origin": _maybe(host_ids()),
        "published_at": _maybe(instants()),
        "review_at": _maybe(instants()),
        "updated_at": _maybe(instants()),
        **over,
    }
    return Article(visibility=visibility, **{name: draw(strategy) for name, strategy in fields.items()})


@st.composite
def revisions(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> Revision:
    """Return changes of articles; the form is that of the article named, in the version that the change made."""
    fields = {
        "article": host_ids(),
        "n": integers(1),
        "at": instants(),
        "actor": _maybe(host_ids()),
        "action": keys(),
        "comment": bodies(),
        **over,
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    form = drawn.pop("form", None) or draw(articles(id=st.just(drawn["article"]), version=st.just(drawn["n"])))
    return Revision(form=form, **drawn)


def readings(**over: SearchStrategy[Any]) -> SearchStrategy[Reading]:
    """Return what people made of articles."""
    fields = {"article": host_ids(), "person": host_ids(), "at": instants(), "vote": st.sampled_from((0, 1, -1))}
    return st.builds(Reading, **{**fields, **over})


def suggestions(**over: SearchStrategy[Any]) -> SearchStrategy[Suggestion]:
    """Return what people were shown before they opened a ticket, and what came of it."""
    shown = st.lists(host_ids(), max_size=3, unique=True).map(tuple)
    fields = {
        "id": host_ids(),
        "person": host_ids(),
        "at": instants(),
        "articles": shown,
        "tickets": shown,
        "read": _maybe(host_ids()),
        "ticket": _maybe(host_ids()),
    }
    return st.builds(Suggestion, **{**fields, **over})


def postings(**over: SearchStrategy[Any]) -> SearchStrategy[Posting]:
    """Return what a record is found by."""
    fields = {
        "term": texts(min_size=1, max_size=LONGEST_TERM),
        "record": host_ids(),
        "impact": st.integers(0, 2_200),
        "scope": texts(max_size=LONGEST_SCOPE),
    }
    return st.builds(Posting, **{**fields, **over})
