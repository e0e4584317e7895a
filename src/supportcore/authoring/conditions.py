"""
Predicates as JSON Schema: by what each may read.

    condition            a ticket and the actor
    ticket-condition     a ticket alone, as nobody acts
    matched-condition    what a policy matches tickets by
    pause-condition      what clocks stand still by
    form-condition       what was said in the same form, and the actor
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from supportcore.forms.fields import INTAKE
from supportcore.forms.schema import Schema
from supportcore.predicate import ACTOR_FIELDS, FIELDS, FORM, OPERATORS, TICKET_FIELDS, Field, Kind
from supportcore.sla.policy import MATCHED, PAUSED_BY
from supportcore.text import TITLE_LIMIT

_TEXT: Schema = {"type": "string", "maxLength": TITLE_LIMIT}
_VALUES: Mapping[Kind, Schema] = {
    "text": _TEXT,
    "set": _TEXT,
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "instant": {"type": "string"},
}
"""What a field of a kind is compared with; an instant is a text in the JSON that TOML comes to."""
_NO_FACT: Schema = {"pattern": "^($|[^@])"}
"""What a text is that is compared with: one that begins with @ names a fact."""
_ANY: Schema = {"type": ["string", "number", "boolean"]}


@attrs.frozen(kw_only=True)
class Reading:
    """
    What a predicate may read.

    Attributes:
        told: Where it stands and what it reads, in a sentence.
        fields: By path.
        facts: It may compare with facts of the actor.
        said: It reads what was said in the same form, too.
    """

    told: str
    fields: Mapping[str, Field]
    facts: bool = True
    said: bool = False


def condition_schema(name: str) -> Schema:
    """Return the schema of the predicates of that name, which stands among the definitions."""
    reading = READINGS[name]
    parts = {"type": "array", "items": {"$ref": f"#/definitions/{name}"}}
    paths: Schema = {"type": "string", "enum": list(reading.fields)}
    if reading.said:
        paths = {"anyOf": [{"type": "string", "pattern": f"^{FORM.replace('.', '[.]')}"}, paths]}
    return {
        "type": "object",
        "description": reading.told,
        "properties": {
            "all": {**parts, "description": "Every one of these holds."},
            "any": {**parts, "description": "At least one of these holds."},
            "field": {**paths, "description": "What is compared."},
            **_operators(_ANY, facts=reading.facts),
            "has": {**_one(_TEXT, facts=reading.facts), "description": "A set of the actor holds this."},
        },
        "additionalProperties": False,
        "oneOf": [
            {"required": ["all"], "maxProperties": 1},
            {"required": ["any"], "maxProperties": 1},
            {"required": ["field"], **_only(["field", *OPERATORS]), "minProperties": 2, "maxProperties": 2},
        ],
        "allOf": [
            {"if": _named(names), "then": _compared(kind, facts=reading.facts)}
            for kind in _VALUES
            if (names := [name for name, field in reading.fields.items() if field.kind == kind])
        ],
    }


def _compared(kind: Kind, *, facts: bool) -> Schema:
    """Return what a comparison with a field of a kind looks like."""
    if kind == "set":
        return _only(["field", "has", "missing"])
    without = [operator for operator in OPERATORS if operator != "has"]
    return {**_only(["field", *without]), "properties": _operators(_VALUES[kind], facts=facts)}


def _facts(kind: Kind) -> list[str]:
    return [name for name, field in ACTOR_FIELDS.items() if (field.kind == "set") == (kind == "set")]


def _named(options: list[str]) -> Schema:
    return {"required": ["field"], "properties": {"field": {"enum": options}}}


def _only(names: Iterable[str]) -> Schema:
    return {"propertyNames": {"enum": list(names)}}


def _one(value: Schema, *, facts: bool) -> Schema:
    """Return one value to compare with, or a fact in its place."""
    plain = {**value, **_NO_FACT}
    return {"anyOf": [plain, {"enum": _facts("text")}]} if facts else plain


def _operators(value: Schema, *, facts: bool) -> Schema:
    """Return what stands behind each operator, where a field is compared with *value*."""
    one = _one(value, facts=facts)
    several: Schema = {"type": "array", "items": value}
    if facts:
        several = {"anyOf": [several, {"enum": _facts("set")}]}
    ends = {
        "from": {**value, "description": "The least value."},
        "before": {**value, "description": "The least value that is too much."},
    }
    return {
        "eq": {**one, "description": "It is equal to this; never true of a missing value."},
        "ne": {**one, "description": "It is not equal to this, or missing."},
        "in": {**several, "description": "It is one of these, or one of a set of the actor."},
        "range": {
            "type": "object",
            "properties": ends,
            "additionalProperties": False,
            "minProperties": 1,
            "description": "It is from the one on and before the other.",
        },
        "missing": {"type": "boolean", "description": "Whether it has no value."},
    }


def _some(names: Iterable[str]) -> Mapping[str, Field]:
    return {name: TICKET_FIELDS[name] for name in names}


_SAID = {FORM + name: Field("text", True, name, name) for name in INTAKE}
"""Fields that every desk knows, as a condition of a field reads them; only the whole tells the kinds of others."""
READINGS: Mapping[str, Reading] = {
    "condition": Reading(told="A predicate over a ticket and the actor.", fields=FIELDS),
    "ticket-condition": Reading(
        told="A predicate over a ticket; nobody acts in it.", fields=TICKET_FIELDS, facts=False
    ),
    "matched-condition": Reading(
        told="A predicate over what policies match tickets by.", fields=_some(MATCHED), facts=False
    ),
    "pause-condition": Reading(
        told="A predicate over what clocks stand still by.", fields=_some(PAUSED_BY), facts=False
    ),
    "form-condition": Reading(
        told="A predicate over what was said before in the same form, as `form.type`, and facts of the actor.",
        fields={**_SAID, **ACTOR_FIELDS},
        said=True,
    ),
}
"""The kinds of predicates, by their names among the definitions of the schema."""
