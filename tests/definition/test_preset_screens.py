"""What the shipped desks give a front end: menus, lists, forms, files and pages, row by row of the acceptance table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from supportcore import (
    Actor,
    Agent,
    Contact,
    Customer,
    Desk,
    FrozenClock,
    Module,
    Product,
    Project,
    Service,
    Team,
    Version,
)
from supportcore.definition import PRESETS, Definition, load_definition
from supportcore.definition.loader import define, restore
from supportcore.definition.model import FilePolicy
from supportcore.desk.views.records import FormView
from supportcore.errors import Invalid
from supportcore.forms.fields import FILE_LIMIT, FILES_AT_ONCE
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore

PORTAL = Path(__file__).parents[1] / "desks" / "portal.toml"
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
MB = 1_048_576
CASE = {
    "noova": {"product": "facturas", "priority": "alta", "type": "problema"},
    "belenus": {"product": "facturas", "module": "timbrado", "product_version": "pro"},
    "cltech": {"project": "norte", "service": "cambio", "product": "facturas", "module": "timbrado"},
    "comfanorte": {"area": "gestion_tecnologica"},
    "infoavan": {"service": "ventas", "type": "problema"},
}
STAFF = {
    "noova": "consultor",
    "belenus": "responsable",
    "cltech": "ingeniero",
    "comfanorte": "asesor",
    "infoavan": "contacto",
}
CUSTOMER = {"comfanorte": "usuario"}
"""The role of a customer, where it is not ``cliente``."""
SOLVING = {
    "noova": "propose_solution",
    "belenus": "close_technically",
    "cltech": "close",
    "comfanorte": "handle",
    "infoavan": "propose",
}
ASKED = {
    "comfanorte": {"subject", "text", "assignee", "area", "comment"},
    "infoavan": {"subject", "text", "assignee", "service", "comment"},
}
"""Some of the fields that are asked, where there is no product."""


class House:
    """A shipped desk in memory: Ana and Eva of one customer, Bo of another, Luis of the team."""

    def __init__(self, preset: str) -> None:
        self.preset = preset
        self.clock = FrozenClock(MONDAY)
        self.desk = Desk(load_definition(preset), MemoryStore(), clock=self.clock, ids=seeded_ids(5))
        people = {"ana": "acme", "eva": "acme", "bo": "zeta"}
        self.desk.install(
            customers=[Customer(id="acme", name="ACME"), Customer(id="zeta", name="Zeta")],
            contacts=[Contact(id=key, name=key.title(), customers={of}) for key, of in people.items()],
            agents=[Agent(id="luis", name="Luis"), Agent(id="sara", name="Sara")],
            teams=[
                Team(id=key, name=key.title(), members=["luis"])
                for key in self.desk.definition.routing.teams or ("soporte",)
            ],
            products=[Product(id="facturas", name="Facturas")],
            services=[Service(id="ventas", name="Ventas", customers={"acme"}), Service(id="cambio", name="Cambio")],
            projects=[Project(id="norte", name="Norte", customer="acme")],
            modules=[Module(id="timbrado", name="Timbrado", product="facturas")],
            versions=[Version(id="pro", name="Pro", product="facturas")],
        )
        self.ana, self.eva = self.customer("ana", "acme"), self.customer("eva", "acme")
        self.bo = self.customer("bo", "zeta")
        self.luis = self.acting("luis", STAFF[preset])

    def acting(self, person: str, *roles: str, locale: str = "es") -> Any:
        teams = self.desk.definition.routing.teams
        return self.desk.acting_as(Actor(id=person, roles=roles, teams=teams, locale=locale))

    def customer(self, person: str, customer: str, locale: str = "es") -> Any:
        roles = {CUSTOMER.get(self.preset, "cliente")}
        return self.desk.acting_as(Actor(id=person, roles=roles, customers={customer}, locale=locale))

    def case(self, acting: Any, subject: str = "No se envía", **more: Any) -> str:
        """Open a ticket and return its id."""
        document = {"subject": subject, "description": "Al enviarla aparece un error.", **CASE[self.preset]}
        ticket: str = acting.open(document, **more).id
        self.clock.move(timedelta(minutes=1))
        return ticket


@pytest.fixture
def noova() -> House:
    return House("noova")


@pytest.fixture
def belenus() -> House:
    return House("belenus")


def forms_of(acting: Any, ticket: str) -> Iterator[FormView]:
    """Yield every form that somebody is given."""
    if acting.actions()[0].allowed:
        yield acting.form()
    for action in acting.page(ticket).actions:
        if action.form is not None:
            yield action.form


# -- every desk --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_field_of_every_form_has_label_and_help(preset: str, locale: str) -> None:
    """Whoever asks, opening or acting, in any state: no field is without its words (noova-18)."""
    house = House(preset)
    ticket = house.case(house.ana)
    everybody = [house.acting("sara", role.key, locale=locale) for role in house.desk.definition.roles]
    everybody.append(house.customer("ana", "acme", locale))
    seen = set()
    for _ in range(2):
        for acting in everybody:
            if not acting.count({"state": house.luis.get(ticket).state}):
                continue  # one without a customer sees nothing
            for form in forms_of(acting, ticket):
                keys = form.ui["ui:order"]
                seen.update(keys)
                titles = {key: said["title"] for key, said in form.schema["properties"].items()}
                assert [] == [key for key in keys if not form.help.get(key)], form.key
                assert [] == [key for key, title in titles.items() if title == key], form.key
                assert [] == [slot.key for slot in form.slots if slot.label == slot.key or not slot.help], form.key
        if house.luis.get(ticket).state == house.desk.definition.workflow.initial:
            house.luis.assign(ticket, {"assignee": "luis"})
            house.luis.act(ticket, SOLVING[preset], {"comment": "Instale la actualización."})
    assert ASKED.get(preset, {"subject", "text", "assignee", "product", "comment"}) <= seen


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_state_is_described_to_customers(preset: str, language: str) -> None:
    """All states carry a label and a description that a customer reads (noova-19)."""
    definition = load_definition(preset)
    entries = definition.labels.entries
    told = {state.key: entries["states", state.key, language] for state in definition.workflow.states}
    assert [] == [key for key, (label, help_) in told.items() if label in ("", key) or len(help_) < 20]
    assert len(told) == len(set(told.values()))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("locale", ["es", "en"])
def test_no_screen_shows_a_key(preset: str, locale: str) -> None:
    """Menu, lists, columns, filters and the head of a page are in words, for everybody."""
    house = House(preset)
    ticket = house.case(house.ana)
    for role in house.desk.definition.roles:
        side = role.side == "customer"
        acting = house.customer("ana", "acme", locale) if side else house.acting("luis", role.key, locale=locale)
        home = acting.home()
        listing, page = acting.listing(), acting.page(ticket)
        named = [(item.key, item.label) for item in (*home.menu, *listing.columns, *listing.filters)]
        named += [(action.name, action.label) for action in page.actions]
        named += [(field.value.key, field.label) for field in page.header]
        named += [(listing.key, listing.title), (home.desk, home.title), (page.state.key, page.state.label)]
        named += [(str(option.value), option.title) for f in listing.filters for option in f.options or ()]
        assert [] == [(key, label) for key, label in named if label in ("", key)]


# -- noova -------------------------------------------------------------------------------------------------------------


def test_the_menu_of_noova(noova: House) -> None:
    """Soporte opens the person's own cases and Nuevo the form; staff has all cases (noova-02)."""
    menus = [[(item.label, item.to, item.name) for item in acting.home().menu] for acting in (noova.ana, noova.luis)]
    new, told = ("Nuevo", "form", "default"), ("Notificaciones", "view", "notices")
    assert [("Soporte", "list", "mis_tickets"), new, told] == menus[0]
    assert [("Casos", "list", "casos"), new, told] == menus[1]


