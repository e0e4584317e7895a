"""``supportcore run-due``: what a cron job calls, so that timers of quiet tickets fire."""

from __future__ import annotations

import sys

import click

from supportcore.cli.common import counted, desk_named, json_option, opened, print_json, store_options
from supportcore.desk import Desk


@click.command()
@click.option("--desk", "name", required=True, metavar="DESK", help="A shipped desk or a TOML file.")
@store_options()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Tickets at most.")
@json_option
def run_due(name: str, url: str, prefix: str, schema: str | None, limit: int, as_json: bool) -> None:
    """
    Let happen what has come due on quiet tickets, each in a transaction of its own.

    A ticket that fails is put back for later and told; then the exit code is 1.
    """
    definition = desk_named(name)
    with opened(url, prefix, schema) as store:
        report = Desk(definition, store).run_due(limit=limit)
    if as_json:
        parked = [{"ticket": ticket, "error": error} for ticket, error in report.parked]
        print_json({"desk": definition.key, "tickets": report.tickets, "events": report.events, "parked": parked})
    else:
        click.echo(f"{counted(report.tickets, 'ticket')} had something come due: {counted(report.events, 'event')}.")
    for ticket, error in report.parked:
        click.echo(f"ticket {ticket} was put back for later: {' '.join(error.split())}", err=True)
    if report.parked:
        sys.exit(1)
