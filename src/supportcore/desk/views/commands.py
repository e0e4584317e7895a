"""
JSON Schema, draft-07, of what a host takes over HTTP for each command, by the name of the method that carries it out.

It says what no desk takes otherwise: names, kinds, lengths. What the document of a command holds on one desk, for one
actor, now, says the schema of its form. Whatever a command takes, its schema here accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.articles.commands import FIELDS, LISTS, MOST_VALUES
from supportcore.definition.forms import TRIAGE
from supportcore.desk.checks import FORM_COMMANDS
from supportcore.desk.views.schemas import described
from supportcore.desk.views.viewer import COLUMN_LABELS
from supportcore.forms.drawing import Drawing
from supportcore.forms.fields import Field, Form
from supportcore.forms.schema import DRAFT, Schema, schema
from supportcore.text import KEY_PATTERN, SAFE_INT
from supportcore.tickets.command_forms import (
    ASSIGN_FORM,
    CITE_FORM,
    DEADLINE_FORM,
    DECIDE_FORM,
    FOLLOW_FORM,
    LINK_FORM,
    MERGE_FORM,
    REPLY_FORM,
)
from supportcore.tickets.commands import MOST_FILES

_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "command_id": "Unique on the desk. Sent again with the same content it does no more; left out, it is made.",
        "ticket": "Id of the ticket.",
        "seen_version": "The version of the ticket that was seen; null where that does not matter.",
        "document": "What is said in the form, by field; a field without a value is left out.",
        "files": "Ids of drafts to take.",
        "action": "Name of the action.",
        "article": "Id of the article.",
    }
)
"""What each property is, where the docstring of its command does not say it."""
_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "reply": REPLY_FORM,
        "note": REPLY_FORM,
        "assign": ASSIGN_FORM,
        "set_deadline": DEADLINE_FORM,
        "cite": CITE_FORM,
        "decide": DECIDE_FORM,
        "follow": FOLLOW_FORM,
        "link": LINK_FORM,
        "merge": MERGE_FORM,
    }
)
"""The forms that are the same on every desk."""
_IN_A_DOCUMENT = frozenset({"fields", "comment"})
_CALLED: Mapping[str, str] = MappingProxyType({"origin": "ticket", **dict.fromkeys(_IN_A_DOCUMENT, "document")})
"""What attributes of commands on articles are called where they are sent: `Submit` has them under these names."""


def command_schemas() -> dict[str, Schema]:
    """Return the schema of what a host takes for each command, by its name as ``set_deadline``."""
    return {name: _command(name, kind) for name, kind in FORM_COMMANDS.items()}


def _command(name: str, kind: Any) -> Schema:
    summary, told = described(kind)
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for field in attrs.fields(kind):
        key = _CALLED.get(field.name, field.name)
        if key not in properties:
            said = _TOLD[key] if field.name in _IN_A_DOCUMENT else told.get(field.name) or _TOLD[key]
            properties[key] = {"description": said, **_property(name, key)}
        if field.default is attrs.NOTHING and key not in ("command_id", *required):
            required.append(key)
    return {
        "$schema": DRAFT,
        "title": kind.__name__,
        "description": summary,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(command: str, name: str) -> Schema:
    match name:
        case "document":
            return _document(command)
        case "files":
            return {"type": "array", "items": _ID, "maxItems": MOST_FILES, "uniqueItems": True}
        case "seen_version":
            return {"type": ["integer", "null"], "minimum": 0, "maximum": SAFE_INT}
        case "contact":
            return _OR_NONE
        case "ticket" if command == "write_article":  # one that is made of none
            return _OR_NONE
        case "action" | "form":
            return _KEY
        case "suggestion":
            return _LINE
    return _ID


def _document(command: str) -> Schema:
    """Return the documents of a command: of its form where every desk has the same, else of any form."""
    form = _FORMS.get(command)
    if form is not None:
        labels = tuple((field.key, COLUMN_LABELS[field.key][0], "") for field in form.fields)
        found = schema(Drawing(form=form, title="Document", labels=labels, nothing="None"))
        return {key: value for key, value in found.items() if key not in ("$schema", "title")}
    if command in _ON_ARTICLES:
        return {"type": "object", "additionalProperties": False, "properties": _ON_ARTICLES[command]}
    if command == "triage":
        return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(TRIAGE, _OR_NONE)}
    values = {"anyOf": [_TEXT, _NUMBER, {"type": "boolean"}]}
    return {"type": "object", "propertyNames": _KEY, "additionalProperties": values}


def _plain(field: Field) -> Schema:
    """Return what a field takes whatever it is called."""
    found = schema(Drawing(form=Form((field,)), title="", labels=()))["properties"][field.key]
    return {key: value for key, value in found.items() if key != "title"}


_ID = _plain(Field(key="id", kind="record"))
_KEY = _plain(Field(key="key", kind="title", limit=40, pattern=KEY_PATTERN))
_LINE: Schema = {**_plain(Field(key="line", kind="title")), "minLength": 0}
_TEXT = _plain(Field(key="text", kind="text"))
_NUMBER = _plain(Field(key="number", kind="number"))
_OR_NONE: Schema = {"anyOf": [_ID, {"type": "null"}]}
_COMMENT: Schema = {"comment": {**_plain(Field(key="comment", kind="text", clears=True)), "minLength": 0}}
_ARTICLE: Mapping[str, Schema] = MappingProxyType(
    {
        **dict.fromkeys(FIELDS, _OR_NONE),
        "title": _plain(Field(key="title", kind="title", clears=True)),
        "body": {**_plain(Field(key="body", kind="text", clears=True)), "minLength": 0},
        **{key: {"type": "array", "items": _ID, "maxItems": MOST_VALUES} for key in LISTS},
    }
)
_ON_ARTICLES: Mapping[str, Mapping[str, Schema]] = MappingProxyType(
    {"write_article": {**_ARTICLE}, "revise_article": {**_ARTICLE, **_COMMENT}, "act_on_article": _COMMENT}
)
"""What stands in the documents of commands on articles."""
