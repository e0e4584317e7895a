"""A desk that takes files, its people, and the streams they send."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from supportcore import Actor
from supportcore.definition.loader import define
from supportcore.definition.model import Definition
from tests.desk.machine import equip

DESKS = Path(__file__).parents[2] / "desks"
KEEP = timedelta(hours=24)
SIZE, SMALL_SIZE = 300_000, 1_000
"""Bytes of a file at most: on the desk, and in the slot for screens."""


def desk_with_files(**files: Any) -> Definition:
    """Return the small desk, taking files: three of any kind, one screen that is an image, and with one action."""
    rules = tomllib.loads((DESKS / "small.toml").read_text("utf-8"))
    labels = tomllib.loads((DESKS / "small.labels.toml").read_text("utf-8"))
    rules["files"] = {"size": SIZE, "count": 3, "keep": "24h", **files}
    rules["slots"] = [{"key": "files"}, {"key": "screen", "count": 1, "size": SMALL_SIZE, "types": ["image/*"]}]
    for transition in rules["transitions"]:
        if transition["action"] in ("ask", "cancel"):  # the comment of the latter is internal
            transition["accepts"] = [*transition.get("accepts", []), "files"]
    labels["slots"] = {"screen": {"label": {"en": "Screen", "es": "Pantalla"}}}
    return define(rules, labels)


DESK = desk_with_files()
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
CLEO = Actor(id="cleo", roles={"customer"}, customers={"acme", "beta"})
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
LUIS = Actor(id="luis", roles={"agent"})
HAL = Actor(id="hal", roles={"helper"})  # sees what is assigned to him
ZOE = Actor(id="zoe", roles={"baker"})
ASKED = {"subject": "Printer", "description": "It smokes."}

__all__ = ["ANA", "ASKED", "BO", "CLEO", "DESK", "HAL", "KEEP", "LUIS", "SIZE", "SMALL_SIZE", "ZOE", "equip"]


class Generated:
    """A stream of zeros that are made when they are read, and counted."""

    def __init__(self, size: int, *, at_most: int = 1 << 30) -> None:
        self.size, self.given, self._at_most = size, 0, at_most

    def read(self, size: int = -1) -> bytes:
        count = min(self.size - self.given, self._at_most, self.size if size < 0 else size)
        self.given += count
        return bytes(count)


class Awaited:
    """A stream that is awaited."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        return data
