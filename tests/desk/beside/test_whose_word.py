"""Whose word closes a ticket: of the roles that are asked, those whom a condition names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.definition.values import findings
from tests.desk.beside.club import ANA, BEA, LUIS, club, open_one, opened_desk, refusal, rules

MINE = {"field": "contact", "eq": "@actor.id"}
ASKED = rules()["confirmations"][0]
OWN = club(approvals=None, hold=None, confirmations=[{**ASKED, "when": MINE}])


def proposed(desk: Any, actor: Any = ANA) -> str:
    """Open a ticket and propose a solution of it."""
    ticket = open_one(desk, actor)
    luis = desk.acting_as(LUIS)
    luis.act(ticket, "work")
    luis.act(ticket, "propose", {"comment": "Try the other switch."})
    return ticket


def test_only_whoever_opened_it_is_asked() -> None:
    """A colleague sees the ticket, is asked nothing and answers nothing; whoever opened it does both."""
    desk = opened_desk(OWN)
    ticket = proposed(desk)
    ana, bea = desk.acting_as(ANA), desk.acting_as(BEA)
    assert (ticket, ()) == (bea.get(ticket).id, bea.questions().items)
    assert ["condition_not_met"] == refusal(lambda: bea.act(ticket, "accept"))
    assert ["condition_not_met"] == refusal(lambda: bea.act(ticket, "reject", {"comment": "It is dark."}))
    assert [ticket] == [asked.ticket for asked in ana.questions().items]
    assert "accepted" == ana.act(ticket, "accept").state


@pytest.mark.parametrize("when", [None, MINE])
@given(data=st.data())
def test_a_condition_narrows_who_is_asked(when: Any, data: st.DataObject) -> None:
    """Who is asked may answer, who is not may not: anybody of the role without a condition, with one those it names."""
    desk = opened_desk(OWN if when else club(approvals=None, hold=None))
    opener, other = data.draw(st.sampled_from([ANA, BEA])), data.draw(st.sampled_from([ANA, BEA]))
    ticket = proposed(desk, opener)
    me = desk.acting_as(other)
    asked = bool(me.questions().items)
    assert (when is None or opener == other) == asked
    verdict = data.draw(st.sampled_from(["accept", "reject"]))
    said = {"comment": "I say so."}
    if asked:
        assert {"accept": "accepted", "reject": "open"}[verdict] == me.act(ticket, verdict, said).state
    else:
        assert ["condition_not_met"] == refusal(lambda: me.act(ticket, verdict, said))


def test_a_condition_on_what_there_is_not_is_found() -> None:
    """A value that nothing can have is found once, where it stands, and shifts no place of what is written after it."""
    wrong = {"field": "priority", "eq": "hihg"}
    strange = club(
        confirmations=[{**ASKED, "when": wrong}],
        questions=[{"key": "more", "where": {"field": "state", "eq": "opne"}, "answers": ["cancel"]}],
    )
    expected = [
        ("confirmations[0].when.eq", "no priority 'hihg'; did you mean 'high'?"),
        ("questions[0].where.eq", "no state 'opne'; did you mean 'open'?"),
    ]
    assert expected == [(found.path, found.message) for found in findings(strange)]
