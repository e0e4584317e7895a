"""
A small store, written through the public desk alone: a dozen tickets through their lives, and what is told of them.

    python tests/upgrade/lives.py sqlite:///desk.db v0_1_0_

makes the store and prints, as JSON, what a desk tells of it. It imports nothing but the library, so that it runs with
the code of an earlier release as well (`python -m tests.upgrade`). `told` and `go_on` are what today's code is asked.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from supportcore import (
    Actor,
    Agent,
    Agreement,
    Article,
    Category,
    Contact,
    Customer,
    Definition,
    Desk,
    FrozenClock,
    Module,
    NotFound,
    Product,
    Project,
    Service,
    Team,
    load_definition,
    open_store,
)
from supportcore.ids import seeded_ids

BEGIN = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""A Monday, nine in the morning in Bogota."""
AFTER = datetime(2026, 3, 20, 14, tzinfo=UTC)
"""When today's code goes on: every timer that was set has come due."""
DESKS = ("noova", "cltech")

CAST = {
    "ana": Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale="es"),
    "abel": Actor(id="abel", roles={"cliente"}, customers={"acme"}, locale="es"),
    "bea": Actor(id="bea", roles={"cliente"}, customers={"beta"}, locale="en"),
    "luis": Actor(id="luis", roles={"consultor"}, teams={"soporte"}, locale="es"),
    "mar": Actor(id="mar", roles={"soporte"}, teams={"soporte"}, locale="es"),
    "noa": Actor(id="noa", roles={"ingeniero"}, teams={"soporte"}, locale="es"),
    "gema": Actor(id="gema", roles={"gerente"}, teams={"servicio_al_cliente"}, locale="es"),
    "tere": Actor(id="tere", roles={"comite"}, teams={"comite_tecnico"}, locale="es"),
    "teo": Actor(id="teo", roles={"comite"}, teams={"comite_tecnico"}, locale="es"),
    "tula": Actor(id="tula", roles={"comite"}, teams={"comite_tecnico"}, locale="es"),
}
ERASED = "zoe"

# What noova has not: two that are one, tags, links, followers, and promises of time.
_MORE = """
[merge]
state = "resuelto"

[[calendars]]
key = "office"
weekly.mon = [["08:00", "17:00"]]
weekly.tue = [["08:00", "17:00"]]
weekly.wed = [["08:00", "17:00"]]
weekly.thu = [["08:00", "17:00"]]
weekly.fri = [["08:00", "17:00"]]

[[policies]]
key = "standard"
first_response = { within = "4h", calendar = "office" }
resolution = { within = "16h", calendar = "office", amber = 50 }
"""


def write(url: str, prefix: str) -> dict[str, Any]:
    """Make a store of two desks, and return what is `told` of it."""
    store = open_store(url, prefix=prefix)
    try:
        store.migrate()
        clock = FrozenClock(BEGIN)
        with tempfile.TemporaryDirectory() as folder:
            _live_on_noova(Desk(_noova(Path(folder)), store, clock=clock, **_chance(1)), clock)
        clock = FrozenClock(BEGIN)
        _live_on_cltech(Desk(load_definition("cltech"), store, clock=clock, **_chance(2)), clock)
        return told(store)
    finally:
        store.close()


def told(store: Any) -> dict[str, Any]:
    """Return what a desk tells of each ticket, file, article and person there is, without ids that are made up."""
    return {key: _told_of(Desk(load_definition(key), store, clock=FrozenClock(AFTER))) for key in DESKS}


