"""The changes of an article, and what two of them differ in; the difference of texts."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import FrozenClock, Invalid, NotFound, Refused
from supportcore.knowledge import difference as differences
from supportcore.knowledge.article import Article
from supportcore.knowledge.difference import fields, hunks
from tests.desk.knowledge.library import ANA, BO, LUIS, STRANGER

SPANISH = attrs.evolve(LUIS, locale="es")


@pytest.fixture
def changed(noova: Any, clock: FrozenClock) -> Any:
    """An article with four revisions."""
    me = noova.acting_as(LUIS)
    lines = [f"Line {n}" for n in range(20)]
    me.write_article({"title": "How to", "body": "\n".join(lines), "products": ["erp"]}, article="how")
    lines[10] = "Another line"
    said = {"title": "How to do it", "body": "\n".join(lines), "products": [], "category": "bills", "language": "en"}
    me.revise_article("how", said, comment="Clearer.")
    me.act_on_article("how", "publish", comment="Good.")
    noova.catalogue.retire("article", "how")
    return noova


def test_revisions(changed: Any) -> None:
    """Oldest first: when, who, what was done in words, and what was said of it."""
    found = changed.acting_as(LUIS).revisions("how")
    assert [(1, "Luis Lara", "New article", ""), (2, "Luis Lara", "Revise", "Clearer."),
            (3, "Luis Lara", "Publish", "Good."), (4, "Automatic", "Retire", "")] == [
        (one.n, one.author, one.action.title, one.comment) for one in found.items
    ]  # fmt: skip
    assert ("Changes: How to do it", 0) == (found.title, found.next)
    assert ["Loaded"] == [one.action.title for one in changed.acting_as(LUIS).revisions("a-public").items]
    assert "Nuevo artículo" == changed.acting_as(SPANISH).revisions("how").items[0].action.title


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_of_revisions(changed: Any, limit: int) -> None:
    """Each page goes on behind the one before."""
    me = changed.acting_as(LUIS)
    found = [page := me.revisions("how", limit=limit)]
    while page.next:
        found.append(page := me.revisions("how", limit=limit, after=page.next))
    assert [1, 2, 3, 4] == [one.n for page in found for one in page.items]


def test_a_difference(changed: Any) -> None:
    """Fields by their labels with names, and the lines that changed with three around them."""
    found = changed.acting_as(LUIS).difference("how", 1, 2)
    assert [("Title", "How to", "How to do it"), ("Language", "", "en"), ("Category", "", "Bills"),
            ("Products", "ERP One", "")] == [
        (one.label, one.before, one.after) for one in found.fields
    ]  # fmt: skip
    ((*lines,),) = found.hunks
    assert ["same"] * 3 + ["removed", "added"] + ["same"] * 3 == [line.kind for line in lines]
    assert ("Line 7", "Line 10", "Another line", "Line 13") == tuple(lines[place].text for place in (0, 3, 4, 7))


def test_a_difference_of_states_and_from_nothing(changed: Any) -> None:
    """A step of the lifecycle changes the state; from nothing, everything came; backwards, it goes."""
    me = changed.acting_as(SPANISH)
    assert [("Estado", "Borrador", "Publicado")] == [
        (one.label, one.before, one.after) for one in me.difference("how", 2, 3).fields
    ]
    assert () == me.difference("how", 2, 3).hunks
    first = me.difference("how", 0, 1)
    assert [("Título", "How to"), ("Para quién", "Todos"), ("Productos", "ERP One"), ("Estado", "Borrador")] == [
        (one.label, one.after) for one in first.fields
    ]
    assert {"added"} == {line.kind for hunk in first.hunks for line in hunk}
    assert [("Estado", "Publicado", "Borrador")] == [
        (one.label, one.before, one.after) for one in me.difference("how", 3, 2).fields
    ]


def test_they_are_for_staff(noova: Any) -> None:
    """Customers who may read it are refused, others are told that there is none."""
    asked = (lambda me, key: me.revisions(key), lambda me, key: me.difference(key, 0, 1))
    for ask in asked:
        for who, key, error in (
            (ANA, "c-acme", Refused), (BO, "c-acme", NotFound), (ANA, "f-draft", NotFound), (LUIS, "nothing", NotFound),
            (STRANGER, "a-public", Refused),
        ):  # fmt: skip
            with pytest.raises(error):
                ask(noova.acting_as(who), key)
    with pytest.raises(Refused) as refused:
        noova.acting_as(ANA).revisions("a-public")
    assert "role_required" == refused.value.code


@pytest.mark.parametrize(("before", "after"), [(0, 2), (5, 1), (2, 1)])
def test_a_revision_that_is_not_there(noova: Any, before: int, after: int) -> None:
    """Nothing is compared with nothing."""
    with pytest.raises(NotFound):
        noova.acting_as(LUIS).difference("a-public", before, after)


@pytest.mark.parametrize(
    ("path", "given_"),
    [("before", -1), ("before", "1"), ("after", 0), ("after", True), ("after", 2**60)],
)
def test_numbers_that_cannot_be(memory: Any, path: str, given_: Any) -> None:
    """A fault at what is no number of a revision."""
    with pytest.raises(Invalid) as refused:
        memory.acting_as(LUIS).difference("a-public", **{"before": 0, "after": 1, path: given_})
    assert [path] == [fault.path for fault in refused.value.faults]


# -- the difference of texts

TEXTS = st.lists(st.sampled_from("abc"), max_size=30).map("\n".join)


@given(TEXTS, TEXTS)
def test_hunks_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    """What is the same and removed stands in the first, what is the same and added in the second, in order."""
    found = hunks(before, after)
    assert (before == after) == (found == ())
    for text, kinds in ((before, {"same", "removed"}), (after, {"same", "added"})):
        rest = text.split("\n") if text else []
        for hunk in found:
            part = [line.text for line in hunk if line.kind in kinds]
            place = next(n for n in range(len(rest) - len(part) + 1) if rest[n : n + len(part)] == part)
            rest = rest[place + len(part) :]
    lines = [line for hunk in found for line in hunk]
    grown = sum(line.kind == "added" for line in lines) - sum(line.kind == "removed" for line in lines)
    length = [len(text.split("\n")) if text else 0 for text in (before, after)]
    assert length[1] - length[0] == grown
    for hunk in found:
        kinds = "".join(line.kind[0] for line in hunk)
        assert max(map(len, kinds.replace("a", "r").split("r"))) <= 2 * differences.CONTEXT
        assert len(kinds) - len(kinds.lstrip("s")) <= differences.CONTEXT
        assert len(kinds) - len(kinds.rstrip("s")) <= differences.CONTEXT


def test_texts_too_long_to_compare_changed_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between what is the same at both ends, everything went and came."""
    monkeypatch.setattr(differences, "MOST_LINES", 2)
    ((*lines,),) = hunks("a\nb\nc\nd\nz", "a\nx\nc\ny\nz")
    assert [("same", "a"), *(("removed", one) for one in "bcd"), *(("added", one) for one in "xcy"), ("same", "z")] == [
        (line.kind, line.text) for line in lines
    ]


def test_a_very_long_text_takes_a_moment() -> None:
    """Lines that all are alike do not make it slow."""
    assert 2 == len([line for line in hunks("\n" * 60_000 + "a", "\n" * 60_000 + "b")[0] if line.kind != "same"])


def test_fields_of_nothing_are_those_that_say_something() -> None:
    """What is empty in both is no change."""
    article = Article(id="a", title="A", tags={"x"})
    assert [("title", None, "A"), ("visibility", None, "public"), ("tags", None, frozenset({"x"})),
            ("state", None, "published")] == list(fields(None, article))  # fmt: skip
    assert () == fields(article, article)
