"""
What is kept of who may sign in: accounts, their user names, invitations. Never a password, and never a token.

These are records beside the catalogue, not of it: nobody lists or exports them, and no view shows one. The rules about
them are in `supportcore.accounts`, which nothing else of the library imports.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text


@attrs.frozen(kw_only=True)
class Account:
    """
    How one person signs in.

    Attributes:
        id: The person's id; that of the actor.
        user_name: As it was chosen; empty until then.
        hash: Of the password, with its salt and parameters; empty until there is one.
        changed_at: When the password was last set.
        failures: Passwords tried in a row of which none is known to be right.
        locked_until: No password is tried before.
        must_change: The password was given by somebody else, and is good for nothing but to be changed.
        invitation: Digest of the invitation that is open, or None.
        invitations: Digests of the last ones, open or not, oldest first.
    """

    id: str = text.host_id()
    user_name: str = text.title("")
    hash: str = attrs.field(default="", repr=False, validator=attrs.validators.instance_of(str))
    changed_at: datetime | None = text.instant_at(None)
    failures: int = text.integer(0)
    locked_until: datetime | None = text.instant_at(None)
    must_change: bool = False
    invitation: str | None = attrs.field(default=None, repr=False)
    invitations: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class UserName:
    """
    Whose a user name is.

    Attributes:
        id: The name normalised and case-folded, so that there is one of each on a desk.
    """

    id: str = text.host_id()
    person: str = text.host_id()


@attrs.frozen(kw_only=True)
class Invitation:
    """
    A link that was sent to a person and leads to a password once.

    Attributes:
        id: sha256 of its token, in hexadecimal digits.
        expires_at: First instant at which it no longer holds.
        used_at: When it was accepted, or None.
    """

    id: str = text.host_id()
    person: str = text.host_id()
    expires_at: datetime = text.instant_at()
    used_at: datetime | None = text.instant_at(None)


Credential = Account | UserName | Invitation
