"""`from_transitions`: an existing machine as a desk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import attrs

from supportcore.authoring.machine import FILE, Machine, Way, read_machine
from supportcore.definition.loader import define
from supportcore.definition.model import FORMAT, Definition, Guard
from supportcore.definition.reading import meant
from supportcore.errors import DefinitionError, DefinitionFault
from supportcore.people.access import RESERVED, Side
from supportcore.text import key_fault
from supportcore.workflow.definition import Category, Outcome

PEOPLE: Mapping[str, Side] = MappingProxyType({"customer": "customer", "agent": "staff"})
"""The roles of a desk made of a machine, which knows none, and their sides."""
_MAY: Mapping[Side, list[str]] = {"customer": ["open", "reply"], "staff": ["open", "reply", "note", "assign"]}
_FIELDS = {
    "customer": ("Customer", "Cliente", "Whose ticket it is.", "De quién es el ticket."),
    "subject": ("Subject", "Asunto", "In a few words.", "En pocas palabras."),
    "description": ("Description", "Descripción", "What happened.", "Qué ha ocurrido."),
}
_GUARD_LIMIT = 255


@attrs.frozen(kw_only=True, slots=False)
class Adopted(Definition):
    """
    A desk made of a machine.

    Attributes:
        notes: What the machine says and the desk does not, a sentence each.
    """

    notes: tuple[str, ...] = ()


def from_transitions(
    machine: Any,
    *,
    key: str,
    zone: str = "UTC",
    languages: Sequence[Literal["en", "es"]] = ("en",),
    customer: Literal["required", "none"] = "none",
    roles: Mapping[str, Side] = PEOPLE,
    who: Mapping[str, Iterable[str]] | None = None,
    guards: Mapping[str, Guard] | None = None,
    initial: str | None = None,
    final: Iterable[str] = (),
    categories: Mapping[str, Category] | None = None,
    outcomes: Mapping[str, Outcome] | None = None,
    state_keys: Mapping[str, str] | None = None,
    action_keys: Mapping[str, str] | None = None,
) -> Adopted:
    """
    Return a desk whose actions are the triggers of a machine of the package `transitions`.

    What the machine allows, the engine of the desk allows, and nothing else. Several transitions of a trigger from one
    state, between which conditions decide, become an action each, named by where it leads (``check_to_paid``).

    Args:
        machine: A `transitions.Machine`; not one with nested states.
        key: The desk's key.
        roles: Who there is, with the side of each.
        who: The roles that may use a trigger; all of staff where it says nothing.
        guards: A function of a ticket and an actor for each condition, by the name that it has in the machine.
        initial: Where a ticket starts, if the machine does not say.
        final: States that are final, beside those that the machine calls so and those that nothing leads out of.
        categories: Of states, by name; else the initial one is new, final ones are closed, and the others open.
        outcomes: Of closed states; resolved where it says nothing.
        state_keys: Keys of states; else a key is made of the name (``In progress`` is ``in_progress``).
        action_keys: Keys of triggers, likewise.

    Returns:
        The desk, with what it could not take over in `notes`. Its guards are named by what they test, such as
        ``paid and not blocked``; whoever writes it to a file gives ``definition.guards`` to `load_definition`.

    Raises:
        DefinitionError: The machine says what a desk cannot: all faults, each with the place in the machine.
    """
    said = read_machine(machine)
    names = _Names(said, state_keys or {}, action_keys or {})
    given = dict(guards or {})
    faults = names.faults
    start = said.initial if initial is None else initial
    if start is None:
        told = "the machine does not say where it starts; say initial="
        faults.append(DefinitionFault(FILE, "initial", "missing_key", told))
    mentioned = {"categories": categories or {}, "outcomes": outcomes or {}, "final": final}
    for name, states in {**mentioned, "initial": [start] if initial else []}.items():
        for state in states:
            if state not in said.states:
                told = f"the machine has no state {state!r}{meant(str(state), said.states)}"
                faults.append(DefinitionFault(FILE, name, "unknown_state", told))
    for trigger in who or {}:
        if trigger not in names.actions:
            told = f"the machine has no trigger {trigger!r}{meant(trigger, names.actions)}"
            faults.append(DefinitionFault(FILE, "who", "unknown_action", told))
    for way in said.ways:
        for test in (*way.tests, *(test for group in way.other for test in group)):
            if test.name not in given:
                told = f"no guard {test.name!r} was handed to from_transitions(guards=…){meant(test.name, given)}"
                faults.append(DefinitionFault(FILE, f"events.{way.trigger}.{way.source}", "unknown_guard", told))
    if faults:
        raise DefinitionError(list(dict.fromkeys(faults)))
    closed = _closed(said, start, {*final, *said.final}, categories or {})
    rules = {
        "format": FORMAT,
        "key": key,
        "zone": zone,
        "languages": list(languages),
        "customer": customer,
        "initial": names.states[str(start)],
        "roles": [_role(role, side, customer) for role, side in roles.items()],
        "form": [{"key": "subject", "required": True}, {"key": "description"}],
        "states": [
            _state(names.states[state], _category(state, start, closed, categories or {}), (outcomes or {}).get(state))
            for state in said.states
        ],
        "transitions": _transitions(names, {name: sorted(role) for name, role in (who or {}).items()}, roles),
    }
    taken = {way.guard: way.condition(given) for way in said.ways if way.guard}
    found = define(rules, _labels(said, names, roles, languages, customer, key), guards=taken)
    fields = {field.name: getattr(found, field.name) for field in attrs.fields(Definition)}
    return Adopted(**fields, notes=(*said.notes, *names.notes))


class _Names:
    """Keys for what a machine calls as it likes, and what is wrong with them."""

    def __init__(self, said: Machine, states: Mapping[str, str], actions: Mapping[str, str]) -> None:
        self.faults: list[DefinitionFault] = []
        self.notes: list[str] = []
        self.ways = said.ways
        self.states = self._keys(said.states, states, "state_keys")
        triggers = tuple(dict.fromkeys(way.trigger for way in said.ways))
        self.actions = self._keys(triggers, actions, "action_keys")
        self.of_ways = {way: self._action(way) for way in said.ways}
        self._check()

    def _keys(self, names: Sequence[str], given: Mapping[str, str], argument: str) -> dict[str, str]:
        keys = {name: given.get(name, key_of(name)) for name in names}
        for name in given:
            if name not in names:
                self._fault(argument, "unknown_name", f"the machine has no {name!r}{meant(name, names)}")
        for name, key in keys.items():
            if key_fault(key, "") is not None:
                told = f"{name!r} makes no key of 1 to 40 of a-z, 0-9, _ and -; say {argument}={{{name!r}: …}}"
                self._fault(argument, "bad_key", told)
            if other := next((other for other, found in keys.items() if found == key and other != name), None):
                told = f"{name!r} and {other!r} would both be {key!r}; say {argument}={{{name!r}: …}}"
                self._fault(argument, "duplicate", told)
        return keys

    def _action(self, way: Way) -> str:
        """Return the action of a way: the trigger, and where it leads if that is one of several."""
        mine = [other for other in self.ways if (other.trigger, other.source) == (way.trigger, way.source)]
        action = self.actions[way.trigger]
        if len(mine) == 1:
            return action
        named = [action + self._towards(other) for other in mine]
        place = mine.index(way)
        number = named[: place + 1].count(named[place])
        return named[place] + (f"_{number}" if number > 1 else "")

    def _towards(self, way: Way) -> str:
        return "_and_stay" if way.to is None else f"_to_{self.states[way.to]}"

    def _check(self) -> None:
        split = [way for way in self.ways if self.of_ways[way] != self.actions[way.trigger]]
        for way, action in self.of_ways.items():
            path = f"events.{way.trigger}.{way.source}"
            if action in RESERVED:
                told = f"{action!r} is a command of every desk; say action_keys={{{way.trigger!r}: …}}"
                self._fault(path, "reserved_action", told)
            if way in split and action in self.actions.values():
                told = f"{action!r}, a way of {way.trigger!r}, is a trigger too; say action_keys for one"
                self._fault(path, "duplicate", told)
            if key_fault(action, "") is not None and way in split:
                told = f"{action!r} is too long for a key; say state_keys or action_keys that are shorter"
                self._fault(path, "bad_key", told)
            if len(way.guard) > _GUARD_LIMIT:
                told = f"{way.guard[:60]!r}… is too long for a guard; make its conditions one function with a name"
                self._fault(path, "too_long", told)
        for trigger in dict.fromkeys(way.trigger for way in split):
            found = dict.fromkeys(self.of_ways[way] for way in split if way.trigger == trigger)
            self.notes.append(f"{trigger} leads to several places, which are an action each: {', '.join(found)}.")

    def _fault(self, path: str, code: str, told: str) -> None:
        self.faults.append(DefinitionFault(FILE, path, code, told))


def key_of(name: str) -> str:
    """
    Return the key that is made of a name.

    >>> key_of("In progress"), key_of("waitForReply")
    ('in_progress', 'wait_for_reply')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9_-]+", "_", parted.lower()).strip("_")


