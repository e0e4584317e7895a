"""
The ticket as a record: the fold of its history, and nothing else.

`version` counts the events. What a list filters or sorts by stands here as a field of its own; what people wrote stands
in content records.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES, Category, Outcome, WaitingOn


@attrs.frozen(kw_only=True)
class Timer:
    """At this instant the desk itself takes the action, unless the state is left before."""

    action: str = text.key()
    due_at: datetime = text.instant_at()


@attrs.frozen(kw_only=True)
class Ticket:
    """
    One case.

    Attributes:
        id: A UUID as text.
        number: What people call it by; unique on the desk, rising.
        version: How many events made it.
        rules_hash: The rules it was opened under.
        contact: Actor id of the person it was opened for.
        priority_rank: Place of the priority in its vocabulary, from 1; 0 for none.
        last_reply_at: Instant of the last public message.
        closed_at: Instant of the last move into a final state; None while open.
    """

    id: str = text.host_id()
    desk: str = text.key()
    number: int = text.integer()
    version: int = text.integer()
    rules_hash: str = text.host_id()
    subject: str = text.title()
    state: str = text.key()
    category: Category = text.one_of(CATEGORIES)
    outcome: Outcome | None = text.one_of(OUTCOMES, None)
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    customer: str | None = text.host_id(None)
    contact: str | None = text.host_id(None)
    product: str | None = text.host_id(None)
    module: str | None = text.host_id(None)
    product_version: str | None = text.host_id(None)
    service: str | None = text.host_id(None)
    project: str | None = text.host_id(None)
    type: str | None = text.key(None)
    priority: str | None = text.key(None)
    priority_rank: int = text.integer(0)
    urgency: str | None = text.key(None)
    area: str | None = text.key(None)
    origin: str | None = text.key(None)
    team: str | None = text.host_id(None)
    responsible: str | None = text.host_id(None)
    assignee: str | None = text.host_id(None)
    timers: tuple[Timer, ...] = ()
    opened_at: datetime = text.instant_at()
    updated_at: datetime = text.instant_at()
    last_reply_at: datetime | None = text.instant_at(None)
    closed_at: datetime | None = text.instant_at(None)

    @property
    def is_open(self) -> bool:
        """Whether the ticket is not in a final state."""
        return self.category != "closed"

    @property
    def wake_at(self) -> datetime | None:
        """The instant of the next timer, or None."""
        return min((timer.due_at for timer in self.timers), default=None)
