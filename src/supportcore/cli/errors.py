"""``supportcore errors``: the table of every error code, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Any

import click

from supportcore.cli.options import json_option
from supportcore.cli.printing import print_json
from supportcore.copying import CopyError
from supportcore.errors import CODES, SupportError
from supportcore.replay.faults import LogError
from supportcore.sla.daysoff import HolidaysError

EDGES = (CopyError, LogError, HolidaysError)
"""Errors of edges of the library, which are known once their modules are loaded."""
_INTRO = """\
# Errors

Everything this library raises is a `SupportError`: it has a stable `code`, its facts in `params`, and a message.
`error.text("es")` tells it in Spanish. A `Refused` carries `reasons`, an `Invalid` carries `faults`, each with a code
and facts of its own. `me.error(error)` makes a record of one that a host answers with as JSON, in the language of the
actor's views and with the desk's labels for fields, options and slots. Where no actor is at hand,
`supportcore.desk.views.errors.error_view(error, locale)` does, in Spanish for `es*` and in English otherwise, also for
None and `""`. The schema of both is among those that `supportcore schema DIR` writes. Statuses are HTTP's. Of those
from 500 on the message is for whoever runs the host.

This page and [errors.json](errors.json) are what `supportcore errors` and `supportcore errors --json` print.

## Codes

Facts are what stands in braces. A fact `x_es` beside `x` is its Spanish wording.

| code | status | facts | English | Spanish |
|---|---|---|---|---|
"""
_CLASSES = """
## Classes

Reasons and faults have codes of their own; the code given here is what an error has without them.

| class | is a | code | meaning |
|---|---|---|---|
"""


@click.command()
@json_option
def errors(as_json: bool) -> None:
    """Print every error code with its HTTP status, facts and texts, and every class of errors, as Markdown."""
    if as_json:
        print_json(error_table())
    else:
        click.echo(error_page(), nl=False)


def error_table() -> dict[str, Any]:
    """Return codes and classes as data: ``{"codes": [...], "classes": [...]}``."""
    codes = [
        {"code": name, "status": code.status, "facts": facts_of(code.en), "en": code.en, "es": code.es}
        for name, code in CODES.items()
    ]
    classes = [
        {
            "class": kind.__name__,
            "is_a": [base.__name__ for base in kind.__bases__],
            "code": kind.code,
            "meaning": (kind.__doc__ or "").strip().partition("\n\n")[0],
        }
        for kind in error_classes()
    ]
    return {"codes": codes, "classes": classes}


def error_page() -> str:
    """Return the same as a page of Markdown."""
    table = error_table()
    codes = [(f"`{c['code']}`", str(c["status"]), ", ".join(c["facts"]), c["en"], c["es"]) for c in table["codes"]]
    classes = [
        (f"`{c['class']}`", ", ".join(f"`{base}`" for base in c["is_a"]), f"`{c['code']}`", c["meaning"])
        for c in table["classes"]
    ]
    return _INTRO + _rows(codes) + _CLASSES + _rows(classes)


def facts_of(text: str) -> list[str]:
    """
    Return the facts that a text needs.

    >>> facts_of("At most {limit} {unit}.")
    ['limit', 'unit']
    """
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name})


def error_classes() -> Iterator[type[SupportError]]:
    """Yield every class of errors of the library by name, each after the one it is a kind of."""
    waiting: list[type[SupportError]] = [SupportError]
    while waiting:
        kind = waiting.pop(0)
        yield kind
        below = [known for known in kind.__subclasses__() if known.__module__.partition(".")[0] == "supportcore"]
        waiting[:0] = sorted(below, key=lambda known: known.__name__)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)
