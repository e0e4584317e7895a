"""Predicates read: from the table of a definition, and from a plain mapping of filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from supportcore.errors import DefinitionFault, Fault, Invalid, facts
from supportcore.predicate.fields import ACTOR_FIELDS, FIELDS, TICKET_FIELDS, Field, Kind
from supportcore.predicate.tree import All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range, Scalar, Value
from supportcore.text import instant, number_fault, text_fault

OPERATORS = ("eq", "ne", "in", "range", "has", "missing")
"""What a comparison is written with; one stands beside ``field``."""


class Malformed(Exception):
    """A table that is no predicate: the path within it, a code, and what would be right."""

    def __init__(self, path: str, code: str, message: str) -> None:
        super().__init__(path, code, message)
        self.path, self.code, self.message = path, code, message

    def fault(self, file: str, path: str) -> DefinitionFault:
        """Return this as a fault of the definition *file*, where the predicate stands at *path*."""
        return DefinitionFault(file, f"{path}{self.path}", self.code, self.message)


def parse(table: object, path: str = "", fields: Mapping[str, Field] = FIELDS) -> Predicate:
    """
    Return the predicate that a TOML table spells.

    Args:
        fields: What may be read, by path.

    Raises:
        Malformed: The table is no predicate; the first fault found.
    """
    if not isinstance(table, Mapping):
        raise Malformed(path, "wrong_type", 'a predicate is a table such as { field = "state", eq = "open" }')
    for name, kind in (("all", All), ("any", AnyOf)):
        if name in table:
            parts = table[name]
            if len(table) > 1 or not isinstance(parts, list):
                raise Malformed(path, "bad_predicate", f"{name} stands alone and holds a list of predicates")
            return kind(tuple(parse(part, f"{path}.{name}[{index}]", fields) for index, part in enumerate(parts)))
    operators = [name for name in table if name != "field"]
    if "field" not in table or len(operators) != 1 or operators[0] not in OPERATORS:
        raise Malformed(path, "bad_predicate", f"a predicate has all, any, or field with one of {', '.join(OPERATORS)}")
    name, operator = table["field"], operators[0]
    if not isinstance(name, str) or name not in fields:
        told = f"no field {str(name)[:60]!r} that a condition reads here; there are {', '.join(fields)}"
        raise Malformed(f"{path}.field", "unknown_field", told)
    return _leaf(name, fields[name].kind, operator, table[operator], f"{path}.{operator}")


def _leaf(name: str, kind: Kind, operator: str, value: Any, path: str) -> Predicate:
    if operator == "missing":
        if not isinstance(value, bool):
            raise Malformed(path, "wrong_type", "missing is true or false")
        return Missing(name, value)
    if (kind == "set") != (operator == "has"):
        right = "has (or missing)" if kind == "set" else "any operator but has"
        raise Malformed(path, "bad_predicate", f"{name} takes {right}")
    if operator in ("eq", "ne", "has"):
        leaf: type[Eq] | type[Ne] | type[Has] = {"eq": Eq, "ne": Ne, "has": Has}[operator]  # type: ignore[assignment]
        return leaf(name, _value(kind, value, path))
    if operator == "in":
        if isinstance(value, str):
            fact = _fact(value, path)
            if fact is None or ACTOR_FIELDS[value].kind != "set":
                raise Malformed(path, "wrong_type", "in takes a list, or a set of the actor such as @actor.customers")
            return In(name, fact)
        if not isinstance(value, list):
            raise Malformed(path, "wrong_type", "in takes a list")
        return In(name, tuple(_scalar(kind, item, f"{path}[{index}]") for index, item in enumerate(value)))
    if not isinstance(value, Mapping) or not value or not value.keys() <= {"from", "before"}:
        raise Malformed(path, "wrong_type", "range takes a table with from, before or both")
    ends = {end: _scalar(kind, item, f"{path}.{end}") for end, item in value.items()}
    return Range(name, ends.get("from"), ends.get("before"))


def _fact(value: object, path: str) -> Fact | None:
    if isinstance(value, str) and value.startswith("@"):
        if value not in ACTOR_FIELDS:
            raise Malformed(path, "unknown_field", f"no fact {value!r}; there are {', '.join(ACTOR_FIELDS)}")
        return Fact(value)
    return None


def _value(kind: Kind, value: object, path: str) -> Value:
    fact = _fact(value, path)
    if fact is not None and ACTOR_FIELDS[fact.name].kind == "set":
        raise Malformed(path, "wrong_type", f"{fact.name} is a set; compare it by in")
    return _scalar(kind, value, path) if fact is None else fact


def _scalar(kind: Kind, value: Any, path: str) -> Scalar:
    try:
        return scalar(kind, value, path)
    except Invalid as error:
        raise Malformed(path, "wrong_type", error.faults[0].text()) from None


def scalar(kind: Kind, value: Any, path: str) -> Scalar:
    """Return *value* if a field of *kind* can be compared with it, else raise `Invalid`."""
    if kind == "instant":
        return instant(_read_instant(value), path)
    if kind == "flag":
        if isinstance(value, bool):
            return value
        raise Invalid(Fault(path, "wrong_type", facts(expected="true or false", expected_es="verdadero o falso")))
    fault = number_fault(value, path) if kind == "number" else text_fault(value, path, limit=255)
    if fault is not None:
        raise Invalid(fault)
    result: Scalar = value
    return result


def _read_instant(value: Any) -> Any:
    """Accept ISO text too, as which stored rules keep the instants of a TOML document."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def conditions(filters: Mapping[str, Any], allowed: Iterable[str] = TICKET_FIELDS) -> Predicate:
    """
    Return the predicate of a plain mapping of filters: a value, a list of values, or None for "has none".

    >>> conditions({"state": "open", "assignee": None})
    All(parts=(Eq(field='state', value='open'), Missing(field='assignee', missing=True)))
    """
    names = set(allowed)
    parts: list[Predicate] = []
    for name, value in filters.items():
        if name not in names:
            raise Invalid(Fault(str(name), "cannot_filter", facts(options=", ".join(sorted(names)))))
        kind = TICKET_FIELDS[name].kind
        if value is None:
            parts.append(Missing(name))
        elif isinstance(value, (list, tuple, set, frozenset)):
            parts.append(In(name, tuple(scalar(kind, item, name) for item in value)))
        else:
            parts.append(Eq(name, scalar(kind, value, name)))
    return All(tuple(parts))
