"""One thing about a ticket, as the cell of a list or the head of its page shows it."""

from __future__ import annotations

from supportcore.definition.screens import COLUMNS
from supportcore.desk.views.names import Names
from supportcore.desk.views.records import Value
from supportcore.desk.views.viewer import Viewer
from supportcore.sla.clocks import Light, most_pressing
from supportcore.sla.words import LIGHT_LABELS
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
        return Value(
            key=key, kind=kind, value=light, text="" if light == "none" else viewer.say(*LIGHT_LABELS[light]), icon=icon
        )
    found = getattr(ticket, key)
    if found is None:
        return Value(key=key, kind=kind)
    match kind:
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
