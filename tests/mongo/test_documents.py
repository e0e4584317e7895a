"""Filters mean what predicates mean, and a document holds the whole ticket."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.predicate import Fact, Has, In, to_python
from supportcore.storage.ports import SORT_KEYS, Query, Seek, drive
from supportcore.testing.strategies import crowds, predicates, tickets
from supportcore.text import NEVER
from supportcore.tickets.commands import Change, Decision
from supportcore.tickets.ticket import Ticket
from supportcore_mongo import MongoStore
from supportcore_mongo.documents import load_ticket, ticket_document, to_filter

_desks = count(1)


def _kept(store: MongoStore, desk: str, crowd: tuple[Ticket, ...]) -> None:
    with store.begin(write=True) as execute:
        changes = tuple(Change(before=0, ticket=ticket, recorded=()) for ticket in crowd)
        drive(store.ledger(desk).save(Decision(changes=changes)), execute)


@given(st.data())
def test_a_filter_finds_what_the_predicate_holds_of(store: MongoStore, data: st.DataObject) -> None:
    """A predicate as a filter finds exactly the tickets of which it holds as a function."""
    desk = f"filters-{next(_desks)}"
    crowd = data.draw(crowds(desk=desk))
    _kept(store, desk, crowd)
    ledger = store.ledger(desk)
    for where in data.draw(st.lists(predicates(near=crowd), min_size=1, max_size=5)):
        expected = {ticket.id for ticket in crowd if to_python(where)(ticket, None)}
        with store.begin(write=False) as execute:
            assert expected == {ticket.id for ticket in drive(ledger.find(Query(where=where)), execute)}
            assert len(expected) == drive(ledger.count(where), execute)


@given(st.data())
def test_pages_from_any_row_lie_strictly_behind_it(store: MongoStore, data: st.DataObject) -> None:
    """What follows and what precedes a row, by any sort key, make up the whole list without it."""
    desk = f"pages-{next(_desks)}"
    crowd = data.draw(crowds(desk=desk, min_size=1))
    _kept(store, desk, crowd)
    ledger, sort, descending = store.ledger(desk), data.draw(st.sampled_from(SORT_KEYS)), data.draw(st.booleans())
    edge = data.draw(st.sampled_from(crowd))
    key = NEVER if getattr(edge, sort) is None else getattr(edge, sort)
    with store.begin(write=False) as execute:
        pages = [
            drive(ledger.find(Query(sort=sort, descending=descending, seek=seek)), execute)
            for seek in (None, Seek(key=key, id=edge.id, backwards=True), Seek(key=key, id=edge.id))
        ]
    assert pages[0] == (*pages[1], edge, *pages[2])


@given(tickets())
def test_a_document_holds_the_whole_ticket(ticket: Ticket) -> None:
    """A ticket is rebuilt from its document."""
    assert ticket == load_ticket(ticket_document(ticket))


def test_facts_of_an_actor_are_refused() -> None:
    """A predicate with facts of the actor left in it is no filter."""
    for unbound in (Has("@actor.roles", "agent"), In("customer", Fact("@actor.customers"))):
        with pytest.raises(TypeError, match="bind"):
            to_filter(unbound)
