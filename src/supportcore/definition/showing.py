"""Reading what a desk shows (see `supportcore.definition.screens`), and who keeps its knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supportcore.definition.reading import Node, meant
from supportcore.definition.screens import (
    COLUMNS,
    DEFAULT_LIST,
    FILTERS,
    SORTED,
    VIEWS,
    Board,
    Cell,
    ListRule,
    MenuEntry,
    QuestionRule,
    Screens,
)
from supportcore.knowledge.lifecycle import KnowledgePolicy
from supportcore.people.access import Side

LIMIT = 200
"""Rows a page at most."""
DUTIES = ("write", "publish")
"""What is done for the knowledge base by roles of staff."""


def read_knowledge(root: Node, roles: Mapping[str, Side]) -> KnowledgePolicy:
    """Return who keeps the knowledge base; *roles* maps the keys of those there are to their sides."""
    node = root.at("knowledge")
    if node.value is None or not node.table(*DUTIES, "review_after", "folds_ene"):
        return KnowledgePolicy()
    named: dict[str, frozenset[str]] = {}
    for duty in DUTIES:
        below = node.at(duty)
        for one in below.each():
            if isinstance(one.value, str) and roles.get(one.value) == "customer":
                one.fault(
                    "staff_only", f"{one.value!r} is a role on the customer's side; staff keeps the knowledge base"
                )
        named[duty] = frozenset(below.names(roles, "role"))
    review_after = node.at("review_after")
    return KnowledgePolicy(
        write=named["write"],
        publish=named["publish"],
        review_after=None if review_after.value is None else review_after.span(),
        folds_ene=node.at("folds_ene").flag(),
    )


def read_screens(
    root: Node,
    *,
    roles: Sequence[str],
    forms: Sequence[str],
    actions: Sequence[str],
    answers: Sequence[str] = (),
    more: tuple[QuestionRule, ...] = (),
) -> Screens:
    """
    Return what the desk shows.

    Args:
        answers: Keys of the desk's own fields; as *roles*, *forms* and *actions* are of those there are.
        more: Questions beside those that stand in the section.
    """
    plain = Screens()
    lists = tuple(_list(node, roles) for node in _tables(root, "lists")) or plain.lists
    keys = [rule.key for rule in lists]
    boards = tuple(_board(node, keys, roles) for node in _tables(root, "boards"))
    page = root.at("page")
    header = plain.header
    if page.value is not None and page.table("header"):
        header = page.at("header").names((*COLUMNS, *answers), "column") or plain.header
    menu = None
    if root.at("menu").value is not None:
        menu = tuple(
            _entry(node, keys, forms, [board.key for board in boards], roles) for node in _tables(root, "menu")
        )
    questions = (*more, *(_question(node, actions) for node in _tables(root, "questions")))
    return Screens(lists=lists, boards=boards, menu=menu, header=header, questions=questions)


def _tables(root: Node, section: str) -> list[Node]:
    """Return the tables of a list, each with a key of its own."""
    found: list[Node] = []
    for node in root.at(section).each():
        if not isinstance(node.value, dict):
            node.table()
            continue
        key = node.at("key")
        if any(key.value == other.at("key").value for other in found):
            key.fault("duplicate", f"{key.value!r} exists already; each has a name of its own")
        found.append(node)
    return found


def _list(node: Node, roles: Sequence[str]) -> ListRule:
    node.table("key", "where", "columns", "filters", "sort", "limit", "roles")
    plain = ListRule()
    sort = node.at("sort").text(plain.sort)
    if sort.removeprefix("-") not in SORTED:
        node.at("sort").fault("cannot_sort", f"a list is sorted by one of {', '.join(SORTED)}")
        sort = plain.sort
    limit = node.at("limit").number(plain.limit) or plain.limit
    if limit > LIMIT:
        node.at("limit").fault("out_of_range", f"a page has at most {LIMIT} rows")
    filters = node.at("filters")
    return ListRule(
        key=node.at("key").key() or DEFAULT_LIST,
        where=node.at("where").predicate(),
        columns=node.at("columns").names(COLUMNS, "column") or plain.columns,
        filters=plain.filters if filters.value is None else filters.names(FILTERS, "filter"),
        sort=sort,
        limit=min(limit, LIMIT),
        roles=frozenset(node.at("roles").names(roles, "role")),
    )


def _board(node: Node, lists: Sequence[str], roles: Sequence[str]) -> Board:
    node.table("key", "cells", "where", "list", "partition", "roles")
    cells = []
    for below in _tables(node, "cells"):
        below.table("key", "where", "color")
        if below.at("where").value is None:
            below.at("where").fault("missing_key", "say which tickets are in this box: a predicate")
        cells.append(
            Cell(
                key=below.at("key").key() or "cell",
                where=below.at("where").predicate(),
                color=below.at("color").text("", limit=20),
            )
        )
    if not cells:
        node.at("cells").fault("missing_key", "a board has at least one box")
    return Board(
        key=node.at("key").key() or "board",
        cells=tuple(cells),
        where=node.at("where").predicate(),
        list=_named(node.at("list"), lists, "list", lists[0]),
        partition=node.at("partition").flag(),
        roles=frozenset(node.at("roles").names(roles, "role")),
    )


def _entry(
    node: Node, lists: Sequence[str], forms: Sequence[str], boards: Sequence[str], roles: Sequence[str]
) -> MenuEntry:
    node.table("key", "list", "form", "board", "view", "host", "roles")
    key = node.at("key").key() or "entry"
    known = {"list": lists, "form": forms, "board": boards, "view": VIEWS}
    given = [to for to in (*known, "host") if node.at(to).value is not None]
    allowed = frozenset(node.at("roles").names(roles, "role"))
    if len(given) != 1:
        node.fault("bad_entry", "an entry leads to one of list, form, board, view, or host = true")
        return MenuEntry(key=key, to="host", name=key, roles=allowed)
    if given[0] == "host":
        if not node.at("host").flag():
            node.at("host").fault("wrong_type", "host = true, or leave it out")
        return MenuEntry(key=key, to="host", name=key, roles=allowed)
    to = given[0]
    name = _named(node.at(to), known[to], to, "none")
    return MenuEntry(key=key, to=to, name=name, roles=allowed)  # type: ignore[arg-type]  # one of those known


def _named(node: Node, known: Sequence[str], what: str, default: str) -> str:
    if node.value is None:
        return default
    name = node.text()
    if name not in known:
        node.fault(f"unknown_{what}", f"no {what} {name!r}{meant(name, known)}")
        return default
    return name


def _question(node: Node, actions: Sequence[str]) -> QuestionRule:
    node.table("key", "where", "answers")
    answers = node.at("answers").names(actions, "action", needed="say which actions answer it: a list")
    return QuestionRule(key=node.at("key").key() or "question", where=node.at("where").predicate(), answers=answers)
