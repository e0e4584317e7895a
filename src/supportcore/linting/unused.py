"""What a desk has and nothing uses: ladders of no policy, a survey that nobody rates in, menus that lead to nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from supportcore.definition.model import Definition
from supportcore.linting.given import given_of
from supportcore.workflow.findings import Finding


def parts(definition: Definition) -> Iterator[Finding]:
    """Yield ladders that no target climbs, a survey without ratings, entries whose roles have not what they name."""
    promised: Mapping[str, Any] = json.loads(definition.levels.document) if definition.levels is not None else {}
    climbed = set(_climbed(promised))
    for index, ladder in enumerate(promised.get("ladders", ())):
        if ladder["key"] not in climbed:
            told = f"no target climbs the ladder {ladder['key']!r}; name it at one, or leave it out"
            yield Finding("unused_part", f"ladders[{index}]", told)
    if definition.survey is not None and not given_of(definition)["rated"].takes(True):
        told = 'nobody can rate; give a role may = ["rate", …] or an action a rating, or leave the survey out'
        yield Finding("unused_part", "survey", told)
    screens = definition.screens
    of = {("list", one.key): one.roles for one in screens.lists} | {
        ("board", one.key): one.roles for one in screens.boards
    }
    for index, entry in enumerate(screens.menu or ()):
        having = of.get((entry.to, entry.name), frozenset())
        if having and entry.roles and not having & entry.roles:
            told = f"nobody who has this entry has the {entry.to} {entry.name!r}; let both have a role in common"
            yield Finding("unused_part", f"menu[{index}]", told)


def _climbed(value: object) -> Iterator[str]:
    """Yield the ladders that are named anywhere below."""
    if isinstance(value, Mapping):
        if isinstance(value.get("ladder"), str):
            yield value["ladder"]
        for below in value.values():
            yield from _climbed(below)
    elif isinstance(value, list):
        for below in value:
            yield from _climbed(below)
