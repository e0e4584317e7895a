"""What `supportcore.storage.ports.Histories` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

import threading
from itertools import count

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.predicate import ALWAYS
from supportcore.storage.ports import (
    Conflict,
    Steps,
    Store,
    drive,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    THREADS,
    Conformance,
    Undo,
    at_once,
    for_every_store,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import (
    content,
    contents_of,
    given_receipt,
    moved_to,
    noted_ticket,
    opened_ticket,
    stored,
)
from supportcore.text import BODY_LIMIT
from supportcore.tickets.commands import Change, Decision
from supportcore.tickets.events import Recorded
from supportcore.tickets.evolve import fold


class HistoriesConformance(Conformance):
    """What `supportcore.storage.ports.Histories` promises."""

    @for_every_store
    @given(decision=strategies.decisions())
    def test_a_decision_comes_back_as_it_was_saved(self, store: Store, decision: Decision) -> None:
        """Every event, content, receipt and notice is read as it was written, and the history folds to the ticket."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decision = moved_to(decision, desk)
        (change,) = decision.changes
        write(store, ledger.save(decision))
        history = read(store, ledger.history(change.ticket.id))
        assert list(change.recorded) == stored(history)
        assert change.ticket == fold(desk, history)
        written = sorted(decision.contents, key=lambda one: (one.position, one.id.encode()))
        assert written == list(read(store, ledger.contents(change.ticket.id)))
        if decision.receipt is not None:
            assert decision.receipt == read(store, ledger.receipt(decision.receipt.command_id))
        claim = ledger.claim(now=strategies.LAST_INSTANT, until=strategies.LAST_INSTANT, token="w", limit=100)
        assert {row.id: row for row in decision.outbox} == {lease.row.id: lease.row for lease in write(store, claim)}

    @for_every_store
    @given(decision=strategies.decisions(), data=st.data())
    def test_a_history_grows_at_its_end(self, store: Store, decision: Decision, data: st.DataObject) -> None:
        """Saved in two parts, a history reads as one; *after* leaves out what lies before."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        (change,) = moved_to(decision, desk).changes
        cut = data.draw(st.integers(1, len(change.recorded)))
        first, rest = change.recorded[:cut], change.recorded[cut:]
        begun = fold(desk, first)
        write(store, ledger.save(Decision(changes=(Change(before=0, ticket=begun, recorded=first),))))
        if rest:
            later = Change(before=begun.version, ticket=change.ticket, recorded=rest)
            write(store, ledger.save(Decision(changes=(later,))))
        for after in (0, cut, len(change.recorded)):
            assert list(change.recorded[after:]) == stored(read(store, ledger.history(begun.id, after=after)))

    def test_a_body_may_be_as_long_as_bodies_may_be(self, store: Store) -> None:
        """A text of the greatest length in bytes, of characters of one to four bytes, is kept whole."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        bodies = ["x" * BODY_LIMIT, "ñ" * (BODY_LIMIT // 2), "€" * (BODY_LIMIT // 3), "😀" * (BODY_LIMIT // 4), ""]
        written = tuple(content(content_id=f"n{n}", body=body) for n, body in enumerate(bodies))
        write(store, ledger.save(attrs.evolve(opened_ticket(desk), contents=written)))
        assert written == read(store, ledger.contents("t1"))

    def test_what_was_written_comes_by_position_then_id(self, store: Store) -> None:
        """The order is that of positions as numbers, then of ids by bytes, whenever it was saved."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decision = opened_ticket(desk)
        places = [(1, "b"), (1, "B"), (1, "á"), (2, "a"), (10, "a"), (9, "z")]
        written = [content(content_id=name, position=position) for position, name in places]
        write(store, ledger.save(attrs.evolve(decision, contents=tuple(written[:3]))))
        later = noted_ticket(decision.changes[0].ticket)
        write(store, ledger.save(attrs.evolve(later, contents=tuple(written[3:]))))
        expected = [(1, "B"), (1, "b"), (1, "á"), (2, "a"), (9, "z"), (10, "a")]
        assert expected == [(one.position, one.id) for one in read(store, ledger.contents("t1"))]

    def test_a_decision_may_change_several_tickets(self, store: Store) -> None:
        """All changes of a decision are saved; if one of them is stale, none is."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        one, two = opened_ticket(desk, "t1", 1), opened_ticket(desk, "t2", 2)
        write(store, ledger.save(Decision(changes=(*one.changes, *two.changes))))
        first, second = one.changes[0].ticket, two.changes[0].ticket
        both = (*noted_ticket(first).changes, *noted_ticket(second).changes)
        write(store, ledger.save(Decision(changes=both)))
        before = read(store, contents_of(ledger))
        third = (*noted_ticket(both[0].ticket, "c3").changes, *noted_ticket(second, "c3").changes)
        with pytest.raises(Conflict):
            write(store, ledger.save(Decision(changes=third)))
        assert before == read(store, contents_of(ledger))
        assert [2, 2] == [before["ticket t1"].version, before["ticket t2"].version]

    def test_a_decision_of_nothing_changes_nothing(self, store: Store) -> None:
        """An empty decision can be saved."""
        ledger = store.ledger(fresh_desk())
        before = read(store, contents_of(ledger))
        write(store, ledger.save(Decision()))
        assert before == read(store, contents_of(ledger))

    # -- the feed

    @for_every_store
    @given(decisions=st.lists(strategies.decisions(), max_size=3), limit=st.integers(1, 5))
    def test_the_feed_can_be_walked(self, store: Store, decisions: list[Decision], limit: int) -> None:
        """Asking on from the last sequence meets every event of the desk once, and each as its history has it."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        saved: list[Recorded] = []
        for number, decision in enumerate(decisions, start=1):
            (change,) = moved_to(decision, desk, f"t{number}", number).changes
            write(store, ledger.save(Decision(changes=(change,))))
            saved.extend(change.recorded)
        walked: list[Recorded] = []
        while found := read(store, ledger.feed(walked[-1].sequence if walked else 0, limit)):
            assert len(found) <= limit
            walked.extend(found)
        assert saved == stored(walked)
        sequences = [one.sequence for one in walked]
        assert sorted(set(sequences)) == sequences
        histories = [one for n in range(len(decisions)) for one in read(store, ledger.history(f"t{n + 1}"))]
        assert walked == histories

    def test_the_feed_loses_nothing_while_others_write(self, store: Store) -> None:
        """Who reads the feed on and on beside writers has met every event in the end, none of them twice."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        writers, each = 4, 6
        for thread in range(writers):
            write(store, ledger.save(opened_ticket(desk, f"t{thread}", thread + 1)))
        met: list[Recorded] = []
        busy = threading.Semaphore(0)

        def change(ticket_id: str, command_id: str) -> Steps[None]:
            found = yield from ledger.ticket(ticket_id, lock=True)
            assert found is not None
            yield from ledger.save(noted_ticket(found, command_id))

        def follow() -> None:
            while found := read(store, ledger.feed(met[-1].sequence if met else 0, 3)):
                met.extend(found)

        def work(thread: int) -> None:
            if thread == writers:
                while not busy.acquire(timeout=0.001):
                    follow()
                return
            for number in range(each):
                write_among_others(store, lambda number=number: change(f"t{thread}", f"c{number}"))  # type: ignore[misc]
            done.wait()
            if thread == 0:
                busy.release()

        done = threading.Barrier(writers)
        at_once(work, writers + 1)
        follow()
        everything = [one for thread in range(writers) for one in read(store, ledger.history(f"t{thread}"))]
        assert writers * (each + 1) == len(everything)
        assert sorted(everything, key=lambda one: one.sequence) == met

    # -- receipts and numbers

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
        assert receipt == read(store, ledger.receipt("c1"))
        assert read(store, ledger.receipt("C1")) is None
        assert read(store, ledger.receipt("c1 ")) is None

    def test_one_of_several_at_once_carries_a_command_out(self, store: Store) -> None:
        """Of threads that save a receipt for one command id, one succeeds and the others meet a conflict."""
        desk = fresh_desk()
        ledger = store.ledger(desk)

        def work(thread: int) -> bool:
            decision = opened_ticket(desk, f"t{thread}", thread + 1)
            receipt = given_receipt(decision.changes[0].ticket, "c1")

            def steps() -> Steps[bool]:
                if (yield from ledger.receipt("c1")) is not None:
                    return False
                yield from ledger.save(attrs.evolve(decision, receipt=receipt))
                return True

            return write_among_others(store, steps)

        winners = [thread for thread, won in enumerate(at_once(work)) if won]
        assert 1 == len(winners)
        kept = read(store, ledger.receipt("c1"))
        assert kept is not None
        assert (kept.id,) == read(store, ledger.ticket_ids("", 100)) == (f"t{winners[0]}",)

    def test_numbers_begin_at_one_and_rise(self, store: Store) -> None:
        """Each number is greater than the one before, also within one transaction; each desk counts for itself."""
        desk = fresh_desk()
        ledger = store.ledger(desk)

        def two_numbers() -> Steps[list[int]]:
            return [(yield from ledger.next_number()), (yield from ledger.next_number())]

        assert [1, 2] == write(store, two_numbers())
        assert 3 == write(store, ledger.next_number())
        assert 1 == write(store, store.ledger(fresh_desk()).next_number())

    def test_numbers_are_unique_and_rise_under_threads(self, store: Store) -> None:
        """No two of the tickets opened at once share a number, and one opened after another has a higher one."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        ticks = count()
        each = 5

        def open_one(ticket_id: str) -> Steps[int]:
            number = yield from ledger.next_number()
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
        write(store, ledger.save(opened_ticket(desk, "t1", write(store, ledger.next_number()))))
        with pytest.raises(Undo), store.begin(write=True) as execute:
            drive(ledger.next_number(), execute)
            raise Undo
        assert write(store, ledger.next_number()) > 1
