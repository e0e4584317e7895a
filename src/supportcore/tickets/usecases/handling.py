"""From a command of any kind to a decision: the order that is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from supportcore.errors import CommandReused, Fault, Invalid, NotFound, Reason, Refused, StaleVersion, facts
from supportcore.knowledge.postings import TICKETS, difference
from supportcore.text import id_fault
from supportcore.tickets.advance import advance
from supportcore.tickets.asks import (
    Asking,
    FindReceipt,
    LoadContents,
    LoadHistory,
    LoadLevels,
    LoadRules,
    LoadTicket,
)
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decide,
    Decision,
    Follow,
    LinkTickets,
    Merge,
    MoveTicket,
    OnTicket,
    OpenTicket,
    Rate,
    Receipt,
    Reply,
    Retarget,
    SetDeadline,
    Tag,
    Triage,
    digest,
)
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import INTERNAL, Content
from supportcore.tickets.indexed import SOLVED, postings_of, solved_postings, tag_postings
from supportcore.tickets.permissions import require_role, sees, side_of
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases.approving import decide
from supportcore.tickets.usecases.bonding import follow, rate, tag
from supportcore.tickets.usecases.context import Context, check_instant, draft_of, instant_of
from supportcore.tickets.usecases.joining import link, merge, other_id
from supportcore.tickets.usecases.moving import move_ticket
from supportcore.tickets.usecases.opening import open_ticket
from supportcore.tickets.usecases.replying import add_note, reply
from supportcore.tickets.usecases.working import act, assign, cite, retarget, set_deadline, triage


def handle(command: Command, context: Context) -> Asking[Decision]:
    """
    Decide a command of any kind.

    Raises:
        Refused: The rules say no; `Invalid` if the input does.
        NotFound: No such ticket, or none the actor may see.
        StaleVersion: The ticket changed since `seen_version`.
        CommandReused: The command id was used with other content.
    """
    said, repeated = yield from received(command, context)
    if repeated is not None:
        return repeated
    other: Draft | None = None
    if isinstance(command, OpenTicket):
        draft = yield from open_ticket(command, context)
    elif isinstance(command, (LinkTickets, Merge)):
        draft, other = yield from _begin_both(command, context)
        before = draft.ticket
        if isinstance(command, Merge):
            yield from merge(command, context, draft, other)
        else:
            yield from link(command, context, draft, other)
        yield from _index(draft, before)
    else:
        draft = yield from begin(command, context)
        before = draft.ticket
        yield from _USE_CASES[type(command)](command, context, draft)
        yield from _index(draft, before)
    ticket = draft.ticket
    receipt = Receipt(
        command_id=command.command_id,
        digest=said,
        id=ticket.id,
        number=ticket.number,
        version=ticket.version,
        state=ticket.state,
        at=instant_of(context, draft),
    )
    decision = draft.decision(receipt)
    return decision if other is None else decision.and_of(other.decision())


def received(command: Any, context: Context) -> Asking[tuple[str, Decision | None]]:
    """
    Begin with a command of any kind: was it given before, and may it happen when it is said to?

    Returns:
        The digest of what it says, and what to decide if it was carried out before, or None.

    Raises:
        Refused: The actor may not name this instant.
        CommandReused: The command id was used with other content.
    """
    said = digest(command, context.actor.id, context.at)
    prior: Receipt | None = yield FindReceipt(command.command_id)
    if prior is None:
        check_instant(context)
        return said, None
    if prior.digest != said:
        raise CommandReused(command_id=command.command_id)
    return said, Decision(receipt=prior, repeated=True)


def load(ticket_id: str, context: Context) -> Asking[Draft]:
    """Load a ticket the actor may see, under its own rules, not advanced yet."""
    require_role(context.desk, context.actor)
    ticket: Ticket | None = yield LoadTicket(ticket_id)
    if ticket is None or not sees(context.desk, context.actor, ticket):
        raise NotFound(kind="ticket", id=ticket_id)
    rules = context.desk
    if ticket.rules_hash != rules.rules_hash:
        rules = yield LoadRules(ticket.rules_hash)
    levels = context.desk.levels
    if ticket.levels != (levels.digest if levels is not None else None):
        levels = None if ticket.levels is None else (yield LoadLevels(ticket.levels))
    return draft_of(context, rules, levels, ticket)


def begin(command: OnTicket, context: Context) -> Asking[Draft]:
    """Load and advance the ticket of a command, and see to it that the person saw it as it is."""
    draft = yield from load(command.ticket, context)
    yield from _bring_up(command, context, draft)
    return draft


def _begin_both(command: LinkTickets | Merge, context: Context) -> Asking[tuple[Draft, Draft | None]]:
    """
    Load and advance the two tickets of a command, the lesser id first, as every command does that holds several.

    Returns:
        None for the other one if it is not there, or not to be seen; the draft itself if it is the same ticket.
    """
    other = yield from other_id(command)
    drafts: dict[str, Draft] = {}
    for ticket_id in sorted({command.ticket, other} if id_fault(other, "") is None else {command.ticket}):
        try:
            drafts[ticket_id] = yield from load(ticket_id, context)
        except NotFound:
            if ticket_id == command.ticket:
                raise
    yield from _bring_up(command, context, drafts[command.ticket])
    if other in drafts and other != command.ticket:
        _advance(context, drafts[other])
    return drafts[command.ticket], drafts.get(other)


def _advance(context: Context, draft: Draft) -> None:
    """Let happen what has come due by the instant of a command."""
    stored = draft.ticket
    if context.at is not None and context.at < stored.updated_at:
        told = facts(at=context.at.isoformat(), last=stored.updated_at.isoformat())
        raise Refused(Reason("at_runs_backwards", told))
    advance(draft, instant_of(context, draft))


def _bring_up(command: OnTicket, context: Context, draft: Draft) -> Asking[None]:
    """Advance the ticket of a command, and see to it that the person saw it as it is."""
    stored = draft.ticket
    _advance(context, draft)
    seen = command.seen_version
    if seen is not None and seen > draft.ticket.version:
        raise Invalid(Fault("seen_version", "out_of_range", facts(minimum=0, maximum=draft.ticket.version)))
    if seen is not None and seen != draft.ticket.version and not command.commutative:
        history = yield LoadHistory(stored.id, min(seen, stored.version))
        staff = side_of(context.desk, context.actor) == "staff"
        since = [r.event for r in (*history, *draft.recorded) if r.position > seen]
        shown = [event for event in since if staff or not isinstance(event, INTERNAL)]
        raise StaleVersion(seen=seen, current=draft.ticket.version, events=shown)


def _index(draft: Draft, before: Ticket) -> Asking[None]:
    """Let a ticket be found by what a command said or named first."""
    ticket = draft.ticket
    draft.index(difference(SOLVED, solved_postings(before), solved_postings(ticket)))
    draft.index(difference(TICKETS, tag_postings(before), tag_postings(ticket)))
    if before.worded or not ticket.worded:
        return
    stored: tuple[Content, ...] = yield LoadContents(ticket.id)
    after = postings_of(ticket, (*stored, *draft.written))
    draft.index(difference(TICKETS, postings_of(ticket, stored), after))


_USE_CASES: Mapping[type, Callable[[Any, Context, Draft], Asking[None]]] = MappingProxyType(
    {
        Reply: reply,
        AddNote: add_note,
        Assign: assign,
        Triage: triage,
        Act: act,
        SetDeadline: set_deadline,
        Retarget: retarget,
        MoveTicket: move_ticket,
        CiteArticle: cite,
        Rate: rate,
        Decide: decide,
        Tag: tag,
        Follow: follow,
    }
)
