"""
What questions find by the full text of each engine, and by bm25s: the set-ups that a reader of its manual would choose.

Every way is given the articles of one language, and told which language that is. A question is asked by any of its
words, as a natural question finds next to nothing if all of them have to be there. Several set-ups are tried for each
engine: title and body alike or the title counting more, each rank it knows; whoever compares takes the best.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

from bench.faq import Faq
from supportcore_sql.engines import read_url

LIMIT = 10
Ask = Callable[[str], list[str]]
"""From a question to the ids of what is found, best first."""
NAMES = {"es": "spanish", "en": "english"}
_WORD = re.compile(r"\w+")


def bm25s_ways(faq: Faq) -> dict[str, Ask]:
    """Return bm25s with the Snowball stemmer and its lists of stop words, on title and body, and on the title alone."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer(NAMES[faq.language])
    ids = [entry.id for entry in faq.entries]
    texts = {
        "title and body": [f"{entry.title} {entry.body}" for entry in faq.entries],
        "title alone": [entry.title for entry in faq.entries],
    }
    longer = "en_plus" if faq.language == "en" else faq.language  # of Spanish there is one list
    stop_words = {"": faq.language, ", in English the longer list of stop words": longer}

    def way(over: Sequence[str], stops: str) -> Ask:
        def tokens(some: Sequence[str]) -> Any:
            return bm25s.tokenize(list(some), stopwords=stops, stemmer=stemmer, show_progress=False)

        index = bm25s.BM25()
        index.index(tokens(over), show_progress=False)

        def ask(asked: str) -> list[str]:
            found, scores = index.retrieve(
                tokens([asked]), k=min(LIMIT, len(ids)), show_progress=False, n_threads=1, corpus=None
            )
            return [ids[place] for place, score in zip(found[0], scores[0], strict=True) if score > 0]

        return ask

    return {f"{name}{more}": way(over, stops) for name, over in texts.items() for more, stops in stop_words.items()}


