"""
What the actor is asked about tickets, such as whether one was solved.

A question is today's: it is asked of those who may answer it under today's rules, about tickets they may see that its
predicate holds of, as long as one of its answers is open to them on the ticket as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from supportcore.definition.screens import QuestionRule
from supportcore.desk.views.records import ActionView, QuestionList, QuestionView
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.lazy import Later
from supportcore.predicate import bind, both, to_python
from supportcore.storage.ports import Ledger, Query, Seek, Steps
from supportcore.tickets.advance import advance
from supportcore.tickets.draft import Draft
from supportcore.tickets.permissions import refusals, visible

if TYPE_CHECKING:
    from supportcore.desk.requests import Requests
    from supportcore.desk.views import forms
else:
    forms = Later("supportcore.desk.views.forms")

MOST = 20
"""Questions at once, at most."""
LOOKED_AT = 500
"""Tickets that are looked at for one question, at most: the oldest that its predicate holds of."""
_TOGETHER = 50
_EMPTY = ("There are no questions.", "No hay preguntas.")


def questions(ledger: Ledger, viewer: Viewer, requests: Requests) -> Steps[QuestionList]:
    """Return what the actor is asked."""
    found = yield from open_questions(ledger, viewer)
    return QuestionList(title=viewer.say(*VIEW_LABELS["questions"]), items=found, empty=viewer.say(*_EMPTY))


def open_questions(ledger: Ledger, viewer: Viewer, limit: int = MOST) -> Steps[tuple[QuestionView, ...]]:
    """Return up to *limit* open questions, oldest ticket first, then in the order of the desk."""
    asked: list[tuple[QuestionRule, Draft]] = []
    for rule in viewer.desk.screens.questions:
        if _may_answer(viewer, rule):
            asked += [(rule, draft) for draft in (yield from _drafts(ledger, viewer, rule, limit))]
    asked.sort(key=lambda one: (one[1].ticket.opened_at, one[1].ticket.id))
    views = []
    for rule, draft in asked[:limit]:
        actions = yield from forms.actions(ledger, viewer, draft, rule.answers)
        answers = tuple(action for action in actions if action.allowed and action.name in rule.answers)
        views.append(_view(viewer, rule, draft, answers))
    return tuple(views)


def _may_answer(viewer: Viewer, rule: QuestionRule) -> bool:
    """Return whether an answer is open to the actor in some state."""
    mine = {role.key for role in viewer.roles}
    commands = {name for role in viewer.roles for name in role.may} | ({"decide"} if viewer.desk.approvals else set())
    if not commands.isdisjoint(rule.answers):
        return True
    return any(step.roles & mine for step in viewer.desk.workflow.transitions if step.action in rule.answers)


def _drafts(ledger: Ledger, viewer: Viewer, rule: QuestionRule, limit: int) -> Steps[list[Draft]]:
    """Return up to *limit* tickets that the question is asked about, as they stand, oldest first."""
    where = both(visible(viewer.desk, viewer.actor), bind(rule.where, viewer.actor))
    holds = to_python(rule.where)
    found: list[Draft] = []
    seek = None
    for _ in range(LOOKED_AT // _TOGETHER):
        query = Query(where=where, sort="opened_at", descending=False, limit=_TOGETHER, seek=seek)
        tickets = yield from ledger.find(query)
        for ticket in tickets:
            draft = yield from viewer.rules.draft(ledger, ticket, viewer.now)
            advance(draft, max(viewer.now, ticket.updated_at))
            if holds(draft.ticket, viewer.actor) and any(_is_open(viewer, draft, name) for name in rule.answers):
                found.append(draft)
        if len(found) >= limit or len(tickets) < _TOGETHER:
            break
        seek = Seek(key=tickets[-1].opened_at, id=tickets[-1].id)
    return found[:limit]


def _is_open(viewer: Viewer, draft: Draft, action: str) -> bool:
    return not isinstance(refusals(viewer.desk, draft, viewer.actor, action), tuple)


def _view(viewer: Viewer, rule: QuestionRule, draft: Draft, answers: tuple[ActionView, ...]) -> QuestionView:
    return QuestionView(
        key=rule.key,
        ticket=draft.ticket.id,
        number=draft.ticket.number,
        title=draft.ticket.subject,
        text=viewer.label("questions", rule.key),
        help=viewer.help("questions", rule.key),
        answers=answers,
    )
