"""What can be done to a kind of ticket, by people, by time and by the desk itself; and what it becomes by that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from supportcore.definition.hints import speaks_of_none
from supportcore.definition.parts import ApprovalRule
from supportcore.linting.acting import Able, Acting
from supportcore.linting.conditions import DESK, Conditions
from supportcore.linting.effects import Effects
from supportcore.linting.kinds import Edge, Kind, changed
from supportcore.linting.shape import Shape
from supportcore.people.access import Role
from supportcore.workflow.definition import DONE, PARTIES, Transition
from supportcore.workflow.steps import LAPSE, RENEW, WAIT

Said = tuple[tuple[str, Any], ...]
Done = tuple[Kind, Edge]
"""A kind of ticket that comes about, and how."""
_OTHER_TICKET: Said = (("into", "2"),)


class Doing(Acting):
    """
    What can be done on one desk.

    Attributes:
        fired: Pairs of a state and what set off something there that the desk does by itself: ``timer``, ``on_assign``,
            ``on_triage``, ``on_reply.customer``, ``hold.begin``; of approvals, such as ``approvals[0].approved``, the
            state is empty.
    """

    def __init__(self, shape: Shape, conditions: Conditions, effects: Effects) -> None:
        super().__init__(shape, conditions, effects)
        self.fired: set[tuple[str, str]] = set()
        self._routing = [(rule, conditions.check(rule.when)) for rule in self.definition.routing.rules]
        self._steps: dict[str, list[tuple[int, Transition]]] = {key: [] for key in self.states}
        for place, step in enumerate(effects.steps):
            for source in step.sources:
                self._steps[source].append((place, step))

        self._assigned: dict[str, tuple[str | None, ...]] = dict.fromkeys(("assignee", "responsible", "team"), ())
        for name in shape.kept & set(self._assigned):
            options = shape.teams if name == "team" else shape.workers
            self._assigned[name] = (*options, None) if speaks_of_none(self.definition, name) else options

    def of(self, kind: Kind) -> Iterator[Done]:
        """Yield what can be done to a kind of ticket; the targets of the edges are not known yet."""
        yield from self._actions(kind)
        if not self.states[kind.state].final:
            yield from self._replies(kind)
            yield from self._assignments(kind)
            yield from self._triages(kind)
            yield from self._votes(kind)
            yield from self._timers(kind)
            yield from self._holds(kind)
            yield from self._ladders(kind)
        yield from self._ratings(kind)
        yield from self._merges(kind)

    def _actions(self, kind: Kind) -> Iterator[Done]:
        for place, step in self._steps[kind.state]:
            done: set[Any] = set()
            for role, (person, sure) in self._takers(kind, place, step):
                key = (role.side, person.name if step.assign == "actor" else "")
                if (*key, True) in done or (*key, sure) in done:
                    continue
                done.add((*key, sure))
                for values in self._inputs(step):
                    after = self.effects.moved(place, kind, person, values)
                    moves = step.to is not None
                    yield after, Edge(-1, role.side, step.action, person.name, values, "", (place,), moves, sure)

    def _takers(self, kind: Kind, place: int, step: Transition) -> Iterator[tuple[Role, Able]]:
        """Yield who can take a transition: one of each role, or everybody where it matters that it is another."""
        for role in self.definition.roles:
            if role.key not in step.roles:
                continue
            people = self.shape.holding(role.key)
            groups = {frozenset[str](): list(people)}
            if step.assign == "actor" and "reassigned" in self.shape.kept:
                groups = {frozenset({person.name}): [person] for person in people}
            elif step.assign == "actor":
                groups = {one.roles: [person for person in people if person.roles == one.roles] for one in people}
            for some in groups.values():
                able = self.able(kind, some, lambda person: self.effects.attempt(place, kind, person))
                if able is not None:
                    yield role, able

    def _inputs(self, step: Transition) -> Iterator[Said]:
        """Yield what can be said to an action, as far as that is told apart."""
        kept, options = self.shape.kept, list[list[Said]]()
        for field in step.form.fields:
            values: Sequence[Any] = ()
            if field.key == "waiting_on" and "waiting_on" in kept:
                values = PARTIES
            elif field.key == "assignee" and "assignee" in kept:
                values = self.shape.workers
            elif field.key == "team" and "team" in kept:
                values = self.shape.teams
            elif field.key == "rating" and {"rated", "rating"} & kept:
                values = (field.least, field.greatest)
            if values:
                options.append([((field.key, value),) for value in values] + ([] if field.required else [()]))
        for chosen in product(*options):
            yield tuple(one for some in chosen for one in some)

    def _replies(self, kind: Kind) -> Iterator[Done]:
        state = self.states[kind.state]
        for role, able in self.givers(kind, "reply"):
            for after, takes, used in self.effects.replied(kind, able[0]):
                if takes:
                    self.fired.add((state.key, f"on_reply.{role.side}"))
                moves = any(self.effects.steps[place].to is not None for place in used)
                yield after, Edge(-1, role.side, "reply", able[0].name, (), takes, used, moves, able[1])

    def _assignments(self, kind: Kind) -> Iterator[Done]:
        for role, able in self.givers(kind, "assign"):
            for name, options in self._assigned.items():
                for value in options:
                    given = self.effects.assigned(kind, **{name: value})
                    if given != kind:
                        yield from self._worked(kind, given, "assign", able, ((name, value),), role)

    def _triages(self, kind: Kind) -> Iterator[Done]:
        for role, able in self.givers(kind, "triage"):
            for name, options in self.shape.values.items():
                for value in options if name in self.shape.kept else ():
                    alike = self.shape.class_of(name, value)
                    if alike != getattr(kind, name):
                        after = changed(kind, **{name: alike})
                        for placed in self._routed_again(kind, after):
                            for asked in self.effects.ask_approvals(placed, again=True):
                                yield from self._worked(kind, asked, "triage", able, ((name, value),), role)

    def _routed_again(self, before: Kind, kind: Kind) -> Iterator[Kind]:
        if not self.definition.routing.on_triage:
            yield kind
            return
        rules = [tuple(self.effects.rules_of(one, self._routing)) for one in (before, kind)]
        if rules[0] == rules[1]:
            yield kind
        if rules[0] != rules[1] or len(rules[0]) > 1:
            yield from (placed for placed, _ in self.effects.routed(kind, self._routing, again=True))

    def _worked(self, kind: Kind, given: Kind, do: str, able: Able, said: Said, role: Role) -> Iterator[Done]:
        for after, takes, used in self.effects.follow_work(given, able[0]):
            self.note(kind.state, used)
            moves = any(self.effects.steps[place].to is not None for place in used)
            yield after, Edge(-1, role.side, do, able[0].name, said, takes, used, moves, able[1])

    def _votes(self, kind: Kind) -> Iterator[Done]:
        for index, rule in enumerate(self.definition.approvals if self.shape.approving else ()):
            voting = self.voting(kind, rule) if kind.approvals[index] == "pending" else []
            for able, (verdict, decided, action) in product(voting, _verdicts(rule)):
                approvals = (*kind.approvals[:index], decided, *kind.approvals[index + 1 :])
                for after, takes, used in self.effects.take(kind._replace(approvals=approvals), action, able[0]):
                    if takes:
                        self.fired.add(("", f"approvals[{index}].{decided}"))
                    moves = any(self.effects.steps[place].to is not None for place in used)
                    said: Said = (("verdict", verdict),)
                    yield after, Edge(-1, "staff", "decide", able[0].name, said, takes, used, moves, able[1])

    def _timers(self, kind: Kind) -> Iterator[Done]:
        rule = self.states[kind.state].timer
        if not kind.timer or rule is None:
            return
        place = self.effects.own(kind, rule.action)
        told = False if place is None else self.effects.attempt(place, kind, DESK)
        if place is not None and told is not False:
            self.fired.add((kind.state, "timer"))
            after = self.effects.moved(place, kind, DESK, fired=True)
            moves = self.effects.steps[place].to is not None
            yield after, Edge(-1, "timer", WAIT, "", (), rule.action, (place,), moves, told is True)
        if told is not True:
            yield kind._replace(timer=False), Edge(-1, "timer", WAIT, sure=told is False)

    def _holds(self, kind: Kind) -> Iterator[Done]:
        hold = self.definition.hold
        if hold is None or self.definition.customer == "none":
            return
        for do, action, now in ((LAPSE, hold.begin, True), (RENEW, hold.end, kind.held)):
            place = self.effects.own(kind, action) if now else None
            if place is None or self.effects.steps[place].to in (None, kind.state):
                continue
            told = self.effects.attempt(place, kind, DESK)
            if told is not False:
                self.fired.add((kind.state, "hold.begin" if do == LAPSE else "hold.end"))
                after = self.effects.moved(place, kind, DESK)
                yield after, Edge(-1, "hold", do, "", (), action, (place,), True, told is True)

    def _ladders(self, kind: Kind) -> Iterator[Done]:
        levels, kept = self.definition.levels, self.shape.kept
        if levels is None or self.states[kind.state].category in DONE:
            return
        for rung in levels.rungs:
            changes = {"team": rung.team, "assignee": rung.assignee}
            after = self.effects.assigned(kind, **{name: value for name, value in changes.items() if value})
            if rung.priority is not None and "priority" in kept:
                after = changed(after, priority=self.shape.class_of("priority", rung.priority))
            if after != kind:
                yield after, Edge(-1, "clock", WAIT, sure=False)

    def _ratings(self, kind: Kind) -> Iterator[Done]:
        state = self.states[kind.state]
        if not {"rated", "rating"} & self.shape.kept or kind.merged or kind.rated is True:
            return
        if state.category not in DONE or state.outcome == "cancelled" or self.definition.survey is None:
            return
        survey = self.definition.survey
        for role in self.definition.roles:
            able = self.giving(kind, role, "rate")
            for rating in (survey.least, survey.greatest) if able is not None else ():
                changes = {"rated": True, "rating": rating}
                after = changed(kind, **{key: value for key, value in changes.items() if key in self.shape.kept})
                assert able is not None
                yield after, Edge(-1, role.side, "rate", able[0].name, (("rating", rating),), sure=able[1])

    def _merges(self, kind: Kind) -> Iterator[Done]:
        merge = self.definition.merge
        if merge is None or kind.merged:
            return
        for role in self.definition.roles:
            able = self.giving(kind, role, "merge")
            if able is not None:
                state = kind.state if self.states[kind.state].final else merge
                after = Kind(state, merged=True)  # nothing becomes of it any more
                yield after, Edge(-1, "merge", "merge", able[0].name, _OTHER_TICKET, moves=True, sure=able[1])
                return

    def note(self, key: str, used: Iterable[int]) -> None:
        """Note what was set off in a state by the work on a ticket, and in those that it came into by that."""
        actions = {self.effects.steps[place].action for place in used}
        for state in self.states.values() if actions else ():
            for name in ("on_triage", "on_assign"):
                if getattr(state, name) in actions and (state.key == key or len(actions) > 1):
                    self.fired.add((state.key, name))


def _verdicts(rule: ApprovalRule) -> tuple[tuple[str, str, str | None], ...]:
    """Return what can be said to an approval, what that makes of it, and the action that is taken then."""
    return ("approve", "approved", rule.approved), ("reject", "rejected", rule.rejected)
