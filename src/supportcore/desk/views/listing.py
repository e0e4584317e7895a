"""
Lists: a page of tickets with columns, filters and its place, by itself or behind a box of a board.

A list shows exactly what the actor may open, narrowed by the list's own condition, by the board and box it is opened
from, and by the filters that were chosen; all of them are one condition that the store evaluates. Where something is
searched for, it shows those of them that have every word of that in number, title or first public message. A cursor
belongs to all of this but not to the instant: the next page of those that are late is of those that are late then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from supportcore.definition.screens import COLUMNS, SENSITIVE, SORTED, Board, Cell, ListRule
from supportcore.desk.checks import check_whole
from supportcore.desk.knowledge.searching import told
from supportcore.desk.views.boards import cell_label, list_behind, scope
from supportcore.desk.views.bonded import merged_words, related
from supportcore.desk.views.filters import condition, filters, read
from supportcore.desk.views.names import Names, load_names, people_of_ticket, refs_of_ticket
from supportcore.desk.views.records import Column, ListView, Row, RowAction
from supportcore.desk.views.values import value_of
from supportcore.desk.views.viewer import Viewer, position
from supportcore.errors import Fault, Invalid, NotFound, facts
from supportcore.knowledge.indexing import analysed_as
from supportcore.knowledge.search import ticket_words
from supportcore.predicate import NEVER, both, shape
from supportcore.storage.paging import LIMIT, Listing, page
from supportcore.storage.ports import TOTAL_CAP, Ledger, Steps
from supportcore.tickets.indexed import tagged
from supportcore.tickets.ticket import Ticket

LIST_LABEL = ("Tickets", "Tickets")
"""What the list of a desk that names none is called, in English and Spanish."""
_VIEW = ("View details", "Ver detalles")
_EMPTY = ("There is nothing here.", "No hay nada aquí.")


@attrs.frozen(kw_only=True)
class Asked:
    """What a list is asked for; see `supportcore.desk.Acting.listing`."""

    key: str | None = None
    board: str | None = None
    cell: str | None = None
    where: Mapping[str, object] | None = None
    search: str = ""
    sort: str | None = None
    limit: int | None = None
    cursor: str | None = None
    page: int | None = None


@attrs.frozen(kw_only=True)
class _Place:
    """The list that was asked for, and the board and box it is behind."""

    rule: ListRule
    board: Board | None = None
    cell: Cell | None = None

    @property
    def keys(self) -> tuple[str, str, str]:
        """Keys of list, board and box; empty where there is none."""
        return (self.rule.key, self.board.key if self.board else "", self.cell.key if self.cell else "")


def list_label(viewer: Viewer, key: str) -> str:
    """Return what a list is called."""
    return viewer.label("lists", key, LIST_LABEL)


def lists(viewer: Viewer) -> tuple[ListRule, ...]:
    """Return the lists of the actor, in the order of the desk."""
    return tuple([rule for rule in viewer.desk.screens.lists if viewer.has(rule.roles)])


def listing(ledger: Ledger, viewer: Viewer, asked: Asked) -> Steps[ListView]:
    """
    Return a page of a list.

    Somebody who searches for something without a word in it, such as stop words alone, finds nothing.

    Raises:
        NotFound: There is no such list, board or box for this actor.
        Invalid: A filter, search, sort key, limit, page or cursor that cannot be.
    """
    place = _place(viewer, asked)
    rule = place.rule
    known = _shown(viewer, rule.filters)
    said = read(viewer, asked.where, known)
    sort = _sort(asked.sort, rule.sort)
    limit = _limit(asked, rule.limit)
    here = scope(viewer, rule, place.board, place.cell)
    search = told(asked.search, "search")
    words = ticket_words(search, languages=analysed_as(viewer.desk.languages), preferred=viewer.language)
    tags = tuple((tagged(str(value)),) for key, value in said.items() if COLUMNS[key] == "tags")
    wanted = Listing(
        where=both(here, condition(said, viewer.now)) if words or not search else NEVER,
        words=(*words, *tags),
        sort=("-" if sort.startswith("-") else "") + SORTED[sort.removeprefix("-")],
        limit=limit,
        cursor=asked.cursor,
        page=asked.page,
        known_as=(place.keys, shape(here), sorted(said.items()), bool(search)),
    )
    found = yield from page(ledger, wanted)
    columns = _shown(viewer, rule.columns)
    names = yield from _names(ledger, viewer, found.items, columns)
    others = yield from related(ledger, viewer, (ticket.merged_into for ticket in found.items))
    actions = (RowAction(name="view", label=viewer.label("actions", "view", _VIEW)),)
    rows = [
        Row(
            id=ticket.id,
            number=ticket.number,
            version=ticket.version,
            cells=tuple([value_of(viewer, names, ticket, column) for column in columns]),
            merged="" if ticket.merged_into is None else merged_words(viewer, others, ticket.merged_into),
            actions=actions,
        )
        for ticket in found.items
    ]
    key, board, cell = place.keys
    return ListView(
        key=key,
        title=_title(viewer, place),
        board=board,
        cell=cell,
        search=search,
        columns=tuple([_column(viewer, column, sort) for column in columns]),
        filters=(yield from filters(ledger, viewer, known, said)),
        rows=tuple(rows),
        page=position(
            viewer,
            first=found.first_index,
            count=len(rows),
            total=found.total or 0,
            limit=limit,
            next=found.next or "",
            previous=found.previous or "",
        ),
        empty=viewer.say(*_EMPTY),
    )


def _place(viewer: Viewer, asked: Asked) -> _Place:
    """Return which list is meant; that it is not there and that it is not the actor's are not told apart."""
    screens = viewer.desk.screens
    board = cell = None
    if asked.board is not None:
        board = screens.board(asked.board)
        if board is None or list_behind(viewer, board) is None:
            raise NotFound(kind="board", id=asked.board)
    if asked.cell is not None:
        cells = board.cells if board is not None else ()
        cell = next((one for one in cells if one.key == asked.cell), None)
        if cell is None:
            raise NotFound(kind="cell", id=asked.cell)
    mine = lists(viewer)
    key = board.list if board is not None and asked.key is None else asked.key
    rule = next((one for one in mine if key is None or one.key == key), None)
    if rule is None:
        raise NotFound(kind="list", id=key or "")
    return _Place(rule=rule, board=board, cell=cell)


