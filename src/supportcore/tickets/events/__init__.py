"""
What happened to a ticket, past tense, as facts.

An event carries results, not inputs to be worked out again: the category and timers of a new state, whom the ticket
waits for. So a history folds without the rules that made it. Words that people wrote are content records; the event
holds their id and a salted digest. The stored name and version of each class stand in `supportcore.storage.codec`.
"""

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
from supportcore.tickets.events.clocks import (
    ClockBreached,
    ClockEvent,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    DeadlineSet,
    Escalated,
    OfClock,
    Retargeted,
)
from supportcore.tickets.events.content import Content, ContentRef
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
from supportcore.tickets.events.history import INTERNAL, SYSTEM_ACTOR, Event, Recorded

__all__ = [
    "INTERNAL",
    "SYSTEM_ACTOR",
    "ApprovalAsked",
    "ApprovalWithdrawn",
    "ArticleCited",
    "ClockBreached",
    "ClockEvent",
    "ClockPaused",
    "ClockRemoved",
    "ClockResumed",
    "ClockRetargeted",
    "ClockStarted",
    "ClockStopped",
    "ClockWarned",
    "Content",
    "ContentRef",
    "DeadlineSet",
    "Escalated",
    "Event",
    "Followed",
    "Linked",
    "Merged",
    "MergedFrom",
    "Moved",
    "NoteAdded",
    "OfClock",
    "Rated",
    "Recorded",
    "Replied",
    "Retargeted",
    "StateChanged",
    "Tagged",
    "TicketAssigned",
    "TicketOpened",
    "TimerRefused",
    "Triaged",
    "Unfollowed",
    "Unlinked",
    "Voted",
]
