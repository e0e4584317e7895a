"""``Accounts``: the accounts of one desk, synchronous."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from supportcore.accounts.hashing import Hashing
from supportcore.accounts.mail import InvitationMail
from supportcore.accounts.told import AccountView, InvitationView
from supportcore.accounts.usecases import Send, UseCases, with_password
from supportcore.definition.accounts import AccountPolicy
from supportcore.desk.delivering import check_notifier, refuse_awaitable
from supportcore.desk.desk import Desk
from supportcore.desk.requests import Request
from supportcore.ids import Tokens, random_token
from supportcore.storage.ports import Steps, drive

T = TypeVar("T")


class Accounts:
    """
    The accounts of one desk; one object a process is enough, and may be used from several threads.

    Args:
        desk: Not a joined one: a guess that a host rolls back would not be counted.
        policy: By default that of the desk's definition.
        hasher: An ``argon2.PasswordHasher`` with other parameters than its own.
        tokens: Makes the tokens of invitations, of 256 random bits at least.

    Raises:
        BackendMissing: The extra ``accounts`` is not installed.
        JoinedOnly: The desk is joined.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        policy: AccountPolicy | None = None,
        hasher: Any = None,
        tokens: Tokens = random_token,
    ) -> None:
        desk._owned("Accounts")
        self._desk, self._hashing = desk, Hashing(hasher)
        found = desk.definition.accounts if policy is None else policy
        self._cases = UseCases(desk.definition, found, clock=desk._clock, tokens=tokens)

    def invite(
        self,
        person: str,
        notifier: Callable[[InvitationMail], object],
        *,
        link: str,
        expires: timedelta | None = None,
        user_name: str | None = None,
    ) -> InvitationView:
        """
        Send somebody, at once, a link that leads to an account once; an earlier link leads nowhere from then on.

        Args:
            person: Id of a contact or agent with an address.
            notifier: Called with the mail.
            link: An address of the host's with ``{token}`` in it, where the page is on which `accept` is called. What
                follows ``#`` in an address is told to no server.
            expires: How long it holds; by default as the policy says.
            user_name: The one the person is given; by default he chooses.

        Raises:
            Refused: There is an account with a password, the person is retired, or has no address.
            NotSent: It was not sent, and is void.
        """
        check_notifier(notifier, plain=True)
        wishes = self._cases.invite(person, link=link, expires=expires, user_name=user_name, again=False)
        return self._drive(wishes, notifier)

    def reset(
        self,
        person: str,
        notifier: Callable[[InvitationMail], object],
        *,
        link: str,
        expires: timedelta | None = None,
    ) -> InvitationView:
        """
        Send somebody who has an account a link to a new password; the old one holds until `accept`.

        Raises:
            NotFound: There is no account with a password; and as `invite` does.
        """
        check_notifier(notifier, plain=True)
        wishes = self._cases.invite(person, link=link, expires=expires, user_name=None, again=True)
        return self._drive(wishes, notifier)

    def invitation(self, token: str) -> InvitationView:
        """
        Return whom a link was sent to; it still holds afterwards.

        Raises:
            Refused: As `accept` does.
        """
        return self._drive(self._cases.invitation(token))

    def accept(self, token: str, user_name: str | None, password: str, *, repeated: str | None = None) -> str:
        """
        Set user name and password by the token of an invitation, once, and return the person's id.

        Args:
            user_name: None where the person has one already.
            repeated: The password again, where it was typed twice.

        Raises:
            Refused: ``invitation_unknown``; with a token that was right ``invitation_used``, ``invitation_void`` or
                ``invitation_expired``.
            Invalid: User name or password will not do, all faults at once; the invitation still holds.
        """
        return self._drive(self._cases.accept(token, user_name, password, repeated))

    def assign(self, person: str, user_name: str, password: str) -> None:
        """
        Make an account with an initial password, which somebody has to hand over, and which is to be changed.

        Raises:
            Refused: There is an account with a password.
            Invalid: User name or password will not do, all faults at once.
        """
        self._drive(self._cases.assign(person, user_name, password))

    def login(self, user_name: str, password: str) -> str:
        """
        Return the id of the person who signs in.

        Raises:
            Refused: ``login_failed``: the name or the password is wrong, or the account is locked or retired, which is
                not told apart. ``password_expired``: it is right, but has to be changed first; ``params["person"]``
                tells who it is.
        """
        return self._drive(self._cases.login(user_name, password))

    def change_password(self, person: str, current: str, new: str, *, repeated: str | None = None) -> None:
        """
        Set another password; the present one counts as a guess.

        Args:
            repeated: The new one again, where it was typed twice.

        Raises:
            Refused: ``login_failed``, as of `login`.
            Invalid: The new one will not do, all faults at once; no guess was counted.
        """
        self._drive(self._cases.change_password(person, current, new, repeated))

    def account(self, person: str) -> AccountView:
        """
        Return how an account stands.

        Raises:
            NotFound: There is none.
        """
        return self._drive(self._cases.account(person))

    def remove(self, person: str) -> None:
        """
        Remove an account with its user name and invitations; nothing of them is left.

        Raises:
            NotFound: There is none.
        """
        self._drive(self._cases.remove(person))

    def _drive(self, wishes: Steps[T], notifier: Callable[[InvitationMail], object] | None = None) -> T:
        def do(wish: Any) -> Any:
            match wish:
                case Request():
                    return self._desk._run(wish)
                case Send():
                    assert notifier is not None, "only invitations are sent"
                    return _sent(notifier, wish.mail)
            return with_password(self._hashing, wish)

        return drive(wishes, do)


def _sent(notifier: Callable[[InvitationMail], object], mail: InvitationMail) -> str:
    """Return the name of what sending failed of, or nothing; what an error says may hold the link."""
    try:
        refuse_awaitable(notifier(mail))
    except Exception as error:
        return type(error).__name__
    return ""
