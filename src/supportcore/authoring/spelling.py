"""Values as a definition writes them: spans of time, predicates, TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, assert_never

import attrs

from supportcore.predicate import All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range
from supportcore.workflow.spans import span_text

_WIDTH = 110
"""Characters up to which a list stands in one line."""
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def condition(predicate: Predicate) -> dict[str, Any]:
    """
    Return the table that a predicate is written as.

    >>> condition(Eq("assignee", Fact("@actor.id")))
    {'field': 'assignee', 'eq': '@actor.id'}
    """
    match predicate:
        case All(parts):
            return {"all": [condition(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition(part) for part in parts]}
        case Eq(field, value):
            return {"field": field, "eq": _value(value)}
        case Ne(field, value):
            return {"field": field, "ne": _value(value)}
        case Has(field, value):
            return {"field": field, "has": _value(value)}
        case In(field, values):
            return {"field": field, "in": list(values) if isinstance(values, tuple) else values.name}
        case Range(field, start, before):
            ends = {"from": start, "before": before}
            return {"field": field, "range": {end: value for end, value in ends.items() if value is not None}}
        case Missing(field, missing):
            return {"field": field, "missing": missing}
        case _:
            assert_never(predicate)


def _value(value: Any) -> Any:
    return value.name if isinstance(value, Fact) else value


# -- TOML --------------------------------------------------------------------------------------------------------------


def value_text(value: Any) -> str:
    """
    Return a value as TOML, in one line.

    >>> value_text({"after": "72h", "days": [1, 2.5], "on": True})
    '{ after = "72h", days = [1, 2.5], on = true }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key_text(key)} = {value_text(below)}" for key, below in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(value_text, value))}]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def key_text(key: str) -> str:
    """Return a key as TOML, in quotes where it has to have them."""
    return key if key and _BARE.issuperset(key) else value_text(key)


def document_text(document: Mapping[str, Any], *, comments: Sequence[str] = ()) -> str:
    """
    Return a document as TOML: plain keys first, then its tables, in their order.

    Args:
        document: Texts, numbers, true and false, instants, lists, and tables of them; no None.
        comments: Lines that stand before it.
    """
    lines = [f"# {comment}".rstrip() for comment in comments]
    plain = {key: value for key, value in document.items() if not _is_section(value)}
    for key, value in plain.items():
        lines.extend(_assigned(key, value))
    for key, value in document.items():
        if key in plain:
            continue
        if isinstance(value, Mapping):
            lines.extend(_section(key_text(key), value))
        else:
            for row in value:
                lines.extend(["", f"[[{key_text(key)}]]"])
                for name, below in row.items():
                    lines.extend(_assigned(name, below))
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_section(value: Any) -> bool:
    rows = isinstance(value, Sequence) and not isinstance(value, str) and bool(value)
    return isinstance(value, Mapping) or (rows and all(isinstance(row, Mapping) for row in value))


def _section(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table; tables of tables, as labels are, get sections of their own."""
    nested = {
        key: value
        for key, value in table.items()
        if isinstance(value, Mapping) and any(isinstance(below, Mapping) for below in value.values())
    }
    if len(nested) < len(table) or not table:
        yield from ("", f"[{name}]")
    for key, value in table.items():
        if key not in nested:
            yield from _assigned(key, value)
    for key, value in nested.items():
        yield from _section(f"{name}.{key_text(key)}", value)


def _assigned(key: str, value: Any) -> Iterator[str]:
    line = f"{key_text(key)} = {value_text(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list) or not value:
        yield line
        return
    yield f"{key_text(key)} = ["
    for item in value:
        yield f"    {value_text(item)},"
    yield "]"


def without_defaults(record: Any, *, keep: Sequence[str] = ("key",)) -> dict[str, Any]:
    """
    Return what a record says otherwise than it says by itself: predicates as tables, spans as text, sets as lists.

    Args:
        record: Of a class made by attrs.
        keep: Names of fields that stand there in any case.
    """
    plain = {field.name: field.default for field in attrs.fields(type(record))}
    said = {name: getattr(record, name) for name in plain}
    return {name: _written(value) for name, value in said.items() if name in keep or value != plain[name]}


def _written(value: Any) -> Any:
    if isinstance(value, Predicate):
        return condition(value)
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return without_defaults(value) if attrs.has(type(value)) else value
