"""
The licences of what the library needs, out of the metadata of what is installed here.

    python -m tests.packaging.licences > docs/licences.md
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from tests.packaging.environments import PROJECT

HEAD = """\
# Licences

supportcore is under the [MIT licence](../LICENSE). Nothing of what it needs is part of it: pip installs that beside it.
These are all packages of an installation with every extra, on CPython 3.11 for Linux, with the licence that each names
in its own metadata; written by `python -m tests.packaging.licences`, and checked by the tests.

All are permissive but two: `psycopg` is under the LGPL, which binds whoever passes on a changed psycopg and not a
program that uses it; `hypothesis`, which only tests need, is under the MPL.

| package | licence | needed by the extra | directly |
|---|---|---|---|
"""
BRIEF = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Dual License": "",
}
REFUSED = re.compile(r"\bA?GPL")


def named(text: str) -> str:
    """Return the name of a package as indexes write it."""
    return re.sub(r"[-_.]+", "-", text).lower()


def needs(lines: Iterable[str], extras: Iterable[str] = ("",)) -> Iterator[Requirement]:
    """Yield the requirements that hold here, with some extras of the package that has them."""
    for found in map(Requirement, lines):
        if found.marker is None or any(found.marker.evaluate({"extra": extra}) for extra in extras or ("",)):
            yield found


def everything(direct: Iterable[Requirement]) -> Iterator[str]:
    """Yield the names of what is needed, and of what that needs in turn."""
    left, seen = list(direct), set[tuple[str, frozenset[str]]]()
    while left:
        one = left.pop()
        key = (named(one.name), frozenset(one.extras))
        if key not in seen:
            seen.add(key)
            yield key[0]
            left += needs(distribution(one.name).requires or (), ("", *one.extras))


def licence(package: str) -> str:
    """Return what a package says its licence is, in the short names of SPDX where it has them."""
    said = distribution(package).metadata
    if said["License-Expression"]:
        return str(said["License-Expression"])
    lines = (line.rsplit(" :: ", 1)[-1] for line in said.get_all("Classifier") or () if line.startswith("License"))
    told = [BRIEF.get(line, line) for line in lines] or [BRIEF.get(str(said["License"]), str(said["License"]))]
    return " or ".join(dict.fromkeys(filter(None, told)))


def wanted() -> Mapping[str, list[Requirement]]:
    """Return what the library itself requires, by extra; that of no extra is called "always"."""
    extras = {"always": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    ours = {extra: [Requirement(line) for line in lines] for extra, lines in extras.items()}
    return {extra: [one for one in lines if named(one.name) != "supportcore"] for extra, lines in ours.items()}


def page() -> str:
    """Return the page."""
    by, direct = defaultdict[str, list[str]](list), set[str]()
    for extra, lines in wanted().items():
        here = [one for one in lines if one.marker is None or one.marker.evaluate()]
        direct |= {named(one.name) for one in here}
        for name in everything(here):
            if extra not in by[name]:
                by[name].append(extra)
    rows = []
    for name in sorted(by):
        extras = "always" if "always" in by[name] else ", ".join(by[name])
        rows.append(f"| {name} | {licence(name)} | {extras} | {'yes' if name in direct else ''} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    try:
        sys.stdout.write(page())
    except PackageNotFoundError as error:
        sys.exit(f"{error}; install the library with all its extras first")
