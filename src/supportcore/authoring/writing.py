"""A desk as the two documents it may be loaded from: as values, and as TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from supportcore.authoring.adopting import Adopted
from supportcore.authoring.kinds import Either, Inner, Kind, ListOf, Table, inner
from supportcore.authoring.labels import LABELS
from supportcore.authoring.spelling import document_text, without_defaults
from supportcore.authoring.table import DESK
from supportcore.definition.labels import SECOND
from supportcore.definition.model import Definition
from supportcore.definition.screens import MenuEntry, Screens


def to_toml(definition: Definition) -> tuple[str, str]:
    """
    Return a desk as TOML: its rules, and what people read.

    Loaded again, with the same guards, it is the same desk, with the same ``rules_hash``. What a desk made of a machine
    could not take over stands at the beginning, as comments.
    """
    notes = definition.notes if isinstance(definition, Adopted) else ()
    rules, labels = documents_of(definition)
    return document_text(rules, comments=notes), document_text(labels)


def documents_of(definition: Definition) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return rules and labels as JSON-safe documents, of which `supportcore.definition.loader.define` makes the same desk.

    Guards are Python functions, of which only the names are in a document.
    """
    return _ordered(_rules(definition), DESK), _labels(definition)


def _rules(definition: Definition) -> dict[str, Any]:
    rules: dict[str, Any] = json.loads(definition.document)
    if definition.levels is not None:
        promised = json.loads(definition.levels.document)
        rules.update({name: said for name, said in promised.items() if name != "zone"})
    for name, record in (("knowledge", definition.knowledge), ("accounts", definition.accounts)):
        if said := without_defaults(record):
            rules[name] = said
    if definition.files is not None:
        rules["files"] = without_defaults(definition.files)
    if definition.moves:
        rules["moves"] = dict(definition.moves)
    asked = sum("question" in said for said in rules.get("confirmations", ()))
    return {**rules, **_screens(definition.screens, asked)}


def _screens(screens: Screens, asked: int) -> dict[str, Any]:
    """Return what is shown, but for what is so by itself; the first *asked* questions are those of confirmations."""
    plain, found = Screens(), {}
    if screens.lists != plain.lists:
        found["lists"] = [without_defaults(rule) for rule in screens.lists]
    if screens.boards:
        found["boards"] = [without_defaults(board, keep=("key", "list")) for board in screens.boards]
    if screens.menu is not None:
        found["menu"] = [_menu(entry) for entry in screens.menu]
    if screens.questions[asked:]:
        found["questions"] = [without_defaults(rule) for rule in screens.questions[asked:]]
    return found if screens.header == plain.header else {**found, "page": {"header": list(screens.header)}}


def _menu(entry: MenuEntry) -> dict[str, Any]:
    roles = {"roles": sorted(entry.roles)} if entry.roles else {}
    return {"key": entry.key, entry.to: True if entry.to == "host" else entry.name, **roles}


def _labels(definition: Definition) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for (section, key, language), (label, more) in definition.labels.entries.items():
        place = found
        for name in (*section.split(".", 1), key):
            place = place.setdefault(name, {})
        place.setdefault("label", {})[language] = label
        if more:
            place.setdefault(SECOND.get(section, "help"), {})[language] = more
    return _ordered(found, LABELS)


def _ordered(value: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return a table with its keys in the order of the format."""
    return {entry.name: _below(value[entry.name], entry.kind) for entry in table.entries if entry.name in value}


def _below(value: Any, kind: Kind) -> Any:
    if isinstance(kind, ListOf):
        return [_below(item, kind.kind) for item in value]
    if isinstance(kind, (Inner, Either)) and isinstance(value, Mapping):
        return next((_ordered(value, table) for table in inner(kind)), value)
    return value
