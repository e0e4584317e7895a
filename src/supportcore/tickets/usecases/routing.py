"""Where a ticket goes: the first routing rule that holds of it, and whom of the team that rule chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.definition.parts import RoutingRule
from supportcore.tickets.asks import Asking, CountOpen, LastAssigned, LoadRecords
from supportcore.tickets.ticket import Ticket


@attrs.frozen(kw_only=True)
class Goes:
    """Where a ticket goes; None where that is left open."""

    team: str | None = None
    area: str | None = None
    assignee: str | None = None


def rule_for(desk: Definition, ticket: Ticket) -> RoutingRule:
    """Return what decides where *ticket* goes."""
    routing = desk.routing
    return next((rule for rule in routing.rules if rule.holds(ticket, None)), routing.default)


def route(
    desk: Definition,
    rule: RoutingRule,
    ticket_id: str,
    values: Mapping[str, Any],
    teams: Mapping[str, Any],
    customer: Any,
) -> Asking[Goes]:
    """
    Return where a ticket goes by *rule*.

    Args:
        values: What the ticket is classified by, by field.
        teams: The records of the teams that the desk's routing names, by id; None for one that is not there.
        customer: The record of the ticket's customer, or None.
    """
    team = teams.get(rule.team or desk.routing.team or "")
    goes = Goes(team=team.id if team is not None else None, area=values.get("area") or rule.area)
    members: tuple[str, ...] = team.members if team is not None and team.active else ()
    if rule.assign == "main_contact":
        return attrs.evolve(goes, assignee=(yield from _main_contact(customer)))
    if rule.assign != "none" and members:
        members = yield from _skilled(rule, values, members)
    if rule.assign == "none" or team is None or not members:
        return goes
    match rule.assign:
        case "round_robin":
            chosen = yield from _next_in_turn(team.id, members)
        case "least_loaded":
            chosen = least_loaded((yield CountOpen(members)))
        case _:
            chosen = members[int(ticket_id.replace("-", "")[:8], 16) % len(members)]
    return attrs.evolve(goes, assignee=chosen)


def _main_contact(customer: Any) -> Asking[str | None]:
    """Return the agent whom the customer names, if he is there to help."""
    named: str | None = getattr(customer, "main_contact", None)
    if named is None:
        return None
    (agent,) = yield LoadRecords((("agent", named),))
    return named if agent is not None and agent.active else None


def _skilled(rule: RoutingRule, values: Mapping[str, Any], members: tuple[str, ...]) -> Asking[tuple[str, ...]]:
    """Return those of *members* that have the skill which the rule asks for."""
    skill = rule.skill if rule.skill_of is None else values.get(rule.skill_of)
    if rule.skill is None and rule.skill_of is None:
        return members
    agents: Sequence[Any] = yield LoadRecords(tuple(("agent", member) for member in members))
    return tuple(agent.id for agent in agents if agent is not None and agent.active and skill in agent.skills)


def _next_in_turn(team: str, members: tuple[str, ...]) -> Asking[str]:
    """Return the member after the one who got the team's last ticket; members go by id."""
    last: str | None
    ahead: int
    last, ahead = yield LastAssigned(team)
    after = next((place for place, member in enumerate(members) if last is not None and member > last), 0)
    return members[(after + ahead) % len(members)]


def least_loaded(loads: Mapping[str, int]) -> str:
    """
    Return who has the fewest open tickets, by id among equals.

    >>> least_loaded({"mar": 2, "luis": 1, "noa": 1})
    'luis'
    """
    return min(loads, key=lambda member: (loads[member], member))
