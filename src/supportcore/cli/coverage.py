"""``supportcore coverage``: which rules of a desk the tickets in a store ever used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from supportcore.cli.options import desk_named, guard_option, json_option, opened, store_options
from supportcore.cli.printing import progress
from supportcore.desk.desk import Desk
from supportcore.errors import Invalid
from supportcore.people.access import Actor
from supportcore.predicate import ALWAYS
from supportcore.storage.attempts import run
from supportcore.storage.ports import Store
from supportcore.testing.coverage import Coverage, table


@click.command()
@click.argument("desk", metavar="DESK")
@store_options()
@click.option(
    "--actors",
    "actors_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="JSON list of who people are: id, roles, customers, teams.",
)
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "es"]), help="Of the labels.")
@json_option
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where it is written.")
@guard_option
def coverage(
    desk: str,
    url: str,
    prefix: str,
    schema: str | None,
    actors_file: Path | None,
    language: str,
    as_json: bool,
    output: Path | None,
    guards: tuple[str, ...],
) -> None:
    """
    Tell which states, transitions, timers, conditions and rules of a desk the tickets in a store ever used.

    Nothing is changed. What people may by their roles, teams and customers only your program knows: without --actors
    conditions that ask for it are not tried. The JSON colours what supportcore diagram DESK --coverage FILE draws.
    """
    definition = desk_named(desk, guards=guards)
    people = {} if actors_file is None else _people(actors_file)
    found = Coverage(definition)
    with opened(url, prefix, schema) as store:
        there = run(store, store.desks, write=False)
        if definition.key not in there:
            raise click.ClickException(f"no desk {definition.key} here; there are: {', '.join(there) or 'none'}")
        _watch(found, store, people)
    report = found.report()
    if as_json:
        told = json.dumps({**found.to_json(), "report": report.to_json()}, ensure_ascii=False, indent=2) + "\n"
    else:
        told = table(report, language)
    if output is None:
        click.echo(told, nl=False)
    else:
        output.write_text(told, encoding="utf-8", newline="\n")


def _watch(found: Coverage, store: Store, people: Mapping[str, Actor]) -> None:
    """Watch all tickets, telling how far it is."""
    desk = Desk(found.definition, store)
    expected = run(store, lambda: store.ledger(found.definition.key).count(ALWAYS), write=False) or 1
    with progress(f"Reading desk {found.definition.key}") as told:
        for ticket_id in desk.ticket_ids():
            found.watch(desk.history(ticket_id), people)
            told(found.tickets / expected)


def _people(path: Path) -> Mapping[str, Actor]:
    """Return who people are, by id."""
    try:
        actors = [Actor(**said) for said in json.loads(path.read_text(encoding="utf-8"))]
    except (Invalid, TypeError, ValueError) as error:
        told = "it takes a JSON list of objects with id, roles, customers, teams"
        raise click.ClickException(f"{path}: {told}; {error}") from None
    return {actor.id: actor for actor in actors}
