"""One ticket goes on in the place of another: what is kept, where numbers lead, what is refused, who is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, Desk, FrozenClock, NotFound, StaleVersion
from supportcore.tickets.events import Merged, MergedFrom, StateChanged
from tests.desk.bonds.house import ANA, BEA, BUYER, CAI, HOUSE, LUIS, MAR, NOA, PEOPLE, ROLES, codes, house, opens
from tests.stores import open_desk_named, open_store_named


def test_both_histories_are_kept_and_old_numbers_lead_to_the_survivor(desk: Any, clock: FrozenClock) -> None:
    """By `get`, page and timeline, through a chain of merges too; lists and searches show where a ticket went."""
    first, second, third = opens(desk), opens(desk), opens(desk, subject="The lamp")
    luis = desk.acting_as(LUIS)
    luis.reply(first.id, "We look at it.")
    clock.move(timedelta(minutes=1))
    told = luis.merge(first.id, second.number)
    assert (first.id, 1, "merged") == (told.id, told.number, told.state)
    luis.merge(second.id, f"#{third.number}")
    for number in (1, 2, 3):
        assert third.id == luis.get(number).id == desk.acting_as(ANA).get(number).id
        assert (3, third.id) == (luis.page(number).number, desk.acting_as(ANA).page(number).id)
    assert (second.id, third.id, None) == tuple(luis.get(one.id).merged_into for one in (first, second, third))
    assert ((), (first.id,), (second.id,)) == tuple(luis.get(one.id).merged for one in (first, second, third))
    assert ["opened", "replied", "state_changed", "merged"] == [one.kind for one in luis.timeline(first.id)]
    assert "We look at it." == luis.page(first.id).thread[1].text
    rows = {row.number: row.merged for row in luis.listing().rows}
    assert {1: "Merged into ticket #2", 2: "Merged into ticket #3", 3: ""} == rows
    (row,) = luis.listing(where={"number": 1}).rows
    assert (first.id, "Merged into ticket #2") == (row.id, row.merged)
    assert ["Unido con el ticket #3"] == [row.merged for row in desk.acting_as(BEA).listing(search="2").rows]
    assert [1] == [hit.number for hit in luis.search_tickets("1").items]
    assert () == desk.verify().findings


def test_a_merge_is_two_events_and_one_command(desk: Any) -> None:
    """Each ticket tells its own half, and giving the command again changes nothing."""
    first, second = opens(desk), opens(desk)
    luis = desk.acting_as(LUIS)
    told = luis.merge(first.id, second.id, command_id="m")
    assert told == luis.merge(first.id, second.id, command_id="m")
    closing, merged = desk.history(first.id)[-2:]
    (coming,) = [one for one in desk.history(second.id) if isinstance(one.event, MergedFrom)]
    assert isinstance(closing.event, StateChanged)
    assert ("merged", "closed", "cancelled") == (closing.event.state, closing.event.category, closing.event.outcome)
    assert Merged(at=told.at, actor="luis", into=second.id, number=2) == merged.event
    assert MergedFrom(at=told.at, actor="luis", ticket=first.id, number=1) == coming.event
    assert {"m"} == {closing.command_id, merged.command_id, coming.command_id}
    assert told.version == luis.get(first.id).version


def test_a_merged_ticket_is_at_its_end(near: Any) -> None:
    """It is not answered, reopened, assigned or merged again, and nothing is merged into it; notes still go."""
    first, second, third, done = opens(near), opens(near), opens(near), opens(near)
    luis, ana = near.acting_as(LUIS), near.acting_as(ANA)
    for case in (first.id, done.id):
        luis.act(case, "work")
        luis.act(case, "propose", {"comment": "Try this."})
    ana.act(done.id, "accept")
    luis.merge(first.id, second.id)
    luis.merge(done.id, second.id)
    assert ("accepted", "merged") == (luis.get(done.id).state, luis.get(first.id).state)
    for case in (first.id, done.id):
        assert [("", "ticket_closed")] == codes(lambda case=case: ana.reply(case, "Hello?"))
        assert [("", "ticket_closed")] == codes(lambda case=case: luis.assign(case, {"assignee": "luis"}))
        assert [("", "merged_ticket")] == codes(lambda case=case: luis.merge(case, third.id))
        assert [("into", "merged_already")] == codes(lambda case=case: luis.merge(third.id, case))
    luis.note(first.id, "It was the same lamp.")
    assert second.id == luis.get(1).id


def test_a_closed_ticket_that_was_merged_is_not_opened_again(near: Any, clock: FrozenClock) -> None:
    """What its workflow would allow, its merge does not; the page says why."""
    first, second = opens(near), opens(near)
    luis = near.acting_as(LUIS)
    luis.act(first.id, "work")
    luis.act(first.id, "propose", {"comment": "Try this."})
    clock.move(timedelta(hours=73))
    near.run_due()
    assert "done" == luis.get(first.id).state
    assert {one.name: one.allowed for one in luis.actions(first.id)}["reopen"]
    luis.merge(first.id, second.id)
    assert [("", "merged_ticket")] == codes(lambda: luis.act(first.id, "reopen"))
    offer = {one.name: one for one in luis.page(first.id).actions}["reopen"]
    assert ["merged_ticket"] == [reason.code for reason in offer.reasons]
    clock.move(timedelta(days=30))
    assert 0 == near.run_due().tickets


def test_what_cannot_be_merged(near: Any) -> None:
    """Itself, round a circle, into what is not there or not to be seen (the same answer), into another customer's."""
    first, second, other = opens(near), opens(near), opens(near, CAI)
    luis, noa = near.acting_as(LUIS), near.acting_as(NOA)
    luis.assign(first.id, {"assignee": "noa"})
    luis.assign(other.id, {"assignee": "noa"})
    for itself in (first.id, 1, "#1", " 1 "):
        assert [("into", "same_ticket")] == codes(lambda itself=itself: luis.merge(first.id, itself))
    assert [("into", "other_customer")] == codes(lambda: luis.merge(first.id, other.id))
    unknown = [("into", "unknown_record")]
    for nothing in ("none", "99", 99, "0", "#", "x" * 64, "9" * 18):
        assert unknown == codes(lambda nothing=nothing: luis.merge(first.id, nothing))
    assert unknown == codes(lambda: noa.merge(first.id, second.id)) == codes(lambda: noa.merge(first.id, 2))
    assert [("into", "required")] == codes(lambda: luis.merge(first.id, ""))
    assert [("into", "too_long")] == codes(lambda: luis.merge(first.id, "x" * 65))
    for wrong in (None, True, 1.5, ["2"]):
        assert "Invalid" == type(_raised(lambda wrong=wrong: luis.merge(first.id, wrong))).__name__
    luis.merge(first.id, second.id)
    assert [("into", "merged_already")] == codes(lambda: luis.merge(second.id, first.id))
    assert [("", "role_required")] == codes(lambda: near.acting_as(ANA).merge(second.id, first.id))
    assert isinstance(_raised(lambda: noa.merge(second.id, 3)), NotFound)
    assert () == near.verify().findings


