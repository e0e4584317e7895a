"""
What the actor is told in the portal, in the actor's words, and what of it was read.

A notice stands in the list as long as the actor may see its ticket, and may know of what it tells: of what is internal
the customer's side is told nothing, unless a rule tells the contact. Its place is the instant of what it tells of: one
of something that was found late to have happened, such as a timer, stands among those of that time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from supportcore.desk.checks import check_whole
from supportcore.desk.telling import told
from supportcore.desk.views.records import NoticeList, NoticeView
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.errors import Fault, Invalid, facts
from supportcore.predicate import In, both
from supportcore.storage.ports import Ledger, Query, Steps
from supportcore.text import id_fault, instant_of_text, instant_text
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.draft import NOTICE_NAMES
from supportcore.tickets.events import INTERNAL, Content, Event
from supportcore.tickets.permissions import visible
from supportcore.tickets.ticket import Ticket

CHANNEL = "in_app"
"""The channel of notices that are read in the portal."""
LIMIT = 200
"""Notices on a page, and read from the store at once, at most."""
MOST_UNREAD = 100
"""Unread notices are counted up to here."""
LOOKED_AT = 1000
"""Newest notices among which unread ones are counted: older ones are no news, and looking has an end."""
MARKED = 1000
"""Notices that are marked as read at once, at most."""

_INTERNAL = frozenset(NOTICE_NAMES[kind] for kind in INTERNAL if kind in NOTICE_NAMES)
"""What notice rules call the events that the customer's side does not see."""
Place = tuple[datetime, str]
"""Instant and id of a notice."""
_EMPTY = ("There are no notices.", "No hay avisos.")


def notices(ledger: Ledger, viewer: Viewer, *, since: str, before: str, limit: int) -> Steps[NoticeList]:
    """
    Return up to *limit* notices about tickets the actor may see, newest first.

    Raises:
        Invalid: *limit* is not between 1 and `LIMIT`; *since* or *before* is none of a list of this actor.
    """
    check_whole(limit, "limit", 1, LIMIT)
    after, place = _decode(viewer, since, "since"), _decode(viewer, before, "before")
    found: list[tuple[OutboxRow, Ticket]] = []
    newest = None
    while len(found) <= limit:
        rows = yield from _inbox(ledger, viewer, after=after, before=place)
        if rows and newest is None:
            newest = (rows[0].due_at, rows[0].id)
        found.extend((yield from _seen(ledger, viewer, rows)))
        if len(rows) < LIMIT:
            break
        place = (rows[-1].due_at, rows[-1].id)
    shown = found[:limit]
    read = yield from ledger.read_notices(viewer.actor.id, [row.id for row, _ in shown])
    items = yield from _in_words(ledger, viewer, shown, read)
    counted = yield from unread(ledger, viewer)
    last = shown[-1][0] if len(found) > limit else None
    return NoticeList(
        title=viewer.say(*VIEW_LABELS["notices"]),
        items=items,
        unread=counted,
        since=since if newest is None or before else _encode(viewer, newest, "since"),
        next="" if last is None else _encode(viewer, (last.due_at, last.id), "before"),
        empty=viewer.say(*_EMPTY),
    )


