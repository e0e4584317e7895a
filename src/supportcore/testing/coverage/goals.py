"""
What there is to exercise in a definition, and where each part of it stands in the document.

    state        a ticket enters it
    transition   people take it, the desk takes it: whoever may, from each state it leaves
    timer        it fires; it is outrun, as the state is left before
    condition    it holds, and it does not: of a transition, of a command (``only``), of what a role sees, of the pause
    rule         it is chosen or holds, and, unless it always does, it does not: routing, approvals, notices, policies
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from supportcore.definition.model import Definition
from supportcore.definition.places import step_places
from supportcore.people.access import SYSTEM
from supportcore.predicate import ALWAYS, Predicate
from supportcore.workflow.definition import State, Transition

Kind = Literal["state", "transition", "timer", "condition", "rule"]
"""What a goal is about."""
KINDS: tuple[Kind, ...] = ("state", "transition", "timer", "condition", "rule")
"""All of them, in the order of a table."""
ENTERED, PEOPLE, DESK = "entered", "people", "desk"
FIRED, OUTRUN, REFUSED = "fired", "outrun", "refused"
HELD, FAILED = "held", "failed"


@attrs.frozen(kw_only=True)
class Goal:
    """
    A part of a definition, and what it takes to have exercised all of it.

    Attributes:
        path: Where it stands in the document; no two have the same.
        about: Keys that tell what it is: of a state its key, of a transition action and source, of a condition or rule
            what it belongs to.
        wanted: What is to be seen of it; people or the desk are seen by any of them.
    """

    kind: Kind
    path: str
    about: tuple[str, ...]
    wanted: tuple[str, ...]


def goals(definition: Definition) -> tuple[Goal, ...]:
    """Return all that there is to exercise, by kind and in the order of the document."""
    found = [*_workflow(definition), *_roles(definition), *_beside(definition), *_levels(definition)]
    return tuple(sorted(found, key=lambda goal: KINDS.index(goal.kind)))


def timer_place(definition: Definition, index: int) -> str:
    """Return where the timer of the state at *index* stands: with the state, or as the silence of a confirmation."""
    state = definition.workflow.states[index]
    assert state.timer is not None, "only a state with a timer is asked for it"
    for place, step in zip(step_places(definition), definition.workflow.transitions, strict=True):
        if place.endswith(".silence") and state.key in step.sources and step.action == state.timer.action:
            return f"{place}.after"
    return f"states[{index}].timer"


def source_places(definition: Definition) -> Mapping[tuple[str, str], str]:
    """Return where each pair of action and source stands."""
    found: dict[tuple[str, str], str] = {}
    for place, step in zip(step_places(definition), definition.workflow.transitions, strict=True):
        for index, source in enumerate(step.sources):
            found[step.action, source] = place if len(step.sources) == 1 else f"{place}.from[{index}]"
    return found


def when_places(definition: Definition) -> tuple[str, ...]:
    """Return where the condition of each transition stands; that of a confirmation belongs to yes and no together."""
    return tuple(
        f"{place.split('.')[0] if place.startswith('confirmations') else place}.when"
        for place in step_places(definition)
    )


def commanded(definition: Definition) -> frozenset[str]:
    """Return the actions that the desk takes for a committee, or as an agreement ends or holds again."""
    hold = definition.hold
    named = {action for rule in definition.approvals for action in (rule.approved, rule.rejected)}
    named |= {hold.begin, hold.end} if hold is not None else set()
    return frozenset(action for action in named if action is not None)


def _workflow(definition: Definition) -> Iterator[Goal]:
    workflow = definition.workflow
    for index, state in enumerate(workflow.states):
        yield Goal(kind="state", path=f"states[{index}]", about=(state.key,), wanted=(ENTERED,))
        if state.timer is not None:
            place = timer_place(definition, index)
            yield Goal(kind="timer", path=place, about=(state.key,), wanted=(FIRED, OUTRUN))
    own = commanded(definition)
    for (action, source), place in source_places(definition).items():
        step = workflow.by_action[action, source]
        wanted = _takers(step, workflow.by_key[source], own)
        yield Goal(kind="transition", path=place, about=(action, source), wanted=wanted)
    whens = zip(when_places(definition), workflow.transitions, strict=True)
    for place, step in {place: step for place, step in whens if step.when != ALWAYS}.items():
        yield Goal(kind="condition", path=place, about=("action", step.action), wanted=(HELD, FAILED))


def _takers(step: Transition, state: State, own: frozenset[str]) -> tuple[str, ...]:
    """Return who is to be seen taking a step; the desk, where nobody else is, even if nothing makes it."""
    people = bool(step.roles - {SYSTEM})
    desk = SYSTEM in step.roles and (not people or step.action in {*state.automatic, *own})
    return (*((PEOPLE,) if people else ()), *((DESK,) if desk or not people else ()))


def _roles(definition: Definition) -> Iterator[Goal]:
    for index, role in enumerate(definition.roles):
        if role.sees != ALWAYS:
            place = f"roles[{index}].sees"
            yield Goal(kind="condition", path=place, about=("sees", role.key), wanted=(HELD, FAILED))
        for command, when in role.only:
            if when != ALWAYS:
                place = f"roles[{index}].only.{command}"
                yield Goal(kind="condition", path=place, about=("only", role.key, command), wanted=(HELD, FAILED))


def _beside(definition: Definition) -> Iterator[Goal]:
    routing = definition.routing
    for index, way in enumerate(routing.rules):
        yield _rule(f"routing.rules[{index}]", ("routing", str(index + 1)), way.when)
    for index, approval in enumerate(definition.approvals):
        yield _rule(f"approvals[{index}]", ("approval", approval.key), approval.when)
    for index, notice in enumerate(definition.notices):
        yield _rule(f"notices[{index}]", ("notice", notice.key), notice.when)


def _levels(definition: Definition) -> Iterator[Goal]:
    levels = definition.levels
    if levels is None:
        return
    for index, policy in enumerate(levels.policies):
        yield _rule(f"policies[{index}]", ("policy", policy.key), policy.when)
    if levels.policies:
        yield Goal(kind="condition", path="levels.pause", about=("pause",), wanted=(HELD, FAILED))


def _rule(path: str, about: tuple[str, ...], when: Predicate) -> Goal:
    return Goal(kind="rule", path=path, about=about, wanted=(HELD,) if when == ALWAYS else (HELD, FAILED))
