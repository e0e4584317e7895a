"""What is suggested before a ticket is opened, and that it is noted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportcore import Desk, FrozenClock, Invalid
from supportcore.desk.knowledge import suggesting
from supportcore.errors import Busy, StoreError, StoreReadOnly, TransactionLost
from supportcore.storage import attempts, open_store
from supportcore.storage.ports import drive
from tests.desk.knowledge.shelf import ANA, BO, HAL, LUIS, equip, open_ticket
from tests.desk.machine import SMALL, START
from tests.desk.views.portals import NEAR, opened
from tests.stores import open_desk_named


@pytest.fixture(params=NEAR)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with opened(request, tmp_path, SMALL, FrozenClock(START)) as made:
        equip(made)
        yield made


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Any]:
    """The same in memory, where one store says enough."""
    with open_desk_named("memory", SMALL, tmp_path, clock=FrozenClock(START)) as made:
        equip(made)
        yield made


def kept(desk: Any, suggestion: str) -> Any:
    """What is stored of a suggestion."""
    with desk.store.begin(write=False) as execute:
        return drive(desk.store.ledger(desk.definition.key).suggestion(suggestion), execute)


def test_articles_and_tickets(desk: Any) -> None:
    """Articles as a search finds them, and resolved tickets that the actor may see, each with hits marked."""
    solved = open_ticket(desk, "No puedo emitir la factura", resolve=True)
    open_ticket(desk, "La factura no sale")
    open_ticket(desk, "Factura de Beta", by=BO, resolve=True)
    view = desk.acting_as(ANA).suggest("Problema con la factura electrónica")
    assert "a-factura" == view.articles[0].id
    assert {"a-factura", "d-price", "e-acme"} == {item.id for item in view.articles}
    assert [solved] == [item.id for item in view.tickets]
    assert ["factura"] == [part.text for part in view.tickets[0].subject if part.hit]
    assert ("Quizás esto le ayude", "Casos similares ya resueltos") == (view.title, view.tickets_title)
    stored = kept(desk, view.id)
    assert ("ana", START, tuple(item.id for item in view.articles), (solved,), None, None) == (
        stored.person,
        stored.at,
        stored.articles,
        stored.tickets,
        stored.read,
        stored.ticket,
    )


@pytest.mark.parametrize(
    ("title", "expected"), [("fac", 3), ("Facturac", 1), ("emitir fact", 3), ("x", 0), ("cierre del añ", 1)]
)
def test_while_it_is_typed(desk: Any, title: str, expected: int) -> None:
    """The last word may go on; nothing is noted of it."""
    me = desk.acting_as(ANA)
    view = me.suggest(title, typing=True)
    assert (expected, "") == (len(view.articles), view.id)
    assert 0 == desk.deflection(START, START + timedelta(days=1)).shown


def test_nothing_to_suggest(near: Any) -> None:
    """Then nothing is noted."""
    view = near.acting_as(ANA).suggest("Zzz")
    assert ("", (), ()) == (view.id, view.articles, view.tickets)
    assert 0 == near.deflection(START, START + timedelta(days=1)).shown


def test_the_most_similar_ticket_comes_first(near: Any) -> None:
    """More and rarer words of the title count more, of equals the latest; no more come than are asked for."""
    best = open_ticket(near, "Impresora sin tinta", resolve=True)
    others = [open_ticket(near, "Impresora lenta", resolve=True) for _ in range(6)]
    me = near.acting_as(ANA)
    assert [best, *reversed(others)] == [item.id for item in me.suggest("impresora sin tinta", limit=20).tickets]
    assert [best, others[-1]] == [item.id for item in me.suggest("La tinta de la impresora", limit=2).tickets]
    assert best == me.suggest("impresora tint tinta", typing=True).tickets[0].id


def test_how_many_tickets_are_looked_at(near: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest few that have some of the words; one that has all of them is found however old it is."""
    best = open_ticket(near, "Impresora sin tinta", resolve=True)
    others = [open_ticket(near, "Impresora lenta", resolve=True) for _ in range(4)]
    monkeypatch.setattr(suggesting, "MOST_LOOKED_AT", 3)
    me = near.acting_as(ANA)
    assert [best, *reversed(others[1:])] == [item.id for item in me.suggest("impresora sin tinta").tickets]
    assert list(reversed(others[1:])) == [item.id for item in me.suggest("impresora rápida").tickets]


