"""What the library returns, as the JSON-safe data that scenarios look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import attrs

from supportcore.desk.downloads import Download
from supportcore.text import instant_text


def plain(value: Any) -> Any:
    """
    Return a result as data: records with their fields and properties, instants as text, spans in seconds.

    Sets are sorted; of a file there is what its download tells, with its bytes as ``text`` where they are UTF-8.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Download):
        return _download(value)
    kind: Any = type(value)
    if attrs.has(kind):
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {_key(key): plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(one) for one in sorted(value)]
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(one) for name, one in value._asdict().items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return str(value)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the fields of a record and what it tells beyond them, all that is public."""
    fields = [field.name for field in attrs.fields(kind)]
    told = [name for name in dir(kind) if isinstance(getattr(kind, name, None), property)]
    return tuple(name for name in (*fields, *told) if not name.startswith("_"))


def _key(key: object) -> str:
    if key is None or isinstance(key, bool):
        return {None: "", True: "true", False: "false"}[key]
    return str(key)


def _download(file: Download) -> dict[str, Any]:
    data = b"".join(file)
    told = {name: getattr(file, name) for name in ("id", "name", "type", "size", "sha256")}
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    return {**told, "headers": dict(file.headers), "text": text}
