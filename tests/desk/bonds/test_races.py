"""Two tickets are held at once, by many hands at once: some come through, nobody waits for ever, nothing goes round."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import FrozenClock, SupportError
from supportcore.storage.memory import MemoryLedger
from tests.desk.bonds.house import HOUSE, LUIS, MAR, PEOPLE, opens
from tests.desk.machine import START
from tests.desk.views.portals import names
from tests.stores import open_desk_named, server_url

ROUNDS = 5


@pytest.fixture(params=names())
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    url = server_url(request, request.param)
    with open_desk_named(request.param, HOUSE, tmp_path, server_url=url, clock=FrozenClock(START)) as found:
        found.install(**PEOPLE)
        yield found


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in threads that begin together, and return what each came to; an error of the library is an answer."""
    found: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        barrier.wait()
        try:
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    strange = [one for one in found if isinstance(one, Exception) and not isinstance(one, SupportError)]
    assert [] == strange
    return found


def refused(found: list[Any]) -> list[str]:
    return sorted(one.code for one in found if isinstance(one, SupportError))


def test_each_into_the_other(desk: Any) -> None:
    """Exactly one of two comes through, and the other is told that its target was merged already."""
    for _ in range(ROUNDS):
        one, two = opens(desk), opens(desk)
        found = at_once(
            lambda one=one, two=two: desk.acting_as(LUIS).merge(one.id, two.id),
            lambda one=one, two=two: desk.acting_as(MAR).merge(two.id, one.number),
        )
        assert ["merged_already"] == refused(found)
        ends = [desk.acting_as(LUIS).get(case.id).merged_into for case in (one, two)]
        assert 1 == ends.count(None)
        assert 1 == len({desk.acting_as(LUIS).get(case.number).id for case in (one, two)})
    assert () == desk.verify().findings


def test_a_circle_of_three(desk: Any) -> None:
    """Two of three come through in whatever order, and all numbers lead to one ticket."""
    for _ in range(ROUNDS):
        cases = [opens(desk) for _ in range(3)]
        pairs = zip(cases, [*cases[1:], cases[0]], strict=True)
        found = at_once(*(lambda a=a, b=b: desk.acting_as(LUIS).merge(a.id, b.number) for a, b in pairs))
        assert ["merged_already"] == refused(found)
        assert 1 == len({desk.acting_as(LUIS).get(case.number).id for case in cases})
    assert () == desk.verify().findings


def test_many_into_one_that_is_talked_in_and_linked(desk: Any) -> None:
    """Whatever else happens to the survivor at the same time, nothing is lost."""
    target, *cases = [opens(desk) for _ in range(5)]
    luis = desk.acting_as(LUIS)
    found = at_once(
        *(lambda case=case: luis.merge(case.id, target.id) for case in cases[:3]),
        lambda: luis.reply(target.id, "One moment."),
        lambda: luis.link(cases[3].id, target.id),
        lambda: luis.link(target.id, cases[3].id, "parent"),
        lambda: luis.follow(target.id),
    )
    assert [] == refused(found)
    ticket = luis.get(target.id)
    assert {case.id for case in cases[:3]} == set(ticket.merged)
    assert {"related", "parent"} == {link.kind for link in ticket.links}
    assert {"related", "child"} == {link.kind for link in luis.get(cases[3].id).links}
    assert ["luis"] == [follower.person for follower in ticket.followers]
    assert 1 == sum(entry.kind == "replied" for entry in luis.timeline(target.id))
    assert () == desk.verify().findings


def test_both_are_held_in_the_order_of_their_ids(near: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever is merged or linked, and however it is named: so nobody waits for somebody who waits for him."""
    held: list[str] = []
    plain = MemoryLedger.ticket

    def ticket(self: MemoryLedger, ticket_id: str, *, lock: bool = False) -> Any:
        if lock:
            held.append(ticket_id)
        return plain(self, ticket_id, lock=lock)

    monkeypatch.setattr(MemoryLedger, "ticket", ticket)
    for turn in range(6):
        one, two = opens(near), opens(near)
        held.clear()
        near.acting_as(LUIS).link(one.id, two.number)
        near.acting_as(LUIS).link(two.id, one.id, linked=False)
        near.acting_as(LUIS).merge(*((one.id, two.number) if turn % 2 else (two.id, one.id)))
        assert sorted([one.id, two.id]) * 3 == held
