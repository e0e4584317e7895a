"""What `supportcore.storage.ports.Histories` promises; the feed, receipts and numbers have modules of their own."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Conflict, Store
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import fewer, for_every_store, fresh_desk, read, write
from supportcore.testing.conformance.feed import FeedConformance
from supportcore.testing.conformance.receipts import ReceiptsConformance, receipt_of
from supportcore.testing.conformance.samples import (
    content,
    contents_of,
    everything,
    everything_kept,
    moved_to,
    noted_ticket,
    opened_ticket,
    stored,
)
from supportcore.text import BODY_LIMIT
from supportcore.tickets.commands import Change, Decision
from supportcore.tickets.evolve import fold

LONG = 300  # events; more than any store gives at once unless it is asked to


class HistoriesConformance(FeedConformance, ReceiptsConformance):
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
            assert decision.receipt == receipt_of(store, ledger, decision.receipt.command_id)
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
        bodies = [
            "x" * BODY_LIMIT,
            "ñ" * (BODY_LIMIT // 2),
            "€" * (BODY_LIMIT // 3),
            "😀" * (BODY_LIMIT // 4),
            "",
            " a\r\nb\n c\r ",
        ]
        written = tuple(content(content_id=f"n{n}", body=body) for n, body in enumerate(bodies))
        write(store, ledger.save(attrs.evolve(opened_ticket(desk), contents=written)))
        assert written == read(store, ledger.contents("t1"))

    def test_a_history_may_be_long(self, store: Store) -> None:
        """Of hundreds of events and messages of one ticket none is left out, and positions order as numbers."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        decisions = [opened_ticket(desk)]
        for number in range(2, LONG + 1):
            decision = noted_ticket(decisions[-1].changes[0].ticket, f"n{number}")
            decisions.append(attrs.evolve(decision, contents=(content(content_id=f"n{number}", position=number),)))
        changes = [one.changes[0] for one in decisions]
        recorded = tuple(event for change in changes for event in change.recorded)
        written = tuple(one for decision in decisions for one in decision.contents)
        whole = Change(before=0, ticket=changes[-1].ticket, recorded=recorded)
        write(store, ledger.save(Decision(changes=(whole,), contents=written)))
        assert list(recorded) == stored(read(store, ledger.history("t1")))
        assert list(recorded[LONG // 2 :]) == stored(read(store, ledger.history("t1", after=LONG // 2)))
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

    # -- many at once

    @fewer(3)
    @given(decisions=st.lists(strategies.decisions(), max_size=4), notes=st.lists(st.integers(0, 3), max_size=4))
    def test_many_decisions_are_saved_as_one_by_one(
        self, store: Store, decisions: list[Decision], notes: list[int]
    ) -> None:
        """Saved together, decisions leave what they leave when they are saved in turn."""
        kept = []
        for together in (True, False):
            desk = fresh_desk()
            ledger = store.ledger(desk)
            many = [_alone(moved_to(one, desk, f"t{n}", n), n) for n, one in enumerate(decisions, start=1)]
            latest = {place: one.changes[0].ticket for place, one in enumerate(many)}
            for n, place in enumerate(notes):
                if place in latest:
                    many.append(noted_ticket(latest[place], f"note {n}"))
                    latest[place] = many[-1].changes[0].ticket
            if together:
                write(store, ledger.save(*many))
            else:
                for decision in many:
                    write(store, ledger.save(decision))
            kept.append(read(store, everything_kept(ledger)))
        assert kept[1] == kept[0]

    @pytest.mark.parametrize("place", range(4))
    @pytest.mark.parametrize("why", ["version", "number", "ticket", "receipt", "notice"])
    def test_one_that_cannot_be_saved_undoes_all(self, store: Store, place: int, why: str) -> None:
        """A stale version, or a number, ticket, command id or notice that is taken, among many: none is saved."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        here = everything(desk, "t1", 1)
        write(store, ledger.save(here))
        ticket = here.changes[0].ticket
        write(store, ledger.save(noted_ticket(ticket)))
        before = read(store, everything_kept(ledger))
        fifth = everything(desk, "t5", 5)
        bad = {
            "version": noted_ticket(ticket, "stale"),
            "number": opened_ticket(desk, "t5", 1),
            "ticket": opened_ticket(desk, "t1", 5),
            "receipt": attrs.evolve(fifth, receipt=here.receipt),
            "notice": attrs.evolve(fifth, outbox=here.outbox),
        }[why]
        many = [everything(desk, f"t{number}", number) for number in (2, 3, 4)]
        many.insert(place, bad)
        with pytest.raises(Conflict):
            write(store, ledger.save(*many))
        assert before == read(store, everything_kept(ledger))

    def test_changes_of_one_ticket_are_saved_in_turn(self, store: Store) -> None:
        """Together with its opening and with others, each on the version that the one before it left."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        first = opened_ticket(desk)
        second = noted_ticket(first.changes[0].ticket, "c2")
        third = noted_ticket(second.changes[0].ticket, "c3")
        write(store, ledger.save(first, second, opened_ticket(desk, "t2", 2), third))
        assert third.changes[0].ticket == read(store, ledger.ticket("t1"))
        assert ["open-t1", "c2", "c3"] == [one.command_id for one in read(store, ledger.history("t1"))]
        assert ["open-t2"] == [one.command_id for one in read(store, ledger.history("t2"))]

    def test_hundreds_of_decisions_can_be_saved_at_once(self, store: Store) -> None:
        """As many as an import saves in one transaction."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        many = [everything(desk, f"t{number:03}", number) for number in range(1, 301)]
        write(store, ledger.save(*many))
        assert tuple(one.changes[0].ticket.id for one in many) == read(store, ledger.ticket_ids("", 1000))
        for one in (many[0], many[-1]):
            assert one.receipt == receipt_of(store, ledger, f"open-{one.changes[0].ticket.id}")
            assert list(one.changes[0].recorded) == stored(read(store, ledger.history(one.changes[0].ticket.id)))
            assert one.contents == read(store, ledger.contents(one.changes[0].ticket.id))


def _alone(decision: Decision, number: int) -> Decision:
    """Return a decision with ids that no other of the desk has, about its own ticket."""
    ticket_id = decision.changes[0].ticket.id
    contents = tuple(attrs.evolve(one, ticket=ticket_id) for one in decision.contents)
    rows = tuple(attrs.evolve(row, id=f"r{number}-{place}") for place, row in enumerate(decision.outbox))
    receipt: Any = decision.receipt
    if receipt is not None:
        receipt = attrs.evolve(receipt, command_id=f"c{number}")
    return attrs.evolve(decision, contents=contents, outbox=rows, receipt=receipt)
