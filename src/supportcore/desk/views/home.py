"""
The first screen: a greeting, the menu, boards, what is unread and asked, the forms a ticket can be opened with.

A menu that the desk declares is shown as declared, without what its actor does not have; otherwise there is an entry
for each of what there is. An entry never leads to something that would be refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.screens import MenuEntry
from supportcore.desk.offers import opening
from supportcore.desk.views import forms, notices, questions
from supportcore.desk.views.boards import boards, list_behind
from supportcore.desk.views.listing import list_label, lists
from supportcore.desk.views.names import load_names
from supportcore.desk.views.profile import account
from supportcore.desk.views.records import FormLink, Home, MenuItem
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.storage.ports import Ledger, Steps

PartOfDay = Literal["morning", "afternoon", "evening", "night"]
_FROM: tuple[tuple[int, PartOfDay], ...] = ((22, "night"), (19, "evening"), (12, "afternoon"), (5, "morning"))
"""Hours of wall time from which on it is which part of the day, latest first; before all of them it is night."""
GREETINGS = {
    "morning": ("Good morning", "Buenos días"),
    "afternoon": ("Good afternoon", "Buenas tardes"),
    "evening": ("Good evening", "Buenas noches"),
    "night": ("Good evening", "Buenas noches"),
}
"""What is said at a part of the day, in English and Spanish."""


def home(ledger: Ledger, viewer: Viewer) -> Steps[Home]:
    """Return the first screen."""
    desk, actor = viewer.desk, viewer.actor
    reasons, usable = yield from opening(ledger, desk, actor)
    links = () if reasons else (yield from forms.links(ledger, viewer, usable))
    names = yield from load_names(ledger, viewer, refs=[("preferences", actor.id)], people=[actor.id])
    unread = yield from notices.unread(ledger, viewer)
    asked = yield from questions.open_questions(ledger, viewer)
    who = account(viewer, names)
    part = part_of_day(viewer.now, viewer.zone)
    counted = {"notices": unread, "questions": len(asked)}
    return Home(
        desk=desk.key,
        title=viewer.label("desk", "name"),
        language=viewer.language,
        zone=viewer.zone,
        now=viewer.when(viewer.now),
        greeting=f"{viewer.say(*GREETINGS[part])}, {who.first_name}",
        part_of_day=part,
        account=who,
        menu=tuple([_counted(item, counted) for item in _menu(viewer, links)]),
        boards=(yield from boards(ledger, viewer)),
        unread=unread,
        questions=asked,
        forms=links,
    )


def part_of_day(at: datetime, zone: str) -> PartOfDay:
    """
    Return which part of the day it is at an instant in a zone.

    >>> from datetime import UTC
    >>> part_of_day(datetime(2026, 3, 2, 23, tzinfo=UTC), "America/Bogota")
    'afternoon'
    """
    hour = at.astimezone(ZoneInfo(zone)).hour
    return next((part for start, part in _FROM if hour >= start), "night")


def _menu(viewer: Viewer, links: tuple[FormLink, ...]) -> Iterator[MenuItem]:
    declared = viewer.desk.screens.menu
    return _everything(viewer, links) if declared is None else _declared(viewer, declared, links)


def _declared(viewer: Viewer, entries: tuple[MenuEntry, ...], links: tuple[FormLink, ...]) -> Iterator[MenuItem]:
    """Yield the entries of the desk's own menu that lead somewhere for the actor."""
    here = {
        "list": {rule.key for rule in lists(viewer)},
        "form": {link.key for link in links},
        "board": {board.key for board in viewer.desk.screens.boards if list_behind(viewer, board) is not None},
        "host": {key for key, address in viewer.addresses.items() if address},
    }
    for entry in entries:
        if viewer.has(entry.roles) and (entry.to == "view" or entry.name in here[entry.to]):
            label = viewer.label("menu", entry.key)
            address = viewer.addresses[entry.name] if entry.to == "host" else ""
            yield MenuItem(key=entry.key, label=label, to=entry.to, name=entry.name, address=address)


def _everything(viewer: Viewer, links: tuple[FormLink, ...]) -> Iterator[MenuItem]:
    """Yield an entry for each list, form and view there is for the actor."""
    for rule in lists(viewer):
        yield MenuItem(key=f"list-{rule.key}", label=list_label(viewer, rule.key), to="list", name=rule.key)
    for link in links:
        yield MenuItem(key=f"form-{link.key}", label=link.label, to="form", name=link.key)
    for view in ("articles", "notices", "questions", "profile"):
        if view != "questions" or viewer.desk.screens.questions:
            yield MenuItem(key=f"view-{view}", label=viewer.say(*VIEW_LABELS[view]), to="view", name=view)


def _counted(item: MenuItem, counts: dict[str, int]) -> MenuItem:
    """Return an entry with how much there is to see at it, where that is counted."""
    return attrs.evolve(item, count=counts.get(item.name)) if item.to == "view" else item
