"""Tickets, crowds of them, histories and decisions."""

from __future__ import annotations

from typing import Any, cast

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.testing.strategies.bonds import bonds
from supportcore.testing.strategies.events import (
    _classified,
    _clocks,
    _parties,
    _people,
    _states,
    _timers,
    clocks,
    contents,
    later_events,
    ledgers,
    openings,
)
from supportcore.testing.strategies.values import (
    _TRICKY,
    _TRICKY_INSTANTS,
    _TRICKY_KEYS,
    _maybe,
    digests,
    host_ids,
    instants,
    integers,
    keys,
    titles,
)
from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.events import (
    Event,
    Recorded,
    TicketOpened,
)
from supportcore.tickets.evolve import fold
from supportcore.tickets.ticket import Ticket, Timer


@st.composite
def tickets(draw: st.DrawFn, /, **over: SearchStrategy[Any]) -> Ticket:
    """Return tickets: whole records, each as some history could have made it."""
    state, category, outcome = draw(_states())
    opened_at, updated_at = sorted((draw(instants()), draw(instants())))
    closed = category == "closed"
    within = instants(opened_at, updated_at)
    fields = {
        **_classified(),
        **_people(),
        "id": host_ids(),
        "desk": keys(),
        "number": integers(1),
        "version": integers(1),
        "rules_hash": digests(),
        "subject": titles(),
        "waiting_on": _parties(),
        "customer": _maybe(host_ids()),
        "contact": _maybe(host_ids()),
        "levels": _maybe(digests()),
        "timers": st.just(()) if closed else _timers(),
        "clocks": _clocks(),
        "ledger": ledgers(),
        "last_reply_at": _maybe(within),
        "imported_at": _maybe(within),
        "responded_at": _maybe(within),
        "unanswered_at": _maybe(within),
        "closed_at": within if closed else st.none(),
        "solved_by": st.lists(host_ids(), max_size=3, unique=True).map(tuple),
        **bonds(),
        **over,
    }
    drawn = {name: draw(strategy) for name, strategy in fields.items()}
    stated = {"state": state, "category": category, "outcome": outcome}
    return Ticket(**{**stated, "opened_at": opened_at, "updated_at": updated_at, **drawn})


@st.composite
def crowds(draw: st.DrawFn, *, desk: str = "desk", min_size: int = 0, max_size: int = 12) -> tuple[Ticket, ...]:
    """
    Return tickets of one desk whose fields hold few and similar values, for lists, filters, counts and pages.

    Ids and numbers are distinct, every version is 1.
    """
    ids = draw(st.lists(st.sampled_from(_TRICKY) | host_ids(), min_size=min_size, max_size=max_size, unique=True))
    numbers = draw(st.lists(st.integers(1, 99) | integers(1), min_size=len(ids), max_size=len(ids), unique=True))
    few_texts, few_keys = _maybe(st.sampled_from(_TRICKY[:12])), _maybe(st.sampled_from(_TRICKY_KEYS))
    few_instants = st.sampled_from(_TRICKY_INSTANTS)
    named = ("customer", "contact", "product", "module", "product_version", "service", "project", "agreement")
    pressing = {name: _maybe(few_instants) for name in ("due_at", "warned_at", "breached_at")}
    pressing |= dict.fromkeys(("started_at", "as_of"), few_instants)
    over: dict[str, SearchStrategy[Any]] = {
        **dict.fromkeys((*named, "team", "responsible", "assignee"), few_texts),
        **dict.fromkeys(("type", "priority", "urgency", "area", "origin"), few_keys),
        "desk": st.just(desk),
        "version": st.just(1),
        "rules_hash": st.just("0" * 64),
        "state": st.sampled_from(_TRICKY_KEYS),
        "subject": st.sampled_from(_TRICKY),
        "priority_rank": st.integers(0, 2),
        "opened_at": few_instants,
        "updated_at": few_instants,
        "last_reply_at": _maybe(few_instants),
        "clocks": st.lists(clocks(**pressing), max_size=1).map(tuple),
        "ledger": st.just(()),
        "timers": st.lists(st.builds(Timer, action=st.just("a"), due_at=few_instants), max_size=2).map(tuple),
    }
    made = (tickets(id=st.just(i), number=st.just(n), **over) for i, n in zip(ids, numbers, strict=True))
    return tuple([draw(strategy) for strategy in made])


_OPENINGS, _LATER_EVENTS = openings(), later_events()  # made once: it is the making that takes time


@st.composite
def histories(draw: st.DrawFn, *, max_size: int = 6, ticket: SearchStrategy[str] | None = None) -> tuple[Recorded, ...]:
    """Return histories that fold: an opening, then anything, at instants that never run backwards."""
    ticket_id = draw(host_ids() if ticket is None else ticket)
    moments = sorted(draw(st.lists(instants(), min_size=1, max_size=max_size)))
    recorded = []
    for place, moment in enumerate(moments, start=1):
        event: Event = attrs.evolve(draw(_OPENINGS if place == 1 else _LATER_EVENTS), at=moment)
        recorded.append(
            Recorded(
                ticket=ticket_id,
                position=place,
                command_id=draw(host_ids()),
                event=event,
                recorded_at=draw(instants()),
            )
        )
    return tuple(recorded)


def receipts(**over: SearchStrategy[Any]) -> SearchStrategy[Receipt]:
    """Return receipts."""
    fields = {
        "command_id": host_ids(),
        "digest": digests(),
        "id": host_ids(),
        "number": integers(1),
        "version": integers(1),
        "state": keys(),
        "at": instants(),
    }
    return st.builds(Receipt, **{**fields, **over})


def outbox_rows(**over: SearchStrategy[Any]) -> SearchStrategy[OutboxRow]:
    """Return notices that wait for delivery."""
    fields = {
        "id": host_ids(),
        "ticket": host_ids(),
        "position": integers(1),
        "rule": keys(),
        "role": st.sampled_from(("contact", "assignee", "responsible", "team")),
        "recipient": host_ids(),
        "channel": keys(),
        "template": keys(),
        "due_at": instants(),
    }
    return st.builds(OutboxRow, **{**fields, **over})


@st.composite
def decisions(
    draw: st.DrawFn,
    *,
    desk: str = "desk",
    ticket: SearchStrategy[str] | None = None,
    number: SearchStrategy[int] | None = None,
) -> Decision:
    """Return decisions that open one ticket, with whatever happened to it, was written and is to be told."""
    history = draw(histories(ticket=ticket))
    if number is not None:
        opening: Any = attrs.evolve(cast(TicketOpened, history[0].event), number=draw(number))
        history = (attrs.evolve(history[0], event=opening), *history[1:])
    made = fold(desk, history)
    mine: dict[str, SearchStrategy[Any]] = {"ticket": st.just(made.id), "position": st.integers(1, made.version)}
    written = st.lists(contents(**mine), max_size=4, unique_by=lambda content: content.id)
    told = st.lists(outbox_rows(**mine), max_size=4, unique_by=lambda row: row.id)
    receipt = receipts(
        id=st.just(made.id), number=st.just(made.number), version=st.just(made.version), state=st.just(made.state)
    )
    return Decision(
        changes=(Change(before=0, ticket=made, recorded=history),),
        contents=tuple(draw(written)),
        outbox=tuple(draw(told)),
        receipt=draw(_maybe(receipt)),
    )
