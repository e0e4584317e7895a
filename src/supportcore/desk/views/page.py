"""
A ticket as its page shows it: the ticket as it stands, with all that has come due by now.

Ticket, history, contents, the tickets and the names of all that is named are each read once; forms of actions read
their options.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from supportcore.definition.screens import COLUMNS, SENSITIVE
from supportcore.desk.promises import Promise, promises
from supportcore.desk.timeline import as_seen
from supportcore.desk.views import bonded
from supportcore.desk.views.names import load_names, people_of_ticket, refs_of_ticket
from supportcore.desk.views.records import (
    ClockView,
    ColumnKind,
    HeaderField,
    OptionView,
    StateView,
    ThreadEntry,
    TicketPage,
    Value,
)
from supportcore.desk.views.thread import refs_of_history, thread
from supportcore.desk.views.values import YES_NO, value_of
from supportcore.desk.views.viewer import Viewer
from supportcore.forms.fields import Field
from supportcore.knowledge.postings import ARTICLES
from supportcore.lazy import Later
from supportcore.sla.words import span_words
from supportcore.storage.ports import Ledger, Steps
from supportcore.text import instant_of_text, instant_text
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import Content, Moved, Recorded, StateChanged, TicketOpened
from supportcore.tickets.outside import closed_between, span_said

if TYPE_CHECKING:
    from supportcore.desk.requests import Requests
    from supportcore.desk.views import forms
else:
    forms = Later("supportcore.desk.views.forms")

_KINDS: Mapping[str, ColumnKind] = {
    "title": "text", "text": "text", "choice": "choice", "record": "record", "number": "number", "flag": "flag",
    "instant": "instant",
}  # fmt: skip
"""Kinds of fields of a form, as those of columns."""


def page(ledger: Ledger, viewer: Viewer, requests: Requests, ticket: str | int) -> Steps[TicketPage]:
    """
    Return the page of a ticket, by id or number.

    Raises:
        NotFound: There is no such ticket, or none that the actor may see.
    """
    draft = yield from requests.standing(ledger, ticket)
    now = draft.ticket
    history = yield from ledger.history(now.id)
    contents = yield from ledger.contents(now.id)
    stored = [recorded for recorded in history if recorded.position <= draft.before]
    seen, readable = as_seen(viewer.desk, viewer.actor, [*stored, *draft.recorded], contents)
    header = _columns(viewer)
    columns = tuple(key for key in (*header, "project") if key in COLUMNS)
    refs, people = refs_of_history(viewer, seen)
    refs += refs_of_ticket(now, columns)
    refs += ((ARTICLES, article) for article in now.solved_by)
    people += people_of_ticket(now, columns)
    teams, bound = bonded.refs_of_bonds(viewer, now)
    others = yield from bonded.related(ledger, viewer, bonded.named_by(now, seen))
    names = yield from load_names(ledger, viewer, refs=[*refs, *teams], people=[*people, *bound])
    told = tuple(thread(viewer, names, seen, readable, others))
    entries = tuple(entry for _, entry in told)
    answers = tuple(_answers(viewer, draft, seen, readable))
    said = {one.value.key: one for one in answers}
    actions = yield from forms.actions(ledger, viewer, draft)
    return TicketPage(
        id=now.id,
        number=now.number,
        version=now.version,
        title=f"#{now.number} - {now.subject}",
        subject=now.subject,
        header=tuple(
            HeaderField(label=viewer.column(key, "header"), value=value_of(viewer, names, now, key))
            if key in COLUMNS
            else said.get(key, HeaderField(label=viewer.field(key), value=Value(key=key, kind="text")))
            for key in header
        ),
        project=value_of(viewer, names, now, "project"),
        state=_state(viewer, draft),
        waiting_on=value_of(viewer, names, now, "waiting_on"),
        light=value_of(viewer, names, now, "light"),
        states=tuple(_states(told)),
        thread=entries,
        files=tuple(file for entry in entries for file in entry.files),
        answers=(*answers, *_outside(viewer, draft, said)),
        clocks=tuple(_clock(viewer, found) for found in _promises(viewer, draft)) if viewer.is_staff else (),
        solved_by=tuple(OptionView(value=one.id, title=one.title) for one in names.readable(now.solved_by)),
        rating=value_of(viewer, names, now, "rating"),
        tags=bonded.tags(viewer, now),
        links=tuple(bonded.links(viewer, now, others)),
        merged=bonded.merged(viewer, now, others),
        merged_into=bonded.merged_into(viewer, now, others),
        approvals=tuple(bonded.approvals(viewer, names, now)),
        following=any(follower.person == viewer.actor.id for follower in now.followers),
        followers=bonded.followers(viewer, names, now),
        actions=actions,
    )


def _columns(viewer: Viewer) -> tuple[str, ...]:
    """Return what stands in the head, in the order of the desk."""
    header = viewer.desk.screens.header
    return header if viewer.is_staff else tuple(key for key in header if key not in SENSITIVE)


def _state(viewer: Viewer, draft: Draft) -> StateView:
    return StateView(
        key=draft.ticket.state,
        category=draft.ticket.category,
        label=viewer.choice("state", draft.ticket.state),
        help=viewer.help("states", draft.ticket.state),
        heading=viewer.column("state", "header"),
    )


def _states(told: tuple[tuple[Recorded, ThreadEntry], ...]) -> Iterator[ThreadEntry]:
    """Yield how the ticket came into each state, without what was written then."""
    for recorded, entry in told:
        event = recorded.event
        changes = isinstance(event, (StateChanged, Moved)) and event.source != event.state
        if changes or isinstance(event, TicketOpened):
            yield attrs.evolve(entry, text="", files=(), audience="public")


def _answers(
    viewer: Viewer, draft: Draft, history: tuple[Recorded, ...], readable: Mapping[str, Content]
) -> Iterator[HeaderField]:
    """Yield what was said in the desk's own fields, in the order of the form."""
    fields = {field.key: field for desk in (viewer.desk, draft.rules) for form in desk.forms for field in form.fields}
    for recorded in history:
        event = recorded.event
        if not isinstance(event, TicketOpened) or event.answers is None or event.answers.id not in readable:
            continue
        said: dict[str, Any] = json.loads(readable[event.answers.id].body)
        for key in sorted(said, key=lambda key: list(fields).index(key) if key in fields else len(fields)):
            yield HeaderField(label=viewer.field(key), value=_answer(viewer, key, fields.get(key), said[key]))


