"""Who can do what to a kind of ticket: may it, sees it, and fulfils the conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from supportcore.definition.hints import committee
from supportcore.definition.parts import ApprovalRule
from supportcore.linting.conditions import Conditions, Verdict, both
from supportcore.linting.effects import Effects
from supportcore.linting.kinds import Kind, Person
from supportcore.linting.shape import Shape, facts_of
from supportcore.people.access import Role
from supportcore.predicate import leaves

Able = tuple[Person, bool]
"""Somebody who can do something, and whether that is sure."""


class Acting:
    """
    Who can do what on one desk.

    Attributes:
        personal: It matters who sets off what the desk does by itself.
    """

    def __init__(self, shape: Shape, conditions: Conditions, effects: Effects) -> None:
        self.definition = definition = shape.definition
        self.shape, self.effects = shape, effects
        self.states = definition.workflow.by_key
        self._sees = {role.key: conditions.check(role.sees) for role in definition.roles}
        self._only = {
            (role.key, command): conditions.check(when) for role in definition.roles for command, when in role.only
        }
        own = {name for state in self.states.values() for name in state.automatic}
        own |= {action for rule in definition.approvals for action in (rule.approved, rule.rejected) if action}
        follows = [step for step in effects.steps if step.action in own]
        self.personal = any(facts_of(leaf) for step in follows for leaf in leaves(step.when))

    def sees(self, kind: Kind, person: Person) -> Verdict:
        """Return whether somebody sees a kind of ticket."""
        found: Verdict = False
        for role in person.roles:
            when = self._sees[role]
            told = True if when is None else when(kind, person)
            if told is True:
                return True
            found = None if told is None else found
        return found

    def may(self, kind: Kind, person: Person, command: str) -> Verdict:
        """Return whether somebody may give a command on a kind of ticket that is seen."""
        found: Verdict = False
        for role in person.roles:
            if command not in self.definition.roles_by_key[role].may:
                continue
            when = self._only.get((role, command))
            told = True if when is None else when(kind, person)
            if told is True:
                return True
            found = None if told is None else found
        return found

    def able(self, kind: Kind, people: Sequence[Person], test: Callable[[Person], Verdict]) -> Able | None:
        """Return the first of *people* who sees a kind and can do something or None."""
        perhaps = None
        for person in people:
            told = both(self.sees(kind, person), test(person))
            if told is True:
                return person, True
            if told is None and perhaps is None:
                perhaps = person, False
        return perhaps

    def givers(self, kind: Kind, command: str) -> Iterator[tuple[Role, Able]]:
        """Yield who may give a command on a kind: one of each side, or everybody where it matters who it is."""
        done: set[str] = set()
        for role in self.definition.roles:
            if command not in role.may or role.side in done:
                continue
            for able in self._each(kind, role.key, lambda person: self.may(kind, person, command)):
                yield role, able
                if able[1] and not self.personal:
                    done.add(role.side)

    def giving(self, kind: Kind, role: Role, command: str) -> Able | None:
        """Return who of a role may give a command on a kind of ticket or None."""
        if command not in role.may:
            return None
        return self.able(kind, self.shape.holding(role.key), lambda person: self.may(kind, person, command))

    def taking(self, kind: Kind, place: int, role: str) -> Able | None:
        """Return who of a role can take a transition on a kind of ticket or None."""
        people = self.shape.holding(role)
        return self.able(kind, people, lambda person: self.effects.attempt(place, kind, person))

    def voting(self, kind: Kind, rule: ApprovalRule) -> list[Able]:
        """Return who of a committee can vote on a kind of ticket: one of each role, or all where it matters who."""
        return [able for role in self.committee(rule) for able in self._each(kind, role, lambda person: True)]

    def committee(self, rule: ApprovalRule) -> tuple[str, ...]:
        """Return the roles of a committee."""
        return tuple(role.key for role in committee(rule, self.definition.roles))

    def _each(self, kind: Kind, role: str, test: Callable[[Person], Verdict]) -> Iterator[Able]:
        """Yield those of a role who can do something: one of them, or all where it matters who it is."""
        people = self.shape.holding(role)
        for some in [[person] for person in people] if self.personal else [people]:
            able = self.able(kind, some, test)
            if able is not None:
                yield able
