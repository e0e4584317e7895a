"""What `supportcore.storage.ports.Portable` promises of entries that are rewritten where they are."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs
import pytest

from supportcore.knowledge.article import Reading
from supportcore.knowledge.postings import TICKETS, Indexing, Posting
from supportcore.products import Product
from supportcore.storage.ports import ENTRY_KINDS, Key, Ledger, Steps, Store, drive
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.feed import fed
from supportcore.testing.conformance.portable import Kept, as_of_desk, every_entry, show_the_same
from supportcore.testing.conformance.samples import (
    AT,
    draft,
    entries_of,
    everything,
    fresh_ticket,
    noted_ticket,
    opened_ticket,
    suggested,
)
from supportcore.tickets.commands import Decision

_LATER = "2026-03-02T10:00:00.000Z"
_OTHER: Mapping[str, Mapping[str, Any]] = {
    "rules": {"document": '{"other":1}'},
    "record": {"name": "Other"},
    "counter": {"n": 77},
    "ticket": {
        "subject": "other",
        "number": 4_000,
        "contact": "eva",
        "customer": "other",
        "state": "done",
        "category": "closed",
        "updated_at": _LATER,
        "timers": [{"action": "expire", "due_at": _LATER}],
    },
    "event": {"command_id": "other", "recorded_at": _LATER, "sequence": 4_000},
    "content": {"body": "other", "salt": "11"},
    "receipt": {"digest": "other"},
    "outbox": {"status": "dead", "attempts": 3, "next_at": _LATER, "error": "other"},
    "parked": {"times": 5, "error": "other"},
    "blob": {"length": 1},
    "chunk": {"data": b64encode(b"other").decode()},
    "file": {"owner": "eva", "name": "other"},
    "read": {"at": _LATER},
    "revision": {"actor": "eva", "comment": "other"},
    "reading": {"vote": -1},
    "suggestion": {"person": "eva"},
    "posting": {"impact": 9},
}
"""What forms of each kind say when they are rewritten."""
_STAYS = {"ticket": "number", "event": "sequence"}
_ABSENT: Mapping[str, Any] = {"position": 99, "n": 99}
_COUNTED = "es:"  # a term that stores may keep the number of records of


def _full(store: Store) -> Ledger:
    """Put two of everything on a fresh desk."""
    desk = fresh_desk()
    kept = Kept(
        decisions=(everything(desk), everything(desk)),
        records=(Product(id="p1", name="One"), Product(id="p2", name="Two")),
        file=b"a file", numbered=1, parked=2, drafts=(draft("f1"), draft("f2")), taken=1,
        read=(("ana", "r1"), ("ana", "r2")), revised=2,
        readings=tuple(Reading(article="a1", person=person, at=AT, vote=1) for person in ("ana", "eva")),
        suggestions=(suggested("s1"), suggested("s2", ticket="t1")),
        postings=(Posting(_COUNTED, "t1"), Posting(_COUNTED, "t2")),
    )  # fmt: skip
    return kept.write(store, desk)


def _absent(kind: str, key: Key) -> Key:
    """Return a key under which there is nothing."""
    return tuple(_ABSENT.get(name, "absent") for name, _ in zip(ENTRY_KINDS[kind], key, strict=True))


class RewritingConformance(Conformance):
    """What `Portable.replace_entries` and ``drop_entries`` promise."""

    @pytest.mark.parametrize("kind", ENTRY_KINDS)
    def test_an_entry_is_replaced_where_it_is(self, store: Store, kind: str) -> None:
        """The others of its kind, and of every other kind, stay; so do the sequence of an event and a number."""
        ledger = _full(store)
        before = read(store, every_entry(ledger))
        first, *others = before[kind]
        changed = attrs.evolve(first, form={**first.form, **_OTHER[kind]})
        write(store, ledger.replace_entries((changed, attrs.evolve(changed, key=_absent(kind, first.key)))))
        if kind in _STAYS:
            changed = attrs.evolve(changed, form={**changed.form, _STAYS[kind]: first.form[_STAYS[kind]]})
        assert {**before, kind: [changed, *others]} == read(store, every_entry(ledger))
        write(store, ledger.replace_entries((first,)))
        assert before == read(store, every_entry(ledger))
        write(store, ledger.replace_entries(()))

    @pytest.mark.parametrize("kind", ENTRY_KINDS)
    def test_what_is_rewritten_is_found_as_it_says(self, store: Store, kind: str) -> None:
        """By every way of reading there is, a desk with an entry replaced is what a desk is into which it was put."""
        ledger, put = _full(store), store.ledger(other := fresh_desk())
        first = read(store, entries_of(ledger, kind))[0]
        write(store, ledger.replace_entries([attrs.evolve(first, form={**first.form, **_OTHER[kind]})]))
        for entries in read(store, every_entry(ledger)).values():
            write(store, put.put_entries(as_of_desk(entries, other)))
        show_the_same(store, ledger, store, put)
        for owner in ("eva", "ana"):
            assert read(store, put.drafts(owner, limit=9)) == read(store, ledger.drafts(owner, limit=9))
        for ticket_id in read(store, ledger.ticket_ids("", 9)):
            ticket = read(store, ledger.ticket(ticket_id))
            assert ticket is not None
            assert ledger.expected_columns(ticket) == read(store, ledger.stored_columns(ticket_id))

    def test_a_number_goes_with_its_ticket(self, store: Store) -> None:
        """Once a ticket is dropped, nothing is found by its number, and another one may have it."""
        ledger, ticket = fresh_ticket(store)
        write(store, ledger.drop_entries("ticket", [(ticket.id,)]))
        assert read(store, ledger.ticket_by_number(ticket.number)) is None
        write(store, ledger.save(opened_ticket(ticket.desk, "t2", ticket.number)))
        found = read(store, ledger.ticket_by_number(ticket.number))
        assert found is not None
        assert "t2" == found.id

    @pytest.mark.parametrize("kind", [kind for kind in ENTRY_KINDS if kind != "event"])
    def test_an_entry_is_dropped_alone(self, store: Store, kind: str) -> None:
        """The others stay; it need not be there; put again, the desk is what it was."""
        ledger = _full(store)
        before = read(store, every_entry(ledger))
        first, *others = before[kind]
        write(store, ledger.drop_entries(kind, [first.key, _absent(kind, first.key)]))
        assert {**before, kind: others} == read(store, every_entry(ledger))
        write(store, ledger.drop_entries(kind, [first.key]))
        write(store, ledger.put_entries([first]))
        assert before == read(store, every_entry(ledger))
        write(store, ledger.drop_entries(kind, ()))

    def test_what_is_locked_is_rewritten_by_one(self, store: Store) -> None:
        """Several that read an entry, locked, and write what follows from it, lose nothing of one another."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.put_suggestion(suggested("s1", articles=())))

        def add(number: int) -> Steps[None]:
            (entry,) = yield from ledger.entries("suggestion", after=None, limit=9, lock=True)
            articles = [*entry.form.get("articles", ()), f"a{number}"]
            yield from ledger.replace_entries([attrs.evolve(entry, form={**entry.form, "articles": articles})])

        at_once(lambda number: write_among_others(store, partial(add, number)), 4)
        (entry,) = read(store, entries_of(ledger, "suggestion"))
        assert ["a0", "a1", "a2", "a3"] == sorted(entry.form["articles"])

    def test_what_is_undone_is_not_rewritten(self, store: Store) -> None:
        """Entries replaced and dropped in a transaction that fails are as they were."""
        ledger = _full(store)
        before = read(store, every_entry(ledger))
        with pytest.raises(ZeroDivisionError), store.begin(write=True) as execute:
            for kind, (first, *others) in before.items():
                drive(ledger.replace_entries([attrs.evolve(first, form={**first.form, **_OTHER[kind]})]), execute)
                if kind != "event":
                    drive(ledger.drop_entries(kind, [one.key for one in others]), execute)
            raise ZeroDivisionError
        assert before == read(store, every_entry(ledger))

    def test_an_event_is_rewritten_before_it_has_its_place(self, store: Store) -> None:
        """In the feed it comes in its place, as it is then."""
        ledger, ticket = fresh_ticket(store)
        write(store, ledger.save(noted_ticket(ticket)))
        for entry in read(store, entries_of(ledger, "event")):
            form = {**entry.form, "command_id": f"new-{entry.key[1]}"}
            write(store, ledger.replace_entries([attrs.evolve(entry, form=form)]))
        shown = [(one.sequence, one.command_id) for one in fed(store, ledger, 0, 9)]
        assert [(1, "new-1"), (2, "new-2")] == shown
        assert ["new-1", "new-2"] == [one.command_id for one in read(store, ledger.history(ticket.id))]

    def test_a_posting_that_is_dropped_counts_no_more(self, store: Store) -> None:
        """Neither in searches nor in the numbers that a store may keep."""
        ledger = store.ledger(fresh_desk())
        postings = tuple(Posting(_COUNTED, record) for record in ("t1", "t2", "t3"))
        write(store, ledger.save(Decision(indexing=(Indexing(kind=TICKETS, add=postings),))))
        for left in (2, 2, 1):
            key = (TICKETS, _COUNTED, "", "t1" if left == 2 else "t2")
            write(store, ledger.drop_entries("posting", [key]))
            assert {_COUNTED: left} == dict(read(store, ledger.frequencies(TICKETS, [_COUNTED])))

    def test_a_parked_ticket_whose_mark_is_dropped_is_due(self, store: Store) -> None:
        """It is left out of what is due for as long as the entry stands there, and as it says."""
        ledger = _full(store)
        write(store, ledger.drop_entries("parked", [("t1",)]))
        assert ("t1",) == read(store, ledger.due(AT, 9))
        (entry,) = read(store, entries_of(ledger, "parked"))
        past = {**entry.form, "until": "2026-03-02T08:00:00.000Z"}
        write(store, ledger.replace_entries([attrs.evolve(entry, form=past)]))
        assert ("t1", "t2") == read(store, ledger.due(AT, 9))


assert set(_OTHER) == set(ENTRY_KINDS)
