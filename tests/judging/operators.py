"""Operators that make one small fault in the rules of a desk, as somebody makes one who edits the file."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise

from tests.judging import beside, conditions
from tests.judging.documents import Doc, Mutant, Operator, each, own


def drop_transition(rules: Doc) -> Iterator[Mutant]:
    for place, step, made in each(rules, "transitions"):
        del made["*"]["transitions"][place]
        yield f"without {step['action']}", made["*"]


def retarget_transition(rules: Doc) -> Iterator[Mutant]:
    for state in rules["states"]:
        for _, step, made in each(rules, "transitions"):
            if step.get("to") != state["key"]:
                made["entry"]["to"] = state["key"]
                yield f"{step['action']} leads to {state['key']}", made["*"]


def lose_target(rules: Doc) -> Iterator[Mutant]:
    for _, step, made in each(rules, "transitions"):
        if "to" in step:
            del made["entry"]["to"]
            yield f"{step['action']} leads nowhere", made["*"]


def drop_source(rules: Doc) -> Iterator[Mutant]:
    for _, step, _ in each(rules, "transitions"):
        if step["from"] == "*" or len(step["from"]) < 2:
            continue
        for source in step["from"]:
            for _, other, made in each(rules, "transitions"):
                if other is step:
                    made["entry"]["from"] = [one for one in step["from"] if one != source]
                    yield f"{step['action']} no longer from {source}", made["*"]


def drop_role(rules: Doc) -> Iterator[Mutant]:
    for _, step, made in each(rules, "transitions"):
        for role in step["roles"]:
            changed = copy.deepcopy(made)
            changed["entry"]["roles"] = [one for one in step["roles"] if one != role] or ["system"]
            yield f"{step['action']} not by {role}", changed["*"]


def swap_role(rules: Doc) -> Iterator[Mutant]:
    for role in [*(role["key"] for role in rules["roles"]), "system"]:
        for _, step, made in each(rules, "transitions"):
            if step["roles"] != [role]:
                made["entry"]["roles"] = [role]
                yield f"{step['action']} only by {role}", made["*"]


def drop_command(rules: Doc) -> Iterator[Mutant]:
    for _, role, made in each(rules, "roles"):
        for command in role["may"]:
            changed = copy.deepcopy(made)
            changed["entry"]["may"] = [one for one in role["may"] if one != command]
            changed["entry"].get("only", {}).pop(command, None)
            yield f"{role['key']} may not {command}", changed["*"]


def move_timer(rules: Doc) -> Iterator[Mutant]:
    for _, state, made in each(rules, "states"):
        if "timer" in state:
            without = copy.deepcopy(made)
            del without["entry"]["timer"]
            yield f"{state['key']} without timer", without["*"]
            for action in own(rules):
                if action != state["timer"]["action"]:
                    changed = copy.deepcopy(made)
                    changed["entry"]["timer"]["action"] = action
                    yield f"the timer of {state['key']} takes {action}", changed["*"]
        elif state["category"] != "closed":
            for action in own(rules):
                changed = copy.deepcopy(made)
                changed["entry"]["timer"] = {"after": "5m", "action": action}
                yield f"{state['key']} has a timer that takes {action}", changed["*"]


def time_transition(rules: Doc) -> Iterator[Mutant]:
    """Give a state a timer with a transition of its own, to each other state."""
    for target in rules["states"]:
        for _, state, made in each(rules, "states"):
            if state["category"] != "closed" and state is not target:
                made["entry"]["timer"] = {"after": "9h", "action": "planted"}
                step = {"action": "planted", "from": [state["key"]], "to": target["key"], "roles": ["system"]}
                made["*"].setdefault("transitions", []).append(step)
                yield f"time leads from {state['key']} to {target['key']}", made["*"]


def shorten_timer(rules: Doc) -> Iterator[Mutant]:
    for _, state, made in each(rules, "states"):
        if "timer" in state:
            made["entry"]["timer"]["after"] = "1ms"
            yield f"the timer of {state['key']} is short", made["*"]


def cross_timers(rules: Doc) -> Iterator[Mutant]:
    """Let two timers lead where the other one did, or wait as long."""
    timed = [place for place, state in enumerate(rules["states"]) if "timer" in state]
    for one, other in pairwise(timed):
        made = copy.deepcopy(rules)
        first, second = (made["states"][place]["timer"] for place in (one, other))
        first["after"], second["after"] = second["after"], first["after"]
        yield f"timers {one} and {other} wait as long as the other", made
        made = copy.deepcopy(rules)
        steps = [
            next(
                (step for step in made["transitions"] if step["action"] == rules["states"][place]["timer"]["action"]),
                {},
            )
            for place in (one, other)
        ]
        if all("to" in step for step in steps):
            steps[0]["to"], steps[1]["to"] = steps[1]["to"], steps[0]["to"]
            yield f"timers {one} and {other} lead where the other did", made


def drop_reply(rules: Doc) -> Iterator[Mutant]:
    for _, state, made in each(rules, "states"):
        if "on_reply" in state:
            del made["entry"]["on_reply"]
            yield f"{state['key']} answers no reply", made["*"]


def change_confirmation(rules: Doc) -> Iterator[Mutant]:
    for place, asked, made in each(rules, "confirmations"):
        for part in ("no", "reply", "silence"):
            if part in asked:
                changed = copy.deepcopy(made)
                del changed["entry"][part]
                yield f"confirmation {place} without {part}", changed["*"]
        for part in ("yes", "no", "reply", "silence"):
            for state in rules["states"]:
                if part in asked and asked[part].get("to") != state["key"]:
                    changed = copy.deepcopy(made)
                    changed["entry"][part]["to"] = state["key"]
                    yield f"confirmation {place}: {part} leads to {state['key']}", changed["*"]


def close_or_open_state(rules: Doc) -> Iterator[Mutant]:
    for _, state, made in each(rules, "states"):
        if state["category"] == "closed":
            made["entry"]["category"] = "open"
            made["entry"].pop("outcome")
        else:
            made["entry"].update(category="closed", outcome="resolved")
            for key in ("timer", "on_reply", "on_assign", "on_triage", "waiting_on"):
                made["entry"].pop(key, None)
        yield f"{state['key']} is {made['entry']['category']}", made["*"]


def add_state(rules: Doc) -> Iterator[Mutant]:
    made = copy.deepcopy(rules)
    made["states"].append({"key": "planted", "category": "open"})
    yield "a state that nothing leads to", made
    for place, step in enumerate(rules.get("transitions", ())):
        changed = copy.deepcopy(made)
        changed["transitions"][place]["to"] = "planted"
        yield f"{step['action']} leads to a state without a way on", changed


def start_elsewhere(rules: Doc) -> Iterator[Mutant]:
    for state in rules["states"]:
        if state["key"] != rules["initial"]:
            yield f"it begins as {state['key']}", {**copy.deepcopy(rules), "initial": state["key"]}


OPERATORS: tuple[Operator, ...] = (
    drop_transition, retarget_transition, lose_target, drop_source, drop_role, swap_role, drop_command,
    move_timer, time_transition, shorten_timer, cross_timers, drop_reply, change_confirmation,
    close_or_open_state, add_state, start_elsewhere,
    conditions.see_less, conditions.see_own, conditions.change_condition, conditions.ask_only_where,
    conditions.drop_part, conditions.join_otherwise, conditions.turn_comparison,
    beside.wait_for_another, beside.reply_otherwise, beside.follow_work, beside.give_command, beside.assign_by_action,
    beside.route_otherwise, beside.decide_otherwise, beside.ask_committee, beside.hold_otherwise,
    beside.reopen_otherwise, beside.pause_otherwise, beside.merge_into,
)  # fmt: skip


def mutants(rules: Doc) -> Iterator[Mutant]:
    """Yield everything that the operators make of a document, in order."""
    for operator in OPERATORS:
        for told, made in operator(rules):
            yield f"{operator.__name__}: {told}", made
