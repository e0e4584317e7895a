"""An agreement that does not hold puts tickets on hold, and takes them up again once it does."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Agreement, AsyncDesk, Customer, FrozenClock, open_async_store
from supportcore.desk import Desk
from tests.conftest import selected_stores
from tests.desk.beside.club import (
    ANA,
    CAI,
    LUIS,
    PEOPLE,
    START,
    club,
    equip,
    open_one,
    opened_desk,
    refusal,
    rules,
)
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

CLUB = club(approvals=None)
GOLD = {"id": "gold", "name": "Gold", "customer": "acme"}
DAY = timedelta(days=1)


class House:
    """A desk whose customer acme has an agreement."""

    def __init__(self, definition: Any = CLUB) -> None:
        self.clock = FrozenClock(START)
        self.desk = opened_desk(definition, clock=self.clock)
        self.ana, self.luis = self.desk.acting_as(ANA), self.desk.acting_as(LUIS)

    def agreed(self, **over: Any) -> None:
        self.desk.catalogue.put(Agreement(**{**GOLD, **over}))

    def state(self, ticket: str) -> str:
        return str(self.luis.get(ticket).state)

    def moves(self, ticket: str) -> list[tuple[str, str]]:
        """Return who took which action."""
        history = self.desk.history(ticket)
        return [(one.event.actor, one.event.action) for one in history if hasattr(one.event, "action")]


def test_overdue_holds_and_paid_releases() -> None:
    """The desk itself puts open tickets on hold once payment is overdue, and takes them up once it is not."""
    house = House()
    ticket = open_one(house.desk)
    assert (0, "new") == (house.desk.run_due().tickets, house.state(ticket))
    house.agreed(on_hold=True)
    assert (1, "held") == (house.desk.run_due().tickets, house.state(ticket))
    assert (0, "held") == (house.desk.run_due().tickets, house.state(ticket))
    house.agreed()
    assert (1, "open") == (house.desk.run_due().tickets, house.state(ticket))
    assert 0 == house.desk.run_due().tickets
    assert [("system", "hold"), ("system", "release")] == house.moves(ticket)
    assert () == house.desk.verify().findings


def test_not_renewed_is_from_the_very_instant() -> None:
    """An agreement that ends holds until that instant, and does not hold at it; renewed, it holds again."""
    house = House()
    ticket = open_one(house.desk)
    house.agreed(ends_at=START + DAY)
    house.clock.move(DAY - timedelta(milliseconds=1))
    house.desk.run_due()
    assert "new" == house.state(ticket)
    house.clock.move(timedelta(milliseconds=1))
    house.desk.run_due()
    assert "held" == house.state(ticket)
    house.agreed(ends_at=START + 300 * DAY)
    house.desk.run_due()
    assert "open" == house.state(ticket)


def test_a_ticket_opened_meanwhile_is_held_at_once() -> None:
    """Whoever opens under an overdue agreement sees it on hold, and it bears no agreement."""
    house = House()
    house.agreed(on_hold=True)
    ticket = open_one(house.desk)
    assert ("held", None) == (house.state(ticket), house.luis.get(ticket).agreement)
    assert 0 == house.desk.run_due().tickets
    other = open_one(house.desk, CAI)
    assert "new" == house.state(other)
    house.agreed()
    house.desk.run_due()
    assert ("open", "new") == (house.state(ticket), house.state(other))


def test_what_people_hold_stays_with_people() -> None:
    """What was put on hold by hand is not taken up by the desk; what people took up is held again while it is due."""
    house = House()
    by_hand = open_one(house.desk)
    house.luis.act(by_hand, "hold")
    assert (0, "held") == (house.desk.run_due().tickets, house.state(by_hand))
    house.agreed(on_hold=True)
    assert (0, "held") == (house.desk.run_due().tickets, house.state(by_hand))
    house.agreed()
    assert (0, "held") == (house.desk.run_due().tickets, house.state(by_hand))
    house.luis.act(by_hand, "release")
    house.agreed(on_hold=True)
    house.desk.run_due()
    house.luis.act(by_hand, "release")
    assert "open" == house.state(by_hand)
    house.desk.run_due()
    assert "held" == house.state(by_hand)


def test_one_may_write_while_it_is_held() -> None:
    """Both sides reply and staff notes; the ticket stays on hold, and the desk takes it up again all the same."""
    house = House()
    ticket = open_one(house.desk)
    house.agreed(on_hold=True)
    house.desk.run_due()
    house.ana.reply(ticket, "We paid on Monday.")
    house.luis.reply(ticket, "Thank you.")
    house.luis.note(ticket, "Ask the accountants.")
    assert "held" == house.state(ticket)
    assert ["wrong_state"] == refusal(lambda: house.luis.act(ticket, "work"))
    house.agreed()
    house.desk.run_due()
    assert "open" == house.state(ticket)


def test_whose_agreement_is_unknown_is_left_alone() -> None:
    """Customers without an agreement, or with one of another customer, are served."""
    house = House()
    house.desk.catalogue.put(Agreement(id="theirs", name="Theirs", customer="acme", on_hold=True))
    house.desk.catalogue.put(Customer(id="brio", name="Brio", agreement="theirs"))
    ticket = open_one(house.desk, CAI)
    assert (0, "new") == (house.desk.run_due().tickets, house.state(ticket))


def test_closed_and_solved_tickets_are_left_alone() -> None:
    """Only states that the action leaves are looked at."""
    house = House()
    tickets = [open_one(house.desk) for _ in range(2)]
    house.luis.act(tickets[0], "work")
    house.luis.act(tickets[0], "propose", {"comment": "Try this."})
    house.ana.act(tickets[1], "cancel")
    house.agreed(on_hold=True)
    assert 0 == house.desk.run_due().tickets
    assert ["proposed", "cancelled"] == [house.state(ticket) for ticket in tickets]


def test_an_action_from_everywhere_holds_once() -> None:
    """An action that leaves every state, the state of hold too, is not taken again and again."""
    steps = [
        {**step, "from": "*"} if step["action"] in ("hold", "release") else step for step in rules()["transitions"]
    ]
    house = House(club(approvals=None, transitions=steps))
    ticket = open_one(house.desk)
    house.agreed(on_hold=True)
    assert [1, 0, 0] == [house.desk.run_due().tickets for _ in range(3)]
    house.agreed()
    assert [1, 0, 0] == [house.desk.run_due().tickets for _ in range(3)]
    assert [("system", "hold"), ("system", "release")] == house.moves(ticket)


def test_a_round_does_so_many_at_most() -> None:
    """With a limit the rest is done in the next rounds, each ticket once."""
    house = House()
    tickets = [house.ana.open({"subject": f"Light {number}"}).id for number in range(5)]
    house.agreed(on_hold=True)
    assert [2, 2, 1, 0] == [house.desk.run_due(limit=2).tickets for _ in range(4)]
    assert {"held"} == {house.state(ticket) for ticket in tickets}


def test_clocks_stand_still_while_it_is_held() -> None:
    """On a desk with promises the hold pauses them, as the levels say of states on hold."""
    levels = {
        "levels": {},
        "policies": [{"key": "all", "resolution": {"within": "8h", "calendar": "always"}}],
    }
    house = House(club(approvals=None, **levels))
    ticket = open_one(house.desk)
    due = house.luis.get(ticket).clock("resolution")
    assert due is not None
    assert START + timedelta(hours=8) == due.due_at
    house.clock.move(timedelta(hours=1))
    house.agreed(on_hold=True)
    house.desk.run_due()
    paused = house.luis.get(ticket).clock("resolution")
    assert ("paused", timedelta(hours=1)) == (paused.state, paused.elapsed)
    house.clock.move(DAY)
    house.agreed()
    house.desk.run_due()
    assert START + timedelta(hours=8) + DAY == house.luis.get(ticket).clock("resolution").due_at


def test_what_came_due_happens_before() -> None:
    """A ticket whose 72 hours have passed is closed, not held, even if the hold is looked at first."""
    house = House()
    ticket = open_one(house.desk)
    house.luis.act(ticket, "work")
    house.luis.act(ticket, "propose", {"comment": "Try this."})
    house.clock.move(timedelta(hours=80))
    house.agreed(on_hold=True)
    house.desk.run_due()
    assert "done" == house.state(ticket)


def test_the_asynchronous_twin_does_the_same() -> None:
    """Hold, release and the limit on an asynchronous desk."""

    async def scenario() -> list[Any]:
        store = open_async_store("memory://")
        await store.migrate()
        desk = AsyncDesk(CLUB, store, clock=FrozenClock(START))
        await desk.install()
        await desk.catalogue.put(*PEOPLE)
        ana, luis = desk.acting_as(ANA), desk.acting_as(LUIS)
        tickets = [(await ana.open({"subject": "Dark"})).id for _ in range(3)]
        await desk.catalogue.put(Agreement(**GOLD, on_hold=True))
        done = [(await desk.run_due(limit=2)).tickets, (await desk.run_due(limit=2)).tickets]
        held = [(await luis.get(ticket)).state for ticket in tickets]
        await desk.catalogue.put(Agreement(**GOLD))
        done.append((await desk.run_due()).tickets)
        freed = [(await luis.get(ticket)).state for ticket in tickets]
        await store.close()
        return [done, held, freed]

    assert [[2, 1, 3], ["held"] * 3, ["open"] * 3] == asyncio.run(scenario())


NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


@pytest.mark.parametrize("name", NAMES)
def test_every_store_holds_and_releases(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Of two customers, the one that is overdue has its tickets held, and only those; then they are open."""
    clock = FrozenClock(START)
    with open_desk_named(name, CLUB, tmp_path, server_url=server_url(request, name), clock=clock) as desk:
        equip(desk)
        luis = desk.acting_as(LUIS)
        ours, theirs = open_one(desk), open_one(desk, CAI)
        desk.catalogue.put(Agreement(**GOLD, on_hold=True))
        desk.run_due()
        assert ["held", "new"] == [luis.get(one).state for one in (ours, theirs)]
        desk.catalogue.put(Agreement(**GOLD))
        desk.run_due()
        assert ["open", "new"] == [luis.get(one).state for one in (ours, theirs)]
        assert () == desk.verify().findings


@pytest.mark.store("sqlite")
def test_two_workers_and_a_person_hold_it_once(tmp_path: Path) -> None:
    """Two rounds and an action of a person at once, on a store: one hold, nothing lost, the history folds."""
    with open_desk_named("sqlite", CLUB, tmp_path, clock=FrozenClock(START)) as desk:
        equip(desk)
        assert isinstance(desk, Desk)
        tickets = [open_one(desk) for _ in range(4)]
        desk.catalogue.put(Agreement(**GOLD, on_hold=True))

        def note() -> None:
            for ticket in tickets:
                desk.acting_as(LUIS).note(ticket, "Wait.")

        with ThreadPoolExecutor(3) as pool:
            works = [pool.submit(desk.run_due), pool.submit(desk.run_due), pool.submit(note)]
            for work in works:
                work.result(timeout=60)
        luis = desk.acting_as(LUIS)
        assert ["held"] * 4 == [luis.get(ticket).state for ticket in tickets]
        for ticket in tickets:
            events = [type(one.event).__name__ for one in desk.history(ticket)]
            assert ["NoteAdded", "StateChanged"] == sorted(events[1:])
        assert () == desk.verify().findings
