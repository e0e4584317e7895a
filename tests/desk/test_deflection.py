"""From a suggestion to the ticket that was opened all the same, and what is counted of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, FrozenClock, Invalid
from supportcore.knowledge.article import Article, Deflection
from supportcore.storage.ports import drive
from tests.desk.machine import SMALL, START, equip
from tests.desk.views.portals import NEAR, opened

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es")
CLEO = Actor(id="cleo", roles={"customer"}, customers={"acme"}, locale="es")
TITLE = "La impresora no imprime"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, SMALL, clock) as found:
        equip(found)
        found.catalogue.put(Article(id="printer", title="Si la impresora no imprime", language="es"))
        yield found


def counted(desk: Any) -> Deflection:
    """Return what came of all suggestions of the day."""
    found: Deflection = desk.deflection(START, START + timedelta(days=1))
    return found


def came_of(desk: Any, suggestion: str) -> str | None:
    """Return the ticket that came of a suggestion."""
    ledger = desk.store.ledger(desk.definition.key)
    with desk.store.begin(write=False) as execute:
        found = drive(ledger.suggestion(suggestion), execute)
    ticket: str | None = found.ticket
    return ticket


def test_a_ticket_that_is_opened_all_the_same_is_counted(desk: Any) -> None:
    """Of two people who are shown an article, the one reads it and the other one opens a ticket."""
    reads, opens = desk.acting_as(ANA), desk.acting_as(CLEO)
    shown = reads.suggest(TITLE)
    assert ["printer"] == [hit.id for hit in shown.articles]
    reads.article("printer", suggestion=shown.id)
    assert Deflection(shown=1, read=1, opened=0) == counted(desk)
    told = opens.suggest(TITLE).id
    ticket = opens.open({"subject": TITLE}, suggestion=told).id
    assert Deflection(shown=2, read=1, opened=1) == counted(desk)
    assert ticket == came_of(desk, told)


def test_a_suggestion_leads_to_one_ticket(desk: Any) -> None:
    """The first that is opened with it; another one with the same suggestion is opened and not counted."""
    ana = desk.acting_as(ANA)
    shown = ana.suggest(TITLE).id
    first = ana.open({"subject": TITLE}, suggestion=shown).id
    second = ana.open({"subject": TITLE}, suggestion=shown).id
    assert first != second
    assert first == came_of(desk, shown)
    assert Deflection(shown=1, read=0, opened=1) == counted(desk)


def test_what_is_opened_again_is_the_same_ticket(desk: Any) -> None:
    """A command that is sent twice opens one ticket, with the suggestion or without."""
    ana = desk.acting_as(ANA)
    shown = ana.suggest(TITLE).id
    first = ana.open({"subject": TITLE}, suggestion=shown, command_id="once")
    assert first == ana.open({"subject": TITLE}, command_id="once")
    assert first.id == came_of(desk, shown)


def test_the_suggestion_of_somebody_else_is_passed_over(desk: Any) -> None:
    """The ticket is opened, and nothing came of what another person was shown."""
    shown = desk.acting_as(ANA).suggest(TITLE).id
    assert 1 == desk.acting_as(CLEO).open({"subject": TITLE}, suggestion=shown).number
    assert came_of(desk, shown) is None
    assert Deflection(shown=1, read=0, opened=0) == counted(desk)


@pytest.mark.parametrize("suggestion", ["", "nowhere", "x" * 65, " ", "ñ" * 200])
def test_what_is_no_suggestion_is_passed_over(desk: Any, suggestion: str) -> None:
    """It measures and forbids nothing: an unknown id, and a text that is none, opens a ticket as well."""
    assert 1 == desk.acting_as(ANA).open({"subject": TITLE}, suggestion=suggestion).number


def test_a_ticket_that_is_refused_comes_of_nothing(desk: Any) -> None:
    """Where nothing is opened, nothing is noted."""
    shown = desk.acting_as(ANA).suggest(TITLE).id
    with pytest.raises(Invalid):
        desk.acting_as(ANA).open({}, suggestion=shown)
    assert came_of(desk, shown) is None
