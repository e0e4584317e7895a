"""How much the desk asks of its database: few statements, whatever the ticket holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from supportcore import Actor, Agent, Customer, Desk, FrozenClock, Product, Team, load_definition
from supportcore.storage import open_store

pytestmark = pytest.mark.store("sqlite")
ANA = Actor(id="ana", roles={"cliente"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"consultor"})
CASE = {"subject": "x", "product": "erp", "priority": "alta", "type": "problema", "description": "words"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    store.migrate()
    desk = Desk(load_definition("noova"), store, clock=FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
    desk.install(
        customers=[Customer(id="acme", name="ACME")],
        agents=[Agent(id="luis", name="Luis")],
        teams=[Team(id="soporte", name="Soporte", members=["luis"])],
        products=[Product(id="erp", name="ERP")],
    )
    desk.acting_as(ANA).open(CASE)
    yield desk
    store.close()


@pytest.fixture
def counted(desk: Desk) -> Iterator[Counter[str]]:
    found: Counter[str] = Counter()

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        word = statement.split()[0].upper()
        found["NUMBER" if "numbers" in statement else word] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", count)


def test_opening_a_ticket(desk: Desk, counted: Counter[str]) -> None:
    """At most two reads, one number and six writes: ticket, history, text, postings, notices, receipt."""
    desk.acting_as(ANA).open(CASE)
    assert (2, 1, 6, 0) == (counted["SELECT"], counted["NUMBER"], counted["INSERT"], counted["UPDATE"])


def test_taking_an_action(desk: Desk, counted: Counter[str]) -> None:
    """Two reads (was it given before, the ticket), and one write each of ticket, history, text, notices, receipt."""
    (ticket,) = desk.acting_as(LUIS).find().items
    counted.clear()
    desk.acting_as(LUIS).act(ticket.id, "propose_solution", {"comment": "so"})
    assert (2, 4, 1) == (counted["SELECT"], counted["INSERT"], counted["UPDATE"])


def test_a_repeated_command(desk: Desk, counted: Counter[str]) -> None:
    """A command that was carried out before costs one read and writes nothing."""
    desk.acting_as(ANA).open(CASE, command_id="once")
    counted.clear()
    desk.acting_as(ANA).open(CASE, command_id="once")
    assert (1, 0, 0) == (counted["SELECT"], counted["INSERT"], counted["UPDATE"])


def test_what_is_possible(desk: Desk, counted: Counter[str]) -> None:
    """Asking for the actions of a ticket costs one read."""
    (ticket,) = desk.acting_as(LUIS).find().items
    counted.clear()
    desk.acting_as(LUIS).actions(ticket.id)
    assert 1 == counted["SELECT"]


def test_a_page_and_its_total(desk: Desk, counted: Counter[str]) -> None:
    """A page costs one read, with its total two, however many tickets there are."""
    desk.acting_as(LUIS).find()
    assert 2 == counted["SELECT"]
    counted.clear()
    desk.acting_as(LUIS).find(total=False)
    assert 1 == counted["SELECT"]
