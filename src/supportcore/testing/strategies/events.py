"""Events, and what goes with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import Hold, Ledger
from supportcore.sla.policy import KINDS, RETARGETING
from supportcore.testing.strategies.bonds import bond_events
from supportcore.testing.strategies.values import (
    _maybe,
    bodies,
    digests,
    host_ids,
    instants,
    integers,
    keys,
    texts,
    titles,
)
from supportcore.tickets.events import (
    ArticleCited,
    ClockBreached,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    Content,
    ContentRef,
    DeadlineSet,
    Escalated,
    Event,
    Moved,
    NoteAdded,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
)
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES


def _work() -> SearchStrategy[timedelta]:
    return st.integers(1, 365 * 86_400_000).map(lambda count: timedelta(milliseconds=count))


@st.composite
def clocks(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> Clock:
    """Return clocks: whole records, each as it could have come to be; none is met and breached."""
    state = draw(st.sampled_from(("running", "paused", "stopped", "removed")))
    ahead = _maybe(instants()) if state == "running" else st.none()
    fields = {
        "kind": st.sampled_from(KINDS),
        "policy": _maybe(keys()),
        "calendar": digests(),
        "tz": keys(),
        "target": _work(),
        "amber": st.integers(1, 99),
        "pauses": st.booleans(),
        "started_at": instants(),
        "as_of": instants(),
        "elapsed": _work(),
        "due_at": _maybe(instants()),
        "breach_at": ahead,
        "warn_at": ahead,
        "warned_at": _maybe(instants()),
        "breached_at": _maybe(instants()),
        "stopped_at": instants() if state == "stopped" else st.none(),
        "passed": st.integers(0, 200),
        "next_percent": st.integers(0, 200),
        "next_at": ahead,
        "uncertain": st.booleans(),
        **over,
    }
    return Clock(**{"state": state, **{name: draw(strategy) for name, strategy in fields.items()}})


def _clocks() -> SearchStrategy[tuple[Clock, ...]]:
    """Return the clocks of a ticket: one of a kind at most, in their order."""
    return st.lists(clocks(), max_size=3, unique_by=lambda clock: clock.kind).map(
        lambda found: tuple(sorted(found, key=lambda clock: KINDS.index(clock.kind)))
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Return what a ticket was held for: stretches in order, of which only the last may still last."""
    edges = sorted(set(draw(st.lists(instants(), max_size=6))))
    kinds: SearchStrategy[Any] = st.sampled_from(("pause", "done"))
    closed = tuple(
        Hold(kind=draw(kinds), from_at=one, to_at=other) for one, other in zip(edges[::2], edges[1::2], strict=False)
    )
    return (*closed, Hold(kind=draw(kinds), from_at=edges[-1])) if len(edges) % 2 else closed


def timers() -> SearchStrategy[Timer]:
    """Return timers of a ticket."""
    return st.builds(Timer, action=keys(), due_at=instants())


def _timers() -> SearchStrategy[tuple[Timer, ...]]:
    return st.lists(timers(), max_size=3).map(tuple)


def content_refs() -> SearchStrategy[ContentRef]:
    """Return references to content records."""
    return st.builds(ContentRef, id=host_ids(), digest=digests())


def _files() -> SearchStrategy[tuple[ContentRef, ...]]:
    return st.lists(content_refs(), max_size=2).map(tuple)


def contents(**over: SearchStrategy[Any]) -> SearchStrategy[Content]:
    """Return content records."""
    fields = {
        "id": host_ids(),
        "ticket": host_ids(),
        "position": integers(1),
        "kind": st.sampled_from(("message", "note", "comment", "description", "answers", "file")),
        "audience": st.sampled_from(("public", "internal")),
        "author": host_ids(),
        "body": bodies(),
        "salt": host_ids(),
    }
    return st.builds(Content, **{**fields, **over})


def _happened() -> dict[str, SearchStrategy[Any]]:
    return {"at": instants(), "actor": host_ids()}


def _parties() -> SearchStrategy[Any]:
    return _maybe(st.sampled_from(PARTIES))


def _ranks() -> SearchStrategy[int]:
    return st.integers(0, 1000)


def _classified() -> dict[str, SearchStrategy[Any]]:
    ids = dict.fromkeys(
        ("product", "module", "product_version", "service", "project", "agreement", "reference"), _maybe(host_ids())
    )
    named = dict.fromkeys(("type", "priority", "urgency", "area", "origin"), _maybe(keys()))
    return {**ids, **named, "priority_rank": _ranks()}


def _people() -> dict[str, SearchStrategy[Any]]:
    return dict.fromkeys(("team", "responsible", "assignee"), _maybe(host_ids()))


def openings(**over: SearchStrategy[Any]) -> SearchStrategy[TicketOpened]:
    """Return openings of tickets."""
    fields = {
        **_happened(),
        **_classified(),
        **_people(),
        "number": integers(1),
        "rules_hash": digests(),
        "subject": titles(),
        "state": keys(),
        "category": st.sampled_from(CATEGORIES),
        "waiting_on": _parties(),
        "customer": _maybe(host_ids()),
        "contact": _maybe(host_ids()),
        "levels": _maybe(digests()),
        "imported_at": _maybe(instants()),
        "pausing": st.booleans(),
        "timers": _timers(),
        "description": _maybe(content_refs()),
        "answers": _maybe(content_refs()),
        "files": _files(),
    }
    return st.builds(TicketOpened, **{**fields, **over})


