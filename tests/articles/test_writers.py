"""Several writers at once, and a host's transaction: no revision is lost, and nothing is found before its commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Article, Desk, FrozenClock
from supportcore.knowledge.postings import ARTICLES, Posting, difference
from supportcore.storage import open_store
from supportcore.storage.ports import Store
from tests.articles.shelf import (
    BOTH,
    SMALL,
    START,
    WRITER,
    check_sound,
    found,
    published,
    revisions,
    shelf,
    stock,
    stored,
)
from tests.stores import open_store_named


@pytest.mark.store("sqlite")
def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each of the revisions that several threads make at once is kept, in some order, one on top of the other."""
    with shelf("sqlite", tmp_path) as desk:
        desk.acting_as(WRITER).write_article({"title": "x"}, article="a")

        def write(tag: str) -> int:
            version: int = desk.acting_as(WRITER).revise_article("a", {"body": tag}, command_id=tag).version
            return version

        tags = [f"t{n}" for n in range(12)]
        with ThreadPoolExecutor(4) as pool:
            versions = list(pool.map(write, tags))
        assert list(range(2, 14)) == sorted(versions)
        assert set(tags) == {one.form.body for one in revisions(desk, "a")[1:]}
        check_sound(desk)


@pytest.mark.store("sqlite")
def test_a_writer_who_saw_it_is_not_overwritten(tmp_path: Path) -> None:
    """Of writers at once who saw the same version one is heard, and the others are told."""
    with shelf("sqlite", tmp_path) as desk:
        desk.acting_as(WRITER).write_article({"title": "x"}, article="a")

        def write(tag: str) -> str:
            try:
                desk.acting_as(WRITER).revise_article("a", {"body": tag}, seen_version=1)
            except Exception as error:
                return type(error).__name__
            return ""

        with ThreadPoolExecutor(4) as pool:
            told = sorted(pool.map(write, [f"t{n}" for n in range(6)]))
        assert ["", *["StaleVersion"] * 5] == told
        assert 2 == stored(desk, "a").version


def check_joined(store: Store, engine: sa.Engine) -> None:
    desk = Desk(SMALL, store, clock=FrozenClock(START))
    stock(desk)
    published(desk, "old")
    with engine.connect() as connection:
        transaction = connection.begin()
        joined = desk.joined(connection)
        joined.acting_as(WRITER).write_article({"title": "Paper jam"}, article="new")
        joined.acting_as(BOTH).act_on_article("new", "publish")
        joined.catalogue.put(Article(id="put", title="Put"))
        joined.catalogue.retire("article", "old")
        assert {"new", "put"} == found(joined, "public")
        assert {"old"} == found(desk, "public")
        transaction.rollback()
    assert ({"old"}, ()) == (found(desk, "public"), revisions(desk, "new"))
    with engine.begin() as connection:
        published(desk.joined(connection), "new")
        assert {"old"} == found(desk, "public")
    assert {"new", "old"} == found(desk, "public")
    check_sound(desk)


@pytest.mark.store("sqlite")
def test_an_article_is_found_in_its_transaction_only(tmp_path: Path) -> None:
    """The joined desk that publishes finds it, others do after the commit, and after a rollback nobody does."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    store = open_store(engine)
    try:
        store.migrate()
        check_joined(store, engine)
    finally:
        store.close()
        engine.dispose()


def test_an_article_is_found_in_its_transaction_only_on_a_server(postgresql_url: str, tmp_path: Path) -> None:
    """The same on PostgreSQL."""
    engine = sa.create_engine(postgresql_url)
    try:
        with open_store_named("postgresql", tmp_path, server_url=postgresql_url) as store:
            check_joined(store, engine)
    finally:
        engine.dispose()


POSTINGS = st.lists(
    st.builds(Posting, st.sampled_from("abc"), st.just("a"), st.integers(0, 2), st.sampled_from(["", "public"])),
    unique_by=lambda posting: (posting.term, posting.scope),
)


@given(before=POSTINGS, after=POSTINGS)
def test_a_difference_leads_from_one_index_to_the_other(before: list[Posting], after: list[Posting]) -> None:
    """Dropping what goes and adding what comes makes the one of the other; what stays is left alone."""
    index = {(posting.term, posting.scope): posting for posting in before}
    changes = difference(ARTICLES, before, after)
    assert bool(changes) == (set(before) != set(after))
    for change in changes:
        assert set(before).isdisjoint(change.add)
        for posting in change.drop:
            del index[posting.term, posting.scope]
        index.update(((posting.term, posting.scope), posting) for posting in change.add)
    assert set(after) == set(index.values())
