"""
JSON Schema, draft-07, of the two documents of a desk, for editors; made from the table of the format.

A schema here is never stronger than the loader: what it refuses, the loader refuses. It is about the JSON that TOML
comes to: dates, times of day and instants are texts in ISO 8601 there, and no value is null. It refuses keys that there
are not, values of another kind, options that there are not and keys that are missing; what only the whole document can
tell (that a state exists, that a name stands once) is left to the loader.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import assert_never

from supportcore.authoring.conditions import READINGS, condition_schema
from supportcore.authoring.kinds import (
    Condition,
    Either,
    Entry,
    Exactly,
    Flag,
    Inner,
    Kind,
    ListOf,
    Names,
    Number,
    OneOf,
    Scalar,
    Table,
    Text,
    Whole,
    anchor,
)
from supportcore.authoring.labels import LABELS
from supportcore.authoring.table import DESK, tables
from supportcore.forms.schema import DRAFT, Schema

DESK_SCHEMA, LABELS_SCHEMA = "desk.schema.json", "labels.schema.json"
"""What the files are called; a document names its own in its first line: ``#:schema ./desk.schema.json``."""


def desk_schema() -> Schema:
    """Return the schema of the rules of a desk."""
    return _whole("Rules of a desk", DESK, READINGS)


def labels_schema() -> Schema:
    """Return the schema of the labels of a desk."""
    return _whole("Labels of a desk", LABELS)


def definition_schemas() -> dict[str, str]:
    """Return the text of both schemas, by the name of the file."""
    schemas = {DESK_SCHEMA: desk_schema(), LABELS_SCHEMA: labels_schema()}
    return {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas.items()}


def _whole(title: str, root: Table, readings: Iterable[str] = ()) -> Schema:
    """Return the schema of a document, whose tables and predicates stand among its definitions."""
    definitions = {anchor(table.title): _table(table) for table in tables(root) if table != root}
    definitions.update({reading: condition_schema(reading) for reading in readings})
    return {"$schema": DRAFT, "title": title, **_table(root), "definitions": definitions}


def _table(table: Table) -> Schema:
    found: Schema = {
        "type": "object",
        "description": plain(table.told),
        "properties": {entry.name: _entry(entry) for entry in table.entries},
        "additionalProperties": False,
    }
    if needed := [entry.name for entry in table.entries if entry.needed]:
        found["required"] = needed
    for word, names in (("oneOf", table.one_of), ("anyOf", table.any_of)):
        if names:
            found[word] = [{"required": [name]} for name in names]
    return found


def _entry(entry: Entry) -> Schema:
    default = {} if entry.default is None else {"default": entry.default}
    return {**_kind(entry.kind), **default, "description": plain(entry.told)}


def _kind(kind: Kind) -> Schema:
    match kind:
        case Text():
            if kind.pattern:
                return {"type": "string", "pattern": f"^(?:{kind.pattern})$"}
            return {"type": "string", **({"minLength": kind.least} if kind.least else {}), "maxLength": kind.most}
        case OneOf(options):
            return {"type": "string", "enum": list(options)}
        case Whole():
            return {"type": "integer", "minimum": kind.least, **({} if kind.most is None else {"maximum": kind.most})}
        case Number():
            return {"type": "number", "minimum": -kind.size, "maximum": kind.size}
        case Flag():
            return {"type": "boolean"}
        case Exactly(value):
            return {"const": value}
        case Scalar():
            return {"type": ["string", "number", "boolean"]}
        case Condition(reading):
            return {"allOf": [{"$ref": f"#/definitions/{reading}"}]}
        case ListOf():
            least = {"minItems": kind.least} if kind.least else {}
            most = {} if kind.most is None else {"maxItems": kind.most}
            once = {"uniqueItems": True} if kind.once else {}
            return {"type": "array", "items": _kind(kind.kind), **least, **most, **once}
        case Either(kinds):
            return {"anyOf": [_kind(one) for one in kinds]}
        case Inner(table):
            return {"allOf": [{"$ref": f"#/definitions/{anchor(table.title)}"}]}
        case Names():
            return _names(kind)
        case _:
            assert_never(kind)


def _names(kind: Names) -> Schema:
    below = _kind(kind.kind)
    if kind.names is None:
        return {"type": "object", "additionalProperties": below}
    if isinstance(kind.names, str):
        return {"type": "object", "patternProperties": {f"^(?:{kind.names})$": below}, "additionalProperties": False}
    told = {"description": kind.called[0].upper() + kind.called[1:] + "."}
    named = {name: {**told, **below} for name in kind.names}
    return {"type": "object", "properties": named, "additionalProperties": False}


def plain(text: str) -> str:
    """
    Return Markdown as an editor shows it in a tooltip: links are their words.

    >>> plain("As of [predicates](#predicates), `true`.")
    'As of predicates, `true`.'
    """
    while (end := text.find("](")) >= 0:
        start, close = text.rindex("[", 0, end), text.index(")", end)
        text = text[:start] + text[start + 1 : end] + text[close + 1 :]
    return text