# -- SQL


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(read_url(url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def _filled(connection: sa.Connection, table: str, faq: Faq) -> None:
    rows = [{"id": one.id, "title": one.title, "body": one.body} for one in faq.entries]
    connection.execute(sa.text(f"INSERT INTO {table} (id, title, body) VALUES (:id, :title, :body)"), rows)


def _asking(connection: sa.Connection, sql: str, asked_as: Callable[[str], str] = str) -> Ask:
    statement = sa.text(f"{sql} LIMIT {LIMIT}")

    def ask(asked: str) -> list[str]:
        words = asked_as(asked)
        return list(connection.execute(statement, {"asked": words}).scalars()) if words else []

    return ask


def any_word(asked: str) -> str:
    """Return the words of a question as FTS5 takes them."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(asked))


@contextmanager
def sqlite_ways(url: str, faq: Faq) -> Iterator[dict[str, Ask]]:
    """Yield FTS5 without a stemmer, and with the one it has, which is for English."""
    plain = "unicode61 remove_diacritics 2"
    tokenizers = {"unicode61": plain, "porter for English": f"porter {plain}" if faq.language == "en" else plain}
    ways: dict[str, Ask] = {}
    with _connected(url) as connection:
        for name, tokenizer in tokenizers.items():
            table = f"native_{faq.language}_{name.split()[0]}"
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {table} USING fts5(id UNINDEXED, title, body, tokenize='{tokenizer}')"
            )
            _filled(connection, table, faq)
            for told, weights in (("", ""), (", title times 4", ", 0, 4, 1")):
                sql = f"SELECT id FROM {table} WHERE {table} MATCH :asked ORDER BY bm25({table}{weights}), id"
                ways[name + told] = _asking(connection, sql, any_word)
        yield ways


_LEXEMES = """(SELECT CAST(string_agg(quote_literal(lexeme), ' | ') AS tsquery) AS q
    FROM unnest(to_tsvector('{config}', :asked)))"""
_VECTORS = {
    "": "to_tsvector('{config}', title || ' ' || body)",
    ", title A, body D": "setweight(to_tsvector('{config}', title), 'A') || to_tsvector('{config}', body)",
}


@contextmanager
def postgresql_ways(url: str, faq: Faq) -> Iterator[dict[str, Ask]]:
    """
    Yield tsvectors of the language's own configuration, by both ranks, with and without lengths.

    Accents are taken away before by the extension unaccent, where it is installed.
    """
    ways: dict[str, Ask] = {}
    config, table = f"native_{faq.language}", f"native_{faq.language}"
    with _connected(url) as connection:
        connection.exec_driver_sql(f"CREATE TEXT SEARCH CONFIGURATION {config} (COPY = {NAMES[faq.language]})")
        known = "SELECT count(*) FROM pg_available_extensions WHERE name = 'unaccent'"
        accents = "" if connection.exec_driver_sql(known).scalar_one() else ", accents kept"
        if not accents:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS unaccent")
            connection.exec_driver_sql(
                f"ALTER TEXT SEARCH CONFIGURATION {config} ALTER MAPPING FOR hword, hword_part, word "
                f"WITH unaccent, {NAMES[faq.language]}_stem"
            )
        connection.exec_driver_sql(f"CREATE TABLE {table} (id text, title text, body text)")
        _filled(connection, table, faq)
        lexemes = _LEXEMES.format(config=config)
        for place, (weighted, vector) in enumerate(_VECTORS.items()):
            made = vector.format(config=config)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD v{place} tsvector")
            connection.exec_driver_sql(f"UPDATE {table} SET v{place} = {made}")
            for rank in ("ts_rank", "ts_rank_cd"):
                for lengths, how in ((0, ""), (2, ", by length")):
                    sql = (
                        f"SELECT id FROM {table}, {lexemes} AS asked_for WHERE v{place} @@ q "
                        f"ORDER BY {rank}(v{place}, q, {lengths}) DESC, id"
                    )
                    ways[rank + how + weighted + accents] = _asking(connection, sql)
        yield ways


@contextmanager
def mariadb_ways(url: str, faq: Faq) -> Iterator[dict[str, Ask]]:
    """Yield FULLTEXT of InnoDB in natural language mode, whose stop words are English ones."""
    table = f"native_{faq.language}"
    with _connected(url) as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {table} (id varchar(64) PRIMARY KEY, title text, body text, FULLTEXT both_of (title, body), "
            "FULLTEXT titles (title), FULLTEXT bodies (body)) ENGINE=InnoDB CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_unicode_ci"
        )
        _filled(connection, table, faq)

        def way(score: str) -> Ask:
            return _asking(connection, f"SELECT id FROM (SELECT id, {score} AS s FROM {table}) AS f WHERE s > 0 "
                           "ORDER BY s DESC, id")  # fmt: skip

        apart = "{} * MATCH (title) AGAINST (:asked) + MATCH (body) AGAINST (:asked)"
        yield {
            "title and body": way("MATCH (title, body) AGAINST (:asked)"),
            "title plus body": way(apart.format(1)),
            "title times 4 plus body": way(apart.format(4)),
        }


# -- MongoDB


@contextmanager
def mongodb_ways(url: str, faq: Faq) -> Iterator[dict[str, Ask]]:
    """Yield $text with the language as the index's default."""
    import pymongo

    with closing(pymongo.MongoClient(url)) as client:
        database = client.get_default_database()
        ways: dict[str, Ask] = {}
        for weight, told in ((1, "title and body"), (4, "title times 4")):
            collection = database[f"native_{faq.language}_{weight}"]
            collection.insert_many([{"_id": one.id, "title": one.title, "body": one.body} for one in faq.entries])
            collection.create_index(
                [("title", "text"), ("body", "text")],
                default_language=NAMES[faq.language],
                weights={"title": weight, "body": 1},
            )
            ways[told] = _by_text(collection)
        yield ways


def _by_text(collection: Any) -> Ask:
    score = {"score": {"$meta": "textScore"}}

    def ask(asked: str) -> list[str]:
        words = " ".join(_WORD.findall(asked))  # a hyphen or a quotation mark would be an operator
        if not words:
            return []
        found = collection.find({"$text": {"$search": words}}, score)
        return [each["_id"] for each in found.sort([*score.items(), ("_id", 1)]).limit(LIMIT)]

    return ask


WAYS: Mapping[str, Any] = {
    "sqlite": sqlite_ways,
    "postgresql": postgresql_ways,
    "mariadb": mariadb_ways,
    "mongodb": mongodb_ways,
}
CALLED = {
    "sqlite": "SQLite FTS5",
    "postgresql": "PostgreSQL tsvector",
    "mariadb": "MariaDB FULLTEXT",
    "mongodb": "MongoDB $text",
}
