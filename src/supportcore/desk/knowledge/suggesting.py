"""
What is suggested before a ticket is opened: articles that may answer it, and similar tickets that were resolved.

Articles are found as a search finds them; while a title is typed its last word may go on. Similar tickets are looked
for among those alone that the actor may see and that were resolved, so that others have no part in it. Looked at are
the latest `MOST_LOOKED_AT` of them that have all words of the title, and, if those are fewer than wanted, as many that
have some; they are ranked by their titles, and words that many of them have count for less. So a similar ticket that is
old and shares no more than common words may be missed.

What was suggested is noted in a transaction of its own, so that it can be measured what came of it; that it cannot be
noted fails nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from supportcore.desk.checks import check_whole
from supportcore.desk.knowledge.noting import noted
from supportcore.desk.knowledge.searching import FoundArticles, found_by, ticket_hit, told
from supportcore.desk.requests import Request, Requests
from supportcore.desk.views.records import SuggestionView, TicketHit
from supportcore.desk.views.viewer import Viewer
from supportcore.knowledge.article import Suggestion
from supportcore.knowledge.indexing import analysed_as, ticket_postings
from supportcore.knowledge.search import rarity, ticket_words
from supportcore.predicate import Eq, both
from supportcore.storage.ports import Ledger, Query, Steps, Words
from supportcore.tickets.permissions import visible
from supportcore.tickets.ticket import Ticket

LIMIT = 20
"""Articles, and tickets, that are suggested at most."""
MOST_LOOKED_AT = 50
_ARTICLES = ("Perhaps this helps", "Quizás esto le ayude")
_TICKETS = ("Similar cases that were resolved", "Casos similares ya resueltos")


def suggest(
    viewer: Viewer, requests: Requests, title: str, *, product: str | None, typing: bool, limit: int
) -> Steps[SuggestionView]:
    """
    Return what may answer the question of a ticket, and note that it was suggested; nothing is, while it is typed.

    Raises:
        Invalid: A title that is no text, a limit or a product that cannot be.
    """
    check_whole(limit, "limit", 1, LIMIT)
    title = told(title, "title")

    def look(ledger: Ledger) -> Steps[tuple[FoundArticles, tuple[TicketHit, ...]]]:
        articles = yield from found_by(ledger, viewer, title, product=product, typing=typing, limit=limit)
        return articles, (yield from _similar(ledger, viewer, title, typing=typing, limit=limit))

    articles, tickets = yield Request(look)
    suggestion_id = ""
    if not typing and (articles.items or tickets):
        suggestion_id = yield from _note(viewer, requests, articles, tickets)
    return SuggestionView(
        id=suggestion_id,
        title=viewer.say(*_ARTICLES),
        articles=articles.items,
        tickets_title=viewer.say(*_TICKETS),
        tickets=tickets,
    )


def _note(viewer: Viewer, requests: Requests, articles: FoundArticles, tickets: Collection[TicketHit]) -> Steps[str]:
    """Note what was suggested, and return the id of that; empty if it could not be."""
    suggestion = Suggestion(
        id=requests.fresh_id(None),
        person=viewer.actor.id,
        at=viewer.now,
        articles=tuple([hit.id for hit in articles.items]),
        tickets=tuple([hit.id for hit in tickets]),
    )
    stored = yield from noted(Request(lambda ledger: ledger.put_suggestion(suggestion), write=True))
    return suggestion.id if stored else ""


def _similar(ledger: Ledger, viewer: Viewer, title: str, *, typing: bool, limit: int) -> Steps[tuple[TicketHit, ...]]:
    """Return tickets like one of that title, best first."""
    words = ticket_words(title, languages=analysed_as(viewer.desk.languages), preferred=viewer.language)
    if not words:
        return ()
    some = (tuple(dict.fromkeys(term for group in words for term in group)),)
    found: dict[str, Ticket] = {}
    for wanted in (some,) if typing or len(words) == 1 else (words, some):
        if len(found) < limit:
            found |= {ticket.id: ticket for ticket in (yield from _resolved(ledger, viewer, wanted))}
    ranked = _ranked(found.values(), words)
    return tuple([ticket_hit(viewer, ticket, some[0]) for ticket in ranked[:limit]])


def _resolved(ledger: Ledger, viewer: Viewer, words: Words) -> Steps[tuple[Ticket, ...]]:
    where = both(visible(viewer.desk, viewer.actor), Eq("outcome", "resolved"))
    return (yield from ledger.find(Query(where=where, words=words, sort="number", limit=MOST_LOOKED_AT)))


def _ranked(tickets: Iterable[Ticket], words: Words) -> list[Ticket]:
    """Return tickets by how well their titles match, then latest first; a word counts by how few of them have it."""
    known = {ticket.number: (ticket, _impacts(ticket)) for ticket in tickets}
    scores: Counter[int] = Counter()
    for group in words:
        best = {number: max(impacts.get(term, 0) for term in group) for number, (_, impacts) in known.items()}
        weight = rarity(len(known), sum(map(bool, best.values())))
        for number, impact in best.items():
            scores[number] += weight * impact
    return [known[number][0] for number in sorted(known, key=lambda number: (-scores[number], -number))]


def _impacts(ticket: Ticket) -> Mapping[str, int]:
    """Return what each term of a ticket's title counts."""
    postings = ticket_postings(ticket.id, number=ticket.number, subject=ticket.subject, message="")
    return {posting.term: posting.impact for posting in postings}
