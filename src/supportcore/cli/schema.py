"""``supportcore schema``: JSON Schema of all that a front end is given and sends, and of a desk's documents."""

from __future__ import annotations

import json
from pathlib import Path

import click

from supportcore.authoring.reference import reference
from supportcore.authoring.schema import definition_schemas
from supportcore.cli.printing import write_files
from supportcore.desk.views.commands import command_schemas
from supportcore.desk.views.schemas import error_schemas, view_schemas


def schema_files() -> dict[str, str]:
    """Return the text of every schema by its path below the folder, such as ``views/home.json``."""
    folders = {"views": view_schemas(), "commands": command_schemas(), "errors": error_schemas()}
    return {
        f"{folder}/{name}.json": json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        for folder, schemas in folders.items()
        for name, schema in sorted(schemas.items())
    }


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--definition", is_flag=True, help="Of the documents of a desk instead, for editors.")
@click.option(
    "--reference",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the reference of these documents, as Markdown.",
)
def schema(folder: Path | None, definition: bool, page: Path | None) -> None:
    """
    Write JSON Schema, draft-07, of views, commands and errors into a folder, which is made if need be.

    The files are the same for every desk; one that is there already is written anew. With --definition they are
    desk.schema.json and labels.schema.json, by which an editor completes and checks the TOML of a desk.
    """
    files: dict[Path, str] = {}
    if folder is not None:
        texts = definition_schemas() if definition else schema_files()
        files.update({folder / name: text for name, text in texts.items()})
    if page is not None:
        files[page] = reference()
    if not files:
        raise click.UsageError("say where to write: DIR, or --reference FILE")
    write_files(files)
