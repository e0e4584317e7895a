"""
Opening stores that will not do, on every driver, and what they say.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from supportcore import open_async_store, open_store
from supportcore.errors import StoreError
from supportcore.testing.blocking import Background, BlockingStore

E = TypeVar("E", bound=StoreError)

PASSWORD = "wr0ng-w0rd"
POSTGRESQL = ("postgresql", "postgresql-async", "postgresql+asyncpg-async")
MARIADB = ("mariadb", "mariadb-async")
DRIVERS = tuple(
    pytest.param(name, marks=pytest.mark.store(name.partition("+")[0].partition("-")[0]))
    for name in (*POSTGRESQL, *MARIADB)
)
"""Schemes; those that end in ``-async`` are opened by `open_async_store`."""


def url_of(request: pytest.FixtureRequest, driver: str) -> sa.URL:
    """Return the URL of the tests' server for a name out of `DRIVERS`."""
    scheme = driver.removesuffix("-async")
    url = sa.make_url(request.getfixturevalue(f"{scheme.partition('+')[0]}_url"))
    return url.set(drivername=scheme).update_query_dict({"connect_timeout": "1"})


@contextmanager
def opened(driver: str, target: Any, **options: Any) -> Iterator[Any]:
    """Open a store on a URL or engine, behind synchronous methods."""
    if isinstance(target, sa.URL):
        target = target.render_as_string(hide_password=False)
    if driver.endswith("-async"):
        with Background() as background:
            store = BlockingStore(open_async_store(target, **options), background)
            try:
                yield store
            finally:
                store.close()
    else:
        ours = open_store(target, **options)
        try:
            yield ours
        finally:
            ours.close()


def refused(driver: str, target: Any, kind: type[E], caplog: Any = None, *, attempts: int = 3, **options: Any) -> E:
    """
    Return the error with which reading, writing and migrating are refused; *attempts* is how many of them.

    Neither its traceback nor what was logged holds the password of the URL.
    """
    if caplog is not None:
        caplog.set_level(logging.DEBUG)
    with opened(driver, target, **options) as store:
        every = (lambda: begun(store, write=False), lambda: begun(store, write=True), store.migrate)
        for attempt in every[:attempts]:
            with pytest.raises(kind) as caught:
                attempt()
            assert kind is type(caught.value)
            assert PASSWORD not in "".join(traceback.format_exception(caught.value))
            assert PASSWORD not in f"{caught.value!r} {caught.value.args} {caught.value.params} {store.url} {store!r}"
    if caplog is not None:
        assert PASSWORD not in caplog.text
    return caught.value


def begun(store: Any, *, write: bool) -> None:
    """Begin a transaction, and end it."""
    with store.begin(write=write):
        pass


@contextmanager
def engine_on(url: sa.URL, **options: Any) -> Iterator[sa.Engine]:
    """Make an engine as a host would, which commits each statement at once unless told otherwise."""
    drivers = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}
    plain = url.set(drivername=drivers[url.get_backend_name()]).difference_update_query(["connect_timeout"])
    engine = sa.create_engine(plain, poolclass=sa.NullPool, **{"isolation_level": "AUTOCOMMIT", **options})
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def database_on(url: sa.URL, name: str, how: str) -> Iterator[sa.URL]:
    """Make a database on the server of *url* and yield its URL; it is gone afterwards."""
    with engine_on(url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name} {how}")
        try:
            yield url.set(database=name)
        finally:
            forced = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
            connection.exec_driver_sql(f"DROP DATABASE {name}{forced}")


def contents_of(url: sa.URL, schema: str | None = None) -> dict[str, Any]:
    """Return all tables and views of a database, with their columns, and how many rows they have."""
    with engine_on(url) as engine, engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]
        return {
            name: (
                [column["name"] for column in inspector.get_columns(name, schema=schema)],
                connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name, schema=schema))),
            )
            for name in names
        }
