"""What `supportcore.storage.ports.Store` promises of transactions, and of desks in one store."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.knowledge.article import Deflection, Reading, Readings
from supportcore.people.credentials import Invitation
from supportcore.products import Product
from supportcore.storage.ports import (
    KIND_OF,
    Conflict,
    Ledger,
    Query,
    Record,
    Steps,
    Store,
    drive,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    Undo,
    fewer,
    fresh_desk,
    read,
    write,
)
from supportcore.testing.conformance.samples import (
    AT,
    HASH,
    begun,
    content,
    contents_of,
    draft,
    everything,
    moved_to,
    noted_ticket,
    opened_ticket,
    revising,
    stored,
    suggested,
    taking,
)
from supportcore.tickets.commands import Decision
from supportcore.tickets.files import taken


def _do_everything(ledger: Ledger, desk: str) -> Steps[None]:
    """Do one of everything that can be done to a desk on which ``t1`` is open, with a notice that is pending."""
    number = yield from ledger.next_numbers()
    yield from ledger.save(everything(desk, "t2", number + 100))
    ticket = yield from ledger.ticket("t1", lock=True)
    assert ticket is not None
    yield from ledger.save(attrs.evolve(noted_ticket(ticket), contents=(content(content_id="n2", position=2),)))
    yield from ledger.put_record(Product(id="p1", name="Changed"))
    yield from ledger.put_record(Product(id="p2", name="New"))
    yield from ledger.put_rules("1" * 64, "{}")
    yield from ledger.park("t1", until=AT + timedelta(days=1), error="it failed")
    leases = yield from ledger.claim(now=AT, until=AT + timedelta(days=1), token="worker", limit=1)
    yield from ledger.settle(leases[0].row.id, token="worker", sent_at=AT, retry_at=None)
    yield from ledger.mark_read("ana", ["row-of-t1", "row-of-t2"], AT)
    yield from ledger.put_draft(draft("f3"))
    yield from ledger.drop_draft("f1")
    yield from ledger.save(taking("t1", draft("f2")))
    yield from ledger.save(revising("a1", 2), revising("a2"))
    yield from ledger.put_reading(Reading(article="a1", person="ana", at=AT, vote=1))
    yield from ledger.put_suggestion(suggested("s1", ticket="t1"))
    yield from ledger.put_suggestion(suggested("s2"))
    yield from ledger.put_credential(Invitation(id="i1", person="eva", expires_at=AT))
    yield from ledger.add_credential(Invitation(id="i2", person="eva", expires_at=AT))


def _invited(ledger: Ledger) -> Steps[tuple[str | None, ...]]:
    """Return whom the invitations ``i1`` and ``i2`` are for."""
    found = []
    for invitation_id in ("i1", "i2"):
        invitation = yield from ledger.credential(Invitation, invitation_id)
        found.append(None if invitation is None else invitation.person)
    return tuple(found)


class TransactionsConformance(Conformance):
    """What `supportcore.storage.ports.Store` promises of transactions, and of desks in one store."""

    def test_what_is_undone_never_was(self, store: Store) -> None:
        """An error undoes ticket, history, content, notices, receipt, records, files, articles and all else."""
        desk, ledger = begun(store)
        before = read(store, contents_of(ledger))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(_do_everything(ledger, desk), execute)
            raise Undo
        assert before == read(store, contents_of(ledger))
        assert read(store, ledger.ticket("t2")) is None
        assert read(store, ledger.ticket_by_number(101)) is None
        assert () == read(store, ledger.history("t2"))
        assert () == read(store, ledger.contents("t2"))
        assert read(store, ledger.receipts(("open-t2",)))[0] is None
        assert read(store, ledger.rules("1" * 64)) is None
        assert (draft("f1"), draft("f2"), None) == read(store, ledger.files(["f1", "f2", "f3"]))
        assert frozenset() == read(store, ledger.read_notices("ana", ["row-of-t1", "row-of-t2"]))
        assert ("ana", None) == read(store, _invited(ledger))
        claim = ledger.claim(now=AT, until=AT + timedelta(days=1), token="worker", limit=10)
        assert [("row-of-t1", 1)] == [(lease.row.id, lease.attempts) for lease in write(store, claim)]
        write(store, ledger.save(everything(desk, "t2", 101)))

    @fewer()
    @given(decision=strategies.decisions(), stop=st.integers(0, 12))
    def test_a_decision_is_saved_whole_or_not_at_all(self, store: Store, decision: Decision, stop: int) -> None:
        """Broken off after any number of operations, nothing of a decision is left; tried again, all of it is there."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decision = moved_to(decision, desk)
        nothing = read(store, contents_of(ledger))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            operations = count()

            def breaking(operation: Any) -> Any:
                if next(operations) == stop:
                    raise Undo
                return execute(operation)

            drive(ledger.save(decision), breaking)
            raise Undo
        assert nothing == read(store, contents_of(ledger))
        write(store, ledger.save(decision))
        assert (decision.changes[0].ticket,) == read(store, ledger.find(Query()))

    def test_reads_inside_see_the_writes_before_them(self, store: Store) -> None:
        """Within a transaction every way of reading shows what was written in it."""
        desk, ledger = begun(store)
        with store.begin(write=True) as execute:
            drive(_do_everything(ledger, desk), execute)
            inside = drive(contents_of(ledger), execute)
            (receipt,) = drive(ledger.receipts(("open-t2",)), execute)
            rules = drive(ledger.rules("1" * 64), execute)
            found = drive(ledger.records([("product", "p1")]), execute)
            files = drive(ledger.files(["f1", "f2", "f3"]), execute)
            assert ("eva", "eva") == drive(_invited(ledger), execute)
        assert inside == read(store, contents_of(ledger))
        assert ("t1", "t2") == inside["ids"]
        assert 3 == sum(len(inside[f"history {ticket_id}"]) for ticket_id in inside["ids"])
        assert (1, 1, 0) == inside["outbox"]
        assert 2 == inside["ticket t1"].version
        assert (None, taken(draft("f2"), "t1"), draft("f3")) == files
        assert frozenset() == inside["unread"] != inside["inbox"] != ()
        assert ([1, 2], {"a1": Readings(1, 1, 0)}) == ([one.n for one in inside["revisions a1"]], inside["readings"])
        assert {"n:1": 1, "n:2": 1} == inside["frequencies of articles"]
        assert Deflection(shown=2, read=0, opened=1) == inside["deflection"]
        assert receipt is not None
        assert ("{}", (Product(id="p1", name="Changed"),)) == (rules, found)

    def test_nobody_else_sees_what_is_not_committed(self, store: Store) -> None:
        """Until a transaction ends, others see the desk as it was before."""
        desk, ledger = begun(store)
        before = read(store, contents_of(ledger))
        with store.begin(write=True) as execute:
            drive(_do_everything(ledger, desk), execute)
            with ThreadPoolExecutor(1) as pool:
                assert before == pool.submit(read, store, contents_of(ledger)).result(timeout=60)
                assert ("ana", None) == pool.submit(read, store, _invited(ledger)).result(timeout=60)
        assert before != read(store, contents_of(ledger))

    def test_an_error_inside_comes_out_as_it_is(self, store: Store) -> None:
        """What the block raises is what the caller gets, also out of a transaction that only reads."""
        error = Undo("mine")
        for writing in (True, False):
            with pytest.raises(Undo) as raised, store.begin(write=writing):
                raise error
            assert error is raised.value

    def test_a_store_goes_on_after_a_conflict(self, store: Store) -> None:
        """A transaction that failed holds nothing up: the next one begins, writes and is kept."""
        desk, ledger = begun(store)
        for _ in range(30):
            with pytest.raises(Conflict):
                write(store, ledger.save(opened_ticket(desk, "t1")))
        write(store, _do_everything(ledger, desk))
        assert ("t1", "t2") == read(store, ledger.ticket_ids("", 10))

    def test_migrating_again_changes_nothing(self, store: Store) -> None:
        """What is stored survives a second migration."""
        _, ledger = begun(store)
        before = read(store, contents_of(ledger))
        store.migrate()
        assert before == read(store, contents_of(ledger))

    def test_an_owned_store_says_so(self, store: Store) -> None:
        """A store that begins its own transactions is not joined, and has a name for messages."""
        assert not store.joined
        assert "://" in store.url

    @fewer(3)
    @given(mine=strategies.decisions(), theirs=strategies.decisions(), record=strategies.records())
    def test_desks_never_see_one_another(self, store: Store, mine: Decision, theirs: Decision, record: Record) -> None:
        """With the same ids and numbers on both, whatever is done on one desk changes nothing on the other."""
        desk, other_desk = fresh_desk(), fresh_desk()
        here, there = store.ledger(desk), store.ledger(other_desk)
        mine, theirs = moved_to(mine, desk, "t1", 1), moved_to(theirs, other_desk, "t1", 1)
        empty = read(store, contents_of(there))
        write(store, here.save(mine))
        write(store, here.put_record(record))
        write(store, here.put_rules(HASH, "mine"))
        write(store, here.park("t1", until=AT, error=""))
        write(store, here.put_draft(draft()))
        write(store, here.mark_read("ana", ["r1"], AT))
        write(store, here.save(revising("a1", 1, translation_of="a0")))
        write(store, here.put_reading(Reading(article="a1", person="ana", at=AT)))
        write(store, here.put_suggestion(suggested()))
        write(store, here.add_credential(Invitation(id="i1", person="ana", expires_at=AT)))
        assert 1 == write(store, here.next_numbers())
        assert empty == read(store, contents_of(there))
        assert read(store, there.ticket("t1")) is None
        assert read(store, there.ticket_by_number(1)) is None
        assert read(store, there.rules(HASH)) is None
        assert (None, None) == read(store, _invited(there))
        assert (None,) == read(store, there.records([(KIND_OF[type(record)], record.id)]))
        if mine.receipt is not None:
            assert read(store, there.receipts((mine.receipt.command_id,))) == (None,)
        far = strategies.LAST_INSTANT
        assert () == write(store, there.claim(now=far, until=far, token="w", limit=100))
        before = read(store, contents_of(here))

        write(store, there.save(theirs))
        write(store, there.put_rules(HASH, "theirs"))
        write(store, there.add_credential(Invitation(id="i1", person="eva", expires_at=AT)))
        assert 1 == write(store, there.next_numbers())
        write(store, there.park("t1", until=AT, error=""))
        write(store, there.put_draft(draft(name="theirs")))
        write(store, there.save(taking("t1", draft(name="theirs"))))
        write(store, there.mark_read("ana", ["r1"], AT + timedelta(days=1)))
        write(store, there.save(revising("a1", 1, title="theirs"), revising("a1", 2)))
        write(store, there.put_reading(Reading(article="a1", person="ana", at=AT, vote=-1)))
        write(store, there.put_suggestion(suggested(ticket="t1")))
        for lease in write(store, there.claim(now=far, until=far, token="w", limit=100)):
            assert write(store, there.settle(lease.row.id, token="w", sent_at=AT, retry_at=None))
        write(store, there.save(noted_ticket(theirs.changes[0].ticket, "another command")))
        assert before == read(store, contents_of(here))
        assert "mine" == read(store, here.rules(HASH))
        assert ("ana", None) == read(store, _invited(here))
        assert mine.changes[0].ticket == read(store, here.ticket("t1"))
        write(store, here.number_events(100))
        assert list(mine.changes[0].recorded) == stored(read(store, here.feed(0, 100)))
        assert {lease.row for lease in write(store, here.claim(now=far, until=far, token="w", limit=100))} == set(
            mine.outbox
        )
