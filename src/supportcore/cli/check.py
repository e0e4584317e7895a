"""``supportcore check``: load a desk, and look for what cannot be meant."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from supportcore.cli.common import counted, desk_named, guard_option, json_option, print_json
from supportcore.definition.boards import findings as board_findings
from supportcore.definition.boards import tellings
from supportcore.definition.values import findings as value_findings
from supportcore.errors import DefinitionError
from supportcore.workflow.lint import lint


@click.command()
@click.argument("desk", metavar="DESK.toml")
@guard_option
@json_option
def check(desk: str, guards: tuple[str, ...], as_json: bool) -> None:
    """
    Load a desk with its labels and tell every fault; if there is none, tell what cannot be meant.

    Faults: what does not fit together, each with file, path in the document and what would be right. Findings: states
    that no ticket reaches or leaves, roles and actions nobody uses, timers that go round, conditions on values that
    nothing can have, boards that say they partition and do not. Of each board it is told whether every ticket is in
    exactly one box. Exit code 1 with a fault or a finding.
    """
    try:
        definition = desk_named(desk, guards=guards)
    except DefinitionError as error:
        if not as_json:
            raise
        print_json({"desk": desk, "faults": [fault._asdict() for fault in error.faults], "findings": []})
        sys.exit(1)
    boards = tellings(definition)
    findings = (*lint(definition), *value_findings(definition), *board_findings(boards))
    if as_json:
        found = [finding._asdict() for finding in findings]
        told = [
            {"board": one.board, "verdict": one.verdict, "boxes": list(one.boxes), "told": str(one)} for one in boards
        ]
        kept = {"desk": definition.key, "rules_hash": definition.rules_hash}
        print_json({**kept, "faults": [], "findings": found, "boards": told})
    else:
        for one in boards:
            click.echo(f"board {one.board}: {one}")
        for finding in findings:
            click.echo(f"{Path(desk).name}: {finding}", err=True)
        workflow = definition.workflow
        click.echo(
            f"{definition.key}: {counted(len(definition.roles), 'role')}, {counted(len(workflow.states), 'state')}, "
            f"{counted(len(workflow.actions), 'action')}, {counted(len(definition.form.fields), 'field')}; "
            + (f"{counted(len(findings), 'finding')}." if findings else "nothing to complain about.")
        )
    if findings:
        sys.exit(1)
