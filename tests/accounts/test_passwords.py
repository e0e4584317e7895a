"""Passwords: who gets in, how often one may guess, and that nothing secret is kept or told."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
import unicodedata
from datetime import timedelta
from typing import Any

import attrs
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Invalid, NotFound, Refused, SupportError
from supportcore.accounts import AccountPolicy, rules
from supportcore.accounts.hashing import Hashing
from supportcore.accounts.steps import LONGEST_LOCK, lock_for
from supportcore.accounts.usecases import Grow, Hash, Verify
from supportcore.errors import BackendMissing
from supportcore.people.credentials import Account
from supportcore.storage.ports import RECORD_KINDS
from supportcore.testing.conformance.driving import at_once
from tests.accounts.conftest import GOOD, LINK, Office, accounts_of
from tests.accounts.test_invitations import refused

NEW = "another battery staple"


def test_guesses_at_one_moment_get_no_more_tries(everywhere: Office) -> None:
    """Of eight who guess at once at most as many passwords are verified as may be, and the account is locked."""
    verified: list[bool] = []

    class Counting(PasswordHasher):
        def verify(self, hash: Any, password: Any) -> Any:
            if password != GOOD and hash == kept:
                verified.append(True)
            return super().verify(hash, password)

    accounts = accounts_of(everywhere.desk, hasher=Counting(time_cost=1, memory_cost=8, parallelism=1))
    everywhere.join()
    kept = everywhere.stored().partition("$argon2id$")[2].partition("'")[0]
    kept = "$argon2id$" + kept
    came = at_once(lambda number: refused(accounts.login, "ana.arias", f"guess {number}"))
    assert ["login_failed"] * 8 == came
    assert 3 == len(verified)
    account = accounts.account("ana")
    assert (3, everywhere.clock() + timedelta(minutes=15)) == (account.failures, account.locked_until)
    assert "login_failed" == refused(accounts.login, "ana.arias", GOOD)
    everywhere.clock.move(timedelta(minutes=15))
    assert "ana" == accounts.login("ana.arias", GOOD)
    assert (0, None) == (accounts.account("ana").failures, accounts.account("ana").locked_until)


def test_a_lock_grows_with_each_further_try(office: Office) -> None:
    """After a lock one try is left, and the next lock is twice as long; a right one ends it all."""
    office.join()
    for _ in range(3):
        refused(office.accounts.login, "ana.arias", "no")
    for minutes in (15, 30, 60, 120):
        assert office.clock() + timedelta(minutes=minutes) == office.accounts.account("ana").locked_until
        office.clock.move(timedelta(minutes=minutes) - timedelta(milliseconds=1))
        assert "login_failed" == refused(office.accounts.login, "ana.arias", GOOD)
        office.clock.move(timedelta(milliseconds=1))
        assert "login_failed" == refused(office.accounts.login, "ana.arias", "no")
    office.clock.move(timedelta(days=1))
    assert "ana" == office.accounts.login("ana.arias", GOOD)
    assert "login_failed" == refused(office.accounts.login, "ana.arias", "no")
    assert "ana" == office.accounts.login("ana.arias", GOOD)


@given(attempts=st.integers(1, 100), failures=st.integers(0, 10**6), minutes=st.integers(1, 10**4))
def test_a_lock_is_never_shorter_than_the_one_before(attempts: int, failures: int, minutes: int) -> None:
    """There is none before there are enough failures, and none beyond a day unless the desk says longer."""
    policy = AccountPolicy(attempts=attempts, locked=timedelta(minutes=minutes))
    found = lock_for(failures, policy)
    assert bool(found) == (failures >= attempts)
    assert found <= lock_for(failures + 1, policy) <= max(policy.locked, LONGEST_LOCK)


def test_a_wrong_name_is_told_as_a_wrong_password(office: Office) -> None:
    """Also one that nobody can have: every way hashes something, and the errors are the same."""
    office.join()
    errors = []
    tries: list[tuple[Any, Any]] = [
        ("ana.arias", "wrong"), ("nobody", GOOD), ("", GOOD), (None, GOOD), ("ana.arias", None), ("a\0", "\ud800"),
        ("ana.arias", "x" * 5000), ("a" * 300, GOOD), (7, 7),
    ]  # fmt: skip
    for name, password in tries:
        with pytest.raises(Refused) as caught:
            office.accounts.login(name, password)
        errors.append((str(caught.value), caught.value.code, caught.value.params))
        office.clock.move(timedelta(days=2))
    assert 1 == len(set(map(repr, errors)))
    assert "login_failed" == errors[0][1]


def test_a_password_is_the_same_on_every_keyboard(office: Office) -> None:
    """What looks alike is the same: it is compared after NFKC, like the user name, whose case counts for nothing."""
    decomposed = unicodedata.normalize("NFD", "contraseña ｓegura")
    office.join("ana", "Ana.Núñez", decomposed)
    assert "ana" == office.accounts.login(unicodedata.normalize("NFD", "ANA.NÚÑEZ"), "contraseña segura")
    assert "login_failed" == refused(office.accounts.login, "ana.nunez", "contraseña segura")


def test_an_initial_password_has_to_be_changed(everywhere: Office) -> None:
    """Until then it lets nobody in, though it is right; somebody else's guess is told nothing of that."""
    accounts = everywhere.accounts
    accounts.assign("ana", "ana.arias", "the common secret")
    with pytest.raises(Refused) as caught:
        accounts.login("ana.arias", "the common secret")
    assert ("password_expired", "ana") == (caught.value.code, caught.value.params["person"])
    assert "login_failed" == refused(accounts.login, "ana.arias", "wrong")
    accounts.change_password("ana", "the common secret", NEW)
    assert "ana" == accounts.login("ana.arias", NEW)
    assert "account_exists" == refused(accounts.assign, "ana", "ana.arias", GOOD)
    with pytest.raises(Invalid, match="taken"):
        accounts.assign("bo", "Ana.Arias", GOOD)


