"""
How quick search is among many articles, beside the full text of SQLite and of PostgreSQL over the same texts.

Theirs stands in the same database and is asked for the ids of the best ten by a prepared text statement, a connection
out of the pool for each question, as the store does. Ours is told at two levels: the question to the index, which is
what theirs answers, and the whole view that a front end is given, with titles and snippets.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa

from bench.articles import AT, LANGUAGE, Asked, articles, decision, fill
from bench.measuring import Samples, Variant, interleave, scale
from bench.recording import engine_like_ours
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Actor, Desk, load_definition
from supportcore.desk import finding
from supportcore.knowledge.article import scopes
from supportcore.knowledge.indexing import analysed_as
from supportcore.knowledge.search import question
from supportcore.storage.ports import drive
from supportcore_sql import SqlStore
from tests.servers import StoreUnavailable

STORES = ("sqlite", "postgresql")
RANKED, TYPED, PUBLISHED = 1.0, 2.0, 4.0
"""Targets: a search beside the engine's own, a suggestion beside a search, publishing beside saving without index."""
BEST = 10
SHOWN = 5
"""Suggestions for a keystroke."""
ANA = Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale=LANGUAGE)
EVA = Actor(id="eva", roles={"consultor"}, locale=LANGUAGE)
WHAT = {"rare": "a rare word", "common": "two common words, ranked"}
NATIVE = {
    "sqlite": (
        "SELECT rowid FROM bench_fts WHERE bench_fts MATCH :asked ORDER BY rank LIMIT :best",
        "SELECT count(*) FROM bench_fts WHERE bench_fts MATCH :asked",
        " OR ",
    ),
    "postgresql": (
        """SELECT id FROM bench_fts, to_tsquery('english', :asked) AS q WHERE v @@ q
        ORDER BY ts_rank(v, q) DESC LIMIT :best""",
        "SELECT count(*) FROM bench_fts WHERE v @@ to_tsquery('english', :asked)",
        " | ",
    ),
}
"""By store: the ids of the best, how many there are, and what stands between words any of which will do."""


def measure(*, quick: bool) -> Measurement:
    """Measure searching, suggesting and publishing."""
    count = 600 if quick else max(2_000, scale())
    lines: list[Line] = []
    facts: dict[str, Any] = {"articles": count}
    for name in STORES:
        try:
            with tempfile.TemporaryDirectory(prefix="bench-ranking-") as folder, place(name, Path(folder)) as here:
                lines += _lines(name, here.database("articles"), count, facts, quick=quick)
        except StoreUnavailable as error:
            lines.append(left_out(name, error))
            continue
        facts[name] = SETTINGS[name]
    return Measurement(
        title="ranking: search, suggestions and publishing among many articles",
        how="Ratio of a search: to the engine's own full text, the ids of the best ten of the same texts in the same "
        "database. Of a suggestion, a keystroke: to the search for two common words, of the same level. Of publishing: "
        "to the same decision saved without what it is found by.",
        lines=tuple(lines),
        facts=facts,
    )


