"""What an article may say: every fault at once, with the field it is of, and no article from a faulty document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from supportcore import Article
from tests.articles.shelf import BOTH, WRITER, check_sound, faults_of, published, revisions, shelf, stored

WRONG: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"title": None}, ("title", "required")),
    ({"title": ""}, ("title", "required")),
    ({"title": " \u00a0\n"}, ("title", "required")),
    ({"title": "x" * 256}, ("title", "too_long")),
    ({"title": "x\0"}, ("title", "bad_text")),
    ({"title": "x\ud800"}, ("title", "bad_text")),
    ({"title": 7}, ("title", "wrong_type")),
    ({"body": "x" * 262_145}, ("body", "too_long")),
    ({"body": "ñ" * 131_073}, ("body", "too_long")),
    ({"body": "\0"}, ("body", "bad_text")),
    ({"language": "fr"}, ("language", "not_an_option")),
    ({"visibility": "all"}, ("visibility", "not_an_option")),
    ({"visibility": "customer"}, ("customer", "required")),
    ({"customer": "acme"}, ("customer", "not_for_customer")),
    ({"customer": "acme", "visibility": "public"}, ("customer", "not_for_customer")),
    ({"visibility": "customer", "customer": "none"}, ("customer", "unknown_record")),
    ({"visibility": "customer", "customer": "gone"}, ("customer", "retired_record")),
    ({"visibility": "customer", "customer": ""}, ("customer", "empty")),
    ({"category": "none"}, ("category", "unknown_record")),
    ({"category": "past"}, ("category", "retired_record")),
    ({"category": "x" * 65}, ("category", "too_long")),
    ({"products": ["till", "none"]}, ("products", "unknown_record")),
    ({"products": ["old"]}, ("products", "retired_record")),
    ({"products": "till"}, ("products", "wrong_type")),
    ({"products": [["till"]]}, ("products", "wrong_type")),
    ({"services": ["none"]}, ("services", "unknown_record")),
    ({"services": ["stop"]}, ("services", "retired_record")),
    ({"tags": [""]}, ("tags", "empty")),
    ({"tags": [str(n) for n in range(101)]}, ("tags", "too_long")),
    ({"translation_of": "none"}, ("translation_of", "unknown_record")),
    ({"translation_of": ""}, ("translation_of", "empty")),
    ({"translation_of": "a"}, ("translation_of", "translation_loop")),
    ({"author": "me"}, ("author", "unknown_field")),
]


@pytest.mark.parametrize(("document", "fault"), WRONG, ids=lambda value: str(value)[:60])
def test_a_fault_is_told_where_it_is(document: dict[str, Any], fault: tuple[str, str]) -> None:
    """Writing and revising say the same, and nothing is stored."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        assert {fault} == faults_of(lambda: me.write_article({"title": "x", **document}, article="a"))
        assert () == desk.catalogue.find("article")
        me.write_article({"title": "x"}, article="a")
        assert {fault} == faults_of(lambda: me.revise_article("a", document))
        assert 1 == stored(desk, "a").version


def test_all_faults_come_at_once() -> None:
    """Of values, of records, of the group and of the id."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        document = {
            "language": "fr",
            "visibility": "customer",
            "category": "past",
            "products": ["none", "old", "till"],
            "translation_of": "none",
        }
        assert {
            ("article", "too_long"),
            ("title", "required"),
            ("language", "not_an_option"),
            ("customer", "required"),
            ("category", "retired_record"),
            ("products", "unknown_record"),
            ("products", "retired_record"),
            ("translation_of", "unknown_record"),
        } == faults_of(lambda: me.write_article(document, article="x" * 65))
        me.write_article({"title": "x"}, article="a")
        taken = lambda: me.write_article({"title": " "}, article="a")  # noqa: E731  # it is called with nothing
        assert {("article", "id_taken"), ("title", "required")} == faults_of(taken)


def test_absent_keeps_and_null_takes_away() -> None:
    """A revision says what changes; the customer goes with the visibility that names one."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        full = {
            "title": "x", "body": "b", "language": "es", "visibility": "customer", "customer": "acme",
            "category": "till", "products": ["till"], "services": ["visit"], "tags": ["t"],
        }  # fmt: skip
        me.write_article(full, article="a")
        before = stored(desk, "a")
        assert ("acme", "till", {"till"}) == (before.customer, before.category, before.products)
        me.revise_article("a", {"title": "y"})
        assert ("y", "b", "es", "acme") == tuple(
            getattr(stored(desk, "a"), name) for name in ("title", "body", "language", "customer")
        )
        gone = {"body": None, "language": None, "category": None, "products": [], "services": [], "tags": []}
        me.revise_article("a", {"visibility": "internal", **gone})
        after = stored(desk, "a")
        assert ("internal", None, "", "", None) == (
            after.visibility, after.customer, after.body, after.language, after.category,
        )  # fmt: skip
        assert frozenset() == after.products | after.services | after.tags
        assert {("visibility", "required")} == faults_of(lambda: me.revise_article("a", {"visibility": None}))
        assert {("customer", "not_for_customer")} == faults_of(lambda: me.revise_article("a", {"customer": "acme"}))