def go_on(store: Any) -> None:
    """Work on with what is there, as of `AFTER`: due timers, notices, tickets, searches."""
    for key, staff in (("noova", "luis"), ("cltech", "noa")):
        desk = Desk(load_definition(key), store, clock=FrozenClock(AFTER))
        desk.install()
        if key == "noova":
            assert desk.run_due().tickets, "no timer was due"
        sent: list[Any] = []
        assert desk.deliver(sent.append).sent, "no notice was left to send"
        me = desk.acting_as(CAST[staff])
        waiting = [ticket for ticket in me.find(where_open()).items if ticket.contact == "ana"]
        case = waiting[0]
        assert me.reply(case.id, "Seguimos con esto.").version > case.version
        me.note(case.id, "Después de la actualización.")
        assert "Seguimos con esto." in [entry.text for entry in me.timeline(case.id)]
        opened = desk.acting_as(CAST["ana"]).open(_asked(key, "Después de la actualización"))
        assert opened.number == me.find({}, sort="-number").items[0].number
        assert [opened.number] == [hit.number for hit in me.search_tickets("actualización después").items]
    noova = Desk(load_definition("noova"), store, clock=FrozenClock(AFTER))
    assert "void" == noova.acting_as(CAST["ana"]).search("anular facturas").items[0].id


def where_open() -> dict[str, object]:
    """Return the filter of tickets that are worked on."""
    return {"is_open": True}


def _chance(seed: int) -> dict[str, Any]:
    """Return sources of ids and salts that make every store alike."""
    salts = random.Random(seed)
    return {"ids": seeded_ids(seed), "salts": lambda: salts.randbytes(16).hex()}


# --- noova: a consultant's desk ---------------------------------------------------------------------------------


def _noova(folder: Path) -> Definition:
    presets = files("supportcore.definition") / "presets"
    rules = (presets / "noova.toml").read_text("utf-8")
    allowed = '"reply", "note", "assign", "triage"]'
    assert allowed in rules
    rules = rules.replace(allowed, allowed[:-1] + ', "merge", "link", "follow", "tag", "set_deadline"]')
    (folder / "noova.toml").write_text(rules + _MORE, "utf-8")
    (folder / "noova.labels.toml").write_text((presets / "noova.labels.toml").read_text("utf-8"), "utf-8")
    return load_definition(folder / "noova.toml")


