"""What one actor can ask about tickets, awaited: a part of `AsyncActing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.desk.offers import Offer
    from supportcore.desk.promises import Promise
    from supportcore.desk.requests import Filters, Request, Requests
    from supportcore.desk.timeline import Entry
    from supportcore.sla.clocks import Light
    from supportcore.storage.ports import Page
    from supportcore.tickets.measures import Measures
    from supportcore.tickets.ticket import Ticket

T = TypeVar("T")


class AsyncAsking:
    """Questions about tickets: found, counted, told as they were, and how their promises stand."""

    _requests: Requests

    if TYPE_CHECKING:

        async def _run(self, request: Request[T]) -> T: ...

    async def actions(self, ticket: str | int | None = None) -> tuple[Offer, ...]:
        """Return every command and action, and of those not allowed, why; without a ticket, of opening one."""
        return await self._run(self._requests.actions(ticket))

    async def get(self, ticket: str | int) -> Ticket:
        """Return a ticket by id or number, as it is stored."""
        return await self._run(self._requests.get(ticket))

    async def find(
        self,
        where: Filters = None,
        *,
        sort: str = "-updated_at",
        limit: int = 50,
        cursor: str | None = None,
        page: int | None = None,
        total: bool = True,
    ) -> Page[Ticket]:
        """
        Return a page of the tickets this actor may see.

        Args:
            where: Field to value, list of values, or None for "has none"; or a predicate.
            sort: One of the sort keys, with ``-`` before it for descending.
            cursor: ``next`` or ``previous`` of a page of the same list.
            page: Number of a page, from 1, instead of a cursor.
        """
        request = self._requests.find(where, sort=sort, limit=limit, cursor=cursor, page_number=page, total=total)
        return await self._run(request)

    @overload
    async def count(self, where: Filters = None) -> int: ...

    @overload
    async def count(self, where: Filters = None, *, by: str) -> Mapping[str | bool | None, int]: ...

    async def count(self, where: Filters = None, *, by: str | None = None) -> int | Mapping[str | bool | None, int]:
        """Return how many tickets this actor may see; with *by*, how many for each value of that field."""
        if by is None:
            return await self._run(self._requests.count(where))
        return await self._run(self._requests.count_by(by, where))

    async def timeline(self, ticket: str | int) -> tuple[Entry, ...]:
        """Return what happened, oldest first, as far as this actor may see it."""
        return await self._run(self._requests.timeline(ticket))

    async def as_of(self, ticket: str | int, instant: datetime) -> Ticket:
        """Return a ticket as it was at *instant*, if this actor may see it now."""
        return await self._run(self._requests.as_of(ticket, instant))

    async def clocks(self, ticket: str | int, at: datetime | None = None) -> tuple[Promise, ...]:
        """
        Return what was promised to a ticket and how it stands: time used and left, light, met or not.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return await self._run(self._requests.clocks(ticket, at))

    async def measures(self, ticket: str | int, at: datetime | None = None) -> Measures:
        """
        Return what came of a ticket in open time: first response, resolution, what it was held, each clock's run.

        Args:
            at: As of then; an instant to come tells how it will stand if nobody does anything. None is now.
        """
        return await self._run(self._requests.measures(ticket, at))

    async def light(self, ticket: str | int, at: datetime | None = None) -> Light:
        """Return the most pressing light of a ticket's clocks, now or as of *at*."""
        return await self._run(self._requests.light(ticket, at))

    async def lights(self, where: Filters = None, *, at: datetime | None = None) -> Mapping[Light, int]:
        """
        Return how many tickets this actor may see show which light.

        Args:
            where: As of `find`; there ``{"light": "red"}`` is a filter, too.
            at: As of then; None is now. The past is told from the histories, ticket by ticket, which takes its time.
        """
        return await self._run(self._requests.lights(where, at))