def test_mis_tickets_of_noova(noova: House) -> None:
    """The board lists the signed-in person's own cases only, and finds one by its number (noova-02, noova-07)."""
    mine = noova.case(noova.ana, "De Ana")
    noova.case(noova.eva, "De Eva, de la misma empresa")
    noova.case(noova.bo, "De Bo")
    listing = noova.ana.listing()
    assert ("mis_tickets", "Mis tickets", [mine]) == (listing.key, listing.title, [row.id for row in listing.rows])
    assert "Número de caso" == listing.columns[0].label
    number = noova.ana.get(mine).number
    assert [mine] == [row.id for row in noova.ana.listing(where={"number": number}).rows]
    assert [] == list(noova.ana.listing(where={"number": number + 1}).rows)
    assert 3 == noova.luis.listing().page.total
    both = noova.desk.acting_as(Actor(id="ana", roles={"cliente", "consultor"}, customers={"acme"}))
    assert [mine] == [row.id for row in both.listing("mis_tickets").rows]  # also of one who sees all


def test_files_of_noova(noova: House) -> None:
    """Files are optional, several, limited by the library only; screenshots show their URL (noova-06, noova-20)."""
    (slot,) = noova.ana.form().slots
    assert ("Adjuntar archivos", False, ()) == (slot.label, slot.required, slot.types)
    assert (FILES_AT_ONCE, FILE_LIMIT) == (slot.count, slot.size)
    assert "(URL)" in slot.help
    names = ("pantalla.png", "factura.pdf", "datos.xyz")
    files = [noova.ana.draft(BytesIO(b"x" * 9), name).id for name in names]
    ticket = noova.case(noova.ana, files=files)
    assert list(names) == [file.name for file in noova.luis.page(ticket).files]