def test_a_desk_may_do_without_a_change(office: Office) -> None:
    """Where the policy does not ask for it, an initial password is one like any other."""
    accounts = accounts_of(office.desk, policy=AccountPolicy(must_change=False))
    accounts.assign("ana", "ana.arias", GOOD)
    assert "ana" == accounts.login("ana.arias", GOOD)


def test_changing_needs_the_present_password(everywhere: Office) -> None:
    """A wrong one counts as a guess, with those of `login`; a right one sets the instant of the change."""
    accounts = everywhere.accounts
    everywhere.join()
    everywhere.clock.move(timedelta(days=120))
    assert "login_failed" == refused(accounts.login, "ana.arias", "no")
    for _ in range(2):
        assert "login_failed" == refused(accounts.change_password, "ana", "no", NEW)
    assert "login_failed" == refused(accounts.change_password, "ana", GOOD, NEW)
    everywhere.clock.move(timedelta(minutes=15))
    accounts.change_password("ana", GOOD, NEW, repeated=NEW)
    assert everywhere.clock() == accounts.account("ana").password_changed_at
    assert "login_failed" == refused(accounts.login, "ana.arias", GOOD)
    assert "ana" == accounts.login("ana.arias", NEW)
    assert "login_failed" == refused(accounts.change_password, "nobody", GOOD, NEW)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (GOOD, "password_same"),
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("x" * 5000, "too_long"),
        ("a\0" * 10, "bad_text"),
        (None, "wrong_type"),
        ("Ana.Arias@acme.example", "password_is_name"),
    ],
)
def test_a_new_password_that_will_not_do_costs_no_guess(office: Office, new: Any, code: str) -> None:
    """It is told before the present one is looked at."""
    office.join("ana", "ana.arias@acme.example")
    with pytest.raises(Invalid) as caught:
        office.accounts.change_password("ana", GOOD, new)
    assert [("new", code)] == [(fault.path, fault.code) for fault in caught.value.faults]
    assert 0 == office.accounts.account("ana").failures


def test_two_who_change_at_once_leave_one_password(everywhere: Office) -> None:
    """Whoever verified the password that is gone by now is refused."""
    accounts = accounts_of(everywhere.desk, policy=AccountPolicy(attempts=10))
    everywhere.join()

    def change(number: int) -> bool:
        try:
            accounts.change_password("ana", GOOD, f"{NEW} {number}")
        except Refused:
            return False
        return True

    came = at_once(change, 3)
    assert 1 == sum(came)
    assert "ana" == accounts.login("ana.arias", f"{NEW} {came.index(True)}")


