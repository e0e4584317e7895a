"""What is told of accounts and invitations: nothing by which anybody could sign in."""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class AccountView:
    """
    An account, for those who look after accounts.

    Attributes:
        person: Id of the person; that of the actor.
        user_name: As it was chosen; empty until then.
        has_password: Whether one was set.
        password_changed_at: When it was last set; sessions that began before may be ended by it.
        must_change: Whether it has to be changed at the next sign-in.
        failures: Passwords tried in a row of which none is known to be right.
        locked_until: No password is tried before; None if the account is not locked.
        invited_until: When the open invitation expires; None if there is none.
    """

    person: str
    user_name: str
    has_password: bool
    password_changed_at: datetime | None
    must_change: bool
    failures: int
    locked_until: datetime | None
    invited_until: datetime | None


@attrs.frozen(kw_only=True)
class InvitationView:
    """
    An invitation that may be accepted.

    Attributes:
        name: What the person is called in the catalogue.
        user_name: The one the person has already; empty where it is to be chosen.
        expires_at: First instant at which it no longer holds.
        submit: What the button is called by which it is accepted, in the person's language.
    """

    person: str
    name: str
    user_name: str
    expires_at: datetime
    submit: str
