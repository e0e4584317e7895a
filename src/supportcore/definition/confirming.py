"""
Reading confirmations: the customer is asked whether the ticket is solved.

One primitive for every way a desk asks: after a time of silence the desk takes the answer itself, a yes may be for good
(nothing leads out of the state it leads to), a no brings the ticket back. It is written as one table and stands for the
timer, the answer to a reply, the actions and the question that it comes to:

    [[confirmations]]
    state = "proposed"                                              # a state of category solved or pending
    roles = ["customer"]                                            # who is asked
    when = { field = "contact", eq = "@actor.id" }                  # only of them, if not all
    yes = { action = "accept", to = "done", accepts = ["comment"] }
    no = { action = "reject", to = "open", requires = ["comment"] }
    reply = { action = "answered", to = "open" }                    # a public reply instead of a verdict
    silence = { after = "72h", action = "expire", to = "done" }
    question = "solved"                                             # asked on the first screen
    rates = true                                                    # yes and no count as ratings
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from supportcore.definition.model import FilePolicy
from supportcore.definition.parts import Survey
from supportcore.definition.reading import Node, meant
from supportcore.definition.screens import QuestionRule
from supportcore.definition.workflow import read_inputs
from supportcore.forms.fields import Form
from supportcore.people.access import RESERVED, SYSTEM, Side
from supportcore.predicate import Eq, both
from supportcore.workflow.definition import PARTIES, State, TimerRule, Transition

_PARTS = ("state", "roles", "when", "yes", "no", "reply", "silence", "question", "rates")


@attrs.frozen(kw_only=True)
class Confirmed:
    """What confirmations come to: the states with their timers and answers, more transitions, more questions."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...] = ()
    questions: tuple[QuestionRule, ...] = ()


def read_confirmations(
    root: Node,
    states: tuple[State, ...],
    roles: Mapping[str, Side],
    vocabularies: Mapping[str, tuple[str, ...]],
    files: FilePolicy | None,
    survey: Survey | None,
) -> Confirmed:
    """Return what the confirmations of a desk come to, beside what it says otherwise."""
    by_key = {state.key: state for state in states}
    steps: list[Transition] = []
    questions: list[QuestionRule] = []
    for node in root.at("confirmations").each():
        if not node.table(*_PARTS):
            continue
        key = node.at("state").text()
        state = by_key.get(key)
        if state is None:
            node.at("state").fault("unknown_state", f"no state {key!r}{meant(key, by_key)}")
            continue
        if state.final:
            node.at("state").fault("final_state", f"in {key!r} nothing is asked any more; name a state before it")
            continue
        people = frozenset(node.at("roles").names(roles, "role", needed="say who is asked: a list of roles"))
        when = node.at("when").predicate()
        rates = node.at("rates").flag()
        if rates and (survey is None or survey.scale != "yes_no"):
            node.at("rates").fault(
                "missing_section", 'yes and no are ratings of [survey] scale = "yes_no"; say so there'
            )
        answers = []
        for name, confirms in (("yes", True), ("no", False)):
            below = node.at(name)
            if below.value is None:
                if confirms:
                    below.fault("missing_key", "say what a yes does: { action = …, to = … }")
                continue
            if below.table("action", "to", "requires", "accepts", "waiting_on"):
                step = _step(below, key, by_key, people, partial(read_inputs, below, vocabularies, files, survey))
                steps.append(attrs.evolve(step, when=when, confirms=confirms, rating=int(confirms) if rates else None))
                answers.append(step.action)
        by_key[key] = _automatic(node, state, by_key, steps)
        question = node.at("question")
        if question.value is not None:
            name = question.key() or "question"
            questions.append(QuestionRule(key=name, where=both(Eq("state", key), when), answers=tuple(answers)))
    return Confirmed(states=tuple(by_key.values()), transitions=tuple(steps), questions=tuple(questions))


def _automatic(node: Node, state: State, known: Mapping[str, State], steps: list[Transition]) -> State:
    """Return the state with what the desk does in it by itself, whose transitions are added to *steps*."""
    mine = frozenset({SYSTEM})
    silence, reply = node.at("silence"), node.at("reply")
    if silence.value is not None and silence.table("after", "action", "to"):
        if state.timer is not None:
            silence.fault("duplicate", f"{state.key!r} has a timer already; leave one out")
        step = _step(silence, state.key, known, mine, Form)
        steps.append(step)
        state = attrs.evolve(state, timer=TimerRule(after=silence.at("after").span(), action=step.action))
    if reply.value is not None and reply.table("action", "to", "waiting_on"):
        if "customer" in dict(state.on_reply):
            reply.fault("duplicate", f"{state.key!r} answers a reply of the customer already; leave one out")
        step = _step(reply, state.key, known, mine, Form)
        steps.append(step)
        state = attrs.evolve(state, on_reply=(("customer", step.action), *state.on_reply))
    return state


def _step(
    node: Node,
    source: str,
    known: Mapping[str, State],
    roles: frozenset[str],
    form: Callable[[], Form],
) -> Transition:
    action, to = node.at("action").key(), node.at("to").text()
    if action in RESERVED:
        node.at("action").fault("reserved_action", f"{action!r} is a command of every desk; choose another name")
    if to and to not in known:
        node.at("to").fault("unknown_state", f"no state {to!r}{meant(to, known)}")
        to = source
    waiting: Any = node.at("waiting_on")
    return Transition(
        action=action or "action",
        sources=(source,),
        to=to or source,
        roles=roles,
        form=form(),
        waiting_on=waiting.one_of(PARTIES) if waiting.value is not None else None,
    )


def check_actions(root: Node, transitions: Sequence[Transition], added: Sequence[Transition]) -> None:
    """Note an action of a confirmation that leads from its state elsewhere already."""
    taken = {(step.action, source) for step in transitions for source in step.sources}
    for step in added:
        for source in step.sources:
            if (step.action, source) in taken:
                told = f"{step.action!r} leaves {source!r} already; an action leads to one place"
                root.at("confirmations").fault("duplicate_action", told)
            taken.add((step.action, source))
