"""
Questions of people and the answers that are right: two public sets of frequently asked questions, Spanish and English.

A line of a set is an article with paraphrases of the question it answers. The files are not part of this repository;
they are looked for where logs are, in the folder `SUPPORTCORE_LOGS`, by default beside the repository.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from supportcore.knowledge.article import Article

LANGUAGES = ("es", "en")
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 5  # letters of a word that is mistyped, where the question has one


@attrs.frozen
class Entry:
    """An article of a set."""

    id: str
    title: str
    body: str

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.title}\n{self.body}"


@attrs.frozen
class Question:
    """What somebody asks, and the id of the article that answers it."""

    asked: str
    right: str


@attrs.frozen
class Faq:
    """One set."""

    language: str
    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]

    def articles(self) -> Iterator[Article]:
        """Yield the articles as a desk has them, for everybody."""
        for entry in self.entries:
            yield Article(id=entry.id, title=entry.title, body=entry.body, language=self.language)

    def mistyped(self, seed: int) -> tuple[Question, ...]:
        """Return the questions with one typing error in each, the same ones for a seed."""
        draw = random.Random(f"{seed} {self.language}")
        return tuple(attrs.evolve(one, asked=mistype(one.asked, draw)) for one in self.questions)


def file_of(language: str) -> Path:
    """Return where the set of a language is looked for."""
    default = Path(__file__).parents[1] / "../shared/logs"
    return Path(os.environ.get("SUPPORTCORE_LOGS", default)) / f"faq_{language}.dev.jsonl"


def read(language: str) -> Faq | None:
    """Return the set of a language; None where there is none."""
    file = file_of(language)
    if not file.exists():
        return None
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return Faq(
        language,
        tuple(Entry(row["id"], row["title"], row["body"]) for row in rows),
        tuple(Question(asked, row["id"]) for row in rows for asked in row["queries"]),
    )


def mistype(asked: str, draw: random.Random) -> str:
    """Return *asked* with one error in a word: a letter too many, too few, another one, or two that changed places."""
    words = list(_WORD.finditer(asked))
    if not words:
        return asked
    word = draw.choice([one for one in words if len(one[0]) >= SHORTEST] or words)
    wrong = draw.choice(tuple(_errors(word[0], draw)))
    return asked[: word.start()] + wrong + asked[word.end() :]


def _errors(word: str, draw: random.Random) -> Iterator[str]:
    """Yield the word with an error of each kind at places drawn."""
    at, letter = draw.randrange(len(word)), draw.choice(_LETTERS)
    yield word[:at] + letter + word[at:]
    yield word[:at] + (letter if letter != word[at] else "x" if letter != "x" else "y") + word[at + 1 :]
    if len(word) > 1:
        yield word[:at] + word[at + 1 :]
    apart = [place for place in range(len(word) - 1) if word[place] != word[place + 1]]
    if apart:
        at = draw.choice(apart)
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@attrs.frozen
class Score:
    """
    How well questions were answered.

    Attributes:
        places: For each question the place of the right article among those found, from 1; 0 if it is not among them.
    """

    places: tuple[int, ...]

    def hit(self, at: int) -> float:
        """Return how many of a hundred questions have the right article among the first so many."""
        return 100 * sum(0 < place <= at for place in self.places) / len(self.places)

    @property
    def mrr(self) -> float:
        """The mean of one divided by the place of the right article."""
        return sum(1 / place for place in self.places if place) / len(self.places)

    def wins(self, other: Score) -> int:
        """Return how many questions this answers with the right article first where *other* does not."""
        return sum(mine == 1 != its for mine, its in zip(self.places, other.places, strict=True))


def score(questions: Sequence[Question], found: Sequence[Sequence[str]]) -> Score:
    """Return how well *found*, ids best first for each question, answers *questions*."""
    return Score(
        tuple(ids.index(one.right) + 1 if one.right in ids else 0 for one, ids in zip(questions, found, strict=True))
    )
