"""
Conditions on kinds of ticket: whether one holds, or None where that hangs on what is not looked at.

Of the sets of a person it is assumed that they hold the ticket's customer and team, if it has any: there are such
people. The desk itself has no roles, customers and teams.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from supportcore.definition.model import Definition
from supportcore.linting.kinds import ANY, Kind, Person
from supportcore.people.access import SYSTEM
from supportcore.predicate import TICKET_FIELDS, All, AnyOf, Eq, Fact, Has, In, Missing, Ne, Predicate, Range

Verdict = bool | None
Check = Callable[[Kind, Person], Verdict]
Read = Callable[[Kind], Any]
DESK = Person(SYSTEM, frozenset(), "staff")
"""Who acts where the desk does something by itself."""
_SETS = {"customer": "@actor.customers", "team": "@actor.teams"}
_SOME = "\ue000some"
"""Stands for a value of which it is known only that there is one; equal to nothing that is named."""


class Conditions:
    """The conditions of one desk, made ready for kinds of ticket."""

    def __init__(self, definition: Definition) -> None:
        self._states = definition.workflow.by_key
        self._customer = definition.customer
        self._made: dict[Predicate, Check | None] = {}

    def check(self, predicate: Predicate) -> Check | None:
        """Return a condition as a function; None for one that always holds."""
        if predicate not in self._made:
            always = isinstance(predicate, All) and not predicate.parts
            self._made[predicate] = None if always else self._make(predicate)
        return self._made[predicate]

    def _make(self, predicate: Predicate) -> Check:
        if isinstance(predicate, (All, AnyOf)):
            parts = tuple(self._make(part) for part in predicate.parts)
            return _joined(parts, ends=isinstance(predicate, AnyOf))
        if predicate.field.startswith("@"):
            return _of_actor(predicate)
        return self._of_ticket(predicate)

    def read(self, field: str) -> Read:
        """Return what a field of a kind of ticket is: a value, None, `ANY`, or some value."""
        if field in ("category", "outcome"):
            known: Mapping[str, Any] = {key: getattr(state, field) for key, state in self._states.items()}
            return lambda kind: known[kind.state]
        if field == "is_open":
            still = {key: not state.final for key, state in self._states.items()}
            return lambda kind: still[kind.state]
        if field == "closed_at":
            at = {key: _SOME if state.final else None for key, state in self._states.items()}
            return lambda kind: at[kind.state]
        if field == "merged_into":
            return lambda kind: _SOME if kind.merged else None
        if field == "approval":
            return approval_of
        if field == "customer" and self._customer == "none":
            return lambda kind: None
        if field in Kind._fields:
            get: Read = attrgetter(field)
            if TICKET_FIELDS[field].nullable and not (field == "customer" and self._customer == "required"):
                return get
            return lambda kind: _SOME if get(kind) is ANY else get(kind)
        return (lambda kind: ANY) if TICKET_FIELDS[field].nullable else (lambda kind: _SOME)

    def _of_ticket(self, leaf: Any) -> Check:
        read = self.read(leaf.field)
        match leaf:
            case Missing(_, missing):
                return lambda kind, person: None if (found := read(kind)) is ANY else (found is None) is missing
            case Eq(_, Fact("@actor.id")) | Ne(_, Fact("@actor.id")):
                return _compared(read, lambda person: (person.name,), equal=isinstance(leaf, Eq))
            case Eq(_, value) | Ne(_, value) if not isinstance(value, Fact):
                return _compared(read, lambda person: (value,), equal=isinstance(leaf, Eq))
            case In(_, tuple() as values):
                return _compared(read, lambda person: values)
            case In(name, Fact(fact)) if _SETS.get(name) == fact:
                return lambda kind, person: (
                    False if person is DESK or (found := read(kind)) is None else None if found is ANY else True
                )
            case In(_, Fact("@actor.roles")):
                return _compared(read, lambda person: tuple(person.roles))
            case Range(_, start, before):
                return _within(read, start, before)
        return lambda kind, person: False if person is DESK or read(kind) is None else None


def approval_of(kind: Kind) -> str | None:
    """Return the approval of a kind of ticket, as `supportcore.tickets.ticket.Ticket.approval` is that of a ticket."""
    for one in ("pending", "rejected", "approved"):
        if one in kind.approvals:
            return one
    return ANY if ANY in kind.approvals else None


def _joined(parts: tuple[Check, ...], *, ends: bool) -> Check:
    """Return whether all of *parts* hold, or where *ends* any of them."""

    def check(kind: Kind, person: Person) -> Verdict:
        found: Verdict = not ends
        for part in parts:
            told = part(kind, person)
            if told is ends:
                return ends
            if told is None:
                found = None
        return found

    return check


def _compared(read: Read, others: Callable[[Person], tuple[Any, ...]], *, equal: bool = True) -> Check:
    def check(kind: Kind, person: Person) -> Verdict:
        found = read(kind)
        if found is None:
            return not equal
        if found is ANY or found is _SOME:
            return None
        return (found in others(person)) is equal

    return check


def _within(read: Read, start: Any, before: Any) -> Check:
    def check(kind: Kind, person: Person) -> Verdict:
        found = read(kind)
        if found is None:
            return False
        if found is ANY or found is _SOME:
            return None
        return (start is None or start <= found) and (before is None or found < before)

    return check


def _of_actor(leaf: Any) -> Check:
    """A condition on who acts; of ids, customers and teams nothing is known, of people."""
    match leaf:
        case Has("@actor.roles", value) if not isinstance(value, Fact):
            return lambda kind, person: value in person.roles
        case Missing(name, missing):
            empty = None if name in ("@actor.customers", "@actor.teams") else missing is False
            by_desk = missing is (name != "@actor.id")
            return lambda kind, person: by_desk if person is DESK else empty
        case Has() | In():
            return lambda kind, person: False if person is DESK else None
        case Eq(_, value):
            return lambda kind, person: value == SYSTEM if person is DESK else None
        case Ne(_, value):
            return lambda kind, person: value != SYSTEM if person is DESK else None
    return lambda kind, person: None


def both(*verdicts: Verdict) -> Verdict:
    """Return whether all hold."""
    return False if False in verdicts else None if None in verdicts else True
