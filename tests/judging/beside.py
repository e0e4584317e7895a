"""Operators on what stands beside the workflow: replies, whom a ticket waits for, levels, routing, approvals, holds."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from tests.judging.documents import PARTIES, Doc, Mutant, each, own


def wait_for_another(rules: Doc) -> Iterator[Mutant]:
    for section, name in (("states", "key"), ("transitions", "action")):
        for party in (None, *PARTIES):
            for _, entry, made in each(rules, section):
                if party != entry.get("waiting_on") and entry.get("category") != "closed":
                    made["entry"].pop("waiting_on", None)
                    made["entry"] |= {} if party is None else {"waiting_on": party}
                    yield f"{entry[name]} waits for {party}", made["*"]


def reply_otherwise(rules: Doc) -> Iterator[Mutant]:
    said = rules.get("replies", {})
    if said:
        yield "replies change nothing", {key: value for key, value in copy.deepcopy(rules).items() if key != "replies"}
    for side in ("customer", "staff"):
        for party in PARTIES:
            if said.get(side) != party:
                made = copy.deepcopy(rules)
                made.setdefault("replies", {})[side] = party
                yield f"a reply of {side} lets it wait for {party}", made
        for action in own(rules):
            for _, state, changed in each(rules, "states"):
                if state["category"] != "closed" and state.get("on_reply", {}).get(side) != action:
                    changed["entry"].setdefault("on_reply", {})[side] = action
                    yield f"{state['key']} answers a reply of {side} by {action}", changed["*"]


def follow_work(rules: Doc) -> Iterator[Mutant]:
    """Let an assignment or a triage set off something, or nothing any more."""
    for name in ("on_assign", "on_triage"):
        for action in (None, *own(rules)):
            for _, state, made in each(rules, "states"):
                if state["category"] != "closed" and state.get(name) != action:
                    made["entry"].pop(name, None)
                    made["entry"] |= {} if action is None else {name: action}
                    yield f"{state['key']}: {name} takes {action}", made["*"]


def give_command(rules: Doc) -> Iterator[Mutant]:
    for command in ("open", "reply", "assign", "triage"):
        for _, role, made in each(rules, "roles"):
            if command not in role["may"]:
                made["entry"]["may"] = [*role["may"], command]
                yield f"{role['key']} may {command}", made["*"]


def assign_by_action(rules: Doc) -> Iterator[Mutant]:
    for who in ("actor", "nobody", None):
        for _, step, made in each(rules, "transitions"):
            if step.get("assign") != who:
                made["entry"].pop("assign", None)
                made["entry"] |= {} if who is None else {"assign": who}
                yield f"{step['action']} assigns {who}", made["*"]


def route_otherwise(rules: Doc) -> Iterator[Mutant]:
    routing = rules.get("routing", {})
    for changes in ({"assign": "spread"}, {"assign": "none"}, {"on_triage": True}, {"responsible": "assignee"}):
        if any(routing.get(key) != value for key, value in changes.items()):
            made = copy.deepcopy(rules)
            made["routing"] = {"team": "desk", **routing, **changes}
            yield f"routing with {changes}", made
    for place in range(len(routing.get("rules", ()))):
        made = copy.deepcopy(rules)
        del made["routing"]["rules"][place]
        yield f"without routing rule {place}", made


def decide_otherwise(rules: Doc) -> Iterator[Mutant]:
    for place, rule, made in each(rules, "approvals"):
        for decided in ("approved", "rejected"):
            for action in (None, *own(rules)):
                if rule.get(decided) != action:
                    changed = copy.deepcopy(made)
                    changed["entry"].pop(decided, None)
                    changed["entry"] |= {} if action is None else {decided: action}
                    yield f"approval {place}: {decided} takes {action}", changed["*"]
        if "when" in rule:
            del made["entry"]["when"]
            yield f"approval {place} for all", made["*"]


def ask_committee(rules: Doc) -> Iterator[Mutant]:
    if not rules.get("approvals"):
        for action in (None, *own(rules)):
            rule = {"key": "planted", "team": "board", "quorum": "any", **({"rejected": action} if action else {})}
            yield f"a committee is asked, and {action} follows a no", {**copy.deepcopy(rules), "approvals": [rule]}


def hold_otherwise(rules: Doc) -> Iterator[Mutant]:
    for begin in own(rules):
        for end in own(rules):
            if begin != end and rules.get("hold") != {"begin": begin, "end": end}:
                yield (
                    f"held by {begin}, let go by {end}",
                    {
                        **copy.deepcopy(rules),
                        "hold": {"begin": begin, "end": end},
                    },
                )


def reopen_otherwise(rules: Doc) -> Iterator[Mutant]:
    for reopening in ("resume", "restart", "forbidden"):
        made = copy.deepcopy(rules)
        if made.setdefault("levels", {}).get("reopening") != reopening:
            made["levels"]["reopening"] = reopening
            yield f"reopening: {reopening}", made
    if "grace" in rules.get("levels", {}):
        made = copy.deepcopy(rules)
        del made["levels"]["grace"]
        yield "no grace", made


def pause_otherwise(rules: Doc) -> Iterator[Mutant]:
    for party in PARTIES:
        made = copy.deepcopy(rules)
        made.setdefault("levels", {})["pause"] = {"field": "waiting_on", "eq": party}
        yield f"clocks pause for {party}", made


def merge_into(rules: Doc) -> Iterator[Mutant]:
    for state in rules["states"]:
        if state["category"] == "closed" and rules.get("merge") != {"state": state["key"]}:
            made = {**copy.deepcopy(rules), "merge": {"state": state["key"]}}
            for role in made["roles"]:
                if role["side"] == "staff" and "merge" not in role["may"]:
                    role["may"] = [*role["may"], "merge"]
            yield f"merged tickets are {state['key']}", made
