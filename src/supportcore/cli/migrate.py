"""``supportcore migrate``: make or upgrade the tables."""

from __future__ import annotations

import click

from supportcore.cli.common import opened, store_options


@click.command()
@store_options()
def migrate(url: str, prefix: str) -> None:
    """Make the tables of a store, or bring them up to this release; repeating it changes nothing."""
    with opened(url, prefix) as store:
        store.migrate()
        click.echo(f"{store.url} is up to date.")