def test_a_comment_of_noova_takes_new_documents(noova: House) -> None:
    """The customer adds text and files to a case that exists (noova-17)."""
    ticket = noova.case(noova.ana)
    (reply,) = [action for action in noova.ana.page(ticket).actions if action.name == "reply"]
    assert reply.form is not None
    assert ["files"] == [slot.key for slot in reply.form.slots]
    draft = noova.ana.draft(BytesIO(b"more"), "otra.png")
    noova.ana.submit(reply.form.submit, {"text": "Así se ve."}, files=[draft.id])
    entry = noova.luis.page(ticket).thread[-1]
    assert ("Así se ve.", ["otra.png"]) == (entry.text, [file.name for file in entry.files])


def test_the_page_of_a_case_of_noova(noova: House) -> None:
    """The state has its heading and description, and all states passed have their instants (noova-09, noova-19)."""
    ticket = noova.case(noova.ana)
    noova.luis.act(ticket, "investigate")
    noova.clock.move(timedelta(hours=1))
    noova.luis.act(ticket, "ask_details", {"comment": "¿Qué navegador usa?"})
    page = noova.ana.page(ticket)
    assert ("Razón para el estado", "Esperando detalles") == (page.state.heading, page.state.label)
    assert "antes de 72 horas" in page.state.help
    labels = [field.label for field in page.header]
    assert ["Número de caso", "Razón para el estado", "Producto", "Tipo", "Prioridad"] == labels[:5]
    passed = [(entry.state, entry.when.local) for entry in page.states]
    expected = [
        ("En curso", "2026-03-02T09:00:00-05:00"),
        ("Investigación", "2026-03-02T09:01:00-05:00"),
        ("Esperando detalles", "2026-03-02T10:01:00-05:00"),
    ]
    assert expected == passed


def test_notices_of_noova_are_unread_in_the_portal(noova: House) -> None:
    """Each change of state and each public note of a consultant is an unread notice, no internal one is (noova-08)."""
    ticket = noova.case(noova.ana)
    noova.luis.act(ticket, "investigate")
    noova.luis.reply(ticket, "Lo estamos viendo.")
    noova.luis.note(ticket, "Parece el certificado.")
    home = noova.ana.home()
    assert 2 == home.unread
    assert {"Notificaciones": 2} == {item.label: item.count for item in home.menu if item.count is not None}
    assert {"Lo estamos viendo."} <= {notice.body for notice in noova.ana.notices().items}


# -- belenus -----------------------------------------------------------------------------------------------------------


