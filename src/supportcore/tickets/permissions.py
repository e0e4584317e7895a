"""
Who may do what: one set of functions behind both doing and asking.

Visibility is judged on the stored ticket, as lists do; everything else on the advanced one. The law of actions: what
`refusals` allows, some input valid under its form carries through; what it refuses, every input is refused with the
same reasons. Roles are today's, whatever rules the ticket runs under; its workflow is that of its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.definition.moves import state_after
from supportcore.definition.screens import STAFF_ONLY
from supportcore.errors import Reason, Refused, facts
from supportcore.knowledge.lifecycle import Duty
from supportcore.people.access import Actor, Role, Side
from supportcore.predicate import AnyOf, Predicate, bind, to_python
from supportcore.tickets.bonds import Approval
from supportcore.tickets.draft import Draft
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.timekeeping import within_grace
from supportcore.workflow.definition import DONE, Transition
from supportcore.workflow.engine import condition_not_met

ON_TICKET = (
    "reply", "note", "assign", "triage", "set_deadline", "retarget", "move", "cite",
    "rate", "decide", "tag", "follow", "link", "merge",
)  # fmt: skip
"""The commands on a ticket that every desk has, beside the actions of its workflow."""
_WHILE_OPEN = ("reply", "assign", "triage", "set_deadline", "retarget")


def roles_of(desk: Definition, actor: Actor) -> tuple[Role, ...]:
    """Return the roles of *actor* that the desk knows."""
    return tuple(role for role in desk.roles if role.key in actor.roles)


def require_role(desk: Definition, actor: Actor) -> tuple[Role, ...]:
    """
    Return the roles of *actor*, of which there is at least one.

    Raises:
        Refused: ``unknown_actor``.
    """
    roles = roles_of(desk, actor)
    if not roles:
        raise Refused(Reason("unknown_actor"))
    return roles


def side_of(desk: Definition, actor: Actor) -> Side:
    """Return ``staff`` if any role of *actor* is staff's, else ``customer``."""
    return "staff" if any(role.side == "staff" for role in roles_of(desk, actor)) else "customer"


def sees(desk: Definition, actor: Actor, ticket: Ticket) -> bool:
    """Return whether *actor* may see the stored *ticket*."""
    return any(role.sees_ticket(ticket, actor) for role in roles_of(desk, actor))


_WITHHELD: Mapping[str, Any] = MappingProxyType(
    {field.name: field.default for field in attrs.fields(Ticket) if field.name in STAFF_ONLY}
)
"""What a ticket has for those who are not told more."""


def as_shown(desk: Definition, actor: Actor, ticket: Ticket) -> Ticket:
    """Return a ticket that *actor* may see without what only staff is told."""
    if side_of(desk, actor) == "staff":
        return ticket
    me = tuple(follower for follower in ticket.followers if follower.person == actor.id)
    return attrs.evolve(ticket, **{**_WITHHELD, "followers": me})


def visible(desk: Definition, actor: Actor) -> Predicate:
    """Return the condition of the tickets *actor* may see, bound; the same that `sees` tests."""
    return bind(AnyOf(tuple(role.sees for role in roles_of(desk, actor))), actor)


def is_given(desk: Definition, name: str) -> bool:
    """Return whether a role of the desk may give a command at all; nobody is shown another."""
    return any(map(_may(desk, name), desk.roles))


def _may(desk: Definition, name: str) -> Callable[[Role], bool]:
    if name == "decide":
        return lambda role: bool(desk.approvals)
    return _has_duty(desk, "write") if name == "cite" else lambda role: name in role.may


def _has_duty(desk: Definition, duty: Duty) -> Callable[[Role], bool]:
    named = desk.knowledge.roles(duty)
    return lambda role: role.side == "staff" and (not named or role.key in named)


def _command_refusals(desk: Definition, actor: Actor, name: str) -> tuple[Reason, ...]:
    return role_refusals(desk, actor, _may(desk, name))


def duty_refusals(desk: Definition, actor: Actor, duty: Duty) -> tuple[Reason, ...]:
    """Return why *actor* has not a duty of the knowledge base, which only staff has; empty if he has."""
    return role_refusals(desk, actor, _has_duty(desk, duty))


def role_refusals(desk: Definition, actor: Actor, may: Callable[[Role], bool]) -> tuple[Reason, ...]:
    """Return why *actor* may not do what is left to the roles that *may* tells; empty if he may."""
    roles = roles_of(desk, actor)
    if not roles:
        return (Reason("unknown_actor"),)
    if any(may(role) for role in roles):
        return ()
    people = [role.key for role in desk.roles if may(role)]
    told = {
        "roles" + suffix: ", ".join(_role_label(desk, key, language) for key in people) or nobody
        for suffix, language, nobody in (("", "en", "nobody"), ("_es", "es", "nadie"))
    }
    return (Reason("role_required", facts(**told)),)


def _role_label(desk: Definition, key: str, language: str) -> str:
    """Return what a role is called; its key in words where the labels say no more than that."""
    said = desk.labels.label("roles", key, language)
    return key.replace("_", " ").capitalize() if said in ("", key, f"roles.{key}") else said


def opening_refusals(desk: Definition, actor: Actor) -> tuple[Reason, ...]:
    """Return why *actor* may not open a ticket; empty if he may."""
    reasons = _command_refusals(desk, actor, "open")
    if reasons or desk.customer == "none" or side_of(desk, actor) == "staff":
        return reasons
    return () if actor.customers else (Reason("no_customer"),)


