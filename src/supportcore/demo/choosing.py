"""
What the people of the demonstration do, of what a desk offers them: they move a ticket on rather than round.

An action is weighted by the category of the state it leads to; no name of an action is known here.
"""

from __future__ import annotations

from random import Random
from typing import Literal

from supportcore.definition import Definition
from supportcore.desk import Offer
from supportcore.tickets.permissions import ON_TICKET
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import DONE, State

Side = Literal["customer", "staff"]
_STAFF_WEIGHTS = {"reply": 1.4, "note": 1.1, "assign": 0.25, "triage": 0.4}
_STAFF_TARGETS = {"new": 0.3, "open": 1.2, "pending": 1.4, "on_hold": 0.2, "solved": 4.0, "resolved": 2.0}
_CUSTOMER_WEIGHTS = {"reply": 2.0, "rate": 4.0}
_CUSTOMER_TARGETS = {"open": 0.7, "resolved": 4.0}
_UNUSUAL = 0.12  # weight of cancelling, and of whatever is not named above
_LONG = 12  # events, after which a ticket is twice as likely to be done with as half-way
_NOBODYS = 8.0  # times as likely it is that a ticket is assigned which nobody has


def choose(random: Random, desk: Definition, offered: list[Offer], ticket: Ticket, side: Side) -> Offer | None:
    """Return one of what is offered, or None where nothing of it makes sense."""
    weights = [_weight(desk, offer, ticket, side) for offer in offered]
    return random.choices(offered, weights)[0] if any(weights) else None


def target_of(desk: Definition, action: str, ticket: Ticket) -> State | None:
    """Return the state an action leads to; None for a command that every desk has."""
    step = desk.workflow.by_action.get((action, ticket.state))
    return None if step is None else desk.workflow.by_key[step.to or ticket.state]


def submitted(name: str, ticket: Ticket) -> dict[str, str]:
    """Return what the form of a command or an action on a ticket is submitted as."""
    if name in ON_TICKET:
        return {"command": name, "ticket": ticket.id}
    return {"command": "act", "action": name, "ticket": ticket.id}


def _weight(desk: Definition, offer: Offer, ticket: Ticket, side: Side) -> float:
    commands, targets = (_STAFF_WEIGHTS, _STAFF_TARGETS) if side == "staff" else (_CUSTOMER_WEIGHTS, _CUSTOMER_TARGETS)
    if desk.hold is not None and offer.name in (desk.hold.begin, desk.hold.end):
        return 0.0  # the desk does that by itself
    if any(slot.required for slot in offer.form.slots):
        return 0.0  # nobody has files
    target = target_of(desk, offer.name, ticket)
    if target is None:
        weight = commands.get(offer.name, _UNUSUAL)
        return weight * _NOBODYS if offer.name == "assign" and ticket.assignee is None else weight
    if ticket.approval == "pending" and target.category in DONE:
        return 0.0  # the committee has the word first
    weight = targets.get(target.outcome or target.category, _UNUSUAL)
    if target.key == ticket.state:
        return min(weight, 0.3)
    if ticket.category == "on_hold" and target.category == "open":
        return weight * 3
    if target.category == "solved" or target.outcome == "resolved":
        return weight * min(ticket.version, _LONG) / (_LONG / 2)
    return weight
