"""The customer's word: yes, no, a reply, silence; what may be opened again, and what never."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import FrozenClock, Refused
from supportcore.definition import Definition
from supportcore.definition.loader import define
from tests.desk.beside.club import (
    ANA,
    BEA,
    CAI,
    LUIS,
    MAR,
    START,
    changed,
    club,
    labels_of,
    open_one,
    opened_desk,
    refusal,
    rules,
)

CLUB = club(approvals=None, hold=None)
HOUR = timedelta(hours=1)


class Case:
    """One ticket in ``proposed``."""

    def __init__(self, definition: Definition = CLUB) -> None:
        self.clock = FrozenClock(START)
        self.desk = opened_desk(definition, clock=self.clock)
        self.ana, self.luis = self.desk.acting_as(ANA), self.desk.acting_as(LUIS)
        self.id = open_one(self.desk)
        self.luis.act(self.id, "work")
        self.propose()

    def propose(self) -> None:
        self.luis.act(self.id, "propose", {"comment": "Try the other switch."})

    @property
    def state(self) -> str:
        return str(self.luis.get(self.id).state)

    def last(self) -> Any:
        return self.desk.history(self.id)[-1].event


def test_yes_is_for_good() -> None:
    """Nobody takes any action on a ticket that was accepted, nor replies, whenever it is."""
    case = Case()
    case.ana.act(case.id, "accept", {"comment": "It works."})
    ticket = case.luis.get(case.id)
    assert ("accepted", True, 1, True) == (ticket.state, ticket.confirmed, ticket.rating, ticket.rated)
    for hours in (0, 1000):
        case.clock.move(hours * HOUR)
        for who in (case.ana, case.luis, case.desk.acting_as(MAR)):
            known = {offer.name for offer in who.actions(case.id)} & set(CLUB.workflow.actions)
            assert known
            assert {("wrong_state",)} <= {
                tuple(r.code for r in offer.reasons) for offer in who.actions(case.id) if offer.name in known
            }
            assert not [offer.name for offer in who.actions(case.id) if offer.allowed and offer.name in known]
        assert ["wrong_state"] == refusal(lambda: case.ana.act(case.id, "reopen"))
        assert ["wrong_state"] == refusal(lambda: case.luis.act(case.id, "reopen"))
        assert ["ticket_closed"] == refusal(lambda: case.ana.reply(case.id, "One more thing"))
    case.desk.run_due()
    assert "accepted" == case.state


def test_no_needs_its_comment_and_opens_the_ticket() -> None:
    """A no without a comment is refused and changes nothing; with one the ticket is open and rated with 0."""
    case = Case()
    before = case.desk.history(case.id)
    with pytest.raises(Exception, match="comment"):
        case.ana.act(case.id, "reject")
    assert before == case.desk.history(case.id)
    case.ana.act(case.id, "reject", {"comment": "Still dark."})
    ticket = case.luis.get(case.id)
    assert ("open", "support", False, 0, ()) == (
        ticket.state, ticket.waiting_on, ticket.confirmed, ticket.rating, ticket.timers,
    )  # fmt: skip
    assert False is case.last().confirmed


@pytest.mark.parametrize(("wait", "state"), [(71 * HOUR + 59 * HOUR / 60, "proposed"), (72 * HOUR, "done")])
def test_silence_counts_from_the_solution_to_the_very_hour(wait: timedelta, state: str) -> None:
    """Before 72 hours have passed nothing happens; at 72 hours the desk itself closes it, confirmed by nobody."""
    case = Case()
    case.clock.move(wait)
    case.desk.run_due()
    ticket = case.luis.get(case.id)
    assert (state, False, None) == (ticket.state, ticket.confirmed, ticket.rating)
    if state == "done":
        assert ("system", "expire", START + 72 * HOUR) == (
            case.last().actor, case.last().action, case.last().at,
        )  # fmt: skip


def test_silence_begins_anew_with_each_solution() -> None:
    """A ticket that was rejected and proposed again has another 72 hours; the first ones close nothing."""
    case = Case()
    case.clock.move(71 * HOUR)
    case.ana.act(case.id, "reject", {"comment": "Still dark."})
    case.propose()
    case.clock.move(71 * HOUR)
    case.desk.run_due()
    assert "proposed" == case.state
    case.clock.move(HOUR)
    case.desk.run_due()
    assert "done" == case.state


def test_only_a_reply_of_the_customers_side_opens_it() -> None:
    """What staff writes leaves the question as it is, its timer running; what the customer writes opens the ticket."""
    case = Case()
    timers = case.luis.get(case.id).timers
    case.luis.reply(case.id, "Any news?")
    assert ("proposed", timers) == (case.state, case.luis.get(case.id).timers)
    case.ana.reply(case.id, "It flickers.")
    ticket = case.luis.get(case.id)
    assert ("open", (), None, False) == (ticket.state, ticket.timers, ticket.rating, ticket.confirmed)
    assert ["proposed", "open"] == [case.last().source, case.last().state]


def test_a_verdict_that_comes_too_late_is_refused() -> None:
    """Once 72 hours have passed the ticket is closed, though no worker ran; it is opened again, or stays."""
    case = Case()
    case.clock.move(73 * HOUR)
    assert ["wrong_state"] == refusal(lambda: case.ana.act(case.id, "accept"))
    case.ana.act(case.id, "reopen")
    assert "open" == case.state


def test_closed_is_opened_again_but_cancelled_is_not() -> None:
    """Silence can be taken back; what was called off stays so for both sides."""
    case = Case()
    case.clock.move(72 * HOUR)
    case.ana.act(case.id, "reopen")
    assert ("open", False) == (case.state, case.luis.get(case.id).confirmed)
    case.ana.act(case.id, "cancel")
    for who in (case.ana, case.luis):
        assert ["wrong_state"] == refusal(lambda who=who: who.act(case.id, "reopen"))
    assert ["not_solved"] == refusal(lambda: case.ana.rate(case.id, 1))


def test_the_question_is_asked_while_it_is_open() -> None:
    """It stands on the first screen of those who are asked, with both answers, until one of them is given."""
    case = Case()
    (asked,) = case.ana.questions().items
    assert ("solved", case.id, {"accept", "reject"}) == (
        asked.key, asked.ticket, {offer.name for offer in asked.answers},
    )  # fmt: skip
    assert () == case.luis.questions().items
    assert () == case.desk.acting_as(CAI).questions().items
    case.ana.act(case.id, "accept")
    assert () == case.ana.questions().items


def test_when_says_who_of_them_is_asked() -> None:
    """Where only the contact is asked, a colleague of the same customer is refused with the condition."""
    (confirmation,) = rules()["confirmations"]
    only = [{**confirmation, "when": {"field": "contact", "eq": "@actor.id"}}]
    case = Case(club(approvals=None, hold=None, confirmations=only))
    bea = case.desk.acting_as(BEA)
    assert ["condition_not_met"] == refusal(lambda: bea.act(case.id, "accept"))
    assert () == bea.questions().items
    case.ana.act(case.id, "accept")
    assert "accepted" == case.state


def test_the_written_out_form_is_the_same_workflow() -> None:
    """A confirmation comes to what a timer, an answer to a reply and four transitions say at length."""
    document = rules(approvals=None, hold=None)
    del document["confirmations"]
    own = {"from": ["proposed"], "roles": ["system"]}
    document = changed(
        document,
        given={"proposed": {"timer": {"after": "72h", "action": "expire"}, "on_reply": {"customer": "answered"}}},
    )
    document["transitions"] = [
        *document["transitions"],
        {"action": "accept", "from": ["proposed"], "to": "accepted", "roles": ["guest"], "accepts": ["comment"]},
        {"action": "reject", "from": ["proposed"], "to": "open", "roles": ["guest"], "requires": ["comment"]},
        {"action": "expire", "to": "done", **own},
        {"action": "answered", "to": "open", **own},
    ]
    long = define(document, labels_of(document)).workflow
    assert CLUB.workflow.states == long.states
    plain = {(key, step.to, step.roles, step.form) for key, step in CLUB.workflow.by_action.items()}
    assert plain == {(key, step.to, step.roles, step.form) for key, step in long.by_action.items()}


# --- against a model -------------------------------------------------------------------------------------------

STEPS = {
    "open": {"propose": "proposed", "answer": "open", "cancel": "cancelled"},
    "proposed": {"accept": "accepted", "reject": "open", "answer": "open", "cancel": "cancelled"},
    "done": {"reopen": "open"},
}
DOINGS = ["propose", "answer", "write", "accept", "reject", "reopen", "cancel", "rate", 1, 71, 72]


class Model:
    """What a ticket does, by a table."""

    def __init__(self) -> None:
        self.state, self.left, self.confirmed, self.rating, self.rated = "open", 0, False, None, False

    def do(self, doing: Any) -> bool:
        """Return whether it can be done, and do it."""
        if isinstance(doing, int):
            self.left -= doing
            if self.state == "proposed" and self.left <= 0:
                self.state = "done"
            return True
        if doing == "rate":
            can = self.state in ("proposed", "done", "accepted") and not self.rated
            self.rating, self.rated = (1, True) if can else (self.rating, self.rated)
            return can
        if doing == "write":
            return self.state in ("open", "proposed")
        to = STEPS.get(self.state, {}).get(doing)
        if to is None:
            return False
        if to == "proposed":
            self.left, self.rated = 72, False
        if doing == "cancel" and self.state == "open":
            self.rated = False
        if doing in ("accept", "reject"):
            self.rating, self.rated = int(doing == "accept"), True
        self.confirmed = to == "accepted"
        self.state = to
        return True


def _do(case: Case, doing: Any) -> None:
    match doing:
        case int():
            case.clock.move(doing * HOUR)
        case "propose":
            case.propose()
        case "answer":
            case.ana.reply(case.id, "Hm.")
        case "write":
            case.luis.reply(case.id, "Well.")
        case "rate":
            case.ana.rate(case.id, 1)
        case "reject":
            case.ana.act(case.id, "reject", {"comment": "No."})
        case _:
            case.ana.act(case.id, doing)


@given(doings=st.lists(st.sampled_from(DOINGS), max_size=12), worker=st.booleans())
def test_every_sequence_ends_where_the_table_says(doings: list[Any], worker: bool) -> None:
    """Replies, verdicts, ratings and waiting in any order lead where the table leads, whether or not a worker runs."""
    case, model = Case(), Model()
    model.do("propose")
    for doing in doings:
        try:
            _do(case, doing)
            done = True
        except Refused:
            done = False
        assert model.do(doing) == done, doing
        if worker:
            case.desk.run_due()
        ticket = case.luis.as_of(case.id, case.clock())
        assert (model.state, model.confirmed, model.rating, model.rated) == (
            ticket.state, ticket.confirmed, ticket.rating, ticket.rated,
        )  # fmt: skip
    assert () == case.desk.verify().findings
