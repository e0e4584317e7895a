"""
What a desk shows: lists, boards, the menu, the head of a ticket's page, questions put to people.

All of it is today's, as labels are. Where a desk says nothing, it has one list, a menu of what there is, and the whole
head of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore import text
from supportcore.predicate import ALWAYS, Predicate

ColumnKind = Literal["text", "number", "instant", "choice", "record", "person", "flag", "light", "rating", "tags"]
COLUMNS: Mapping[str, ColumnKind] = MappingProxyType(
    {
        "number": "number",
        "subject": "text",
        "state": "choice",
        "waiting_on": "choice",
        "light": "light",
        "customer": "record",
        "contact": "person",
        "product": "record",
        "module": "record",
        "product_version": "record",
        "service": "record",
        "project": "record",
        "agreement": "record",
        "type": "choice",
        "priority": "choice",
        "urgency": "choice",
        "area": "choice",
        "origin": "choice",
        "team": "record",
        "responsible": "person",
        "assignee": "person",
        "reference": "text",
        "approval": "choice",
        "confirmed": "flag",
        "reassigned": "flag",
        "rating": "rating",
        "rated": "flag",
        "tags": "tags",
        "is_open": "flag",
        "opened_at": "instant",
        "updated_at": "instant",
        "last_reply_at": "instant",
        "due_at": "instant",
        "closed_at": "instant",
    }
)
"""What a list or the head of a page may show of a ticket, and its kind."""
FILTERS = tuple(name for name, kind in COLUMNS.items() if kind not in ("instant", "text") or name == "reference")
"""What a list may be narrowed by."""
SORTED: Mapping[str, str] = MappingProxyType(
    {
        "number": "number",
        "opened_at": "opened_at",
        "updated_at": "updated_at",
        "last_reply_at": "last_reply_at",
        "due_at": "due_at",
        "priority": "priority_rank",
    }
)
"""Columns a list can be sorted by, and the sort key of each."""
STAFF_ONLY = ("agreement", "team", "approval", "approvals", "tags", "followers", "links", "merged", "merged_into")
"""Fields of a ticket that only staff is told, as they name what the customer's side may not know of."""
SENSITIVE = tuple(name for name in STAFF_ONLY if name in COLUMNS)
"""Columns that are shown to staff only."""
VIEWS = ("home", "articles", "notices", "profile", "questions", "files", "calendar")
"""Views that an entry of the menu may lead to."""
DEFAULT_LIST = "tickets"
"""Key of the list of a desk that names none."""


@attrs.frozen(kw_only=True)
class ListRule:
    """
    A list of tickets.

    Attributes:
        where: Which of those that the actor may see.
        columns: Of `COLUMNS`, in order.
        filters: Of `FILTERS`, in order.
        sort: Column of `SORTED` it is sorted by at first, with ``-`` before it for descending.
        limit: Rows a page.
        roles: Who has it; empty means everybody.
    """

    key: str = text.key(DEFAULT_LIST)
    where: Predicate = ALWAYS
    columns: tuple[str, ...] = ("number", "subject", "state", "priority", "assignee", "updated_at")
    filters: tuple[str, ...] = ("number", "state", "priority", "type")
    sort: str = "-updated_at"
    limit: int = 25
    roles: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Cell:
    """One box of a board: the tickets that a predicate holds of, and the colour of the box."""

    key: str = text.key()
    where: Predicate
    color: str = ""


@attrs.frozen(kw_only=True)
class Board:
    """
    Boxes with counts.

    Attributes:
        where: Which tickets it is about, beside those the actor may see.
        list: Key of the list that a box opens.
        partition: Every ticket is meant to be in exactly one box.
        roles: Who has it; empty means everybody.
    """

    key: str = text.key()
    cells: tuple[Cell, ...]
    where: Predicate = ALWAYS
    list: str = text.key(DEFAULT_LIST)
    partition: bool = False
    roles: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class MenuEntry:
    """
    One entry of the menu.

    Attributes:
        to: What it leads to: ``list``, ``form``, ``board``, a ``view``, or an address of the ``host``.
        name: Key of the list, form or board, or name of the view; of the host's address it is `key`.
        roles: Who has it; empty means everybody.
    """

    key: str = text.key()
    to: Literal["list", "form", "board", "view", "host"]
    name: str = text.key()
    roles: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class QuestionRule:
    """
    Something a person is asked about tickets, such as whether one was solved.

    Attributes:
        where: Which tickets, of those the actor may see; may test facts of the actor.
        answers: Actions that answer it; it is asked as long as one of them is open to the actor.
    """

    key: str = text.key()
    where: Predicate
    answers: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Screens:
    """
    All that a desk says about what is shown.

    Attributes:
        lists: At least one; the first is the one a front end opens.
        menu: None means one entry for each of what there is.
        header: Of `COLUMNS`, and of the desk's own fields: the head of a ticket's page, in order.
    """

    lists: tuple[ListRule, ...] = (ListRule(),)
    boards: tuple[Board, ...] = ()
    menu: tuple[MenuEntry, ...] | None = None
    header: tuple[str, ...] = (
        "number", "customer", "contact", "product", "module", "product_version", "service", "project", "type",
        "priority", "urgency", "area", "state", "waiting_on", "light", "assignee", "responsible", "opened_at", "due_at",
    )  # fmt: skip
    questions: tuple[QuestionRule, ...] = ()

    def list(self, key: str) -> ListRule | None:
        """Return the list of that key, or None."""
        return next((rule for rule in self.lists if rule.key == key), None)

    def board(self, key: str) -> Board | None:
        """Return the board of that key, or None."""
        return next((board for board in self.boards if board.key == key), None)
