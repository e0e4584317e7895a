"""What the index holds that does not follow from articles and tickets is told, and mended; nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock
from supportcore.desk import reindexing
from supportcore.desk.requests import Request
from supportcore.desk.verifying import verify
from supportcore.errors import JoinedOnly
from supportcore.knowledge.article import Article, Revision
from supportcore.knowledge.indexing import article_postings
from supportcore.knowledge.postings import ARTICLES, TICKETS, Indexing, Posting
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Entry, Steps
from supportcore.testing.strategies.values import _TRICKY
from supportcore.tickets.commands import Decision
from supportcore.tickets.indexed import SOLVED, solved_by
from tests.desk.machine import SMALL, equip
from tests.stores import open_desk_named

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEXT = {"subject": "La impresora no imprime", "description": "Sale el error E-1042"}
ARTICLE = Article(id="printer", title="La impresora", body="No imprime: *apáguela*.", products={"erp"})
STORES = [pytest.param(name, marks=pytest.mark.store(name.split("-")[0])) for name in ("memory", "sqlite")]
BOTH = [*STORES, pytest.param("sqlite-async", marks=pytest.mark.store("sqlite"))]


def fill(desk: Any) -> str:
    """Put two articles and two tickets on a desk, and return the id of a ticket."""
    equip(desk)
    desk.catalogue.put(ARTICLE, attrs.evolve(ARTICLE, id="ñandú", language="en", state="draft"))
    desk.catalogue.put(attrs.evolve(ARTICLE, body="Apáguela y enciéndala."))
    customer = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}))
    ticket: str = [customer.open(TEXT).id for _ in range(2)][1]
    return ticket


@pytest.fixture(params=BOTH)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with open_desk_named(request.param, SMALL, tmp_path, clock=FrozenClock(AT)) as desk:
        desk.ticket = fill(desk)
        yield desk


def change(desk: Any, kind: str, *, add: tuple[Posting, ...] = (), drop: tuple[Posting, ...] = ()) -> None:
    """Change the index behind the desk's back."""
    indexing = Indexing(kind=kind, add=add, drop=drop)
    desk._run(Request(lambda ledger: ledger.save(Decision(indexing=(indexing,))), write=True))


def entries(desk: Any, kind: str = "posting") -> list[Entry]:
    """Return all that is kept of a kind."""
    return list(desk._run(Request(lambda ledger: ledger.entries(kind, after=None, limit=10_000))))


def posting(entry: Entry) -> Posting:
    """Return the posting that an entry stands for."""
    _, term, scope, record = map(str, entry.key)
    return Posting(term, record, entry.form["impact"], scope)


def of(desk: Any, kind: str, record: str) -> tuple[Posting, ...]:
    """Return what the index holds of a record."""
    return tuple(posting(one) for one in entries(desk) if (one.key[0], one.key[3]) == (kind, record))


def told(report: Any) -> list[str]:
    """Return what findings are about, in a word."""
    return [str(finding).split(":")[0] for finding in report.findings]


Damage = tuple[str, str, Callable[[tuple[Posting, ...]], tuple[Posting, ...]]]
"""The kind and the record (``ticket`` is a ticket's id), and what is held of it from now on, of what was."""
DAMAGE: dict[str, Damage] = {
    "lost": (ARTICLES, "printer", lambda held: ()),
    "one lost": (ARTICLES, "ñandú", lambda held: held[1:]),
    "one made up": (ARTICLES, "printer", lambda held: (*held, Posting("es:nada", "printer", 5, "public"))),
    "other impact": (ARTICLES, "printer", lambda held: (attrs.evolve(held[0], impact=77), *held[1:])),
    "other scope": (ARTICLES, "printer", lambda held: tuple(attrs.evolve(one, scope="internal") for one in held)),
    "no such article": (ARTICLES, "gone", lambda held: (Posting("es:nada", "gone", 5, "public"),)),
    "ticket lost": (TICKETS, "ticket", lambda held: ()),
    "ticket made up": (TICKETS, "ticket", lambda held: (*held, attrs.evolve(held[0], term="es:nada"))),
    "never solved": (SOLVED, "gone", lambda held: (Posting(solved_by("printer"), "gone"),)),
    "no such ticket": (TICKETS, "gone", lambda held: (Posting("#:9", "gone", 1),)),
    "no such kind": ("thing", "gone", lambda held: (Posting("a", "gone", 1),)),
}


