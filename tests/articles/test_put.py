"""Articles and categories that a host brings: checked as those of people are, with revisions by nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportcore import Article, Category, FrozenClock
from supportcore.desk import shelving
from supportcore.desk.shelving import DEEPEST
from supportcore.errors import Invalid, NotFound
from tests.articles.shelf import (
    BOTH,
    REVIEW,
    START,
    WRITER,
    check_sound,
    faults_of,
    found,
    index,
    revisions,
    shelf,
    stored,
)

STORES = [pytest.param(name, marks=pytest.mark.store(name)) for name in ("memory", "sqlite")]


@pytest.mark.parametrize("name", STORES)
def test_what_a_host_puts_has_revisions(name: str, tmp_path: Path) -> None:
    """Published at once and found; putting the same changes nothing, putting another makes a revision by nobody."""
    clock = FrozenClock(START)
    with shelf(name, tmp_path, clock=clock) as desk:
        article = Article(id="a", title="Paper jam", body="Open it.", products={"till"}, version=7)
        desk.install(articles=[article])
        first = stored(desk, "a")
        assert attrs.evolve(article, version=1, published_at=START, updated_at=START, review_at=START + REVIEW) == first
        assert {"a"} == found(desk, "public")
        clock.move(timedelta(days=1))
        desk.install(articles=[article])
        desk.catalogue.put(article, first)
        assert first == stored(desk, "a")
        desk.catalogue.put(attrs.evolve(article, title="Paper", visibility="internal"))
        second = stored(desk, "a")
        assert (2, START, clock(), START + REVIEW) == (
            second.version, second.published_at, second.updated_at, second.review_at,
        )  # fmt: skip
        assert (set(), {"a"}) == (found(desk, "public"), found(desk, "internal"))
        desk.catalogue.retire("article", "a")
        desk.catalogue.retire("article", "a")
        assert [("put", None), ("put", None), ("retire", None)] == [
            (one.action, one.actor) for one in revisions(desk, "a")
        ]
        assert ("retired", None, set()) == (
            stored(desk, "a").state,
            stored(desk, "a").review_at,
            found(desk, "internal"),
        )
        desk.catalogue.put(article)  # as it is given: published
        assert (4, START) == (stored(desk, "a").version, stored(desk, "a").published_at)
        check_sound(desk)


def test_a_host_and_people_take_turns() -> None:
    """What a host puts over an article of people keeps who wrote it, and of what; it is revised like any other."""
    with shelf() as desk:
        desk.acting_as(WRITER).write_article({"title": "x"}, article="a")
        desk.catalogue.put(Article(id="a", title="x", state="draft"))
        assert 1 == stored(desk, "a").version
        desk.catalogue.put(Article(id="a", title="x"))
        assert ("luis", 2, "published") == (
            stored(desk, "a").author,
            stored(desk, "a").version,
            stored(desk, "a").state,
        )
        assert 3 == desk.acting_as(BOTH).revise_article("a", {"title": "y"}, seen_version=2).version
        check_sound(desk)


def test_a_host_may_tell_the_instants() -> None:
    """Since when an article is published, and when it is to be looked at, is as the host says."""
    with shelf() as desk:
        then = START - timedelta(days=900)
        desk.catalogue.put(Article(id="a", title="x", published_at=then, review_at=then + timedelta(days=1)))
        assert (then, then + timedelta(days=1)) == (stored(desk, "a").published_at, stored(desk, "a").review_at)


def test_one_id_given_twice_is_put_twice() -> None:
    """Of two articles of one id the last one stays, with a revision for each."""
    with shelf() as desk:
        desk.catalogue.put(Article(id="a", title="x"), Article(id="a", title="y"))
        assert ("y", 2) == (stored(desk, "a").title, stored(desk, "a").version)
        check_sound(desk)


def test_faults_of_all_articles_come_at_once() -> None:
    """Each with the id of its article and the field; nothing is stored then."""
    with shelf() as desk:
        records = [
            Article(id="a", title="x", category="none", products={"till", "p"}, services={"s"}),
            Article(id="b", title="x", visibility="customer", customer="nobody", language="x" * 65),
            Article(id="c", title="x", translation_of="c"),
            Article(id="d", title="x"),
        ]
        assert {
            ("article a.category", "unknown_record"),
            ("article a.products", "unknown_record"),
            ("article a.services", "unknown_record"),
            ("article b.customer", "unknown_record"),
            ("article b.language", "not_an_option"),
            ("article c.translation_of", "translation_loop"),
        } == faults_of(lambda: desk.catalogue.put(*records))
        assert ((), set()) == (desk.catalogue.find("article"), index(desk))


def test_a_host_may_name_what_was_retired() -> None:
    """As with other records, what is named has to be there, not to be offered."""
    with shelf() as desk:
        desk.catalogue.put(Article(id="a", title="x", category="past", products={"old"}))
        check_sound(desk)


def test_a_host_and_people_are_told_the_same_of_a_language() -> None:
    """A language that is none of the desk's is refused alike, whoever gives it."""
    with shelf() as desk:
        assert {("article a.language", "not_an_option")} == faults_of(
            lambda: desk.catalogue.put(Article(id="a", title="x", language="fr"))
        )
        assert {("language", "not_an_option")} == faults_of(
            lambda: desk.acting_as(WRITER).write_article({"title": "x", "language": "fr"})
        )
        desk.catalogue.put(Article(id="a", title="x", language="es"), Article(id="b", title="x"))
        assert ("es", "") == (stored(desk, "a").language, stored(desk, "b").language)


