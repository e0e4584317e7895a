"""Every kind of event, and its place in a history."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import attrs

from supportcore import text
from supportcore.tickets.events.bonds import (
    ApprovalAsked,
    ApprovalWithdrawn,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Tagged,
    Unfollowed,
    Unlinked,
    Voted,
)
from supportcore.tickets.events.clocks import ClockEvent, DeadlineSet, Retargeted
from supportcore.tickets.events.handling import (
    ArticleCited,
    Moved,
    NoteAdded,
    Rated,
    Replied,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
)

Event = (
    TicketOpened
    | Replied
    | NoteAdded
    | StateChanged
    | TicketAssigned
    | Triaged
    | TimerRefused
    | DeadlineSet
    | Retargeted
    | Moved
    | ArticleCited
    | Rated
    | ApprovalAsked
    | ApprovalWithdrawn
    | Voted
    | Tagged
    | Followed
    | Unfollowed
    | Linked
    | Unlinked
    | Merged
    | MergedFrom
    | ClockEvent
)
"""What a history is made of."""
INTERNAL: tuple[type, ...] = (
    NoteAdded,
    TimerRefused,
    Retargeted,
    ArticleCited,
    ApprovalAsked,
    ApprovalWithdrawn,
    Voted,
    Tagged,
    Followed,
    Unfollowed,
    Linked,
    Unlinked,
    *get_args(ClockEvent),
)
"""Events that the customer's side never sees; of articles it is shown those that it may read, without the event."""
SYSTEM_ACTOR = "system"
"""Author of what timers do."""


@attrs.frozen(kw_only=True)
class Recorded:
    """
    An event in its place in a history.

    Attributes:
        position: From 1, without gaps; the ticket's version after it.
        command_id: The command it belongs to.
        recorded_at: When it was stored; `event.at` is when it happened.
        sequence: Its place in the desk's feed; 0 before it is stored.
    """

    ticket: str = text.host_id()
    position: int = text.integer()
    command_id: str = text.host_id()
    event: Event
    recorded_at: datetime = text.instant_at()
    sequence: int = text.integer(0)
