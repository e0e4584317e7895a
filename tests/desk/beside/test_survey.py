"""Resolutions are rated: once each, in the numbers of the survey, and the last rating stands on lists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import FrozenClock, Invalid
from supportcore.definition import Definition
from supportcore.tickets.events import Rated
from tests.conftest import selected_stores
from tests.desk.beside.club import ANA, BEA, CAI, LUIS, START, club, equip, open_one, opened_desk, refusal, rules
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

LISTED = [{"key": "tickets", "columns": ["number", "rating", "rated", "confirmed"], "filters": ["rating", "rated"]}]


def starred(**over: Any) -> Definition:
    (confirmation,) = rules()["confirmations"]
    asked = {key: value for key, value in confirmation.items() if key != "rates"}
    return club(
        approvals=None, hold=None, survey={"scale": "stars"}, confirmations=[asked], lists=LISTED, **over
    )  # fmt: skip


class House:
    """A desk, and a ticket that was solved."""

    def __init__(self, definition: Definition | None = None) -> None:
        self.clock = FrozenClock(START)
        self.desk = opened_desk(definition or starred(), clock=self.clock)
        self.luis, self.ana = self.desk.acting_as(LUIS), self.desk.acting_as(ANA)
        self.id = open_one(self.desk)
        self.luis.act(self.id, "work")
        self.solve()

    def solve(self) -> None:
        self.luis.act(self.id, "propose", {"comment": "Try this."})

    @property
    def stands(self) -> tuple[Any, ...]:
        ticket = self.luis.get(self.id)
        return ticket.rating, ticket.rated


def test_a_resolution_is_rated_once() -> None:
    """The first rating counts, a second one is refused whoever gives it, also after the ticket is closed."""
    house = House()
    assert (None, False) == house.stands
    house.ana.rate(house.id, 4, "Quick.")
    assert (4, True) == house.stands
    for who in (ANA, BEA):
        assert ["rated_already"] == refusal(lambda who=who: house.desk.acting_as(who).rate(house.id, 1))
    house.ana.act(house.id, "accept")
    assert ["rated_already"] == refusal(lambda: house.ana.rate(house.id, 1))
    assert [(4, "ana")] == [
        (one.event.rating, one.event.actor) for one in house.desk.history(house.id) if isinstance(one.event, Rated)
    ]


def test_the_next_resolution_is_rated_again() -> None:
    """A ticket that came back keeps its rating, is not to be rated while open, and once more after it is solved."""
    house = House()
    house.ana.rate(house.id, 2)
    house.ana.act(house.id, "reject", {"comment": "Still dark."})
    assert (2, True) == house.stands
    assert ["not_solved"] == refusal(lambda: house.ana.rate(house.id, 3))
    house.solve()
    assert (2, False) == house.stands
    house.clock.move(timedelta(hours=72))
    house.desk.run_due()
    house.ana.rate(house.id, 5)
    assert (5, True) == house.stands
    assert () == house.desk.verify().findings


@pytest.mark.parametrize("rating", [0, 6, -1, 2.5, "5", True, None])
def test_stars_are_one_to_five(rating: Any) -> None:
    """Anything but a whole number of 1 to 5 is a fault, and nothing is stored."""
    house = House()
    before = house.desk.history(house.id)
    with pytest.raises(Invalid) as caught:
        house.ana.rate(house.id, rating)
    assert ["rating"] == [fault.path for fault in caught.value.faults]
    assert before == house.desk.history(house.id)


@pytest.mark.parametrize("rating", [1, 5])
def test_both_ends_of_the_scale_count(rating: int) -> None:
    """One star and five stars are ratings."""
    house = House()
    house.ana.rate(house.id, rating)
    assert (rating, True) == house.stands


def test_yes_and_no_are_one_and_zero() -> None:
    """On a desk that asks for yes or no: 2 is a fault, and 0 is a rating."""
    (confirmation,) = rules()["confirmations"]
    asked = {key: value for key, value in confirmation.items() if key != "rates"}
    house = House(club(approvals=None, hold=None, confirmations=[asked]))
    with pytest.raises(Invalid):
        house.ana.rate(house.id, 2)
    house.ana.rate(house.id, 0)
    assert (0, True) == house.stands


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_yes_and_no_to_the_solution_may_be_ratings(answer: str) -> None:
    """Where the confirmation rates, the verdict is the rating of this resolution; one cannot rate it once more."""
    house = House(club(approvals=None, hold=None))
    house.ana.act(house.id, answer, {"comment": "So it is."})
    assert (int(answer == "accept"), True) == house.stands
    assert [{"accept": "rated_already", "reject": "not_solved"}[answer]] == refusal(lambda: house.ana.rate(house.id, 1))


def test_what_was_called_off_is_not_rated() -> None:
    """Nor what is open, nor what was merged into another ticket, whatever that state's outcome is."""
    house = House(starred(merge={"state": "accepted"}))
    other = open_one(house.desk)
    assert ["not_solved"] == refusal(lambda: house.ana.rate(other, 3))
    house.luis.merge(other, house.id)
    assert ["merged_ticket"] == refusal(lambda: house.ana.rate(other, 3))
    house.ana.act(house.id, "cancel")
    assert ["not_solved"] == refusal(lambda: house.ana.rate(house.id, 3))


def test_who_may_not_rate_does_not() -> None:
    """Staff is refused by its role; another customer does not find the ticket."""
    house = House()
    assert ["role_required"] == refusal(lambda: house.luis.rate(house.id, 5))
    with pytest.raises(LookupError):
        house.desk.acting_as(CAI).rate(house.id, 5)


def test_what_is_said_with_it_asks_for_nothing() -> None:
    """The comment is a public message that waits for no answer."""
    house = House()
    house.ana.rate(house.id, 5, "Thank you!")
    ticket = house.luis.get(house.id)
    assert (None, "proposed") == (ticket.unanswered_at, ticket.state)
    assert START == ticket.last_reply_at
    assert "Thank you!" in repr(house.desk.acting_as(BEA).timeline(house.id))


def test_a_reply_answers_the_question_but_a_rating_does_not() -> None:
    """Rating leaves state and timer; silence closes the ticket all the same."""
    house = House()
    house.ana.rate(house.id, 3)
    house.clock.move(timedelta(hours=72))
    house.desk.run_due()
    assert ("done", 3, True) == (house.luis.get(house.id).state, *house.stands)


NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


@pytest.mark.parametrize("name", NAMES)
def test_every_store_lists_ratings(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Columns show rating, whether it was rated and confirmed; tickets are found by them."""
    url = server_url(request, name)
    with open_desk_named(name, starred(), tmp_path, server_url=url, clock=FrozenClock(START)) as desk:
        equip(desk)
        luis, ana = desk.acting_as(LUIS), desk.acting_as(ANA)
        tickets = [open_one(desk) for _ in range(3)]
        for ticket in tickets[:2]:
            luis.act(ticket, "work")
            luis.act(ticket, "propose", {"comment": "Try this."})
        ana.rate(tickets[0], 5)
        ana.act(tickets[0], "accept")
        assert [1, 0, 1, 2] == [
            luis.count(where) for where in ({"rating": 5}, {"rating": 1}, {"rated": True}, {"rated": False})
        ]
        rows = {row.number: [cell.text for cell in row.cells] for row in ana.listing("tickets").rows}
        assert ["1", "5", "Yes", "Yes"] == rows[1]
        assert ["2", "", "No", "No"] == rows[2]
        assert () == desk.verify().findings
