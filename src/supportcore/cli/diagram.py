"""``supportcore diagram``: the workflow of a desk as Mermaid text."""

from __future__ import annotations

import click

from supportcore.cli.common import desk_named, guard_option
from supportcore.workflow.diagram import diagram as drawn


@click.command()
@click.argument("desk", metavar="DESK")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the labels.")
@guard_option
def diagram(desk: str, language: str, guards: tuple[str, ...]) -> None:
    """Draw the workflow of a desk, as Mermaid text for a block of the language mermaid."""
    click.echo(drawn(desk_named(desk, guards=guards), language), nl=False)
