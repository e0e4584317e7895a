"""Joining: our rows and the host's, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from supportcore.errors import CannotJoin, NoTransaction, StoreError, TransactionLost
from supportcore.storage.ports import Conflict, drive
from supportcore_sql import SqlStore
from supportcore_sql.engines import read_url
from tests.sql.samples import noting, opening, ticket_of

pytestmark = pytest.mark.store("sqlite")

TABLES = ("sc_tickets", "sc_history", "sc_contents", "sc_outbox", "sc_receipts", "sc_numbers", "host")


def legacy(file: Path) -> sa.Engine:
    """Return an engine as SQLAlchemy makes it: the driver begins transactions, too late for a savepoint."""
    return sa.create_engine(f"sqlite:///{file}")


def recipe(file: Path) -> sa.Engine:
    """Return an engine by SQLAlchemy's recipe: an event begins transactions."""
    engine = sa.create_engine(f"sqlite:///{file}")
    sa.event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


@pytest.fixture(params=[legacy, recipe])
def engine(request: pytest.FixtureRequest, store: SqlStore, file: Path) -> Iterator[sa.Engine]:
    """
    A host's engine on the store's database, where the host has a table, too.
    """
    engine = request.param(file)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE host (x)")
    yield engine
    engine.dispose()


@pytest.fixture
def hosted(engine: sa.Engine) -> SqlStore:
    """
    A store on the host's engine.
    """
    return SqlStore(engine)


def save(joined: Any, decision: Any) -> None:
    with joined.begin(write=True) as execute:
        drive(joined.ledger("noova").next_numbers(), execute)
        drive(joined.ledger("noova").save(decision), execute)


def stored(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in TABLES]


@pytest.mark.parametrize("host", [orm.Session, sa.Engine.connect])
def test_host_decides(engine: sa.Engine, hosted: SqlStore, host: Any) -> None:
    """What a host rolls back is undone in every table, what it commits is there, of ours as of its own."""
    for end, expected in (("rollback", [0] * 7), ("commit", [1] * 7)):
        with host(engine) as session:
            session.begin()
            save(hosted.join(session), opening("a", 1))
            session.execute(sa.text("INSERT INTO host VALUES (1)"))
            getattr(session, end)()
        assert expected == stored(engine)


def test_reading_first_is_rolled_back_too(engine: sa.Engine, hosted: SqlStore) -> None:
    """A savepoint that is the first thing in a transaction does not commit when it is released."""
    with engine.connect() as connection:
        transaction = connection.begin()
        joined = hosted.join(connection)
        with joined.begin(write=False) as execute:
            assert drive(joined.ledger("noova").ticket("a"), execute) is None
        save(joined, opening("a", 1))
        transaction.rollback()
    assert [0] * 7 == stored(engine)


def test_failure_leaves_the_host_its_own(engine: sa.Engine, hosted: SqlStore) -> None:
    """What fails is undone to the savepoint; the host's rows stay, and it may go on."""
    with orm.Session(engine) as session, session.begin():
        session.execute(sa.text("INSERT INTO host VALUES (1)"))
        joined = hosted.join(session)
        save(joined, opening("a", 1))
        with pytest.raises(Conflict) as caught:
            save(joined, opening("b", 1))
        assert not caught.value.lost
        with pytest.raises(ZeroDivisionError), joined.begin(write=True) as execute:
            drive(joined.ledger("noova").save(opening("c", 3)), execute)
            raise ZeroDivisionError
    assert [1] * 7 == stored(engine)


def test_stale_version_is_told_once(engine: sa.Engine, hosted: SqlStore) -> None:
    """A stale version is one conflict; nothing is read again or repeated."""
    first = opening("a", 1)
    with engine.begin() as connection:
        joined = hosted.join(connection)
        save(joined, first)
        save(joined, noting(ticket_of(first)))
        with pytest.raises(Conflict):
            save(joined, noting(ticket_of(first)))
    assert [1, 2] == stored(engine)[:2]


def test_host_without_transaction_is_refused(engine: sa.Engine, hosted: SqlStore) -> None:
    """A session or connection that is in no transaction is refused, with what to do."""
    with orm.Session(engine) as session, pytest.raises(NoTransaction, match="begin"):
        hosted.join(session)
    with engine.connect() as connection, pytest.raises(NoTransaction, match="begin"):
        hosted.join(connection)


def test_what_is_no_host_is_refused(engine: sa.Engine, hosted: SqlStore) -> None:
    """An engine, or anything else, cannot be joined."""
    for host in (engine, None, "session"):
        with pytest.raises(StoreError):
            hosted.join(host)


def autocommit_option(file: Path) -> sa.Engine:
    return legacy(file).execution_options(isolation_level="AUTOCOMMIT")


