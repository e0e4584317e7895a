"""
The use cases: from a command to a decision, purely.

Each is a typed generator that yields what it must know (`Ask`) and returns a draft. It reads no clock, store or random
source; `Context` holds them as values. The order is the same everywhere: was this command given before; may the actor
see the ticket; what has come due; may the actor do this; is the input right; then the events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import CommandReused, Fault, Invalid, NotFound, Reason, Refused, StaleVersion, facts
from supportcore.forms.checking import check
from supportcore.forms.fields import INTAKE, Form, Plain
from supportcore.ids import derived
from supportcore.knowledge.article import Suggestion
from supportcore.knowledge.postings import TICKETS, difference
from supportcore.people.access import IMPORTER, Actor
from supportcore.sla.policy import ServiceLevels
from supportcore.sla.working import HORIZON
from supportcore.text import id_fault, instant_of_text
from supportcore.tickets.advance import advance
from supportcore.tickets.asks import (
    Asking,
    FindReceipt,
    LoadContents,
    LoadFiles,
    LoadHistory,
    LoadLevels,
    LoadRecords,
    LoadRules,
    LoadSuggestion,
    LoadTicket,
    NextNumber,
)
from supportcore.tickets.commands import (
    Act,
    AddNote,
    Assign,
    CiteArticle,
    Command,
    Decision,
    OnTicket,
    OpenTicket,
    Receipt,
    Reply,
    Retarget,
    SetDeadline,
    Triage,
    digest,
)
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import (
    INTERNAL,
    ArticleCited,
    Content,
    DeadlineSet,
    NoteAdded,
    Replied,
    Retargeted,
    TicketAssigned,
    TicketOpened,
    Triaged,
)
from supportcore.tickets.files import File, file_faults
from supportcore.tickets.indexed import SOLVED, is_described, postings_of, solved_postings
from supportcore.tickets.moves import follow_reply, move, pausing, timers_of
from supportcore.tickets.permissions import (
    ON_TICKET,
    form_of,
    opening_form,
    opening_refusals,
    refusals,
    require_role,
    sees,
    side_of,
    speaks_for,
    unknown_customers,
)
from supportcore.tickets.references import (
    CLASSIFIED,
    REFERENCES,
    belongs,
    citation_faults,
    naming,
    record_faults,
    refs_of,
)
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.timekeeping import deadline_clock
from supportcore.workflow.definition import Transition


@attrs.frozen(kw_only=True)
class Context:
    """
    What a use case is handed beside the command.

    Attributes:
        desk: Today's definition.
        now: The present instant.
        at: The instant an importer names, or None.
        salt: Makes the salt of a content record.
    """

    desk: Definition
    actor: Actor
    now: datetime
    salt: Callable[[], str]
    at: datetime | None = None


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
    if isinstance(command, OpenTicket):
        draft = yield from open_ticket(command, context)
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
        at=_instant(context, draft),
    )
    return draft.decision(receipt)


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
        _check_instant(context)
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
    return _draft(context, rules, levels, ticket)


def begin(command: OnTicket, context: Context) -> Asking[Draft]:
    """Load and advance the ticket of a command, and see to it that the person saw it as it is."""
    draft = yield from load(command.ticket, context)
    stored = draft.ticket
    if context.at is not None and context.at < stored.updated_at:
        told = facts(at=context.at.isoformat(), last=stored.updated_at.isoformat())
        raise Refused(Reason("at_runs_backwards", told))
    advance(draft, _instant(context, draft))
    seen = command.seen_version
    if seen is not None and seen > draft.ticket.version:
        raise Invalid(Fault("seen_version", "out_of_range", facts(minimum=0, maximum=draft.ticket.version)))
    if seen is not None and seen != draft.ticket.version and not command.commutative:
        history = yield LoadHistory(stored.id, min(seen, stored.version))
        staff = side_of(context.desk, context.actor) == "staff"
        since = [r.event for r in (*history, *draft.recorded) if r.position > seen]
        shown = [event for event in since if staff or not isinstance(event, INTERNAL)]
        raise StaleVersion(seen=seen, current=draft.ticket.version, events=shown)
    return draft


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
    routed = [("team", desk.routing.team)] if desk.routing.team is not None else []
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
    if "agreement" not in values and (customer := known.get("customer")) is not None:
        yield from _agreement(context, values, customer)
    files, file_faults_found = yield from _files(command.files, context, form)
    found.extend(file_faults_found)
    if found:
        raise Invalid(*found)

    ticket_id = derived("ticket", desk.key, command.command_id)
    suggestion = yield from _suggested(command, actor)
    number: int = yield NextNumber()
    team = records[routed[0]] if routed else None
    draft = _opened(command, context, ticket_id, values, team, files=files, number=number)
    draft.index(difference(TICKETS, (), postings_of(draft.ticket, draft.written)))
    if suggestion is not None:
        draft.came_of(attrs.evolve(suggestion, ticket=ticket_id))
    return draft


def _suggested(command: OpenTicket, actor: Actor) -> Asking[Suggestion | None]:
    """
    Return what the opener was suggested before, if no ticket came of it yet.

    It only measures, so an id under which there is nothing of the opener's is passed over.
    """
    if id_fault(command.suggestion, "suggestion") is not None:
        return None
    found: Suggestion | None = yield LoadSuggestion(command.suggestion)
    return found if found is not None and found.person == actor.id and found.ticket is None else None


def _index(draft: Draft, before: Ticket) -> Asking[None]:
    """Let a ticket be found by what a command said or named first."""
    ticket = draft.ticket
    draft.index(difference(SOLVED, solved_postings(before), solved_postings(ticket)))
    if before.last_reply_at is not None or ticket.last_reply_at is None or is_described(draft.rules):
        return
    stored: tuple[Content, ...] = yield LoadContents(ticket.id)
    after = postings_of(ticket, (*stored, *draft.written))
    draft.index(difference(TICKETS, postings_of(ticket, stored), after))


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


def _agreement(context: Context, values: dict[str, Plain], customer: Any) -> Asking[None]:
    """Take over the agreement that the customer's tickets are served under, if it holds."""
    if customer.agreement is None:
        return
    (agreement,) = yield LoadRecords((("agreement", customer.agreement),))
    if agreement is not None and agreement.customer == customer.id and agreement.holds(context.at or context.now):
        values["agreement"] = agreement.id