def _lines(name: str, url: str, count: int, facts: dict[str, Any], *, quick: bool) -> Iterator[Line]:
    with ExitStack() as stack:
        store = stack.enter_context(closing(SqlStore(url)))
        store.migrate()
        desk = Desk(load_definition("noova"), store)
        desk.install()
        asked = fill(store, desk.definition.key, count)
        engine = engine_like_ours(url)
        stack.callback(engine.dispose)
        prepare_native(engine, count)
        for key, some in questions(asked).items():
            facts[f"{name}_{key}_found"] = _found(desk, engine, some)
        searches = _searches(desk, engine, asked, quick=quick)
        publishing = _publishing(desk, quick=quick)

    def line(samples: Samples, key: str, what: str, **more: Any) -> Line:
        return Line(key=f"{name}_{key}", what=what, value=samples.micros(key), unit="µs", **more)

    for key, what in WHAT.items():
        theirs = f"{key}_native"
        ratio = searches.ratio(f"{key}_find", theirs)
        yield line(searches, f"{key}_find", f"{name}: {what}, the index", ratio=ratio, target=RANKED)
        yield line(searches, f"{key}_view", "  me.search(), the view", ratio=searches.ratio(f"{key}_view", theirs))
        yield line(searches, theirs, f"  the full text of {name}")
    for level, what in (("find", "a suggestion while typing, the index"), ("view", "  me.suggest(typing=True)")):
        ratio = searches.ratio(f"typed_{level}", f"common_{level}")
        told = f"{name}: {what}" if level == "find" else what
        yield line(searches, f"typed_{level}", told, ratio=ratio, target=TYPED)
    for key, what in (("act", f"{name}: act_on_article(…, 'publish')"), ("save", "  only saving what it comes to")):
        ratio = publishing.ratio(key, f"{key}_bare")
        yield line(publishing, key, what, ratio=ratio, target=PUBLISHED)
        yield line(publishing, f"{key}_bare", "  the same without its indexing")


# -- theirs


def prepare_native(engine: sa.Engine, count: int) -> None:
    """Put the same texts into the engine's own full text."""
    rows = [{"id": n, "title": one.title, "body": one.body} for n, one in enumerate(articles(count))]
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with connection.begin():
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql(
                    "CREATE VIRTUAL TABLE bench_fts USING fts5(title, body, tokenize='porter unicode61')"
                )
                insert = "INSERT INTO bench_fts (rowid, title, body) VALUES (:id, :title, :body)"
                connection.execute(sa.text(insert), rows)
                connection.exec_driver_sql("INSERT INTO bench_fts (bench_fts) VALUES ('optimize')")
            return
        with connection.begin():
            connection.exec_driver_sql("CREATE TABLE bench_fts (id int PRIMARY KEY, title text, body text, v tsvector)")
            insert = "INSERT INTO bench_fts VALUES (:id, :title, :body, to_tsvector('english', :title || ' ' || :body))"
            connection.execute(sa.text(insert), rows)
            connection.exec_driver_sql("CREATE INDEX bench_fts_v ON bench_fts USING gin (v)")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")


def native(engine: sa.Engine) -> Callable[[Sequence[str]], list[int]]:
    """Return what asks the engine's own full text."""
    sql, _, between = NATIVE[engine.dialect.name]
    statement, sqlite = sa.text(sql), engine.dialect.name == "sqlite"

    def ask(words: Sequence[str]) -> list[int]:
        with engine.connect() as connection:
            begun = connection.begin()
            if sqlite:
                connection.exec_driver_sql("BEGIN")
            found = list(connection.execute(statement, {"asked": between.join(words), "best": BEST}).scalars())
            begun.rollback()
        return found

    return ask


# -- ours


def questions(asked: Asked) -> dict[str, list[Sequence[str]]]:
    """Return what is asked, as words."""
    return {"rare": [(word,) for word in asked.rare], "common": list(asked.common)}


def index_asking(desk: Desk, *, typing: bool = False, limit: int = BEST) -> Callable[[str], finding.Hits]:
    """Return what asks the index, in a transaction of its own, as a view does."""
    languages = analysed_as(desk.definition.languages)
    readable = scopes(staff=False, customers=ANA.customers)

    def ask(text: str) -> finding.Hits:
        words = question(text, languages=languages, preferred=LANGUAGE, typing=typing)
        asked = finding.Asked(words=words, languages=languages, scopes=readable, limit=limit)
        with desk.store.begin(write=False) as execute:
            return drive(finding.find(desk._ledger, asked), execute)

    return ask


def _found(desk: Desk, engine: sa.Engine, some: Sequence[Sequence[str]]) -> str:
    """Return how many articles both find for each question; both have to find something."""
    ask, (_, counting, between) = index_asking(desk), NATIVE[engine.dialect.name]
    told = []
    for words in some:
        mine = ask(" ".join(words)).found.total
        with engine.connect() as connection:
            theirs = connection.execute(sa.text(counting), {"asked": between.join(words)}).scalar_one()
        assert min(mine, theirs) > 0, f"nothing is found for {words}"
        told.append(f"{mine}" if mine == theirs else f"{mine} (theirs {theirs})")
    return " ".join(told)


