"""What several commands print: numbers with their noun, JSON, files they wrote, how far they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from supportcore.cli.commands import Failure


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
