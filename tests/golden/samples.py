"""
What the golden files were made from: one value of everything that is stored, with every field filled in.

A file is called after what it holds: ``event-replied-1``, ``record-customer``, ``ticket``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from supportcore.knowledge.article import Article, Category, Reading, Revision, Suggestion
from supportcore.people.agents import Agent, Team
from supportcore.people.credentials import Account, Invitation, UserName
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.people.preferences import Preferences
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.sla.clocks import Clock
from supportcore.sla.ledger import Hold
from supportcore.storage import codec
from supportcore.storage.ports import KIND_OF, Record
from supportcore.tickets.bonds import Approval, Follower, Link, Vote
from supportcore.tickets.commands import OutboxRow, Receipt
from supportcore.tickets.events import (
    ApprovalAsked,
    ApprovalWithdrawn,
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
    Followed,
    Linked,
    Merged,
    MergedFrom,
    Moved,
    NoteAdded,
    Rated,
    Replied,
    Retargeted,
    StateChanged,
    Tagged,
    TicketAssigned,
    TicketOpened,
    TimerRefused,
    Triaged,
    Unfollowed,
    Unlinked,
    Voted,
)
from supportcore.tickets.files import File
from supportcore.tickets.ticket import Ticket, Timer

FOLDER = Path(__file__).parent
PLAIN: Mapping[str, type[Any]] = {
    "ticket": Ticket, "content": Content, "receipt": Receipt, "outbox_row": OutboxRow, "file": File,
    "revision": Revision, "reading": Reading, "suggestion": Suggestion,
    "account": Account, "user_name": UserName, "invitation": Invitation,
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
    "reference": "ZD-0042/ñ",
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
OTHER = "6a0e3f1d-6a52-4f6e-9a55-8a100d6f3c1c"
ASKED = Approval(key="board", voters=("ana", "luis", "zoë"), needed=2)
VOTES = (Vote(person="zoë", verdict="approve"), Vote(person="luis", verdict="reject"))
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
        side="staff", pausing=True, files=FILES, confirmed=False, rating=0,
    ),
    TicketAssigned(at=AT, actor="luis", **WORKING),
    Triaged(at=AT, actor="luis", **CLASSIFIED),
    TimerRefused(at=AT, actor="system", action="expire", reasons=("guard", "the priority is not high")),
    DeadlineSet(at=AT, actor="luis", clock=CLOCK),
    Retargeted(at=AT, actor="luis", levels=HASH, pausing=True),
    Moved(
        at=AT, actor="luis", rules_hash=HASH, source="working", state="cancelled", category="closed",
        outcome="cancelled", waiting_on="external", priority_rank=2, timers=TIMERS, pausing=True,
    ),
    ArticleCited(at=AT, actor="luis", article="reset", solved=False),
    *(kind(at=AT, actor="system", clock=CLOCK) for kind in PLAIN_CLOCK_EVENTS),
    ClockRetargeted(at=AT, actor="luis", clock=CLOCK, how="prorate"),
    Escalated(at=AT, actor="system", clock=CLOCK, percent=150),
    Rated(at=AT, actor="ana", rating=4, comment=REF),
    ApprovalAsked(at=AT, actor="ana", approval=ASKED),
    ApprovalWithdrawn(at=AT, actor="luis", approval="board"),
    Voted(at=AT, actor="zoë", approval="board", verdict="reject", internal=REF, decided="rejected"),
    Tagged(at=AT, actor="luis", tags=("año", "vip")),
    Followed(at=AT, actor="luis", person="zoë", roles=("agent", "boss")),
    Unfollowed(at=AT, actor="luis", person="zoë"),
    Linked(at=AT, actor="luis", kind="blocked_by", other=OTHER),
    Unlinked(at=AT, actor="luis", kind="parent", other=OTHER),
    Merged(at=AT, actor="luis", into=OTHER, number=16),
    MergedFrom(at=AT, actor="luis", ticket=TICKET, number=17),
)  # fmt: skip

ARTICLE = Article(
    id="reset", title="Cómo restablecer", body="# Pasos\n\n1. *Uno* 😀", language="es", visibility="customer",
    customer="acme", category="access", products={"erp", "crm"}, services={"support", "hosting"},
    tags={"año nuevo", "acceso"}, translation_of="reset-en", state="retired", version=3, author="luis", origin=TICKET,
    published_at=AT, review_at=AT + timedelta(days=365), updated_at=AT + timedelta(days=1),
)  # fmt: skip
RECORDS: tuple[Record, ...] = (
    Customer(id="acme", name="ACME, S.A.", agreement="gold", main_contact="luis", active=False),
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
    Preferences(
        id="ana", first_name="Ana", last_name="Núñez", position="Compras", phone="+34 600 000 000", avatar="f-1",
        locale="es", zone="Europe/Madrid", email_notices=False, reading_direction="rtl", visual_mode="dark",
        active=False,
    ),
)  # fmt: skip

OTHERS: Mapping[str, Any] = {
    "ticket": Ticket(
        id=TICKET, desk="noova", number=17, version=4, rules_hash=HASH, subject="¿No arranca? 😀", state="cancelled",
        category="closed", outcome="cancelled", waiting_on="external", customer="acme", contact="ana", timers=TIMERS,
        opened_at=AT, updated_at=AT + timedelta(days=1), last_reply_at=AT + timedelta(hours=1),
        closed_at=AT + timedelta(days=1), levels=HASH, clocks=(CLOCK,), ledger=LEDGER, responded_at=AT,
        imported_at=AT, solved_by=("reset", "crm-login"), reassigned=True, confirmed=True, rating=0, rated=True,
        worded=True,
        approvals=(attrs.evolve(ASKED, votes=VOTES, decided="approved"),), tags=("año", "vip"),
        followers=(Follower(person="zoë", roles=("agent", "boss")),),
        links=(Link(kind="child", ticket=OTHER), Link(kind="related", ticket=TICKET)), merged_into=OTHER,
        merged=(TICKET,),
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
    "account": Account(
        id="ana", user_name="Ana.Núñez", hash="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g", changed_at=AT,
        failures=7, locked_until=AT + timedelta(hours=1), must_change=True, invitation=HASH, invitations=(HASH,),
    ),
    "user_name": UserName(id="ana.núñez", person="ana"),
    "invitation": Invitation(id=HASH, person="ana", expires_at=AT + timedelta(days=7), used_at=AT),
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
