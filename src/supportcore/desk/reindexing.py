"""
Whether the index holds what articles and tickets make it hold, and mending it where it does not.

Every posting follows from one record: those of an article from the article as it is stored, those of a ticket from the
ticket and what was written in it. To compare them needs two numbers a record: the sum of a hash over the postings it
has, and over those that are due. A record whose sums differ is looked at again, from before the index is read until
after it: one that was changed meanwhile is sound, as whatever changes a record changes the index with it.

Each use case is a generator that yields requests to the store, every one a transaction of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b

import attrs

from supportcore.desk.reports import Finding
from supportcore.desk.requests import Request
from supportcore.errors import StoreError
from supportcore.knowledge.article import Article
from supportcore.knowledge.indexing import article_postings, mark
from supportcore.knowledge.postings import ARTICLES, TICKETS, Posting, difference
from supportcore.storage.ports import Conflict, Entry, Key, Ledger, Ref, Steps
from supportcore.tickets.commands import Decision
from supportcore.tickets.events import Content
from supportcore.tickets.indexed import SOLVED, postings_of, solved_postings
from supportcore.tickets.ticket import Ticket

READ_AT_ONCE = 1000  # postings
RECORDS_AT_ONCE = 50  # articles read in one transaction
MENDED_AT_ONCE = 20  # records mended in one transaction
KEPT_AT_ONCE = 2000
"""Records of which all postings are kept in memory at once, while they are mended."""
_BITS = (1 << 64) - 1
_LANGUAGE = mark("language", "")

Sums = dict[Ref, int]
"""By kind and id of a record: the sum over its postings; one that has none is left out."""


def sum_of(postings: Iterable[Posting]) -> int:
    """Return a number that says which postings these are, in whatever order."""
    total = 0
    for one in postings:
        said = f"{one.term}\0{one.scope}\0{one.impact}".encode()
        total += int.from_bytes(blake2b(said, digest_size=8).digest())
    return total & _BITS


def sums_of_ticket(ticket: Ticket, contents: Iterable[Content]) -> Iterator[tuple[Ref, int]]:
    """Yield what the index is due to hold of a ticket."""
    for kind, postings in ((TICKETS, postings_of(ticket, contents)), (SOLVED, solved_postings(ticket))):
        if postings:
            yield (kind, ticket.id), sum_of(postings)


@attrs.frozen
class Held:
    """
    What the index holds.

    Attributes:
        languages: Of the articles, as they are marked.
    """

    sums: Sums = attrs.field(factory=dict)
    languages: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Languages:
    """
    In which language an article is indexed that tells none.

    Attributes:
        first: Of the desk; None where that is not known, and each is taken as it is marked.
    """

    first: str | None
    marked: Mapping[str, str] = attrs.field(factory=dict)

    def of(self, article: str) -> str:
        """Return the language of an article."""
        return self.marked.get(article, "") if self.first is None else self.first


# -- what is wrong


def wrong(due: Sums, first: str | None) -> Steps[tuple[list[Ref], Languages]]:
    """
    Return the records that the index is wrong about, in order, and the languages of the articles.

    Args:
        due: What it is due to hold of tickets; that of articles is added.
        first: First language of the desk; None if that is not known.
    """
    held = yield from _held()
    languages = Languages(first, held.languages)
    after = ""
    while page := (yield Request(partial(_due_of_articles, languages=languages, after=after))):
        due.update((ref, postings) for ref, postings in page if postings)
        after = page[-1][0][1]
    suspects = sorted(ref for ref in {*due, *held.sums} if due.get(ref) != held.sums.get(ref))
    if not suspects:
        return [], languages
    before = yield from _due(suspects, languages)
    sums = (yield from _held()).sums
    behind = yield from _due(suspects, languages)
    found = [ref for ref in suspects if before[ref] == behind[ref] not in (None, sums.get(ref, 0))]
    return found, languages


def findings(refs: Iterable[Ref]) -> Iterator[Finding]:
    """Yield what is told of records that the index is wrong about; once of a ticket."""
    what = "the index does not hold what follows from it; `supportcore reindex` mends that"
    for is_article, record in dict.fromkeys((kind == ARTICLES, record) for kind, record in refs):
        yield Finding(article=record, what=what) if is_article else Finding(ticket=record, what=what)


def _held() -> Steps[Held]:
    held = Held()
    after: Key | None = None
    while page := (yield Request(partial(_postings, after=after))):
        for kind, posting in page:
            ref = (kind, posting.record)
            held.sums[ref] = (held.sums.get(ref, 0) + sum_of((posting,))) & _BITS
            if kind == ARTICLES and posting.term.startswith(_LANGUAGE):
                held.languages[posting.record] = posting.term.removeprefix(_LANGUAGE)
        after = _key(*page[-1])
    return held


def _postings(ledger: Ledger, after: Key | None) -> Steps[list[tuple[str, Posting]]]:
    entries = yield from ledger.entries("posting", after=after, limit=READ_AT_ONCE)
    return [_posting(entry) for entry in entries]


def _posting(entry: Entry) -> tuple[str, Posting]:
    kind, term, scope, record = (str(part) for part in entry.key)
    return kind, Posting(term, record, entry.form["impact"], scope)


def _key(kind: str, posting: Posting) -> Key:
    return kind, posting.term, posting.scope, posting.record


def _due_of_articles(ledger: Ledger, languages: Languages, after: str) -> Steps[list[tuple[Ref, int]]]:
    articles = yield from ledger.records_of(ARTICLES, after=after, limit=RECORDS_AT_ONCE)
    return [
        ((ARTICLES, article.id), sum_of(article_postings(article, languages.of(article.id))))
        for article in articles
        if isinstance(article, Article)
    ]


def _due(refs: Sequence[Ref], languages: Languages) -> Steps[dict[Ref, int | None]]:
    """Return what is due now; None for what cannot be read, which is told elsewhere."""
    found: dict[Ref, int | None] = {}
    for ref in refs:
        try:
            found[ref] = sum_of((yield Request(partial(_postings_of, ref=ref, languages=languages))))
        except StoreError:
            raise
        except Exception:
            found[ref] = None
    return found


def _postings_of(ledger: Ledger, ref: Ref, languages: Languages, *, lock: bool = False) -> Steps[tuple[Posting, ...]]:
    """Return the postings that are due of a record; none of one that is not there."""
    kind, record = ref
    if kind == ARTICLES:
        (article,) = yield from ledger.records(((ARTICLES, record),))
        return article_postings(article, languages.of(record)) if isinstance(article, Article) else ()
    ticket = yield from ledger.ticket(record, lock=lock)
    if ticket is None or kind not in (TICKETS, SOLVED):
        return ()
    return solved_postings(ticket) if kind == SOLVED else postings_of(ticket, (yield from ledger.contents(record)))


# -- mending


def reindex(first: str) -> Steps[int]:
    """
    Mend the index, and return how many records it was wrong about.

    Args:
        first: First language of the desk.
    """
    due: Sums = {}
    after = ""
    while ids := (yield Request(partial(_ticket_ids, after=after))):
        for ticket_id in ids:
            try:
                due.update((yield Request(partial(_due_of_ticket, ticket_id=ticket_id))))
            except StoreError:
                raise
            except Exception:  # it cannot be read, which `verify` tells
                continue
        after = ids[-1]
    refs, languages = yield from wrong(due, first)
    for start in range(0, len(refs), KEPT_AT_ONCE):
        kept = refs[start : start + KEPT_AT_ONCE]
        held = yield from _held_of(set(kept))
        for place in range(0, len(kept), MENDED_AT_ONCE):
            part = {ref: held[ref] for ref in kept[place : place + MENDED_AT_ONCE]}
            yield Request(partial(_mend, held=part, languages=languages), write=True)
    return len({(kind == ARTICLES, record) for kind, record in refs})


def _ticket_ids(ledger: Ledger, after: str) -> Steps[tuple[str, ...]]:
    return ledger.ticket_ids(after, READ_AT_ONCE)


def _due_of_ticket(ledger: Ledger, ticket_id: str) -> Steps[list[tuple[Ref, int]]]:
    ticket = yield from ledger.ticket(ticket_id)
    if ticket is None:
        return []
    return list(sums_of_ticket(ticket, (yield from ledger.contents(ticket_id))))


def _held_of(refs: Collection[Ref]) -> Steps[Mapping[Ref, list[Posting]]]:
    """Return all that the index holds of some records."""
    held: dict[Ref, list[Posting]] = defaultdict(list)
    after: Key | None = None
    while page := (yield Request(partial(_postings, after=after))):
        for kind, posting in page:
            if (kind, posting.record) in refs:
                held[kind, posting.record].append(posting)
        after = _key(*page[-1])
    return held


def _mend(ledger: Ledger, held: Mapping[Ref, list[Posting]], languages: Languages) -> Steps[None]:
    """
    Make the index hold what is due of some records.

    What was held may be old by now: whatever changed a record since has changed the index by what that differs in, so
    that dropping what was held and is not due, and adding what is due and was not held, comes to the same.

    Raises:
        Conflict: An article was changed meanwhile, which nothing locks.
    """
    due = {}
    for ref in held:
        due[ref] = yield from _postings_of(ledger, ref, languages, lock=True)
    changes = [change for ref, there in held.items() for change in difference(ref[0], there, due[ref])]
    yield from ledger.save(Decision(indexing=tuple(changes)))
    for ref in held:
        if ref[0] == ARTICLES and (yield from _postings_of(ledger, ref, languages)) != due[ref]:
            raise Conflict(f"article {ref[1]} was changed meanwhile")
