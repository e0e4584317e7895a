"""``supportcore schema``: JSON Schema of all that a front end is given and sends."""

from __future__ import annotations

import json
from pathlib import Path

import click

from supportcore.cli.commands import Failure
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
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def schema(folder: Path) -> None:
    """
    Write JSON Schema, draft-07, of views, commands and errors into a folder, which is made if need be.

    The files are the same for every desk; one that is there already is written anew.
    """
    for name, text in schema_files().items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Failure(f"Error: {path} cannot be written: {error.strerror}") from error
        click.echo(path)
