"""
Search: articles that answer a question, best first, and tickets that hold all its words, newest first.

No question is a fault. Of one without a word, or of more than anybody writes, as much is looked at as
`supportcore.knowledge.search` tells; what is told back of it is text that every database and page takes.

What is found is read in the transaction of the search and shown only if the actor may read it as it is then: where a
database lets a transaction see what was committed meanwhile, a page may hold an article less than the total tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from supportcore.analysis import LANGUAGES, fold
from supportcore.analysis import language_of as stemmed_as
from supportcore.articles.permissions import sees
from supportcore.desk.checks import check_kind, check_whole
from supportcore.desk.finding import Asked, Hits, find
from supportcore.desk.knowledge.filters import categories_above, required_of
from supportcore.desk.knowledge.listing import language_of, path, scopes_of
from supportcore.desk.views.records import (
    OptionView,
    Part,
    Position,
    Respelling,
    SearchHit,
    SearchView,
    TicketHit,
    TicketHits,
)
from supportcore.desk.views.viewer import Viewer, position
from supportcore.errors import Fault, Invalid, facts
from supportcore.knowledge.article import Article, Category
from supportcore.knowledge.indexing import analysed_as, mark
from supportcore.knowledge.search import LONGEST_QUESTION, question, ticket_words
from supportcore.knowledge.snippets import Piece, Place, body, places, snippet, whole
from supportcore.storage.ports import TOTAL_CAP, Ledger, Query, Steps
from supportcore.text import id_fault
from supportcore.tickets.permissions import visible
from supportcore.tickets.ticket import Ticket

LIMIT = 50
"""Articles on a page, at most."""
TICKET_LIMIT = 100
"""Tickets that are found, at most."""
_TITLE = ("Search", "Búsqueda")
_EMPTY = ("Nothing was found. Try other words.", "No se encontró nada. Pruebe con otras palabras.")
_TICKETS = ("Tickets", "Tickets")


def search(
    ledger: Ledger,
    viewer: Viewer,
    asked: str,
    *,
    where: Mapping[str, object] | None,
    product: str | None,
    page: int,
    limit: int,
) -> Steps[SearchView]:
    """
    Return a page of articles that answer a question.

    Raises:
        Invalid: A page, limit, filter or product that cannot be.
    """
    check_whole(limit, "limit", 1, LIMIT)
    check_whole(page, "page", 1, TOTAL_CAP // limit)
    asked = told(asked, "asked")
    required = yield from required_of(ledger, viewer, where)
    skip = (page - 1) * limit
    found = yield from found_by(ledger, viewer, asked, required=required, product=product, limit=limit, skip=skip)
    return SearchView(
        title=viewer.say(*_TITLE),
        asked=asked,
        items=found.items,
        position=_position(viewer, found, skip=skip, limit=limit),
        respelt=found.respelt,
        empty=viewer.say(*_EMPTY),
    )


@attrs.frozen(kw_only=True)
class FoundArticles:
    """Articles that were found, how many there are in all, and the words that were taken for others."""

    items: tuple[SearchHit, ...] = ()
    total: int = 0
    respelt: tuple[Respelling, ...] = ()


def found_by(
    ledger: Ledger,
    viewer: Viewer,
    asked: str,
    *,
    required: tuple[tuple[str, ...], ...] = (),
    product: str | None,
    typing: bool = False,
    limit: int,
    skip: int = 0,
) -> Steps[FoundArticles]:
    """
    Return articles that answer a question, as far as the actor may read them.

    Raises:
        Invalid: There is no such product.
    """
    yield from _check_product(ledger, product)
    languages, folds = analysed_as(viewer.desk.languages), viewer.desk.knowledge.folds_ene
    words = question(asked, languages=languages, preferred=viewer.language, folds=folds, typing=typing)
    boosted = () if product is None else (mark("product", product),)
    finding = yield from find(
        ledger,
        Asked(
            words=words,
            languages=languages,
            scopes=scopes_of(viewer),
            required=required,
            boosted=boosted,
            limit=limit,
            skip=skip,
        ),
    )
    ids = [hit.record for hit in finding.found.hits]
    records = (yield from ledger.records([("article", id_) for id_ in ids])) if ids else ()
    articles = [one for one in records if isinstance(one, Article) and _finds(viewer, one)]
    tree = yield from categories_above(ledger, [one.category for one in articles if one.category is not None])
    seen = [_Seen.of(viewer, one, finding.terms) for one in articles]
    return FoundArticles(
        items=tuple([one.hit(tree) for one in seen]),
        total=finding.found.total,
        respelt=_respelt(finding, seen),
    )


def search_tickets(ledger: Ledger, viewer: Viewer, asked: str, *, limit: int) -> Steps[TicketHits]:
    """
    Return tickets that the actor may see and that have every word of a question, newest first.

    Raises:
        Invalid: A limit that cannot be.
    """
    check_whole(limit, "limit", 1, TICKET_LIMIT)
    asked = told(asked, "asked")
    languages = analysed_as(viewer.desk.languages)
    words = ticket_words(asked, languages=languages, preferred=viewer.language)
    found: tuple[Ticket, ...] = ()
    if words:
        where = visible(viewer.desk, viewer.actor)
        found = yield from ledger.find(Query(where=where, words=words, sort="number", limit=limit + 1))
    terms = frozenset(term for group in words for term in group)
    return TicketHits(
        title=viewer.say(*_TICKETS),
        asked=asked,
        items=tuple([ticket_hit(viewer, ticket, terms) for ticket in found[:limit]]),
        more=len(found) > limit,
        empty=viewer.say(*_EMPTY),
    )


def told(asked: object, name: str) -> str:
    """
    Return as much of a question as is looked at, with ``\\ufffd`` for what no database takes.

    Raises:
        Invalid: It is no text.
    """
    check_kind(asked, str, name, "text", "texto")
    cut = str(asked)[:LONGEST_QUESTION].replace("\0", "\ufffd")
    return cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def ticket_hit(viewer: Viewer, ticket: Ticket, terms: Collection[str]) -> TicketHit:
    """Return a ticket that was found."""
    return TicketHit(
        id=ticket.id,
        number=ticket.number,
        subject=_parts(whole(ticket.subject, places(ticket.subject, terms, LANGUAGES))),
        state=OptionView(value=ticket.state, title=viewer.choice("state", ticket.state)),
        opened=viewer.when(ticket.opened_at),
    )


@attrs.frozen
class _Seen:
    """An article that was found, and where it has what was looked for."""

    article: Article
    language: str
    body: str
    in_title: Sequence[Place]
    in_body: Sequence[Place]

    @classmethod
    def of(cls, viewer: Viewer, article: Article, terms: Collection[str]) -> _Seen:
        """Look through an article."""
        language = language_of(viewer, article)
        text, stemmed = body(article.body), (stemmed_as(language),)
        return cls(article, language, text, places(article.title, terms, stemmed), places(text, terms, stemmed))

    def hit(self, tree: Mapping[str, Category]) -> SearchHit:
        """Return the article as it is shown."""
        return SearchHit(
            id=self.article.id,
            title=_parts(whole(self.article.title, self.in_title)),
            snippet=_parts(snippet(self.body, self.in_body)),
            language=self.language,
            visibility=self.article.visibility,
            category=tuple([category.name for category in path(tree, self.article.category)]),
        )

    def spellings(self, terms: Collection[str]) -> list[str]:
        """Return the words that have one of *terms*, in small letters."""
        found = ((self.article.title, self.in_title), (self.body, self.in_body))
        return [
            text[place.start : place.end].lower()
            for text, where in found
            for place in where
            if not set(terms).isdisjoint(place.terms)
        ]


def _respelt(finding: Hits, seen: Iterable[_Seen]) -> tuple[Respelling, ...]:
    """Return what words were taken for, as the articles of the page write it; as stems, where none of them has it."""
    found: list[Respelling] = []
    for word, terms in finding.respelt.items():
        written = [spelling for one in seen for spelling in one.spellings(terms)]
        each = {fold(spelling): spelling for spelling in reversed(written)}
        stems = [term.split(":", 1)[1] for term in terms]
        taken = tuple(dict.fromkeys(each[fold(spelling)] for spelling in written)) or tuple(dict.fromkeys(stems))
        found.append(Respelling(word=word, taken=taken))
    return tuple(found)


def _finds(viewer: Viewer, article: Article) -> bool:
    return article.state == "published" and sees(viewer.desk, viewer.actor, article)


def _parts(pieces: Iterable[Piece]) -> tuple[Part, ...]:
    return tuple([Part(text=piece.text, hit=piece.hit) for piece in pieces])


def _check_product(ledger: Ledger, product: object) -> Steps[None]:
    if product is None:
        return
    if (fault := id_fault(product, "product")) is not None:
        raise Invalid(fault)
    ref = ("product", str(product))
    (found,) = yield from ledger.records((ref,))
    if found is None:
        raise Invalid(Fault("product", "unknown_record", facts(kind="product", id=ref[1])))


def _position(viewer: Viewer, found: FoundArticles, *, skip: int, limit: int) -> Position:
    return position(
        viewer, first=skip + 1, count=len(found.items), total=found.total, limit=limit, next="", previous=""
    )
