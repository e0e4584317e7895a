"""
What a log's activities mean on a desk: a mapping file, or a desk derived from the log itself.

A derived desk has one state and one action for each activity and lets everything happen, so that a log is kept as it
was; it promises nothing, unless a file of service levels says what. A mapping names an action of an existing desk for
each activity, and the desk's own rules decide.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.definition import Definition
from supportcore.definition.loader import define
from supportcore.definition.reading import Node
from supportcore.errors import DefinitionError, DefinitionFault, Fault
from supportcore.forms.checking import check
from supportcore.people.access import IMPORTER
from supportcore.people.customers import Customer
from supportcore.predicate import ALWAYS
from supportcore.products import Product
from supportcore.replay.levels import LedTo, Promised
from supportcore.storage.ports import Record
from supportcore.workflow.definition import CATEGORIES

MOST_ACTIVITIES = 500
"""Distinct activities a derived desk can have; a log with more names the wrong column."""

_STANDS: Mapping[LedTo, dict[str, str]] = {
    **{category: {"category": category} for category in CATEGORIES},
    "closed": {"category": "closed", "outcome": "resolved"},
    "cancelled": {"category": "closed", "outcome": "cancelled"},
}
"""The state that a derived desk has for an activity, by what the activity leads to."""


@attrs.frozen(kw_only=True)
class Plan:
    """
    How a log is read onto a desk.

    Attributes:
        actions: Action of the desk by activity.
        roles: What the importer acts as, beside ``importer``.
        opening: The intake form of every ticket; ``{case}`` in a text stands for the case.
        records: Records that the opening names; installed first.
    """

    definition: Definition
    actions: Mapping[str, str]
    roles: frozenset[str]
    opening: Mapping[str, Any]
    records: tuple[Record, ...] = ()

    def opening_of(self, case: str) -> dict[str, Any]:
        """Return the intake form of the ticket of *case*."""
        return {key: _named(value, case) for key, value in self.opening.items()}


def load_plan(path: Path, definition: Definition) -> Plan:
    """
    Return the plan of a mapping file.

    Raises:
        DefinitionError: The file cannot be read, or names what the desk does not have; all faults at once.
    """
    faults: list[DefinitionFault] = []
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionError([DefinitionFault(path.name, "document", "bad_toml", str(error))]) from error
    root = Node(document, file=path.name, path="", faults=faults)
    root.table("roles", "actions", "open", "customers", "products")
    known = definition.workflow.actions
    needed = "say what the importer acts as: a list of roles of the desk"
    roles = root.at("roles").names(definition.roles_by_key, "role", needed=needed)
    acting = [definition.roles_by_key[key] for key in roles]
    if acting and not any(role.sees == ALWAYS for role in acting):
        root.at("roles").fault("sees_too_little", 'the importer must find every ticket again: a role with sees = "all"')
    if acting and not any("open" in role.may for role in acting):
        root.at("roles").fault("may_not_open", 'the importer opens tickets: a role with "open" in may')
    actions = {activity: node.one_of(known) for activity, node in root.at("actions").items()}
    if not actions:
        root.at("actions").fault("missing_key", 'say what activities mean: [actions], "Activity" = "action"')
    opening = {key: node.value for key, node in root.at("open").items()}
    opening.setdefault("subject", "{case}")
    for fault in _opening_faults(definition, opening):
        root.at("open").fault(fault.code, fault.text(), fault.path)
    records: list[Record] = [Customer(id=key, name=node.text()) for key, node in root.at("customers").items()]
    records += [Product(id=key, name=node.text()) for key, node in root.at("products").items()]
    if faults:
        raise DefinitionError(faults)
    return Plan(
        definition=definition,
        actions=MappingProxyType(actions),
        roles=frozenset(roles),
        opening=MappingProxyType(opening),
        records=tuple(records),
    )


def _opening_faults(definition: Definition, opening: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Return what the desk's intake form has against *opening*; whether named records exist, the store knows."""
    example = {key: _named(value, "case") for key, value in opening.items()}
    nobody = definition.customer == "required" and not example.get("customer")
    return ((Fault("customer", "required"),) if nobody else ()) + check(definition.form, example)[1]


