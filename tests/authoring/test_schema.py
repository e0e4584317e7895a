"""The schemas of a desk's documents: never stronger than the loader, and as strong on keys and kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore.authoring import desk_schema, labels_schema
from supportcore.authoring.kinds import Either, Inner, Kind, ListOf, Table
from supportcore.authoring.spelling import condition
from supportcore.authoring.table import DESK, tables
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError
from supportcore.predicate import Malformed, parse
from supportcore.testing import strategies
from tests.authoring.documents import (
    DOCUMENTS,
    Document,
    Place,
    as_json,
    faults_of,
    found_at,
    places,
    told,
    with_value,
    without,
)

RULES, LABELS = Draft7Validator(desk_schema()), Draft7Validator(labels_schema())
VALUES: tuple[Any, ...] = (True, 0, -1, 7, 2.5, "", "zz", "72h", "open", [], ["zz"], [[]], {}, {"zz": 1})
"""What may stand in the place of something else: every kind of JSON but null, which TOML has not."""
OF_KIND = {"wrong_type", "unknown_key", "bad_span", "bad_date"}
"""Faults that tell of a key or a kind alone."""

OWN_FIELD = re.compile(r"(?:form|fields)\[\d+\]\.when\.")
"""Where a condition reads fields of the desk's own, whose kinds only the whole document tells."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sound_desk_validates(name: str) -> None:
    """The schemas take what the loader takes."""
    assert [] == faults_of(DOCUMENTS[name])
    assert [] == [error.json_path for error in RULES.iter_errors(DOCUMENTS[name].rules)]
    assert [] == [error.json_path for error in LABELS.iter_errors(DOCUMENTS[name].labels)]


