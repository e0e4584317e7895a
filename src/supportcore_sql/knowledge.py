"""The index of one desk in SQL, and what is kept of its articles, each operation written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.knowledge.postings import ARTICLES, TICKETS, Found, Hit, Indexing, Posting, Search, is_counted
from supportcore.storage import codec
from supportcore.storage.ports import Entry, Key, Steps, Words
from supportcore.tickets.commands import Decision
from supportcore_sql import rows
from supportcore_sql.knowledge_statements import FEW, Shape
from supportcore_sql.portable import Operation
from supportcore_sql.portal import PortalSql, parts

_Posting = tuple[str, str, str, str]
"""Kind, term, scope and record."""
POSTINGS_AT_ONCE = 5000
"""Postings that one statement writes at most; MariaDB takes 16 MB as one, PostgreSQL much more."""


class KnowledgeSql(PortalSql):
    """See `supportcore.storage.ports.Index` and ``Knowledge``."""

    __slots__ = ()

    # -- index

    def search(self, search: Search) -> Steps[Found]:
        """Return what is found, in the order that `Search` tells, and how many there are in all."""
        given, weights = self._sql.given, dict(search.weights)
        shape = Shape(
            terms=len(weights),
            required=len(search.required),
            scopes=None if search.scopes is None else len(search.scopes),
            boosted=bool(search.boosted),
            after=bool(search.after),
        )
        params: dict[str, Any] = {"desk": self._desk, "kind": search.kind}
        if len(weights) == 1:
            ((params["term"], params["weight"]),) = weights.items()
        elif weights:
            params |= given.of_weights("weights", weights)
        for place, terms in enumerate(search.required):
            params |= given.of_texts(f"required{place}", terms)
        if search.scopes is not None and 0 < len(search.scopes) <= FEW:
            params |= {f"scope{place}": scope for place, scope in enumerate(search.scopes)}
        elif search.scopes is not None:
            params |= given.of_texts("scopes", search.scopes)
        if search.after:
            params["after"] = search.after
        page: dict[str, Any] = {"limit": search.limit, "skip": search.skip}
        if search.boosted:
            page |= given.of_texts("boosted", search.boosted)
        found = (yield self._sql.search(shape), params | page).all()
        hits = tuple([Hit(record, int(score)) for record, score, _ in found])
        if found:
            return Found(hits, int(found[0][2]))
        if search.limit and not search.skip:
            return Found((), 0)
        return Found((), int((yield self._sql.found(shape), params).scalar_one()))

    def frequencies(
        self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
    ) -> Steps[Mapping[str, int]]:
        """Return how many records have each of *terms*, without those that none has."""
        given, params = self._sql.given, {"desk": self._desk, "kind": kind}
        asked = tuple(dict.fromkeys(terms))
        totals = tuple([term for term in asked if is_counted(term)])
        counts = tuple([term for term in asked if not is_counted(term)])
        if not asked:
            return {}
        if counts:
            params |= given.of_texts("terms", counts)
        if totals:
            params |= given.of_texts("totals", totals)
        if scopes is not None:
            params |= given.of_texts("scopes", scopes)
        statement = self._sql.frequencies(counts=bool(counts), totals=bool(totals), scoped=scopes is not None)
        return {term: int(count) for term, count in (yield statement, params) if count}

    def _words(self, words: Words) -> dict[str, Any]:
        """Return the parameters of what tickets are narrowed to."""
        params: dict[str, Any] = {"kind": TICKETS} if words else {}
        for place, terms in enumerate(words):
            params |= self._sql.given.of_texts(f"words{place}", terms)
        return params

    def _index(self, changes: Iterable[Indexing]) -> Steps[tuple[list[Operation], list[rows.Params]]]:
        """
        Return what changes the index, and how many records more its totals have.

        Postings of terms that have a total are removed at once, and come anew: so it is known how many more there are.
        All is done in the order of the keys, so that nobody waits in a circle.
        """
        sql, last = self._sql, _last(changes)
        operations: list[Operation] = []
        gone = [(*key, 0) for key in last if last[key] is None and not is_counted(key[1])]
        come = [(*key, impact) for key, impact in last.items() if impact is not None and not is_counted(key[1])]
        for statement, found in ((sql.drop_postings, gone), (sql.put_postings, come)):
            operations += [(statement, self._postings(part)) for part in parts(found, POSTINGS_AT_ONCE)]
        totals: Counter[tuple[str, str, str]] = Counter()
        for total, keys in groupby((key for key in last if is_counted(key[1])), key=itemgetter(0, 1, 2)):
            for part in parts(tuple(keys), POSTINGS_AT_ONCE):
                totals[total] -= (yield sql.drop_postings, self._postings([(*key, 0) for key in part])).rowcount
                come = [(*key, impact) for key in part if (impact := last[key]) is not None]
                totals[total] += len(come)
                operations += [(sql.add_postings, self._postings(come))] if come else []
        return operations, self._more(totals)

    def _postings(self, found: Sequence[Sequence[Any]]) -> Any:
        return self._sql.given.of_postings(self._desk, found)

    def _more(self, totals: Mapping[tuple[str, str, str], int]) -> list[rows.Params]:
        named = ("kind", "term", "scope")
        return [{"desk": self._desk, **dict(zip(named, key, strict=True)), "n": totals[key]} for key in sorted(totals)]

    def put_entries(self, entries: Sequence[Entry]) -> Steps[None]:
        """Store entries, all of one kind; postings count in their totals."""
        yield from super().put_entries(entries)
        keys = [one.key for one in entries if one.kind == "posting"]
        totals = Counter((str(kind), str(term), str(scope)) for kind, term, scope, _ in keys if is_counted(str(term)))
        if totals:
            yield self._sql.add_to_total, self._more(totals)

    def drop_entries(self, kind: str, keys: Sequence[Key]) -> Steps[None]:
        """Remove entries of a kind; postings count no more in their totals."""
        if kind != "posting":
            yield from super().drop_entries(kind, keys)
            return
        found = [(str(of), Posting(str(term), str(record), scope=str(scope))) for of, term, scope, record in keys]
        operations, totals = yield from self._index(Indexing(kind=of, drop=(posting,)) for of, posting in found)
        for operation in operations:  # noqa: UP028  # a list takes no answers
            yield operation
        if totals:
            yield self._sql.add_to_total, totals

    # -- articles

    def _learn(self, decisions: Sequence[Decision]) -> Steps[list[Operation]]:
        """Return what keeps the articles, the index and the suggestions of decisions; revisions come first."""
        desk, sql = self._desk, self._sql
        articles = [pair for decision in decisions for pair in decision.articles]
        suggestions = [one for decision in decisions for one in decision.suggestions]
        index, totals = yield from self._index(change for decision in decisions for change in decision.indexing)
        return [
            (sql.insert_revision, [rows.revision_row(desk, revision) for _, revision in articles]),
            (sql.put_record, [rows.record_row(desk, article) for article, _ in articles]),
            *index,
            (sql.put_suggestion, [rows.suggestion_row(desk, one) for one in suggestions]),
            (sql.add_to_total, totals),  # last, for everybody waits here who publishes at the same moment
        ]

    def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
        """Return revisions of an article with a number greater than *after*, in order."""
        params = {"desk": self._desk, "article": article, "after": after, "limit": limit}
        return tuple([codec.load(Revision, form) for form in (yield self._sql.revisions, params).scalars()])

    def translations(self, article: str) -> Steps[tuple[Article, ...]]:
        """Return the articles whose ``translation_of`` is *article*, by id."""
        found = yield self._sql.translations, {"desk": self._desk, "article": article, "kind": ARTICLES}
        records = [codec.record_of_text(ARTICLES, body) for body in found.scalars()]
        return tuple([record for record in records if isinstance(record, Article)])

    def reading(self, article: str, person: str) -> Steps[Reading | None]:
        """Return what a person made of an article."""
        row = (yield self._sql.reading, {"desk": self._desk, "article": article, "person": person}).first()
        return None if row is None else rows.load_reading(row)

    def put_reading(self, reading: Reading) -> Steps[None]:
        """Note that a person read an article, and the vote; if it was noted before, the first instant stays."""
        yield self._sql.put_reading, rows.reading_row(self._desk, reading)

    def readings(self, articles: Sequence[str]) -> Steps[Mapping[str, Readings]]:
        """Return what people made of articles, without those that nobody read."""
        found = yield self._sql.readings, {"desk": self._desk, **self._sql.given.of_texts("articles", articles)}
        return {article: Readings(*counts) for article, *counts in found}

    def suggestion(self, suggestion_id: str) -> Steps[Suggestion | None]:
        """Return what was suggested."""
        form = (yield self._sql.suggestion, {"desk": self._desk, "id": suggestion_id}).scalar_one_or_none()
        return None if form is None else codec.load(Suggestion, form)

    def put_suggestion(self, suggestion: Suggestion) -> Steps[None]:
        """Store what was suggested and what came of it, replacing that of this id."""
        yield self._sql.put_suggestion, rows.suggestion_row(self._desk, suggestion)

    def deflection(self, since: datetime, until: datetime) -> Steps[Deflection]:
        """Return what came of suggestions with ``since <= at < until`` that held an article."""
        params = {"desk": self._desk, "since": since, "until": until}
        shown, read, opened = (yield self._sql.deflection, params).one()
        return Deflection(shown=shown, read=read, opened=opened)


def _last(changes: Iterable[Indexing]) -> Mapping[_Posting, int | None]:
    """Return what becomes of each posting after all changes, by key: its impact, or None if it goes."""
    last: dict[_Posting, int | None] = {}
    for change in changes:
        for one in change.drop:
            last[change.kind, one.term, one.scope, one.record] = None
        for one in change.add:
            last[change.kind, one.term, one.scope, one.record] = one.impact
    return {key: last[key] for key in sorted(last)}
