"""The work on a ticket: who does it, how it is classified, actions, deadlines, service levels, articles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportcore.definition.model import Definition
from supportcore.errors import Fault, Invalid, Reason, Refused, facts
from supportcore.sla.working import HORIZON
from supportcore.text import instant_of_text
from supportcore.tickets.asks import Asking, LoadRecords
from supportcore.tickets.command_forms import action_form
from supportcore.tickets.commands import Act, Assign, CiteArticle, Retarget, SetDeadline, Triage
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import ArticleCited, DeadlineSet, Retargeted, TicketAssigned, Triaged
from supportcore.tickets.moves import follow_work, move, pausing
from supportcore.tickets.permissions import ON_TICKET, refusals, side_of
from supportcore.tickets.references import CLASSIFIED, REFERENCES, citation_faults, record_faults
from supportcore.tickets.timekeeping import deadline_clock
from supportcore.tickets.usecases.approving import ask_approvals
from supportcore.tickets.usecases.checking import check_form, check_records, checked
from supportcore.tickets.usecases.context import Context, instant_of, text_of
from supportcore.tickets.usecases.routing import route, rule_for
from supportcore.workflow.definition import Transition


def assign(command: Assign, context: Context, draft: Draft) -> Asking[None]:
    """Decide who works on it."""
    values, _ = yield from checked(command, context, draft, "assign")
    given = dict(command.document)
    yield from check_records(values)
    ticket = draft.ticket
    now = {
        key: values.get(key) if key in given else getattr(ticket, key) for key in ("team", "responsible", "assignee")
    }
    event = TicketAssigned(
        at=instant_of(context, draft), actor=context.actor.id, **{key: text_of(value) for key, value in now.items()}
    )
    if (event.team, event.responsible, event.assignee) != (ticket.team, ticket.responsible, ticket.assignee):
        draft.add(event, command.command_id)
        follow_work(draft, actor=context.actor, at=event.at, command_id=command.command_id)


def triage(command: Triage, context: Context, draft: Draft) -> Asking[None]:
    """Decide how it is classified."""
    values, _ = yield from checked(command, context, draft, "triage")
    given = dict(command.document)
    ticket = draft.ticket
    now = {key: text_of(values.get(key)) if key in given else getattr(ticket, key) for key in REFERENCES}
    changed = {key for key in REFERENCES if now[key] != getattr(ticket, key)}
    if not changed:
        return
    yield from check_records({key: value for key, value in now.items() if value is not None}, changed)
    rank = context.desk.rank("priority", now["priority"]) if "priority" in changed else ticket.priority_rank
    kept = {key: now[key] for key in CLASSIFIED}
    desk, actor, at, command_id = context.desk, context.actor, instant_of(context, draft), command.command_id
    event = Triaged(at=at, actor=actor.id, priority_rank=rank, **kept)
    before = rule_for(desk, ticket)
    draft.add(event, command_id)
    teams = yield from _teams(desk)
    if desk.routing.on_triage and rule_for(desk, draft.ticket) != before:
        yield from _route_again(context, draft, teams, command_id)
    ask_approvals(desk, draft, teams, actor=actor, at=at, command_id=command_id)
    follow_work(draft, actor=actor, at=at, command_id=command_id)


def _teams(desk: Definition) -> Asking[Mapping[str, Any]]:
    """Return the records of the teams that may come to be asked or to get a ticket, by id."""
    named = (*(desk.routing.teams if desk.routing.on_triage else ()), *(rule.team for rule in desk.approvals))
    teams = tuple(dict.fromkeys(named))
    found = (yield LoadRecords(tuple(("team", team) for team in teams))) if teams else ()
    return dict(zip(teams, found, strict=True))


def _route_again(context: Context, draft: Draft, teams: Mapping[str, Any], command_id: str) -> Asking[None]:
    """Let a ticket go where it belongs now that it is classified otherwise."""
    ticket, actor = draft.ticket, context.actor.id
    customer = None
    if ticket.customer is not None:
        (customer,) = yield LoadRecords((("customer", ticket.customer),))
    values = {key: getattr(ticket, key) for key in REFERENCES}
    goes = yield from route(context.desk, rule_for(context.desk, ticket), ticket.id, values, teams, customer)
    assignee = goes.assignee or (ticket.assignee if goes.team == ticket.team else None)
    responsible = assignee if context.desk.routing.responsible == "assignee" else ticket.responsible
    said = (goes.team, responsible, assignee)
    if said != (ticket.team, ticket.responsible, ticket.assignee):
        at = instant_of(context, draft)
        event = TicketAssigned(at=at, actor=actor, team=goes.team, responsible=responsible, assignee=assignee)
        draft.add(event, command_id)
    if goes.area != ticket.area:
        kept = {key: getattr(ticket, key) for key in CLASSIFIED}
        kept["area"] = goes.area
        at = instant_of(context, draft)
        draft.add(Triaged(at=at, actor=actor, priority_rank=ticket.priority_rank, **kept), command_id)


def act(command: Act, context: Context, draft: Draft) -> Asking[None]:
    """Decide an action of the workflow."""
    if command.action in ON_TICKET:  # a command, which has a method of its own
        raise Refused(Reason("not_an_action", facts(action=command.action)))
    step = refusals(context.desk, draft, context.actor, command.action)
    if not isinstance(step, Transition):
        raise Refused(*(step or ()))
    values, files = yield from check_form(action_form(step, draft.ticket), command, context)
    yield from check_records(values)
    at = instant_of(context, draft)
    actor = context.actor.id
    side = side_of(context.desk, context.actor)
    move(
        draft,
        step,
        actor=actor,
        at=at,
        command_id=command.command_id,
        values=values,
        side=side,
        salt=context.salt,
        files=files,
    )


def set_deadline(command: SetDeadline, context: Context, draft: Draft) -> Asking[None]:
    """Decide by when the ticket is to be done."""
    values, _ = yield from checked(command, context, draft, "set_deadline")
    at, ticket = instant_of(context, draft), draft.ticket
    clock = None
    if "deadline" in values:
        deadline = instant_of_text(values["deadline"], "deadline")
        if deadline <= at:
            raise Invalid(Fault("deadline", "deadline_passed", facts(at=at.isoformat(timespec="seconds"))))
        if deadline - at > HORIZON:
            raise Invalid(Fault("deadline", "deadline_too_far"))
        clock = deadline_clock(draft.levels, ticket, deadline, at)
    elif ticket.clock("deadline") is None:
        return
    draft.add(DeadlineSet(at=at, actor=context.actor.id, clock=clock), command.command_id)


def retarget(command: Retarget, context: Context, draft: Draft) -> Asking[None]:
    """Decide that a ticket is under today's service levels."""
    reasons = refusals(context.desk, draft, context.actor, "retarget")
    if isinstance(reasons, tuple):
        raise Refused(*reasons)
    yield from ()  # asks nothing, and is a generator like the others
    today = context.desk.levels
    digest_today = None if today is None else today.digest
    if draft.ticket.levels != digest_today:
        ticket = draft.ticket
        event = Retargeted(
            at=instant_of(context, draft),
            actor=context.actor.id,
            levels=digest_today,
            pausing=pausing(today, draft.rules.workflow.by_key[ticket.state], ticket.waiting_on),
        )
        draft.add(event, command.command_id)


def cite(command: CiteArticle, context: Context, draft: Draft) -> Asking[None]:
    """Decide that an article that may be named solved the ticket, or that one that was named did not."""
    values, _ = yield from checked(command, context, draft, "cite")
    article, solved = str(values["article"]), bool(values["solved"])
    named = article in draft.ticket.solved_by
    if not named:
        (found,) = yield LoadRecords((("article", article),))
        faults = record_faults({"article": article}, {"article": found}) or citation_faults(found, draft.ticket)
        if faults:
            raise Invalid(*faults)
    if solved == named:
        return
    event = ArticleCited(at=instant_of(context, draft), actor=context.actor.id, article=article, solved=solved)
    draft.add(event, command.command_id)
