"""What one actor may attach to tickets beside words: a part of `Acting`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from supportcore.desk.bonds.requests import BondRequests
    from supportcore.desk.requests import Request
    from supportcore.tickets.commands import Receipt

T = TypeVar("T")


class Bonding:
    """Ratings, votes, tags, followers, links, merging."""

    _bonds: BondRequests

    if TYPE_CHECKING:

        def _run(self, request: Request[T]) -> T: ...

    def rate(
        self,
        ticket: str,
        rating: int,
        comment: str | None = None,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Rate the resolution of a ticket, once.

        Args:
            rating: 1 to 5; on a desk that asks for yes or no, 1 or 0.

        Raises:
            Refused: ``not_solved``, ``rated_already``, or the actor does not rate here.
        """
        request = self._bonds.rate(ticket, rating, comment, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def decide(
        self,
        ticket: str,
        verdict: str,
        comment: str | None = None,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Say ``approve`` or ``reject`` as one of those who are asked, once.

        Args:
            comment: What staff reads with it.

        Raises:
            Refused: ``nothing_to_approve``, ``not_asked_to_approve``, ``voted_already``.
        """
        request = self._bonds.decide(ticket, verdict, comment, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def tag(
        self,
        ticket: str,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Add tags, which are keys, and take tags away; saying it again changes nothing."""
        request = self._bonds.tag(ticket, add, remove, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def follow(
        self,
        ticket: str,
        follow: bool = True,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """Be told of what happens to a ticket as far as this actor may see it, or, with False, no more."""
        request = self._bonds.follow(ticket, follow, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def link(
        self,
        ticket: str,
        other: str | int,
        kind: str = "related",
        *,
        linked: bool = True,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Link two tickets, or take that back; the other one says the inverse.

        Args:
            other: Id or number.
            kind: ``related``; ``parent`` or ``child`` if the other is that of this one; ``blocks`` if this one holds up
                the other, ``blocked_by`` if it is held up by it.
            linked: False takes it back.

        Raises:
            Invalid: There is no such ticket that the actor may see, or it is the same one.
        """
        request = self._bonds.link(ticket, other, kind, linked=linked, command_id=command_id, seen_version=seen_version)
        return self._run(request)

    def merge(
        self,
        ticket: str,
        into: str | int,
        *,
        command_id: str | None = None,
        seen_version: int | None = None,
    ) -> Receipt:
        """
        Let another ticket of the same customer go on in the place of this one, which is closed by that.

        From then on the number of this one leads to the other; both keep their histories.

        Args:
            into: Id or number of the other, which may be closed, and may have moved on since it was seen.
            seen_version: Of this one.

        Raises:
            Refused: ``merged_ticket``, ``no_merging``, or the actor does not merge here.
            Invalid: There is no such ticket, it is the same one, of another customer, or merged itself.
        """
        request = self._bonds.merge(ticket, into, command_id=command_id, seen_version=seen_version)
        return self._run(request)
