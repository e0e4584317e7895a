"""The forms of commands: what each asks for, on one desk, of one actor, on one ticket."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import attrs

from supportcore.definition.files import FILES
from supportcore.definition.model import Definition
from supportcore.definition.parts import Survey
from supportcore.definition.workflow import rating_field
from supportcore.forms.fields import Field, Form
from supportcore.people.access import Actor
from supportcore.predicate import ALWAYS
from supportcore.text import ID_LIMIT, KEY_PATTERN
from supportcore.tickets.bonds import LINKS, VERDICTS
from supportcore.tickets.draft import Draft
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.definition import DONE, Transition

REPLY_FORM = Form((Field(key="text", kind="text", required=True),), any_of=("text", FILES))
"""A message or a note: text, files or both."""
_TEXT_FORM = attrs.evolve(REPLY_FORM, any_of=())
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
DECIDE_FORM = Form(
    (
        Field(key="verdict", kind="choice", source="verdict", options=VERDICTS, required=True),
        Field(key="comment", kind="text"),
    )
)
FOLLOW_FORM = Form((Field(key="follow", kind="flag", default=True),))
LINK_FORM = Form(
    (
        Field(key="other", kind="title", limit=ID_LIMIT, required=True),
        Field(key="kind", kind="choice", source="link", options=LINKS, default="related"),
        Field(key="linked", kind="flag", default=True),
    )
)
MERGE_FORM = Form((Field(key="into", kind="title", limit=ID_LIMIT, required=True),))
_TAGS = f"{KEY_PATTERN}(?: {KEY_PATTERN}){{0,5}}"
TAG_FORM = Form(tuple(Field(key=key, kind="title", pattern=_TAGS) for key in ("add", "remove")))
_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "assign": ASSIGN_FORM,
        "set_deadline": DEADLINE_FORM,
        "cite": CITE_FORM,
        "decide": DECIDE_FORM,
        "follow": FOLLOW_FORM,
        "link": LINK_FORM,
        "merge": MERGE_FORM,
        "retarget": Form(),
        "move": Form(),
    }
)
"""The forms of commands that are the same on every desk."""


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


def form_of(desk: Definition, draft: Draft, name: str) -> Form:
    """Return the form that *name* asks for in the present state."""
    if name in ("reply", "note"):
        return _TEXT_FORM if desk.files is None else attrs.evolve(REPLY_FORM, slots=(desk.files.slot(FILES),))
    if name == "triage":
        return desk.triage
    if name == "rate":
        return rate_form(desk)
    if name == "tag":
        return tag_form(desk, draft.ticket.tags)
    if name in _FORMS:
        return _FORMS[name]
    step = draft.rules.workflow.by_action.get((name, draft.ticket.state))
    return Form() if step is None else action_form(step, draft.ticket)


def action_form(step: Transition, ticket: Ticket) -> Form:
    """Return what an action asks for; of a solution that was rated already, no rating."""
    if not (ticket.rated and ticket.category in DONE):
        return step.form
    fields = tuple(field for field in step.form.fields if field.key != "rating")
    return attrs.evolve(step.form, fields=fields)


def rate_form(desk: Definition) -> Form:
    """Return how a resolution is rated on a desk."""
    rating = rating_field(desk.survey or Survey(), required=True)
    return Form((rating, Field(key="comment", kind="text")))


def tag_form(desk: Definition, tags: Collection[str] = ()) -> Form:
    """
    Return how tags are added and taken away: several words, or one out of the desk's vocabulary of tags.

    Args:
        tags: What the ticket has; each of them may be taken away, whether the vocabulary still has it or not.
    """
    known = desk.vocabularies.get("tag", ())
    if not known:
        return TAG_FORM
    options = {"add": known, "remove": (*known, *(tag for tag in tags if tag not in known))}
    return Form(tuple(Field(key=key, kind="choice", source="tag", options=options[key]) for key in options))