def _opened(
    command: OpenTicket,
    context: Context,
    ticket_id: str,
    values: Mapping[str, Plain],
    team: Any,
    *,
    files: Iterable[File],
    number: int,
) -> Draft:
    desk, actor = context.desk, context.actor
    at = context.at or context.now
    draft = _draft(context, desk, desk.levels, None)
    state = desk.workflow.by_key[desk.workflow.initial]
    assignee = _route(desk, ticket_id, team)
    answers = {key: value for key, value in values.items() if key not in INTAKE}
    description = values.get("description")

    def keep(kind: str, body: str) -> Any:
        return draft.write(ticket_id, kind, body, author=actor.id, audience="public", salt=context.salt())

    event = TicketOpened(
        at=at,
        actor=actor.id,
        number=number,
        rules_hash=desk.rules_hash,
        subject=str(values["subject"]),
        state=state.key,
        category=state.category,
        waiting_on=state.waiting_on,
        contact=command.contact or actor.id,
        priority_rank=desk.rank("priority", _text(values.get("priority"))),
        team=team.id if team is not None else None,
        assignee=assignee,
        responsible=assignee if desk.routing.responsible == "assignee" else None,
        levels=None if desk.levels is None else desk.levels.digest,
        imported_at=None if context.at is None else context.now,
        pausing=pausing(desk.levels, state, state.waiting_on),
        timers=timers_of(state, at),
        description=keep("description", str(description)) if description is not None else None,
        answers=keep("answers", json.dumps(answers, ensure_ascii=False, sort_keys=True)) if answers else None,
        files=draft.attach(ticket_id, files, author=actor.id, audience="public", salt=context.salt),
        **{key: _text(values.get(key)) for key in REFERENCES},
    )
    draft.open(ticket_id, event, command.command_id)
    return draft