def test_what_it_names_already_it_keeps() -> None:
    """A record that was retired since is no fault where it is not named anew."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        said = {"category": "till", "products": ["till"], "visibility": "customer", "customer": "acme"}
        me.write_article({"title": "x", **said}, article="a")
        for kind, id_ in (("category", "till"), ("product", "till"), ("customer", "acme")):
            desk.catalogue.retire(kind, id_)
        assert 2 == me.revise_article("a", {"title": "y", **said}).version
        assert {("products", "retired_record")} == faults_of(
            lambda: me.revise_article("a", {"products": ["till", "old"]})
        )
        assert {("category", "retired_record")} == faults_of(
            lambda: me.write_article({"title": "z", "category": "till"})
        )


def test_translations_are_one_for_each_language_of_one_original() -> None:
    """No loop, no chain, no second in a language; an original with translations is none itself."""
    with shelf() as desk:
        me = desk.acting_as(BOTH)
        published(desk, "en")  # its language is the desk's first
        me.write_article({"title": "es", "language": "es", "translation_of": "en"}, article="es")
        me.write_article({"title": "other", "language": "es"}, article="other")

        def told(article: str, **fields: Any) -> set[tuple[str, str]]:
            return faults_of(lambda: me.revise_article(article, fields))

        assert {("translation_of", "translation_loop")} == told("es", translation_of="es")
        assert {("translation_of", "translation_loop")} == told("en", translation_of="es")
        assert {("translation_of", "translation_of_translation")} == told("other", translation_of="es")
        assert {("translation_of", "has_translations")} == told("en", translation_of="other")
        assert {("language", "translation_exists")} == told("other", translation_of="en")
        assert {("language", "translation_exists")} == told("other", translation_of="en", language="en")
        assert {("language", "translation_exists")} == told("other", translation_of="en", language=None)
        assert {("language", "translation_exists")} == told("es", language=None)
        assert {("language", "translation_exists")} == told("en", language="es")
        assert set() == told("es", translation_of=None)
        assert set() == told("other", translation_of="en")
        assert {("language", "translation_exists")} == told("es", translation_of="en")
        me.act_on_article("other", "publish")
        me.act_on_article("other", "retire")  # may come back, so its place is taken
        assert {("language", "translation_exists")} == told("es", translation_of="en")
        check_sound(desk)


IDS = ("a", "b", "c", "d")
MOVES = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from([None, *IDS]), st.sampled_from(["", "en", "es"]), st.booleans()),
    max_size=12,
)


def check_groups(articles: dict[str, Article]) -> None:
    """Each translation's original is there and none itself, and a group has each language once."""
    for article in articles.values():
        if article.translation_of is not None:
            assert articles[article.translation_of].translation_of is None
    for original in articles.values():
        group = [original, *(one for one in articles.values() if one.translation_of == original.id)]
        languages = [one.language or "en" for one in group]
        assert len(languages) == len(set(languages))


@settings(suppress_health_check=list(HealthCheck))
@given(moves=MOVES)
def test_groups_are_never_broken(moves: list[tuple[str, str | None, str, bool]]) -> None:
    """Whatever is written, revised or put, in whatever order: groups hold, and what would break one is refused."""
    with shelf() as desk:
        me = desk.acting_as(BOTH)
        for article, original, language, by_host in moves:
            known = {one.id: one for one in desk.catalogue.find("article")}
            fields = {"title": "x", "language": language or None, "translation_of": original}
            record = Article(id=article, title="x", language=language, translation_of=original, state="draft")
            if by_host:
                faults = faults_of(lambda record=record: desk.catalogue.put(record))
            elif article in known:
                faults = faults_of(lambda article=article, fields=fields: me.revise_article(article, fields))
            else:
                faults = faults_of(lambda article=article, fields=fields: me.write_article(fields, article=article))
            after = {one.id: one for one in desk.catalogue.find("article")}
            check_groups(after)
            wanted = known | {article: record}
            try:
                check_groups(wanted)
                right = True
            except (AssertionError, KeyError):
                right = False
            assert right == (not faults)
            assert (after == known) if faults else (after[article].translation_of == original)
        for article in after if moves else ():
            assert revisions(desk, article)


GIVEN = st.dictionaries(
    st.sampled_from(IDS), st.tuples(st.sampled_from([None, *IDS]), st.sampled_from(["", "en", "es"])), max_size=4
)


@settings(suppress_health_check=list(HealthCheck))
@example(first={"a": ("b", "es"), "b": (None, "")}, second={}, turned=False)
@example(first={"a": ("b", "es"), "b": (None, ""), "c": ("b", "es")}, second={}, turned=False)
@example(first={"a": ("b", "es"), "b": (None, "")}, second={"a": (None, ""), "c": ("b", "es")}, turned=True)
@example(first={"a": ("b", "es"), "b": ("a", "")}, second={}, turned=True)
@given(first=GIVEN, second=GIVEN, turned=st.booleans())
def test_what_is_put_together_is_judged_together(first: Any, second: Any, turned: bool) -> None:
    """Articles given at once are refused if and only if what would be there then is no set of groups."""
    with shelf() as desk:
        known: dict[str, Article] = {}
        for given_ in (first, second):
            records = [
                Article(id=article, title="x", translation_of=original, language=language)
                for article, (original, language) in given_.items()
            ]
            wanted = known | {record.id: record for record in records}
            try:
                check_groups(wanted)
                right = True
            except (AssertionError, KeyError):
                right = False
            faults = faults_of(lambda records=records: desk.catalogue.put(*(records[::-1] if turned else records)))
            assert right == (not faults), faults
            known = wanted if right else known
        check_groups({one.id: one for one in desk.catalogue.find("article")})
        check_sound(desk)
