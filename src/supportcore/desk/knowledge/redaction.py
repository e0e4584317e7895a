"""
What an article is made of where it is made of a resolved ticket: question and answer, without the customer's data.

The question is what was described. The answer is what staff said publicly since the customer last spoke, up to and with
the comment of the action that resolved the ticket; what staff said last of all where there was nothing since. Notes,
internal comments, answers to the desk's own questions and files are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from supportcore import text
from supportcore.analysis import fold, language_of, languages_of
from supportcore.analysis.stopwords import STOP_WORDS
from supportcore.articles.permissions import origin_refusals
from supportcore.desk.requests import Requests
from supportcore.desk.views.viewer import Viewer
from supportcore.errors import Invalid, Refused
from supportcore.knowledge.redaction import SHORTEST, redacted
from supportcore.storage.ports import Ledger, Record, Steps
from supportcore.text import id_fault
from supportcore.tickets.events import Content, Recorded, Replied, StateChanged
from supportcore.tickets.indexed import first_message
from supportcore.tickets.references import owners_of
from supportcore.tickets.ticket import Ticket

_READ = 500  # records that are read at once
_COMMON = frozenset().union(*STOP_WORDS.values())
_HEADINGS = (("Question", "Pregunta"), ("Answer", "Respuesta"))


@attrs.frozen(kw_only=True)
class Made:
    """
    What an article is to begin with.

    Attributes:
        ticket: Id of the ticket it is made of.
        number: Its number.
        data: Values by field.
    """

    ticket: str
    number: int
    data: Mapping[str, Any]


def made_of_ticket(ledger: Ledger, viewer: Viewer, requests: Requests, origin: str) -> Steps[Made]:
    """
    Return what an article is to begin with that is made of a ticket.

    Raises:
        NotFound: There is no such ticket, or none that the actor may see.
        Refused: It is not resolved.
        Invalid: *origin* is no id.
    """
    if (fault := id_fault(origin, "origin")) is not None:
        raise Invalid(fault)
    draft = yield from requests.standing(ledger, origin)
    ticket = draft.ticket
    if reasons := origin_refusals(ticket):
        raise Refused(*reasons)
    contents = yield from ledger.contents(ticket.id)
    history = list((yield from ledger.history(ticket.id)))
    question = first_message(contents)
    history = [*history, *draft.recorded]
    answer = _answer(history, contents)
    concerned, others, told = yield from _people(ledger, ticket, history)

    def without(written: str) -> str:
        return redacted(written, words=concerned, names=others, literally=told)

    language = _language(viewer, f"{ticket.subject}\n{question}\n{answer}")
    headings = [pair[language_of(language) == "es"] for pair in _HEADINGS]
    parts = [f"## {head}\n\n{without(said)}" for head, said in zip(headings, (question, answer), strict=True) if said]
    data: dict[str, Any] = {"title": without(ticket.subject), "body": "\n\n".join(parts)[: text.TEXT_LIMIT]}
    data |= {"language": language} | (yield from _about(ledger, ticket))
    return Made(ticket=ticket.id, number=ticket.number, data=data)


def _answer(history: Sequence[Recorded], contents: Iterable[Content]) -> str:
    """Return what staff answered publicly."""
    bodies = {content.id: content.body for content in contents if content.audience == "public"}
    last: list[str] = []
    was_customer = True
    for recorded in history:
        event = recorded.event
        if isinstance(event, Replied) and event.message is not None:
            side, ref = event.side, event.message
        elif isinstance(event, StateChanged) and event.comment is not None:
            side, ref = event.side or "staff", event.comment
        else:
            continue
        if side != "staff":
            was_customer = True
        elif said := bodies.get(ref.id):
            last = [said] if was_customer else [*last, said]
            was_customer = False
    return "\n\n".join(last)


def _people(
    ledger: Ledger, ticket: Ticket, history: Iterable[Recorded]
) -> Steps[tuple[list[str], list[str], list[str]]]:
    """
    Return the names of those whom a ticket may tell of, the names of others, and addresses, numbers and ids.

    Each word is taken of the names of the ticket's customer, of its people, of what was agreed with it and of those who
    acted on the ticket; of others only the whole name, as their words are often those of the trade. The ids of customer
    and people are taken as well, which are often what they log in with.
    """
    acted = {
        ticket.contact,
        ticket.assignee,
        ticket.responsible,
        *(getattr(one.event, "actor", None) for one in history),
    }
    concerned: list[str] = []
    others: list[str] = []
    told: list[str] = []
    ids = {ticket.customer, ticket.contact}
    for kind in ("contact", "agent", "customer", "agreement"):
        for record in (yield from _all(ledger, kind)):
            said: Any = record
            owners = {"contact": getattr(said, "customers", ()), "customer": (said.id,), "agent": ()}
            owned = owners.get(kind, (getattr(said, "customer", None),))
            is_own = (ticket.customer is not None and ticket.customer in owned) or (
                kind in ("contact", "agent") and said.id in acted
            )
            (concerned if is_own else others).append(said.name)
            ids |= {said.id} if is_own and kind == "contact" else set()
            told += [one for one in (getattr(said, "email", ""), getattr(said, "phone", "")) if one]
    told += [id_ for id_ in sorted(filter(None, ids)) if len(id_) >= SHORTEST and fold(id_) not in _COMMON]
    if ticket.project is not None:
        (project,) = yield from ledger.records((("project", ticket.project),))
        concerned += [] if project is None else [str(getattr(project, "name", ""))]
    return concerned, others, told


def _all(ledger: Ledger, kind: str) -> Steps[list[Record]]:
    """Return every record of a kind, retired ones too."""
    found: list[Record] = []
    after = ""
    while True:
        read = yield from ledger.records_of(kind, after=after, limit=_READ)
        found += read
        if len(read) < _READ:
            return found
        after = read[-1].id


def _about(ledger: Ledger, ticket: Ticket) -> Steps[dict[str, tuple[str, ...]]]:
    """Return product and service of a ticket, as far as they are still there and are not one customer's own."""
    found: dict[str, tuple[str, ...]] = {}
    refs = [(kind, id_) for kind, id_ in (("product", ticket.product), ("service", ticket.service)) if id_ is not None]
    records = (yield from ledger.records(refs)) if refs else ()
    for (kind, id_), record in zip(refs, records, strict=True):
        is_own = kind == "service" and record is not None and owners_of("customer", record) is not None
        if record is not None and record.active and not is_own:
            found[f"{kind}s"] = (id_,)
    return found


def _language(viewer: Viewer, written: str) -> str:
    """Return the desk's language that something is written in; its first where that does not tell."""
    likely = languages_of(written)
    languages = viewer.desk.languages
    return next((tag for tag in languages if likely == (language_of(tag),)), languages[0])
