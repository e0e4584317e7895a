"""``supportcore demo``: a month in the life of a desk, and what a person wants to see of it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

import click

from supportcore.cli.options import desk_named, json_option, opened, store_options
from supportcore.cli.printing import print_json, progress
from supportcore.demo import TICKETS, demonstrate


@click.command()
@click.option(
    "--desk", "name", default="noova", show_default=True, metavar="DESK", help="A shipped desk or a TOML file."
)
@store_options(required=False)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same month.")
@click.option("--tickets", default=TICKETS, show_default=True, type=click.IntRange(min=1), help="How many are opened.")
@json_option
def demo(name: str, url: str | None, prefix: str, schema: str | None, seed: int, tickets: int, as_json: bool) -> None:
    """
    Live through a month at a support desk, then look at it.

    Customers open tickets and answer or stay silent, consultants reply, ask, note, assign and solve, timers fire, some
    attempts are refused; all through the public API, with a clock that is moved. Then: the board, one ticket as its
    customer sees it, what a consultant may do with it and why not the rest, the same ticket on an earlier day, and the
    verification of everything that was stored.
    """
    definition = desk_named(name)
    if url is None:
        url = f"sqlite:///{Path(mkdtemp(prefix='supportcore-demo-')) / 'demo.db'}"
    started = perf_counter()
    with opened(url, prefix, schema) as store:
        store.migrate()
        if not as_json and not sys.stderr.isatty():
            click.echo(f"A month at desk {definition.key} ...", err=True)
        with progress(f"A month at desk {definition.key}") as told:
            # Verifying takes about as long as a twentieth of the month.
            report = demonstrate(
                definition,
                store,
                seed=seed,
                tickets=tickets,
                progress=lambda stage, share: told(share * 0.95 if stage == "month" else 0.95 + share * 0.05),
            )
    elapsed = perf_counter() - started
    if as_json:
        print_json({**report.data(), "store": url, "elapsed_seconds": round(elapsed, 3)})
    else:
        from rich.console import Console

        from supportcore.demo.show import show

        show(report, Console(highlight=False))
        where = f" --prefix {prefix}" if prefix != "sc_" else ""
        click.echo(f"\nIt took {elapsed:.1f} s.", nl=url.startswith("memory:"))
        if not url.startswith("memory:"):
            click.echo(f" All of it is in {url}")
            click.echo(f"To look again: supportcore verify --desk {definition.key} --store {url}{where}")
    if report.verification.findings:
        sys.exit(1)
