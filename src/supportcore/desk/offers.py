"""What an actor may do now, and of the rest, why not."""

from __future__ import annotations

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Reason
from supportcore.forms.fields import Form
from supportcore.people.access import SYSTEM, Actor
from supportcore.people.customers import Customer
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.command_forms import form_of
from supportcore.tickets.draft import Draft
from supportcore.tickets.permissions import (
    ON_TICKET,
    is_given,
    opening_refusals,
    refusals,
    speaks_for,
    unknown_customers,
)

Usable = tuple[Customer, ...] | None
"""The customers that somebody on the customer's side may open tickets for; None for staff: any."""


@attrs.frozen(kw_only=True)
class Offer:
    """
    A command or action, and whether it may be given.

    Attributes:
        name: ``open``, ``reply``, ``note``, ``assign``, ``triage``, ``set_deadline``, ``retarget``, ``move``, ``cite``,
            ``rate``, ``decide``, ``tag``, ``follow``, ``link``, ``merge``, or an action of the workflow.
        label: What the button says, in the actor's language.
        reasons: Why not; empty if and only if it is allowed. Executing it says the same.
        form: What it asks for.
    """

    name: str
    label: str
    reasons: tuple[Reason, ...] = ()
    form: Form = Form()

    @property
    def allowed(self) -> bool:
        """Whether some input valid under the form succeeds."""
        return not self.reasons


COMMAND_LABELS = {
    "open": ("New ticket", "Nuevo ticket"),
    "reply": ("Reply", "Responder"),
    "note": ("Internal note", "Nota interna"),
    "assign": ("Assign", "Asignar"),
    "triage": ("Classify", "Clasificar"),
    "set_deadline": ("Set the deadline", "Fijar el plazo"),
    "retarget": ("Apply today's service levels", "Aplicar los niveles de servicio actuales"),
    "move": ("Apply today's rules", "Aplicar las reglas actuales"),
    "cite": ("Solved by an article", "Resuelto con un artículo"),
    "rate": ("Rate", "Calificar"),
    "decide": ("Vote", "Votar"),
    "tag": ("Tag", "Etiquetar"),
    "follow": ("Follow", "Seguir"),
    "link": ("Link", "Enlazar"),
    "merge": ("Merge", "Unir"),
}
"""What the commands of every desk are called where its labels say nothing, in English and Spanish."""


def command_label(desk: Definition, name: str, locale: str) -> str:
    """Return the label of a command or action in the actor's language."""
    said = desk.labels.label("actions", name, locale)
    if name in COMMAND_LABELS and said in (name, ""):
        return COMMAND_LABELS[name][desk.labels.language(locale) == "es"]
    return said


def opening(ledger: Ledger, desk: Definition, actor: Actor) -> Steps[tuple[tuple[Reason, ...], Usable]]:
    """Return why *actor* may not open a ticket, empty if he may, and the customers he may open one for."""
    reasons = opening_refusals(desk, actor)
    mine = speaks_for(desk, actor)
    if reasons or not mine:
        return reasons, None
    records = yield from ledger.records(tuple(("customer", id_) for id_ in mine))
    usable = tuple(record for record in records if isinstance(record, Customer) and record.active)
    return (() if usable else (unknown_customers(actor),)), usable


def offers(desk: Definition, draft: Draft, actor: Actor) -> tuple[Offer, ...]:
    """Return every command and action with its reasons; those that no person can take are left out."""
    workflow = draft.rules.workflow
    commands = [name for name in ON_TICKET if is_given(desk, name)]
    for_people = {step.action for step in workflow.transitions if step.roles - {SYSTEM}}
    names = (*commands, *(action for action in workflow.actions if action in for_people))
    found = []
    for name in names:
        reasons = refusals(desk, draft, actor, name)
        offer = Offer(
            name=name,
            label=command_label(desk, name, actor.locale),
            reasons=reasons if isinstance(reasons, tuple) else (),
            form=form_of(desk, draft, name),
        )
        found.append(offer)
    return tuple(found)
