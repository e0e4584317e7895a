"""
``scenarios_in``: a folder of scenarios, with all that is wrong in it.

A fault in a row is the row's own, so that the others can be run; one of a file or a cast is that of all its rows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from supportcore.definition.reading import Node, meant
from supportcore.errors import DefinitionFault
from supportcore.testing.scenarios.cast import Cast, read_cast
from supportcore.testing.scenarios.steps import SECTIONS, Step, read_steps
from supportcore.text import key_fault

CAST = "cast.toml"
ROWS = "rows.toml"
ROW_LIMIT = 31
"""Characters of the id of a row, so that the key of its desk has room for an ending."""


@attrs.frozen(kw_only=True)
class Row:
    """
    One scenario.

    Attributes:
        id: Such as ``noova-13``.
        no_rule: Why there is nothing in it to refuse; empty where something is.
        cast: None if it cannot be had.
        faults: What is wrong with how it is written; a row with faults is not run.
    """

    id: str
    desk: str
    title: str
    no_rule: str = ""
    cast: Cast | None = attrs.field(default=None, repr=False)
    steps: tuple[Step, ...] = attrs.field(default=(), repr=False)
    faults: tuple[DefinitionFault, ...] = ()


@attrs.frozen(kw_only=True)
class Scenarios:
    """
    The scenarios of a folder.

    Attributes:
        required: The rows there have to be, by id, with their titles; in their order.
        rows: Those there are, by id.
        faults: What is wrong with files, rather than with a row of them.
    """

    folder: Path
    required: Mapping[str, str]
    rows: Mapping[str, Row]
    faults: tuple[DefinitionFault, ...] = ()

    def row(self, row_id: str) -> Row:
        """
        Return a row.

        Raises:
            KeyError: There is none of that id.
        """
        return self.rows[row_id]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the ids of rows that there have to be, and are not."""
        return tuple(row_id for row_id in self.required if row_id not in self.rows)


def scenarios_in(folder: Path, *, desks: Iterable[str] = ()) -> Scenarios:
    """
    Return the scenarios that stand in a folder.

    Args:
        desks: Only those of these, by the names of their folders; empty means all.
    """
    faults: list[DefinitionFault] = []
    wanted = set(desks)
    listed = _required(folder, faults)
    found = [path.name for path in sorted(folder.iterdir()) if (path / CAST).is_file()] if folder.is_dir() else []
    if not found and not listed:
        faults.append(DefinitionFault(str(folder), "document", "missing_file", f"no folder here has a {CAST}"))
    unknown = sorted(wanted - {*found, *listed})
    for name in unknown:
        known = meant(name, sorted({*found, *listed}))
        faults.append(DefinitionFault(str(folder), name, "unknown_desk", f"no scenarios of {name!r}{known}"))
    rows: dict[str, Row] = {}
    required: dict[str, str] = {}
    for desk in dict.fromkeys((*listed, *found)):
        if wanted and desk not in wanted:
            continue
        there = _rows_of(folder / desk, listed.get(desk), faults) if desk in found else []
        required |= listed.get(desk, {row.id: row.title for row in there})
        for row in there:
            rows[row.id] = row
    return Scenarios(folder=folder, required=required, rows=rows, faults=tuple(faults))


def _required(folder: Path, faults: list[DefinitionFault]) -> dict[str, dict[str, str]]:
    """Return the rows there have to be, by desk."""
    path = folder / ROWS
    if not path.is_file():
        return {}
    root = _root(path, folder, faults)
    return {desk: {row: title.text() for row, title in below.items()} for desk, below in root.items()}


def _rows_of(folder: Path, listed: Mapping[str, str] | None, faults: list[DefinitionFault]) -> list[Row]:
    """Return the rows of one desk, in the order of the list of those there have to be."""
    of_cast: list[DefinitionFault] = []
    cast = read_cast(_root(folder / CAST, folder.parent, of_cast), folder)
    found: dict[str, Row] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == CAST or path.name.endswith(".labels.toml") or _is_desk(path):
            continue
        for row_id, node in _root(path, folder.parent, faults).items():
            row = _row(row_id, node, desk=folder.name, cast=cast, of_cast=of_cast, listed=listed)
            if row_id in found:
                told = f"there is another row {row_id}"
                row = attrs.evolve(row, faults=(*row.faults, DefinitionFault(node.file, row_id, "duplicate", told)))
            found[row_id] = row
    order = list(listed or ())
    return sorted(found.values(), key=lambda row: order.index(row.id) if row.id in order else len(order))


def _row(
    row_id: str,
    node: Node,
    *,
    desk: str,
    cast: Cast | None,
    of_cast: list[DefinitionFault],
    listed: Mapping[str, str] | None,
) -> Row:
    faults = [*of_cast]
    node = Node(node.value, file=node.file, path=node.path, faults=faults)
    if key_fault(row_id, "") is not None or len(row_id) > ROW_LIMIT:
        node.fault("bad_key", f"{row_id!r} is no id of a row: 1 to {ROW_LIMIT} of a-z, 0-9, _ and -")
    elif listed is not None and row_id not in listed:
        node.fault("unknown_row", f"{ROWS} has no row {row_id!r}{meant(row_id, listed)}")
    if not node.table("title", "no_rule", *SECTIONS) or cast is None:
        return Row(id=row_id, desk=desk, title="", cast=cast, faults=tuple(faults))
    title, no_rule = node.at("title").text(), node.at("no_rule").text("")
    steps = read_steps(node, cast)
    if not faults:
        _check_halves(node, steps, no_rule)
    return Row(id=row_id, desk=desk, title=title, no_rule=no_rule, cast=cast, steps=steps, faults=tuple(faults))


def _check_halves(node: Node, steps: tuple[Step, ...], no_rule: str) -> None:
    """A row shows what holds, and what is refused; otherwise it could not fail."""
    if not any(step.looks for step in steps if step.section == "then"):
        node.fault("looks_at_nothing", "a row that looks at nothing shows nothing: let a step see something", "then")
    refused = [step for step in steps if step.section == "refused"]
    if any(step.outcome != "done" for step in refused):
        if no_rule:
            node.fault("two_outcomes", "something is refused, so there is a rule", "no_rule")
    elif not no_rule:
        node.fault("nothing_refused", 'show what is refused, or say why nothing is: no_rule = "…"', "refused")
    elif refused:
        node.fault("nothing_refused", "where nothing is refused there are no such steps", "refused")


def _is_desk(path: Path) -> bool:
    """Return whether a file is the definition of a desk that stands beside the scenarios of it."""
    return path.with_name(path.name.removesuffix(".toml") + ".labels.toml").is_file()


def _root(path: Path, folder: Path, faults: list[DefinitionFault]) -> Node:
    """Return the document in a file; an empty one, with the fault noted, if it cannot be read."""
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    value: Any = {}
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(DefinitionFault(name, "document", "unreadable_file", f"cannot be read: {error.strerror}"))
    except ValueError as error:
        faults.append(DefinitionFault(name, "document", "bad_toml", f"is not TOML: {error}"))
    return Node(value, file=name, path="", faults=faults)