def test_the_menu_of_belenus(belenus: House) -> None:
    """A customer has exactly these entries (belenus-16); who may not open tickets is not led there."""
    entries = ["Base de Conocimientos", "Registrar o levantar un Ticket", "Ver todos los Tickets", "Filtro"]
    assert entries == [item.label for item in belenus.ana.home().menu]
    technician = belenus.acting("luis", "tecnico")
    assert [entries[0], *entries[2:]] == [item.label for item in technician.home().menu]


def test_the_list_of_belenus(belenus: House) -> None:
    """The first screen lists all tickets of the company, with these columns and filters (belenus-01, -13, -14, -17)."""
    seen = [belenus.case(belenus.ana), belenus.case(belenus.eva)]
    belenus.case(belenus.bo)
    listing = belenus.ana.listing()
    assert sorted(seen) == sorted(row.id for row in listing.rows)
    columns = [
        "Situación",
        "Estatus del Ticket",
        "Esperando Respuesta de",
        "Número de Ticket",
        "VoBo",
        "Fecha y Hora",
        "Reasignado a otro técnico",
        "Técnico Asignado",
        "Registrado por",
        "Cliente",
    ]
    assert columns == [column.label for column in listing.columns]
    filters = ["Número de Ticket", "No. Proveedor", "Cliente", "Técnico Responsable", "Técnico Asignado", "Producto"]
    assert filters == [found.label for found in listing.filters]
    (row,) = belenus.ana.listing(where={"number": belenus.ana.get(seen[1]).number}).rows  # belenus-05
    assert (seen[1], "view") == (row.id, row.actions[0].name)  # belenus-18
    texts = {cell.key: cell.text for cell in row.cells}
    assert ("Abierto", "Soporte Técnico", "Eva", "ACME") == (
        texts["state"],
        texts["waiting_on"],
        texts["contact"],
        texts["customer"],
    )


def test_the_situation_of_a_ticket_of_belenus(belenus: House) -> None:
    """No icon before there is a deadline, then its light, and none after the approval (belenus-09)."""
    ticket = belenus.case(belenus.ana)

    def icon() -> tuple[str, str]:
        cell = belenus.ana.listing().rows[0].cells[0]
        return cell.icon, cell.text

    found = [icon()]
    belenus.luis.set_deadline(ticket, belenus.clock() + timedelta(hours=100))
    for hours in (0, 76, 25):
        belenus.clock.move(timedelta(hours=hours))
        found.append(icon())
    belenus.luis.act(ticket, "close_technically", {"comment": "Instale la actualización."})
    belenus.ana.act(ticket, "approve")
    found.append(icon())
    told = ["A Tiempo", "Próximo a Vencer", "Retrasado"]
    lights = [f"light-{color}" for color in ("green", "amber", "red")]
    assert [("", ""), *zip(lights, told, strict=True), ("", "")] == found


@pytest.mark.parametrize(("locale", "word"), [("es", "Archivo"), ("en", "File")])
def test_the_three_slots_of_belenus(belenus: House, locale: str, word: str) -> None:
    """Three optional places of one file each, of 1 MB at most (belenus-03)."""
    form = belenus.customer("ana", "acme", locale).form()
    slots = [(slot.label, slot.count, slot.size, slot.required) for slot in form.slots]
    assert [(f"{word} {number}", 1, MB, False) for number in (1, 2, 3)] == slots


def test_the_limits_of_files_of_belenus(belenus: House) -> None:
    """1,048,576 bytes are taken, one more is not; each place takes one file, a comment three (belenus-03)."""
    full = belenus.ana.draft(BytesIO(b"x" * MB), "a.png", slot="archivo_1")
    with pytest.raises(Invalid) as told:
        belenus.ana.draft(BytesIO(b"x" * (MB + 1)), "b.png", slot="archivo_2")
    assert "file_too_large" == told.value.code
    again = belenus.ana.draft(BytesIO(b"x"), "c.png", slot="archivo_1")
    with pytest.raises(Invalid) as told:
        belenus.case(belenus.ana, files=[full.id, again.id])
    assert [("archivo_1", "too_many_files")] == [(fault.path, fault.code) for fault in told.value.faults]
    second = belenus.ana.draft(BytesIO(b"x"), "d.png", slot="archivo_3")
    ticket = belenus.case(belenus.ana, files=[full.id, second.id])
    assert ["a.png", "d.png"] == [file.name for file in belenus.luis.page(ticket).files]
    four = [belenus.luis.draft(BytesIO(b"x"), f"{number}.png").id for number in range(4)]
    with pytest.raises(Invalid) as told:
        belenus.luis.reply(ticket, "Vea esto.", files=four)
    assert "too_many_files" == told.value.code
    belenus.luis.reply(ticket, "Vea esto.", files=four[:3])


