"""
Pages of a list: cursors that belong to one query, and what a page says about its place.

A cursor holds the edge it starts from and a digest of query and scope, so that another query's cursor is refused. Rows
whose sort key did not change between two pages are neither skipped nor repeated.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import Predicate, Scalar, shape
from supportcore.storage.ports import SORT_KEYS, TOTAL_CAP, Page, Query, Seek, Steps, Tickets, Words
from supportcore.text import NEVER, id_fault, instant, instant_text, int_fault
from supportcore.tickets.ticket import Ticket

CURSOR_VERSION = 1
LIMIT = 200  # rows a page at most


@attrs.frozen(kw_only=True)
class Listing:
    """
    What a list is asked for.

    Attributes:
        where: Bound, visibility included.
        sort: A sort key, with ``-`` before it for descending.
        cursor: Of a page before; excludes `page`.
        page: Number of a page, from 1.
        total: Whether to count the whole list.
        words: As those of a `Query`; a cursor belongs to them, too.
        known_as: What a cursor belongs to beside the sort key, as plain values; None means `where` itself, which
            does not do where it holds the present instant.
    """

    where: Predicate
    sort: str = "-updated_at"
    limit: int = 50
    cursor: str | None = None
    page: int | None = None
    total: bool = True
    known_as: Any = None
    words: Words = ()


def _digest(listing: Listing) -> str:
    belongs_to = shape(listing.where) if listing.known_as is None else listing.known_as
    said = json.dumps([listing.sort, belongs_to, listing.words], default=str, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _encode(seek: Seek, index: int, digest: str) -> str:
    key = instant_text(seek.key) if isinstance(seek.key, datetime) else seek.key
    data = json.dumps([CURSOR_VERSION, digest, key, seek.id, seek.backwards, index], separators=(",", ":"))
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


def _decode(cursor: str, digest: str, sort: str) -> tuple[Seek, int]:
    """Return edge and place; a cursor comes from outside, so nothing in it is believed."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, said, key, row_id, backwards, index = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if version != CURSOR_VERSION or said != digest or not isinstance(backwards, bool):
            raise ValueError("another query's")
        if id_fault(row_id, "id") or int_fault(index, "index") or index < 1:
            raise ValueError("no row")
        return Seek(key=_edge(key, sort), id=row_id, backwards=backwards), index
    except (ValueError, TypeError, AttributeError, RecursionError):  # Invalid is a ValueError
        raise Invalid(Fault("cursor", "bad_cursor")) from None


def _edge(key: Any, sort: str) -> Scalar:
    """Return the sort key of a cursor as the value it stands for, if it can be one of *sort*."""
    if sort in ("number", "priority_rank"):
        if int_fault(key, "key"):
            raise ValueError("no number")
        number: int = key
        return number
    found = datetime.fromisoformat(key)
    return found if found == NEVER else instant(found)


def page(tickets: Tickets, listing: Listing) -> Steps[Page[Ticket]]:
    """
    Return the page that *listing* asks for.

    Raises:
        Invalid: A sort key, limit, page or cursor that cannot be.
    """
    descending = listing.sort.startswith("-")
    sort = listing.sort.removeprefix("-")
    if sort not in SORT_KEYS:
        raise Invalid(Fault("sort", "cannot_sort", facts(options=", ".join(SORT_KEYS))))
    if not 1 <= listing.limit <= LIMIT:
        raise Invalid(Fault("limit", "out_of_range", facts(minimum=1, maximum=LIMIT)))
    pages = TOTAL_CAP // listing.limit
    if listing.page is not None and listing.cursor is not None:
        raise Invalid(Fault("page", "page_and_cursor"))
    if listing.page is not None and not 1 <= listing.page <= pages:
        raise Invalid(Fault("page", "out_of_range", facts(minimum=1, maximum=pages)))
    digest = _digest(listing)
    seek, index = _decode(listing.cursor, digest, sort) if listing.cursor is not None else (None, 1)
    skip = (listing.page - 1) * listing.limit if listing.page is not None else 0
    found = yield from tickets.find(
        Query(
            where=listing.where,
            words=listing.words,
            sort=sort,
            descending=descending,
            limit=listing.limit + 1,
            seek=seek,
            skip=skip,
        )
    )
    total = (yield from tickets.count(listing.where, words=listing.words, cap=TOTAL_CAP)) if listing.total else None
    return _page(found, listing, seek=seek, index=index + skip, digest=digest, sort=sort, total=total)


def _page(
    found: Sequence[Ticket],
    listing: Listing,
    *,
    seek: Seek | None,
    index: int,
    digest: str,
    sort: str,
    total: int | None,
) -> Page[Ticket]:
    more = len(found) > listing.limit
    backwards = seek is not None and seek.backwards
    items = tuple(found[-listing.limit :] if backwards else found[: listing.limit])
    first = index
    if backwards:
        first = max(1, index - len(items)) if more else 1
    has_next = bool(items) and (more or backwards)
    if items and total is not None and total < TOTAL_CAP and (more or not backwards):
        # Rows may have come or gone since the cursor was made: the last page ends with the last row.
        last_page = max(1, total - len(items) + 1)
        first = min(first, max(1, last_page - 1)) if has_next else last_page
    has_previous = bool(items) and (more if backwards else first > 1)

    def edge(ticket: Ticket, index: int, *, backwards: bool) -> str:
        value = getattr(ticket, sort)
        return _encode(Seek(key=NEVER if value is None else value, id=ticket.id, backwards=backwards), index, digest)

    return Page(
        items=items,
        next=edge(items[-1], first + len(items), backwards=False) if has_next else None,
        previous=edge(items[0], first, backwards=True) if has_previous else None,
        first_index=first if items else 0,
        total=total,
    )
