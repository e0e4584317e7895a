"""
Forms as data: the intake forms of a desk and the forms of actions, as one actor is asked them.

The schema of a form and the check of a document follow from the same form: the one the command will use, bound to the
actor. What stands in a form at first are declared defaults, facts of the actor, and what the ticket has; it never holds
a value that would be refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from supportcore.desk.offers import COMMAND_LABELS, Offer, Usable, command_label, offers, opening
from supportcore.desk.views.choices import Offered, choices, citable, offered
from supportcore.desk.views.intakes import check_asked, pick, sendable
from supportcore.desk.views.profile import chosen_of, full_name
from supportcore.desk.views.records import ActionView, FormLink, FormView, SlotView, Submit
from supportcore.desk.views.viewer import COLUMN_LABELS, UNCHOSEN, Viewer
from supportcore.errors import NotFound, Refused
from supportcore.forms.drawing import Choice, Drawing
from supportcore.forms.fields import Field, Form, Plain, Prefill
from supportcore.forms.schema import schema, ui
from supportcore.predicate import ALWAYS
from supportcore.sla.words import hours_words
from supportcore.storage.ports import Ledger, Record, Ref, Steps
from supportcore.text import instant_text
from supportcore.tickets.draft import Draft
from supportcore.tickets.permissions import ON_TICKET
from supportcore.tickets.references import REFERENCES, refs_of
from supportcore.tickets.ticket import Ticket


@attrs.frozen(kw_only=True)
class _Asked:
    """
    A form to be shown.

    Attributes:
        form: As the actor is asked it.
        has: What the ticket names and keeps where nothing is said, by field.
        given: What may stand in the form at first, by field.
        solved: The ticket that an article is to be named for.
    """

    form: Form
    key: str
    title: str
    help_text: str
    submit: Submit
    has: Mapping[str, str] = attrs.field(factory=dict)
    given: Mapping[str, Plain] = attrs.field(factory=dict)
    solved: Ticket | None = None

    @property
    def refs(self) -> list[Ref]:
        """The records that the ticket names."""
        named = () if self.solved is None else self.solved.solved_by
        return [*refs_of(self.has).values(), *(("article", article) for article in named)]


def intake(ledger: Ledger, viewer: Viewer, *, area: str | None, service: str | None, variant: str) -> Steps[FormView]:
    """
    Return the intake form that is made for most of an area, a service and a variant.

    Raises:
        NotFound: There is none of that variant, or for that area or service; the desk has no such area; the actor may
            not name the service; or nothing could be sent with the form.
        Refused: The actor may not open tickets; for the same reasons as a command.
    """
    check_asked(area=area, service=service, variant=variant)
    reasons, usable = yield from opening(ledger, viewer.desk, viewer.actor)
    if reasons:
        raise Refused(*reasons)
    picked = pick(viewer.desk, area=area, service=service, variant=variant)
    there = yield from sendable(ledger, viewer.desk, viewer.actor, usable, (picked,), service=service)
    if not there:
        raise NotFound(kind="form")
    ((form, asked_form),) = there
    link = _link(viewer, form)
    asked = _Asked(
        form=asked_form,
        key=form.key,
        title=link.label,
        help_text=link.help,
        submit=Submit(command="open", form=form.key, label=command_label(viewer.desk, "open", viewer.actor.locale)),
        given={key: value for key, value in (("area", area), ("service", service)) if value is not None},
    )
    (found,) = yield from _views(ledger, viewer, [asked], {} if usable is None else {"customer": usable})
    return found


def links(ledger: Ledger, viewer: Viewer, usable: Usable) -> Steps[tuple[FormLink, ...]]:
    """
    Return the intake forms with which somebody who may open tickets can send something, in the order of the desk.

    Args:
        usable: The customers that the actor may open tickets for; None for any.
    """
    there = yield from sendable(ledger, viewer.desk, viewer.actor, usable, viewer.desk.forms)
    return tuple(_link(viewer, form) for form, _ in there)


def actions(
    ledger: Ledger, viewer: Viewer, draft: Draft, names: Sequence[str] | None = None
) -> Steps[tuple[ActionView, ...]]:
    """
    Return the commands and actions on an advanced ticket, those allowed with their forms.

    Args:
        names: Which of them, in the order of the desk; None means all.
    """
    found = [offer for offer in offers(viewer.desk, draft, viewer.actor) if names is None or offer.name in names]
    allowed = [_asked(viewer, draft, offer) for offer in found if offer.allowed]
    forms = {form.key: form for form in (yield from _views(ledger, viewer, allowed, {}))}
    return tuple(
        ActionView(
            name=offer.name,
            label=offer.label,
            allowed=offer.allowed,
            reasons=tuple(viewer.reason(reason) for reason in offer.reasons),
            form=forms.get(offer.name),
        )
        for offer in found
    )


# -- which form --------------------------------------------------------------------------------------------------------


def _link(viewer: Viewer, form: Form) -> FormLink:
    return FormLink(
        key=form.key,
        label=viewer.label("forms", form.key, COMMAND_LABELS["open"]),
        help=viewer.help("forms", form.key),
        area=form.area,
        service=form.service,
        variant=form.variant,
    )


def _asked(viewer: Viewer, draft: Draft, offer: Offer) -> _Asked:
    """Return the form of an action that is allowed."""
    ticket, name = draft.ticket, offer.name
    form = offer.form.bound(viewer.actor)
    given = dict(_present(ticket, form)) if name in ("assign", "triage", "set_deadline") else {}
    is_action = name not in ON_TICKET
    return _Asked(
        form=form,
        key=name,
        title=offer.label,
        help_text=viewer.help("actions", name) if is_action else "",
        submit=Submit(
            command="act" if is_action else name,
            action=name if is_action else "",
            ticket=ticket.id,
            seen_version=ticket.version,
            label=offer.label,
        ),
        has={} if name != "triage" else {key: id_ for key, (_, id_) in refs_of(_classified(ticket)).items()},
        given=given,
        solved=ticket if name == "cite" else None,
    )


def _present(ticket: Ticket, form: Form) -> Iterator[tuple[str, str]]:
    """Yield what a ticket has for the fields of a form."""
    for field in form.fields:
        value = None
        if field.kind != "instant":
            value = getattr(ticket, field.key)
        elif (clock := ticket.clock("deadline")) is not None and clock.due_at is not None:
            value = instant_text(clock.due_at)
        if value is not None:
            yield field.key, value


def _classified(ticket: Ticket) -> dict[str, str]:
    """Return what a ticket is classified by, and its customer."""
    return {key: value for key in REFERENCES if (value := getattr(ticket, key)) is not None}


# -- as data -----------------------------------------------------------------------------------------------------------


def _views(
    ledger: Ledger, viewer: Viewer, asked: Sequence[_Asked], known: Mapping[str, Sequence[Record]]
) -> Steps[list[FormView]]:
    """Return forms as data; all records that they name are read together, each kind once."""
    person = viewer.actor.id
    kinds = ("agent", "contact", "preferences") if any(f.prefill for a in asked for f in a.form.fields) else ()
    people = [(kind, person) for kind in kinds]
    refs = [*people, *(ref for form in asked for ref in form.refs)]
    records = yield from offered(ledger, [form.form for form in asked], refs=refs, known=known)
    me = _known_of(person, [records.named.get(ref) for ref in people])
    return [_view(viewer, form, records, me) for form in asked]


def _known_of(person: str, found: Sequence[Any]) -> Mapping[Prefill, str]:
    """Return what may stand in a form of whoever fills it in: agent or contact, and what he chose himself."""
    if not found:
        return {}
    agent, contact, preferences = found
    known = agent if agent is not None else contact
    chosen = chosen_of(person, known, preferences)
    name, email = getattr(known, "name", ""), getattr(known, "email", "")
    return {"name": name or full_name(chosen), "email": email, "phone": chosen.phone}


def _view(viewer: Viewer, asked: _Asked, records: Offered, me: Mapping[Prefill, str]) -> FormView:
    form = asked.form
    if asked.solved is not None:
        records = citable(records, asked.solved)
    chosen = choices(viewer, form, records, has=asked.has)
    helps = {field.key: viewer.help("fields", field.key) for field in form.fields}
    if form.outside is not None and viewer.desk.levels is not None:
        hours = hours_words(viewer.desk.levels.calendars[form.outside.calendar], spanish=viewer.language == "es")
        told = viewer.say(f"Not within working hours, {hours}.", f"Fuera del horario de atención, {hours}.")
        helps[form.outside.start] = f"{helps[form.outside.start]} {told}".lstrip()
    drawing = Drawing(
        form=form,
        title=asked.title,
        labels=tuple((field.key, viewer.field(field.key), helps[field.key]) for field in form.fields),
        choices=chosen,
        current=tuple((key, value) for key, value in asked.has.items() if form.field(key) or key in dict(chosen)),
        nothing=viewer.say("None", "Ninguno"),
        unchosen=viewer.say(*UNCHOSEN),
    )
    return FormView(
        key=asked.key,
        title=asked.title,
        help_text=asked.help_text,
        schema=schema(drawing),
        ui=ui(drawing),
        data=_data(form, dict(chosen), asked, me),
        help={key: text for key, text in helps.items() if text},
        slots=tuple(
            SlotView(
                key=slot.key,
                label=viewer.label("slots", slot.key, COLUMN_LABELS["files"]),
                help=viewer.help("slots", slot.key),
                field=slot.field,
                count=slot.count,
                size=slot.size,
                types=slot.types,
                required=slot.required,
            )
            for slot in form.slots
        ),
        any_of=form.any_of,
        submit=asked.submit,
    )


def _data(form: Form, chosen: Mapping[str, Choice], asked: _Asked, me: Mapping[Prefill, str]) -> dict[str, Plain]:
    """Return what stands in a form at first, as far as it is asked and would be taken."""
    found: dict[str, Plain] = {}
    for field in form.fields:
        if field.when != ALWAYS and not field.asked(found, None):
            continue
        prefilled = me.get(field.prefill) if field.prefill else None
        for value in (None if field.fixed else asked.given.get(field.key), field.default, prefilled):
            if value is not None and _is_taken(field, value, chosen.get(field.key), {**asked.has, **found}):
                found[field.key] = value
                break
    return found


def _is_taken(field: Field, value: Plain, choice: Choice | None, said: Mapping[str, Plain]) -> bool:
    """Whether a value is right in a field, once this was *said* in others."""
    if choice is not None:
        return any(option.value == value for option in choice.under(said))
    return field.fault(value) is None
