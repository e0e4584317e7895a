"""
Ways into a result, and what was kept of results in the place of values.

A result is JSON-safe data: tables, lists and plain values. A path leads into it; `MISSING` is what lies at the end of
one that leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""What a path finds that leads nowhere."""
BUILT_IN = ("now", "none", "sent")
"""Names that every scenario knows: the instant where the clock stands, and null."""

REPEATED = {"repeat", "times"}
"""The keys of a table that stands for a text written so many times."""

_NEXT = re.compile(
    r"""\.?(?: \[(?P<each>\*)\]
             | \[/(?P<pattern>.+?)/\]
             | \[(?P<field>[^\]=*]+)=(?P<text>[^\]]*)\]
             | \[(?P<index>-?[0-9]+)\]
             | (?P<name>[^.\[\]]+) )""",
    re.VERBOSE,
).match
_REFERENCE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)((?:[.\[].*)?)", re.DOTALL).fullmatch
_INSIDE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)((?:[.\[][^}]*)?)\}")


class Part(NamedTuple):
    """One step of a path: ``name``, ``index``, ``each``, ``where`` (a field and its text) or ``found`` (a pattern)."""

    kind: str
    name: str
    text: str = ""


def parts_of(path: str) -> tuple[Part, ...]:
    """
    Return the steps of a path.

    Raises:
        ValueError: It is none.

    >>> parts_of("rows[*]")
    (Part(kind='name', name='rows', text=''), Part(kind='each', name='*', text=''))
    """
    found: list[Part] = []
    at = 0
    while path != "." and at < len(path):
        match = _NEXT(path, at)
        if match is None:
            raise ValueError(f"{path!r} is no path: what is {path[at:]!r}?")
        said = match.groupdict()
        if said["each"]:
            found.append(Part("each", "*"))
        elif said["pattern"]:
            re.compile(said["pattern"])
            found.append(Part("found", said["pattern"]))
        elif said["field"]:
            found.append(Part("where", said["field"], said["text"]))
        else:
            name = said["index"] or said["name"]
            found.append(Part("index" if re.fullmatch("-?[0-9]+", name) else "name", name))
        at = match.end()
    return tuple(found)


def look(value: Any, path: str) -> Any:
    """
    Return what lies at the end of a path, or `MISSING`.

    >>> page = {"rows": [{"number": 7, "by": {"name": "Ana"}}, {"number": 8, "by": {"name": "Bo"}}]}
    >>> look(page, "rows[*].number"), look(page, "rows[by.name=Bo].number"), look(page, "rows[-1].at")
    ([7, 8], 8, nothing)
    """
    return _follow(value, parts_of(path))


def _follow(value: Any, parts: tuple[Part, ...]) -> Any:
    for place, part in enumerate(parts):
        if part.kind == "each":
            items = list(value.values()) if isinstance(value, Mapping) else value
            return [_follow(one, parts[place + 1 :]) for one in items] if isinstance(items, list) else MISSING
        value = _STEPS[part.kind](value, part)
        if value is MISSING:
            break
    return value


def _name(value: Any, part: Part) -> Any:
    return value.get(part.name, MISSING) if isinstance(value, Mapping) else MISSING


def _index(value: Any, part: Part) -> Any:
    if isinstance(value, Mapping):
        return _name(value, part)
    place = int(part.name)
    return value[place] if isinstance(value, list) and -len(value) <= place < len(value) else MISSING


def _where(value: Any, part: Part) -> Any:
    for one in value if isinstance(value, list) else ():
        said = look(one, part.name)
        if said is not MISSING and as_text(said) == part.text:
            return one
    return MISSING


def _found(value: Any, part: Part) -> Any:
    match = re.search(part.name, value) if isinstance(value, str) else None
    return MISSING if match is None else match[match.lastindex or 0]


_STEPS: Mapping[str, Callable[[Any, Part], Any]] = {"name": _name, "index": _index, "where": _where, "found": _found}


def as_text(value: Any) -> str:
    """Return a plain value as it stands inside a text."""
    return {True: "true", False: "false", None: ""}.get(value, str(value)) if _is_plain(value) else str(value)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool)


# -- what was kept


def names_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the names of what was kept that a value is made of, each with the path into it."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from names_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from names_in(one)
    elif isinstance(value, str):
        whole = _REFERENCE(value)
        if whole:
            yield whole[1], whole[2]
            return
        for match in _INSIDE.finditer(value):
            if match[1]:
                yield match[1], match[2]


class NotKept(LookupError):
    """A value is to be made of something that is not there."""


def filled(value: Any, kept: Mapping[str, Any], *, ids: bool = False) -> Any:
    """
    Return a value with what was kept in the place of its names, and long texts written out.

    Args:
        ids: A whole result that has an ``id`` stands for that.

    Raises:
        NotKept: There is no such thing.

    >>> filled(["$t", "Case ${t.number}", "5 $$"], {"t": {"id": "x", "number": 7}}, ids=True)
    ['x', 'Case 7', '5 $']
    """
    if isinstance(value, Mapping):
        if value.keys() == REPEATED:
            return str(value["repeat"]) * int(value["times"])
        return {key: filled(one, kept, ids=ids) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, kept, ids=ids) for one in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = _REFERENCE(value)
    if whole:
        found = _kept(kept, whole[1], whole[2])
        return found["id"] if ids and isinstance(found, Mapping) and "id" in found else found
    return _INSIDE.sub(lambda match: as_text(_kept(kept, match[1], match[2])) if match[1] else "$", value)


def _kept(kept: Mapping[str, Any], name: str, path: str) -> Any:
    if name not in kept:
        raise NotKept(f"nothing was kept as {name!r}")
    found = look(kept[name], path)
    if found is MISSING:
        raise NotKept(f"there is no {path.lstrip('.')} in what was kept as {name!r}")
    return found