def unread(ledger: Ledger, viewer: Viewer) -> Steps[int]:
    """
    Return how many notices to the actor are not read, up to `MOST_UNREAD`, which means "at least".

    Counted are the `LOOKED_AT` newest, about tickets the actor may see.
    """
    count = 0
    place = None
    for _ in range(LOOKED_AT // LIMIT):
        rows = yield from _inbox(ledger, viewer, after=None, before=place)
        if rows:
            read = yield from ledger.read_notices(viewer.actor.id, [row.id for row in rows])
            news = [row for row in rows if row.id not in read]
            count += len((yield from _seen(ledger, viewer, news)))
        if count >= MOST_UNREAD or len(rows) < LIMIT:
            break
        place = (rows[-1].due_at, rows[-1].id)
    return min(count, MOST_UNREAD)


def mark_read(ledger: Ledger, viewer: Viewer, ids: Sequence[str]) -> Steps[None]:
    """
    Note notices as read by the actor; those that were not told to the actor are left alone.

    Raises:
        Invalid: *ids* is no list of up to `MARKED` ids.
    """
    if not isinstance(ids, (list, tuple)):
        raise Invalid(Fault("notices", "wrong_type", facts(expected="a list of ids", expected_es="una lista")))
    if len(ids) > MARKED:
        raise Invalid(Fault("notices", "too_long", facts(limit=MARKED, unit="ids", unit_es="identificadores")))
    faults = [id_fault(one, f"notices.{place}") for place, one in enumerate(ids)]
    if any(faults):
        raise Invalid(*(fault for fault in faults if fault is not None))
    wanted = frozenset(ids)
    own: list[str] = []
    place = None
    while len(own) < len(wanted):
        rows = yield from _inbox(ledger, viewer, after=None, before=place)
        own.extend(row.id for row in rows if row.id in wanted)
        if len(rows) < LIMIT:
            break
        place = (rows[-1].due_at, rows[-1].id)
    if own:
        yield from ledger.mark_read(viewer.actor.id, own, viewer.now)


def _inbox(
    ledger: Ledger, viewer: Viewer, *, after: Place | None, before: Place | None
) -> Steps[tuple[OutboxRow, ...]]:
    """Return the next `LIMIT` notices to the actor or one of the actor's teams, newest first."""
    actor = viewer.actor
    return ledger.inbox(actor.id, sorted(actor.teams), channel=CHANNEL, after=after, before=before, limit=LIMIT)


def _seen(ledger: Ledger, viewer: Viewer, rows: Sequence[OutboxRow]) -> Steps[list[tuple[OutboxRow, Ticket]]]:
    """Return the rows that the actor may read, about tickets that he may see now, each with its ticket."""
    rows = [row for row in rows if _may_know(viewer, row)]
    ids = tuple(sorted({row.ticket for row in rows}))
    if not ids:
        return []
    where = both(visible(viewer.desk, viewer.actor), In("id", ids))
    tickets = yield from ledger.find(Query(where=where, sort="number", limit=len(ids)))
    by_id = {ticket.id: ticket for ticket in tickets}
    return [(row, by_id[row.ticket]) for row in rows if row.ticket in by_id]


def _may_know(viewer: Viewer, row: OutboxRow) -> bool:
    """Return whether the actor may know of what a row tells, by the rule of today; of one that is gone, only staff."""
    if viewer.is_staff or row.role == "contact":
        return True
    rule = next((rule for rule in viewer.desk.notices if rule.key == row.rule), None)
    return rule is not None and rule.on not in _INTERNAL


def _in_words(
    ledger: Ledger, viewer: Viewer, rows: Sequence[tuple[OutboxRow, Ticket]], read: frozenset[str]
) -> Steps[tuple[NoticeView, ...]]:
    first: dict[str, int] = {}
    for row, ticket in rows:
        first[ticket.id] = min(row.position, first.get(ticket.id, row.position))
    events: dict[tuple[str, int], Event] = {}
    contents: dict[str, tuple[Content, ...]] = {}
    for ticket_id, position in first.items():
        for recorded in (yield from ledger.history(ticket_id, after=position - 1)):
            events[ticket_id, recorded.position] = recorded.event
        contents[ticket_id] = yield from ledger.contents(ticket_id)
    return tuple(
        [
            _view(viewer, row, ticket, events[ticket.id, row.position], contents[ticket.id], read=row.id in read)
            for row, ticket in rows
        ]
    )


def _view(
    viewer: Viewer, row: OutboxRow, ticket: Ticket, event: Event, contents: Sequence[Content], *, read: bool
) -> NoticeView:
    subject, body = told(
        viewer.desk,
        row,
        ticket,
        event,
        contents,
        locale=viewer.language,
        zone=viewer.zone,
        public=not viewer.is_staff,
    )
    return NoticeView(
        id=row.id,
        ticket=ticket.id,
        number=ticket.number,
        when=viewer.when(event.at),
        title=subject,
        body=body,
        read=read,
    )


# -- tokens: the place of a notice, of this actor on this desk


def _digest(viewer: Viewer, kind: str) -> str:
    said = json.dumps([viewer.desk.key, viewer.actor.id, kind])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _encode(viewer: Viewer, place: Place, kind: str) -> str:
    data = json.dumps([_digest(viewer, kind), instant_text(place[0]), place[1]], separators=(",", ":"))
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


def _decode(viewer: Viewer, token: object, kind: str) -> Place | None:
    """Return the place a token tells, None for none; it comes from outside, so nothing in it is believed."""
    if token == "":
        return None
    try:
        if not isinstance(token, str):
            raise TypeError("no text")
        digest, at, row_id = json.loads(base64.urlsafe_b64decode((token + "=" * (-len(token) % 4)).encode()))
        if digest != _digest(viewer, kind) or id_fault(row_id, "id"):
            raise ValueError("another list's")
        return instant_of_text(at, kind), row_id
    except (ValueError, TypeError, RecursionError):  # Invalid is a ValueError
        raise Invalid(Fault(kind, "bad_cursor")) from None
