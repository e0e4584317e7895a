"""The one small language: read, meant, bound and worded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.people.access import Actor
from supportcore.predicate import (
    ALWAYS,
    NEVER,
    All,
    AnyOf,
    Eq,
    Fact,
    Has,
    In,
    Malformed,
    Missing,
    Ne,
    Predicate,
    Range,
    bind,
    both,
    conditions,
    parse,
    shape,
    to_python,
    words,
)

KEYS = ["acme", "beta", "ana"]
leaves = st.one_of(
    st.builds(Eq, st.sampled_from(["customer", "assignee"]), st.sampled_from([*KEYS, Fact("@actor.id")])),
    st.builds(Ne, st.sampled_from(["customer", "assignee"]), st.sampled_from([*KEYS, Fact("@actor.id")])),
    st.builds(In, st.just("customer"), st.lists(st.sampled_from(KEYS)).map(tuple) | st.just(Fact("@actor.customers"))),
    st.builds(Range, st.just("number"), st.none() | st.integers(0, 5), st.none() | st.integers(0, 5)),
    st.builds(Has, st.just("@actor.roles"), st.sampled_from(["agent", "customer"])),
    st.builds(Missing, st.sampled_from(["customer", "assignee"]), st.booleans()),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
tickets = st.builds(
    SimpleNamespace,
    customer=st.none() | st.sampled_from(KEYS),
    assignee=st.none() | st.sampled_from(KEYS),
    number=st.integers(0, 5),
)
actors = st.builds(
    Actor,
    id=st.sampled_from(KEYS),
    roles=st.sets(st.sampled_from(["agent", "customer"])),
    customers=st.sets(st.sampled_from(KEYS)),
)


def plainly(predicate: Predicate, ticket: Any, actor: Actor) -> bool:
    """The meaning, once more and as plainly as it can be said."""

    def value(name: str) -> Any:
        return getattr(actor, name[7:]) if name.startswith("@actor.") else getattr(ticket, name)

    def operand(given: Any) -> Any:
        return value(given.name) if isinstance(given, Fact) else given

    if isinstance(predicate, All):
        return not [part for part in predicate.parts if not plainly(part, ticket, actor)]
    if isinstance(predicate, AnyOf):
        return bool([part for part in predicate.parts if plainly(part, ticket, actor)])
    found = value(predicate.field)
    if isinstance(predicate, Missing):
        return (found is None) == predicate.missing
    if isinstance(predicate, Ne):
        return bool(found != operand(predicate.value))
    if found is None:
        return False
    if isinstance(predicate, Eq):
        return bool(found == operand(predicate.value))
    if isinstance(predicate, In):
        return found in list(operand(predicate.values))
    if isinstance(predicate, Has):
        return operand(predicate.value) in found
    low, high = predicate.start, predicate.before
    return (low is None or found >= low) and (high is None or found < high)


@given(predicate=predicates, ticket=tickets, actor=actors)
def test_the_compiled_function_means_what_is_said(predicate: Predicate, ticket: Any, actor: Actor) -> None:
    """Compiled, and bound to the actor and compiled, a predicate agrees with its plain meaning."""
    expected = plainly(predicate, ticket, actor)
    assert expected == to_python(predicate)(ticket, actor)
    assert expected == to_python(bind(predicate, actor))(ticket, None)


@given(predicate=predicates, actor=actors)
def test_bound_predicates_hold_plain_values_only(predicate: Predicate, actor: Actor) -> None:
    """Nothing of the actor is left after binding, and the form does not depend on the values."""
    form, values = shape(bind(predicate, actor))
    assert "@actor" not in repr((form, values))
    assert hash(form) == hash(form)


@given(predicate=predicates)
def test_words_are_said_in_both_languages(predicate: Predicate) -> None:
    """Every predicate can be told to a person."""
    assert words(predicate, "en")
    assert words(predicate, "es")


@pytest.mark.parametrize(
    ("predicate", "held", "failed"),
    [
        (Eq("state", "open"), "open", "done"),
        (Ne("state", "open"), "done", "open"),
        (In("state", ("open", "done")), "done", "held"),
        (Range("number", 2, 4), 2, 4),
        (Range("number", 2, 4), 3, 1),
        (Missing("team"), None, "desk"),
        (Missing("team", False), "desk", None),
        (Has("@actor.roles", "agent"), {"agent"}, {"customer"}),
        (Missing("@actor.teams"), set(), {"desk"}),
        (All((Eq("state", "open"), Ne("state", "done"))), "open", "done"),
        (AnyOf((Eq("state", "open"), Eq("state", "done"))), "done", "held"),
    ],
    ids=str,
)
def test_what_each_comparison_holds_of(predicate: Predicate, held: Any, failed: Any) -> None:
    """Each comparison is true of one value and false of another."""
    test = to_python(predicate)
    for value, expected in ((held, True), (failed, False)):
        anything = SimpleNamespace(**dict.fromkeys(("state", "number", "team", "roles", "teams"), value))
        assert expected is test(anything, anything)


def test_null_is_defined_once() -> None:
    """A missing value equals nothing, differs from everything, is in no list and in no range."""
    ticket = SimpleNamespace(assignee=None, closed_at=None)
    found = [
        to_python(test)(ticket, None)
        for test in (Eq("assignee", "x"), Ne("assignee", "x"), In("assignee", ("x",)), Range("assignee", "a"))
    ]
    assert [False, True, False, False] == found


def test_settled_parts_are_folded_away() -> None:
    """What the actor alone settles is gone after binding."""
    agent = Actor(id="x", roles={"agent"})
    rule = AnyOf((Has("@actor.roles", "agent"), Eq("customer", "acme")))
    assert ALWAYS == bind(rule, agent)
    assert Eq("customer", "acme") == bind(rule, Actor(id="y"))
    assert NEVER == bind(In("customer", Fact("@actor.customers")), agent)
    assert Eq("state", "open") == both(ALWAYS, Eq("state", "open"))
    assert NEVER == both(NEVER, Eq("state", "open"))


def test_a_table_is_read() -> None:
    """The TOML form of every operator."""
    table = {"all": [
        {"field": "state", "eq": "open"}, {"field": "assignee", "ne": "@actor.id"},
        {"field": "priority", "in": ["high"]}, {"field": "customer", "in": "@actor.customers"},
        {"any": [{"field": "number", "range": {"from": 1, "before": 9}}, {"field": "@actor.roles", "has": "boss"}]},
        {"field": "team", "missing": True},
    ]}  # fmt: skip
    expected = All((
        Eq("state", "open"), Ne("assignee", Fact("@actor.id")), In("priority", ("high",)),
        In("customer", Fact("@actor.customers")), AnyOf((Range("number", 1, 9), Has("@actor.roles", "boss"))),
        Missing("team"),
    ))  # fmt: skip
    assert expected == parse(table)


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ("open", ""),
        ({}, ""),
        ({"field": "state"}, ""),
        ({"field": "colour", "eq": "red"}, ".field"),
        ({"field": ["state"], "eq": "red"}, ".field"),
        ({"field": "state", "like": "o%"}, ""),
        ({"field": "state", "eq": "a", "ne": "b"}, ""),
        ({"field": "state", "eq": 7}, ".eq"),
        ({"field": "number", "eq": "7"}, ".eq"),
        ({"field": "state", "in": "open"}, ".in"),
        ({"field": "state", "in": "@actor.id"}, ".in"),
        ({"field": "assignee", "eq": "@actor.shoe"}, ".eq"),
        ({"field": "assignee", "eq": "@actor.roles"}, ".eq"),
        ({"field": "number", "range": {}}, ".range"),
        ({"field": "number", "range": {"to": 9}}, ".range"),
        ({"field": "@actor.roles", "eq": "x"}, ".eq"),
        ({"field": "state", "has": "x"}, ".has"),
        ({"field": "state", "missing": 1}, ".missing"),
        ({"all": [{"field": "state", "eq": "x"}, {"any": 1}]}, ".all[1]"),
        ({"all": [], "field": "state"}, ""),
        ({"field": "opened_at", "range": {"from": "yesterday"}}, ".range.from"),
    ],
)
def test_a_table_that_is_no_predicate_says_where(table: Any, path: str) -> None:
    """The fault names the place within the predicate."""
    with pytest.raises(Malformed) as malformed:
        parse(table)
    assert path == malformed.value.path


def test_words_of_a_refusal() -> None:
    """What a person reads, in both languages."""
    rule = All((Eq("assignee", Fact("@actor.id")), AnyOf((Eq("state", "open"), Missing("team")))))
    assert "the assigned agent is you and (the state is open or the team is empty)" == words(rule, "en")
    assert "el técnico asignado es usted y (el estado es open o el equipo está vacío)" == words(rule, "es")


def test_conditions_of_a_mapping() -> None:
    """A value, several values and none."""
    expected = All((Eq("state", "open"), In("priority", ("low", "high")), Missing("assignee")))
    assert expected == conditions({"state": "open", "priority": ["low", "high"], "assignee": None})
