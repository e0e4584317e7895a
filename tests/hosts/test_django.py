"""The bridge to Django: its ``atomic()`` decides about our rows as about its own, and nothing of its own is changed."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore import Actor, Desk, Refused
from supportcore.errors import Busy, NoTransaction, TransactionLost
from supportcore.storage.owned import HostOwned
from supportcore_sql import django as bridge
from tests.desk.machine import SMALL, equip
from tests.hosts.sites import atomic, django_site, fresh_database, note, prepare, rows
from tests.stores import server_url

ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})


def test_django_decides(django: Any, desk: Desk) -> None:
    """What Django rolls back is undone in every table of ours as of its own; what it commits is there."""
    before = rows(django)
    with pytest.raises(ZeroDivisionError), atomic():
        note(django)
        assert 1 == bridge.joined(desk).acting_as(ANA).open({"subject": "x", "description": "ñ 🦤"}).number
        assert 1 == bridge.joined(desk).acting_as(LUIS).count()
        raise ZeroDivisionError
    assert before == rows(django)
    with atomic():
        note(django)
        case = bridge.joined(desk).acting_as(ANA).open({"subject": "x", "description": "ñ 🦤"})
        bridge.joined(desk).acting_as(LUIS).act(case.id, "ask", {"comment": "¿?"})
    assert (1, 1) == (rows(django)["host"], rows(django)["sc_tickets"])
    assert ["ñ 🦤", "¿?"] == [one.text for one in desk.acting_as(ANA).timeline(case.id) if one.text]
    with atomic():
        assert desk.acting_as(ANA).get(case.id) == bridge.joined(desk).acting_as(ANA).get(case.id)
        assert desk.acting_as(ANA).timeline(1) == bridge.joined(desk).acting_as(ANA).timeline(1)
        assert [case.id] == [one.id for one in bridge.joined(desk).acting_as(LUIS).find(sort="due_at").items]
    assert () == desk.verify().findings


def test_a_block_within_a_block(django: Any, desk: Desk) -> None:
    """What an inner block rolls back is gone, and the outer one goes on with the same joined desk."""
    with atomic():
        joined = bridge.joined(desk).acting_as(ANA)
        joined.open({"subject": "kept"})
        with pytest.raises(ZeroDivisionError), atomic():
            joined.open({"subject": "undone"})
            raise ZeroDivisionError
        joined.open({"subject": "kept, too"})
    assert {"kept", "kept, too"} == {one.subject for one in desk.acting_as(LUIS).find().items}
    assert () == desk.verify().findings


def test_a_refusal_leaves_django_its_own(django: Any, desk: Desk) -> None:
    """A refused command undoes itself; Django's block goes on and commits."""
    with atomic():
        note(django)
        with pytest.raises(Refused):
            bridge.joined(desk).acting_as(ANA).open({})
        bridge.joined(desk).acting_as(ANA).open({"subject": "second try"})
    assert (1, 1) == (rows(django)["host"], desk.acting_as(LUIS).count())


def test_outside_of_a_block_is_refused(django: Any, desk: Desk) -> None:
    """Without ``atomic()``, in the block of a test case, and after its own block, a joined desk writes nothing."""
    with pytest.raises(NoTransaction, match=r"atomic\(\)"):
        bridge.joined(desk)
    test_case = atomic()
    test_case._from_testcase = True
    with test_case:
        with pytest.raises(NoTransaction):
            bridge.joined(desk)
        with atomic():
            joined = bridge.joined(desk).acting_as(ANA)
            joined.open({"subject": "x"})
        with pytest.raises(NoTransaction):
            joined.open({"subject": "y"})
    with pytest.raises(NoTransaction):
        joined.open({"subject": "y"})
    with atomic(), pytest.raises(NoTransaction):
        joined.open({"subject": "y"})
    assert 1 == desk.acting_as(LUIS).count()


def test_a_block_that_must_roll_back_is_lost(django: Any, desk: Desk) -> None:
    """A block that Django has marked cannot be joined any more."""
    from django.db import transaction

    with atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionLost):
            bridge.joined(desk)
    with atomic():
        bridge.joined(desk).acting_as(ANA).open({"subject": "x"})
    assert 1 == desk.acting_as(LUIS).count()


def end(django: Any) -> None:
    """Take Django's transaction away from under it."""
    raw = django.connection
    if django.vendor == "sqlite":
        raw.execute("ROLLBACK")
        return
    kill = ("SELECT pg_terminate_backend({})", raw.info.backend_pid) if django.vendor == "postgresql" else None
    kill = kill or ("KILL {}", raw.thread_id())
    other = bridge.store()._engine
    with other.connect() as connection:
        connection.exec_driver_sql(kill[0].format(kill[1]))
    other.dispose()


def test_a_host_that_goes_on_commits_no_half(django: Any, desk: Desk) -> None:
    """After `TransactionLost` Django refuses every statement and rolls back, inside whatever blocks it is."""
    from django.db import Error

    before = rows(django)
    with atomic():
        note(django)
        joined = bridge.joined(desk).acting_as(ANA)
        joined.open({"subject": "x"})
        with atomic():
            end(django)
            for acting in (joined, joined):
                with pytest.raises(TransactionLost):
                    acting.open({"subject": "y"})
        with pytest.raises(Error):
            note(django)
        with pytest.raises(TransactionLost):
            bridge.joined(desk)
    assert before == rows(django)
    with atomic():
        note(django)
        bridge.joined(desk).acting_as(ANA).open({"subject": "z"})
    assert (1, ["z"]) == (rows(django)["host"], [one.subject for one in desk.acting_as(LUIS).find().items])


