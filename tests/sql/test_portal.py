"""Files, inbox and counts: few statements, each on an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy.dialects import mysql, postgresql

from supportcore.predicate import ALWAYS, All, Eq, In, Predicate
from supportcore.storage.ports import drive
from supportcore.testing.conformance.samples import draft, notice, taking
from supportcore.tickets.commands import Decision
from supportcore_sql import SqlStore, build_tables
from supportcore_sql.ledger import COUNTS_AT_ONCE, VALUES_AT_ONCE
from supportcore_sql.statements import Statements
from tests.sql.samples import NOW, noting, opening, ticket_of
from tests.sql.test_statements import OPEN, plan, watched

pytestmark = pytest.mark.store("sqlite")
EDGE = (NOW, "x")


def words(seen: list[tuple[str, Any]]) -> list[str]:
    """Return how the statements seen begin."""
    return [" ".join(sql.split()[: 1 if sql.startswith("SELECT") else 2]) for sql, _ in seen]


@pytest.mark.parametrize(
    ("method", "arguments", "index"),
    [
        ("drafts", {"owner": "ana", "limit": 5}, "INDEX ix_sc_files_drafts (desk=? AND owner=? AND ticket=?)"),
        ("expired_drafts", {"now": NOW, "limit": 5}, "INDEX ix_sc_files_expiry (desk=? AND expires_at<?)"),
        ("is_blob_used", {"blob": "b"}, "COVERING INDEX ix_sc_files_blob (desk=? AND blob=?)"),
        ("files", {"ids": ["a", "b"]}, "(desk=? AND id=?)"),
        ("read_notices", {"person": "ana", "ids": ["a", "b"]}, "(desk=? AND person=? AND notice=?)"),
        (
            "inbox",
            {"person": "ana", "teams": (), "channel": "portal", "limit": 5},
            "INDEX ix_sc_outbox_inbox (desk=? AND channel=? AND recipient=?)",
        ),
        (
            "inbox",
            {"person": "ana", "teams": (), "channel": "portal", "limit": 5, "before": EDGE},
            "INDEX ix_sc_outbox_inbox (desk=? AND channel=? AND recipient=? AND due_at<?)",
        ),
        (
            "inbox",
            {"person": "ana", "teams": (), "channel": "portal", "limit": 5, "after": EDGE},
            "INDEX ix_sc_outbox_inbox (desk=? AND channel=? AND recipient=? AND due_at>?)",
        ),
    ],
)
def test_it_is_read_off_an_index(store: SqlStore, method: str, arguments: dict[str, Any], index: str) -> None:
    """What is looked up is found on an index, which also gives its order."""
    found = plan(store, getattr(store.ledger("noova"), method)(**arguments))
    assert index in found
    assert "TEMP B-TREE" not in found
    assert "SCAN sc_" not in found


def test_each_recipient_is_read_off_the_index(store: SqlStore) -> None:
    """With teams, each is read in order and no further than the limit; only what is left is sorted."""
    steps = store.ledger("noova").inbox("ana", ["a", "b"], channel="portal", before=EDGE, limit=5)
    found = plan(store, steps)
    assert 3 == found.count("INDEX ix_sc_outbox_inbox (desk=? AND channel=? AND recipient=? AND due_at<?)")
    steps_told = found.split(" | ")
    sorted_after = {steps_told[place - 1][:9] for place, told in enumerate(steps_told) if "TEMP B-TREE" in told}
    assert {"SCAN anon"} == sorted_after  # what each recipient's query gave, not the table


def test_an_inbox_is_one_statement(store: SqlStore) -> None:
    """For a person with sixty teams it is one round trip."""
    ledger = store.ledger("noova")
    teams = [f"t{number}" for number in range(60)]
    rows = tuple(notice(f"r-{team}", role="team", recipient=team) for team in teams)
    with store.begin(write=True) as execute:
        drive(ledger.save(attrs.evolve(opening("a", 1), outbox=rows)), execute)
        with watched(store) as seen:
            found = drive(ledger.inbox("ana", teams, channel="email", limit=99), execute)
    assert (60, 1) == (len(found), len(seen))


def test_counts_are_one_statement_on_indexes(store: SqlStore) -> None:
    """Sixty-four counts of a board are one statement, in which each cell is taken from an index alone."""
    cells = [All((OPEN, Eq("area", f"a{cell}"), Eq("state", "new"))) for cell in range(64)]
    ledger = store.ledger("noova")
    with store.begin(write=True) as execute:
        drive(ledger.save(opening("a", 1, area="a7")), execute)
        with watched(store) as seen:
            found = drive(ledger.counts(cells), execute)
    assert (1, 1, 1) == (len(seen), sum(found), found[7])
    told = plan(store, ledger.counts(cells))
    index = "COVERING INDEX ix_sc_tickets_board (desk=? AND is_open=? AND area=? AND state=?)"
    assert 64 == told.count(index)


def test_counts_of_the_same_forms_are_the_same_statement(store: SqlStore) -> None:
    """Counts with other values are not built or compiled anew."""
    operations = []
    for area, team in (("a", "x"), ("b", "y")):
        steps = store.ledger("noova").counts([Eq("area", area), All((OPEN, Eq("team", team)))])
        operations.append(next(steps))
        steps.close()
    (first, given), (second, other) = operations
    assert first is second
    assert given != other


@pytest.mark.parametrize(
    ("wheres", "statements"),
    [
        ([], 0),
        ([ALWAYS] * COUNTS_AT_ONCE, 1),
        ([ALWAYS] * (COUNTS_AT_ONCE + 1), 2),
        ([In("team", tuple(f"t{number}" for number in range(VALUES_AT_ONCE // 4)))] * 9, 3),
        ([In("team", tuple(f"t{number}" for number in range(VALUES_AT_ONCE + 1)))] * 2, 2),
    ],
    ids=["none", "most", "more", "values", "wide"],
)
def test_counts_stay_within_what_engines_take(store: SqlStore, wheres: list[Predicate], statements: int) -> None:
    """So many conditions or values that one statement could not hold them are counted in several."""
    with store.begin(write=True) as execute:
        drive(store.ledger("noova").save(opening("a", 1, team="t1")), execute)
        with watched(store) as seen:
            assert (1,) * len(wheres) == drive(store.ledger("noova").counts(wheres), execute)
    assert statements == len(seen)
    assert all(len(given) < 32_766 for _, given in seen)


@pytest.mark.parametrize("count", [1, 20])
def test_taking_files_is_one_look_and_one_write(store: SqlStore, count: int) -> None:
    """However many files a decision takes, it costs one read that locks them and one update."""
    ledger, files = store.ledger("noova"), [draft(f"f{number}") for number in range(count)]
    with store.begin(write=True) as execute:
        for file in files:
            drive(ledger.put_draft(file), execute)
        drive(ledger.save(opening("a", 1)), execute)
        with watched(store) as seen:
            decision = attrs.evolve(noting(ticket_of(opening("a", 1))), files=taking("a", *files).files)
            drive(ledger.save(decision), execute)
    assert ["UPDATE sc_tickets", "SELECT", "INSERT INTO", "UPDATE sc_files"] == words(seen)


def test_marking_is_one_statement(store: SqlStore) -> None:
    """However many notices are read; none is none, and so is asking for none and taking none."""
    ledger = store.ledger("noova")
    with store.begin(write=True) as execute, watched(store) as seen:
        drive(ledger.mark_read("ana", [f"r{number}" for number in range(50)], NOW), execute)
        drive(ledger.mark_read("ana", [], NOW), execute)
        assert frozenset() == drive(ledger.read_notices("ana", []), execute)
        assert () == drive(ledger.files([]), execute)
        drive(ledger.save(Decision()), execute)
    assert ["INSERT INTO"] == words(seen)


def test_what_is_looked_up_by_is_what_is_stored(store: SqlStore) -> None:
    """When a file is taken its columns change with its form: it is found under what it is now, and only there."""
    ledger, late = store.ledger("noova"), NOW + timedelta(days=1)
    now_kept = attrs.evolve(draft("f1", expires_at=None, blob="new", owner="eva", made_at=late), ticket="a")
    with store.begin(write=True) as execute:
        drive(ledger.put_draft(draft("f1", blob="old")), execute)
        drive(ledger.save(Decision(files=(now_kept,))), execute)
    with store._engine.connect() as connection:
        columns = "id, owner, ticket, blob, made_at, expires_at"
        (row,) = connection.exec_driver_sql(f"SELECT {columns} FROM sc_files").all()
    assert ("f1", "eva", "a", "new", "2026-03-05T05:06:07.089Z", None) == tuple(row)


@pytest.mark.parametrize(
    "dialect", [postgresql.dialect(), mysql.dialect(is_mariadb=True)], ids=["postgresql", "mariadb"]
)
def test_drafts_and_blobs_are_locked(dialect: Any) -> None:
    """On engines where a row can be locked, drafts that are to be taken are, by id, and blobs that are asked for so."""
    statements: Any = Statements(build_tables(), dialect.name)
    taken, blob, plain = (
        str(one.compile(dialect=dialect))
        for one in (statements.drafts_locked(2), statements.blob_locked, statements.blob)
    )
    assert "ORDER BY sc_files.id FOR UPDATE" in " ".join(taken.split())
    assert blob.endswith("FOR UPDATE")
    assert "FOR UPDATE" not in plain
