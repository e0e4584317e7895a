"""``supportcore explore``: everything that can become of a ticket."""

from __future__ import annotations

import sys

import click

from supportcore.cli.options import desk_named, guard_option, json_option
from supportcore.cli.printing import counted, print_json
from supportcore.exploring.explorer import DEPTH, NODES, explore
from supportcore.exploring.findings import findings
from supportcore.workflow.steps import as_data, story


@click.command("explore")
@click.argument("desk", metavar="DESK")
@click.option(
    "--depth", default=DEPTH, show_default=True, type=click.IntRange(1), help="Steps from the opening at most."
)
@click.option("--most", default=NODES, show_default=True, type=click.IntRange(1), help="Different tickets at most.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the labels.")
@guard_option
@json_option
def explore_(desk: str, depth: int, most: int, language: str, guards: tuple[str, ...], as_json: bool) -> None:
    """
    Try everything that can become of a ticket, and tell what is wrong with that.

    Every action, reply, assignment, vote and timer is taken in every order, by as few people as the rules of the desk
    can tell apart. Tickets are the same where no rule tells them apart. Told are states that no ticket comes into or
    that it never comes out of to an end, and timers that lead round for ever, each with the shortest way there; only
    what is sure: the first two of a complete exploration. Exit code 1 if there is any.
    """
    definition = desk_named(desk, guards=guards)
    found = explore(definition, depth=depth, most=most)
    wrong = findings(found)
    if as_json:
        told = [{**one._asdict(), "trace": as_data(one.trace)} for one in wrong]
        counts = {"tickets": len(found.nodes) - 1, "steps": found.tried, "depth": found.depth}
        states = {"reached": list(found.reached), "unreached": list(found.unreached)}
        kept = {"desk": definition.key, "rules_hash": definition.rules_hash}
        print_json({**kept, **counts, "complete": found.complete, **states, "findings": told})
    else:
        click.echo(f"{definition.key}: {found}.")
        if not found.complete and found.unreached:
            click.echo(f"not come into so far: {', '.join(found.unreached)} (--depth, --most)")
        for one in wrong:
            click.echo(f"\n{one}" + (f"\n{story(definition, one.trace, language)}" if one.trace else ""))
        if wrong:
            click.echo(f"\n{counted(len(wrong), 'finding')}.")
    if wrong:
        sys.exit(1)
