"""What is refused before a store is opened: in words that say what would be right, and never repeat a password."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tomllib
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymongo
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from supportcore import open_async_store, open_store
from supportcore.errors import BackendMissing, BadTarget, StoreError
from supportcore.storage.opening import pip_command

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]

Opened = Callable[..., Any]


def refused(opened: Opened, target: object, kind: type[StoreError] = BadTarget, **options: Any) -> str:
    """Return the words in which *target* is refused; none of them, nor of what they were raised from, is `s3cret`."""
    with pytest.raises(kind) as caught:
        opened(target, **options)
    assert kind is type(caught.value)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))
    assert "s3cret" not in f"{caught.value!r} {caught.value.args} {caught.value.params}"
    return str(caught.value)


# -- URLs


@pytest.mark.parametrize("opened", [open_store, open_async_store])
@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgre://ana:s3cret@h/d", "postgresql"),
        ("pg://ana:s3cret@h/d", "postgresql"),
        ("psql://ana:s3cret@h/d", "postgresql"),
        ("mongo://ana:s3cret@h/d", "mongodb"),
        ("maria://ana:s3cret@h/d", "mariadb"),
        ("SQLite:///desk.db", "sqlite"),
        ("sqlite3:///desk.db", "sqlite"),
        ("sql:///desk.db", "sqlite"),
        ("mysqll://ana:s3cret@h/d", "mysql"),
        ("mangodb+srv://ana:s3cret@h/d", "mongodb"),
    ],
)
def test_an_unknown_scheme_that_is_near_to_one_is_told_which(opened: Opened, url: str, meant: str) -> None:
    """A scheme with a slip of the pen is answered with the one that is meant, besides all there are."""
    said = refused(opened, url, BackendMissing)
    assert said.endswith(f"; perhaps {meant}:// is meant")
    assert f"no backend for {re.split('[+:]', url)[0]}://; there are: mariadb, memory, mongodb," in said


@pytest.mark.parametrize("url", ["oracle://ana:s3cret@h/d", "mssql://ana:s3cret@h/d", "nosuch+driver://s3cret"])
def test_an_unknown_scheme_that_is_near_to_none_is_told_those_there_are(url: str) -> None:
    """No scheme is guessed where none is near, or where the name is that of another product."""
    assert "perhaps" not in refused(open_store, url, BackendMissing)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:/desk.db", "write for example sqlite:///desk.db."),
        ("sqlite:desk.db", "write for example sqlite:///desk.db."),
        ("postgres:ana:s3cret@h/d", "write for example postgresql://user@host/database."),
        ("mongo:/ana:s3cret@h/d", "write for example mongodb://user@host/database."),
        ("desk.db", "give a URL such as sqlite:///desk.db, or an engine."),
        ("ana:s3cret@h/d", "give a URL such as sqlite:///desk.db, or an engine."),
        ("s3cret@h://d", "give a URL such as sqlite:///desk.db, or an engine."),
        ("", "give a URL such as sqlite:///desk.db, or an engine."),
    ],
)
def test_what_is_no_url_is_not_repeated(url: str, said: str) -> None:
    """Text without ``scheme://`` may be anything, so it is not shown; what would be right is."""
    assert f"No store can be opened: this is no URL; {said}" == refused(open_store, url)


@pytest.mark.parametrize("opened", [open_store, open_async_store])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:word@h:s3cret/d",
        "postgresql://ana:s3cret@[::1/d",
        "postgresql:// ana:s3cret@h:/:/d",
        "mariadb://ana:word@s3cret@h/d",
        "postgresql:///ana:s3cret@h/d",
        "sqlite://ana:s3cret@desk.db",
        "sqlite://s3cret.db",
        "mongodb://ana:s3cret@local:host/helpdesk",
    ],
)
def test_a_url_that_cannot_be_read_is_not_repeated(opened: Opened, url: str) -> None:
    """A URL with a fault is refused with how one is written, and without what may be a password in it."""
    assert "write" in refused(opened, url)


