"""
The page of an article, that it was read, and whether it helped.

The page is read in one transaction; that it was read is noted in another, which may fail without the reader noticing.
Only what is published is read in this sense: staff who work on a draft are no readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from supportcore.articles.permissions import (
    ACTIONS,
    REVISE,
    action_label,
    form_of,
    offers,
    sees,
    state_refusal,
)
from supportcore.desk.checks import check_kind
from supportcore.desk.knowledge.filters import categories_above
from supportcore.desk.knowledge.forms import drawn
from supportcore.desk.knowledge.listing import customers_of, is_review_due, language_of, link, path, readable, state_of
from supportcore.desk.knowledge.noting import noted
from supportcore.desk.requests import Request, Requests
from supportcore.desk.views.bonded import ticket_link
from supportcore.desk.views.names import load_names
from supportcore.desk.views.records import (
    ActionView,
    ArticlePage,
    OptionView,
    Submit,
    TicketLink,
    VoteView,
)
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Refused
from supportcore.knowledge.article import Article, Reading, Readings
from supportcore.knowledge.markdown import html
from supportcore.knowledge.postings import Search
from supportcore.predicate import Predicate, both, conditions
from supportcore.storage.ports import Ledger, Query, Steps
from supportcore.text import id_fault
from supportcore.tickets.indexed import SOLVED, solved_by
from supportcore.tickets.permissions import visible
from supportcore.tickets.references import owners_of

MOST_SOLVED = 20
"""Tickets that an article solved that are shown, at most."""
LOOKED_AT = 500
"""Tickets that an article solved that are looked at, at most."""
_HELPFUL = ("Did this help?", "¿Le resultó útil?")


@attrs.frozen(kw_only=True)
class _Seen:
    """
    A page, and what is to be noted.

    Attributes:
        is_new: The actor had not read it before.
        is_of_suggestion: It was suggested to the actor, of whom it is not known that he read it then.
    """

    page: ArticlePage
    is_new: bool
    is_of_suggestion: bool


def read(viewer: Viewer, requests: Requests, key: str, *, suggestion: str) -> Steps[ArticlePage]:
    """
    Return an article, and note that the actor read it; a generator of requests.

    Args:
        suggestion: Id of the suggestion that led here; one that is not the actor's, or did not hold it, is passed over.

    Raises:
        NotFound: There is none of this id, or none that the actor may read.
    """
    seen: _Seen = yield Request(lambda ledger: _seen(ledger, viewer, requests, key, suggestion))
    if seen.is_new or seen.is_of_suggestion:
        yield from noted(Request(lambda ledger: _note(ledger, viewer, key, suggestion, seen), write=True))
    return seen.page


def vote(ledger: Ledger, viewer: Viewer, key: str, helpful: object) -> Steps[None]:
    """
    Keep whether an article helped the actor; None takes it back.

    Raises:
        NotFound: There is none of this id, or none that the actor may read.
        Refused: It is not published.
        Invalid: *helpful* is neither true nor false nor None.
    """
    check_kind(helpful, (bool, type(None)), "helpful", "true, false or null", "true, false o null")
    article = yield from readable(ledger, viewer, key)
    if article.state != "published":
        raise Refused(state_refusal(viewer.desk, article))
    before = yield from ledger.reading(article.id, viewer.actor.id)
    said = 0 if helpful is None else 1 if helpful else -1
    if said != (0 if before is None else before.vote):
        yield from ledger.put_reading(Reading(article=article.id, person=viewer.actor.id, at=viewer.now, vote=said))


def _note(ledger: Ledger, viewer: Viewer, key: str, suggestion: str, seen: _Seen) -> Steps[None]:
    if seen.is_new and (yield from ledger.reading(key, viewer.actor.id)) is None:
        yield from ledger.put_reading(Reading(article=key, person=viewer.actor.id, at=viewer.now))
    if seen.is_of_suggestion:
        shown = yield from ledger.suggestion(suggestion)
        if shown is not None:
            yield from ledger.put_suggestion(attrs.evolve(shown, read=key))


def _seen(ledger: Ledger, viewer: Viewer, requests: Requests, key: str, suggestion: str) -> Steps[_Seen]:
    article = yield from readable(ledger, viewer, key)
    person = viewer.actor.id
    mine = yield from ledger.reading(article.id, person)
    shown = None
    if id_fault(suggestion, "suggestion") is None:
        shown = yield from ledger.suggestion(suggestion)
    is_read = article.state == "published"
    was_shown = shown is not None and shown.person == person and article.id in shown.articles
    return _Seen(
        page=(yield from _page(ledger, viewer, article, mine)),
        is_new=is_read and mine is None,
        is_of_suggestion=is_read and was_shown and shown is not None and shown.read != article.id,
    )


def _page(ledger: Ledger, viewer: Viewer, article: Article, mine: Reading | None) -> Steps[ArticlePage]:
    others = yield from _translations(ledger, viewer, article)
    places = [one.category for one in (article, *others) if one.category is not None]
    tree = yield from categories_above(ledger, places)
    customers = yield from customers_of(ledger, viewer, (article, *others))
    products, services = sorted(article.products), sorted(article.services)
    refs = [*(("product", id_) for id_ in products), *(("service", id_) for id_ in services)]
    records = (yield from ledger.records(refs)) if refs else ()
    known = dict(zip(refs, records, strict=True))
    told: dict[str, Any] = {}
    if viewer.is_staff:
        names = yield from load_names(ledger, viewer, people=() if article.author is None else (article.author,))
        told = {
            "author": names.person(article.author, "staff"),
            "review": None if article.review_at is None else viewer.when(article.review_at),
            "review_due": is_review_due(viewer, article),
            "solved": (yield from _solved(ledger, viewer, article)),
            "actions": _actions(viewer, article),
        }
    return ArticlePage(
        id=article.id,
        title=article.title,
        language=language_of(viewer, article),
        visibility=article.visibility,
        customer=customers.get(article.customer or "", ""),
        state=state_of(viewer, article),
        version=article.version,
        body=article.body,
        html=html(article.body),
        category=tuple(OptionView(value=one.id, title=one.name) for one in path(tree, article.category)),
        products=_named(viewer, known, "product", products),
        services=_named(viewer, known, "service", services),
        tags=tuple(sorted(article.tags)),
        translations=tuple(link(viewer, one, tree, customers) for one in others),
        published=None if article.published_at is None else viewer.when(article.published_at),
        updated=None if article.updated_at is None else viewer.when(article.updated_at),
        votes=(yield from _votes(ledger, viewer, article, mine)),
        **told,
    )


def _named(
    viewer: Viewer, known: Mapping[tuple[str, str], Any], kind: str, ids: Iterable[str]
) -> tuple[OptionView, ...]:
    """Return records by name, without those that are another customer's."""
    found = [record for id_ in ids if (record := known.get((kind, id_))) is not None]
    if not viewer.is_staff and kind == "service":
        mine = viewer.actor.customers
        found = [one for one in found if (owners := owners_of("customer", one)) is None or owners & mine]
    found.sort(key=lambda record: (record.name, record.id))
    return tuple(OptionView(value=record.id, title=record.name) for record in found)


