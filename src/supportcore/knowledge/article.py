"""
Articles of the knowledge base, the tree of categories they stand in, and what people made of them.

An article is changed by commands (`supportcore.articles`), or put by a host like any record; each change makes a
revision, which is never changed. Only what is published is found and shown to those whom it is written for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

import attrs

from supportcore import text
from supportcore.errors import Fault, Invalid

Visibility = Literal["public", "customers", "customer", "internal"]
"""Who may read it: everybody with a role on the desk; whoever speaks for a customer; for one customer; staff alone."""
State = Literal["draft", "review", "published", "retired"]
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
STATES: tuple[State, ...] = get_args(State)


@attrs.frozen(kw_only=True)
class Category:
    """
    A place in the tree of articles.

    Attributes:
        parent: Id of the category it is part of; None at the top.
    """

    id: str = text.host_id()
    name: str = text.title()
    parent: str | None = text.host_id(None)
    active: bool = True


@attrs.frozen(kw_only=True)
class Article:
    """
    An answer that is worth keeping.

    Attributes:
        body: Markdown.
        language: Such as ``es``; empty means the desk's first.
        visibility: One of `VISIBILITIES`.
        customer: Id of the one it is written for; given if and only if the visibility is ``customer``.
        category: Id of a category.
        products: Ids of products it is about; services likewise.
        translation_of: Id of the article it is a translation of, which is none itself.
        state: One of `STATES`.
        version: How many revisions made it; 0 for one that a host gives.
        author: Actor id of whoever wrote it first.
        origin: Id of the ticket it was made of.
        published_at: Since when it is published; kept when it is retired.
        review_at: When somebody should look whether it still holds.
        updated_at: Instant of the last revision.
    """

    id: str = text.host_id()
    title: str = text.title()
    body: str = text.body("")
    language: str = text.title("")
    visibility: Visibility = text.one_of(VISIBILITIES, "public")
    customer: str | None = text.host_id(None)
    category: str | None = text.host_id(None)
    products: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    services: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    translation_of: str | None = text.host_id(None)
    state: State = text.one_of(STATES, "published")
    version: int = text.integer(0)
    author: str | None = text.host_id(None)
    origin: str | None = text.host_id(None)
    published_at: datetime | None = text.instant_at(None)
    review_at: datetime | None = text.instant_at(None)
    updated_at: datetime | None = text.instant_at(None)

    def __attrs_post_init__(self) -> None:
        if (fault := customer_fault(self.visibility, self.customer)) is not None:
            raise Invalid(fault)

    @property
    def active(self) -> bool:
        """Whether it is not retired."""
        return self.state != "retired"

    @property
    def scope(self) -> str:
        """Whom it is for, as the index has it; `scopes` tells which of them somebody may read."""
        if self.state != "published":
            return UNPUBLISHED
        return f"customer:{self.customer}" if self.visibility == "customer" else self.visibility


def customer_fault(visibility: object, customer: object) -> Fault | None:
    """Return what is wrong with the customer of an article: there is one if and only if the visibility names one."""
    if (visibility == "customer") == (customer is not None):
        return None
    return Fault("customer", "required" if customer is None else "not_for_customer")


UNPUBLISHED = "unpublished"
"""Scope of articles that are not published, or not any more."""


def scopes(*, staff: bool, customers: Sequence[str] | frozenset[str]) -> tuple[str, ...] | None:
    """Return the scopes that somebody may read who speaks for *customers*; None for staff: all of them."""
    if staff:
        return None
    if not customers:
        return ("public",)
    return ("public", "customers", *(f"customer:{customer}" for customer in sorted(customers)))


@attrs.frozen(kw_only=True)
class Revision:
    """
    One change of an article, for ever.

    Attributes:
        n: From 1, the version of the article that it made.
        actor: Actor id; None for what the host put.
        action: ``create``, ``revise``, an action of the lifecycle, or ``put`` by the host.
        comment: What was said about it.
        form: The article as it was then.
    """

    article: str = text.host_id()
    n: int = text.integer()
    at: datetime = text.instant_at()
    actor: str | None = text.host_id(None)
    action: str = text.key()
    comment: str = text.body("")
    form: Article


@attrs.frozen(kw_only=True)
class Reading:
    """
    That somebody read an article, and whether it helped.

    Attributes:
        at: When it was first read.
        vote: 1 if it helped, -1 if it did not, 0 if nothing was said.
    """

    article: str = text.host_id()
    person: str = text.host_id()
    at: datetime = text.instant_at()
    vote: int = text.integer(0)


@attrs.frozen
class Readings:
    """How many people read an article, and how many said that it helped, or did not."""

    people: int = 0
    helpful: int = 0
    unhelpful: int = 0


@attrs.frozen(kw_only=True)
class Suggestion:
    """
    What somebody was shown before a ticket was opened, and what came of it.

    Attributes:
        articles: Ids of those shown, best first.
        tickets: Ids of similar tickets shown.
        read: Id of an article shown that was read then, the last one.
        ticket: Id of the ticket that was opened all the same.
    """

    id: str = text.host_id()
    person: str = text.host_id()
    at: datetime = text.instant_at()
    articles: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    read: str | None = text.host_id(None)
    ticket: str | None = text.host_id(None)


@attrs.frozen(kw_only=True)
class Deflection:
    """
    What came of suggestions within a span of time.

    Attributes:
        shown: Suggestions that held an article.
        read: Of these, those of which an article was read.
        opened: Of those shown, how often a ticket was opened all the same.
    """

    shown: int
    read: int
    opened: int
