"""What today's code has to do with a store of an earlier release, be it kept or just written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from supportcore import Desk, load_definition, open_store
from tests.upgrade.lives import DESKS, go_on, told


class Spoiled(Exception):
    """An upgrade did not keep what it was given; the message says what."""


def upgrade(url: str, prefix: str, expected: Any) -> None:
    """
    Migrate a store, verify it, compare what is told of it, work on with it, and verify it again.

    Args:
        expected: What the release that wrote it told, as JSON.

    Raises:
        Spoiled: Something is not as it was.
    """
    store = open_store(url, prefix=prefix)
    try:
        store.migrate()
        _verify(store, "after migrating")
        differences = list(_differences(expected, _as_json(told(store)), "told"))
        if differences:
            raise Spoiled("; ".join(differences[:5]))
        go_on(store)
        _verify(store, "after working on")
    finally:
        store.close()


def _verify(store: Any, when: str) -> None:
    for desk in DESKS:
        result = Desk(load_definition(desk), store).verify()
        if result.findings or not result.tickets:
            found = ", ".join(map(str, result.findings[:3])) or "no ticket"
            raise Spoiled(f"{desk}, {when}: {found}")


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _differences(expected: Any, found: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from _differences(expected.get(key), found.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (before, after) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(before, after, f"{path}[{number}]")
    elif expected != found:
        yield f"{path} was {expected!r} and is {found!r}"
