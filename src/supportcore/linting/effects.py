"""
What happens to a kind of ticket: moves, replies, assignments, approvals.

The same as `supportcore.tickets` does to a ticket, as far as rules can tell. Where that hangs on what is not looked at,
all of it is yielded that may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from supportcore.definition.parts import RoutingRule
from supportcore.linting.conditions import DESK, Check, Verdict, both
from supportcore.linting.kinds import ANY, Kind, Person, changed
from supportcore.linting.shape import Shape, fields_of
from supportcore.people.access import SYSTEM
from supportcore.workflow.definition import DONE, State, Transition

Rules = Sequence[tuple[RoutingRule, Check | None]]
Followed = tuple[Kind, str, tuple[int, ...]]
"""A kind of ticket, the action that the desk took by itself, and the places of the transitions that were taken."""


class Effects:
    """What can happen on one desk."""

    def __init__(self, shape: Shape) -> None:
        desk = shape.definition
        self._desk, self._shape = desk, shape
        self._states = desk.workflow.by_key
        self._kept = shape.kept
        self.steps = desk.workflow.transitions
        self._whens = [shape.conditions.check(step.when) for step in self.steps]
        self._places = {(step.action, key): place for place, step in enumerate(self.steps) for key in step.sources}
        self._needs = [shape.conditions.check(rule.when) for rule in desk.approvals]
        lasting = shape.opening - {"area", "priority"}  # which routing and ladders give later, too
        self._settled = [fields_of([rule.when]) <= lasting for rule in desk.approvals]
        levels = desk.levels
        self.forbidden = levels is not None and levels.reopening == "forbidden" and not levels.grace

    # -- taking an action ----------------------------------------------------------------------------------------------

    def condition(self, place: int, kind: Kind, person: Person) -> Verdict:
        """Return whether the condition of a transition holds, whoever may take it; a host's guard is opaque."""
        step, when = self.steps[place], self._whens[place]
        told = True if when is None else when(kind, person)
        return both(told, None) if step.guard is not None else told

    def closes_out(self, step: Transition, source: str) -> bool:
        """Return whether a step would open a ticket again that is closed for good by its service levels."""
        target = step.to or source
        return self.forbidden and self._states[source].final and not self._states[target].final

    def attempt(self, place: int, kind: Kind, person: Person) -> Verdict:
        """Return whether a transition can be taken by *person*, whose roles may."""
        if kind.merged or self.closes_out(self.steps[place], kind.state):
            return False
        return self.condition(place, kind, person)

    def own(self, kind: Kind, action: str | None) -> int | None:
        """Return the place of the transition that the desk itself would take, if there is one."""
        place = None if action is None else self._places.get((action, kind.state))
        return place if place is not None and SYSTEM in self.steps[place].roles else None

    def moved(
        self, place: int, kind: Kind, person: Person, values: Sequence[tuple[str, Any]] = (), *, fired: bool = False
    ) -> Kind:
        """Return what becomes of *kind* by a transition; *fired* where its own timer took it."""
        step = self.steps[place]
        source, target = self._states[kind.state], self._states[step.to or kind.state]
        given = dict(values)
        changes: dict[str, Any] = {"state": target.key}
        changes["timer"] = target.timer is not None if step.to is not None else kind.timer and not fired
        if target.key != kind.state:
            changes["held"] = person is DESK and self._desk.hold is not None and step.action == self._desk.hold.begin
        if "waiting_on" in self._kept:
            asked = given.get("waiting_on") or step.waiting_on
            entered = target.waiting_on if step.to is not None else None
            changes["waiting_on"] = None if target.final else asked or entered or kind.waiting_on
        if "confirmed" in self._kept:
            again = False if target.category not in DONE else kind.confirmed
            changes["confirmed"] = again if step.confirms is None else step.confirms
        changes |= self._rated(step, kind, source, target, given)
        after = kind._replace(**changes)
        assignee = {"actor": person.name, "nobody": None}[step.assign] if step.assign else after.assignee
        return self.assigned(after, assignee=given.get("assignee", assignee), team=given.get("team", after.team))

    def _rated(self, step: Transition, kind: Kind, source: State, target: State, given: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "rated" in self._kept and target.category in DONE and source.category not in DONE:
            found["rated"] = False
        rating = given.get("rating", step.rating)
        if rating is not None:
            found |= {name: value for name, value in (("rated", True), ("rating", rating)) if name in self._kept}
        return found

    def assigned(self, kind: Kind, **changes: Any) -> Kind:
        """Return *kind* with other people, as far as that is told apart."""
        alike = self._shape.class_of
        changes = {name: alike(name, value) for name, value in changes.items() if name in self._kept}
        if "reassigned" in self._kept and "assignee" not in self._kept:
            changes["reassigned"] = ANY
        elif (
            "reassigned" in self._kept
            and kind.assignee is not None
            and changes.get("assignee", kind.assignee) not in (None, kind.assignee)
        ):
            changes["reassigned"] = True
        return kind._replace(**changes) if changes else kind

    # -- what follows --------------------------------------------------------------------------------------------------

    def take(self, kind: Kind, action: str | None, person: Person) -> Iterator[Followed]:
        """Yield what comes of it that the desk itself takes an action on behalf of *person*, or cannot."""
        place = self.own(kind, action)
        verdict = False if place is None else self.attempt(place, kind, person)
        if place is not None and verdict is not False:
            yield self.moved(place, kind, person), self.steps[place].action, (place,)
        if verdict is not True:
            yield kind, "", ()

    def replied(self, kind: Kind, person: Person) -> Iterator[Followed]:
        """Yield what comes of a reply."""
        waiting = dict(self._desk.replies).get(person.side)
        if waiting is not None and "waiting_on" in self._kept:
            kind = kind._replace(waiting_on=waiting)
        yield from self.take(kind, dict(self._states[kind.state].on_reply).get(person.side), person)

    def follow_work(self, kind: Kind, person: Person) -> Iterator[Followed]:
        """Yield what comes of it that a ticket has an area, or somebody who works on it."""
        state = self._states[kind.state]
        if state.on_triage is None and state.on_assign is None:
            yield kind, "", ()
            return
        for placed, first, used in self._follow(kind, kind.area, "on_triage", person):
            for after, second, more in self._follow(placed, placed.assignee, "on_assign", person):
                yield after, first or second, (*used, *more)

    def _follow(self, kind: Kind, has: str | None, name: str, person: Person) -> Iterator[Followed]:
        action: str | None = getattr(self._states[kind.state], name)
        if has is not None and action is not None:
            yield from self.take(kind, action, person)
        if has is None or has is ANY or action is None:
            yield kind, "", ()

    # -- approvals and routing -----------------------------------------------------------------------------------------

    def ask_approvals(self, kind: Kind, *, again: bool = False) -> Iterator[Kind]:
        """Yield *kind* with the approvals that it needs by now; *again* where it was asked before for some."""
        if not self._shape.approving:
            yield kind
            return
        options: list[tuple[str | None, ...]] = []
        for before, needs, settled in zip(kind.approvals, self._needs, self._settled, strict=True):
            if again and settled:
                options.append((before,))
                continue
            needed = True if needs is None else needs(kind, DESK)
            without = None if before in (None, "pending") else before
            options.append(tuple(dict.fromkeys(
                one for one, may in ((before or "pending", needed is not False), (without, needed is not True)) if may
            )))  # fmt: skip
        for approvals in product(*options):
            yield kind._replace(approvals=approvals)

    def routed(self, kind: Kind, rules: Rules, *, again: bool = False) -> Iterator[tuple[Kind, bool]]:
        """Yield *kind* where it can be routed, and whether nobody was there to be assigned."""
        if not self._kept & {"team", "area", "assignee", "responsible"}:
            yield kind, False
            return
        for rule in self.rules_of(kind, rules):
            yield from self._goes(kind, rule, again=again)

    def rules_of(self, kind: Kind, rules: Rules) -> Iterator[RoutingRule]:
        """Yield the rules by which a kind of ticket may be routed: one, unless that hangs on what is not looked at."""
        for rule, when in rules:
            holds = True if when is None else when(kind, DESK)
            if holds is not False:
                yield rule
            if holds is True:
                return
        yield self._desk.routing.default

    def _goes(self, kind: Kind, rule: RoutingRule, *, again: bool) -> Iterator[tuple[Kind, bool]]:
        team = rule.team or self._desk.routing.team
        if "area" in self._kept and kind.area is None and rule.area is not None:
            kind = changed(kind, area=self._shape.class_of("area", rule.area))
        elif kind.area is None and rule.area is not None:
            kind = kind._replace(area=ANY)
        picked: list[tuple[str | None, bool]] = [(None, rule.assign != "none")]
        if again and (kind.team is ANY or self._shape.class_of("team", team) == kind.team):
            picked.append((kind.assignee, False))
        if rule.assign != "none":
            picked += [(name, False) for name in self.working]
        for assignee, nobody in dict.fromkeys(picked) if {"assignee", "responsible"} & self._kept else picked[:1]:
            changes: dict[str, Any] = {"team": team, "assignee": assignee}
            if self._desk.routing.responsible == "assignee":
                changes["responsible"] = assignee
            unassigned = nobody and assignee is None and bool({"assignee", "responsible"} & self._kept)
            yield self.assigned(kind, **changes), unassigned

    @property
    def working(self) -> tuple[str, ...]:
        """Those of staff whom routing may assign a ticket to: who take an action at all, if anybody does."""
        taking = {role for step in self.steps for role in step.roles}
        people = [one for one in self._shape.people if one.name in self._shape.workers]
        return tuple(one.name for one in people if one.roles & taking) or self._shape.workers

    def forget(self, kind: Kind) -> Kind:
        """Return *kind* without what mattered only as long as it was being opened."""
        return changed(kind, **dict.fromkeys(self._shape.opening, ANY)) if self._shape.opening else kind
