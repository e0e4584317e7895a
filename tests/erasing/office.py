"""A desk on which two people left something everywhere: Anabela, a contact, and Luisandro, an agent."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs

from supportcore import Actor, Agent, Contact, Team
from supportcore.desk.requests import Request
from supportcore.knowledge.article import Article, Reading, Suggestion
from supportcore.knowledge.postings import TICKETS, difference
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import CHUNK, Entry, Steps
from supportcore.tickets.bonds import Approval
from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.draft import content_digest
from supportcore.tickets.events import ApprovalAsked, Event, Followed, Recorded, Tagged, Voted
from supportcore.tickets.evolve import evolve
from supportcore.tickets.indexed import tag_postings
from tests.desks.portal import PORTAL as PORTAL
from tests.desks.portal import equip

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = Actor(id="u-88417-anabela", roles={"customer"}, customers={"acme"}, locale="es")
LUIS = Actor(id="u-5512-luisandro", roles={"agent"}, teams={"desk"})
MAR = Actor(id="mar", roles={"agent"}, teams={"desk"})
BO = Actor(id="bo", roles={"customer"}, customers={"beta"})
SHARED = b"the same bytes that somebody else has, too"
OWN = b"anabelas own bytes " + b"\x00\xff" * (CHUNK // 2) + b" down to the end of anabelas bytes"
STAFF = b"the manual for customers"
HELLO = "Hola Anabela, ¿es anabela.q@correo.example o el 611222333? Un saludo, Luisandro. La serie es 4711000."

OF_ANA = {
    "id": ANA.id,
    "name": "Anabela",
    "surname": "Quiroga",
    "address": "anabela.q@correo.example",
    "phone": "+34 611 222 333",
    "phone as it was written": "611222333",
    "title": "zarzaparr",  # the beginning that all forms and stems have
    "description": "melocot",
    "reply": "berenjen",
    "answer": "calabac",
    "file name": "albaricoque",
    "caption": "frambues",
    "bytes": OWN[:18].decode(),
    "last bytes": "down to the end of anabelas bytes",
    "draft": "draft that nobody sent",
    "job": "Intendente Mayor",
    "user name": "quiroga.anabela.87",
    "hash": "argon-hash-of-anabela",
}
"""What must not be found any more, by what it is; compared without case."""
OF_LUIS = {
    "id": LUIS.id,
    "name": "Luisandro",
    "surname": "Ferreyra",
    "address": "luisandro.f@desk.example",
}
STAYS = ("guacamol", "serie es 4711000", "mandarin", SHARED.decode())
"""Words and bytes of others, which stay."""


def fill(desk: Any) -> str:
    """Let both of them leave something everywhere, and return the id of Anabela's ticket."""
    equip(desk)
    desk.catalogue.put(
        Contact(
            id=ANA.id, name="Anabela Quiroga", customers={"acme"}, email="anabela.q@correo.example",
            phone="+34 611 222 333",
        ),
        Agent(id=LUIS.id, name="Luisandro Ferreyra", email="luisandro.f@desk.example"),
        Team(id="desk", name="Desk", members=["mar", LUIS.id]),
        attrs.evolve(desk.catalogue.get("customer", "acme"), main_contact=LUIS.id),
        Preferences(id=ANA.id, first_name="Anabela", last_name="Quiroga", position="Intendente Mayor"),
        Article(id="how", title="Guacamole", body="Se hace con aguacates.", author=LUIS.id),
    )  # fmt: skip
    ana, luis, mar, bo = (desk.acting_as(actor) for actor in (ANA, LUIS, MAR, BO))
    first = ana.draft(io.BytesIO(OWN), "albaricoque.pdf", "Se ven las frambuesas", slot="file_1")
    second = ana.draft(io.BytesIO(SHARED), "shared.pdf", slot="file_2")
    ana.draft(io.BytesIO(b"a draft that nobody sent"), "later.txt")
    asked = {
        "subject": "Zarzaparrilla para Anabela",
        "description": "Quiero melocotones",
        "type": "problem",
        "steps": "Comer calabacines",
        "origin": "web",
        "priority": "normal",
    }
    ticket: str = ana.open(asked, files=[first.id, second.id], command_id="open-1").id
    theirs = bo.draft(io.BytesIO(SHARED), "of-bo.pdf", slot="file_1")
    his = {**asked, "subject": "Mandarinas", "description": "Para Bo", "steps": "Ninguno"}
    other: str = bo.open(his, files=[theirs.id]).id
    luis.assign(ticket, {"assignee": LUIS.id}, command_id="assign-1")
    manual = luis.draft(io.BytesIO(STAFF), "para-anabela.pdf")
    luis.reply(ticket, HELLO, files=[manual.id], command_id="reply-1")
    mar.note(ticket, "Anabela Quiroga escribió; que llame Ferreyra")
    ana.reply(ticket, "Son berenjenas", command_id="reply-2")
    luis.reply(other, "Guacamole, dice Luisandro Ferreyra")
    desk.run_due()
    _leave_the_rest(desk, ticket)
    desk.feed(limit=1000)
    mar.note(ticket, "Nada más")  # which has no place in the feed yet
    return ticket


