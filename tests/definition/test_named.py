"""What every desk has is called by the library's words until a desk names it: lights, the button of a row, drafts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supportcore import Actor, Desk, FrozenClock
from supportcore.definition.labels import LIGHTS
from supportcore.definition.loader import define
from supportcore.errors import DefinitionError
from supportcore.sla.clocks import LIGHTS as ALL_LIGHTS
from supportcore.storage.memory import MemoryStore
from tests.desk.beside.club import equip, labels_of, rules

ANA = Actor(id="ana", roles={"guest"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"}, teams={"desk"})
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAMED: dict[str, Any] = {
    "vocabularies": {
        "light": {
            "green": {"label": {"en": "Ok"}},
            "amber": {"label": {"en": "Soon"}},
            "red": {"label": {"en": "Late!"}},
        }
    },
    "actions": {"view": {"label": {"en": "Follow it"}}},
    "fields": {"drafts": {"label": {"en": "Enclosures"}}},
}


def seen(more: dict[str, Any]) -> tuple[list[str], list[str], str, str]:
    """Return what lights are called in rows and filters, the button of a row, and the list of drafts."""
    document = rules(
        hold=None,
        approvals=None,
        files={},
        lists=[{"key": "tickets", "columns": ["light"], "filters": ["light"]}],
    )
    document["roles"][1]["may"].append("set_deadline")
    labels = labels_of(document)
    for section, entries in more.items():
        labels.setdefault(section, {}).update(entries)
    clock = FrozenClock(NOON)
    desk = Desk(define(document, labels), MemoryStore(), clock=clock)
    equip(desk)
    luis = desk.acting_as(LUIS)
    ticket = desk.acting_as(ANA).open({"subject": "The light is out"}).id
    luis.set_deadline(ticket, NOON + 4 * DAY)
    rows = []
    for _ in range(3):
        (row,) = luis.listing().rows
        rows.append(row.cells[0].text)
        assert [row.cells[0].text] == [promise.light_label for promise in luis.clocks(ticket)]
        clock.move(DAY * 3 if len(rows) == 1 else DAY * 2)
    (narrowed,) = luis.listing().filters
    options = [option.title for option in narrowed.options or ()]
    return rows, options, row.actions[0].label, luis.drafts().title


def test_the_words_of_the_library() -> None:
    """A desk that names nothing has what the library says."""
    lights = ["On time", "Due soon", "Late"]
    assert (lights, ["No deadline", *lights], "View details", "Files not sent yet") == seen({})


def test_the_words_of_a_desk() -> None:
    """What a desk names is called so in rows, filters and promises, by the button and above drafts."""
    lights = ["Ok", "Soon", "Late!"]
    assert (lights, ["No deadline", *lights], "Follow it", "Enclosures") == seen(NAMED)


def test_a_light_that_there_is_not_cannot_be_named() -> None:
    """All lights but that of no deadline have a name; that of another is a slip of the pen."""
    assert ("none", *LIGHTS) == ALL_LIGHTS
    with pytest.raises(DefinitionError) as told:
        seen({"vocabularies": {"light": {"blue": {"label": {"en": "Blue"}}}}})
    assert ["unknown_label"] == [fault.code for fault in told.value.faults]