def _raised(call: Any) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("it was done")


def test_a_ticket_of_another_desk_is_not_there(tmp_path: Path, clock: FrozenClock) -> None:
    """By its id and by its number, for merging and for linking."""
    with open_store_named("memory", tmp_path) as store:
        desks = [_desk(store, key, clock) for key in ("one", "two")]
        first = opens(desks[0])
        opens(desks[1])
        second = opens(desks[1])
        luis = desks[0].acting_as(LUIS)
        for name in (second.id, second.number):
            assert [("into", "unknown_record")] == codes(lambda name=name: luis.merge(first.id, name))
            assert [("other", "unknown_record")] == codes(lambda name=name: luis.link(first.id, name))
        assert 1 == desks[1].acting_as(LUIS).get(second.id).version


def _desk(store: Any, key: str, clock: FrozenClock) -> Any:
    desk = Desk(house(key=key), store, clock=clock)
    desk.install(**PEOPLE)
    return desk


def test_seen_version_is_that_of_the_ticket_that_is_merged(near: Any) -> None:
    """Whoever has not seen its last version is told what happened; the survivor may have moved on."""
    first, second = opens(near), opens(near)
    luis = near.acting_as(LUIS)
    seen = luis.get(first.id).version
    near.acting_as(ANA).reply(first.id, "And the fan.")
    near.acting_as(ANA).reply(second.id, "And the door.")
    with pytest.raises(StaleVersion) as stale:
        luis.merge(first.id, second.id, seen_version=seen)
    assert ["Replied"] == [type(event).__name__ for event in stale.value.events]
    assert [("seen_version", "out_of_range")] == codes(lambda: luis.merge(first.id, second.id, seen_version=99))
    luis.merge(first.id, second.id, seen_version=luis.get(first.id).version)
    assert (first.id,) == luis.get(second.id).merged


def test_those_who_were_told_are_told_of_the_survivor(desk: Any, clock: FrozenClock) -> None:
    """Followers and the contact go over once each, and whoever is its contact anyway does not follow it, too."""
    first, second = opens(desk, ANA), opens(desk, BEA)
    for actor in (MAR, BEA, LUIS):
        desk.acting_as(actor).follow(first.id)
    desk.acting_as(LUIS).follow(second.id)
    desk.acting_as(LUIS).merge(first.id, second.id)
    found = desk.acting_as(LUIS).get(second.id).followers
    assert [("luis", ("agent",)), ("mar", ("agent",)), ("ana", ("guest",))] == [
        (one.person, one.roles) for one in found
    ]
    clock.move(timedelta(minutes=1))
    desk.acting_as(LUIS).reply(second.id, "Both are one.")
    for actor, title in ((ANA, "replied"), (BEA, "replied-es"), (MAR, "replied-es")):
        told = desk.acting_as(actor).notices().items[0]
        assert (2, title) == (told.number, told.title)
    page = desk.acting_as(LUIS).page(2)
    assert ["Mar follows the ticket", "Ana follows the ticket"] == [one.title for one in page.thread[-3:-1]]


