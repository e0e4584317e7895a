"""Small real values, what a desk shows of itself, and desks with something on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from supportcore.knowledge.article import Article, Revision, Suggestion
from supportcore.knowledge.postings import ARTICLES, TICKETS, Indexing, Posting, Search
from supportcore.people.credentials import Invitation
from supportcore.predicate import ALWAYS, Predicate
from supportcore.products import Product
from supportcore.storage.ports import (
    ENTRY_KINDS,
    RECORD_KINDS,
    Entry,
    Ledger,
    Query,
    Steps,
    Store,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import fresh_desk, read, write
from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, ContentRef, NoteAdded, Recorded, TicketOpened
from supportcore.tickets.evolve import evolve, fold, opened
from supportcore.tickets.files import File, taken
from supportcore.tickets.ticket import Ticket, Timer

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HASH = "0" * 64


def opening(number: int = 1, **over: Any) -> TicketOpened:
    """Return the opening of a dull ticket."""
    fields = {"at": AT, "actor": "ana", "rules_hash": HASH, "subject": "", "state": "new", "category": "new"}
    return TicketOpened(**{**fields, "number": number, **over})


def opened_ticket(desk: str, ticket_id: str = "t1", number: int = 1, **over: Any) -> Decision:
    """Return the decision that opens a dull ticket."""
    event = opening(number, **over)
    recorded = Recorded(ticket=ticket_id, position=1, command_id=f"open-{ticket_id}", event=event, recorded_at=AT)
    return Decision(changes=(Change(before=0, ticket=opened(desk, ticket_id, event), recorded=(recorded,)),))


def noted_ticket(ticket: Ticket, command_id: str = "note", author: str = "luis") -> Decision:
    """Return the decision that adds a note to a ticket as it is."""
    event = NoteAdded(at=ticket.updated_at, actor=author, note=ContentRef(id=command_id, digest=HASH))
    after = evolve(ticket, event)
    recorded = Recorded(ticket=ticket.id, position=after.version, command_id=command_id, event=event, recorded_at=AT)
    return Decision(changes=(Change(before=ticket.version, ticket=after, recorded=(recorded,)),))


def given_receipt(ticket: Ticket, command_id: str = "c1") -> Receipt:
    """Return the receipt of a command that left a ticket as it is."""
    return Receipt(
        command_id=command_id, digest=HASH, id=ticket.id, number=ticket.number, version=ticket.version,
        state=ticket.state, at=ticket.updated_at,
    )  # fmt: skip


def content(ticket_id: str = "t1", content_id: str = "n1", position: int = 1, body: str = "text") -> Content:
    """Return a dull content record."""
    return Content(
        id=content_id, ticket=ticket_id, position=position, kind="message", audience="public", author="ana",
        body=body, salt="00",
    )  # fmt: skip


def notice(row_id: str = "r1", due_at: datetime = AT, **over: Any) -> OutboxRow:
    """Return a dull notice."""
    fields = {"ticket": "t1", "position": 1, "rule": "opened", "role": "contact", "recipient": "ana"}
    return OutboxRow(**{**fields, "id": row_id, "due_at": due_at, "channel": "email", "template": "opened", **over})


def draft(file_id: str = "f1", **over: Any) -> File:
    """Return a dull draft."""
    fields: dict[str, Any] = {
        "id": file_id,
        "owner": "ana",
        "slot": "files",
        "name": "a.txt",
        "description": "what it shows",
    }
    fields |= {"type": "text/plain", "size": 5, "sha256": HASH, "blob": HASH, "made_at": AT}
    return File(**{**fields, "expires_at": AT + timedelta(days=1), **over})


def taking(ticket_id: str, *files: File) -> Decision:
    """Return the decision by which a ticket takes drafts, and nothing else."""
    return Decision(files=tuple(taken(file, ticket_id) for file in files))


def revising(article_id: str = "a1", n: int = 1, **over: Any) -> Decision:
    """Return the decision that makes version *n* of a dull article, which is found by its number from then on."""
    article = Article(**{"id": article_id, "title": "", "version": n, "updated_at": AT, **over})
    revision = Revision(article=article_id, n=n, at=AT, actor="luis", action="revise", form=article)
    add, drop = (Posting(f"n:{number}", article_id, 1, "public") for number in (n, n - 1))
    indexing = Indexing(kind=ARTICLES, add=(add,), drop=(drop,))
    return Decision(articles=((article, revision),), indexing=(indexing,))


def suggested(suggestion_id: str = "s1", **over: Any) -> Suggestion:
    """Return a suggestion of an article."""
    return Suggestion(**{"id": suggestion_id, "person": "ana", "at": AT, "articles": ("a1",), **over})


def everything(desk: str, ticket_id: str = "t1", number: int = 1) -> Decision:
    """Return a decision with one of everything that a decision can hold but files, which have to be there before."""
    decision = opened_ticket(desk, ticket_id, number, timers=(Timer(action="expire", due_at=AT),))
    return attrs.evolve(
        decision,
        contents=(content(ticket_id),),
        outbox=(notice(f"row-of-{ticket_id}", ticket=ticket_id),),
        receipt=given_receipt(decision.changes[0].ticket, f"open-{ticket_id}"),
    )


def save_all(ledger: Ledger, tickets: Iterable[Ticket]) -> Steps[None]:
    """Save tickets as they are, each with one event."""
    recorded_at = AT
    changes = tuple(
        Change(
            before=0,
            ticket=ticket,
            recorded=(
                Recorded(
                    ticket=ticket.id,
                    position=ticket.version,
                    command_id="import",
                    event=opening(ticket.number),
                    recorded_at=recorded_at,
                ),
            ),
        )
        for ticket in tickets
    )
    yield from ledger.save(Decision(changes=changes))


def stored(recorded: Iterable[Recorded]) -> list[Recorded]:
    """Return events without the sequence, which only the store can give."""
    return [attrs.evolve(one, sequence=0) for one in recorded]


def contents_of(ledger: Ledger) -> Steps[dict[str, Any]]:
    """Return all that a desk shows of itself, by every way of reading there is."""
    ids = yield from ledger.ticket_ids("", 1000)
    shown: dict[str, Any] = {"ids": ids}
    for ticket_id in ids:
        ticket = yield from ledger.ticket(ticket_id)
        assert ticket is not None
        shown[f"ticket {ticket_id}"] = ticket
        shown[f"number {ticket.number}"] = found = yield from ledger.ticket_by_number(ticket.number)
        assert ticket == found
        shown[f"columns {ticket_id}"] = yield from ledger.stored_columns(ticket_id)
        shown[f"history {ticket_id}"] = stored((yield from ledger.history(ticket_id)))
        shown[f"contents {ticket_id}"] = yield from ledger.contents(ticket_id)
        shown[f"parked {ticket_id}"] = yield from ledger.parked(ticket_id)
    shown["list"] = yield from ledger.find(Query(limit=1000))
    shown["count"] = yield from ledger.count(ALWAYS)
    shown["by state"] = dict((yield from ledger.count_by(ALWAYS, "state")))
    shown["due"] = yield from ledger.due(strategies.LAST_INSTANT, 1000)
    shown["feed"] = stored((yield from ledger.feed(0, 1000)))
    shown["outbox"] = notices((yield from ledger.outbox_counts()))
    shown["inbox"] = yield from ledger.inbox("ana", ("desk",), channel="email", limit=1000)
    shown["unread"] = frozenset(row.id for row in shown["inbox"]) - (
        yield from ledger.read_notices("ana", [row.id for row in shown["inbox"]])
    )
    shown["drafts"] = yield from ledger.drafts("ana", limit=1000)
    shown["expired"] = yield from ledger.expired_drafts(strategies.LAST_INSTANT, limit=1000)
    file_ids = [str(entry.key[0]) for entry in (yield from entries_of(ledger, "file"))]
    shown["files"] = yield from ledger.files(file_ids)
    for kind in RECORD_KINDS:
        shown[kind] = yield from ledger.records_of(kind, limit=1000)
    yield from _knowledge_of(ledger, shown)
    return shown


def _knowledge_of(ledger: Ledger, shown: dict[str, Any]) -> Steps[None]:
    """Add to *shown* what is kept of the articles, and what the index has."""
    for article in shown["article"]:
        shown[f"revisions {article.id}"] = yield from ledger.revisions(article.id)
        shown[f"translations {article.id}"] = yield from ledger.translations(article.id)
    shown["readings"] = dict((yield from ledger.readings([article.id for article in shown["article"]])))
    for entry in (yield from entries_of(ledger, "suggestion")):
        shown[f"suggestion {entry.key[0]}"] = yield from ledger.suggestion(str(entry.key[0]))
    shown["deflection"] = yield from ledger.deflection(AT - timedelta(days=1), strategies.LAST_INSTANT)
    postings = yield from entries_of(ledger, "posting")
    terms = {kind: tuple({str(one.key[1]) for one in postings if one.key[0] == kind}) for kind in (ARTICLES, TICKETS)}
    for kind, some in terms.items():
        shown[f"frequencies of {kind}s"] = dict((yield from ledger.frequencies(kind, some)))
        weights = tuple((term, 1) for term in sorted(some)[:60])
        shown[f"search of {kind}s"] = yield from ledger.search(Search(kind=kind, weights=weights, limit=1000))


def entries_of(ledger: Ledger, kind: str, limit: int = 1000) -> Steps[list[Entry]]:
    """Return all entries of a kind, read up to *limit* at a time."""
    found: list[Entry] = []
    while some := (yield from ledger.entries(kind, after=found[-1].key if found else None, limit=limit)):
        assert not found or some[0].key != found[-1].key, "an entry comes twice"
        found.extend(some)
    return found


def everything_kept(ledger: Ledger) -> Steps[dict[str, Any]]:
    """Return all that is kept of a desk, without its name and without the places in its feed."""
    kept: dict[str, Any] = {}
    for kind in ENTRY_KINDS:
        for entry in (yield from entries_of(ledger, kind)):
            form = {name: value for name, value in entry.form.items() if (kind, name) not in _OF_THE_DESK}
            if (kind, entry.key) != ("counter", ("feed",)):
                kept[f"{kind} {entry.key}"] = form
    return kept


_OF_THE_DESK = {("ticket", "desk"), ("event", "sequence")}


def notices(counts: Mapping[str, int]) -> tuple[int, int, int]:
    """Return how many notices are pending, sent and dead."""
    return counts.get("pending", 0), counts.get("sent", 0), counts.get("dead", 0)


def moved_to(decision: Decision, desk: str, ticket_id: str | None = None, number: int | None = None) -> Decision:
    """Return a decision as that of another desk, and of another ticket if one is named."""
    (change,) = decision.changes
    recorded = change.recorded
    if ticket_id is not None:
        recorded = tuple(attrs.evolve(one, ticket=ticket_id) for one in recorded)
    if number is not None:
        first: Any = recorded[0].event
        recorded = (attrs.evolve(recorded[0], event=attrs.evolve(first, number=number)), *recorded[1:])
    moved = attrs.evolve(change, ticket=fold(desk, recorded), recorded=recorded)
    return attrs.evolve(decision, changes=(moved,))


def fresh_ticket(store: Store, **over: Any) -> tuple[Ledger, Ticket]:
    """Open a dull ticket on a fresh desk."""
    desk = fresh_desk()
    ledger = store.ledger(desk)
    decision = opened_ticket(desk, **over)
    write(store, ledger.save(decision))
    return ledger, decision.changes[0].ticket


def two_tickets(store: Store, *, customer: str, other: str | None = None) -> tuple[Ledger, Ticket, Ticket]:
    """Open two tickets on a fresh desk, of a customer and of another or none."""
    ledger, first = fresh_ticket(store, customer=customer)
    decision = opened_ticket(first.desk, "t2", 2, customer=other)
    write(store, ledger.save(decision))
    return ledger, first, decision.changes[0].ticket


def fresh_crowd(store: Store, crowd: Iterable[Ticket]) -> tuple[Ledger, tuple[Ticket, ...]]:
    """Save tickets on a fresh desk."""
    desk = fresh_desk()
    ledger = store.ledger(desk)
    mine = tuple(attrs.evolve(ticket, desk=desk) for ticket in crowd)
    write(store, save_all(ledger, mine))
    return ledger, mine


def found_by(store: Store, ledger: Ledger, where: Predicate) -> set[Ticket]:
    """Return the tickets that a condition finds, counted too."""
    found = read(store, ledger.find(Query(where=where)))
    assert len(found) == read(store, ledger.count(where))
    return set(found)


def move(store: Store, ledger: Ledger, ticket: Ticket, changes: dict[str, Any]) -> Ticket:
    """Save the next version of a ticket, with other values."""
    moved: Ticket = attrs.evolve(ticket, version=ticket.version + 1, **changes)
    recorded = Recorded(ticket=ticket.id, position=moved.version, command_id="move", event=opening(), recorded_at=AT)
    change = Change(before=ticket.version, ticket=moved, recorded=(recorded,))
    write(store, ledger.save(Decision(changes=(change,))))
    return moved


def begun(store: Store) -> tuple[str, Ledger]:
    """Open ``t1`` with one of everything on a fresh desk, hand in ``f1`` and ``f2``, suggest ``a1``, invite ``ana``."""
    desk = fresh_desk()
    ledger = store.ledger(desk)
    write(store, ledger.save(everything(desk)))
    write(store, ledger.put_record(Product(id="p1", name="One")))
    for file_id in ("f1", "f2"):
        write(store, ledger.put_draft(draft(file_id)))
    write(store, ledger.save(revising()))
    write(store, ledger.put_suggestion(suggested()))
    write(store, ledger.add_credential(Invitation(id="i1", person="ana", expires_at=AT)))
    return desk, ledger
