"""Predicates and actors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.definition.model import Definition
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import (
    ACTOR_FIELDS,
    TICKET_FIELDS,
    All,
    AnyOf,
    Eq,
    Fact,
    Has,
    In,
    Missing,
    Ne,
    Predicate,
    Range,
    Scalar,
)
from supportcore.storage.ports import KIND_OF, Record
from supportcore.testing.strategies.values import (
    _TRICKY,
    LAST_INSTANT,
    MILLISECOND,
    _maybe,
    _sets,
    flags,
    host_ids,
    instants,
    numbers,
    texts,
    titles,
)
from supportcore.text import FIRST_INSTANT, TITLE_LIMIT
from supportcore.tickets.ticket import Ticket


def _similar(value: Scalar) -> list[Scalar]:
    """Return *value* and others that a careless comparison takes for it."""
    if isinstance(value, str):
        return [value, *(other for other in (value.upper(), value + " ", value.strip()) if len(other) <= TITLE_LIMIT)]
    if isinstance(value, datetime):
        close = (value + MILLISECOND, value - MILLISECOND)
        return [value, *(other for other in close if FIRST_INSTANT <= other <= LAST_INSTANT)]
    return [value]


def _values(name: str, near: Sequence[Ticket]) -> SearchStrategy[Scalar]:
    """Return values a field of the ticket can be compared with, often such as *near* ones have."""
    generic: SearchStrategy[Any]
    match TICKET_FIELDS[name].kind:
        case "instant":
            generic = instants()
        case "flag":
            generic = flags(dullest=True)
        case "number":
            generic = numbers()
        case _:
            generic = st.sampled_from(_TRICKY) | texts()
    held: list[Scalar] = [value for ticket in near if (value := getattr(ticket, name)) is not None]
    pool = [other for value in held for other in _similar(value)]
    return st.sampled_from(pool) | generic if pool else generic


@st.composite
def _tests_of_tickets(draw: st.DrawFn, near: Sequence[Ticket], facts: bool) -> Predicate:
    name = draw(st.sampled_from(list(TICKET_FIELDS)))
    values: SearchStrategy[Any] = _values(name, near)
    several: SearchStrategy[Any] = st.lists(values, max_size=3).map(tuple)
    if facts and TICKET_FIELDS[name].kind == "text":
        values |= st.just(Fact("@actor.id"))
        several |= st.sampled_from([Fact(fact) for fact, field in ACTOR_FIELDS.items() if field.kind == "set"])
    kind = draw(st.sampled_from((Eq, Ne, In, Range, Missing)))
    if kind is Missing:
        return Missing(name, draw(flags(dullest=True)))
    if kind is In:
        return In(name, draw(several))
    if kind is Range:
        start, before = draw(_maybe(_values(name, near))), draw(_maybe(_values(name, near)))
        assume(start is not None or before is not None)
        return Range(name, start, before)
    return (Eq if kind is Eq else Ne)(name, draw(values))


def _tests_of_actors() -> SearchStrategy[Predicate]:
    sets = st.sampled_from([name for name, field in ACTOR_FIELDS.items() if field.kind == "set"])
    return st.one_of(
        st.builds(Has, sets, host_ids()),
        st.builds(Missing, sets, flags(dullest=True)),
        st.builds(Eq, st.just("@actor.id"), host_ids()),
        st.builds(In, st.just("@actor.id"), st.lists(host_ids(), max_size=3).map(tuple)),
    )


def predicates(*, near: Sequence[Ticket] = (), facts: bool = False) -> SearchStrategy[Predicate]:
    """
    Return predicates over every field and operator.

    Args:
        near: Tickets whose values are compared with often, so that predicates hold of some of them.
        facts: Also with facts of the actor; without, they are bound, as stores take them.
    """
    leaves: SearchStrategy[Predicate] = _tests_of_tickets(near, facts)
    if facts:
        leaves |= _tests_of_actors()

    def joined(parts: SearchStrategy[Predicate]) -> SearchStrategy[Predicate]:
        several = st.lists(parts, max_size=3).map(tuple)
        return several.map(All) | several.map(AnyOf)

    return st.recursive(leaves, joined, max_leaves=5)


def actors(definition: Definition | None = None, *, catalogue: Iterable[Record] = ()) -> SearchStrategy[Actor]:
    """
    Return actors.

    Args:
        definition: Roles are those of this desk; without, any.
        catalogue: Customers and teams are those found here, and others now and then.
    """
    known = list(catalogue)

    def ids(kind: str) -> SearchStrategy[str]:
        found = [record.id for record in known if KIND_OF[type(record)] == kind]
        return st.sampled_from(found) | host_ids() if found else host_ids()

    roles = host_ids().filter(lambda role: role != SYSTEM)
    if definition is not None:
        roles = st.sampled_from([role.key for role in definition.roles])
    locale = titles() if definition is None else st.sampled_from(("", *definition.languages))
    return st.builds(
        Actor,
        id=host_ids(),
        roles=_sets(roles),
        customers=_sets(ids("customer")),
        teams=_sets(ids("team")),
        locale=locale,
        zone=st.sampled_from(("", "Europe/Madrid", "America/Bogota", "Asia/Kathmandu")),
    )