@pytest.mark.parametrize("opened", [open_store, open_async_store])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///desk.db?foo=s3cret", "SQLite knows no option foo in this URL."),
        ("sqlite://?timeout=3&connect_timeout=3", "SQLite knows no option connect_timeout in this URL."),
        ("sqlite:///desk.db?mode=ro", "no option mode in this URL; mode= is read with uri=true only."),
        ("sqlite:///file:desk.db?uri=true&mode=ro&foo=1", "SQLite knows no option foo in this URL."),
        ("postgresql://ana:s3cret@h:99999/d", "the port in the URL is no number from 1 to 65535."),
        ("mariadb://ana:s3cret@h:0/d", "the port in the URL is no number from 1 to 65535."),
        ("mariadb://ana:s3cret@h:3306", "names no database; write mariadb://user:password@host/shop."),
        ("mysql://ana:s3cret@h/", "names no database; write mariadb://user:password@host/shop."),
    ],
)
def test_a_part_of_a_url_that_will_not_do_is_told(opened: Opened, url: str, said: str) -> None:
    """What SQLAlchemy would warn of, or only the server would find, is refused when the store is opened."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert refused(opened, url).endswith(said)
    assert not heard


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("sqlite:///desk.db?timeout=3", {}),
        ("sqlite:///file:desk.db?uri=true&mode=ro&cache=shared", {}),
        ("sqlite:///file:desk.db?uri=true&vfs=own&foo=1", {}),
        ("mariadb://ana:s3cret@h", {"schema": "shop"}),
        ("mariadb://ana:s3cret@h?database=shop", {}),
        ("postgresql://ana:s3cret@h", {}),
    ],
)
def test_options_and_databases_there_may_be_are_taken(url: str, options: dict[str, str]) -> None:
    """A database may be named otherwise than in the path of a URL, and PostgreSQL has a usual one."""
    open_store(url, **options).close()


def test_the_short_name_of_postgresql_is_taken() -> None:
    """``postgres://``, which libpq takes, means the same."""
    store = open_store("postgres://ana:s3cret@localhost/desk")
    assert "postgresql+psycopg://ana:***@localhost/desk" == store.url
    store.close()


@pytest.mark.parametrize("opened", [open_store, open_async_store])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:s3cret@localhost/desk",
        "postgresql://localhost/desk?user=ana&password=s3cret&sslpassword=s3cret2",
        "mysql://ana:s3cret@localhost/desk?ssl_passphrase=s3cret",
        "mongodb://ana:s3cret@localhost/desk",
    ],
)
def test_an_open_store_shows_no_password(opened: Opened, url: str) -> None:
    """Neither the store nor its URL, nor those of its engine, show a password, wherever in the URL it stood."""
    store = opened(url)
    engine = getattr(store, "_engine", None)
    assert "s3cret" not in f"{store!r} {store.url} {engine!r} {getattr(engine, 'url', None)!r}"
    close = store.close()
    if close is not None:
        asyncio.run(_awaited(close))


async def _awaited(awaitable: Any) -> None:
    await awaitable


