"""The page of a ticket: head, state, thread, files, answers, clocks, for staff and for customers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from supportcore import FrozenClock, NotFound, Refused, load_definition
from supportcore.desk.views import dump
from supportcore.storage.memory import MemoryLedger
from tests.desk.machine import START
from tests.desk.views.portals import (
    ANA,
    BO,
    CASE,
    DESKS,
    LUIS,
    MAR,
    NEAR,
    NOOVA,
    STRANGER,
    equip,
    hand_in,
    opened,
    written,
)
from tests.stores import open_desk_named


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def noova(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, NOOVA, clock) as desk:
        equip(desk)
        yield desk


def lived(desk: Any, clock: FrozenClock) -> str:
    """Return a case with a bit of everything."""
    hand_in(desk, "ana", "fire.txt")
    hand_in(desk, "luis", "secret.txt")
    case: str = desk.acting_as(ANA).open(CASE, files=["file-fire.txt"]).id
    clock.move(timedelta(hours=1))
    luis = desk.acting_as(LUIS)
    luis.note(case, "Do not tell them.", files=["file-secret.txt"])
    luis.act(case, "investigate")
    clock.move(timedelta(hours=1))
    luis.reply(case, "Is it still burning?")
    luis.triage(case, {"priority": "critica", "product": "crm"})
    luis.assign(case, {"assignee": "mar", "responsible": "mar", "team": None})
    luis.act(case, "propose_solution", {"comment": "Water."})
    return case


def test_the_head_of_the_page_of_a_customer(noova: Any, clock: FrozenClock) -> None:
    """Fields in the order of the desk, in the language and zone of the actor, names instead of ids."""
    case = lived(noova, clock)
    page = noova.acting_as(ANA).page(case)
    assert ("#1 - Printer", "Printer", 1) == (page.title, page.subject, page.number)
    assert NOOVA.screens.header == tuple(field.value.key for field in page.header)
    told = {field.value.key: (field.label, field.value.text) for field in page.header}
    assert ("Número de caso", "1") == told["number"]
    assert ("Producto", "CRM Two") == told["product"]
    assert ("Prioridad", "Crítica") == told["priority"]
    assert ("Empresa", "ACME Ltd.") == told["customer"]
    assert ("Usuario", "Ana Arias") == told["contact"]
    assert ("Consultor", "Mar Mora") == told["assignee"]
    assert ("Creado", "27 mar 2026, 11:30:00") == told["opened_at"]
    state = page.state
    assert ("Razón para el estado", "Esperando cierre", "solved") == (state.heading, state.label, state.category)
    assert state.help.startswith("Pruebe la solución")
    assert ("customer", "Cliente") == (page.waiting_on.value, page.waiting_on.text)
    assert ("none", "", "") == (page.light.value, page.light.text, page.light.icon)
    assert () == page.clocks


def test_the_states_a_case_was_in(noova: Any, clock: FrozenClock) -> None:
    """Each with its instant, oldest first, for the customer too; without what was written."""
    case = lived(noova, clock)
    for actor, words in ((ANA, ["En curso", "Investigación", "Esperando cierre"]), (LUIS, None)):
        states = noova.acting_as(actor).page(case).states
        assert 3 == len(states)
        assert words is None or words == [entry.state for entry in states]
        assert [START + timedelta(hours=hours) for hours in (0, 1, 2)] == [
            noova.history(case)[entry.position - 1].event.at for entry in states
        ]
        assert [""] * 3 == [entry.text for entry in states]


def test_what_a_customer_reads_of_what_happened(noova: Any, clock: FrozenClock) -> None:
    """Titles in words, authors by name and side, public files; no note."""
    case = lived(noova, clock)
    page = noova.acting_as(ANA).page(case)
    told = [(entry.author.name, entry.author.side_label, entry.title, entry.text) for entry in page.thread]
    assert [
        ("Ana Arias", "Cliente", "Apertura", "It is on fire."),
        ("Luis Lara", "Equipo", "Investigar: El estado cambió a Investigación", ""),
        ("Luis Lara", "Equipo", "Respuesta", "Is it still burning?"),
        ("Luis Lara", "Equipo", "Clasificación: Producto: CRM Two; Prioridad: Crítica", ""),
        ("Luis Lara", "Equipo", "Asignado a Mar Mora; Responsable: Mar Mora", ""),
        ("Luis Lara", "Equipo", "Proponer una solución: El estado cambió a Esperando cierre", "Water."),
    ] == told
    assert [True, False] == [entry.author.me for entry in page.thread[:2]]
    assert {"public"} == {entry.audience for entry in page.thread}
    assert ["fire.txt"] == [file.name for file in page.files]
    assert page.files == page.thread[0].files
    assert "secret" not in json.dumps(dump(page))
    assert "Do not tell" not in json.dumps(dump(page))


def test_what_staff_reads_of_what_happened(noova: Any, clock: FrozenClock) -> None:
    """All of it, in the language of whoever reads, with what is internal marked as such."""
    case = lived(noova, clock)
    page = noova.acting_as(LUIS).page(case)
    internal = [(entry.title, entry.text) for entry in page.thread if entry.audience == "internal"]
    assert [("Internal note", "Do not tell them.")] == internal
    assert ["fire.txt", "secret.txt"] == [file.name for file in page.files]
    assert ["public", "internal"] == [file.audience for file in page.files]
    titles = [entry.title for entry in page.thread]
    assert "Assigned to Mar Mora; Responsible: Mar Mora; Team: none" in titles
    assert "Propose a solution: State changed to Waiting for closure" in titles
    assert "2026-03-27T18:30:00+01:00" == noova.acting_as(MAR).page(case).thread[1].when.local


def test_what_has_come_due_is_shown_and_not_stored(noova: Any, clock: FrozenClock) -> None:
    """The page is of the ticket as it stands: what a timer did, the desk did; its version is that of a command."""
    case = lived(noova, clock)
    before = noova.acting_as(ANA).get(case).version
    clock.move(timedelta(hours=73))
    page = noova.acting_as(ANA).page(case)
    assert ("resuelto", before + 1) == (page.state.key, page.version)
    last = page.thread[-1]
    assert ("Soporte", "desk", "Automático") == (last.author.name, last.author.side, last.author.side_label)
    assert "Plazo de validación vencido: El estado cambió a Resuelto" == last.title
    assert before == noova.acting_as(ANA).get(case).version


def test_what_may_be_done_stands_on_the_page(noova: Any, clock: FrozenClock) -> None:
    """Every command and action, and the customer may validate."""
    case = lived(noova, clock)
    page = noova.acting_as(ANA).page(case)
    allowed = {action.name for action in page.actions if action.allowed}
    assert {"reply", "validate"} <= allowed
    offers = {offer.name: offer.allowed for offer in noova.acting_as(ANA).actions(case)}
    assert offers == {action.name: action.allowed for action in page.actions}


def test_pages_that_are_not_there(noova: Any, clock: FrozenClock) -> None:
    """A case that is hidden is not told from one that does not exist; without a role nothing is shown."""
    case = lived(noova, clock)
    for asked in ("nobody", 7):
        with pytest.raises(NotFound):
            noova.acting_as(ANA).page(asked)
    with pytest.raises(NotFound):
        noova.acting_as(BO).page(case)
    with pytest.raises(Refused) as refused:
        noova.acting_as(STRANGER).page(case)
    assert "unknown_actor" == refused.value.code
    assert noova.acting_as(ANA).page(case) == noova.acting_as(ANA).page(1)


def test_a_person_whom_the_catalogue_does_not_know(noova: Any, clock: FrozenClock) -> None:
    """Staff reads the id, a customer the side."""
    case = noova.acting_as(ANA).open(CASE).id
    unknown = attrs.evolve(LUIS, id="x-77")
    noova.acting_as(unknown).reply(case, "Hello")
    assert "x-77" == noova.acting_as(LUIS).page(case).thread[-1].author.name
    shown = noova.acting_as(ANA).page(case)
    assert "Equipo" == shown.thread[-1].author.name
    assert "x-77" not in json.dumps(dump(shown))


def test_the_head_hides_what_is_for_staff(tmp_path: Path, clock: FrozenClock) -> None:
    """Agreement and team are not shown to customers, neither in the head nor where they change; empty fields stay."""
    header = '[page]\nheader = ["agreement", "team", "number", "area", "light", "is_open"]\n'
    definition = written(tmp_path, "timed", header, "")
    with open_desk_named("memory", definition, tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({"subject": "A", "product": "erp", "type": "problem"}).id
        desk.acting_as(LUIS).triage(case, {"agreement": "gold"})
        desk.acting_as(LUIS).assign(case, {"team": "soporte"})
        mine, theirs = desk.acting_as(ANA).page(case), desk.acting_as(LUIS).page(case)
    assert ["number", "area", "light", "is_open"] == [field.value.key for field in mine.header]
    assert ["agreement", "team"] == [field.value.key for field in theirs.header[:2]]
    assert ["Gold plan", "Front line"] == [field.value.text for field in theirs.header[:2]]
    assert (None, "") == (mine.header[1].value.value, mine.header[1].value.text)
    assert "Sí" == mine.header[3].value.text
    assert ["Clasificación", "Cambio de asignación"] == [entry.title for entry in mine.thread[1:]]
    told = json.dumps(dump(mine))
    assert "Gold plan" not in told
    assert "Front line" not in told
    assert "Classified: Agreement: Gold plan" in [entry.title for entry in theirs.thread]


def test_clocks_are_for_staff(tmp_path: Path, clock: FrozenClock) -> None:
    """What was promised, and how it stands, in words; the light is for everybody."""
    definition = load_definition(DESKS / "timed.toml")
    with open_desk_named("memory", definition, tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({"subject": "A", "product": "erp", "type": "problem", "priority": "high"}).id
        luis = desk.acting_as(LUIS)
        views = [luis.page(case)]
        clock.move(timedelta(days=9))
        views.append(luis.page(case))
        desk.run_due()
        luis.reply(case, "At last")
        views.append(luis.page(case))
        customers = desk.acting_as(ANA).page(case)
        promised = luis.clocks(case)
    assert () == customers.clocks
    assert [promise.kind for promise in promised] == [shown.kind for shown in views[2].clocks]
    assert "left of" in views[0].clocks[0].text
    assert views[1].clocks[0].text.endswith(" late")
    assert views[2].clocks[0].text.startswith("Late: ")
    assert ("green", "On time", "light-green") == (views[0].light.value, views[0].light.text, views[0].light.icon)
    assert "red" == views[1].light.value
    assert any(entry.kind == "clock_breached" and "breached" in entry.title for entry in views[1].thread)
    assert not any(entry.kind.startswith("clock") for entry in customers.thread)


OWN = """
[[form]]
key = "colour"
kind = "choice"
source = "reason"

