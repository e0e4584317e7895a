"""What is wrong with conditions and rules, wherever they stand: never fulfilled, never come to, for nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from supportcore.definition.model import Definition
from supportcore.definition.parts import NoticeRule
from supportcore.definition.values import conditions, forms
from supportcore.definition.values import findings as unknown_values
from supportcore.linting.conditions import DESK
from supportcore.linting.fulfilled import Fulfilled
from supportcore.linting.kinds import ANY, Kind, Person
from supportcore.linting.ways import Ways
from supportcore.predicate import ALWAYS, Predicate
from supportcore.workflow.findings import Finding


def never(ways: Ways) -> Iterator[Finding]:
    """Yield the values that nothing can have, and the conditions that can never be fulfilled."""
    desk = ways.definition
    strange = unknown_values(desk)
    yield from strange
    fulfilled = Fulfilled(desk)
    told: set[str] = set()
    for path, when in conditions(desk):
        told |= {path} if _within(path, strange) else set()
        if when != ALWAYS and not _within(path, strange) and not fulfilled.can(when):
            told.add(path)
            yield Finding("never_holds", path, _NEVER)
    for place, form, indexes in forms(desk):
        for field in form.fields:
            path = f"{place}[{indexes.get(field.key, 0)}].when"
            if field.when != ALWAYS and not _within(path, strange) and not fulfilled.asked(form, field):
                yield Finding(
                    "never_holds", path, f"{field.key!r} is never asked: what its condition wants cannot be said"
                )
    yield from _of_roles(ways, told)
    yield from _of_approvals(ways, told)
    yield from _shadowed(desk, fulfilled, told)
    yield from _notices(desk, fulfilled)
    yield from _unacted(ways, told)


_NEVER = (
    "no ticket and no actor can fulfil this condition: its parts contradict one another, or nothing gives what it asks"
)


def _within(path: str, findings: Sequence[Finding]) -> bool:
    """Return whether a finding stands in the condition at *path*: that is what is wrong with it then."""
    return any(finding.path.startswith((f"{path}.", f"{path}[")) for finding in findings)


def _of_roles(ways: Ways, told: set[str]) -> Iterator[Finding]:
    """Yield conditions of roles that no ticket fulfils which can come about."""
    walk = ways.walk
    for index, role in enumerate(ways.definition.roles if walk.kinds else ()):
        people, path = walk.shape.holding(role.key), f"roles[{index}].sees"
        alone = [one for one in people if one.roles == {role.key}]
        seen = [kind for kind in walk.kinds if any(walk.can.sees(kind, one) is not False for one in alone)]
        if not seen:
            if path not in told:
                yield Finding("never_holds", path, f"{role.key!r} never sees any ticket that can come about; mend sees")
            continue
        for command, when in role.only:
            path, check = f"roles[{index}].only.{command}", walk.conditions.check(when)
            if check is None or path in told:
                continue
            if all(check(kind, one) is False for kind in seen if not kind.merged for one in people):
                told_ = f"{role.key!r} may never give {command!r}: no ticket that can come about fulfils the condition"
                yield ways.finding("never_holds", path, told_, walk.kinds.index(seen[0]))


def _of_approvals(ways: Ways, told: set[str]) -> Iterator[Finding]:
    walk = ways.walk
    for index, rule in enumerate(ways.definition.approvals if walk.shape.approving and walk.kinds else ()):
        path = f"approvals[{index}].when"
        if path not in told and all(kind.merged or kind.approvals[index] is None for kind in walk.kinds):
            yield Finding(
                "never_holds", path, f"no ticket that can come about needs the approval {rule.key!r}; mend when"
            )


def _shadowed(desk: Definition, fulfilled: Fulfilled, told: set[str]) -> Iterator[Finding]:
    """Yield rules of which the first that holds counts, and that are never come to."""
    policies = desk.levels.policies if desk.levels is not None else ()
    for section, whens in (
        ("routing.rules", [rule.when for rule in desk.routing.rules]),
        ("policies", [policy.when for policy in policies]),
    ):
        before: list[Predicate] = []
        for index, when in enumerate(whens):
            path = f"{section}[{index}]"
            if before and f"{path}.when" not in told and not fulfilled.can(when, before):
                message = "this rule is never come to: whatever fulfils it fulfils one before it; put it further up"
                yield Finding("shadowed_rule", path, message)
            before.append(when)


def _notices(desk: Definition, fulfilled: Fulfilled) -> Iterator[Finding]:
    """Yield notices of what never happens, and those that go to nobody who can be there."""
    may = {command for role in desk.roles for command in role.may}
    steps = desk.workflow.transitions
    given = fulfilled.given
    moved = bool(steps) or given["merged_into"].ever
    rungs = desk.levels.rungs if desk.levels is not None else ()
    happens = {
        "replied": "reply" in may,
        "noted": "note" in may,
        "state_changed": moved,
        "assigned": "assign" in may or given["reassigned"].takes(True) or any(rung.team for rung in rungs),
        "triaged": "triage" in may or any(rung.priority for rung in rungs),
        "deadline_set": "set_deadline" in may,
        "clock_warned": given["green_at"].ever,
        "clock_breached": given["green_at"].ever,
        "rated": desk.survey is not None and "rate" in may,
        "approval_asked": bool(desk.approvals),
        "voted": bool(desk.approvals),
        "merged": given["merged_into"].ever,
    }
    there = {
        "assignee": given["assignee"].ever,
        "responsible": given["responsible"].ever,
        "team": given["team"].ever,
        "followers": "follow" in may or given["merged_into"].ever,
        "voters": bool(desk.approvals),
    }
    for index, rule in enumerate(desk.notices):
        if not happens.get(rule.on, True):
            yield Finding(
                "idle_notice", f"notices[{index}].on", f"{rule.on!r} never happens on this desk; leave it out"
            )
        elif not any(there.get(to, True) for to in rule.to):
            told = f"on this desk a ticket never has any {' or '.join(rule.to)}; name somebody else, or leave it out"
            yield Finding("idle_notice", f"notices[{index}].to", told)


def _unacted(ways: Ways, told: set[str]) -> Iterator[Finding]:
    """Yield conditions of notices and questions that hold in no state where they count."""
    desk = ways.definition
    for index, rule in enumerate(desk.notices):
        path = f"notices[{index}].when"
        if path not in told and _never_in(ways, rule.when, _told_in(ways, rule), [DESK]):
            by = f" by {' or '.join(map(repr, sorted(rule.actions)))}" if rule.actions else ""
            what = f"no ticket that was just {_HAPPENED.get(rule.on, 'told of')}{by} fulfils this condition"
            yield Finding("never_holds", path, f"{what}; mend it, or what it is told of")
    own = sum(path.startswith("questions[") for path, _ in conditions(desk))
    roles = [{role.key for role in desk.roles if role.side == side} for side in ("customer", "staff")]
    roles += [{role.key} for role in desk.roles]
    people = [Person("", frozenset(some), "staff") for some in roles]
    for index, question in enumerate(desk.screens.questions[len(desk.screens.questions) - own :]):
        path = f"questions[{index}].where"
        answered = [step.sources for step in ways.workflow.transitions if step.action in question.answers]
        there = [key for sources in answered for key in sources if ways.by_state[key]]
        if path not in told and _never_in(ways, question.where, there, people):
            message = f"where this condition holds no answer of {question.key!r} can be given; mend it, or the answers"
            yield Finding("never_holds", path, message)


_HAPPENED = {"opened": "opened", "state_changed": "moved"}


def _told_in(ways: Ways, rule: NoticeRule) -> Collection[str]:
    """Return the states in which a ticket may be when a notice is told of it."""
    workflow, reached = ways.workflow, [key for key, there in ways.by_state.items() if there]
    if rule.on == "opened":
        return {workflow.initial}
    if rule.on != "state_changed" or not (rule.actions or ways.definition.merge is None):
        return reached
    steps = [step for step in workflow.transitions if not rule.actions or step.action in rule.actions]
    return {step.to or source for step in steps for source in step.sources if source in reached}


def _never_in(ways: Ways, when: Predicate, states: Collection[str], people: Sequence[Person]) -> bool:
    """Return whether a condition holds of no ticket in any of *states*, whatever else is true of it."""
    check = ways.walk.conditions.check(when)
    if check is None or not states:
        return False
    kinds = [Kind(key, approvals=(ANY,), merged=merged) for key in states for merged in (False, True)]
    return all(check(kind, person) is False for kind in kinds for person in people)
