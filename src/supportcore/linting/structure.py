"""What is wrong with the structure of a desk: roles, states, actions, and what the desk does by itself."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.linting.conditions import DESK
from supportcore.linting.kinds import Kind, Person
from supportcore.linting.shape import facts_of
from supportcore.linting.ways import Ways, named
from supportcore.people.access import SYSTEM
from supportcore.predicate import ALWAYS, Has, leaves
from supportcore.workflow.definition import State, Transition
from supportcore.workflow.findings import Finding


def roles(ways: Ways) -> Iterator[Finding]:
    """Yield roles that nobody needs, and that nobody opens a ticket."""
    desk = ways.definition
    if not any("open" in role.may for role in desk.roles):
        yield Finding("nobody_opens", "roles", 'no role may open a ticket; give one may = ["open", …]')
    steps = desk.workflow.transitions
    whens = [*(step.when for step in steps), *(when for role in desk.roles for _, when in role.only)]
    needed: set[object] = {leaf.value for when in whens for leaf in leaves(when) if isinstance(leaf, Has)}
    needed |= {key for step in steps for key in step.roles}
    needed |= {key for rule in desk.approvals for key in ways.walk.can.committee(rule)}
    screens = desk.screens
    shown = [*(rule.roles for rule in screens.lists), *(board.roles for board in screens.boards)]
    shown += [entry.roles for entry in screens.menu or ()]
    needed |= {key for some in shown for key in some}
    for index, role in enumerate(desk.roles):
        only_own = any("@actor.id" in facts_of(leaf) for leaf in leaves(role.sees))  # others may be there to look on
        if not role.may and role.key not in needed and only_own:
            told = f"role {role.key!r} may do nothing; give it commands by may, an action by roles, or leave it out"
            yield Finding("unused_role", f"roles[{index}]", told)


def states(ways: Ways) -> Iterator[Finding]:
    """Yield the states that no ticket comes into, and those that it never gets out of."""
    walk = ways.walk
    reached = {kind.state for kind in walk.kinds}
    for key, path in ways.state_places.items():
        if key not in reached and walk.kinds:
            yield Finding(
                "unreachable_state", path, f"no ticket comes into {key!r}; let an action lead there or leave it out"
            )
    for key, path in ways.state_places.items():
        place = next((one for one in ways.regular(key) if one in ways.trapped), None)
        if place is not None:
            every = all(one in ways.trapped for one in ways.by_state[key])
            told = "a ticket" if every else "some ticket"
            message = (
                f"{told} in {key!r} can never be closed; let an action that is open to it lead towards a final state"
            )
            yield ways.finding("trap_state", path, message, place)


def actions(ways: Ways) -> Iterator[Finding]:
    """Yield the actions that nothing can ever take, and conditions of theirs that never hold."""
    walk = ways.walk
    for index, (step, path) in enumerate(zip(walk.effects.steps, ways.places, strict=True)):
        there = [place for source in step.sources for place in ways.by_state[source]]
        if not there or path.startswith("confirmations"):
            continue
        final = [source for source in step.sources if walk.effects.closes_out(step, source)]
        if index in ways.used:
            if final:
                told = (
                    f'{step.action!r} would open {named(final)} again, which [levels] reopening = "forbidden" refuses; '
                    "take those out of from"
                )
                yield ways.finding("dead_action", f"{path}.from", told, ways.by_state[final[0]][0])
        elif len(final) == len(step.sources):
            told = f'{step.action!r} opens a closed ticket again, which [levels] reopening = "forbidden" refuses'
            yield ways.finding("dead_action", path, f"{told}; leave it out, or allow it there", min(there))
        elif not commanded(ways, step):
            yield _dead(ways, index, step, path, there)


def commanded(ways: Ways, step: Transition) -> bool:
    """Return whether an approval or a hold names an action of the desk's own: then it is told there that it is dead."""
    hold, rules = ways.definition.hold, ways.definition.approvals
    own = {action for rule in rules for action in (rule.approved, rule.rejected)}
    own |= {hold.begin, hold.end} if hold is not None else set()
    return step.action in own and not step.roles - {SYSTEM}


def _actors(ways: Ways, step: Transition) -> list[Person]:
    """Return who may act in a transition: people by their roles, and whoever sets off that the desk takes it."""
    walk = ways.walk
    found = [person for role in sorted(step.roles - {SYSTEM}) for person in walk.shape.holding(role)]
    for state in (walk.states[source] for source in step.sources if SYSTEM in step.roles):
        for name, action in _triggers(state):
            if action == step.action:
                side = name.removeprefix("on_reply.")
                people = [one for one in walk.shape.people if side in (name, one.side)]
                found += [DESK] if name == "timer" else people
    return found