def _route(desk: Definition, ticket_id: str, team: Any) -> str | None:
    """Pick a member of the team evenly by the ticket's id, so that deciding again picks the same."""
    if desk.routing.assign == "none" or team is None or not team.active or not team.members:
        return None
    members: tuple[str, ...] = team.members
    return members[int(ticket_id.replace("-", "")[:8], 16) % len(members)]


def reply(command: Reply, context: Context, draft: Draft) -> Asking[None]:
    """Decide a public message."""
    values, files = yield from _checked(command, context, draft, "reply")
    desk, actor, at = context.desk, context.actor, _instant(context, draft)
    side = side_of(desk, actor)
    ref = draft.write(
        draft.ticket.id, "message", str(values["text"]), author=actor.id, audience="public", salt=context.salt()
    )
    waiting = dict(draft.rules.replies).get(side) or draft.ticket.waiting_on
    state = draft.rules.workflow.by_key[draft.ticket.state]
    still = pausing(draft.levels, state, waiting)
    attached = draft.attach(draft.ticket.id, files, author=actor.id, audience="public", salt=context.salt)
    event = Replied(at=at, actor=actor.id, side=side, message=ref, waiting_on=waiting, pausing=still, files=attached)
    draft.add(event, command.command_id)
    follow_reply(draft, side, actor=actor, at=at, command_id=command.command_id)


def add_note(command: AddNote, context: Context, draft: Draft) -> Asking[None]:
    """Decide an internal note."""
    values, files = yield from _checked(command, context, draft, "note")
    actor = context.actor.id
    ref = draft.write(
        draft.ticket.id, "note", str(values["text"]), author=actor, audience="internal", salt=context.salt()
    )
    attached = draft.attach(draft.ticket.id, files, author=actor, audience="internal", salt=context.salt)
    draft.add(NoteAdded(at=_instant(context, draft), actor=actor, note=ref, files=attached), command.command_id)


def assign(command: Assign, context: Context, draft: Draft) -> Asking[None]:
    """Decide who works on it."""
    values, _ = yield from _checked(command, context, draft, "assign")
    given = dict(command.document)
    yield from _check_records(values)
    ticket = draft.ticket
    now = {
        key: values.get(key) if key in given else getattr(ticket, key) for key in ("team", "responsible", "assignee")
    }
    event = TicketAssigned(
        at=_instant(context, draft), actor=context.actor.id, **{key: _text(value) for key, value in now.items()}
    )
    if (event.team, event.responsible, event.assignee) != (ticket.team, ticket.responsible, ticket.assignee):
        draft.add(event, command.command_id)


def triage(command: Triage, context: Context, draft: Draft) -> Asking[None]:
    """Decide how it is classified."""
    values, _ = yield from _checked(command, context, draft, "triage")
    given = dict(command.document)
    ticket = draft.ticket
    now = {key: _text(values.get(key)) if key in given else getattr(ticket, key) for key in REFERENCES}
    changed = {key for key in REFERENCES if now[key] != getattr(ticket, key)}
    if not changed:
        return
    yield from _check_records({key: value for key, value in now.items() if value is not None}, changed)
    rank = context.desk.rank("priority", now["priority"]) if "priority" in changed else ticket.priority_rank
    kept = {key: now[key] for key in CLASSIFIED}
    event = Triaged(at=_instant(context, draft), actor=context.actor.id, priority_rank=rank, **kept)
    draft.add(event, command.command_id)


def act(command: Act, context: Context, draft: Draft) -> Asking[None]:
    """Decide an action of the workflow."""
    if command.action in ON_TICKET:  # a command, which has a method of its own
        raise Refused(Reason("not_an_action", facts(action=command.action)))
    step = refusals(context.desk, draft, context.actor, command.action)
    if not isinstance(step, Transition):
        raise Refused(*(step or ()))
    values, files = yield from _check_form(step.form, command, context)
    yield from _check_records(values)
    at = _instant(context, draft)
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
    values, _ = yield from _checked(command, context, draft, "set_deadline")
    at, ticket = _instant(context, draft), draft.ticket
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
            at=_instant(context, draft),
            actor=context.actor.id,
            levels=digest_today,
            pausing=pausing(today, draft.rules.workflow.by_key[ticket.state], ticket.waiting_on),
        )
        draft.add(event, command.command_id)