def _title(viewer: Viewer, place: _Place) -> str:
    if place.board is None:
        return list_label(viewer, place.rule.key)
    return (
        viewer.label("boards", place.board.key) if place.cell is None else cell_label(viewer, place.board, place.cell)
    )


def _shown(viewer: Viewer, columns: Iterable[str]) -> tuple[str, ...]:
    """Return those of *columns*, or filters, that the actor may see."""
    return tuple([column for column in columns if viewer.is_staff or column not in SENSITIVE])


def _names(ledger: Ledger, viewer: Viewer, tickets: Sequence[Ticket], columns: Sequence[str]) -> Steps[Names]:
    """Return the names of all that *columns* of *tickets* show, in one round trip."""
    refs = [ref for ticket in tickets for ref in refs_of_ticket(ticket, columns)]
    people = [person for ticket in tickets for person in people_of_ticket(ticket, columns)]
    return (yield from load_names(ledger, viewer, refs=refs, people=people))


def _sort(asked: object, default: str) -> str:
    """Return the column to sort by, with ``-`` before it for descending."""
    if asked is None:
        return default
    if not isinstance(asked, str) or asked.removeprefix("-") not in SORTED:
        raise Invalid(Fault("sort", "cannot_sort", facts(options=", ".join(SORTED))))
    return asked


def _limit(asked: Asked, default: int) -> int:
    """Return the rows a page, once limit, page and cursor are known to be of the right kind."""
    limit = default
    if asked.limit is not None:
        check_whole(asked.limit, "limit", 1, LIMIT)
        limit = asked.limit
    if asked.page is not None:
        check_whole(asked.page, "page", 1, TOTAL_CAP // limit)
    if asked.cursor is not None and not isinstance(asked.cursor, str):
        raise Invalid(Fault("cursor", "bad_cursor"))
    return limit


def _column(viewer: Viewer, key: str, sort: str) -> Column:
    is_sorted = key == sort.removeprefix("-")
    return Column(
        key=key,
        label=viewer.column(key, "columns"),
        kind=COLUMNS[key],
        sort=key if key in SORTED else "",
        sorted="" if not is_sorted else "down" if sort.startswith("-") else "up",
    )
