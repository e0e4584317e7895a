"""Collections and indexes: made once, made again after a break, and never out of what is another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pymongo
import pytest

from supportcore.errors import SchemaMissing, SchemaNewer, StoreError
from supportcore.knowledge.postings import ARTICLES, Search
from supportcore.storage.ports import drive
from supportcore.testing.conformance.samples import draft, revising, taking
from supportcore.tickets.files import taken
from supportcore_mongo import MongoStore, migrate, open_url
from supportcore_mongo.database import Database
from tests.mongo.samples import one, opening

pytestmark = pytest.mark.store("mongodb")


@pytest.fixture
def database(database_url: str) -> Iterator[Any]:
    """
    The database, by way of a client of the test.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client.get_default_database()


@pytest.fixture
def opened(database_url: str) -> Iterator[Callable[[str], MongoStore]]:
    """
    What opens a store under a prefix; it is closed afterwards.
    """
    stores = []

    def open_under(prefix: str) -> MongoStore:
        stores.append(open_url(database_url, prefix=prefix))
        return stores[-1]

    yield open_under
    for store in stores:
        store.close()


def test_a_database_without_collections_names_the_remedy(opened: Callable[[str], MongoStore]) -> None:
    """What was not migrated says how to do that, prefix included, and migrating twice is the same as once."""
    other = opened("other_")
    with pytest.raises(SchemaMissing, match="--prefix other_"), other.begin(write=False):
        pass
    other.migrate()
    other.migrate()
    assert 1 == one(other, other.ledger("desk").next_numbers())


def test_collections_of_a_later_release_are_left_alone(opened: Callable[[str], MongoStore], database: Any) -> None:
    """A version this release does not know is refused, by migrating too."""
    database["later_schema"].insert_one({"_id": "schema", "version": 99})
    later = opened("later_")
    with pytest.raises(SchemaNewer, match="99"), later.begin(write=False):
        pass
    with pytest.raises(SchemaNewer, match="99"):
        later.migrate()
    assert ["later_schema"] == sorted(name for name in database.list_collection_names() if name.startswith("later_"))


def test_collections_from_before_the_first_release_are_left_alone(
    opened: Callable[[str], MongoStore], database: Any
) -> None:
    """Those that were never released are not upgraded, which is said with what to do."""
    database["early_schema"].insert_one({"_id": "schema", "version": 1})
    early = opened("early_")
    for attempt in (early.migrate, lambda: one(early, early.desks())):
        with pytest.raises(StoreError, match="drop them"):
            attempt()
    assert ["early_schema"] == sorted(name for name in database.list_collection_names() if name.startswith("early_"))


_NEW = {3: ("files", "reads"), 4: ("postings", "revisions", "readings", "suggestions")}
"""By version: the collections that it added."""
_MORE = {3: ("outbox", "desk_1_row.channel_1_row.recipient_1_row.due_at_1_id_1"),
         4: ("records", "desk_1_form.translation_of_1_id_1")}  # fmt: skip
"""By version: the index that it added to a collection that was there."""


@pytest.fixture
def former(opened: Callable[[str], MongoStore], database: Any) -> Callable[[str, int], MongoStore]:
    """
    What makes collections under a prefix as an earlier version had them, with a ticket.
    """

    def as_it_was(prefix: str, version: int) -> MongoStore:
        store = opened(prefix)
        store.migrate()
        one(store, store.ledger("desk").save(opening("desk", "t1", 1)))
        for later in range(version + 1, migrate.SCHEMA + 1):
            for name in _NEW[later]:
                database.drop_collection(prefix + name)
            name, index = _MORE[later]
            database[prefix + name].drop_index(index)
        database[f"{prefix}schema"].update_one({"_id": "schema"}, {"$set": {"version": version}})
        return opened(prefix)

    return as_it_was


@pytest.mark.parametrize("version", [2, 3])
def test_collections_of_an_earlier_version_are_brought_up_to_date(
    former: Callable[[str, int], MongoStore], database: Any, version: int
) -> None:
    """They have to be migrated, which adds collections and indexes and keeps what is there."""
    prefix = f"from{version}_"
    store = former(prefix, version)
    with pytest.raises(SchemaMissing, match=f"--prefix {prefix}"):
        one(store, store.desks())
    store.migrate()
    assert 4 == database[f"{prefix}schema"].find_one({})["version"]
    for name in (*_NEW[3], *_NEW[4], "outbox", "records"):
        wanted = {model.document["name"] for model in migrate.index_models(name)}
        assert {"_id_", *wanted} == set(database[prefix + name].index_information())
    ledger = store.ledger("desk")
    one(store, ledger.put_draft(draft()))
    one(store, ledger.save(taking("t1", draft()), revising("a1")))
    assert (taken(draft(), "t1"),) == one(store, ledger.files(["f1"]))
    assert 1 == one(store, ledger.search(Search(kind=ARTICLES, weights=(("n:1", 1),)))).total
    assert one(store, ledger.ticket("t1")) is not None


