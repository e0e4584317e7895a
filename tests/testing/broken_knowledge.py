"""Stores that are broken on purpose, each in one way, in what is found and what is kept of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision
from supportcore.knowledge.postings import Found, Indexing, Search
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Query, Steps
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket
from tests.testing.broken import BrokenStore


class TotalsOfPages(BrokenStore):
    """Knows the total only where there is a hit, as a window function does."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            found = yield from super().search(search)
            return found if found.hits else Found((), 0)


class ScoresRounded(BrokenStore):
    """Adds up in numbers of 24 bits."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            found = yield from super().search(search)
            return attrs.evolve(found, hits=tuple(attrs.evolve(hit, score=hit.score & ~0xFFF) for hit in found.hits))


class ScopesIgnored(BrokenStore):
    """Finds what somebody may not read."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            return (yield from super().search(attrs.evolve(search, scopes=None)))


class CountsWhatIsHidden(BrokenStore):
    """Counts what somebody may not read."""

    class operations(MemoryLedger):
        def frequencies(
            self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
        ) -> Steps[Mapping[str, int]]:
            return (yield from super().frequencies(kind, terms))


class OneWordIsEnough(BrokenStore):
    """Finds what has one of the words."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            words = (tuple({term for word in query.words for term in word}),) if query.words else ()
            return (yield from super().find(attrs.evolve(query, words=words)))


class KindsMixed(BrokenStore):
    """Keeps what tickets and articles are found by together."""

    class operations(MemoryLedger):
        def _learn(self, unit: Transaction, decision: Decision) -> None:
            mixed = tuple(attrs.evolve(indexing, kind="article") for indexing in decision.indexing)
            super()._learn(unit, attrs.evolve(decision, indexing=mixed))

        def search(self, search: Search) -> Steps[Found]:
            return (yield from super().search(attrs.evolve(search, kind="article")))


class ImpactsStay(BrokenStore):
    """Leaves a posting that is there as it is."""

    class operations(MemoryLedger):
        def _learn(self, unit: Transaction, decision: Decision) -> None:
            changes = []
            for indexing in decision.indexing:
                kept = [(self._desk, indexing.kind, one.term, one.scope, one.record) for one in indexing.add]
                new = [p for p, key in zip(indexing.add, kept, strict=True) if unit.get("postings", key) is None]
                changes.append(attrs.evolve(indexing, add=tuple(new)))
            super()._learn(unit, attrs.evolve(decision, indexing=tuple(changes)))


class DropsLast(BrokenStore):
    """Adds what several decisions add, and then drops what they drop."""

    class operations(MemoryLedger):
        def save(self, *decisions: Decision) -> Steps[None]:
            yield from super().save(*decisions)
            drops = [
                Indexing(kind=indexing.kind, drop=indexing.drop)
                for decision in decisions
                for indexing in decision.indexing
            ]
            yield from super().save(Decision(indexing=tuple(drops)))


class RevisionsReplaced(BrokenStore):
    """Puts a revision in the place of another."""

    class operations(MemoryLedger):
        def _learn(self, unit: Transaction, decision: Decision) -> None:
            for _, revision in decision.articles:
                unit.put("revisions", (self._desk, revision.article, revision.n), None)
            super()._learn(unit, decision)


class RevisionsAsText(BrokenStore):
    """Orders revisions as text: 10 before 9."""

    class operations(MemoryLedger):
        def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
            found = yield from super().revisions(article, after=after)
            return tuple(sorted(found, key=lambda revision: str(revision.n))[:limit])


class TranslationsOfPublished(BrokenStore):
    """Shows only the translations that are published."""

    class operations(MemoryLedger):
        def translations(self, article: str) -> Steps[tuple[Article, ...]]:
            found = yield from super().translations(article)
            return tuple(one for one in found if one.state == "published")


class ReadAnew(BrokenStore):
    """Keeps when somebody read an article last."""

    class operations(MemoryLedger):
        def put_reading(self, reading: Reading) -> Steps[None]:
            form = codec.dump(reading)
            yield from do(lambda unit: unit.put("readings", (self._desk, reading.article, reading.person), form))


class VotesAlone(BrokenStore):
    """Counts only people who voted."""

    class operations(MemoryLedger):
        def readings(self, articles: Sequence[str]) -> Steps[Mapping[str, Readings]]:
            found = yield from super().readings(articles)
            return {
                article: Readings(one.helpful + one.unhelpful, one.helpful, one.unhelpful)
                for article, one in found.items()
            }


class DeflectionOfAll(BrokenStore):
    """Counts suggestions up to the last instant and with it."""

    class operations(MemoryLedger):
        def deflection(self, since: datetime, until: datetime) -> Steps[Deflection]:
            from supportcore.testing.strategies import LAST_INSTANT, MILLISECOND

            later: Any = until if until == LAST_INSTANT else until + MILLISECOND
            return (yield from super().deflection(since, later))