def _searches(desk: Desk, engine: sa.Engine, asked: Asked, *, quick: bool) -> Samples:
    rounds, warmup = (3, 1) if quick else (40, 4)
    me, theirs, index, typing = (
        desk.acting_as(ANA),
        native(engine),
        index_asking(desk),
        index_asking(desk, typing=True, limit=SHOWN),
    )
    variants: dict[str, Variant] = {}
    for key, some in questions(asked).items():
        texts = [" ".join(words) for words in some]
        variants[f"{key}_native"] = _each(theirs, some)
        variants[f"{key}_find"] = _each(index, texts)
        variants[f"{key}_view"] = _each(lambda text: me.search(text, limit=BEST), texts)
    keystrokes = _keystrokes([" ".join(words) for words in asked.common])
    variants["typed_find"] = _each(typing, keystrokes)
    variants["typed_view"] = _each(lambda text: me.suggest(text, typing=True, limit=SHOWN), keystrokes)
    return interleave(variants, rounds=rounds, warmup=warmup)


def _keystrokes(titles: Sequence[str]) -> list[str]:
    """Return what stands in the field after some keystrokes, from the third one on."""
    every = [title[:length] for title in titles for length in range(3, len(title) + 1)]
    return random.Random(2).sample(every, min(10, len(every)))


def _each(ask: Callable[[Any], object], asked: Sequence[Any]) -> Variant:
    def work() -> int:
        for one in asked:
            ask(one)
        return len(asked)

    return work


class Unindexed:
    """A store that saves decisions without what they are found by."""

    joined = False

    def __init__(self, store: SqlStore) -> None:
        self._store, self.url = store, store.url
        self.begin = store.begin

    def ledger(self, desk: str) -> Any:
        """Return the operations on one desk."""
        return _UnindexedLedger(self._store.ledger(desk))


class _UnindexedLedger:
    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def save(self, *decisions: Any) -> Any:
        return self._ledger.save(*(attrs.evolve(one, indexing=()) for one in decisions))


def _publishing(desk: Desk, *, quick: bool) -> Samples:
    rounds, warmup, each = (2, 1, 2) if quick else (40, 3, 3)
    turns = (rounds + warmup) * each
    store: Any = desk.store
    bare = Desk(desk.definition, Unindexed(store))
    variants: dict[str, Variant] = {}
    made = cycle(articles(2 * turns, seed=3))
    for key, given in (("act", desk), ("act_bare", bare)):
        work = given.acting_as(EVA)
        drafts = [
            desk.acting_as(EVA)
            .write_article({"title": one.title, "body": one.body, "language": LANGUAGE, "visibility": "public"})
            .id
            for one, _ in zip(made, range(turns), strict=False)
        ]
        variants[key] = _next(lambda id_, work=work: work.act_on_article(id_, "publish"), drafts, each)
    for key, given in (("save", desk), ("save_bare", bare)):
        decisions = [
            decision(attrs.evolve(one, id=f"{key}{n}"), at=AT)
            for n, (one, _) in enumerate(zip(made, range(turns), strict=False))
        ]
        variants[key] = _next(lambda one, given=given: _save(given, one), decisions, each)
    return interleave(variants, rounds=rounds, warmup=warmup)


def _save(desk: Desk, one: Any) -> None:
    with desk.store.begin(write=True) as execute:
        drive(desk._ledger.save(one), execute)


def _next(do: Callable[[Any], object], waiting: Sequence[Any], each: int) -> Variant:
    """Return the variant that does the next *each* of what is waiting."""
    left = iter(waiting)

    def work() -> int:
        for _ in range(each):
            do(next(left))
        return each

    return work
