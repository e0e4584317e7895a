"""Lists that are searched: every word in title, number or first public message, within what the list is about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportcore import Actor, FrozenClock, Invalid, NotFound
from supportcore.knowledge.indexing import analysed_as, ticket_postings
from supportcore.knowledge.search import LONGEST_QUESTION, ticket_words
from tests.desk.views.listed import KNOWN, NOON, opened, portal
from tests.desk.views.portals import names
from tests.desks.portal import ANA, BO, CLEO, LUIS, MAR, PORTAL
from tests.stores import server_url

SAID = (
    "La impresora no imprime", "The printer does not print", "Factura E-1042 rechazada", "Facturación del año 2026",
    "printing", "no", "¿Y el ñandú? 🦤", "Login fails with code 17", "factura", "Clave olvidada",
)  # fmt: skip
ASKED = (
    *SAID, "facturas", "FACTURACIÓN", "imprimir printer", "e-1042", "1042", "#3", "3", "ano", "factura 2", "login 17",
)  # fmt: skip
NOT_WORDS = ("   ", "de la", "?!", "*", '"', "-", "🦤", "\0", "\ud800")
"""Nothing in these is a word."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture(params=names("memory", "sqlite"))
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    """The portal desk with a few tickets of two customers."""
    with portal(request.param, tmp_path, server_url(request, request.param), clock) as found:
        fill(found, clock, random.Random(7), 14)
        yield found


def fill(desk: Any, clock: FrozenClock, rng: random.Random, count: int) -> list[str]:
    """Open tickets, some without a description, of which some are then answered."""
    ids = []
    for _ in range(count):
        person = rng.choice((ANA, BO, CLEO, LUIS))
        more = {"description": rng.choice(SAID)} if rng.random() < 0.5 else {}
        ids.append(opened(desk, person, subject=rng.choice(SAID), **more))
        clock.move(timedelta(minutes=1))
        if rng.random() < 0.5:
            desk.acting_as(LUIS).reply(ids[-1], rng.choice(SAID))
        if rng.random() < 0.3:
            desk.acting_as(LUIS).note(ids[-1], "secreto")
    return ids


def found(desk: Any, person: Actor, search: str, **asked: Any) -> list[str]:
    """Return the ids of all rows, page by page."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        view = desk.acting_as(person).listing(search=search, cursor=cursor, **asked)
        ids += [row.id for row in view.rows]
        cursor = view.page.next or None
        if cursor is None:
            assert len(ids) == view.page.total
            return ids


def scanned(desk: Any, person: Actor, search: str) -> list[str]:
    """Return the ids of what the same analyser finds in what the actor may read, newest change first."""
    words = ticket_words(search, languages=analysed_as(PORTAL.languages), preferred=person.locale or "es")
    me = desk.acting_as(person)
    ids = []
    for ticket in me.find(sort="-updated_at", limit=200).items:
        public = [entry for entry in me.timeline(ticket.id) if entry.kind in ("opened", "replied")]
        messages = [entry.text for entry in public if entry.text]
        postings = ticket_postings(
            ticket.id, number=ticket.number, subject=ticket.subject, message=messages[0] if messages else ""
        )
        terms = {posting.term for posting in postings}
        if words and all(terms & set(word) for word in words):
            ids.append(ticket.id)
    return ids


@pytest.mark.parametrize("person", [ANA, BO, CLEO, LUIS, MAR], ids=lambda person: person.id)
def test_a_search_finds_what_reading_everything_finds(desk: Any, person: Actor) -> None:
    """Whoever asks for whatever gets the tickets he may open that have all the words, in the order of the list."""
    met = 0
    for asked in ASKED:
        expected = scanned(desk, person, asked)
        assert expected == found(desk, person, asked, key=_all(person), limit=3, sort="-updated_at"), asked
        met += len(expected)
    assert met > 0


def _all(person: Actor) -> str | None:
    """Return the list that holds all tickets, for somebody who has one."""
    rules = [rule for rule in PORTAL.screens.lists if not rule.roles or rule.roles & person.roles]
    return next((rule.key for rule in rules if repr(rule.where) == "All(parts=())"), None)


def test_nothing_is_found_that_cannot_be_opened(desk: Any) -> None:
    """No list of anybody shows, or counts, a ticket that `get` refuses; internal notes are not searched."""
    for person in KNOWN:
        me = desk.acting_as(person)
        for rule in PORTAL.screens.lists:
            if rule.roles and not rule.roles & person.roles:
                continue
            for asked in ("factura", "printer", "imprime", "#1"):
                for ticket in found(desk, person, asked, key=rule.key):
                    me.get(ticket)
            assert [] == found(desk, person, "secreto", key=rule.key)


def test_a_number_finds_its_ticket(desk: Any) -> None:
    """With and without the sign before it; somebody who may not see the ticket finds nothing."""
    (ticket,) = desk.acting_as(LUIS).find({"customer": "beta"}, limit=1).items
    assert ticket.id in found(desk, LUIS, f"#{ticket.number}")
    assert found(desk, LUIS, f"#{ticket.number}") == found(desk, LUIS, str(ticket.number))
    assert ticket.id not in found(desk, ANA, f"#{ticket.number}")
    with pytest.raises(NotFound):
        desk.acting_as(ANA).get(ticket.id)


@pytest.mark.parametrize("asked", NOT_WORDS)
def test_a_search_without_a_word_finds_nothing(desk: Any, asked: str) -> None:
    """Stop words, punctuation, operators, what is no letter: an empty page, and no error."""
    view = desk.acting_as(LUIS).listing(search=asked)
    assert ((), 0) == (view.rows, view.page.total)
    view.search.encode()


def test_without_a_search_the_list_is_whole(desk: Any) -> None:
    """The empty text searches for nothing."""
    view = desk.acting_as(LUIS).listing(search="")
    assert ("", desk.acting_as(LUIS).listing().page.total) == (view.search, view.page.total)
    assert view.page.total > 0


def test_what_was_searched_for_is_told_back(desk: Any) -> None:
    """As it was said, so that it stands in the box of the next page; no more than is looked at."""
    assert "FACTURACIÓN" == desk.acting_as(LUIS).listing(search="FACTURACIÓN").search
    assert "x" * LONGEST_QUESTION == desk.acting_as(LUIS).listing(search="x" * 100_000).search


@pytest.mark.parametrize("asked", [None, 7, ["factura"], b"factura"])
def test_only_a_text_is_searched_for(desk: Any, asked: Any) -> None:
    """Anything else is a fault of that argument."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).listing(search=asked)
    assert [("search", "wrong_type")] == [(fault.path, fault.code) for fault in error.value.faults]


