"""
The engine: one step of a workflow, on `transitions`.

One machine per definition, with no models registered: a throw-away cursor carries the ticket through one trigger, and a
refused step leaves reasons on it. Asking what is possible runs the same trigger on the same cursor, so the answer never
disagrees with doing it. Definitions never reach `transitions` as strings it would import; guards are closures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from transitions import EventData, Machine, MachineError

from supportcore.errors import Reason, facts
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import Predicate, words
from supportcore.workflow.definition import Transition

if TYPE_CHECKING:
    from supportcore.definition.model import Definition


_THE_DESK = {"en": "the desk itself", "es": "la propia mesa"}
"""What the role `SYSTEM`, which no definition labels, is called in a refusal."""


def _role(label: Callable[[str, str, str], str], role: str, language: str) -> str:
    return _THE_DESK[language] if role == SYSTEM else label("roles", role, language)


def condition_not_met(definition: Definition, when: Predicate) -> Reason:
    """Return the reason that a condition does not hold, in the words of the desk."""
    label, sections = definition.labels.label, {"state": "states", "@actor.roles": "roles"}

    def in_words(language: str) -> str:
        def value(field: str, value: str) -> str:
            return label(sections.get(field, f"vocabularies.{field}"), value, language)

        return words(when, language, value)

    return Reason("condition_not_met", facts(condition=in_words("en"), condition_es=in_words("es")))


class Cursor:
    """One attempt at one step: where it stands, who tries, and why it was refused."""

    __slots__ = ("actor", "reasons", "roles", "state", "step", "ticket")

    def __init__(self, ticket: Any, actor: Actor, roles: frozenset[str]) -> None:
        self.ticket = ticket
        self.state: str = ticket.state
        self.actor = actor
        self.roles = roles
        self.reasons: list[Reason] = []
        self.step: Transition | None = None


class Engine:
    """The workflow of one definition, ready to step."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        workflow = definition.workflow
        self._steps: Mapping[tuple[str, str], Transition] = workflow.by_action
        self._actions = frozenset(workflow.actions)
        self._machine = Machine(
            model=None,
            states=[state.key for state in workflow.states],
            initial=workflow.initial,
            auto_transitions=False,
            send_event=True,
            queued=False,
        )
        for step in workflow.transitions:
            check = self._check(step)
            for source in step.sources:
                self._machine.add_transition(step.action, source, step.to or source, conditions=check)

    def attempt(self, ticket: Any, action: str, actor: Actor, roles: frozenset[str]) -> Transition | tuple[Reason, ...]:
        """
        Try *action* on *ticket*.

        Args:
            ticket: Anything with the fields of a ticket; it is not changed.
            roles: The roles that count here.

        Returns:
            The transition that is open, or why none is: the first reason first.
        """
        if (action, ticket.state) not in self._steps:
            if action not in self._actions:
                return (Reason("unknown_action", facts(action=action)),)
            label = self._definition.labels.label
            told = facts(state=label("states", ticket.state, "en"), state_es=label("states", ticket.state, "es"))
            return (Reason("wrong_state", told),)
        cursor = Cursor(ticket, actor, roles)
        try:
            self._machine.events[action].trigger(cursor)
        except MachineError as error:  # the table above has it, so the machine must
            raise AssertionError(f"table and machine disagree on {action} from {ticket.state}") from error
        return cursor.step if cursor.step is not None else tuple(cursor.reasons)

    def _check(self, step: Transition) -> Callable[[EventData], bool]:
        guard = self._definition.guards[step.guard] if step.guard is not None else None
        label = self._definition.labels.label

        def check(event: EventData) -> bool:
            cursor: Any = event.model
            reasons: list[Reason] = cursor.reasons
            if not step.roles & cursor.roles:
                people = sorted(step.roles)
                told = {
                    "roles" + suffix: ", ".join(_role(label, role, language) for role in people)
                    for suffix, language in (("", "en"), ("_es", "es"))
                }
                reasons.append(Reason("role_required", facts(**told)))
            if not step.holds(cursor.ticket, cursor.actor):
                reasons.append(condition_not_met(self._definition, step.when))
            if guard is not None and not guard(cursor.ticket, cursor.actor):
                reasons.append(Reason("guard_refused", facts(guard=step.guard)))
            if reasons:
                return False
            cursor.step = step
            return True

        return check
