"""A ticket that is classified anew goes where it belongs now, with the area of that rule and who answers for it."""

from __future__ import annotations

from typing import Any

from supportcore.tickets.events import TicketAssigned, Triaged
from tests.desk.beside.club import LUIS, club, open_one, opened_desk
from tests.desk.beside.test_routing import TEAM

TAX = {"field": "type", "eq": "tax"}


def again(desk: Any, ticket: str) -> list[Any]:
    """What a triage led to, after the triage itself."""
    luis = desk.acting_as(LUIS)
    length = len(desk.history(ticket))
    luis.triage(ticket, {"type": "tax"})
    return [one.event for one in desk.history(ticket)[length + 1 :]]


def test_the_area_of_the_rule_is_said_once() -> None:
    """A ticket without an area gets that of its new rule, by whoever classified it; one with an area keeps it."""
    desk = opened_desk(club(approvals=None, hold=None, routing={
        "team": "desk", "on_triage": True, "rules": [{"when": TAX, "area": "south"}],
    }))  # fmt: skip
    ticket = open_one(desk, priority="high", reference="r-1")
    (triaged,) = again(desk, ticket)
    assert isinstance(triaged, Triaged)
    found = desk.acting_as(LUIS).get(ticket)
    assert ("luis", "south", "tax", "high", "r-1") == (
        triaged.actor,
        triaged.area,
        triaged.type,
        triaged.priority,
        triaged.reference,
    )
    assert (found.area, found.priority_rank) == ("south", triaged.priority_rank)
    assert found.priority_rank == desk.definition.rank("priority", "high")
    assert [] == again(desk, open_one(desk, area="north"))


def test_who_answers_for_it_changes_only_where_the_desk_says_so() -> None:
    """``responsible`` follows the assignee if routing says so, and stays whom somebody made it otherwise."""
    for said, expected in (({}, "noa"), ({"responsible": "assignee"}, "luis")):
        desk = opened_desk(club(approvals=None, hold=None, routing={
            "team": "desk", "on_triage": True, "rules": [{"when": TAX, "assign": "round_robin"}], **said,
        }))  # fmt: skip
        ticket = open_one(desk)
        desk.acting_as(LUIS).assign(ticket, {"responsible": "noa"})
        (assigned,) = again(desk, ticket)
        assert isinstance(assigned, TicketAssigned)
        assert ("luis", expected) == (assigned.assignee, assigned.responsible)


def test_the_same_team_keeps_who_works_on_it() -> None:
    """A rule that picks nobody leaves the assignee if the team stays, and takes him away if another team gets it."""
    for team, expected in (("desk", ("desk", "noa")), ("board", ("board", None))):
        desk = opened_desk(club(approvals=None, hold=None, routing={
            "team": "desk", "on_triage": True, "rules": [{"when": TAX, "team": team}],
        }))  # fmt: skip
        ticket = open_one(desk)
        desk.acting_as(LUIS).assign(ticket, {"assignee": "noa"})
        again(desk, ticket)
        found = desk.acting_as(LUIS).get(ticket)
        assert expected == (found.team, found.assignee)


def test_spread_is_by_the_first_digits_of_the_id() -> None:
    """So that a ticket goes to the same member wherever it is opened, now and later."""
    desk = opened_desk(club(approvals=None, hold=None, routing={"team": "desk", "assign": "spread"}))
    ids = [open_one(desk) for _ in range(30)]
    expected = [TEAM[int(ticket.replace("-", "")[:8], 16) % 3] for ticket in ids]
    assert expected == [desk.acting_as(LUIS).get(ticket).assignee for ticket in ids]
    assert set(TEAM) == set(expected)
