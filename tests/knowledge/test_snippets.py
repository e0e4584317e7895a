"""Snippets: what was looked for, marked in the text as it was written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.analysis import terms as terms_of
from supportcore.knowledge.article import Article
from supportcore.knowledge.indexing import article_postings
from supportcore.knowledge.snippets import CUT, LOOKED_AT, WIDTH, Piece, body, places, snippet, whole

WORDS = st.sampled_from(
    [
        "Factura",
        "facturacio\u0301n",
        "año",
        "AÑO",
        "E-1042",
        "pre-pago",
        "👨‍👩‍👧",
        "🇪🇸",
        "el",
        "e\u0301xito,",
        "x" * 50,
        "d'or",
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=60).map(" ".join),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=400),
)
TERMS = st.sets(
    st.sampled_from(["es:factur", "es:año", "es~:ano", "#:1042", "#:e1042", "^fac", "^~an", "es:prepag", "es:exit"])
)


def shown(pieces: tuple[Piece, ...]) -> str:
    """Pieces in a line, hits in brackets."""
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("Facturación electrónica", {"es:factur"}, "[Facturación] electrónica"),
        ("La facturacio\u0301n, hoy", {"es:factur"}, "La [facturacio\u0301n], hoy"),
        ("Error E-1042 (1042)", {"#:1042"}, "Error [E-1042] ([1042])"),
        ("Ticket #968", {"#:968"}, "Ticket #[968]"),
        ("El año y el ano", {"es:ano"}, "El año y el [ano]"),
        ("El año y el ano", {"es~:ano", "es:ano"}, "El [año] y el [ano]"),
        ("Facturas y faxes", {"^fac"}, "[Facturas] y faxes"),
        ("Los AÑOS", {"^~an"}, "Los [AÑOS]"),
        ("El pre-pago", {"es:prepag"}, "El [pre-pago]"),
        ("El pre-pago", {"es:pag"}, "El pre-[pago]"),
        ("El pre-pago", {"es:pag", "es:prepag"}, "El [pre-pago]"),
        ("😀 factura 😀", {"es:factur"}, "😀 [factura] 😀"),
        ("invoice", {"en:invoic"}, "invoice"),
        ("", {"es:factur"}, ""),
    ],
)
def test_titles(text: str, terms: set[str], expected: str) -> None:
    """Words and codes are marked as they were written: inflected, accented, in parts, begun."""
    assert expected == shown(whole(text, places(text, terms, ["es"])))


@given(TEXTS, TERMS)
def test_the_pieces_are_the_text(text: str, terms: set[str]) -> None:
    """Joined they are the text; none is empty, and what is not marked is in as few pieces as can be."""
    pieces = whole(text, places(text, terms, ["es"]))
    assert text == "".join(piece.text for piece in pieces)
    assert all(piece.text for piece in pieces)
    assert not any(not one.hit and not other.hit for one, other in pairwise(pieces))


@given(TEXTS, TERMS)
def test_a_hit_has_a_term(text: str, terms: set[str]) -> None:
    """Exactly those words are marked that are stored under one of the terms."""
    text = " ".join(text.split())[:200]
    marked = {term for place in places(text, terms, ["es"]) for term in place.terms}
    stored = {p.term for p in article_postings(Article(id="a", title=text, body=text, language="es"), "es")}
    assert marked == terms & stored


@given(TEXTS, TERMS)
def test_a_snippet_is_a_part_of_the_text(text: str, terms: set[str]) -> None:
    """It is cut out of the text, not much longer than it should be, and shows a hit if there is one."""
    found = places(text, terms, ["es"])
    pieces = snippet(text, found)
    joined = "".join(piece.text for piece in pieces)
    assert joined.removeprefix(CUT).removesuffix(CUT) in text
    assert len(joined) <= WIDTH + 2 * len(CUT)
    assert bool(found) == any(piece.hit for piece in pieces)


def test_the_best_part_is_shown() -> None:
    """Of several parts the one is taken that has most different words; it begins and ends between words."""
    filler = "lorem ipsum dolor sit amet " * 20
    text = f"factura {filler} factura factura factura {filler} La factura del año con E-1042 {filler}"
    found = shown(snippet(text, places(text, {"es:factur", "es:año", "#:1042"}, ["es"])))
    assert "La [factura] del [año] con [E-1042]" in found
    assert ("…", "…") == (found[0], found[-1])
    for word in found.replace("[", "").replace("]", "").strip("…").split():
        assert f" {word} " in f" {text} "


def test_without_a_hit_it_is_the_beginning() -> None:
    """What is found by its title shows how its body begins."""
    text = "uno dos tres " * 50
    found = shown(snippet(text.strip(), []))
    assert text.startswith(found.removesuffix("…"))
    assert found.endswith(("uno…", "dos…", "tres…"))
    assert "short" == shown(snippet("short", []))


@pytest.mark.parametrize("sign", ["👨‍👩‍👧", "e\u0301", "🇪🇸", "👍🏽", "❤\ufe0f"])
def test_no_sign_is_cut_in_two(sign: str) -> None:
    """Where there is no border between words a part ends between two signs, as people see them."""
    for before in range(len(sign) + 1):
        text = "x" * before + sign * 200
        (piece,) = snippet(text, [])
        rest = piece.text.removesuffix(CUT)[before:]
        assert rest
        assert sign != "🇪🇸" or rest == text[before : before + len(rest)]
        assert sign == "🇪🇸" or "" == rest.replace(sign, "")


def test_a_long_body() -> None:
    """No more is looked through than is said, so that a page is soon there."""
    text = body("palabra " * 50_000)
    assert LOOKED_AT == len(text)
    assert LOOKED_AT // 8 == len(places(text, {terms_of("palabra", "es")[0]}, ["es"]))
