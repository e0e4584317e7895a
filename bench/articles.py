"""
A knowledge base of any size, made up: words by Zipf's law, those of the sets of `bench.faq` first, then invented ones.

Every article is English, published and for everybody, with a title of 8 words and a body of 60, none of them a stop
word. They are saved in batches through a store's own ledger, each with its revision and what it is found by.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate, islice

import attrs

from bench.faq import read
from supportcore.analysis import fold, term
from supportcore.knowledge.article import Article, Revision
from supportcore.knowledge.indexing import article_postings
from supportcore.knowledge.postings import ARTICLES, Indexing
from supportcore.storage.ports import Store, drive
from supportcore.tickets.commands import Decision

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
LANGUAGE = "en"
IN_TITLE, IN_BODY = 8, 60
VOCABULARY = 30_000
FLATTENED = 2.7  # Mandelbrot's shift of the ranks
TOGETHER = 500
COMMON, RARE = 0.2, 10
"""In which part of the articles a common word stands, and in how many of them a rare one."""


def articles(count: int, seed: int = 1) -> Iterator[Article]:
    """Yield *count* articles, the same ones for a seed."""
    draw = random.Random(seed)
    words, weights = vocabulary()
    for n in range(count):
        drawn = draw.choices(words, cum_weights=weights, k=IN_TITLE + IN_BODY)
        yield Article(
            id=f"a{n:07}", title=" ".join(drawn[:IN_TITLE]), body=" ".join(drawn[IN_TITLE:]), language=LANGUAGE
        )


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Return words, most frequent first, and their weights added up."""
    faq = read(LANGUAGE)
    said = [] if faq is None else [*(entry.text for entry in faq.entries), *(one.asked for one in faq.questions)]
    real = Counter(fold(word) for text in said for word in re.findall(r"[A-Za-z]{4,}", text))
    words = [word for word, _ in real.most_common() if term(word, LANGUAGE) is not None]
    draw, known = random.Random(5), set(words)
    while len(words) < VOCABULARY:
        invented = "".join(
            draw.choice("bcdfglmnprstv") + draw.choice("aeiou") for _ in range(draw.randint(2, 5))
        ) + draw.choice(("", "", "n", "r", "s", "l"))
        if invented not in known and term(invented, LANGUAGE) is not None:
            known.add(invented)
            words.append(invented)
    return words, list(accumulate(1 / (rank + FLATTENED) for rank in range(1, len(words) + 1)))


def decision(article: Article, *, n: int = 1, at: datetime = AT) -> Decision:
    """Return what publishing *article* comes to, as its revision *n*."""
    published = attrs.evolve(article, version=n, published_at=at, updated_at=at)
    revision = Revision(article=article.id, n=n, at=at, action="put", form=published)
    indexing = Indexing(kind=ARTICLES, add=article_postings(published, LANGUAGE))
    return Decision(articles=((published, revision),), indexing=(indexing,))


@attrs.frozen
class Asked:
    """What is asked of a filled store: words that few articles have, pairs of words that many have."""

    rare: tuple[str, ...]
    common: tuple[tuple[str, str], ...]


def fill(store: Store, desk: str, count: int) -> Asked:
    """Save *count* articles; return what to ask for."""
    ledger, made = store.ledger(desk), articles(count)
    having: Counter[str] = Counter()
    while some := list(islice(made, TOGETHER)):
        decisions = [decision(article) for article in some]
        for one in decisions:
            having.update(posting.term for posting in one.indexing[0].add)
        with store.begin(write=True) as execute:
            drive(ledger.save(*decisions), execute)
    return _to_ask(having, count)


def _to_ask(having: Counter[str], count: int) -> Asked:
    """Return words that stand in about as many articles as they should, the stems of all of which differ."""
    stems = {term(word, LANGUAGE): word for word in reversed(vocabulary()[0]) if len(word) >= 5}

    def nearest(wanted: float, most: int) -> Sequence[str]:
        known = sorted(stems, key=lambda stem: (abs(having[str(stem)] - wanted), str(stem)))
        return [stems[stem] for stem in known[:most]]

    common = nearest(COMMON * count, 10)
    return Asked(rare=tuple(nearest(RARE, 5)), common=tuple(zip(common[::2], common[1::2], strict=True)))
