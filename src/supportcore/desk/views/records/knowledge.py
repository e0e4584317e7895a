"""Articles: lists, pages, what a search finds, what is suggested, revisions and their difference."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.asking import ActionView
from supportcore.desk.views.records.plain import OptionView, When
from supportcore.desk.views.records.screens import Position

Visibility = Literal["public", "customers", "customer", "internal"]


@attrs.frozen(kw_only=True)
class ArticleLink:
    """
    An article in a list.

    Attributes:
        customer: Name of the one it is written for; told to staff only.
        state: Value and what it is called.
        category: Names of the category and those above it, topmost first.
        review_due: It is time to look whether it still holds; told to staff only.
    """

    id: str
    title: str
    language: str
    visibility: Visibility
    customer: str = ""
    state: OptionView
    category: tuple[str, ...] = ()
    updated: When | None = None
    review_due: bool = False


@attrs.frozen(kw_only=True)
class CategoryView:
    """
    A category of articles.

    Attributes:
        parent: Id of the category it is part of; empty at the top.
        depth: 0 at the top.
        count: Articles in it, itself and what is below, that the actor may read.
    """

    id: str
    name: str
    parent: str = ""
    depth: int = 0
    count: int


@attrs.frozen(kw_only=True)
class ArticleList:
    """
    Articles that the actor may read, by id.

    Attributes:
        next: What `articles(after=)` is given for more; empty at the end.
        total: Of all pages.
        categories: The tree that the actor may choose from, each behind the one above it; empty categories left out.
    """

    title: str
    items: tuple[ArticleLink, ...]
    next: str = ""
    total: int
    categories: tuple[CategoryView, ...] = ()
    empty: str


@attrs.frozen(kw_only=True)
class TicketLink:
    """A ticket that the actor may see."""

    id: str
    number: int
    subject: str
    state: OptionView
    opened: When


@attrs.frozen(kw_only=True)
class VoteView:
    """
    What people made of an article.

    Attributes:
        mine: 1 if it helped the actor, -1 if it did not, 0 if nothing was said.
        people: How many read it.
    """

    label: str
    mine: int
    people: int
    helpful: int
    unhelpful: int


@attrs.frozen(kw_only=True)
class ArticlePage:
    """
    An article.

    Attributes:
        body: Markdown, as it was written.
        html: The same as HTML without anything that could run; empty where the extra ``markdown`` is not installed.
        customer: Name of the one it is written for; told to staff only.
        category: The category behind those above it.
        translations: The same in other languages, as far as the actor may read them.
        author: Who wrote it first; told to staff only, as `review`, `solved` and `actions` are.
        review: When it is to be looked at again.
        solved: Tickets that it solved, as far as the actor may see them, newest first.
        actions: What may be done with it, with reasons and forms.
    """

    id: str
    title: str
    language: str
    visibility: Visibility
    customer: str = ""
    state: OptionView
    version: int
    body: str
    html: str
    category: tuple[OptionView, ...] = ()
    products: tuple[OptionView, ...] = ()
    services: tuple[OptionView, ...] = ()
    tags: tuple[str, ...] = ()
    translations: tuple[ArticleLink, ...] = ()
    published: When | None = None
    updated: When | None = None
    votes: VoteView
    author: str = ""
    review: When | None = None
    review_due: bool = False
    solved: tuple[TicketLink, ...] = ()
    actions: tuple[ActionView, ...] = ()


@attrs.frozen(kw_only=True)
class Part:
    """A piece of text, and whether it is what was looked for."""

    text: str
    hit: bool = False


@attrs.frozen(kw_only=True)
class SearchHit:
    """
    An article that was found.

    Attributes:
        title: In pieces; plain text, as `snippet` is.
        snippet: The part of the body that has most of what was looked for.
    """

    id: str
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]
    language: str
    visibility: Visibility
    category: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Respelling:
    """A word of the question that stands nowhere, and words that stand somewhere and were taken for it."""

    word: str
    taken: tuple[str, ...]


@attrs.frozen(kw_only=True)
class SearchView:
    """
    What a search found, best first.

    Attributes:
        asked: The question.
        position: Where the page lies; its cursors are empty, pages are asked for by number.
    """

    title: str
    asked: str
    items: tuple[SearchHit, ...]
    position: Position
    respelt: tuple[Respelling, ...] = ()
    empty: str


@attrs.frozen(kw_only=True)
class TicketHit:
    """A ticket that was found."""

    id: str
    number: int
    subject: tuple[Part, ...]
    state: OptionView
    opened: When


@attrs.frozen(kw_only=True)
class TicketHits:
    """Tickets that the actor may see and that hold all that was looked for, newest first."""

    title: str
    asked: str
    items: tuple[TicketHit, ...]
    more: bool
    empty: str


@attrs.frozen(kw_only=True)
class SuggestionView:
    """
    What may answer a question before a ticket is opened.

    Attributes:
        id: What `article(suggestion=)` and `open(suggestion=)` are given, so that it is known what came of it; empty if
            it was not recorded.
        articles: Best first.
        tickets: Similar ones that were resolved and that the actor may see, best first.
    """

    id: str = ""
    title: str
    articles: tuple[SearchHit, ...]
    tickets_title: str
    tickets: tuple[TicketHit, ...]


@attrs.frozen(kw_only=True)
class RevisionView:
    """A change of an article."""

    n: int
    when: When
    author: str
    action: OptionView
    comment: str


@attrs.frozen(kw_only=True)
class RevisionList:
    """
    The changes of an article, oldest first.

    Attributes:
        next: What `revisions(after=)` is given for more; 0 at the end.
    """

    title: str
    items: tuple[RevisionView, ...]
    next: int = 0


@attrs.frozen(kw_only=True)
class FieldChange:
    """A field whose value is another one; empty for none."""

    label: str
    before: str
    after: str


@attrs.frozen(kw_only=True)
class LineChange:
    """A line of the body in two revisions."""

    kind: Literal["same", "removed", "added"]
    text: str


@attrs.frozen(kw_only=True)
class DifferenceView:
    """
    What two revisions of an article differ in.

    Attributes:
        hunks: Parts of the body that changed, with up to three lines around each.
    """

    title: str
    before: int
    after: int
    fields: tuple[FieldChange, ...]
    hunks: tuple[tuple[LineChange, ...], ...]
