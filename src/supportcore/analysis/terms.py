"""
From text to terms: the one analyser, for what is stored and for what is asked.

- Words are folded: case, width, accents and soft hyphens go, so *Facturación* and *FACTURACION* are one word. The tilde
  of ñ stays, for *año* is no *ano*; a desk may fold that too, when it asks.
- A folded word is stemmed by the Snowball stemmer of its language (es, en; words of others stay whole), and short
  Spanish plurals, which that leaves alone, like their singular. A term begins with its language: ``es:factur``.
- What has a digit is a code, the same in every language, and is kept whole: of ``E-1042`` are stored ``#:e1042`` and
  its part ``#:1042``; of ``#968`` it is ``#:968``. Who asks for a code asks for it whole.
- Words joined by a hyphen are stored and asked for one by one and, in a compound such as *e-mail*, as one.
- Stop words are left out; a word has `LONGEST` characters at most, the rest is cut.

Nothing here depends on the database: a store is given terms, which are opaque to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import version
from threading import Lock
from typing import Any, NamedTuple

import attrs

from supportcore.analysis.stopwords import STOP_WORDS

LANGUAGES = ("es", "en")
"""Languages whose words are stemmed."""
LONGEST = 40
"""Characters of a word or code, at most."""
CODE = "#"
"""In the place of the language in the term of a code."""
_STEMMERS = {"es": "spanish", "en": "english"}
_MARKS = (
    "\u0300-\u036f"  # combining; beside them those that letters of other scripts are taken apart into
    "\u05b4\u05b7-\u05b9\u05bc\u05bf\u05c1\u05c2\u064b-\u0655\u0670\u093c\u09bc\u0a3c\u0b3c\u0bd7\u0fb5\u0fb7"
    "\u102e\u1b35\u3099\u309a\U000110ba"
    "\u00ad\u200b-\u200d\u2060\ufeff"  # what is not seen within a word
)
_WORD = f"[^\\W_](?:[^\\W_]|[{_MARKS}])*"
_TOKENS = re.compile(f"{_WORD}(?:['\u2019]{_WORD}|[-._/]{_WORD})*").finditer
_PIECES = re.compile(f"{_WORD}(?:['\u2019]{_WORD})*").finditer
_DIGIT = re.compile(r"\d").search
_STOPS = {
    word: [one for one in LANGUAGES if word in STOP_WORDS[one]] for words in STOP_WORDS.values() for word in words
}
_TILDE = "\u0303"
_JOINING = re.compile("[-_/'\u2019]").sub
_MARK = re.compile(f"[{_MARKS}]+").sub
_SHORTEST_CUT = 3  # letters
_KEPT = 64  # characters of what is looked up again
_KEEPS_ITS_S = "isu"  # before it: país, virus, express
_FOLDINGS = 2  # what is taken apart may have capitals, as 𝐀 has


@attrs.frozen
class Token:
    """
    A word or code as it stands in a text.

    Attributes:
        start: Place of its first character.
        end: Place behind its last one.
        words: The folded words that it is, or is made of.
        codes: The folded codes that it is, or is made of: the whole one first.
    """

    start: int
    end: int
    words: tuple[str, ...]
    codes: tuple[str, ...] = ()


class Said(NamedTuple):
    """What a token is looked up by, wherever it stands; see `Token`."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


def fold(value: str) -> str:
    """
    Return *value* without case, width and accents; the tilde of an n stays.

    >>> fold("FACTURACIÓN del Año")
    'facturacion del año'
    """
    if value.isascii():
        return value.lower()
    for _ in range(_FOLDINGS):
        value = unicodedata.normalize("NFKD", value.casefold())
    return _MARK("", value.replace("n" + _TILDE, "ñ"))


def tokens(value: str) -> Iterator[Token]:
    """Yield the words and codes of *value* in order; stop words too."""
    for found in _TOKENS(value):
        start, whole = found.start(), found[0]
        for begins, ends, words, codes in (_kept if _is_common(whole) else _read)(whole):
            yield Token(start + begins, start + ends, words, codes)


_Read = tuple[int, int, tuple[str, ...], tuple[str, ...]]


def _read(whole: str) -> tuple[_Read, ...]:
    """Return the tokens that a run of letters, digits and what joins them is, as the fields of `Token`."""
    if whole.isalpha():
        return ((0, len(whole), (_folded(whole),), ()),)
    pieces = [(piece.span(), _folded(piece[0])) for piece in _PIECES(whole)]
    if _DIGIT(whole):
        parts = [part for _, part in pieces]
        codes = dict.fromkeys((_folded(whole), *(part for part in parts if _DIGIT(part))))
        words = tuple(part for part in parts if len(part) > 1 and not _DIGIT(part))
        return ((0, len(whole), words, tuple(codes)),)
    found: list[_Read] = [(begins, ends, (word,), ()) for (begins, ends), word in pieces]
    if "-" in whole:
        found.append((0, len(whole), (_folded(whole),), ()))
    return tuple(found)


