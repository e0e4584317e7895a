"""``supportcore story``: a story out of a file, taken again step by step."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import click

from supportcore.cli.commands import Failure, told
from supportcore.cli.options import desk_named, guard_option, opened, store_options
from supportcore.definition.model import Definition
from supportcore.definition.reading import Node
from supportcore.errors import DefinitionError, DefinitionFault, SupportError
from supportcore.exploring.cast import cast_of
from supportcore.ids import random_ids
from supportcore.testing.story import Rerun, Story, from_json, rerun
from supportcore.testing.story.reading import read_steps


class Unusable(Failure):
    """A file that is no story, or cannot be judged; exit code 2."""

    exit_code = 2


@click.command()
@click.argument("trace", metavar="TRACE.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--desk", metavar="DESK", help="Take the steps on this desk instead of the one in the file.")
@click.option(
    "--number",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Which finding, or difference, of a file of several.",
)
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the story.")
@store_options(required=False)
@guard_option
def story(
    trace: Path,
    desk: str | None,
    number: int,
    language: str,
    url: str | None,
    prefix: str,
    schema: str | None,
    guards: tuple[str, ...],
) -> None:
    """
    Tell a story that was kept in a file, take its steps again, and say whether it is broken again.

    The file is what a failing state machine or test wrote, or the output of "check --format json" or "explore --json",
    which do not hold their desk: name it with --desk; or that of "diff --json", of which both desks are loaded again by
    their names, the new one unless --desk names another. With --store the steps are also given to a real desk in that
    store, which has to do what the rules say; it gets a key of its own, and its ticket stays there. Exit code 1 if the
    story is broken again, 0 if not, 2 if it cannot be taken again.
    """
    try:
        definition = None if desk is None else desk_named(desk, guards=guards)
        found = _found(trace, definition, number, guards)
        again = _again(found, url, prefix, schema) if isinstance(found, Story) else found
    except SupportError as error:
        raise Unusable(told(error)) from error
    except ValueError as error:
        raise Unusable(f"Error: {error}") from error
    click.echo(again.text(language))
    if again.broken:
        sys.exit(1)


def _again(found: Story, url: str | None, prefix: str, schema: str | None) -> Rerun:
    """Take a story again, by the rules alone or on a desk in a store."""
    if url is None:
        return rerun(found)
    from supportcore.testing.subjects import DeskSubject

    key = f"{found.definition.key[:27]}-{random_ids()[-12:]}"
    definition = attrs.evolve(found.definition, key=key)
    with opened(url, prefix, schema) as store:
        click.echo(f"On the desk {key} in the store.", err=True)
        return rerun(attrs.evolve(found, definition=definition), DeskSubject(definition, store=lambda: store))


def _found(trace: Path, desk: Definition | None, number: int, guards: tuple[str, ...]) -> Story | Rerun:
    """Return the story of a file, or a finding as one that is judged already."""
    try:
        data = json.loads(trace.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{trace} cannot be read as JSON: {error}") from error
    if isinstance(data, Mapping) and "differences" in data:
        return _difference(trace, data, desk, number, guards)
    if not isinstance(data, Mapping) or "findings" not in data:
        return from_json(data, definition=desk, file=trace.name)
    return _finding(trace, data, desk, number)


def _finding(trace: Path, data: Mapping[str, Any], desk: Definition | None, number: int) -> Rerun:
    """Return one of the findings of a file as a story, with what the linter says of the desk now."""
    from supportcore.linting import lint
    from supportcore.linting.codes import EXPECTED

    if desk is None:
        raise ValueError(f"{trace} holds findings and not the desk they are about; name it with --desk")
    faults: list[DefinitionFault] = []
    node = _numbered(Node(data, file=trace.name, path="", faults=faults), "findings", number)
    code, path, message = (node.at(name).text(limit=4096) for name in ("code", "path", "message"))
    steps = read_steps(node.at("trace"))[0]
    if faults:
        raise DefinitionError(faults)
    found = Story(desk, cast_of(desk).now, steps, EXPECTED.get(code, f"no {code}"), message)
    there = any(one.code == code and (one.path == path or steps == one.trace) for one in lint(desk))
    told = f"{path} [{code}]" if there else f"nothing of the kind is found at {path} [{code}]"
    return Rerun(story=found, taken=found.taken, broken_at=len(steps) if there else None, told=told)


def _numbered(root: Node, name: str, number: int) -> Node:
    """Return one of several parts of a file, counted from 1."""
    several = list(root.at(name).each())
    if not 1 <= number <= len(several):
        raise ValueError(f"{root.file} has {len(several)} {name}; --number says which, from 1")
    return several[number - 1]


def _difference(
    trace: Path, data: Mapping[str, Any], desk: Definition | None, number: int, guards: tuple[str, ...]
) -> Rerun:
    """Return one of the differences of a file as a story, and whether the two desks still differ there."""
    faults: list[DefinitionFault] = []
    root = Node(data, file=trace.name, path="", faults=faults)
    node = _numbered(root, "differences", number)
    names = root.at("old").text(limit=4096), root.at("new").text(limit=4096)
    steps, allows = read_steps(node.at("trace"))[0], node.at("allows").one_of(("old", "new", "both"))
    if faults:
        raise DefinitionError(faults)
    old, new = desk_named(names[0], guards=guards), desk or desk_named(names[1], guards=guards)
    now = cast_of(old).now
    stories = [Story(one, now, steps, f"{names[0]} and {names[1]} do the same") for one in (old, new)]
    differ = stories[0].course != stories[1].course
    told = "they come to the same now" if not differ else ""
    found = stories[allows == "new"]
    return Rerun(story=found, taken=found.taken, broken_at=len(steps) if differ else None, told=told)
