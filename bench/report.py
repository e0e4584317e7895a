"""
What a measurement found, as tables and as JSON.

A line with a target is marked OVER when its ratio exceeds it, or SHORT when it is one to be reached and is not. That
fails nothing: how long something took on a shared machine is for people to judge.
"""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from typing import Any

import attrs

from bench.measuring import Ratio

try:
    from rich.console import Console
    from rich.table import Table
except ImportError:  # only the extra [cli] brings it
    Console = None  # type: ignore[assignment,misc]

PACKAGES = (
    "attrs", "cattrs", "transitions", "sqlalchemy", "psycopg", "pymysql", "pymongo", "numpy", "businesstimedelta",
    "workclock", "bm25s", "snowballstemmer", "PyStemmer",
)  # fmt: skip
HEAD = ("what", "measured", "", "ratio", "quartiles", "target", "")


@attrs.frozen(kw_only=True)
class Line:
    """
    One line of a table.

    Attributes:
        key: What JSON calls it.
        value: In *unit*.
        ratio: To the line that the measurement compares with.
        target: What the ratio shall not exceed; None for what is only told.
        least: What the ratio shall reach, of a line that says how many times as long others take.
    """

    key: str
    what: str
    value: float | None = None
    unit: str = ""
    ratio: Ratio | None = None
    target: float | None = None
    least: float | None = None

    @property
    def over(self) -> bool:
        """Whether the ratio exceeds the target."""
        return self.ratio is not None and self.target is not None and self.ratio.median > self.target

    @property
    def short(self) -> bool:
        """Whether the ratio does not reach the least it shall be."""
        return self.ratio is not None and self.least is not None and self.ratio.median < self.least

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line, in the order of `HEAD`."""
        ratio = self.ratio
        spread = f"{_figure(ratio.low)}-{_figure(ratio.high)}" if ratio is not None and ratio.low != ratio.high else ""
        wanted = "" if self.target is None else f"<= {_figure(self.target)}"
        if self.least is not None:
            wanted = f">= {_figure(self.least)}"
        return (
            self.what,
            "" if self.value is None else _figure(self.value),
            self.unit,
            "" if ratio is None else _figure(ratio.median),
            spread,
            wanted,
            "OVER" if self.over else "SHORT" if self.short else "ok" if wanted else "",
        )

    def data(self) -> dict[str, Any]:
        """Return the line for JSON."""
        found: dict[str, Any] = {"what": self.what, "value": self.value, "unit": self.unit}
        if self.ratio is not None:
            found |= {"ratio": self.ratio.median, "quartiles": [self.ratio.low, self.ratio.high]}
        if self.target is not None:
            found |= {"target": self.target, "over": self.over}
        if self.least is not None:
            found |= {"least": self.least, "short": self.short}
        return found


@attrs.frozen(kw_only=True)
class Grid:
    """
    A table with columns of its own, beside that of the lines.

    Attributes:
        head: Name of each column; the first one is of texts, the others are of figures.
        rows: A text, then figures or texts.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]

    def cells(self) -> list[tuple[str, ...]]:
        """Return the texts of the rows."""
        return [
            tuple(cell if isinstance(cell, str) else str(cell) if isinstance(cell, int) else _figure(cell)
                  for cell in row)
            for row in self.rows
        ]  # fmt: skip

    def data(self) -> dict[str, Any]:
        """Return the table for JSON."""
        return {"title": self.title, "rows": [dict(zip(self.head, row, strict=True)) for row in self.rows]}


@attrs.frozen(kw_only=True)
class Measurement:
    """
    One table.

    Attributes:
        how: What was compared with what, in a sentence or two.
        facts: Counts and findings that are no times.
        grids: Tables with other columns, shown before it.
    """

    title: str
    how: str
    lines: tuple[Line, ...]
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    grids: tuple[Grid, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return the table for JSON."""
        found: dict[str, Any] = {
            "title": self.title,
            "how": self.how,
            "lines": {line.key: line.data() for line in self.lines},
            "facts": dict(self.facts),
        }
        return found | ({"tables": [grid.data() for grid in self.grids]} if self.grids else {})


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = None
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        **packages,
    }


def show(measurement: Measurement) -> None:
    """Print a measurement."""
    rows = [line.cells() for line in measurement.lines]
    tables = [(grid.title, grid.head, (0,), grid.cells()) for grid in measurement.grids]
    tables.append((measurement.title, HEAD, (0, 2), rows))
    if Console is None:
        for table in tables:
            _plainly(*table)
    else:
        console = Console(highlight=False, markup=False)
        if not console.is_terminal:
            console.width = 120
        for table in tables:
            console.print(_drawn(*table))
    for text in _notes(measurement):
        print(text) if Console is None else console.print(text)
    print()


def _drawn(title: str, head: Sequence[str], texts: Collection[int], rows: Iterable[tuple[str, ...]]) -> Any:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    for place, name in enumerate(head):
        justify: Any = "left" if place in texts else "right"
        table.add_column(name, justify=justify, overflow="fold" if place == 0 else "ellipsis")
    for row in rows:
        table.add_row(*row, style="bold red" if row[-1] in ("OVER", "SHORT") else None)
    return table


def _plainly(title: str, head: tuple[str, ...], texts: Collection[int], rows: Iterable[tuple[str, ...]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(head))]
    print(title)
    for row in table:
        aligned = (
            cell.ljust(width) if place in texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  " + "  ".join(aligned).rstrip())


def _notes(measurement: Measurement) -> list[str]:
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in measurement.facts.items())
    return [measurement.how, *([facts] if facts else [])]
