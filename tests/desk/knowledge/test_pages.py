"""The page of an article: what is on it for whom, and that it was read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Article, Desk, FrozenClock, NotFound
from supportcore.errors import Busy, StoreReadOnly
from supportcore.knowledge.article import Readings, Suggestion
from supportcore.storage.memory import MemoryStore
from tests.desk.knowledge.library import ANA, BO, LUIS, NOBODY, NOOVA, equip_desk, stored
from tests.desk.machine import START
from tests.desk.views.portals import CASE


def read_by(desk: Any, article: str) -> Readings:
    found: Readings = stored(desk, lambda ledger: ledger.readings((article,))).get(article, Readings())
    return found


def suggest(desk: Any, *articles: str, person: str = "ana") -> str:
    """Store that articles were suggested to somebody."""
    shown = Suggestion(id="s-1", person=person, at=START, articles=articles)
    stored(desk, lambda ledger: ledger.put_suggestion(shown), write=True)
    return shown.id


def suggested(desk: Any) -> Suggestion:
    found: Suggestion = stored(desk, lambda ledger: ledger.suggestion("s-1"))
    return found


def test_a_page(noova: Any) -> None:
    """What it says, as it was written and as HTML; where it stands; what it is about; nothing of those who wrote it."""
    found = noova.acting_as(ANA).article("a-public")
    assert ("For all", "es", "public", "Publicado", 1) == (
        found.title,
        found.language,
        found.visibility,
        found.state.title,
        found.version,
    )
    assert ("# Hello\n\nA *word*.", "<h1>Hello</h1>\n<p>A <em>word</em>.</p>\n") == (found.body, found.html)
    assert ["Money", "Bills"] == [one.title for one in found.category]
    assert [("erp", "ERP One")] == [(one.value, one.title) for one in found.products]
    assert "2026-03-27T16:30:00.000Z" == found.published.at == found.updated.at
    assert ("", None, False, (), ()) == (found.author, found.review, found.review_due, found.solved, found.actions)
    assert "en" == noova.acting_as(ANA).article("b-customers").language
    assert ("vip",) == noova.acting_as(ANA).article("c-acme").tags


def test_a_service_of_another_customer_is_not_named(noova: Any) -> None:
    """The name of what is offered to one customer is told to that customer and to staff alone."""
    names = {
        who.id: [one.title for one in noova.acting_as(who).article("i-public").services]
        for who in (ANA, BO, NOBODY, LUIS)
    }
    both = ["Help desk", "Only for ACME"]
    assert {"ana": both, "bo": ["Help desk"], "nobody": ["Help desk"], "luis": both} == names


def test_staff_are_told_more(noova: Any, clock: FrozenClock) -> None:
    """Who wrote it, when it is to be looked at, and what may be done with it, with reasons and forms."""
    me = noova.acting_as(LUIS)
    me.write_article({"title": "How to"}, article="mine")
    draft = me.article("mine")
    assert ("Luis Lara", "draft", None) == (draft.author, draft.state.value, draft.review)
    assert [("revise", True), ("submit", True), ("publish", True)] == [
        (action.name, action.allowed) for action in draft.actions if action.name in ("revise", "submit", "publish")
    ]
    retire = next(action for action in draft.actions if action.name == "retire")
    assert (False, ["article_state"], None) == (retire.allowed, [one.code for one in retire.reasons], retire.form)
    publish = next(action for action in draft.actions if action.name == "publish")
    me.submit(publish.form.submit, {"comment": "Reads well."})
    published = me.article("mine")
    assert ("published", 2) == (published.state.value, published.version)
    assert published.review.at == "2026-09-23T16:30:00.000Z"
    clock.move(NOOVA.knowledge.review_after)
    assert (False, True) == (published.review_due, me.article("mine").review_due)


def test_translations_are_those_one_may_read(noova: Any) -> None:
    """The others of the group by language, the original too; drafts and what is for others are left out."""
    noova.catalogue.put(
        Article(id="t-en", title="Hello", language="en", translation_of="a-public", visibility="customers"),
        Article(id="t-draft", title="Hello", language="en", translation_of="i-public", state="draft"),
    )

    def group(who: Any, key: str) -> list[str]:
        return [one.id for one in noova.acting_as(who).article(key).translations]

    assert [["t-en"], [], ["t-en"]] == [group(who, "a-public") for who in (ANA, NOBODY, LUIS)]
    assert [["a-public"], ["a-public"]] == [group(who, "t-en") for who in (ANA, LUIS)]
    assert [[], ["t-draft"]] == [group(who, "i-public") for who in (ANA, LUIS)]


def test_staff_is_told_whom_an_article_is_for(noova: Any) -> None:
    """The name of the customer stands on pages, in lists and among translations; for nobody else."""
    noova.catalogue.put(
        Article(id="t-acme", title="x", language="en", translation_of="c-acme", visibility="customer", customer="acme")
    )
    name = noova.catalogue.get("customer", "acme").name
    for who, told in ((LUIS, name), (ANA, "")):
        me = noova.acting_as(who)
        page = me.article("c-acme")
        items = {one.id: one.customer for one in me.articles().items}
        assert (told, [told], told, "") == (
            page.customer,
            [one.customer for one in page.translations],
            items["c-acme"],
            items["a-public"],
        )
        assert "" == me.article("a-public").customer


def test_tickets_it_solved(noova: Any, clock: FrozenClock) -> None:
    """Staff see them newest first; customers are told of none."""
    opened = []
    for place in range(3):
        clock.move(timedelta(minutes=1))
        opened.append(noova.acting_as(ANA).open({**CASE, "subject": f"Case {place}"}).id)
        noova.acting_as(LUIS).assign(opened[-1], {"assignee": "luis"})
        noova.acting_as(LUIS).cite(opened[-1], "a-public")
    found = noova.acting_as(LUIS).article("a-public").solved
    assert ["Case 2", "Case 1", "Case 0"] == [one.subject for one in found]
    assert [noova.acting_as(LUIS).get(found[0].id).number] == [found[0].number]
    assert () == noova.acting_as(ANA).article("a-public").solved


def test_that_it_was_read_is_noted_once(noova: Any, clock: FrozenClock) -> None:
    """A person counts once, with the first instant; staff who look at a draft read nothing."""
    for who in (ANA, ANA, BO):
        noova.acting_as(who).article("a-public")
        clock.move(timedelta(hours=1))
    assert Readings(people=2) == read_by(noova, "a-public")
    assert START == stored(noova, lambda ledger: ledger.reading("a-public", "ana")).at
    noova.acting_as(LUIS).article("f-draft")
    assert Readings() == read_by(noova, "f-draft")


def test_what_was_suggested_and_read(noova: Any) -> None:
    """The last article read of those suggested is kept, whether it was read before or not."""
    noova.acting_as(ANA).article("a-public")
    key = suggest(noova, "a-public", "b-customers")
    noova.acting_as(ANA).article("a-public", suggestion=key)
    assert "a-public" == suggested(noova).read
    noova.acting_as(ANA).article("b-customers", suggestion=key)
    assert "b-customers" == suggested(noova).read


@pytest.mark.parametrize(
    ("articles", "person", "said"),
    [
        (("b-customers",), "ana", "s-1"),
        (("a-public",), "bo", "s-1"),
        (("a-public",), "ana", "s-2"),
        (("a-public",), "ana", "a\0b"),
        (("a-public",), "ana", 3),
        (("a-public",), "ana", None),
    ],
    ids=["not shown", "another's", "unknown", "no id", "a number", "nothing"],
)
def test_a_suggestion_that_is_none_is_passed_over(memory: Any, articles: Any, person: str, said: Any) -> None:
    """What is not the reader's, or did not hold the article, changes nothing and fails nothing."""
    suggest(memory, *articles, person=person)
    assert "For all" == memory.acting_as(ANA).article("a-public", suggestion=said).title
    assert suggested(memory).read is None


