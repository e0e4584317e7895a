"""``AsyncAccounts``: the accounts of one desk, asynchronous; passwords are hashed in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from inspect import isawaitable
from typing import Any, TypeVar

from supportcore.accounts.hashing import Hashing
from supportcore.accounts.mail import InvitationMail
from supportcore.accounts.told import AccountView, InvitationView
from supportcore.accounts.usecases import Send, UseCases, with_password
from supportcore.definition.accounts import AccountPolicy
from supportcore.desk.aio import AsyncDesk
from supportcore.desk.delivering import check_notifier
from supportcore.desk.requests import Request
from supportcore.ids import Tokens, random_token
from supportcore.storage.ports import Steps, adrive

T = TypeVar("T")


class AsyncAccounts:
    """
    The accounts of one desk; see `supportcore.accounts.Accounts`.

    Args:
        desk: Not a joined one: a guess that a host rolls back would not be counted.
        policy: By default that of the desk's definition.
        hasher: An ``argon2.PasswordHasher`` with other parameters than its own.
        tokens: Makes the tokens of invitations, of 256 random bits at least.
    """

    def __init__(
        self,
        desk: AsyncDesk,
        *,
        policy: AccountPolicy | None = None,
        hasher: Any = None,
        tokens: Tokens = random_token,
    ) -> None:
        desk._owned("AsyncAccounts")
        self._desk, self._hashing = desk, Hashing(hasher)
        found = desk.definition.accounts if policy is None else policy
        self._cases = UseCases(desk.definition, found, clock=desk._clock, tokens=tokens)

    async def invite(
        self,
        person: str,
        notifier: Callable[[InvitationMail], object],
        *,
        link: str,
        expires: timedelta | None = None,
        user_name: str | None = None,
    ) -> InvitationView:
        """Send somebody, at once, a link that leads to an account once; what *notifier* returns is awaited."""
        check_notifier(notifier)
        wishes = self._cases.invite(person, link=link, expires=expires, user_name=user_name, again=False)
        return await self._drive(wishes, notifier)

    async def reset(
        self,
        person: str,
        notifier: Callable[[InvitationMail], object],
        *,
        link: str,
        expires: timedelta | None = None,
    ) -> InvitationView:
        """Send somebody who has an account a link to a new password; the old one holds until `accept`."""
        check_notifier(notifier)
        wishes = self._cases.invite(person, link=link, expires=expires, user_name=None, again=True)
        return await self._drive(wishes, notifier)

    async def invitation(self, token: str) -> InvitationView:
        """Return whom a link was sent to; it still holds afterwards."""
        return await self._drive(self._cases.invitation(token))

    async def accept(self, token: str, user_name: str | None, password: str, *, repeated: str | None = None) -> str:
        """Set user name and password by the token of an invitation, once, and return the person's id."""
        return await self._drive(self._cases.accept(token, user_name, password, repeated))

    async def assign(self, person: str, user_name: str, password: str) -> None:
        """Make an account with an initial password, which somebody has to hand over, and which is to be changed."""
        await self._drive(self._cases.assign(person, user_name, password))

    async def login(self, user_name: str, password: str) -> str:
        """Return the id of the person who signs in."""
        return await self._drive(self._cases.login(user_name, password))

    async def change_password(self, person: str, current: str, new: str, *, repeated: str | None = None) -> None:
        """Set another password; the present one counts as a guess."""
        await self._drive(self._cases.change_password(person, current, new, repeated))

    async def account(self, person: str) -> AccountView:
        """Return how an account stands."""
        return await self._drive(self._cases.account(person))

    async def remove(self, person: str) -> None:
        """Remove an account with its user name and invitations; nothing of them is left."""
        await self._drive(self._cases.remove(person))

    async def _drive(self, wishes: Steps[T], notifier: Callable[[InvitationMail], object] | None = None) -> T:
        async def do(wish: Any) -> Any:
            match wish:
                case Request():
                    return await self._desk._run(wish)
                case Send():
                    assert notifier is not None, "only invitations are sent"
                    return await _sent(notifier, wish.mail)
            return await asyncio.to_thread(with_password, self._hashing, wish)

        return await adrive(wishes, do)


async def _sent(notifier: Callable[[InvitationMail], object], mail: InvitationMail) -> str:
    """Return the name of what sending failed of, or nothing; what an error says may hold the link."""
    try:
        answer = notifier(mail)
        if isawaitable(answer):
            await answer
    except Exception as error:
        return type(error).__name__
    return ""