def _translations(ledger: Ledger, viewer: Viewer, article: Article) -> Steps[list[Article]]:
    """Return the other articles of the group that the actor may read, by language."""
    original = article.translation_of or article.id
    group = list((yield from ledger.translations(original)))
    if original != article.id:
        (first,) = yield from ledger.records((("article", original),))
        group += [first] if isinstance(first, Article) else []
    others = [one for one in group if one.id != article.id and sees(viewer.desk, viewer.actor, one)]
    return sorted(others, key=lambda one: (language_of(viewer, one), one.id))


def _votes(ledger: Ledger, viewer: Viewer, article: Article, mine: Reading | None) -> Steps[VoteView]:
    counted = (yield from ledger.readings((article.id,))).get(article.id, Readings())
    return VoteView(
        label=viewer.say(*_HELPFUL),
        mine=0 if mine is None else mine.vote,
        people=counted.people,
        helpful=counted.helpful,
        unhelpful=counted.unhelpful,
    )


def _solved(ledger: Ledger, viewer: Viewer, article: Article) -> Steps[tuple[TicketLink, ...]]:
    """Return tickets that the article solved and that the actor may see, newest first."""
    wanted = Search(kind=SOLVED, required=((solved_by(article.id),),), limit=LOOKED_AT)
    hits = (yield from ledger.search(wanted)).hits
    if not hits:
        return ()
    among: Predicate = conditions({"id": [hit.record for hit in hits]})
    where = both(visible(viewer.desk, viewer.actor), among)
    tickets = yield from ledger.find(Query(where=where, sort="opened_at", limit=MOST_SOLVED))
    return tuple(ticket_link(viewer, ticket) for ticket in tickets)


def _actions(viewer: Viewer, article: Article) -> tuple[ActionView, ...]:
    """Return what may be done with an article, with reasons and forms, in the order of `ACTIONS`."""
    reasons = dict(offers(viewer.desk, viewer.actor, article))
    return tuple(_action(viewer, article, name, reasons[name]) for name in ACTIONS)


def _action(viewer: Viewer, article: Article, name: str, reasons: tuple[Any, ...]) -> ActionView:
    label = action_label(viewer.desk, name, viewer.actor.locale)
    form = None
    if not reasons and name != REVISE:
        submit = Submit(
            command="act_on_article", action=name, article=article.id, seen_version=article.version, label=label
        )
        form = drawn(viewer, form_of(name), key=name, title=label, submit=submit)
    return ActionView(
        name=name, label=label, allowed=not reasons, reasons=tuple(map(viewer.reason, reasons)), form=form
    )