def test_a_sound_index_has_no_finding(desk: Any) -> None:
    """Whatever was put, revised and opened: nothing to tell, nothing to mend."""
    report = desk.verify()
    assert (2, 4, ()) == (report.tickets, report.articles, report.findings)
    before = entries(desk)
    assert {ARTICLES, TICKETS} == {one.key[0] for one in before}
    assert 0 == desk.reindex()
    assert before == entries(desk)


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_broken_index_is_found_and_mended(desk: Any, damage: Damage) -> None:
    """The record is named; mending it, and it alone, makes the index what it was."""
    kind, record, damaged = damage
    record = desk.ticket if record == "ticket" else record
    before, held = entries(desk), of(desk, kind, record)
    change(desk, kind, drop=held, add=damaged(held))
    assert before != entries(desk)
    assert [f"{'article' if kind == ARTICLES else 'ticket'} {record}"] == told(desk.verify())
    assert 1 == desk.reindex()
    assert before == entries(desk)
    assert () == desk.verify().findings
    assert 0 == desk.reindex()


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_mended(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """Postings dropped, made up and changed at random: as many records are mended as are told, and all is as before."""
    with open_desk_named(name, SMALL, tmp_path, clock=FrozenClock(AT)) as desk:
        fill(desk)
        before = entries(desk)
        for kind in (ARTICLES, TICKETS):
            mine = [posting(one) for one in before if one.key[0] == kind]
            drop = data.draw(st.lists(st.sampled_from(mine), max_size=5))
            made_up = st.builds(
                Posting,
                term=st.sampled_from(_TRICKY),
                record=st.sampled_from(["printer", "x", *_TRICKY[:5]]),
                impact=st.integers(0, 3),
                scope=st.sampled_from(("", "public")),
            )
            change(desk, kind, drop=tuple(drop), add=tuple(data.draw(st.lists(made_up, max_size=5))))
        there = told(desk.verify())
        assert len(set(there)) == len(there) == desk.reindex()
        assert before == entries(desk)


def test_many_records_are_mended(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fit into a transaction, a page or memory: all of them, in transactions of a few records."""
    for name, value in (("READ_AT_ONCE", 7), ("RECORDS_AT_ONCE", 2), ("MENDED_AT_ONCE", 2), ("KEPT_AT_ONCE", 5)):
        monkeypatch.setattr(reindexing, name, value)
    desk.catalogue.put(*(attrs.evolve(ARTICLE, id=f"a{number}") for number in range(10)))
    before = entries(desk)
    for kind in (ARTICLES, TICKETS):
        change(desk, kind, drop=tuple(posting(one) for one in before if one.key[0] == kind))
    assert [] == entries(desk)
    assert 14 + 2 == len(told(desk.verify())) == desk.reindex()
    assert before == entries(desk)


def test_another_first_language_is_another_index(tmp_path: Path) -> None:
    """An article that tells no language is indexed in the desk's first one; without the rules, as it is marked."""
    store = MemoryStore()
    desk = Desk(SMALL, store, clock=FrozenClock(AT))
    fill(desk)
    other = Desk(attrs.evolve(SMALL, languages=SMALL.languages[::-1]), store, clock=FrozenClock(AT))
    assert ["article how-to", "article printer", "article why-not"] == told(other.verify())
    assert () == verify(store, "small").findings
    assert 3 == other.reindex()
    assert () == other.verify().findings == verify(store, "small").findings
    assert 3 == len(told(desk.verify()))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ({"title": "Other"}, "it is not what its revision 2 says"),
        ({"version": 1}, "it is at version 1, and there is a revision 2"),
        ({"version": 3}, "it is at version 3, and that revision is missing"),
        ({"version": 0}, "it is at version 0, and there is a revision 1"),
    ],
)
def test_an_article_is_its_last_revision(desk: Any, damage: dict[str, Any], what: str) -> None:
    """An article changed behind the desk's back, or one whose last revision is gone or not the last, is found."""
    article = attrs.evolve(desk.catalogue.get("article", "printer"), **damage)
    desk._run(Request(lambda ledger: ledger.put_record(article), write=True))
    assert f"article printer: {what}" in [str(finding) for finding in desk.verify().findings]