def test_a_customer_goes_with_the_visibility_that_names_one() -> None:
    """An article for one customer has one, and no other article does."""
    for fields, code in (
        ({"customer": "acme"}, "not_for_customer"),
        ({"customer": "acme", "visibility": "internal"}, "not_for_customer"),
        ({"visibility": "customer"}, "required"),
    ):
        assert {("customer", code)} == faults_of(lambda fields=fields: Article(id="a", title="x", **fields))


def chain(prefix: str, levels: int, top: str | None = None) -> list[Category]:
    """Return categories each of which lies in the one before."""
    ids = [f"{prefix}{n}" for n in range(levels)]
    return [Category(id=id_, name=id_, parent=above) for id_, above in zip(ids, [top, *ids], strict=False)]


def test_categories_have_ten_levels() -> None:
    """One more is refused, whether stored or given together, and what lies below one that is moved counts."""
    with shelf() as desk:
        put = desk.catalogue.put
        deep = chain("c", DEEPEST + 1)
        assert {(f"category c{DEEPEST}.parent", "category_too_deep")} == faults_of(lambda: put(*reversed(deep)))
        put(*deep[:-1])
        assert {(f"category c{DEEPEST}.parent", "category_too_deep")} == faults_of(lambda: put(deep[-1]))
        put(*chain("d", 3))
        assert {("category d0.parent", "category_too_deep")} == faults_of(
            lambda: put(Category(id="d0", name="", parent=f"c{DEEPEST - 3}"))
        )
        put(Category(id="d0", name="", parent=f"c{DEEPEST - 4}"))
        with pytest.raises(Invalid) as refused:
            put(deep[-1])
        (fault,) = refused.value.faults
        assert {"id": f"c{DEEPEST}", "limit": str(DEEPEST)} == dict(fault.params)


def test_a_long_chain_of_categories_is_refused() -> None:
    """Thousands given together are told of, each from the eleventh level on; so is a loop of them."""
    with shelf() as desk:
        many = chain("c", 3_000)
        assert {(f"category c{n}.parent", "category_too_deep") for n in range(DEEPEST, 3_000)} == faults_of(
            lambda: desk.catalogue.put(*many)
        )
        loop = [attrs.evolve(many[0], parent="c2999"), *many[1:]]
        assert {(f"category c{n}.parent", "category_loop") for n in range(3_000)} == faults_of(
            lambda: desk.catalogue.put(*loop)
        )


def test_many_articles_are_put_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are looked up at once, each is put, and a fault in the last part undoes the first."""
    monkeypatch.setattr(shelving, "TOGETHER", 2)
    with shelf() as desk:
        many = [Article(id=f"a{n}", title=f"Word {n}") for n in range(5)]
        assert {("article a9.category", "unknown_record")} == faults_of(
            lambda: desk.catalogue.put(*many, Article(id="a9", title="x", category="none"))
        )
        assert () == desk.catalogue.find("article")
        desk.catalogue.put(*many)
        assert {article.id for article in many} == found(desk, "public")
        check_sound(desk)


def test_a_category_lies_in_one_that_is_there_and_not_in_itself() -> None:
    """A parent is known, and no category lies within itself, whether stored or given together, in any order."""
    with shelf() as desk:
        put = desk.catalogue.put
        assert {("category x.parent", "category_loop")} == faults_of(lambda: put(Category(id="x", name="", parent="x")))
        assert {("category x.parent", "unknown_record")} == faults_of(
            lambda: put(Category(id="x", name="", parent="y"))
        )
        loop = [
            Category(id="x", name="", parent="y"),
            Category(id="y", name="", parent="z"),
            Category(id="z", name="", parent="x"),
        ]
        assert {(f"category {one}.parent", "category_loop") for one in "xyz"} == faults_of(lambda: put(*loop))
        assert {("category all.parent", "category_loop")} == faults_of(
            lambda: put(Category(id="all", name="", parent="till"))
        )
        put(Category(id="y", name="", parent="x"), Category(id="x", name="", parent="till"))
        assert ["all", "past", "till", "x", "y"] == [one.id for one in desk.catalogue.find("category")]
        with pytest.raises(NotFound):
            desk.catalogue.retire("category", "none")


IDS = "abcd"
TREES = st.dictionaries(st.sampled_from(IDS), st.sampled_from([None, *IDS]), max_size=4)


@settings(suppress_health_check=list(HealthCheck))
@given(first=TREES, second=TREES, turned=st.booleans())
def test_the_tree_stays_a_tree(first: Any, second: Any, turned: bool) -> None:
    """Categories are taken if and only if each leads to the top with them."""
    with shelf() as desk:
        known: dict[str, str | None] = {}
        for given_ in (first, second):
            wanted = known | given_
            records = [Category(id=key, name=key, parent=parent) for key, parent in given_.items()]
            faults = faults_of(lambda records=records: desk.catalogue.put(*(records[::-1] if turned else records)))
            assert _is_tree(wanted) == (not faults)
            known = known if faults else wanted
        kept = {one.id: one.parent for one in desk.catalogue.find("category") if one.id in IDS}
        assert known == kept


def _is_tree(parents: dict[str, str | None]) -> bool:
    for start in parents:
        place: str | None = start
        for _ in range(len(parents) + 1):
            if place is None:
                break
            if place not in parents:
                return False
            place = parents[place]
        if place is not None:
            return False
    return True
