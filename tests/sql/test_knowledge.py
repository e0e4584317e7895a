"""The index and what is kept of articles: few statements, each on a key, whatever is asked for; true totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.knowledge.article import Article, Revision
from supportcore.knowledge.postings import ARTICLES, TICKETS, Found, Hit, Indexing, Posting, Search
from supportcore.predicate import Eq
from supportcore.storage.ports import Conflict, Entry, Query, drive
from supportcore.tickets.commands import Decision
from supportcore_sql import SqlStore
from supportcore_sql.knowledge import POSTINGS_AT_ONCE
from tests.sql.migrating import ENGINES, fresh_place
from tests.sql.samples import NOW
from tests.sql.test_portal import words as beginnings
from tests.sql.test_statements import plan, watched

ON_SQLITE = pytest.mark.store("sqlite")
KEY = "USING PRIMARY KEY (desk=? AND kind=? AND term=?"


def indexing(add: Iterable[Posting] = (), drop: Iterable[Posting] = (), kind: str = ARTICLES) -> Decision:
    return Decision(indexing=(Indexing(kind=kind, add=tuple(add), drop=tuple(drop)),))


def asked(store: SqlStore, steps: Any) -> Any:
    with store.begin(write=True) as execute:
        return drive(steps, execute)


# -- on keys


@ON_SQLITE
@pytest.mark.parametrize(
    ("search", "found_by"),
    [
        ({"weights": (("a", 1),)}, [f"sc_postings {KEY})"]),
        ({"weights": (("a", 1), ("b", 1))}, [f"sc_postings {KEY})"]),
        ({"weights": (("a", 1), ("b", 1)), "scopes": ("x", "y")}, [f"sc_postings {KEY} AND scope=?)"]),
        ({"required": (("a", "b"),)}, [f"sc_postings {KEY})"]),
        (
            {"weights": (("a", 1), ("b", 1)), "required": (("c",), ("d", "e"))},
            [f"sc_postings {KEY})", *(f"required{n}_postings {KEY} AND scope=? AND record=?)" for n in (0, 1))],
        ),
        ({"weights": (("a", 1),), "boosted": ("c",)}, [f"sc_postings {KEY})", f"boosted_postings {KEY})"]),
    ],
    ids=["one", "two", "scopes", "marks", "narrowed", "boosted"],
)
def test_a_search_looks_terms_up(store: SqlStore, search: dict[str, Any], found_by: list[str]) -> None:
    """The terms are looked up by the key one after the other, before any statistics; no posting else is read."""
    steps = plan(store, store.ledger("noova").search(Search(kind=ARTICLES, **search))).split(" | ")
    told = [step.removeprefix("SEARCH ") for step in steps if "postings" in step]
    assert sorted(found_by) == sorted(told)


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "arguments", "found_by"),
    [
        ("frequencies", {"kind": ARTICLES, "terms": ("a", "b")}, f"sc_postings {KEY})"),
        ("frequencies", {"kind": ARTICLES, "terms": ("a",), "scopes": ("x",)}, f"sc_postings {KEY} AND scope=?)"),
        ("frequencies", {"kind": ARTICLES, "terms": ("es:",)}, "sc_totals USING INDEX sqlite_autoindex_sc_totals_1"),
        ("translations", {"article": "a"}, "INDEX ix_sc_records_translations (desk=? AND translation_of=?)"),
        ("revisions", {"article": "a", "after": 3}, "(desk=? AND article=? AND n>?)"),
        ("readings", {"articles": ("a", "b")}, "(desk=? AND article=?)"),
        ("deflection", {"since": NOW, "until": NOW}, "INDEX ix_sc_suggestions_at (desk=? AND at>? AND at<?)"),
        ("find", {"query": Query(words=(("a", "b"),))}, f"words0_postings {KEY})"),
        ("count", {"where": Eq("customer", "acme"), "words": (("a",),)}, f"words0_postings {KEY})"),
    ],
)
def test_it_is_read_off_an_index(store: SqlStore, method: str, arguments: dict[str, Any], found_by: str) -> None:
    """What is asked of articles is found on a key or an index."""
    found = plan(store, getattr(store.ledger("noova"), method)(**arguments))
    assert found_by in found
    assert "SCAN sc_" not in found


@ON_SQLITE
def test_entries_go_on_behind_the_last(store: SqlStore) -> None:
    """Paging through the index begins at the key it got to, not at the beginning of the kind."""
    found = plan(store, store.ledger("noova").entries("posting", after=(ARTICLES, "es:a", "public", "x"), limit=9))
    assert "USING PRIMARY KEY (desk=? AND (kind,term,scope,record)>(?,?,?,?))" in found


# -- one statement


@ON_SQLITE
def test_questions_of_one_shape_are_one_statement(store: SqlStore) -> None:
    """However many words, terms and scopes are asked for, if not few, nothing is built or compiled anew."""
    ledger, operations = store.ledger("noova"), []
    for count in (8, 40):
        terms = tuple(f"t{number}" for number in range(count))
        for steps in (
            ledger.search(Search(kind=ARTICLES, weights=tuple((term, 7) for term in terms), scopes=terms)),
            ledger.frequencies(ARTICLES, terms),
            ledger.find(Query(words=(terms,))),
        ):
            operations.append(next(steps))
            steps.close()
    statements, params = zip(*operations, strict=True)
    assert statements[:3] == statements[3:]
    assert params[:3] != params[3:]


@pytest.mark.parametrize("engine", ENGINES)
def test_thousands_of_terms_are_one_statement(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """The spellings of a long question are counted at once, and searched for at once."""
    terms = [f"es:{number}" for number in range(3000)]
    with fresh_place(request, engine, tmp_path) as place:
        store = place.open()
        store.migrate()
        ledger = store.ledger("noova")
        asked(store, ledger.save(indexing(Posting(term, "a", 1) for term in terms)))
        with store.begin(write=False) as execute, watched(store) as seen:
            assert dict.fromkeys(terms, 1) == drive(ledger.frequencies(ARTICLES, [*terms, "es:none"]), execute)
            weights = tuple((term, 1) for term in terms)
            assert Found((Hit("a", 4 * 3000),), 1) == drive(
                ledger.search(Search(kind=ARTICLES, weights=weights)), execute
            )
        store.close()
    assert 2 == len([sql for sql, _ in seen if not sql.startswith("SET")])


@ON_SQLITE
def test_an_article_is_stored_in_few_statements(store: SqlStore) -> None:
    """However many terms an article has, publishing it costs one statement for each kind of what is stored."""
    article = Article(id="a", title="Facturas", version=1)
    revision = Revision(article="a", n=1, at=NOW, action="publish", form=article)
    add = [Posting(f"es:{number}", "a", 5, "public") for number in range(200)]
    decision = Decision(
        articles=((article, revision),),
        indexing=(Indexing(kind=ARTICLES, add=(*add, Posting("es:", "a", 0, "public")), drop=(Posting("x", "a"),)),),
    )
    ledger = store.ledger("noova")
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(ledger.save(decision), execute)
    tables = [sql.split()[2] for sql, _ in seen]
    assert 1 == tables.count("sc_revisions")
    assert ["sc_revisions", "sc_records"] == [name for name in tables if name not in ("sc_postings", "sc_totals")]
    assert {"DELETE FROM": 2, "INSERT INTO": 5} == Counter(beginnings(seen))
    assert "sc_totals" == tables[-1]


@ON_SQLITE
def test_many_postings_are_written_in_parts(store: SqlStore) -> None:
    """So many postings that a server would not take them as one statement are written in several."""
    add = [Posting("t", f"r{number:05}", 1) for number in range(POSTINGS_AT_ONCE + 1)]
    ledger = store.ledger("noova")
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(ledger.save(indexing(add)), execute)
        assert {"t": len(add)} == drive(ledger.frequencies(ARTICLES, ["t"]), execute)
    assert 2 == beginnings(seen).count("INSERT INTO")


@ON_SQLITE
def test_postings_are_written_in_the_order_of_their_keys(store: SqlStore) -> None:
    """Whatever the order they are decided in, so that two who write the same ones do not wait for each other."""
    add = [Posting(term, record, 1) for term in ("b", "a") for record in ("2", "1")]
    steps = store.ledger("noova").save(indexing(add, kind=TICKETS), indexing([Posting("a", "0", 1)]))
    _, ((_, given_rows),) = next(steps)
    steps.close()
    assert [ARTICLES] + 4 * [TICKETS] == [row["kind"] for row in given_rows]
    assert ["a0", "a1", "a2", "b1", "b2"] == [row["term"] + row["record"] for row in given_rows]


# -- totals

_scopes = st.sampled_from(("public", "customers", "ñ"))
_totals = st.builds(Posting, st.sampled_from(("es:", "en:", "x")), st.sampled_from("abc"), st.just(0), _scopes)
_changes = st.lists(st.tuples(st.lists(_totals, max_size=4), st.lists(_totals, max_size=4)), max_size=5)


@pytest.mark.parametrize("engine", ENGINES)
def test_totals_are_what_counting_gives(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    """After any changes, several at once too, the records of a language are as many as there are postings."""
    with fresh_place(request, engine, tmp_path) as place:
        store = place.open()
        store.migrate()
        desks = iter(range(10_000))

        @given(changes=_changes, together=st.booleans())
        def check(changes: list[tuple[list[Posting], list[Posting]]], together: bool) -> None:
            ledger = store.ledger(f"d{next(desks)}")
            decisions = [indexing(add, drop) for add, drop in changes]
            for some in [decisions] if together else [[one] for one in decisions]:
                asked(store, ledger.save(*some))
            kept = {entry.key for entry in asked(store, ledger.entries("posting", after=None, limit=99))}
            for scopes in (None, ("public",), ("public", "ñ")):
                counted = Counter(term for _, term, scope, _ in kept if scopes is None or scope in scopes)
                terms = ["es:", "en:", "x", "none:"]
                assert counted == asked(store, ledger.frequencies(ARTICLES, terms, scopes=scopes))

        check()
        store.close()


@ON_SQLITE
def test_copied_postings_are_counted(store: SqlStore) -> None:
    """Entries that are put count in their totals; one that is there is refused and counts nothing."""
    ledger = store.ledger("noova")
    entries = [Entry("posting", (ARTICLES, "es:", "public", record), {"impact": 0}) for record in "ab"]
    asked(store, ledger.put_entries(entries))
    with pytest.raises(Conflict):
        asked(store, ledger.put_entries(entries[:1]))
    assert {"es:": 2} == asked(store, ledger.frequencies(ARTICLES, ["es:"]))


# -- what is PostgreSQL's


@pytest.mark.store("postgresql")
def test_impacts_stand_beside_the_key(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """On PostgreSQL a search reads the index alone, for the migration puts the impacts into it."""
    with fresh_place(request, "postgresql", tmp_path) as place:
        store = place.open()
        store.migrate()
        asked(store, store.ledger("noova").save(indexing(Posting("a", f"r{number}", 1) for number in range(3000))))
        store.close()
        with place.engine() as engine, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE sc_postings")
            connection.exec_driver_sql("SET enable_seqscan = off")
            told = connection.exec_driver_sql(
                "EXPLAIN SELECT record, impact FROM sc_postings "
                "WHERE desk = 'noova' AND kind = 'article' AND term = 'a' AND scope = '' AND record > 'r2'"
            ).scalars()
            assert "Index Only Scan using pk_sc_postings" in " ".join(told)


@ON_SQLITE
def test_postings_are_their_key(store: SqlStore) -> None:
    """On SQLite the table of postings is its key, so that nothing is stored or read twice."""
    with store._engine.connect() as connection:
        declared = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'sc_postings'").scalar_one()
    assert declared.rstrip().endswith("WITHOUT ROWID")
