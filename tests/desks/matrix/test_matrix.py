"""Who may do what: every role, command and action against tickets of all kinds, as tables written by hand say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from supportcore import Actor, Desk, FrozenClock, Invalid, NotFound, Refused, open_store
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Store
from supportcore.tickets.permissions import ON_TICKET
from tests.desks.matrix.reading import FOLDER, TICKETS, Matrix, Table, read_matrix

DESKS = sorted(path.stem for path in FOLDER.glob("*.toml"))
MATRICES = {name: read_matrix(name) for name in DESKS}
TABLES = [(name, table) for name, matrix in MATRICES.items() for table in matrix.tables]
IDS = [f"{name}-{table.name}" for name, table in TABLES]
BY_DESK = pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES)
BY_TABLE = pytest.mark.parametrize(("name", "table"), TABLES, ids=IDS)


class House:
    """A desk and another one beside it in the same store, with the tickets of a table in its state."""

    def __init__(self, matrix: Matrix, table: Table, store: Store, key: str = "") -> None:
        self.matrix, self.table, self.store, self.key = matrix, table, store, key or matrix.cast.definition.key
        self.clock = FrozenClock(matrix.cast.now)
        self.desk, other = (self._desk(key) for key in (self.key, f"{self.key}-2"))
        self.tickets = {ticket: self._open(self.desk, ticket) for ticket in TICKETS[:3]}
        self.beside = {ticket: self._open(self.desk, ticket) for ticket in TICKETS[:3]}
        self.tickets["elsewhere"] = self._open(other, "own")
        self.beside["elsewhere"] = self._open(other, "own")
        for step in table.given:
            self._do(dict(step))

    def _desk(self, key: str) -> Desk:
        definition = attrs.evolve(self.matrix.cast.definition, key=key)
        desk = Desk(definition, self.store, clock=self.clock, ids=seeded_ids(len(key)))
        desk.install()
        desk.catalogue.put(*self.matrix.cast.records)
        return desk

    def actor(self, name: str) -> Actor:
        return self.matrix.cast.actors[name]

    def _open(self, desk: Desk, ticket: str) -> str:
        document = {**self.matrix.document, **self.table.document}
        said = {key: value for key, value in document.items() if not isinstance(value, dict)}
        return desk.acting_as(self.actor(self.table.openers[ticket])).open({**said, **document.get(ticket, {})}).id

    def _do(self, step: dict[str, Any]) -> None:
        who, do, only = step.pop("as"), step.pop("do"), step.pop("on", TICKETS[:3])
        for ticket in only:
            actor = self.actor(self.table.openers[ticket] if who == "opener" else who)
            getattr(self.desk.acting_as(actor), do)(self.tickets[ticket], **step)

    def outcome(self, actor: Actor, name: str, ticket: str) -> str:
        """Give a command, and return what came of it: yes or a code."""
        command = name if name in ON_TICKET else "act"
        submit = {"command": command, "ticket": self.tickets[ticket], "action": name if command == "act" else ""}
        try:
            self.desk.acting_as(actor).submit(submit, self._said(name, ticket))
        except Invalid as error:
            return f"invalid: {error}"
        except Refused as error:
            return error.reasons[0].code
        except NotFound as error:
            return error.code
        return "yes"

    def _said(self, name: str, ticket: str) -> dict[str, Any]:
        """Return what a command or action asks for, made up where nothing else is said."""
        if name in self.matrix.inputs:
            return dict(self.matrix.inputs[name])
        definition = self.desk.definition
        survey = definition.survey
        known: Mapping[str, dict[str, Any]] = {
            "reply": {"text": "Hola."},
            "note": {"text": "Hola."},
            "set_deadline": {"deadline": (self.clock() + timedelta(days=9)).isoformat()},
            "rate": {"rating": survey.greatest if survey else 5},
            "decide": {"verdict": "approve"},
            "link": {"other": self.beside[ticket]},
            "merge": {"into": self.beside[ticket]},
        }
        if name in ON_TICKET:
            return known.get(name, {})
        step = definition.workflow.by_action.get((name, self.table.state))
        asked = step.form.fields if step is not None else ()
        return {f.key: f.options[0] if f.options else "Hola." for f in asked if f.required}

    def offered(self, actor: Actor, ticket: str) -> dict[str, str]:
        """Return what is offered, and for what is not the first reason."""
        try:
            offers = self.desk.acting_as(actor).actions(self.tickets[ticket])
        except NotFound:
            return {}
        return {offer.name: offer.reasons[0].code if offer.reasons else "yes" for offer in offers}


def copied(tables: Mapping[str, Mapping[Any, Any]]) -> dict[str, dict[Any, Any]]:
    """Return a copy of what a store in memory keeps; documents are replaced and never changed, lists grow."""
    return {
        name: {key: list(doc) if isinstance(doc, list) else doc for key, doc in docs.items()}
        for name, docs in tables.items()
    }


@BY_TABLE
def test_every_cell_is_so(name: str, table: Table) -> None:
    """What is given comes to what the table says, and what is offered agrees with it."""
    matrix, store = MATRICES[name], MemoryStore()
    house = House(matrix, table, store)
    states = {ticket: store._tables["tickets"][house.key, house.tickets[ticket]] for ticket in TICKETS[:3]}
    assert {table.state} == {state["state"] for state in states.values()}
    before = copied(store._tables)
    offers: dict[tuple[str, str], dict[str, str]] = {}
    wrong = []
    for (command, column, ticket), code in table.cells.items():
        actor = house.actor(column)
        told = offers.setdefault((column, ticket), house.offered(actor, ticket))
        came = house.outcome(actor, command, ticket)
        if came == "yes":
            store._tables.clear()
            store._tables.update(copied(before))
        if code != came or (command in told and told[command] != code):
            wrong.append(f"{command} by {column} on {ticket}: expected {code}, came to {came}, {told.get(command)}")
    assert [] == wrong
    assert before == store._tables


@BY_TABLE
def test_every_line_is_there(name: str, table: Table) -> None:
    """No command, action, column or kind of ticket is left out."""
    matrix = MATRICES[name]
    names = {*ON_TICKET, *matrix.cast.definition.workflow.actions}
    expected = {(command, column, ticket) for command in names for column in matrix.columns for ticket in TICKETS}
    assert expected == set(table.cells)


@BY_DESK
def test_every_role_has_a_column(matrix: Matrix) -> None:
    """The roles are those that the rows name, called as there, and each has an actor with that role alone."""
    roles = matrix.cast.definition.roles
    label = matrix.cast.definition.labels.label
    assert matrix.called == tuple(label("roles", role.key, "es") for role in roles)
    assert {role.key for role in roles} == set(matrix.columns.values())
    assert all(matrix.cast.actors[name].roles == {role} for name, role in matrix.columns.items())


@BY_DESK
def test_who_may_open_a_ticket_and_for_whom(matrix: Matrix) -> None:
    """For the own customer and for another one; nothing is asked of somebody who may not open any."""
    house = House(matrix, matrix.tables[0], MemoryStore())
    customers = [record.id for record in matrix.cast.records if type(record).__name__ == "Customer"]
    for (which, column), code in matrix.opening.items():
        actor = house.actor(column)
        document = {**matrix.document, **matrix.document["own"]}
        said = {key: value for key, value in document.items() if not isinstance(value, dict)}
        if customers and (which == "other" or not actor.customers):
            said["customer"] = customers[which == "other"]
        try:
            house.desk.acting_as(actor).open(said)
        except Invalid as error:
            came = error.faults[0].code
        except Refused as error:
            came = error.reasons[0].code
        else:
            came = "yes"
        assert (which, column, code) == (which, column, came)


@BY_DESK
def test_without_a_role_nothing_can_be_done(matrix: Matrix) -> None:
    """Somebody whom the host knows, and to whom nobody gave a role, is told so, whatever he asks for."""
    house = House(matrix, matrix.tables[0], MemoryStore())
    nobody = Actor(id=matrix.cast.actors[matrix.tables[0].openers["own"]].id, customers={"acme"}, teams={"soporte"})
    names = {command for command, _, _ in matrix.tables[0].cells}
    assert {"unknown_actor"} == {house.outcome(nobody, name, ticket) for name in names for ticket in TICKETS}
    with pytest.raises(Refused) as refused:
        house.desk.acting_as(nobody).open({})
    assert "unknown_actor" == refused.value.code


@pytest.mark.store("sqlite")
def test_some_cells_in_a_file(tmp_path: Path) -> None:
    """On SQLite some cells of every table come to the same: six that are refused, and then one that is done."""
    store, random = open_store(f"sqlite:///{tmp_path / 'matrix.db'}"), Random(7)
    store.migrate()
    try:
        for place, (name, table) in enumerate(TABLES):
            house = House(MATRICES[name], table, store, key=f"m{place}")
            refused = sorted(key for key, code in table.cells.items() if code != "yes")
            done = sorted(key for key, code in table.cells.items() if code == "yes")
            for command, column, ticket in (*random.sample(refused, 6), random.choice(done)):
                came = house.outcome(house.actor(column), command, ticket)
                assert (table.cells[command, column, ticket], command) == (came, command), (name, table.name, column)
    finally:
        store.close()


def test_a_cell_that_is_wrong_is_found() -> None:
    """The judge sees: with one letter changed a table does not hold."""
    name, table = TABLES[0]
    cell = next(key for key, code in table.cells.items() if code == "yes")
    with pytest.raises(AssertionError, match="expected role_required, came to yes"):
        test_every_cell_is_so(name, attrs.evolve(table, cells={cell: "role_required"}))


def test_there_are_many_cells() -> None:
    """Each of the five shipped desks and the sixth has its tables."""
    assert {"noova", "infoavan", "belenus", "cltech", "comfanorte", "sixth"} == set(MATRICES)
    assert 5000 < sum(len(table.cells) for _, table in TABLES)
