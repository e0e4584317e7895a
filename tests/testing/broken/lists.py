"""Stores that err in the order of lists, and in their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from supportcore.predicate import to_python
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.ports import Query, Steps
from supportcore.text import NEVER
from supportcore.tickets.ticket import Ticket
from tests.testing.broken.base import BrokenStore, Found


def _ordered(order: Callable[[list[Ticket], Query], list[Ticket]]) -> type[MemoryLedger]:
    """Return operations that show what a list holds in another order, if it begins at the beginning."""

    class Ordering(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            if query.seek is not None:
                return (yield from super().find(query))
            found = yield from super().find(attrs.evolve(query, skip=0, limit=10_000))
            return tuple(order(list(found), query)[query.skip :][: query.limit])

    return Ordering


def _by_value(found: list[Ticket], query: Query) -> list[Ticket]:
    return sorted(found, key=lambda one: _value(one, query), reverse=query.descending)


def _value(ticket: Ticket, query: Query) -> Any:
    return getattr(ticket, query.sort) or NEVER if query.sort.endswith("_at") else getattr(ticket, query.sort)


class TiesAnyhow(BrokenStore):
    """Orders by the key alone; rows of the same key come the other way round."""

    operations = _ordered(lambda found, query: _by_value(list(reversed(found)), query))


class TiesAlwaysUp(BrokenStore):
    """Orders rows of the same key by their id upwards, also where the list goes down."""

    operations = _ordered(
        lambda found, query: sorted(
            sorted(found, key=lambda one: one.id), key=lambda one: _value(one, query), reverse=query.descending
        )
    )


class NullsFirst(BrokenStore):
    """Shows tickets without an instant before all others."""

    operations = _ordered(lambda found, query: sorted(found, key=lambda one: getattr(one, query.sort) is not None))


class RanksAsText(BrokenStore):
    """Orders numbers as text: 10 before 9."""

    operations = _ordered(
        lambda found, query: (
            found
            if query.sort.endswith("_at")
            else sorted(found, key=lambda one: str(getattr(one, query.sort)), reverse=query.descending)
        )
    )


class SeeksByKeyAlone(BrokenStore):
    """Goes on behind the key of the edge and skips the other rows of that key."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            found = yield from super().find(query)
            if query.seek is None:
                return found
            return tuple(ticket for ticket in found if getattr(ticket, query.sort) != query.seek.key)


class EdgesRepeated(BrokenStore):
    """Begins a page with the last row of the page before."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            found = yield from super().find(query)
            if query.seek is None or query.seek.backwards:
                return found
            edge = yield from self.ticket(query.seek.id)
            fits = edge is not None and to_python(query.where)(edge, None)
            return (edge, *found)[: query.limit] if edge is not None and fits else found


class BackwardsReversed(BrokenStore):
    """Shows the page before from its end to its beginning."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            found = yield from super().find(query)
            return found[::-1] if query.seek is not None and query.seek.backwards else found


class BackwardsFromTheStart(BrokenStore):
    """Shows the first page instead of the page before."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            if query.seek is None or not query.seek.backwards:
                return (yield from super().find(query))
            return (yield from super().find(attrs.evolve(query, limit=1000)))[: query.limit]


class SkipsOneMore(BrokenStore):
    """Counts rows to be passed over from 0."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            return (yield from super().find(attrs.evolve(query, skip=query.skip + (query.skip > 0))))


class WordsAfterTheLimit(BrokenStore):
    """Cuts a list to its limit and then leaves out what has not the words."""

    class operations(MemoryLedger):
        def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
            some = yield from super().find(attrs.evolve(query, words=()))
            having = yield from self._where(query.where, query.words)
            return tuple(ticket for ticket in some if ticket in having)


class IdsOfUtf16(BrokenStore):
    """Orders ids by the units of UTF-16, so that what takes two of them comes before the end of the first plane."""

    class operations(MemoryLedger):
        def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
            ids = yield from super().ticket_ids("", 10_000)
            units = sorted(ids, key=lambda one: one.encode("utf-16-be"))
            return tuple(one for one in units if one.encode("utf-16-be") > after.encode("utf-16-be"))[:limit]


PLACES = "test_rows_of_one_key_have_their_places"
BY_RANK, BY_REPLY = ({"sort": sort, "descending": True} for sort in ("priority_rank", "last_reply_at"))
FOUND: list[Found] = [
    (TiesAnyhow, PLACES, BY_RANK),
    (TiesAlwaysUp, PLACES, BY_RANK),
    (NullsFirst, PLACES, {**BY_REPLY, "descending": False}),
    (RanksAsText, PLACES, BY_RANK),
    (SeeksByKeyAlone, PLACES, BY_RANK),
    (SeeksByKeyAlone, "test_pages_make_up_the_whole_list", {}),
    (EdgesRepeated, PLACES, BY_RANK),
    (BackwardsReversed, PLACES, BY_RANK),
    (BackwardsFromTheStart, PLACES, BY_RANK),
    (SkipsOneMore, PLACES, BY_RANK),
    (WordsAfterTheLimit, "test_words_narrow_lists_and_counts", {}),
    (IdsOfUtf16, "test_text_is_ordered_byte_by_byte", {}),
]
