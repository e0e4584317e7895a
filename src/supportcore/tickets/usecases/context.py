"""What a use case is handed beside the command, and how a draft begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Reason, Refused, facts
from supportcore.forms.fields import Plain
from supportcore.people.access import IMPORTER, Actor
from supportcore.sla.policy import ServiceLevels
from supportcore.tickets.draft import Draft
from supportcore.tickets.ticket import Ticket


@attrs.frozen(kw_only=True)
class Context:
    """
    What a use case is handed beside the command.

    Attributes:
        desk: Today's definition.
        now: The present instant.
        at: The instant an importer names, or None.
        salt: Makes the salt of a content record.
    """

    desk: Definition
    actor: Actor
    now: datetime
    salt: Callable[[], str]
    at: datetime | None = None


def draft_of(context: Context, rules: Definition, levels: ServiceLevels | None, ticket: Ticket | None) -> Draft:
    """Begin a draft; what an importer brings in from the past is told to nobody."""
    quiet = context.at is not None
    return Draft(desk=context.desk, rules=rules, levels=levels, ticket=ticket, recorded_at=context.now, quiet=quiet)


def instant_of(context: Context, draft: Draft) -> datetime:
    """Return when the command happens: never before what already happened to the ticket."""
    at = context.at or context.now
    return max(at, draft.ticket.updated_at)


def check_instant(context: Context) -> None:
    """Refuse an instant that the actor may not name, or that is yet to come."""
    if context.at is None:
        return
    if IMPORTER not in context.actor.roles:
        raise Refused(Reason("importer_required"))
    if context.at > context.now:
        raise Refused(Reason("at_in_future", facts(at=context.at.isoformat())))


def text_of(value: Plain | None) -> str | None:
    """Return a value as text; None stays None."""
    return None if value is None else str(value)
