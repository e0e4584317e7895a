"""Search of articles and tickets, as one actor sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import FrozenClock, Invalid, Refused
from supportcore.desk.views import dump
from supportcore.knowledge import Article
from supportcore.knowledge.lifecycle import KnowledgePolicy
from tests.desk.knowledge.shelf import ANA, BO, CLEO, DAN, HAL, LUIS, SHELF, STRANGER, equip, open_ticket
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


def found(desk: Any, asked: str, actor: Any = ANA, **options: Any) -> list[str]:
    return [item.id for item in desk.acting_as(actor).search(asked, **options).items]


def shown(parts: Any) -> str:
    return "".join(f"[{part.text}]" if part.hit else part.text for part in parts)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("facturacion", ["a-factura", "d-price", "e-acme"]),
        ("FACTURACIÓN", ["a-factura", "d-price", "e-acme"]),
        ("facturaciones", ["a-factura", "d-price", "e-acme"]),
        ("facturacio\u0301n electronica", ["a-factura", "d-price", "e-acme"]),
        ("¿Cómo cierro el año?", ["b-año"]),
        ("ano", []),
        ("E-1042", ["a-factura"]),
        ("e1042", ["a-factura"]),
        ("1042", ["a-factura"]),
        ("printing invoices", ["c-invoice"]),
        ("I want to print my invoice", ["c-invoice"]),
        ("electronca", ["a-factura"]),
        ("años", ["b-año"]),
        ("anos", []),
        ("electr\u00ad\u00f3ni\u200bca", ["a-factura"]),
        ("dian", ["a-factura", "d-price"]),
        ("invoice", ["c-invoice"]),
        ("invioce", ["c-invoice"]),
        ("elcetronica", ["a-factura"]),
        ("elect", []),
        ("invoice año", ["b-año", "c-invoice"]),
    ],
)
def test_what_finds_what(desk: Any, asked: str, expected: list[str]) -> None:
    """Accents, case, inflections, codes, the other language, a letter too few: the article is found; ñ is no n."""
    assert sorted(expected) == sorted(found(desk, asked))


def test_a_desk_that_folds_the_tilde(tmp_path: Path) -> None:
    """There *ano* finds *año*, without anything being stored anew."""
    with open_desk_named("sqlite", SMALL, tmp_path, clock=FrozenClock(START)) as desk:
        equip(desk)
        assert [] == found(desk, "ano")
        desk.definition = attrs.evolve(SMALL, knowledge=KnowledgePolicy(folds_ene=True))
        folding = type(desk)(desk.definition, desk.store, clock=FrozenClock(START))
        (item,) = folding.acting_as(ANA).search("ano").items
        assert ("b-año", "Cierre del [año]") == (item.id, shown(item.title))


def test_the_best_comes_first(desk: Any) -> None:
    """A title with all words is before one with some, and one with some before a body."""
    assert "a-factura" == found(desk, "facturación electrónica")[0]
    assert "d-price" == found(desk, "descuento factura")[0]


def test_a_product_counts_more(near: Any) -> None:
    """Articles about the product that is named come before equals; nothing else is left out."""
    one, other = (Article(id=f"z-{n}", title="Sincronizar", products={n}, language="es") for n in ("crm", "erp"))
    near.catalogue.put(one, other)
    assert ["z-crm", "z-erp"] == found(near, "sincronizar")
    assert ["z-erp", "z-crm"] == found(near, "sincronizar", product="erp")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"category": "ventas"}, ["a-factura"]),
        ({"category": "emitir"}, ["a-factura"]),
        ({"category": ["cierre", "ventas"]}, ["a-factura"]),
        ({"category": "cierre"}, []),
        ({"product": "erp"}, ["a-factura"]),
        ({"service": ["mesa"]}, ["d-price"]),
        ({"tag": "dian"}, ["a-factura", "d-price"]),
        ({"tag": ("dian", "none"), "visibility": "customers"}, ["d-price"]),
        ({"language": "es"}, ["a-factura", "d-price", "e-acme"]),
        ({"language": "en"}, []),
        ({"visibility": {"public", "customer"}}, ["a-factura", "e-acme"]),
        ({"product": "nothing", "category": "nowhere"}, []),
        ({"product": []}, []),
        ({}, ["a-factura", "d-price", "e-acme"]),
        (None, ["a-factura", "d-price", "e-acme"]),
    ],
)
def test_filters(desk: Any, where: Any, expected: list[str]) -> None:
    """One value or several, a category with what is below it; ids that are not known find nothing."""
    assert sorted(expected) == sorted(found(desk, "factura", where=where))


@pytest.mark.parametrize(
    ("where", "path", "code"),
    [
        ({"colour": "red"}, "where.colour", "cannot_filter"),
        ({"state": "draft"}, "where.state", "cannot_filter"),
        ({"product": 3}, "where.product", "wrong_type"),
        ({"tag": None}, "where.tag", "wrong_type"),
        ({"tag": ["a", {}]}, "where.tag", "wrong_type"),
        ({"tag": "\0"}, "where.tag", "bad_text"),
        ({"tag": ""}, "where.tag", "empty"),
        ({"tag": "x" * 65}, "where.tag", "too_long"),
        ({"tag": [str(n) for n in range(101)]}, "where.tag", "too_long"),
        ({"visibility": "secret"}, "where.visibility", "not_an_option"),
        ({3: "x"}, "where.3", "cannot_filter"),
        ("product", "where", "wrong_type"),
    ],
)
def test_filters_that_cannot_be(near: Any, where: Any, path: str, code: str) -> None:
    """They are refused, with a path to each; nobody searches by state, not even staff."""
    for actor in (ANA, LUIS):
        with pytest.raises(Invalid) as refused:
            found(near, "factura", actor, where=where)
        assert [(path, code)] == [(fault.path, fault.code) for fault in refused.value.faults]


def test_faults_come_together(near: Any) -> None:
    """All filters are looked at before any is refused."""
    with pytest.raises(Invalid) as refused:
        found(near, "x", where={"tag": 1, "colour": 2})
    assert {"where.tag", "where.colour"} == {fault.path for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 51}, "limit"),
        ({"limit": True}, "limit"),
        ({"page": 0}, "page"),
        ({"page": 1001}, "page"),
        ({"page": "1"}, "page"),
        ({"product": "nothing"}, "product"),
        ({"product": 3}, "product"),
        ({"product": "a\0"}, "product"),
        ({"asked": 3}, "asked"),
        ({"asked": None}, "asked"),
    ],
)
def test_options_that_cannot_be(near: Any, options: Any, path: str) -> None:
    """A page, a limit, a product that nobody knows, a question that is no text."""
    with pytest.raises(Invalid) as refused:
        near.acting_as(ANA).search(**{"asked": "factura", **options})
    assert [path] == [fault.path for fault in refused.value.faults]


def test_pages(desk: Any) -> None:
    """Pages hold all that is found, once and in one order; beyond the last there is nothing, and the total stays."""
    desk.catalogue.put(*(Article(id=f"p{n:02}", title=f"Impresora {n % 3}", language="es") for n in range(23)))
    whole = found(desk, "impresora", limit=50)
    assert 23 == len(whole)
    pages = [desk.acting_as(ANA).search("impresora", limit=10, page=page) for page in (1, 2, 3, 4)]
    assert whole == [item.id for page in pages for item in page.items]
    assert [(1, 10), (11, 20), (21, 23), (0, 0)] == [(page.position.first, page.position.last) for page in pages]
    assert {(23, 3)} == {(page.position.total, page.position.pages) for page in pages}
    assert [1, 2, 3] == [page.position.number for page in pages[:3]]


def test_what_is_shown(desk: Any) -> None:
    """Title and the best part of the body with hits marked, language, visibility and the path of categories."""
    view = desk.acting_as(ANA).search("facturas E-1042")
    item = next(item for item in view.items if item.id == "a-factura")
    assert "[Facturación] electrónica" == shown(item.title)
    assert "Para emitir una [factura] abra Ventas. Si aparece el error [E-1042], vuelva a entrar." == shown(
        item.snippet
    )
    assert ("es", "public", ("Ventas", "Emitir")) == (item.language, item.visibility, item.category)
    assert ("Búsqueda", "facturas E-1042") == (view.title, view.asked)
    assert "Search" == desk.acting_as(CLEO).search("x").title
    json.dumps(dump(view))


def test_words_taken_for_others(desk: Any) -> None:
    """It is told which, as the articles write them; nothing is told where the word was found."""
    (taken,) = desk.acting_as(ANA).search("facturacin").respelt
    assert ("facturacin", ("facturación", "factura")) == (taken.word, taken.taken)
    assert () == desk.acting_as(ANA).search("facturación").respelt
    beyond = desk.acting_as(ANA).search("facturacin", page=3)
    assert (("factur",),) == tuple(one.taken for one in beyond.respelt)


def test_html_and_script(near: Any) -> None:
    """Nothing of them gets into a snippet; what is between them is found as other words are."""
    body = "Antes <script>alert('gato')</script> <b onclick=x()>perro</b> <img src=x onerror=y()> después"
    near.catalogue.put(Article(id="z", title="<i>Mascota</i> & más", body=body, language="es"))
    (item,) = near.acting_as(ANA).search("perro").items
    assert "Antes [perro] después" == shown(item.snippet)
    assert "<i>Mascota</i> & más" == shown(item.title)
    assert [] == found(near, "gato")


def test_who_finds_which(desk: Any) -> None:
    """Drafts and what was retired are found by nobody; the rest by those whom it is for."""
    expected = {
        ANA.id: ["a-factura", "d-price", "e-acme"],
        BO.id: ["a-factura", "d-price"],
        DAN.id: ["a-factura"],
        LUIS.id: ["a-factura", "d-price", "e-acme", "f-staff"],
        HAL.id: ["a-factura", "d-price", "e-acme", "f-staff"],
    }
    for actor in (ANA, BO, DAN, LUIS, HAL):
        view = desk.acting_as(actor).search("factura")
        assert expected[actor.id] == sorted(item.id for item in view.items)
        assert len(view.items) == view.position.total
    for ask in (lambda me: me.search("x"), lambda me: me.search_tickets("x"), lambda me: me.suggest("x")):
        with pytest.raises(Refused) as unknown:
            ask(desk.acting_as(STRANGER))
        assert "unknown_actor" == unknown.value.code


def test_what_is_not_found_any_more(desk: Any) -> None:
    """An article that is retired, or that says something else, is found by what it says now."""
    desk.catalogue.put(attrs.evolve(SHELF[0], title="Nómina", body=""))
    assert ["a-factura"] == found(desk, "nómina")
    assert "a-factura" not in found(desk, "electrónica")
    desk.catalogue.retire("article", "a-factura")
    assert [] == found(desk, "nómina")


# -- tickets -----------------------------------------------------------------------------------------------------------


def numbers(desk: Any, asked: str, actor: Any = ANA, **options: Any) -> list[int]:
    return [item.number for item in desk.acting_as(actor).search_tickets(asked, **options).items]


def test_tickets(desk: Any) -> None:
    """By number, title and first public message; all words count; newest first; what is seen by whom holds."""
    open_ticket(desk, "La impresora del almacén no imprime")
    open_ticket(desk, "Printer is on fire", description="Error E-1042 en la facturación")
    open_ticket(desk, "Otra impresora", by=BO)
    assert [1] == numbers(desk, "impresora")
    assert [3, 1] == numbers(desk, "IMPRESORAS", LUIS)
    assert [2] == numbers(desk, "printers fire")
    assert [2] == numbers(desk, "facturaciones 1042")
    assert [] == numbers(desk, "impresora fire")
    assert [1] == numbers(desk, "#1") == numbers(desk, "1")
    assert [] == numbers(desk, "#3")
    assert [3] == numbers(desk, "#3", BO) == numbers(desk, "ticket impresora otra #3".removeprefix("ticket "), LUIS)
    assert [] == numbers(desk, "impresora", HAL) == numbers(desk, "impresora", DAN)


def test_how_tickets_are_shown(near: Any) -> None:
    """Title with hits marked, state and when it was opened; whether there are more than were asked for."""
    for n in range(3):
        open_ticket(near, f"Factura {n}", description="e")
    view = near.acting_as(ANA).search_tickets("facturas", limit=2)
    assert ([3, 2], True) == ([item.number for item in view.items], view.more)
    assert "[Factura] 2" == shown(view.items[0].subject)
    assert ("new", "27 mar 2026, 17:30:00") == (view.items[0].state.value, view.items[0].opened.text)
    assert not near.acting_as(ANA).search_tickets("facturas", limit=3).more
    for limit in (0, 101, True, "1"):
        with pytest.raises(Invalid):
            near.acting_as(ANA).search_tickets("facturas", limit=limit)


# -- whatever is asked -------------------------------------------------------------------------------------------------

STRANGE = [
    "", " ", "de la que el", "the of and", "?!.,;:()[]{}", "OR", "*", '"', "-", "factura OR *", '"factura', "^fac",
    "-factura", "$where", "{'$where': '1'}", "factura' OR 1=1 --", "a:b^c~d", "%_%", "\\", "\0", "fac\0tura", "\ud800",
    "\udc00x\ud800", "😀", "👨‍👩‍👧 factura", "تقرير счёт 請求書 factura", "x" * 100_000, "factura " * 12_500,
    "-".join(map(str, range(30_000))), " ".join("abcdefghij"[n % 10] * 12 + "klm"[n % 3] for n in range(200)),
    "a.b/c_d-e'f’g", "1e309", "NaN", "null", "\u202efactura", "ﬀ ﷺ", "é" * 5000, "es:factur", "#:1042", "state:draft",
]  # fmt: skip


@pytest.mark.parametrize("name", ["memory", "sqlite"])
def test_any_question_has_an_answer(tmp_path: Path, name: str) -> None:
    """Operators, signs, halves of characters, far too much: an answer or an empty page, in all four places."""
    with open_desk_named(name, SMALL, tmp_path, clock=FrozenClock(START)) as desk:
        equip(desk)
        open_ticket(desk, "Factura", resolve=True)
        for actor in (ANA, LUIS):
            me = desk.acting_as(actor)
            for asked in STRANGE:
                views = [me.search(asked), me.search_tickets(asked), me.suggest(asked), me.suggest(asked, typing=True)]
                for view in views:
                    json.dumps(dump(view), ensure_ascii=False).encode()
                if "factura" not in asked.replace("\0", "") and "1042" not in asked:
                    assert "g-draft" not in [item.id for item in views[0].items]
        assert ["a-factura", "d-price", "e-acme"] == sorted(found(desk, "factura OR *"))
        assert [] == found(desk, "$where") == found(desk, "OR") == found(desk, "state:draft")


def test_what_is_told_back(near: Any) -> None:
    """Of a question as much is told back as was looked at, with a sign for what no page takes."""
    assert "a\ufffdb\ufffd😀" == near.acting_as(ANA).search("a\0b\ud800😀").asked
    assert 4096 == len(near.acting_as(ANA).search("x" * 100_000).asked)
