"""The portal of examples/: it serves every desk over HTTP, and knows the name of nothing in any of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from supportcore import (
    Actor,
    Agent,
    Article,
    Contact,
    Customer,
    Desk,
    Module,
    Product,
    Project,
    Service,
    Team,
    Version,
    load_definition,
    open_store,
)  # fmt: skip
from supportcore.definition.loader import PRESETS
from supportcore.definition.model import Definition
from supportcore.forms.fields import INTAKE
from supportcore.storage.ports import drive
from tests.portal.visitor import Answer, Visitor, served

EXAMPLE = Path(__file__).parents[2] / "examples" / "portal"
DESKS = [*PRESETS, *sorted((Path(__file__).parents[1] / "desks").glob("*[a-z].toml"))]
DESKS = [desk for desk in DESKS if not str(desk).endswith(".labels.toml")]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(params=DESKS, ids=lambda desk: desk if isinstance(desk, str) else desk.stem)
def definition(request: pytest.FixtureRequest) -> Definition:
    return load_definition(request.param)


def people_of(definition: Definition) -> dict[str, Actor]:
    """One person for each role, and the languages by turns."""
    return {
        f"{role.key}-{locale}": Actor(
            id=f"{role.key}-{locale}",
            roles={role.key},
            customers={"acme"} if role.side == "customer" else (),
            teams=definition.routing.teams if role.side == "staff" else (),
            locale=locale,
        )
        for place, role in enumerate(definition.roles)
        for locale in (("es", "en")[place % 2],)
    }


@contextmanager
def portal_of(definition: Definition, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, dict[str, Actor]]]:
    """Serve a desk with a catalogue; hand out the port and the people."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.delitem(sys.modules, "portal", raising=False)
    from portal import portal

    people = people_of(definition)
    staff = [actor.id for actor in people.values() if not actor.customers]
    services = {form.service for form in definition.forms if form.service}
    store = open_store("memory://")
    desk = Desk(definition, store, addresses={"docs": "https://docs.example/", "invoices": "https://shop.example/i"})
    desk.install(
        customers=[Customer(id="acme", name="ACME & Söhne")],
        contacts=[Contact(id=one.id, name=f"Name {one.id}") for one in people.values() if one.customers],
        agents=[Agent(id=one, name=f"Name {one}") for one in staff],
        teams=[Team(id=team, name=f"Team {team}", members=staff) for team in definition.routing.teams],
        products=[Product(id="erp", name="ERP <b>"), Product(id="crm", name="CRM")],
        modules=[Module(id="sales", name="Sales", product="erp"), Module(id="leads", name="Leads", product="crm")],
        versions=[Version(id="e9", name="E 9", product="erp"), Version(id="c2", name="C 2", product="crm")],
        services=[Service(id=one, name=one) for one in sorted({"help", *services})],
        projects=[Project(id="move", name="Move", customer="acme")],
        articles=[Article(id="first", title="First steps", body="# Hola\n<script>alert(1)</script>")],
    )
    with served(portal(desk, people)) as port:
        yield port, people


def crawl(visitor: Visitor, start: str = "/", most: int = 60) -> dict[str, Answer]:
    """Follow every link there is, as far as *most* pages; each must answer."""
    found: dict[str, Answer] = {}
    waiting = [start]
    while waiting and len(found) < most:
        address = waiting.pop(0)
        if address in found:
            continue
        found[address] = visitor.get(address)
        assert found[address].status == 200, (address, found[address].body.decode()[-600:])
        if found[address].headers["Content-Type"].startswith("text/html"):
            links = found[address].page.links
            here = address.partition("?")[0]
            waiting += [here + link if link.startswith("?") else link for link in links if link[0] in "/?"]
    return found


def fill(visitor: Visitor, address: str, **more: str) -> Answer:
    """Fill in the form at *address* as somebody would who takes the first of each choice, and send it."""
    answer = visitor.get(address)
    assert answer.status == 200, answer.body.decode()[-600:]
    fields: dict[str, Any] = {}
    for _ in range(6):  # what is chosen may bring up more
        page = answer.page
        asked = {name: control for name, control in page.controls.items() if name != "_again"}
        fields = {name: filled(control) for name, control in asked.items()} | {"_files": fields.get("_files", [])}
        for slot in page.slots if not fields["_files"] else ():
            kind = ("photo.png", PNG) if "log" not in slot else ("trace.txt", b"boom")
            sent = f"/draft?slot={slot}&name={quote(kind[0])}&about=what+it+shows"
            taken = visitor.draft(sent, kind[1], page.controls["_token"].value)
            assert taken.status == 201, taken.body
            fields["_files"] = [*fields["_files"], re.search(rb'"id": "([^"]+)"', taken.body)[1].decode()]  # type: ignore[index]
        answer = visitor.post(address, {**fields, "_again": "1"})
        if answer.page.controls.keys() - {"_files"} == page.controls.keys() - {"_files"}:
            break
    return visitor.post(address, fields | more)


