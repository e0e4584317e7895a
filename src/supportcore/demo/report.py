"""
What is shown after the month.

All of it is asked of the desk again, as a front end would; nothing is remembered from the month but how often what was
tried. Texts are in the language of the person who would read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from supportcore.demo.cast import Cast
from supportcore.demo.choosing import submitted
from supportcore.demo.counting import Histories, count_parts
from supportcore.demo.month import Month
from supportcore.demo.records import Button, Buttons, Checked, Difference, Earlier, Line, Report, Row, Sample
from supportcore.desk import Acting, Desk, Offer
from supportcore.errors import NotFound, Refused
from supportcore.people import Actor
from supportcore.tickets.events import SYSTEM_ACTOR, Event
from supportcore.tickets.ticket import Ticket


def report(
    desk: Desk, cast: Cast, month: Month, *, seed: int, begins_at: datetime, progress: Callable[[int], object]
) -> Report:
    """
    Ask *desk* for what is to be shown.

    Args:
        progress: Called with the number of tickets verified so far.
    """
    definition = desk.definition
    overseer = desk.acting_as(cast.staff[0])
    by_state = overseer.count(by="state")
    board = tuple(
        Row(
            state=state.key,
            label=definition.labels.label("states", state.key, "en"),
            label_es=definition.labels.label("states", state.key, "es"),
            category=state.category,
            tickets=by_state.get(state.key, 0),
        )
        for state in definition.workflow.states
    )
    zone = ZoneInfo(definition.zone)
    tickets = {ticket.id: ticket for ticket in _all(overseer)}
    histories = {id_: tuple(recorded.event for recorded in desk.history(id_)) for id_ in tickets}
    ticket = _interesting(cast, tickets, histories, zone)
    checked = desk.verify(progress)
    return Report(
        desk=definition.key,
        name=definition.labels.label("desk", "name", "en"),
        zone=definition.zone,
        seed=seed,
        begins_at=begins_at.astimezone(zone),
        ends_at=month.ends_at.astimezone(zone),
        tickets=overseer.count(),
        open=overseer.count({"is_open": True}),
        commands=month.commands,
        refused=month.refused,
        timers=month.timers,
        board=board,
        ticket=_sample(desk, overseer, cast, ticket),
        actions=_buttons(desk, cast, ticket),
        earlier=_earlier(desk, overseer, cast, ticket, histories[ticket.id]),
        parts=count_parts(definition, tickets.values(), histories.values()),
        notices=month.notices,
        skipped=month.skipped,
        retried=month.retried,
        pending=desk.outbox().get("pending", 0),
        verification=Checked(
            tickets=checked.tickets,
            events=checked.events,
            columns=checked.columns,
            findings=tuple(str(finding) for finding in checked.findings),
        ),
    )


def _interesting(cast: Cast, tickets: Mapping[str, Ticket], histories: Histories, zone: ZoneInfo) -> Ticket:
    """Return the ticket with the most to show in not too many lines, best one that is still open."""

    def worth(ticket: Ticket) -> tuple[float, int]:
        history = histories[ticket.id]
        kinds = len({type(event) for event in history})
        states = len({state for event in history if (state := getattr(event, "state", None)) is not None})
        by_time = any(event.actor == SYSTEM_ACTOR for event in history)
        length = -abs(len(history) - 9) / 2 - 5 * (len(history) > 12)
        agent = cast.actor(ticket.assignee)
        known = cast.actor(ticket.contact) is not None and agent is not None and agent is not cast.staff[0]
        moved = _elsewhere(ticket, history, zone) is not None
        stands = 8 * ticket.is_open + 4 * (ticket.category == "solved")
        return kinds + states + 2 * by_time + stands + 8 * known + 12 * moved + length, -ticket.number

    return max(tickets.values(), key=worth)


def _elsewhere(ticket: Ticket, history: Sequence[Event], zone: ZoneInfo) -> datetime | None:
    """Return the last evening on which *ticket* stood in another state than now, or None."""
    moves = [(event.at, state) for event in history if (state := getattr(event, "state", None)) is not None]
    evening = datetime.combine(ticket.updated_at.astimezone(zone).date(), time(20), zone)
    while evening >= ticket.opened_at:
        stood = [state for at, state in moves if at <= evening]
        if stood[-1] != ticket.state:
            return evening.astimezone(UTC)
        evening -= timedelta(days=1)
    return None


def _all(overseer: Acting) -> Iterator[Ticket]:
    cursor = None
    while True:
        page = overseer.find(sort="number", limit=200, cursor=cursor, total=False)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _sample(desk: Desk, overseer: Acting, cast: Cast, ticket: Ticket) -> Sample:
    """Return the page of a ticket as its customer reads it."""
    contact = cast.actor(ticket.contact)
    reader = overseer if contact is None else desk.acting_as(contact)
    seen = {entry.position: entry for entry in reader.page(ticket.id).thread}
    companies = {company.id: company.name for company in cast.records.get("customers", ())}
    return Sample(
        number=ticket.number,
        subject=ticket.subject,
        customer=companies.get(ticket.customer or "", ""),
        contact=cast.names.get(ticket.contact or "", ticket.contact or "-"),
        language=desk.definition.labels.language("" if contact is None else contact.locale),
        entries=tuple(
            Line(at=datetime.fromisoformat(entry.when.local), who=entry.author.name, what=entry.title, said=entry.text)
            for entry in seen.values()
        ),
        hidden=sum(
            entry.position not in seen or entry.text != seen[entry.position].text
            for entry in overseer.page(ticket.id).thread
        ),
    )


def _buttons(desk: Desk, cast: Cast, ticket: Ticket) -> Buttons:
    """Show the ticket's own agent, best one who may do some things and not others."""
    agents = [cast.actor(ticket.assignee), cast.actor(ticket.responsible), *cast.staff[1:], cast.staff[0]]
    best: tuple[Actor, tuple[Offer, ...]] | None = None
    for agent in agents:
        if agent is None:
            continue
        acting = desk.acting_as(_in_english(agent))
        try:
            offered = acting.actions(ticket.id)
        except (Refused, NotFound):
            continue
        best = best or (agent, offered)
        if len({offer.allowed for offer in offered}) == 2:
            best = agent, offered
            break
    assert best is not None, "the first of the staff sees every ticket"
    agent, offered = best
    refused = [offer for offer in offered if not offer.allowed]
    # The most telling reason: how the ticket is, or who one is, before the mere state.
    telling = ("condition_not_met", "guard_refused", "role_required")
    refused.sort(key=lambda offer: (*telling, offer.reasons[0].code).index(offer.reasons[0].code))
    tried = refused[0] if refused else None
    labels = desk.definition.labels
    return Buttons(
        who=cast.names.get(agent.id, agent.id),
        roles=tuple(labels.label("roles", role, "en") for role in sorted(agent.roles)),
        buttons=tuple(
            Button(name=offer.name, label=offer.label, refused=" ".join(reason.text("en") for reason in offer.reasons))
            for offer in offered
        ),
        tried=None if tried is None else tried.label,
        answer="" if tried is None else _try(desk.acting_as(_in_english(agent)), ticket, tried),
    )


