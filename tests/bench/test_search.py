"""The measurements of search: what they compare is right; how well or how quick anything is, no test says."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bench.articles import articles, decision, vocabulary
from bench.faq import Question, mistype, score
from bench.native import any_word
from bench.report import Grid, Measurement, show
from bench.searching import best, chosen
from supportcore.analysis import term


def test_score_counts_places() -> None:
    """The place of the right article is counted from one, and none where it was not found."""
    questions = [Question("a", "x"), Question("b", "y"), Question("c", "z")]
    found = score(questions, [["x", "y"], ["x", "y"], ["x"]])
    assert found.places == (1, 2, 0)
    assert found.hit(1) == pytest.approx(100 / 3)
    assert found.hit(3) == pytest.approx(200 / 3)
    assert found.mrr == pytest.approx(0.5)


def test_wins_are_of_questions_that_only_one_has_right() -> None:
    """Where both are right, or both wrong, nobody wins."""
    questions = [Question(n, "x") for n in "abcd"]
    ours = score(questions, [["x"], ["x"], ["y", "x"], ["y"]])
    theirs = score(questions, [["x"], ["y"], ["x"], []])
    assert (ours.wins(theirs), theirs.wins(ours)) == (1, 1)


@pytest.mark.parametrize("seed", range(40))
def test_typing_error_is_one_edit(seed: int) -> None:
    """A mistyped question differs in one word, by a letter or by two that changed places."""
    asked = "¿Dónde está la preinscripción?"
    wrong = mistype(asked, random.Random(seed))
    assert wrong != asked
    assert abs(len(wrong) - len(asked)) <= 1
    if len(wrong) == len(asked):
        places = [place for place, (one, other) in enumerate(zip(asked, wrong, strict=True)) if one != other]
        assert len(places) == 1 or (
            places == [places[0], places[0] + 1]
            and sorted(asked[places[0] : places[0] + 2]) == sorted(wrong[places[0] : places[0] + 2])
        )


def test_question_without_a_word_stays() -> None:
    """There is nothing to mistype in punctuation."""
    assert mistype("¿?", random.Random(1)) == "¿?"


def test_set_up_that_finds_most_is_taken() -> None:
    """One set-up is judged for all languages; that of one language alone is not."""
    questions = [Question("a", "x"), Question("b", "x")]

    def found(es: int, en: int) -> dict[tuple[str, bool], Any]:
        right = {"es": es, "en": en}
        return {
            (language, wrong): score(questions, [["x"]] * count + [["y"]] * (2 - count))
            for language, count in right.items()
            for wrong in (False, True)
        }

    ways = {
        "plain": found(2, 0),
        "weighed": found(1, 2),
        "porter": {key: one for key, one in found(0, 2).items() if key[0] == "en"},
    }
    assert chosen(ways) == "weighed"
    assert best(ways, "es") == "plain"


def test_words_of_a_question_are_no_operators() -> None:
    """Whatever a question holds, FTS5 takes its words as words."""
    assert any_word('OR "x" - NEAR(a)') == '"OR" OR "x" OR "NEAR" OR "a"'


def test_made_up_articles_are_the_same_each_time() -> None:
    """Articles follow from the seed, and have as many words as they should, none of them a stop word."""
    first, again, other = (list(articles(3, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert {(len(one.title.split()), len(one.body.split())) for one in first} == {(8, 60)}
    assert None not in {term(word, "en") for word in vocabulary()[0]}


def test_decision_is_saved_with_what_it_is_found_by() -> None:
    """An article comes with its revision and its postings."""
    (article,) = articles(1)
    made = decision(article)
    ((saved, revision),) = made.articles
    assert revision.form == saved
    assert saved.version == revision.n == 1
    assert {posting.record for posting in made.indexing[0].add} == {article.id}
    assert term(article.title.split()[0], "en") in {posting.term for posting in made.indexing[0].add}


def test_grid_is_shown_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    """A table with columns of its own stands before the lines, and in the file."""
    grid = Grid(title="found", head=("", "hit@1", "only theirs"), rows=(("bm25s", 76.25, 3),))
    measurement = Measurement(title="search", how="By hand.", lines=(), grids=(grid,))
    show(measurement)
    out = capsys.readouterr().out
    assert "76.25" in out
    assert measurement.data()["tables"] == [
        {"title": "found", "rows": [{"": "bm25s", "hit@1": 76.25, "only theirs": 3}]}
    ]
