"""A ticket of the sixth desk from its opening to its rating, by HTTP alone, with what everybody reads on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, Agent, Contact, Customer, Desk, Service, Team, load_definition, open_store
from supportcore.storage.memory import MemoryStore
from tests.portal.visitor import Answer, Visitor, served

EXAMPLE = Path(__file__).parents[2] / "examples" / "portal"
SIXTH = load_definition(Path(__file__).parents[1] / "desks" / "sixth.desk.toml")
PEOPLE: dict[str, list[Any]] = {
    "customers": [Customer(id="galeria", name="Galería", main_contact="olga"), Customer(id="tienda", name="Tienda")],
    "contacts": [
        Contact(id="gala", name="Gala Ruiz", customers={"galeria"}, locale="es"),
        Contact(id="tina", name="Tina Sol", customers={"tienda"}, locale="en"),
    ],
    "agents": [Agent(id=one, name=one.title(), locale="en") for one in ("ada", "olga", "cira", "cosme")],
    "teams": [
        Team(id="conserjeria", name="Porters", members=["ada", "olga"]),
        Team(id="tecnicos", name="Crafts", members=["olga"]),
        Team(id="conservadores", name="Conservators", members=["cira", "cosme"]),
    ],
    "services": [Service(id="exposicion", name="Exposición")],
}  # fmt: skip


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Serve the desk to the people of its catalogue, and hand out who signs somebody in."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    for name in ("portal", "serve"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from portal import portal
    from serve import people_of

    desk = Desk(SIXTH, open_store("memory://"))
    desk.install(**PEOPLE)
    with served(portal(desk, people_of(desk))) as port:
        yield lambda secret: Visitor(port, secret)


def send(visitor: Visitor, address: str, **said: str) -> Answer:
    """Fill in the form at an address, and send it; it is taken."""
    shown = visitor.get(address)
    assert shown.status == 200, shown.body.decode()[-400:]
    fields = {name: control.value for name, control in shown.page.controls.items() if name != "_again"}
    answer = visitor.post(address, fields | said)
    assert answer.status == 303, (address, answer.page.faults)
    return answer


def offered(visitor: Visitor, ticket: str) -> set[str]:
    """Return the names of what a page lets somebody do."""
    return {link.rpartition("/")[2] for link in visitor.get(ticket).page.links if link.startswith("/do/")}


def text(visitor: Visitor, address: str) -> str:
    """Return what is read at an address."""
    answer = visitor.get(address)
    assert answer.status == 200, answer.body.decode()[-400:]
    return " ".join(" ".join(answer.page.text).split())


def test_from_opening_to_rating(sign_in: Any) -> None:
    """Opened, voted on, worked on, refused, finished, accepted, rated; at each step only who may is offered it."""
    gala, olga, ada = sign_in("gala:sala"), sign_in("olga:oficio"), sign_in("ada:jefatura")
    cira, cosme = sign_in("cira:conservacion"), sign_in("cosme:conservacion")
    picture = {"subject": "Colgar un cuadro", "description": "El grande.", "service": '"exposicion"'}
    ticket = send(gala, "/new/default", **picture).headers["Location"]
    do = ticket.replace("/ticket/", "/do/")
    assert "Olga" in text(ada, ticket)

    assert "start" not in offered(olga, ticket)
    assert 409 == ada.get(f"{do}/start").status
    assert "decide" not in offered(ada, ticket)
    assert "decide" in offered(cira, ticket)
    send(cira, f"{do}/decide", verdict='"approve"', comment="Con guantes.")
    assert "decide" not in offered(cira, ticket)
    send(cosme, f"{do}/decide", verdict='"approve"')
    assert "Conservators: Approved Cira: I agree Cosme: I agree (2 / 2)" in text(ada, ticket)
    assert "Con guantes." not in text(gala, ticket)
    assert "Con guantes." in text(ada, ticket)

    send(olga, f"{do}/start")
    send(olga, f"{do}/finish", comment="Colgado.")
    assert "¿Quedó bien?" in text(gala, "/")
    assert "Terminada" in text(gala, "/notices")
    send(gala, f"{do}/refuse", comment="Está torcido.")
    assert "Está torcido." in text(olga, ticket)
    send(olga, f"{do}/finish", comment="Ya está recto.")
    send(gala, f"{do}/accept")
    assert "¿Cómo valora el trabajo?" in text(gala, "/")
    assert ("number", "1") == (lambda rating: (rating.kind, rating.least))(
        gala.get(f"{do}/rate").page.controls["rating"]
    )
    bad = gala.post(f"{do}/rate", {"_token": gala.get(f"{do}/rate").page.controls["_token"].value, "rating": "6"})
    assert (422, 1) == (bad.status, len(bad.page.faults))
    send(gala, f"{do}/rate", rating="4")
    assert "¿Cómo valora el trabajo?" not in text(gala, "/")
    assert "rate" not in offered(gala, ticket)
    assert 404 == sign_in("tina:sala").get(ticket).status


def test_what_two_tickets_have_to_do_with_one_another(sign_in: Any) -> None:
    """They are linked, tagged, followed and merged; the number of the one that was merged leads to the other."""
    gala, ada, tina = sign_in("gala:sala"), sign_in("ada:jefatura"), sign_in("tina:sala")
    said = {"description": "Toda la sala.", "area": '"electricidad"'}
    first, second = (
        send(who, "/new/default", subject=subject, **said).headers["Location"]
        for who, subject in ((gala, "Sin luz"), (gala, "A oscuras"))
    )
    far = send(tina, "/new/default", subject="Dark, too", **said).headers["Location"]
    number = first.rpartition("/")[2]
    do = second.replace("/ticket/", "/do/")
    send(ada, f"{do}/link", other=number, kind='"parent"')
    assert f"#{number} Sin luz" in text(ada, second)
    send(ada, f"{do}/tag", add='"lluvia"')
    assert "Rain" in text(ada, second)
    assert "Lluvia" not in text(gala, second)
    send(gala, f"{do}/follow", follow="true")
    assert "☆ Gala Ruiz" in text(ada, second)
    fields = {"_token": ada.get(f"{do}/merge").page.controls["_token"].value}
    for into, fault in ((far.rpartition("/")[2], "customer"), ("99", "99"), (second.rpartition("/")[2], "itself")):
        answer = ada.post(f"{do}/merge", {**fields, "into": into})
        assert 422 == answer.status
        assert fault in " ".join(answer.page.faults), answer.page.faults
    send(ada, f"{do}/merge", into=number)
    assert "#1 - Sin luz" in text(ada, second)
    assert "← #2 A oscuras" in text(ada, first)
    assert "A oscuras" not in text(tina, far)
    assert "#2 A oscuras" not in text(tina, far)
    assert "Sin luz" in text(gala, "/list/avisos?search=luz")
    assert "/ticket/1" not in gala.get("/list/avisos?search=nowhere").page.links


def test_somebody_changes_his_profile(sign_in: Any) -> None:
    """It is a form like any other: what is taken out is gone, what is wrong is told, all is stored at once."""
    gala = sign_in("gala:sala")
    send(gala, "/edit", position="Jefa de sala", visual_mode='"dark"')
    assert "Oscuro · Jefa de sala" in text(gala, "/profile")
    send(gala, "/edit", position="", last_name="Ríos")
    assert "Jefa de sala" not in text(gala, "/profile")
    assert "Gala Ríos" in text(gala, "/profile")
    token = gala.get("/edit").page.controls["_token"].value
    answer = gala.post("/edit", {"_token": token, "visual_mode": '"pink"', "first_name": "Otra"})
    assert 422 == answer.status
    assert "Otra" not in text(gala, "/profile")


def test_everybody_signs_in_as_any_role_of_his_side(sign_in: Any) -> None:
    """With his customers and the teams that have him, so that roles show what they do not have in common."""
    from serve import people_of

    desk = Desk(SIXTH, MemoryStore())
    desk.install(**PEOPLE)
    people = people_of(desk)
    assert {f"gala:{role}" for role in ("sala", "visitante")} < set(people)
    assert Actor(id="gala", roles={"visitante"}, customers={"galeria"}, locale="es") == people["gala:visitante"]
    expected = Actor(id="olga", roles={"oficio"}, teams={"conserjeria", "tecnicos"}, locale="en")
    assert expected == people["olga:oficio"]
    assert 4 + 3 * 4 == len(people)
    ticket = send(sign_in("gala:sala"), "/new/default", subject="Gotea", description="Ahí.").headers["Location"]
    assert 200 == sign_in("olga:oficio").get(ticket).status
    assert 404 == sign_in("gala:visitante").get("/ticket/2").status
    assert 404 == sign_in("cira:conservacion").get(ticket).status
