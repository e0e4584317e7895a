"""``supportcore run-due``: what a cron job calls, so that timers of quiet tickets fire."""

from __future__ import annotations

import sys

import click

from supportcore.cli.options import desk_named, json_option, opened, store_options
from supportcore.cli.printing import counted, print_json
from supportcore.desk import Desk
from supportcore.storage import DirectoryBlobs


@click.command()
@click.option("--desk", "name", required=True, metavar="DESK", help="A shipped desk or a TOML file.")
@store_options()
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Tickets, and files, at most."
)
@click.option("--files", type=click.Path(file_okay=False), help="Where files lie, unless in the store: a directory.")
@json_option
def run_due(name: str, url: str, prefix: str, schema: str | None, limit: int, files: str | None, as_json: bool) -> None:
    """
    Let happen what has come due on quiet tickets, each in a transaction of its own, and remove files not sent in time.

    A ticket that fails is put back for later and told; then the exit code is 1.
    """
    definition = desk_named(name)
    with opened(url, prefix, schema) as store:
        kept = None if files is None else DirectoryBlobs(files)
        report = Desk(definition, store, files=kept).run_due(limit=limit)
    if as_json:
        parked = [{"ticket": ticket, "error": error} for ticket, error in report.parked]
        done = {"tickets": report.tickets, "events": report.events, "files": report.files}
        print_json({"desk": definition.key, **done, "parked": parked})
    else:
        click.echo(f"{counted(report.tickets, 'ticket')} had something come due: {counted(report.events, 'event')}.")
        if report.files:
            click.echo(f"{counted(report.files, 'file')} removed that nobody sent in time.")
    for ticket, error in report.parked:
        click.echo(f"ticket {ticket} was put back for later: {' '.join(error.split())}", err=True)
    if report.parked:
        sys.exit(1)
