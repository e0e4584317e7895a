"""Two tickets belong together in some way: each of them says how, and either of them can take it back."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from supportcore import NotFound
from supportcore.tickets.bonds import INVERSE, LINKS
from supportcore.tickets.events import INTERNAL, Linked, Unlinked
from supportcore.tickets.usecases import joining
from tests.desk.bonds.house import ANA, CAI, LUIS, MAR, NOA, codes, opens


def links(desk: Any, *cases: Any) -> list[list[tuple[str, str]]]:
    """What is linked with each of these tickets: kind and id."""
    return [[(link.kind, link.ticket) for link in desk.acting_as(LUIS).get(case.id).links] for case in cases]


@pytest.mark.parametrize("kind", LINKS)
def test_the_other_side_says_the_inverse(near: Any, kind: str) -> None:
    """Both versions move by one, events on both sides name one another, and the customer's side sees none of them."""
    one, two = opens(near), opens(near)
    told = near.acting_as(LUIS).link(one.id, two.number, kind, command_id="k")
    assert [[(kind, two.id)], [(INVERSE[kind], one.id)]] == links(near, one, two)
    assert (2, 2) == (told.version, near.acting_as(LUIS).get(two.id).version)
    for case, other, said in ((one, two, kind), (two, one, INVERSE[kind])):
        recorded = near.history(case.id)[-1]
        assert Linked(at=told.at, actor="luis", kind=said, other=other.id) == recorded.event
        assert "k" == recorded.command_id
        assert isinstance(recorded.event, INTERNAL)
        assert ["opened"] == [entry.kind for entry in near.acting_as(ANA).timeline(case.id)]


def test_links_on_every_store(desk: Any) -> None:
    """Made, made again, taken back from the other side, taken back again: what is stored is what is said."""
    one, two, three = opens(desk), opens(desk), opens(desk, CAI)
    luis = desk.acting_as(LUIS)
    luis.link(one.id, two.id, "parent")
    version = luis.get(one.id).version
    assert version == luis.link(one.id, two.number, "parent").version
    assert version == luis.link(two.id, one.number, "child").version
    luis.link(one.id, three.id)
    luis.link(two.id, one.id, "child", linked=False)
    assert [[("related", three.id)], [], [("related", one.id)]] == links(desk, one, two, three)
    assert isinstance(desk.history(one.id)[-1].event, Unlinked)
    version = luis.get(two.id).version
    assert version == luis.link(two.id, one.id, "child", linked=False).version
    assert () == desk.verify().findings


def test_links_come_to_the_same_in_any_order(near: Any) -> None:
    """Three links of three tickets, given in each order and from either side."""
    found = set()
    for order in permutations(range(3)):
        cases = [opens(near) for _ in range(3)]
        steps = [(0, 1, "parent"), (0, 2, "blocks"), (1, 2, "related")]
        for place in order:
            one, two, kind = steps[place]
            if place % 2:
                one, two, kind = two, one, INVERSE[kind]
            near.acting_as(MAR).link(cases[one].id, cases[two].id, kind)
        ids = {case.id: place for place, case in enumerate(cases)}
        said = links(near, *cases)
        found.add(tuple(tuple(sorted((kind, ids[other]) for kind, other in one)) for one in said))
    assert 1 == len(found)


def test_what_cannot_be_linked(near: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Itself, what is not there or not to be seen (the same answer), in no known way, or too much."""
    one, two = opens(near), opens(near)
    luis, noa = near.acting_as(LUIS), near.acting_as(NOA)
    luis.assign(one.id, {"assignee": "noa"})
    assert [("other", "same_ticket")] == codes(lambda: luis.link(one.id, one.number))
    unknown = [("other", "unknown_record")]
    for call in (
        lambda: luis.link(one.id, 99),
        lambda: luis.link(one.id, "gone"),
        lambda: noa.link(one.id, two.id),
        lambda: noa.link(one.id, two.number, linked=False),
    ):
        assert unknown == codes(call)
    assert [("kind", "not_an_option")] == codes(lambda: luis.link(one.id, two.id, "cousin"))
    assert [("", "role_required")] == codes(lambda: near.acting_as(ANA).link(one.id, two.id))
    with pytest.raises(NotFound):
        noa.link(two.id, one.id)
    monkeypatch.setattr(joining, "MOST_LINKS", 1)
    luis.link(one.id, two.id)
    assert [("other", "too_long")] == codes(lambda: luis.link(opens(near).id, two.id))
    assert [[("related", two.id)], [("related", one.id)]] == links(near, one, two)


def test_a_merged_ticket_keeps_its_links(near: Any) -> None:
    """They stay where they were made; its own number names it, for linking and for taking back."""
    one, two, three = opens(near), opens(near), opens(near)
    luis = near.acting_as(LUIS)
    luis.link(one.id, two.id)
    luis.merge(one.id, three.id)
    assert [[("related", two.id)], [("related", one.id)], []] == links(near, one, two, three)
    luis.link(two.id, 1, linked=False)
    assert [[], [], []] == links(near, one, two, three)
