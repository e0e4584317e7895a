"""Stores that err in what is found, and in what is kept of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.knowledge.postings import Found, Indexing, Search
from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Query, Steps
from supportcore.testing.strategies import LAST_INSTANT, MILLISECOND
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore
from tests.testing.broken.base import Found as Fault


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
            later: Any = until if until == LAST_INSTANT else until + MILLISECOND
            return (yield from super().deflection(since, later))


class DropsNothing(BrokenStore):
    """Leaves in the index what is dropped."""

    class operations(MemoryLedger):
        def _learn(self, unit: Transaction, decision: Decision) -> None:
            kept = tuple(attrs.evolve(indexing, drop=()) for indexing in decision.indexing)
            super()._learn(unit, attrs.evolve(decision, indexing=kept))


class TiesAsFound(BrokenStore):
    """Orders hits of the same score anyhow."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            found = yield from super().search(attrs.evolve(search, skip=0, limit=10_000))
            hits = sorted(found.hits, key=lambda hit: (hit.score, hit.record), reverse=True)
            return attrs.evolve(found, hits=tuple(hits[search.skip :][: search.limit]))


class AnyGroup(BrokenStore):
    """Finds what has a term of one of the required groups."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            if all(search.required):
                any_of = tuple({term for group in search.required for term in group})
                search = attrs.evolve(search, required=(any_of,) if any_of else ())
            return (yield from super().search(search))


class EmptyGroupsIgnored(BrokenStore):
    """Takes a required group of no term for no condition."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            groups = tuple(group for group in search.required if group)
            return (yield from super().search(attrs.evolve(search, required=groups)))


class NoScopeIsAny(BrokenStore):
    """Finds everything for somebody who may read nothing."""

    class operations(MemoryLedger):
        def search(self, search: Search) -> Steps[Found]:
            return (yield from super().search(attrs.evolve(search, scopes=search.scopes or None)))


class PostingsCounted(BrokenStore):
    """Counts postings instead of records."""

    class operations(MemoryLedger):
        def frequencies(
            self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
        ) -> Steps[Mapping[str, int]]:
            found = yield from super().frequencies(kind, terms, scopes=scopes)
            return {term: count + (count > 1) for term, count in found.items()}


class RevisionsOfAll(BrokenStore):
    """Shows the first hundred revisions, whatever was asked for."""

    class operations(MemoryLedger):
        def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
            return (yield from super().revisions(article, after=after))


class ArticlesNotRevised(BrokenStore):
    """Keeps a revision, and the article as it was."""

    class operations(MemoryLedger):
        def _learn(self, unit: Transaction, decision: Decision) -> None:
            before = {a.id: unit.get("records", (self._desk, "article", a.id)) for a, _ in decision.articles}
            super()._learn(unit, decision)
            for article_id, form in before.items():
                if form is not None:
                    unit.put("records", (self._desk, "article", article_id), form)


class VotesAdded(BrokenStore):
    """Keeps the first vote of a person."""

    class operations(MemoryLedger):
        def put_reading(self, reading: Reading) -> Steps[None]:
            before = yield from self.reading(reading.article, reading.person)
            yield from super().put_reading(attrs.evolve(reading, vote=before.vote) if before else reading)


class SuggestionsKept(BrokenStore):
    """Keeps a suggestion as it was first."""

    class operations(MemoryLedger):
        def put_suggestion(self, suggestion: Suggestion) -> Steps[None]:
            if (yield from self.suggestion(suggestion.id)) is None:
                yield from super().put_suggestion(suggestion)


INDEX = "test_the_index_holds_what_was_added_last"
SEARCH = "test_a_search_is_what_adding_up_gives"
FREQUENCIES = "test_frequencies_are_what_counting_gives"
FOUND: list[Fault] = [
    (TotalsOfPages, "test_a_page_beyond_the_end_tells_the_total", {}),
    (ScoresRounded, "test_scores_may_be_large", {}),
    (ScopesIgnored, SEARCH, {}),
    (ScopesIgnored, "test_questions_are_answered_as_on_every_store", {}),
    (NoScopeIsAny, "test_every_group_and_some_scope_is_required", {}),
    (CountsWhatIsHidden, FREQUENCIES, {}),
    (PostingsCounted, FREQUENCIES, {}),
    (OneWordIsEnough, "test_words_narrow_lists_and_counts", {}),
    (AnyGroup, "test_every_group_and_some_scope_is_required", {}),
    (EmptyGroupsIgnored, "test_every_group_and_some_scope_is_required", {}),
    (TiesAsFound, "test_a_page_beyond_the_end_tells_the_total", {}),
    (KindsMixed, "test_kinds_and_desks_are_apart", {}),
    (ImpactsStay, INDEX, {}),
    (DropsLast, INDEX, {}),
    (DropsNothing, INDEX, {}),
    (RevisionsReplaced, "test_a_revision_is_made_once", {}),
    (RevisionsAsText, "test_revisions_come_in_order", {}),
    (RevisionsOfAll, "test_revisions_come_in_order", {}),
    (ArticlesNotRevised, "test_revisions_come_in_order", {}),
    (TranslationsOfPublished, "test_translations_are_those_of_an_article", {}),
    (ReadAnew, "test_a_reading_keeps_its_first_instant", {"later": timedelta(milliseconds=1)}),
    (VotesAlone, "test_readings_are_counted_by_article", {}),
    (VotesAdded, "test_a_reading_keeps_its_first_instant", {"later": timedelta(milliseconds=1)}),
    (SuggestionsKept, "test_a_suggestion_is_replaced", {}),
    (DeflectionOfAll, "test_deflection_counts_what_was_shown", {}),
]
