"""
Tickets of customers whose agreement does not hold: put on hold by the desk itself, and taken up again.

It is part of `run_due`, for a desk that has ``[hold]``. Looked at are the customers with open tickets, and of them
those that the catalogue has an agreement of; what people put on hold by hand stays with people.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Any

from supportcore.definition.parts import HoldRule
from supportcore.desk.answers import Rules
from supportcore.desk.requests import Request
from supportcore.people.customers import Agreement, Customer
from supportcore.predicate import All, Eq, In
from supportcore.storage.ports import Ledger, Query, Seek, Steps
from supportcore.tickets.advance import advance
from supportcore.tickets.events import SYSTEM_ACTOR, StateChanged
from supportcore.tickets.moves import THE_DESK, take, timer_command
from supportcore.workflow.definition import Transition

_TOGETHER = 100
"""Customers, and tickets, that are read at once."""


def settle(rules: Rules, now: datetime, *, limit: int) -> Generator[Request[Any], Any, int]:
    """
    Put tickets on hold and take them up again, each in a transaction of its own.

    Returns:
        How many tickets it did that to, up to *limit*.
    """
    rule = rules.today.hold
    done = 0
    if rule is None:
        return done
    for ticket_id, action in (yield Request(lambda ledger: _wanted(ledger, rules, rule, now))):
        if done >= limit:
            break
        moved = yield Request(_moving(rules, rule, ticket_id, action, now), write=True)
        done += bool(moved)
    return done


def _moving(rules: Rules, rule: HoldRule, ticket_id: str, action: str, now: datetime) -> Any:
    return lambda ledger: _move(ledger, rules, rule, ticket_id, action, now)


def _wanted(ledger: Ledger, rules: Rules, rule: HoldRule, now: datetime) -> Steps[list[tuple[str, str]]]:
    """Return the tickets to which something is to be done, by id, each with the action."""
    counted = yield from ledger.count_by(Eq("is_open", True), "customer")
    customers = sorted(str(customer) for customer in counted if customer is not None)
    states = {action: _sources(rules, action) for action in (rule.begin, rule.end)}
    found: list[tuple[str, str]] = []
    for start in range(0, len(customers), _TOGETHER):
        some = customers[start : start + _TOGETHER]
        agreements = yield from _agreements(ledger, some)
        for action, held in ((rule.begin, True), (rule.end, False)):
            theirs = tuple([one for one in some if _is_held(agreements.get(one), now) is held])
            where = All((In("customer", theirs), In("state", states[action])))
            if theirs and states[action]:
                found += [(ticket_id, action) for ticket_id in (yield from _ids(ledger, where))]
    return sorted(found)


def _is_held(agreement: Agreement | None, now: datetime) -> bool:
    """Return whether tickets are held under an agreement; those of a customer without one are not."""
    return agreement is not None and not agreement.holds(now)


def _sources(rules: Rules, action: str) -> tuple[str, ...]:
    steps = rules.today.workflow.by_action.items()
    return tuple(sorted(source for (name, source), step in steps if name == action and _leaves(step, source)))


def _leaves(step: Transition | None, source: str) -> bool:
    """Return whether a step leads to another state; one that does not would be taken for ever."""
    return step is not None and step.to not in (None, source)


def _agreements(ledger: Ledger, customers: list[str]) -> Steps[dict[str, Agreement]]:
    """Return the agreements under which tickets of customers are served, by customer."""
    records = yield from ledger.records([("customer", customer) for customer in customers])
    named = {
        record.id: record.agreement
        for record in records
        if isinstance(record, Customer) and record.agreement is not None
    }
    found = (yield from ledger.records([("agreement", one) for one in named.values()])) if named else ()
    return {
        customer: agreement
        for customer, agreement in zip(named, found, strict=True)
        if isinstance(agreement, Agreement) and agreement.customer == customer
    }


def _ids(ledger: Ledger, where: All) -> Steps[list[str]]:
    found: list[str] = []
    seek = None
    while True:
        query = Query(where=where, sort="number", descending=False, limit=_TOGETHER, seek=seek)
        tickets = yield from ledger.find(query)
        found += [ticket.id for ticket in tickets]
        if len(tickets) < _TOGETHER:
            return found
        seek = Seek(key=tickets[-1].number, id=tickets[-1].id)


def _move(ledger: Ledger, rules: Rules, rule: HoldRule, ticket_id: str, action: str, now: datetime) -> Steps[bool]:
    """Take the action on a ticket if it is still called for; what has come due before happens first."""
    ticket = yield from ledger.ticket(ticket_id, lock=True)
    if ticket is None or ticket.customer is None:
        return False
    agreements = yield from _agreements(ledger, [ticket.customer])
    if _is_held(agreements.get(ticket.customer), now) is not (action == rule.begin):
        return False
    if action == rule.end and not (yield from _was_ours(ledger, ticket_id, rule.begin)):
        return False
    draft = yield from rules.draft(ledger, ticket, now)
    at = max(now, ticket.updated_at)
    advance(draft, at)
    command_id = timer_command(ticket_id, action, draft.position)
    state = draft.ticket.state
    leaves = _leaves(draft.rules.workflow.by_action.get((action, state)), state)
    moved = leaves and not take(draft, action, actor=THE_DESK, at=at, command_id=command_id)
    if draft.recorded:
        yield from ledger.save(draft.decision())
    return moved


def _was_ours(ledger: Ledger, ticket_id: str, action: str) -> Steps[bool]:
    """Return whether the desk itself brought a ticket into the state it is in, by *action*."""
    history = yield from ledger.history(ticket_id)
    moves = [
        one.event for one in history if isinstance(one.event, StateChanged) and one.event.source != one.event.state
    ]
    return bool(moves) and moves[-1].actor == SYSTEM_ACTOR and moves[-1].action == action
