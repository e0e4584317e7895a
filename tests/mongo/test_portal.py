"""What goes through the portal: files that one ticket has, blobs that are locked, and lists that an index answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import attrs
import gridfs
import pymongo
import pytest
from hypothesis import given

from supportcore.predicate import NEVER, Eq, Range, both
from supportcore.storage import codec
from supportcore.storage.ports import Conflict, Ledger, Steps, drive
from supportcore.testing import strategies
from supportcore.testing.conformance.samples import draft, notice, opened_ticket, taking
from supportcore.tickets.files import File, taken
from supportcore_mongo import MongoStore
from supportcore_mongo.documents import file_document, load_file
from tests.mongo.samples import NOON, one

pytestmark = pytest.mark.store("mongodb")


@pytest.fixture
def database(database_url: str) -> Iterator[Any]:
    """
    The database, by way of a client of the test.
    """
    with pymongo.MongoClient(database_url) as client:
        yield client.get_default_database()


# -- who is second


@pytest.mark.parametrize(
    "first",
    [
        lambda ledger: ledger.save(taking("t1", draft())),
        lambda ledger: ledger.drop_draft("f1"),
    ],
    ids=["taken", "dropped"],
)
@pytest.mark.parametrize(
    "second",
    [
        lambda ledger: ledger.save(taking("t2", draft())),
        lambda ledger: ledger.drop_draft("f1"),
    ],
    ids=["taking", "dropping"],
)
def test_who_is_second_at_a_draft_is_told_so(
    store: MongoStore, desk: str, first: Callable[[Ledger], Steps[Any]], second: Callable[[Ledger], Steps[Any]]
) -> None:
    """Of two that take or drop a draft at once one meets a conflict, at once, and what the other did stands."""
    ledger = store.ledger(desk)
    one(store, ledger.put_draft(draft()))
    with store.begin(write=True) as execute:
        drive(first(ledger), execute)
        with pytest.raises(Conflict) as caught:
            one(store, second(ledger))
        assert caught.value.lost
        inside = drive(ledger.files(["f1"]), execute)
    assert inside == one(store, ledger.files(["f1"]))
    assert inside[0] is None or "t1" == inside[0].ticket


def test_a_taken_file_is_a_conflict_and_undoes_what_was_saved_with_it(
    store: MongoStore, desk: str, database: Any
) -> None:
    """A file that a ticket has is named in the conflict, and what was to be saved with it leaves no document."""
    ledger = store.ledger(desk)
    for file_id in ("f1", "f2"):
        one(store, ledger.put_draft(draft(file_id)))
    one(store, ledger.save(taking("t1", draft("f1"))))
    late = attrs.evolve(opened_ticket(desk, "t2"), files=taking("t2", draft("f2"), draft("f1")).files)
    with pytest.raises(Conflict, match="f2, f1"):
        one(store, ledger.save(late))
    assert (taken(draft("f1"), "t1"), draft("f2")) == one(store, ledger.files(["f1", "f2"]))
    for name in ("tickets", "history", "receipts"):
        assert 0 == database[f"sc_{name}"].count_documents({"desk": desk})


def test_a_draft_that_is_another_one_is_a_conflict(store: MongoStore, desk: str) -> None:
    """Storing it again is none, also when somebody else is just storing it, which is told in time."""
    ledger = store.ledger(desk)
    with store.begin(write=True) as execute:
        drive(ledger.put_draft(draft()), execute)
        with pytest.raises(Conflict, match="another transaction"):
            one(store, ledger.put_draft(draft()))
    one(store, ledger.put_draft(draft()))
    with pytest.raises(Conflict, match="another file f1"):
        one(store, ledger.put_draft(draft(size=6)))


# -- blobs


def test_a_locked_blob_is_still_a_file_of_gridfs(store: MongoStore, desk: str, database: Any) -> None:
    """One at a time locks it; the mark lies where GridFS leaves room, and neither bytes nor entry show it."""
    ledger, digest = store.ledger(desk), sha256(b"abc").hexdigest()
    one(store, ledger.put_chunk(digest, 0, b"abc"))
    one(store, ledger.finish_blob(digest, 3))
    before = one(store, ledger.entries("blob", after=None, limit=9))
    with store.begin(write=True) as execute:
        assert 3 == drive(ledger.blob(digest, lock=True), execute)
        with pytest.raises(Conflict):
            one(store, ledger.blob(digest, lock=True))
        with pytest.raises(Conflict):
            one(store, ledger.drop_blob(digest))
        assert 3 == one(store, ledger.blob(digest), write=False)
    bucket = gridfs.GridFSBucket(database, bucket_name="sc_fs")
    with bucket.open_download_stream({"desk": desk, "sha256": digest}) as stream:
        assert (b"abc", {"lock": 1}) == (stream.read(), stream.metadata)
    assert before == one(store, ledger.entries("blob", after=None, limit=9))
    one(store, ledger.drop_blob(digest))
    assert one(store, ledger.blob(digest, lock=True)) is None
    assert () == one(store, ledger.entries("blob", after=None, limit=9))


# -- documents


@given(strategies.files())
def test_a_document_holds_the_whole_file(file: File) -> None:
    """A file is rebuilt from its document, also from one that was stored before a field with a default was."""
    document = file_document(file)
    assert file == load_file(document)
    assert file == load_file({name: document[name] for name in codec.dump(file)})


# -- indexes


@pytest.fixture
def crowded(store: MongoStore, desk: str, database: Any) -> Ledger:
    """
    A desk with many notices, of which few are to ana or a team of hers, and many files, of which few are drafts.
    """
    ledger = store.ledger(desk)
    rows = tuple(
        notice(
            f"r{n:04}",
            NOON + timedelta(seconds=n // 3),
            channel=("portal", "email")[n % 2],
            role=("contact", "team")[n % 3 == 0],
            recipient=("ana", "desk", "eva", "bob", "night", "luis", "day")[n % 7],
        )
        for n in range(840)
    )
    files = [
        file_document(
            draft(
                f"f{n:04}",
                owner=f"o{n % 5}",
                made_at=NOON + timedelta(seconds=n),
                expires_at=NOON + timedelta(seconds=n),
                blob=f"b{n % 200}",
            )
        )
        for n in range(600)
    ]
    one(store, ledger.save(attrs.evolve(opened_ticket(desk), outbox=rows)))
    database["sc_files"].insert_many([{**file, "desk": desk} for file in files])
    database["sc_files"].update_many(
        {"desk": desk, "id": {"$lt": "f0500"}}, {"$set": {"ticket": "t1", "expires_at": None}}
    )
    one(store, ledger.mark_read("ana", [row.id for row in rows[::3]], NOON))
    return ledger


_EDGE = (NOON + timedelta(seconds=140), "r0420")
_LATER = (NOON + timedelta(seconds=30), "r0090")


@pytest.mark.parametrize(
    ("asked", "index", "most"),
    [
        (lambda ledger: ledger.inbox("ana", (), channel="portal", limit=10), "row.channel", 20),
        (lambda ledger: ledger.inbox("ana", ("desk", "night"), channel="portal", limit=10), "row.channel", 40),
        (
            lambda ledger: ledger.inbox("ana", ("desk",), channel="portal", limit=10, before=_EDGE, after=_LATER),
            "row.channel",
            40,
        ),
        (lambda ledger: ledger.read_notices("ana", ["r0000", "r0003", "r0001"]), "notice", 0),
        (lambda ledger: ledger.files(["f0001", "f0599", "gone"]), "id", 2),
        (lambda ledger: ledger.drafts("o3", limit=5), "made_at", 5),
        (lambda ledger: ledger.drafts("o3", limit=100), "made_at", 20),
        (lambda ledger: ledger.expired_drafts(NOON + timedelta(hours=1), limit=5), "expires_at", 5),
        (lambda ledger: ledger.is_blob_used("b199"), "blob", 1),
        (lambda ledger: ledger.is_blob_used("gone"), "blob", 0),
    ],
)
def test_a_list_costs_what_it_shows(
    crowded: Any, database: Any, asked: Callable[[Any], Steps[Any]], index: str, most: int
) -> None:
    """An index has the order, nothing is sorted, and hardly a document is read that is not shown."""
    operation = next(asked(crowded))
    collection = database[f"sc_{operation.collection}"]
    cursor = collection.find(*operation.args, **operation.options)
    told = (cursor.limit(1) if operation.method == "find_one" else cursor).explain()
    stages = list(_stages(told["queryPlanner"]["winningPlan"]))
    assert {"COLLSCAN", "SORT"}.isdisjoint(stage["stage"] for stage in stages)
    scanned = [stage["keyPattern"] for stage in stages if stage["stage"] == "IXSCAN"]
    assert scanned
    assert all("desk" == next(iter(keys)) and index in keys for keys in scanned)
    assert told["executionStats"]["totalDocsExamined"] <= most


def test_drafts_alone_are_in_the_indexes_of_drafts(store: MongoStore, database: Any) -> None:
    """A file that was taken weighs on neither."""
    kept = database["sc_files"].index_information()
    partial = {name for name, index in kept.items() if index.get("partialFilterExpression") == {"ticket": None}}
    assert {"desk_1_owner_1_made_at_1_id_1", "desk_1_expires_at_1_id_1"} == partial
    assert kept["desk_1_id_1"]["unique"]
    assert database["sc_reads"].index_information()["desk_1_person_1_notice_1"]["unique"]


def test_a_cell_is_counted_without_reading_a_ticket(store: MongoStore, desk: str, database: Any) -> None:
    """By area and state of what is open the index alone counts; what can hold of none is not even asked."""
    ledger: Any = store.ledger(desk)
    for number in range(1, 6):
        one(store, ledger.save(opened_ticket(desk, f"t{number}", number)))
    cell = both(Eq("is_open", True), Eq("state", "new"))
    assert (5, 0, 3) == one(store, ledger.counts([cell, NEVER, Range("number", 2, 5)]))
    (operation,) = _operations(ledger.counts([cell, NEVER]))
    pipeline = [{"$match": operation.args[0]}, {"$group": {"_id": 1, "n": {"$sum": 1}}}]
    told = database.command("explain", {"aggregate": "sc_tickets", "pipeline": pipeline, "cursor": {}})
    (first, *_) = told.get("stages", [{"$cursor": told}])
    scanned = [s for s in _stages(first["$cursor"]["queryPlanner"]["winningPlan"]) if s["stage"] == "IXSCAN"]
    assert ["desk", "is_open", "area", "state"] == list(scanned[0]["keyPattern"])
    assert 0 == first["$cursor"]["executionStats"]["totalDocsExamined"]


def _stages(plan: Any) -> Iterator[Any]:
    plan = plan.get("queryPlan", plan)
    yield plan
    for inner in (*plan.get("inputStages", ()), *((plan["inputStage"],) if "inputStage" in plan else ())):
        yield from _stages(inner)


def _operations(steps: Steps[Any]) -> Iterator[Any]:
    """Yield what steps ask for, answering each with nothing counted."""
    try:
        operation = next(steps)
        while True:
            yield operation
            operation = steps.send(0)
    except StopIteration:
        pass
