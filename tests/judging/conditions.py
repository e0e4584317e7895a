"""Operators on conditions: one more, one fewer, a part fewer, the contrary of a comparison; wherever one stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from tests.judging.documents import Doc, Mutant, each

Way = tuple[str | int, ...]
"""Keys and places that lead to something in a document."""
_SECTIONS = ("roles", "transitions", "confirmations", "approvals", "policies")


def see_less(rules: Doc) -> Iterator[Mutant]:
    for state in rules["states"]:
        for _, role, made in each(rules, "roles"):
            made["entry"]["sees"] = {"field": "state", "eq": state["key"]}
            yield f"{role['key']} sees only {state['key']}", made["*"]


def see_own(rules: Doc) -> Iterator[Mutant]:
    for sees in ("own", "customers", "teams", "assigned", "all"):
        for _, role, made in each(rules, "roles"):
            made["entry"]["sees"] = sees
            yield f"{role['key']} sees {sees}", made["*"]


def change_condition(rules: Doc) -> Iterator[Mutant]:
    for _, step, made in each(rules, "transitions"):
        if "when" in step:
            weaker = copy.deepcopy(made)
            del weaker["entry"]["when"]
            yield f"{step['action']} without condition", weaker["*"]
        for told, when in _conditions(rules).items():
            changed = copy.deepcopy(made)
            changed["entry"]["when"] = {"all": [when, step["when"]]} if "when" in step else when
            yield f"{step['action']} only where {told}", changed["*"]


def ask_only_where(rules: Doc) -> Iterator[Mutant]:
    """Let a confirmation be asked, or a command be given, only where something holds."""
    for told, when in _conditions(rules).items():
        for place, _, made in each(rules, "confirmations"):
            made["entry"]["when"] = when
            yield f"confirmation {place} only where {told}", made["*"]
        for _, role, made in each(rules, "roles"):
            for command in role["may"]:
                if command != "open":
                    changed = copy.deepcopy(made)
                    changed["entry"].setdefault("only", {})[command] = when
                    yield f"{role['key']} may {command} only where {told}", changed["*"]


def drop_part(rules: Doc) -> Iterator[Mutant]:
    """Leave out one part of a condition."""
    for way, when in _inside(rules):
        for name in ("all", "any"):
            for place in range(len(when.get(name, ())) if len(when.get(name, ())) > 1 else 0):
                made = copy.deepcopy(rules)
                del _at(made, way)[name][place]
                yield f"{_told(way)} without part {place}", made


def join_otherwise(rules: Doc) -> Iterator[Mutant]:
    """Let one of several parts do where all are to hold, and the other way round."""
    for way, when in _inside(rules):
        for name, other in (("all", "any"), ("any", "all")):
            if len(when.get(name, ())) > 1:
                made = copy.deepcopy(rules)
                found = _at(made, way)
                found[other] = found.pop(name)
                yield f"{_told(way)}: {other} for {name}", made


def turn_comparison(rules: Doc) -> Iterator[Mutant]:
    """Ask for the contrary."""
    for way, when in _inside(rules):
        made = copy.deepcopy(rules)
        found = _at(made, way)
        if "eq" in when:
            found["ne"] = found.pop("eq")
        elif "ne" in when:
            found["eq"] = found.pop("ne")
        elif "missing" in when:
            found["missing"] = not when["missing"]
        else:
            continue
        yield f"{_told(way)} turned round", made


def _inside(rules: Doc) -> Iterator[tuple[Way, Doc]]:
    """Yield each condition, and each part of one, with the way to it."""
    places: list[tuple[Way, Any]] = [((name,), rules.get(name, [])) for name in _SECTIONS]
    places.append((("routing", "rules"), rules.get("routing", {}).get("rules", [])))
    for begin, entries in places:
        for place, entry in enumerate(entries):
            for key in ("when", "sees"):
                yield from _parts((*begin, place, key), entry.get(key))
            for command, when in entry.get("only", {}).items():
                yield from _parts((*begin, place, "only", command), when)


def _parts(way: Way, when: Any) -> Iterator[tuple[Way, Doc]]:
    if isinstance(when, dict):
        yield way, when
        for name in ("all", "any"):
            for place, part in enumerate(when.get(name, ())):
                yield from _parts((*way, name, place), part)


def _at(rules: Any, way: Way) -> Any:
    for key in way:
        rules = rules[key]
    return rules


def _told(way: Way) -> str:
    return ".".join(map(str, way))


def _conditions(rules: Doc) -> Mapping[str, Doc]:
    """Return conditions that hold now and then, never, and always."""
    some = rules["states"][0]["key"]
    return {
        "nobody is waited for": {"field": "waiting_on", "missing": True},
        "a vendor is waited for": {"field": "waiting_on", "eq": "vendor"},
        "the customer is waited for": {"field": "waiting_on", "eq": "customer"},
        "the customer confirmed": {"field": "confirmed", "eq": True},
        "it was rated": {"field": "rated", "eq": True},
        f"it is {some}": {"field": "state", "eq": some},
        f"it is not {some}": {"field": "state", "ne": some},
        "it is closed": {"field": "is_open", "eq": False},
        "somebody works on it": {"field": "assignee", "missing": False},
        "it is mine": {"field": "assignee", "eq": "@actor.id"},
        "it is not mine": {"field": "assignee", "ne": "@actor.id"},
        "I opened it": {"field": "contact", "eq": "@actor.id"},
        "it has two workers": {"field": "reassigned", "eq": True},
        "it is of my team": {"field": "team", "in": "@actor.teams"},
        "it was approved": {"field": "approval", "eq": "approved"},
        "it was not refused": {"field": "approval", "ne": "rejected"},
        "I have the first role": {"field": "@actor.roles", "has": rules["roles"][0]["key"]},
        "I have the last role": {"field": "@actor.roles", "has": rules["roles"][-1]["key"]},
    }
