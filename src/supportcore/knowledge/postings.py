"""
What is stored so that records are found: postings, each a term that one record has.

A store keeps postings as they are given and adds up their impacts; which terms a record has, and what each counts, is
decided in `supportcore.knowledge.indexing`. So records come in the same order on every store.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

ARTICLES = "article"
TICKETS = "ticket"
"""The kinds of records that are found."""
BOOSTED, PLAIN = 5, 4
"""What the score of a record is multiplied by that has a boosted term, and of one that has none."""


def is_counted(term: str) -> bool:
    """
    Return whether *term* is one by which records are counted, as all articles in Spanish are by ``es:``.

    Every search asks how many records have it, and many have, so a store may keep the number.
    """
    return term.endswith(":")


@attrs.frozen
class Posting:
    """
    That a record has a term.

    Attributes:
        term: Opaque to stores; at most 120 characters.
        record: Id of the record.
        impact: What it counts where the term is asked for; 0 for what a record is only narrowed by.
        scope: Who may find it; opaque to stores, at most 80 characters.
    """

    term: str
    record: str
    impact: int = 0
    scope: str = ""


@attrs.frozen(kw_only=True)
class Indexing:
    """
    A change of the index.

    Attributes:
        kind: Of the records.
        drop: Postings that go; they need not be there.
        add: Postings that come; one that is there takes the new impact.
    """

    kind: str
    add: tuple[Posting, ...] = ()
    drop: tuple[Posting, ...] = ()


def difference(kind: str, before: Iterable[Posting], after: Iterable[Posting]) -> tuple[Indexing, ...]:
    """Return the change from the postings that a record had to those that it has; nothing where they are the same."""
    had, has = tuple(before), tuple(after)
    same = set(had)
    kept = {(posting.term, posting.record, posting.scope) for posting in has}
    add = tuple(posting for posting in has if posting not in same)
    drop = tuple(posting for posting in had if (posting.term, posting.record, posting.scope) not in kept)
    return (Indexing(kind=kind, add=add, drop=drop),) if add or drop else ()


@attrs.frozen(kw_only=True)
class Search:
    """
    A question to the index.

    A record is found if it has one of the terms of `weights` (any record, if there are none), and for each of
    `required` one of its terms. Its score is the sum of impact times weight over the terms of `weights` that it has,
    times `BOOSTED` if it has one of `boosted`, else times `PLAIN`. Each record's postings of one kind have one scope.

    Order: by score, descending, then by id of the record, ascending.

    Attributes:
        scopes: Only postings of these; None means any.
        after: Only records with an id greater than this; others are not counted either.
    """

    kind: str
    scopes: tuple[str, ...] | None = None
    weights: tuple[tuple[str, int], ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    boosted: tuple[str, ...] = ()
    after: str = ""
    limit: int = 10
    skip: int = 0


@attrs.frozen
class Hit:
    """A record that was found."""

    record: str
    score: int


@attrs.frozen
class Found:
    """A part of what was found, and how many records were in all."""

    hits: tuple[Hit, ...]
    total: int
