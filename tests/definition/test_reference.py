"""The reference of the definition format names what the loader reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import attrs

from supportcore.definition.levels import ALWAYS_OPEN
from supportcore.definition.model import LEVELS, NoticeEvent
from supportcore.desk import Promise
from supportcore.forms.fields import INPUTS, INTAKE
from supportcore.forms.fields import KINDS as FIELD_KINDS
from supportcore.people.access import COMMANDS, SCOPES
from supportcore.predicate import TICKET_FIELDS
from supportcore.sla.clocks import LIGHTS
from supportcore.sla.policy import KINDS as CLOCKS
from supportcore.sla.policy import MATCHED, PAUSED_BY, REOPENING, RETARGETING
from supportcore.sla.windows import WEEKDAYS
from supportcore.sla.words import LIGHT_LABELS
from supportcore.storage.codec import NAME_OF
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS
from supportcore.tickets.events import OfClock
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "definition.md").read_text(encoding="utf-8")


def test_every_key_is_described() -> None:
    """Each key that a table of a definition may have stands on the page."""
    known: set[str] = set()
    for source in (ROOT / "src" / "supportcore" / "definition").glob("*.py"):
        for keys in re.findall(r"\.table\(([^)]*)\)", source.read_text(encoding="utf-8")):
            known.update(re.findall(r'"([a-z_]+)"', keys))
    assert known
    assert set() == {key for key in known if not re.search(rf"\b{key}\b", PAGE)}


def test_every_word_is_described() -> None:
    """Each value out of a closed list stands on the page."""
    words = {*INTAKE, *INPUTS, *COMMANDS, *SCOPES, *CATEGORIES, *OUTCOMES, *PARTIES}
    words |= {*FIELD_KINDS, *get_args(NoticeEvent)} - {"record"}  # fields of your own name no record
    words |= {*LEVELS, *WEEKDAYS[::6], *CLOCKS, *MATCHED, *PAUSED_BY, *RETARGETING, *REOPENING, ALWAYS_OPEN}
    assert set() == {word for word in words if not re.search(rf"\b{word}\b", PAGE)}


def test_every_field_of_a_list_is_described() -> None:
    """Filters, sort keys and fields of counts stand on the page about the desk."""
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    words = {*TICKET_FIELDS, *SORT_KEYS, *COUNT_KEYS, *LIGHTS, *(field.name for field in attrs.fields(Promise))}
    assert set() == {word for word in words if not re.search(rf"\b{word}\b", page)}


def test_what_people_read_of_clocks_is_described() -> None:
    """The page about promises of time has every clock, light with its labels, and kind of entry about a clock."""
    page = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
    kinds = {name for kind, (name, _) in NAME_OF.items() if issubclass(kind, OfClock)}
    words = {*CLOCKS, *kinds, *LIGHTS, *(label for pair in LIGHT_LABELS.values() for label in pair)}
    assert set() == {word for word in words if not re.search(rf"\b{re.escape(word)}\b", page)}
