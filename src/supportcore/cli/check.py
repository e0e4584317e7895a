"""``supportcore check``: load a desk, and look for what cannot be meant."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from supportcore.cli.common import counted, desk_named, guard_option, json_option, print_json
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
    that no ticket reaches or leaves, roles and actions nobody uses, timers that go round. Exit code 1 with either.
    """
    try:
        definition = desk_named(desk, guards=guards)
    except DefinitionError as error:
        if not as_json:
            raise
        print_json({"desk": desk, "faults": [fault._asdict() for fault in error.faults], "findings": []})
        sys.exit(1)
    findings = lint(definition)
    if as_json:
        found = [finding._asdict() for finding in findings]
        print_json({"desk": definition.key, "rules_hash": definition.rules_hash, "faults": [], "findings": found})
    else:
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