def test_a_hash_grows_with_its_parameters(office: Office) -> None:
    """The first right sign-in after they grew stores another hash of the same password."""
    office.join()
    assert "t=1" in office.stored()
    dearer = accounts_of(office.desk, hasher=PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert "login_failed" == refused(dearer.login, "ana.arias", "no")
    assert "t=1" in office.stored()
    changed_at = dearer.account("ana").password_changed_at
    assert "ana" == dearer.login("ana.arias", GOOD)
    assert "t=2" in office.stored()
    assert changed_at == dearer.account("ana").password_changed_at
    assert "ana" == office.accounts.login("ana.arias", GOOD)


def test_an_account_can_be_removed(everywhere: Office) -> None:
    """Nothing of it is left, and its user name is free."""
    everywhere.join("luis", "the.only.one")
    assert "the.only.one" in everywhere.stored()
    everywhere.accounts.remove("luis")
    assert "the.only.one" not in everywhere.stored()
    assert "argon2" not in everywhere.stored()
    with pytest.raises(NotFound):
        everywhere.accounts.remove("luis")
    everywhere.join("bo", "the.only.one")


@given(name=st.text(max_size=70))
def test_names_are_stored_as_they_are_compared(name: str) -> None:
    """A name that is stored is found again whatever its case and form, and has at most 64 characters."""
    key = rules.user_name_of(name)
    assert (key is None) == (rules.user_name_fault(name, AccountPolicy()) is not None)
    if key is not None:
        assert len(key) <= 64
        assert key == rules.folded(key) == rules.user_name_of(key)
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert key == rules.folded(unicodedata.normalize(form, name))  # type: ignore[arg-type]


@given(password=st.text(max_size=140))
def test_a_password_that_will_do_can_be_hashed(password: str) -> None:
    """What has no fault is prepared, long enough, and the same as its other forms."""
    if not rules.password_faults(password, path="new", policy=AccountPolicy(), names=()):
        found = rules.prepared(password)
        assert found is not None
        assert 12 <= len(found) <= 128
        assert found == rules.prepared(unicodedata.normalize("NFD", password))


@pytest.mark.store("memory")
def test_without_the_extra_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making accounts names what to install, and no part of the core needs it."""
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(BackendMissing, match=r"pip install 'supportcore\[accounts\]'"):
        Hashing()
    said = (
        "import sys, supportcore.desk.acting, supportcore.storage.memory; print('supportcore.accounts' in sys.modules)"
    )
    assert "False" == subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True
    ).stdout.strip()  # fmt: skip


# -- nothing secret ----------------------------------------------------------------------------------------------------


def test_nothing_secret_is_stored_told_or_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Passwords, right or wrong, and tokens stand in no entry, log, repr, result or error, whatever is done."""
    caplog.set_level(logging.DEBUG)
    accounts, told = office.accounts, []
    token = office.invite()
    secrets = [token, "a first secret word", "a second secret word", "a wrong secret word", "tiny"]

    def noted(call: Any, *args: Any, **options: Any) -> None:
        try:
            told.append(repr(call(*args, **options)))
        except SupportError as error:
            told.append("".join([repr(error), str(error), repr(error.params), error.text("es"), repr(error.args)]))
            told.append("".join(line for line in traceback.format_exception_only(error)))

    noted(accounts.invitation, token)
    noted(accounts.accept, token, "ana.arias", secrets[4])
    noted(accounts.accept, token + "x", "ana.arias", secrets[1])
    noted(accounts.accept, token, "ana.arias", secrets[1], repeated=secrets[2])
    noted(accounts.accept, token, "ana.arias", secrets[1])
    noted(accounts.accept, token, "ana.arias", secrets[1])
    noted(accounts.login, "ana.arias", secrets[3])
    noted(accounts.login, "ana.arias", secrets[1])
    noted(accounts.change_password, "ana", secrets[3], secrets[2])
    noted(accounts.change_password, "ana", secrets[1], secrets[4])
    noted(accounts.change_password, "ana", secrets[1], secrets[2])
    noted(accounts.reset, "ana", office.sent.append, link=LINK)
    noted(accounts.account, "ana")
    told += [repr(office.sent), repr(accounts), repr(attrs.asdict(office.accounts.account("ana")))]
    told += [repr(Hash(secrets[1])), repr(Verify("kept", secrets[1])), repr(Grow("kept", secrets[1]))]
    everything = office.stored() + caplog.text + "".join(told)
    assert [] == [secret for secret in secrets if secret in everything]
    assert "kept" not in "".join(told[-3:])
    assert "argon2id" in office.stored()
    assert "argon2id" not in "".join(told) + caplog.text


def test_accounts_are_no_records_of_the_catalogue(office: Office) -> None:
    """Neither the catalogue nor a view hands one out, and nobody puts one."""
    office.join()
    catalogue = office.desk.catalogue
    for kind in ("account", "user_name", "invitation"):
        assert kind not in RECORD_KINDS
        for key in ("ana", "ana.arias"):
            with pytest.raises(NotFound):
                catalogue.get(kind, key)
            with pytest.raises(NotFound):
                catalogue.retire(kind, key)
        with pytest.raises(Invalid):
            catalogue.find(kind)
    with pytest.raises(Invalid):
        catalogue.put(Account(id="ana"))
