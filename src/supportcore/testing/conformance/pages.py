"""What `supportcore.storage.paging` makes of a store's lists."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.errors import Invalid
from supportcore.knowledge.postings import TICKETS, Indexing, Posting
from supportcore.predicate import ALWAYS, Predicate
from supportcore.storage.paging import Listing, page
from supportcore.storage.ports import (
    SORT_KEYS,
    TOTAL_CAP,
    Page,
    Store,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    fewer,
    read,
    write,
)
from supportcore.testing.conformance.plain_lists import (
    DIRECTIONS,
    SORTS,
    crowds_and_filters,
    listed,
)
from supportcore.testing.conformance.samples import (
    fresh_crowd,
    fresh_ticket,
    move,
)
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Ticket


class PagesConformance(Conformance):
    """Pages forwards, backwards and by number, while others write."""

    @fewer()
    @given(shown=crowds_and_filters(), sort=SORTS, descending=DIRECTIONS, limit=st.integers(1, 4), some=st.booleans())
    def test_pages_make_up_the_whole_list(
        self,
        store: Store,
        shown: tuple[tuple[Ticket, ...], Predicate],
        sort: str,
        descending: bool,
        limit: int,
        some: bool,
    ) -> None:
        """Pages forwards, backwards and by number are the list cut into pieces, also of what has a word alone."""
        crowd, where = shown
        ledger, crowd = fresh_crowd(store, crowd)
        having = crowd[::2] if some else crowd
        if some:
            added = tuple(Posting("es:a", ticket.id, 1) for ticket in having)
            write(store, ledger.save(Decision(indexing=(Indexing(kind=TICKETS, add=added),))))
        whole = listed(having, where, sort, descending=descending)
        words = (("es:a", "en:a"),) if some else ()
        listing = Listing(where=where, sort=f"-{sort}" if descending else sort, limit=limit, words=words)

        forwards = [read(store, page(ledger, listing))]
        while forwards[-1].next is not None:
            forwards.append(read(store, page(ledger, attrs.evolve(listing, cursor=forwards[-1].next))))
        assert whole == [ticket for one in forwards for ticket in one.items]
        assert {len(whole)} == {one.total for one in forwards}
        assert forwards[0].previous is None
        _lie_where_they_say(forwards, whole)

        backwards = [forwards[-1]]
        while backwards[0].previous is not None:
            backwards.insert(0, read(store, page(ledger, attrs.evolve(listing, cursor=backwards[0].previous))))
        assert whole == [ticket for one in backwards for ticket in one.items]
        _lie_where_they_say(backwards, whole)
        if len(backwards) > 1:
            assert backwards[0].next is not None
            assert (
                backwards[1].items == read(store, page(ledger, attrs.evolve(listing, cursor=backwards[0].next))).items
            )

        numbered = [read(store, page(ledger, attrs.evolve(listing, page=n + 1))) for n in range(len(forwards))]
        assert forwards == numbered

    @fewer(3)
    @given(
        crowd=strategies.crowds(min_size=2),
        sort=SORTS,
        descending=DIRECTIONS,
        limit=st.integers(1, 4),
        data=st.data(),
    )
    def test_rows_that_stay_put_are_neither_skipped_nor_repeated(
        self,
        store: Store,
        crowd: tuple[Ticket, ...],
        sort: str,
        descending: bool,
        limit: int,
        data: st.DataObject,
    ) -> None:
        """While others move, come and go between two pages, a row whose key did not change is met exactly once."""
        ledger, crowd = fresh_crowd(store, crowd)
        listing = Listing(where=ALWAYS, sort=f"-{sort}" if descending else sort, limit=limit)
        stay = {ticket.id for ticket in crowd}
        now = {ticket.id: ticket for ticket in crowd}
        met: list[str] = []
        here: Page[Ticket] = read(store, page(ledger, listing))
        while True:
            met.extend(ticket.id for ticket in here.items)
            if here.next is None:
                break
            moving = now[data.draw(st.sampled_from(sorted(now)), label="moves")]
            to = now[data.draw(st.sampled_from(sorted(now)), label="to where this one is")]
            if sort != "number":
                stay.discard(moving.id)
                taken = "clocks" if sort == "due_at" else sort  # what is due follows from the clocks
                now[moving.id] = move(store, ledger, moving, {taken: getattr(to, taken)})
            here = read(store, page(ledger, attrs.evolve(listing, cursor=here.next)))
            assert len(met) < 200
        assert Counter(stay) == Counter(ticket_id for ticket_id in met if ticket_id in stay)

    @fewer()
    @given(shown=crowds_and_filters(), other=strategies.predicates(), sort=SORTS)
    def test_a_cursor_belongs_to_its_query(
        self, store: Store, shown: tuple[tuple[Ticket, ...], Predicate], other: Predicate, sort: str
    ) -> None:
        """A cursor of another filter, sort or direction is refused with a code, and so is a mangled one."""
        crowd, where = shown
        ledger, crowd = fresh_crowd(store, crowd)
        first = read(store, page(ledger, Listing(where=where, sort=sort, limit=1)))
        if first.next is None:
            return
        others = [Listing(where=where, sort=f"-{sort}", cursor=first.next)]
        if repr(other) != repr(where):
            others.append(Listing(where=other, sort=sort, cursor=first.next))
        others += [Listing(where=where, sort=name, cursor=first.next) for name in SORT_KEYS if name != sort]
        others += [Listing(where=where, sort=sort, cursor=cursor) for cursor in ("", "x", "ñ", first.next[:-3])]
        for listing in others:
            with pytest.raises(Invalid) as refused:
                read(store, page(ledger, listing))
            assert ["bad_cursor"] == [fault.code for fault in refused.value.faults]

    def test_totals_are_capped(self, store: Store) -> None:
        """A total counts no further than it has to, and is left out when it is not asked for."""
        ledger, _ = fresh_ticket(store)
        assert 1 == read(store, page(ledger, Listing(where=ALWAYS))).total
        assert read(store, page(ledger, Listing(where=ALWAYS, total=False))).total is None
        assert 1 == read(store, ledger.count(ALWAYS, cap=TOTAL_CAP))


def _lie_where_they_say(pages: Sequence[Page[Ticket]], whole: Sequence[Ticket]) -> None:
    for one in pages:
        index = whole.index(one.items[0]) + 1 if one.items else 0
        assert index == one.first_index
        assert (index > 1) == (one.previous is not None)
        assert (bool(one.items) and one.items[-1] != whole[-1]) == (one.next is not None)
