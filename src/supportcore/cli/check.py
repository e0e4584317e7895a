"""``supportcore check``: load a desk, and look for what cannot be meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from supportcore.cli.commands import Failure, told
from supportcore.cli.options import desk_named, guard_option
from supportcore.cli.printing import counted, print_json
from supportcore.definition import Definition
from supportcore.definition.loader import PRESETS
from supportcore.errors import DefinitionError
from supportcore.linting import CODES, Analysis, Finding, analyse
from supportcore.workflow.steps import as_data, story

_FORMATS = ("text", "json", "sarif")


def _codes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    """Return the codes that are named, each alone or several with commas between them."""
    found = [code.strip() for said in value for code in said.split(",")]
    for code in found:
        if code not in CODES:
            raise click.BadParameter(f"no code {code!r}; there are {', '.join(CODES)}")
    return frozenset(found)


@click.command()
@click.argument("desk", metavar="DESK.toml")
@click.option("--from", "former", metavar="OLD.toml", help="Rules whose tickets are to be moved to these.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--language", metavar="en|es", default="en", show_default=True, help="Of the steps; the desk's own.")
@click.option("--select", multiple=True, callback=_codes, metavar="CODE", help="Tell only these; may be repeated.")
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODE", help="Do not tell these; may be repeated.")
@guard_option
def check(
    desk: str,
    former: str | None,
    form: str,
    as_json: bool,
    language: str,
    select: frozenset[str],
    ignore: frozenset[str],
    guards: tuple[str, ...],
) -> None:
    """
    Load a desk with its labels and tell every fault; if there is none, tell what cannot be meant.

    Faults: what does not fit together, each with file, path in the document and what would be right. Findings: what is
    written without a fault and cannot be meant, each with the steps by which it comes about. With --from also what
    becomes of tickets of former rules. Of each board it is told whether every ticket is in exactly one box. Exit code
    0: nothing was found; 1: a fault or a finding; 2: that is no command line.
    """
    form = "json" if as_json else form
    try:
        definition = desk_named(desk, guards=guards)
        before = None if former is None else desk_named(former, guards=guards)
    except DefinitionError as error:
        if form == "text":
            hint = f"\nsupportcore labels {desk} --write adds the labels that are missing, to be edited"
            lacking = any(fault.code == "missing_label" for fault in error.faults)
            raise Failure(told(error) + hint if lacking else told(error)) from error
        faults = [fault._asdict() for fault in error.faults]
        print_json(
            {"desk": desk, "faults": faults, "findings": []} if form == "json" else _sarif(desk, (), error=error)
        )
        sys.exit(1)
    analysis = analyse(definition, former=before)
    found = tuple(one for one in analysis.findings if one.code not in ignore and (not select or one.code in select))
    if form == "json":
        print_json(_json(definition, analysis, found))
    elif form == "sarif":
        print_json(_sarif(desk, found, definition=definition, locale=language))
    else:
        _print(Path(desk).name, definition, before, analysis, found, language)
    if found:
        sys.exit(1)


def _print(
    name: str,
    definition: Definition,
    before: Definition | None,
    analysis: Analysis,
    found: tuple[Finding, ...],
    language: str,
) -> None:
    for one in analysis.boards:
        click.echo(f"board {one.board}: {one}")
    for finding in found:
        click.echo(f"{name}: {finding}", err=True)
        rules = before if finding.code in ("unmapped_state", "contrary_move") and before is not None else definition
        for line in story(rules, finding.trace, language).splitlines():
            click.echo(f"    {line}", err=True)
    workflow = definition.workflow
    click.echo(
        f"{definition.key}: {counted(len(definition.roles), 'role')}, {counted(len(workflow.states), 'state')}, "
        f"{counted(len(workflow.actions), 'action')}, {counted(len(definition.form.fields), 'field')}; "
        + (f"{counted(len(found), 'finding')}." if found else "nothing to complain about.")
    )
    if analysis.aside:
        click.echo(f"left aside, as there would be too many kinds of ticket: {', '.join(analysis.aside)}")


def _json(definition: Definition, analysis: Analysis, found: Iterable[Finding]) -> dict[str, Any]:
    boards = [
        {"board": one.board, "verdict": one.verdict, "boxes": list(one.boxes), "told": str(one)}
        for one in analysis.boards
    ]
    return {
        "desk": definition.key,
        "rules_hash": definition.rules_hash,
        "faults": [],
        "findings": [{**one._asdict(), "trace": as_data(one.trace)} for one in found],
        "boards": boards,
        "kinds": analysis.kinds,
        "aside": list(analysis.aside),
    }


def _sarif(desk: str, found: Iterable[Finding], *, error: DefinitionError | None = None, **more: Any) -> dict[str, Any]:
    from supportcore.linting.lines import lines_of
    from supportcore.linting.sarif import sarif

    path = Path(desk)
    named = desk in PRESETS and not path.exists()
    lines = {} if named or (error is not None and not path.exists()) else lines_of(path.read_text(encoding="utf-8-sig"))
    return sarif(found, uri=path.as_posix(), lines=lines, faults=() if error is None else error.faults, **more)