def speaks_for(desk: Definition, actor: Actor) -> tuple[str, ...]:
    """Return the ids of the customers that *actor* may open tickets for, active or not; empty for staff: for any."""
    if desk.customer == "none" or side_of(desk, actor) == "staff":
        return ()
    return tuple(sorted(actor.customers))


def unknown_customers(actor: Actor) -> Reason:
    """Return why somebody cannot open a ticket whose customers the catalogue does not have, or has retired."""
    return Reason("customer_unknown", facts(customers=", ".join(sorted(actor.customers))))


def refusals(desk: Definition, draft: Draft, actor: Actor, name: str) -> tuple[Reason, ...] | Transition | None:
    """
    Return what stands in the way of *name*, a command of `ON_TICKET` or an action, on the advanced ticket.

    Returns:
        Reasons, or the open transition for an action, or None for a command that may be given.
    """
    if name not in ON_TICKET:
        return attempt(draft, name, actor, frozenset(role.key for role in roles_of(desk, actor)))
    reasons = _command_refusals(desk, actor, name)
    if not reasons and name in _WHILE_OPEN and not draft.ticket.is_open:
        reasons = (Reason("ticket_closed"),)
    if not reasons:
        reasons = _conditional_refusals(desk, draft, actor, name)
    if not reasons and name in _MORE:
        reasons = _MORE[name](draft, actor)
    return reasons or None


def _conditional_refusals(desk: Definition, draft: Draft, actor: Actor, name: str) -> tuple[Reason, ...]:
    """What a role may do on a condition only, it may while that holds of the ticket as it stands."""
    conditions = [role.condition(name) for role in roles_of(desk, actor) if name in role.may]
    if not conditions or any(to_python(when)(draft.ticket, actor) for when in conditions):
        return ()
    return (condition_not_met(desk, conditions[0]),)


def _rating_refusals(draft: Draft, actor: Actor) -> tuple[Reason, ...]:
    """What is solved is rated once; what was called off, or merged into another, is not."""
    ticket = draft.ticket
    if ticket.merged_into is not None:
        return (Reason("merged_ticket"),)
    if ticket.category not in DONE or ticket.outcome == "cancelled":
        return (Reason("not_solved"),)
    return (Reason("rated_already"),) if ticket.rated else ()


def _voting_refusals(draft: Draft, actor: Actor) -> tuple[Reason, ...]:
    """Those who are asked say yes or no once each."""
    ticket = draft.ticket
    if open_approval(ticket, actor.id) is not None:
        return () if ticket.is_open else (Reason("ticket_closed"),)
    pending = [approval for approval in ticket.approvals if approval.decided is None]
    if not pending:
        return (Reason("nothing_to_approve"),)
    return (Reason("voted_already" if any(actor.id in one.voters for one in pending) else "not_asked_to_approve"),)


def _merging_refusals(draft: Draft, actor: Actor) -> tuple[Reason, ...]:
    """A ticket is merged once, where the rules it was opened under have a state for that."""
    if draft.ticket.merged_into is not None:
        return (Reason("merged_ticket"),)
    return (Reason("no_merging"),) if draft.rules.merge is None else ()


def _moving_refusals(draft: Draft, actor: Actor) -> tuple[Reason, ...]:
    """A ticket is moved once to the rules of today, into a state that is final if and only if its own is."""
    ticket, desk = draft.ticket, draft.desk
    if ticket.merged_into is not None:
        return (Reason("merged_ticket"),)
    if ticket.rules_hash == desk.rules_hash:
        return (Reason("moved_already"),)
    state = state_after(desk, ticket.state)
    if state is None:
        return (Reason("state_unmapped", facts(state=ticket.state)),)
    if state.final != ticket.is_open:
        return ()
    told = {
        name + suffix: desk.labels.label("states", key, language)
        for name, key in (("source", ticket.state), ("state", state.key))
        for suffix, language in (("", "en"), ("_es", "es"))
    }
    return (Reason("move_closes" if state.final else "move_reopens", facts(**told)),)


_MORE: Mapping[str, Callable[[Draft, Actor], tuple[Reason, ...]]] = MappingProxyType(
    {"rate": _rating_refusals, "decide": _voting_refusals, "merge": _merging_refusals, "move": _moving_refusals}
)
"""What stands in the way of a command beside roles."""


def open_approval(ticket: Ticket, person: str) -> Approval | None:
    """Return the first approval for which a person's vote is still to be cast."""
    for approval in ticket.approvals:
        if approval.decided is None and person in approval.voters and person not in {v.person for v in approval.votes}:
            return approval
    return None


def attempt(draft: Draft, action: str, actor: Actor, roles: frozenset[str]) -> Transition | tuple[Reason, ...]:
    """Return the transition open to *actor* on the drafted ticket, or why there is none."""
    found = draft.rules.engine.attempt(draft.ticket, action, actor, roles)
    if isinstance(found, Transition) and draft.ticket.merged_into is not None:
        return (Reason("merged_ticket"),)
    if isinstance(found, Transition) and not draft.ticket.is_open and not _may_reopen(draft, found):
        return (Reason("reopening_forbidden"),)
    return found


def _may_reopen(draft: Draft, step: Transition) -> bool:
    """A closed ticket is opened again as its service levels allow."""
    levels, ticket = draft.levels, draft.ticket
    if levels is None or levels.reopening != "forbidden" or step.to is None:
        return True
    stays = draft.rules.workflow.by_key[step.to].final
    return stays or within_grace(levels, ticket.closed_at, max(draft.now, ticket.updated_at))
