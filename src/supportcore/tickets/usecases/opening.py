"""The opening of a ticket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from supportcore.errors import Fault, Invalid, Refused, facts
from supportcore.forms.checking import check
from supportcore.forms.fields import INTAKE, Form, Plain
from supportcore.ids import derived
from supportcore.knowledge.article import Suggestion
from supportcore.knowledge.postings import TICKETS, difference
from supportcore.people.access import Actor
from supportcore.people.customers import Agreement
from supportcore.text import BODY_LIMIT, id_fault
from supportcore.tickets.asks import Asking, LoadRecords, LoadSuggestion, NextNumber
from supportcore.tickets.command_forms import opening_form
from supportcore.tickets.commands import OpenTicket
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import TicketOpened
from supportcore.tickets.evolve import opened
from supportcore.tickets.files import File
from supportcore.tickets.indexed import postings_of
from supportcore.tickets.moves import THE_DESK, follow_work, pausing, take, timers_of
from supportcore.tickets.outside import outside_faults
from supportcore.tickets.permissions import opening_refusals, side_of, speaks_for, unknown_customers
from supportcore.tickets.references import REFERENCES, belongs, naming, record_faults, refs_of
from supportcore.tickets.usecases.approving import ask_approvals
from supportcore.tickets.usecases.checking import files_of
from supportcore.tickets.usecases.context import Context, draft_of, text_of
from supportcore.tickets.usecases.routing import Goes, route, rule_for


def open_ticket(command: OpenTicket, context: Context) -> Asking[Draft]:
    """Decide the opening of a ticket."""
    desk, actor = context.desk, context.actor
    if reasons := opening_refusals(desk, actor):
        raise Refused(*reasons)
    staff = side_of(desk, actor) == "staff"
    form = desk.forms_by_key.get(command.form)
    if form is None:
        raise Invalid(Fault("form", "not_an_option", facts(options=", ".join(desk.forms_by_key))))
    mine = [("customer", id_) for id_ in speaks_for(desk, actor)]
    routed = [("team", team) for team in (*desk.routing.teams, *(rule.team for rule in desk.approvals))]
    spoken = [("contact", command.contact)] if staff and command.contact is not None else []
    refs = tuple(dict.fromkeys([*mine, *routed, *spoken, *_perhaps_named(form, dict(command.document))]))
    records = dict(zip(refs, (yield LoadRecords(refs)), strict=True))
    usable = [ref[1] for ref in mine if records[ref] is not None and records[ref].active]
    if mine and not usable:
        raise Refused(unknown_customers(actor))
    form_asked = opening_form(desk, form, actor, usable if mine else None)
    document = dict(command.document)
    values, faults = check(form_asked, document)
    found = list(faults)
    if command.contact not in (None, actor.id) and not staff:
        found.append(Fault("contact", "read_only"))
    named = naming(form_asked, values)
    known = {key: records[ref] for key, ref in refs_of(named).items()}
    fixed = Fault("customer", "read_only")
    if mine and ("customer" in named or fixed in found) and document.get("customer", mine[0][1]) not in actor.customers:
        found = [Fault("customer", "not_yours"), *(fault for fault in found if fault != fixed)]
    set_by_form = dict(form.sets)  # what no field asks is the fault of the form
    found.extend(one._replace(path="form") if one.path in set_by_form else one for one in record_faults(named, known))
    found.extend(_contact_faults(named.get("customer"), *(records[ref] for ref in spoken)))
    customer = known.get("customer")
    agreement = yield from agreement_of(customer)
    if agreement is not None and agreement.holds(context.at or context.now):
        values.setdefault("agreement", agreement.id)
    found.extend(_outside_faults(form_asked, values, context))
    found.extend(_answer_faults(values))
    files, file_faults_found = yield from files_of(command.files, context, form)
    found.extend(file_faults_found)
    if found:
        raise Invalid(*found)

    ticket_id = derived("ticket", desk.key, command.command_id)
    suggestion = yield from _suggested(command, actor)
    teams = {team: records["team", team] for _, team in routed}
    rule = desk.routing.default
    if desk.routing.rules:
        rule = rule_for(desk, opened(desk.key, ticket_id, _opening(command, context, values)))
    goes = yield from route(desk, rule, ticket_id, values, teams, customer)
    number: int = yield NextNumber()
    draft = _opened(command, context, ticket_id, values, goes, files=files, number=number)
    at, command_id = draft.ticket.opened_at, command.command_id
    ask_approvals(desk, draft, teams, actor=actor, at=at, command_id=command_id)
    follow_work(draft, actor=actor, at=at, command_id=command_id)
    if desk.hold is not None and agreement is not None and not agreement.holds(at):
        take(draft, desk.hold.begin, actor=THE_DESK, at=at, command_id=command_id)
    draft.index(difference(TICKETS, (), postings_of(draft.ticket, draft.written)))
    if suggestion is not None:
        draft.came_of(attrs.evolve(suggestion, ticket=ticket_id))
    return draft


def _answers(values: Mapping[str, Plain]) -> str:
    """Return what is said in the desk's own fields, as it is kept; empty if there is nothing."""
    answers = {key: value for key, value in values.items() if key not in INTAKE}
    return json.dumps(answers, ensure_ascii=False, sort_keys=True) if answers else ""


