"""``supportcore acceptance``: the scenarios of desks on stores, as a table with pass or fail for each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from supportcore.cli.options import json_option, opened
from supportcore.cli.printing import counted, print_json, progress
from supportcore.ids import random_ids

if TYPE_CHECKING:
    from supportcore.storage.ports import Store
    from supportcore.testing.scenarios import Outcome, Scenarios

DEFAULT_STORES = ("memory", "sqlite")
_WIDTH = 120
"""Characters of a line that is not written to a terminal."""


@click.command()
@click.option(
    "--store", "names", multiple=True, metavar="URL", help="memory, sqlite or a URL; may be repeated. Default: both."
)
@click.option("--prefix", default="sc_", show_default=True, help="Begins the name of every table.")
@click.option("--desk", "desks", multiple=True, metavar="DESK", help="Only its rows; may be repeated.")
@click.option("--row", "rows", multiple=True, metavar="ID", help="Only this row; may be repeated.")
@click.option(
    "--scenarios",
    "folder",
    default="tests/acceptance",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where they stand.",
)
@json_option
def acceptance(
    names: tuple[str, ...],
    prefix: str,
    desks: tuple[str, ...],
    rows: tuple[str, ...],
    folder: Path,
    as_json: bool,
) -> None:
    """
    Run acceptance scenarios, each on a desk of its own, and print what came of them row by row and store by store.

    A row without a scenario is missing. Whatever fails is told below the table, and then, as for missing rows, the exit
    code is 1.
    """
    from supportcore.testing.scenarios import scenarios_in

    of_rows = {row.rpartition("-")[0] or row for row in rows}
    if not desks and all((folder / name).is_dir() for name in of_rows):
        desks = tuple(of_rows)
    found = scenarios_in(folder, desks=desks)
    ids = _chosen(found, rows)
    stores = dict.fromkeys(names or DEFAULT_STORES)
    shown = {name: name if name in DEFAULT_STORES else name.partition(":")[0] for name in stores}
    outcomes: dict[tuple[str, str], Outcome] = {}
    with ExitStack() as stack, progress("Acceptance") as told:
        for name in stores:
            store, ending = stack.enter_context(_opened(name, prefix))
            for row_id in ids:
                if row_id in found.rows:
                    outcomes[row_id, name] = _run(found, row_id, store, shown[name], ending)
                    told(len(outcomes) / (len(ids) * len(stores)))
    if as_json:
        print_json(_as_json(found, ids, list(stores), shown, outcomes))
    else:
        _show(found, ids, list(stores), shown, outcomes)
    missing = any(row_id not in found.rows for row_id in ids)
    if found.faults or missing or not ids or not all(outcome.passed for outcome in outcomes.values()):
        sys.exit(1)


def _chosen(found: Scenarios, rows: tuple[str, ...]) -> list[str]:
    known = dict.fromkeys([*found.required, *found.rows])
    unknown = [row for row in rows if row not in known]
    if unknown:
        told = f"there is no row {', '.join(unknown)} among those found; --scenarios DIR says where they are"
        raise click.BadParameter(told, param_hint="--row")
    return [row for row in known if not rows or row in rows]


@contextmanager
def _opened(name: str, prefix: str) -> Iterator[tuple[Store, str]]:
    """Open and migrate a store; with it comes the ending of the keys of desks, where it may hold some already."""
    with ExitStack() as stack:
        url, ending = name, f"-{random_ids()[:8]}"
        if name in DEFAULT_STORES:
            folder = stack.enter_context(TemporaryDirectory(prefix="supportcore-acceptance-"))
            url = "memory://" if name == "memory" else f"sqlite:///{Path(folder) / 'desk.db'}"
            ending = ""
        store = stack.enter_context(opened(url, prefix))
        store.migrate()
        yield store, ending


def _run(found: Scenarios, row_id: str, store: Store, name: str, ending: str) -> Outcome:
    from supportcore.testing.scenarios import run_row

    return run_row(found.rows[row_id], store, name=name, ending=ending)


def _word(found: Scenarios, outcomes: dict[tuple[str, str], Outcome], row_id: str, name: str) -> str:
    if row_id not in found.rows:
        return "missing"
    return "pass" if outcomes[row_id, name].passed else "fail"


def _as_json(
    found: Scenarios,
    ids: list[str],
    stores: list[str],
    shown: dict[str, str],
    outcomes: dict[tuple[str, str], Outcome],
) -> dict[str, object]:
    return {
        "stores": [shown[name] for name in stores],
        "rows": [
            {
                "id": row_id,
                "title": found.required.get(row_id, ""),
                "outcomes": [_word(found, outcomes, row_id, name) for name in stores],
                "stories": [outcome.story for name in stores if (outcome := outcomes.get((row_id, name)))],
            }
            for row_id in ids
        ],
        "faults": [str(fault) for fault in found.faults],
    }


def _show(
    found: Scenarios,
    ids: list[str],
    stores: list[str],
    shown: dict[str, str],
    outcomes: dict[tuple[str, str], Outcome],
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colors = {"pass": "green", "fail": "bold red", "missing": "bold yellow"}
    table = Table(box=None, pad_edge=False)
    table.add_column("row", no_wrap=True)
    table.add_column("", ratio=1)
    for name in stores:
        table.add_column(shown[name], no_wrap=True)
    for row_id in ids:
        title = found.required.get(row_id) or found.rows[row_id].title
        words = [_word(found, outcomes, row_id, name) for name in stores]
        table.add_row(row_id, Text(title), *(Text(word, style=colors[word]) for word in words))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    console.print(table)
    for fault in found.faults:
        click.echo(f"\n{fault}")
    for story in dict.fromkeys(outcome.story for outcome in outcomes.values() if not outcome.passed):
        click.echo(f"\n{story}")
    passed = sum(row_id in found.rows and all(outcomes[row_id, name].passed for name in stores) for row_id in ids)
    click.echo(f"\n{passed} of {counted(len(ids), 'row')} passed on {', '.join(shown[name] for name in stores)}.")