def _live_on_noova(desk: Desk, clock: FrozenClock) -> None:
    desk.install(
        customers=[Customer(id="acme", name="ACME"), Customer(id="beta", name="Beta")],
        contacts=[
            Contact(id="ana", name="Ana Ríos", customers={"acme"}, email="ana@acme.example", locale="es"),
            Contact(id="abel", name="Abel Sanz", customers={"acme"}),
            Contact(id="bea", name="Bea Gil", customers={"beta"}, locale="en"),
            Contact(id=ERASED, name="Zoe Zamora", customers={"beta"}, email="zoe@beta.example", phone="300 555 0199"),
        ],
        agreements=[Agreement(id="gold", name="Gold", customer="acme")],
        agents=[Agent(id="luis", name="Luis Mora"), Agent(id="mar", name="Mar Cid", email="mar@noova.example")],
        teams=[Team(id="soporte", name="Soporte", members=["luis", "mar"])],
        products=[Product(id="till", name="Till"), Product(id="ledger", name="Ledger")],
        categories=[Category(id="billing", name="Facturación"), Category(id="notes", name="Notas", parent="billing")],
        articles=[Article(id="void", title="Cómo anular una factura", body="Abra **Ventas**.", category="billing")],
    )
    ana, abel, bea, luis, mar = (desk.acting_as(CAST[name]) for name in ("ana", "abel", "bea", "luis", "mar"))

    # 1: details are asked for, come with a file, a solution is confirmed.
    photo = ana.draft(io.BytesIO(b"\x89PNG" + bytes(range(256)) * 4), "caja.png", "La caja")
    first = ana.open(_asked("noova", "No llegó la factura"), files=[photo.id], command_id="open-1").id
    clock.move(timedelta(hours=1))
    luis.act(first, "ask_details", {"comment": "¿Qué número muestra?"}, command_id="ask-1")
    clock.move(timedelta(hours=1))
    ana.reply(first, "El 4711, desde el lunes. 👍 ñandú")
    luis.note(first, "Es la misma de la semana pasada")
    luis.act(first, "propose_solution", {"comment": "Instale 3.2."})
    clock.move(timedelta(hours=2))
    ana.act(first, "validate", {"comment": "Gracias"})
    # 2: silence resolves it, in two steps.
    second = ana.open(_asked("noova", "La caja imprime dos veces"), command_id="open-2").id
    luis.act(second, "ask_details", {"comment": "¿Qué impresora es?"})
    # 3 and 4: two that are one.
    third = abel.open(_asked("noova", "Dos recibos por venta")).id
    luis.merge(third, second, command_id="merge-3")
    fourth = bea.open({**_asked("noova", "Total is wrong"), "product": "ledger"}).id
    luis.link(fourth, second, "related")
    luis.tag(fourth, add=["total", "urgent"])
    mar.follow(fourth)
    luis.set_deadline(fourth, clock() + timedelta(days=2))
    clock.move(timedelta(hours=80))
    desk.run_due()
    # 5: called off; 6: held; 7: given to another; 8: of somebody who is erased.
    fifth = ana.open(_asked("noova", "Por error")).id
    luis.act(fifth, "cancel", {"comment": "Pedido por el cliente"})
    sixth = abel.open(_asked("noova", "Depende del banco")).id
    luis.act(sixth, "hold", {"comment": "A la espera del banco"})
    seventh = ana.open(_asked("noova", "Sin respuesta")).id
    mar.assign(seventh, {"assignee": "mar", "team": "soporte"})
    luis.triage(seventh, {"priority": "critica"})
    zoe = desk.acting_as(Actor(id=ERASED, roles={"cliente"}, customers={"beta"}))
    scan = zoe.draft(io.BytesIO(b"bytes of somebody who is erased"), "zamora.txt")
    eighth = zoe.open(_asked("noova", "Zamora y su caja"), files=[scan.id]).id
    luis.reply(eighth, "Hola Zoe Zamora, la llamo al 300 555 0199.")
    desk.erase(ERASED)
    # What people read: an article of a resolved ticket, revised, voted for and cited.
    luis.write_article({"title": "Factura que no llega", "body": "Instale 3.2."}, article="missing", origin=first)
    luis.revise_article("missing", {"body": "Instale **3.2** y reinicie.", "tags": ["correo"]})
    luis.act_on_article("missing", "publish")
    luis.cite(first, "missing")
    ana.article("missing")
    ana.vote("missing", True)
    ana.suggest("anular una factura")
    ana.save_profile({"first_name": "Ana", "last_name": "Ríos", "locale": "es", "visual_mode": "dark"})
    ana.mark_read([notice.id for notice in ana.notices().items[:2]])
    desk.feed(limit=1000)
    clock.move(timedelta(hours=1))
    ana.open(_asked("noova", "Aún nadie la vio"))  # whose timers and notices today's code meets


# --- cltech: services, a committee, ratings -----------------------------------------------------------------------


def _live_on_cltech(desk: Desk, clock: FrozenClock) -> None:
    services = ("cambio", "incidente", "licencias", "pqr")
    desk.install(
        customers=[Customer(id="acme", name="Laboratorio ACME")],
        contacts=[
            Contact(id="ana", name="Ana Ríos", customers={"acme"}, email="ana@acme.example", phone="+57 300 111"),
            Contact(id="abel", name="Abel Sanz", customers={"acme"}, email="abel@acme.example"),
        ],
        agents=[
            Agent(id="noa", name="Noa Paz", email="noa@cltech.example"),
            Agent(id="gema", name="Gema Soto", email="gema@cltech.example"),
            *(Agent(id=key, name=key.title(), email=f"{key}@cltech.example") for key in ("tere", "teo", "tula")),
        ],
        teams=[
            Team(id="soporte", name="Soporte", members=["noa"]),
            Team(id="servicio_al_cliente", name="Servicio al cliente", members=["gema"]),
            Team(id="comite_tecnico", name="Comité técnico", members=["teo", "tere", "tula"]),
        ],
        products=[Product(id="lis", name="Enterprise LIS")],
        modules=[Module(id="resultados", name="Resultados", product="lis")],
        projects=[Project(id="sede_norte", name="Sede Norte", customer="acme")],
        services=[Service(id=key, name=key.title()) for key in services],
    )
    ana, abel, noa, gema, tere, teo = (
        desk.acting_as(CAST[name]) for name in ("ana", "abel", "noa", "gema", "tere", "teo")
    )
    # 1: placed, worked on, closed and rated; 2: a change that a committee agrees to; 3: one it has not settled yet.
    first = ana.open(_asked("cltech", "No valida")).id
    noa.triage(first, {"area": "soporte", "priority": "alta"})
    noa.act(first, "start_work")
    clock.move(timedelta(hours=3))
    report = noa.draft(io.BytesIO(b"%PDF-1.7 " + b"corregido " * 100), "informe.pdf")
    noa.act(first, "close", {"comment": "Se corrigió la regla."}, files=[report.id])
    clock.move(timedelta(hours=1))
    ana.rate(first, 4, "Rápido")
    second = ana.open({**_asked("cltech", "Otro orden"), "service": "cambio"}).id
    third = abel.open({**_asked("cltech", "Otro color"), "service": "cambio"}).id
    for member in (tere, teo):
        member.decide(second, "approve", "De acuerdo")
    tere.decide(third, "reject", "Mejor no")
    noa.assign(second, {"assignee": "noa"})
    noa.act(second, "start_work")
    # 4: a complaint goes to the manager; some notices are sent, the others are left.
    fourth = ana.open({**_asked("cltech", "Demoras"), "service": "pqr"}).id
    desk.deliver(lambda notice: None, limit=3)
    gema.reply(fourth, "La llamo hoy.")
    noa.set_deadline(fourth, clock() + timedelta(days=1))


