"""
What records are found by, and what is kept of articles beside the articles themselves.

A posting is a document of its own. The terms of a question stand in one list, and each posting looks up its place there
(``$indexOfArray``, which the server hashes) in lists of what the terms weigh and of what they are wanted for. Terms are
always literals, for one may begin with ``$``; weights are 64-bit, and so are the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bson.int64 import Int64
from pymongo import DeleteOne, UpdateOne

from supportcore.knowledge.article import Article, Deflection, Reading, Readings, Revision, Suggestion
from supportcore.knowledge.postings import BOOSTED, PLAIN, Found, Hit, Search
from supportcore.storage import codec
from supportcore.storage.ports import Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import Decision
from supportcore_mongo.operations import Doc, Operation, groups, insert, put, rows


class MongoKnowledge:
    """The index and the articles of one desk; see `supportcore.storage.ports.Index` and ``Knowledge``."""

    __slots__ = ()
    _desk: str

    # -- index

    def search(self, search: Search) -> Steps[Found]:
        (found,) = yield Operation("postings", "aggregate", (search_pipeline(self._desk, search),))
        hits = tuple(Hit(hit["_id"], int(hit["score"])) for hit in found["hits"][: search.limit])
        return Found(hits, sum(each["n"] for each in found["total"]))

    def frequencies(
        self, kind: str, terms: Sequence[str], *, scopes: Sequence[str] | None = None
    ) -> Steps[Mapping[str, int]]:
        """Return counts of postings: a record has one scope, and so one posting of a term."""
        if not terms:
            return {}
        where = {**_of_kind(self._desk, kind, scopes), "term": {"$in": list(terms)}}
        return dict((yield from groups("postings", where, "term")))

    def _learn(self, decisions: Sequence[Decision]) -> Steps[None]:
        """Store articles with their revisions, what changes in the index, and suggestions."""
        desk = self._desk
        written = [each for decision in decisions for each in decision.articles]
        yield from insert("revisions", [{"desk": desk, **codec.dump(revision)} for _, revision in written])
        forms = [codec.dump_record(article) for article, _ in written]
        yield from put(
            "records", [({"desk": desk, "kind": kind, "id": form["id"]}, {"form": form}) for kind, form in forms]
        )
        yield from self._index(decisions)
        yield from put("suggestions", [self._suggestion(each) for one in decisions for each in one.suggestions])

    def _index(self, decisions: Sequence[Decision]) -> Steps[None]:
        """Change the index: each posting once, as the last change of it says, in the order of their keys."""
        impacts: dict[tuple[str, str, str, str], int | None] = {}
        for indexing in (each for decision in decisions for each in decision.indexing):
            for posting in indexing.drop:
                impacts[indexing.kind, posting.term, posting.scope, posting.record] = None
            for posting in indexing.add:
                impacts[indexing.kind, posting.term, posting.scope, posting.record] = posting.impact
        changes: list[DeleteOne | UpdateOne] = []
        for (kind, term, scope, record), impact in sorted(impacts.items(), key=lambda item: item[0]):
            key = {"desk": self._desk, "kind": kind, "term": term, "scope": scope, "record": record}
            if impact is None:
                changes.append(DeleteOne(key))
            else:
                changes.append(UpdateOne(key, {"$set": {"impact": impact}}, upsert=True))
        if changes:
            yield Operation("postings", "bulk_write", (changes,), {"ordered": False})

    # -- articles

    def revisions(self, article: str, *, after: int = 0, limit: int = 100) -> Steps[tuple[Revision, ...]]:
        where = {"desk": self._desk, "article": article, "n": {"$gt": after}}
        found = yield from rows("revisions", where, [("n", 1)], limit)
        return tuple(codec.load(Revision, document) for document in found)

    def translations(self, article: str) -> Steps[tuple[Article, ...]]:
        where = {"desk": self._desk, "kind": "article", "form.translation_of": article}
        found = yield Operation("records", "find", (where,), {"sort": [("id", 1)]})
        return tuple(codec.load(Article, document["form"]) for document in found)

    def reading(self, article: str, person: str) -> Steps[Reading | None]:
        key = {"desk": self._desk, "article": article, "person": person}
        found = yield Operation("readings", "find_one", (key,))
        return None if found is None else codec.load(Reading, found)

    def put_reading(self, reading: Reading) -> Steps[None]:
        key = {"desk": self._desk, "article": reading.article, "person": reading.person}
        change = {"$set": {"vote": reading.vote}, "$setOnInsert": {"at": instant_text(reading.at)}}
        yield Operation("readings", "update_one", (key, change), {"upsert": True})

    def readings(self, articles: Sequence[str]) -> Steps[Mapping[str, Readings]]:
        if not articles:
            return {}
        votes = {name: {"$sum": {"$cond": [{"$eq": ["$vote", vote]}, 1, 0]}} for name, vote in _VOTES.items()}
        pipeline = [
            {"$match": {"desk": self._desk, "article": {"$in": list(articles)}}},
            {"$group": {"_id": "$article", "people": {"$sum": 1}, **votes}},
        ]
        found = yield Operation("readings", "aggregate", (pipeline,))
        return {each["_id"]: Readings(each["people"], each["helpful"], each["unhelpful"]) for each in found}

    # -- suggestions

    def suggestion(self, suggestion_id: str) -> Steps[Suggestion | None]:
        found = yield Operation("suggestions", "find_one", ({"desk": self._desk, "id": suggestion_id},))
        return None if found is None else codec.load(Suggestion, found)

    def put_suggestion(self, suggestion: Suggestion) -> Steps[None]:
        yield from put("suggestions", [self._suggestion(suggestion)])

    def deflection(self, since: datetime, until: datetime) -> Steps[Deflection]:
        within = {"$gte": instant_text(since), "$lt": instant_text(until)}
        pipeline = [
            {"$match": {"desk": self._desk, "at": within, "articles.0": {"$exists": True}}},
            {"$group": {"_id": None, "shown": {"$sum": 1}, "read": _told("read"), "opened": _told("ticket")}},
        ]
        found = yield Operation("suggestions", "aggregate", (pipeline,))
        counts = found[0] if found else {}
        return Deflection(**{name: counts.get(name, 0) for name in ("shown", "read", "opened")})

    def _suggestion(self, suggestion: Suggestion) -> tuple[Doc, Doc]:
        """Return the key of a suggestion and what else its document holds."""
        form = codec.dump(suggestion)
        return {"desk": self._desk, "id": form.pop("id")}, form


_VOTES: Mapping[str, int] = {"helpful": 1, "unhelpful": -1}


def _told(field: str) -> Doc:
    """Return what counts the documents in which a field is neither absent nor null, which order before any text."""
    return {"$sum": {"$cond": [{"$gt": [f"${field}", None]}, 1, 0]}}


def _of_kind(desk: str, kind: str, scopes: Sequence[str] | None) -> Doc:
    where: Doc = {"desk": desk, "kind": kind}
    if scopes is not None:
        where["scope"] = {"$in": list(scopes)}
    return where


def search_pipeline(desk: str, search: Search) -> list[Doc]:
    """Return the stages of a search; they leave one document, with ``hits`` and ``total``."""
    weights = dict(search.weights)
    narrowing = [set(search.boosted), *map(set, search.required)]
    terms = sorted(set(weights).union(*narrowing))
    place = {"$indexOfArray": [{"$literal": terms}, "$term"]}

    def any_of(wanted: set[str]) -> Doc:
        return {"$max": {"$arrayElemAt": [{"$literal": [term in wanted for term in terms]}, place]}}

    where = _of_kind(desk, search.kind, search.scopes)
    if weights or search.required:
        where["term"] = {"$in": terms}
    if search.after:
        where["record"] = {"$gt": search.after}
    group: Doc = {"_id": "$record"}
    needed: Doc = {}
    if weights:
        weighed = [Int64(weights.get(term, 0)) for term in terms]
        group["score"] = {"$sum": {"$multiply": ["$impact", {"$arrayElemAt": [{"$literal": weighed}, place]}]}}
        if len(terms) > len(weights):  # else whatever is met has one of them
            group["weighed"] = any_of(set(weights))
            needed["weighed"] = True
    for n, wanted in enumerate(search.required):
        group[f"required{n}"] = any_of(set(wanted))
        needed[f"required{n}"] = True
    times: int | Doc = 4
    if weights and search.boosted:
        group["boosted"] = any_of(set(search.boosted))
        times = {"$cond": ["$boosted", BOOSTED, PLAIN]}
    score: Doc = {"$multiply": ["$score", times]} if weights else {"$literal": 0}
    return [
        {"$match": where},
        {"$group": group},
        {"$match": needed},
        {
            "$facet": {
                "hits": [
                    {"$project": {"score": score}},
                    {"$sort": {"score": -1, "_id": 1}},
                    {"$skip": search.skip},
                    {"$limit": max(search.limit, 1)},  # MongoDB refuses 0
                ],
                "total": [{"$count": "n"}],
            }
        },
    ]