# -- drivers and what else there is to open a store on


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "postgresql+asyncpg://ana:s3cret@h/d", "mariadb+asyncmy://h/d"])
def test_an_asynchronous_driver_needs_the_other_function(url: str) -> None:
    """`open_store` refuses it, and says which function takes it."""
    assert "use open_async_store and AsyncDesk" in refused(open_store, url)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite+aiosqlite:///desk.db", "aiosqlite"),
        ("postgresql+asyncpg://h/d", "asyncpg"),
        ("mariadb+asyncmy://h/d", "asyncmy"),
    ],
)
def test_an_asynchronous_driver_that_is_not_installed(url: str, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To say what to install for it would lead nowhere: it would not do for this function."""
    monkeypatch.setitem(sys.modules, driver, None)
    assert f"the driver {driver} is asynchronous; use open_async_store" in refused(open_store, url, BadTarget)


@pytest.mark.parametrize("url", ["sqlite+pysqlite://", "mariadb+pymysql://ana:s3cret@h/d"])
def test_a_synchronous_driver_needs_the_other_function(url: str) -> None:
    """`open_async_store` refuses it, and says which function takes it, or how the driver is left to us."""
    scheme = url.partition("+")[0]
    assert f"use open_store and Desk, or {scheme}:// without it" in refused(open_async_store, url)


@pytest.mark.parametrize("opened", [open_store, open_async_store])
def test_a_driver_that_does_not_exist_is_named(opened: Opened) -> None:
    """A driver SQLAlchemy has never heard of is told with the URL that does without."""
    said = refused(opened, "postgresql+nothing://ana:s3cret@h/d")
    assert "SQLAlchemy has no driver 'nothing' for postgresql; postgresql:// without it" in said


def test_engines_are_for_the_function_of_their_colour() -> None:
    """An asynchronous engine is refused by `open_store`, a synchronous one by `open_async_store`, both by name."""
    asynchronous, engine = create_async_engine("sqlite+aiosqlite://"), sa.create_engine("sqlite://")
    assert "not an AsyncEngine" in refused(open_store, asynchronous)
    assert "use open_async_store" in refused(open_store, asynchronous.sync_engine)
    assert "takes a URL or an AsyncEngine, not an Engine" in refused(open_async_store, engine)
    for client, opened in ((pymongo.MongoClient, open_async_store), (pymongo.AsyncMongoClient, open_store)):
        given: Any = client("mongodb://ana:s3cret@127.0.0.1:1/d", connect=False)
        assert f"not a {client.__name__}" in refused(opened, given).replace("not an A", "not a A")


def test_what_is_one_transaction_of_a_host_is_to_be_joined() -> None:
    """A connection or session is refused with the way to use it."""
    engine = sa.create_engine("sqlite://")
    client: Any = pymongo.MongoClient("mongodb://127.0.0.1:1/d", connect=False)
    with engine.connect() as connection, Session(engine) as session, client.start_session() as in_mongodb:
        for host in (connection, session, in_mongodb):
            said = refused(open_store, host)
            assert f"a {type(host).__name__} is one transaction of a host" in said
            assert "desk.joined()" in said
    assert "on the client, the database as schema=" in refused(open_store, client.desk)
    engine.dispose()
    client.close()


@pytest.mark.parametrize("target", [3, None, object(), b"sqlite://"])
def test_anything_else_is_told_by_its_kind(target: object) -> None:
    """What is neither a URL nor an engine is refused without its repr."""
    assert f"it takes no {type(target).__name__}; give a URL" in refused(open_store, target)


def test_a_path_is_told_as_a_url() -> None:
    """A path is answered with the URL of a file there."""
    assert "a path is no URL; write sqlite:///desk.db." in refused(open_store, Path("desk.db"))


def test_hosts_engines_and_clients_are_opened() -> None:
    """An engine and a client of a host are told by their kind, whatever their URL."""
    engine, client = sa.create_engine("sqlite://"), pymongo.MongoClient("mongodb://127.0.0.1:1/desk", connect=False)
    assert "sqlite://" == open_store(engine).url
    assert "/desk" in open_store(client).url
    client.close()
    engine.dispose()


# -- what is not installed


WITHOUT = """
import asyncio, sys
sys.modules.update(dict.fromkeys({blocked!r}))
from supportcore import open_async_store, open_store
async def use(store):
    async with store.begin(write=False): pass
try:
    if {asynchronous}:
        asyncio.run(use(open_async_store({url!r})))
    else:
        with open_store({url!r}).begin(write=False): pass
except Exception as error:
    print(type(error).__name__, error)
"""


def without(blocked: str, url: str, *, asynchronous: bool) -> str:
    """Return what opening says in an interpreter that cannot import *blocked*."""
    program = WITHOUT.format(blocked=[blocked], url=url, asynchronous=asynchronous)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(
    ("blocked", "url", "asynchronous", "extra"),
    [
        ("sqlalchemy", "sqlite://", False, "sql"),
        ("sqlalchemy", "sqlite://", True, "sql-async"),
        ("sqlalchemy", "postgresql://ana:s3cret@h/d", False, "postgresql"),
        ("aiosqlite", "sqlite://", True, "sql-async"),
        ("greenlet", "sqlite://", True, "sql-async"),
        ("greenlet", "postgresql://ana:s3cret@127.0.0.1:1/d", True, "postgresql-async"),
        ("greenlet", "mariadb://ana:s3cret@127.0.0.1:1/d", True, "mariadb-async"),
        ("psycopg", "postgresql://ana:s3cret@h/d", False, "postgresql"),
        ("psycopg", "postgresql://ana:s3cret@h/d", True, "postgresql-async"),
        ("asyncpg", "postgresql+asyncpg://ana:s3cret@h/d", True, "postgresql-async"),
        ("pymysql", "mariadb://ana:s3cret@h/d", False, "mariadb"),
        ("pymysql", "mysql://ana:s3cret@h/d", False, "mariadb"),
        ("asyncmy", "mariadb://ana:s3cret@h/d", True, "mariadb-async"),
        ("pymongo", "mongodb://ana:s3cret@h/d", False, "mongo"),
        ("pymongo", "mongodb://ana:s3cret@h/d", True, "mongo"),
    ],
)
def test_a_missing_library_is_told_with_the_command_that_mends_it(
    blocked: str, url: str, asynchronous: bool, extra: str
) -> None:
    """Opening without a library says what to install: an extra that brings exactly that."""
    said = without(blocked, url, asynchronous=asynchronous)
    assert said.startswith("BackendMissing ")
    assert f"pip install 'supportcore[{extra}]'" in said
    assert "s3cret" not in said
    assert blocked in _brought(extra)


def _brought(extra: str) -> set[str]:
    """Return the libraries that an extra brings, by way of other extras too."""
    brought: set[str] = set()
    for requirement in EXTRAS[extra]:
        name, inner = re.match(r"([\w-]+)(?:\[([\w-]+)\])?", requirement).groups()  # type: ignore[union-attr]
        brought |= _brought(inner) if name == "supportcore" else {name}
        if (name, inner) == ("sqlalchemy", "asyncio"):
            brought.add("greenlet")
    return brought


def test_a_driver_without_an_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that no extra brings is told by its name, and how to do without it."""
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    said = refused(open_store, "postgresql+psycopg2://ana:s3cret@h/d", BackendMissing)
    assert "needs: psycopg2, or postgresql:// without it and pip install 'supportcore[postgresql]'" in said


def test_every_backend_has_an_extra() -> None:
    """Each scheme but memory leads to an extra there is."""
    from importlib.metadata import entry_points

    for group, asynchronous in (("supportcore.backends", False), ("supportcore.async_backends", True)):
        for name in entry_points(group=group).names - {"memory"}:
            extra = pip_command(name, asynchronous=asynchronous).partition("[")[2].partition("]")[0]
            assert extra in EXTRAS
