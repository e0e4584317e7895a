"""What `supportcore.storage.ports.Credentials` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.people.credentials import Account, Credential, Invitation, UserName
from supportcore.storage.ports import CREDENTIALS, RECORD_KINDS, Conflict, Ledger, Steps, Store
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    fewer,
    for_every_store,
    fresh_desk,
    read,
    shuffled,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import AT, entries_of

KINDS = tuple(CREDENTIALS)


def fill(kind: type[Credential], credential_id: str, said: str = "") -> Credential:
    """Return a credential of a kind that tells *said*."""
    if kind is Account:
        return Account(id=credential_id, user_name=said, hash=f"hash of {said}", changed_at=AT, invitations=("a", "b"))
    if kind is UserName:
        return UserName(id=credential_id, person=said or "ana")
    return Invitation(id=credential_id, person=said or "ana", expires_at=AT + timedelta(days=7))


def guess(ledger: Ledger, most: int) -> Steps[bool]:
    """Count a guess, unless *most* were counted; return whether it was."""
    account = yield from ledger.credential(Account, "ana", lock=True)
    assert account is not None
    if account.failures >= most:
        return False
    yield from ledger.put_credential(attrs.evolve(account, failures=account.failures + 1))
    return True


def claim(ledger: Ledger, name: str, person: str) -> Steps[bool]:
    """Give a user name to somebody, unless somebody has it; return whether it was given."""
    found = yield from ledger.credential(UserName, name, lock=True)
    if found is not None:
        return False
    yield from ledger.add_credential(UserName(id=name, person=person))
    return True


class CredentialsConformance(Conformance):
    """What `supportcore.storage.ports.Credentials` promises."""

    @fewer()
    @given(id_=strategies.host_ids(), said=strategies.host_ids(), kind=st.sampled_from(KINDS))
    def test_a_credential_comes_back_as_it_was_put(
        self, store: Store, id_: str, said: str, kind: type[Credential]
    ) -> None:
        """It is read as it was added, then as it was put, then not at all; under another kind it never is."""
        ledger = store.ledger(fresh_desk())
        first, second = fill(kind, id_), fill(kind, id_, said)
        write(store, ledger.add_credential(first))
        assert first == read(store, ledger.credential(kind, id_))
        write(store, ledger.put_credential(second))
        for lock in (False, True):
            assert second == write(store, ledger.credential(kind, id_, lock=lock))
        others = [other for other in KINDS if other is not kind]
        assert [None, None] == [read(store, ledger.credential(other, id_)) for other in others]
        write(store, ledger.drop_credential(kind, id_))
        write(store, ledger.drop_credential(kind, id_))
        assert read(store, ledger.credential(kind, id_)) is None

    def test_a_credential_is_added_once(self, store: Store) -> None:
        """Another under its id is a conflict, and the first one stays."""
        ledger = store.ledger(fresh_desk())
        for kind in KINDS:
            write(store, ledger.add_credential(fill(kind, "ana")))
            with pytest.raises(Conflict):
                write(store, ledger.add_credential(fill(kind, "ana", "zoe")))
            assert fill(kind, "ana") == read(store, ledger.credential(kind, "ana"))

    def test_no_credential_is_a_record_of_the_catalogue(self, store: Store) -> None:
        """It is moved with the desk as what it is, and no kind of record lists it."""
        ledger, elsewhere = store.ledger(fresh_desk()), store.ledger(fresh_desk())
        for kind in KINDS:
            write(store, ledger.add_credential(fill(kind, "ana", "é😀")))
        for kind_of_record in RECORD_KINDS:
            assert () == read(store, ledger.records_of(kind_of_record))
            assert (None,) == read(store, ledger.records([(kind_of_record, "ana")]))
        entries = read(store, entries_of(ledger, "record"))
        assert sorted(CREDENTIALS.values()) == sorted(str(entry.key[0]) for entry in entries)
        write(store, elsewhere.put_entries(entries))
        for kind in KINDS:
            assert fill(kind, "ana", "é😀") == read(store, elsewhere.credential(kind, "ana"))

    def test_no_guess_is_lost_among_others(self, store: Store) -> None:
        """Of guesses at one moment exactly as many are let through as may be, and each is counted."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.add_credential(fill(Account, "ana")))
        through = at_once(lambda _: write_among_others(store, lambda: guess(ledger, 3)))
        assert 3 == sum(through)
        account = read(store, ledger.credential(Account, "ana"))
        assert account is not None
        assert 3 == account.failures

    def test_a_user_name_goes_to_one(self, store: Store) -> None:
        """Of several who claim one at the same moment exactly one has it."""
        ledger = store.ledger(fresh_desk())
        won = at_once(lambda n: write_among_others(store, lambda: claim(ledger, "ana", f"p{n}")), 4)
        found = read(store, ledger.credential(UserName, "ana"))
        assert found is not None
        assert [f"p{place}" for place, got in enumerate(won) if got] == [found.person]


class CredentialsOverlap(Conformance):
    """The same, step by step, where transactions never wait for one another."""

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_loses_a_guess(self, store: Store, data: st.DataObject) -> None:
        """However the steps of those who guess are shuffled, every committed guess is counted, and none too many."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.add_credential(fill(Account, "ana")))
        kept = shuffled(store, [lambda: guess(ledger, 2)] * 4, data)
        account = read(store, ledger.credential(Account, "ana"))
        assert account is not None
        assert sum(kept.values()) == account.failures <= 2