@pytest.mark.parametrize("error", [Busy(attempts=1), StoreReadOnly(where="memory://")], ids=["busy", "read-only"])
def test_a_page_is_read_where_nothing_can_be_noted(
    memory: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A store that does not let itself be written fails no page."""
    key = suggest(memory, "a-public")
    begin = memory.store.begin

    def refuse(*, write: bool) -> Any:
        if write:
            raise error
        return begin(write=write)

    monkeypatch.setattr(memory.store, "begin", refuse)
    assert "For all" == memory.acting_as(ANA).article("a-public", suggestion=key).title
    monkeypatch.undo()
    assert (Readings(), None) == (read_by(memory, "a-public"), suggested(memory).read)


NASTY = st.lists(
    st.sampled_from([
        "<script>alert(1)</script>", "<img src=x onerror=y()>", "[a](javascript:b)", "![a](http://spy.example/p.png)",
        "<iframe src=//b>", "<style>*{}</style>", "<svg/onload=x>", "`", "**", "> ", "- ", "\n\n", "|a|\n|-|\n",
        "&lt;script&gt;", "&#106;avascript:", "[b]: data:text/html,x\n\n[b]", "\\", "\"", "<b", "word", "é",
    ]),
    max_size=10,
).map("".join)  # fmt: skip
DESK = Desk(NOOVA, MemoryStore(), clock=FrozenClock(START))
equip_desk(DESK)


@settings(max_examples=40)
@given(NASTY, NASTY)
def test_nothing_that_is_written_runs(title: str, body: str) -> None:
    """Whatever stands in an article, HTML in its views is made of harmless elements; the rest of them is plain text."""
    DESK.catalogue.put(Article(id="nasty", title=title[:200], body=body))
    for who in (ANA, LUIS):
        me = DESK.acting_as(who)
        page = me.article("nasty")
        assert (title[:200], body) == (page.title, page.body)
        shown = page.html.lower()
        for bad in ("<script", "<img", "<iframe", "<style", "<svg", 'href="javascript', 'href="data', "<b"):
            assert bad not in shown.replace("<blockquote", "").replace("<br", "")
        assert title[:200] in [item.title for item in me.articles().items]


def test_what_is_not_there_is_not_found(noova: Any) -> None:
    """Nobody is told more than that there is none."""
    for who in (ANA, LUIS):
        with pytest.raises(NotFound):
            noova.acting_as(who).article("nothing")
