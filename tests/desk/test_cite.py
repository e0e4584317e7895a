"""Naming the article that solved a ticket: who may, what comes of it, and who is shown it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import Actor, Desk, FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.views import dump
from supportcore.desk.views.choices import MOST_ARTICLES
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Article
from supportcore.knowledge.postings import Search
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import drive
from supportcore.tickets.events import ArticleCited
from supportcore.tickets.indexed import SOLVED, solved_by
from tests.desk.machine import SMALL, START, equip
from tests.desk.views.portals import NEAR, opened

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es")
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
LUIS = Actor(id="luis", roles={"agent"}, locale="en")
HAL = Actor(id="hal", roles={"helper"})
ARTICLES = (
    Article(id="a-public", title="Reinicie la impresora"),
    Article(id="b-customers", title="For customers", visibility="customers"),
    Article(id="c-acme", title="For ACME", visibility="customer", customer="acme"),
    Article(id="d-beta", title="For Beta", visibility="customer", customer="beta"),
    Article(id="e-internal", title="For us", visibility="internal"),
    Article(id="f-draft", title="Not yet", state="draft"),
    Article(id="g-retired", title="No more", state="retired"),
    Article(id="h-review", title="Nearly", state="review"),
)
NAMED = tuple(one for one in ARTICLES if one.id in ("a-public", "b-customers", "c-acme", "e-internal"))
"""Those that may be named on a ticket of ACME."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture(params=NEAR)
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Any]:
    with opened(request, tmp_path, SMALL, clock) as found:
        equip(found)
        found.catalogue.put(*ARTICLES)
        yield found


@pytest.fixture
def ticket(desk: Any) -> str:
    return str(desk.acting_as(ANA).open({"subject": "No imprime"}).id)


def found_by(desk: Any, article: str) -> list[str]:
    """Return the tickets that the index has as solved by an article."""
    ledger = desk.store.ledger(desk.definition.key)
    with desk.store.begin(write=False) as execute:
        found = drive(ledger.search(Search(kind=SOLVED, required=((solved_by(article),),))), execute)
    return [hit.record for hit in found.hits]


def citing(acting: Any, ticket: str) -> Any:
    """Return the form by which an article is named."""
    (view,) = (one for one in acting.page(ticket).actions if one.name == "cite")
    return view.form


def offered(form: Any) -> dict[str, str]:
    """Return the titles of the articles that a form offers, by id."""
    return {one["const"]: one["title"] for one in form.schema["properties"]["article"]["oneOf"]}


def test_an_article_is_named_once(desk: Any, ticket: str) -> None:
    """Naming it again changes nothing; several stand in the order in which they were named; the index has each."""
    luis = desk.acting_as(LUIS)
    first = luis.cite(ticket, "b-customers")
    again = luis.cite(ticket, "b-customers")
    luis.cite(ticket, "a-public")
    assert (2, 2) == (first.version, again.version)
    assert ("b-customers", "a-public") == luis.get(ticket).solved_by
    cited = [recorded.event for recorded in desk.history(ticket) if isinstance(recorded.event, ArticleCited)]
    assert ["b-customers", "a-public"] == [event.article for event in cited]
    assert [ticket] == found_by(desk, "a-public") == found_by(desk, "b-customers")
    assert [] == found_by(desk, "c-acme")
    assert () == desk.verify().findings


def test_a_command_id_counts_once(desk: Any, ticket: str) -> None:
    """The same command again has the same receipt, whatever was named since."""
    luis = desk.acting_as(LUIS)
    receipt = luis.cite(ticket, "a-public", command_id="once")
    luis.cite(ticket, "b-customers")
    assert receipt == luis.cite(ticket, "a-public", command_id="once")


def test_it_hurts_nobody_who_saw_an_older_version(desk: Any, ticket: str) -> None:
    """Two may name articles at once, as the order does not matter; a version that is to come is none."""
    luis = desk.acting_as(LUIS)
    luis.note(ticket, "x")
    assert 3 == luis.cite(ticket, "a-public", seen_version=1).version
    with pytest.raises(Invalid, match="seen_version"):
        luis.cite(ticket, "a-public", seen_version=9)