def test_the_form_of_belenus(belenus: House) -> None:
    """Title, product, version and comment, all required; only modules and versions of what was chosen (belenus-02)."""
    form = belenus.ana.form()
    assert "Registrar un Ticket" == form.title
    expected = ["customer", "subject", "product", "module", "product_version", "description"]
    assert expected == form.ui["ui:order"]
    assert 60 == form.schema["properties"]["subject"]["maxLength"]
    assert "un ticket por cada error" in form.help["module"]
    text = json.dumps(form.schema)
    assert "Timbrado" in text
    assert "Pro" in text


def test_the_page_of_a_ticket_of_belenus(belenus: House) -> None:
    """Status, situation, whose answer is awaited, deadline and both people stand in its head (belenus-06 to -10)."""
    ticket = belenus.case(belenus.ana)
    deadline = belenus.clock() + timedelta(hours=2)
    belenus.luis.set_deadline(ticket, deadline)
    told = {field.label: field.value.text for field in belenus.ana.page(ticket).header}
    assert ("Abierto", "A Tiempo", "Soporte Técnico", "Luis", "Luis") == tuple(
        told[label]
        for label in (
            "Estatus del Ticket",
            "Situación",
            "Esperando Respuesta de",
            "Técnico Responsable",
            "Técnico Asignado",
        )
    )
    assert told["Plazo"].startswith("2 mar 2026, 10:01")


# -- files of rules that were stored -----------------------------------------------------------------------------------


def redefined(change: dict[str, Any] | None) -> Definition:
    """Return the tests' portal with another [files], or without any file."""
    rules = tomllib.loads(PORTAL.read_text(encoding="utf-8"))
    labels = tomllib.loads(PORTAL.with_name("portal.labels.toml").read_text(encoding="utf-8"))
    del rules["files"]
    if change is not None:
        rules["files"] = change
    for form in [rules, *rules["forms"]]:
        form.pop("slots", None)
    if change is None:
        for step in rules["transitions"]:
            for name in ("requires", "accepts"):
                step[name] = [key for key in step.get(name, []) if key != "files"]
    labels["slots"] = {"files": labels["slots"]["files"]}
    return define(rules, labels)


@pytest.mark.parametrize("preset", [*PRESETS, PORTAL], ids=str)
def test_stored_rules_keep_their_slots(preset: str | Path) -> None:
    """Rules say nothing of [files], which is today's; they are read back with it."""
    today = load_definition(preset)
    assert today == restore(today.document, today=today)


def test_stored_slots_take_no_more_than_today() -> None:
    """A desk whose files have become smaller still reads the rules of its tickets, and takes files of today's size."""
    stored = restore(load_definition(PORTAL).document, today=redefined({"size": 1000, "count": 2}))
    assert {1000} == {slot.size for form in stored.forms for slot in form.slots}
    assert {(1000, 2)} == {(s.size, s.count) for step in stored.workflow.transitions for s in step.form.slots}
    assert FilePolicy(size=1000, count=2) == stored.files


def test_stored_rules_of_a_desk_that_takes_files_no_more() -> None:
    """No action asks for what cannot be given any more."""
    before = load_definition(PORTAL)
    stored = restore(before.document, today=redefined(None))
    assert [] == [slot for step in stored.workflow.transitions for slot in step.form.slots]
    assert [] == [slot for form in stored.forms for slot in form.slots]
    assert (before.rules_hash, before.document) == (stored.rules_hash, stored.document)
