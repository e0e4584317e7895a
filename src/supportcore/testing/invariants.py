"""
Rules of a desk as plain functions of a step, and rules that time has to fulfil.

A rule is broken where it returns False or raises AssertionError. It reads one step, a `Taken`, or of that what its
parameters are called: ``before`` and ``after`` (what the ticket was and is, and when: `Node`), ``command`` (the
`Step`), ``actor`` (None where time passed), ``events`` and ``now``.

    def no_reply_after_close(before, events):
        closed = before.ticket is not None and not before.ticket.is_open
        return not (closed and any(isinstance(event, Replied) for event in events))

    always(no_reply_after_close)
    eventually_within(timedelta(days=10), closed, since=waiting)

`always` is for state machines and for `supportcore.exploring.explore`; what is to come within a span needs a machine,
which lets time pass.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.exploring.explorer import Invariant, name_of
from supportcore.exploring.world import Taken
from supportcore.tickets.events import TicketOpened
from supportcore.workflow.diagram import span_told

__all__ = ["EventuallyWithin", "Rule", "Watch", "always", "eventually_within", "watches"]

Rule = Callable[..., bool | None]
"""A function of a `Taken`, or of parts of it by their names."""
_PARTS: Mapping[str, Callable[[Taken], Any]] = MappingProxyType(
    {
        "before": attrgetter("before"),
        "command": attrgetter("step"),
        "actor": attrgetter("actor"),
        "events": attrgetter("events"),
        "after": attrgetter("after"),
        "now": attrgetter("now"),
    }
)
_KINDS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def always(rule: Rule) -> Invariant:
    """
    Return *rule* as a rule of every step, those that are refused among them.

    Raises:
        TypeError: A parameter of *rule* is no part of a step.
    """
    read = _reading(rule)

    def holds(taken: Taken) -> bool | None:
        return read(taken)

    holds.__name__ = holds.__qualname__ = name_of(rule)
    return holds


@attrs.frozen(kw_only=True, slots=False)
class EventuallyWithin:
    """What has to come within a span of time; see `eventually_within`."""

    span: timedelta
    goal: Invariant
    since: Invariant | None
    unless: Invariant | None

    @property
    def __name__(self) -> str:
        since = "the opening" if self.since is None else name_of(self.since)
        return f"{name_of(self.goal)} within {span_told(self.span)} of {since}"

    def __call__(self, taken: Taken) -> bool | None:
        """Refuse to judge a single step."""
        raise TypeError(
            f"“{name_of(self)}” is judged as time passes, not by a single step: give it to "
            "supportcore.testing.machine.machine_for(invariants=…); explore(always=…) takes rules of every step"
        )


def eventually_within(
    span: timedelta, goal: Rule, since: Rule | None = None, *, unless: Rule | None = None
) -> EventuallyWithin:
    """
    Return the rule that, once *since* holds after a step, *goal* holds after one within *span*.

    Args:
        span: Of the time of the clock; just at its end is within it.
        since: By default, that the ticket is opened. What holds for several steps counts from the first of them.
        unless: Where it holds, nothing is waited for any more.

    Raises:
        TypeError: A parameter of a rule is no part of a step.
        ValueError: The span is negative.
    """
    if span < timedelta(0):
        raise ValueError(f"a span of time to come is zero or more, not {span}")
    return EventuallyWithin(
        span=span,
        goal=always(goal),
        since=None if since is None else always(since),
        unless=None if unless is None else always(unless),
    )


class Watch:
    """
    One rule during one run.

    Attributes:
        rule: What it is called.
        due_at: Until when the goal has to come; None while nothing is waited for.
    """

    def __init__(self, rule: Invariant | EventuallyWithin) -> None:
        self.rule = name_of(rule)
        self.due_at: datetime | None = None
        self._of = rule

    def broken(self, taken: Taken) -> str | None:
        """Return what is to be said of the rule where a step breaks it, which may be nothing; None where it holds."""
        if isinstance(self._of, EventuallyWithin):
            return self._late(self._of, taken)
        try:
            return "" if self._of(taken) is False else None
        except AssertionError as error:
            return str(error)

    def _late(self, rule: EventuallyWithin, taken: Taken) -> str | None:
        if self.due_at is not None and taken.now > self.due_at:
            return f"{name_of(rule.goal)} did not come by {self.due_at.isoformat(timespec='seconds')}"
        if taken.error is not None:
            return None
        if rule.goal(taken) or (rule.unless is not None and rule.unless(taken)):
            self.due_at = None
        elif self.due_at is None and (rule.since or _opens)(taken):
            self.due_at = taken.now + rule.span
        return None


def watches(rules: Iterable[Rule | EventuallyWithin]) -> tuple[Callable[[], Watch], ...]:
    """Return what begins to watch each of some rules, anew for each run."""
    found: list[Callable[[], Watch]] = []
    for rule in rules:
        of = rule if isinstance(rule, EventuallyWithin) else always(rule)
        found.append(lambda of=of: Watch(of))  # type: ignore[misc]  # the default binds it
    return tuple(found)


def _opens(taken: Taken) -> bool:
    return any(isinstance(event, TicketOpened) for event in taken.events)


def _reading(rule: Rule) -> Invariant:
    """Return *rule* as a function of a step."""
    names = [one.name for one in inspect.signature(rule).parameters.values() if one.kind not in _KINDS]
    if names and all(name in _PARTS for name in names):
        parts = [(name, _PARTS[name]) for name in names]
        return lambda taken: rule(**{name: part(taken) for name, part in parts})
    if len(names) == 1:
        return rule
    unknown = ", ".join(name for name in names if name not in _PARTS) or "no parameter"
    raise TypeError(
        f"the rule “{name_of(rule)}” has {unknown}: it takes one step, or any of {', '.join(_PARTS)} by these names"
    )
