"""Sound documents of desks, as the JSON that TOML comes to; and ways to spoil them."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from supportcore.authoring import starter
from supportcore.definition.loader import PRESETS, define
from supportcore.errors import DefinitionError, DefinitionFault
from tests.desk.beside import club

TESTS = Path(__file__).parents[1]
SHIPPED = TESTS.parent / "src" / "supportcore" / "definition" / "presets"


class Document(NamedTuple):
    """The two documents of a desk."""

    rules: dict[str, Any]
    labels: dict[str, Any]


Place = tuple[str | int, ...]


def as_json(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document of TOML is as JSON: dates and times are texts."""

    def text(value: date | datetime | time) -> str:
        return value.isoformat()

    found: dict[str, Any] = json.loads(json.dumps(document, default=text))
    return found


def read(path: Path) -> Document:
    """Return the desk in a file and the labels beside it."""
    labels = path.with_name(path.name.removesuffix(".toml").removesuffix(".desk") + ".labels.toml")
    return Document(*(as_json(tomllib.loads(file.read_text(encoding="utf-8"))) for file in (path, labels)))


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the place of everything in a document, itself first."""
    yield at
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in below:
        yield from places(item, (*at, key))


def found_at(value: Any, place: Place) -> Any:
    """Return what stands at a place."""
    for key in place:
        value = value[key]
    return value


def with_value(document: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """Return a copy of a document with another value at a place."""
    found: Any = copy.deepcopy(dict(document))
    found_at(found, place[:-1])[place[-1]] = value
    return found


def without(document: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Return a copy of a document with nothing at a place."""
    found: Any = copy.deepcopy(dict(document))
    del found_at(found, place[:-1])[place[-1]]
    return found


def told(place: Place) -> str:
    """Return a place as the loader tells it, such as ``states[3].timer``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).removeprefix(".")


def faults_of(document: Document) -> list[DefinitionFault]:
    """Return what the loader finds wrong with a desk."""
    try:
        define(document.rules, document.labels)
    except DefinitionError as error:
        return list(error.faults)
    return []


def _named() -> dict[str, Document]:
    paths = [*(SHIPPED / f"{name}.toml" for name in PRESETS), *sorted((TESTS / "desks").glob("*.toml"))]
    found = {path.name.split(".")[0]: read(path) for path in paths if not path.name.endswith(".labels.toml")}
    rules = club.rules()
    found["club"] = Document(as_json(rules), as_json(club.labels_of(rules)))
    started = starter("Club", key="club", language="both").values()
    found["starter"] = Document(*(as_json(tomllib.loads(text)) for text in started))
    return found


DOCUMENTS = _named()
"""Every shipped desk, those of the tests, and the one to start from, by name."""
