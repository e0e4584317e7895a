"""What `supportcore.storage.ports.Store` promises of transactions that overlap, step by step."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Steps, Store
from supportcore.testing.conformance.blobs import put
from supportcore.testing.conformance.credentials import CredentialsOverlap
from supportcore.testing.conformance.driving import for_every_store, fresh_desk, read, shuffled, write
from supportcore.testing.conformance.knowledge import revised_once
from supportcore.testing.conformance.samples import (
    AT,
    begun,
    draft,
    entries_of,
    noted_ticket,
    notices,
    opened_ticket,
    suggested,
    taking,
)
from supportcore.testing.conformance.used_blobs import drafting, dropping


class OverlapsConformance(CredentialsOverlap):
    """
    What transactions promise of one another, step by step.

    Only for stores whose transactions never wait for one another: here one thread holds several and goes on with any.
    """

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_loses_a_change(self, store: Store, data: st.DataObject) -> None:
        """However the steps of writers of one ticket are shuffled, each change that was committed is there, once."""
        _, ledger = begun(store)

        def steps(name: str) -> Steps[None]:
            ticket = yield from ledger.ticket("t1")
            assert ticket is not None
            yield from ledger.save(noted_ticket(ticket, name))

        kept = shuffled(store, [lambda name=name: steps(name) for name in "abc"], data)  # type: ignore[misc]
        history = read(store, ledger.history("t1"))
        assert {"abc"[place] for place in kept} == {one.command_id for one in history[1:]}
        assert list(range(1, len(kept) + 2)) == [one.position for one in history]

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_leaves_a_part(self, store: Store, data: st.DataObject) -> None:
        """However the steps of writers are shuffled, one that meets a conflict at its end leaves nothing it wrote."""
        desk, ledger = begun(store)

        def steps(name: str) -> Steps[None]:
            yield from ledger.save(opened_ticket(desk, name, ord(name)))
            yield from ledger.put_suggestion(suggested(name))
            ticket = yield from ledger.ticket("t1")
            assert ticket is not None
            yield from ledger.save(noted_ticket(ticket, name))

        kept = shuffled(store, [lambda name=name: steps(name) for name in "abc"], data)  # type: ignore[misc]
        names = ["abc"[place] for place in sorted(kept)]
        assert [*names, "t1"] == list(read(store, ledger.ticket_ids("", 10)))
        assert [*names, "s1"] == [entry.key[0] for entry in read(store, entries_of(ledger, "suggestion"))]
        assert names == sorted(one.command_id for one in read(store, ledger.history("t1"))[1:])

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_gives_a_number_twice(self, store: Store, data: st.DataObject) -> None:
        """However the steps of those who ask for numbers are shuffled, no two committed ones got the same."""
        ledger = store.ledger(fresh_desk())
        kept = shuffled(store, [ledger.next_numbers] * 3, data)
        assert len(kept) == len(set(kept.values()))
        assert max(kept.values()) < write(store, ledger.next_numbers())

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_forgets_a_parking(self, store: Store, data: st.DataObject) -> None:
        """However the steps of those who park a ticket are shuffled, every committed parking is counted."""
        _, ledger = begun(store)
        kept = shuffled(store, [lambda: ledger.park("t1", until=AT, error="")] * 3, data)
        assert len(kept) == read(store, ledger.parked("t1"))

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_gives_a_notice_to_two(self, store: Store, data: st.DataObject) -> None:
        """However a late settlement and another's claim are shuffled, only one of them has the notice in the end."""
        _, ledger = begun(store)
        write(store, ledger.claim(now=AT, until=AT, token="one", limit=1))
        late = AT + timedelta(hours=1)
        works: list[Callable[[], Steps[Any]]] = [
            lambda: ledger.settle("row-of-t1", token="one", sent_at=AT, retry_at=None),
            lambda: ledger.claim(now=AT, until=late, token="two", limit=1),
        ]
        kept = shuffled(store, works, data)
        sent = notices(read(store, ledger.outbox_counts())) == (0, 1, 0)
        assert sent == bool(kept.get(0))
        assert bool(kept.get(0)) + bool(kept.get(1)) == 1

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_gives_a_file_to_two(self, store: Store, data: st.DataObject) -> None:
        """However the steps of those who take a draft, or drop it, are shuffled, one of them has it in the end."""
        _, ledger = begun(store)
        works: list[Callable[[], Steps[Any]]] = [
            lambda: ledger.save(taking("t1", draft())),
            lambda: ledger.save(taking("t2", draft())),
            lambda: ledger.drop_draft("f1"),
        ]
        kept = shuffled(store, works, data)
        (file,) = read(store, ledger.files(["f1"]))
        winner = 2 if file is None else 0 if file.ticket == "t1" else 1
        assert [winner] == [place for place, answer in kept.items() if place != 2 or answer]

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_loses_a_revision(self, store: Store, data: st.DataObject) -> None:
        """However the steps of writers of one article are shuffled, each revision that was committed is there, once."""
        ledger = store.ledger(fresh_desk())
        kept = shuffled(store, [lambda: revised_once(ledger, "a")] * 3, data)
        numbers = [one.n for one in read(store, ledger.revisions("a"))]
        assert numbers == sorted(kept.values()) == list(range(1, len(kept) + 1))
        postings = read(store, entries_of(ledger, "posting"))
        assert [f"n:{numbers[-1]}"] == [entry.key[1] for entry in postings]

    @for_every_store
    @given(data=st.data())
    def test_no_order_of_steps_drops_a_blob_in_use(self, store: Store, data: st.DataObject) -> None:
        """However the steps of those who draft, drop a draft and drop unused bytes are shuffled, no file lacks its."""
        ledger = store.ledger(fresh_desk())
        sha256 = write(store, put(ledger, b"bytes"))
        works: list[Callable[[], Steps[Any]]] = [
            lambda: drafting(ledger, sha256, "f1"),
            lambda: dropping(ledger, sha256),
            lambda: drafting(ledger, sha256, "f2"),
        ]
        kept = shuffled(store, works, data)
        files = read(store, ledger.files(["f1", "f2"]))
        assert [place in kept for place in (0, 2)] == [file is not None for file in files]
        if any(files):
            assert 5 == read(store, ledger.blob(sha256))
