"""
What is done with accounts, told apart from who waits and who awaits.

Each use case is a generator that yields a request to the store, something with a password, or a mail to be sent. A
password is hashed and verified outside of any transaction, so that nobody waits for a lock while it is; a guess is
counted in one before, so that those who guess at the same moment get no more of them.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import attrs

from supportcore import text
from supportcore.accounts import rules, steps
from supportcore.accounts.hashing import Hashing
from supportcore.accounts.mail import InvitationMail, check_link, invitation_mail, word
from supportcore.accounts.told import AccountView, InvitationView
from supportcore.clock import Clock
from supportcore.definition.accounts import AccountPolicy
from supportcore.definition.model import Definition
from supportcore.desk.requests import Request
from supportcore.errors import Fault, Invalid, Reason, Refused, facts
from supportcore.ids import Tokens, derived
from supportcore.notices.faults import NotSent
from supportcore.people.credentials import Account
from supportcore.storage.ports import Ledger, Steps


@attrs.frozen
class Hash:
    """Hash a password."""

    password: str = attrs.field(repr=False)


@attrs.frozen
class Verify:
    """Say whether a password is right; see `Hashing.verify`."""

    kept: str = attrs.field(repr=False)
    password: str | None = attrs.field(repr=False)


@attrs.frozen
class Grow:
    """Hash a password anew, if it has to be."""

    kept: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)


@attrs.frozen
class Send:
    """Send a mail; answered with the name of what it failed of, or nothing."""

    mail: InvitationMail


def with_password(hashing: Hashing, wish: Hash | Verify | Grow) -> Any:
    """Do what is wished with a password; it takes its time."""
    match wish:
        case Hash(password):
            return hashing.hash(password)
        case Verify(kept, verified):
            return hashing.verify(kept, verified)
        case Grow(kept, right):
            return hashing.grown(kept, right)


_LONGEST = timedelta(days=36_500)
"""How long an invitation holds at most, as a span in a definition does."""


class UseCases:
    """
    What is done with the accounts of a desk.

    Args:
        tokens: Makes the tokens of invitations.
    """

    def __init__(self, desk: Definition, policy: AccountPolicy, *, clock: Clock, tokens: Tokens) -> None:
        self._desk, self._policy, self._clock, self._tokens = desk, policy, clock, tokens

    def invite(
        self, person: object, *, link: object, expires: timedelta | None, user_name: object, again: bool
    ) -> Steps[InvitationView]:
        """Invite somebody, for the first time or to a new password."""
        who = _person(person)
        address = check_link(link)
        holds = self._policy.invitation if expires is None else text.span(expires, "expires")
        if not timedelta(0) < holds <= _LONGEST:
            raise Invalid(Fault("expires", "out_of_range", facts(minimum="1 ms", maximum="100 y")))
        name = None if user_name is None else self._name(user_name)
        token, now = self._tokens(), self._clock()
        digest, until = _digest(token), text.instant(now + holds, "expires")
        stored = partial(
            steps.invite, desk=self._desk, digest=digest, person=who, user_name=name, again=again, until=until
        )
        invitee = yield Request(stored, write=True)
        mail = invitation_mail(
            self._desk, invitee, id=derived("invitation", digest), link=address, token=token, expires_at=until, at=now
        )
        if failed := (yield Send(mail)):
            yield Request(partial(steps.void, digest=digest, person=who), write=True)
            raise NotSent("invitation_not_sent", why=failed)
        return InvitationView(
            person=who,
            name=invitee.name,
            user_name=invitee.user_name,
            expires_at=until,
            submit=word(self._desk, "accept", invitee.language),
        )

    def invitation(self, token: object) -> Steps[InvitationView]:
        """Tell of an open invitation."""
        digest = _digest(token)
        found: InvitationView = yield Request(
            lambda ledger: steps.invitation_view(ledger, desk=self._desk, digest=digest, now=self._clock())
        )
        return found

    def accept(self, token: object, user_name: object, password: object, repeated: object) -> Steps[str]:
        """Use an invitation up."""
        digest = _digest(token)
        typed = rules.user_name_of(user_name)
        asked: steps.Asked = yield Request(partial(self._asked, digest=digest, user_name=typed))
        faults = list(self._name_faults(user_name, asked))
        faults += rules.password_faults(
            password, path="password", policy=self._policy, names=asked.names, repeated=repeated
        )
        if faults:
            raise Invalid(*faults)
        hash_ = yield Hash(rules.prepared(password) or "")
        name = user_name if isinstance(user_name, str) else None
        person: str = yield Request(
            lambda ledger: steps.accept(ledger, digest=digest, user_name=name, hash=hash_, now=self._clock()),
            write=True,
        )
        return person

    def assign(self, person: object, user_name: object, password: object) -> Steps[None]:
        """Make an account with an initial password."""
        who = _person(person)
        typed = rules.user_name_of(user_name)
        account = Account(id=who)
        asked: steps.Asked = yield Request(lambda ledger: steps.asked(ledger, account=account, user_name=typed))
        faults = list(self._name_faults(user_name, asked))
        faults += rules.password_faults(password, path="password", policy=self._policy, names=asked.names)
        if faults:
            raise Invalid(*faults)
        hash_ = yield Hash(rules.prepared(password) or "")
        must_change = self._policy.must_change
        stored = partial(steps.assign, person=who, user_name=str(user_name), hash=hash_, must_change=must_change)
        yield Request(lambda ledger: stored(ledger, now=self._clock()), write=True)

    def login(self, user_name: object, password: object) -> Steps[str]:
        """Say who signs in."""
        typed = rules.prepared(password)
        admitted = yield from self._guess(typed, user_name=rules.user_name_of(user_name))
        grown = yield Grow(admitted.hash, typed or "")
        account = yield Request(partial(steps.let_in, admitted=admitted, grown=grown), write=True)
        if account is None:
            raise _failed()
        if account.must_change:
            raise Refused(Reason("password_expired", facts(person=account.id)))
        return admitted.id

    def change_password(self, person: object, current: object, new: object, repeated: object) -> Steps[None]:
        """Set another password."""
        who = _person(person)
        asked: steps.Asked = yield Request(partial(self._asked_by, person=who))
        faults = rules.password_faults(new, path="new", policy=self._policy, names=asked.names, repeated=repeated)
        typed = rules.prepared(current)
        if typed is not None and typed == rules.prepared(new):
            faults.append(Fault("new", "password_same"))
        if faults:
            raise Invalid(*faults)
        admitted = yield from self._guess(typed, person=who)
        hash_ = yield Hash(rules.prepared(new) or "")
        if not (
            yield Request(
                lambda ledger: steps.change(ledger, admitted=admitted, hash=hash_, now=self._clock()), write=True
            )
        ):
            raise _failed()

    def account(self, person: object) -> Steps[AccountView]:
        """Tell of an account."""
        who = _person(person)
        found: AccountView = yield Request(lambda ledger: steps.account_view(ledger, person=who, now=self._clock()))
        return found

    def remove(self, person: object) -> Steps[None]:
        """Remove an account."""
        yield Request(partial(steps.remove, person=_person(person)), write=True)

    def _guess(self, typed: str | None, *, person: str | None = None, user_name: str | None = None) -> Steps[Account]:
        """Return whose password was guessed right; a wrong name, a wrong password and a lock take the same way."""
        admitted = yield Request(
            lambda ledger: steps.admit(
                ledger, policy=self._policy, now=self._clock(), person=person, user_name=user_name
            ),
            write=True,
        )
        right = yield Verify("" if admitted is None else admitted.hash, typed)
        if admitted is None or not right:
            raise _failed()
        found: Account = admitted
        return found

    def _asked(self, ledger: Ledger, *, digest: str, user_name: str | None) -> Steps[steps.Asked]:
        _, account = yield from steps.invited(ledger, digest=digest, now=self._clock())
        return (yield from steps.asked(ledger, account=account, user_name=user_name))

    def _asked_by(self, ledger: Ledger, *, person: str) -> Steps[steps.Asked]:
        account = (yield from ledger.credential(Account, person)) or Account(id=person)
        return (yield from steps.asked(ledger, account=account, user_name=None))

    def _name(self, user_name: object) -> str:
        """Return a user name, or raise `Invalid`."""
        if (fault := rules.user_name_fault(user_name, self._policy)) is not None:
            raise Invalid(fault)
        return str(user_name)

    def _name_faults(self, user_name: object, asked: steps.Asked) -> list[Fault]:
        """Return what is wrong with a user name: it need not be told again by whoever has one."""
        has = asked.account.user_name
        if has:
            same = user_name is None or rules.user_name_of(user_name) == rules.folded(has)
            return [] if same else [Fault("user_name", "read_only")]
        if user_name is None:
            return [Fault("user_name", "required")]
        fault = rules.user_name_fault(user_name, self._policy)
        if fault is not None:
            return [fault]
        return [Fault("user_name", "user_name_taken")] if asked.taken else []


def _failed() -> Refused:
    return Refused(Reason("login_failed"))


def _person(person: object) -> str:
    """Return the id of a person, or raise `Invalid`."""
    fault = text.id_fault(person, "person")
    if fault is not None or not isinstance(person, str):
        raise Invalid(*filter(None, [fault]))
    return person


def _digest(token: object) -> str:
    """Return what an invitation is stored under; what is no token has none."""
    said = token if isinstance(token, str) and token.isascii() else ""
    return sha256(said.encode()).hexdigest()
