"""
A workflow as data.

A state has a *category*, which rules test instead of names; a state of category ``closed`` is final and has an
*outcome*. A transition is one action from one or several states; an action leads from a state to one place only, so
that pressing a button never depends on an order of rules. A transition without ``to`` stays where it is and leaves the
timers running.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore import text
from supportcore.forms.fields import Form
from supportcore.predicate import ALWAYS, Predicate, Test, to_python

Category = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
Outcome = Literal["resolved", "cancelled"]
WaitingOn = Literal["customer", "vendor", "support", "external"]
Audience = Literal["public", "internal"]
DONE: tuple[Category, ...] = ("solved", "closed")
"""Categories of states in which nothing is left for the desk to do."""
CATEGORIES: tuple[Category, ...] = ("new", "open", "pending", "on_hold", "solved", "closed")
"""What a state may be; rules test this and never its name."""
OUTCOMES: tuple[Outcome, ...] = ("resolved", "cancelled")
PARTIES: tuple[WaitingOn, ...] = ("customer", "vendor", "support", "external")


@attrs.frozen(kw_only=True)
class TimerRule:
    """After this long in the state, the desk itself takes the action."""

    after: timedelta = text.span_of()
    action: str = text.key()


@attrs.frozen(kw_only=True)
class State:
    """
    One state.

    Attributes:
        outcome: Set if and only if the category is ``closed``.
        waiting_on: Whom the ticket waits for on entering; None leaves that as it is.
        on_reply: Pairs of side and action: what the desk does when that side replies in this state.
        on_assign: What the desk does once somebody is assigned in this state, or the ticket was opened so; or None.
        on_triage: What the desk does once the ticket has an area in this state; or None.
    """

    key: str = text.key()
    category: Category
    outcome: Outcome | None = None
    waiting_on: WaitingOn | None = None
    timer: TimerRule | None = None
    on_reply: tuple[tuple[str, str], ...] = ()
    on_assign: str | None = None
    on_triage: str | None = None

    @property
    def automatic(self) -> tuple[str, ...]:
        """The actions that the desk itself takes here, by a timer or in answer to something."""
        timed = () if self.timer is None else (self.timer.action,)
        named = (*timed, *(action for _, action in self.on_reply), self.on_assign, self.on_triage)
        return tuple(dict.fromkeys(action for action in named if action is not None))

    @property
    def final(self) -> bool:
        """Whether the ticket is done with here."""
        return self.category == "closed"


@attrs.frozen(kw_only=True, slots=False)
class Transition:
    """
    One action from one or several states.

    Attributes:
        sources: Keys of the states it leaves.
        to: Key of the state it enters; None stays.
        roles: Who may take it; ``system`` means timers and moves that follow from a reply.
        when: What must hold; sees ticket and actor, never the input.
        guard: Name of a Python function registered by the host, or None.
        form: What it asks for.
        comment: Whether the comment it takes is public or an internal note.
        waiting_on: Whom the ticket waits for afterwards; overrides that of the state.
        assign: ``actor`` assigns to the one who acts, ``nobody`` takes the assignment away.
        confirms: What the customer says by it to the solution: yes, or no; None if that is not the question.
        rating: What it counts as in the desk's survey, or None.
    """

    action: str = text.key()
    sources: tuple[str, ...]
    to: str | None = None
    roles: frozenset[str] = frozenset()
    when: Predicate = ALWAYS
    guard: str | None = None
    form: Form = Form()
    comment: Audience = "public"
    waiting_on: WaitingOn | None = None
    assign: Literal["actor", "nobody"] | None = None
    confirms: bool | None = None
    rating: int | None = None

    @cached_property
    def holds(self) -> Test:
        """`when` as a function of a ticket and an actor."""
        return to_python(self.when)


@attrs.frozen(kw_only=True, slots=False)
class Workflow:
    """States, transitions and where a ticket starts."""

    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    @cached_property
    def by_key(self) -> Mapping[str, State]:
        """The states by key."""
        return MappingProxyType({state.key: state for state in self.states})

    @cached_property
    def by_action(self) -> Mapping[tuple[str, str], Transition]:
        """The transitions by action and source."""
        return MappingProxyType({(step.action, source): step for step in self.transitions for source in step.sources})

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """The actions, in the order of the document."""
        return tuple(dict.fromkeys(step.action for step in self.transitions))
