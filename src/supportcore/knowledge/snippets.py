"""
Where in a text stands what was looked for: titles in pieces, and the best part of a body.

What is marked are words and codes of the text as it was written; which they are, the analyser says that stored it. So
accents, composed or not, stay as they are, and the pieces joined are the text again.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from supportcore.analysis import Token, code_term, term, tokens, without_tilde
from supportcore.knowledge.indexing import BEGINNING, FOLDED, folded_term
from supportcore.knowledge.plain import plain

WIDTH = 160
"""Characters of a snippet, about."""
LOOKED_AT = 20_000
"""Characters of a body that are looked through for the best part."""
CUT = "…"
_REACH = 40
"""Characters within which a part is made shorter, so as to cut it between words."""
_JOINER = "\u200d"  # between emoji that make up one
_TONES = range(0x1F3FB, 0x1F400)  # of the skin of the emoji before
_FLAGS = range(0x1F1E6, 0x1F200)  # of which two make up a flag


class Piece(NamedTuple):
    """A piece of text, and whether it is what was looked for."""

    text: str
    hit: bool = False


class Place(NamedTuple):
    """Where a word stands that was looked for, and the terms by which it was found."""

    start: int
    end: int
    terms: tuple[str, ...]


def places(text: str, terms: Collection[str], languages: Sequence[str]) -> list[Place]:
    """
    Return where words of *text* stand that have one of *terms*, in order, none within another.

    Args:
        languages: What words of the text are stemmed as.
    """
    found: list[Place] = []
    known: dict[str, tuple[str, ...]] = {}
    begun = tuple(each.removeprefix(BEGINNING) for each in terms if each.startswith(BEGINNING))
    for token in tokens(text):
        key = text[token.start : token.end]
        if key not in known:
            known[key] = tuple([each for each in _terms_of(token, languages, begun) if each in terms])
        if known[key]:
            place = Place(token.start, token.end, known[key])
            while found and place.start < found[-1].end:  # a compound stands behind its parts
                before = found.pop()
                place = Place(min(before.start, place.start), max(before.end, place.end), before.terms + place.terms)
            found.append(place)
    return found


def _terms_of(token: Token, languages: Sequence[str], begun: Sequence[str]) -> Iterator[str]:
    """Yield the terms that a word or code is found by."""
    yield from map(code_term, token.codes)
    for word in token.words:
        for language in languages:
            one = term(word, language)
            if one is not None:
                yield one
                if "ñ" in word:
                    yield folded_term(word, language)
    for word in (*token.codes, *token.words):
        for start in begun:
            folds = start.startswith(FOLDED)
            if (without_tilde(word) if folds else word).startswith(start.removeprefix(FOLDED)):
                yield BEGINNING + start


def whole(text: str, found: Sequence[Place]) -> tuple[Piece, ...]:
    """
    Return all of *text* in pieces.

    >>> whole("The Form", places("The Form", {"en:form"}, ["en"]))
    (Piece(text='The ', hit=False), Piece(text='Form', hit=True))
    """
    return tuple(_pieces(text, found, 0, len(text)))


def snippet(text: str, found: Sequence[Place], *, width: int = WIDTH) -> tuple[Piece, ...]:
    """
    Return the part of *text* with most of what was looked for, or its beginning, in pieces; ``…`` stands for the rest.

    It is cut between words where they are not longer than the part itself.
    """
    if len(text) <= width:
        return whole(text, found)
    start, end = _window(text, _densest(found, width), width)
    pieces = list(_pieces(text, found, start, end))
    if start > 0:
        pieces[:1] = [Piece(CUT), *pieces[:1]] if pieces[0].hit else [Piece(CUT + pieces[0].text)]
    if end < len(text):
        pieces[-1:] = [*pieces[-1:], Piece(CUT)] if pieces[-1].hit else [Piece(pieces[-1].text + CUT)]
    return tuple(pieces)


def body(markdown: str) -> str:
    """Return the part of a body that is looked through, as plain text."""
    return plain(markdown)[:LOOKED_AT]


def _densest(found: Sequence[Place], width: int) -> tuple[int, int]:
    """Return where the part begins and ends that has most different terms, then most words; the first of several."""
    best, edges = (0, 0), (0, 0)
    here: Counter[str] = Counter()
    first = 0
    for last, place in enumerate(found):
        here.update(place.terms)
        while first < last and place.end - found[first].start > width:
            here.subtract(found[first].terms)
            here += Counter()  # without those that are gone
            first += 1
        score = (len(here), last - first + 1)
        if score > best:
            best, edges = score, (found[first].start, place.end)
    return edges


def _window(text: str, edges: tuple[int, int], width: int) -> tuple[int, int]:
    """Return where to cut so that what lies between *edges* stands in the middle, as far as it can."""
    first, last = edges[0], min(edges[1], edges[0] + width)
    start = max(0, min(first - (width - (last - first)) // 2, len(text) - width))
    end = min(len(text), start + width)
    if start > 0:
        reach = range(start, max(start, min(first, start + _REACH)) + 1)
        start = _border(text, reach, lambda at: text[at - 1].isspace())
    if end < len(text):
        reach = range(end, min(end, max(last, end - _REACH)) - 1, -1)
        end = _border(text, reach, lambda at: text[at].isspace())
    return start, end


def _border(text: str, reach: range, is_border: Callable[[int], bool]) -> int:
    """Return the first place of *reach* between two words; where there is none, one between two signs."""
    for at in reach:
        if is_border(at):
            return at
    first, step = reach[0], reach.step
    for at in range(first, first + step * _REACH, step):
        if not _are_joined(text, at):
            return at
    return first


def _are_joined(text: str, at: int) -> bool:
    """Return whether the characters before and behind a place make up one sign, as letter and accent do."""
    before, behind = text[at - 1], text[at]
    return (
        unicodedata.category(behind).startswith("M")
        or _JOINER in (before, behind)
        or ord(behind) in _TONES
        or (ord(before) in _FLAGS and ord(behind) in _FLAGS)
    )


def _pieces(text: str, found: Sequence[Place], start: int, end: int) -> Iterator[Piece]:
    """Yield what lies between *start* and *end* in pieces, none of them empty."""
    done = start
    for place in found:
        begins, ends = max(place.start, start), min(place.end, end)
        if begins >= ends:
            continue
        if begins > done:
            yield Piece(text[done:begins])
        yield Piece(text[begins:ends], hit=True)
        done = ends
    if done < end:
        yield Piece(text[done:end])
