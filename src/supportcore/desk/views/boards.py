"""
Boards: boxes with counts, each the count of the list that is behind it.

What a box counts is what its list shows: the tickets that the actor may see, that the list is about, that the board is
about, and that the box is about. A board is for those who have both the board and its list.
"""

from __future__ import annotations

from supportcore.definition.screens import Board, Cell, ListRule
from supportcore.desk.views.records import BoardView, CellView
from supportcore.desk.views.viewer import Viewer
from supportcore.predicate import Predicate, bind, both
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.permissions import visible


def scope(viewer: Viewer, rule: ListRule, board: Board | None = None, cell: Cell | None = None) -> Predicate:
    """Return which tickets a list shows the actor, by itself or behind a board or box, bound."""
    narrowed = [found.where for found in (rule, board, cell) if found is not None]
    return both(visible(viewer.desk, viewer.actor), *(bind(where, viewer.actor) for where in narrowed))


def list_behind(viewer: Viewer, board: Board) -> ListRule | None:
    """Return the list of a board, or None if the actor does not have both."""
    rule = viewer.desk.screens.list(board.list)
    return rule if rule is not None and viewer.has(board.roles) and viewer.has(rule.roles) else None


def boards(ledger: Ledger, viewer: Viewer) -> Steps[tuple[BoardView, ...]]:
    """Return the boards of the actor, counted in one round trip."""
    mine = [(board, rule) for board in viewer.desk.screens.boards if (rule := list_behind(viewer, board)) is not None]
    wheres = [scope(viewer, rule, board, cell) for board, rule in mine for cell in (None, *board.cells)]
    counts = iter((yield from ledger.counts(wheres)) if wheres else ())
    return tuple([_view(viewer, board, next(counts), [next(counts) for _ in board.cells]) for board, _ in mine])


def _view(viewer: Viewer, board: Board, total: int, counts: list[int]) -> BoardView:
    cells = [
        CellView(key=cell.key, label=cell_label(viewer, board, cell), color=cell.color, count=count, list=board.list)
        for cell, count in zip(board.cells, counts, strict=True)
    ]
    label = viewer.label("boards", board.key)
    return BoardView(key=board.key, label=label, cells=tuple(cells), total=total, partition=board.partition)


def cell_label(viewer: Viewer, board: Board, cell: Cell) -> str:
    """Return what a box is called."""
    return viewer.label(f"cells.{board.key}", cell.key)