def test_it_is_named_while_the_ticket_is_open_and_after(desk: Any, ticket: str) -> None:
    """What solved a ticket is often known once it is closed."""
    luis = desk.acting_as(LUIS)
    luis.act(ticket, "cancel", {"reason": "mistake"})
    luis.cite(ticket, "a-public")
    assert (("a-public",), "cancelled") == (luis.get(ticket).solved_by, luis.get(ticket).state)


@pytest.mark.parametrize(
    ("article", "code"),
    [
        ("nowhere", "unknown_record"),
        ("erp", "unknown_record"),
        ("f-draft", "not_published"),
        ("h-review", "not_published"),
        ("g-retired", "retired_record"),
        ("d-beta", "not_of"),
    ],
)
def test_only_what_the_customer_could_be_given_is_named(desk: Any, ticket: str, article: str, code: str) -> None:
    """What is not there, no article, not published, retired, or for another customer, is a fault of the field."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).cite(ticket, article)
    assert [("article", code)] == [(fault.path, fault.code) for fault in error.value.faults]
    assert () == desk.acting_as(LUIS).get(ticket).solved_by


def test_staff_names_what_customers_may_not_read(desk: Any, ticket: str) -> None:
    """What is internal solves tickets, too."""
    desk.acting_as(LUIS).cite(ticket, "e-internal")
    assert ("e-internal",) == desk.acting_as(LUIS).get(ticket).solved_by


def test_a_ticket_without_a_customer_is_solved_by_no_article_for_one(clock: FrozenClock) -> None:
    """On a desk that knows no customers, what is for everybody is named, and what is for one customer is not."""
    desk = Desk(attrs.evolve(SMALL, customer="none"), MemoryStore(), clock=clock, ids=seeded_ids(1))
    equip(desk)
    desk.catalogue.put(*ARTICLES)
    luis = desk.acting_as(LUIS)
    case = luis.open({"subject": "No imprime"}).id
    luis.cite(case, "a-public")
    with pytest.raises(Invalid) as error:
        luis.cite(case, "c-acme")
    assert ["not_of"] == [fault.code for fault in error.value.faults]


def test_it_is_taken_back(desk: Any, ticket: str) -> None:
    """Page, index and history follow; what was taken back may be named again, and then comes last."""
    luis = desk.acting_as(LUIS)
    luis.cite(ticket, "a-public")
    luis.cite(ticket, "b-customers")
    assert 4 == luis.cite(ticket, "a-public", solved=False).version
    assert ("b-customers",) == luis.get(ticket).solved_by
    assert ([], [ticket]) == (found_by(desk, "a-public"), found_by(desk, "b-customers"))
    assert ["b-customers"] == [one.value for one in luis.page(ticket).solved_by]
    assert "Not solved by the article: Reinicie la impresora" == luis.page(ticket).thread[-1].title
    luis.cite(ticket, "a-public")
    assert ("b-customers", "a-public") == luis.get(ticket).solved_by
    assert [ticket] == found_by(desk, "a-public")
    assert [True, True, False, True] == [
        recorded.event.solved for recorded in desk.history(ticket) if isinstance(recorded.event, ArticleCited)
    ]
    assert () == desk.verify().findings


def test_what_is_not_named_cannot_be_taken_back(desk: Any, ticket: str) -> None:
    """It changes nothing; what could not be named is refused as ever."""
    luis = desk.acting_as(LUIS)
    assert 1 == luis.cite(ticket, "a-public", solved=False).version
    for article in ("f-draft", "nowhere"):
        with pytest.raises(Invalid):
            luis.cite(ticket, article, solved=False)
    assert ["opened"] == [entry.kind for entry in luis.timeline(ticket)]


def test_what_is_no_longer_published_stays_named_until_it_is_taken_back(desk: Any, ticket: str) -> None:
    """On a closed ticket as well; the form goes on offering it, and offers it no more once it is taken back."""
    luis = desk.acting_as(LUIS)
    luis.cite(ticket, "a-public")
    luis.act(ticket, "cancel", {"reason": "mistake"})
    desk.catalogue.retire("article", "a-public")
    before = luis.get(ticket)
    assert before.version == luis.cite(ticket, "a-public").version
    form = citing(luis, ticket)
    assert "a-public" in offered(form)
    luis.submit(form.submit, {"article": "a-public", "solved": False})
    assert () == luis.get(ticket).solved_by
    assert "a-public" not in offered(citing(luis, ticket))
    with pytest.raises(Invalid, match="no longer offered"):
        luis.cite(ticket, "a-public")


def test_whether_it_solved_is_yes_or_no(desk: Any, ticket: str) -> None:
    """What is neither is a fault of its field."""
    with pytest.raises(Invalid) as error:
        desk.acting_as(LUIS).cite(ticket, "a-public", solved="no")
    assert [("solved", "wrong_type")] == [(fault.path, fault.code) for fault in error.value.faults]


def test_customers_name_nothing(desk: Any, ticket: str) -> None:
    """It is the duty of those who write articles; who does not see the ticket is told that there is none."""
    with pytest.raises(Refused) as refused:
        desk.acting_as(ANA).cite(ticket, "a-public")
    assert "role_required" == refused.value.code
    for person in (BO, HAL):
        with pytest.raises(NotFound):
            desk.acting_as(person).cite(ticket, "a-public")


def test_a_page_shows_what_its_reader_may_read(desk: Any, ticket: str) -> None:
    """Staff sees every article and who named it; the customer the published ones that are for him, and no event."""
    for article in NAMED:
        desk.acting_as(LUIS).cite(ticket, article.id)
    desk.catalogue.put(Article(id="x-once", title="Once read"))
    desk.acting_as(LUIS).cite(ticket, "x-once")
    desk.catalogue.retire("article", "x-once")
    staff, mine = desk.acting_as(LUIS).page(ticket), desk.acting_as(ANA).page(ticket)
    named = [*((one.id, one.title) for one in NAMED), ("x-once", "Once read")]
    assert named == [(one.value, one.title) for one in staff.solved_by]
    assert ["a-public", "b-customers", "c-acme"] == [one.value for one in mine.solved_by]
    told = [entry.title for entry in staff.thread if entry.kind == "article_cited"]
    assert ["Solved by the article: Reinicie la impresora", "Solved by the article: For customers"] == told[:2]
    assert {"internal"} == {entry.audience for entry in staff.thread if entry.kind == "article_cited"}
    assert ["opened"] == [entry.kind for entry in mine.thread]
    for hidden in ("e-internal", "For us", "x-once", "Once read"):
        assert hidden not in str(dump(mine))


def test_the_thread_is_told_in_spanish(desk: Any, ticket: str) -> None:
    """Staff that reads Spanish is told so."""
    desk.acting_as(LUIS).cite(ticket, "a-public")
    spanish = Actor(id="luis", roles={"agent"}, locale="es")
    entry = desk.acting_as(spanish).page(ticket).thread[-1]
    assert "Resuelto con el artículo: Reinicie la impresora" == entry.title


def test_the_form_offers_what_may_be_named(desk: Any, ticket: str) -> None:
    """Published articles for the ticket's customer, by title; whatever it offers is taken; that it solved stands."""
    luis = desk.acting_as(LUIS)
    form = citing(luis, ticket)
    titles = {one.id: one.title for one in NAMED} | {"how-to": "How-To", "why-not": "Why-Not"}
    assert titles == offered(form)
    assert (["article"], {"solved": True}) == (form.schema["required"], form.data)
    for article in titles:
        luis.submit(form.submit, {**form.data, "article": article})
    assert tuple(titles) == luis.get(ticket).solved_by


def test_of_many_articles_the_id_is_typed(desk: Any, ticket: str) -> None:
    """No page of a ticket reads all articles of a large knowledge base."""
    desk.catalogue.put(*(Article(id=f"n-{n}", title=f"Number {n}") for n in range(MOST_ARTICLES)))
    form = citing(desk.acting_as(LUIS), ticket)
    assert "oneOf" not in form.schema["properties"]["article"]
    desk.acting_as(LUIS).submit(form.submit, {"article": "n-7"})
    assert ("n-7",) == desk.acting_as(LUIS).get(ticket).solved_by


def test_nobody_is_told_by_notice(desk: Any, ticket: str) -> None:
    """Naming an article makes no notice, moves nothing and says nothing."""
    before, told = desk.acting_as(LUIS).get(ticket), desk.outbox()
    desk.acting_as(LUIS).cite(ticket, "a-public")
    after = desk.acting_as(LUIS).get(ticket)
    assert told == desk.outbox()
    assert (before.state, before.last_reply_at, before.timers) == (after.state, after.last_reply_at, after.timers)
