"""What stands on the page of a ticket beside its facts: other tickets, and what committees say."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.knowledge import TicketLink


@attrs.frozen(kw_only=True)
class LinkView:
    """
    A linked ticket that the actor may see.

    Attributes:
        kind: What it is to the ticket of the page: ``parent`` means that it is its parent.
        label: What that is called.
    """

    kind: Literal["related", "parent", "child", "blocks", "blocked_by"]
    label: str
    ticket: TicketLink


@attrs.frozen(kw_only=True)
class BallotView:
    """What one person of a committee said, and what that is called."""

    person: str
    verdict: Literal["approve", "reject"]
    text: str


@attrs.frozen(kw_only=True)
class ApprovalView:
    """
    A committee that is asked to agree.

    Attributes:
        label: What the team that is asked is called.
        text: What `status` is called.
        needed: How many have to agree.
        votes: In the order in which they were cast.
        pending: How many may still vote.
    """

    key: str
    label: str
    status: Literal["pending", "approved", "rejected"]
    text: str
    needed: int
    votes: tuple[BallotView, ...]
    pending: int
