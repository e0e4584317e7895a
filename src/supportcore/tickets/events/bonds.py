"""What ties a ticket to others: approvals, tags, those who follow it, links, merges."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text
from supportcore.tickets.bonds import DECIDED, LINKS, VERDICTS, Approval, Decided, LinkKind, Verdict
from supportcore.tickets.events.content import ContentRef


@attrs.frozen(kw_only=True)
class ApprovalAsked:
    """
    A committee was asked.

    Attributes:
        approval: Without votes; it takes the place of an earlier one of its key.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: Approval


@attrs.frozen(kw_only=True)
class ApprovalWithdrawn:
    """The ticket does not need this approval any more."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: str = text.key()


@attrs.frozen(kw_only=True)
class Voted:
    """
    Somebody who was asked said yes or no.

    Attributes:
        approval: Key of the approval.
        internal: What was said with it, internally.
        decided: What the votes come to with this one; None while it is open.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: str = text.key()
    verdict: Verdict = text.one_of(VERDICTS)
    internal: ContentRef | None = None
    decided: Decided | None = text.one_of(DECIDED, None)


@attrs.frozen(kw_only=True)
class Tagged:
    """
    Its tags changed.

    Attributes:
        tags: As they are now, sorted.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Followed:
    """
    Somebody wants to be told from now on.

    Attributes:
        roles: The roles under which the person follows, sorted.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    person: str = text.host_id()
    roles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Unfollowed:
    """Somebody wants to be told no more."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    person: str = text.host_id()


@attrs.frozen(kw_only=True)
class Linked:
    """
    It was linked with another ticket, which has an event of its own of it.

    Attributes:
        kind: What the other ticket is to this one.
        other: Id of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    kind: LinkKind = text.one_of(LINKS)
    other: str = text.host_id()


@attrs.frozen(kw_only=True)
class Unlinked:
    """A link was taken away; fields as of `Linked`."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    kind: LinkKind = text.one_of(LINKS)
    other: str = text.host_id()


@attrs.frozen(kw_only=True)
class Merged:
    """
    Another ticket goes on in its place.

    Attributes:
        into: Id of the other ticket.
        number: Number of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    into: str = text.host_id()
    number: int = text.integer()


@attrs.frozen(kw_only=True)
class MergedFrom:
    """
    It goes on in the place of another ticket.

    Attributes:
        ticket: Id of the other ticket.
        number: Number of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    ticket: str = text.host_id()
    number: int = text.integer()
