"""Bonds at their edges: what came due on the other ticket, how many there may be, in which order roles are kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from supportcore import FrozenClock
from supportcore.tickets.events import Linked, MergedFrom, StateChanged
from supportcore.tickets.usecases import bonding, joining
from tests.desk.beside.club import changed, rules
from tests.desk.bonds.house import ANA, LUIS, PEOPLE, ROLES, house, opens
from tests.stores import open_desk_named

HOUR = timedelta(hours=1)


def test_what_came_due_on_the_other_ticket_happens_first(tmp_path: Path, clock: FrozenClock) -> None:
    """Before it is linked, or goes on in the place of another: its timer rang at its own instant."""
    given = {"new": {"timer": {"after": "1h", "action": "hold"}}}
    waking = house(states=changed(rules(), given=given)["states"])
    with open_desk_named("memory", waking, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        start = clock()
        other, third = opens(desk), opens(desk)
        clock.move(2 * HOUR)
        one, two = opens(desk), opens(desk)
        luis = desk.acting_as(LUIS)
        luis.link(one.id, other.id)
        luis.merge(two.id, third.id)
        for case, last in ((other, Linked), (third, MergedFrom)):
            rung, bond = (recorded.event for recorded in desk.history(case.id)[1:3])
            assert (StateChanged, start + HOUR, "held") == (type(rung), rung.at, rung.state)
            assert (last, start + 2 * HOUR) == (type(bond), bond.at)


def test_whoever_is_told_of_the_survivor_has_his_roles_in_order(tmp_path: Path, clock: FrozenClock) -> None:
    """The contact's roles are kept by name, however the desk lists them."""
    buyers = [{"key": key, "side": "customer", "sees": "customers", "may": ["open"]} for key in ("z", "b", "y", "a")]
    with open_desk_named("memory", house(roles=[*buyers, *ROLES]), tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        first, second = opens(desk, ANA), opens(desk, attrs.evolve(ANA, id="bea"))
        luis = desk.acting_as(LUIS)
        luis.merge(first.id, second.id)
        (told,) = luis.get(second.id).followers
        assert ("ana", ("a", "b", "guest", "y", "z")) == (told.person, told.roles)


def test_what_a_committee_decided_stays_when_a_ticket_is_merged(tmp_path: Path, clock: FrozenClock) -> None:
    """Only what is still to be decided is withdrawn."""
    with open_desk_named("memory", house(), tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        first, second = opens(desk, priority="high"), opens(desk)
        for voter in ("mar", "pau"):
            member = attrs.evolve(LUIS, id=voter, teams={"board"})
            if "pending" == desk.acting_as(LUIS).get(first.id).approval:
                desk.acting_as(member).decide(first.id, "approve")
        assert "approved" == desk.acting_as(LUIS).get(first.id).approval
        desk.acting_as(LUIS).merge(first.id, second.id)
        assert "approved" == desk.acting_as(LUIS).get(first.id).approval


def test_a_ticket_has_so_many_bonds_at_most() -> None:
    """The limits that hosts were told."""
    found: Any = (joining.MOST_LINKS, bonding.MOST_TAGS)
    assert (100, 50) == found
