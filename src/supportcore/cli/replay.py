"""``supportcore replay``: another helpdesk's event log through a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from supportcore.cli.measures import measures_data, show_measures
from supportcore.cli.options import desk_named, json_option, opened
from supportcore.cli.printing import print_json
from supportcore.desk import Desk
from supportcore.replay.faults import RowFault
from supportcore.replay.levels import load_promised
from supportcore.replay.logfile import Columns, Row, read
from supportcore.replay.plan import MOST_ACTIVITIES, Plan, derive_plan, load_plan
from supportcore.replay.runner import SHOWN, Read, RefusedRow, Summary, faults_of
from supportcore.replay.runner import replay as run


@click.command()
@click.argument("log", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--case", required=True, help="Column that names the case.")
@click.option("--activity", required=True, multiple=True, help="Column of the activity; several are joined by +.")
@click.option("--at", required=True, help="Column of the instant.")
@click.option("--at-format", default=None, help="Format of the instant, as for strptime; ISO 8601 if left out.")
@click.option("--resource", default=None, help="Column of who did it.")
@click.option("--timezone", default="UTC", show_default=True, help="Zone of instants that name none.")
@click.option("--desk", default=None, help="A shipped desk or a TOML file; derived from the log if left out.")
@click.option("--map", "mapping", type=click.Path(path_type=Path, dir_okay=False), help="What activities mean there.")
@click.option("--levels", type=click.Path(path_type=Path, dir_okay=False), help="What a derived desk promises.")
@click.option("--store", default="memory://", show_default=True, help="URL of the store; missing tables are made.")
@click.option("--prefix", default="sc_", show_default=True, help="Prefix of its tables.")
@click.option("--name", default=None, help="Name of the log, under which a second run finds the first; its file name.")
@click.option(
    "--on-fault",
    type=click.Choice(["skip", "nothing"]),
    default="skip",
    show_default=True,
    help="A row that cannot be read: apply the rest, or apply nothing.",
)
@json_option
def replay(
    log: Path,
    case: str,
    activity: tuple[str, ...],
    at: str,
    at_format: str | None,
    resource: str | None,
    timezone: str,
    desk: str | None,
    mapping: Path | None,
    levels: Path | None,
    store: str,
    prefix: str,
    name: str | None,
    on_fault: str,
    as_json: bool,
) -> None:
    """Replay LOG, a CSV file, through a desk: each case a ticket, each row a command at its own instant."""
    if (desk is None) != (mapping is None):
        raise click.UsageError("--desk and --map go together: a desk, and what the activities mean there")
    if desk is not None and levels is not None:
        raise click.UsageError("--levels is for a desk derived from the log; --desk promises what its own file says")
    columns = Columns(case=case, activity=activity, at=at, resource=resource)
    rows = partial(read, log, columns, at_format=at_format, timezone=timezone)
    if on_fault == "nothing":
        _require_faultless(rows, log)
    plan = _mapped(rows, desk, mapping) if desk and mapping else _derived(rows, name or log.stem, timezone, levels)
    with opened(store, prefix) as there:
        there.migrate()
        with _progress(quiet=as_json) as progress:
            summary = run(Desk(plan.definition, there), rows, plan, log=name or log.name, progress=progress)
    if as_json:
        print_json(_as_json(summary))
    else:
        _show(summary, log)


def _require_faultless(rows: Read, log: Path) -> None:
    if faults := faults_of(rows):
        for fault in faults:
            click.echo(f"{log.name}: line {fault.line}: {fault.message}", err=True)
        told = f"the first {len(faults)} are shown" if len(faults) == SHOWN else f"{len(faults)}"
        raise click.ClickException(
            f"the log has faults ({told}); nothing was applied (--on-fault skip applies the rest)"
        )


def _mapped(rows: Read, desk: str, mapping: Path) -> Plan:
    """Return what the activities mean there; a log that cannot be read is told here, before a store is made."""
    plan = load_plan(mapping, desk_named(desk))
    next(iter(rows()), None)
    return plan


def _derived(rows: Read, key: str, timezone: str, levels: Path | None) -> Plan:
    """Return a desk for the activities of the log; one that cannot be read is told here, before a store is made."""
    activities: set[str] = set()
    for row in rows():
        if isinstance(row, Row):
            activities.add(row.activity)
        if len(activities) > MOST_ACTIVITIES:
            raise click.ClickException(f"more than {MOST_ACTIVITIES} activities; is --activity the right column?")
    if not activities:
        raise click.ClickException("the log has no row that can be read")
    promised = None if levels is None else load_promised(levels, activities)
    return derive_plan(activities, key=key, zone=timezone, promised=promised)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show on stderr how many rows were read; yields a function to be called with their count."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("rows", total=None)
        yield lambda rows: bar.update(task, completed=rows, description=f"{rows:,} rows")


def _as_json(summary: Summary) -> dict[str, Any]:
    measured = {} if summary.measured is None else {"measures": measures_data(summary.measured)}
    return {
        "desk": summary.desk,
        "read": summary.read,
        "applied": summary.applied,
        "already": summary.already,
        "refused": summary.refused,
        "faulty": summary.faulty,
        "refusals": [{"line": row.line, "code": row.code, "message": row.message} for row in summary.refusals],
        "faults": [{"line": fault.line, "code": fault.code, "message": fault.message} for fault in summary.faults],
        "cases": summary.cases,
        "events": summary.events,
        "pairs": summary.pairs,
        "actions": [
            {"label": label, "events": events, "followed": followed} for label, events, followed in summary.actions
        ],
        **measured,
        "seconds": round(summary.seconds, 3),
        "rows_per_second": round(summary.rate),
    }


def _show(summary: Summary, log: Path) -> None:
    _show_rows(log, summary.faults, "not readable", sum(summary.faulty.values()))
    _show_rows(log, summary.refusals, "refused", sum(summary.refused.values()))
    console = Console(markup=False, highlight=False)
    told = Table(show_header=False, box=None)
    told.add_column(justify="right")
    told.add_column()
    told.add_row(summary.desk, "the desk")
    told.add_row(f"{summary.read:,}", "rows read")
    told.add_row(f"{summary.applied:,}", "applied")
    if summary.already:
        told.add_row(f"{summary.already:,}", "already there from an earlier run")
    for code, count in sorted(summary.refused.items()):
        told.add_row(f"{count:,}", f"refused: {code}")
    for code, count in sorted(summary.faulty.items()):
        told.add_row(f"{count:,}", f"not readable: {code}")
    told.add_row(f"{summary.rate:,.0f}", "rows a second")
    console.print(told)
    stored = Table(title="In the stored histories", title_justify="left")
    stored.add_column("action")
    stored.add_column("events", justify="right")
    stored.add_column("followed by another", justify="right")
    for label, events, followed in summary.actions:
        stored.add_row(label, f"{events:,}", f"{followed:,}")
    console.print(stored)
    console.print(
        f"{summary.cases:,} cases, {summary.events:,} events, {summary.pairs:,} distinct pairs of actions in a row"
    )
    if summary.measured is not None:
        show_measures(console, summary.measured)


def _show_rows(log: Path, rows: Sequence[RowFault | RefusedRow], what: str, count: int) -> None:
    for row in rows:
        click.echo(f"{log.name}: line {row.line}: {what}: {row.message} [{row.code}]", err=True)
    if count > len(rows):
        click.echo(f"{log.name}: {count - len(rows):,} more {what}", err=True)
