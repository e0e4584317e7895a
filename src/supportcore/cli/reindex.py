"""``supportcore reindex``: mend what articles and tickets are found by."""

from __future__ import annotations

import click

from supportcore.cli.options import desk_named, json_option, opened, store_options
from supportcore.cli.printing import counted, print_json
from supportcore.desk import Desk


@click.command()
@click.argument("name", metavar="DESK")
@store_options()
@json_option
def reindex(name: str, url: str, prefix: str, schema: str | None, as_json: bool) -> None:
    """
    Mend what articles and tickets are found by: what does not follow from them leaves the index, what is missing comes.

    DESK is a shipped desk or a TOML file. It may run beside everything else, and repeating it changes nothing.
    """
    definition = desk_named(name)
    with opened(url, prefix, schema) as store:
        mended = Desk(definition, store).reindex()
    if as_json:
        print_json({"desk": definition.key, "mended": mended})
    else:
        click.echo(f"{counted(mended, 'record')} mended.")
