"""
The structural lint: what is written without a fault and yet cannot be meant.

The loader refuses what does not fit together. What is found here would run, but somebody would wait for ever, or wonder
why a button never appears:

    nobody_opens        no role may open a ticket
    unused_role         a role that may do nothing and is named nowhere
    unreachable_state   no ticket ever comes into the state
    trap_state          from the state no final one can be reached
    dead_action         no person, timer or reply can ever take the transition
    timer_loop          timers lead back to where they started, with no person in between

A condition counts as impossible only where the state alone makes it so; a host's guard is opaque and may always hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from supportcore.people.access import SYSTEM
from supportcore.predicate import All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range, to_python
from supportcore.workflow.definition import State, Transition

if TYPE_CHECKING:
    from supportcore.definition.model import Definition

CODES = ("nobody_opens", "unused_role", "unreachable_state", "trap_state", "dead_action", "timer_loop")
"""What the lint can find, in the order it looks."""


class Finding(NamedTuple):
    """
    Something that cannot be meant.

    Attributes:
        code: One of `CODES`; or ``unknown_value`` of a condition, see `supportcore.definition.values`; or
            ``no_partition`` of a board, see `supportcore.definition.boards`.
        path: Where in the document, such as ``states[3]``.
        message: What is wrong and what would be right.
    """

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.code}]"


def lint(definition: Definition) -> tuple[Finding, ...]:
    """Return what cannot be meant in *definition*, in the order of `CODES`, then of the document."""
    return tuple(_Structure(definition).findings())


class _Structure:
    """The states of a definition, and the steps between them that somebody or something can take."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._states = definition.workflow.by_key
        self._steps = definition.workflow.transitions
        self._replying = {role.side for role in definition.roles if "reply" in role.may}
        hold, approvals = definition.hold, definition.approvals
        self._commanded = {action for rule in approvals for action in (rule.approved, rule.rejected)}
        self._commanded |= {hold.begin, hold.end} if hold is not None else set()
        merging = any("merge" in role.may for role in definition.roles)
        self._merging = definition.merge if merging else None
        self._next: dict[str, list[str]] = {key: [] for key in self._states}
        for step in self._steps:
            for source in step.sources:
                if self._taken(step, self._states[source]):
                    self._next[source].append(step.to or source)
        self._reachable = self._from(definition.workflow.initial)

    def findings(self) -> Iterator[Finding]:
        yield from self._roles()
        yield from self._unreachable()
        yield from self._traps()
        yield from self._dead()
        yield from self._loops()

    def _roles(self) -> Iterator[Finding]:
        roles = self._definition.roles
        if not any("open" in role.may for role in roles):
            yield Finding("nobody_opens", "roles", 'no role may open a ticket; give one may = ["open", …]')
        named = {key for step in self._steps for key in step.roles | _roles_in(step.when)}
        for index, role in enumerate(roles):
            if not role.may and role.key not in named:
                told = f"role {role.key!r} may do nothing; give it commands by may, an action by roles, or leave it out"
                yield Finding("unused_role", f"roles[{index}]", told)

    def _unreachable(self) -> Iterator[Finding]:
        for index, key in enumerate(self._states):
            if key not in self._reachable and key != self._merging:
                told = f"no ticket comes into {key!r}; let an action lead there or leave it out"
                yield Finding("unreachable_state", f"states[{index}]", told)

    def _traps(self) -> Iterator[Finding]:
        for index, (key, state) in enumerate(self._states.items()):
            if key in self._reachable and not any(self._states[target].final for target in self._from(state.key)):
                told = f"a ticket in {key!r} can never be closed; let an action lead towards a final state"
                yield Finding("trap_state", f"states[{index}]", told)

    def _dead(self) -> Iterator[Finding]:
        for index, step in enumerate(self._steps):
            sources = [self._states[source] for source in step.sources]
            if any(self._taken(step, state) for state in sources):
                continue
            if all(not _possible(step.when, state) for state in sources):
                told = f"the condition of {step.action!r} never holds where it starts; mend when, or from"
            else:
                told = (
                    f"{step.action!r} is the desk's own, but no timer and no reply takes it; give it a role of people"
                )
            yield Finding("dead_action", self._place(index, step), told)

    def _place(self, index: int, step: Transition) -> str:
        """Return where a step stands: in a table of its own, or in a confirmation, whose steps come last."""
        document = json.loads(self._definition.document)
        if index < len(document.get("transitions", ())):
            return f"transitions[{index}]"
        asked = [said["state"] for said in document["confirmations"]]
        return f"confirmations[{asked.index(step.sources[0])}]"

    def _loops(self) -> Iterator[Finding]:
        places = {key: index for index, key in enumerate(self._states)}
        told: set[str] = set()
        for start in self._states:
            path: list[str] = []
            key: str | None = start
            while key is not None and key not in path and key not in told:
                path.append(key)
                key = self._by_timer(key)
            if key in path:
                circle = path[path.index(key) :]
                names = " -> ".join([*circle, circle[0]])
                message = f"timers alone lead round: {names}; let one of them lead elsewhere, or a person act"
                yield Finding("timer_loop", f"states[{places[circle[0]]}].timer", message)
            told.update(path)

    def _by_timer(self, key: str) -> str | None:
        """Return the state the timer of a state leads to, or None."""
        timer = self._states[key].timer
        step = self._definition.workflow.by_action.get((timer.action, key)) if timer is not None else None
        if step is None or step.to is None or not _possible(step.when, self._states[key]):
            return None
        return step.to

    def _taken(self, step: Transition, state: State) -> bool:
        """Whether somebody, a timer or a reply can take *step* in *state*."""
        if not _possible(step.when, state):
            return False
        if step.roles - {SYSTEM}:
            return True
        unheard = {action for side, action in state.on_reply if side not in self._replying}
        automatic = {*state.automatic, *self._commanded} - unheard
        return step.action in automatic

    def _from(self, start: str) -> set[str]:
        """Return the states that can be reached from *start*, itself among them."""
        found = {start}
        waiting = [start]
        while waiting:
            for target in self._next[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return found


def _roles_in(predicate: Predicate) -> set[str]:
    """Return the roles a condition asks the actor for."""
    if isinstance(predicate, (All, AnyOf)):
        return {role for part in predicate.parts for role in _roles_in(part)}
    return {str(predicate.value)} if isinstance(predicate, Has) and predicate.field == "@actor.roles" else set()


class _Standing(NamedTuple):
    """What is known of any ticket in a state."""

    state: str
    category: str
    outcome: str | None
    is_open: bool


def _possible(predicate: Predicate, state: State) -> bool:
    """Return whether *predicate* can hold of some ticket in *state*."""
    standing = _Standing(state.key, state.category, state.outcome, not state.final)
    return _outcome(predicate, standing) is not False


def _outcome(predicate: Predicate, standing: _Standing) -> bool | None:
    """Return whether *predicate* holds, or None if that depends on more than the state."""
    match predicate:
        case All(parts):
            found = [_outcome(part, standing) for part in parts]
            return False if False in found else None if None in found else True
        case AnyOf(parts):
            found = [_outcome(part, standing) for part in parts]
            return True if True in found else None if None in found else False
        case Eq(field, value) | Ne(field, value):
            known = field in standing._fields and not isinstance(value, Fact)
        case In(field, values):
            known = field in standing._fields and not isinstance(values, Fact)
        case Missing(field) | Range(field):
            known = field in standing._fields
        case Has():
            known = False
    return to_python(predicate)(standing, None) if known else None
