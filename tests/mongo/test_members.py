"""URLs with a slip in their options, and servers that are not in the replica set that was asked for."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest

from supportcore import open_async_store, open_store
from supportcore.errors import BadTarget, SchemaMissing, StoreError, StoreUnreachable, StoreUnsuitable
from supportcore.storage.ports import Conflict, drive
from supportcore.testing.blocking import Background, BlockingStore
from supportcore_mongo import MongoStore
from supportcore_mongo.members import Members
from tests import servers
from tests.conftest import left_out
from tests.mongo.samples import one, opening
from tests.servers.common import running
from tests.servers.mongodb import MongodbServer

HASTE = "serverSelectionTimeoutMS=500"
Opened = Callable[..., Any]


# -- options


def not_opened(opened: Opened, url: str, said: str) -> None:
    """Assert that a URL is refused in these words, and its password neither repeated nor anything printed."""
    with warnings.catch_warnings(record=True) as heard, pytest.raises(BadTarget, match=said) as caught:
        warnings.simplefilter("always")
        opened(url)
    assert not heard
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("opened", [open_store, open_async_store])
@pytest.mark.parametrize("scheme", ["mongodb", "mongodb+srv"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("replicaSet=rs0&foo=bar", "knows no option foo in"),
        ("foo=s3cret", "knows no option foo in"),
        ("connectTimeoutMS=s3cret", "the value of the option connectTimeoutMS"),
        ("replicaSet=rs0;tls=s3cret", "the value of the option tls"),
    ],
)
def test_an_option_that_will_not_do_is_named(opened: Opened, scheme: str, options: str, said: str) -> None:
    """What PyMongo would warn of and leave out is refused, by its name and without its value; nothing is printed."""
    not_opened(opened, f"{scheme}://ana:s3cret@db.example.com/helpdesk?{options}", said)


@pytest.mark.parametrize("url", ["mongodb://ana:word?s3cret=x@h/d", "mongodb://ana:word?tls=s3cret@h/d"])
def test_a_password_is_not_taken_for_an_option(url: str) -> None:
    """Where a question mark in a password is not escaped, no part of it is repeated."""
    not_opened(open_store, url, "the URL cannot be read")


def test_options_there_are_are_taken() -> None:
    """Among them are those that may be repeated, those by another name, and one with an escaped value."""
    options = (
        "replicaSet=rs0&ssl=true&readPreference=nearest&readPreferenceTags=dc:ny&readPreferenceTags=&appName=a%40b"
    )
    store = open_store(f"mongodb://h/d?{options}&w=majority&compressors=zlib&authMechanismProperties=SERVICE_NAME:x")
    assert "mongodb://h/d" == store.url
    store.close()


# -- servers


@contextmanager
def at(opened: Opened, url: Any) -> Iterator[Any]:
    """Open a store, behind synchronous methods."""
    with Background() as background:
        store = opened(url)
        if opened is open_async_store:
            store = BlockingStore(store, background)
        yield store
        store.close()


def refused(opened: Opened, url: Any, kind: type[StoreError]) -> str:
    """Return the words in which beginning is refused."""
    with at(opened, url) as store, pytest.raises(kind) as caught, store.begin(write=False):
        pass
    assert kind is type(caught.value)
    return str(caught.value)


@contextmanager
def _started(make: Any) -> Iterator[MongodbServer]:
    try:
        with running(make) as server:
            yield server
        return
    except servers.StoreUnavailable as error:
        unavailable = error.reason
    left_out(unavailable)


@pytest.mark.store("mongodb")
def test_a_standalone_server_that_is_asked_for_a_replica_set() -> None:
    """It is told as that, with the name that was asked for; by way of a host's client it is one of two guesses."""
    with _started(partial(MongodbServer, replica_set=False)) as server:
        url = f"{server.url}?replicaSet=desk&{HASTE}"
        for opened in (open_store, open_async_store):
            said = refused(opened, url, StoreUnsuitable)
            assert "it is a standalone server" in said
            assert "start mongod with --replSet desk and run rs.initiate() once" in said
        with pymongo.MongoClient[Any](url) as client:
            said = refused(open_store, client, StoreUnreachable)
        assert "perhaps it is a standalone server: start mongod with --replSet desk" in said
        assert "or the set has another name" in said