def test_what_changes_meanwhile_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """An article that is revised while the index is read, and a ticket that is opened, are not told; others are."""
    store = MemoryStore()
    desk = Desk(SMALL, store, clock=FrozenClock(AT))
    fill(desk)
    change(desk, ARTICLES, drop=of(desk, ARTICLES, "ñandú"))
    held, times = reindexing._held, iter(range(100))

    def others() -> None:
        desk.catalogue.put(attrs.evolve(ARTICLE, title=f"Otra {next(times)}"))
        desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open(TEXT)

    def meanwhile() -> Any:
        others()
        found = yield from held()
        others()
        return found

    monkeypatch.setattr(reindexing, "_held", meanwhile)
    assert ["article ñandú"] == told(desk.verify())
    assert ["article ñandú"] == told(verify(store, "small"))


def test_an_article_that_is_revised_while_it_is_mended_stays_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the write, and between the write and the commit: the index is what the new revision makes it."""
    store = MemoryStore()
    desk = Desk(SMALL, store, clock=FrozenClock(AT))
    fill(desk)
    change(desk, ARTICLES, add=(Posting("es:nada", "printer", 5, "public"),), drop=of(desk, ARTICLES, "printer")[:1])
    mend, due, times = reindexing._mend, reindexing._postings_of, iter(range(100))

    def revise() -> None:
        if (number := next(times)) < 6:
            desk.catalogue.put(attrs.evolve(ARTICLE, title=f"Otra {number}", body=f"{'luz ' * number}"))

    def later(ledger: Any, **given: Any) -> Steps[None]:
        revise()
        return (yield from mend(ledger, **given))

    def beside(*args: Any, lock: bool = False, **given: Any) -> Any:
        found = yield from due(*args, lock=lock, **given)
        if lock:
            revise()
        return found

    monkeypatch.setattr(reindexing, "_mend", later)
    monkeypatch.setattr(reindexing, "_postings_of", beside)
    assert 1 == desk.reindex()
    assert next(times) > 3
    monkeypatch.undo()
    assert () == desk.verify().findings
    article = desk.catalogue.get("article", "printer")
    assert isinstance(article, Article)
    assert set(article_postings(article, SMALL.languages[0])) == set(of(desk, ARTICLES, "printer"))


@pytest.mark.store("sqlite")
def test_a_joined_desk_is_not_mended(tmp_path: Path) -> None:
    """Inside a host's transaction there are no transactions of a bounded size."""
    import sqlalchemy as sa

    with open_desk_named("sqlite", SMALL, tmp_path) as desk:
        engine = sa.create_engine(desk.store.url)
        with engine.begin() as connection:
            connection.execute(sa.text("select 1"))
            joined = desk.joined(connection)
            assert () == joined.verify().findings
            with pytest.raises(JoinedOnly):
                joined.reindex()
        engine.dispose()


def test_a_record_of_the_host_needs_no_revision() -> None:
    """An article that was stored without a revision is sound, and one with a revision of nothing is not."""
    store = MemoryStore()
    desk = Desk(SMALL, store, clock=FrozenClock(AT))
    desk.install()
    article = Article(id="a", title="A")
    desk._run(Request(lambda ledger: ledger.put_record(article), write=True))
    change(desk, ARTICLES, add=article_postings(article, SMALL.languages[0]))
    assert () == desk.verify().findings
    revision = Revision(article="a", n=1, at=AT, action="put", form=article)
    desk._run(Request(partial(_revise, article=article, revision=revision), write=True))
    assert ["article a"] == told(desk.verify())


def _revise(ledger: Any, article: Article, revision: Revision) -> Steps[None]:
    yield from ledger.save(Decision(articles=((article, revision),)))