def test_whose_tickets(near: Any) -> None:
    """What is not the actor's to see is not suggested, however similar; nor what was cancelled or is open."""
    theirs = open_ticket(near, "Factura rota", by=BO, resolve=True)
    cancelled = open_ticket(near, "Factura rota")
    near.acting_as(LUIS).act(cancelled, "cancel", {"reason": "mistake"})
    assert "cancelled" == near.acting_as(LUIS).get(cancelled).outcome
    assert () == near.acting_as(ANA).suggest("Factura rota").tickets
    assert () == near.acting_as(HAL).suggest("Factura rota").tickets
    assert [theirs] == [item.id for item in near.acting_as(BO).suggest("Factura rota").tickets]
    assert [theirs] == [item.id for item in near.acting_as(LUIS).suggest("Factura rota").tickets]


@pytest.mark.parametrize(
    ("options", "path"),
    [({"limit": 0}, "limit"), ({"limit": 21}, "limit"), ({"product": "none"}, "product"), ({"title": None}, "title")],
)
def test_options_that_cannot_be(near: Any, options: Any, path: str) -> None:
    """A limit, a product that nobody knows, a title that is no text."""
    with pytest.raises(Invalid) as refused:
        near.acting_as(ANA).suggest(**{"title": "factura", **options})
    assert [path] == [fault.path for fault in refused.value.faults]


def test_what_came_of_it(desk: Any) -> None:
    """Read, opened all the same, or neither; a suggestion counts for whom it was made, when it was made."""
    me = desk.acting_as(ANA)
    helped, opened_, neither = (me.suggest("factura").id for _ in range(3))
    me.article("a-factura", suggestion=helped)
    desk.acting_as(BO).article("a-factura", suggestion=neither)
    me.open({"subject": "Factura"}, suggestion=opened_)
    desk.acting_as(BO).open({"subject": "Factura"}, suggestion=neither)
    found = desk.deflection(START, START + timedelta(milliseconds=1))
    assert (3, 1, 1) == (found.shown, found.read, found.opened)
    assert 0 == desk.deflection(START - timedelta(days=1), START).shown
    with pytest.raises(Invalid):
        desk.deflection(START.replace(tzinfo=None), START)


# -- a store that does not take the note -------------------------------------------------------------------------------


@pytest.mark.store("sqlite")
def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    """The suggestion is made all the same, without an id."""
    file = tmp_path / "desk.db"
    store = open_store(f"sqlite:///{file}")
    store.migrate()
    equip(Desk(SMALL, store, clock=FrozenClock(START)))
    store.close()
    reading = open_store(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        desk = Desk(SMALL, reading, clock=FrozenClock(START))
        view = desk.acting_as(ANA).suggest("factura")
        assert (3, "") == (len(view.articles), view.id)
        assert 3 == len(desk.acting_as(ANA).search("factura").items)
    finally:
        reading.close()


@pytest.mark.store("sqlite")
def test_a_store_that_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else writes for so long that nobody waits for it: the suggestion is made all the same."""
    monkeypatch.setattr(attempts, "PATIENCE", 0.05)
    store = open_store(f"sqlite:///{tmp_path / 'desk.db'}?timeout=0.05")
    other = open_store(f"sqlite:///{tmp_path / 'desk.db'}")
    try:
        store.migrate()
        desk = Desk(SMALL, store, clock=FrozenClock(START))
        equip(desk)
        with other.begin(write=True):
            view = desk.acting_as(ANA).suggest("factura")
        assert (3, "") == (len(view.articles), view.id)
        assert desk.acting_as(ANA).suggest("factura").id
    finally:
        store.close()
        other.close()


@pytest.mark.parametrize("error", [StoreReadOnly(where="here"), Busy("others"), StoreError(why="a disk is full")])
def test_what_is_passed_over(near: Any, monkeypatch: pytest.MonkeyPatch, error: StoreError) -> None:
    """That a store fails to take the note is not the reader's concern."""
    refuse(near, monkeypatch, error)
    assert "" == near.acting_as(ANA).suggest("factura").id


def test_what_is_told(near: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose transaction is gone has to know it."""
    refuse(near, monkeypatch, TransactionLost(why="a deadlock"))
    with pytest.raises(TransactionLost):
        near.acting_as(ANA).suggest("factura")


def refuse(desk: Any, monkeypatch: pytest.MonkeyPatch, error: StoreError) -> None:
    """Let the store refuse to write."""
    begin = type(desk.store).begin

    def refusing(store: Any, *, write: bool) -> Any:
        if write:
            raise error
        return begin(store, write=write)

    monkeypatch.setattr(type(desk.store), "begin", refusing)
