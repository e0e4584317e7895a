"""Two desks with some of everything that a store keeps, and what they show of themselves."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs

from supportcore import (
    Actor,
    Agent,
    Agreement,
    Contact,
    Customer,
    Definition,
    Desk,
    FrozenClock,
    Module,
    Product,
    Project,
    Service,
    Team,
    Version,
    load_definition,
)
from supportcore.demo import demonstrate
from supportcore.ids import seeded_ids
from supportcore.knowledge.article import Article, Category, Reading, Suggestion
from supportcore.knowledge.postings import ARTICLES, TICKETS, Search
from supportcore.storage.ports import CHUNK, ENTRY_KINDS, RECORD_KINDS, Entry, Ledger, Query, Steps, Store, drive
from supportcore.text import instant_text
from supportcore.tickets.commands import Decision
from supportcore.tickets.files import File, taken

T = TypeVar("T")
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
SMALL: Definition = load_definition(Path(__file__).parents[1] / "desks" / "small.toml")
NOOVA: Definition = load_definition("noova")
ABC = hashlib.sha256(b"abc").hexdigest()
DESKS = ("noova", "old", "small")
"""Of these ``old`` has only what no release reads any more."""
_RECORDS = {
    "customers": [Customer(id="peña", name="Peña & Hijos — 家", agreement="gold")],
    "contacts": [Contact(id="eva", name="Eva Núñez 🎧", customers=frozenset({"peña"}), email="eva@x.example")],
    "agreements": [Agreement(id="gold", name="Oro", customer="peña", ends_at=AT + timedelta(days=999))],
    "agents": [Agent(id="luis", name="Luis Ñandú", skills=frozenset({"ítem", "b"}))],
    "teams": [Team(id="desk", name="Mesa", members=("luis",))],
    "products": [Product(id="p", name="Produktö"), Product(id="q", name="old", active=False)],
    "modules": [Module(id="m", name="Módulo", product="p")],
    "versions": [Version(id="v", name="1.0-β", product="p")],
    "services": [Service(id="s", name="Servicio", customers=frozenset({"peña"}))],
    "projects": [Project(id="j", name="Proyecto", customer="peña")],
    "categories": [Category(id="help", name="Ayuda"), Category(id="ñ", name="Años", parent="help")],
}
_ARTICLES = (
    Article(
        id="wie",
        title="¿Cómo? 🎧",
        body="# Así\n",
        language="es",
        visibility="customer",
        customer="peña",
        category="ñ",
    ),
    Article(id="how", title="How?", language="en", translation_of="wie", products=frozenset({"p"})),
)
EVA = Actor(id="eva", roles={"customer"}, customers={"peña"})
LUIS = Actor(id="luis", roles={"agent"})


def read(store: Store, steps: Steps[T]) -> T:
    """Execute steps in a transaction that reads."""
    with store.begin(write=False) as execute:
        return drive(steps, execute)


def write(store: Store, steps: Steps[T]) -> T:
    """Execute steps in a transaction that writes."""
    with store.begin(write=True) as execute:
        return drive(steps, execute)


def small_desk(store: Store, at: datetime = AT, seed: int = 7) -> Desk:
    """Return the small desk; everything it makes up follows from the seed."""
    ids = seeded_ids(seed)
    return Desk(SMALL, store, clock=FrozenClock(at), ids=ids, salts=lambda: ids().replace("-", ""))


def furnish(store: Store) -> None:
    """Put some of everything on two desks of an empty store; the same on every store."""
    demonstrate(NOOVA, store, tickets=5)
    desk = small_desk(store)
    desk.install(**_RECORDS)
    ledger = store.ledger("small")
    desk.catalogue.put(*_ARTICLES)
    desk.catalogue.put(attrs.evolve(_ARTICLES[0], body="# Así es\n\nE-1042"))
    write(store, ledger.put_reading(Reading(article="wie", person="eva", at=AT, vote=1)))
    write(store, ledger.put_reading(Reading(article="wie", person="luis", at=AT + timedelta(milliseconds=1))))
    eva, luis = desk.acting_as(EVA), desk.acting_as(LUIS)
    tickets = [
        eva.open({"subject": f"Straße {number} 🖨", "description": text, "phone": "1"}, command_id=f"öpen-{number}").id
        for number, text in enumerate(("ñ" * 3000, "x", "dos\r\nlíneas\u2028fin", "\U0001f600", "e"), start=1)
    ]
    shown = Suggestion(id="vorher: ü", person="eva", at=AT, articles=("wie",), tickets=(tickets[0],), read="wie")
    write(store, ledger.put_suggestion(shown))
    luis.note(tickets[0], 'interno — "x" \\ /', command_id="note")
    luis.act(tickets[1], "ask", {"comment": "¿Cuándo?"})
    assert len(desk.feed(limit=1000)) > 5  # numbered up to here
    assert desk.deliver(lambda notice: None, limit=2).sent == 2
    eva.reply(tickets[0], "Gracias")
    luis.act(tickets[2], "take")
    later = AT + timedelta(minutes=1)
    claimed = write(store, ledger.claim(now=later, until=later, token="gone", limit=2))
    for lease, retry_at in zip(claimed, (None, AT + timedelta(hours=2)), strict=True):
        write(store, ledger.settle(lease.row.id, token="gone", sent_at=None, retry_at=retry_at, error="línea caída"))
    held = write(store, ledger.claim(now=later, until=AT + timedelta(hours=1), token="held", limit=1))
    assert 1 == len(held)
    for _ in range(2):
        write(store, ledger.park(tickets[1], until=AT + timedelta(days=9), error="Fehler: ü"))
    put_blob(store, ledger, b"\x00\xff" * CHUNK)
    put_blob(store, ledger, b"abc")
    drafts = [draft(f"fichero-{number}", name=name) for number, name in enumerate(("ñ.txt", "家 «1».png", ""))]
    for one in drafts:
        write(store, ledger.put_draft(one))
    write(store, ledger.save(Decision(files=(taken(drafts[1], tickets[0]),))))
    write(store, ledger.mark_read("luis", ["gelesen: ü", "r2"], AT + timedelta(milliseconds=1)))
    write(store, ledger.mark_read("eva", ["r2"], AT))
    write(store, ledger.put_chunk("f" * 64, 0, b"never finished"))
    old = store.ledger("old")
    write(store, old.put_rules("0" * 64, "{}"))
    write(store, old.put_entries([old_event("t1", 1, sequence=1), old_event("t1", 2), old_event("é", 1)]))


def put_blob(store: Store, ledger: Ledger, data: bytes) -> None:
    """Store a file."""
    sha256 = hashlib.sha256(data).hexdigest()
    for n, start in enumerate(range(0, len(data), CHUNK)):
        write(store, ledger.put_chunk(sha256, n, data[start : start + CHUNK]))
    write(store, ledger.finish_blob(sha256, len(data)))


def draft(file_id: str, *, name: str) -> File:
    """Return a draft of Eva's, whose bytes are kept."""
    return File(
        id=file_id,
        owner="eva",
        slot="files",
        name=name,
        description="lo que se ve 🖨",
        type="text/plain",
        size=3,
        sha256=ABC,
        blob=ABC,
        made_at=AT,
        expires_at=AT + timedelta(days=99),
    )