def test_a_cursor_belongs_to_its_search(desk: Any) -> None:
    """That of another search, or of none, is refused; that of the same words is taken."""
    luis = desk.acting_as(LUIS)
    cursor = luis.listing(search="factura", limit=1).page.next
    whole = luis.listing(limit=1).page.next
    assert luis.listing(search="FACTURA", limit=1, cursor=cursor).rows
    for search, other in (("impresora", cursor), ("", cursor), ("factura", whole), ("?!", whole)):
        with pytest.raises(Invalid) as error:
            luis.listing(search=search, limit=1, cursor=other)
        assert [("cursor", "bad_cursor")] == [(fault.path, fault.code) for fault in error.value.faults]


def test_pages_by_number_hold_the_same(desk: Any) -> None:
    """Numbered pages and cursors lead through the same rows, and say the same of their place."""
    luis = desk.acting_as(LUIS)
    total = luis.listing(search="factura").page.total
    assert total > 2
    rows = [luis.listing(search="factura", limit=1, page=number + 1) for number in range(total)]
    assert found(desk, LUIS, "factura", limit=1) == [view.rows[0].id for view in rows]
    assert [*range(1, total + 1)] == [view.page.first for view in rows] == [view.page.number for view in rows]


def test_a_search_goes_with_filters(desk: Any) -> None:
    """Both narrow the list, one as well as the other."""
    luis = desk.acting_as(LUIS)
    customer = {ticket.id: ticket.customer for ticket in luis.find(limit=200).items}
    everything = found(desk, LUIS, "factura")
    narrowed = found(desk, LUIS, "factura", where={"customer": "acme"})
    assert [one for one in everything if customer[one] == "acme"] == narrowed
    assert 0 < len(narrowed) < len(everything)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rng=st.randoms(use_true_random=False))
def test_whatever_there_is_the_same_is_found(rng: random.Random, tmp_path: Path) -> None:
    """On any tickets, for anybody, a search finds what reading everything with the same analyser finds."""
    clock = FrozenClock(NOON)
    with portal("memory", tmp_path, "", clock) as desk:
        fill(desk, clock, rng, rng.randint(0, 8))
        person, asked = rng.choice((ANA, BO, CLEO, LUIS)), rng.choice(ASKED)
        expected = scanned(desk, person, asked)
        limit = rng.choice((1, 2, 50))
        assert expected == found(desk, person, asked, key=_all(person), limit=limit, sort="-updated_at")
