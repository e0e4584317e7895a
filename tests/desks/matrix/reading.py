"""
Tables of who may do what, as they are written by hand: one file for each desk.

`[cast]` is a cast as acceptance scenarios have one. `[roles]` says, for each column, which actor of the cast stands for
which role. A table of `[[tables]]` has a state that three tickets are brought to, and a grid: in its first line the
columns, then for each command or action a line. A cell has a letter for each of the tickets ``own``, ``same`` (another
person of the same customer), ``other`` (another customer) and that of another desk; one letter alone stands for all
tickets that the line ``sees`` does not hide from the actor, and ``-`` if it hides all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from supportcore.definition.reading import Node
from supportcore.testing.scenarios.cast import Cast, read_cast

FOLDER = Path(__file__).parent
TICKETS = ("own", "same", "other", "elsewhere")
CODES = {
    "y": "yes",
    "h": "not_found",
    "r": "role_required",
    "w": "wrong_state",
    "c": "condition_not_met",
    "x": "ticket_closed",
    "s": "not_solved",
    "d": "rated_already",
    "n": "nothing_to_approve",
    "a": "not_asked_to_approve",
    "v": "voted_already",
    "m": "moved_already",
}
"""What the letters of a cell stand for."""


@attrs.frozen(kw_only=True)
class Table:
    """
    What may be done in one state.

    Attributes:
        openers: For each ticket the actor who opens it, and what he says beside what the matrix says.
        given: Steps that bring the tickets there: ``as`` (``opener`` is who opened it), ``do``, ``on`` (only these).
        cells: The code by command, column and ticket.
    """

    name: str
    state: str
    openers: Mapping[str, str]
    document: Mapping[str, Any]
    given: tuple[Mapping[str, Any], ...]
    cells: Mapping[tuple[str, str, str], str]


@attrs.frozen(kw_only=True)
class Matrix:
    """
    The tables of a desk.

    Attributes:
        columns: The role of each actor that has a column.
        called: What the roles are called, in Spanish, in the order of the definition.
        inputs: What a command is given, where it cannot be made up.
        opening: The code of opening a ticket for the own and for another customer, by column.
    """

    cast: Cast
    columns: Mapping[str, str]
    called: tuple[str, ...]
    document: Mapping[str, Any]
    inputs: Mapping[str, Mapping[str, Any]]
    opening: Mapping[tuple[str, str], str]
    tables: tuple[Table, ...]


def read_matrix(name: str) -> Matrix:
    """Return the matrix of a desk."""
    said = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    faults: list[Any] = []
    cast = read_cast(Node(said["cast"], file=f"{name}.toml", path="cast", faults=faults), FOLDER)
    assert cast is not None, faults
    columns = said["columns"]
    openers = said["openers"]
    return Matrix(
        cast=cast,
        columns=columns,
        called=tuple(said["called"]),
        document=said["document"],
        inputs=said.get("inputs", {}),
        opening={
            (which, column): code
            for which, line in said["opening"].items()
            for column, code in zip(columns, line.split(), strict=True)
        },
        tables=tuple(_table(one, columns, {**openers, **one.get("openers", {})}) for one in said["tables"]),
    )


def _table(said: Mapping[str, Any], columns: Mapping[str, str], openers: Mapping[str, str]) -> Table:
    head, sees, *lines = (line.split() for line in said["cells"].strip().splitlines())
    assert head == list(columns), (said["name"], head)
    assert sees[0] == "sees"
    seen = dict(zip(columns, sees[1:], strict=True))
    cells: dict[tuple[str, str, str], str] = {}
    for line in lines:
        names, letters = line[: -len(columns)], line[-len(columns) :]
        for command in names:
            for column, cell in zip(columns, letters, strict=True):
                for ticket, letter in zip(TICKETS, _expanded(cell, seen[column]), strict=True):
                    key = (command, column, ticket)
                    assert key not in cells, (said["name"], key)
                    cells[key] = CODES[letter]
    return Table(
        name=said["name"],
        state=said.get("state", said["name"]),
        openers=openers,
        document=said.get("document", {}),
        given=tuple(said.get("given", ())),
        cells=cells,
    )


def _expanded(cell: str, seen: str) -> str:
    """Return the letters of a cell: where there is one alone, it is that of every ticket that is seen."""
    assert set(seen) <= {"y", "h"}, seen
    if cell == "-":
        assert "y" not in seen
        return seen
    if len(cell) > 1:
        assert all((letter == "h") == (one == "h") for letter, one in zip(cell, seen, strict=True)), (cell, seen)
        return cell
    assert "y" in seen, (cell, seen)
    return "".join(cell if one == "y" else "h" for one in seen)