def _leave_the_rest(desk: Any, ticket: str) -> None:
    """Leave what this desk asks for in no form."""
    run = desk._run
    approval = Approval(key="board", voters=(ANA.id, LUIS.id), needed=2)
    for number, event in enumerate(
        (
            Followed(at=AT + timedelta(days=1), actor=MAR.id, person=ANA.id, roles=("customer",)),
            Tagged(at=AT + timedelta(days=1), actor=LUIS.id, tags=("anabela", "urgent")),
            ApprovalAsked(at=AT + timedelta(days=1), actor=LUIS.id, approval=approval),
            Voted(at=AT + timedelta(days=1), actor=ANA.id, approval="board", verdict="approve"),
        )
    ):
        run(Request(_saving(ticket, event, f"bond-{number}"), write=True))
    rows = [
        OutboxRow(
            id=f"row-{person}", ticket=ticket, position=1, rule="opened", role=role, recipient=person, channel="email",
            template="opened", due_at=AT,
        )
        for person, role in (("somebody", "contact"), (ANA.id, "contact"))
    ]  # fmt: skip
    run(Request(lambda ledger: ledger.save(Decision(outbox=tuple(rows))), write=True))
    tried = {"now": AT + timedelta(days=9), "until": AT + timedelta(days=10), "token": "w", "limit": 99}
    for lease in run(Request(lambda ledger: ledger.claim(**tried), write=True)):
        error = "550 anabela.q@correo.example" if lease.row.ticket == ticket else ""
        settle = partial(_failed, row_id=lease.row.id, error=error)
        run(Request(settle, write=True))
    shown = Suggestion(id="s1", person=ANA.id, at=AT, articles=("how",), read="how")
    until = AT + timedelta(days=99)
    for steps in (
        lambda ledger: ledger.mark_read(ANA.id, ["row-somebody"], AT),
        lambda ledger: ledger.put_reading(Reading(article="how", person=ANA.id, at=AT, vote=1)),
        lambda ledger: ledger.put_reading(Reading(article="how", person=LUIS.id, at=AT, vote=-1)),
        lambda ledger: ledger.put_suggestion(shown),
        lambda ledger: ledger.park(ticket, until=until, error="ValueError: Quiroga"),
        lambda ledger: ledger.put_entries(_credentials()),
    ):
        run(Request(steps, write=True))


def _failed(ledger: Any, *, row_id: str, error: str) -> Steps[bool]:
    return ledger.settle(row_id, token="w", sent_at=None, retry_at=AT + timedelta(days=11), error=error)


def _credentials() -> list[Entry]:
    account = {"id": ANA.id, "user_name": "quiroga.anabela.87", "hash": "argon-hash-of-anabela"}
    name = {"id": "quiroga.anabela.87", "person": ANA.id}
    invitation = {"id": "0" * 64, "person": ANA.id, "expires_at": "2026-03-09T09:00:00.000Z"}
    forms = {("account", ANA.id): account, ("user_name", name["id"]): name, ("invitation", "0" * 64): invitation}
    return [Entry("record", key, form) for key, form in forms.items()]


def _saving(ticket_id: str, event: Event, command_id: str) -> Any:
    def steps(ledger: Any) -> Steps[None]:
        ticket = yield from ledger.ticket(ticket_id, lock=True)
        after = evolve(ticket, event)
        recorded = Recorded(
            ticket=ticket_id, position=after.version, command_id=command_id, event=event, recorded_at=event.at
        )
        receipt = Receipt(
            command_id=command_id, digest=content_digest(event.actor, ""), id=ticket_id, number=after.number,
            version=after.version, state=after.state, at=event.at,
        )  # fmt: skip
        change = Change(before=ticket.version, ticket=after, recorded=(recorded,))
        indexing = difference(TICKETS, tag_postings(ticket), tag_postings(after))
        yield from ledger.save(Decision(changes=(change,), indexing=indexing, receipt=receipt))

    return steps
