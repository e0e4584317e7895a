"""What a page shows in TOML, JSON, ini and diff, in Mermaid and in plain text: it is what it says it is."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from supportcore import load_definition
from supportcore.authoring import desk_schema, labels_schema
from supportcore.definition.loader import PRESETS
from supportcore.workflow.diagram import diagram
from tests.documents.shell import check_words

ROOT = Path(__file__).parents[2]
CRON = re.compile(r"(?:[\d*/,-]+ ){5}(.+)")


@cache
def _fragment_of(kind: str) -> Draft7Validator:
    """Return what a fragment of a document must fit: its schema, without what only a whole one must have."""
    schema = desk_schema() if kind == "rules" else labels_schema()
    return Draft7Validator({**schema, "required": []})


def _plain(value: Any) -> Any:
    """Return what JSON Schema sees of a TOML value: dates and times as texts."""
    return json.loads(json.dumps(value, default=lambda instant: instant.isoformat()))


def check_toml(block: str, path: str | None) -> None:
    """
    Check TOML: as a fragment of a desk's rules or words, or as what the marker above it says.

    ``<!--- file: rows.toml --->`` has a block written at the end of that file in the page's folder, where the page goes
    on with it; the block may then be of any format.
    """
    document = tomllib.loads(block)
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{block}\n")
        return
    faults = {}
    for name in ("rules", "words"):
        faults[name] = [
            f"{error.json_path}: {error.message}" for error in _fragment_of(name).iter_errors(_plain(document))
        ]
    if all(faults.values()):
        raise AssertionError(f"neither rules nor words of a desk: {faults}\n{block}")


def check_json(block: str) -> None:
    """Check that a block is one JSON value, or one a line."""
    try:
        json.loads(block)
    except json.JSONDecodeError:
        for line in block.splitlines():
            json.loads(line)


def check_ini(block: str) -> None:
    """Check that a block is lines for cron, or sections of keys, as units of systemd are; commands of ours are true."""
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    timed = [CRON.fullmatch(line) for line in lines]
    if all(timed):
        started = [match[1] for match in timed if match]
    else:
        parser = configparser.RawConfigParser(strict=False, allow_no_value=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(block if re.search(r"^\[", block, re.MULTILINE) else f"[_]\n{block}")
        started = [value for name in parser.sections() for key, value in parser.items(name) if key == "ExecStart"]
    for command in started:
        for part in re.split(r"&&|\|\||;|\|", command):
            check_words(shlex.split(part))


def check_mermaid(block: str, page: Path) -> None:
    """Check that a diagram is the one that is drawn of the desk the page is about, or of a shipped one."""
    named = [page.stem] if page.stem in PRESETS else PRESETS
    if f"{block.strip()}\n" not in [
        diagram(load_definition(name), locale) for name in named for locale in ("en", "es")
    ]:
        raise AssertionError(f"not what is drawn:\n{block}")


def check_diff(block: str, before: str) -> None:
    """Check that a diff applies: to the file it names, or to the one named as `file:line` above it."""
    named = re.search(r"^--- (\S+)", block, re.MULTILINE)
    above = re.findall(r"`(\S+):(\d+)`", before)
    if named is None and not above:
        raise AssertionError(f"a diff of what? {block}")
    path = Path(named[1]) if named else ROOT / "src" / "supportcore" / above[-1][0]
    text = path.read_text(encoding="utf-8")
    hunks = re.split(r"^@@.*\n", block, flags=re.MULTILINE)[1:] if named else [block]
    for hunk in hunks:
        lines = [line[1:].strip() for line in hunk.splitlines() if line[:1] in (" ", "-")]
        here = [line.strip() for line in text.splitlines()]
        if not any(here[at : at + len(lines)] == lines for at in range(len(here))):
            raise AssertionError(f"{path.name} does not hold {lines}")
