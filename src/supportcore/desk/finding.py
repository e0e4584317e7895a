"""
How articles are found: the passes of a search, asked of the index of a desk.

What an asker may not read has no part in it: it is neither found nor counted, nor does it make a word less rare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from supportcore.knowledge.postings import ARTICLES, Found, Search
from supportcore.knowledge.search import (
    ELSEWHERE_SHARE,
    LITTLE,
    TYPO_SHARE,
    Word,
    likeliest,
    markers,
    tried,
    unknown,
    weights,
)
from supportcore.storage.ports import Ledger, Steps

AT_ONCE = 1000
"""Terms that an index is asked for in one statement."""


@attrs.frozen(kw_only=True)
class Asked:
    """
    A search of articles.

    Attributes:
        words: Of the question; none finds nothing.
        languages: What words of the articles are stemmed as.
        scopes: What the asker may read; None means everything.
        required: Marks that an article must have; see `Search`.
        boosted: Marks that make it count by a quarter more.
    """

    words: tuple[Word, ...]
    languages: tuple[str, ...]
    scopes: tuple[str, ...] | None
    required: tuple[tuple[str, ...], ...] = ()
    boosted: tuple[str, ...] = ()
    limit: int = 10
    skip: int = 0


@attrs.frozen(kw_only=True)
class Hits:
    """
    What was found.

    Attributes:
        found: The articles of the page asked for, best first.
        terms: What was looked for and stands somewhere; by these, snippets are marked.
        respelt: Words that were taken for others, with the terms they were taken for.
    """

    found: Found
    terms: frozenset[str] = frozenset()
    respelt: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


def find(ledger: Ledger, asked: Asked) -> Steps[Hits]:
    """Return the articles that a search finds."""
    if not asked.words:
        return Hits(found=Found((), 0))
    first = tuple(dict.fromkeys(term for word in asked.words for term in word.terms))
    if len(first) == 1:  # whatever one term weighs, the order is the same
        alone = yield from _search(ledger, asked, {first[0]: 1})
        if alone.total >= LITTLE:
            return Hits(found=alone, terms=frozenset(first))
    known = yield from _frequencies(ledger, asked, (*first, *markers(asked.languages)))
    weighed = weights(first, known)
    respelt: dict[str, tuple[str, ...]] = {}
    misspelt = unknown(asked.words, known)
    if misspelt:
        respelt, more = yield from _respelt(ledger, asked, tried(misspelt), known)
        weighed = weights(more, known, share=TYPO_SHARE) | weighed
    found = yield from _search(ledger, asked, weighed)
    if found.total < LITTLE:
        further = tuple(dict.fromkeys(term for word in asked.words for term in word.elsewhere if term not in known))
        known |= yield from _frequencies(ledger, asked, further)
        strange = [word for word in misspelt if word.word not in respelt]
        foreign = [attrs.evolve(word, terms=word.elsewhere) for word in strange]
        if nowhere := unknown(foreign, known):
            others, more = yield from _respelt(ledger, asked, tried(nowhere), known)
            respelt, further = respelt | others, (*further, *more)
        elsewhere = weights(further, known, share=ELSEWHERE_SHARE)
        if elsewhere:
            weighed = elsewhere | weighed
            found = yield from _search(ledger, asked, weighed)
    return Hits(found=found, terms=frozenset(weighed), respelt=respelt)


def _respelt(
    ledger: Ledger, asked: Asked, spelt: Mapping[str, tuple[str, ...]], known: dict[str, int]
) -> Steps[tuple[dict[str, tuple[str, ...]], tuple[str, ...]]]:
    """
    Return what words are taken for, by word and all together.

    Args:
        spelt: The terms at one edit from each word.
        known: How many articles have a term; it learns those of *spelt*.
    """
    new = tuple(dict.fromkeys(term for terms in spelt.values() for term in terms if term not in known))
    known |= yield from _frequencies(ledger, asked, new)
    respelt = {word: taken for word, terms in spelt.items() if (taken := likeliest(terms, known))}
    return respelt, tuple(dict.fromkeys(term for terms in respelt.values() for term in terms))


def _frequencies(ledger: Ledger, asked: Asked, terms: Sequence[str]) -> Steps[dict[str, int]]:
    found: dict[str, int] = {}
    for start in range(0, len(terms), AT_ONCE):
        found |= yield from ledger.frequencies(ARTICLES, terms[start : start + AT_ONCE], scopes=asked.scopes)
    return found


def _search(ledger: Ledger, asked: Asked, weighed: Mapping[str, int]) -> Steps[Found]:
    if not weighed:
        return Found((), 0)
    return (
        yield from ledger.search(
            Search(
                kind=ARTICLES,
                scopes=asked.scopes,
                weights=tuple(sorted(weighed.items())),
                required=asked.required,
                boosted=asked.boosted,
                limit=asked.limit,
                skip=asked.skip,
            )
        )
    )
