"""
What is read and written of accounts, each function in one transaction.

The account of the person is locked before anything is decided by it: a guess is counted, an invitation accepted, a
password set by one at a time. A user name or an account that is new is added where none is, so that of two who claim
one the later is told `Conflict`, begins anew and finds it taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from supportcore.accounts import rules
from supportcore.accounts.mail import Invitee, word
from supportcore.accounts.told import AccountView, InvitationView
from supportcore.definition.accounts import AccountPolicy
from supportcore.definition.model import Definition
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, facts
from supportcore.people.credentials import Account, Invitation, UserName
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import Ledger, Steps

LONGEST_LOCK = timedelta(days=1)
KEPT = 20
"""Invitations of a person that are remembered, so that of one used or void is told what became of it."""


@attrs.frozen
class Known:
    """
    A person as the catalogue knows it.

    Attributes:
        record: An agent or contact who is not retired, or else any; None if there is neither.
    """

    record: Any
    preferences: Preferences | None

    @property
    def is_retired(self) -> bool:
        """Whether the catalogue has the person, and only as somebody who is gone."""
        return self.record is not None and not self.record.active

    @property
    def email(self) -> str:
        """The address, or empty."""
        return str(getattr(self.record, "email", ""))

    @property
    def name(self) -> str:
        """What the person is called, or empty."""
        return str(getattr(self.record, "name", ""))

    @property
    def locale(self) -> str:
        """The language the person chose, or that of the record; may be empty."""
        chosen = self.preferences.locale if self.preferences is not None else ""
        return chosen or str(getattr(self.record, "locale", ""))


def known(ledger: Ledger, person: str) -> Steps[Known]:
    """Return what the catalogue knows of a person."""
    agent, contact, preferences = yield from ledger.records(
        (("agent", person), ("contact", person), ("preferences", person))
    )
    there = sorted((one for one in (agent, contact) if one is not None), key=lambda one: not one.active)
    return Known(there[0] if there else None, preferences if isinstance(preferences, Preferences) else None)


def lock_for(failures: int, policy: AccountPolicy) -> timedelta:
    """
    Return how long an account is locked after so many failures in a row; nothing before there are too many.

    >>> [lock_for(failures, AccountPolicy(attempts=3)) // timedelta(minutes=1) for failures in (2, 3, 4, 5, 99)]
    [0, 15, 30, 60, 1440]
    """
    beyond = failures - policy.attempts
    if beyond < 0:
        return timedelta(0)
    return max(policy.locked, min(policy.locked * (1 << min(beyond, 20)), LONGEST_LOCK))


# -- guesses -----------------------------------------------------------------------------------------------------------


def admit(
    ledger: Ledger, *, policy: AccountPolicy, now: datetime, person: str | None = None, user_name: str | None = None
) -> Steps[Account | None]:
    """
    Count a guess at a password, before anybody knows whether it is right.

    Returns:
        The account; None if there is none, it has no password, it is locked, or the person is retired. Then no
        password is right.
    """
    if person is None and user_name is not None:
        name = yield from ledger.credential(UserName, user_name)
        person = None if name is None else name.person
    if person is None:
        return None
    account = yield from ledger.credential(Account, person, lock=True)
    if account is None or not account.hash or _is_locked(account, now) or (yield from known(ledger, person)).is_retired:
        return None
    failures = account.failures + 1
    locked = lock_for(failures, policy)
    admitted = attrs.evolve(account, failures=failures, locked_until=now + locked if locked else None)
    yield from ledger.put_credential(admitted)
    return admitted


def let_in(ledger: Ledger, *, admitted: Account, grown: str) -> Steps[Account | None]:
    """Forget the guesses, as the last was right; None if the password was changed in the meantime."""
    account = yield from ledger.credential(Account, admitted.id, lock=True)
    if account is None or account.hash != admitted.hash:
        return None
    found = attrs.evolve(account, failures=0, locked_until=None, hash=grown or account.hash)
    yield from ledger.put_credential(found)
    return found


def change(ledger: Ledger, *, admitted: Account, hash: str, now: datetime) -> Steps[bool]:
    """Set another password, by whoever knew the one before; False if it was changed in the meantime."""
    account = yield from ledger.credential(Account, admitted.id, lock=True)
    if account is None or account.hash != admitted.hash:
        return False
    yield from ledger.put_credential(_with_password(account, hash, now, must_change=False))
    return True


def _is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _with_password(account: Account, hash: str, now: datetime, *, must_change: bool) -> Account:
    """Return an account with a password; what led to another before leads nowhere now."""
    return attrs.evolve(
        account, hash=hash, changed_at=now, must_change=must_change, failures=0, locked_until=None, invitation=None
    )


# -- invitations -------------------------------------------------------------------------------------------------------


def invite(
    ledger: Ledger, *, desk: Definition, digest: str, person: str, user_name: str | None, again: bool, until: datetime
) -> Steps[Invitee]:
    """Store an invitation, in the place of one that is open."""
    found = yield from known(ledger, person)
    if found.is_retired:
        raise Refused(Reason("retired_record", facts(kind="contact", id=person)))
    if not found.email:
        raise Refused(Reason("person_without_address", facts(person=person)))
    account = yield from ledger.credential(Account, person, lock=True)
    if again and (account is None or not account.hash):
        raise NotFound(kind="account", id=person)
    if not again and account is not None and account.hash:
        raise Refused(Reason("account_exists", facts(person=person)))
    before = account or Account(id=person)
    if user_name is not None:
        before = yield from _claim(ledger, before, user_name)
    invitations = (*before.invitations, digest)
    for old in invitations[:-KEPT]:
        yield from ledger.drop_credential(Invitation, old)
    after = attrs.evolve(before, invitation=digest, invitations=invitations[-KEPT:])
    yield from ledger.add_credential(Invitation(id=digest, person=person, expires_at=until))
    yield from _store(ledger, after, new=account is None)
    chosen = found.preferences
    return Invitee(
        person=person,
        name=found.name,
        email=found.email,
        language=desk.labels.language(found.locale),
        zone=(chosen.zone if chosen else "") or desk.zone,
        user_name=after.user_name,
        again=again,
    )


def void(ledger: Ledger, *, digest: str, person: str) -> Steps[None]:
    """Close an invitation that reached nobody."""
    account = yield from ledger.credential(Account, person, lock=True)
    if account is not None and account.invitation == digest:
        yield from ledger.put_credential(attrs.evolve(account, invitation=None))


def invited(ledger: Ledger, *, digest: str, now: datetime, lock: bool = False) -> Steps[tuple[Invitation, Account]]:
    """
    Return an open invitation and the account it is for.

    Raises:
        Refused: There is none for this token, which is all that a token made up is told; or it was used, is void or
            has expired, which is told to whoever has the right one.
    """
    found = yield from ledger.credential(Invitation, digest)
    if found is None:
        raise Refused(Reason("invitation_unknown"))
    account = yield from ledger.credential(Account, found.person, lock=lock)
    if lock:  # somebody else may have accepted it while we waited
        found = (yield from ledger.credential(Invitation, digest)) or found
    if found.used_at is not None:
        raise Refused(Reason("invitation_used"))
    person = yield from known(ledger, found.person)
    if account is None or account.invitation != digest or person.is_retired:
        raise Refused(Reason("invitation_void"))
    if found.expires_at <= now:
        raise Refused(Reason("invitation_expired"))
    return found, account


@attrs.frozen
class Asked:
    """
    Who asks for a password.

    Attributes:
        names: User name and address, none of which the password may be.
        taken: Whether the user name that was asked for is somebody else's.
    """

    account: Account
    names: tuple[str, ...]
    taken: bool


def asked(ledger: Ledger, *, account: Account, user_name: str | None) -> Steps[Asked]:
    """Return who asks for a password under a user name, or under the one there is."""
    person = yield from known(ledger, account.id)
    taken = False
    if user_name is not None:
        found = yield from ledger.credential(UserName, user_name)
        taken = found is not None and found.person != account.id
    return Asked(account, (user_name or account.user_name, person.email), taken)


def accept(ledger: Ledger, *, digest: str, user_name: str | None, hash: str, now: datetime) -> Steps[str]:
    """Use an invitation up and set the password; return the id of the person."""
    invitation, account = yield from invited(ledger, digest=digest, now=now, lock=True)
    if user_name is not None:
        account = yield from _claim(ledger, account, user_name)
    yield from ledger.put_credential(attrs.evolve(invitation, used_at=now))
    yield from ledger.put_credential(_with_password(account, hash, now, must_change=False))
    return account.id


def assign(ledger: Ledger, *, person: str, user_name: str, hash: str, must_change: bool, now: datetime) -> Steps[None]:
    """Make an account with an initial password."""
    account = yield from ledger.credential(Account, person, lock=True)
    if account is not None and account.hash:
        raise Refused(Reason("account_exists", facts(person=person)))
    named = yield from _claim(ledger, account or Account(id=person), user_name)
    yield from _store(ledger, _with_password(named, hash, now, must_change=must_change), new=account is None)


def remove(ledger: Ledger, *, person: str) -> Steps[None]:
    """Remove an account, its user name and its invitations."""
    account = yield from ledger.credential(Account, person, lock=True)
    if account is None:
        raise NotFound(kind="account", id=person)
    for digest in account.invitations:
        yield from ledger.drop_credential(Invitation, digest)
    if account.user_name:
        yield from ledger.drop_credential(UserName, rules.folded(account.user_name))
    yield from ledger.drop_credential(Account, person)


def _claim(ledger: Ledger, account: Account, user_name: str) -> Steps[Account]:
    """Give a person a user name that nobody has; one that the person has stays."""
    key = rules.folded(user_name)
    if account.user_name:
        if rules.folded(account.user_name) != key:
            raise Invalid(Fault("user_name", "read_only"))
        return account
    if (yield from ledger.credential(UserName, key)) is not None:
        raise Invalid(Fault("user_name", "user_name_taken"))
    yield from ledger.add_credential(UserName(id=key, person=account.id))
    return attrs.evolve(account, user_name=user_name)


def _store(ledger: Ledger, account: Account, *, new: bool) -> Steps[None]:
    yield from (ledger.add_credential(account) if new else ledger.put_credential(account))


# -- what is told ------------------------------------------------------------------------------------------------------


def account_view(ledger: Ledger, *, person: str, now: datetime) -> Steps[AccountView]:
    """Return what is told of an account."""
    account = yield from ledger.credential(Account, person)
    if account is None:
        raise NotFound(kind="account", id=person)
    open_one = None
    if account.invitation is not None:
        open_one = yield from ledger.credential(Invitation, account.invitation)
    return AccountView(
        person=person,
        user_name=account.user_name,
        has_password=bool(account.hash),
        password_changed_at=account.changed_at,
        must_change=account.must_change,
        failures=account.failures,
        locked_until=account.locked_until if _is_locked(account, now) else None,
        invited_until=None if open_one is None or open_one.expires_at <= now else open_one.expires_at,
    )


def invitation_view(ledger: Ledger, *, desk: Definition, digest: str, now: datetime) -> Steps[InvitationView]:
    """Return what is told of an invitation to whoever has its token."""
    invitation, account = yield from invited(ledger, digest=digest, now=now)
    person = yield from known(ledger, account.id)
    return InvitationView(
        person=account.id,
        name=person.name,
        user_name=account.user_name,
        expires_at=invitation.expires_at,
        submit=word(desk, "accept", desk.labels.language(person.locale)),
    )
