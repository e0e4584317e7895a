"""The reference of the definition format names what the loader reads."""

from __future__ import annotations

import re
from pathlib import Path

from supportcore.forms.fields import INPUTS, INTAKE
from supportcore.people.access import COMMANDS, SCOPES
from supportcore.predicate import TICKET_FIELDS
from supportcore.storage.ports import COUNT_KEYS, SORT_KEYS
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
    assert set() == {word for word in words if not re.search(rf"\b{word}\b", PAGE)}


def test_every_field_of_a_list_is_described() -> None:
    """Filters, sort keys and fields of counts stand on the page about the desk."""
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    assert set() == {word for word in {*TICKET_FIELDS, *SORT_KEYS, *COUNT_KEYS} if not re.search(rf"\b{word}\b", page)}
