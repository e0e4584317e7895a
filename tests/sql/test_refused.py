"""Servers that do not answer, do not let us in, or hold what is not ours: what is said, and that nothing changes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from supportcore.errors import (
    BadTarget,
    SchemaMissing,
    SchemaNewer,
    StoreDenied,
    StoreUnreachable,
    StoreUnreadable,
    StoreUnsuitable,
)
from supportcore.storage.ports import drive
from supportcore_sql.tables import REVISIONS
from tests.servers.common import free_port
from tests.sql.reaching import (
    DRIVERS,
    PASSWORD,
    begun,
    contents_of,
    database_on,
    engine_on,
    opened,
    refused,
    url_of,
)

pytestmark = pytest.mark.parametrize("driver", DRIVERS)


@pytest.fixture
def url(request: pytest.FixtureRequest, driver: str) -> sa.URL:
    return url_of(request, driver)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which connections are accepted, and never greeted."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


# -- nobody answers


def test_nobody_listens(driver: str, url: sa.URL, caplog: Any) -> None:
    """A refused connection is told with host and user."""
    port = free_port()
    error = refused(driver, url.set(port=port, password=PASSWORD), StoreUnreachable, caplog)
    assert f"supportcore:***@127.0.0.1:{port}/supportcore" in str(error)
    assert " does not answer: " in str(error)
    assert isinstance(error, ConnectionError)


def test_a_server_that_accepts_and_never_speaks(driver: str, url: sa.URL, silent_port: int, caplog: Any) -> None:
    """Waiting for a greeting ends after the time the URL allows; without a limit this test would not end."""
    refused(driver, url.set(port=silent_port, password=PASSWORD), StoreUnreachable, caplog, attempts=1)


def test_an_address_that_nobody_routes(driver: str, url: sa.URL) -> None:
    """Waiting for an answer from nowhere ends too."""
    refused(driver, url.set(host="203.0.113.1", password=PASSWORD), StoreUnreachable, attempts=1)


def test_a_name_that_does_not_resolve(driver: str, url: sa.URL) -> None:
    """A host that nobody knows is named."""
    error = refused(driver, url.set(host="nowhere.invalid", password=PASSWORD), StoreUnreachable)
    assert "@nowhere.invalid:" in str(error)


def test_waiting_is_bounded_for_a_connection_and_not_for_a_statement(driver: str, url: sa.URL) -> None:
    """A statement may take longer than connecting may."""
    sleep = "SELECT pg_sleep(1.6)" if url.get_backend_name() == "postgresql" else "SELECT SLEEP(1.6)"
    with database_on(url, "slow", "") as place, opened(driver, place) as store:
        store.migrate()
        with store.begin(write=False) as execute:
            assert 1 == len(execute((sa.text(sleep), {})).all())
        store.close()


# -- we are not let in


def test_a_wrong_password(driver: str, url: sa.URL, caplog: Any) -> None:
    """It is told with the user, without the password."""
    error = refused(driver, url.set(password=PASSWORD), StoreDenied, caplog)
    assert "supportcore:***@127.0.0.1" in str(error)
    assert isinstance(error, PermissionError)


def test_a_password_among_the_options(driver: str, url: sa.URL, caplog: Any) -> None:
    """It is a password all the same: the right one lets us in, a wrong one is not repeated."""
    plain = sa.URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    refused(driver, plain.update_query_dict({"password": PASSWORD}), StoreDenied, caplog)
    right = plain.update_query_dict({"password": url.password or ""})
    with opened(driver, right, prefix="none_") as store, pytest.raises(SchemaMissing):
        begun(store, write=False)


def test_a_user_who_does_not_exist(driver: str, url: sa.URL) -> None:
    """Servers do not tell whether it is the user or the password."""
    assert "nobody" in str(refused(driver, url.set(username="nobody", password=PASSWORD), StoreDenied))


def test_a_database_that_does_not_exist(driver: str, url: sa.URL) -> None:
    """It is named, and not made."""
    error = refused(driver, url.set(database="nosuch"), StoreUnreadable)
    assert "/nosuch" in str(error)
    assert "nosuch" in error.params["why"]


def test_an_option_the_driver_does_not_know(driver: str, url: sa.URL) -> None:
    """A slip in the options of the URL is told as that."""
    error = refused(driver, url.set(password=PASSWORD).update_query_dict({"nonsense": "1"}), BadTarget)
    assert "the driver does not take these options" in str(error)
    assert "nonsense" in error.params["why"]


def test_a_time_that_is_no_number(driver: str, url: sa.URL) -> None:
    """A limit that cannot be read is refused before anything is connected."""
    with (
        pytest.raises(BadTarget, match="connect_timeout= in the URL is a number of seconds"),
        opened(driver, url.update_query_dict({"connect_timeout": "soon"})),
    ):
        pass


def test_a_user_without_rights(driver: str, url: sa.URL) -> None:
    """Who may connect and not read is told so; who may read and not write can read."""
    mariadb = url.get_backend_name() == "mariadb"
    who = "'guest'@'127.0.0.1'" if mariadb else "guest"
    guest = url.set(username="guest", password=PASSWORD)
    with engine_on(url) as engine, engine.connect() as connection, database_on(url, "rights", "") as place:
        run = connection.exec_driver_sql
        run(f"DROP {'USER' if mariadb else 'ROLE'} IF EXISTS {who}")
        run(f"CREATE USER {who} {'IDENTIFIED BY' if mariadb else 'PASSWORD'} '{PASSWORD}'")
        with opened(driver, place) as store:
            store.migrate()
        if mariadb:
            run(f"GRANT CREATE ON rights.* TO {who}")
        try:
            error = refused_to_use(driver, guest.set(database="rights"))
            assert "guest:***@127.0.0.1" in str(error)
            with engine_on(place) as inside, inside.connect() as there:
                tables = "rights.*" if mariadb else "ALL TABLES IN SCHEMA public"
                there.exec_driver_sql(f"GRANT SELECT ON {tables} TO {who}")
            with opened(driver, guest.set(database="rights")) as store:
                with store.begin(write=False) as execute:
                    assert () == drive(store.ledger("a").ticket_ids("", 9), execute)
                with pytest.raises(StoreDenied), store.begin(write=True) as execute:
                    drive(store.ledger("a").put_rules("h", "{}"), execute)
        finally:
            if mariadb:
                run(f"DROP USER {who}")
            else:
                with engine_on(place) as inside, inside.connect() as there:
                    there.exec_driver_sql(f"DROP OWNED BY {who}")
                run(f"DROP USER {who}")


def refused_to_use(driver: str, url: sa.URL) -> StoreDenied:
    with opened(driver, url) as store, pytest.raises(StoreDenied) as caught:
        begun(store, write=False)
    return caught.value


# -- it holds what is not ours


@pytest.mark.parametrize("made", ["TABLE {} (subject VARCHAR(9))", "VIEW {} AS SELECT 1 AS subject"])
@pytest.mark.parametrize("name", ["sc_tickets", "sc_schema_version"])
def test_foreign_tables_of_our_names(driver: str, url: sa.URL, made: str, name: str) -> None:
    """A table or view of one of our names, which we did not make, is neither used nor changed."""
    with database_on(url, "foreigners", "") as place:
        with engine_on(place) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE {made.format(name)}")
        before = contents_of(place)
        error = refused(driver, place, StoreUnsuitable)
        assert f"already has a table {name}" in str(error)
        assert "give another prefix than 'sc_'" in str(error)
        assert before == contents_of(place)
        with opened(driver, place, prefix="hd_") as store:
            store.migrate()
            begun(store, write=True)


def test_a_newer_schema(driver: str, url: sa.URL) -> None:
    """Tables of a later release are told with both revisions, in a schema of PostgreSQL as well."""
    schema = "support" if url.get_backend_name() == "postgresql" else None
    with database_on(url, "versions", "") as place:
        with opened(driver, place, schema=schema) as store:
            store.migrate()
        version = sa.table("sc_schema_version", sa.column("version_num"), schema=schema)
        with engine_on(place) as engine, engine.connect() as connection:
            connection.execute(version.update().values(version_num="sc_9999"))
        before = contents_of(place, schema)
        error = refused(driver, place, SchemaNewer, schema=schema)
        assert ("sc_9999", REVISIONS[-1]) == (error.params["found"], error.params["known"])
        assert before == contents_of(place, schema)


def test_tables_of_the_revision_before(driver: str, url: sa.URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of an earlier release are to be upgraded, by a command that needs no asynchronous driver."""
    with database_on(url, "versions", "") as place:
        with opened(driver, place) as store:
            store.migrate()
        monkeypatch.setattr("supportcore_sql.database.REVISIONS", (*REVISIONS, "sc_9999"))
        with opened(driver, place) as store, pytest.raises(SchemaMissing, match="older than this release") as caught:
            begun(store, write=False)
    scheme = url.get_backend_name()
    assert f"`supportcore migrate --store {scheme}://supportcore:***@127.0.0.1:" in str(caught.value)
