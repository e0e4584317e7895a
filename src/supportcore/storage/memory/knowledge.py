"""The index of one desk in memory, and what is kept of its articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.knowledge.postings import BOOSTED, PLAIN, Found, Hit, Search
from supportcore.storage import codec
from supportcore.storage.memory.unit import Transaction, do
from supportcore.storage.ports import Steps
from supportcore.tickets.commands import Decision


class KnowledgeMemory:
    """See `supportcore.storage.ports.Index` and ``Knowledge``."""

    _desk: str

    # -- index

    def search(self, search: Search) -> Steps[Found]:
        weights = dict(search.weights)
        terms_of: dict[str, set[str]] = defaultdict(set)
        scores: dict[str, int] = defaultdict(int)
        for record, term, impact in (yield from self._postings(search.kind, search.scopes)):
            terms_of[record].add(term)
            scores[record] += impact * weights.get(term, 0)
        hits = [
            Hit(record, scores[record] * (BOOSTED if terms & set(search.boosted) else PLAIN))
            for record, terms in terms_of.items()
            if record > search.after
            and (not weights or terms & weights.keys())
            and all(not terms.isdisjoint(required) for required in search.required)
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.record))
        return Found(tuple(hits[search.skip : search.skip + search.limit]), len(hits))

    def frequencies(
        self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
    ) -> Steps[Mapping[str, int]]:
        wanted = set(terms)
        records: dict[str, set[str]] = defaultdict(set)
        for record, term, _ in (yield from self._postings(kind, scopes)):
            if term in wanted:
                records[term].add(record)
        return {term: len(found) for term, found in records.items()}

    def _postings(self, kind: str, scopes: Sequence[str] | None) -> Steps[list[tuple[str, str, int]]]:
        """Return record, term and impact of every posting of a kind that has one of *scopes*."""
        rows = yield from do(lambda unit: list(unit.all("postings", self._desk)))
        return [
            (key[4], key[2], doc["impact"])
            for key, doc in rows
            if key[1] == kind and (scopes is None or key[3] in scopes)
        ]

    # -- articles

    def _learn(self, unit: Transaction, decision: Decision) -> None:
        """Keep the revisions, the suggestions and the changes of the index of a decision."""
        desk = self._desk
        for article, revision in decision.articles:
            unit.add("revisions", (desk, revision.article, revision.n), codec.dump(revision))
            kind, form = codec.dump_record(article)
            unit.put("records", (desk, kind, article.id), form)
        for indexing in decision.indexing:
            for posting in indexing.drop:
                unit.put("postings", (desk, indexing.kind, posting.term, posting.scope, posting.record), None)
            for posting in indexing.add:
                key = (desk, indexing.kind, posting.term, posting.scope, posting.record)
                unit.put("postings", key, {"impact": posting.impact})
        for suggestion in decision.suggestions:
            unit.put("suggestions", (desk, suggestion.id), codec.dump(suggestion))

    def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
        rows = yield from do(lambda unit: list(unit.all("revisions", self._desk)))
        found = [doc for key, doc in rows if key[1] == article and key[2] > after]
        return tuple(codec.load(Revision, doc) for doc in found[:limit])

    def translations(self, article: str) -> Steps[tuple[Article, ...]]:
        rows = yield from do(lambda unit: list(unit.all("records", self._desk)))
        found = [doc for key, doc in rows if key[1] == "article" and doc.get("translation_of") == article]
        return tuple(codec.load(Article, doc) for doc in found)

    def reading(self, article: str, person: str) -> Steps[Reading | None]:
        doc = yield from do(lambda unit: unit.get("readings", (self._desk, article, person)))
        return None if doc is None else codec.load(Reading, doc)

    def put_reading(self, reading: Reading) -> Steps[None]:
        key = (self._desk, reading.article, reading.person)

        def write(unit: Transaction) -> None:
            before = unit.get("readings", key)
            at = reading.at if before is None else codec.load(Reading, before).at
            unit.put("readings", key, codec.dump(attrs.evolve(reading, at=at)))

        yield from do(write)

    def readings(self, articles: Sequence[str]) -> Steps[Mapping[str, Readings]]:
        rows = yield from do(lambda unit: [doc for _, doc in unit.all("readings", self._desk)])
        votes: dict[str, list[int]] = defaultdict(list)
        for doc in rows:
            if doc["article"] in articles:
                votes[doc["article"]].append(doc.get("vote", 0))
        return {article: Readings(len(each), each.count(1), each.count(-1)) for article, each in votes.items()}

    def suggestion(self, suggestion_id: str) -> Steps[Suggestion | None]:
        doc = yield from do(lambda unit: unit.get("suggestions", (self._desk, suggestion_id)))
        return None if doc is None else codec.load(Suggestion, doc)

    def put_suggestion(self, suggestion: Suggestion) -> Steps[None]:
        form = codec.dump(suggestion)
        yield from do(lambda unit: unit.put("suggestions", (self._desk, suggestion.id), form))

    def deflection(self, since: datetime, until: datetime) -> Steps[Deflection]:
        docs = yield from do(lambda unit: [doc for _, doc in unit.all("suggestions", self._desk)])
        found: list[Suggestion] = [codec.load(Suggestion, doc) for doc in docs if doc.get("articles")]
        shown = [one for one in found if since <= one.at < until]
        return Deflection(
            shown=len(shown),
            read=sum(one.read is not None for one in shown),
            opened=sum(one.ticket is not None for one in shown),
        )
