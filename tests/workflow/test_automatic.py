"""What the desk does by itself once somebody works on a ticket, or it has an area; and what the lint makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from supportcore.definition import Definition
from supportcore.definition.loader import define
from supportcore.linting import lint
from tests.desk.beside.club import LUIS, changed, club, labels_of, open_one, opened_desk, rules

START_WORK = {"action": "start", "from": ["new"], "to": "open", "roles": ["system"]}


def ruled(routing: dict[str, Any] | None = None, **state: Any) -> dict[str, Any]:
    """Return rules with something said of the first state."""
    document = rules(approvals=None, hold=None, routing=routing or {"team": "desk"})
    dead = ("hold", "release", "go", "deny")
    document["transitions"] = [step for step in document["transitions"] if step["action"] not in dead]
    document["states"] = [one for one in document["states"] if one["key"] != "held"]
    for step in document["transitions"]:
        step["from"] = [source for source in step["from"] if source != "held"]
    document["transitions"].append(START_WORK)
    return changed(document, given={"new": state})


def made(document: dict[str, Any]) -> Definition:
    return define(document, labels_of(document))


def moves(desk: Any, ticket: str) -> list[tuple[str, str]]:
    """Return who took which action."""
    return [(one.event.actor, one.event.action) for one in desk.history(ticket) if hasattr(one.event, "action")]


def test_work_begins_once_somebody_is_assigned() -> None:
    """Assigning takes the action on behalf of whoever assigns; a team alone, or taking somebody away, does not."""
    desk = opened_desk(made(ruled(on_assign="start")))
    luis = desk.acting_as(LUIS)
    ticket = open_one(desk)
    luis.assign(ticket, {"team": "board"})
    assert "new" == luis.get(ticket).state
    luis.assign(ticket, {"assignee": "mar"})
    assert ("open", [("luis", "start")]) == (luis.get(ticket).state, moves(desk, ticket))
    luis.assign(ticket, {"assignee": "noa"})
    assert 1 == len(moves(desk, ticket))
    assert () == desk.verify().findings


def test_work_begins_at_once_where_routing_picks_somebody() -> None:
    """A ticket that is opened with an assignee is where that leads."""
    desk = opened_desk(made(ruled({"team": "desk", "assign": "round_robin"}, on_assign="start")))
    ticket = open_one(desk)
    assert ("open", "luis") == (desk.acting_as(LUIS).get(ticket).state, desk.acting_as(LUIS).get(ticket).assignee)


@pytest.mark.parametrize(
    ("said", "state"), [({"area": "north"}, "open"), ({"priority": "high"}, "new"), ({"type": "tax"}, "open")]
)
def test_an_area_leads_on(said: dict[str, str], state: str) -> None:
    """Whether the person says it, a routing rule gives it or a triage, a ticket with an area goes on, another stays."""
    routing = {"team": "desk", "rules": [{"when": {"field": "type", "eq": "tax"}, "area": "south"}], "on_triage": True}
    desk = opened_desk(made(ruled(routing, on_triage="start")))
    luis = desk.acting_as(LUIS)
    assert state == luis.get(open_one(desk, **said)).state
    later = open_one(desk)
    luis.triage(later, said)
    assert state == luis.get(later).state


def test_area_and_assignee_may_lead_on_one_after_the_other() -> None:
    """What follows from the area comes first; the state it leads to is asked about the assignee."""
    document = ruled({"team": "desk", "assign": "round_robin"}, on_triage="start")
    document["transitions"].append({"action": "seize", "from": ["open"], "roles": ["system"], "waiting_on": "vendor"})
    desk = opened_desk(made(changed(document, given={"open": {"on_assign": "seize"}})))
    ticket = open_one(desk, area="north")
    assert ["start", "seize"] == [action for _, action in moves(desk, ticket)]


def test_the_lint_knows_what_takes_an_action() -> None:
    """An action of the desk itself is dead unless a state, an approval or a hold takes it."""
    assert () == lint(made(ruled(on_assign="start")))
    assert () == lint(made(ruled(on_triage="start")))
    dead = lint(made(ruled()))
    assert ["dead_action"] == [found.code for found in dead]
    assert [f"transitions[{len(ruled()['transitions']) - 1}]"] == [found.path for found in dead]
    steps = club().workflow.transitions
    own = {f"transitions[{place}]" for place, step in enumerate(steps) if step.action in ("go", "deny")}
    assert own == {found.path for found in lint(club(approvals=None))}
    assert () == lint(club())


def test_a_dead_answer_is_told_at_its_confirmation() -> None:
    """A condition that never holds in the state that is asked about is found, and where it stands."""
    (confirmation,) = rules()["confirmations"]
    never = {**confirmation, "when": {"field": "state", "eq": "open"}}
    found = [(one.code, one.path) for one in lint(club(confirmations=[never]))]
    assert ("unanswerable_confirmation", "confirmations[0].when") in found
