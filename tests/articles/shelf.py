"""A small desk with people who keep its knowledge base, and what is stored of its articles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from supportcore import Actor, Article, Category, Customer, Desk, FrozenClock, Product, Service, load_definition
from supportcore.desk.requests import Request
from supportcore.errors import Fault, Invalid, Reason, Refused
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Revision
from supportcore.knowledge.indexing import article_postings
from supportcore.knowledge.lifecycle import KnowledgePolicy
from supportcore.knowledge.postings import ARTICLES, Posting, Search
from tests.stores import open_desk_named

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
REVIEW = timedelta(days=180)
POLICY = KnowledgePolicy(write=frozenset({"agent"}), publish=frozenset({"helper"}), review_after=REVIEW)
SMALL = attrs.evolve(
    load_definition(Path(__file__).parents[1] / "desks" / "small.toml"), knowledge=POLICY
)  # speaks en, es

WRITER = Actor(id="luis", roles={"agent"})
PUBLISHER = Actor(id="eva", roles={"helper"})
BOTH = Actor(id="mar", roles={"agent", "helper"})
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
BEA = Actor(id="bea", roles={"customer"}, customers={"beta"})
IMPORTER = Actor(id="imp", roles={"agent", "importer"})
STRANGER = Actor(id="xan", roles={"nobody"})
PEOPLE = (WRITER, PUBLISHER, BOTH, ANA, BEA, STRANGER)


@contextmanager
def shelf(name: str = "memory", tmp_path: Path = Path(), **options: Any) -> Iterator[Any]:
    """Open the desk on a fresh store, with records that articles name."""
    options = {"clock": FrozenClock(START), "ids": seeded_ids(1), **options}
    with open_desk_named(name, options.pop("definition", SMALL), tmp_path, **options) as desk:
        stock(desk)
        yield desk


def stock(desk: Any) -> None:
    """Install records that articles name; of each kind one is retired."""
    desk.install(
        customers=[Customer(id=key, name=key.title()) for key in ("acme", "beta", "gone")],
        products=[Product(id=key, name=key.title()) for key in ("till", "old")],
        services=[Service(id=key, name=key.title()) for key in ("visit", "stop")],
        categories=[
            Category(id="till", name="Till", parent="all"),
            *(Category(id=key, name=key) for key in ("all", "past")),
        ],
    )
    for kind, id_ in (("customer", "gone"), ("product", "old"), ("service", "stop"), ("category", "past")):
        desk.catalogue.retire(kind, id_)


def ask(desk: Any, steps: Any) -> Any:
    """Return what steps of the desk's ledger come to."""
    return desk._run(Request(steps))


def revisions(desk: Any, article: str) -> tuple[Revision, ...]:
    found: tuple[Revision, ...] = ask(desk, lambda ledger: ledger.revisions(article))
    return found


def stored(desk: Any, article: str) -> Article:
    found: Article = desk.catalogue.get("article", article)
    return found


def index(desk: Any) -> set[Posting]:
    """Return the postings of all articles."""
    entries = ask(desk, lambda ledger: ledger.entries("posting", after=None, limit=100_000))
    return {
        Posting(entry.key[1], entry.key[3], entry.form["impact"], entry.key[2])
        for entry in entries
        if entry.key[0] == ARTICLES
    }


def found(desk: Any, *scopes: str) -> set[str]:
    """Return the ids of articles found in *scopes*."""
    hits = ask(desk, lambda ledger: ledger.search(Search(kind=ARTICLES, scopes=scopes, limit=1000))).hits
    return {hit.record for hit in hits}


def check_sound(desk: Any) -> None:
    """Each article is its last revision, counts them, and is found by what it says; nothing else is in the index."""
    articles = desk.catalogue.find("article", limit=1000)
    expected: set[Posting] = set()
    for article in articles:
        made = revisions(desk, article.id)
        assert list(range(1, article.version + 1)) == [one.n for one in made]
        assert article == made[-1].form
        assert all(one.n == one.form.version and one.at == one.form.updated_at for one in made)
        assert sorted(one.at for one in made) == [one.at for one in made]
        expected.update(article_postings(article, desk.definition.languages[0]))
    assert expected == index(desk)


def faults_of(call: Any) -> set[tuple[str, str]]:
    """Return path and code of each fault that *call* is told."""
    try:
        call()
    except Invalid as error:
        faults: tuple[Fault, ...] = error.faults
        return {(fault.path, fault.code) for fault in faults}
    return set()


def reasons_of(call: Any) -> list[str]:
    """Return the codes of the reasons that *call* is refused for."""
    try:
        call()
    except Refused as error:
        reasons: tuple[Reason, ...] = error.reasons
        return [reason.code for reason in reasons]
    return []


def published(desk: Desk, article: str, **fields: Any) -> None:
    """Write and publish an article."""
    desk.acting_as(WRITER).write_article({"title": article, **fields}, article=article)
    desk.acting_as(PUBLISHER).act_on_article(article, "publish")