def filled(control: Any) -> str:
    """Something to say in a control."""
    if control.value or control.options is not None:
        return control.value or next((option for option in control.options or () if option), "")
    if control.kind == "number":
        return control.least or "7"
    night = (datetime.now(UTC) + timedelta(days=2)).date()  # closed in Bogota and in Madrid
    known = {"deadline": "2099-01-01T00:00:00Z", "hasta": f"{night}T04:00:00Z"}
    if control.hint:
        return known.get(control.name, f"{night}T03:00:00Z")
    patterns = {
        "asset": "AB-1234",
        "inventario": "AB-1234",
        "elementos": "Equipos: 3",
        "add": "lluvia",
        "remove": "obra",
    }
    return patterns.get(control.name, "Ñandú & <b>")


def test_every_desk_is_served(definition: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs in finds every link alive, opens tickets with every form, and does all that is offered."""
    with portal_of(definition, monkeypatch) as (port, people):
        opened = set()
        for secret in people:
            visitor = Visitor(port, secret)
            for link in sorted({link for link in visitor.get("/").page.links if link.startswith("/new/")}):
                answer = fill(visitor, link)
                assert answer.status == 303, (secret, link, answer.page.faults, answer.page.text[-5:])
                opened.add(answer.headers["Location"])
        assert opened
        done = set()
        for secret in people:
            visitor = Visitor(port, secret)
            mine = [link for link in opened if visitor.get(link).status == 200]
            for ticket in sorted(mine)[:4]:
                for link in [link for link in visitor.get(ticket).page.links if link.startswith("/do/")]:
                    names_another = link.endswith(("/link", "/merge"))
                    if not names_another and visitor.get(link).status == 200:
                        answer = fill(visitor, link)
                        assert answer.status == 303, (link, answer.page.faults, answer.page.text)
                        done.add(link.rpartition("/")[2])
        assert len(done) >= 3
        for secret in people:
            crawl(Visitor(port, secret))


def test_what_is_wrong_stands_at_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that is not filled in comes back with its faults and with what was said; nothing is opened."""
    with portal_of(load_definition(PRESETS[0]), monkeypatch) as (port, people):
        visitor = Visitor(port, next(iter(people)))
        page = visitor.get("/new/default").page
        fields = {name: control.value for name, control in page.controls.items()} | {"description": "Ñandú"}
        answer = visitor.post("/new/default", {k: v for k, v in fields.items() if k != "_again"})
        assert (422, "Ñandú") == (answer.status, answer.page.controls["description"].value)
        assert len(answer.page.faults) >= 3
        assert not [link for link in crawl(visitor) if link.startswith("/ticket/")]


def test_a_double_click_opens_one_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that is sent twice is the same command."""
    with portal_of(load_definition(DESKS[-1]), monkeypatch) as (port, people):
        visitor = Visitor(port, next(iter(people)))
        page = visitor.get("/new/default").page
        fields = {name: filled(control) for name, control in page.controls.items() if name != "_again"}
        answers = [visitor.post("/new/default", fields) for _ in range(2)]
        assert answers[0].headers.get("Location") == answers[1].headers.get("Location"), answers[0].body.decode()


def test_nobody_posts_in_the_name_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form without the token of its person is refused, and so is somebody who has not signed in."""
    with portal_of(load_definition(PRESETS[0]), monkeypatch) as (port, people):
        first, second, *_ = people
        stolen = Visitor(port, second).get("/new/default").page.controls["_token"].value
        assert 403 == Visitor(port, first).post("/new/default", {"_token": stolen}).status
        assert 403 == Visitor(port, first).draft("/draft?name=a.txt", b"x", stolen).status
        visitor = Visitor(port, first)
        visitor.cookie = "person=nobody"
        assert 401 == visitor.get("/").status


@pytest.mark.parametrize(
    ("method", "path", "length", "status"),
    [
        ("POST", "/", "-1", 400),
        ("POST", "/new/default", "abc", 400),
        ("POST", "/new/default", str(10**7), 413),
        ("SIGN", "/in", "0", 400),
        ("GET", "/ticket/" + "9" * 5000, "0", 422),
        ("GET", "/list/nope", "0", 404),
        ("GET", "/list/?page=0", "0", 200),
        ("GET", "/list/?page=99999999999999", "0", 422),
        ("GET", "/article/nope", "0", 404),
        ("GET", "/file/nope", "0", 404),
        ("POST", "/do/1/nope", "0", 404),
    ],
)
def test_what_cannot_be_is_told(
    method: str, path: str, length: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked, somebody answers, and never with an error of its own."""
    with portal_of(load_definition(PRESETS[0]), monkeypatch) as (port, people):
        visitor = Visitor(port, next(iter(people)))
        answer = visitor.ask(method, path, None, {"Content-Length": length})
        assert status == answer.status, answer.body.decode()


def test_brackets_without_end_are_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no JSON in a control that holds JSON is refused by the form."""
    with portal_of(load_definition(PRESETS[0]), monkeypatch) as (port, people):
        visitor = Visitor(port, next(iter(people)))
        page = visitor.get("/new/default").page
        fields = {name: control.value for name, control in page.controls.items() if name != "_again"}
        chosen = next(name for name, control in page.controls.items() if control.options and name[0] != "_")
        assert 422 == visitor.post("/new/default", {**fields, chosen: "[" * 100_000}).status


def test_articles_are_searched_and_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is marked and leads to its page; a suggestion goes with the ticket that is opened all the same."""
    store = open_store("memory://")
    monkeypatch.setattr(sys.modules[__name__], "open_store", lambda _: store)
    with portal_of(load_definition(PRESETS[0]), monkeypatch) as (port, people):
        visitor = Visitor(port, next(iter(people)))
        assert "/article/first" in visitor.get("/articles").page.links
        found = visitor.get("/articles?q=steps")
        assert b'<a href="/article/first">First <mark>steps</mark></a>' in found.body
        assert "/article/first" not in visitor.get("/articles?q=nothing").page.links
        assert 422 == visitor.get("/articles?q=steps&next=x").status
        assert b"&lt;script&gt;" in visitor.get("/article/first").body
        typed = visitor.get("/suggest?typing=1&q=first+st")
        assert (["/article/first?"], False) == (typed.page.links, b"_suggestion" in typed.body)
        whole = visitor.get("/suggest?q=first+steps")
        (link,) = whole.page.links
        assert link.startswith("/article/first?suggestion=")
        assert f'name="_suggestion" value="{link.partition("=")[2]}"' in whole.body.decode()
        assert 200 == visitor.get(link).status
        assert 303 == fill(visitor, "/new/default", _suggestion=link.partition("=")[2]).status
    with store.begin(write=False) as execute:
        noted = drive(store.ledger(PRESETS[0]).suggestion(link.partition("=")[2]), execute)
    assert noted is not None
    assert ("first", True) == (noted.read, noted.ticket is not None)


def test_the_portal_knows_no_desk() -> None:
    """No name of a desk, role, state, action, field, list, board, slot or form stands in the portal."""
    said = "\n".join(file.read_text("utf-8") for file in EXAMPLE.rglob("*") if file.suffix in (".py", ".html"))
    markup = {"type", "subject"}  # an attribute of HTML and keyword of JSON Schema; what views call a ticket's title
    for desk in PRESETS:  # the tests' own are called by everyday words
        definition = load_definition(desk)
        names = {definition.key, *(role.key for role in definition.roles)}
        names |= {state.key for state in definition.workflow.states} | set(definition.workflow.actions)
        names |= {field.key for form in definition.forms for field in form.fields}
        names |= {value for values in definition.vocabularies.values() for value in values}
        found = {
            name for name in names - markup - set(INTAKE) if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)
        }
        assert not found, (definition.key, found)


def test_the_portal_is_short() -> None:
    """The whole of it, launcher and all, is 300 lines of Python."""
    assert sum(len(file.read_text("utf-8").splitlines()) for file in EXAMPLE.glob("*.py")) <= 300
