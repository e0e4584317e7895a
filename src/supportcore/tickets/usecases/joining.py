"""What is about two tickets at once: links, and merging one into another. Both are held, the lesser id first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from supportcore.errors import Fault, Invalid, facts
from supportcore.people.access import Actor
from supportcore.tickets.asks import Asking, FindByNumber
from supportcore.tickets.bonds import INVERSE, Link, LinkKind
from supportcore.tickets.commands import LinkTickets, Merge
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import ApprovalWithdrawn, Followed, Linked, Merged, MergedFrom, StateChanged, Unlinked
from supportcore.tickets.moves import pausing
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases.checking import checked
from supportcore.tickets.usecases.context import Context, instant_of

NAMED_IN = {LinkTickets: "other", Merge: "into"}
"""The field of the document that names the other ticket, by its number or its id."""
MOST_LINKS = 100
"""Links of one ticket at most."""
_NUMBER = re.compile(r"#?([0-9]{1,18})").fullmatch


def other_id(command: LinkTickets | Merge) -> Asking[str]:
    """Return the id of the other ticket; one that is not there has none, which is empty."""
    said = str(dict(command.document).get(NAMED_IN[type(command)]) or "").strip()
    number = _NUMBER(said)
    if number is None:
        return said
    found: Ticket | None = yield FindByNumber(int(number[1]))
    return "" if found is None else found.id


def missing(command: LinkTickets | Merge) -> Invalid:
    """Return what is said to somebody who names a ticket that is not there, or that he may not see."""
    name = NAMED_IN[type(command)]
    told = facts(kind="ticket", id=str(dict(command.document).get(name) or ""))
    return Invalid(Fault(name, "unknown_record", told))


def link(command: LinkTickets, context: Context, draft: Draft, other: Draft | None) -> Asking[None]:
    """Decide that two tickets belong together in some way, or do not any more."""
    values, _ = yield from checked(command, context, draft, "link")
    if other is None:
        raise missing(command)
    if other.ticket.id == draft.ticket.id:
        raise Invalid(Fault("other", "same_ticket"))
    kind: Any = values["kind"]
    at = max(instant_of(context, draft), instant_of(context, other))
    for one, two, what in ((draft, other, kind), (other, draft, INVERSE[kind])):
        _link(one, two.ticket.id, what, linked=bool(values["linked"]), at=at, context=context, command=command)


def _link(
    draft: Draft, other: str, kind: LinkKind, *, linked: bool, at: datetime, context: Context, command: LinkTickets
) -> None:
    there = Link(kind=kind, ticket=other) in draft.ticket.links
    if linked and not there:
        if len(draft.ticket.links) >= MOST_LINKS:
            raise Invalid(Fault("other", "too_long", facts(limit=MOST_LINKS, unit="links", unit_es="enlaces")))
        draft.add(Linked(at=at, actor=context.actor.id, kind=kind, other=other), command.command_id)
    elif there and not linked:
        draft.add(Unlinked(at=at, actor=context.actor.id, kind=kind, other=other), command.command_id)


def merge(command: Merge, context: Context, draft: Draft, other: Draft | None) -> Asking[None]:
    """
    Decide that *other* goes on in the place of a ticket, which is closed by that.

    A ticket is merged once, and only into one that is not merged itself, so that no circle comes to be. Committees that
    were still to agree are asked no more. Those who were told of it are told of the other from then on, by their own
    rights.
    """
    yield from checked(command, context, draft, "merge")
    if other is None:
        raise missing(command)
    ticket, survivor = draft.ticket, other.ticket
    if survivor.id == ticket.id:
        raise Invalid(Fault("into", "same_ticket"))
    if survivor.merged_into is not None:
        raise Invalid(Fault("into", "merged_already", facts(number=survivor.number)))
    if survivor.customer != ticket.customer:
        raise Invalid(Fault("into", "other_customer"))
    at = max(instant_of(context, draft), instant_of(context, other))
    actor, command_id = context.actor.id, command.command_id
    if ticket.is_open:
        draft.add(_closing(draft, actor=actor, at=at), command_id)
    for approval in ticket.approvals:
        if approval.decided is None:
            draft.add(ApprovalWithdrawn(at=at, actor=actor, approval=approval.key), command_id)
    draft.add(Merged(at=at, actor=actor, into=survivor.id, number=survivor.number), command_id)
    other.add(MergedFrom(at=at, actor=actor, ticket=ticket.id, number=ticket.number), command_id)
    known = {survivor.contact, *(follower.person for follower in survivor.followers)}
    for person, roles in _told(context, ticket, survivor):
        if person not in known:
            known.add(person)
            other.add(Followed(at=at, actor=actor, person=person, roles=roles), command_id)


def _closing(draft: Draft, *, actor: str, at: datetime) -> StateChanged:
    """Return the move into the state in which a merged ticket ends."""
    ticket, rules = draft.ticket, draft.rules
    assert rules.merge is not None, "or it would have been refused"
    state = rules.workflow.by_key[rules.merge]
    return StateChanged(
        at=at,
        actor=actor,
        action="merge",
        source=ticket.state,
        state=state.key,
        category=state.category,
        outcome=state.outcome,
        side="staff",
        pausing=pausing(draft.levels, state, None),
    )


def _told(context: Context, ticket: Ticket, survivor: Ticket) -> Iterator[tuple[str, tuple[str, ...]]]:
    """
    Yield those who are told of a ticket, with the roles by which they may be told of its survivor.

    Followers keep the roles under which they began. Nobody knows in which role the contact acts, so he is told only
    if every role of the customer's side that shows him his ticket shows him the survivor, too.
    """
    yield from ((follower.person, follower.roles) for follower in ticket.followers)
    if ticket.contact is None:
        return
    customers = frozenset() if ticket.customer is None else frozenset({ticket.customer})
    contact = Actor(id=ticket.contact, customers=customers)
    outside = [role for role in context.desk.roles if role.side == "customer" and role.sees_ticket(ticket, contact)]
    if outside and all(role.sees_ticket(survivor, contact) for role in outside):
        yield ticket.contact, tuple(sorted(role.key for role in outside))
