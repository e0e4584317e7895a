"""
Fields of a form, and the one check of a document against them.

A document is a flat mapping of field keys to plain values. The check trims and converts nothing; absent, null and empty
text all mean "not given". Faults come all at once, each with the path of its field. Whether a named record exists is
asked of the store afterwards, for the fields of kind ``record``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore import text
from supportcore.errors import Fault, facts

FieldKind = Literal["title", "text", "choice", "record", "number", "flag", "instant"]
Plain = str | int | float | bool
"""A value of a document."""

KINDS: tuple[FieldKind, ...] = ("title", "text", "choice", "record", "number", "flag", "instant")
INTAKE: Mapping[str, tuple[FieldKind, str | None]] = MappingProxyType(
    {
        "subject": ("title", None),
        "description": ("text", None),
        "customer": ("record", "customer"),
        "product": ("record", "product"),
        "module": ("record", "module"),
        "product_version": ("record", "version"),
        "service": ("record", "service"),
        "project": ("record", "project"),
        "type": ("choice", "type"),
        "priority": ("choice", "priority"),
        "urgency": ("choice", "urgency"),
        "area": ("choice", "area"),
        "origin": ("choice", "origin"),
        "agreement": ("record", "agreement"),
    }
)
"""Fields every ticket knows: their kind, and the vocabulary or the kind of record they are chosen from."""
INPUTS: Mapping[str, tuple[FieldKind, str | None]] = MappingProxyType(
    {
        "comment": ("text", None),
        "reason": ("choice", "reason"),
        "waiting_on": ("choice", "waiting_on"),
        "assignee": ("record", "agent"),
        "team": ("record", "team"),
    }
)
"""Inputs an action may ask for."""


@attrs.frozen(kw_only=True)
class Field:
    """
    One field.

    Attributes:
        source: The vocabulary a choice is taken from, or the kind of record.
        options: The keys of that vocabulary, in its order.
        default: Taken when nothing is given.
        fixed: The default cannot be changed.
        limit: Characters at most, for titles and texts.
    """

    key: str = text.key()
    kind: FieldKind
    required: bool = False
    source: str | None = None
    options: tuple[str, ...] = ()
    default: Plain | None = None
    fixed: bool = False
    limit: int | None = None

    def fault(self, value: object) -> Fault | None:
        """Return what is wrong with a given *value*, or None."""
        match self.kind:
            case "title":
                return text.text_fault(value, self.key, limit=self.limit or text.TITLE_LIMIT)
            case "text":
                if self.limit is not None:
                    return text.text_fault(value, self.key, limit=self.limit)
                return text.body_fault(value, self.key)
            case "choice":
                if not isinstance(value, str) or value not in self.options:
                    return Fault(self.key, "not_an_option", facts(options=", ".join(self.options)))
            case "record":
                return text.id_fault(value, self.key)
            case "number":
                return text.number_fault(value, self.key)
            case "flag":
                if not isinstance(value, bool):
                    told = facts(expected="true or false", expected_es="verdadero o falso")
                    return Fault(self.key, "wrong_type", told)
            case "instant":
                return text.instant_fault(value, self.key)
        return None


@attrs.frozen
class Form:
    """The fields that a command or an action asks for, in order."""

    fields: tuple[Field, ...] = ()


def check(form: Form, document: Mapping[str, object]) -> tuple[dict[str, Plain], tuple[Fault, ...]]:
    """
    Check *document* against *form*.

    Returns:
        The values given or defaulted, by key, and all faults, in the order of the form; unknown keys come last.
    """
    values: dict[str, Plain] = {}
    faults: list[Fault] = []
    for field in form.fields:
        value = document.get(field.key)
        if value is None or value == "":
            value = field.default
        elif field.fixed and value != field.default:
            faults.append(Fault(field.key, "read_only"))
            continue
        if value is None:
            if field.required:
                faults.append(Fault(field.key, "required"))
        elif (fault := field.fault(value)) is not None:
            faults.append(fault)
        elif isinstance(value, (str, int, float)):
            if field.required and isinstance(value, str) and not value.strip():
                faults.append(Fault(field.key, "required"))
            else:
                values[field.key] = value
    known = {field.key for field in form.fields}
    faults.extend(Fault(str(key), "unknown_field") for key in document if key not in known)
    return values, tuple(faults)