def replies(**over: SearchStrategy[Any]) -> SearchStrategy[Replied]:
    """Return public messages, as events."""
    fields = {
        "side": st.sampled_from(("customer", "staff")),
        "message": _maybe(content_refs()),
        "waiting_on": _parties(),
        "pausing": st.booleans(),
        "files": _files(),
    }
    return st.builds(Replied, **{**_happened(), **fields, **over})


def notes(**over: SearchStrategy[Any]) -> SearchStrategy[NoteAdded]:
    """Return internal notes, as events."""
    return st.builds(NoteAdded, **{**_happened(), "note": _maybe(content_refs()), "files": _files(), **over})


@st.composite
def _states(draw: st.DrawFn) -> tuple[str, str, str | None]:
    """Draw a state, its category, and the outcome that a closed one has."""
    category = draw(st.sampled_from(CATEGORIES))
    return draw(keys()), category, draw(st.sampled_from(OUTCOMES)) if category == "closed" else None


@st.composite
def state_changes(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> StateChanged:
    """Return moves from state to state."""
    state, category, outcome = draw(_states())
    fields = {
        **_happened(),
        "action": keys(),
        "source": keys(),
        "waiting_on": _parties(),
        "timers": st.just(()) if category == "closed" else _timers(),
        "comment": _maybe(content_refs()),
        "internal": _maybe(content_refs()),
        "reason": _maybe(keys()),
        "side": _maybe(st.sampled_from(("customer", "staff"))),
        "pausing": st.booleans(),
        "confirmed": _maybe(st.booleans()),
        "rating": _maybe(integers()),
        "files": _files(),
        **over,
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    return StateChanged(**{"state": state, "category": category, "outcome": outcome, **drawn})


@st.composite
def moves(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> Moved:
    """Return moves to other rules."""
    state, category, outcome = draw(_states())
    fields = {
        **_happened(),
        "rules_hash": digests(),
        "source": keys(),
        "waiting_on": _parties(),
        "priority_rank": _ranks(),
        "timers": st.just(()) if category == "closed" else _timers(),
        "pausing": st.booleans(),
        **over,
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    return Moved(**{"state": state, "category": category, "outcome": outcome, **drawn})


def assignments(**over: SearchStrategy[Any]) -> SearchStrategy[TicketAssigned]:
    """Return assignments."""
    return st.builds(TicketAssigned, **{**_happened(), **_people(), **over})


def triages(**over: SearchStrategy[Any]) -> SearchStrategy[Triaged]:
    """Return classifications."""
    return st.builds(Triaged, **{**_happened(), **_classified(), **over})


def timer_refusals(**over: SearchStrategy[Any]) -> SearchStrategy[TimerRefused]:
    """Return timers that were refused."""
    fields = {"action": keys(), "reasons": st.lists(texts(), max_size=3).map(tuple)}
    return st.builds(TimerRefused, **{**_happened(), **fields, **over})


def deadlines(**over: SearchStrategy[Any]) -> SearchStrategy[DeadlineSet]:
    """Return deadlines that were set, moved or taken away."""
    return st.builds(DeadlineSet, **{**_happened(), "clock": _maybe(clocks(kind=st.just("deadline"))), **over})


def retargetings(**over: SearchStrategy[Any]) -> SearchStrategy[Retargeted]:
    """Return changes of the service levels a ticket is under."""
    return st.builds(Retargeted, **{**_happened(), "levels": _maybe(digests()), "pausing": st.booleans(), **over})


def citations(**over: SearchStrategy[Any]) -> SearchStrategy[ArticleCited]:
    """Return articles that were named as what solved a ticket, or were no more."""
    return st.builds(ArticleCited, **{**_happened(), "article": host_ids(), "solved": st.booleans(), **over})


def clock_events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return whatever can happen to a clock."""
    plain = (ClockStarted, ClockPaused, ClockResumed, ClockStopped, ClockWarned, ClockBreached, ClockRemoved)
    fields = {**_happened(), "clock": clocks(), **over}
    return st.one_of(
        *(st.builds(kind, **fields) for kind in plain),
        st.builds(ClockRetargeted, **{**fields, "how": st.sampled_from(RETARGETING)}),
        st.builds(Escalated, **{**fields, "percent": st.integers(1, 200)}),
    )


_LATER: tuple[Callable[..., SearchStrategy[Event]], ...] = (
    replies, notes, state_changes, assignments, triages, timer_refusals, deadlines, retargetings, moves,
    citations, clock_events, bond_events,
)  # fmt: skip


def later_events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return events of every class but openings."""
    return st.one_of([strategy(**over) for strategy in _LATER])


def events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return events of every class."""
    return later_events(**over) | openings(**over)
