"""
What search finds: questions of people, beside bm25s and the full text of each engine, over the same articles.

Articles are installed and asked for as everybody does it, on every store, where the answers have to be the same. Ours
has the articles of both languages in one desk; the others are given each language apart, and told which it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import attrs

from bench.faq import LANGUAGES, Faq, Question, Score, read, score
from bench.measuring import Ratio
from bench.native import CALLED, LIMIT, WAYS, Ask, bm25s_ways
from bench.report import Grid, Line, Measurement
from bench.servers import left_out, place
from supportcore import Actor, Desk, load_definition, open_store
from tests.servers import StoreUnavailable

STORES = ("memory", "sqlite", "postgresql", "mariadb", "mongodb")
BEHIND = -1.0
"""Points of hit@1 that ours may be behind bm25s."""
AHEAD = 0.01
"""Points of hit@1 that ours is ahead of each engine; one question of a set counts more than ten times that."""
SEED = 6
SOME = 20
"""On the memory store, which looks at every posting for each question, one in so many is asked; servers are asked all,
with the language told."""
BM25S = "bm25s"
HEAD = ("", "hit@1", "hit@3", "MRR", "only ours right", "only theirs right", "ours ahead by")


@attrs.frozen
class Way:
    """How ours is asked: whether the language is given as a filter, and whether it is that of the asker."""

    told: str
    filtered: bool
    known: bool


TOLD = Way("supportcore, the language as a filter", True, True)
OURS = (
    TOLD,
    Way("supportcore, no filter, the asker's language known", False, True),
    Way("supportcore, no filter, nothing known of the asker", False, False),
)


Asked = Mapping[tuple[str, bool], Sequence[Question]]
"""Questions by language, and whether they are mistyped."""
Answers = dict[tuple[str, bool], list[list[str]]]
"""Ids of what was found, best first, for each question in order, by the same."""
Scores = Mapping[tuple[str, bool], Score]
"""How well they were answered, by the same."""


def measure(*, quick: bool) -> Measurement:
    """Measure what is found."""
    title = "search: the right article for a question, among frequently asked ones"
    sets = [faq for language in LANGUAGES if (faq := read(language)) is not None]
    if not sets:
        line = Line(key="left_out", what="left out: no faq_es.dev.jsonl or faq_en.dev.jsonl where logs are looked for")
        return Measurement(title=title, how="", lines=(line,))
    asked = {
        (faq.language, wrong): questions[: 40 if quick else None]
        for faq in sets
        for wrong, questions in ((False, faq.questions), (True, faq.mistyped(SEED)))
    }
    lines: list[Line] = []
    answers: dict[str, dict[Way, Answers]] = {}
    theirs = {BM25S: _scored(asked, {faq.language: bm25s_ways(faq) for faq in sets})}
    for name in STORES:
        try:
            with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
                if name == "memory":
                    few = {key: some[::SOME] for key, some in asked.items()}
                    answers[name] = _answers("memory://", sets, few, OURS)
                    continue
                with place(name, Path(folder)) as here:
                    ways = OURS if name == "sqlite" else (TOLD,)
                    answers[name] = _answers(here.database("desk"), sets, asked, ways)
                    theirs[CALLED[name]] = _native(name, here.database("native"), sets, asked)
        except StoreUnavailable as error:
            lines.append(left_out(name, error))
    alike = answers["sqlite"]
    for name, found in answers.items():
        for way, given in found.items():
            for key, ids in given.items():
                every = alike[way][key][:: SOME if name == "memory" else 1]
                assert ids == every, f"{name} answers otherwise than sqlite: {way.told}, {key}"
    ours = {way: {key: score(asked[key], ids) for key, ids in given.items()} for way, given in alike.items()}
    for faq in sets:
        lines += _checks(faq.language, ours[TOLD], theirs)
    return Measurement(
        title=title,
        how="Of an engine that set-up is taken which finds most in both languages together, and below it, where it is "
        "another one, that which finds most in this language; both are chosen by these very questions. A ratio here is "
        "how many points of hit@1 (questions of a hundred whose right article comes first) ours, the language told, is "
        "ahead.",
        lines=tuple(lines),
        facts={
            **{f"{faq.language}_articles": len(faq.entries) for faq in sets},
            **{f"{faq.language}_questions": len(asked[faq.language, False]) for faq in sets},
            **_lists_that_differ(alike),
            "answers_alike_on": " ".join(answers),
        },
        grids=tuple(_grid(faq.language, wrong, ours, theirs) for wrong in (False, True) for faq in sets),
    )


# -- asking


def _answers(url: str, sets: Sequence[Faq], asked: Asked, ways: Sequence[Way]) -> dict[Way, Answers]:
    """Return what ours finds, for each of *ways* to ask."""
    with closing(open_store(url)) as store:
        store.migrate()
        desk = Desk(load_definition("noova"), store)
        desk.install(articles=[article for faq in sets for article in faq.articles()])
        found: dict[Way, Answers] = {way: {} for way in ways}
        for way, given in found.items():
            for key, some in asked.items():
                ask = asker(desk, way, key[0])
                given[key] = [ask(one.asked) for one in some]
        return found


def asker(desk: Desk, way: Way, language: str) -> Ask:
    """Return how somebody asks a desk who has a question in *language*."""
    me = desk.acting_as(Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale=language if way.known else ""))
    where = {"language": language} if way.filtered else {}
    return lambda asked: [hit.id for hit in me.search(asked, where=where, limit=LIMIT).items]


def _native(name: str, url: str, sets: Sequence[Faq], asked: Asked) -> Mapping[str, Scores]:
    with ExitStack() as stack:
        return _scored(asked, {faq.language: stack.enter_context(WAYS[name](url, faq)) for faq in sets})


def _scored(asked: Asked, ways: Mapping[str, Mapping[str, Ask]]) -> Mapping[str, Scores]:
    """Return how well each way, by language and name, answers the questions of its language."""
    names = dict.fromkeys(name for some in ways.values() for name in some)
    return {
        name: {
            (language, wrong): score(some, [ways[language][name](one.asked) for one in some])
            for (language, wrong), some in asked.items()
            if name in ways[language]
        }
        for name in names
    }


def _lists_that_differ(found: Mapping[Way, Answers]) -> dict[str, int]:
    """Return, by language, how many questions find something else, or in another order, where no language is told."""
    told, *others = found.values()
    return {
        f"{language}_lists_that_differ_without_the_language": sum(
            any(other[language, wrong][place] != ids for other in others)
            for wrong in (False, True)
            for place, ids in enumerate(told[language, wrong])
        )
        for language in dict.fromkeys(language for language, _ in told)
    }


# -- judging


def chosen(ways: Mapping[str, Scores]) -> str:
    """Return the way that finds most in all languages together, of those that know all of them."""
    languages = {language for scores in ways.values() for language, _ in scores}

    def hits(name: str) -> float:
        return sum(ways[name][language, False].hit(1) for language in languages)

    return max((name for name in ways if len(ways[name]) == 2 * len(languages)), key=hits)


def best(ways: Mapping[str, Scores], language: str) -> str:
    """Return the way that finds most in a language."""
    return max(
        (name for name in ways if (language, False) in ways[name]), key=lambda name: ways[name][language, False].hit(1)
    )


def _checks(language: str, ours: Scores, theirs: Mapping[str, Mapping[str, Scores]]) -> Iterator[Line]:
    """Yield whether ours is as good as it is to be."""
    mine = ours[language, False]
    for name, ways in theirs.items():
        least, what = (BEHIND, "not behind {} by more than a point") if name == BM25S else (AHEAD, "ahead of {}")
        taken, most = chosen(ways), best(ways, language)
        for key, way in (("", taken), ("_best", most)):
            if key and most == taken:
                continue
            ahead = mine.hit(1) - ways[way][language, False].hit(1)
            told = "yes" if ahead >= least else "no"
            if key:
                what = "  beside the best of its set-ups here, {}"
            yield Line(
                key=f"{language}_{name.split()[0].lower()}{key}",
                what=f"{language}: {what.format(name)} ({way}): {told}",
                value=ways[way][language, False].hit(1),
                unit="hit@1",
                ratio=Ratio(ahead, ahead, ahead),
                least=least,
            )


def _grid(language: str, wrong: bool, ours: Mapping[Way, Scores], theirs: Mapping[str, Mapping[str, Scores]]) -> Grid:
    """Return what everybody found in one language."""
    key, mine = (language, wrong), ours[TOLD][language, wrong]
    rows: list[tuple[str | float, ...]] = []
    for way, scores in ours.items():
        one = scores[key]
        rows.append((way.told, one.hit(1), one.hit(3), one.mrr, "", "", ""))
    for name, ways in theirs.items():
        for told in dict.fromkeys((chosen(ways), best(ways, language))):
            one = ways[told][key]
            wins, losses = mine.wins(one), one.wins(mine)
            rows.append((f"{name}: {told}", one.hit(1), one.hit(3), one.mrr, wins, losses, mine.hit(1) - one.hit(1)))
    typed = ", one typing error in each" if wrong else ""
    return Grid(title=f"search, {language}: {len(mine.places)} questions{typed}", head=HEAD, rows=tuple(rows))
