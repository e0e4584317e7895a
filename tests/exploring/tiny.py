"""A desk so small that everything that can become of a ticket is counted by hand, and changes of it."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

from supportcore.definition import Definition
from supportcore.definition.loader import define

Doc = dict[str, Any]
RULES: Doc = tomllib.loads("""
format = 1
key = "tiny"
zone = "Europe/Madrid"
languages = ["en"]
customer = "none"
initial = "working"
roles = [
    { key = "user", side = "customer", sees = "own", may = ["open", "reply"] },
    { key = "agent", side = "staff", sees = "all", may = ["reply"] },
]
form = [{ key = "subject", required = true }]

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
key = "done"
category = "closed"
outcome = "resolved"

[[transitions]]
action = "ask"
from = ["working"]
to = "asking"
roles = ["agent"]
requires = ["comment"]

[[transitions]]
action = "answered"
from = ["asking"]
to = "working"
roles = ["system"]

[[transitions]]
action = "silence"
from = ["asking"]
to = "done"
roles = ["system"]

[[transitions]]
action = "finish"
from = ["working"]
to = "done"
roles = ["agent"]
""")


def unchanged(rules: Doc) -> None:
    """Leave the desk as it is."""


def labels_of(rules: Doc) -> Doc:
    """Return labels for whatever a document has."""
    plain = {"en": "x"}
    both = {"label": plain, "help": plain}
    asked = [name for step in rules["transitions"] for name in step.get("requires", ())]
    asked += [field["key"] for field in rules["form"]]
    return {
        "desk": {"name": {"label": plain}},
        "roles": {role["key"]: {"label": {"en": role["key"]}} for role in rules["roles"]},
        "states": {state["key"]: {**both, "label": {"en": state["key"]}} for state in rules["states"]},
        "actions": {step["action"]: {"label": {"en": step["action"]}} for step in rules["transitions"]},
        "fields": dict.fromkeys(asked, both),
    }


def tiny(change: Callable[[Doc], None] = unchanged) -> Definition:
    """Return the desk after a change of its rules."""
    rules = copy.deepcopy(RULES)
    change(rules)
    return define(rules, labels_of(rules))


def state(rules: Doc, key: str) -> Doc:
    """Return a state of a document."""
    found: Doc = next(entry for entry in rules["states"] if entry["key"] == key)
    return found


def action(rules: Doc, name: str) -> Doc:
    """Return a transition of a document."""
    found: Doc = next(entry for entry in rules["transitions"] if entry["action"] == name)
    return found
