"""What `supportcore.storage.ports.Tickets` promises of due tickets that many workers take."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Conflict, Execute, Ledger, Steps, Store, drive
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    Undo,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import AT, fresh_crowd, opened_ticket, opening
from supportcore.tickets.commands import Change, Decision
from supportcore.tickets.events import Recorded
from supportcore.tickets.ticket import Ticket, Timer


def _waking(store: Store, count: int) -> tuple[Ledger, list[str]]:
    """Open tickets of which each comes due a second after the one before."""
    desk = fresh_desk()
    ledger = store.ledger(desk)
    ids = [f"t{number:02}" for number in range(1, count + 1)]
    many = [
        opened_ticket(desk, ticket_id, n, timers=(Timer(action="expire", due_at=AT + timedelta(seconds=n)),))
        for n, ticket_id in enumerate(ids, start=1)
    ]
    write(store, ledger.save(*many))
    return ledger, ids


def _asleep(ticket: Ticket, worker: str) -> Decision:
    """Return the decision by which a worker lets happen what was due on a ticket."""
    after: Ticket = attrs.evolve(ticket, version=ticket.version + 1, timers=())
    event = opening(ticket.number)
    recorded = Recorded(ticket=ticket.id, position=after.version, command_id=worker, event=event, recorded_at=AT)
    return Decision(changes=(Change(before=ticket.version, ticket=after, recorded=(recorded,)),))


def _work(ledger: Ledger, worker: str) -> Steps[str | None]:
    """Take one ticket that is due and let happen what is; return its id, or None if there is none."""
    claimed = yield from ledger.due(LATE, 1, claim=True)
    if not claimed:
        return None
    ticket = yield from ledger.ticket(claimed[0], lock=True)
    if ticket is None or ticket.wake_at is None:
        return ""  # somebody was quicker
    yield from ledger.save(_asleep(ticket, worker))
    return ticket.id


LATE = AT + timedelta(days=1)


class ClaimsConformance(Conformance):
    """Due tickets, claimed."""

    @fewer()
    @given(crowd=strategies.crowds(), limit=st.integers(1, 4), data=st.data())
    def test_what_is_claimed_is_due(
        self, store: Store, crowd: tuple[Ticket, ...], limit: int, data: st.DataObject
    ) -> None:
        """A claim gives due tickets, each once, none if there are none, no more than its limit and none parked."""
        ledger, crowd = fresh_crowd(store, crowd)
        moments = [timer.due_at for ticket in crowd for timer in ticket.timers]
        now = data.draw(st.sampled_from(moments) if moments else strategies.instants())
        waking = read(store, ledger.due(now, 100))  # of others it makes no difference whether they are parked
        for ticket_id in data.draw(st.lists(st.sampled_from(waking), max_size=3)) if waking else []:
            until = data.draw(strategies.instants(now) | strategies.instants())
            write(store, ledger.park(ticket_id, until=until, error=""))
        due = read(store, ledger.due(now, 100))
        claimed = write(store, ledger.due(now, limit, claim=True))
        assert len(claimed) == len(set(claimed)) <= limit
        assert set(claimed) <= set(due)
        assert bool(claimed) == bool(due)
        assert due == read(store, ledger.due(now, 100))

    def test_a_claim_ends_with_its_transaction(self, store: Store) -> None:
        """Undone or committed with nothing saved, what was claimed is due as before, for anybody."""
        ledger, ids = _waking(store, 3)
        with pytest.raises(Undo), store.begin(write=True) as execute:
            assert set(drive(ledger.due(LATE, 3, claim=True), execute)) <= set(ids)
            raise Undo
        for _ in range(2):
            assert tuple(ids) == read(store, ledger.due(LATE, 10))
            assert write(store, ledger.due(LATE, 3, claim=True))

    def test_what_is_done_is_due_no_more(self, store: Store) -> None:
        """One worker, claim by claim, does every ticket, and then finds none."""
        ledger, ids = _waking(store, 5)
        assert sorted(ids) == sorted(str(write(store, _work(ledger, "worker"))) for _ in ids)
        assert write(store, _work(ledger, "worker")) is None

    def test_all_that_is_due_is_done_once(self, store: Store) -> None:
        """Of workers that claim at once, each ticket is done by one, and none is left."""
        ledger, ids = _waking(store, 20)

        def work(thread: int) -> list[str]:
            done = []
            while (ticket_id := write_among_others(store, lambda: _work(ledger, f"w{thread}"))) is not None:
                done.append(ticket_id)
            return done

        done = [ticket_id for some in at_once(work, 4) for ticket_id in some if ticket_id]
        # A worker may find nothing while others hold what is left, and one of those may be undone.
        while (ticket_id := write(store, _work(ledger, "last"))) is not None:
            done.append(ticket_id)
        assert ids == sorted(done)
        for ticket_id in ids:
            assert [1, 2] == [one.position for one in read(store, ledger.history(ticket_id))]


class OpenClaimsConformance(Conformance):
    """
    Due tickets claimed in several open transactions; one thread holds them all.

    Only for stores in which transactions that write to different tickets never wait for one another.
    """

    @pytest.mark.parametrize("limit", [1, 2])
    def test_two_open_claims_never_do_the_same_ticket(self, store: Store, limit: int) -> None:
        """Either the second passes over what the first took, or one of the two is told a conflict; nothing is lost."""
        ledger, ids = _waking(store, 4)
        done: list[str] = []
        with ExitStack() as every:
            transactions = {name: every.enter_context(ExitStack()) for name in ("one", "two")}
            executes = {name: stack.enter_context(store.begin(write=True)) for name, stack in transactions.items()}
            did = {name: self._done(ledger, execute, name, limit) for name, execute in executes.items()}
            for name, transaction in transactions.items():
                try:
                    if did[name] is None:
                        transaction.pop_all().__exit__(Undo, Undo(), None)
                    else:
                        transaction.close()
                except (Conflict, Undo):
                    continue
                done.extend(did[name] or ())
        assert done
        assert len(done) == len(set(done))
        assert {*ids} - {*done} == set(read(store, ledger.due(LATE, 10)))
        assert {1: len(ids) - len(done), 2: len(done)} == {
            n: sum(len(read(store, ledger.history(ticket_id))) == n for ticket_id in ids) for n in (1, 2)
        }

    def _done(self, ledger: Ledger, execute: Execute, worker: str, limit: int) -> list[str] | None:
        """Do what is due as one worker; None if it was told a conflict."""
        try:
            claimed = drive(ledger.due(LATE, limit, claim=True), execute)
            found = [drive(ledger.ticket(ticket_id, lock=True), execute) for ticket_id in claimed]
            mine = [ticket for ticket in found if ticket is not None and ticket.wake_at is not None]
            drive(ledger.save(*(_asleep(ticket, worker) for ticket in mine)), execute)
        except Conflict:
            return None
        return [ticket.id for ticket in mine]
