"""
What an existing machine of the package `transitions` says, read from its attributes.

The package is not imported: a machine is whatever has `states`, `events` and `initial` as a `Machine` has them. Sources
such as ``*`` and destinations such as ``=`` are resolved by the machine itself, so they need nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from supportcore.definition.model import Guard
from supportcore.errors import DefinitionError, DefinitionFault

FILE = "machine"
"""What the document is called in faults."""
_OF_STEP = ("prepare", "before", "after")
_OF_STATE = ("on_enter", "on_exit")
_OF_MACHINE = (
    "prepare_event",
    "before_state_change",
    "after_state_change",
    "finalize_event",
    "on_exception",
    "on_final",
)


@attrs.frozen
class Test:
    """A condition by name, and whether it has to hold or must not."""

    name: str
    holds: bool

    def __str__(self) -> str:
        return self.name if self.holds else f"not {self.name}"


@attrs.frozen(kw_only=True)
class Way:
    """
    One transition of a trigger from one state.

    Attributes:
        to: The state it enters; None stays, without leaving and entering.
        tests: All of them decide.
        other: The tests of ways that come before it, any of which takes its place.
    """

    trigger: str
    source: str
    to: str | None
    tests: tuple[Test, ...]
    other: tuple[tuple[Test, ...], ...] = ()

    @property
    def guard(self) -> str:
        """The name of its condition, such as ``paid and not (blocked and late)``; empty where it always holds."""
        earlier = (f"not {group[0]}" if _single(group) else f"not ({_joined(group)})" for group in self.other)
        return " and ".join([*map(str, self.tests), *earlier])

    def condition(self, guards: Mapping[str, Guard]) -> Guard:
        """Return its condition as a function of a ticket and an actor."""

        def holds(ticket: Any, actor: Any) -> bool:
            def all_hold(tests: Sequence[Test]) -> bool:
                return all(bool(guards[test.name](ticket, actor)) == test.holds for test in tests)

            return all_hold(self.tests) and not any(map(all_hold, self.other))

        return holds


def _single(group: Sequence[Test]) -> bool:
    return len(group) == 1 and group[0].holds


def _joined(group: Sequence[Test]) -> str:
    return " and ".join(map(str, group))


@attrs.frozen(kw_only=True)
class Machine:
    """
    What a machine says.

    Attributes:
        states: Names, in order.
        final: Those of them that it calls final.
        initial: Where it starts; None where it says nothing.
        ways: In the order of triggers, then of sources, then in that in which the machine tries them.
        notes: What it says beside that, and no definition can: a sentence each.
    """

    states: tuple[str, ...]
    final: frozenset[str]
    initial: str | None
    ways: tuple[Way, ...]
    notes: tuple[str, ...]


def read_machine(machine: Any) -> Machine:
    """
    Return what a machine says.

    Raises:
        DefinitionError: It is none, has nested states, conditions without a name, or two ways with the same right.
    """
    if not all(hasattr(machine, name) for name in ("states", "events", "initial")):
        told = f"expected a transitions.Machine, found {type(machine).__name__}"
        raise DefinitionError([DefinitionFault(FILE, "document", "wrong_type", told)])
    if hasattr(getattr(machine, "state_cls", None), "separator"):
        told = "states within states have no place in a definition; give a Machine whose states stand side by side"
        raise DefinitionError([DefinitionFault(FILE, "states", "nested_states", told)])
    faults: list[DefinitionFault] = []
    states = tuple(_name(name) for name in machine.states)
    automatic = [name for name, event in machine.events.items() if _is_automatic(machine, name, event)]
    ways = [
        way
        for name, event in machine.events.items()
        if name not in automatic
        for source in states
        for way in _ways(name, source, event.transitions.get(source, ()), faults)
    ]
    if faults:
        raise DefinitionError(list(dict.fromkeys(faults)))
    return Machine(
        states=states,
        final=frozenset(_name(name) for name, state in machine.states.items() if getattr(state, "final", False)),
        initial=None if machine.initial is None else _name(machine.initial),
        ways=tuple(ways),
        notes=tuple(_notes(machine, automatic)),
    )


def _name(value: Any) -> str:
    """Return the name of a state, which may be an enumeration's member."""
    return str(getattr(value, "name", value))


def _is_automatic(machine: Any, name: str, event: Any) -> bool:
    """Whether a trigger is one of those, ``to_STATE``, that a machine adds by itself."""
    if not getattr(machine, "auto_transitions", False) or not name.startswith("to_"):
        return False
    steps = [step for several in event.transitions.values() for step in several]
    return all(step.dest == name.removeprefix("to_") and not step.conditions for step in steps) and bool(steps)


def _ways(trigger: str, source: str, steps: Sequence[Any], faults: list[DefinitionFault]) -> Iterator[Way]:
    before: list[tuple[Test, ...]] = []
    for step in steps:
        path = f"events.{trigger}.{source}"
        tests = tuple(test for condition in step.conditions for test in _test(condition, path, faults))
        if () in before:
            told = f"{trigger!r} leaves {source!r} twice, and nothing decides which way; give the first a condition"
            faults.append(DefinitionFault(FILE, path, "duplicate_action", told))
        to = None if step.dest is None else _name(step.dest)
        yield Way(trigger=trigger, source=source, to=to, tests=tests, other=tuple(before))
        before.append(tests)


def _test(condition: Any, path: str, faults: list[DefinitionFault]) -> Iterator[Test]:
    name = condition.func if isinstance(condition.func, str) else _called(condition.func)
    if name.isidentifier() or (name and all(part.isidentifier() for part in name.split("."))):
        yield Test(name, bool(condition.target))
        return
    told = f"the condition {name or condition.func!r} has no name; make it a function with one, or name a method"
    faults.append(DefinitionFault(FILE, path, "unnamed_condition", told))


def _called(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", ""))


def _notes(machine: Any, automatic: Sequence[str]) -> Iterator[str]:
    if automatic:
        yield f"Triggers that the machine adds by itself are left out: {', '.join(automatic)}."
    found = [f"{kind} of the machine" for kind in _OF_MACHINE if getattr(machine, kind, None)]
    for name, state in machine.states.items():
        found += [f"{kind} of the state {_name(name)}" for kind in _OF_STATE if getattr(state, kind, None)]
    for name, event in machine.events.items():
        if name not in automatic:
            steps = [step for several in event.transitions.values() for step in several]
            found += [f"{kind} of {name}" for kind in _OF_STEP if any(getattr(step, kind, None) for step in steps)]
    if found:
        yield f"Callbacks are the host's, which learns of what was done from events and notices: {', '.join(found)}."
    ignoring = getattr(machine, "ignore_invalid_triggers", False)
    if ignoring or any(getattr(state, "ignore_invalid_triggers", False) for state in machine.states.values()):
        yield "A trigger that the machine ignores in a state is an action that is refused there."
    timed = [_name(name) for name, state in machine.states.items() if getattr(state, "timeout", 0)]
    if timed:
        yield f"Time-outs become timers by hand: {', '.join(timed)}."
