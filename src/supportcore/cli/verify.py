"""``supportcore verify``: fold every history and compare all that follows from it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import attrs
import click

from supportcore.cli.options import json_option, opened, store_options
from supportcore.cli.printing import counted, print_json, progress
from supportcore.desk.reports import Verification
from supportcore.desk.verifying import add
from supportcore.desk.verifying import verify as verify_desk
from supportcore.predicate import ALWAYS
from supportcore.storage.attempts import run
from supportcore.storage.ports import Store


@click.command()
@store_options()
@click.option("--desk", "desks", multiple=True, metavar="KEY", help="Only this desk; may be repeated.")
@json_option
def verify(url: str, prefix: str, schema: str | None, desks: tuple[str, ...], as_json: bool) -> None:
    """
    Fold every history and compare every stored column with what follows from it, and what was written with its digest;
    every article with its last revision, and what both are found by with them.

    Needs no definition: a history says by itself what a ticket is. Exit code 1 if anything differs.
    """
    with opened(url, prefix, schema) as store:
        results = {}
        there = run(store, store.desks, write=False)
        if unknown := [key for key in desks if key not in there]:
            raise click.ClickException(f"no desk {', '.join(unknown)} here; there are: {', '.join(there) or 'none'}")
        for key in desks or there:
            with progress(f"Verifying desk {key}") as told:
                results[key] = verified(store, key, told)
    total = Verification()
    for result in results.values():
        total = add(total, result)
    if as_json:
        print_json(
            {"store": store.url, "desks": {key: _as_json(result) for key, result in results.items()}, **_as_json(total)}
        )
    else:
        for key, result in results.items():
            for finding in result.findings:
                click.echo(f"{key}: {finding}")
            click.echo(
                f"{key}: {counted(result.tickets, 'ticket')}, {counted(result.events, 'event')}, "
                f"{counted(result.columns, 'column')} and {counted(result.articles, 'article')} compared, "
                f"{counted(len(result.findings), 'finding')}."
            )
        if not results:
            click.echo("No desk has anything stored here.")
    if total.findings:
        sys.exit(1)


def verified(store: Store, key: str, told: Callable[[float], None]) -> Verification:
    """Return the verification of one desk, telling how far it is."""
    expected = run(store, partial(store.ledger(key).count, ALWAYS), write=False) or 1
    return verify_desk(store, key, lambda tickets: told(tickets / expected))


def _as_json(result: Verification) -> dict[str, object]:
    return {
        "tickets": result.tickets,
        "events": result.events,
        "columns": result.columns,
        "articles": result.articles,
        "findings": [attrs.asdict(finding) for finding in result.findings],
    }
