"""
Does a board partition: is every ticket it is about in exactly one of its boxes?

It is tried out on every kind of ticket and actor that the board's conditions can tell apart, of which there is a finite
number (`supportcore.definition.cases`): so the answer is sure, and holds of every actor. Who may see which ticket is
left aside, as what holds of all tickets holds of those. Beyond `MOST` cases the answer is not looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Literal

import attrs

from supportcore.definition.cases import GROUPS, ID, PRIVATE, ROLES, SET_BY_STATE, YOU, Case, Domain, holds
from supportcore.definition.model import Definition
from supportcore.definition.screens import Board
from supportcore.predicate import All, Eq, Fact, Has, In, Missing, Predicate, both, to_python, words
from supportcore.text import FIRST_INSTANT, NEVER
from supportcore.workflow.findings import Finding

MOST = 200_000
"""Cases that are tried out at most."""
Verdict = Literal["partitions", "gap", "overlap", "too_many"]
_EARLIER = (("opened_at", "updated_at"), ("opened_at", "closed_at"), ("closed_at", "updated_at"))
"""Pairs of instants of which the first is never after the second."""


@attrs.frozen(kw_only=True)
class Telling:
    """
    Whether a board partitions.

    Attributes:
        board: Key of the board.
        verdict: ``gap``: some ticket is in no box; ``overlap``: some ticket is in several.
        declared: The board says that it partitions.
        boxes: Keys of the boxes that overlap.
        witness: A ticket of which it is not true; values that no condition names stand for any other.
        told: That ticket in words.
        cases: How many kinds of ticket the conditions tell apart.
    """

    board: str
    verdict: Verdict
    declared: bool
    boxes: tuple[str, ...] = ()
    witness: Case = attrs.field(factory=dict, eq=False, repr=False)
    told: str = ""
    cases: int

    def __str__(self) -> str:
        match self.verdict:
            case "partitions":
                return "partitions"
            case "gap":
                return f"does not partition: a ticket is in no box where {self.told}"
            case "overlap":
                return f"does not partition: a ticket is in {' and '.join(self.boxes)} where {self.told}"
        return f"too many cases to tell: more than {MOST:,}"


def tell(definition: Definition, board: Board) -> Telling:
    """Return whether *board* partitions the tickets of its list."""
    rule = definition.screens.list(board.list)
    about = both(board.where, rule.where) if rule is not None else board.where
    domain = Domain(definition, [about, *(cell.where for cell in board.cells)])
    dimensions = domain.dimensions()
    count = prod(len(dimension) for dimension in dimensions) if dimensions is not None else MOST + 1
    telling = Telling(board=board.key, verdict="too_many", declared=board.partition, cases=count)
    if dimensions is None or count > MOST:
        return telling
    is_about = to_python(about)
    boxes = [(cell.key, to_python(cell.where)) for cell in board.cells]
    for parts in product(*dimensions):
        case = {path: value for part in parts for path, value in part.items()}
        if not _possible(case) or not holds(is_about, case):
            continue
        inside = tuple(key for key, test in boxes if holds(test, case))
        if len(inside) != 1:
            verdict: Verdict = "overlap" if inside else "gap"
            return attrs.evolve(telling, verdict=verdict, boxes=inside, witness=case, told=_told(case))
    return attrs.evolve(telling, verdict="partitions")


def tellings(definition: Definition) -> tuple[Telling, ...]:
    """Return of each board of a desk, in order, whether it partitions."""
    return tuple(tell(definition, board) for board in definition.screens.boards)


def findings(told: Sequence[Telling]) -> tuple[Finding, ...]:
    """Return a finding for each board that says that it partitions and does not; *told* is of all boards, in order."""
    return tuple(
        Finding("no_partition", f"boards[{index}].partition", f"board {one.board!r} {one}; mend a box, or leave it out")
        for index, one in enumerate(told)
        if one.declared and one.verdict in ("gap", "overlap")
    )


def _possible(case: Case) -> bool:
    """Return whether there can be such a ticket: its instants are in order, and a clock that is due was started."""
    for before, after in _EARLIER:
        if (case.get(before) or FIRST_INSTANT) > (case.get(after) or NEVER):
            return False
    runs = case.get("amber_at") is not None or case.get("red_at") is not None
    return not (runs and "green_at" in case and case["green_at"] is None)


def _told(case: Case) -> str:
    """Return a case in words; what a state settles is left out, and so is what its fields tell of the actor."""
    parts: list[Predicate] = []
    for path, value in case.items():
        if path in SET_BY_STATE[1:]:
            continue
        if path == ROLES:
            parts.extend(Has(path, role) for role in sorted(value))
        elif path in GROUPS:
            parts.extend([Missing(path)] if not value else [])
        elif value is None:
            parts.append(Missing(path))
        elif value == YOU or (path != ID and value == case.get(ID)):
            parts.extend([Eq(path, Fact(ID))] if path != ID else [])
        else:
            sets = [name for name in GROUPS if path != ID and value in case.get(name, ())]
            parts.extend(In(path, Fact(name)) for name in sets)
            if not (sets and str(value).startswith(PRIVATE)):
                parts.append(Eq(path, value))
    return words(All(tuple(parts)), "en", lambda path, value: "another" if value.startswith(PRIVATE) else value)