def _outside(viewer: Viewer, draft: Draft, said: Mapping[str, HeaderField]) -> Iterator[HeaderField]:
    """Yield how much of a span that was asked for lies outside open hours, by the calendar of today."""
    rule = next((form.outside for form in viewer.desk.forms if form.outside and form.outside.start in said), None)
    if rule is None or viewer.desk.levels is None:
        return
    span = span_said(rule, {key: one.value.value for key, one in said.items()})
    if span is not None:
        closed = closed_between(viewer.desk.levels.calendars[rule.calendar], *span)
        told = viewer.say(
            f"{span_words(closed)} of {span_words(span[1] - span[0])}",
            f"{span_words(closed)} de {span_words(span[1] - span[0])}",
        )
        label = viewer.say("Outside working hours", "Fuera del horario de atención")
        yield HeaderField(label=label, value=Value(key="outside", kind="text", value=told, text=told))


def _answer(viewer: Viewer, key: str, field: Field | None, said: Any) -> Value:
    kind = "text" if field is None else _KINDS[field.kind]
    text = str(said)
    if kind == "choice" and field is not None:
        text = viewer.label(f"vocabularies.{field.source or key}", said)
    elif kind == "flag":
        text = viewer.say(*YES_NO[bool(said)])
    elif kind == "instant":
        at = instant_of_text(said, key)
        said, text = instant_text(at), viewer.when(at).text
    return Value(key=key, kind=kind, value=said, text=text)


def _promises(viewer: Viewer, draft: Draft) -> tuple[Promise, ...]:
    return promises(draft, at=draft.now, locale=viewer.language)


def _clock(viewer: Viewer, promise: Promise) -> ClockView:
    elapsed, target, left = (span_words(span) for span in (promise.elapsed, promise.target, abs(promise.remaining)))
    over = promise.elapsed > promise.target
    if promise.state == "stopped":
        told = (
            viewer.say(f"Late: {elapsed} instead of {target}", f"Con retraso: {elapsed} en lugar de {target}")
            if promise.met is False
            else viewer.say(f"In time: {elapsed} of {target}", f"A tiempo: {elapsed} de {target}")
        )
    else:
        told = (
            viewer.say(f"{left} late", f"{left} de retraso")
            if over
            else viewer.say(f"{left} left of {target}", f"Quedan {left} de {target}")
        )
        if promise.state == "paused":
            told = viewer.say(f"Paused: {told}", f"En pausa: {told}")
    due = None if promise.due_at is None else viewer.when(promise.due_at)
    return ClockView(kind=promise.kind, label=promise.label, light=promise.light, due=due, text=told)
