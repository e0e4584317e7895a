"""
What somebody asks for, as terms with weights: pure; `supportcore.desk.finding` asks the index.

A question is taken word by word; each word stands for the terms it may be stored under, in the languages it may be
written in. The weight of a term is how rare it is among what the asker may read (the idf of BM25), times 1,000,
rounded.

There are three passes. The first looks in the language that the stop words of the question tell, or in that of the
asker where they do not. If a word of five letters or more stands nowhere, the second takes the words at one edit from
it: a letter too many, too few, another one, or two that changed places; they weigh half. If then fewer than `LITTLE`
are found, the third takes the other languages, misspelt or not, and the parts of codes; they weigh a quarter.

Only `LONGEST_QUESTION` characters and `MOST_WORDS` words of a question are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from supportcore.analysis import CODE, code_term, languages_of, term, tokens, without_tilde
from supportcore.knowledge.indexing import BEGINNING, FOLDED, LONGEST_BEGINNING, SHORTEST_BEGINNING, folded_term
from supportcore.knowledge.postings import is_counted

LONGEST_QUESTION = 4096  # characters
MOST_WORDS = 32
LITTLE = 3
"""Records; a search that finds fewer looks further."""
SCALE = 1000
"""What an idf of one weighs."""
TYPO_SHARE, ELSEWHERE_SHARE = 2, 4
"""What the weight of a term found by the second pass, and by the third, is divided by."""
SHORTEST_TYPO, LONGEST_TYPO = 5, 24  # letters of a word that is taken for misspelt
MOST_TRIED = 5000
"""Terms at one edit from the words of a question that are looked for."""
MOST_SPELLINGS = 8
"""Terms at one edit from a word that are taken: those that most records have."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzñ"


@attrs.frozen
class Word:
    """
    One word or code of a question.

    Attributes:
        word: Folded.
        terms: What it may be stored under.
        elsewhere: What else it may be stored under: in other languages, or a part of a code.
        spelt: It is a word, not a code.
    """

    word: str
    terms: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    spelt: bool = True


def question(
    asked: str, *, languages: Sequence[str], preferred: str, folds: bool = False, typing: bool = False
) -> tuple[Word, ...]:
    """
    Return the words of a question, without stop words.

    Args:
        languages: What words of the articles are stemmed as; only these are looked in.
        preferred: That of the asker, where the words do not tell.
        folds: Whether ñ is taken for n.
        typing: Whether the last word may go on.
    """
    asked = asked[:LONGEST_QUESTION]
    first = _first_languages(asked, languages, preferred)
    found: dict[tuple[str, bool], Word] = {}
    last = len(asked)
    for token in tokens(asked):
        ends = typing and token.end == last
        beginnings = _beginnings(token.codes[:1] or token.words, folds=folds) if ends else ()
        if token.codes:
            parts = [code_term(code) for code in token.codes[1:]]
            parts += _terms(token.words, languages, folds=folds)
            parts = parts[:MOST_WORDS]
            word = Word(token.codes[0], (code_term(token.codes[0]), *beginnings), tuple(parts), spelt=False)
        else:
            here = _terms(token.words, first, folds=folds)
            there = _terms(token.words, [one for one in languages if one not in first], folds=folds)
            word = Word(token.words[0], tuple(dict.fromkeys((*here, *beginnings))), tuple(there))
        if word.terms:
            found.setdefault((word.word, word.spelt), word)
        if len(found) == MOST_WORDS:
            break
    return tuple(found.values())


def _first_languages(asked: str, languages: Sequence[str], preferred: str) -> tuple[str, ...]:
    told = tuple(one for one in languages_of(asked) if one in languages)
    if len(told) == 1:
        return told
    return (preferred,) if preferred in languages else told or tuple(languages)


def _terms(words: Iterable[str], languages: Iterable[str], *, folds: bool) -> list[str]:
    found: dict[str, None] = {}
    for word in words:
        for language in languages:
            if term(word, language) is None:
                continue
            if folds:
                folded = folded_term(word, language)
                found |= dict.fromkeys((folded, folded.replace(FOLDED, "", 1)))
            else:
                found[str(term(word, language))] = None
    return list(found)


