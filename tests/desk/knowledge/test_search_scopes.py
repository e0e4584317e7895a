"""Nobody learns by searching what he may not read: not by what is found, nor by its order, counts or words."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import FrozenClock, NotFound
from supportcore.desk.views import dump
from supportcore.knowledge import Article
from supportcore.knowledge.article import STATES
from tests.desk.knowledge.shelf import EVERYBODY, equip, open_ticket
from tests.desk.machine import SMALL, START
from tests.stores import open_desk_named

WORDS = st.sampled_from(
    [
        "factura",
        "facturas",
        "facturado",
        "fractura",
        "año",
        "ano",
        "invoice",
        "invoices",
        "E-1042",
        "1042",
        "el",
        "caja",
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
FOR = st.sampled_from(
    [("public", None), ("customers", None), ("customer", "acme"), ("customer", "beta"), ("internal", None)]
)
FILTERS = st.sampled_from([{}, {"language": "es"}, {"category": "ventas"}, {"tag": ["dian"]}, {"visibility": "public"}])


@st.composite
def shelves(draw: st.DrawFn) -> list[Article]:
    """Articles for all sorts of people, in all states."""
    found = []
    for n in range(draw(st.integers(1, 7))):
        visibility, customer = draw(FOR)
        found.append(
            Article(
                id=f"a{n}",
                title=draw(TEXTS),
                body=draw(TEXTS),
                language=draw(st.sampled_from(["es", "en", ""])),
                visibility=visibility,
                customer=customer,
                category=draw(st.sampled_from([None, "emitir", "cierre"])),
                tags=draw(st.sampled_from([(), ("dian",)])),
                state=draw(st.sampled_from(["published", *STATES])),
            )
        )
    return found


def asked(me: Any, text: str, where: Any) -> list[Any]:
    """All that an actor is told who asks for something."""
    pages = [me.search(text, where=where, limit=2, page=page) for page in (1, 2)]
    suggested = [me.suggest(text, typing=typing, product="erp") for typing in (True, False)]
    return [*map(dump, pages), *({**dump(view), "id": ""} for view in suggested), dump(me.search_tickets(text))]


@settings(max_examples=15)
@given(shelves(), TEXTS, FILTERS, st.sampled_from(EVERYBODY))
def test_hidden_articles_change_nothing(shelf: list[Article], text: str, where: Any, actor: Any) -> None:
    """What an actor is told is what he would be told on a desk that holds what he may read alone."""
    folder = Path(mkdtemp())
    with (
        open_desk_named("memory", SMALL, folder, clock=FrozenClock(START)) as whole,
        open_desk_named("memory", SMALL, folder, clock=FrozenClock(START)) as part,
    ):
        equip(whole, shelf)
        me = whole.acting_as(actor)
        readable = [article for article in shelf if opens(me, article.id)]
        equip(part, readable)
        for slip in (text, text[:-1], text.replace("fact", "fatc")):
            assert asked(part.acting_as(actor), slip, where) == asked(me, slip, where)
        published = {article.id for article in readable if article.state == "published"}
        assert {item.id for item in me.search(text).items} <= published


def opens(me: Any, article: str) -> bool:
    try:
        me.article(article)
    except NotFound:
        return False
    return True


OPENED = st.tuples(
    TEXTS, st.sampled_from([p for p in EVERYBODY if "customer" in p.roles and p.customers]), st.booleans()
)


@settings(max_examples=10)
@given(st.lists(OPENED, min_size=1, max_size=5), TEXTS)
def test_hidden_tickets_are_not_found(opened: list[Any], text: str) -> None:
    """What is found or suggested is what `get` gives; and all that it gives is found by its title."""
    with open_desk_named("memory", SMALL, Path(mkdtemp()), clock=FrozenClock(START)) as desk:
        equip(desk, [])
        tickets = [open_ticket(desk, subject, by=by, resolve=resolve) for subject, by, resolve in opened]
        for actor in EVERYBODY:
            me = desk.acting_as(actor)
            mine = [ticket for ticket in tickets if sees(me, ticket)]
            found = [item.id for item in me.search_tickets(text).items]
            suggested = [item.id for item in me.suggest(text).tickets]
            assert {*found, *suggested} <= set(mine)
            assert found == sorted(found, key=lambda ticket: -me.get(ticket).number)
            assert all("resolved" == me.get(ticket).outcome for ticket in suggested)
            for ticket in mine:
                subject = me.get(ticket).subject
                named = [item.id for item in me.search_tickets(subject, limit=100).items]
                assert set(subject.split()) == {"el"} or ticket in named


def sees(me: Any, ticket: str) -> bool:
    try:
        me.get(ticket)
    except NotFound:
        return False
    return True
