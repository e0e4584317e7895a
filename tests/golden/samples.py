"""
What the golden files were made from: one value of everything that is stored, with every field filled in.

A file is called after what it holds: ``event-replied-1``, ``record-customer``, ``ticket``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from supportcore.knowledge.article import Article, Category, Reading, Revision, Suggestion
from supportcore.people.agents import Agent, Team
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import Hold
from supportcore.storage import codec
from supportcore.storage.ports import KIND_OF, Record
from supportcore.tickets.commands import OutboxRow, Receipt
from supportcore.tickets.events import (
    ArticleCited,
    ClockBreached,
    ClockPaused,
    ClockRemoved,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    Content,
    ContentRef,
    DeadlineSet,
    Escalated,
    Event,
    NoteAdded,
    Replied,
    Retargeted,
    StateChanged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
)
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket, Timer

FOLDER = Path(__file__).parent
PLAIN: Mapping[str, type[Any]] = {
    "ticket": Ticket, "content": Content, "receipt": Receipt, "outbox_row": OutboxRow, "file": File,
    "revision": Revision, "reading": Reading, "suggestion": Suggestion,
}  # fmt: skip
"""What is stored besides events and records, by the name of its file."""

AT = datetime(2026, 3, 2, 9, 30, 15, 123000, tzinfo=UTC)
HASH = "0123456789abcdef" * 4
TICKET = "3f1d6a52-6a0e-4f6e-9a55-0d6f3c1c8a10"
REF = ContentRef(id="c-1", digest=HASH)
FILES = (REF, ContentRef(id="f-1", digest=HASH))
TIMERS = (Timer(action="expire", due_at=AT + timedelta(hours=72)), Timer(action="remind", due_at=AT))
CLASSIFIED: dict[str, Any] = {
    "product": "erp",
    "module": "erp-stock",
    "product_version": "erp-7",
    "service": "support",
    "project": "rollout",
    "type": "problem",
    "priority": "high",
    "priority_rank": 3,
    "urgency": "today",
    "area": "north",
    "origin": "mail",
    "agreement": "gold",
}
WORKING: dict[str, Any] = {"team": "desk", "responsible": "luis", "assignee": "zoë"}

CLOCK = Clock(
    kind="resolution", state="paused", policy="gold", calendar=HASH, tz="2026c", target=timedelta(hours=8), amber=80,
    pauses=False, started_at=AT, as_of=AT, elapsed=timedelta(hours=9), due_at=AT, breach_at=AT, warn_at=AT,
    warned_at=AT, breached_at=AT, stopped_at=AT, passed=50, next_percent=100, next_at=AT, uncertain=True,
)  # fmt: skip
LEDGER = (
    Hold(kind="pause", from_at=AT, to_at=AT + timedelta(hours=1)),
    Hold(kind="done", from_at=AT + timedelta(days=1)),
)
PLAIN_CLOCK_EVENTS = (
    ClockStarted, ClockPaused, ClockResumed, ClockStopped, ClockWarned, ClockBreached, ClockRemoved,
)  # fmt: skip

EVENTS: tuple[Event, ...] = (
    TicketOpened(
        at=AT, actor="ana", number=17, rules_hash=HASH, subject="¿No arranca? 😀", state="new", category="new",
        waiting_on="support", customer="acme", contact="ana", timers=TIMERS, description=REF, answers=REF,
        levels=HASH, pausing=True, imported_at=AT, files=FILES,
        **CLASSIFIED, **WORKING,
    ),
    Replied(at=AT, actor="luis", side="staff", message=REF, waiting_on="customer", pausing=True, files=FILES),
    NoteAdded(at=AT, actor="luis", note=REF, files=FILES),
    StateChanged(
        at=AT, actor="luis", action="cancel", source="working", state="cancelled", category="closed",
        outcome="cancelled", waiting_on="external", timers=TIMERS, comment=REF, internal=REF, reason="duplicate",
        side="staff", pausing=True, files=FILES,
    ),
    TicketAssigned(at=AT, actor="luis", **WORKING),
    Triaged(at=AT, actor="luis", **CLASSIFIED),
    TimerRefused(at=AT, actor="system", action="expire", reasons=("guard", "the priority is not high")),
    DeadlineSet(at=AT, actor="luis", clock=CLOCK),
    Retargeted(at=AT, actor="luis", levels=HASH, pausing=True),
    ArticleCited(at=AT, actor="luis", article="reset", solved=False),
    *(kind(at=AT, actor="system", clock=CLOCK) for kind in PLAIN_CLOCK_EVENTS),
    ClockRetargeted(at=AT, actor="luis", clock=CLOCK, how="prorate"),
    Escalated(at=AT, actor="system", clock=CLOCK, percent=150),
)  # fmt: skip

ARTICLE = Article(
    id="reset", title="Cómo restablecer", body="# Pasos\n\n1. *Uno* 😀", language="es", visibility="customer",
    customer="acme", category="access", products={"erp", "crm"}, services={"support", "hosting"},
    tags={"año nuevo", "acceso"}, translation_of="reset-en", state="retired", version=3, author="luis", origin=TICKET,
    published_at=AT, review_at=AT + timedelta(days=365), updated_at=AT + timedelta(days=1),
)  # fmt: skip
RECORDS: tuple[Record, ...] = (
    Customer(id="acme", name="ACME, S.A.", agreement="gold", active=False),
    Contact(
        id="ana", name="Ana Núñez", customers={"beta", "acme"}, email="ana@acme.example", phone="+34 600 000 000",
        locale="es", active=False,
    ),
    Agreement(
        id="gold-2026", name="Gold", customer="acme", starts_at=AT, ends_at=AT + timedelta(days=365), on_hold=True,
        active=False,
    ),
    Agent(
        id="luis", name="Luis", email="luis@desk.example", phone="600", locale="es-CO", skills={"stock", "accounts"},
        active=False,
    ),
    Team(id="desk", name="Desk", members=["zoë", "luis"], active=False),
    Product(id="erp", name="ERP", active=False),
    Module(id="erp-stock", name="Stock", product="erp", active=False),
    Version(id="erp-7", name="7.0", product="erp", customers={"beta", "acme"}, active=False),
    Service(id="support", name="Support", customers={"beta", "acme"}, active=False),
    Project(id="rollout", name="Roll-out", customer="acme", active=False),
    Category(id="access", name="Acceso", parent="help", active=False),
    ARTICLE,
)  # fmt: skip

OTHERS: Mapping[str, Any] = {
    "ticket": Ticket(
        id=TICKET, desk="noova", number=17, version=4, rules_hash=HASH, subject="¿No arranca? 😀", state="cancelled",
        category="closed", outcome="cancelled", waiting_on="external", customer="acme", contact="ana", timers=TIMERS,
        opened_at=AT, updated_at=AT + timedelta(days=1), last_reply_at=AT + timedelta(hours=1),
        closed_at=AT + timedelta(days=1), levels=HASH, clocks=(CLOCK,), ledger=LEDGER, responded_at=AT,
        imported_at=AT, solved_by=("reset", "crm-login"),
        unanswered_at=AT, **CLASSIFIED, **WORKING,
    ),
    "content": Content(
        id="c-1", ticket=TICKET, position=2, kind="message", audience="public", author="luis",
        body="Línea uno\n\tlínea dos \"entre comillas\" \\ 😀", salt="00ff" * 8,
    ),
    "receipt": Receipt(
        command_id="cmd-1", digest=HASH, id=TICKET, number=17, version=4, state="cancelled", at=AT
    ),
    "file": File(
        id="f-1", owner="ana", slot="files", name="Captura «1».png", description="Así se ve 😀", type="image/png",
        size=51_234, sha256=HASH, blob=HASH, made_at=AT, expires_at=AT + timedelta(days=1), ticket=TICKET,
    ),
    "revision": Revision(
        article="reset", n=3, at=AT, actor="luis", action="retire", comment="Ya no: «sobra» 😀", form=ARTICLE
    ),
    "reading": Reading(article="reset", person="ana", at=AT, vote=-1),
    "suggestion": Suggestion(
        id="s-1", person="ana", at=AT, articles=("reset", "año"), tickets=(TICKET,), read="reset", ticket=TICKET
    ),
    "outbox_row": OutboxRow(
        id="n-1", ticket=TICKET, position=2, rule="replied", role="contact", recipient="ana", channel="email",
        template="replied", due_at=AT,
    ),
}  # fmt: skip


def samples() -> dict[str, tuple[Any, codec.Document]]:
    """Return every value and its stored form as of today, by the name of its golden file."""
    found: dict[str, tuple[Any, codec.Document]] = {}
    for event in EVENTS:
        name, version, form = codec.dump_event(event)
        found[f"event-{name}-{version}"] = (event, form)
    for record in RECORDS:
        found[f"record-{KIND_OF[type(record)]}"] = (record, codec.dump_record(record)[1])
    for name, value in OTHERS.items():
        found[name] = (value, codec.dump(value))
    return found


def load(name: str, form: codec.Document) -> Any:
    """Return the value that the form in a golden file of this name stands for."""
    what, _, rest = name.partition("-")
    if what == "event":
        event, _, version = rest.rpartition("-")
        return codec.load_event(event, int(version), form)
    if what == "record":
        return codec.load_record(rest, form)
    return codec.load(PLAIN[name], form)
