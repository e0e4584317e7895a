"""Events, and what goes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

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
    Content,
    ContentRef,
    Event,
    NoteAdded,
    Replied,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
)
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES


def timers() -> SearchStrategy[Timer]:
    """Return timers of a ticket."""
    return st.builds(Timer, action=keys(), due_at=instants())


def _timers() -> SearchStrategy[tuple[Timer, ...]]:
    return st.lists(timers(), max_size=3).map(tuple)


def content_refs() -> SearchStrategy[ContentRef]:
    """Return references to content records."""
    return st.builds(ContentRef, id=host_ids(), digest=digests())


def contents(**over: SearchStrategy[Any]) -> SearchStrategy[Content]:
    """Return content records."""
    fields = {
        "id": host_ids(),
        "ticket": host_ids(),
        "position": integers(1),
        "kind": st.sampled_from(("message", "note", "comment", "description", "answers")),
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
    ids = dict.fromkeys(("product", "module", "product_version", "service", "project"), _maybe(host_ids()))
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
        "timers": _timers(),
        "description": _maybe(content_refs()),
        "answers": _maybe(content_refs()),
    }
    return st.builds(TicketOpened, **{**fields, **over})


def replies(**over: SearchStrategy[Any]) -> SearchStrategy[Replied]:
    """Return public messages, as events."""
    fields = {"side": st.sampled_from(("customer", "staff")), "message": content_refs(), "waiting_on": _parties()}
    return st.builds(Replied, **{**_happened(), **fields, **over})


def notes(**over: SearchStrategy[Any]) -> SearchStrategy[NoteAdded]:
    """Return internal notes, as events."""
    return st.builds(NoteAdded, **{**_happened(), "note": content_refs(), **over})


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
        **over,
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    return StateChanged(**{"state": state, "category": category, "outcome": outcome, **drawn})


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


_LATER: tuple[Callable[..., SearchStrategy[Event]], ...] = (
    replies, notes, state_changes, assignments, triages, timer_refusals,
)  # fmt: skip


def later_events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return events of every class but openings."""
    return st.one_of([strategy(**over) for strategy in _LATER])


def events(**over: SearchStrategy[Any]) -> SearchStrategy[Event]:
    """Return events of every class."""
    return later_events(**over) | openings(**over)
