"""A store of every release that was published is migrated by today's code, says what it said, and goes on."""

from __future__ import annotations

import json
import lzma
import sqlite3
from pathlib import Path

import pytest

from supportcore.errors import StoreUnsuitable
from tests.stores import server_url
from tests.upgrade.going_on import Spoiled, upgrade
from tests.upgrade.kept import HERE, STORES, file_of, prefix_of, put_back, remove, told_of, versions

LIMIT = 150_000
"""Bytes that the stores of one release may take here."""

stores = pytest.mark.parametrize("store", [pytest.param(name, marks=pytest.mark.store(name)) for name in STORES])


@pytest.mark.parametrize("version", versions())
@stores
def test_a_store_of_an_earlier_release_goes_on(
    store: str, version: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Today's code migrates it, finds nothing wrong, tells what that release told, and works on."""
    place, prefix = server_url(request, store) or str(tmp_path), prefix_of(version)
    url = put_back(store, file_of(version, store), place, prefix)
    try:
        upgrade(url, prefix, told_of(version))
        assert [] == (_missing_indexes if store == "mongodb" else _drift)(url, prefix)
    finally:
        remove(store, place, prefix)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE {p}tickets SET state = 'investigacion' WHERE number = 1 AND desk = 'noova'", "noova, after migrating"),
        ("UPDATE {p}contents SET body = 'another' WHERE body LIKE 'El 4711%'", "noova, after migrating"),
        ("DELETE FROM {p}postings", "after migrating"),
        ("DELETE FROM {p}outbox WHERE status = 'sent'", "told.cltech.outbox"),
    ],
    ids=["a column", "a text", "the index", "what was sent"],
)
@pytest.mark.store("sqlite")
def test_damage_is_noticed(damage: str, said: str, tmp_path: Path) -> None:
    """A kept store in which one thing was changed does not pass, so the test above can fail."""
    version = versions()[-1]
    url, prefix = put_back("sqlite", file_of(version, "sqlite"), str(tmp_path), prefix_of(version)), prefix_of(version)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        changed = connection.execute(damage.format(p=prefix)).rowcount
    connection.close()
    assert changed
    with pytest.raises(Spoiled, match=said):
        upgrade(url, prefix, told_of(version))


@pytest.mark.store("sqlite")
def test_tables_without_their_version_are_refused(tmp_path: Path) -> None:
    """A kept store that does not say what release made it is neither taken for one that is up to date nor made anew."""
    version = versions()[-1]
    url, prefix = put_back("sqlite", file_of(version, "sqlite"), str(tmp_path), prefix_of(version)), prefix_of(version)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute(f"DELETE FROM {prefix}schema_version")
    connection.close()
    with pytest.raises(StoreUnsuitable):
        upgrade(url, prefix, told_of(version))


@pytest.mark.parametrize("version", versions())
def test_every_store_of_a_release_is_kept(version: str) -> None:
    """All four are there, small enough for a repository, and hold what an upgrade can spoil."""
    sizes = [file_of(version, store).stat().st_size for store in STORES]
    assert sum(sizes) + (HERE / version / "told.json").stat().st_size < LIMIT
    tickets = [ticket for desk in told_of(version).values() for ticket in desk["tickets"]]
    assert len(tickets) >= 12
    kinds = {entry[1] for ticket in tickets for entry in ticket["history"]}
    assert kinds >= {"merged", "merged_from", "rated", "voted", "linked", "tagged", "article_cited", "deadline_set"}
    assert "erased" in {ticket["people"][0] for ticket in tickets}
    for store in STORES:
        content = lzma.decompress(file_of(version, store).read_bytes())
        assert content if store == "sqlite" else json.loads(content)


def _drift(url: str, prefix: str) -> list[object]:
    import sqlalchemy as sa

    from supportcore_sql.engines import open_engine
    from supportcore_sql.migrate import drift

    engine: sa.Engine = open_engine(url)
    with engine.connect() as connection:
        found = drift(connection, prefix=prefix)
    engine.dispose()
    return found


def _missing_indexes(url: str, prefix: str) -> list[object]:
    import pymongo

    from supportcore_mongo.migrate import COLLECTIONS, index_models

    with pymongo.MongoClient[dict[str, object]](url) as client:
        database = client.get_default_database()
        there = {name: database[prefix + name].index_information() for name in COLLECTIONS}
    return [
        (name, index.document["name"])
        for name in COLLECTIONS
        for index in index_models(name)
        if index.document["name"] not in there[name]
    ]
