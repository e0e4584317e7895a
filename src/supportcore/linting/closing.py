"""What is wrong with how a desk closes tickets: reopenings that escape, questions that cannot be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from supportcore.linting.kinds import Edge
from supportcore.linting.ways import Ways, named
from supportcore.workflow.findings import Finding

# -- reopening ---------------------------------------------------------------------------------------------------------


def reopenings(ways: Ways) -> Iterator[Finding]:
    """Yield the actions by which a ticket comes back that was closed for good."""
    levels = ways.definition.levels
    if levels is not None and levels.reopening == "forbidden":
        return
    told: set[int] = set()
    for start, why in (*_confirmed(ways), *_cancelled(ways)):
        for way in _back(ways, start):
            index = way[-1][1].used[0]
            if index not in told:
                told.add(index)
                path = ways.places[index]
                action = ways.workflow.transitions[index].action
                message = f"{action!r} opens a ticket again that {why}"
                yield Finding("escaping_reopening", path, message, ways.trace(start, *way))


def _confirmed(ways: Ways) -> Iterator[tuple[int, str]]:
    """Yield the kinds of ticket that a yes has closed, which those who said it cannot take back themselves."""
    for index, step in enumerate(ways.workflow.transitions):
        if not step.confirms:
            continue
        closed = dict.fromkeys(
            edge.target
            for edges in ways.walk.edges
            for edge in edges
            if index in edge.used and ways.is_final(edge.target)
        )
        if any(_takes_back(ways, place, step.roles) for place in closed):
            continue
        why = (
            f"the customer confirmed by {step.action!r}, and who confirmed it cannot do so himself; "
            'let it hold only where { field = "confirmed", eq = false }'
        )
        yield from ((place, why) for place in closed)


def _takes_back(ways: Ways, place: int, roles: frozenset[str]) -> bool:
    """Return whether somebody in one of *roles* can open a kind of ticket again, at once."""
    kind, states = ways.kind(place), ways.walk.states
    for index, step in enumerate(ways.workflow.transitions):
        leads = kind.state in step.sources and step.to is not None and not states[step.to].final
        if leads and any(ways.walk.can.taking(kind, index, role) is not None for role in sorted(roles & step.roles)):
            return True
    return False


def _cancelled(ways: Ways) -> Iterator[tuple[int, str]]:
    """Yield the kinds of ticket that were called off, in states out of which no action leads back at once."""
    states = ways.walk.states
    back = {
        source
        for step in ways.workflow.transitions
        for source in step.sources
        if step.to is not None and not states[step.to].final
    }
    for state in ways.workflow.states:
        if state.outcome == "cancelled" and state.key not in back:
            why = (
                f"was cancelled: none can be opened again out of {state.key!r}, but by way of another final state; "
                "take away the action that leads there, or let one lead back at once"
            )
            yield from ((place, why) for place in ways.by_state[state.key])


def _back(ways: Ways, start: int) -> Iterator[list[tuple[int, Edge]]]:
    """Yield the ways that lead from a closed kind of ticket, over closed ones, to one that is open."""
    came: dict[int, list[tuple[int, Edge]]] = {start: []}
    waiting = [start]
    for place in waiting:
        for edge in ways.walk.edges[place]:
            if not ways.is_final(edge.target):
                yield [*came[place], (place, edge)]
            elif edge.target not in came and edge.by != "merge":
                came[edge.target] = [*came[place], (place, edge)]
                waiting.append(edge.target)


# -- confirmations -----------------------------------------------------------------------------------------------------


def confirmations(ways: Ways) -> Iterator[Finding]:
    """Yield the confirmations that nobody can answer, or not as it is meant."""
    document: list[dict[str, Any]] = json.loads(ways.definition.document).get("confirmations", [])
    for index, said in enumerate(document if ways.walk.kinds else ()):
        path, key = f"confirmations[{index}]", str(said["state"])
        there = ways.by_state[key]
        if not there:
            told = f"no ticket comes into {key!r}, so this is never asked; let an action lead there"
            yield Finding("unanswerable_confirmation", f"{path}.state", told)
            continue
        found = _unasked(ways, path, said) or _unanswered(ways, path, said)
        if found is not None:
            yield ways.finding("unanswerable_confirmation", *found, there[0])
        if "reply" in said and (key, "on_reply.customer") not in ways.walk.can.fired:
            told = 'nobody on the customer\'s side can reply there; give a role may = ["reply", …], or leave it out'
            yield ways.finding("unanswerable_confirmation", f"{path}.reply", told, there[0])


def _unasked(ways: Ways, path: str, said: dict[str, Any]) -> tuple[str, str] | None:
    """Return where and why the customer is not asked at all, on a desk that has customers."""
    sides = {role.key: role.side for role in ways.definition.roles}
    if ways.definition.customer == "none" or "customer" not in sides.values():
        return None
    if any(sides[role] == "customer" for role in said["roles"]):
        return None
    return f"{path}.roles", "no role on the customer's side is asked, so the customer cannot answer; name one"


def _unanswered(ways: Ways, path: str, said: dict[str, Any]) -> tuple[str, str] | None:
    """Return where and why nobody can give an answer."""
    walk, roles = ways.walk, list(said["roles"])
    for answer in ("yes", "no"):
        if answer not in said:
            continue
        index = ways.places.index(f"{path}.{answer}")
        if index in ways.used:
            continue
        kinds = [ways.kind(place) for place in ways.by_state[str(said["state"])]]
        people = [person for role in roles for person in walk.shape.holding(role)]
        seeing = [(kind, one) for kind in kinds for one in people if walk.can.sees(kind, one) is not False]
        by_silence = ", and silence answers for them" if "silence" in said else ""
        if not seeing:
            told = f"nobody in {named(roles)} sees a ticket that is asked about{by_silence}"
            return f"{path}.roles", f"{told}; let them see it, or ask others"
        if all(walk.effects.condition(index, kind, one) is False for kind, one in seeing):
            return f"{path}.when", f"the condition never holds of a ticket that is asked about{by_silence}; mend it"
        return f"{path}.{answer}", f"nobody can say {answer}{by_silence}; mend roles, or when"
    return None
