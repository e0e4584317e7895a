"""
What a change of the public API means for those who wrote against the earlier one, from the two texts of it.

What may come: names, members of classes, parameters and fields that need not be given. All else counts as breaking:
what is gone, is called in another way, has another type or default, and a method that is new in a protocol, since
whoever wrote a store against it has to add it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple

Members = dict[str, str]
"""By its name, how a member is told; how the whole is told under an empty name."""

_READ = "supportcore.desk.views"
"""Where records are that a host reads and never makes, so a new field may be one that has to be given."""

_FUNCTION = re.compile(r"((?:async |classmethod |staticmethod )*)(\w+\(.*)", re.DOTALL)


class Parameter(NamedTuple):
    """How one is given: by its place, by its name, or not at all."""

    place: int | None
    named: bool
    typed: str
    default: str | None


def compared(before: str, now: str) -> tuple[list[str], list[str]]:
    """Return what breaks, and what may come, each by its path."""
    old, new = _told(before), _told(now)
    broken, come = [], [path for path in new if path not in old]
    public = {path.rpartition(".")[2] for path in old}
    for path, members in old.items():
        if path not in new:
            broken.append(f"{path} is gone")
            continue
        for name in members | new[path]:
            was, is_now, here = members.get(name), new[path].get(name), f"{path}.{name}".rstrip(".")
            if is_now is None:
                broken.append(f"{here} is gone")
            elif was is None:
                found = ["has to be written by whoever wrote one"] if "Protocol" in _bases(members[""]) else []
            elif was != is_now:
                read = name == "__init__" and path.startswith(_READ)
                found = [one for one in _broken(was, is_now, public) if not (read and one.startswith("needs "))]
            else:
                continue
            if is_now is not None:
                broken += [f"{here} {one}" for one in found]
                come += [] if found else [here]
    return sorted(broken), sorted(come)


def _told(text: str) -> dict[str, Members]:
    """Return what a text tells, by module and name; what another module tells of is looked up there."""
    found: dict[str, Members] = {}
    elsewhere: dict[str, str] = {}
    module, members = "", Members()
    for line in filter(None, text.splitlines()):
        name = re.split(r"[(:,]", line)[0].split()[-1]
        if line.startswith("# "):
            module = line[2:]
        elif line.startswith("    "):
            members[name] = line.strip()
        elif line.startswith(f"{name}, see "):
            elsewhere[f"{module}.{name}"] = f"{line.removeprefix(f'{name}, see ')}.{name}"
        else:
            members = found[f"{module}.{name}"] = {"": line}
    return found | {path: found[home] for path, home in elsewhere.items()}


def _bases(line: str) -> list[str]:
    return line.partition("(")[2].rstrip(")").split(", ") if line.startswith("class ") else []


def _broken(before: str, now: str, public: set[str]) -> Iterator[str]:
    """Yield what breaks where a line became another."""
    if before.startswith("class ") and now.startswith("class "):
        known = {base for base in _bases(before) if base in public or hasattr(builtins, base)}
        yield from (f"is no {base} any more" for base in sorted(known - {*_bases(now)}))
        return
    first, second = _FUNCTION.fullmatch(before), _FUNCTION.fullmatch(now)
    if not first or not second or first[1] != second[1]:
        yield f"was: {before}; is: {now}"
        return
    (given, returned), (takes, returns) = _read(first[2]), _read(second[2])
    if returned != returns:
        yield f"returned {returned}, and returns {returns}"
    for name, was in given.items():
        yield from _given(name, was, takes[name]) if name in takes else [f"takes no {name} any more"]
    yield from (f"needs {name}" for name, one in takes.items() if name not in given and one.default is None)


def _given(name: str, was: Parameter, now: Parameter) -> Iterator[str]:
    """Yield what breaks for whoever gives a parameter, or leaves it out."""
    if was.place not in (None, now.place):
        yield f"takes {name} at another place"
    if was.named and not now.named:
        yield f"takes {name} by its place only"
    if was.typed != now.typed:
        yield f"took {name} as {was.typed or 'anything'}, and takes {now.typed or 'anything'}"
    if was.default is not None and was.default != now.default:
        yield f"needs {name}" if now.default is None else f"takes {now.default} for {name}, where it took {was.default}"


def _read(told: str) -> tuple[dict[str, Parameter], str]:
    """Return the parameters of a function by their names, and what it returns."""
    (function,) = ast.parse(f"def {told}: ...").body
    assert isinstance(function, ast.FunctionDef)
    own = function.args
    placed = [*own.posonlyargs, *own.args]
    defaults = [None] * (len(placed) - len(own.defaults)) + [ast.unparse(one) for one in own.defaults]
    found = {
        one.arg: Parameter(place, place >= len(own.posonlyargs), _typed(one), default)
        for place, (one, default) in enumerate(zip(placed, defaults, strict=True))
    }
    for one, value in zip(own.kwonlyargs, own.kw_defaults, strict=True):
        found[one.arg] = Parameter(None, True, _typed(one), ast.unparse(value) if value else None)
    for stars, variadic in (("*", own.vararg), ("**", own.kwarg)):
        if variadic:
            found[stars] = Parameter(None, False, _typed(variadic), "")
    return found, ast.unparse(function.returns) if function.returns else ""


def _typed(one: ast.arg) -> str:
    return ast.unparse(one.annotation) if one.annotation else ""
