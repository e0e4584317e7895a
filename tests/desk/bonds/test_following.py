"""Whoever follows a ticket is told what he may know at that time, by whatever way it comes to him."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from supportcore import Contact, Desk, FrozenClock
from tests.desk.bonds.house import (
    ANA,
    BEA,
    CAI,
    LUIS,
    MAR,
    NOA,
    NOTICES,
    OLA,
    PEOPLE,
    ROLES,
    codes,
    house,
    notice,
    opens,
)
from tests.stores import open_desk_named, open_store_named

MAILED = house(
    notices=[*NOTICES, notice("replied", "followers", channel="email"), notice("noted", "followers", channel="email")]
)


def told(desk: Any) -> set[tuple[str, str]]:
    """Who is handed what by mail: follower and event."""
    sent: list[Any] = []
    desk.deliver(sent.append, limit=1000)
    return {(one.recipient, one.event) for one in sent if one.role == "follower" and one.channel == "email"}


def shown(desk: Any, actor: Any) -> list[str]:
    """Keys of the templates of the notices that an actor reads in the portal, newest first."""
    return [item.title.removesuffix("-es") for item in desk.acting_as(actor).notices().items]


def test_following_is_said_once_and_taken_back(desk: Any) -> None:
    """With the roles of that moment; saying it again changes nothing, other roles are noted anew."""
    case = opens(desk, BEA)
    me = desk.acting_as(ANA)
    version = me.follow(case.id).version
    assert version == me.follow(case.id).version
    assert [("ana", ("guest",))] == [(one.person, one.roles) for one in me.get(case.id).followers]
    assert (True, ()) == (me.page(case.id).following, me.page(case.id).followers)
    assert ("Ana",) == desk.acting_as(LUIS).page(case.id).followers
    more = attrs.evolve(ANA, roles={"guest", "agent"})
    desk.acting_as(more).follow(case.id)
    assert [("ana", ("agent", "guest"))] == [(one.person, one.roles) for one in me.get(case.id).followers]
    me.follow(case.id, follow=False)
    version = me.get(case.id).version
    assert version == me.follow(case.id, follow=False).version
    assert (False, ()) == (me.page(case.id).following, me.get(case.id).followers)
    assert [("follow", "wrong_type")] == codes(lambda: me.follow(case.id, follow="yes"))
    assert () == desk.verify().findings


def test_a_customer_who_follows_never_reads_of_notes(tmp_path: Path, clock: FrozenClock) -> None:
    """Neither by mail nor in the portal, nor in its count of unread notices; staff who follow do."""
    with open_desk_named("memory", MAILED, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        case = opens(desk, BEA)
        for actor in (ANA, MAR):
            desk.acting_as(actor).follow(case.id)
        clock.move(timedelta(minutes=1))
        desk.acting_as(LUIS).note(case.id, "Between us.")
        assert ((), 0) == (desk.acting_as(ANA).notices().items, desk.acting_as(ANA).notices().unread)
        clock.move(timedelta(minutes=1))
        desk.acting_as(LUIS).reply(case.id, "Hello.")
        assert {("ana", "replied"), ("mar", "replied"), ("mar", "noted")} == told(desk)
        assert ["replied"] == shown(desk, ANA)
        assert 1 == desk.acting_as(ANA).notices().unread
        assert "replied" in shown(desk, MAR)
        assert "noted" in shown(desk, MAR)


def test_the_rights_of_a_follower_are_those_at_delivery(tmp_path: Path, clock: FrozenClock) -> None:
    """Who speaks for the customer no more, sees the ticket no more, left, or follows no more is told nothing."""
    with open_desk_named("memory", MAILED, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        case = opens(desk, BEA)
        desk.acting_as(LUIS).assign(case.id, {"assignee": "noa"})
        for actor in (ANA, LUIS, NOA, OLA):
            desk.acting_as(actor).follow(case.id)
        desk.acting_as(LUIS).reply(case.id, "One.")
        desk.catalogue.put(Contact(id="ana", name="Ana", customers={"brio"}, email="ana@acme.example"))
        desk.catalogue.retire("agent", "ola")
        desk.acting_as(LUIS).assign(case.id, {"assignee": None})
        assert {("luis", "replied")} == told(desk)
        desk.acting_as(BEA).reply(case.id, "Two.")
        desk.acting_as(LUIS).follow(case.id, follow=False)
        assert set() == told(desk)


def test_roles_that_the_desk_has_no_more_count_no_more(tmp_path: Path, clock: FrozenClock) -> None:
    """A follower whose role was taken out of the rules is told nothing, in spite of what was noted then."""
    with open_store_named("memory", tmp_path) as store:
        before = Desk(MAILED, store, clock=clock)
        before.install(**PEOPLE)
        case = opens(before, BEA)
        before.acting_as(LUIS).assign(case.id, {"assignee": "noa"})
        for actor in (ANA, NOA):
            before.acting_as(actor).follow(case.id)
        before.acting_as(LUIS).reply(case.id, "Hello.")
        document = [*NOTICES, notice("replied", "followers", channel="email")]
        desk = Desk(house(notices=document, roles=ROLES[:2]), store, clock=clock)
        desk.install()
        assert {("ana", "replied")} == told(desk)


def test_followers_and_voters_read_in_the_portal_what_is_new(desk: Any, clock: FrozenClock) -> None:
    """`since` leads to what came later; each reads for himself, and only about tickets that he may see."""
    case = opens(desk, BEA, priority="high")
    desk.acting_as(ANA).follow(case.id)
    assert ["approval_asked"] == shown(desk, MAR)
    assert [] == shown(desk, ANA)
    first = desk.acting_as(ANA).notices()
    clock.move(timedelta(minutes=1))
    desk.acting_as(LUIS).reply(case.id, "Hello.")
    news = desk.acting_as(ANA).notices(since=first.since)
    assert (["replied"], 1) == ([item.title for item in news.items], news.unread)
    desk.acting_as(ANA).mark_read([item.id for item in news.items])
    clock.move(timedelta(minutes=1))
    desk.acting_as(LUIS).act(case.id, "work")
    newer = desk.acting_as(ANA).notices(since=news.since)
    assert (["state_changed"], 1) == ([item.title for item in newer.items], newer.unread)
    assert () == desk.acting_as(ANA).notices(since=newer.since).items
    assert () == desk.acting_as(CAI).notices().items
    elsewhere = attrs.evolve(ANA, customers=frozenset({"brio"}))
    assert ((), 0) == (desk.acting_as(elsewhere).notices().items, desk.acting_as(elsewhere).notices().unread)