def _named(value: Any, case: str) -> Any:
    return value.replace("{case}", case) if isinstance(value, str) else value


def derive_plan(activities: Iterable[str], *, key: str, zone: str, promised: Promised | None = None) -> Plan:
    """
    Return a plan, and a desk for it, on which every one of *activities* may follow every other.

    Args:
        key: Names the desk.
        zone: Of the desk; plays no part in the replay, but calendars that name none count in it.
        promised: Its service levels, and what activities lead to.

    Raises:
        DefinitionError: The service levels have faults; all at once.
    """
    names = sorted(set(activities))
    actions = dict(zip(names, _keys(names), strict=True))
    led_to = {action: _led_to(promised, name) for name, action in actions.items()}
    states: list[dict[str, str]] = [{"key": "opened", "category": "new"}]
    states += [{"key": f"s_{action}"[:40], **_STANDS[led]} for action, led in led_to.items() if led != "stay"]
    final = any(state["category"] == "closed" for state in states)
    rules = {
        "format": 1,
        "key": desk_key(key),
        "zone": zone,
        "languages": ["en"],
        "customer": "none",
        "initial": "opened",
        "roles": [{"key": IMPORTER, "side": "staff", "sees": "all", "may": ["open"]}],
        "form": [{"key": "subject", "required": True}],
        "states": states,
        "transitions": [
            {
                "action": action,
                "from": [state["key"] for state in states] if final else "*",
                "roles": [IMPORTER],
                **({} if led == "stay" else {"to": f"s_{action}"[:40]}),
            }
            for action, led in led_to.items()
        ],
        **({} if promised is None else promised.sections),
    }

    def entry(label: str, *, more: bool = False) -> dict[str, Any]:
        return {"label": {"en": label}, **({"help": {"en": label}} if more else {})}

    labels = {
        "desk": {"name": entry(f"Log {key}")},
        "roles": {IMPORTER: entry("Importer")},
        "fields": {"subject": entry("Case", more=True)},
        "actions": {action: entry(name) for name, action in actions.items()},
        "states": {
            "opened": entry("Opened", more=True),
            **{f"s_{act}"[:40]: entry(name, more=True) for name, act in actions.items() if led_to[act] != "stay"},
        },
    }
    return Plan(
        definition=_defined(rules, labels, promised),
        actions=MappingProxyType(actions),
        roles=frozenset({IMPORTER}),
        opening=MappingProxyType({"subject": "{case}"}),
    )


def _led_to(promised: Promised | None, activity: str) -> LedTo:
    return "open" if promised is None else promised.categories.get(activity, "open")


def _defined(rules: Mapping[str, Any], labels: Mapping[str, Any], promised: Promised | None) -> Definition:
    """Return the derived desk; all that can be wrong with one is what *promised* says, so faults are told there."""
    if promised is None:
        return define(rules, labels)
    try:
        definition = define(rules, labels)
    except DefinitionError as error:
        found = [fault._replace(file=promised.file) for fault in error.faults]
        raise DefinitionError([*promised.faults, *found]) from error
    if promised.faults:
        raise DefinitionError(promised.faults)
    return definition


def desk_key(name: str) -> str:
    """Return the key of the desk derived for a log: its name, told apart by a digest where a key cannot say it."""
    slug = _slug(name, 40)
    return slug if slug == name else f"{slug[:31] or 'log'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _slug(name: str, limit: int) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:limit]


def _keys(names: list[str]) -> list[str]:
    """Return a key for each name, never the same twice and never a command's."""
    keys: list[str] = []
    for name in names:
        base = _slug(name, 30) or "activity"
        key = f"do_{base}"
        count = 2
        while key in keys:
            key, count = f"do_{base}_{count}", count + 1
        keys.append(key)
    return keys
