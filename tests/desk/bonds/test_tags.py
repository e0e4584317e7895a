"""Tags: which words they are, how many, where they are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supportcore import Desk, FrozenClock
from tests.desk.bonds.house import ANA, LUIS, PEOPLE, codes, house, opens
from tests.stores import open_desk_named, open_store_named

VOCABULARIES = {
    "priority": ["low", "high"],
    "area": ["north", "south"],
    "type": ["sql", "web", "tax"],
    "reason": ["duplicate"],
}


def tags(desk: Any, case: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = desk.acting_as(LUIS).get(case.id).tags
    return found


def listed(desk: Any, tag: str) -> list[int]:
    return [row.number for row in desk.acting_as(LUIS).listing(where={"tags": tag}).rows]


def test_tags_are_added_and_taken_away(desk: Any) -> None:
    """They stand sorted; what is said again changes nothing, and what is both added and taken away goes."""
    one, two = opens(desk), opens(desk)
    luis = desk.acting_as(LUIS)
    luis.tag(one.id, ["vpn", "net"])
    version = luis.get(one.id).version
    assert version == luis.tag(one.id, ("net",), remove=["gone"]).version
    luis.tag(two.id, {"net"})
    assert (("net", "vpn"), ("net",)) == (tags(desk, one), tags(desk, two))
    assert ([1, 2], [1], []) == (listed(desk, "net"), listed(desk, "vpn"), listed(desk, "gone"))
    luis.tag(one.id, ["fax", "net"], remove=["net", "vpn"])
    assert ("fax",) == tags(desk, one)
    assert ([2], [], [1]) == (listed(desk, "net"), listed(desk, "vpn"), listed(desk, "fax"))
    page = luis.page(one.id)
    assert [("fax", "fax")] == [(tag.value, tag.title) for tag in page.tags]
    assert () == desk.acting_as(ANA).page(one.id).tags
    assert () == desk.verify().findings
    desk.reindex()
    assert ([2], [1]) == (listed(desk, "net"), listed(desk, "fax"))


def test_tags_are_keys_and_no_more_than_fifty(near: Any) -> None:
    """What is no key is refused where it was said; six go at once, fifty in all."""
    case = opens(near)
    luis = near.acting_as(LUIS)
    for wrong in ("Vpn", "a.b", "ñ", "x" * 41, "a  b", " "):
        assert "add" == codes(lambda wrong=wrong: luis.tag(case.id, wrong))[0][0]
    for wrong in (["a b"], [""], [3], 7, {"a": 1}):
        assert [("add", "wrong_type")] == codes(lambda wrong=wrong: luis.tag(case.id, wrong))
    assert "remove" == codes(lambda: luis.tag(case.id, remove="No!"))[0][0]
    assert "add" == codes(lambda: luis.tag(case.id, [f"t{n}" for n in range(7)]))[0][0]
    assert () == tags(near, case)
    for start in range(0, 48, 6):
        luis.tag(case.id, [f"t{start + n:02}" for n in range(6)])
    assert [("add", "too_long")] == codes(lambda: luis.tag(case.id, ["u1", "u2", "u3"]))
    luis.tag(case.id, ["u1", "u2", "u3"], remove=["t00"])
    assert 50 == len(tags(near, case))
    assert [("", "role_required")] == codes(lambda: near.acting_as(ANA).tag(case.id, ["x"]))
    with pytest.raises(ValueError, match="tags"):
        luis.listing(where={"tags": "Not a key"})


def test_a_vocabulary_makes_tags_a_choice(tmp_path: Path, clock: FrozenClock) -> None:
    """Only its words are added, in their labels; one that it has no more is still taken away."""
    with open_store_named("memory", tmp_path) as store:
        wide = Desk(house(vocabularies={**VOCABULARIES, "tag": ["vpn", "net"]}), store, clock=clock)
        wide.install(**PEOPLE)
        case = opens(wide)
        luis = wide.acting_as(LUIS)
        assert [("add", "not_an_option")] == codes(lambda: luis.tag(case.id, ["fax"]))
        luis.tag(case.id, ["vpn"])
        luis.tag(case.id, ["net"])
        narrow = Desk(house(vocabularies={**VOCABULARIES, "tag": ["net"]}), store, clock=clock)
        narrow.install()
        luis = narrow.acting_as(LUIS)
        form = next(action.form for action in luis.page(case.id).actions if action.name == "tag")
        offered = {key: [one["const"] for one in form.schema["properties"][key]["oneOf"]] for key in ("add", "remove")}
        assert {"add": ["net"], "remove": ["net", "vpn"]} == offered
        assert [("add", "not_an_option")] == codes(lambda: luis.tag(case.id, ["vpn"]))
        luis.tag(case.id, remove=["vpn"])
        assert ("net",) == luis.get(case.id).tags


def test_filters_by_tag_go_with_others(tmp_path: Path, clock: FrozenClock) -> None:
    """With a state, with words that are searched for, page by page; never to what the actor may not see."""
    with open_desk_named("sqlite", house(), tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        luis = desk.acting_as(LUIS)
        cases = [opens(desk, subject=subject) for subject in ("Lamp", "Fan", "Lamp", "Door", "Lamp")]
        for case in cases[1:]:
            luis.tag(case.id, ["net"])
        luis.act(cases[2].id, "work")
        by = {"tags": "net", "state": "new"}
        assert [2, 4, 5] == [row.number for row in luis.listing(where=by).rows]
        assert [5] == [row.number for row in luis.listing(where=by, search="lamp").rows]
        page = luis.listing(where=by, limit=2)
        rest = luis.listing(where=by, limit=2, cursor=page.page.next)
        assert ([2, 4], [5], 3) == (
            [row.number for row in page.rows],
            [row.number for row in rest.rows],
            page.page.total,
        )
        assert [("tags", "cannot_filter")] == codes(lambda: desk.acting_as(ANA).listing(where={"tags": "net"}))
