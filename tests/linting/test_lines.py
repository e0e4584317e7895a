"""The line of a path in a TOML document."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supportcore.definition import loader
from supportcore.linting.lines import line_of, lines_of

PRESETS = sorted((Path(loader.__file__).parent / "presets").glob("*.toml"))
WRITTEN = '''
key = "a" # "not = this"
list = [
    { a = "one", b = [1, 2] }, # [[x]]
    { a = "]}", "b.c" = 3 },
]
text = """
a = 1
[[b]]
"""

[table]
deep.er = 'x'

[[tables]]
key = "first"

[[tables]]
key = "second"

[tables.below]
more = { x = [[1, 2], [3]] }
'''


def paths(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the paths of all keys of a document, each with its last key."""
    items = value.items() if isinstance(value, dict) else ()
    for key, below in items:
        here = f"{path}.{key}" if path else key
        yield here, key
        yield from paths(below, here)
    for index, below in enumerate(value if isinstance(value, list) else ()):
        yield from paths(below, f"{path}[{index}]")


@pytest.mark.parametrize("file", PRESETS, ids=lambda path: path.name)
def test_every_key_is_found_on_a_line_that_has_it(file: Path) -> None:
    """The line of a path has the last key of the path, whatever way the table is written."""
    text = file.read_text(encoding="utf-8")
    lines, known = text.splitlines(), lines_of(text)
    wrong = [path for path, key in paths(tomllib.loads(text)) if path in known and key not in lines[known[path] - 1]]
    tables = {path for path in dict(paths(tomllib.loads(text))) if path not in known}
    assert ([], set()) == (wrong, {path for path in tables if not any(one.startswith(path) for one in known)})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("key", 2),
        ("list[0].b[1]", 4),
        ("list[1].a", 5),
        ("text", 7),
        ("table.deep.er", 13),
        ("tables[0].key", 16),
        ("tables[1].key", 19),
        ("tables[1].below.more.x[1]", 22),
        ("tables[1].nothing.there", 18),
        ("nothing", 1),
        ("document", 1),
    ],
)
def test_a_path_stands_on_its_line(path: str, expected: int) -> None:
    """Inline tables, arrays over several lines, dotted keys and texts over several lines are told apart."""
    assert expected == line_of(lines_of(WRITTEN), path)
