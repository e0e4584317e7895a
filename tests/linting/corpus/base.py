"""A sound desk from which faulty ones are made by small changes, and plain labels for any desk."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from supportcore.definition import Definition
from supportcore.definition import loader as loader_module
from supportcore.definition.labels import needed_labels
from supportcore.definition.loader import define

Doc = dict[str, Any]
BASE = """
format = 1
key = "base"
zone = "Europe/Madrid"
languages = ["en"]
customer = "required"
initial = "new"
triage = ["type", "priority", "area"]
roles = [
    { key = "customer", side = "customer", sees = "customers", may = ["open", "reply"] },
    { key = "agent", side = "staff", sees = "all", may = ["open", "reply", "note", "assign", "triage"] },
    { key = "lead", side = "staff", sees = "all", may = ["note"] },
]
form = [{ key = "subject", required = true }, { key = "type" }, { key = "priority", default = "normal" }]
notices = [
    { key = "opened", on = "opened", to = ["team"], channel = "in_app" },
    { key = "moved", on = "state_changed", to = ["contact", "assignee"], channel = "in_app" },
]

[vocabularies]
type = ["question", "change"]
priority = ["low", "normal", "high"]
area = ["north", "south"]
reason = ["mistake"]

[routing]
team = "desk"

[replies]
customer = "support"
staff = "customer"

[[states]]
key = "new"
category = "new"
waiting_on = "support"

[[states]]
key = "working"
category = "open"
waiting_on = "support"

[[states]]
key = "asking"
category = "pending"
waiting_on = "customer"
timer = { after = "72h", action = "silence" }
on_reply = { customer = "answered" }

[[states]]
key = "held"
category = "on_hold"
waiting_on = "vendor"

[[states]]
key = "proposed"
category = "solved"
waiting_on = "customer"

[[states]]
key = "done"
category = "closed"
outcome = "resolved"

[[states]]
key = "lapsed"
category = "closed"
outcome = "resolved"

[[states]]
key = "cancelled"
category = "closed"
outcome = "cancelled"

[[transitions]]
action = "take"
from = ["new"]
to = "working"
roles = ["agent"]
assign = "actor"

[[transitions]]
action = "ask"
from = ["working"]
to = "asking"
roles = ["agent"]
requires = ["comment"]

[[transitions]]
action = "silence"
from = ["asking"]
to = "proposed"
roles = ["system"]

[[transitions]]
action = "answered"
from = ["asking"]
to = "working"
roles = ["system"]

[[transitions]]
action = "hold"
from = ["working"]
to = "held"
roles = ["agent"]

[[transitions]]
action = "resume"
from = ["held"]
to = "working"
roles = ["agent"]

[[transitions]]
action = "propose"
from = ["working"]
to = "proposed"
roles = ["agent"]
requires = ["comment"]

[[transitions]]
action = "cancel"
from = ["new", "working"]
to = "cancelled"
roles = ["agent", "lead"]
requires = ["reason"]

[[transitions]]
action = "reopen"
from = ["lapsed"]
to = "working"
roles = ["customer", "agent"]

[[confirmations]]
state = "proposed"
roles = ["customer"]
yes = { action = "accept", to = "done" }
no = { action = "reject", to = "working", requires = ["comment"] }
reply = { action = "doubted", to = "working" }
silence = { after = "72h", action = "expire", to = "lapsed" }

[levels]
reopening = "resume"

[[policies]]
key = "all"
resolution = { within = "8h", calendar = "always" }
"""


def base() -> Doc:
    """Return the rules of the sound desk, to be changed."""
    return tomllib.loads(BASE)


def state(rules: Doc, key: str) -> Doc:
    """Return a state of a document."""
    found: Doc = next(entry for entry in rules["states"] if entry["key"] == key)
    return found


def action(rules: Doc, name: str) -> Doc:
    """Return a transition of a document."""
    found: Doc = next(entry for entry in rules["transitions"] if entry["action"] == name)
    return found


def role(rules: Doc, key: str) -> Doc:
    """Return a role of a document."""
    found: Doc = next(entry for entry in rules["roles"] if entry["key"] == key)
    return found


def without(rules: Doc, *names: str) -> None:
    """Take actions away."""
    rules["transitions"] = [entry for entry in rules["transitions"] if entry["action"] not in names]


def step(rules: Doc, name: str, sources: list[str] | str, to: str | None, *roles: str, **more: Any) -> None:
    """Add an action."""
    found = {"action": name, "from": sources, "to": to, "roles": list(roles), **more}
    rules["transitions"].append({key: value for key, value in found.items() if value is not None})


def labels_of(rules: Mapping[str, Any]) -> Doc:
    """Return plain labels for all that rules name."""
    guards = {entry["guard"]: _may for entry in rules.get("transitions", ()) if "guard" in entry}
    bare = loader_module._build(rules, None, guards, file="rules", labels_file="")
    found: Doc = {}
    for section, key in needed_labels(bare):
        section, _, below = section.partition(".")
        table = found.setdefault(section, {})
        second = "body" if section == "templates" else "help"
        entry = {name: dict.fromkeys(rules["languages"], key) for name in ("label", second)}
        (table.setdefault(below, {}) if below else table)[key] = entry
    return found


def defined(rules: Mapping[str, Any]) -> Definition:
    """Return the desk that rules define; every guard they name allows everything."""
    guards = {entry["guard"]: _may for entry in rules.get("transitions", ()) if "guard" in entry}
    return define(rules, labels_of(rules), guards=guards)


def _may(ticket: Any, actor: Any) -> bool:
    return True


def changed(change: Callable[[Doc], None], rules: Doc | None = None) -> Doc:
    """Return rules after a change."""
    found = copy.deepcopy(base() if rules is None else rules)
    change(found)
    return found
