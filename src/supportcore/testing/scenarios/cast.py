"""Who and what there is on a desk before a row begins: actors, records, phrases, read from ``cast.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from supportcore.definition.loader import load_definition
from supportcore.definition.model import Definition
from supportcore.definition.reading import Node, meant
from supportcore.errors import DefinitionError, Invalid, SupportError
from supportcore.people.access import Actor
from supportcore.storage.codec import load_record
from supportcore.storage.ports import RECORD_KINDS, Record
from supportcore.text import instant_of_text, instant_text

KINDS: Mapping[str, str] = {
    {"agreement": "agreements", "category": "categories", "preferences": "preferences"}.get(kind, f"{kind}s"): kind
    for kind in RECORD_KINDS
}
"""The kinds of records of a desk by the name of several of them."""
_ACTOR = tuple(field.name for field in attrs.fields(Actor))


@attrs.frozen(kw_only=True)
class Cast:
    """
    Who and what there is.

    Attributes:
        definition: The desk; its key is that of no row.
        now: Where the clock stands when a row begins.
        actors: By the name that steps have for them.
        addresses: What the host adds to the menu.
        phrases: Steps that rows have in common, by name.
    """

    definition: Definition
    now: datetime
    actors: Mapping[str, Actor]
    records: tuple[Record, ...]
    addresses: Mapping[str, str]
    phrases: Mapping[str, tuple[Node, ...]]


def read_cast(root: Node, folder: Path) -> Cast | None:
    """Return the cast that stands in a document; None, with the faults noted, if it cannot be had."""
    before = len(root.faults)
    root.table("desk", "now", "addresses", "actors", "phrases", *KINDS)
    definition = _definition(root.at("desk"), folder)
    now = _instant(root.at("now"))
    actors = {name: _actor(node, root.at("actors")) for name, node in root.at("actors").items()}
    records = [record for key in KINDS for record in _records(root.at(key), KINDS[key])]
    addresses = {name: node.text() for name, node in root.at("addresses").items()}
    phrases = {name: tuple(node.each()) for name, node in root.at("phrases").items()}
    if definition is None or now is None or len(root.faults) > before:
        return None
    return Cast(
        definition=definition,
        now=now,
        actors={name: actor for name, actor in actors.items() if actor is not None},
        records=tuple(record for record in records if record is not None),
        addresses=addresses,
        phrases=phrases,
    )


def _definition(node: Node, folder: Path) -> Definition | None:
    name = node.text()
    try:
        return load_definition(folder / name if name.endswith(".toml") else name)
    except DefinitionError as error:
        node.faults.extend(error.faults)
        return None


def _instant(node: Node) -> datetime | None:
    try:
        return instant_of_text(instant_text(node.value) if isinstance(node.value, datetime) else node.value, "now")
    except Invalid as error:
        node.fault("bad_instant", error.faults[0].text())
        return None


def _actor(node: Node, others: Node) -> Actor | None:
    if not node.table("like", *_ACTOR):
        return None
    name = node.path.rpartition(".")[2]
    said = dict(node.value)
    like = said.pop("like", None)
    if like is not None:
        known = [key for key, _ in others.items()]
        other = others.at(str(like)).value
        if not isinstance(other, Mapping) or "like" in other:
            node.at("like").fault("unknown_actor", f"nobody to be like{meant(str(like), known)}")
            return None
        said = {"id": like, **other, **said}
    try:
        return Actor(**{"id": name, **said})
    except (SupportError, TypeError) as error:
        node.fault("bad_actor", str(error))
        return None


def _records(node: Node, kind: str) -> list[Record | None]:
    return [_record(one, kind) for one in node.each()]


def _record(node: Node, kind: str) -> Record | None:
    if not node.table(*(field.name for field in attrs.fields(RECORD_KINDS[kind]))):
        return None
    try:
        return record_of(kind, node.value)
    except Exception as error:  # whatever the fields' own checks raise is a fault of the file
        node.fault("bad_record", f"no {kind}: {error}")
        return None


def record_of(kind: str, said: Mapping[str, Any]) -> Record:
    """Return a record with the fields that are named; it is called as its id unless it says otherwise."""
    fields = {name: instant_text(value) if isinstance(value, datetime) else value for name, value in said.items()}
    if any(field.name == "name" for field in attrs.fields(RECORD_KINDS[kind])):
        fields.setdefault("name", str(fields.get("id", "")))
    return load_record(kind, fields)
