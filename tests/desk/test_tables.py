"""
Who may do what in which state of a shipped desk, as tables written by hand: see `tests/desk/tables`.

Each ticket is brought into its state through the desk. What a table says is what `actions` shows, and what comes of
trying: whatever is open is done on a ticket of its own, whatever is not is refused with those codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from supportcore import Actor, Customer, Desk, FrozenClock, Module, Product, Team, Version, load_definition
from supportcore.errors import Refused
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Article
from supportcore.people.agents import Agent
from supportcore.storage.memory import MemoryStore
from supportcore.tickets.permissions import ON_TICKET

FOLDER = Path(__file__).parent / "tables"
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
CODES = {
    "+": (),
    "role+condition": ("role_required", "condition_not_met"),
    "condition": ("condition_not_met",),
}
"""What is written shorter than the codes it stands for."""
GIVEN: dict[str, dict[str, Any]] = {
    "reply": {"text": "Gracias."},
    "note": {"text": "Para nosotros."},
    "assign": {"assignee": "otro"},
    "triage": {"product": "facturas"},
    "set_deadline": {"deadline": "2026-12-01T09:00:00-06:00"},
    "cite": {"article": "navegador"},
    "ask_details": {"comment": "¿Qué navegador usa?"},
    "propose_solution": {"comment": "Actualice el navegador."},
    "cancel": {"comment": "Se abrió por error."},
    "close_technically": {"comment": "Instale la actualización."},
    "set_waiting": {"waiting_on": "vendor"},
    "reopen": {"comment": "No es eso."},
}
"""What is said in the forms that ask for something."""
DOCUMENT = {
    "noova": {"subject": "No se envía", "product": "facturas", "priority": "alta", "type": "problema"},
    "belenus": {"subject": "No se envía", "product": "facturas", "module": "timbrado", "product_version": "pro"},
}
NAMED = {"responsable": "responsible", "tecnico": "assignee", "soporte": "assignee"}
"""As what a ticket names somebody with "!" behind the role."""


class Table(NamedTuple):
    """
    One file.

    Attributes:
        people: Role of each column, with "!" behind it for the one that the ticket names.
        opens: What each of them is told who opens a ticket.
        ways: How a ticket comes into each state.
        rows: By state and name, the cells.
    """

    people: tuple[str, ...]
    opens: tuple[str, ...]
    ways: dict[str, str]
    rows: dict[tuple[str, str], tuple[str, ...]]


def read(name: str) -> Table:
    """Return the table of a desk."""
    section, people, opens = "", (), ()
    ways: dict[str, str] = {}
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section, _, way = line[1:].partition("]")
            if section not in ("open", "people"):
                ways[section] = way.strip()
            continue
        first, *cells = line.split()
        match section:
            case "people":
                people = (first, *cells)
            case "open":
                opens = tuple(cells)
            case _:
                assert (section, first) not in rows, f"{first} stands twice in {section}"
                rows[section, first] = tuple(cells)
    return Table(people, opens, ways, rows)


TABLES = {path.stem: read(path.stem) for path in sorted(FOLDER.glob("*.txt"))}


class House:
    """A shipped desk in memory, and people in the roles of its table."""

    def __init__(self, preset: str) -> None:
        self.preset = preset
        self.clock = FrozenClock(MONDAY)
        self.desk = Desk(load_definition(preset), MemoryStore(), clock=self.clock, ids=seeded_ids(3))
        self.desk.install(
            customers=[Customer(id="acme", name="ACME")],
            agents=[Agent(id=name, name=name) for name in ("nombrado", "otro")],
            teams=[Team(id="soporte", name="Soporte", members=["otro"])],
            products=[Product(id="facturas", name="Facturas")],
            modules=[Module(id="timbrado", name="Timbrado", product="facturas")],
            versions=[Version(id="pro", name="Pro", product="facturas")],
            articles=[Article(id="navegador", title="Navegadores", language="es")],
        )

    def acting(self, who: str) -> Any:
        role, named, _ = who.partition("!")
        person = "nombrado" if named else "cliente" if role == "cliente" else "ajeno"
        return self.desk.acting_as(Actor(id=person, roles={role}, customers={"acme"} if role == "cliente" else ()))

    def document(self) -> dict[str, Any]:
        return {**DOCUMENT[self.preset], "description": "Al enviarla aparece un error."}

    def ticket(self, way: str, who: str) -> str:
        """Return a ticket led into a state, which names *who* if that one has "!"."""
        ticket: str = self.acting("cliente").open(self.document()).id
        for step in filter(None, way.split(", ")):
            doer, does = step.split()
            if does == "h":
                self.clock.move(timedelta(hours=int(doer)))
                self.desk.run_due()
            else:
                self.name(ticket, doer)
                self.give(doer, ticket, does)
        self.name(ticket, who)
        return ticket

    def name(self, ticket: str, who: str) -> None:
        """Let the ticket name *who*, and nobody else as that; closed ones name whom they named."""
        role, named, _ = who.partition("!")
        if role in NAMED and self.acting("soporte").get(ticket).is_open:
            self.acting("soporte").assign(ticket, {NAMED[role]: "nombrado" if named else "otro"})

    def give(self, who: str, ticket: str, name: str) -> Any:
        """Do something, with what its form asks for."""
        command = name if name in ON_TICKET else "act"
        submit = {"command": command, "ticket": ticket, "action": name if command == "act" else ""}
        return self.acting(who).submit(submit, GIVEN.get(name, {}))


def codes(cell: str) -> tuple[str, ...]:
    """Return the codes that a cell stands for."""
    return CODES.get(cell, (cell,))


def told(call: Any) -> tuple[str, ...]:
    """Return the codes of the reasons that a call is refused with; none if it is done."""
    try:
        call()
    except Refused as error:
        return tuple(reason.code for reason in error.reasons)
    return ()


def columns(table: Table, state: str) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """Yield of each column of a state: who it is about, and the codes by name as it is written."""
    rows = {name: cells for (key, name), cells in table.rows.items() if key == state}
    assert all(len(cells) == len(table.people) for cells in rows.values())
    for place, who in enumerate(table.people):
        yield who, {name: codes(cells[place]) for name, cells in rows.items()}


STATES = [(preset, state) for preset, table in TABLES.items() for state in table.ways]


@pytest.mark.parametrize("preset", TABLES)
def test_a_table_is_whole(preset: str) -> None:
    """It has every role, every state, and in each state every command and every action."""
    definition, table = load_definition(preset), TABLES[preset]
    assert {role.key for role in definition.roles} == {who.removesuffix("!") for who in table.people}
    assert set(definition.workflow.by_key) == set(table.ways)
    every = {*ON_TICKET, *definition.workflow.actions}
    for state in table.ways:
        assert every == {name.strip("()") for key, name in table.rows if key == state}


@pytest.mark.parametrize(("preset", "state"), STATES)
def test_what_is_shown_is_what_the_table_says(preset: str, state: str) -> None:
    """Everybody is shown each command and action with those codes, and nothing that stands in parentheses."""
    house, table = House(preset), TABLES[preset]
    for who, cells in columns(table, state):
        ticket = house.ticket(table.ways[state], who)
        assert state == house.acting("soporte").get(ticket).state
        shown = {
            offer.name: tuple(reason.code for reason in offer.reasons) for offer in house.acting(who).actions(ticket)
        }
        assert {name: found for name, found in cells.items() if not name.startswith("(")} == shown, who


@pytest.mark.parametrize(("preset", "state"), STATES)
def test_what_is_done_is_what_the_table_says(preset: str, state: str) -> None:
    """What is open is done, each on a desk of its own; what is not is refused with those codes and changes nothing."""
    house, table = House(preset), TABLES[preset]
    for who, cells in columns(table, state):
        shared = house.ticket(table.ways[state], who)
        stored = house.desk.history(shared)
        for written, expected in cells.items():
            name = written.strip("()")
            at = house if expected else House(preset)
            ticket = shared if expected else at.ticket(table.ways[state], who)
            assert expected == told(lambda: at.give(who, ticket, name)), (who, name)  # noqa: B023  # called at once
        assert stored == house.desk.history(shared)
    assert () == house.desk.verify().findings


@pytest.mark.parametrize("preset", TABLES)
def test_who_may_open_a_ticket(preset: str) -> None:
    """Opening is offered, and done, as the table says."""
    house, table = House(preset), TABLES[preset]
    assert len(table.people) == len(table.opens)
    for who, cell in zip(table.people, table.opens, strict=True):
        acting, document = house.acting(who), {**house.document(), "customer": "acme"}
        (offer,) = acting.actions()
        assert codes(cell) == tuple(reason.code for reason in offer.reasons)
        assert codes(cell) == told(lambda: acting.open(document))  # noqa: B023  # called at once


@pytest.mark.parametrize("preset", TABLES)
def test_somebody_without_a_role_may_nothing(preset: str) -> None:
    """Whom the desk does not know is refused everything, with the same code (noova-01, belenus-01)."""
    house = House(preset)
    ticket = house.ticket("", "cliente")
    stranger = house.desk.acting_as(Actor(id="ajeno", roles={"panadero"}, customers={"acme"}))
    calls = [
        lambda: stranger.open(house.document()),
        lambda: stranger.actions(ticket),
        lambda: stranger.get(ticket),
        lambda: stranger.find(),
        lambda: stranger.reply(ticket, "Hola"),
        lambda: stranger.act(ticket, "cancel", {"comment": "x"}),
    ]
    assert [("unknown_actor",)] * len(calls) == [told(call) for call in calls]
    assert ["unknown_actor"] == [reason.code for reason in stranger.actions()[0].reasons]
