"""What somebody changed behind the desk's back is found, whatever it was, and never stops the search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supportcore import Actor, Desk, FrozenClock, open_store
from supportcore.storage.attempts import run
from tests.desk.machine import SMALL, equip

pytestmark = pytest.mark.store("sqlite")
DAMAGE = [
    ("delete from sc_tickets where number = 1", "is not there"),
    ("update sc_tickets set state = 'new' where number = 1", "column state"),
    ("update sc_tickets set wake_at = '2026-01-01T00:00:00.000Z' where number = 1", "column wake_at"),
    ("update sc_tickets set doc = 'not json' where number = 1", "cannot be read"),
    ("delete from sc_history where position = 2", "is due"),
    ("update sc_history set body = '{' where position = 2", "cannot be read"),
    ("update sc_history set body = '{}' where position = 2", "cannot be read"),
    ("update sc_history set version = 99 where position = 2", "cannot be"),
    ("update sc_history set command_id = 'x' where position = 2", "has no receipt"),
    ("delete from sc_contents where kind = 'note'", "is missing"),
    ("update sc_contents set body = 'other words' where kind = 'note'", "is not what is kept"),
    ("update sc_contents set audience = 'public' where kind = 'note'", "another position, audience or author"),
    ("update sc_contents set author = 'mallory' where kind = 'note'", "another position, audience or author"),
    ("update sc_receipts set version = 7", "its events"),
    ("delete from sc_receipts", "has no receipt"),
    ("delete from sc_rules", "missing"),
    ("update sc_rules set document = '{}'", "changed"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(f"sqlite:///{tmp_path}/desk.db")
    store.migrate()
    clock = FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    desk = Desk(SMALL, store, clock=clock)
    equip(desk)
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}))
    for _ in range(3):
        ticket = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"})).open({"subject": "x"}).id
        luis.note(ticket, "between us")
        luis.act(ticket, "ask", {"comment": "?"})
    clock.at = datetime(2026, 4, 2, 9, tzinfo=UTC)
    desk.run_due()
    yield desk
    store.close()


def test_a_sound_store_has_no_finding(desk: Desk) -> None:
    """Commands, notes and timers leave nothing to complain of."""
    report = desk.verify()
    assert (3, 15, ()) == (report.tickets, report.events, report.findings)


@pytest.mark.parametrize(("sql", "told"), DAMAGE, ids=[sql for sql, _ in DAMAGE])
def test_damage_is_found_and_the_rest_is_looked_at(desk: Desk, tmp_path: Path, sql: str, told: str) -> None:
    """Each kind of damage is a finding with its ticket, and the other tickets are verified all the same."""
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute(sql)
        connection.commit()
    report = desk.verify()
    assert told in " ".join(finding.what for finding in report.findings)
    assert report.tickets >= 2


def test_the_desks_of_a_store_are_known(desk: Desk) -> None:
    """A store tells which desks it holds."""
    assert ("small",) == run(desk.store, desk.store.desks, write=False)
