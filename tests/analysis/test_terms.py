"""The analyser: from texts to terms, the same for what is stored and for what is asked."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.analysis import CODE, LANGUAGES, fold, languages_of, stem, term, terms, tokens, without_tilde
from supportcore.analysis.stopwords import STOP_WORDS

analysing = import_module("supportcore.analysis.terms")  # the package has a function of this name
TEXTS = st.text(
    st.one_of(
        st.sampled_from("aeiouñÑáÉüßİſKﬁ𝐀Ⅷ\u0301\u0303\u0323 -'’._/#²٣0123456789\n"),
        st.characters(blacklist_categories=["Cs"]),
    ),
    max_size=60,
)
PRESETS = Path(analysing.__file__).parents[1] / "definition" / "presets"
LOGS = Path(os.environ.get("SUPPORTCORE_LOGS", Path(__file__).parents[3] / "shared" / "logs"))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("FACTURACIÓN", "facturacion"),
        ("facturacio\u0301n", "facturacion"),
        ("Año", "año"),
        ("AN\u0303O", "año"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("𝐀Ⅷ", "aviii"),
        ("ｆａｃｔｕｒａ", "factura"),
        ("İ", "i"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    """Case, width and accents go, composed or not; the tilde of ñ stays."""
    assert folded == fold(written)


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded is folded, and however a text is composed it is folded alike."""
    folded = fold(text)
    assert folded == fold(folded)
    assert folded == fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Facturación: error E-1042", "es", ["es:factur", "es:error", "#:e1042", "#:1042"]),
        ("facturaciones FACTURAR facturacion", "es", ["es:factur"] * 3),
        ("the invoices of año", "en", ["en:invoic", "en:año"]),
        ("Ticket #968, v2.10.3", "en", ["en:ticket", "#:968", "#:v2.10.3", "#:v2", "#:10", "#:3"]),
        ("e-mail", "en", ["en:e", "en:mail", "en:email"]),
        ("don't l’aigua", "en", ["en:laigua"]),
        ("Rechnungen und Löhne", "", [":rechnungen", ":und", ":lohne"]),
        ("de la que no", "es", []),
        ("años luz luces ivas pdfs", "es", ["es:año", "es:luc", "es:luc", "es:iva", "es:pdf"]),
        ("país países virus mes meses gas", "es", ["es:pais", "es:pais", "es:virus", "es:mes", "es:mes", "es:gas"]),
        ("termo\u00adstato \ufeffhola\u200b papel", "es", ["es:termostat", "es:papel"]),
        ("¿? … 😀 ___", "es", []),
        ("x" * 300, "en", ["en:" + "x" * 40]),
    ],
)
def test_terms(text: str, language: str, expected: list[str]) -> None:
    """Words are stemmed in their language, codes kept whole and in parts, stop words left out, long words cut."""
    assert expected == terms(text, language)


@given(TEXTS)
def test_tokens_lie_in_the_text(text: str) -> None:
    """A token tells where it stands: what stands there is the token, and begins and ends as a word does."""
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.words or token.codes
        there = list(tokens(text[token.start : token.end]))
        assert {*token.words, *token.codes} <= {one for each in there for one in (*each.words, *each.codes)}
        assert all((*token.words, *token.codes))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301xito", ["e\u0301xito"]),
        ("don’t ask", ["don’t", "ask"]),
        ("el pre-pago", ["el", "pre", "pago", "pre-pago"]),
        ("l'a\u0303o/d'or", ["l'a\u0303o", "d'or"]),
        ("(E-1042)", ["E-1042"]),
        ("Straße ﬁn", ["Straße", "ﬁn"]),
    ],
)
def test_where_tokens_stand(text: str, expected: list[str]) -> None:
    """With all that joins them, though less or more of it is compared."""
    assert expected == [text[token.start : token.end] for token in tokens(text)]


@given(TEXTS, st.sampled_from(["es", "en", ""]))
def test_what_is_asked_is_what_is_stored(text: str, language: str) -> None:
    """A word or code copied out of a text has terms that the text is stored under, however it is written."""
    stored = set(terms(text, language))
    for token in tokens(text):
        copied = text[token.start : token.end]
        assert set(terms(copied, language)) <= stored
        assert set(terms(unicodedata.normalize("NFD", copied), language)) <= stored
        assert set(terms(copied.swapcase(), language)) <= stored or not copied.isascii()


