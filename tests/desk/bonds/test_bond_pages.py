"""What a page shows beside the facts of a ticket: tags, other tickets, votes, followers, the rating."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft7Validator

from supportcore import FrozenClock
from supportcore.desk.views import dump
from supportcore.desk.views.schemas import view_schemas
from tests.desk.bonds.house import ANA, BEA, CAI, HOUSE, LUIS, MAR, NOA, PEOPLE, opens
from tests.stores import open_desk_named

SCHEMAS = view_schemas()


def lived(desk: Any, extra: int = 0) -> Any:
    """A ticket with all of it, bound to two of its own customer and one of another, and to *extra* more."""
    case = opens(desk, priority="high")
    same, other, gone = opens(desk, BEA, subject="The fan"), opens(desk, CAI, subject="The door"), opens(desk)
    luis = desk.acting_as(LUIS)
    luis.tag(case.id, ["vpn", "net"])
    luis.link(case.id, other.id, "blocked_by")
    luis.link(case.id, same.id, "parent")
    for actor in (LUIS, BEA):
        desk.acting_as(actor).follow(case.id)
    luis.merge(gone.id, case.id)
    desk.acting_as(MAR).decide(case.id, "approve")
    for number in range(extra):
        more = opens(desk)
        luis.link(case.id, more.id)
        luis.merge(opens(desk).id, case.id)
        luis.tag(case.id, [f"t{number}"])
    luis.act(case.id, "work")
    luis.act(case.id, "propose", {"comment": "Try this."})
    desk.acting_as(ANA).rate(case.id, 1)
    return case


def bonds(page: Any) -> dict[str, Any]:
    """What stands beside the facts, in words."""
    return {
        "tags": [tag.title for tag in page.tags],
        "links": [
            (link.label, link.ticket.number, link.ticket.subject, link.ticket.state.title) for link in page.links
        ],
        "merged": [one.number for one in page.merged],
        "approvals": [
            (one.label, one.text, one.needed, [(vote.person, vote.text) for vote in one.votes], one.pending)
            for one in page.approvals
        ],
        "followers": page.followers,
        "rating": page.rating.text,
    }


def test_staff_sees_all_of_it_in_its_language(desk: Any) -> None:
    """In English and in Spanish, on every store."""
    case = lived(desk)
    light = "The light is out"
    assert {
        "tags": ["net", "vpn"],
        "links": [("Holds this one up", 3, "The door", "new"), ("Parent", 2, "The fan", "new")],
        "merged": [4],
        "approvals": [("The board", "Pending", 2, [("Mar", "I agree")], 1)],
        "followers": ("Luis", "Bea"),
        "rating": "Yes",
    } == bonds(desk.acting_as(LUIS).page(case.number))
    assert {
        "tags": ["net", "vpn"],
        "links": [("Bloquea este", 3, "The door", "new-es"), ("Principal", 2, "The fan", "new-es")],
        "merged": [4],
        "approvals": [("The board", "Pendiente", 2, [("Mar", "De acuerdo")], 1)],
        "followers": ("Luis", "Bea"),
        "rating": "Sí",
    } == bonds(desk.acting_as(MAR).page(case.number))
    page = desk.acting_as(LUIS).page(4)
    assert case.id == page.id
    merged = desk.acting_as(LUIS).page(page.merged[0].id)
    assert merged.merged_into is not None
    assert (1, light, "proposed") == (merged.merged_into.number, light, merged.merged_into.state.value)


def test_the_customer_sees_what_is_his(desk: Any) -> None:
    """Tickets of his own, his rating and that he follows; no tag, no vote, no name of a follower, no hidden ticket."""
    case = lived(desk)
    pages = [desk.acting_as(actor).page(case.id) for actor in (ANA, BEA)]
    assert {
        "tags": [],
        "links": [("Parent", 2, "The fan", "new")],
        "merged": [4],
        "approvals": [],
        "followers": (),
        "rating": "Yes",
    } == bonds(pages[0])
    assert [False, True] == [page.following for page in pages]
    assert not {"linked", "followed", "tagged", "voted"} & {entry.kind for entry in pages[0].thread}
    theirs = desk.acting_as(CAI).page(3)
    assert ((), None) == (theirs.links, theirs.merged_into)
    for page in (*pages, theirs):
        assert '"mar"' not in json.dumps(dump(page)).lower()
    assert case.id not in json.dumps(dump(theirs))


def test_staff_who_sees_less_is_shown_less(near: Any) -> None:
    """A link to a ticket of somebody else's stands on no page, nor does its number in what happened."""
    case = lived(near)
    near.acting_as(LUIS).assign(case.id, {"assignee": "noa"})
    near.acting_as(LUIS).link(case.id, 3, "blocked_by", linked=False)
    page = near.acting_as(NOA).page(case.id)
    assert ((), (), ("Luis", "Bea")) == (page.links, page.merged, page.followers)
    titles = [entry.title for entry in page.thread if entry.kind in ("linked", "unlinked", "merged_from")]
    assert [
        "Linked: Holds this one up",
        "Linked: Parent",
        "Another ticket was merged into this one",
        "No longer linked: Holds this one up",
    ] == titles
    assert "No longer linked: Holds this one up #3" in [one.title for one in near.acting_as(LUIS).page(1).thread]


def test_a_decided_approval_waits_for_nobody(near: Any) -> None:
    """With its outcome, who said what, and none that may still vote."""
    case = opens(near, priority="high")
    near.acting_as(MAR).decide(case.id, "reject")
    (approval,) = near.acting_as(LUIS).page(case.id).approvals
    assert ("rejected", "Rejected", 0) == (approval.status, approval.text, approval.pending)
    assert [("Mar", "reject", "I do not agree")] == [(one.person, one.verdict, one.text) for one in approval.votes]


def test_pages_and_lists_are_as_their_schemas_say(near: Any) -> None:
    """With all of it and with nothing of it, for staff and for customers."""
    case = lived(near)
    for actor in (LUIS, ANA):
        me = near.acting_as(actor)
        for page in (me.page(case.id), me.page(me.page(case.id).merged[0].id), me.page(2)):
            Draft7Validator(SCHEMAS["ticket_page"]).validate(dump(page))
        Draft7Validator(SCHEMAS["list_view"]).validate(dump(me.listing()))


@pytest.mark.store("sqlite")
def test_statements_of_a_page_and_a_list(tmp_path: Path, clock: FrozenClock) -> None:
    """One for all other tickets, however many there are; the names are among those that are read anyway."""
    counted: Counter[str] = Counter()

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        counted[statement.split()[0].upper()] += 1

    with open_desk_named("sqlite", HOUSE, tmp_path, clock=clock) as desk:
        desk.install(**PEOPLE)
        plain, few, many = opens(desk), lived(desk), lived(desk, extra=8)
        desk.acting_as(LUIS).listing()
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        found = []
        try:
            for ask in (
                *(lambda case=case: desk.acting_as(ANA).page(case.id) for case in (plain, few, many)),
                lambda: desk.acting_as(LUIS).listing(where={"state": "new"}),
                lambda: desk.acting_as(LUIS).listing(),
            ):
                counted.clear()
                ask()
                found.append(counted["SELECT"])
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
    assert [4, 5, 5] == found[:3]
    assert found[3] + 1 == found[4]
