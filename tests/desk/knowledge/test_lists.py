"""Lists of articles: who reads which, page by page, by filters and by categories."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Article, Desk, FrozenClock, Invalid, NotFound, Refused
from supportcore.desk.views import dump
from supportcore.knowledge.article import STATES, VISIBILITIES, Category
from supportcore.storage.memory import MemoryStore
from tests.desk.knowledge.library import ANA, BO, LUIS, NOOVA, PEOPLE, READ, SHELF, STRANGER, equip_desk, stored
from tests.desk.machine import START


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_which(noova: Any, who: str) -> None:
    """A list shows exactly what can be opened, and counts it; what is hidden is not told from what does not exist."""
    me = noova.acting_as(PEOPLE[who])
    found = me.articles()
    assert (READ[who], len(READ[who]), "") == ([item.id for item in found.items], found.total, found.next)
    assert READ[who] == [me.article(item.id).id for item in found.items]
    hidden = {one.id for one in SHELF} - set(READ[who])
    for key in hidden if who != "staff" else ():
        with pytest.raises(NotFound) as refused:
            me.article(key)
        with pytest.raises(NotFound) as missing:
            me.article("nothing")
        assert str(missing.value) == str(refused.value)


def test_a_line(noova: Any, clock: FrozenClock) -> None:
    """Title, language, state in words, category behind those above it, when it changed; staff are told of reviews."""
    line = noova.acting_as(ANA).articles(where={"category": "bills"}).items[0]
    assert ("For all", "es", "public", "Publicado", ("Money", "Bills")) == (
        line.title,
        line.language,
        line.visibility,
        line.state.title,
        line.category,
    )
    assert noova.acting_as(ANA).articles(limit=1).items[0].updated.at == "2026-03-27T16:30:00.000Z"
    assert [False] == list({item.review_due for item in noova.acting_as(LUIS).articles().items})
    clock.move(NOOVA.knowledge.review_after)
    assert [True] == list({item.review_due for item in noova.acting_as(LUIS).articles().items})
    assert [False] == list({item.review_due for item in noova.acting_as(ANA).articles().items})
    assert ("Base de conocimientos", "No hay artículos.") == (
        noova.acting_as(ANA).articles().title,
        noova.acting_as(ANA).articles().empty,
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("who", ["acme", "staff"])
def test_pages_are_filled_and_hold_all_of_them(memory: Any, who: str, limit: int) -> None:
    """A page is full as long as there is more, whatever is hidden between; the last one has no `next`; totals agree."""
    me = memory.acting_as(PEOPLE[who])
    pages = [me.articles(limit=limit)]
    while pages[-1].next:
        pages.append(me.articles(limit=limit, after=pages[-1].next))
    assert all(limit == len(page.items) for page in pages[:-1])
    assert pages[-1].items
    assert READ[who] == [item.id for page in pages for item in page.items]
    assert {len(READ[who])} == {page.total for page in pages}


def test_what_did_not_change_is_neither_skipped_nor_repeated(noova: Any) -> None:
    """Between two pages articles come before the edge and the one at the edge goes: the next page is as it was."""
    me = noova.acting_as(ANA)
    first = me.articles(limit=2)
    noova.catalogue.put(Article(id="a-new", title="New"), Article(id="zz-new", title="Newer"))
    noova.catalogue.retire("article", first.next)
    assert ["c-acme", "i-public", "zz-new"] == [item.id for item in me.articles(after=first.next).items]


def test_staff_filter_by_state(noova: Any) -> None:
    """Staff see other states where they ask for them; for others there is no such filter."""
    me = noova.acting_as(LUIS)
    assert ["f-draft"] == [item.id for item in me.articles(where={"state": "draft"}).items]
    everything = me.articles(where={"state": list(STATES)})
    assert [one.id for one in SHELF] == [item.id for item in everything.items]
    assert ["Draft"] == [item.state.title for item in me.articles(where={"state": "draft"}).items]
    with pytest.raises(Invalid) as refused:
        noova.acting_as(ANA).articles(where={"state": "draft"})
    assert ["where.state"] == [fault.path for fault in refused.value.faults]


def test_categories_count_what_the_actor_may_read(noova: Any) -> None:
    """The tree by name, each behind the one above it and with what is below; drafts and the hidden count for nobody."""

    def tree(who: Any) -> list[tuple[str, str, int, int]]:
        return [(one.id, one.parent, one.depth, one.count) for one in noova.acting_as(who).articles().categories]

    assert [("money", "", 0, 3), ("bills", "money", 1, 2)] == tree(ANA)
    assert [("money", "", 0, 3), ("bills", "money", 1, 2), ("secret", "money", 1, 1)] == tree(BO)
    assert [("money", "", 0, 5), ("bills", "money", 1, 2), ("secret", "money", 1, 2)] == tree(LUIS)


def test_input_that_is_none(noova: Any) -> None:
    """Faults with their path, never a crash; without a role nothing is read."""
    me = noova.acting_as(ANA)
    asked: list[tuple[str, str, Any]] = [("limit", "limit", value) for value in (0, 201, "2", True)]
    asked += [("after", "after", value) for value in (3, "a\0", "x" * 65, None)]
    asked += [("where", "where", 3), ("where", "where.colour", {"colour": "red"}), ("where", "where.tag", {"tag": 3})]
    for name, path, given_ in asked:
        with pytest.raises(Invalid) as refused:
            me.articles(**{name: given_})
        assert [path] == [fault.path for fault in refused.value.faults]
    for key in ("", 3, None, "a\0b", "x" * 65, "\ud800"):
        with pytest.raises(NotFound):
            me.article(key)
    for ask in (lambda who: who.articles(), lambda who: who.article("a-public")):
        with pytest.raises(Refused) as unknown:
            ask(noova.acting_as(STRANGER))
        assert "unknown_actor" == unknown.value.code


KEYS = ("c1", "c2", "c3", "c4")


@st.composite
def shelves(draw: st.DrawFn) -> tuple[list[Category], list[Article]]:
    """A tree of categories, and articles in it for all kinds of readers and in all states."""
    categories = [
        Category(id=key, name=draw(st.sampled_from("ÁBc")), parent=draw(st.sampled_from((None, *KEYS[:place]))))
        for place, key in enumerate(KEYS)
    ]
    articles = []
    for place in range(draw(st.integers(0, 8))):
        visibility = draw(st.sampled_from(VISIBILITIES))
        articles.append(
            Article(
                id=f"a{place}",
                title=f"T{place}",
                visibility=visibility,
                customer=draw(st.sampled_from(("acme", "beta"))) if visibility == "customer" else None,
                category=draw(st.sampled_from((None, *KEYS))),
                state=draw(st.sampled_from(("published", *STATES))),
            )
        )
    return categories, articles


@settings(max_examples=25)
@given(shelves(), st.integers(1, 4))
def test_lists_and_counts_are_what_each_page_says(drawn: Any, limit: int) -> None:
    """For everybody: the pages hold what can be opened and is published, and a category counts what it lists."""
    categories, articles = drawn
    desk = Desk(NOOVA, MemoryStore(), clock=FrozenClock(START))
    equip_desk(desk)
    desk.catalogue.put(*categories)
    desk.catalogue.put(*articles)
    for actor in PEOPLE.values():
        me = desk.acting_as(actor)

        def opens(one: Article, me: Any = me) -> bool:
            try:
                return bool(me.article(one.id).id)
            except NotFound:
                return False

        found = [page := me.articles(limit=limit)]
        while page.next:
            found.append(page := me.articles(limit=limit, after=page.next))
        readable = [one.id for one in articles if one.state == "published" and opens(one)]
        assert readable == [item.id for page in found for item in page.items]
        counted = {one.id: one.count for one in found[0].categories}
        listed = {key: me.articles(where={"category": key}).total for key in KEYS}
        assert counted == {key: total for key, total in listed.items() if total}
        assert len(counted) == len(dump(found[0])["categories"])


def test_without_categories_there_is_no_tree(memory: Any) -> None:
    """An article whose category is not there has none to show, and a desk without categories no tree."""
    desk = Desk(NOOVA, MemoryStore(), clock=FrozenClock(START))
    equip_desk(desk)
    desk.catalogue.put(Article(id="a", title="A"))
    found = desk.acting_as(attrs.evolve(ANA, locale="en")).articles()
    assert ((), ()) == (found.categories, found.items[0].category)


def test_a_tree_of_any_depth_is_shown(memory: Any) -> None:
    """Thousands of levels that a store has from elsewhere are counted and shown, each behind the one above it."""

    def fill(ledger: Any) -> Any:
        for n in range(3_000):
            above = f"z{n - 1}" if n else "z-gone"
            yield from ledger.put_record(Category(id=f"z{n}", name=f"Z{n}", parent=above))

    stored(memory, fill, write=True)
    memory.catalogue.put(Article(id="z", title="Deep", category="z2999"))
    found = memory.acting_as(LUIS).articles(where={"category": "z0"})
    assert ["z"] == [one.id for one in found.items]
    assert 3_000 == len(found.items[0].category)
    deep = [one for one in found.categories if one.id.startswith("z")]
    assert [(f"z{n}", n, 1) for n in range(3_000)] == [(one.id, one.depth, one.count) for one in deep]