def cite(command: CiteArticle, context: Context, draft: Draft) -> Asking[None]:
    """Decide that an article that may be named solved the ticket, or that one that was named did not."""
    values, _ = yield from _checked(command, context, draft, "cite")
    article, solved = str(values["article"]), bool(values["solved"])
    named = article in draft.ticket.solved_by
    if not named:
        (found,) = yield LoadRecords((("article", article),))
        faults = record_faults({"article": article}, {"article": found}) or citation_faults(found, draft.ticket)
        if faults:
            raise Invalid(*faults)
    if solved == named:
        return
    event = ArticleCited(at=_instant(context, draft), actor=context.actor.id, article=article, solved=solved)
    draft.add(event, command.command_id)


_USE_CASES: Mapping[type, Callable[[Any, Context, Draft], Asking[None]]] = MappingProxyType(
    {
        Reply: reply,
        AddNote: add_note,
        Assign: assign,
        Triage: triage,
        Act: act,
        SetDeadline: set_deadline,
        Retarget: retarget,
        CiteArticle: cite,
    }
)


def _draft(context: Context, rules: Definition, levels: ServiceLevels | None, ticket: Ticket | None) -> Draft:
    """Begin a draft; what an importer brings in from the past is told to nobody."""
    quiet = context.at is not None
    return Draft(desk=context.desk, rules=rules, levels=levels, ticket=ticket, recorded_at=context.now, quiet=quiet)


def _checked(
    command: Reply | AddNote | Assign | Triage | SetDeadline | CiteArticle, context: Context, draft: Draft, name: str
) -> Asking[tuple[Mapping[str, Plain], tuple[File, ...]]]:
    reasons = refusals(context.desk, draft, context.actor, name)
    if isinstance(reasons, tuple):
        raise Refused(*reasons)
    return (yield from _check_form(form_of(context.desk, draft, name), command, context))


def _check_form(
    form: Form, command: Reply | AddNote | Assign | Triage | SetDeadline | Act | CiteArticle, context: Context
) -> Asking[tuple[Mapping[str, Plain], tuple[File, ...]]]:
    """Return the values and files that a command gives, if all of them are right."""
    values, faults = check(form.bound(context.actor), dict(command.document))
    named = command.files if isinstance(command, (Reply, AddNote, Act)) else ()
    files, file_faults_found = yield from _files(named, context, form)
    if faults or file_faults_found:
        raise Invalid(*faults, *file_faults_found)
    return values, files


def _files(ids: tuple[str, ...], context: Context, form: Form) -> Asking[tuple[tuple[File, ...], list[Fault]]]:
    """Return the drafts that a command names, and what is wrong with them."""
    found: tuple[File | None, ...] = ()
    if ids:
        found = yield LoadFiles(ids)
    faults = file_faults(form.slots, ids, found, owner=context.actor.id, at=context.now)
    return tuple(file for file in found if file is not None), faults


def _check_records(values: Mapping[str, Any], only: set[str] | None = None) -> Asking[None]:
    refs = refs_of(values)
    if not refs:
        return
    records = yield LoadRecords(tuple(refs.values()))
    faults = record_faults(values, dict(zip(refs, records, strict=True)), only)
    if faults:
        raise Invalid(*faults)


def _check_instant(context: Context) -> None:
    if context.at is None:
        return
    if IMPORTER not in context.actor.roles:
        raise Refused(Reason("importer_required"))
    if context.at > context.now:
        raise Refused(Reason("at_in_future", facts(at=context.at.isoformat())))


def _instant(context: Context, draft: Draft) -> datetime:
    """Return when the command happens: never before what already happened to the ticket."""
    at = context.at or context.now
    return max(at, draft.ticket.updated_at)


def _text(value: Plain | None) -> str | None:
    return None if value is None else str(value)