class Fresh(MongodbServer):
    """A server that was started for a replica set, which nobody has begun."""

    def equip(self) -> None:
        """Do nothing."""

    def ready(self) -> bool:
        try:
            return bool(self._admin("hello"))
        except self._pymongo.errors.ConnectionFailure:
            return False


@pytest.mark.store("mongodb")
def test_a_replica_set_that_was_not_begun() -> None:
    """What is missing is told, whether or not the URL names the set."""
    with _started(partial(Fresh, replica_set=True)) as server:
        plain = server.url.partition("?")[0]
        for options in (HASTE, f"replicaSet=rs0&{HASTE}"):
            assert "run rs.initiate() once" in refused(open_store, f"{plain}?{options}", StoreUnreachable)


@pytest.mark.store("mongodb")
@pytest.mark.parametrize("opened", [open_store, open_async_store])
def test_a_replica_set_of_another_name(opened: Opened, database_url: str) -> None:
    """The name it has is told."""
    name = pymongo.uri_parser.parse_uri(database_url)["options"]["replicaSet"]
    other = urlsplit(database_url)._replace(query=f"replicaSet=other&{HASTE}").geturl()
    said = refused(opened, other, StoreUnsuitable)
    assert f"its replica set is called {name}, not other; write replicaSet={name} in the URL" in said


def test_a_mongos_is_in_no_replica_set() -> None:
    """It is told to leave the name out; and what says nothing of a set is left as it is."""
    members = Members()
    members._answers["h", 1] = {"msg": "isdbgrid"}
    found = members.fault('No replica set members available for replica set name "rs0"', where="here")
    assert isinstance(found, StoreUnsuitable)
    assert "leave replicaSet= out" in str(found)
    assert members.fault("h:1: connection refused", where="here") is None


@pytest.mark.store("mongodb")
def test_the_command_that_migrates_keeps_the_options(database_url: str) -> None:
    """It is quoted for a shell, and holds the user and the options, but nothing that is secret."""
    place = database_url.partition("?")[0]
    asked = f"`supportcore migrate --store '{database_url}&appName=x' --prefix never_`"
    with at(partial(open_store, prefix="never_"), f"{database_url}&appName=x") as store:
        with pytest.raises(SchemaMissing) as caught, store.begin(write=False):
            pass
        assert asked in str(caught.value)
        assert place == store.url
    with (
        pymongo.MongoClient[Any](database_url) as client,
        at(partial(open_store, prefix="never_"), client) as store,
        pytest.raises(SchemaMissing, match=r"--store '[^ ]*\?replicaSet="),
        store.begin(write=False),
    ):
        pass
    secret = "tls=true&tlsCertificateKeyFilePassword=s3cret&authMechanismProperties=AWS_SESSION_TOKEN:s3cret"
    store = open_store(f"mongodb://ana:s3cret@h/d?{secret}")
    full = "mongodb://ana:***@h/d?tls=true&tlsCertificateKeyFilePassword=***&authMechanismProperties=***"
    assert full == store._database.full_url  # type: ignore[attr-defined]
    store.close()


@pytest.mark.store("mongodb")
def test_a_conflict_is_told_without_the_servers_insides(store: MongoStore, desk: str) -> None:
    """Who comes second at a document is told that in a sentence."""
    ledger = store.ledger(desk)
    one(store, ledger.save(opening(desk, "t1", 1)))
    with store.begin(write=False) as execute:
        drive(ledger.ticket("t1", lock=True), execute)
        with pytest.raises(Conflict) as caught, store.begin(write=False) as other:
            drive(ledger.ticket("t1", lock=True), other)
    assert "another transaction is writing the same document" == str(caught.value)
