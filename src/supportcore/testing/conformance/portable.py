"""What `supportcore.storage.ports.Portable` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.knowledge.article import Reading, Suggestion
from supportcore.knowledge.postings import TICKETS, Indexing, Posting
from supportcore.products import Product
from supportcore.storage import codec
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import ENTRY_KINDS, Conflict, Entry, Key, Ledger, Record, Steps, Store
from supportcore.testing import strategies
from supportcore.testing.conformance.blobs import files, put
from supportcore.testing.conformance.driving import Conformance, fewer, fresh_desk, read, write
from supportcore.testing.conformance.feed import fed
from supportcore.testing.conformance.samples import (
    contents_of,
    draft,
    entries_of,
    everything,
    given_receipt,
    moved_to,
    opened_ticket,
    revising,
    suggested,
    taking,
)
from supportcore.tickets.commands import Decision
from supportcore.tickets.files import File


@attrs.frozen(kw_only=True)
class Kept:
    """What is to be kept of a desk, whatever its name."""

    decisions: tuple[Decision, ...]
    records: tuple[Record, ...] = ()
    rules: str = "{}"
    file: bytes = b""
    claimed: int = 0
    settled: str = "sent"
    parked: int = 0
    numbered: int = 0
    drafts: tuple[File, ...] = ()
    taken: int = 0
    read: tuple[tuple[str, str], ...] = ()
    revised: int = 0
    readings: tuple[Reading, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    postings: tuple[Posting, ...] = ()

    def write(self, store: Store, desk: str) -> Ledger:
        """Write it, step by step, and return the ledger."""
        ledger = store.ledger(desk)
        for number, decision in enumerate(self.decisions, start=1):
            write(store, ledger.next_numbers())
            write(store, ledger.save(_moved(decision, desk, number)))
            if number <= self.numbered:
                fed(store, ledger, 0, 1)
        for record in self.records:
            write(store, ledger.put_record(record))
        write(store, ledger.put_rules("a" * 64, self.rules))
        name = write(store, put(ledger, self.file))
        write(store, put(ledger, b"not finished" + self.file, finish=False))
        for number in range(1, min(self.parked, len(self.decisions)) + 1):
            write(store, ledger.park(f"t{number}", until=_MOMENT, error="ñ" * number))
        if self.claimed:
            claim = ledger.claim(now=strategies.LAST_INSTANT, until=_MOMENT, token="worker", limit=self.claimed)
            sent_at = _MOMENT if self.settled == "sent" else None
            retry_at = _MOMENT + timedelta(milliseconds=1) if self.settled == "again" else None
            for lease in write(store, claim)[1:]:
                settle = ledger.settle(lease.row.id, token="worker", sent_at=sent_at, retry_at=retry_at, error="why")
                assert write(store, settle)
        assert len(self.file) == read(store, ledger.blob(name))
        for place, one in enumerate(self.drafts):
            write(store, ledger.put_draft(one))
            if place < self.taken:
                write(store, ledger.save(taking("t1", one)))
        for place, (person, notice_id) in enumerate(self.read):
            write(store, ledger.mark_read(person, [notice_id], _MOMENT - timedelta(days=place)))
        self._write_knowledge(store, ledger)
        return ledger

    def _write_knowledge(self, store: Store, ledger: Ledger) -> None:
        for n in range(1, self.revised + 1):
            original = "a0" if n % 2 else None
            write(store, ledger.save(revising("a1", n, title="ñ" * n, translation_of=original)))
        for reading in self.readings:
            write(store, ledger.put_reading(reading))
        for suggestion in self.suggestions:
            write(store, ledger.put_suggestion(suggestion))
        write(store, ledger.save(Decision(indexing=(Indexing(kind=TICKETS, add=self.postings),))))


_KINDS = ("agent", "customer", "product")
_TEXT = "2026-03-02T09:00:00.000Z"
_RECORDS = (Product(id="p1", name="One"), Product(id="p2", name="Two"))
_MOMENT = strategies.LAST_INSTANT - timedelta(days=1, milliseconds=1)


def _moved(decision: Decision, desk: str, number: int) -> Decision:
    moved = moved_to(decision, desk, f"t{number}", number)
    contents = tuple(attrs.evolve(one, ticket=f"t{number}") for one in moved.contents)
    rows = tuple(attrs.evolve(one, id=f"{number}{place}") for place, one in enumerate(moved.outbox))
    receipt: Any = moved.receipt
    if receipt is not None:
        receipt = attrs.evolve(receipt, command_id=f"{number}{receipt.command_id}"[:60])
    return attrs.evolve(moved, contents=contents, outbox=rows, receipt=receipt)


def desks_kept() -> st.SearchStrategy[Kept]:
    """Return what desks can hold."""
    few = st.integers(0, 3)
    return st.builds(
        Kept,
        decisions=st.lists(strategies.decisions(), max_size=3).map(tuple),
        records=st.lists(strategies.records(), max_size=4).map(tuple),
        rules=strategies.bodies(),
        file=files(),
        claimed=few,
        settled=st.sampled_from(("sent", "again", "dead")),
        parked=few,
        numbered=few,
        drafts=st.lists(strategies.files(draft=True), max_size=3, unique_by=lambda one: one.id).map(tuple),
        taken=few,
        read=st.lists(st.tuples(strategies.host_ids(), strategies.host_ids()), max_size=3).map(tuple),
        revised=few,
        readings=st.lists(strategies.readings(), max_size=3).map(tuple),
        suggestions=st.lists(strategies.suggestions(), max_size=3).map(tuple),
        postings=st.lists(strategies.postings(), max_size=3, unique_by=lambda one: one.record).map(tuple),
    )


def every_entry(ledger: Ledger) -> Steps[dict[str, list[Entry]]]:
    """Return all entries of a desk, by kind."""
    found = {}
    for kind in ENTRY_KINDS:
        found[kind] = yield from entries_of(ledger, kind)
    return found


def as_of_desk(entries: list[Entry], desk: str) -> list[Entry]:
    """Return entries as those of another desk; only tickets name theirs."""
    return [attrs.evolve(one, form={**one.form, "desk": desk}) if one.kind == "ticket" else one for one in entries]


def in_bytes(key: Key) -> tuple[Any, ...]:
    """Return what keys are ordered by."""
    return tuple(part.encode() if isinstance(part, str) else part for part in key)


class PortableConformance(Conformance):
    """What `supportcore.storage.ports.Portable` promises."""

    @fewer(3)
    @given(kept=desks_kept())
    def test_a_desk_moves_entry_by_entry(self, store: Store, kept: Kept) -> None:
        """What is read entry by entry and put into another desk is that desk; forms go through JSON unchanged."""
        desk, other = fresh_desk(), fresh_desk()
        here, there = kept.write(store, desk), store.ledger(other)
        for entries in read(store, every_entry(here)).values():
            text = json.dumps([[one.kind, one.key, one.form] for one in entries], allow_nan=False)
            parsed = [Entry(kind, tuple(key), form) for kind, key, form in json.loads(text)]
            assert entries == parsed
            write(store, there.put_entries(as_of_desk(parsed, other)))
        moved = read(store, every_entry(there))
        for kind, entries in read(store, every_entry(here)).items():
            assert as_of_desk(entries, other) == moved[kind]
        show_the_same(store, here, store, there)
        assert write(store, here.next_numbers()) == write(store, there.next_numbers())
        assert [one.sequence for one in fed(store, here, 0, 100)] == [one.sequence for one in fed(store, there, 0, 100)]

    @fewer(3)
    @given(kept=desks_kept())
    def test_forms_are_those_of_every_store(self, store: Store, kept: Kept) -> None:
        """The same desk in the reference store has the same entries, and either store can be filled from the other."""
        memory, desk = MemoryStore(), fresh_desk()
        here, there = kept.write(store, desk), kept.write(memory, desk)
        entries = read(memory, every_entry(there))
        assert entries == read(store, every_entry(here))
        for source, target in ((memory, store), (store, MemoryStore())):
            name = fresh_desk()
            filled = target.ledger(name)
            for kind in ENTRY_KINDS:
                found = read(source, entries_of(source.ledger(desk), kind))
                write(target, filled.put_entries(as_of_desk(found, name)))
            show_the_same(source, source.ledger(desk), target, filled)

    @fewer()
    @given(ids=st.lists(strategies.host_ids(), max_size=8, unique=True), limit=st.integers(1, 4), data=st.data())
    def test_entries_come_by_key(self, store: Store, ids: list[str], limit: int, data: st.DataObject) -> None:
        """Text by its bytes and numbers by their size, whatever the limit and wherever one starts."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        positions = data.draw(st.lists(st.sampled_from([1, 2, 9, 10, 11, 100]), min_size=1, max_size=3, unique=True))
        form = {"command_id": "c", "name": "note_added", "version": 1, "form": {}, "recorded_at": _TEXT, "sequence": 0}
        receipt = codec.dump(given_receipt(opened_ticket(desk).changes[0].ticket))
        made = {
            "receipt": [Entry("receipt", (one,), {**receipt, "command_id": one}) for one in ids],
            "event": [Entry("event", (one, position), form) for one in ids for position in positions],
            "record": [Entry("record", (kind, one), {"id": one, "name": ""}) for one in ids for kind in _KINDS],
            "file": [Entry("file", (one,), codec.dump(draft(one))) for one in ids],
            "read": [Entry("read", (person, one), {"at": _TEXT}) for one in ids for person in ids],
            "revision": [_revision(one, n) for one in ids for n in positions],
            "posting": [
                Entry("posting", (kind, one, scope, "r"), {"impact": 1})
                for one in ids
                for kind in _KINDS
                for scope in ("public", "customer:a")
            ],
        }
        for kind, entries in made.items():
            write(store, ledger.put_entries(entries))
            ordered = sorted(entries, key=lambda one: in_bytes(one.key))
            assert [one.key for one in ordered] == [one.key for one in read(store, entries_of(ledger, kind, limit))]
            assert (ordered[-1].key if ordered else None) == read(store, ledger.last_entry(kind))
            for one in ordered:
                behind = [other.key for other in ordered if in_bytes(other.key) > in_bytes(one.key)][:limit]
                found = read(store, ledger.entries(kind, after=one.key, limit=limit))
                assert behind == [other.key for other in found]

    @pytest.mark.parametrize("kind", ENTRY_KINDS)
    def test_an_entry_is_put_once(self, store: Store, kind: str) -> None:
        """One under a key that is there is a conflict, and of those put with it none is stored."""
        desk, other = fresh_desk(), fresh_desk()
        full = Kept(
            decisions=(everything(desk), everything(desk)), records=_RECORDS, parked=2, file=b"a file",
            drafts=(draft("f1"), draft("f2")), taken=1, read=(("ana", "r1"), ("ana", "r2")), revised=2,
            readings=tuple(Reading(article="a1", person=person, at=_MOMENT, vote=1) for person in ("ana", "eva")),
            suggestions=(suggested("s1"), suggested("s2", ticket="t1")),
            postings=(Posting("a", "t1"), Posting("a", "t2")),
        )  # fmt: skip
        here, there = full.write(store, desk), store.ledger(other)
        entries = as_of_desk(read(store, entries_of(here, kind)), other)
        assert entries
        if kind == "parked":  # only a ticket that is there can be
            write(store, there.put_entries(as_of_desk(read(store, entries_of(here, "ticket")), other)))
        write(store, there.put_entries(entries[-1:]))
        before = read(store, every_entry(there))
        with pytest.raises(Conflict):
            write(store, there.put_entries(entries))
        assert before == read(store, every_entry(there))
        assert entries[-1].key == read(store, there.last_entry(kind))

    def test_nothing_can_be_put(self, store: Store) -> None:
        """No entries are no entries; an empty desk has none of any kind."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.put_entries(()))
        for kind in ENTRY_KINDS:
            assert () == read(store, ledger.entries(kind, after=None, limit=10))
            assert read(store, ledger.last_entry(kind)) is None


def _revision(article: str, n: int) -> Entry:
    """Return the entry of a revision."""
    ((_, revision),) = revising(article, n).articles
    return Entry("revision", (article, n), codec.dump(revision))


def show_the_same(store: Store, here: Ledger, other: Store, there: Ledger) -> None:
    """Check that two desks differ in nothing but their names, by every way of reading there is."""
    shown, also_shown = (_nameless(read(s, contents_of(one))) for s, one in ((store, here), (other, there)))
    assert shown == also_shown


def _nameless(shown: dict[str, Any]) -> dict[str, Any]:
    for name in [name for name in shown if name.startswith("columns ")]:
        del shown[name]  # each store has its own
    for name in [name for name in shown if name.startswith(("ticket ", "number "))]:
        shown[name] = attrs.evolve(shown[name], desk="desk")
    shown["list"] = [attrs.evolve(ticket, desk="desk") for ticket in shown["list"]]
    return shown
