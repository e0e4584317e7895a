"""The index and the articles: what the server reads to answer, who is second, and lists that many words narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pymongo
import pytest

from supportcore.knowledge.article import Article, Reading
from supportcore.knowledge.postings import ARTICLES, TICKETS, Found, Hit, Indexing, Posting, Search
from supportcore.predicate import Eq
from supportcore.storage.ports import Conflict, Ledger, Query, Seek, Steps, Store, drive
from supportcore.testing.conformance.driving import Conformance
from supportcore.testing.conformance.index import IndexConformance
from supportcore.testing.conformance.samples import opened_ticket, revising, suggested
from supportcore.tickets.commands import Decision
from supportcore_mongo import MongoStore, open_url, words
from tests.mongo.samples import NOON, one

pytestmark = pytest.mark.store("mongodb")


@pytest.fixture
def database(database_url: str) -> Iterator[Any]:
    """
    The database, by way of a client of the test.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client.get_default_database()


def _indexed(*postings: Posting, kind: str = ARTICLES, drop: tuple[Posting, ...] = ()) -> Decision:
    return Decision(indexing=(Indexing(kind=kind, add=postings, drop=drop),))


# -- terms


def test_no_term_is_taken_for_a_field_or_an_operator(store: MongoStore, desk: str) -> None:
    """Terms and ids that look like the server's own language are words like any other, wherever they are asked for."""
    ledger = store.ledger(desk)
    odd = ("$impact", "$$ROOT", "$where", "a.b", "{}")
    one(store, ledger.save(_indexed(*(Posting(term, f"$r{n}", 2) for n, term in enumerate(odd)))))
    for n, term in enumerate(odd):
        asked = Search(kind=ARTICLES, weights=((term, 3),), required=((term, "$term"),), boosted=(term,))
        assert Found((Hit(f"$r{n}", 30),), 1) == one(store, ledger.search(asked))
    assert dict.fromkeys(odd, 1) == one(store, ledger.frequencies(ARTICLES, [*odd, "$term"]))


# -- who is second


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_indexed(Posting("x", "r", 1)), _indexed(Posting("x", "r", 2))),
        (_indexed(drop=(Posting("old", "r"),)), _indexed(Posting("old", "r", 2))),
        (revising("a1", 1), revising("a1", 1)),
        (revising("a1", 1), revising("a1", 2)),
        (Decision(suggestions=(suggested(),)), Decision(suggestions=(suggested(person="eva"),))),
    ],
    ids=["adding", "dropping", "same revision", "same article", "suggesting"],
)
def test_who_is_second_is_told_at_once(store: MongoStore, desk: str, first: Decision, second: Decision) -> None:
    """Of two that write one posting, article or suggestion at once the second meets a conflict; the first stands."""
    ledger = store.ledger(desk)
    one(store, ledger.save(_indexed(Posting("old", "r", 1))))
    with store.begin(write=True) as execute:
        drive(ledger.save(first), execute)
        with pytest.raises(Conflict) as caught:
            one(store, ledger.save(second))
        assert caught.value.lost
        inside = drive(_everything(ledger), execute)
    assert inside == one(store, _everything(ledger))


def _everything(ledger: Ledger) -> Steps[list[Any]]:
    kinds = ("record", "revision", "suggestion", "posting")
    found = []
    for kind in kinds:
        found.append((yield from ledger.entries(kind, after=None, limit=9)))
    return found


# -- what is read


