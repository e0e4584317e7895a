"""A desk with accounts, on every store; passwords are hashed cheaply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from argon2 import PasswordHasher

from supportcore import Agent, Contact, Customer, FrozenClock, load_definition
from supportcore.accounts import AccountPolicy, Accounts, AsyncAccounts
from supportcore.storage.ports import ENTRY_KINDS, drive
from supportcore.testing.blocking import BlockingDesk, BlockingStore
from tests.conftest import selected_stores
from tests.desk.machine import START
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

NOOVA = load_definition("noova")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LINK = "https://help.example.org/welcome#token={token}"
GOOD = "correct horse battery"
POLICY = AccountPolicy(attempts=3)


@attrs.frozen
class Office:
    """A desk, its accounts, and what was sent."""

    desk: Any
    accounts: Any
    clock: FrozenClock
    sent: list[Any]

    def invite(self, person: str = "ana", **options: Any) -> str:
        """Invite somebody and return the token of the mail."""
        self.accounts.invite(person, self.sent.append, link=LINK, **options)
        return token_of(self.sent[-1])

    def join(self, person: str = "ana", user_name: str = "ana.arias", password: str = GOOD) -> None:
        """Give somebody an account."""
        assert person == self.accounts.accept(self.invite(person), user_name, password)

    def stored(self) -> str:
        """Return all that is stored of the desk, as text."""
        store = self.desk.store
        ledger = store.ledger(self.desk.definition.key)
        found = []
        for kind in ENTRY_KINDS:
            with store.begin(write=False) as execute:
                found += drive(ledger.entries(kind, after=None, limit=1000), execute)
        return repr(found)


def token_of(mail: Any) -> str:
    """Return the token in a mail."""
    found: str = mail.body.partition("#token=")[2].split()[0]
    return found


def accounts_of(desk: Any, **options: Any) -> Any:
    """Return the accounts of a desk, which may be an asynchronous one behind the same methods."""
    options = {"hasher": CHEAP, "policy": POLICY, **options}
    if isinstance(desk.store, BlockingStore):
        return BlockingDesk(AsyncAccounts(desk._desk, **options), desk._background)
    return Accounts(desk, **options)


def equip(desk: Any) -> None:
    desk.install(
        customers=[Customer(id="acme", name="ACME")],
        contacts=[
            Contact(id="ana", name="Ana Arias", email="ana@acme.example", customers={"acme"}),
            Contact(id="bo", name="Bo Berg", email="bo@acme.example", customers={"acme"}, locale="en"),
            Contact(id="nil", name="Nil", customers={"acme"}),
            Contact(id="gone", name="Gone", email="gone@acme.example", active=False),
        ],
        agents=[Agent(id="luis", name="Luis Lara", email="luis@desk.example")],
    )


def _office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    clock, url = FrozenClock(START), server_url(request, request.param)
    with open_desk_named(request.param, NOOVA, tmp_path, server_url=url, clock=clock) as desk:
        equip(desk)
        yield Office(desk, accounts_of(desk), clock, [])


def _names(*reported: str) -> list[Any]:
    return [
        pytest.param(name, marks=pytest.mark.store(reported_as(name)))
        for name in STORE_NAMES
        if reported_as(name) in selected_stores() and (not reported or reported_as(name) in reported)
    ]


@pytest.fixture(params=_names())
def everywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The desk on every store."""
    yield from _office(request, tmp_path)


@pytest.fixture(params=_names("memory"))
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The desk in memory, synchronous and not."""
    yield from _office(request, tmp_path)
