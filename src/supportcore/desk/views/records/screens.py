"""The first screen, and lists."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.asking import ActionView, FormLink
from supportcore.desk.views.records.plain import ColumnKind, OptionView, Plain, When


@attrs.frozen(kw_only=True)
class MenuItem:
    """
    An entry of the menu.

    Attributes:
        to: ``list``, ``form``, ``board``, ``view`` or ``host``.
        name: Key of the list, form or board, or name of the view.
        address: Where the host says it leads to; empty for all but ``host``.
        count: What there is to see at it, such as unread notices; None where nothing is counted.
    """

    key: str
    label: str
    to: Literal["list", "form", "board", "view", "host"]
    name: str
    address: str = ""
    count: int | None = None


@attrs.frozen(kw_only=True)
class CellView:
    """A box of a board: what it is called, its colour, how many tickets, and the list behind it."""

    key: str
    label: str
    color: str = ""
    count: int
    list: str


@attrs.frozen(kw_only=True)
class BoardView:
    """
    Boxes with counts.

    Attributes:
        total: How many tickets the board is about; the sum of the boxes, where they partition.
    """

    key: str
    label: str
    cells: tuple[CellView, ...]
    total: int
    partition: bool


@attrs.frozen(kw_only=True)
class QuestionView:
    """
    Something the actor is asked about a ticket.

    Attributes:
        title: What the ticket is called.
        answers: The actions that answer it and are open to the actor.
    """

    key: str
    ticket: str
    number: int
    title: str
    text: str
    help: str = ""
    answers: tuple[ActionView, ...]


@attrs.frozen(kw_only=True)
class Account:
    """Who the actor is."""

    id: str
    name: str
    first_name: str
    email: str = ""
    phone: str = ""


@attrs.frozen(kw_only=True)
class Home:
    """
    The first screen.

    Attributes:
        part_of_day: In the actor's zone: morning from 5, afternoon from 12, evening from 19, night from 22.
        unread: Notices not read, up to 100, which means "at least".
        forms: What a ticket can be opened with; empty if the actor may open none.
    """

    desk: str
    title: str
    language: str
    zone: str
    now: When
    greeting: str
    part_of_day: Literal["morning", "afternoon", "evening", "night"]
    account: Account
    menu: tuple[MenuItem, ...]
    boards: tuple[BoardView, ...]
    unread: int
    questions: tuple[QuestionView, ...]
    forms: tuple[FormLink, ...]


@attrs.frozen(kw_only=True)
class Column:
    """
    A column of a list.

    Attributes:
        sort: What `listing(sort=)` is given to sort by it; empty if it cannot be.
        sorted: Whether the rows stand in its order: ``up``, ``down`` or empty.
    """

    key: str
    label: str
    kind: ColumnKind
    sort: str = ""
    sorted: Literal["", "up", "down"] = ""


@attrs.frozen(kw_only=True)
class Filter:
    """
    What a list may be narrowed by.

    Attributes:
        options: What there is to choose from; None if any value may be typed in.
        value: What it is narrowed by at present; None if by nothing, or by having none.
        active: Whether the list is narrowed by it.
        unchosen: What stands in it as long as it is not.
    """

    key: str
    label: str
    kind: ColumnKind
    options: tuple[OptionView, ...] | None = None
    value: Plain = None
    active: bool = False
    unchosen: str = ""


@attrs.frozen(kw_only=True)
class Value:
    """
    One thing about a ticket.

    Attributes:
        value: As data: a key, an id, a number, an instant in UTC; None if there is none.
        text: As a person reads it; empty if there is none.
        icon: Name of a picture that goes with it, such as ``light-red``; usually empty.
    """

    key: str
    kind: ColumnKind
    value: Plain = None
    text: str = ""
    icon: str = ""


@attrs.frozen(kw_only=True)
class RowAction:
    """Something to do with a row: ``view`` opens the ticket, another name is an action of its page."""

    name: str
    label: str


@attrs.frozen(kw_only=True)
class Row:
    """
    A ticket in a list.

    Attributes:
        merged: That another ticket goes on in its place, in words; empty if it was not merged.
    """

    id: str
    number: int
    version: int
    cells: tuple[Value, ...]
    merged: str = ""
    actions: tuple[RowAction, ...]


@attrs.frozen(kw_only=True)
class Position:
    """
    Where a page lies in its list.

    Attributes:
        first: Place of its first row, from 1; 0 if it is empty.
        last: Place of its last row.
        total: Rows of the list, up to 10,000, which means "at least".
        number: Number of the page, from 1.
        pages: How many pages there are, as far as `total` tells.
        next: Cursor of the following page; empty at the end.
        previous: Cursor of the page before; empty at the beginning.
        text: What is told of all this, as "Showing 1 to 2 of 2".
    """

    first: int
    last: int
    total: int
    number: int
    pages: int
    next: str = ""
    previous: str = ""
    text: str


@attrs.frozen(kw_only=True)
class ListView:
    """
    A page of a list.

    Attributes:
        board: Key of the board whose box is shown; else empty.
        cell: Key of that box.
        search: What is searched for; empty if nothing is.
        empty: What is said where there is no row.
    """

    key: str
    title: str
    board: str = ""
    cell: str = ""
    search: str = ""
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    rows: tuple[Row, ...]
    page: Position
    empty: str
