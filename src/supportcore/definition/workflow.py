"""Reading the workflow of a definition: states, and the transitions between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from supportcore.definition.files import FILES
from supportcore.definition.model import FilePolicy, Guard
from supportcore.definition.parts import Survey
from supportcore.definition.reading import Node, meant
from supportcore.errors import DefinitionFault
from supportcore.forms.fields import INPUTS, Field, Form, Slot
from supportcore.people.access import RESERVED, SYSTEM, Side
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES, State, TimerRule, Transition

SIDES: tuple[Side, ...] = ("customer", "staff")
"""Who writes; the order in which a definition keeps what it says of each."""


def read_states(root: Node) -> tuple[State, ...]:
    """Return the states, each with its own faults noted."""
    states: list[State] = []
    for node in root.at("states").each():
        if not node.table("key", "category", "outcome", "waiting_on", "timer", "on_reply", "on_assign", "on_triage"):
            continue
        key = node.at("key").key()
        if any(state.key == key for state in states):
            node.at("key").fault("duplicate", f"state {key!r} exists already; every state has a name of its own")
        category = node.at("category").one_of(CATEGORIES)
        outcome = node.at("outcome").one_of(OUTCOMES) if node.at("outcome").value is not None else None
        if category == "closed" and outcome is None:
            node.at("outcome").fault("missing_key", f"a closed state says its outcome: {' or '.join(OUTCOMES)}")
        if category != "closed" and outcome is not None:
            node.at("outcome").fault("unexpected_key", 'only a state of category "closed" has an outcome')
        timer = _timer(node.at("timer"))
        waiting = node.at("waiting_on")
        reply = node.at("on_reply")
        own = {name: node.at(name) for name in ("on_assign", "on_triage")}
        if category == "closed":
            for below in own.values():
                if below.value is not None:
                    below.fault("unexpected_key", "nobody works on it in a final state; leave it out")
            if node.at("timer").value is not None:
                node.at("timer").fault("timer_in_final_state", "no timer runs in a final state; leave it out")
            if reply.value is not None:
                reply.fault("unexpected_key", "nobody replies in a final state; leave it out")
        states.append(
            State(
                key=key or "state",
                category=category,
                outcome=outcome if category == "closed" else None,
                waiting_on=waiting.one_of(PARTIES) if waiting.value is not None else None,
                timer=timer,
                on_reply=_on_reply(reply),
                **{name: below.key() or None for name, below in own.items() if below.value is not None},
            )
        )
    if not states:
        root.at("states").fault("missing_key", "a desk has at least one state: [[states]]")
    return tuple(states)


def _on_reply(node: Node) -> tuple[tuple[str, str], ...]:
    if node.value is None or not node.table(*SIDES):
        return ()
    actions = {side: node.at(side).key() for side in SIDES if node.at(side).value is not None}
    return tuple((side, action) for side, action in actions.items() if action)


def _timer(node: Node) -> TimerRule | None:
    if node.value is None or not node.table("after", "action"):
        return None
    return TimerRule(after=node.at("after").span(), action=node.at("action").key() or "action")


def read_transitions(
    root: Node,
    states: tuple[State, ...],
    roles: Mapping[str, Side],
    vocabularies: Mapping[str, tuple[str, ...]],
    guards: Mapping[str, Guard],
    files: FilePolicy | None,
    survey: Survey | None = None,
) -> tuple[Transition, ...]:
    """Return the transitions, and note what does not fit together between them, states, roles and guards."""
    transitions: list[Transition] = []
    taken: dict[tuple[str, str], str] = {}
    keys = [state.key for state in states]
    for node in root.at("transitions").each():
        if not node.table(
            "action", "from", "to", "roles", "when", "guard", "requires", "accepts", "comment", "waiting_on", "assign"
        ):
            continue
        step = _transition(node, states, keys, roles, vocabularies, guards, files, survey)
        for source in step.sources:
            other = taken.setdefault((step.action, source), node.path)
            if other != node.path:
                told = f"{step.action!r} leaves {source!r} already at {other}; an action leads to one place"
                node.at("action").fault("duplicate_action", told)
        transitions.append(step)
    _check_automatic(root, states, {(step.action, source): step for step in transitions for source in step.sources})
    return tuple(transitions)


def _transition(
    node: Node,
    states: tuple[State, ...],
    keys: list[str],
    roles: Mapping[str, Side],
    vocabularies: Mapping[str, tuple[str, ...]],
    guards: Mapping[str, Guard],
    files: FilePolicy | None,
    survey: Survey | None,
) -> Transition:
    action = node.at("action").key()
    if action in RESERVED:
        node.at("action").fault("reserved_action", f"{action!r} is a command of every desk; choose another name")
    source = node.at("from")
    if source.value == "*":
        sources = tuple(state.key for state in states if not state.final)
    else:
        told = 'say which states it leaves: a list, or "*" for all that are not final'
        sources = source.names(keys, "state", needed=told)
    to = node.at("to").given()
    if to is not None and to not in keys:
        node.at("to").fault("unknown_state", f"no state {to!r}{meant(to, keys)}")
        to = None
    known_roles = node.at("roles").names([*roles, SYSTEM], "role", needed="say who may take it: a list of roles")
    comment = node.at("comment").one_of(("public", "internal"), "public")
    if comment == "internal" and (outside := [role for role in known_roles if roles.get(role) == "customer"]):
        told = f"{outside[0]!r} is on the customer's side and cannot write internally; make it public"
        node.at("comment").fault("internal_note", told)
    guard = node.at("guard").given()
    if guard is not None and guard not in guards:
        told = f"no guard {guard!r} was handed to load_definition(guards=…), or named by --guard{meant(guard, guards)}"
        node.at("guard").fault("unknown_guard", told)
        guard = None
    waiting = node.at("waiting_on")
    assign = node.at("assign")
    return Transition(
        action=action or "action",
        sources=sources,
        to=to,
        roles=frozenset(known_roles),
        when=node.at("when").predicate(),
        guard=guard,
        form=read_inputs(node, vocabularies, files, survey),
        comment=comment,
        waiting_on=waiting.one_of(PARTIES) if waiting.value is not None else None,
        assign=assign.one_of(("actor", "nobody")) if assign.value is not None else None,
    )


def read_inputs(
    node: Node, vocabularies: Mapping[str, tuple[str, ...]], files: FilePolicy | None, survey: Survey | None
) -> Form:
    """Return what an action asks for: what it ``requires``, and what it ``accepts``."""
    fields: list[Field] = []
    slots: list[Slot] = []
    for name, required in (("requires", True), ("accepts", False)):
        for key in node.at(name).names((*INPUTS, FILES), "input"):
            if key == FILES:
                slots.append(attrs.evolve((files or FilePolicy()).slot(FILES), required=required))
                continue
            kind, source = INPUTS[key]
            if any(field.key == key for field in fields):
                node.at(name).fault("duplicate", f"{key!r} is required already; leave one out")
            options: Any = PARTIES if source == "waiting_on" else vocabularies.get(source or "", ())
            if kind == "choice" and not options:
                node.at(name).fault("unknown_vocabulary", f"{key!r} needs a vocabulary {source!r}")
            asked = Field(key=key, kind=kind, source=source, options=options, required=required)
            if key == "rating":
                if survey is None:
                    node.at(name).fault("missing_section", "a desk that takes ratings says how: [survey]")
                else:
                    asked = rating_field(survey, required=required)
            fields.append(asked)
    if slots and files is None:
        node.fault("missing_section", "a desk that takes files says so: [files]")
    if len(slots) > 1:
        node.at("accepts").fault("duplicate", f"{FILES!r} is required already; leave one out")
    return Form(tuple(fields), slots=tuple(slots[:1]))


def rating_field(survey: Survey, *, required: bool) -> Field:
    """Return the field that asks for a rating."""
    return Field(
        key="rating", kind="number", required=required, minimum=survey.least, maximum=survey.greatest, whole=True
    )


def _check_automatic(root: Node, states: tuple[State, ...], steps: Mapping[tuple[str, str], Transition]) -> None:
    """What the desk does by itself has to be possible: the action exists, is the system's, and asks for nothing."""
    tables = (node for node in root.at("states").each() if isinstance(node.value, Mapping))
    for node, state in zip(tables, states, strict=True):
        if state.final:
            continue
        wanted = [(f"on_reply.{side}", action) for side, action in state.on_reply]
        if state.timer is not None and state.timer.action == node.at("timer").at("action").value:
            wanted.insert(0, ("timer.action", state.timer.action))
        if state.on_assign is not None:
            wanted.append(("on_assign", state.on_assign))
        if state.on_triage is not None:
            wanted.append(("on_triage", state.on_triage))
        for path, action in wanted:
            step = steps.get((action, state.key))
            problem = None
            if step is None:
                known = [name for name, source in steps if source == state.key]
                problem = ("unknown_action", f"no action {action!r} leaves {state.key!r}{meant(action, known)}")
            elif SYSTEM not in step.roles:
                problem = ("not_automatic", f'{action!r} is taken by the desk itself; add "{SYSTEM}" to its roles')
            elif step.form.asks:
                problem = ("not_automatic", f"{action!r} asks for input, which nobody gives when the desk takes it")
            if problem is not None:
                root.faults.append(DefinitionFault(root.file, f"{node.path}.{path}", *problem))