def _asked(desk: str, subject: str) -> dict[str, object]:
    if desk == "noova":
        return {
            "subject": subject,
            "product": "till",
            "priority": "alta",
            "type": "problema",
            "description": f"{subject}, desde el lunes. ¿Qué hago?",
        }
    return {
        "subject": subject,
        "project": "sede_norte",
        "service": "incidente",
        "product": "lis",
        "module": "resultados",
        "description": f"{subject}.",
    }


# --- what is told -------------------------------------------------------------------------------------------------


def _told_of(desk: Desk) -> dict[str, Any]:
    me = desk.acting_as(CAST["luis" if desk.definition.key == "noova" else "noa"])
    found = [me.get(ticket_id) for ticket_id in desk.ticket_ids()]
    return {
        "tickets": [_of_ticket(me, ticket) for ticket in sorted(found, key=lambda ticket: ticket.number)],
        "articles": [(item.id, item.title) for item in me.articles().items],
        "notices": [(notice.title, notice.read) for notice in desk.acting_as(CAST["ana"]).notices(limit=100).items],
        "outbox": dict(sorted(desk.outbox().items())),
        "events": len(desk.feed(limit=1000)),
        "kept_of_ana": {what: len(kept) for what, kept in desk.export("ana").data.items() if isinstance(kept, list)},
    }


def _of_ticket(me: Any, ticket: Any) -> dict[str, Any]:
    page = me.page(ticket.number) if ticket.merged_into is None else None
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "state": ticket.state,
        "outcome": ticket.outcome,
        "version": ticket.version,
        "people": [_known(ticket.contact), ticket.assignee, ticket.team],
        "tags": sorted(ticket.tags),
        "rating": ticket.rating,
        "at": [ticket.opened_at.isoformat(), ticket.updated_at.isoformat()],
        "clocks": [[clock.kind, clock.state, str(clock.due_at)] for clock in me.clocks(ticket.id)],
        "history": [_of_entry(entry) for entry in me.timeline(ticket.id)],
        "files": [] if page is None else [_of_file(me, file) for entry in page.thread for file in entry.files],
    }


def _of_entry(entry: Any) -> list[str | None]:
    words = "" if entry.kind.startswith("clock_") else entry.text  # those of a clock are today's, not stored
    return [entry.at.isoformat(), entry.kind, _known(entry.actor), words]


def _of_file(me: Any, file: Any) -> list[str]:
    try:
        content = b"".join(me.open_file(file.id))
    except NotFound:
        return [file.name, file.type, "erased"]
    return [file.name, file.type, hashlib.sha256(content).hexdigest()]


def _known(person: str | None) -> str | None:
    return "erased" if person is not None and person.startswith("erased-") else person


if __name__ == "__main__":
    print(json.dumps(write(sys.argv[1], sys.argv[2])))
