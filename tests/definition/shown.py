"""A small desk with forms, files and screens, and ways to make one fault in it."""

from __future__ import annotations

import copy
import tomllib
from typing import Any, NamedTuple

import pytest

from supportcore.definition import Definition
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError, DefinitionFault

RULES = """\
format = 1
key = "shown"
zone = "Europe/Madrid"
languages = ["en"]
customer = "required"
initial = "open"
triage = ["product", "area"]
roles = [
    { key = "guest", side = "customer", sees = "own", may = ["open", "reply"] },
    { key = "agent", side = "staff", sees = "all", may = ["reply", "note"] },
]
form = [
    { key = "subject", required = true, limit = 80 },
    { key = "product" },
    { key = "module", when = { field = "form.product", missing = false } },
    { key = "floor", kind = "number", minimum = 0, maximum = 9, whole = true },
    { key = "lift", kind = "flag", when = { field = "form.floor", range = { from = 1 } } },
    { key = "code", kind = "title", pattern = "[A-Z]{2}-[0-9]{4}", prefill = "phone" },
    { key = "desk_only", kind = "text", when = { field = "@actor.roles", has = "agent" } },
]
slots = [{ key = "photo", count = 2, size = 1000, types = ["image/*"], required = true }]
states = [{ key = "open", category = "open" }, { key = "done", category = "closed", outcome = "resolved" }]
transitions = [
    { action = "finish", from = ["open"], to = "done", roles = ["agent"], accepts = ["comment", "files"] },
]
menu = [
    { key = "all", list = "every" },
    { key = "new", form = "short" },
    { key = "boxes", board = "work" },
    { key = "news", view = "notices" },
    { key = "shop", host = true, roles = ["guest"] },
]
questions = [{ key = "ready", where = { field = "category", eq = "open" }, answers = ["finish"] }]

[vocabularies]
area = ["north", "south"]
priority = ["low", "high"]

[files]
size = 2000
count = 3
types = ["image/*", "text/plain"]
keep = "2h"

[[forms]]
key = "short"
area = "north"
service = "lifts"
variant = "quick"
set = { priority = "high", product = "lift" }
fields = [{ key = "subject", required = true }, { key = "module" }]

[[lists]]
key = "every"
columns = ["number", "subject", "light"]
filters = ["number", "state"]
sort = "-number"
limit = 10

[[lists]]
key = "busy"
where = { field = "is_open", eq = true }
roles = ["agent"]

[[boards]]
key = "work"
where = { field = "is_open", eq = true }
list = "busy"
partition = true
roles = ["agent"]
cells = [
    { key = "north", color = "blue", where = { field = "area", eq = "north" } },
    { key = "rest", where = { field = "area", ne = "north" } },
]

[page]
header = ["number", "state"]
"""
_NAMED = {
    "desk": ["name"],
    "roles": ["guest", "agent"],
    "states": ["open", "done"],
    "actions": ["finish"],
    "fields": [
        "customer", "subject", "product", "module", "floor", "lift", "code", "desk_only", "area", "comment",
    ],
    "vocabularies": {"area": ["north", "south"], "priority": ["low", "high"]},
    "forms": ["short"],
    "slots": ["photo"],
    "lists": ["every", "busy"],
    "boards": ["work"],
    "cells": {"work": ["north", "rest"]},
    "menu": ["all", "new", "boxes", "news", "shop"],
    "questions": ["ready"],
}  # fmt: skip
DROP = object()
"""Instead of a value: the key is taken away."""


class Wrong(NamedTuple):
    """One edit that makes one fault: where, what stands there instead, and what is told of it."""

    way: tuple[str | int, ...]
    value: Any
    path: str
    code: str
    right: str
    """Part of the message: what would be right."""

    def __str__(self) -> str:
        return f"{self.code}-{self.path}-{self.right[:20]}"


def rules() -> dict[str, Any]:
    """Return the rules, which have no fault."""
    return tomllib.loads(RULES)


def labels() -> dict[str, Any]:
    """Return their labels."""

    def named(keys: list[str]) -> dict[str, Any]:
        return {key: {"label": {"en": key.title()}, "help": {"en": f"About {key}."}} for key in keys}

    return {
        section: {name: named(keys) for name, keys in below.items()} if isinstance(below, dict) else named(below)
        for section, below in copy.deepcopy(_NAMED).items()
    }


def edited(document: Any, way: tuple[str | int, ...], value: Any) -> Any:
    """Return *document* with *value* at a place below it, or without what stands there."""
    holder = document
    for key in way[:-1]:
        holder = holder[key]
    if value is DROP:
        del holder[way[-1]]
    else:
        holder[way[-1]] = value
    return document


def load(changed: Any = None, told: Any = None) -> Definition:
    """Return the desk of these rules and labels."""
    return define(rules() if changed is None else changed, labels() if told is None else told)


def faults_of(changed: Any = None, told: Any = None) -> tuple[DefinitionFault, ...]:
    """Return the faults that loading ends with."""
    with pytest.raises(DefinitionError) as caught:
        load(changed, told)
    return caught.value.faults


def check(wrong: Wrong) -> None:
    """Make the edit, and find the fault it makes."""
    found = faults_of(edited(rules(), wrong.way, wrong.value))
    told = [fault.message for fault in found if (fault.path, fault.code) == (wrong.path, wrong.code)]
    assert told, found
    assert any(wrong.right in message for message in told), told
