"""Whatever is merged into what: tickets and those that go on in their places make a forest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock, Invalid, Refused
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from tests.desk.bonds.house import ANA, CAI, HOUSE, LUIS, NOA, PEOPLE, opens
from tests.desk.machine import START

COUNT = 12
MERGES = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1), st.booleans(), st.sampled_from([LUIS, NOA])),
    min_size=1,
    max_size=40,
)


def end_of(parents: dict[int, int], number: int) -> int:
    """Where a number leads, by what came through."""
    while number in parents:
        number = parents[number]
    return number


@settings(max_examples=25, deadline=None)
@given(
    merges=MERGES, owners=st.lists(st.booleans(), min_size=COUNT, max_size=COUNT), hidden=st.sets(st.integers(0, 11))
)
def test_merges_make_a_forest(merges: list[Any], owners: list[bool], hidden: set[int]) -> None:
    """A merge comes through if and only if both are seen, two, of one customer and alive; numbers lead as told."""
    desk = Desk(HOUSE, MemoryStore(), clock=FrozenClock(START), ids=seeded_ids(3))
    desk.install(**PEOPLE)
    cases = [opens(desk, ANA if own else CAI) for own in owners]
    luis = desk.acting_as(LUIS)
    for place in set(range(COUNT)) - hidden:
        luis.assign(cases[place].id, {"assignee": "noa"})
    parents: dict[int, int] = {}
    for one, two, by_number, actor in merges:
        target = cases[two].number if by_number else cases[two].id
        may = one not in parents and two not in parents and one != two and owners[one] == owners[two]
        may = may and (actor is LUIS or not {one, two} & hidden)
        try:
            desk.acting_as(actor).merge(cases[one].id, target)
            done = True
        except (Invalid, Refused, LookupError):
            done = False
        assert may == done
        if done:
            parents[one] = two
    check(desk, cases, owners, hidden, parents)


def check(desk: Any, cases: list[Any], owners: list[bool], hidden: set[int], parents: dict[int, int]) -> None:
    luis, noa = desk.acting_as(LUIS), desk.acting_as(NOA)
    for place, case in enumerate(cases):
        stored = luis.get(case.id)
        into = None if place not in parents else cases[parents[place]].id
        assert into == stored.merged_into
        assert {cases[child].id for child, parent in parents.items() if parent == place} == set(stored.merged)
        end = luis.get(case.number)
        assert cases[end_of(parents, place)].id == end.id
        assert (None, stored.customer) == (end.merged_into, end.customer)
        owner = ANA if owners[place] else CAI
        assert end.id == desk.acting_as(owner).get(case.number).id
        if place not in hidden:
            assert leads(noa.get(case.number).id, place, cases, hidden, parents)
    assert () == desk.verify().findings


def leads(found: str, place: int, cases: list[Any], hidden: set[int], parents: dict[int, int]) -> bool:
    """Whether a number leads whoever does not see *hidden* as far as can be seen."""
    while place in parents and parents[place] not in hidden:
        place = parents[place]
    return cases[place].id == found


def test_nobody_without_a_role_is_led_anywhere() -> None:
    """An old number tells a stranger nothing."""
    desk = Desk(HOUSE, MemoryStore(), clock=FrozenClock(START))
    desk.install(**PEOPLE)
    one, two = opens(desk), opens(desk)
    desk.acting_as(LUIS).merge(one.id, two.id)
    with pytest.raises(Refused) as refused:
        desk.acting_as(Actor(id="zoe")).get(1)
    assert "unknown_actor" == refused.value.code
