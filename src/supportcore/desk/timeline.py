"""What happened to a ticket, as one actor may see it: a list of entries with labels and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from supportcore.definition.model import Definition
from supportcore.desk.offers import command_label
from supportcore.people.access import Actor
from supportcore.sla.words import clock_words
from supportcore.storage.codec import NAME_OF
from supportcore.tickets.draft import NOTICE_NAMES
from supportcore.tickets.events import (
    INTERNAL,
    SYSTEM_ACTOR,
    Content,
    ContentRef,
    DeadlineSet,
    Escalated,
    Event,
    Moved,
    NoteAdded,
    OfClock,
    Rated,
    Recorded,
    Replied,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Voted,
)
from supportcore.tickets.permissions import side_of

EVENT_NAMES = {kind: NOTICE_NAMES.get(kind, name) for kind, (name, _) in NAME_OF.items()}
"""What the events are called for people who read of them: as notice rules do, where these name them."""
ERASED = "\N{EM DASH}"
"""Stands for words that are no longer kept."""


@attrs.frozen(kw_only=True)
class Entry:
    """
    One thing that happened.

    Attributes:
        position: The version of the ticket after it.
        kind: ``opened``, ``replied``, ``noted``, ``state_changed``, ``assigned``, ``triaged``, ``timer_refused``,
            ``deadline_set``, ``retargeted``, ``moved``, ``article_cited``, ``rated``, ``approval_asked``,
            ``approval_withdrawn``, ``voted``, ``tagged``, ``followed``, ``unfollowed``, ``linked``, ``unlinked``,
            ``merged``, ``merged_from``, ``escalated``, or ``clock_`` and ``started``, ``paused``, ``resumed``,
            ``stopped``, ``warned``, ``breached``, ``retargeted`` or ``removed``.
        actor: Id of who did it; ``system`` for the desk itself.
        text: What was written with it, as far as this actor may read it; of a clock, what happened to it in words.
        action: Label of the action taken, for ``state_changed``.
        state: Label of the state it led to, for ``opened``, ``state_changed`` and ``moved``.
        assignee: Who works on it from then on, for ``assigned``.
    """

    position: int
    at: datetime
    kind: str
    actor: str
    by_desk: bool
    text: str = ""
    action: str = ""
    state: str = ""
    assignee: str | None = None


def timeline(
    desk: Definition, actor: Actor, history: Iterable[Recorded], contents: Iterable[Content]
) -> tuple[Entry, ...]:
    """Return the entries *actor* may see, oldest first; see `as_seen`."""
    seen, readable = as_seen(desk, actor, history, contents)
    return tuple(entry_of(desk, actor, recorded, readable) for recorded in seen)


def as_seen(
    desk: Definition, actor: Actor, history: Iterable[Recorded], contents: Iterable[Content]
) -> tuple[tuple[Recorded, ...], dict[str, Content]]:
    """
    Return the events *actor* may see, oldest first, and by id what was written that he may read.

    A customer sees no clock, no note, nothing internal.
    """
    staff = side_of(desk, actor) == "staff"
    return (
        tuple(recorded for recorded in history if staff or not isinstance(recorded.event, INTERNAL)),
        {content.id: content for content in contents if staff or content.audience == "public"},
    )


def clock_text(desk: Definition, event: Event, locale: str, zone: str) -> str:
    """Return what *event* did to a clock, in words and the wall time of *zone*; empty if it is about none."""
    if not isinstance(event, (DeadlineSet, OfClock)):
        return ""
    percent = event.percent if isinstance(event, Escalated) else 0
    spanish = desk.labels.language(locale) == "es"
    return clock_words(NAME_OF[type(event)][0], event.clock, spanish=spanish, zone=zone or desk.zone, percent=percent)


def entry_of(desk: Definition, actor: Actor, recorded: Recorded, readable: Mapping[str, Content]) -> Entry:
    """Return an event that *actor* may see as an entry; *readable* is what may be read of what was written."""
    event, locale, zone = recorded.event, actor.locale, actor.zone

    def said(*refs: ContentRef | None) -> str:
        words = (readable.get(ref.id) for ref in refs if ref is not None)
        return "\n\n".join(ERASED if content is None else content.body for content in words)

    kind = EVENT_NAMES[type(event)]
    text = action = state = ""
    assignee = None
    match event:
        case TicketOpened():
            text, state = said(event.description), desk.labels.label("states", event.state, locale)
        case Replied():
            text = said(event.message)
        case NoteAdded():
            text = said(event.note)
        case StateChanged():
            internal = event.internal if event.internal is not None and event.internal.id in readable else None
            text = said(event.comment, internal)
            action = command_label(desk, event.action, locale)
            state = desk.labels.label("states", event.state, locale)
        case Moved():
            state = desk.labels.label("states", event.state, locale)
        case Rated():
            text = said(event.comment)
        case Voted():
            text = said(event.internal)
        case TicketAssigned():
            assignee = event.assignee
        case TimerRefused():
            action = desk.labels.label("actions", event.action, locale)
            text = ", ".join(event.reasons)
        case _:
            text = clock_text(desk, event, locale, zone)
    return Entry(
        position=recorded.position,
        at=event.at,
        kind=kind,
        actor=event.actor,
        by_desk=event.actor == SYSTEM_ACTOR,
        text=text,
        action=action,
        state=state,
        assignee=assignee,
    )