def _dead(ways: Ways, index: int, step: Transition, path: str, there: list[int]) -> Finding:
    walk, people, may = ways.walk, sorted(step.roles - {SYSTEM}), _actors(ways, step)
    holding = [
        place for place in there
        if any(walk.effects.condition(index, ways.kind(place), person) is not False for person in may)
    ]  # fmt: skip
    if may and not holding and step.when != ALWAYS:
        told = f"the condition of {step.action!r} never holds where it starts; mend when, or from"
        return ways.finding("never_holds", f"{path}.when", told, min(there))
    if not people:
        told = f"{step.action!r} is the desk's own, but no timer and no reply takes it; give it a role of people"
        return ways.finding("dead_action", path, told, min(there))
    told = f"nobody in {named(people)} sees a ticket to which {step.action!r} is open"
    return ways.finding("dead_action", path, f"{told}; let them see it, or name another role", min(holding or there))


def triggers(ways: Ways) -> Iterator[Finding]:
    """Yield what is to set off something in a state and never does, though the action itself is taken elsewhere."""
    for state in ways.workflow.states:
        there = ways.by_state[state.key]
        for name, action in _triggers(state) if there else ():
            place = ways.walk.effects.own(ways.kind(there[0]), action)
            path = ways.trigger(state.key, name)
            if (state.key, name) in ways.walk.can.fired or place is None or path.startswith("confirmations"):
                continue
            if place in ways.used:  # or it is told of the action itself
                told = (
                    f"in {state.key!r} {_WHY[name]}, so {action!r} is never taken by that; leave it out, or mend that"
                )
                yield ways.finding("dead_action", path, told, there[0])


_WHY = {
    "timer": "the action of the timer is refused whenever it comes",
    "on_reply.customer": "nobody on the customer's side can reply, or the action is refused then",
    "on_reply.staff": "nobody of staff can reply, or the action is refused then",
    "on_assign": "nobody can assign a ticket to anybody, or the action is refused then",
    "on_triage": "no ticket comes to have an area, or the action is refused then",
}


def _triggers(state: State) -> Iterator[tuple[str, str]]:
    if state.timer is not None:
        yield "timer", state.timer.action
    yield from ((f"on_reply.{side}", action) for side, action in state.on_reply)
    for name in ("on_assign", "on_triage"):
        action: str | None = getattr(state, name)
        if action is not None:
            yield name, action


def hold(ways: Ways) -> Iterator[Finding]:
    """Yield a hold that never begins, or never ends."""
    rule, walk = ways.definition.hold, ways.walk
    if rule is None or not walk.kinds:
        return
    if not any(name == "hold.begin" for _, name in walk.can.fired):
        why = "this desk has no customers" if ways.definition.customer == "none" else "it leads out of no open state"
        told = (
            f"the desk never takes {rule.begin!r}, as {why}; let it lead from open states to another, or leave it out"
        )
        yield Finding("broken_hold", "hold.begin", told)
        return
    for state in ways.workflow.states:
        there = [place for place in ways.by_state[state.key] if ways.kind(place).held]
        if there and (state.key, "hold.end") not in walk.can.fired:
            told = (
                f"{rule.begin!r} puts a ticket into {state.key!r}, and {rule.end!r} never takes it out of there again"
            )
            yield ways.finding("broken_hold", "hold.end", f"{told}; let it lead from there", there[0])
            return


def approvals(ways: Ways) -> Iterator[Finding]:
    """Yield committees that cannot vote, and what is to come of their votes and never does."""
    walk = ways.walk
    if not walk.shape.approving:
        return
    for index, rule in enumerate(ways.definition.approvals):
        pending = [place for place, kind in enumerate(walk.kinds) if not kind.merged and _is_pending(kind, index)]
        still_open = [place for place in pending if not ways.is_final(place)]
        if not still_open:
            continue
        voting = [place for place in still_open if walk.can.voting(ways.kind(place), rule)]
        if not voting:
            asked = walk.can.committee(rule)
            who = f"nobody in {named(asked)}" if asked else "nobody of staff"
            told = f"{who} sees a ticket that waits for the approval {rule.key!r}; let a role see it"
            yield ways.finding("stuck_role", f"approvals[{index}]", told, still_open[0])
            continue
        for decided, action in (("approved", rule.approved), ("rejected", rule.rejected)):
            if action is not None and ("", f"approvals[{index}].{decided}") not in walk.can.fired:
                told = f"{action!r} can never be taken once it is {decided}; let it lead from where tickets wait for it"
                yield ways.finding("dead_action", f"approvals[{index}].{decided}", told, voting[0])


def _is_pending(kind: Kind, index: int) -> bool:
    return kind.approvals[index] == "pending"
