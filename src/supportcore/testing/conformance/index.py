"""What `supportcore.storage.ports.Index` promises, and lists of tickets that the index narrows."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.clock import stopwatch
from supportcore.knowledge.postings import ARTICLES, TICKETS, Found, Hit, Indexing, Posting, Search
from supportcore.predicate import ALWAYS, Predicate
from supportcore.storage.ports import Ledger, Query, Seek, Store, Words, drive
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import Conformance, Undo, fewer, fresh_desk, read, write
from supportcore.testing.conformance.plain_lists import (
    DIRECTIONS,
    SORTS,
    crowds_and_filters,
    listed,
    place,
    sought,
)
from supportcore.testing.conformance.samples import entries_of, fresh_crowd, opened_ticket
from supportcore.testing.strategies.values import _TRICKY
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket

TERMS = (*_TRICKY, "es:factur", "es:año", "es:ano", "#:e-1042", "^fa", "x" * 120)
SCOPES = ("public", "customers", "customer:a", "customer:A", "customer:ñ", "internal", "")


def indexed(ledger: Ledger, add: Iterable[Posting], drop: Iterable[Posting] = (), kind: str = ARTICLES) -> Any:
    """Return the steps that change the index, and nothing else."""
    return ledger.save(Decision(indexing=(Indexing(kind=kind, add=tuple(add), drop=tuple(drop)),)))


def fresh_index(store: Store, postings: Iterable[Posting], kind: str = ARTICLES) -> Ledger:
    """Return a fresh desk whose index has *postings*."""
    ledger = store.ledger(fresh_desk())
    write(store, indexed(ledger, postings, kind=kind))
    return ledger


@st.composite
def some_postings(draw: st.DrawFn, max_size: int = 8) -> list[Posting]:
    """Return postings of few records, each of one scope, that have few and similar terms."""
    found = []
    for record in draw(st.lists(st.sampled_from(_TRICKY), max_size=max_size, unique=True)):
        scope, most = draw(st.sampled_from(SCOPES)), draw(st.sampled_from((3, 2_200)))
        counted = draw(st.dictionaries(st.sampled_from(TERMS), st.integers(0, most), max_size=5))
        found += [Posting(term, record, impact, scope) for term, impact in counted.items()]
    return found


@st.composite
def searches(draw: st.DrawFn) -> Search:
    """Return questions to such an index."""
    terms = st.sampled_from(TERMS)
    few = st.lists(terms, max_size=4, unique=True).map(tuple)
    weights = draw(st.dictionaries(terms, st.integers(1, draw(st.sampled_from((2, 14_000)))), max_size=6))
    return Search(
        kind=ARTICLES,
        scopes=draw(st.none() | st.lists(st.sampled_from(SCOPES), max_size=3, unique=True).map(tuple)),
        weights=tuple(weights.items()),
        required=draw(st.just(()) | st.lists(few, max_size=2).map(tuple)),
        boosted=draw(few),
        after=draw(st.just("") | st.sampled_from(_TRICKY)),
        limit=draw(st.integers(1, 4)),
        skip=draw(st.integers(0, 4)),
    )


def plain_search(postings: Iterable[Posting], search: Search) -> Found:
    """Return what has to be found."""
    records: dict[str, dict[str, int]] = {}
    for one in postings:
        if search.scopes is None or one.scope in search.scopes:
            records.setdefault(one.record, {})[one.term] = one.impact
    hits = []
    for record, impacts in records.items():
        asked = [(impacts[term], weight) for term, weight in search.weights if term in impacts]
        if not (asked or not search.weights) or record.encode() <= search.after.encode():
            continue
        if all(any(term in impacts for term in group) for group in search.required):
            share = 5 if any(term in impacts for term in search.boosted) else 4
            hits.append(Hit(record, share * sum(impact * weight for impact, weight in asked)))
    hits.sort(key=lambda hit: (-hit.score, hit.record.encode()))
    return Found(tuple(hits[search.skip :][: search.limit]), len(hits))


def plain_frequencies(postings: Iterable[Posting], terms: Sequence[str], scopes: Sequence[str] | None) -> Any:
    """Return how many records have to have each term."""
    having: dict[str, set[str]] = {}
    for one in postings:
        if one.term in terms and (scopes is None or one.scope in scopes):
            having.setdefault(one.term, set()).add(one.record)
    return {term: len(records) for term, records in having.items()}


class IndexConformance(Conformance):
    """What `supportcore.storage.ports.Index` promises, and what `Query.words` and `Tickets.count` do of it."""

    @fewer()
    @given(postings=some_postings(), asked=st.lists(searches(), min_size=1, max_size=6))
    def test_a_search_is_what_adding_up_gives(self, store: Store, postings: list[Posting], asked: list[Search]) -> None:
        """Scopes, weights, required groups, boost, edge, limit and skip: hits, scores, order and total, by bytes."""
        ledger = fresh_index(store, postings)
        for search in asked:
            assert plain_search(postings, search) == read(store, ledger.search(search))
            assert Found((), 0) == read(store, ledger.search(attrs.evolve(search, kind=TICKETS)))
            assert Found((), 0) == read(store, store.ledger(fresh_desk()).search(search))

    @fewer()
    @given(postings=some_postings(), terms=st.lists(st.sampled_from(TERMS), max_size=8, unique=True))
    def test_frequencies_are_what_counting_gives(self, store: Store, postings: list[Posting], terms: list[str]) -> None:
        """How many records have a term, among all or among some scopes; a term that none has is left out."""
        ledger = fresh_index(store, postings)
        for scopes in (None, ("public",), ("internal", "customer:a", ""), SCOPES):
            expected = plain_frequencies(postings, terms, scopes)
            assert expected == dict(read(store, ledger.frequencies(ARTICLES, terms, scopes=scopes)))
        assert {} == dict(read(store, ledger.frequencies(TICKETS, terms)))
        assert {} == dict(read(store, store.ledger(fresh_desk()).frequencies(ARTICLES, terms)))

    @fewer()
    @given(first=some_postings(4), others=st.lists(st.tuples(some_postings(4), st.booleans()), max_size=3))
    def test_the_index_holds_what_was_added_last(
        self, store: Store, first: list[Posting], others: list[tuple[list[Posting], bool]]
    ) -> None:
        """What is dropped goes, there or not; what is added comes or takes the new impact, also in one transaction."""
        ledger = fresh_index(store, first)
        expected = {(one.term, one.scope, one.record): one.impact for one in first}
        changes = [first[::2], *[some for some, _ in others]]
        together = [mine for _, mine in others]
        decisions = []
        for added, dropped in zip(changes, [*changes[1:], first], strict=True):
            change = Indexing(kind=ARTICLES, add=tuple(added), drop=tuple(dropped))
            decisions.append(Decision(indexing=(change,)))
            for one in dropped:
                expected.pop((one.term, one.scope, one.record), None)
            expected |= {(one.term, one.scope, one.record): one.impact for one in added}
        if any(together):
            write(store, ledger.save(*decisions))
        else:
            for decision in decisions:
                write(store, ledger.save(decision))
        kept = {entry.key: entry.form for entry in read(store, entries_of(ledger, "posting"))}
        assert {(ARTICLES, *key): {"impact": impact} for key, impact in expected.items()} == kept

    def test_postings_are_seen_inside_at_once_and_outside_after_the_commit(self, store: Store) -> None:
        """A record is found in the transaction that adds its postings, and by nobody else before it is committed."""
        ledger = fresh_index(store, [Posting("a", "old", 1, "public")])
        search = Search(kind=ARTICLES, weights=(("a", 3),))
        before = Found((Hit("old", 12),), 1)
        with store.begin(write=True) as execute:
            change = indexed(ledger, [Posting("a", "new", 2, "public")], [Posting("a", "old", 1, "public")])
            drive(change, execute)
            assert Found((Hit("new", 24),), 1) == drive(ledger.search(search), execute)
            assert {"a": 1} == dict(drive(ledger.frequencies(ARTICLES, ["a"], scopes=["public"]), execute))
            with ThreadPoolExecutor(1) as pool:
                assert before == pool.submit(read, store, ledger.search(search)).result(timeout=60)
        assert Found((Hit("new", 24),), 1) == read(store, ledger.search(search))

    def test_postings_that_are_undone_never_were(self, store: Store) -> None:
        """After a rollback the index is as it was: what was added is gone, what was dropped or replaced is back."""
        old = [Posting("a", "1", 7), Posting("b", "1", 7)]
        ledger = fresh_index(store, old)
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(indexed(ledger, [Posting("a", "1", 8), Posting("a", "2", 9)], old[1:]), execute)
            raise Undo
        search = Search(kind=ARTICLES, weights=(("a", 1), ("b", 10)))
        assert Found((Hit("1", 4 * 77),), 1) == read(store, ledger.search(search))

    def test_a_page_beyond_the_end_tells_the_total(self, store: Store) -> None:
        """Pages are pieces of the whole list, and each says how many there are in all, also an empty one."""
        names = ["", "A", "Z", "a", "a ", "ab", "z", "á", "ñ", "\uffff", "😀"]
        postings = [Posting("a", f"r{name}", 1 + number % 2) for number, name in enumerate(reversed(names))]
        ledger = fresh_index(store, postings)
        for weights in ((), (("a", 2),)):
            search = Search(kind=ARTICLES, weights=weights, limit=4)
            whole = plain_search(postings, attrs.evolve(search, limit=100))
            assert [len(names)] * 6 == [
                read(store, ledger.search(attrs.evolve(search, skip=skip))).total for skip in (0, 4, 8, 11, 12, 1000)
            ]
            pages = [read(store, ledger.search(attrs.evolve(search, skip=skip))).hits for skip in (0, 4, 8, 12)]
            assert [whole.hits[:4], whole.hits[4:8], whole.hits[8:], ()] == pages

    def test_every_group_and_some_scope_is_required(self, store: Store) -> None:
        """Of each group one term; a group of none, and no scope at all, find nothing."""
        ledger = fresh_index(store, [Posting(term, record, 1, "public") for term, record in ("a1", "b1", "a2", "c2")])
        for groups, expected in (("a bc", "12"), ("b c", ""), ("ab b", "1"), (" a", "")):
            search = Search(kind=ARTICLES, required=tuple(tuple(group) for group in groups.split(" ")))
            assert expected == "".join(hit.record for hit in read(store, ledger.search(search)).hits)
            assert Found((), 0) == read(store, ledger.search(attrs.evolve(search, scopes=())))

    def test_kinds_and_desks_are_apart(self, store: Store) -> None:
        """The same postings of another kind, or on another desk, are others: found, counted and dropped apart."""
        one = Posting("a", "1", 5, "public")
        ledger, other = fresh_index(store, [one]), fresh_index(store, [attrs.evolve(one, impact=6)])
        write(store, indexed(ledger, [attrs.evolve(one, impact=7)], kind=TICKETS))
        searches = [Search(kind=kind, weights=(("a", 1),)) for kind in (ARTICLES, TICKETS)]
        write(store, indexed(ledger, [], [one]))
        assert [Found((), 0), Found((Hit("1", 28),), 1)] == [read(store, ledger.search(one)) for one in searches]
        assert [Found((Hit("1", 24),), 1), Found((), 0)] == [read(store, other.search(one)) for one in searches]

    def test_a_search_may_be_long(self, store: Store) -> None:
        """Sixty terms with weights, three groups of a hundred, forty scopes and boosts; 1,500 terms to be counted."""
        scopes = [f"customer:{number}" for number in range(40)]
        postings = [
            Posting(f"t{term}", f"r{record:02}", record * term % 97, scopes[record])
            for record in range(40)
            for term in range(record, 1500, 40 + record)
        ]
        ledger = fresh_index(store, postings)
        groups = tuple(tuple(f"t{term}" for term in range(start, start + 400, 4)) for start in (0, 1, 300))
        search = Search(
            kind=ARTICLES, scopes=tuple(scopes[3:]), required=groups,
            weights=tuple((f"t{term}", term + 1) for term in range(0, 1500, 25)),
            boosted=tuple(f"t{term}" for term in range(0, 1500, 37)), limit=100,
        )  # fmt: skip
        expected = plain_search(postings, search)
        assert 5 < expected.total < 37
        assert expected == read(store, ledger.search(search))
        terms = [f"t{term}" for term in range(1500)]
        for some in (None, scopes[:30]):
            counted = dict(read(store, ledger.frequencies(ARTICLES, [*terms, "none"], scopes=some)))
            assert plain_frequencies(postings, terms, some) == counted

    def test_scores_may_be_large(self, store: Store) -> None:
        """The greatest impacts, weights and questions there are add up exactly, and order by the last unit."""
        weights = tuple((f"t{number}", 14_000) for number in range(60))
        postings = [Posting(term, record, 2_200) for term, _ in weights for record in ("b", "c")]
        postings += [Posting(term, "a", 2_200 - (term == "t0")) for term, _ in weights]
        ledger = fresh_index(store, postings)
        most = 60 * 14_000 * 2_200
        found = read(store, ledger.search(Search(kind=ARTICLES, weights=weights, boosted=("t1",))))
        assert Found((Hit("b", 5 * most), Hit("c", 5 * most), Hit("a", 5 * (most - 14_000))), 3) == found

    @fewer()
    @given(
        shown=crowds_and_filters(), sort=SORTS, descending=DIRECTIONS, limit=st.integers(1, 4), backwards=st.booleans(),
        data=st.data(),
    )  # fmt: skip
    def test_words_narrow_lists_and_counts(
        self,
        store: Store,
        shown: tuple[tuple[Ticket, ...], Predicate],
        sort: str,
        descending: bool,
        limit: int,
        backwards: bool,
        data: st.DataObject,
    ) -> None:
        """A ticket is listed that has, for each word, one of its terms: by filter, sort, page and seek as without."""
        crowd, where = shown
        ledger, crowd = fresh_crowd(store, crowd)
        terms = data.draw(st.lists(st.sets(st.sampled_from(TERMS[:4])), min_size=len(crowd), max_size=len(crowd)))
        having = {ticket.id: some for ticket, some in zip(crowd, terms, strict=True)}
        postings = [Posting(term, record, 3) for record, some in having.items() for term in some]
        write(store, indexed(ledger, postings, kind=TICKETS))
        write(store, indexed(ledger, [Posting(term, ticket.id) for ticket in crowd for term in TERMS[:4]]))
        group = st.lists(st.sampled_from(TERMS[:5]), max_size=3, unique=True).map(tuple)
        words: Words = data.draw(st.lists(group, min_size=1, max_size=3).map(tuple))

        def has(ticket: Ticket) -> bool:
            return all(having[ticket.id] & set(group) for group in words)

        for condition in (where, ALWAYS):
            expected = [one for one in listed(crowd, condition, sort, descending=descending) if has(one)]
            query = Query(where=condition, words=words, sort=sort, descending=descending, limit=100)
            assert expected == list(read(store, ledger.find(query)))
            assert expected[1 : 1 + limit] == list(read(store, ledger.find(attrs.evolve(query, skip=1, limit=limit))))
            assert len(expected) == read(store, ledger.count(condition, words=words))
            assert min(len(expected), limit) == read(store, ledger.count(condition, words=words, cap=limit))
            for ticket in crowd:
                seek = Seek(key=place(ticket, sort)[0], id=ticket.id, backwards=backwards)
                behind = attrs.evolve(query, seek=seek, limit=limit)
                assert sought(expected, behind) == list(read(store, ledger.find(behind)))

    def test_many_words_narrow_a_list_in_no_time(self, store: Store) -> None:
        """A list is narrowed by as many words as a question has, within seconds: a planner may not try every order."""
        many = [f"t{number}" for number in range(32)]
        passed = stopwatch()
        for having in ({"a": ["x", "y"]}, {"a": many, "b": many[:-1], "c": many[1:]}):
            desk = fresh_desk()
            ledger = store.ledger(desk)
            for number, key in enumerate(having, start=1):
                write(store, ledger.save(opened_ticket(desk, key, number)))
            postings = [Posting(term, record, 3) for record, some in having.items() for term in some]
            write(store, indexed(ledger, postings, kind=TICKETS))
            for words in (8, 31, 32):
                asked: Words = tuple((term,) for term in many[:words])
                expected = [record for record, some in having.items() if {*many[:words]} <= {*some}]
                query = Query(where=ALWAYS, words=asked, sort="number", descending=False, limit=10)
                assert expected == [ticket.id for ticket in read(store, ledger.find(query))]
                assert len(expected) == read(store, ledger.count(ALWAYS, words=asked))
                assert 20 > passed()

    @given(one=strategies.postings(), kind=strategies.keys())
    @fewer(3)
    def test_a_posting_is_found_whatever_it_is_called(self, store: Store, one: Posting, kind: str) -> None:
        """Terms of 120 characters, scopes of 80 and ids of 64, of any kind, are stored and found as they are."""
        ledger = fresh_index(store, [one], kind=kind)
        search = Search(kind=kind, scopes=(one.scope,), weights=((one.term, 2),), required=((one.term, "a"),))
        assert Found((Hit(one.record, 8 * one.impact),), 1) == read(store, ledger.search(search))
        near = attrs.evolve(search, weights=((one.term[:-1] + ("y" if one.term[-1] == "x" else "x"), 2),))
        assert Found((), 0) == read(store, ledger.search(near))
        assert Found((), 0) == read(store, ledger.search(attrs.evolve(search, scopes=(one.scope[:79] + "~",))))
