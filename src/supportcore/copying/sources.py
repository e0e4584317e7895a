"""What is copied: which desks of a source, and whether it is sound."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from supportcore.copying.ends import Ask, Asks, Source, StoreEnd
from supportcore.copying.files import NdjsonFile
from supportcore.copying.reports import refused
from supportcore.copying.streams import NdjsonStream
from supportcore.storage.attempts import run
from supportcore.storage.ports import Store, drive


def check_source(source: Store | NdjsonFile, *, desks: Iterable[str] | None = None) -> None:
    """
    Find out, before there is a target, whether *desks* could be copied: a file is read to its end.

    Raises:
        CopyError: A desk that is not there, or a damaged file.
        StoreError: A database failed.
    """
    drive(_sound(end(source), desks), execute)


def execute(ask: Ask) -> Any:
    """Carry out what is asked of a synchronous store."""
    return run(ask.store, ask.steps, write=ask.write)


def end(of: Any) -> Any:
    """Return what somebody gave as an end of a copy, as one."""
    return of if isinstance(of, (NdjsonFile, NdjsonStream)) else StoreEnd(of)


def _sound(source: Source, desks: Iterable[str] | None) -> Asks[None]:
    yield from chosen_desks(source, desks)
    with closing(source.read()) as walk:
        walk.end()


def chosen_desks(source: Source, desks: Iterable[str] | None) -> Asks[tuple[str, ...]]:
    """
    Return the keys of the desks to copy, ascending: *desks*, or all there are.

    Raises:
        CopyError: One of them is not there.
    """
    there = yield from source.desks()
    if desks is None:
        return there
    chosen = tuple(sorted(set(desks)))
    if unknown := [key for key in chosen if key not in there]:
        raise refused(f"no desk {', '.join(unknown)} in {source.name}; there are: {', '.join(there) or 'none'}")
    return chosen
