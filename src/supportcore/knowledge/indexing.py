"""
Which terms a record has, and what each counts: pure, so that every store ranks alike.

The impact of a term is the part of BM25F that does not depend on the other records, times 1,000, rounded: terms of the
title count `TITLE` times those of the body, a field twice as long as its pivot counts each of its terms for less, and a
term that is repeated counts for less each time. The pivots are fixed, so that a record counts the same whatever else
there is; the rest of BM25, how rare a term is, is counted when somebody asks (`supportcore.knowledge.search`).

Beside the terms of `supportcore.analysis` there are:

- ``es:`` alone, for every article in Spanish: how many there are;
- ``es~:ano`` for *año*, by which a desk finds it that folds ñ;
- ``^factu`` for every beginning of a word of a title, by which it is found while somebody types;
- the words of its tags, as those of the body;
- marks, ``product:pos`` and the like, which count nothing: what a search is narrowed by.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

import attrs

from supportcore.analysis import (
    LANGUAGES,
    code_term,
    language_of,
    languages_told,
    said,
    stem,
    terms,
    terms_of,
    tokens,
    without_tilde,
)
from supportcore.analysis import term as term_of
from supportcore.knowledge.article import Article
from supportcore.knowledge.plain import plain
from supportcore.knowledge.postings import Posting

SCALE = 1000
"""What an impact of one is stored as."""
SATURATION = 2.0  # k1: how much a term counts that is repeated
FOLDED = "~"
"""Behind the language, in terms of words with ñ as if it were n."""
BEGINNING = "^"
SHORTEST_BEGINNING, LONGEST_BEGINNING = 2, 12  # characters
MOST_OF_A_TICKET = 64
"""Terms of a ticket that are stored in one language, at most: those that come first."""


@attrs.frozen
class _Field:
    """What a part of a record counts: its weight, how much its length matters (b), and the length taken as usual."""

    weight: float
    b: float
    pivot: int

    def part(self, count: int, length: int) -> float:
        """Return what *count* occurrences in *length* terms count before saturation."""
        return self.weight * count / (1 - self.b + self.b * length / self.pivot)


TITLE = _Field(weight=4, b=0.75, pivot=6)
BODY = _Field(weight=1, b=0.75, pivot=60)


def _impact(parts: float) -> int:
    return round(SCALE * parts * (SATURATION + 1) / (parts + SATURATION))


def impacts(fields: Iterable[tuple[_Field, Sequence[str]]]) -> Mapping[str, int]:
    """Return what each term counts that stands in some of *fields*."""
    parts: dict[str, float] = {}
    for field, found in fields:
        for term, count in Counter(found).items():
            parts[term] = parts.get(term, 0.0) + field.part(count, len(found))
    return {term: _impact(sum_of_parts) for term, sum_of_parts in parts.items()}


# -- articles


def article_postings(article: Article, language: str) -> tuple[Posting, ...]:
    """
    Return what *article* is found by; the words of one that is published only.

    Args:
        language: Of an article that tells none.
    """
    tag = article.language or language
    counted: dict[str, int] = dict.fromkeys(marks(article, tag), 0)
    if article.state == "published":
        counted |= _words(article, language_of(tag))
    return tuple(Posting(term, article.id, impact, article.scope) for term, impact in sorted(counted.items()))


def marks(article: Article, language: str) -> Iterator[str]:
    """Yield the marks of an article."""
    yield mark("state", article.state)
    yield mark("language", language)
    yield mark("visibility", article.visibility)
    if article.category is not None:
        yield mark("category", article.category)
    for name, ids in (("product", article.products), ("service", article.services), ("tag", article.tags)):
        yield from (mark(name, id_) for id_ in ids)


def mark(name: str, value: str) -> str:
    """Return the term of a mark, such as ``product:pos``."""
    return f"{name}:{value}"


def _words(article: Article, language: str) -> Mapping[str, int]:
    body = " ".join((plain(article.body), *sorted(article.tags)))
    counted = dict(impacts(((TITLE, terms(article.title, language)), (BODY, terms(body, language)))))
    tilded = [(field, _folded(value, language)) for field, value in ((TITLE, article.title), (BODY, body))]
    counted |= impacts(tilded)
    once = _impact(TITLE.part(1, TITLE.pivot))
    counted |= dict.fromkeys(_beginnings(article.title, language), once)
    return counted | {f"{language}:": 0}


def _folded(value: str, language: str) -> list[str]:
    """Return the terms of the words of *value* that have an ñ, as if it were an n."""
    if "ñ" not in value and "Ñ" not in value and "\u0303" not in value:
        return []
    words = (word for token in tokens(value) for word in token.words if "ñ" in word)
    return [folded_term(word, language) for word in words if term_of(word, language) is not None]


def folded_term(word: str, language: str) -> str:
    """Return the term by which a desk that folds ñ finds a folded word that has one."""
    return f"{language}{FOLDED}:{stem(without_tilde(word), language)}"


def _beginnings(title: str, language: str) -> Iterator[str]:
    for token in tokens(title):
        for word in (*token.codes, *(one for one in token.words if term_of(one, language) is not None)):
            yield from _each_beginning(word)
            if "ñ" in word:
                yield from (BEGINNING + FOLDED + one[1:] for one in _each_beginning(without_tilde(word)))


@lru_cache(maxsize=1 << 12)
def _each_beginning(word: str) -> tuple[str, ...]:
    longest = min(len(word), LONGEST_BEGINNING)
    return tuple(BEGINNING + word[:length] for length in range(SHORTEST_BEGINNING, longest + 1))


# -- tickets


def ticket_postings(ticket: str, *, number: int, subject: str, message: str) -> tuple[Posting, ...]:
    """
    Return what a ticket is found by: its number, its title, and its first public message.

    Args:
        message: Empty where there is none yet.
    """
    title, body = said(subject), said(message)
    found = {code_term(str(number)): SCALE}
    for language in languages_told((*title, *body)):
        counted = impacts(((TITLE, terms_of(title, language)), (BODY, terms_of(body, language))))
        found |= islice(counted.items(), MOST_OF_A_TICKET)
    return tuple(Posting(term, ticket, impact) for term, impact in sorted(found.items()))


def analysed_as(languages: Iterable[str]) -> tuple[str, ...]:
    """Return what words of a desk's articles may be stemmed as: its languages, and as nothing."""
    return tuple(dict.fromkeys((*map(language_of, languages), *LANGUAGES, "")))
