"""What `supportcore.storage.ports.Histories` promises of receipts and of numbers."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from itertools import count

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.predicate import ALWAYS
from supportcore.storage.ports import Conflict, Entry, Ledger, Steps, Store, drive
from supportcore.testing.conformance.driving import (
    THREADS,
    Conformance,
    Undo,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import contents_of, given_receipt, opened_ticket
from supportcore.tickets.commands import Decision, Receipt

MANY = 300  # more than any store asks for at once


def receipt_of(store: Store, ledger: Ledger, command_id: str) -> Receipt | None:
    """Return what one command came to."""
    (found,) = read(store, ledger.receipts((command_id,)))
    return found


class ReceiptsConformance(Conformance):
    """What commands came to, each carried out once, and the numbers of tickets."""

    def test_a_command_is_carried_out_once(self, store: Store) -> None:
        """A second receipt for a command id is a conflict that takes everything with it; unknown ids have none."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        first = opened_ticket(desk)
        receipt = given_receipt(first.changes[0].ticket, "c1")
        write(store, ledger.save(attrs.evolve(first, receipt=receipt)))
        before = read(store, contents_of(ledger))
        second = opened_ticket(desk, "t2", 2)
        taken = attrs.evolve(second, receipt=given_receipt(second.changes[0].ticket, "c1"))
        with pytest.raises(Conflict):
            write(store, ledger.save(taken))
        assert before == read(store, contents_of(ledger))
        assert receipt == receipt_of(store, ledger, "c1")
        assert receipt_of(store, ledger, "C1") is None
        assert receipt_of(store, ledger, "c1 ") is None

    def test_one_of_several_at_once_carries_a_command_out(self, store: Store) -> None:
        """Of threads that save a receipt for one command id, one succeeds and the others meet a conflict."""
        desk = fresh_desk()
        ledger = store.ledger(desk)

        def work(thread: int) -> bool:
            decision = opened_ticket(desk, f"t{thread}", thread + 1)
            receipt = given_receipt(decision.changes[0].ticket, "c1")

            def steps() -> Steps[bool]:
                if (yield from ledger.receipts(("c1",))) != (None,):
                    return False
                yield from ledger.save(attrs.evolve(decision, receipt=receipt))
                return True

            return write_among_others(store, steps)

        winners = [thread for thread, won in enumerate(at_once(work)) if won]
        assert 1 == len(winners)
        kept = receipt_of(store, ledger, "c1")
        assert kept is not None
        assert (kept.id,) == read(store, ledger.ticket_ids("", 100)) == (f"t{winners[0]}",)

    def test_numbers_begin_at_one_and_rise(self, store: Store) -> None:
        """Each number is greater than the one before, also within one transaction; each desk counts for itself."""
        desk = fresh_desk()
        ledger = store.ledger(desk)

        def two_numbers() -> Steps[list[int]]:
            return [(yield from ledger.next_numbers()), (yield from ledger.next_numbers())]

        assert [1, 2] == write(store, two_numbers())
        assert 3 == write(store, ledger.next_numbers())
        assert 1 == write(store, store.ledger(fresh_desk()).next_numbers())

    def test_numbers_are_unique_and_rise_under_threads(self, store: Store) -> None:
        """No two of the tickets opened at once share a number, and one opened after another has a higher one."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        ticks = count()
        each = 5

        def open_one(ticket_id: str) -> Steps[int]:
            number = yield from ledger.next_numbers()
            yield from ledger.save(opened_ticket(desk, ticket_id, number))
            return number

        def work(thread: int) -> list[tuple[int, int, int]]:
            found = []
            for place in range(each):
                begun = next(ticks)
                number = write_among_others(store, lambda place=place: open_one(f"{thread}-{place}"))  # type: ignore[misc]
                found.append((begun, next(ticks), number))
            return found

        opened_at = [one for some in at_once(work) for one in some]
        numbers = [number for _, _, number in opened_at]
        assert THREADS * each == len(set(numbers)) == read(store, ledger.count(ALWAYS))
        late = [(a, b) for a in opened_at for b in opened_at if a[1] < b[0] and a[2] >= b[2]]
        assert [] == late

    def test_a_number_that_was_kept_is_not_given_again(self, store: Store) -> None:
        """After a transaction that was undone, the next number is one that no ticket has."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.save(opened_ticket(desk, "t1", write(store, ledger.next_numbers()))))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(ledger.next_numbers(), execute)
            raise Undo
        assert write(store, ledger.next_numbers()) > 1

    @fewer()
    @given(asked=st.lists(st.sampled_from(["c1", "c2", "c3", "C1", "c1 ", "", "é", "never"]), max_size=12))
    def test_receipts_come_in_the_order_asked_for(self, store: Store, asked: list[str]) -> None:
        """What was never carried out is None, and what is asked for twice comes twice."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decision = opened_ticket(desk)
        kept = {name: given_receipt(decision.changes[0].ticket, name) for name in ("c1", "c2", "c3", "é")}
        write(store, ledger.save(decision, *(Decision(receipt=receipt) for receipt in kept.values())))
        assert tuple(kept.get(name) for name in asked) == read(store, ledger.receipts(iter(asked)))

    def test_many_receipts_can_be_asked_for_at_once(self, store: Store) -> None:
        """Hundreds of ids are answered, in their order, each as often as it is asked for."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decision = opened_ticket(desk)
        kept = [given_receipt(decision.changes[0].ticket, f"c{number}") for number in range(0, MANY, 3)]
        write(store, ledger.save(decision, *(Decision(receipt=receipt) for receipt in kept)))
        asked = [f"c{number}" for number in range(MANY)]
        found = read(store, ledger.receipts([*asked, *reversed(asked)]))
        assert kept == list(found[:MANY:3])
        assert {None} == {*found[1:MANY:3], *found[2:MANY:3]}
        assert found[:MANY] == tuple(reversed(found[MANY:]))

    def test_numbers_may_be_large(self, store: Store) -> None:
        """A desk that was moved here with numbers of more than 32 bits goes on behind them."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        last = 2**40
        write(store, ledger.put_entries([Entry("counter", ("ticket",), {"n": last})]))
        assert last + 1 == write(store, ledger.next_numbers(2))
        assert last + 3 == write(store, ledger.next_numbers())
        write(store, ledger.save(opened_ticket(desk, "t1", last + 3)))
        found = read(store, ledger.ticket_by_number(last + 3))
        assert found is not None
        assert ("t1", last + 3) == (found.id, found.number)

    @fewer()
    @given(counts=st.lists(st.integers(1, 200), min_size=1, max_size=6))
    def test_numbers_can_be_asked_for_together(self, store: Store, counts: list[int]) -> None:
        """The first of several is given; the next who asks goes on behind the last, in one transaction or another."""
        ledger = store.ledger(fresh_desk())
        firsts = [1 + sum(counts[:place]) for place in range(len(counts))]

        def ask() -> Steps[list[int]]:
            found = []
            for number in counts:
                found.append((yield from ledger.next_numbers(number)))
            return found

        assert firsts == write(store, ask())
        assert 1 + sum(counts) == write(store, ledger.next_numbers())

    def test_numbers_asked_for_together_are_nobody_elses(self, store: Store) -> None:
        """Of threads that ask for several numbers at once, each gets its own."""
        ledger = store.ledger(fresh_desk())
        each = 7

        def work(thread: int) -> list[int]:
            firsts = [write_among_others(store, lambda: ledger.next_numbers(each)) for _ in range(3)]
            return [number for first in firsts for number in range(first, first + each)]

        numbers = [number for some in at_once(work, 4) for number in some]
        assert 4 * 3 * each == len(set(numbers))
        assert max(numbers) < write(store, ledger.next_numbers())
