"""``supportcore migrate``: make or upgrade the tables, take them back, or print the SQL that would."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import click

from supportcore.cli.options import store_options
from supportcore.errors import MigrationRefused
from supportcore.storage.opening import open_store


@runtime_checkable
class Revised(Protocol):
    """A store whose tables have revisions; those without only know their newest form."""

    def migrate(self, to: str = "head", *, lose_data: bool = False) -> None:
        """Bring the tables to a revision."""

    def migration_sql(self, to: str = "head") -> str:
        """Return the SQL that would."""


@click.command()
@store_options()
@click.option(
    "--to", metavar="REV", help="A revision; base: no tables. With --sql also FROM:TO.  [default: this release's]"
)
@click.option("--sql", is_flag=True, help="Print the SQL instead, without connecting.")
@click.option("--yes", is_flag=True, help="Go back to an earlier revision, and lose what is stored.")
def migrate(url: str, prefix: str, schema: str | None, to: str | None, sql: bool, yes: bool) -> None:
    """
    Make the tables of a store, or bring them up to this release; repeating it changes nothing.

    A migration that was broken off is gone on with by the same command.
    """
    store = open_store(url, prefix=prefix, schema=schema)
    try:
        if to is None and not sql:
            store.migrate()
            click.echo(f"{store.url} is up to date.")
        elif not isinstance(store, Revised):
            raise MigrationRefused(why=f"{store.url} has no revisions; --to and --sql are for SQL databases")
        elif sql:
            click.echo(store.migration_sql(to or "head"), nl=False)
        else:
            store.migrate(to or "head", lose_data=yes)
            click.echo(f"{store.url} is at {to}.")
    finally:
        store.close()
