"""One thing about a ticket, as the cell of a list or the head of its page shows it."""

from __future__ import annotations

from collections.abc import Iterable

from supportcore.definition.screens import COLUMNS
from supportcore.desk.promises import light_words
from supportcore.desk.views.names import Names
from supportcore.desk.views.records import Value
from supportcore.desk.views.viewer import Viewer
from supportcore.sla.clocks import Light, most_pressing
from supportcore.text import instant_text
from supportcore.tickets.references import kind_of_field
from supportcore.tickets.ticket import Ticket

YES_NO = (("No", "No"), ("Yes", "Sí"))
"""What a flag is called, in English and Spanish, by its value."""


def light_of(viewer: Viewer, ticket: Ticket) -> Light:
    """Return the light of a ticket at the instant of the view."""
    now = max(viewer.now, ticket.updated_at)
    return most_pressing(clock.light(now) for clock in ticket.clocks)


def value_of(viewer: Viewer, names: Names, ticket: Ticket, key: str) -> Value:
    """Return what stands under the column *key*; *names* holds the records and people that the ticket names."""
    kind = COLUMNS[key]
    if kind == "light":
        light = light_of(viewer, ticket)
        icon = "" if light == "none" else f"light-{light}"
        words = "" if light == "none" else light_words(viewer.desk, light, viewer.language)
        return Value(key=key, kind=kind, value=light, text=words, icon=icon)
    found = getattr(ticket, key)
    if found is None:
        return Value(key=key, kind=kind)
    match kind:
        case "rating":
            return Value(key=key, kind=kind, value=found, text=rating_words(viewer, found))
        case "tags":
            return Value(key=key, kind=kind, value=" ".join(found), text=", ".join(tag_words(viewer, found)))
        case "instant":
            return Value(key=key, kind=kind, value=instant_text(found), text=viewer.when(found).text)
        case "choice":
            return Value(key=key, kind=kind, value=found, text=viewer.choice(key, found))
        case "record":
            return Value(key=key, kind=kind, value=found, text=names.record(kind_of_field(key), found))
        case "person":
            side = "customer" if key == "contact" else "staff"
            return Value(key=key, kind=kind, value=found, text=names.person(found, side))
        case "flag":
            return Value(key=key, kind=kind, value=found, text=viewer.say(*YES_NO[found]))
    return Value(key=key, kind=kind, value=found, text=str(found))


def rating_words(viewer: Viewer, rating: int) -> str:
    """Return a rating in words: a number, or yes and no where the desk asks so."""
    survey = viewer.desk.survey
    yes_no = survey is not None and survey.scale == "yes_no"
    return viewer.say(*YES_NO[bool(rating)]) if yes_no else str(rating)


def tag_words(viewer: Viewer, tags: Iterable[str]) -> list[str]:
    """Return what tags are called."""
    return [viewer.choice("tag", tag) for tag in tags]