[[form]]
key = "urgent"
kind = "flag"

[[form]]
key = "since"
kind = "instant"

[[form]]
key = "seats"
kind = "number"
"""
OWN_LABELS = "\n".join(
    f'[fields.{key}]\nlabel = {{ en = "{en}", es = "{es}" }}\nhelp = {{ en = "-", es = "-" }}'
    for key, en, es in (
        ("colour", "Colour", "Color"), ("urgent", "Urgent?", "¿Urge?"), ("since", "Since", "Desde"),
        ("seats", "Seats", "Puestos"),
    )
)  # fmt: skip


def test_the_desk_s_own_fields_are_told_in_words(tmp_path: Path, clock: FrozenClock) -> None:
    """Choices by their labels, flags and instants as people read them, in the order of the form."""
    definition = written(tmp_path, "small", OWN, OWN_LABELS)
    said = {"subject": "A", "phone": "+34 9", "colour": "duplicate", "urgent": False, "since": "2026-03-02T09:00:00Z"}
    with open_desk_named("memory", definition, tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({**said, "seats": 3}).id
        page = desk.acting_as(ANA).page(case)
    assert ["phone", "colour", "urgent", "since", "seats"] == [answer.value.key for answer in page.answers]
    assert ["+34 9", "Duplicado", "No", "2 mar 2026, 10:00:00", "3"] == [answer.value.text for answer in page.answers]
    assert ["Color", "¿Urge?"] == [answer.label for answer in page.answers[1:3]]
    assert ["choice", "flag", "instant", "number"] == [answer.value.kind for answer in page.answers[1:]]


def test_an_action_with_a_reason_and_an_internal_comment(tmp_path: Path, clock: FrozenClock) -> None:
    """The reason is told; what was said internally is told to staff alone, and marked as internal."""
    with open_desk_named("memory", load_definition(DESKS / "small.toml"), tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({"subject": "A"}).id
        desk.acting_as(LUIS).act(case, "cancel", {"reason": "duplicate", "comment": "They never read."})
        mine, theirs = desk.acting_as(ANA).page(case).thread[-1], desk.acting_as(LUIS).page(case).thread[-1]
    assert ("", "public") == (mine.text, mine.audience)
    assert ("They never read.", "internal") == (theirs.text, theirs.audience)
    assert theirs.title.endswith("(Duplicate)")


def test_a_timer_that_was_refused_is_told_in_words(tmp_path: Path, clock: FrozenClock) -> None:
    """Staff reads what was not done and why, without a code."""
    with open_desk_named("memory", load_definition(DESKS / "small.toml"), tmp_path, clock=clock) as desk:
        equip(desk)
        case = desk.acting_as(ANA).open({"subject": "A", "priority": "high"}).id
        luis = desk.acting_as(LUIS)
        luis.act(case, "take")
        luis.act(case, "solve", {"comment": "There."})
        clock.move(timedelta(days=4))
        last = luis.page(case).thread[-1]
    assert ("timer_refused", "internal", "") == (last.kind, last.audience, last.text)
    assert "Not done automatically: Expire (its condition was not met)" == last.title


def test_what_is_committed_meanwhile_is_not_half_shown(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread ends with the version of the page, even if the history that is read after the ticket is longer."""
    with open_desk_named("memory", NOOVA, tmp_path, clock=clock) as desk:
        equip(desk)
        case = lived(desk, clock)
        history = MemoryLedger.history

        def longer(self: MemoryLedger, ticket_id: str, *, after: int = 0) -> Any:
            found = yield from history(self, ticket_id, after=after)
            return (*found, attrs.evolve(found[-1], position=found[-1].position + 1))

        monkeypatch.setattr(MemoryLedger, "history", longer)
        page = desk.acting_as(LUIS).page(case)
    assert page.version == page.thread[-1].position == len(page.thread)


@pytest.mark.store("sqlite")
def test_a_page_costs_few_statements(tmp_path: Path, clock: FrozenClock) -> None:
    """Ticket, history, contents, names: one each, and one a kind of record that forms offer, however long it is."""
    counted: Counter[str] = Counter()

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        counted[statement.split()[0].upper()] += 1

    with open_desk_named("sqlite", NOOVA, tmp_path, clock=clock) as desk:
        equip(desk)
        case = lived(desk, clock)
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        found = []
        try:
            for actor in (ANA, LUIS):
                counted.clear()
                page = desk.acting_as(actor).page(case)
                found.append(counted["SELECT"])
                assert 6 <= len(page.thread)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
    kinds = 3  # staff chooses products, agents and teams on this desk
    assert 4 == found[0]
    assert found[1] <= 6 + kinds
