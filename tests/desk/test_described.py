"""The pages on a desk and its views name what there is: the records of the catalogue, and the fields of views."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from supportcore.definition.screens import COLUMNS
from supportcore.desk.views.records import VIEWS
from supportcore.predicate import TICKET_FIELDS
from supportcore.storage.ports import RECORD_KINDS

DOCS = Path(__file__).parents[2] / "docs"
CATALOGUE = (DOCS / "desk.md").read_text(encoding="utf-8").partition("## The catalogue")[2].partition("\n## ")[0]
GIVEN = (DOCS / "views.md").read_text(encoding="utf-8").partition("\n## ")[0]
PREDICATES = (DOCS / "definition.md").read_text(encoding="utf-8").partition("\n## Predicates")[2].partition("\n## ")[0]


def row(page: str, name: str) -> list[str]:
    """The cells of the row of a table that tells of *name*."""
    (found,) = (line for line in page.splitlines() if line.startswith("|") and f"| `{name}` |" in line)
    return [cell.strip().strip("`") for cell in found.strip("|").split("|")]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_records_of_the_catalogue(kind: str) -> None:
    """Of each record it is told what it needs and what it may have."""
    record = RECORD_KINDS[kind]
    assert kind == record.__name__.lower()
    fields = attrs.fields(record)
    needed = [field.name for field in fields if field.default is attrs.NOTHING]
    others = [field.name for field in fields if field.default is not attrs.NOTHING]
    _, needs, may, _ = row(CATALOGUE, record.__name__)
    assert (needed, others) == (needs.split(), may.split())


@pytest.mark.parametrize("view", VIEWS)
def test_fields_of_views(view: type) -> None:
    """Of each view it is told what stands in it."""
    assert [field.name for field in attrs.fields(view)] == row(GIVEN, view.__name__)[2].split()


def test_fields_of_predicates() -> None:
    """All fields that a condition reads are listed, and of the columns of a list those are named that it does not."""
    listed = re.search(r"Fields of a ticket are `([a-z_\s]+)`", PREDICATES)
    assert listed is not None
    assert list(TICKET_FIELDS) == listed[1].split()
    assert {"subject", "light", "last_reply_at", "due_at", "tags"} == COLUMNS.keys() - TICKET_FIELDS.keys()
