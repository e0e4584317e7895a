"""What the small language says and reads at its edges: sets, ranges with one end, labels, the table of fields."""

from __future__ import annotations

from datetime import UTC, datetime
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from supportcore import Actor, Invalid
from supportcore.predicate import (
    TICKET_FIELDS,
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
    conditions,
    parse,
    scalar,
    shape,
    to_python,
    words,
)
from supportcore.tickets.ticket import Ticket

KINDS = {str: "text", int: "number", bool: "flag", datetime: "instant"}


def labelled(field: str, value: str) -> str:
    """A label that shows which value of which field it is of."""
    return f"<{field}: {value}>"


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (In("state", ("open", "held")), "the state is one of <state: open>, <state: held>"),
        (In("customer", Fact("@actor.customers")), "the customer is one of your customers"),
        (Ne("team", "desk"), "the team is not <team: desk>"),
        (Has("@actor.roles", "boss"), "your roles include <@actor.roles: boss>"),
        (Missing("team", False), "the team is set"),
        (Range("number", 10, 20), "the number is <number: 10> or later and the number is before <number: 20>"),
        (Range("number", 10), "the number is <number: 10> or later"),
        (Range("number", before=20), "the number is before <number: 20>"),
        (Range("closed_at"), "the instant of closing is set"),
        (Eq("form.kind", "a"), "<fields: kind> is <form.kind: a>"),
        (AnyOf((Eq("form.kind", "a"), Missing("team"))), "<fields: kind> is <form.kind: a> or the team is empty"),
    ],
)
def test_every_operator_has_its_words(predicate: Predicate, expected: str) -> None:
    """Values are said by their labels, the ends of a range that are there one after the other."""
    assert expected == words(predicate, "en", labelled)


def test_an_empty_set_is_missing() -> None:
    """A set of the actor is missing when there is nothing in it."""
    test, other = to_python(Missing("@actor.teams")), to_python(Missing("@actor.teams", False))
    nobody, somebody = Actor(id="x"), Actor(id="x", teams={"desk"})
    assert (True, False) == (test(None, nobody), test(None, somebody))
    assert (False, True) == (other(None, nobody), other(None, somebody))


def test_what_a_form_said_is_missing_when_it_is_not_there() -> None:
    """A condition of a form reads what was said in it, by key."""
    test = to_python(Missing("form.kind"))
    assert (True, False) == (test({}, None), test({"kind": "a"}, None))


def test_facts_are_put_in_in_order() -> None:
    """A bound predicate does not depend on the order in which a set gives its members."""
    names = [f"c{number}" for number in range(30)]
    bound = bind(In("customer", Fact("@actor.customers")), Actor(id="x", customers=set(names)))
    assert In("customer", tuple(sorted(names))) == bound


def test_the_table_of_fields_is_that_of_tickets() -> None:
    """Each field is of the kind of a ticket's attribute, and may be missing exactly if that may be None."""
    hints = get_type_hints(Ticket)
    for name, field in TICKET_FIELDS.items():
        hint = hints[name] if name in hints else get_type_hints(getattr(Ticket, name).fget)["return"]
        parts = set(get_args(hint)) if isinstance(hint, UnionType) or NoneType in get_args(hint) else {hint}
        (plain,) = parts - {NoneType}
        kind = "text" if get_origin(plain) is Literal else KINDS[plain]
        assert (kind, NoneType in parts) == (field.kind, field.nullable), name


def test_a_set_and_a_value_are_told_which_operators_they_take() -> None:
    """The fault says what would be right for this field."""
    for table, right in (
        ({"field": "@actor.roles", "eq": "x"}, "@actor.roles takes has (or missing)"),
        ({"field": "state", "has": "x"}, "state takes any operator but has"),
    ):
        with pytest.raises(Malformed) as malformed:
            parse(table)
        assert right == malformed.value.message


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ({"any": [], "all": []}, ""),
        ({"any": {"field": "state", "eq": "x"}}, ""),
        ({"eq": "x"}, ""),
        ({"field": "number", "range": [1, 2]}, ".range"),
        ({"field": "number", "range": []}, ".range"),
        ({"field": "is_open", "eq": 1}, ".eq"),
        ({"field": "state", "in": ["a", 1]}, ".in[1]"),
        ({"field": "state", "eq": "x" * 256}, ".eq"),
        ({"field": "assignee", "in": "@actor.shoe"}, ".in"),
    ],
)
def test_more_tables_that_are_no_predicate(table: Any, path: str) -> None:
    """The fault names the place within the predicate, and nothing else comes of it."""
    with pytest.raises(Malformed) as malformed:
        parse(table)
    assert path == malformed.value.path
    fault = malformed.value.fault("desk.toml", "roles[0].sees")
    assert ("desk.toml", f"roles[0].sees{path}", malformed.value.code) == (fault.file, fault.path, fault.code)


def test_what_a_field_can_be_compared_with() -> None:
    """Flags with true and false alone, texts up to 255 characters, instants also as text."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert [True, "x" * 255, noon] == [
        scalar(kind, value, "here")
        for kind, value in (("flag", True), ("text", "x" * 255), ("instant", noon.isoformat()))  # type: ignore[arg-type]
    ]
    for kind, value in (("flag", 1), ("text", "x" * 256), ("number", True), ("instant", "noon")):
        with pytest.raises(Invalid) as refused:
            scalar(kind, value, "here")  # type: ignore[arg-type]
        assert ["here"] == [fault.path for fault in refused.value.faults]


def test_a_range_holds_its_start_and_not_its_end() -> None:
    """From the start on, before the end, and neither without a value."""
    test = to_python(Range("number", 10, 20))
    found = [test(SimpleNamespace(number=number), None) for number in (None, 9, 10, 19, 20)]
    assert [False, False, True, True, False] == found


def test_the_form_of_a_range_says_which_ends_it_has() -> None:
    """So that a prepared statement is that of the values it is given."""
    found = [shape(Range("number", start, before)) for start in (None, 10) for before in (None, 20)]
    assert [
        (("Range", "number", False, False), ()),
        (("Range", "number", False, True), (20,)),
        (("Range", "number", True, False), (10,)),
        (("Range", "number", True, True), (10, 20)),
    ] == found


def test_filters_may_be_sets() -> None:
    """A filter of several values may come as any collection of them."""
    assert [In("state", ("open",))] * 3 == [
        conditions({"state": kind(["open"])}).parts[0]  # type: ignore[union-attr]
        for kind in (tuple, set, frozenset)
    ]


@pytest.mark.parametrize(("locale", "expected"), [("en", "open is no"), ("es-CO", "abierto es no")])
def test_a_flag_is_told_in_words(locale: str, expected: str) -> None:
    """What is or is not so is said by yes and no, in both languages."""
    assert expected == words(Eq("is_open", False), locale)
