"""``supportcore new``: a desk to start from."""

from __future__ import annotations

from pathlib import Path

import click

from supportcore.authoring.adopting import key_of
from supportcore.authoring.schema import definition_schemas
from supportcore.authoring.starter import SPOKEN, Speaking, starter
from supportcore.cli.commands import Failure
from supportcore.cli.printing import write_files
from supportcore.errors import Invalid
from supportcore.text import key_fault


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--key", metavar="KEY", help="The desk's key; made of the name if left out.")
@click.option("--zone", default="UTC", show_default=True, metavar="ZONE", help='Time zone, such as "Europe/Madrid".')
@click.option(
    "--language", default="en", show_default=True, type=click.Choice([*SPOKEN]), help="What the labels speak."
)
@click.option(
    "-o",
    "--output",
    "folder",
    default=".",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where it is written; made if need be.",
)
def new(name: str, key: str | None, zone: str, language: Speaking, folder: Path) -> None:
    """
    Write a desk to start from: NAME.desk.toml and NAME.labels.toml.

    It is small and whole: people open tickets and staff solves them, with a timer, a confirmation and a list. Beside it
    stand the schemas by which an editor completes and checks it. A file that is there already is not overwritten.
    """
    made = key_of(name) if key is None else key
    if key is None and key_fault(made, "key") is not None:
        raise Failure(f"Error: no key can be made of {name!r}; say one by --key: 1 to 40 of a-z, 0-9, _ and -")
    try:
        files = starter(name, key=made, zone=zone, language=language)
    except Invalid as error:
        raise Failure("\n".join(f"Error: {fault.path}: {fault.text()}" for fault in error.faults)) from error
    for path in (folder / file for file in files):
        if path.exists():
            raise Failure(f"Error: {path} is there already; choose another name, or another folder by --output")
    write_files({folder / file: text for file, text in {**files, **definition_schemas()}.items()})
    desk = folder / next(iter(files))
    click.echo(f"\nNow try:\n  supportcore check {_quoted(desk)}\n  supportcore describe {_quoted(desk)}", nl=False)
    click.echo(f"\n  supportcore demo --desk {_quoted(desk)}")


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