def test_a_contact_who_may_not_see_the_survivor_is_told_nothing_of_it(tmp_path: Path, clock: FrozenClock) -> None:
    """Neither by a notice nor on a page nor by its number: he keeps the ticket that was his."""
    narrow = house(roles=[BUYER, *ROLES[1:]], confirmations=None, states=_states(), transitions=_steps())
    ana, bea = (Actor(id=key, roles={"buyer"}, customers={"acme"}, locale="en") for key in ("ana", "bea"))
    with open_desk_named("memory", narrow, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        first, second = opens(desk, ana), opens(desk, bea, subject="Secret")
        desk.acting_as(LUIS).merge(first.id, second.id)
        desk.acting_as(LUIS).reply(second.id, "Both are one.")
        assert () == desk.acting_as(LUIS).get(second.id).followers
        me = desk.acting_as(ana)
        assert first.id == me.get(1).id == me.page(1).id
        page = me.page(1)
        assert (None, "Merged into another ticket") == (page.merged_into, page.thread[-1].title)
        assert ["Merged into another ticket"] == [row.merged for row in me.listing().rows]
        sent: list[Any] = []
        desk.deliver(sent.append)
        assert {1} == {item.number for item in me.notices().items}
        assert {1} == {notice.number for notice in sent if notice.recipient == "ana"}
        assert isinstance(_raised(lambda: me.get(2)), NotFound)
        theirs = desk.acting_as(bea).page(2)
        assert ((), "Another ticket was merged into this one") == (theirs.merged, theirs.thread[1].title)


def test_a_contact_in_a_role_that_nobody_knows_is_told_only_what_each_of_them_sees(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Where one role of the customer's side does not see the survivor, he is not told, though another one would."""
    both = house(roles=[BUYER, *ROLES])
    with open_desk_named("memory", both, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        first, second, third = opens(desk, ANA), opens(desk, BEA), opens(desk, ANA)
        luis = desk.acting_as(LUIS)
        luis.merge(first.id, second.id)
        assert () == luis.get(second.id).followers
        desk.acting_as(ANA).follow(third.id)  # in a role that is known by that
        luis.merge(third.id, second.id)
        assert ["ana"] == [follower.person for follower in luis.get(second.id).followers]


def _states() -> list[dict[str, Any]]:
    """The states, none of which asks anything of a guest."""
    return [
        {"key": "new", "category": "new"},
        {"key": "done", "category": "closed", "outcome": "resolved"},
        {"key": "held", "category": "on_hold"},
        {"key": "merged", "category": "closed", "outcome": "cancelled"},
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"action": "solve", "from": ["new"], "to": "done", "roles": ["agent"]},
        {"action": "hold", "from": ["new"], "to": "held", "roles": ["agent", "system"]},
        {"action": "release", "from": ["held"], "to": "new", "roles": ["agent", "system"]},
        {"action": "go", "from": ["new"], "to": "new", "roles": ["system"]},
        {"action": "deny", "from": ["new"], "to": "done", "roles": ["system"]},
    ]


def test_a_committee_is_asked_no_more_of_a_merged_ticket(near: Any) -> None:
    """What it would have decided is withdrawn, and nobody is asked to vote."""
    first, second = opens(near, priority="high"), opens(near)
    assert "pending" == near.acting_as(LUIS).get(first.id).approval
    near.acting_as(LUIS).merge(first.id, second.id)
    assert None is near.acting_as(LUIS).get(first.id).approval
    assert [("", "nothing_to_approve")] == codes(lambda: near.acting_as(MAR).decide(first.id, "approve"))


def test_a_desk_without_a_state_for_it_merges_nothing(tmp_path: Path, clock: FrozenClock) -> None:
    """Tickets that were opened under rules without `[merge]` stay as they are."""
    bare = house(merge=None, roles=[without_merging(role) for role in ROLES])
    with open_store_named("memory", tmp_path) as store:
        old = Desk(bare, store, clock=clock)
        old.install(**PEOPLE)
        first, second = opens(old), opens(old)
        desk = Desk(HOUSE, store, clock=clock)
        desk.install()
        assert [("", "no_merging")] == codes(lambda: desk.acting_as(LUIS).merge(first.id, second.id))


def without_merging(role: dict[str, Any]) -> dict[str, Any]:
    """A role that does not merge."""
    return {**role, "may": [name for name in role["may"] if name != "merge"]}


def test_merged_tickets_may_be_left_out_of_lists(tmp_path: Path, clock: FrozenClock) -> None:
    """A list says so by `where`; a list that says nothing shows them, as they are closed and not gone."""
    rule = {"key": "tickets", "where": {"field": "merged_into", "missing": True}, "sort": "number"}
    with open_desk_named("memory", house(lists=[rule]), tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        first, second = opens(desk), opens(desk)
        desk.acting_as(LUIS).merge(first.id, second.id)
        assert [2] == [row.number for row in desk.acting_as(LUIS).listing().rows]