@pytest.mark.store("mariadb")
def test_a_deadlock_loses_the_whole_block(request: pytest.FixtureRequest) -> None:
    """MariaDB undoes all of a deadlock's victim; a host that catches the error cannot commit what comes after."""
    from django.db import Error

    with fresh_database(server_url(request, "mariadb")) as url:
        prepare(url)
        with django_site(url) as connections:
            desk = Desk(SMALL, bridge.store())
            equip(desk)
            one, two = (desk.acting_as(ANA).open({"subject": name}).id for name in "ab")
            engine = sa.create_engine(sa.make_url(url).set(drivername="mariadb+pymysql"))
            lock = sa.text("UPDATE sc_tickets SET version = version WHERE desk = 'small' AND id = :id")
            with engine.connect() as other, other.begin() as transaction:
                # The victim is whoever has changed less.
                other.execute(sa.text("INSERT INTO host VALUES (1)"), [{} for _ in range(99)])
                other.execute(lock, {"id": two})
                with atomic():
                    note(connections["default"])
                    joined = bridge.joined(desk).acting_as(ANA)
                    joined.reply(one, "first")
                    waiting = Thread(target=other.execute, args=(lock, {"id": one}))
                    waiting.start()
                    with pytest.raises(TransactionLost):
                        joined.reply(two, "second")
                    waiting.join()
                    with pytest.raises(Error):
                        note(connections["default"])
                transaction.rollback()
            engine.dispose()
            assert 0 == rows(connections["default"])["host"]
            assert 2 == len(desk.feed())
            desk.store.close()


@pytest.mark.store("postgresql")
def test_a_serialization_failure_loses_the_whole_block(request: pytest.FixtureRequest) -> None:
    """At REPEATABLE READ a ticket that somebody else changed cannot be changed any more in this transaction."""
    with fresh_database(server_url(request, "postgresql")) as url:
        prepare(url)
        with django_site(url) as connections:
            desk = Desk(SMALL, bridge.store())
            equip(desk)
            case = desk.acting_as(ANA).open({"subject": "x"})
            with atomic():
                with connections["default"].cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                note(connections["default"])
                desk.acting_as(LUIS).reply(case.id, "in between")
                with pytest.raises(TransactionLost):
                    bridge.joined(desk).acting_as(ANA).reply(case.id, "too late")
            assert 0 == rows(connections["default"])["host"]
            assert 2 == desk.acting_as(ANA).get(case.id).version
            desk.store.close()


def test_somebody_faster_is_told_and_django_goes_on(django: Any, desk: Desk) -> None:
    """A conflict that loses nothing is `Busy`, once, and what Django did before stays."""
    if django.vendor == "sqlite":
        pytest.skip("on SQLite one writes at a time")
    with atomic():
        note(django)
        other = bridge.store()
        engine = other._engine
        with engine.connect() as connection, connection.begin():
            waits = "SET LOCAL lock_timeout = '100ms'" if django.vendor == "postgresql" else None
            waits = waits or "SET SESSION innodb_lock_wait_timeout = 1"
            with django.cursor() as cursor:
                cursor.execute(waits)
            connection.exec_driver_sql("UPDATE sc_numbers SET n = n")
            connection.exec_driver_sql("INSERT INTO sc_numbers (desk, name, n) VALUES ('small', 'ticket', 5)")
            with pytest.raises(Busy):
                bridge.joined(desk).acting_as(ANA).open({"subject": "x"})
        engine.dispose()
    assert (1, 0) == (rows(django)["host"], desk.acting_as(LUIS).count())


def test_djangos_connection_is_left_as_it_was(django: Any, desk: Desk) -> None:
    """Functions, JSON, instants, collation and the way Django begins transactions are the same before and after."""

    def look() -> list[Any]:
        said = {
            "sqlite": ["SELECT 12 REGEXP '^1', NULL REGEXP 'a', django_date_trunc('year', '2026-03-02', NULL, NULL)"],
            "postgresql": ["""SELECT '{"a": 1}'::jsonb, now()::timestamptz(0) = now()::timestamptz(0)""",
                           "SHOW transaction_isolation", "SHOW TimeZone"],
            "mysql": ["SELECT @@collation_connection, @@character_set_results, @@session.sql_mode",
                      "SELECT @@tx_isolation, @@time_zone, '12' REGEXP '^1'"],
        }  # fmt: skip
        found = []
        with django.cursor() as cursor:
            for each in said[django.vendor]:
                cursor.execute(each)
                found.append(cursor.fetchone())
        return [*found, django.get_autocommit(), django.in_atomic_block]

    if django.vendor == "mysql":
        with django.cursor() as cursor:  # as a site may by `init_command`
            cursor.execute("SET collation_connection = utf8mb4_bin")
    before = look()
    with atomic():
        bridge.joined(desk).acting_as(ANA).open({"subject": "x"})
    assert before == look()


def test_a_wrapped_store_is_joined_likewise(django: Any, desk: Desk) -> None:
    """A desk whose store is wrapped is joined as any other."""
    wrapped = Desk(SMALL, HostOwned(desk.store, {}))
    with pytest.raises(ZeroDivisionError), atomic():
        bridge.joined(wrapped).acting_as(ANA).open({"subject": "x"})
        raise ZeroDivisionError
    assert 0 == wrapped.acting_as(LUIS).count()


def test_threads_have_connections_of_their_own(django: Any, desk: Desk) -> None:
    """As many threads as Django has connections may join one desk at the same time."""
    from django.db import connections

    def work(subject: str) -> None:
        try:
            for _ in range(3):
                with atomic():
                    bridge.joined(desk).acting_as(ANA).open({"subject": subject})
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    failed: list[BaseException] = []
    threads = [Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed
    assert list(range(1, 13)) == sorted(one.number for one in desk.acting_as(LUIS).find().items)
