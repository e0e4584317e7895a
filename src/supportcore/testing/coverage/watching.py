"""
What is seen of a definition in the history of one ticket.

Conditions are asked where the library asks them, and a transition's also before every command of somebody who may take
it from where the ticket stands, as his screen then says whether he can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from supportcore.definition.model import Definition
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import ALWAYS, Test, to_python
from supportcore.testing.coverage.goals import (
    DESK,
    ENTERED,
    FAILED,
    FIRED,
    HELD,
    OUTRUN,
    PEOPLE,
    REFUSED,
    commanded,
    source_places,
    timer_place,
    when_places,
)
from supportcore.testing.coverage.moments import Moment, author, moments
from supportcore.tickets.draft import NOTICE_NAMES
from supportcore.tickets.events import (
    SYSTEM_ACTOR,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
    Voted,
)
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases.routing import rule_for
from supportcore.workflow.definition import Transition

Seen = Iterator[tuple[str, str]]
"""Pairs of a place in the document and what was seen there."""
OTHER_RULES = ("", "other_rules")
"""Seen of an event that happened under other rules than those of the definition."""
_PAUSING = (TicketOpened, Replied, StateChanged, Retargeted)
_MATCHING = (TicketOpened, Triaged, TicketAssigned, Retargeted)
"""Events after which it is looked whether clocks stand still, and which policy a ticket falls under."""


def _answer(holds: bool) -> str:
    return HELD if holds else FAILED


class Watching:
    """One definition, ready to look for in histories."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        workflow = definition.workflow
        self._states = {state.key: f"states[{index}]" for index, state in enumerate(workflow.states)}
        self._timers = {
            state.key: timer_place(definition, index)
            for index, state in enumerate(workflow.states)
            if state.timer is not None
        }
        self._steps = source_places(definition)
        self._asked: dict[str, dict[str, list[Transition]]] = {key: {} for key in self._states}
        for place, step in zip(when_places(definition), workflow.transitions, strict=True):
            for source in step.sources if step.when != ALWAYS else ():
                self._asked[source].setdefault(place, []).append(step)
        self._only = [
            (f"roles[{index}].only.{command}", role, when, to_python(when))
            for index, role in enumerate(definition.roles)
            for command, when in role.only
            if when != ALWAYS
        ]
        self._sees = [
            (f"roles[{index}].sees", role) for index, role in enumerate(definition.roles) if role.sees != ALWAYS
        ]
        self._notices = {rule.key: f"notices[{index}]" for index, rule in enumerate(definition.notices)}
        self._commanded = commanded(definition)

    def seen(self, history: Iterable[Recorded], people: Mapping[str, Actor]) -> Seen:
        """
        Yield all that is seen in the whole history of a ticket, in order.

        Args:
            people: Those of whom the host says who they are, by id.
        """
        last: Moment | None = None
        mine = self._definition.rules_hash
        for last in moments(self._definition.key, history):
            if last.after.rules_hash != mine:
                yield OTHER_RULES
                continue
            if last.before is not None and last.before.rules_hash != mine:
                yield self._states[last.after.state], ENTERED  # moved here from other rules
                continue
            yield from self._moved(last, people)
            yield from self._timed(last)
            yield from self._conditions(last, people)
            yield from self._routed(last)
            yield from self._told(last)
            yield from self._promised(last)
        if last is not None and last.after.rules_hash == mine:
            yield from self._visible(last.after, people.values())

    # -- states, transitions, timers

    def _moved(self, moment: Moment, people: Mapping[str, Actor]) -> Seen:
        event, before, after = moment.recorded.event, moment.before, moment.after
        if before is None or after.state != before.state:
            yield self._states[after.state], ENTERED
        if isinstance(event, TimerRefused) and before is not None and (event.action, before.state) in self._steps:
            yield self._steps[event.action, before.state], REFUSED
        if not isinstance(event, StateChanged):
            return
        step = self._definition.workflow.by_action.get((event.action, event.source))
        if step is None:
            return  # merged into another ticket
        if step.to == event.source:
            yield self._states[event.source], ENTERED
        yield self._steps[event.action, event.source], self._taker(moment, event, step, people)

    def _taker(self, moment: Moment, event: StateChanged, step: Transition, people: Mapping[str, Actor]) -> str:
        """Return who took a step: a role of people, or what made the desk take it."""
        if event.actor == SYSTEM_ACTOR:
            cause = "timer" if moment.timer is not None else "agreement" if event.action in self._commanded else ""
            return f"{DESK}:{cause}" if cause else DESK
        if not moment.earlier:
            found = author(self._definition, moment, people)
            roles = [role.key for role in self._definition.roles if role.key in found.roles & step.roles]
            return f"{PEOPLE}:{roles[0]}" if roles and (found.known or len(roles) == 1) else PEOPLE
        state = self._definition.workflow.by_key[event.source]
        if any((one.side, event.action) in state.on_reply for one in moment.earlier if isinstance(one, Replied)):
            return f"{DESK}:reply"
        if any(isinstance(one, Voted) for one in moment.earlier):
            return f"{DESK}:approval"
        return f"{DESK}:{'triage' if event.action == state.on_triage else 'assignment'}"

    def _timed(self, moment: Moment) -> Seen:
        before, event = moment.before, moment.recorded.event
        place = None if before is None else self._timers.get(before.state)
        if before is None or place is None:
            return
        if moment.timer is not None:
            yield place, REFUSED if isinstance(event, TimerRefused) else FIRED
        elif isinstance(event, StateChanged) and any(timer not in moment.after.timers for timer in before.timers):
            yield place, OUTRUN

    # -- conditions

    def _conditions(self, moment: Moment, people: Mapping[str, Actor]) -> Seen:
        event, before = moment.recorded.event, moment.before
        if before is None:
            return
        who = author(self._definition, moment, people)
        for place, steps in self._asked[before.state].items():
            tried = [step for step in steps if _tries(event, step, before)]
            if tried and isinstance(event, StateChanged):
                yield place, HELD
            elif who.told(steps[0].when) and (
                tried or (not moment.earlier and any(who.surely(step.roles - {SYSTEM}) for step in steps))
            ):
                yield place, _answer(steps[0].holds(before, who.actor))
        if moment.earlier:
            return
        for place, role, when, holds in self._only:
            if who.surely((role.key,)) and who.told(when):
                yield place, _answer(holds(before, who.actor))
        for place, role in self._sees:
            if not who.known and who.surely((role.key,)) and who.told(role.sees):
                yield place, _answer(role.sees_ticket(before, who.actor))

    def _visible(self, ticket: Ticket, people: Iterable[Actor]) -> Seen:
        """Yield which of the people of whom it is known who they are see the ticket as it is at last."""
        for actor in people:
            for place, role in self._sees:
                if role.key in actor.roles:
                    yield place, _answer(role.sees_ticket(ticket, actor))

    # -- rules

    def _routed(self, moment: Moment) -> Seen:
        event, routing = moment.recorded.event, self._definition.routing
        if isinstance(event, TicketOpened):
            yield from _in_turn("routing.rules", [rule.holds for rule in routing.rules], self._unrouted(moment.after))
        elif isinstance(event, Triaged) and routing.on_triage and not moment.earlier:
            yield from _in_turn("routing.rules", [rule.holds for rule in routing.rules], moment.after)
        if isinstance(event, (TicketOpened, Triaged)):
            for index, approval in enumerate(self._definition.approvals):
                yield f"approvals[{index}]", _answer(approval.holds(moment.after, None))

    def _unrouted(self, ticket: Ticket) -> Ticket:
        """Return a new ticket as it was before it was known where it goes."""
        bare = attrs.evolve(ticket, team=None, assignee=None, responsible=None)
        vague = attrs.evolve(bare, area=None)
        given = rule_for(self._definition, vague).area
        return vague if given is not None and given == ticket.area else bare

    def _told(self, moment: Moment) -> Seen:
        event = moment.recorded.event
        for rule in self._definition.notices_on.get(NOTICE_NAMES.get(type(event), ""), ()):
            if not rule.actions or getattr(event, "action", "") in rule.actions:
                yield self._notices[rule.key], _answer(rule.holds(moment.after, None))

    def _promised(self, moment: Moment) -> Seen:
        event, levels = moment.recorded.event, self._definition.levels
        if levels is None or moment.after.levels != levels.digest or not levels.policies:
            return
        if isinstance(event, _MATCHING):
            yield from _in_turn("policies", [policy.holds for policy in levels.policies], moment.after)
        if isinstance(event, _PAUSING):
            yield "levels.pause", _answer(event.pausing)


def _in_turn(place: str, tests: Iterable[Test], ticket: Ticket) -> Seen:
    """Yield what is seen of rules of which the first that holds decides."""
    for index, holds in enumerate(tests):
        found = holds(ticket, None)
        yield f"{place}[{index}]", _answer(found)
        if found:
            return


def _tries(event: object, step: Transition, before: Ticket) -> bool:
    """Return whether an event is a step being taken, or being refused to the desk."""
    return isinstance(event, (StateChanged, TimerRefused)) and event.action == step.action
