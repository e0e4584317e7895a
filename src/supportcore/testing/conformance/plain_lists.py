"""What filters, sorts and seeks mean, written out in plain Python, for lists to be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from supportcore.predicate import ALWAYS, All, AnyOf, Eq, In, Missing, Ne, Predicate, Range
from supportcore.storage.ports import (
    SORT_KEYS,
    Query,
)
from supportcore.testing import strategies
from supportcore.text import NEVER as NO_INSTANT
from supportcore.tickets.ticket import Ticket


def holds(where: Predicate, ticket: Ticket) -> bool:
    """Return whether a bound predicate holds of a ticket; null as `supportcore.predicate` says, text by its bytes."""
    if isinstance(where, All):
        return all(holds(part, ticket) for part in where.parts)
    if isinstance(where, AnyOf):
        return any(holds(part, ticket) for part in where.parts)
    value = getattr(ticket, where.field)
    match where:
        case Missing(missing=missing):
            return (value is None) == missing
        case Ne(value=other):
            return bool(value is None or value != other)
        case Eq(value=other):
            return bool(value is not None and value == other)
        case In(values=tuple() as others):
            return value is not None and any(value == other for other in others)
        case Range(start=start, before=before):
            return (
                value is not None
                and (start is None or _rank(start) <= _rank(value))
                and (before is None or _rank(value) < _rank(before))
            )
    raise AssertionError(f"{where} is not bound")


def _rank(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def place(ticket: Ticket, sort: str) -> tuple[Any, bytes]:
    """Return what a list is ordered by."""
    value = getattr(ticket, sort)
    return (NO_INSTANT if value is None else value), ticket.id.encode()


def listed(tickets: Iterable[Ticket], where: Predicate, sort: str, *, descending: bool) -> list[Ticket]:
    """Return the list that `find` has to show."""
    found = [ticket for ticket in tickets if holds(where, ticket)]
    return sorted(found, key=lambda ticket: place(ticket, sort), reverse=descending)


def sought(found: Sequence[Ticket], query: Query) -> list[Ticket]:
    """Return the part of a list behind (or before) the edge of *query*."""
    assert query.seek is not None
    edge = (query.seek.key, query.seek.id.encode())

    def is_after(ticket: Ticket) -> bool:
        here = place(ticket, query.sort)
        return here < edge if query.descending else here > edge

    if query.seek.backwards:
        before = [ticket for ticket in found if place(ticket, query.sort) != edge and not is_after(ticket)]
        return before[-query.limit :]
    return [ticket for ticket in found if is_after(ticket)][: query.limit]


@st.composite
def crowds_and_filters(draw: st.DrawFn) -> tuple[tuple[Ticket, ...], Predicate]:
    """Return tickets, and a condition that holds of all of them or of some."""
    crowd = draw(strategies.crowds(min_size=draw(st.sampled_from((0, 4, 8)))))
    return crowd, draw(st.just(ALWAYS) | strategies.predicates(near=crowd))


@st.composite
def crowds_and_conditions(draw: st.DrawFn) -> tuple[tuple[Ticket, ...], list[Predicate]]:
    """Return tickets, and several conditions to try on them."""
    crowd = draw(strategies.crowds(min_size=draw(st.sampled_from((0, 4, 8)))))
    return crowd, draw(st.lists(strategies.predicates(near=crowd), min_size=1, max_size=8))


SORTS = st.sampled_from(SORT_KEYS)
DIRECTIONS = strategies.flags(dullest=True)
