"""Every entry of a desk, page by page, and into another desk again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from supportcore.knowledge.article import Reading, Readings
from supportcore.knowledge.postings import ARTICLES, Found, Hit, Search
from supportcore.people.customers import Customer
from supportcore.products import Product
from supportcore.storage.ports import ENTRY_KINDS, Conflict, Entry, Steps
from supportcore.testing.conformance.samples import (
    content,
    draft,
    noted_ticket,
    notice,
    opened_ticket,
    revising,
    suggested,
    taking,
)
from supportcore.tickets.commands import Decision
from supportcore.tickets.ticket import Timer
from supportcore_mongo import MongoStore
from tests.mongo.samples import NOON, one, opening

pytestmark = pytest.mark.store("mongodb")


def _fill(ledger: Any, desk: str) -> Steps[None]:
    for number, ticket_id in enumerate(("T", "a", "t", "á"), start=1):
        decision = attrs.evolve(
            opening(desk, ticket_id, number),
            contents=tuple(content(ticket_id, name, position) for position in (1, 2, 10) for name in "ba"),
            outbox=(notice(f"row-{ticket_id}"),),
        )
        yield from ledger.save(decision)
        yield from ledger.save(noted_ticket(decision.changes[0].ticket, f"note-{ticket_id}"))
    for record in (Customer(id="a", name="A"), Customer(id="B", name="B"), Product(id="a", name="A")):
        yield from ledger.put_record(record)
    for rules_hash in ("1" * 64, "0" * 64):
        yield from ledger.put_rules(rules_hash, f"{{{rules_hash}}}")
    for ticket_id in ("a", "á"):
        yield from ledger.park(ticket_id, until=NOON + timedelta(milliseconds=1), error="ñ")
    for digest in ("0" * 64, "f" * 64):
        for n in (0, 1, 10, 2):
            yield from ledger.put_chunk(digest, n, bytes([n]) * 3)
    yield from ledger.finish_blob("f" * 64, 12)
    yield from ledger.next_numbers(7)
    leases = yield from ledger.claim(now=NOON + timedelta(days=9999), until=NOON, token="w", limit=2)
    yield from ledger.settle(leases[0].row.id, token="w", sent_at=NOON, retry_at=None)
    for file_id in ("F", "f", "é"):
        yield from ledger.put_draft(draft(file_id))
    yield from ledger.save(taking("a", draft("f")))
    yield from ledger.mark_read("ana", ["row-a", "row-T"], NOON)
    yield from ledger.mark_read("Ana", ["row-t"], NOON + timedelta(milliseconds=1))
    for article, n in (("a", 9), ("a", 10), ("B", 1), ("ñ", 2)):
        yield from ledger.save(revising(article, n))
    for article, person, vote in (("a", "ana", 1), ("a", "Ana", 0), ("B", "ana", -1)):
        yield from ledger.put_reading(Reading(article=article, person=person, at=NOON, vote=vote))
    for name in ("s", "S"):
        yield from ledger.put_suggestion(suggested(name))


def _walk(store: MongoStore, ledger: Any, kind: str, limit: int) -> list[Entry]:
    met: list[Entry] = []
    while page := one(store, ledger.entries(kind, after=met[-1].key if met else None, limit=limit)):
        assert len(page) <= limit
        met.extend(page)
    return met


def _all(store: MongoStore, ledger: Any, limit: int = 100) -> dict[str, list[Entry]]:
    return {kind: _walk(store, ledger, kind, limit) for kind in ENTRY_KINDS}


def _moved(entries: Sequence[Entry], desk: str) -> list[Entry]:
    """Return entries as another desk has them: the form of a ticket holds its desk."""
    return [attrs.evolve(e, form={**e.form, "desk": desk}) if e.kind == "ticket" else e for e in entries]


@pytest.fixture
def filled(store: MongoStore, desk: str) -> Any:
    """
    A desk that holds several of everything; its neighbours in the order of keys hold some, too.
    """
    for neighbour in (f"{desk}-", desk[:-1]):
        one(store, store.ledger(neighbour).put_chunk("5" * 64, 0, b"other"))
        one(store, store.ledger(neighbour).finish_blob("5" * 64, 5))
        one(store, store.ledger(neighbour).put_rules("5" * 64, "other"))
    ledger = store.ledger(desk)
    one(store, _fill(ledger, desk))
    one(store, ledger.number_events(5))
    return ledger


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_hold_every_entry_once_by_key(store: MongoStore, filled: Any, limit: int) -> None:
    """However long the pages, all entries of a kind come once, by their keys in the order of bytes and numbers."""
    whole = _all(store, filled)
    assert whole == _all(store, filled, limit)
    counts = {kind: len(entries) for kind, entries in whole.items()}
    assert counts == {
        "rules": 2, "record": 6, "counter": 2, "ticket": 4, "event": 8, "content": 24, "receipt": 4, "outbox": 4,
        "parked": 2, "blob": 1, "chunk": 8, "file": 3, "read": 3, "revision": 4, "reading": 3, "suggestion": 2,
            "posting": 3,
    }  # fmt: skip
    for kind, entries in whole.items():
        keys = [entry.key for entry in entries]
        assert sorted(keys, key=lambda key: [k.encode() if isinstance(k, str) else k for k in key]) == keys
        assert keys[-1] == one(store, filled.last_entry(kind))
        assert len(ENTRY_KINDS[kind]) == len(keys[0])
    assert [0, 0, 0] == sorted(entry.form["sequence"] for entry in whole["event"])[:3]


def test_what_is_put_is_what_was_there(store: MongoStore, filled: Any, desk: str) -> None:
    """Entries put into another desk are there in the same form, and are the same things."""
    other = store.ledger(f"{desk}-copy")
    for kind, entries in _all(store, filled).items():
        moved = _moved(entries, f"{desk}-copy")
        one(store, other.put_entries(moved))
        assert moved == _walk(store, other, kind, 2)
    assert 2 == one(store, other.parked("a")) + one(store, other.parked("á"))
    assert [1, 2] == [e.position for e in one(store, other.history("a"))]
    assert 8 == one(store, other.next_numbers())
    assert 3 == one(store, other.number_events(100))
    assert list(range(1, 9)) == [e.sequence for e in one(store, other.feed(0, 100))]
    assert (draft("F"), draft("é")) == one(store, other.drafts("ana", limit=9))
    assert {"row-a"} == one(store, other.read_notices("ana", ["row-a", "row-t"]))
    assert {"a": Readings(2, 1, 0), "B": Readings(1, 0, 1)} == one(store, other.readings(["a", "B", "ñ"]))
    found = one(store, other.search(Search(kind=ARTICLES, weights=(("n:10", 3), ("n:1", 2)))))
    assert Found((Hit("a", 12), Hit("B", 8)), 2) == found
    columns = one(store, other.stored_columns("a"))
    assert dict(other.expected_columns(one(store, other.ticket("a")))) == columns


def test_an_entry_is_put_once(store: MongoStore, filled: Any) -> None:
    """Of every kind, what is there already is a conflict, and nothing of its page is kept."""
    before = _all(store, filled)
    for kind, entries in before.items():
        with pytest.raises(Conflict):
            one(store, filled.put_entries(entries))
        assert entries == _walk(store, filled, kind, 100)
    one(store, filled.put_entries([]))


@pytest.mark.parametrize("order", [("ticket", "parked"), ("parked", "ticket")])
def test_a_ticket_is_put_parked(store: MongoStore, desk: str, order: tuple[str, str]) -> None:
    """Whichever of ticket and parking is put first, the ticket is left out of what is due until then."""
    ledger, other = store.ledger(desk), store.ledger(f"{desk}-copy")
    (change,) = opening(desk, "t1", 1).changes
    timer = Timer(action="close", due_at=NOON)
    waking = attrs.evolve(change, ticket=attrs.evolve(change.ticket, timers=(timer,)))
    one(store, ledger.save(Decision(changes=(waking,))))
    until = NOON + timedelta(hours=1)
    one(store, ledger.park("t1", until=until, error=""))
    for kind in order:
        one(store, other.put_entries(_moved(one(store, ledger.entries(kind, after=None, limit=9)), f"{desk}-copy")))
    for each in (ledger, other):
        assert ((), ("t1",)) == (one(store, each.due(NOON, 9)), one(store, each.due(until, 9)))
    one(store, other.unpark("t1"))
    assert (("t1",), 0) == (one(store, other.due(NOON, 9)), one(store, other.parked("t1")))


def test_an_empty_desk_has_no_entries(store: MongoStore, desk: str) -> None:
    """Nothing kept, nothing found."""
    ledger = store.ledger(desk)
    assert {(): None} == {
        one(store, ledger.entries(kind, after=None, limit=9)): one(store, ledger.last_entry(kind))
        for kind in ENTRY_KINDS
    }
    one(store, ledger.save(opened_ticket(desk)))
    assert ("t1",) == one(store, ledger.last_entry("ticket"))
