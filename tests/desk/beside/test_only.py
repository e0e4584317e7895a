"""What a role may do on a condition only (``only``): the same for doing and for asking, on the ticket as it stands."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Refused
from supportcore.definition.loader import define
from supportcore.definition.values import findings
from supportcore.errors import DefinitionError
from tests.desk.beside.club import LUIS, MAR, club, labels_of, open_one, opened_desk, refusal, rules

MINE = {"field": "assignee", "eq": "@actor.id"}


def roles(only: dict[str, Any], key: str = "agent") -> list[dict[str, Any]]:
    """Return the roles, one of which may give some commands on a condition only."""
    return [{**role, **({"only": only} if role["key"] == key else {})} for role in rules()["roles"]]


def test_a_command_on_a_condition() -> None:
    """Whoever does not meet it is refused with the condition in words; the rest of the role is as it was."""
    desk = opened_desk(club(roles=roles({"triage": MINE})))
    ticket = open_one(desk)
    luis, mar = desk.acting_as(LUIS), desk.acting_as(MAR)
    luis.assign(ticket, {"assignee": "luis"})
    luis.triage(ticket, {"area": "north"})
    assert ["condition_not_met"] == refusal(lambda: mar.triage(ticket, {"area": "south"}))
    with suppress(Refused):
        mar.triage(ticket, {"area": "south"})
    assert "north" == mar.get(ticket).area
    (offer,) = [one for one in mar.actions(ticket) if one.name == "triage"]
    assert ["Only if the assigned agent is you."] == [reason.text("en") for reason in offer.reasons]
    mar.note(ticket, "Yours, I think.")


@given(assignee=st.sampled_from(["luis", "mar", None]), both=st.booleans())
def test_asking_and_doing_agree(assignee: str | None, both: bool) -> None:
    """The command is offered if and only if some role that has it meets its condition, and then it is done."""
    staff = roles({"triage": MINE})
    if both:  # the other role may always
        staff = [{**role, "may": ["note", "triage"]} if role["key"] == "adviser" else role for role in staff]
    desk = opened_desk(club(roles=staff))
    ticket = open_one(desk)
    desk.acting_as(LUIS).assign(ticket, {"assignee": assignee})
    person = LUIS if not both else type(LUIS)(id="luis", roles={"agent", "adviser"}, teams={"desk"})
    me = desk.acting_as(person)
    offered = next(one.allowed for one in me.actions(ticket) if one.name == "triage")
    assert (assignee == "luis" or both) is offered
    done = True
    try:
        me.triage(ticket, {"area": "south"})
    except Refused:
        done = False
    assert done is offered


@pytest.mark.parametrize(
    ("only", "path", "code"),
    [
        ({"fly": MINE}, "roles[1].only.fly", "unknown_command"),
        ({"rate": MINE}, "roles[1].only.rate", "unknown_command"),
        ({"open": MINE}, "roles[1].only.open", "unknown_command"),
        ({"triage": {"field": "wings", "eq": 2}}, "roles[1].only.triage.field", "unknown_field"),
        ("always", "roles[1].only", "wrong_type"),
    ],
)
def test_what_cannot_be_is_a_fault(only: Any, path: str, code: str) -> None:
    """A command the role may not give, or none on a ticket, or a condition that is none, is told with its place."""
    document = rules(roles=roles(only))
    with pytest.raises(DefinitionError) as error:
        define(document, labels_of(rules()))
    assert [(path, code)] == [(fault.path, fault.code) for fault in error.value.faults]


def test_a_value_that_nothing_can_have_is_found() -> None:
    """A slip in such a condition is found as in any other."""
    document = rules(roles=roles({"triage": {"field": "state", "eq": "opne"}}))
    found = findings(define(copy.deepcopy(document), labels_of(document)))
    assert ["roles[1].only.triage.eq"] == [one.path for one in found]
