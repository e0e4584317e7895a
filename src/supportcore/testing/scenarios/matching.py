"""
What has to be there against what is there: plain values, lists, tables and matchers.

A table of nothing but matchers is a matcher, any other fits by the fields it names. What does not fit is told with the
path to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from supportcore.testing.scenarios.paths import MISSING, look, parts_of


class Mismatch(NamedTuple):
    """Something that is not as it has to be: where, what was expected, and what is there."""

    path: str
    expected: Any
    found: Any


def mismatches(expected: Any, found: Any, path: str = "") -> Iterator[Mismatch]:
    """
    Yield what does not fit.

    >>> list(mismatches({"state.key": "open", "rows": {"size": 1}}, {"state": {"key": "open"}, "rows": []}))
    [Mismatch(path='rows', expected={'size': 1}, found=[])]
    """
    if isinstance(expected, Mapping):
        if is_matcher(expected, found):
            failing = {name: said for name, said in expected.items() if not MATCHERS[name](said, found)}
            if failing:
                yield Mismatch(path or ".", failing, _shown(failing, found))
            return
        if not isinstance(found, (Mapping, list)) and any(name != "." for name in expected):
            yield Mismatch(path or ".", expected, found)
            return
        for name, said in expected.items():
            yield from mismatches(said, look(found, name), _below(path, name))
    elif isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            yield Mismatch(path or ".", expected, found)
            return
        for place, (said, there) in enumerate(zip(expected, found, strict=True)):
            yield from mismatches(said, there, f"{path}[{place}]")
    elif not _equal(expected, found):
        yield Mismatch(path or ".", expected, found)


def fits(expected: Any, found: Any) -> bool:
    """Return whether what is there is as it has to be."""
    return next(mismatches(expected, found), None) is None


def is_matcher(expected: Mapping[str, Any], found: Any) -> bool:
    """Return whether a table says how something has to be, rather than naming its fields."""
    if isinstance(found, Mapping) and "size" in expected and "size" in found:
        return False
    return bool(expected) and all(name in MATCHERS for name in expected)


def faults_in(expected: Any) -> Iterator[str]:
    """Yield what is wrong with what somebody expects: no path, no pattern, a matcher without a value."""
    if isinstance(expected, list):
        for one in expected:
            yield from faults_in(one)
    if not isinstance(expected, Mapping):
        return
    matcher = is_matcher(expected, None)
    for name, said in expected.items():
        try:
            if not matcher:
                parts_of(name)
            elif name == "matches":
                re.compile(str(said))
        except (ValueError, re.error) as error:
            yield str(error)
        if matcher and name == "missing" and said is not True:
            yield "missing = true is what can be said; { not = { missing = true } } is the contrary"
        yield from faults_in(said)


def matched(expected: list[Any], found: list[Any]) -> bool:
    """Return whether each of *expected* fits another one of *found*, in any order, and none is left over."""
    if len(expected) != len(found):
        return False
    taken: dict[int, int] = {}  # place in found -> place in expected

    def place(one: int, tried: set[int]) -> bool:
        for other, there in enumerate(found):
            if other not in tried and fits(expected[one], there):
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = one
                    return True
        return False

    return all(place(one, set()) for one in range(len(expected)))


def _equal(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return bool(expected == found)


def _below(path: str, name: str) -> str:
    if name == ".":
        return path
    return path + name if not path or name.startswith("[") else f"{path}.{name}"


def _shown(failing: Mapping[str, Any], found: Any) -> Any:
    """Return what is there, of the items of a list only what a matcher asks of them."""
    asked = failing.get("some", failing.get("all", failing.get("none")))
    names = {name for one in _many(asked) if isinstance(one, Mapping) for name in one}
    if not names or not isinstance(found, list) or names <= MATCHERS.keys():
        return found
    try:
        return [{name: look(one, name) for name in sorted(names)} for one in found]
    except ValueError:
        return found


# -- matchers


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _has_one(found: Any, one: Any) -> bool:
    if isinstance(found, str):
        return isinstance(one, str) and one in found
    if isinstance(found, list):
        return any(fits(one, there) for there in found)
    return isinstance(found, Mapping) and one in found


def _has(said: Any, found: Any) -> bool:
    return all(_has_one(found, one) for one in _many(said))


def _lacks(said: Any, found: Any) -> bool:
    return isinstance(found, (str, list, Mapping)) and not any(_has_one(found, one) for one in _many(said))


def _some(said: Any, found: Any) -> bool:
    return isinstance(found, list) and all(any(fits(one, there) for there in found) for one in _many(said))


def _none(said: Any, found: Any) -> bool:
    """Nothing fits, and not because the items have no such fields at all: that would be a slip of the pen."""
    if not isinstance(found, list):
        return False
    for one in _many(said):
        if any(fits(one, there) for there in found) or not (not found or _is_about(one, found)):
            return False
    return True


def _is_about(said: Any, found: list[Any]) -> bool:
    if not isinstance(said, Mapping) or is_matcher(said, None):
        return True
    return all(any(look(there, name) is not MISSING for there in found) for name in said)


def _all(said: Any, found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(fits(said, there) for there in found)


def _size(said: Any, found: Any) -> bool:
    return isinstance(found, (str, list)) and fits(said, len(found))


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(said: Any, found: Any) -> bool:
        try:
            return not isinstance(found, bool) and compare(found, said)
        except TypeError:
            return False

    return holds


def _of_text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda said, found: isinstance(found, str) and test(found, str(said))


MATCHERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "has": _has,
    "lacks": _lacks,
    "starts": _of_text(str.startswith),
    "ends": _of_text(str.endswith),
    "matches": _of_text(lambda found, pattern: re.fullmatch(pattern, found, re.DOTALL) is not None),
    "size": _size,
    "some": _some,
    "none": _none,
    "all": _all,
    "not": lambda said, found: found is not MISSING and not fits(said, found),
    "least": _compared(lambda found, said: found >= said),
    "most": _compared(lambda found, said: found <= said),
    "missing": lambda said, found: found is MISSING or found is None,
}
"""By name, whether what is there (second) is as is said (first)."""