def _beginnings(words: Iterable[str], *, folds: bool) -> tuple[str, ...]:
    """Return the terms of words that begin as the last ones of *words* do, which may go on."""
    begun = [word[:LONGEST_BEGINNING] for word in words if len(word) >= SHORTEST_BEGINNING]
    if not folds:
        return tuple(BEGINNING + one for one in begun)
    flat = [without_tilde(one) for one in begun]
    return tuple(start + one for one in flat for start in (BEGINNING, BEGINNING + FOLDED))


def markers(languages: Iterable[str]) -> tuple[str, ...]:
    """Return the terms that every article of some languages has: by them, articles are counted."""
    return tuple(f"{language}:" for language in languages)


def weights(terms: Iterable[str], frequencies: Mapping[str, int], *, share: int = 1) -> dict[str, int]:
    """
    Return what each of *terms* weighs that some record has.

    Args:
        frequencies: How many records have a term, with `markers`.
        share: What the weight is divided by.
    """
    everything = sum(count for term, count in frequencies.items() if is_counted(term))
    found: dict[str, int] = {}
    for each in terms:
        count = frequencies.get(each, 0)
        if count:
            language = each.split(":", 1)[0].removesuffix(FOLDED)
            among = everything if each[0] in CODE + BEGINNING else frequencies.get(f"{language}:", everything)
            found[each] = max(1, rarity(max(among, count), count) // share)
    return found


def rarity(among: int, count: int) -> int:
    """Return what a term weighs that *count* of *among* records have."""
    return round(SCALE * math.log(1 + (among - count + 0.5) / (count + 0.5)))


def unknown(words: Iterable[Word], frequencies: Mapping[str, int]) -> tuple[Word, ...]:
    """Return the words that may be misspelt: of five letters or more, and found nowhere."""
    return tuple(
        word
        for word in words
        if word.spelt
        and SHORTEST_TYPO <= len(word.word) <= LONGEST_TYPO
        and not any(each in frequencies for each in word.terms)
    )


def spellings(word: Word) -> tuple[str, ...]:
    """Return the terms that words at one edit from *word* may be stored under, in the languages it is looked for in."""
    languages = dict.fromkeys(each.split(":", 1)[0] for each in word.terms if each[0] != BEGINNING)
    found = (
        term(one, language)
        for language in languages
        if not language.endswith(FOLDED)
        for one in dict.fromkeys(edits(word.word))
    )
    return tuple(dict.fromkeys(one for one in found if one is not None))


def tried(words: Iterable[Word]) -> dict[str, tuple[str, ...]]:
    """Return the `spellings` of each of *words*; of the first ones only where they are more than `MOST_TRIED`."""
    found: dict[str, tuple[str, ...]] = {}
    left = MOST_TRIED
    for word in words:
        terms = spellings(word)
        left -= len(terms)
        if left < 0:
            break
        found[word.word] = terms
    return found


def likeliest(terms: Iterable[str], frequencies: Mapping[str, int]) -> tuple[str, ...]:
    """Return those of *terms* that most records have, `MOST_SPELLINGS` at most."""
    known = [each for each in terms if each in frequencies]
    return tuple(sorted(known, key=lambda each: (-frequencies[each], each))[:MOST_SPELLINGS])


def edits(word: str) -> Iterator[str]:
    """Yield what is at one edit from *word*; some of it twice."""
    for place in range(len(word) + 1):
        before, behind = word[:place], word[place:]
        yield from (before + letter + behind for letter in _LETTERS)
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in _LETTERS if letter != behind[0])
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]


def ticket_words(asked: str, *, languages: Sequence[str], preferred: str) -> tuple[tuple[str, ...], ...]:
    """
    Return, for each word of a question, the terms that tickets may have it under; in any language, as nobody tells
    the language of a ticket.
    """
    words = question(asked, languages=languages, preferred=preferred)
    return tuple(tuple(dict.fromkeys((*word.terms, *word.elsewhere))) for word in words)


def required(groups: Mapping[str, Collection[str]]) -> tuple[tuple[str, ...], ...]:
    """Return what a search is narrowed to: for each name, records with a mark of one of the values."""
    return tuple(tuple(f"{name}:{value}" for value in sorted(values)) for name, values in groups.items())
