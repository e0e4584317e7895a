"""The table of the format of labels: what people read, by section and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supportcore.authoring.kinds import Entry, Inner, Kind, Names, Table, Text
from supportcore.definition.labels import LANGUAGES, LIMIT, NESTED, OPTIONAL, PLACEHOLDERS, SECOND, SECTIONS

_CALLED = {"es": "Spanish", "en": "English"}
_OWN = frozenset(
    {"roles", "states", "actions", "fields", "templates", "forms", "slots", "lists", "boards", "menu", "questions"}
    | {"services"}
)
"""Sections whose entries are named by keys of the desk, or of its catalogue."""
_TOLD = {
    "desk": "What the desk is called: `name`.",
    "roles": "Roles.",
    "states": "States.",
    "actions": "Actions, and commands that every desk has.",
    "fields": "Fields of forms and of commands.",
    "vocabularies": "Words of vocabularies, by vocabulary; also `waiting_on` and `light`, which every desk has.",
    "templates": f"Notices: title and body; both may name {' '.join(f'`{{{name}}}`' for name in PLACEHOLDERS)}.",
    "forms": "Forms.",
    "slots": "Places for files.",
    "lists": "Lists.",
    "boards": "Boards.",
    "cells": "Boxes, by board.",
    "menu": "Entries of the menu.",
    "questions": "Questions on the first screen.",
    "article_actions": "What is done with articles.",
    "article_fields": "Fields of articles.",
    "article_states": "States of articles.",
    "columns": "Columns that are called otherwise in lists than in forms.",
    "header": "What is called otherwise in the head of a page than in forms.",
    "thread": "What happens in a thread.",
    "accounts": "What the mail of an invitation and the button that accepts it are called.",
    "services": "Services of the catalogue, by id.",
}


def _texts(*, needed: bool) -> Table:
    return Table(
        title=f"Text{' that is needed' if needed else ''}",
        told="A text for each language of the desk.",
        entries=tuple(
            Entry(name=language, kind=Text(least=0, most=LIMIT), told=f"In {_CALLED[language]}.")
            for language in LANGUAGES
        ),
        any_of=LANGUAGES if needed else (),
    )


def _entry(section: str) -> Table:
    second = SECOND.get(section, "help")
    needed = section in ("states", "templates")  # no entry of these is one that every desk has
    return Table(
        title=f"An entry of `{section}`",
        told=_TOLD[section],
        entries=(
            Entry(name="label", kind=Inner(_texts(needed=True)), needed=True, told="What it is called."),
            Entry(
                name=second,
                kind=Inner(_texts(needed=needed)),
                needed=needed,
                told="The body of the notice." if second == "body" else "A sentence that helps people.",
                otherwise="needed for what the desk itself asks" if section == "fields" else "none",
            ),
        ),
    )


def _section(section: str, known: Mapping[str, Sequence[str]]) -> Kind:
    entry = Inner(_entry(section))
    if section in NESTED:
        inner = Names(called="an entry for each key", names=None, kind=entry)
        return Names(called=f"a table for each of {section}", names=None, kind=inner)
    names = None if section in _OWN else known.get(section, ("name",))
    return Names(called="an entry for each key", names=names, kind=entry)


def _labels() -> Table:
    known: dict[str, list[str]] = {}
    for section, name in sorted(OPTIONAL):
        known.setdefault(section, []).append(name)
    sections = sorted((*SECTIONS, *NESTED), key=list(_TOLD).index)
    return Table(
        title="Labels",
        told="What people read of a desk, in each of its languages; an entry for what there is not is a fault.",
        entries=tuple(
            Entry(name=section, kind=_section(section, known), told=_TOLD[section], otherwise="none")
            for section in sections
        ),
        example='[states.open]\nlabel = { en = "Open", es = "Abierto" }\n'
        'help = { en = "Somebody is on it.", es = "Alguien se ocupa." }',
    )


LABELS = _labels()
"""The whole document of labels."""
