"""Conditions on kinds of ticket: they hold where the library's own do, and are left open where that is not known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore.linting.conditions import DESK, Conditions
from supportcore.linting.kinds import ANY, Kind, Person
from supportcore.predicate import All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range, to_python
from tests.linting.corpus.base import base, defined

DEFINITION = defined(base())
STATES = {state.key: state for state in DEFINITION.workflow.states}
PEOPLE = ("agent", "agent-2", "customer", None)
VALUES: dict[str, tuple[Any, ...]] = {
    "assignee": PEOPLE,
    "contact": PEOPLE[:3],
    "priority": ("low", "high", None),
    "team": ("desk", "board", None),
    "confirmed": (True, False),
    "rating": (1, 3, 5, None),
}
"""Fields of a kind of ticket, and what is tried."""


def leaves() -> st.SearchStrategy[Predicate]:
    """Return comparisons of fields with values and with facts of the actor."""
    known = st.sampled_from(sorted(VALUES)).flatmap(
        lambda name: st.sampled_from([one for one in VALUES[name] if one is not None]).map(lambda value: (name, value))
    )
    person = st.sampled_from(["assignee", "contact"])
    return st.one_of(
        known.map(lambda pair: Eq(*pair)),
        known.map(lambda pair: Ne(*pair)),
        known.map(lambda pair: In(pair[0], (pair[1],))),
        person.map(lambda name: Eq(name, Fact("@actor.id"))),
        person.map(lambda name: Ne(name, Fact("@actor.id"))),
        st.sampled_from(["assignee", "priority", "team", "closed_at", "rating"]).flatmap(
            lambda name: st.booleans().map(lambda missing: Missing(name, missing))
        ),
        st.sampled_from(sorted(STATES)).map(lambda key: Eq("state", key)),
        st.sampled_from(["new", "closed"]).map(lambda category: Eq("category", category)),
        st.just(Eq("is_open", True)),
        st.just(Range("rating", 2, 5)),
        st.just(In("team", Fact("@actor.teams"))),
        st.sampled_from(["agent", "customer"]).map(lambda role: Has("@actor.roles", role)),
    )


def predicates() -> st.SearchStrategy[Predicate]:
    """Return conditions of a few comparisons."""
    return st.recursive(
        leaves(),
        lambda some: st.lists(some, max_size=3).flatmap(lambda p: st.sampled_from([All(tuple(p)), AnyOf(tuple(p))])),
    )


def kinds() -> st.SearchStrategy[Kind]:
    """Return kinds of ticket of which every field is known."""
    return st.builds(Kind, state=st.sampled_from(sorted(STATES)), **{k: st.sampled_from(v) for k, v in VALUES.items()})


def holds(when: Predicate, kind: Kind, person: Person) -> bool:
    """Return whether the library itself says that a condition holds of such a ticket and actor."""
    state = STATES[kind.state]
    told = {"category": state.category, "is_open": not state.final, "closed_at": 1 if state.final else None}
    teams = set() if person is DESK or kind.team is None else {kind.team}
    actor = SimpleNamespace(id=person.name, roles=person.roles, teams=teams, customers=set())
    return to_python(when)(SimpleNamespace(**kind._asdict(), **told), actor)


@settings(max_examples=150)
@given(
    when=predicates(),
    kind=kinds(),
    hidden=st.sets(st.sampled_from(sorted(VALUES))),
    person=st.sampled_from([DESK, Person("agent", frozenset({"agent"}), "staff")]),
)
def test_what_is_said_of_a_kind_holds_of_its_tickets(
    when: Predicate, kind: Kind, hidden: set[str], person: Person
) -> None:
    """A condition is told to hold, or not to, only where it does whatever is not looked at; and always if all is."""
    check = Conditions(DEFINITION).check(when)
    expected = holds(when, kind, person)
    told = True if check is None else check(kind._replace(**dict.fromkeys(hidden, ANY)), person)
    assert told in (None, expected)
    assert (True if check is None else check(kind, person)) is expected