@pytest.mark.parametrize(("version", "name"), [(2, "reads"), (2, "postings"), (3, "postings"), (3, "suggestions")])
def test_what_a_version_had_not_yet_may_be_somebody_elses(
    former: Callable[[str, int], MongoStore], database: Any, version: int, name: str
) -> None:
    """A host's own collection under one of the new names is refused and left alone, as at the first migration."""
    prefix = f"their_{name}{version}_"
    store = former(prefix, version)
    database[prefix + name].insert_one({"book": "a host's own"})
    with pytest.raises(StoreError, match=f"not supportcore's: {prefix}{name};"):
        store.migrate()
    assert version == database[f"{prefix}schema"].find_one({})["version"]
    assert ["_id_"] == list(database[prefix + name].index_information())


@pytest.mark.parametrize("stop", [0, 2, 3, 4, 8, 13])
def test_what_was_broken_off_is_made_up_for(database_url: str, database: Any, stop: int) -> None:
    """Migrating that broke off after any of its operations leaves nothing one could work with, and can be repeated."""
    prefix = f"broken{stop}_"
    store = open_url(database_url, prefix=prefix)
    collections = store._target.collections
    done = 0

    def breaking(operation: Any) -> Any:
        nonlocal done
        if done == stop:
            raise ZeroDivisionError
        done += 1
        result = collections.call(operation, None)
        return result.to_list() if hasattr(result, "to_list") else result

    with pytest.raises(ZeroDivisionError):
        drive(migrate.migrate(store._database), breaking)
    with pytest.raises(SchemaMissing):
        one(store, store.desks())
    store.migrate()
    assert {prefix + name for name in (*migrate.COLLECTIONS, "schema")} == {
        name for name in database.list_collection_names() if name.startswith(prefix)
    }
    one(store, store.ledger("desk").save(opening("desk", "t1", 1)))
    store.migrate()
    assert one(store, store.ledger("desk").ticket("t1")) is not None
    store.close()


def test_an_index_that_was_dropped_is_made_again(opened: Callable[[str], MongoStore], database: Any) -> None:
    """Migrating again gives back what somebody took away, keys included."""
    mended = opened("mended_")
    mended.migrate()
    tickets = database["mended_tickets"]
    before = tickets.index_information()
    tickets.drop_indexes()
    mended.migrate()
    assert before == tickets.index_information()
    assert before["desk_1_number_1"]["unique"]


def test_collections_of_somebody_else_are_left_alone(opened: Callable[[str], MongoStore], database: Any) -> None:
    """A collection of one of our names that we did not make is refused by name, and nothing is changed."""
    database["host_tickets"].insert_one({"title": "a ticket of the host's own"})
    host = opened("host_")
    with pytest.raises(StoreError, match="not supportcore's: host_tickets;"):
        host.migrate()
    database["odd_schema"].insert_one({"_id": "schema", "tables": []})
    with pytest.raises(StoreError, match="not supportcore's: odd_schema;"):
        opened("odd_").migrate()
    database.create_collection("seen_records", viewOn="host_tickets", pipeline=[])
    with pytest.raises(StoreError, match="not supportcore's: seen_records;"):
        opened("seen_").migrate()
    kept = {"host_tickets", "odd_schema", "seen_records"}
    assert kept == {n for n in database.list_collection_names() if n.partition("_")[0] in ("host", "odd", "seen")}
    assert ["_id_"] == list(database["host_tickets"].index_information())


def test_a_collection_that_orders_by_a_language_is_refused(opened: Callable[[str], MongoStore], database: Any) -> None:
    """Order and equality of text are by bytes, so a collection that has another collation is not used."""
    database.create_collection("es_tickets", collation={"locale": "es"})
    with pytest.raises(StoreError, match="not supportcore's: es_tickets;"):
        opened("es_").migrate()


def test_two_prefixes_live_side_by_side(opened: Callable[[str], MongoStore]) -> None:
    """What is stored under one prefix is not there under the other."""
    one_, two = opened("one_"), opened("two_")
    one_.migrate()
    two.migrate()
    one(one_, one_.ledger("desk").save(opening("desk", "t1", 1)))
    one(two, two.ledger("desk").save(opening("desk", "t1", 1)))
    one(two, two.ledger("desk").save(opening("desk", "t2", 2)))
    assert (("t1",), ("t1", "t2")) == tuple(one(each, each.ledger("desk").ticket_ids("", 9)) for each in (one_, two))


def test_a_server_that_is_too_old_is_refused_by_its_version() -> None:
    """What is found and what is wanted are both told, and nothing more is asked of the server."""
    answers = {"hello": {"maxWireVersion": 8, "setName": "rs0"}, "buildInfo": {"version": "4.2.25"}}
    old = Database("helpdesk", prefix="sc_", url="mongodb://old/helpdesk")
    for steps in (migrate.migrate(old), migrate.look(old, pymongo.MongoClient("mongodb://old", connect=False))):
        with pytest.raises(StoreError, match=r"is MongoDB 4\.2\.25, and supportcore needs MongoDB 4\.4 or later"):
            drive(steps, lambda operation: answers[operation.args[0]])
