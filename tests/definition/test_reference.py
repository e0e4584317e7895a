"""The reference of the definition format names what the loader reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import attrs

from supportcore.definition import labels
from supportcore.definition.files import FILES
from supportcore.definition.levels import ALWAYS_OPEN
from supportcore.definition.model import LEVELS, FilePolicy
from supportcore.definition.parts import NoticeEvent
from supportcore.definition.screens import COLUMNS, DEFAULT_LIST, SORTED, VIEWS, ListRule
from supportcore.definition.showing import LIMIT
from supportcore.desk import Promise
from supportcore.forms.fields import DEFAULT_FORM, INPUTS, INTAKE, Prefill
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
from supportcore.text import SAFE_INT, TEXT_LIMIT, TITLE_LIMIT
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
    words |= {*COLUMNS, *SORTED, *VIEWS, *get_args(Prefill), DEFAULT_FORM, DEFAULT_LIST, FILES}
    assert set() == {word for word in words if not re.search(rf"\b{word}\b", PAGE)}


def test_every_limit_is_described() -> None:
    """What is taken where a definition says nothing stands on the page in figures."""
    policy, plain = FilePolicy(), ListRule()
    figures = {TITLE_LIMIT, TEXT_LIMIT, SAFE_INT, policy.size, policy.count, plain.limit, LIMIT}
    assert set() == {figure for figure in figures if f"{figure:,}" not in PAGE}
    assert f"`{' '.join(plain.columns)}` if left out" in PAGE
    assert f"`{' '.join(plain.filters)}` if left out" in PAGE
    assert f'`"{plain.sort}"` if left out' in PAGE


def test_every_section_of_the_labels_is_described() -> None:
    """Each section that labels may have stands on the page."""
    assert set() == {name for name in (*labels.SECTIONS, *labels.NESTED) if f"`{name}" not in PAGE}


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
