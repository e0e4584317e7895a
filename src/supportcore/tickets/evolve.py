"""
``evolve(ticket, event)``: the only way a ticket changes, and all that a history needs to be folded.

It reads the ticket and the event and nothing else: no definition, clock, zone or store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.errors import TicketBroken
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import HoldKind, Ledger, held
from supportcore.sla.policy import KINDS
from supportcore.tickets.bonds import Approval, Follower, Link
from supportcore.tickets.events import (
    ApprovalAsked,
    ApprovalWithdrawn,
    ArticleCited,
    ClockBreached,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    DeadlineSet,
    Escalated,
    Event,
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Moved,
    NoteAdded,
    Rated,
    Recorded,
    Replied,
    Retargeted,
    StateChanged,
    Tagged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
    Unfollowed,
    Unlinked,
    Voted,
)
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import DONE

_FIELDS = tuple(field.name for field in attrs.fields(Ticket))
_READ = attrgetter(*_FIELDS)
_SET: tuple[Callable[[Ticket, Any], None], ...] = tuple(getattr(Ticket, name).__set__ for name in _FIELDS)
_UNTOUCHED = {f.name: f.default for f in attrs.fields(Ticket) if f.default is not attrs.NOTHING}
_TRIAGE = tuple(f.name for f in attrs.fields(Triaged) if f.name not in ("at", "actor"))
_OPENING = (*_TRIAGE, "number", "rules_hash", "subject", "state", "category", "waiting_on", "customer", "contact",
            "team", "responsible", "assignee", "timers", "levels", "imported_at")  # fmt: skip
_READ_OPENING = attrgetter(*_OPENING)


def opened(desk: str, ticket_id: str, event: TicketOpened) -> Ticket:
    """Return the ticket that *event* began."""
    taken = dict(zip(_OPENING, _READ_OPENING(event), strict=True))
    own = {"id": ticket_id, "desk": desk, "version": 1, "opened_at": event.at, "updated_at": event.at}
    values = {**_UNTOUCHED, **taken, **own}
    values["ledger"] = _held((), event.category, event)
    values["worded"] = event.description is not None
    return _made([values[name] for name in _FIELDS])


def _made(values: Iterable[Any]) -> Ticket:
    """
    Return the ticket with *values*, in the order of its fields.

    They come from a ticket and an event, whose constructors checked them, so they are not checked a third time: a step
    of the workflow is mostly this. Stores build tickets through the class, which checks.
    """
    ticket: Ticket = Ticket.__new__(Ticket)
    for put, value in zip(_SET, values, strict=True):
        put(ticket, value)
    return ticket


def _held(ledger: Ledger, category: str, event: TicketOpened | Replied | StateChanged | Retargeted | Moved) -> Ledger:
    """Return the ledger of a ticket that is in a state of *category* after *event*."""
    kind: HoldKind | None = "done" if category in DONE else "pause" if event.pausing else None
    return held(ledger, at=event.at, kind=kind)


def _said(ticket: Ticket, side: str | None, at: datetime) -> dict[str, Any]:
    """Return what a public message of *side* changes."""
    changes: dict[str, Any] = {"last_reply_at": at}
    if side == "staff":
        changes["unanswered_at"] = None
        if ticket.responded_at is None:
            changes["responded_at"] = at
    elif side == "customer" and ticket.unanswered_at is None:
        changes["unanswered_at"] = at
    return changes


def _replied(ticket: Ticket, event: Replied) -> dict[str, Any]:
    changes = _said(ticket, event.side, event.at)
    changes["waiting_on"] = event.waiting_on
    changes["ledger"] = _held(ticket.ledger, ticket.category, event)
    changes["worded"] = ticket.worded or event.message is not None
    return changes


def _noted(ticket: Ticket, event: NoteAdded) -> dict[str, Any]:
    return {}


def _entered(ticket: Ticket, event: StateChanged | Moved) -> dict[str, Any]:
    """Return what it changes that a ticket is in the state that *event* tells of."""
    changes: dict[str, Any] = {
        "state": event.state,
        "category": event.category,
        "outcome": event.outcome,
        "waiting_on": event.waiting_on,
        "timers": event.timers,
        "ledger": _held(ticket.ledger, event.category, event),
    }
    if event.category != "closed":
        changes["closed_at"] = None
    elif ticket.closed_at is None:
        changes["closed_at"] = event.at
    if event.category not in DONE:
        changes["confirmed"] = False
    elif ticket.category not in DONE:
        changes["unanswered_at"] = None  # the solution is the answer
        changes["rated"] = False
    return changes


def _state_changed(ticket: Ticket, event: StateChanged) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if event.comment is not None:
        changes.update(_said(ticket, event.side, event.at))
        changes["worded"] = True
    changes.update(_entered(ticket, event))
    if event.category == "closed" and event.source != event.state:
        changes["closed_at"] = event.at
    if event.rating is not None:
        changes["rating"], changes["rated"] = event.rating, True
    if event.confirmed is not None:
        changes["confirmed"] = event.confirmed
    return changes


def _moved(ticket: Ticket, event: Moved) -> dict[str, Any]:
    changes = {"rules_hash": event.rules_hash, "priority_rank": event.priority_rank}
    return {**changes, **_entered(ticket, event)}


def _assigned(ticket: Ticket, event: TicketAssigned) -> dict[str, Any]:
    changes: dict[str, Any] = {"team": event.team, "responsible": event.responsible, "assignee": event.assignee}
    if ticket.assignee is not None and event.assignee not in (None, ticket.assignee):
        changes["reassigned"] = True
    return changes


def _triaged(ticket: Ticket, event: Triaged) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _TRIAGE}


def _timer_refused(ticket: Ticket, event: TimerRefused) -> dict[str, Any]:
    left = tuple(t for t in ticket.timers if not (t.action == event.action and t.due_at <= event.at))
    return {"timers": left}


def _put(clocks: tuple[Clock, ...], kind: str, clock: Clock | None) -> tuple[Clock, ...]:
    """Return *clocks* with that of *kind* replaced, or taken away."""
    kept = [other for other in clocks if other.kind != kind]
    if clock is not None:
        kept.append(clock)
        kept.sort(key=lambda one: KINDS.index(one.kind))
    return tuple(kept)


def _clock_changed(ticket: Ticket, event: ClockStarted) -> dict[str, Any]:
    return {"clocks": _put(ticket.clocks, event.clock.kind, event.clock)}


def _deadline_set(ticket: Ticket, event: DeadlineSet) -> dict[str, Any]:
    return {"clocks": _put(ticket.clocks, "deadline", event.clock)}


def _retargeted(ticket: Ticket, event: Retargeted) -> dict[str, Any]:
    return {"levels": event.levels, "ledger": _held(ticket.ledger, ticket.category, event)}


def _cited(ticket: Ticket, event: ArticleCited) -> dict[str, Any]:
    if event.solved:
        return {"solved_by": tuple(dict.fromkeys((*ticket.solved_by, event.article)))}
    return {"solved_by": tuple(article for article in ticket.solved_by if article != event.article)}


def _rated(ticket: Ticket, event: Rated) -> dict[str, Any]:
    changes: dict[str, Any] = {"rating": event.rating, "rated": True}
    if event.comment is not None:
        changes.update(_said(ticket, "customer", event.at))
        changes.pop("unanswered_at", None)  # what is said with a rating asks for nothing
        changes["worded"] = True
    return changes


def _approval_asked(ticket: Ticket, event: ApprovalAsked) -> dict[str, Any]:
    return {"approvals": _approvals(ticket, event.approval.key, event.approval)}


def _approval_withdrawn(ticket: Ticket, event: ApprovalWithdrawn) -> dict[str, Any]:
    return {"approvals": _approvals(ticket, event.approval, None)}


def _voted(ticket: Ticket, event: Voted) -> dict[str, Any]:
    for approval in ticket.approvals:
        if approval.key == event.approval:
            after = attrs.evolve(approval.with_vote(event.actor, event.verdict), decided=event.decided)
            return {"approvals": _approvals(ticket, approval.key, after)}
    return {}


def _approvals(ticket: Ticket, key: str, approval: Approval | None) -> tuple[Approval, ...]:
    """Return the approvals of a ticket with that of *key* replaced, or taken away."""
    kept = [other for other in ticket.approvals if other.key != key]
    return tuple(sorted([*kept, *([approval] if approval is not None else [])], key=lambda one: one.key))


def _tagged(ticket: Ticket, event: Tagged) -> dict[str, Any]:
    return {"tags": event.tags}


def _followed(ticket: Ticket, event: Followed) -> dict[str, Any]:
    return {"followers": (*_others(ticket, event.person), Follower(person=event.person, roles=event.roles))}


def _unfollowed(ticket: Ticket, event: Unfollowed) -> dict[str, Any]:
    return {"followers": _others(ticket, event.person)}


def _others(ticket: Ticket, person: str) -> tuple[Follower, ...]:
    return tuple(follower for follower in ticket.followers if follower.person != person)


def _linked(ticket: Ticket, event: Linked) -> dict[str, Any]:
    return {"links": tuple(dict.fromkeys((*ticket.links, Link(kind=event.kind, ticket=event.other))))}


def _unlinked(ticket: Ticket, event: Unlinked) -> dict[str, Any]:
    gone = Link(kind=event.kind, ticket=event.other)
    return {"links": tuple(link for link in ticket.links if link != gone)}


def _merged(ticket: Ticket, event: Merged) -> dict[str, Any]:
    return {"merged_into": event.into}


def _merged_from(ticket: Ticket, event: MergedFrom) -> dict[str, Any]:
    return {"merged": (*ticket.merged, event.ticket)}


_CHANGES: Mapping[type, Callable[[Ticket, Any], dict[str, Any]]] = MappingProxyType(
    {
        Replied: _replied,
        NoteAdded: _noted,
        StateChanged: _state_changed,
        TicketAssigned: _assigned,
        Triaged: _triaged,
        TimerRefused: _timer_refused,
        DeadlineSet: _deadline_set,
        Retargeted: _retargeted,
        Moved: _moved,
        ArticleCited: _cited,
        Rated: _rated,
        ApprovalAsked: _approval_asked,
        ApprovalWithdrawn: _approval_withdrawn,
        Voted: _voted,
        Tagged: _tagged,
        Followed: _followed,
        Unfollowed: _unfollowed,
        Linked: _linked,
        Unlinked: _unlinked,
        Merged: _merged,
        MergedFrom: _merged_from,
        ClockStarted: _clock_changed,
        ClockPaused: _clock_changed,
        ClockResumed: _clock_changed,
        ClockStopped: _clock_changed,
        ClockWarned: _clock_changed,
        ClockBreached: _clock_changed,
        ClockRetargeted: _clock_changed,
        ClockRemoved: _clock_changed,
        Escalated: _clock_changed,
    }
)


def evolve(ticket: Ticket, event: Event) -> Ticket:
    """Return the next ticket: *ticket* after *event*."""
    changes = _CHANGES[type(event)](ticket, event)
    changes["version"], changes["updated_at"] = ticket.version + 1, event.at
    values = dict(zip(_FIELDS, _READ(ticket), strict=True))
    values.update(changes)
    return _made(values.values())


def fold(desk: str, history: Iterable[Recorded]) -> Ticket:
    """
    Return the ticket a history makes.

    Raises:
        TicketBroken: The history is empty, has a gap, runs backwards, or does not begin with an opening.
    """
    ticket: Ticket | None = None
    for recorded in history:
        expected = 1 if ticket is None else ticket.version + 1
        if recorded.position != expected:
            raise TicketBroken(ticket=recorded.ticket, why=f"position {recorded.position} where {expected} is due")
        event = recorded.event
        if ticket is None:
            if not isinstance(event, TicketOpened):
                raise TicketBroken(ticket=recorded.ticket, why="its history does not begin with its opening")
            ticket = opened(desk, recorded.ticket, event)
        else:
            if event.at < ticket.updated_at:
                raise TicketBroken(ticket=recorded.ticket, why=f"position {recorded.position} runs back in time")
            if isinstance(event, TicketOpened):
                raise TicketBroken(ticket=recorded.ticket, why="it was opened twice")
            ticket = evolve(ticket, event)
    if ticket is None:
        raise TicketBroken(ticket="", why="it has no history")
    return ticket
