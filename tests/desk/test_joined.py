"""A joined desk works inside the host's transaction: the host's rows and ours, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from supportcore import Actor, Desk, FrozenClock
from supportcore.errors import JoinedOnly, NoTransaction, StaleVersion
from supportcore.storage import open_store
from tests.desk.machine import SMALL, equip

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})
META = sa.MetaData()
ORDERS = sa.Table("orders", META, sa.Column("id", sa.Integer, primary_key=True), sa.Column("ticket", sa.String(64)))

pytestmark = pytest.mark.store("sqlite")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    META.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: sa.Engine) -> Iterator[Desk]:
    store = open_store(engine)
    store.migrate()
    desk = Desk(SMALL, store, clock=FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
    equip(desk)
    yield desk
    store.close()


def rows(engine: sa.Engine) -> dict[str, int]:
    """How many rows every table holds."""
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.exec_driver_sql(f'select count(*) from "{name}"').scalar_one() for name in names}


def test_the_hosts_rollback_undoes_everything(engine: sa.Engine, desk: Desk) -> None:
    """Ticket, history, content, number, outbox and receipt go with the host's own row."""
    before = rows(engine)
    with Session(engine) as session:
        session.execute(ORDERS.insert().values(id=1, ticket="?"))
        receipt = desk.joined(session).acting_as(ANA).open({"subject": "x", "description": "words"})
        assert 1 == receipt.number
        session.rollback()
    assert before == rows(engine)
    assert 1 == desk.acting_as(ANA).open({"subject": "y"}).number


def test_the_hosts_commit_keeps_everything(engine: sa.Engine, desk: Desk) -> None:
    """After the host's commit both are there, and the histories verify."""
    with Session(engine) as session, session.begin():
        joined = desk.joined(session)
        receipt = joined.acting_as(ANA).open({"subject": "x", "description": "words"})
        joined.acting_as(LUIS).act(receipt.id, "ask", {"comment": "?"})
        session.execute(ORDERS.insert().values(id=1, ticket=receipt.id))
    assert ("asking", 1) == (desk.acting_as(ANA).get(receipt.id).state, rows(engine)["orders"])
    assert () == desk.verify().findings


def test_a_refusal_leaves_the_hosts_transaction_alone(engine: sa.Engine, desk: Desk) -> None:
    """A command that is refused undoes itself; the host goes on and commits."""
    with Session(engine) as session, session.begin():
        session.execute(ORDERS.insert().values(id=1, ticket="none"))
        with pytest.raises(ValueError, match="subject"):
            desk.joined(session).acting_as(ANA).open({})
        desk.joined(session).acting_as(ANA).open({"subject": "second try"})
    assert (1, 1) == (rows(engine)["orders"], desk.acting_as(ANA).count())


def test_a_connection_works_as_a_session_does(engine: sa.Engine, desk: Desk) -> None:
    """A Core connection in a transaction is joined the same way."""
    with engine.connect() as connection:
        transaction = connection.begin()
        desk.joined(connection).acting_as(ANA).open({"subject": "x"})
        transaction.rollback()
    assert 0 == desk.acting_as(ANA).count()


def test_no_transaction_is_refused(engine: sa.Engine, desk: Desk) -> None:
    """A session or connection that has begun nothing is refused, and so is AUTOCOMMIT; nothing is stored."""
    before = rows(engine)
    with Session(engine) as session, pytest.raises(NoTransaction):
        desk.joined(session)
    with engine.connect() as connection, pytest.raises(NoTransaction):
        desk.joined(connection)
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        connection.begin(),
        pytest.raises(NoTransaction),
    ):
        desk.joined(connection).acting_as(ANA).open({"subject": "x"})
    assert before == rows(engine)


def test_a_stale_version_is_told_once_and_never_loops(engine: sa.Engine, desk: Desk) -> None:
    """What was seen is outdated: one refusal with the events since, however it is joined."""
    receipt = desk.acting_as(ANA).open({"subject": "x"})
    desk.acting_as(ANA).reply(receipt.id, "more")
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with Session(engine) as session, session.begin():
        with pytest.raises(StaleVersion) as stale:
            desk.joined(session).acting_as(LUIS).act(receipt.id, "take", seen_version=1)
        assert ["Replied"] == [type(event).__name__ for event in stale.value.events]
    assert len(statements) < 10


def test_workers_refuse_a_joined_desk(engine: sa.Engine, desk: Desk) -> None:
    """`run_due` and `deliver` commit by themselves, so they are refused inside a host's transaction."""
    with Session(engine) as session, session.begin():
        joined = desk.joined(session)
        for verb in (joined.run_due, lambda: joined.deliver(print)):
            with pytest.raises(JoinedOnly):
                verb()


def test_rules_installed_in_a_rolled_back_transaction_are_not_taken_for_stored(engine: sa.Engine) -> None:
    """A joined install that the host rolls back leaves the desk refusing to open, rather than opening without rules."""
    store = open_store(engine, prefix="other_")
    store.migrate()
    desk = Desk(SMALL, store)
    with Session(engine) as session:
        session.begin()
        equip(desk.joined(session))
        desk.joined(session).acting_as(ANA).open({"subject": "x"})
        session.rollback()
    with pytest.raises(Exception, match="install"):
        desk.acting_as(ANA).open({"subject": "x"})
    store.close()


def test_two_prefixes_live_side_by_side(engine: sa.Engine, desk: Desk) -> None:
    """Two stores in one database, told apart by the prefix of their tables, do not see one another."""
    store = open_store(engine, prefix="two_")
    store.migrate()
    two: Any = Desk(SMALL, store, clock=FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
    equip(two)
    desk.acting_as(ANA).open({"subject": "x"})
    assert (1, 0) == (desk.acting_as(ANA).count(), two.acting_as(ANA).count())
    store.close()