def label_of(name: str) -> str:
    """
    Return a name as people read it.

    >>> label_of("in_progress"), label_of("waitForReply")
    ('In progress', 'Wait for reply')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").split()
    return " ".join([parted[0][:1].upper() + parted[0][1:], *(part.lower() for part in parted[1:])]) if parted else name


def _closed(said: Machine, start: str | None, final: set[str], categories: Mapping[str, Category]) -> frozenset[str]:
    """Return the states that are final: those called so, and those that nothing leads out of, but not the first."""
    left = {way.source for way in said.ways if way.to is not None and way.to != way.source}
    found = {state for state in said.states if state in final or (state not in left and state != start)}
    return frozenset(state for state in found if categories.get(state, "closed") == "closed")


def _category(state: str, start: str | None, closed: frozenset[str], categories: Mapping[str, Category]) -> Category:
    if state in categories:
        return categories[state]
    return "closed" if state in closed else "new" if state == start else "open"


def _state(key: str, category: Category, outcome: Outcome | None) -> dict[str, Any]:
    found: dict[str, Any] = {"key": key, "category": category}
    if category == "closed" or outcome is not None:
        found["outcome"] = outcome or "resolved"
    return found


def _role(key: str, side: Side, customer: str) -> dict[str, Any]:
    sees = "all" if side == "staff" else "own" if customer == "none" else "customers"
    return {"key": key, "side": side, "sees": sees, "may": _MAY[side]}


def _transitions(names: _Names, who: Mapping[str, Sequence[str]], roles: Mapping[str, Side]) -> list[dict[str, Any]]:
    """Return the transitions; ways that differ by their source only are one."""
    staff = [role for role, side in roles.items() if side == "staff"]
    found: dict[tuple[str, str | None, str], dict[str, Any]] = {}
    for way, action in names.of_ways.items():
        to = None if way.to is None else names.states[way.to]
        row = found.setdefault((action, to, way.guard), {"action": action, "from": []})
        row["from"].append(names.states[way.source])
        if to is not None:
            row["to"] = to
        row["roles"] = list(who.get(way.trigger, staff))
        if way.guard:
            row["guard"] = way.guard
    return list(found.values())


def _labels(
    said: Machine,
    names: _Names,
    roles: Mapping[str, Side],
    languages: Sequence[str],
    customer: str,
    key: str,
) -> dict[str, Any]:
    def each(text: str) -> dict[str, str]:
        return dict.fromkeys(languages, text)

    def field(name: str) -> dict[str, Any]:
        english, spanish, help_, ayuda = _FIELDS[name]
        words = {"en": (english, help_), "es": (spanish, ayuda)}
        return {
            "label": {language: words[language][0] for language in languages if language in words},
            "help": {language: words[language][1] for language in languages if language in words},
        }

    asked = ("subject", "description") if customer == "none" else ("customer", "subject", "description")
    actions = {action: label_of(action) for action in names.of_ways.values()}
    return {
        "desk": {"name": {"label": each(label_of(key))}},
        "roles": {role: {"label": each(label_of(role))} for role in roles},
        "states": {
            names.states[state]: {"label": each(label_of(state)), "help": each(f"{label_of(state)}.")}
            for state in said.states
        },
        **({"actions": {action: {"label": each(label)} for action, label in actions.items()}} if actions else {}),
        "fields": {name: field(name) for name in asked},
    }
