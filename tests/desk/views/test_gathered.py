"""Files of all tickets, and what is due when: whose they are, in which order, and how one comes to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from icalendar import Calendar

from supportcore import FrozenClock, Invalid, Refused, load_definition
from tests.desk.machine import START
from tests.desk.views.portals import ANA, BO, CASE, LUIS, MAR, NEAR, NOOVA, STRANGER, equip, hand_in, opened

DAY = timedelta(days=1)
# The consultants may set deadlines here, which they may not on noova.
DUE = attrs.evolve(
    NOOVA, roles=tuple(attrs.evolve(role, may=role.may | {"set_deadline"}) for role in NOOVA.roles)
)  # fmt: skip


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def noova(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, DUE, clock) as desk:
        equip(desk)
        yield desk


def case(desk: Any, actor: Any, *files: str) -> str:
    for name in files:
        hand_in(desk, actor.id, name)
    found: str = desk.acting_as(actor).open(CASE, files=[f"file-{name}" for name in files]).id
    return found


def names(view: Any) -> list[tuple[int, str]]:
    return [(item.number, item.file.name) for item in view.items]


def test_the_files_of_all_tickets_one_may_see(noova: Any) -> None:
    """The newest ticket's first, in the order they came within one; drafts and internal ones are not the customer's."""
    ana, luis = noova.acting_as(ANA), noova.acting_as(LUIS)
    first = case(noova, ANA, "a.txt", "b.txt")
    case(noova, BO, "other.txt")
    case(noova, ANA)
    case(noova, ANA, "c.txt")
    hand_in(noova, "luis", "note.txt")
    hand_in(noova, "luis", "answer.txt")
    hand_in(noova, "ana", "draft.txt")
    luis.note(first, "Not for them.", files=["file-note.txt"])
    luis.reply(first, "For them.", files=["file-answer.txt"])
    found = ana.files()
    assert ("Archivos", "No hay nada aquí.", None) == (found.title, found.empty, found.next)
    assert [(4, "c.txt"), (1, "a.txt"), (1, "b.txt"), (1, "answer.txt")] == names(found)
    assert (first, "Printer", "public") == (found.items[1].ticket, found.items[1].subject, found.items[1].file.audience)
    assert {found.items[1].file} <= set(ana.page(first).files)
    staff = [(4, "c.txt"), (2, "other.txt"), (1, "a.txt"), (1, "b.txt"), (1, "note.txt"), (1, "answer.txt")]
    assert staff == names(luis.files())


def test_files_come_ticket_by_ticket(noova: Any) -> None:
    """No further ticket is looked at once there are enough; what `next` says leads to the rest, without a gap."""
    for name in ("a", "b", "c"):
        case(noova, ANA, f"{name}1", f"{name}2")
    ana = noova.acting_as(ANA)
    found: list[tuple[int, str]] = []
    before, pages = None, 0
    while pages < 5:
        view = ana.files(before=before, limit=1)
        found, before, pages = found + names(view), view.next, pages + 1
        if before is None:
            break
    assert 3 == pages
    assert [(3, "c1"), (3, "c2"), (2, "b1"), (2, "b2"), (1, "a1"), (1, "a2")] == found
    assert ([], None) == (names(ana.files(before=1)), ana.files(before=1).next)


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 201}, {"limit": "1"}, {"before": 0}, {"before": True}])
def test_what_files_cannot_be_asked_for(noova: Any, asked: dict[str, Any]) -> None:
    """A limit or number that cannot be is told at its path."""
    with pytest.raises(Invalid) as caught:
        noova.acting_as(ANA).files(**asked)
    assert [next(iter(asked))] == [fault.path for fault in caught.value.faults]


def test_what_is_due_when(noova: Any, clock: FrozenClock) -> None:
    """Open tickets that name the actor, the earliest first; those of others where he asks for them, if he sees them."""
    ana, luis = noova.acting_as(ANA), noova.acting_as(LUIS)
    late, soon, never, gone, other = (case(noova, who) for who in (ANA, ANA, ANA, ANA, BO))
    for ticket, days in ((late, 9), (soon, 2), (gone, 1), (other, 3)):
        luis.set_deadline(ticket, START + days * DAY)
    luis.act(gone, "cancel", {"comment": "Twice."})
    found = ana.calendar()
    assert [soon, late] == [item.ticket for item in found.items]
    assert ("Calendario", "#2 - Printer", "En curso", "green") == (
        found.title, found.items[0].title, found.items[0].state, found.items[0].light,
    )  # fmt: skip
    assert "2026-03-29T16:30:00.000Z" == found.items[0].due.at
    assert never not in found.text
    mar = noova.acting_as(MAR)
    assert [] == list(mar.calendar().items)
    assert [soon, other, late] == [item.ticket for item in mar.calendar(mine=False).items]
    mar.assign(other, {"assignee": "mar"})
    assert [other] == [item.ticket for item in mar.calendar().items]
    clock.move(3 * DAY)
    assert ["red", "green"] == [item.light for item in ana.calendar().items]


def test_the_calendar_as_text(noova: Any) -> None:
    """Another's reader finds the same entries; an entry that moves keeps its name, and its revision rises."""
    ana, luis = noova.acting_as(ANA), noova.acting_as(LUIS)
    ticket = case(noova, ANA)
    luis.set_deadline(ticket, START + DAY)
    (before,) = Calendar.from_ical(ana.calendar().text).walk("VEVENT")
    assert ("#1 - Printer", START + DAY) == (str(before["SUMMARY"]), before["DTSTART"].dt)
    assert "Razón para el estado: En curso" == str(before["DESCRIPTION"])
    luis.set_deadline(ticket, START + 2 * DAY)
    (after,) = Calendar.from_ical(ana.calendar().text).walk("VEVENT")
    assert (before["UID"], START + 2 * DAY) == (after["UID"], after["DTSTART"].dt)
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert [] == Calendar.from_ical(noova.acting_as(BO).calendar().text).walk("VEVENT")


def test_a_stranger_is_shown_nothing(noova: Any) -> None:
    """Somebody without a role is refused both."""
    for ask in (noova.acting_as(STRANGER).files, noova.acting_as(STRANGER).calendar):
        with pytest.raises(Refused):
            ask()


def test_the_menu_leads_to_them() -> None:
    """The shipped desk that has both in its menu calls them by the names of the views."""
    menu = {entry.key: (entry.to, entry.name) for entry in load_definition("cltech").screens.menu or ()}
    assert (("view", "files"), ("view", "calendar")) == (menu["archivos"], menu["calendario"])