@pytest.fixture(scope="module")
def learned(store: MongoStore) -> Ledger:
    """
    A desk with articles, of which few are translations, with readings, suggestions and postings.
    """
    ledger = store.ledger("learned")
    articles = [
        Article(id=f"a{n:03}", title="", translation_of="a000" if n % 100 == 7 else None, version=1) for n in range(300)
    ]
    revised = [revising(each.id, 1) for each in articles[:20]] + [revising("a000", n) for n in range(2, 30)]
    postings = [
        Posting(term, each.id, n, "internal" if n % 3 == 0 else "public")
        for n, each in enumerate(articles)
        for term in ("es:common", f"es:rare{n}", f"product:{n % 5}")
    ]
    one(store, ledger.save(*revised))
    with store.begin(write=True) as execute:
        for each in articles[1:]:
            drive(ledger.put_record(each), execute)
    one(store, ledger.save(_indexed(*postings), _indexed(*postings, kind=TICKETS)))
    for n in range(60):
        one(store, ledger.put_reading(Reading(article=f"a{n % 3:03}", person=f"p{n}", at=NOON, vote=n % 3 - 1)))
    shown = [suggested(f"s{n:03}", at=NOON + timedelta(minutes=n)) for n in range(100)]
    one(store, ledger.save(Decision(suggestions=tuple(shown))))
    return ledger


_PUBLIC = Search(
    kind=ARTICLES,
    scopes=("public", "customers"),
    weights=(("es:common", 3), ("es:rare7", 900)),
    required=(("product:2",),),
    boosted=("product:1",),
)


@pytest.mark.parametrize(
    ("asked", "field", "keys", "documents"),
    [
        (lambda ledger: ledger.search(_PUBLIC), "impact", 460, 0),
        (lambda ledger: ledger.search(attrs.evolve(_PUBLIC, after="a290")), "impact", 40, 0),
        (lambda ledger: ledger.search(Search(kind=ARTICLES, weights=(("es:rare7", 3),))), "impact", 2, 0),
        (lambda ledger: ledger.frequencies(ARTICLES, ["es:rare7", "es:rare9", "gone"]), "term", 6, 0),
        (lambda ledger: ledger.readings(["a001", "a002"]), "vote", 42, 0),
        (lambda ledger: ledger.revisions("a000", after=10, limit=5), "n", 5, 5),
        (lambda ledger: ledger.translations("a000"), "form.translation_of", 4, 3),
        (lambda ledger: ledger.deflection(NOON, NOON + timedelta(minutes=10)), "at", 11, 10),
        (lambda ledger: words.among("learned", [("es:common", "gone")], ["a007", "a200"]), "record", 12, 0),
    ],
)
def test_an_index_answers(
    learned: Ledger,
    database: Any,
    asked: Callable[[Ledger], Steps[Any]],
    field: str,
    keys: int,
    documents: int,
) -> None:
    """Hardly a key is looked at that is not counted, nothing is sorted, and no document is read for what keys say."""
    operation = next(asked(learned))
    where, *_ = operation.args
    if operation.method == "aggregate":
        command = {"aggregate": f"sc_{operation.collection}", "pipeline": where, "cursor": {}}
        told = database.command("explain", command, verbosity="executionStats")
        told = told["stages"][0]["$cursor"] if "stages" in told else told
    else:
        found = database[f"sc_{operation.collection}"].find(*operation.args, **operation.options)
        told = found.explain()
    stages = list(_stages(told["queryPlanner"]["winningPlan"]))
    assert {"COLLSCAN", "SORT"}.isdisjoint(stage["stage"] for stage in stages)
    scanned = [stage["keyPattern"] for stage in stages if stage["stage"] == "IXSCAN"]
    assert scanned
    assert all("desk" == next(iter(pattern)) and field in pattern for pattern in scanned)
    assert told["executionStats"]["totalKeysExamined"] <= keys
    assert told["executionStats"]["totalDocsExamined"] <= documents


def _stages(plan: Any) -> Iterator[Any]:
    plan = plan.get("queryPlan", plan)
    yield plan
    for inner in (*plan.get("inputStages", ()), *((plan["inputStage"],) if "inputStage" in plan else ())):
        yield from _stages(inner)


def test_translations_alone_are_in_their_index(store: MongoStore, database: Any) -> None:
    """A record that is no translation weighs nothing in it."""
    kept = database["sc_records"].index_information()["desk_1_form.translation_of_1_id_1"]
    assert {"form.translation_of": {"$exists": True}} == kept["partialFilterExpression"]


