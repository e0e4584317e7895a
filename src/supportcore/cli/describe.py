"""``supportcore describe``: desks as pages to read, drawn from their definitions."""

from __future__ import annotations

from pathlib import Path

import click

from supportcore.cli.options import desk_named, guard_option
from supportcore.describing import describe as described
from supportcore.describing import index

BOTH = "both"
INDEX = "README.md"
_LANGUAGES = {"en": ("en", ""), "es": ("es", ""), BOTH: ("en", "es")}
"""Language of the page, and that of the labels beside its own."""


@click.command()
@click.argument("desks", metavar="DESK...", nargs=-1, required=True)
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice([*_LANGUAGES]),
    help="Of the page; both is English with Spanish labels beside.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE|FOLDER", help="Where it is written.")
@guard_option
def describe(desks: tuple[str, ...], language: str, output: Path | None, guards: tuple[str, ...]) -> None:
    """
    Write a desk as Markdown: diagram, forms, actions per role, notices, all that its definition says.

    A folder as output gets a page for each desk, named by its key, and an index of them; several desks need one.
    """
    definitions = [desk_named(desk, guards=guards) for desk in desks]
    first, beside = _LANGUAGES[language]
    pages = {f"{one.key}.md": described(one, first, beside=beside) for one in definitions}
    if output is not None and (output.is_dir() or len(desks) > 1):
        if output.is_file():
            raise click.UsageError(f"{output} is a file; several desks are written to a folder")
        output.mkdir(parents=True, exist_ok=True)
        for name, page in {**pages, INDEX: index(definitions, first)}.items():
            (output / name).write_text(page, encoding="utf-8", newline="\n")
    elif len(desks) > 1:
        raise click.UsageError("several desks are written to a folder: --output FOLDER")
    elif output is not None:
        output.write_text(next(iter(pages.values())), encoding="utf-8", newline="\n")
    else:
        click.echo(next(iter(pages.values())), nl=False)