def old_event(ticket: str, position: int, sequence: int = 0) -> Entry:
    """Return an event as a release long ago stored it, which this one knows nothing of."""
    form = {"zeta": [1, {"ü": None, "a": 0.5}], "at": "1999-12-31T23:59:59.999+00:00", "alpha": {"b": [], "a": {}}}
    return Entry(
        "event",
        (ticket, position),
        {
            "command_id": "c",
            "name": "opened_of_old",
            "version": 3,
            "form": form,
            "recorded_at": instant_text(AT),
            "sequence": sequence,
        },
    )


def entries_of(store: Store, desk: str) -> dict[str, list[Entry]]:
    """Return all that is kept of a desk."""
    ledger = store.ledger(desk)
    return {kind: list(read(store, ledger.entries(kind, after=None, limit=10_000))) for kind in ENTRY_KINDS}


def shown_by(ledger: Ledger) -> Steps[dict[str, Any]]:
    """Return what a desk shows of itself by every way of reading."""
    ids = yield from ledger.ticket_ids("", 1000)
    shown: dict[str, Any] = {"ids": ids}
    for ticket_id in ids:
        ticket = yield from ledger.ticket(ticket_id)
        assert ticket is not None
        shown[f"ticket {ticket_id}"] = ticket
        shown[f"number {ticket.number}"] = yield from ledger.ticket_by_number(ticket.number)
        shown[f"history {ticket_id}"] = history = yield from ledger.history(ticket_id)
        shown[f"contents {ticket_id}"] = yield from ledger.contents(ticket_id)
        shown[f"parked {ticket_id}"] = yield from ledger.parked(ticket_id)
        shown[f"receipts {ticket_id}"] = yield from ledger.receipts([one.command_id for one in history])
    shown["due"] = yield from ledger.due(AT + timedelta(days=5), 1000)
    shown["fed"] = yield from ledger.feed(0, 1000)
    shown["unnumbered"] = yield from ledger.unnumbered()
    shown["outbox"] = dict((yield from ledger.outbox_counts()))
    shown["inbox"] = yield from ledger.inbox("luis", ("desk",), channel="email", limit=1000)
    shown["read"] = yield from ledger.read_notices("luis", ["gelesen: ü", "r1", "r2"])
    shown["drafts"] = yield from ledger.drafts("eva", limit=1000)
    shown["expired"] = yield from ledger.expired_drafts(AT + timedelta(days=99), limit=1000)
    shown["files"] = yield from ledger.files([f"fichero-{number}" for number in range(4)])
    shown["used"] = yield from ledger.is_blob_used(ABC)
    for kind in RECORD_KINDS:
        shown[kind] = yield from ledger.records_of(kind, limit=1000)
    shown["pages"] = yield from pages(ledger)
    yield from _knowledge(ledger, shown)
    return shown


