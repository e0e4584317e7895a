"""
What is shown after the month: plain values, the same for a table on a terminal and for JSON.

All of it is asked of the desk again, as a front end would; nothing is remembered from the month but how often what was
tried. Texts are in the language of the person who would read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.demo.cast import Cast
from supportcore.demo.month import Month
from supportcore.desk import Acting, Desk, Entry, Offer
from supportcore.errors import NotFound, Refused
from supportcore.people import Actor
from supportcore.tickets.events import SYSTEM_ACTOR
from supportcore.tickets.ticket import Ticket


@attrs.frozen(kw_only=True)
class Row:
    """A state of the board and how many tickets are in it."""

    state: str
    label: str
    label_es: str
    category: str
    tickets: int


@attrs.frozen(kw_only=True)
class Line:
    """An entry of the timeline: when (in the customer's zone), who, what happened and what was said."""

    at: datetime
    who: str
    what: str
    said: str


@attrs.frozen(kw_only=True)
class Sample:
    """
    One ticket as its customer sees it.

    Attributes:
        hidden: Entries the customer does not see, or sees less of than the staff do.
    """

    number: int
    subject: str
    customer: str
    contact: str
    language: str
    entries: tuple[Line, ...]
    hidden: int


@attrs.frozen(kw_only=True)
class Button:
    """An action as a screen would show it; *refused* says why it is not offered, empty if it is."""

    name: str
    label: str
    refused: str


@attrs.frozen(kw_only=True)
class Buttons:
    """
    What one of the staff may do with the ticket.

    Attributes:
        tried: The action that was tried although it is not offered; None if everything is.
        answer: What the desk answered.
    """

    who: str
    roles: tuple[str, ...]
    buttons: tuple[Button, ...]
    tried: str | None
    answer: str


@attrs.frozen(kw_only=True)
class Difference:
    """A value of the ticket on the earlier day and now."""

    what: str
    then: str
    now: str


@attrs.frozen(kw_only=True)
class Earlier:
    """The ticket as it was."""

    at: datetime
    differences: tuple[Difference, ...]


@attrs.frozen(kw_only=True)
class Checked:
    """What verification looked at and found."""

    tickets: int
    events: int
    columns: int
    findings: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Report:
    """Everything the demonstration shows of a desk; equal for equal seeds, on every store."""

    desk: str
    name: str
    zone: str
    seed: int
    begins_at: datetime
    ends_at: datetime
    tickets: int
    open: int
    commands: Mapping[str, int]
    refused: Mapping[str, int]
    timers: int
    board: tuple[Row, ...]
    ticket: Sample
    actions: Buttons
    earlier: Earlier
    notices: Mapping[str, int]
    retried: int
    pending: int
    verification: Checked

    def data(self) -> dict[str, Any]:
        """Return this as plain JSON-safe values."""

        def plain(_: object, __: object, value: Any) -> Any:
            return value.isoformat() if isinstance(value, datetime) else value

        return attrs.asdict(self, value_serializer=plain)


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
    ticket = _interesting(desk, overseer, cast)
    checked = desk.verify(progress)
    return Report(
        desk=definition.key,
        name=definition.labels.label("desk", "name", "en"),
        zone=definition.zone,
        seed=seed,
        begins_at=begins_at.astimezone(ZoneInfo(definition.zone)),
        ends_at=month.ends_at.astimezone(ZoneInfo(definition.zone)),
        tickets=overseer.count(),
        open=overseer.count({"is_open": True}),
        commands=month.commands,
        refused=month.refused,
        timers=month.timers,
        board=board,
        ticket=_sample(desk, overseer, cast, ticket),
        actions=_buttons(desk, cast, ticket),
        earlier=_earlier(desk, overseer, cast, ticket),
        notices=month.notices,
        retried=month.retried,
        pending=desk.outbox().get("pending", 0),
        verification=Checked(
            tickets=checked.tickets,
            events=checked.events,
            columns=checked.columns,
            findings=tuple(str(finding) for finding in checked.findings),
        ),
    )


def _interesting(desk: Desk, overseer: Acting, cast: Cast) -> Ticket:
    """Return the ticket with the most to show in not too many lines, best one that is still open."""

    def worth(ticket: Ticket) -> tuple[float, int]:
        history = [recorded.event for recorded in desk.history(ticket.id)]
        kinds = len({type(event) for event in history})
        states = len({state for event in history if (state := getattr(event, "state", None)) is not None})
        by_time = any(event.actor == SYSTEM_ACTOR for event in history)
        length = -abs(len(history) - 9) / 2 - 5 * (len(history) > 12)
        agent = cast.actor(ticket.assignee)
        known = cast.actor(ticket.contact) is not None and agent is not None and agent is not cast.staff[0]
        return kinds + states + 2 * by_time + 8 * ticket.is_open + 8 * known + length, -ticket.number

    return max(_all(overseer), key=worth)


def _all(overseer: Acting) -> Iterator[Ticket]:
    cursor = None
    while True:
        page = overseer.find(sort="number", limit=200, cursor=cursor, total=False)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _sample(desk: Desk, overseer: Acting, cast: Cast, ticket: Ticket) -> Sample:
    contact = cast.actor(ticket.contact)
    reader = overseer if contact is None else desk.acting_as(contact)
    locale = "" if contact is None else contact.locale
    seen = {entry.position: entry for entry in reader.timeline(ticket.id)}
    everything = overseer.timeline(ticket.id)
    zone = ZoneInfo((contact.zone if contact is not None else "") or desk.definition.zone)
    companies = {company.id: company.name for company in cast.records["customers"]}
    return Sample(
        number=ticket.number,
        subject=ticket.subject,
        customer=companies.get(ticket.customer or "", "-"),
        contact=cast.names.get(ticket.contact or "", ticket.contact or "-"),
        language=desk.definition.labels.language(locale),
        entries=tuple(
            Line(
                at=entry.at.astimezone(zone),
                who=_who(desk, cast, entry.actor, locale),
                what=_what(desk, cast, entry, locale),
                said=entry.text,
            )
            for entry in seen.values()
        ),
        hidden=sum(entry.position not in seen or entry.text != seen[entry.position].text for entry in everything),
    )


def _who(desk: Desk, cast: Cast, actor: str | None, locale: str) -> str:
    if actor is None:
        return "-"
    return (
        desk.definition.labels.label("desk", "name", locale) if actor == SYSTEM_ACTOR else cast.names.get(actor, actor)
    )


_KINDS = {
    "opened": ("opened", "abierto"),
    "replied": ("message", "mensaje"),
    "noted": ("note", "nota"),
    "assigned": ("assigned to", "asignado a"),
    "triaged": ("classified", "clasificado"),
    "timer_refused": ("timer refused", "plazo rechazado"),
}


def _what(desk: Desk, cast: Cast, entry: Entry, locale: str) -> str:
    if entry.kind == "state_changed":
        return f"{entry.action} \N{RIGHTWARDS ARROW} {entry.state}"
    word = _KINDS[entry.kind][desk.definition.labels.language(locale) == "es"]
    if entry.kind == "assigned":
        return f"{word} {_who(desk, cast, entry.assignee, locale)}"
    return f"{word}: {entry.state}" if entry.state else word


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
        match offer.name:
            case "reply":
                acting.reply(ticket.id, "?")
            case "note":
                acting.note(ticket.id, "?")
            case "assign":
                acting.assign(ticket.id, {})
            case "triage":
                acting.triage(ticket.id, {})
            case action:
                acting.act(ticket.id, action)
    except Refused as error:
        return f"{type(error).__name__}: {error}"
    return "carried out"


def _earlier(desk: Desk, overseer: Acting, cast: Cast, ticket: Ticket) -> Earlier:
    """Look back to the last evening on which the ticket stood elsewhere than today."""
    zone = ZoneInfo(desk.definition.zone)
    opened = ticket.opened_at.astimezone(zone).date()
    days = (ticket.updated_at.astimezone(zone).date() - opened).days
    evenings = [
        datetime.combine(opened + timedelta(days=day), time(20), zone).astimezone(UTC) for day in range(days, -1, -1)
    ]
    past = [(at, overseer.as_of(ticket.id, at)) for at in evenings if at >= ticket.opened_at]
    at, then = next(
        ((at, then) for at, then in past if then.state != ticket.state),
        past[-1] if past else (ticket.opened_at, overseer.as_of(ticket.id, ticket.opened_at)),
    )

    def values(ticket: Ticket) -> dict[str, str]:
        return {
            "state": desk.definition.labels.label("states", ticket.state, "en"),
            "waiting on": ticket.waiting_on or "-",
            "assigned to": _who(desk, cast, ticket.assignee, "en"),
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
