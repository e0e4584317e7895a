"""What several commands take: options, and what they name: a desk, a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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
