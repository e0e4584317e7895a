"""What a question comes to: words, terms, weights and spellings; pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.analysis import languages_of, term, tokens
from supportcore.knowledge.article import Article
from supportcore.knowledge.indexing import analysed_as, article_postings, ticket_postings
from supportcore.knowledge.search import (
    LONGEST_TYPO,
    MOST_TRIED,
    MOST_WORDS,
    edits,
    likeliest,
    question,
    rarity,
    required,
    spellings,
    ticket_words,
    tried,
    unknown,
    weights,
)

ALL = analysed_as(("es", "en"))
TEXTS = st.text(st.one_of(st.sampled_from("abñÑé\u0301 -'._/#123\n"), st.characters()), max_size=60)

TITLES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=80)


def asked(text: str, **options: object) -> list[tuple[str, ...]]:
    """The terms of each word of a question by somebody who speaks Spanish."""
    return [word.terms for word in question(text, languages=ALL, preferred="es", **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Dónde está la facturación?", [("es:factur",)]),
        ("Where is my invoice", [("en:invoic",)]),
        ("invoice", [("es:invoic",)]),
        ("E-1042", [("#:e1042",)]),
        ("#968 968", [("#:968",)]),
        ("factura factura FACTURAS", [("es:factur",), ("es:factur",)]),
        ("de la que", []),
        ("?! … \0 😀", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[tuple[str, ...]]) -> None:
    """The language is that of the stop words, or of the asker; each word is asked for once, a code whole."""
    assert expected == asked(text)


def test_what_else_a_word_may_be() -> None:
    """Beside its terms a word has those of other languages, and a code its parts."""
    code, word = question("E-1042 invoice", languages=ALL, preferred="es")
    assert ("#:1042",) == code.elsewhere
    assert ("en:invoic", ":invoice") == word.elsewhere


def test_a_last_word_may_go_on() -> None:
    """While somebody types the last word has its beginning as well, however it is composed; a finished one has not."""
    assert [("es:error",), ("es:factu", "^factu")] == asked("error factu", typing=True)
    assert "^facturacion" in asked("facturacio\u0301n", typing=True)[0]
    assert [("es:error",), ("es:factu",)] == asked("error factu ", typing=True)
    assert [("#:e1042", "^e1042")] == asked("e-1042", typing=True)
    assert [("es:x",)] == asked("x", typing=True)


def test_a_desk_that_folds_the_tilde() -> None:
    """There *ano* finds what has *año*, and the other way round."""
    stored = {posting.term for posting in article_postings(Article(id="a", title="Año", language="es"), "es")}
    for text in ("ano", "año", "AÑO"):
        assert not stored.isdisjoint(asked(text, folds=True)[0])
    assert stored.isdisjoint(asked("ano")[0])


@given(TEXTS, st.booleans(), st.booleans())
def test_no_question_is_too_much(text: str, folds: bool, typing: bool) -> None:
    """Whatever is asked comes to a bounded number of terms that stores can keep, none of them empty."""
    words = question(text * 50, languages=ALL, preferred="en", folds=folds, typing=typing)
    assert len(words) <= MOST_WORDS
    for word in words:
        assert word.terms
        assert len(word.elsewhere) <= 2 * MOST_WORDS
        for each in (*word.terms, *word.elsewhere):
            assert 2 <= len(each) <= 120
            assert not each.endswith(":")
    assert sum(map(len, tried(words).values())) <= MOST_TRIED


@given(TITLES, st.sampled_from(["es", "en", ""]))
def test_an_article_is_found_by_its_title(title: str, language: str) -> None:
    """Each word of a title that somebody asks for is one that the article is stored under, but for its stop words."""
    stored = {posting.term for posting in article_postings(Article(id="a", title=title, language=language or "de"), "")}
    for token in tokens(title):
        for word in question(title[token.start : token.end], languages=ALL, preferred="en"):
            if not word.spelt or term(word.word, language) is not None:
                assert not stored.isdisjoint((*word.terms, *word.elsewhere))


@given(TITLES, st.sampled_from(["es", "en"]))
def test_a_ticket_is_found_by_its_title(subject: str, preferred: str) -> None:
    """Whoever asks for a word of a title, or its number, asks for what the ticket is stored under."""
    stored = {posting.term for posting in ticket_postings("t", number=968, subject=subject, message="")}
    for token in tokens(subject):
        text = subject[token.start : token.end]
        words = question(text, languages=ALL, preferred=preferred)
        for word, group in zip(words, ticket_words(text, languages=ALL, preferred=preferred), strict=True):
            if not word.spelt or any(term(word.word, language) for language in languages_of(subject)):
                assert not stored.isdisjoint(group)
    for number in ("968", "#968", "ticket 968"):
        assert not stored.isdisjoint(ticket_words(number, languages=ALL, preferred=preferred)[-1])


# -- typing errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slip", ["facturra", "fctura", "factuta", "fcatura", "afactura", "facturaz"])
def test_one_edit(slip: str) -> None:
    """A letter too many, too few, another one, or two that changed places lead to the word."""
    assert "factura" in set(edits(slip))
    (word,) = question(slip, languages=ALL, preferred="es")
    assert "es:factur" in spellings(word)


def test_which_words_are_taken_for_misspelt() -> None:
    """Those of five letters and more that stand nowhere; no code, and no word longer than any."""
    words = question(f"fakt faktu E-1042 {'x' * (LONGEST_TYPO + 1)} saldo", languages=ALL, preferred="es")
    assert ["faktu"] == [word.word for word in unknown(words, {"es:sald": 3})]


def test_how_many_spellings_are_looked_for() -> None:
    """Of many words that stand nowhere only the first are taken for misspelt, so that a question stays bounded."""
    words = question(
        " ".join(f"zqwx{'abcdefghij'[n % 10] * (n % 7 + 5)}" for n in range(32)), languages=ALL, preferred=""
    )
    assert len(words) > 20
    found = tried(words)
    assert [word.word for word in words][: len(found)] == list(found)
    assert 1 < len(found) < len(words)
    assert MOST_TRIED >= sum(map(len, found.values()))


def test_the_likeliest_spellings() -> None:
    """Those that most articles have come first; of equals, by term."""
    known = {"es:b": 2, "es:a": 2, "es:c": 7}
    assert ("es:c", "es:a", "es:b") == likeliest(["es:a", "es:b", "es:c", "es:d"], known)


# -- weights -----------------------------------------------------------------------------------------------------------


def test_weights() -> None:
    """A rare term weighs more than a common one; one that nobody has weighs nothing; at least 1 is left of a share."""
    known = {"es:": 1000, "en:": 0, "es:rare": 1, "es:common": 900, "#:1042": 1}
    found = weights(["es:rare", "es:common", "es:none", "#:1042"], known)
    assert {"es:rare", "es:common", "#:1042"} == found.keys()
    assert found["es:rare"] == found["#:1042"] == rarity(1000, 1) > found["es:common"] > 0
    assert 1 == weights(["es:common"], {"es:": 900, "es:common": 900}, share=1000)["es:common"]


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_rarity_falls(one: int, other: int) -> None:
    """The more records have a term the less it weighs, and never less than nothing."""
    few, many = sorted((one, other))
    assert rarity(10_000, few) >= rarity(10_000, many) >= 0


def test_what_a_search_is_narrowed_to() -> None:
    """Each filter is a group of marks, of which a record has one."""
    assert (("tag:a", "tag:b"), ("product:erp",)) == required({"tag": {"b", "a"}, "product": ["erp"]})
