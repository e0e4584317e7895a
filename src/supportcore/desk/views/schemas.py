"""
JSON Schema, draft-07, of what a front end is given and of what it sends, made from the records themselves.

Rules: a record is an object with every property required and no other, since `dump` writes them all; records inside it
are definitions, referred to by their class names; the first line of a docstring is the description of its record,
``Attributes`` those of its properties; the title is the name of the class, so that types generated from a schema are
called as the records are. `supportcore.desk.views.commands` says what a host takes for each command.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from supportcore.desk.views.errors import ErrorView
from supportcore.desk.views.records import VIEWS
from supportcore.errors import CODES
from supportcore.forms.schema import DRAFT, Schema

_PLAIN: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
_ATTRIBUTE = re.compile(r"(\w+): (.*)").fullmatch


def view_schemas() -> dict[str, Schema]:
    """Return the schema of the dump of every view, by the name of its class in lower case, as ``list_view``."""
    return {snake(view.__name__): record_schema(view) for view in VIEWS}


def error_schemas() -> dict[str, Schema]:
    """Return the schema of the dump of `ErrorView`; its codes are those of the table."""
    found = record_schema(ErrorView)
    found["properties"]["code"]["enum"] = sorted(CODES)
    found["definitions"]["ReasonView"]["properties"]["code"]["enum"] = sorted(CODES)
    return {snake(ErrorView.__name__): found}


def record_schema(record: type[Any]) -> Schema:
    """Return the schema of the dump of *record*, complete in itself."""
    definitions: dict[str, Schema] = {}
    whole = _record(record, definitions)
    if definitions:
        whole["definitions"] = dict(sorted(definitions.items()))
    return {"$schema": DRAFT, **whole}


def snake(name: str) -> str:
    """
    Return the name of a class in lower case.

    >>> snake("TicketPage")
    'ticket_page'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def described(record: type[Any]) -> tuple[str, dict[str, str]]:
    """
    Return what the docstring of *record* says of it, and of its attributes.

    >>> from supportcore.desk.views.records import OptionView
    >>> described(OptionView)
    ('One value to choose, and what it is called.', {})
    """
    head, _, tail = inspect.cleandoc(record.__doc__ or "").partition("Attributes:\n")
    said: dict[str, list[str]] = {}
    name = ""
    for line in inspect.cleandoc(tail).splitlines():
        found = _ATTRIBUTE(line)
        if found is not None:
            name = found[1]
            said[name] = [found[2]]
        elif name and line.strip():
            said[name].append(line.strip())
    first = " ".join(head.strip().partition("\n\n")[0].split())
    return _for_readers_of_json(first), {key: _for_readers_of_json(" ".join(lines)) for key, lines in said.items()}


def _for_readers_of_json(text: str) -> str:
    return re.sub(r"\bNone\b", "null", text.replace("``", "`"))


def _record(record: type[Any], definitions: dict[str, Schema]) -> Schema:
    summary, told = described(record)
    hints = get_type_hints(record)
    properties = {
        field.name: _said(hints[field.name], told.get(field.name), definitions) for field in attrs.fields(record)
    }
    return {
        "title": record.__name__,
        "description": summary,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _said(hint: Any, description: str | None, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a property with its description, which draft-07 does not read beside a reference."""
    found = _schema_of(hint, definitions)
    if description is None:
        return found
    return {"description": description, **({"allOf": [found]} if "$ref" in found else found)}


def _schema_of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of what `dump` makes of a value of this type."""
    if hint is Any:
        return {}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if attrs.has(hint):
        name = hint.__name__
        if name not in definitions:
            definitions[name] = {}  # a record may hold records of its own kind
            definitions[name] = _record(hint, definitions)
        return {"$ref": f"#/definitions/{name}"}
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin in (Union, UnionType):
        return _union(parts, definitions)
    if origin is tuple and len(parts) == 2 and parts[1] is Ellipsis:
        return {"type": "array", "items": _schema_of(parts[0], definitions)}
    if origin is Mapping and parts[0] is str:
        return {"type": "object", "additionalProperties": _schema_of(parts[1], definitions)}
    raise TypeError(f"no JSON Schema is known for {hint!r}")


def _union(parts: tuple[Any, ...], definitions: dict[str, Schema]) -> Schema:
    """Return the schema of one of several; ajv's strict mode takes a list of types only for "or null"."""
    kinds = [part for part in parts if not (part is int and float in parts)]  # an integer is a number
    if len(kinds) == 2 and NoneType in kinds and all(part in _PLAIN for part in kinds):
        return {"type": [_PLAIN[part] for part in kinds]}
    return {"anyOf": [_schema_of(part, definitions) for part in kinds]}
