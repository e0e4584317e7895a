"""
Who may do what: one set of functions behind both doing and asking.

Visibility is judged on the stored ticket, as lists do; everything else on the advanced one. The law of actions: what
`refusals` allows, some input valid under its form carries through; what it refuses, every input is refused with the
same reasons. Roles are today's, whatever rules the ticket was opened under; its workflow is the one it was opened
under.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import attrs

from supportcore.definition.forms import FILES
from supportcore.definition.model import Definition
from supportcore.errors import Reason, Refused, facts
from supportcore.forms.fields import Field, Form
from supportcore.knowledge.lifecycle import Duty
from supportcore.people.access import Actor, Role, Side
from supportcore.predicate import ALWAYS, AnyOf, Predicate, bind
from supportcore.tickets.draft import Draft
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.timekeeping import within_grace
from supportcore.workflow.definition import Transition

REPLY_FORM = Form((Field(key="text", kind="text", required=True),))
ASSIGN_FORM = Form(
    (
        Field(key="assignee", kind="record", source="agent", clears=True),
        Field(key="responsible", kind="record", source="agent", clears=True),
        Field(key="team", kind="record", source="team", clears=True),
    )
)
DEADLINE_FORM = Form((Field(key="deadline", kind="instant", clears=True),))
CITE_FORM = Form(
    (
        Field(key="article", kind="record", source="article", required=True),
        Field(key="solved", kind="flag", default=True),
    )
)
ON_TICKET = ("reply", "note", "assign", "triage", "set_deadline", "retarget", "cite")
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


def visible(desk: Definition, actor: Actor) -> Predicate:
    """Return the condition of the tickets *actor* may see, bound; the same that `sees` tests."""
    return bind(AnyOf(tuple(role.sees for role in roles_of(desk, actor))), actor)


def is_given(desk: Definition, name: str) -> bool:
    """Return whether a role of the desk may give a command at all; nobody is shown another."""
    return any(map(_may(desk, name), desk.roles))


def _may(desk: Definition, name: str) -> Callable[[Role], bool]:
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


def opening_form(desk: Definition, form: Form, actor: Actor, usable: Collection[str] | None) -> Form:
    """
    Return an intake form as *actor* is asked it.

    The customer's side is asked for one of its own customers; where there is only one, it stands there already. The
    customer is asked for whatever a condition says, unless it is known.

    Args:
        usable: Those of `speaks_for` that are active; None for staff, who may name any.
    """
    bound = form.bound(actor)
    if desk.customer == "none":
        return bound
    found = bound.field("customer")
    asked = found or Field(key="customer", kind="record", source="customer")
    default = asked.default
    if usable is not None and default not in usable:
        default = next(iter(usable)) if len(usable) == 1 else None
    known = default is not None and (asked.fixed or (usable is not None and len(usable) == 1))
    if known and found is None:
        return attrs.evolve(bound, sets=(*bound.sets, ("customer", str(default))))
    customer = attrs.evolve(asked, default=default, fixed=known, required=default is None, when=ALWAYS)
    place = bound.fields.index(asked) if found else 0
    return attrs.evolve(bound, fields=(*bound.fields[:place], customer, *bound.fields[place + bool(found) :]))


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
    return reasons or None


def attempt(draft: Draft, action: str, actor: Actor, roles: frozenset[str]) -> Transition | tuple[Reason, ...]:
    """Return the transition open to *actor* on the drafted ticket, or why there is none."""
    found = draft.rules.engine.attempt(draft.ticket, action, actor, roles)
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


def form_of(desk: Definition, draft: Draft, name: str) -> Form:
    """Return the form that *name* asks for in the present state."""
    if name in ("reply", "note"):
        return REPLY_FORM if desk.files is None else attrs.evolve(REPLY_FORM, slots=(desk.files.slot(FILES),))
    if name == "assign":
        return ASSIGN_FORM
    if name == "triage":
        return desk.triage
    if name == "set_deadline":
        return DEADLINE_FORM
    if name == "cite":
        return CITE_FORM
    if name == "retarget":
        return Form()
    step = draft.rules.workflow.by_action.get((name, draft.ticket.state))
    return step.form if step is not None else Form()