def _in_english(actor: Actor) -> Actor:
    return attrs.evolve(actor, locale="en")


def _try(acting: Acting, ticket: Ticket, offer: Offer) -> str:
    """Return what the desk answers to an action that it does not offer."""
    try:
        acting.submit(submitted(offer.name, ticket), {})
    except Refused as error:
        return f"{type(error).__name__}: {error}"
    return "carried out"


def _earlier(desk: Desk, overseer: Acting, cast: Cast, ticket: Ticket, history: Sequence[Event]) -> Earlier:
    """Look back to the last evening on which the ticket stood elsewhere than today."""
    zone = ZoneInfo(desk.definition.zone)
    at = _elsewhere(ticket, history, zone) or ticket.opened_at
    then = overseer.as_of(ticket.id, at)

    def values(ticket: Ticket) -> dict[str, str]:
        return {
            "state": desk.definition.labels.label("states", ticket.state, "en"),
            "waiting on": ticket.waiting_on or "-",
            "assigned to": cast.names.get(ticket.assignee or "", ticket.assignee or "-"),
            "last message": _local(ticket.last_reply_at, zone),
            "next timer": _local(ticket.wake_at, zone),
            "version": str(ticket.version),
        }

    now = values(ticket)
    return Earlier(
        at=at.astimezone(zone),
        differences=tuple(Difference(what=what, then=was, now=now[what]) for what, was in values(then).items()),
    )


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "-" if at is None else at.astimezone(zone).strftime("%d %b %H:%M")