def said(value: str) -> list[Said]:
    """Return the words and codes of *value* in order, as `tokens` do, without their places."""
    wholes = (found[0] for found in _TOKENS(value))
    return [(_kept_said if _is_common(whole) else _said)(whole) for whole in wholes]


def _said(whole: str) -> Said:
    found = list(tokens(whole))
    return Said(
        tuple(word for token in found for word in token.words), tuple(code for token in found for code in token.codes)
    )


def _is_common(whole: str) -> bool:
    """Return whether a run may come again: few words make most of every text; codes and long runs are none of them."""
    return len(whole) <= _KEPT and whole.isalpha()


_kept, _kept_said = lru_cache(maxsize=1 << 14)(_read), lru_cache(maxsize=1 << 14)(_said)


@lru_cache(maxsize=1 << 14)
def term(word: str, language: str) -> str | None:
    """Return the term of a folded word in a language; None for a stop word."""
    return None if word in STOP_WORDS.get(language, ()) else f"{language}:{stem(word, language)}"


def code_term(word: str) -> str:
    """Return the term of a folded code."""
    return f"{CODE}:{word}"


def terms(value: str, language: str) -> list[str]:
    """
    Return the terms that *value* is stored under, in order, as often as they occur.

    >>> terms("Facturación: error E-1042", "es")
    ['es:factur', 'es:error', '#:e1042', '#:1042']
    """
    return terms_of(said(value), language)


def terms_of(told: Iterable[Said], language: str) -> list[str]:
    """Return the terms that what a text says is stored under; see `terms`."""
    found: list[str] = []
    for token in told:
        if token.codes:
            found.extend(map(code_term, token.codes))
        for word in token.words:
            one = term(word, language)
            if one is not None:
                found.append(one)
    return found


def stem(word: str, language: str) -> str:
    """
    Return the stem of a folded word; itself where its language is not stemmed.

    >>> stem("facturaciones", "es")
    'factur'
    """
    if language not in _STEMMERS:
        return word
    found = _stem(word, language)
    return _spanish(word, found) if language == "es" else found


def _spanish(word: str, found: str) -> str:
    """Return a stem so that it is that of the plural too, where Snowball leaves short words alone: *años*, *luz*."""
    if found != word or len(word) < _SHORTEST_CUT:
        return found
    if word[-1] == "s" and len(word) > _SHORTEST_CUT and word[-2] not in _KEEPS_ITS_S:
        return _stem(word[:-1], "es")
    return word[:-1] + "c" if word[-1] == "z" else word


def language_of(tag: str) -> str:
    """
    Return what words of a language such as ``es-CO`` are stemmed as; empty if they are not.

    >>> language_of("es-CO"), language_of("de")
    ('es', '')
    """
    short = re.split("[-_]", tag.lower(), maxsplit=1)[0]
    return short if short in _STEMMERS else ""


def languages_of(value: str) -> tuple[str, ...]:
    """
    Return the language that *value* is written in, judged by its stop words; all of them where that does not tell.

    >>> languages_of("No puedo entrar en mi cuenta"), languages_of("printing")
    (('es',), ('es', 'en'))
    """
    return languages_told(said(value))


def languages_told(told: Iterable[Said]) -> tuple[str, ...]:
    """Return the language of what a text says; see `languages_of`."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for each in told:
        for word in each.words:
            for language in _STOPS.get(word, ()):
                counts[language] += 1
    most = max(counts.values())
    return tuple(language for language, count in counts.items() if count == most)


def without_tilde(word: str) -> str:
    """Return a folded word without the tilde of its ñ."""
    return word.replace("ñ", "n")


def _folded(word: str) -> str:
    """Fold a word or code and what joins it: hyphens, strokes and apostrophes go, a point stays."""
    return fold(_JOINING("", word))[:LONGEST]


@lru_cache(maxsize=1 << 14)
def _stem(word: str, language: str) -> str:
    with _one_at_a_time:
        found: str = _stemmer(language).stemWord(word)
        return found


_one_at_a_time = Lock()  # a stemmer keeps the word it works on


@cache
def _stemmer(language: str) -> Any:
    """
    Return the stemmer of a language.

    That of PyStemmer, which is many times as fast, only where it is of the release that snowballstemmer is of: a stem
    must not depend on what is installed beside.
    """
    name = _STEMMERS[language]
    try:
        import Stemmer
    except ImportError:
        pass
    else:
        if _release(Stemmer.version()) == _release(version("snowballstemmer")):
            return Stemmer.Stemmer(name)
    module = import_module(f"snowballstemmer.{name}_stemmer")
    return getattr(module, f"{name.title()}Stemmer")()


def _release(told: str) -> list[str]:
    """Return the first two numbers of a version: a later one may stem some words differently."""
    return told.split(".")[:2]
