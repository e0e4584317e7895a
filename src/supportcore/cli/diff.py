"""``supportcore diff``: what one desk allows and another refuses."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from supportcore.cli.options import desk_named, guard_option, json_option
from supportcore.cli.printing import counted, print_json
from supportcore.definition.model import Definition
from supportcore.errors import Refused, SupportError
from supportcore.exploring.differing import NOT_COMPARED, Difference, differences
from supportcore.exploring.explorer import DEPTH, NODES
from supportcore.workflow.steps import as_data, story


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--limit", default=1, show_default=True, type=click.IntRange(1), help="How many differences to look for.")
@click.option(
    "--depth", default=DEPTH, show_default=True, type=click.IntRange(1), help="Steps from the opening at most."
)
@click.option("--most", default=NODES, show_default=True, type=click.IntRange(1), help="Pairs of tickets at most.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the labels.")
@guard_option
@json_option
def diff(
    old: str, new: str, limit: int, depth: int, most: int, language: str, guards: tuple[str, ...], as_json: bool
) -> None:
    """
    Tell what one desk allows and another refuses, by the shortest way that shows it.

    OLD and NEW are shipped desks or TOML files. Both are explored side by side: the same people take the same steps,
    until one desk refuses what the other carries out, or leads elsewhere: to another state, to other people, another
    classification, other timers. What is promised, notices, screens and labels are not compared; which of them differ
    is told. Exit code 1 if there is a difference in what was compared.
    """
    desks = desk_named(old, guards=guards), desk_named(new, guards=guards)
    found = differences(*desks, limit=limit, depth=depth, most=most)
    if as_json:
        told = [_as_json(one, language) for one in found.found]
        print_json(
            {"old": old, "new": new, "compared": found.compared, "complete": found.complete, "differences": told}
            | {"not_compared": list(NOT_COMPARED), "differ_beside": list(found.aside)}
        )
    else:
        for one in found.found:
            click.echo(f"{_head(one, old, new)}\n{story(_teller(one, desks), one.trace, language)}")
            click.echo("".join(f"   {line}\n" for line in _lines(one, old, new, language)))
        whole = "all steps were compared" if found.complete else "not all steps were compared"
        if found.found and not found.complete:
            whole = f"there may be more (--limit, now {limit})"
        click.echo(f"{counted(len(found.found), 'difference')} in {counted(found.compared, 'step')}; {whole}.")
        beside = f"; these differ: {', '.join(found.aside)}" if found.aside else "; they are the same"
        click.echo(f"Not compared: {', '.join(NOT_COMPARED)}{beside}.")
    if found.found:
        sys.exit(1)


def _head(one: Difference, old: str, new: str) -> str:
    match one.allows:
        case "old":
            return f"Allowed by {old}, refused by {new}:"
        case "new":
            return f"Refused by {old}, allowed by {new}:"
    return "Allowed by both, and comes to something else:"


def _teller(one: Difference, desks: tuple[Definition, Definition]) -> Definition:
    """Return the desk in whose words a difference is told: one that carries the step out."""
    return desks[1] if one.allows == "new" else desks[0]


def _lines(one: Difference, old: str, new: str, language: str) -> list[str]:
    more = [f"({one.times - 1} more like it, by others or after other steps)"] if one.times > 1 else []
    if one.refused is not None:
        return [f"{new if one.allows == 'old' else old}: {_refusal(one.refused, language)}", *more]
    told = [f"{name}: {before or 'none'} in {old}, {after or 'none'} in {new}" for name, before, after in one.places]
    return [*told, *more]


def _refusal(error: Exception, language: str) -> str:
    reasons = error.reasons if isinstance(error, Refused) else ()
    if any(reason.code == "role_required" and dict(reason.params).get("roles") == "nobody" for reason in reasons):
        return _NO_ROLE[language]
    return error.text(language) if isinstance(error, SupportError) else str(error)


_NO_ROLE = {"en": "No role may do this.", "es": "Ningún rol puede hacer esto."}


def _as_json(one: Difference, language: str) -> Mapping[str, Any]:
    refused = None if one.refused is None else _refusal(one.refused, language)
    places = [{"field": name, "old": before, "new": after} for name, before, after in one.places]
    return {
        "allows": one.allows,
        "trace": as_data(one.trace),
        "refused": refused,
        "differs": places,
        "times": one.times,
    }
