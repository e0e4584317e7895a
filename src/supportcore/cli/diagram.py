"""``supportcore diagram``: the workflow of a desk as Mermaid text or as SVG, coloured by what was exercised of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from supportcore.cli.options import desk_named, guard_option
from supportcore.definition import Definition
from supportcore.workflow.diagram import Exercised


@click.command()
@click.argument("desk", metavar="DESK")
@click.option("--mermaid", "form", flag_value="mermaid", default="mermaid", help="As Mermaid text; the default.")
@click.option("--svg", "form", flag_value="svg", help="As SVG.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the labels.")
@click.option(
    "--coverage",
    "coverage_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Colour by what was exercised: JSON that supportcore coverage wrote.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where it is written.")
@guard_option
def diagram(
    desk: str, form: str, language: str, coverage_file: Path | None, output: Path | None, guards: tuple[str, ...]
) -> None:
    """Draw the workflow of a desk, as Mermaid text for a block of the language mermaid, or as SVG."""
    definition = desk_named(desk, guards=guards)
    coverage = None if coverage_file is None else _exercised(definition, coverage_file)
    if form == "svg":
        from supportcore.drawing import svg

        drawn = svg(definition, language, coverage)
    else:
        from supportcore.workflow.diagram import diagram as mermaid

        drawn = mermaid(definition, language, coverage)
    if output is None:
        click.echo(drawn, nl=False)
    else:
        output.write_text(drawn, encoding="utf-8", newline="\n")


def _exercised(definition: Definition, path: Path) -> Exercised:
    from supportcore.testing.coverage import Coverage

    try:
        return Coverage.from_json(definition, json.loads(path.read_text(encoding="utf-8"))).report()
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from None
