"""Questions put to people: who is asked what about which tickets, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import FrozenClock, Refused
from supportcore.desk.views import questions
from tests.desk.machine import START
from tests.desk.views.portals import ANA, BO, LUIS, NEAR, STRANGER, equip, opened, written
from tests.stores import open_desk_named

RULES = """
[[questions]]
key = "is_it"
where = { all = [{ field = "state", eq = "solved" }, { field = "contact", eq = "@actor.id" }] }
answers = ["confirm"]

[[questions]]
key = "any_more"
where = { field = "state", eq = "new" }
answers = ["cancel", "take"]

[[questions]]
key = "give_up"
where = { field = "state", eq = "asking" }
answers = ["cancel"]
"""
LABELS = """
[questions.is_it]
label = { en = "Is it solved?", es = "¿Quedó resuelto?" }
help = { en = "Try it first.", es = "Pruébelo antes." }

[questions.any_more]
label = { en = "Who takes it?", es = "¿Quién lo toma?" }

[questions.give_up]
label = { en = "Shall we wait?", es = "¿Esperamos?" }
"""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def asking(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, written(tmp_path, "small", RULES, LABELS), clock) as desk:
        equip(desk)
        yield desk


@pytest.fixture
def near(tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with open_desk_named("memory", written(tmp_path, "small", RULES, LABELS), tmp_path, clock=clock) as desk:
        equip(desk)
        yield desk


def solved(desk: Any, clock: FrozenClock, count: int, who: Any = ANA) -> list[str]:
    """Return tickets of *who* that were solved, a minute apart."""
    found = []
    for number in range(count):
        clock.move(timedelta(minutes=1))
        ticket = desk.acting_as(who).open({"subject": f"Case {number}", "priority": "low"}).id
        desk.acting_as(LUIS).act(ticket, "take")
        desk.acting_as(LUIS).act(ticket, "solve", {"comment": "So."})
        found.append(ticket)
    return found


def test_a_customer_is_asked_whether_it_is_solved(asking: Any, clock: FrozenClock) -> None:
    """About the customer's own tickets, oldest first, with the actions that answer and their forms."""
    first, second = solved(asking, clock, 2)
    solved(asking, clock, 1, BO)
    asking.acting_as(ANA).open({"subject": "New"})
    found = asking.acting_as(ANA).questions()
    assert [first, second] == [item.ticket for item in found.items]
    item = found.items[0]
    assert ("is_it", 1, "Case 0", "¿Quedó resuelto?", "Pruébelo antes.") == (
        item.key,
        item.number,
        item.title,
        item.text,
        item.help,
    )
    assert [("confirm", True)] == [(answer.name, answer.allowed) for answer in item.answers]
    assert item.answers[0].form is not None
    assert (first, "confirm") == (item.answers[0].form.submit.ticket, item.answers[0].form.submit.action)
    assert "Preguntas para usted" == found.title
    asking.acting_as(ANA).act(first, "confirm")
    assert [second] == [item.ticket for item in asking.acting_as(ANA).questions().items]


def test_it_is_asked_as_long_as_it_can_be_answered(asking: Any, clock: FrozenClock) -> None:
    """What a timer has done by now counts, stored or not; one that comes due does not keep others away."""
    (first,) = solved(asking, clock, 1)
    clock.move(timedelta(hours=71))
    (second,) = solved(asking, clock, 1)
    assert [first, second] == [item.ticket for item in asking.acting_as(ANA).questions().items]
    clock.move(timedelta(hours=1))
    assert [second] == [item.ticket for item in asking.acting_as(ANA).questions().items]
    assert "solved" == asking.acting_as(ANA).get(first).state
    clock.move(timedelta(hours=99))
    found = asking.acting_as(ANA).questions()
    assert ((), "No hay preguntas.") == (found.items, found.empty)


def test_it_is_asked_about_the_ticket_as_it_stands(asking: Any, clock: FrozenClock) -> None:
    """A ticket that a timer has moved on is not asked about, though the answer would still be open."""
    ticket = asking.acting_as(ANA).open({"subject": "A"}).id
    asking.acting_as(LUIS).act(ticket, "ask", {"comment": "Which?"})
    assert ["give_up"] == [item.key for item in asking.acting_as(LUIS).questions().items]
    clock.move(timedelta(hours=72))
    assert any(offer.allowed for offer in asking.acting_as(LUIS).actions(ticket) if offer.name == "cancel")
    assert () == asking.acting_as(LUIS).questions().items


def test_questions_of_several_kinds_stand_together(asking: Any, clock: FrozenClock) -> None:
    """By the age of the ticket; only the answers that are open to the actor are offered."""
    both = attrs.evolve(ANA, roles=frozenset({"customer", "agent"}), locale="en")
    new = asking.acting_as(ANA).open({"subject": "Old"}).id
    (done,) = solved(asking, clock, 1)
    found = asking.acting_as(both).questions().items
    assert [(new, "any_more"), (done, "is_it")] == [(item.ticket, item.key) for item in found]
    assert {"cancel", "take"} == {answer.name for answer in found[0].answers}
    assert "Who takes it?" == found[0].text
    helper = attrs.evolve(LUIS, roles=frozenset({"helper"}))
    assert () == asking.acting_as(helper).questions().items
    with pytest.raises(Refused):
        asking.acting_as(STRANGER).questions()


def test_at_most_twenty(near: Any, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest, found past those that cannot be answered any more."""
    monkeypatch.setattr(questions, "_TOGETHER", 4)
    late = solved(near, clock, 6)
    clock.move(timedelta(hours=73))
    found = solved(near, clock, 22)
    asked = [item.ticket for item in near.acting_as(ANA).questions().items]
    assert found[:20] == asked
    assert not set(late) & set(asked)


def test_nobody_is_asked_what_he_may_not_answer(near: Any, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a role that may give an answer no ticket is even read."""
    solved(near, clock, 1)
    from supportcore.storage.memory import MemoryLedger

    found: list[object] = []
    find = MemoryLedger.find

    def watched(self: MemoryLedger, query: Any) -> Any:
        found.append(query)
        return find(self, query)

    monkeypatch.setattr(MemoryLedger, "find", watched)
    helper = attrs.evolve(LUIS, roles=frozenset({"helper"}))
    assert () == near.acting_as(helper).questions().items
    assert [] == found
    assert 1 == len(near.acting_as(ANA).questions().items)
    assert 1 == len(found)
