"""What several commands share: options, opening what they name, JSON, a progress bar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supportcore.cli.commands import Failure
from supportcore.definition import Definition, load_definition
from supportcore.definition.loader import PRESETS
from supportcore.storage.opening import open_store

if TYPE_CHECKING:
    from supportcore.storage.ports import Store

F = TypeVar("F", bound=Callable[..., Any])


def store_options(*, required: bool = True) -> Callable[[F], F]:
    """Return the options ``--store``, ``--prefix`` and ``--schema``."""

    def decorate(command: F) -> F:
        prefix = click.option("--prefix", default="sc_", show_default=True, help="Begins the name of every table.")
        told = "Database schema of the tables; on MariaDB a database."
        schema = click.option("--schema", metavar="NAME", help=told)
        help_ = "URL of the store, such as sqlite:///desk.db." + ("" if required else " Default: a new SQLite file.")
        return click.option("--store", "url", required=required, metavar="URL", help=help_)(prefix(schema(command)))

    return decorate


def json_option(command: F) -> F:
    """Add the option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")(command)


def guard_option(command: F) -> F:
    """Add the option ``--guard``."""
    help_ = "Name of a guard that your program hands to load_definition; may be repeated."
    return click.option("--guard", "guards", multiple=True, metavar="NAME", help=help_)(command)


def desk_named(name: str, *, guards: Iterable[str] = ()) -> Definition:
    """
    Return a shipped desk by its name, or the one in a file.

    Raises:
        DefinitionError: It has faults, or there is no such desk.
    """
    stands_in: Mapping[str, Callable[[Any, Any], bool]] = dict.fromkeys(guards, lambda ticket, actor: True)
    if name not in PRESETS and (name.endswith(".toml") or Path(name).exists()):
        return load_definition(Path(name), guards=stands_in)
    return load_definition(name, guards=stands_in)


@contextmanager
def opened(url: str, prefix: str, schema: str | None = None) -> Iterator[Store]:
    """Open a store, and let go of it afterwards."""
    store = open_store(url, prefix=prefix, schema=schema)
    try:
        yield store
    finally:
        store.close()


def counted(number: int, what: str) -> str:
    """
    Return a number with its noun.

    >>> counted(1, "finding"), counted(2, "finding")
    ('1 finding', '2 findings')
    """
    return f"{number} {what}" + ("s" if number != 1 else "")


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def write_files(files: Mapping[Path, str]) -> None:
    """
    Write files, whose folders are made if need be, and print their paths.

    Raises:
        Failure: One of them cannot be written.
    """
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Failure(f"Error: {path} cannot be written: {error.strerror}") from error
        click.echo(path)


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """
    Show how far something is, on stderr.

    Yields:
        A function to be called with the share that is done, 0 to 1. It draws a bar on a terminal and nothing elsewhere.
    """
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=1.0)
        yield lambda share: bars.update(task, completed=share)