def autocommit_engine(file: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT")


def autocommit_driver(file: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{file}", connect_args={"isolation_level": None})


@pytest.mark.parametrize("make", [autocommit_option, autocommit_engine, autocommit_driver])
def test_autocommit_is_refused(store: SqlStore, file: Path, make: Any) -> None:
    """A host in AUTOCOMMIT, however it came about, is refused before anything is written."""
    engine = make(file)
    for host in (sa.Engine.connect, orm.Session):
        with host(engine) as session:
            session.begin()
            with pytest.raises(NoTransaction, match="AUTOCOMMIT"):
                save(SqlStore(engine).join(session), opening("a", 1))
    with engine.connect() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM sc_tickets").scalar()
    engine.dispose()


@pytest.mark.parametrize("host", [orm.Session, sa.Engine.connect])
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_joined_store_ends_with_its_transaction(engine: sa.Engine, hosted: SqlStore, host: Any, end: str) -> None:
    """After the host's transaction has ended the joined store writes neither outside of one nor in the next."""
    with host(engine) as session:
        session.begin()
        joined = hosted.join(session)
        save(joined, opening("a", 1))
        getattr(session, end)()
        before = stored(engine)
        with pytest.raises(NoTransaction):
            save(joined, opening("b", 2))
        session.begin()
        with pytest.raises(NoTransaction):
            save(joined, opening("b", 2))
        session.commit()
    assert before == stored(engine)


def test_transaction_rolled_back_underneath_is_lost(engine: sa.Engine, hosted: SqlStore) -> None:
    """Where the database itself rolled back, every further call says so, on this joined store and on a new one."""
    with engine.connect() as connection:
        transaction = connection.begin()
        joined = hosted.join(connection)
        save(joined, opening("a", 1))
        connection.connection.driver_connection.execute("ROLLBACK")
        for again in (lambda: joined, lambda: joined, lambda: hosted.join(connection)):
            with pytest.raises(TransactionLost):
                save(again(), opening("b", 2))
        transaction.rollback()
    assert [0] * 7 == stored(engine)


def test_savepoint_that_vanishes_is_lost(engine: sa.Engine, hosted: SqlStore) -> None:
    """A transaction that goes away in the middle of a call is lost, even when the call fails for another reason."""
    with engine.connect() as connection:
        transaction = connection.begin()
        joined = hosted.join(connection)
        with pytest.raises(TransactionLost), joined.begin(write=True) as execute:
            drive(joined.ledger("noova").save(opening("a", 1)), execute)
            connection.connection.driver_connection.execute("ROLLBACK")
            raise ZeroDivisionError
        with pytest.raises(TransactionLost):
            save(joined, opening("b", 2))
        transaction.rollback()
    assert [0] * 7 == stored(engine)


def test_stale_snapshot_is_lost(engine: sa.Engine, hosted: SqlStore, store: SqlStore) -> None:
    """A transaction that read before somebody else wrote can never write, so it is lost and not tried again."""
    with engine.connect() as connection:
        transaction = connection.begin()
        if not connection.connection.driver_connection.in_transaction:
            connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM sc_tickets").scalar()
        with store.begin(write=True) as execute:
            drive(store.ledger("noova").save(opening("z", 9)), execute)
        joined = hosted.join(connection)
        for _ in range(2):
            with pytest.raises(TransactionLost):
                save(joined, opening("a", 1))
        transaction.rollback()


def test_session_that_must_be_rolled_back_is_lost(engine: sa.Engine, hosted: SqlStore) -> None:
    """A session whose flush failed is told as lost."""
    base: Any = orm.declarative_base()

    class Thing(base):  # type: ignore[misc]
        __tablename__ = "things"
        id = sa.Column(sa.Integer, primary_key=True)

    base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        session.begin()
        joined = hosted.join(session)
        save(joined, opening("a", 1))
        session.add(Thing(id=1))
        session.flush()
        session.expunge_all()
        session.add(Thing(id=1))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        with pytest.raises((TransactionLost, NoTransaction)):
            save(joined, opening("b", 2))
        session.rollback()
    assert [0] * 7 == stored(engine)


def test_hosts_own_savepoint_may_be_rolled_back(engine: sa.Engine, hosted: SqlStore) -> None:
    """A host may go back to a savepoint of its own; the joined store goes on from there."""
    with orm.Session(engine) as session, session.begin():
        joined = hosted.join(session)
        save(joined, opening("a", 1))
        savepoint = session.begin_nested()
        save(joined, opening("b", 2))
        savepoint.rollback()
        save(joined, opening("c", 2))
    assert 2 == stored(engine)[0]


def test_schema_is_checked_inside_the_hosts_transaction(tmp_path: Path) -> None:
    """Missing tables are told in a joined store, too, and the host may go on."""
    from supportcore.errors import SchemaMissing

    engine = legacy(tmp_path / "host.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE host (x)")
        with pytest.raises(SchemaMissing):
            save(SqlStore(engine).join(connection), opening("a", 1))
        connection.exec_driver_sql("INSERT INTO host VALUES (1)")
    with engine.connect() as connection:
        assert 1 == connection.exec_driver_sql("SELECT count(*) FROM host").scalar()
    engine.dispose()


def test_joined_store_keeps_hands_off(engine: sa.Engine, hosted: SqlStore) -> None:
    """A joined store says that it is one, does not migrate, and closing it closes nothing."""
    with engine.begin() as connection:
        joined = hosted.join(connection)
        assert (True, False, hosted.url) == (joined.joined, hosted.joined, joined.url)
        with pytest.raises(StoreError):
            joined.migrate()
        joined.close()
        save(joined, opening("a", 1))
    assert 1 == stored(engine)[0]


def test_a_connection_to_another_database_is_not_joined(store: SqlStore, tmp_path: Path) -> None:
    """What leads to another file is refused, with both named; and so is what leads nowhere."""
    told = r"desk\.db, and the connection leads to .*other\.db"
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with engine.connect() as other, other.begin(), pytest.raises(CannotJoin, match=told):
        store.join(other)
    for nothing in (None, store, engine):
        with pytest.raises(CannotJoin, match="takes a SQLAlchemy Connection or Session, not"):
            store.join(nothing)
    engine.dispose()


@pytest.mark.store("postgresql")
def test_a_connection_to_another_database_of_a_server_is_not_joined(postgresql_url: str) -> None:
    """Of servers the name of the database counts, by whatever name the server goes."""
    url = read_url(postgresql_url)
    store = SqlStore(url.render_as_string(hide_password=False))
    engine = sa.create_engine(url.set(database="postgres"))
    told = r"the connection leads to .*/postgres"
    with engine.connect() as other, other.begin(), pytest.raises(CannotJoin, match=told):
        store.join(other)
    engine.dispose()
    store.close()