@given(TEXTS, st.sampled_from(["es", "en", ""]))
def test_terms_are_what_stores_keep(text: str, language: str) -> None:
    """A term names its language or that it is a code, has something behind it, and fits into a column."""
    for one in terms(text, language):
        head, _, rest = one.partition(":")
        assert head in (language, CODE)
        assert rest
        assert len(one) <= 120


def test_the_tilde() -> None:
    """*ano* and *año* are two words; without the tilde they are one."""
    assert set(terms("año", "es")).isdisjoint(terms("ano", "es"))
    assert "ano" == without_tilde("año")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No puedo entrar en mi cuenta", ("es",)),
        ("How do I open my account?", ("en",)),
        ("printing", ("es", "en")),
        ("", ("es", "en")),
    ],
)
def test_the_language_of_a_text(text: str, expected: tuple[str, ...]) -> None:
    """It is told by the stop words; where there are none, it is not told."""
    assert expected == languages_of(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_words_are_folded(language: str) -> None:
    """A list holds words as they are compared, so that each of them is left out."""
    for word in STOP_WORDS[language]:
        assert word == fold(word)
        assert term(word, language) is None


# -- stemmers ----------------------------------------------------------------------------------------------------------


def vocabulary(language: str) -> set[str]:
    """Folded words people use: of the presets' labels, and of the logs where they are there."""
    told = [file.read_text(encoding="utf-8") for file in PRESETS.glob("*.toml")]
    log = LOGS / f"faq_{language}.dev.jsonl"
    if log.exists():
        for line in log.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            told += [entry["title"], entry["body"], *entry["queries"]]
    return {word for text in told for token in tokens(text) for word in token.words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_stems_are_the_same_with_pystemmer_and_without(language: str) -> None:
    """The stemmer in C and the one in Python give the same stem of every word that people use."""
    pystemmer = pytest.importorskip("Stemmer")
    name = {"es": "spanish", "en": "english"}[language]
    module = import_module(f"snowballstemmer.{name}_stemmer")
    plain, quick = getattr(module, f"{name.title()}Stemmer")(), pystemmer.Stemmer(name)
    words = sorted(vocabulary(language))
    assert len(words) > 500
    assert [plain.stemWord(word) for word in words] == [quick.stemWord(word) for word in words]


@pytest.mark.parametrize("beside", [None, "2.2.0", "3.0.0.1", "99.1"], ids=["none", "older", "other", "newer"])
def test_another_release_of_pystemmer_is_not_taken(monkeypatch: pytest.MonkeyPatch, beside: str | None) -> None:
    """Stems do not depend on what is installed: a PyStemmer of another release is left alone, as one that is absent."""
    other = SimpleNamespace(version=lambda: beside, Stemmer=lambda name: pytest.fail("was taken"))
    monkeypatch.setitem(sys.modules, "Stemmer", None if beside is None else other)  # type: ignore[arg-type]
    monkeypatch.setattr(analysing, "version", lambda name: "3.7.1")
    made = analysing._stemmer.__wrapped__("es")
    assert "factur" == made.stemWord("facturaciones")


def test_the_same_release_of_pystemmer_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the release of snowballstemmer is taken, as it is faster."""
    monkeypatch.setitem(
        sys.modules,
        "Stemmer",
        SimpleNamespace(version=lambda: "3.7.0", Stemmer=lambda name: name),  # type: ignore[arg-type]
    )
    monkeypatch.setattr(analysing, "version", lambda name: "3.7.1")
    assert "spanish" == analysing._stemmer.__wrapped__("es")


def test_stems_of_other_languages() -> None:
    """Words of a language that is not stemmed stay as they are."""
    assert ("rechnungen", "factur", "invoic") == (
        stem("rechnungen", ""),
        stem("facturas", "es"),
        stem("invoices", "en"),
    )


def test_words_are_letters() -> None:
    """Underlines and signs are no words, and take no part in one."""
    assert ["a", "b"] == [word for token in tokens("_a_ *b*") for word in token.words]


@given(st.text(st.sampled_from("abcdeñoslrtz"), min_size=3, max_size=8), st.sampled_from("aeo"))
def test_a_short_plural_is_found_by_its_singular(word: str, vowel: str) -> None:
    """A Spanish word that Snowball leaves alone has the stem of its plural."""
    singular = word + vowel
    if stem(singular, "es") == singular:
        assert singular == stem(singular + "s", "es")
