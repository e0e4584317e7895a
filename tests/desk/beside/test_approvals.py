"""A committee is asked, votes, and what comes of it happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Actor, FrozenClock, Invalid, Refused, Team
from supportcore.tickets.events import INTERNAL, ApprovalAsked, ApprovalWithdrawn, StateChanged, Voted
from tests.conftest import selected_stores
from tests.desk.beside.club import (
    ANA,
    BOARD,
    LUIS,
    MAR,
    START,
    club,
    equip,
    open_one,
    opened_desk,
    refusal,
    rules,
    told,
)
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url


def asking(quorum: Any = "majority", **over: Any) -> Any:
    (rule,) = rules()["approvals"]
    return club(hold=None, approvals=[{**rule, "quorum": quorum}], **over)


def board(*members: str) -> Team:
    return Team(id="board", name="Board", members=members)


class House:
    """A desk whose board has so many members, and a ticket that needs its approval."""

    def __init__(self, quorum: Any = "majority", size: int = 3, **over: Any) -> None:
        members = [actor.id for actor in BOARD[:size]]
        self.desk = opened_desk(asking(quorum, **over), [board(*members)])
        self.luis, self.ana = self.desk.acting_as(LUIS), self.desk.acting_as(ANA)
        self.id = open_one(self.desk, priority="high")

    def vote(self, who: Actor | int, verdict: str = "approve", comment: str | None = None) -> None:
        self.desk.acting_as(who if isinstance(who, Actor) else BOARD[who]).decide(self.id, verdict, comment)

    @property
    def stands(self) -> tuple[str, str | None]:
        ticket = self.luis.get(self.id)
        return ticket.state, ticket.approval

    def events(self, *kinds: type) -> list[Any]:
        return [one.event for one in self.desk.history(self.id) if isinstance(one.event, kinds)]


@pytest.mark.parametrize(
    ("quorum", "size", "votes"),
    [
        ("any", 3, ["approve"]),
        ("majority", 3, ["approve", "approve"]),
        ("majority", 4, ["approve", "approve", "approve"]),
        ("majority", 4, ["reject", "approve", "approve", "approve"]),
        ("all", 3, ["approve", "approve", "approve"]),
        (2, 4, ["reject", "approve", "approve"]),
        (9, 2, ["approve", "approve"]),
        ("majority", 1, ["approve"]),
    ],
)
def test_enough_agree(quorum: Any, size: int, votes: list[str]) -> None:
    """The last of these votes approves it and takes the action, and none before it does."""
    house = House(quorum, size)
    for place, verdict in enumerate(votes):
        assert ("new", "pending") == house.stands
        house.vote(place, verdict)
    assert ("open", "approved") == house.stands
    (go,) = house.events(StateChanged)
    assert ("go", BOARD[len(votes) - 1].id) == (go.action, go.actor)


@pytest.mark.parametrize(
    ("quorum", "size", "votes"),
    [
        ("any", 2, ["reject", "reject"]),
        ("majority", 3, ["reject", "reject"]),
        ("majority", 4, ["approve", "reject", "reject"]),
        ("all", 5, ["reject"]),
        (2, 3, ["approve", "reject", "reject"]),
    ],
)
def test_too_few_are_left_to_agree(quorum: Any, size: int, votes: list[str]) -> None:
    """It is rejected by the first vote after which it cannot be approved any more, without waiting for the rest."""
    house = House(quorum, size)
    for place, verdict in enumerate(votes):
        assert ("new", "pending") == house.stands
        house.vote(place, verdict)
    assert ("cancelled", "rejected") == house.stands
    for place in range(size):
        assert ["nothing_to_approve"] == refusal(lambda place=place: house.vote(place))


def test_one_votes_once_and_only_if_asked() -> None:
    """A second vote, and one of somebody who was not asked, are refused, each with its reason; nothing is stored."""
    house = House()
    house.vote(0)
    before = house.desk.history(house.id)
    assert ["voted_already"] == refusal(lambda: house.vote(0, "reject"))
    assert ["not_asked_to_approve"] == refusal(lambda: house.vote(LUIS))
    assert ["not_asked_to_approve"] == refusal(lambda: house.vote(BOARD[4]))
    with pytest.raises(Invalid):
        house.vote(1, "perhaps")
    assert before == house.desk.history(house.id)


def test_the_same_vote_sent_twice_counts_once() -> None:
    """A command repeated with its id gives the first receipt."""
    house = House("all")
    acting = house.desk.acting_as(BOARD[0])
    first = acting.decide(house.id, "approve", command_id="once")
    assert first == acting.decide(house.id, "approve", command_id="once")
    assert 1 == len(house.events(Voted))


def test_what_needs_no_approval_is_not_asked_about() -> None:
    """A ticket of which the condition does not hold has none, and nobody votes on it."""
    house = House()
    other = open_one(house.desk, priority="low")
    assert None is house.luis.get(other).approval
    assert ["nothing_to_approve"] == refusal(lambda: house.desk.acting_as(BOARD[0]).decide(other, "approve"))


def test_who_was_asked_stays_asked() -> None:
    """Who joins the committee later does not vote on it, and who leaves still does."""
    house = House("all", 2)
    house.desk.catalogue.put(board("b2", "b3"))
    assert ["not_asked_to_approve"] == refusal(lambda: house.vote(2))
    house.vote(0)
    house.vote(1)
    assert ("open", "approved") == house.stands
    later = open_one(house.desk, priority="high")
    assert ("b2", "b3") == house.luis.get(later).approvals[0].voters


def test_triage_asks_and_withdraws() -> None:
    """One that comes to need it is asked about, one that needs it no more is not; asked again, votes begin anew."""
    house = House("all", 2)
    house.vote(0)
    house.luis.triage(house.id, {"priority": "low"})
    assert (("new", None), ()) == (house.stands, house.luis.get(house.id).approvals)
    assert ["nothing_to_approve"] == refusal(lambda: house.vote(1))
    house.luis.triage(house.id, {"priority": "high"})
    assert [()] == [approval.votes for approval in house.luis.get(house.id).approvals]
    house.vote(0)
    house.vote(1)
    assert ("open", "approved") == house.stands
    assert 1 == len(house.events(ApprovalWithdrawn))
    assert () == house.desk.verify().findings


def test_what_was_decided_stays_decided() -> None:
    """Triage after the decision neither withdraws it nor asks again."""
    house = House("any")
    house.vote(0)
    for priority in ("low", "high"):
        house.luis.triage(house.id, {"priority": priority})
        assert ("open", "approved") == house.stands
    assert 1 == len(house.events(ApprovalAsked))


def test_nobody_votes_on_what_is_closed() -> None:
    """A vote that comes too late is refused, and the approval stays as it was."""
    house = House("any")
    house.ana.act(house.id, "cancel")
    assert ["ticket_closed"] == refusal(lambda: house.vote(0))
    assert ("cancelled", "pending") == house.stands


def test_without_an_action_only_the_approval_is_told() -> None:
    """``approved`` and ``rejected`` may be left out."""
    (rule,) = rules()["approvals"]
    bare = {key: rule[key] for key in ("key", "when", "team")}
    for verdict, expected in (("approve", "approved"), ("reject", "rejected")):
        transitions = [step for step in rules()["transitions"] if step["action"] not in ("go", "deny")]
        desk = opened_desk(club(hold=None, approvals=[bare], transitions=transitions))
        ticket = open_one(desk, priority="high")
        for actor in BOARD[:2]:
            desk.acting_as(actor).decide(ticket, verdict)
        found = desk.acting_as(LUIS).get(ticket)
        assert ("new", expected) == (found.state, found.approval)


def test_two_committees_are_asked_at_once() -> None:
    """The ticket is pending while one is, and rejected as soon as one of the decided ones is; each takes its action."""
    first, second = ({**rules()["approvals"][0], "key": key, "quorum": "any"} for key in ("board", "other"))
    second = {**second, "team": "desk", "approved": "go", "rejected": "deny"}
    desk = opened_desk(club(hold=None, approvals=[first, second]))
    ticket = open_one(desk, priority="high")
    desk.acting_as(BOARD[0]).decide(ticket, "approve")
    luis = desk.acting_as(LUIS)
    assert ("open", "pending") == (luis.get(ticket).state, luis.get(ticket).approval)
    for actor in (LUIS, MAR):
        desk.acting_as(actor).decide(ticket, "reject")
    desk.acting_as(Actor(id="noa", roles={"agent"})).decide(ticket, "reject")
    assert ("cancelled", "rejected") == (luis.get(ticket).state, luis.get(ticket).approval)


def test_the_customer_sees_nothing_of_it() -> None:
    """Who was asked, who voted and what was said with it stay inside; the move that comes of it is seen."""
    house = House("any", notices=[{"key": "moved", "on": "state_changed", "to": ["contact"], "channel": "log"}])
    house.vote(0, comment="Cheap enough.")
    seen = repr(house.ana.timeline(house.id))
    assert "Cheap enough" not in seen
    assert "Cheap enough" in repr(house.luis.timeline(house.id))
    internal = {kind.__name__ for kind in INTERNAL} & {"ApprovalAsked", "ApprovalWithdrawn", "Voted"}
    assert 3 == len(internal)
    assert "Voted" not in seen
    assert [("state_changed", "contact", "ana")] == told(house.desk)


# --- nobody to ask ---------------------------------------------------------------------------------------------

ASKED = {"key": "asked", "on": "approval_asked", "to": ["voters"], "channel": "log"}


@pytest.mark.parametrize("quorum", ["any", "majority", "all", 2])
def test_an_empty_committee_approves_nothing_and_is_not_silent(quorum: Any) -> None:
    """The ticket is pending, and its own team is told, as nobody else is there; no vote can approve it."""
    house = House(quorum, 0, notices=[ASKED])
    assert ("new", "pending") == house.stands
    assert [("approval_asked", "team", "desk")] == told(house.desk)
    assert ["not_asked_to_approve"] == refusal(lambda: house.vote(0))


def test_an_empty_committee_is_asked_once_it_has_members() -> None:
    """The next triage after somebody joined asks them; while it is empty it asks nobody again."""
    house = House("all", 0, notices=[ASKED])
    house.luis.triage(house.id, {"area": "north"})
    assert 1 == len(house.events(ApprovalAsked))
    house.desk.catalogue.put(board("b1", "b2"))
    told(house.desk)
    house.luis.triage(house.id, {"area": "south"})
    assert [("approval_asked", "voter", "b1"), ("approval_asked", "voter", "b2")] == sorted(told(house.desk))
    house.luis.triage(house.id, {"area": "north"})
    assert 2 == len(house.events(ApprovalAsked))
    house.vote(0)
    house.vote(1)
    assert ("open", "approved") == house.stands
    assert () == house.desk.verify().findings


@pytest.mark.parametrize("records", [(), (board("b1"),)])
def test_a_committee_that_is_retired_or_missing_is_empty(records: tuple[Any, ...]) -> None:
    """Nobody of it is asked."""
    (rule,) = rules()["approvals"]
    rule = rule if records else {**rule, "team": "ghosts"}
    desk = opened_desk(club(hold=None, approvals=[rule]), records)
    if records:
        desk.catalogue.retire("team", "board")
    ticket = desk.acting_as(LUIS).get(open_one(desk, priority="high"))
    assert ("pending", ()) == (ticket.approval, ticket.approvals[0].voters)


# --- against a model -------------------------------------------------------------------------------------------


def needed(quorum: Any, voters: int) -> int:
    """Return how many have to agree, said a second time."""
    return {"any": 1, "all": voters, "majority": int(voters / 2 + 1)}.get(quorum) or min(quorum, voters)


@given(
    quorum=st.sampled_from(["any", "majority", "all", 1, 2, 3, 7]),
    size=st.integers(1, 5),
    votes=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=10),
)
def test_votes_in_any_order_come_to_what_counting_says(quorum: Any, size: int, votes: list[tuple[int, bool]]) -> None:
    """Approved at the vote that makes enough, rejected at the one after which there cannot be enough; then nothing."""
    house = House(quorum, size)
    said: dict[int, bool] = {}
    for voter, agrees in votes:
        yes, no = sum(said.values()), sum(not one for one in said.values())
        decided = yes >= needed(quorum, size) or no > size - needed(quorum, size)
        may = not decided and voter < size and voter not in said
        try:
            house.vote(voter, "approve" if agrees else "reject")
            assert may
            said[voter] = agrees
        except Refused:
            assert not may
    yes, no = sum(said.values()), sum(not one for one in said.values())
    if yes >= needed(quorum, size):
        assert ("open", "approved") == house.stands
    elif no > size - needed(quorum, size):
        assert ("cancelled", "rejected") == house.stands
    else:
        assert ("new", "pending") == house.stands
    assert len(said) == len(house.events(Voted))


# --- on stores -------------------------------------------------------------------------------------------------

NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


@pytest.mark.parametrize("name", NAMES)
def test_every_store_keeps_votes_and_finds_what_waits(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Approvals are read as they were written, and lists find tickets by what became of them."""
    url, clock = server_url(request, name), FrozenClock(START)
    with open_desk_named(name, asking("all"), tmp_path, server_url=url, clock=clock) as desk:
        equip(desk, board("b1", "b2"))
        luis = desk.acting_as(LUIS)
        waiting, settled = (open_one(desk, priority="high") for _ in range(2))
        open_one(desk)
        desk.acting_as(BOARD[0]).decide(settled, "approve")
        desk.acting_as(BOARD[1]).decide(settled, "reject", "Too dear.")
        assert {waiting: "pending", settled: "rejected"} == {one: luis.get(one).approval for one in (waiting, settled)}
        assert [1, 1, 0] == [luis.count({"approval": said}) for said in ("pending", "rejected", "approved")]
        (approval,) = luis.get(settled).approvals
        assert [("b1", "approve"), ("b2", "reject")] == [(vote.person, vote.verdict) for vote in approval.votes]
        assert [waiting] == [ticket.id for ticket in luis.find({"approval": "pending"}).items]
        assert () == desk.verify().findings


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.store(name)) for name in ("sqlite", "postgresql", "mongodb")]
)
def test_votes_at_the_same_time_all_count(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Two of three who agree at once are both counted, and the ticket is approved once."""
    url = server_url(request, name)
    with open_desk_named(name, asking(), tmp_path, server_url=url, clock=FrozenClock(START)) as desk:
        equip(desk)
        tickets = [open_one(desk, priority="high") for _ in range(3)]

        def vote(actor: Actor) -> None:
            for ticket in tickets:
                desk.acting_as(actor).decide(ticket, "approve")

        with ThreadPoolExecutor(2) as pool:
            for work in [pool.submit(vote, actor) for actor in BOARD[:2]]:
                work.result(timeout=60)
        for ticket in tickets:
            events = [one.event for one in desk.history(ticket)]
            assert {"b1", "b2"} == {event.actor for event in events if isinstance(event, Voted)}
            assert ["go"] == [event.action for event in events if isinstance(event, StateChanged)]
            assert [None, "approved"] == [event.decided for event in events if isinstance(event, Voted)]
        assert () == desk.verify().findings


def test_a_customer_is_not_told_who_voted_what() -> None:
    """The ticket that the customer's side gets holds no votes, no tags, and nobody who follows it but the person."""
    house = House("any")
    house.vote(0)
    desk, ticket = house.luis._desk, house.id
    house.luis.tag(ticket, ["vip"])
    house.luis.follow(ticket)
    house.ana.follow(ticket)
    for found in (house.ana.get(ticket), *house.ana.find().items, house.ana.as_of(ticket, desk._clock())):
        assert ((), (), ["ana"]) == (found.approvals, found.tags, [one.person for one in found.followers])
    found = house.luis.get(ticket)
    assert (1, ("vip",), {"luis", "ana"}) == (len(found.approvals), found.tags, {one.person for one in found.followers})
