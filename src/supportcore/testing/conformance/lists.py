"""What `supportcore.storage.ports.Tickets` promises of lists and counts."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.predicate import ALWAYS, NEVER, All, AnyOf, Eq, In, Missing, Ne, Predicate, Range
from supportcore.storage.ports import (
    COUNT_KEYS,
    SORT_KEYS,
    Query,
    Seek,
    Store,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    fewer,
    fresh_desk,
    read,
    write,
)
from supportcore.testing.conformance.plain_lists import (
    DIRECTIONS,
    SORTS,
    crowds_and_conditions,
    crowds_and_filters,
    holds,
    listed,
    place,
    sought,
)
from supportcore.testing.conformance.samples import (
    AT,
    found_by,
    fresh_crowd,
    fresh_ticket,
    opening,
    save_all,
    two_tickets,
)
from supportcore.testing.strategies.values import MILLISECOND
from supportcore.tickets.evolve import opened
from supportcore.tickets.ticket import Ticket


class ListsConformance(Conformance):
    """Filters, sorts, seeks and counts; null and text compare as `supportcore.predicate` says."""

    @fewer()
    @given(
        shown=crowds_and_conditions(),
        sort=SORTS,
        descending=DIRECTIONS,
        limit=st.integers(1, 5),
        skip=st.integers(0, 6),
    )
    def test_a_list_is_what_a_plain_filter_gives(
        self,
        store: Store,
        shown: tuple[tuple[Ticket, ...], list[Predicate]],
        sort: str,
        descending: bool,
        limit: int,
        skip: int,
    ) -> None:
        """Every filter, sort, direction, limit and skip gives what filtering and sorting in Python gives."""
        crowd, conditions = shown
        ledger, crowd = fresh_crowd(store, crowd)
        for where in conditions:
            expected = listed(crowd, where, sort, descending=descending)
            query = Query(where=where, sort=sort, descending=descending, limit=100)
            assert expected == list(read(store, ledger.find(query)))
            some = attrs.evolve(query, limit=limit, skip=skip)
            assert expected[skip : skip + limit] == list(read(store, ledger.find(some)))

    @fewer()
    @given(shown=crowds_and_conditions(), field=st.sampled_from(COUNT_KEYS), cap=st.integers(1, 12))
    def test_counts_are_what_a_plain_filter_gives(
        self, store: Store, shown: tuple[tuple[Ticket, ...], list[Predicate]], field: str, cap: int
    ) -> None:
        """Counting, up to a cap and by a field, gives what counting in Python gives."""
        crowd, conditions = shown
        ledger, crowd = fresh_crowd(store, crowd)
        for where in conditions:
            expected = [ticket for ticket in crowd if holds(where, ticket)]
            assert len(expected) == read(store, ledger.count(where))
            assert min(len(expected), cap) == read(store, ledger.count(where, cap=cap))
            by_field = dict(read(store, ledger.count_by(where, field)))
            assert Counter(getattr(ticket, field) for ticket in expected) == by_field

    @fewer()
    @given(shown=crowds_and_conditions())
    def test_counts_come_together(self, store: Store, shown: tuple[tuple[Ticket, ...], list[Predicate]]) -> None:
        """As many as are asked for, in their order, each what it is alone; of nothing, and on another desk, none."""
        crowd, conditions = shown
        ledger, crowd = fresh_crowd(store, crowd)
        asked = [*conditions, ALWAYS, NEVER, conditions[0]]
        expected = tuple(sum(holds(where, ticket) for ticket in crowd) for where in asked)
        assert expected == read(store, ledger.counts(asked))
        assert () == read(store, ledger.counts([]))
        assert (0,) * len(asked) == read(store, store.ledger(fresh_desk()).counts(asked))

    def test_many_counts_come_together(self, store: Store) -> None:
        """Sixty-four wide conditions and more, of states and of people, are counted in one call."""
        ledger, here, there = two_tickets(store, customer="acme", other="beta")
        many = tuple(f"c{number}" for number in range(499))
        asked: list[Predicate] = []
        for number in range(64):
            one = AnyOf((Eq("number", number), All((Eq("customer", "acme"), Ne("team", f"t{number}")))))
            asked += [one, In("customer", (*many, "beta")), Range("number", None, number + 0.5)]
        expected = tuple(sum(holds(where, ticket) for ticket in (here, there)) for where in asked)
        assert {0, 1, 2} == set(expected)
        assert expected == read(store, ledger.counts(asked))

    @fewer()
    @given(
        shown=crowds_and_filters(),
        sort=SORTS,
        descending=DIRECTIONS,
        backwards=strategies.flags(),
        limit=st.integers(1, 5),
        data=st.data(),
    )
    def test_a_seek_goes_on_strictly_behind_the_edge(
        self,
        store: Store,
        shown: tuple[tuple[Ticket, ...], Predicate],
        sort: str,
        descending: bool,
        backwards: bool,
        limit: int,
        data: st.DataObject,
    ) -> None:
        """From any edge, a row or none, forwards and backwards: the nearest rows, in the order of the list."""
        crowd, where = shown
        ledger, crowd = fresh_crowd(store, crowd)
        edges = [(place(ticket, sort)[0], ticket.id) for ticket in crowd]
        key = data.draw(st.sampled_from([edge[0] for edge in edges]) if edges else st.just(_some_key(sort)))
        row_id = data.draw(st.sampled_from([edge[1] for edge in edges]) if edges else strategies.host_ids())
        query = Query(
            where=where,
            sort=sort,
            descending=descending,
            limit=limit,
            seek=Seek(key=key, id=row_id, backwards=backwards),
        )
        expected = sought(listed(crowd, where, sort, descending=descending), query)
        assert expected == list(read(store, ledger.find(query)))

    @pytest.mark.parametrize("sort", SORT_KEYS)
    @pytest.mark.parametrize("descending", [True, False])
    def test_rows_of_one_key_have_their_places(self, store: Store, sort: str, descending: bool) -> None:
        """Ties go by id in the direction of the list, numbers by size, no instant is last; seeks go on from any row."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        places = [("c", 9, None), ("a", 10, AT), ("B", 9, AT), ("d", 100, None), ("é", 10, AT + MILLISECOND)]
        tickets = [
            attrs.evolve(opened(desk, name, opening(n)), priority_rank=rank, last_reply_at=at, updated_at=at or AT)
            for n, (name, rank, at) in enumerate(places, start=8)
        ]
        write(store, save_all(ledger, tickets))
        whole = listed(tickets, ALWAYS, sort, descending=descending)
        query = Query(sort=sort, descending=descending, limit=100)
        assert whole == list(read(store, ledger.find(query)))
        assert whole[2:4] == list(read(store, ledger.find(attrs.evolve(query, skip=2, limit=2))))
        for ticket in tickets:
            for backwards in (True, False):
                seek = Seek(key=place(ticket, sort)[0], id=ticket.id, backwards=backwards)
                beside = attrs.evolve(query, seek=seek, limit=2)
                assert sought(whole, beside) == list(read(store, ledger.find(beside)))

    def test_counts_end_at_their_cap(self, store: Store) -> None:
        """Up to a cap, and by a truth, which is told as one."""
        ledger, *_ = two_tickets(store, customer="acme")
        assert [1, 2, 2] == [read(store, ledger.count(ALWAYS, cap=cap)) for cap in (1, 2, 3)]
        ((value, count),) = dict(read(store, ledger.count_by(ALWAYS, "is_open"))).items()
        assert (True, 2) == (value is True, count)

    def test_missing_values_compare_as_the_language_says(self, store: Store) -> None:
        """A missing value equals nothing, lies in no list or range, and differs from every value."""
        ledger, here, gone = two_tickets(store, customer="acme")
        assert {gone} == found_by(store, ledger, Ne("customer", "acme"))
        assert {gone, here} == found_by(store, ledger, Ne("customer", "other"))
        assert {here} == found_by(store, ledger, Eq("customer", "acme"))
        assert {here} == found_by(store, ledger, In("customer", ("acme", "other")))
        assert {here} == found_by(store, ledger, Range("customer", "", None))
        assert {here} == found_by(store, ledger, Range("customer", None, "b"))
        assert {gone} == found_by(store, ledger, Missing("customer"))
        assert {here} == found_by(store, ledger, Missing("customer", False))
        assert {None: 1, "acme": 1} == dict(read(store, ledger.count_by(ALWAYS, "customer")))

    @pytest.mark.parametrize("other", ["Acme", "acme ", " acme", "acmé", "acme\u0301", "ａcme", "acme\u200b", "acm"])
    def test_text_is_equal_byte_by_byte(self, store: Store, other: str) -> None:
        """Case, accents, spaces, width and what cannot be seen all make another value."""
        ledger, here, there = two_tickets(store, customer="acme", other=other)
        assert {here} == found_by(store, ledger, Eq("customer", "acme"))
        assert {there} == found_by(store, ledger, Ne("customer", "acme"))
        assert {there} == found_by(store, ledger, In("customer", (other,)))
        assert {"acme": 1, other: 1} == dict(read(store, ledger.count_by(ALWAYS, "customer")))

    def test_text_is_ordered_byte_by_byte(self, store: Store) -> None:
        """Ranges and ids go by the bytes of UTF-8: capitals before small letters, accents after z, planes last."""
        names = ["", " ", "%", "A", "Z", "_", "a", "a ", "ab", "z", "\x7f", "á", "ñ", "\uffff", "😀"]
        desk = fresh_desk()
        ledger = store.ledger(desk)
        tickets = [
            attrs.evolve(opened(desk, f"id{name}", opening(number)), customer=name or None)
            for number, name in enumerate(reversed(names), start=1)
        ]
        write(store, save_all(ledger, tickets))
        assert tuple(f"id{name}" for name in names) == read(store, ledger.ticket_ids("", 100))
        for ticket in tickets:
            assert ticket == read(store, ledger.ticket(ticket.id))
            assert [ticket.id] == [one.ticket for one in read(store, ledger.history(ticket.id))]
        for edge in names[1:]:
            found = read(store, ledger.find(Query(where=Range("customer", edge, None), sort="number", limit=100)))
            assert names[names.index(edge) :] == [ticket.customer for ticket in found]

    @pytest.mark.parametrize("value", [-1e300, -0.5, 0.0, 1.0, 1.5, 2.0, 2.5, 3.0, float(2**62), float(2**63), 1e300])
    def test_a_number_compares_with_any_number(self, store: Store, value: float) -> None:
        """A float is equal, less or greater as it is in arithmetic: neither rounded nor refused."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        numbers = (1, 2, 3, 2**62, 2**62 + 1, 2**63 - 1)
        tickets = [opened(desk, f"t{place}", opening(number)) for place, number in enumerate(numbers)]
        write(store, save_all(ledger, tickets))
        conditions: list[Predicate] = [
            Eq("number", value), Ne("number", value), In("number", (value, 2)), Range("number", value, None),
            Range("number", None, value), Range("number", 2, value), All((Range("number", value, 3.5),)),
        ]  # fmt: skip
        for where in conditions:
            expected = [ticket for ticket in tickets if holds(where, ticket)]
            assert expected == list(read(store, ledger.find(Query(where=where, sort="number", descending=False))))
            assert len(expected) == read(store, ledger.count(where))

    def test_conditions_that_are_always_or_never_true(self, store: Store) -> None:
        """An empty ``all`` holds of everything; an empty ``any`` and an empty list of values of nothing."""
        ledger, ticket = fresh_ticket(store)
        assert {ticket} == found_by(store, ledger, ALWAYS)
        assert set() == found_by(store, ledger, NEVER)
        assert set() == found_by(store, ledger, In("state", ()))
        assert set() == found_by(store, ledger, All((ALWAYS, NEVER)))
        assert {ticket} == found_by(store, ledger, AnyOf((NEVER, ALWAYS)))

    def test_a_condition_may_be_deep_and_wide(self, store: Store) -> None:
        """A list of five hundred values, and conditions twelve deep, are answered."""
        ledger, ticket = fresh_ticket(store)
        wide = In("state", (*(f"state-{number}" for number in range(499)), "new"))
        deep: Predicate = wide
        for depth in range(12):
            deep = (All, AnyOf)[depth % 2]((Eq("state", f"s{depth}"), deep) if depth % 2 else (deep, Ne("team", "x")))
        assert {ticket} == found_by(store, ledger, deep)

    @fewer()
    @given(crowd=strategies.crowds(), limit=st.integers(1, 5))
    def test_ids_can_be_walked(self, store: Store, crowd: tuple[Ticket, ...], limit: int) -> None:
        """Asking on from the last id meets every ticket once, by the bytes of the ids."""
        ledger, crowd = fresh_crowd(store, crowd)
        walked: list[str] = []
        while found := read(store, ledger.ticket_ids(walked[-1] if walked else "", limit)):
            assert len(found) <= limit
            walked.extend(found)
            assert len(walked) <= len(crowd)
        assert sorted((ticket.id for ticket in crowd), key=str.encode) == walked


def _some_key(sort: str) -> Any:
    return AT if sort.endswith("_at") else 1