@pytest.mark.parametrize("schema", [desk_schema(), labels_schema()], ids=["desk", "labels"])
def test_a_schema_is_one_of_draft_07_and_describes_each_property(schema: dict[str, Any]) -> None:
    """An editor has a sentence to show for every key."""

    def properties(part: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(part, dict):
            if part.get("type") == "object" and "description" in part:
                yield from part.get("properties", {}).items()
            for below in part.values():
                yield from properties(below)
        elif isinstance(part, list):
            for below in part:
                yield from properties(below)

    Draft7Validator.check_schema(schema)
    found = list(properties(schema))
    assert found
    assert [] == [name for name, part in found if not part.get("description", "").endswith(".")]


# -- keys


def _reached(kind: Kind, table: Table, value: Any) -> Any:
    """Return a value of a kind in which *value* stands in the place of *table*; None if there is none in it."""
    match kind:
        case Inner(found):
            return value if found is table else _holding(found, table, value)
        case ListOf():
            below = _reached(kind.kind, table, value)
            return None if below is None else [below]
        case Either(kinds):
            return next((below for one in kinds if (below := _reached(one, table, value)) is not None), None)
        case _:
            return None


def _holding(root: Table, table: Table, value: Any) -> dict[str, Any] | None:
    """Return a value of *root* that holds *value* in the place of *table*."""
    for entry in root.entries:
        below = _reached(entry.kind, table, value)
        if below is not None:
            return {entry.name: below}
    return None


@pytest.mark.parametrize("table", list(tables()), ids=lambda table: table.title)
def test_the_table_of_the_format_has_the_keys_that_the_loader_reads(table: Table) -> None:
    """For each table of a document the loader names the keys it knows, and they are those of the reference."""
    spoilt = {"qqqqqqqq": 1}
    document = spoilt if table is DESK else _holding(DESK, table, spoilt)
    assert document is not None
    # What the reading of other sections needs on its way there.
    document = {"files": {}, "states": [{"key": "open", "category": "open"}], **document}
    if "confirmations" in document:
        document["confirmations"][0]["state"] = "open"
    with pytest.raises(DefinitionError) as caught:
        define(document, {})
    found = [fault.message for fault in caught.value.faults if fault.code == "unknown_key" and "qqqq" in fault.message]
    assert found, caught.value.faults
    assert [entry.name for entry in table.entries] == sorted(
        found[0].partition("there are: ")[2].split(", "), key=[entry.name for entry in table.entries].index
    )


# -- spoilt documents


@st.composite
def _spoilt(draw: st.DrawFn) -> tuple[Document, str, Place, Any]:
    """Return a desk with one thing changed in one of its documents: which, where, and what stands there now."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    which = draw(st.sampled_from(["rules", "rules", "labels"]))
    document = DOCUMENTS[name]
    content = getattr(document, which)
    place = draw(st.sampled_from(_places(name, which)))
    match draw(st.sampled_from(["drop", "add", "change", "change"])):
        case "drop":
            assume(place)
            return document._replace(**{which: without(content, place)}), which, place, None
        case "add":
            assume(isinstance(found_at(content, place), dict))
            place = (*place, draw(st.sampled_from(["zz", "Zz", "when", "kind", "key", "label", "roles"])))
        case _:
            assume(place)
    value = draw(st.sampled_from(VALUES))
    return document._replace(**{which: with_value(content, place, value)}), which, place, value


@cache
def _places(name: str, which: str) -> list[Place]:
    return list(places(getattr(DOCUMENTS[name], which)))


@settings(max_examples=80)
@given(_spoilt())
def test_what_the_schema_refuses_the_loader_refuses(spoilt: tuple[Document, str, Place, Any]) -> None:
    """A schema is never stronger than the loader."""
    document, which, place, value = spoilt
    taken = (RULES if which == "rules" else LABELS).is_valid(getattr(document, which))
    assert taken or faults_of(document), (told(place), value)


@settings(max_examples=80)
@given(_spoilt())
def test_a_key_that_there_is_not_and_a_value_of_another_kind_are_refused(
    spoilt: tuple[Document, str, Place, Any],
) -> None:
    """Where the loader tells of a key or a kind, the schema refuses the document, too."""
    document, which, place, value = spoilt
    found = [fault for fault in faults_of(document) if fault.code in OF_KIND and fault.path == told(place)]
    assume(found and not OWN_FIELD.search(told(place)))
    assert not (RULES if which == "rules" else LABELS).is_valid(getattr(document, which)), (found, value)


# -- predicates


CONDITION = Draft7Validator({**desk_schema()["definitions"]["condition"], "definitions": desk_schema()["definitions"]})
COMPARED = (*VALUES, 1.5, "@actor.id", "@actor.roles", "2026-03-02T09:00:00+01:00", ["a", "b"], [1, 2.5], [True])
RANGES = ({}, {"from": 1}, {"before": 2.5}, {"from": "a", "before": "b"}, {"until": 1})


def _read(table: dict[str, Any]) -> bool:
    try:
        parse(table)
    except Malformed:
        return False
    return True


@given(strategies.predicates(facts=True))
def test_every_predicate_validates(predicate: Any) -> None:
    """The schema takes every predicate that the loader reads, of tickets and of facts of the actor."""
    assume(_read(condition(predicate)))  # a text that looks like a fact cannot be written
    assert [] == [error.message for error in CONDITION.iter_errors(as_json(condition(predicate)))]


@pytest.mark.parametrize("field", ["state", "number", "is_open", "opened_at", "@actor.roles", "@actor.id", "nothing"])
def test_a_comparison_is_refused_by_both_or_by_the_loader_alone(field: str) -> None:
    """Whatever a field is compared with, the schema takes what the loader reads, and refuses the kinds it refuses."""
    for operator in ("eq", "ne", "in", "range", "has", "missing", "like"):
        for value in (*COMPARED, *(RANGES if operator == "range" else ())):
            table = {"field": field, operator: value}
            taken = CONDITION.is_valid(table)
            assert taken or not _read(table), table
            # A text is a text to the schema: whether it is an instant, or not too long, only the loader tells.
            assert not taken or _read(table) or field == "opened_at", table


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"field": "state"},
        {"all": [], "any": []},
        {"all": [], "field": "state"},
        {"field": "state", "all": []},
        {"field": "state", "eq": "open", "ne": "new"},
        {"any": {}},
        {"any": [{"state": "open"}]},
    ],
)
def test_what_is_no_predicate_is_refused_by_both(table: dict[str, Any]) -> None:
    """The shape of a predicate is the same to the schema as to the loader."""
    assert (False, False) == (CONDITION.is_valid(table), _read(table))