def _answer_faults(values: Mapping[str, Plain]) -> list[Fault]:
    """Return the longest of the desk's own texts as a fault, if all of them together are more than is kept."""
    if len(_answers(values).encode()) <= BODY_LIMIT:
        return []
    own = {key: len(value) for key, value in values.items() if key not in INTAKE and isinstance(value, str)}
    told = facts(limit=BODY_LIMIT, unit="bytes in all answers", unit_es="bytes en todas las respuestas")
    return [Fault(max(own, key=lambda key: own[key]), "too_long", told)]


def _outside_faults(form: Form, values: Mapping[str, Plain], context: Context) -> list[Fault]:
    """Return what is wrong with a span that is asked for outside the open hours of a calendar."""
    rule, levels = form.outside, context.desk.levels
    if rule is None or levels is None:
        return []
    return outside_faults(rule, values, levels.calendars[rule.calendar], context.at or context.now)


def _suggested(command: OpenTicket, actor: Actor) -> Asking[Suggestion | None]:
    """
    Return what the opener was suggested before, if no ticket came of it yet.

    It only measures, so an id under which there is nothing of the opener's is passed over.
    """
    if id_fault(command.suggestion, "suggestion") is not None:
        return None
    found: Suggestion | None = yield LoadSuggestion(command.suggestion)
    return found if found is not None and found.person == actor.id and found.ticket is None else None


def _contact_faults(customer: str | None, *contacts: Any) -> list[Fault]:
    """Somebody whom the catalogue knows speaks for the customers it names; others are the host's own to know."""
    return [
        Fault("contact", "not_of", facts(kind="contact", id=contact.id, owner=customer))
        for contact in contacts
        if contact is not None and customer is not None and not belongs("customer", contact, customer)
    ]


def _perhaps_named(form: Form, document: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Return the records that may come to be named: all that a check of *document* can leave, read in one go."""
    defaults = {field.key: field.default for field in form.fields if field.default is not None}
    said = naming(form, {**defaults, **document, **dict(form.sets)})
    return refs_of({key: value for key, value in said.items() if id_fault(value, key) is None}).values()


def agreement_of(customer: Any) -> Asking[Agreement | None]:
    """Return the agreement that tickets of a customer are served under unless they name another, if there is one."""
    if customer is None or customer.agreement is None:
        return None
    (agreement,) = yield LoadRecords((("agreement", customer.agreement),))
    return agreement if agreement is not None and agreement.customer == customer.id else None


_NOWHERE = Goes()


def _opening(
    command: OpenTicket,
    context: Context,
    values: Mapping[str, Plain],
    *,
    goes: Goes = _NOWHERE,
    number: int = 0,
    **written: Any,
) -> TicketOpened:
    """Return the opening of a ticket; before it is known where it goes, that of one that goes nowhere yet."""
    desk, actor = context.desk, context.actor
    at = context.at or context.now
    state = desk.workflow.by_key[desk.workflow.initial]
    classified: dict[str, Any] = {key: text_of(values.get(key)) for key in REFERENCES}
    return TicketOpened(
        at=at,
        actor=actor.id,
        number=number,
        rules_hash=desk.rules_hash,
        subject=str(values["subject"]),
        state=state.key,
        category=state.category,
        waiting_on=state.waiting_on,
        contact=command.contact or actor.id,
        priority_rank=desk.rank("priority", text_of(values.get("priority"))),
        team=goes.team,
        assignee=goes.assignee,
        responsible=goes.assignee if desk.routing.responsible == "assignee" else None,
        levels=None if desk.levels is None else desk.levels.digest,
        imported_at=None if context.at is None else context.now,
        pausing=pausing(desk.levels, state, state.waiting_on),
        timers=timers_of(state, at),
        **{**classified, "area": goes.area or classified["area"]},
        **written,
    )


def _opened(
    command: OpenTicket,
    context: Context,
    ticket_id: str,
    values: Mapping[str, Plain],
    goes: Goes,
    *,
    files: Iterable[File],
    number: int,
) -> Draft:
    """Return the draft of a new ticket, with what was written."""
    actor = context.actor
    draft = draft_of(context, context.desk, context.desk.levels, None)
    answers, description = _answers(values), values.get("description")

    def keep(kind: str, body: str) -> Any:
        return draft.write(ticket_id, kind, body, author=actor.id, audience="public", salt=context.salt())

    event = _opening(
        command,
        context,
        values,
        goes=goes,
        number=number,
        description=keep("description", str(description)) if description is not None else None,
        answers=keep("answers", answers) if answers else None,
        files=draft.attach(ticket_id, files, author=actor.id, audience="public", salt=context.salt),
    )
    draft.open(ticket_id, event, command.command_id)
    return draft