def _knowledge(ledger: Ledger, shown: dict[str, Any]) -> Steps[None]:
    """Add to *shown* what is kept of articles, and what is found."""
    ids = [article.id for article in shown["article"]]
    for article in ids:
        shown[f"revisions {article}"] = yield from ledger.revisions(article)
        shown[f"translations {article}"] = yield from ledger.translations(article)
    shown["readings"] = dict((yield from ledger.readings(ids)))
    shown["suggestion"] = yield from ledger.suggestion("vorher: ü")
    shown["deflection"] = yield from ledger.deflection(AT, AT + timedelta(days=1))
    weights = (("es:asi", 9), ("en:how", 8), ("#:e-1042", 7), ("#:1", 6), ("#:3", 5), ("^co", 4))
    for kind in (ARTICLES, TICKETS):
        shown[f"found {kind}"] = yield from ledger.search(Search(kind=kind, weights=weights))


def pages(ledger: Ledger) -> Steps[list[Any]]:
    """Return the first page of the list by each key, and counts by each field."""
    found: list[Any] = []
    for sort in ("number", "opened_at", "updated_at", "last_reply_at", "priority_rank", "due_at"):
        found.append((yield from ledger.find(Query(sort=sort, limit=3, descending=False))))
        found.append((yield from ledger.find(Query(sort=sort, limit=3, skip=2))))
    for field in ("category", "customer", "assignee", "is_open"):
        found.append(dict((yield from ledger.count_by(Query().where, field))))
    return found


def goes_on(store: Store) -> dict[str, Any]:
    """Work on at the small desk, and return what came of it."""
    at = AT + timedelta(days=10)
    desk = small_desk(store, at, seed=8)
    eva = desk.acting_as(EVA)
    found: dict[str, Any] = {"feed before": desk.feed(limit=3)}
    cursor = read(store, store.ledger("small").feed(0, 1000))[-1].sequence
    found["again"] = small_desk(store, at, seed=9).acting_as(LUIS).note(*noted(desk), command_id="note")
    found["new"] = eva.open({"subject": "new"})
    due = desk.run_due()
    found["due"] = attrs.asdict(due)
    sent: list[Any] = []
    desk.deliver(sent.append)
    found["sent"] = sorted(sent, key=lambda notice: notice.id)
    fed = desk.feed(cursor, limit=1000)
    found["sequences"] = [one.sequence - cursor for one in fed]
    found["fed"] = {(one.ticket, one.position) for one in fed}
    found["outbox"] = dict(desk.outbox())
    found["findings"] = desk.verify().findings
    return found


def noted(desk: Desk) -> tuple[str, str]:
    """Return the ticket and the text of the note that the small desk has."""
    first = desk.acting_as(LUIS).get(1)
    return first.id, 'interno — "x" \\ /'


def all_entries(store: Store) -> dict[str, dict[str, list[Entry]]]:
    """Return all that is kept of every desk."""
    return {desk: entries_of(store, desk) for desk in read(store, store.desks())}
