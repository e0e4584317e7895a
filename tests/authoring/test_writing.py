"""A desk as TOML: what is written is the same desk when it is loaded again."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from supportcore.authoring import to_toml
from supportcore.authoring.spelling import condition, document_text, span_text, value_text
from supportcore.definition import Definition
from supportcore.definition.loader import define
from supportcore.definition.reading import Node
from supportcore.predicate import Malformed, parse
from supportcore.testing import strategies
from tests.authoring.documents import DOCUMENTS, Document


def loaded(document: Document) -> Definition:
    return define(document.rules, document.labels)


def again(definition: Definition) -> Definition:
    rules, labels = map(tomllib.loads, to_toml(definition))
    return define(rules, labels, guards=definition.guards)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_desk_is_the_same_when_it_is_loaded_again(name: str) -> None:
    """Rules, promises, screens, labels and hashes come back."""
    definition = loaded(DOCUMENTS[name])
    found = again(definition)
    assert definition == found
    assert definition.rules_hash == found.rules_hash
    assert definition.documents == found.documents
    assert definition.labels.entries == found.labels.entries
    assert to_toml(definition)[0] == to_toml(found)[0]


def test_all_that_is_no_rule_comes_back() -> None:
    """Files, accounts, articles, moves, lists, boards, the menu, the head of a page and questions are written, too."""
    over: dict[str, Any] = {
        "files": {"count": 3, "types": ["image/*"], "keep": "36h"},
        "accounts": {"password": 14, "locked": "1500ms", "must_change": False},
        "knowledge": {"write": ["agent"], "review_after": "180d"},
        "moves": {"waiting": "asking"},
        "lists": [{"key": "mine", "roles": ["agent"], "limit": 7, "where": {"field": "number", "range": {"from": 2}}}],
        "boards": [{"key": "all", "cells": [{"key": "one", "where": {"all": []}, "color": "red"}], "partition": True}],
        "menu": [{"key": "shop", "host": True}, {"key": "first", "list": "mine", "roles": ["agent"]}],
        "page": {"header": ["number", "state"]},
        "questions": [{"key": "late", "where": {"field": "opened_at", "missing": False}, "answers": ["take"]}],
    }
    label = {"label": {"en": "One", "es": "Uno"}}
    beside = {
        "lists": {"mine": label},
        "boards": {"all": label},
        "cells": {"all": {"one": label}},
        "menu": {"shop": label, "first": label},
        "questions": {"late": label},
    }
    small = DOCUMENTS["small"]
    definition = define({**small.rules, **over}, {**small.labels, **beside})
    found = again(definition)
    assert definition == found
    names = {field.name for field in attrs.fields(Definition)} & {*over}
    assert {"files", "accounts", "knowledge", "moves"} <= names
    assert to_toml(loaded(small)) != to_toml(definition)


@given(strategies.predicates(facts=True))
def test_a_predicate_is_written_as_it_is_read(predicate: Any) -> None:
    """A predicate read from what it is written as is the same."""
    try:
        read = parse(condition(predicate))
    except Malformed:
        reject()  # a text that looks like a fact cannot be written
    table = condition(read)
    assert read == parse(tomllib.loads(f"when = {value_text(table)}")["when"])


_PLAIN = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _PLAIN,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100)
@given(st.dictionaries(st.text(max_size=4), _VALUES, max_size=5))
def test_any_document_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    """TOML holds every document of texts, numbers, flags, lists and tables, whatever its keys are called."""
    assert document == tomllib.loads(document_text(document, comments=["first", ""]))


@given(st.integers(1, 10**12))
def test_a_span_is_read_as_it_was_written(milliseconds: int) -> None:
    """A span of whole milliseconds comes back."""
    span = timedelta(milliseconds=milliseconds)
    assert span == Node(span_text(span), file="", path="", faults=[]).span()


def test_what_toml_has_not_is_told() -> None:
    """A value that no document may hold is refused by its kind."""
    with pytest.raises(TypeError, match="TOML has no NoneType"):
        value_text(None)
