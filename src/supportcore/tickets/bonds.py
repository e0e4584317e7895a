"""
What stands on a ticket beside its facts: an approval and its votes, those who follow it, the tickets it is linked with.

They are parts of the ticket and of its events, in the forms in which both hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import attrs

from supportcore import text

Verdict = Literal["approve", "reject"]
Decided = Literal["approved", "rejected"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
DECIDED: tuple[Decided, ...] = get_args(Decided)
LinkKind = Literal["related", "parent", "child", "blocks", "blocked_by"]
LINKS: tuple[LinkKind, ...] = get_args(LinkKind)
INVERSE: Mapping[LinkKind, LinkKind] = MappingProxyType(
    {"related": "related", "parent": "child", "child": "parent", "blocks": "blocked_by", "blocked_by": "blocks"}
)
"""What the other ticket of a link is to this one."""


@attrs.frozen(kw_only=True)
class Vote:
    """What one person of a committee said."""

    person: str = text.host_id()
    verdict: Verdict = text.one_of(VERDICTS)


@attrs.frozen(kw_only=True)
class Approval:
    """
    A committee is asked to agree.

    Attributes:
        key: Of the rule that asked.
        voters: Ids of those who are asked, sorted.
        needed: How many of them have to agree.
        votes: In the order in which they were cast.
        decided: None while it is open.
    """

    key: str = text.key()
    voters: tuple[str, ...] = ()
    needed: int = text.integer()
    votes: tuple[Vote, ...] = ()
    decided: Decided | None = text.one_of(DECIDED, None)

    @property
    def nobody_asked(self) -> bool:
        """Whether it waits for a committee without members."""
        return not self.voters and self.decided is None

    def with_vote(self, person: str, verdict: Verdict) -> Approval:
        """Return it with one vote more."""
        return attrs.evolve(self, votes=(*self.votes, Vote(person=person, verdict=verdict)))

    def outcome(self) -> Decided | None:
        """Return what the votes come to: rejected as soon as too few are left to agree; None while it is open."""
        agreed = sum(vote.verdict == "approve" for vote in self.votes)
        if agreed >= self.needed:
            return "approved"
        left = len(self.voters) - len(self.votes)
        return "rejected" if agreed + left < self.needed else None


@attrs.frozen(kw_only=True)
class Follower:
    """
    Somebody who wants to be told, as far as he may see the ticket at that time.

    Attributes:
        roles: The roles under which the person began to follow, sorted.
    """

    person: str = text.host_id()
    roles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Link:
    """
    Another ticket, and what it is to this one.

    Attributes:
        kind: ``parent`` means that the other ticket is the parent of this one.
    """

    kind: LinkKind = text.one_of(LINKS)
    ticket: str = text.host_id()
