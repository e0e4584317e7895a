"""What lies in all the tickets of an actor at once: their files, and what is due when."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.screens import COLUMNS
from supportcore.desk.checks import check_whole
from supportcore.desk.views.filing import file_of_content
from supportcore.desk.views.ical import Dated, calendar_text
from supportcore.desk.views.records import CalendarEntry, CalendarView, FileList, TicketFile
from supportcore.desk.views.values import light_of
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.predicate import AnyOf, Eq, Predicate, Range, both
from supportcore.storage.paging import LIMIT
from supportcore.storage.ports import Ledger, Query, Steps
from supportcore.text import INT_LIMIT
from supportcore.tickets.events import Content
from supportcore.tickets.files import FILE
from supportcore.tickets.permissions import visible
from supportcore.tickets.ticket import Ticket

LOOKED_AT = 200
"""Tickets that are looked through for files at once."""
MOST_ENTRIES = 1000
"""Entries of a calendar at most, the earliest."""
_EMPTY = ("There is nothing here.", "No hay nada aquí.")
_PEOPLE = tuple(name for name, kind in COLUMNS.items() if kind == "person")


def files(ledger: Ledger, viewer: Viewer, *, before: int | None, limit: int) -> Steps[FileList]:
    """
    Return the files of tickets that the actor may see, as far as he may fetch them.

    Raises:
        Invalid: A limit or number that cannot be.
    """
    check_whole(limit, "limit", 1, LIMIT)
    where: Predicate = visible(viewer.desk, viewer.actor)
    if before is not None:
        check_whole(before, "before", 1, INT_LIMIT)
        where = both(where, Range("number", None, before))
    tickets = yield from ledger.find(Query(where=where, sort="number", descending=True, limit=LOOKED_AT + 1))
    found: list[TicketFile] = []
    last: Ticket | None = None
    for ticket in tickets[:LOOKED_AT]:
        if len(found) >= limit:
            break
        found += _of_ticket(viewer, ticket, (yield from ledger.contents(ticket.id)))
        last = ticket
    is_more = last is not None and last.id != tickets[-1].id
    return FileList(
        title=viewer.say(*VIEW_LABELS["files"]),
        items=tuple(found),
        next=last.number if is_more and last is not None else None,
        empty=viewer.say(*_EMPTY),
    )


def _of_ticket(viewer: Viewer, ticket: Ticket, contents: tuple[Content, ...]) -> Iterator[TicketFile]:
    for content in contents:
        if content.kind == FILE and (viewer.is_staff or content.audience == "public"):
            view = file_of_content(viewer, content)
            yield TicketFile(file=view, ticket=ticket.id, number=ticket.number, subject=ticket.subject)


def calendar(ledger: Ledger, viewer: Viewer, *, mine: bool) -> Steps[CalendarView]:
    """Return what is due about open tickets that the actor may see, or about those that name him."""
    where = both(visible(viewer.desk, viewer.actor), Eq("is_open", True))
    if mine:
        where = both(where, AnyOf(tuple(Eq(key, viewer.actor.id) for key in _PEOPLE)))
    found = yield from ledger.find(Query(where=where, sort="due_at", descending=False, limit=MOST_ENTRIES))
    items: list[CalendarEntry] = []
    dated: list[Dated] = []
    for ticket in found:
        if ticket.due_at is None:  # they come last
            break
        title, state = f"#{ticket.number} - {ticket.subject}", viewer.choice("state", ticket.state)
        light = light_of(viewer, ticket)
        items.append(
            CalendarEntry(
                ticket=ticket.id,
                number=ticket.number,
                title=title,
                due=viewer.when(ticket.due_at),
                state=state,
                light=light,
            )
        )
        dated.append(
            Dated(
                uid=f"{ticket.id}@{viewer.desk.key}",
                at=ticket.due_at,
                changed_at=ticket.updated_at,
                revision=ticket.version,
                summary=title,
                description=f"{viewer.field('state')}: {state}",
            )
        )
    desk = viewer.label("desk", "name")
    return CalendarView(
        title=viewer.say(*VIEW_LABELS["calendar"]),
        items=tuple(items),
        text=calendar_text(desk, dated),
        empty=viewer.say(*_EMPTY),
    )