# -- lists that words narrow


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No filter names more than two tickets.
    """
    monkeypatch.setattr(words, "MOST", 2)


@pytest.mark.usefixtures("few")
class TestStepByStep(Conformance):
    """What is promised of lists that words narrow, where most words are too common to begin with."""

    @pytest.fixture
    def store(self, database_url: str) -> Iterator[Store]:
        store = open_url(database_url, prefix="steps_")  # as its desks are called like those of the other tests
        store.migrate()
        yield store
        store.close()

    test_words_narrow_lists_and_counts = IndexConformance.test_words_narrow_lists_and_counts


@pytest.fixture
def wordy(store: MongoStore, desk: str) -> Ledger:
    """
    A desk of twelve tickets, of which every second has one word, every third another, and one a rare third.
    """
    ledger = store.ledger(desk)
    tickets = [opened_ticket(desk, f"t{n:02}", n) for n in range(1, 13)]
    terms = (("even", 2), ("third", 3), ("rare", 12))
    postings = [Posting(term, f"t{n:02}") for n in range(1, 13) for term, step in terms if n % step == 0]
    one(store, ledger.save(*tickets, _indexed(*postings, kind=TICKETS)))
    return ledger


_BOTH = (("even",), ("third", "gone"))


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(words=_BOTH), ["t12", "t06"]),
        (Query(words=_BOTH, limit=1), ["t12"]),
        (Query(words=_BOTH, limit=1, skip=1), ["t06"]),
        (Query(words=_BOTH, skip=2), []),
        (Query(words=_BOTH, sort="number", descending=False), ["t06", "t12"]),
        (Query(words=_BOTH, sort="number", seek=Seek(key=12, id="t12")), ["t06"]),
        (Query(words=_BOTH, sort="number", limit=1, seek=Seek(key=1, id="t01", backwards=True)), ["t06"]),
        (Query(words=_BOTH, where=Eq("number", 6)), ["t06"]),
        (Query(words=_BOTH, limit=0), []),
        (Query(words=(("even",), ("rare",))), ["t12"]),
        (Query(words=(("even",), ("gone",))), []),
        (Query(words=(("even",), ())), []),
    ],
)
def test_no_filter_names_more_tickets_than_may_be(
    store: MongoStore, wordy: Ledger, query: Query, expected: list[str]
) -> None:
    """A list is the same however many tickets have its words, and no operation names more of them than the bound."""
    named = []

    def watched(operation: Any) -> Any:
        named.append(max((len(ids) for ids in _named(operation.args[0])), default=0))
        return execute(operation)

    with store.begin(write=False) as execute:
        assert expected == [ticket.id for ticket in drive(wordy.find(query), watched)]
        if query.limit == 50 and query.seek is None and not query.skip:
            assert len(expected) == drive(wordy.count(query.where, words=query.words), watched)
            assert min(1, len(expected)) == drive(wordy.count(query.where, words=query.words, cap=1), watched)
    assert max(named) <= 2


def _named(where: Any) -> Iterator[list[str]]:
    """Yield the lists of ids that a filter holds."""
    if isinstance(where, list):
        for part in where:
            yield from _named(part)
    elif isinstance(where, dict):
        for name, value in where.items():
            if name in ("id", "record") and isinstance(value, dict) and "$in" in value:
                yield value["$in"]
            else:
                yield from _named(value)


def test_the_rarest_word_is_looked_at_first(store: MongoStore, wordy: Ledger) -> None:
    """A common word is only asked about the tickets of a rare one."""
    asked = []

    def watched(operation: Any) -> Any:
        asked.append(operation)
        return execute(operation)

    with store.begin(write=False) as execute:
        drive(wordy.find(Query(words=(("even",), ("third",), ("rare",)))), watched)
    read = [
        operation.args[0] for operation in asked if (operation.collection, operation.method) == ("postings", "find")
    ]
    assert [["rare"], ["third"], ["even"]] == [where["term"]["$in"] for where in read]
    assert [None, ["t12"], ["t12"]] == [where.get("record", {}).get("$in") for where in read]
