"""What is wrong with how a desk waits: for people who cannot act, with clocks that stand still."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.linting.conditions import DESK
from supportcore.linting.kinds import ANY, Kind
from supportcore.linting.shape import pausable
from supportcore.linting.walk import Walk
from supportcore.linting.ways import Ways, named
from supportcore.people.access import SYSTEM, Role, Side
from supportcore.workflow.definition import DONE, PARTIES
from supportcore.workflow.findings import Finding

_SIDES: dict[str, Side] = {"customer": "customer", "support": "staff"}
"""Who is on the desk of the parties that a ticket waits for."""
_NOBODY: dict[Side, str] = {"customer": "nobody on the customer's side", "staff": "nobody of staff"}
_WORK = ("reply", "note", "assign", "triage", "set_deadline")
"""Commands by which somebody does what a ticket waits for."""


def stuck(ways: Ways) -> Iterator[Finding]:
    """Yield the states that wait for somebody who can do nothing there, or does not see the ticket."""
    told: set[tuple[str, str]] = set()
    for key, path in ways.state_places.items():
        state = ways.workflow.by_key[key]
        party = state.waiting_on or ""
        if not state.final and (place := _helpless(ways, key, party)) is not None:
            told.add((key, party))
            yield ways.finding("stuck_role", f"{path}.waiting_on", _waits(key, party), place)
    for index, step in enumerate(ways.workflow.transitions):
        party = step.waiting_on or ""
        for key in dict.fromkeys((step.to,) if step.to else step.sources) if index in ways.used else ():
            if (key, party) in told or ways.workflow.by_key[key].final:
                continue
            if (place := _helpless(ways, key, party)) is not None:
                told.add((key, party))
                yield ways.finding("stuck_role", f"{ways.places[index]}.waiting_on", _waits(key, party), place)
    for key, path in ways.state_places.items():
        yield from _blind(ways, key, path)


def _waits(key: str, party: str) -> str:
    nobody = _NOBODY[_SIDES[party]]
    return f"{key!r} waits for {party}, and {nobody} can do anything there, not even reply; give a role an action"


def _helpless(ways: Ways, key: str, party: str) -> int | None:
    """Return the first kind of ticket that waits in a state for a party of which nobody can do anything there."""
    side = _SIDES.get(party)
    people = [role for role in ways.definition.roles if role.side == side]
    there = ways.by_state[key]
    if not people or not ways.regular(key) or any(_can_act(ways.walk, ways.kind(place), people) for place in there):
        return None
    return ways.regular(key)[0]


def _can_act(walk: Walk, kind: Kind, people: list[Role]) -> bool:
    """Return whether anybody in one of the roles can do anything to a kind of ticket."""
    keys = {role.key for role in people}
    # there is but one `ANY` where approvals are not told apart
    for rule, approval in zip(walk.definition.approvals, kind.approvals, strict=False):
        if approval in ("pending", ANY) and any(one.roles & keys for one, _ in walk.can.voting(kind, rule)):
            return True
    if any(walk.can.giving(kind, role, command) is not None for role in people for command in _WORK):
        return True
    steps = [(place, step) for place, step in enumerate(walk.effects.steps) if kind.state in step.sources]
    return any(
        walk.can.taking(kind, place, role.key) is not None
        for place, step in steps
        for role in people
        if role.key in step.roles
    )


def _blind(ways: Ways, key: str, path: str) -> Iterator[Finding]:
    """Yield a state that only those could move a ticket on from who do not see it there."""
    walk = ways.walk
    for place in ways.regular(key):
        if place not in ways.trapped:
            continue
        kind = ways.kind(place)
        for index, step in enumerate(walk.effects.steps):
            if key not in step.sources or step.to in (None, key):
                continue
            for role in sorted(step.roles - {SYSTEM}):
                able = [one for one in walk.shape.holding(role) if walk.effects.attempt(index, kind, one) is not False]
                if able and all(walk.can.sees(kind, one) is False for one in able):
                    told = f"only {named([role])} could move a ticket on from {key!r}, by {step.action!r}"
                    yield ways.finding("stuck_role", path, f"{told}, and does not see it there; let it see it", place)
                    return


# -- clocks that stand still -------------------------------------------------------------------------------------------


def pauses(ways: Ways) -> Iterator[Finding]:
    """Yield a pause that never ends, and states in which only others than staff and time can let clocks go on."""
    if not pausable(ways.definition):
        return
    promised = [place for place, kind in enumerate(ways.walk.kinds) if not kind.merged and _promised(ways, kind)]
    if promised and all(_paused(ways, ways.kind(place)) is True for place in promised):
        told = (
            "clocks stand still wherever a ticket is not done yet, so what is promised never comes due; let it pause "
        )
        yield ways.finding("endless_pause", "levels.pause", f"{told}in fewer states", promised[0])
        return
    still_for = [_stands_still(ways, kind) is True for kind in ways.walk.kinds]
    runs = (place for place, still in enumerate(still_for) if not still)
    going_on = ways.leading_to(runs, lambda edge: edge.by in ("timer", "staff", "clock"))
    for key, path in ways.state_places.items():
        still = [place for place in ways.regular(key) if still_for[place]]
        if still and not going_on.intersection(still):
            told = (
                f"in {key!r} clocks stand still, and neither a timer nor anybody of staff can lead on to where they "
                "run again, or to an end; give it a timer, or an action that is open to staff"
            )
            yield ways.finding("endless_pause", path, told, still[0])


def _stands_still(ways: Ways, kind: Kind) -> bool | None:
    """Return whether a promise to a kind of ticket is frozen; None where that is not known."""
    if ways.walk.states[kind.state].category in DONE:
        return False
    paused = _paused(ways, kind)
    return paused and _promised(ways, kind)


def _paused(ways: Ways, kind: Kind) -> bool | None:
    """Return whether clocks that can be paused stand still in a kind of ticket; None where that is not known."""
    levels, state = ways.definition.levels, ways.walk.states[kind.state]
    assert levels is not None
    waiting = kind.waiting_on
    options = (waiting,) if waiting is not ANY else (None, *PARTIES)
    found = {levels.pausing(state=state.key, category=state.category, waiting_on=one) for one in options}
    return found.pop() if len(found) == 1 else None


def _promised(ways: Ways, kind: Kind) -> bool:
    """Return whether anything may be promised to a kind of ticket that is not done, and can be paused."""
    levels = ways.definition.levels
    if levels is None or ways.walk.states[kind.state].category in DONE:
        return False
    promised = levels.deadline.pauses and ways.walk.shape.may("set_deadline")
    for policy in levels.policies:
        if promised:
            break
        when = ways.walk.conditions.check(policy.when)
        holds = True if when is None else when(kind, DESK)
        promised = holds is not False and any(target.pauses for _, target in policy.targets)
        if holds is True:
            break
    return promised
