"""What `supportcore.storage.ports.Outbox` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import (
    Lease,
    Ledger,
    Store,
    drive,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
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
    AT,
    notice,
    notices,
    opened_ticket,
)
from supportcore.tickets.commands import OutboxRow


class OutboxConformance(Conformance):
    """What `supportcore.storage.ports.Outbox` promises."""

    @for_every_store
    @given(
        rows=st.lists(strategies.outbox_rows(), max_size=8, unique_by=lambda row: row.id),
        limit=st.integers(1, 10),
        data=st.data(),
    )
    def test_what_is_due_is_leased_earliest_first(
        self, store: Store, rows: list[OutboxRow], limit: int, data: st.DataObject
    ) -> None:
        """A claim takes rows that are due, earliest first, up to its limit; the next takes those that are left."""
        ledger = self._told(store, rows)
        now = data.draw(st.sampled_from([row.due_at for row in rows]) if rows else strategies.instants())
        due = sorted((row for row in rows if row.due_at <= now), key=lambda row: row.due_at)
        taken: list[Lease] = []
        while leases := self._claim(store, ledger, now=now, until=strategies.LAST_INSTANT, limit=limit):
            assert min(limit, len(due) - len(taken)) == len(leases)
            taken.extend(leases)
            if now == strategies.LAST_INSTANT:  # a lease that ends now is over
                break
        assert [row.due_at for row in due][: len(taken)] == [lease.row.due_at for lease in taken]
        if now < strategies.LAST_INSTANT:
            assert {row.id: row for row in due} == {lease.row.id: lease.row for lease in taken}
        assert {(1, "worker")} >= {(lease.attempts, lease.token) for lease in taken}
        assert (len(rows), 0, 0) == notices(read(store, ledger.outbox_counts()))

    def test_a_leased_row_is_left_alone_until_the_lease_ends(self, store: Store) -> None:
        """Before its end nobody else gets the row; from its end on it is given anew, and counts one attempt more."""
        ledger = self._told(store, [notice()])
        until = AT + timedelta(minutes=5)
        assert [1] == [lease.attempts for lease in self._claim(store, ledger, until=until)]
        just_before = until - timedelta(milliseconds=1)
        assert () == self._claim(store, ledger, now=just_before, until=until + timedelta(hours=1), token="other")
        again = self._claim(store, ledger, now=until, until=until + timedelta(hours=1), token="other")
        assert [(2, "other", "r1")] == [(lease.attempts, lease.token, lease.row.id) for lease in again]

    def test_who_lost_the_lease_settles_nothing(self, store: Store) -> None:
        """Settling with a token that is not the row's says False and changes nothing."""
        ledger = self._told(store, [notice()])
        self._claim(store, ledger, until=AT)
        self._claim(store, ledger, until=AT + timedelta(hours=1), token="other")
        before = read(store, ledger.outbox_counts())
        assert not self._settle(store, ledger, sent_at=AT)
        assert not self._settle(store, ledger, token="")
        assert not self._settle(store, ledger, "r9", token="other", sent_at=AT)
        assert before == read(store, ledger.outbox_counts())
        assert () == self._claim(store, ledger, until=AT + timedelta(hours=1), token="third")
        assert self._settle(store, ledger, token="other", sent_at=AT)

    def test_a_lease_that_ended_can_be_settled_while_nobody_took_the_row(self, store: Store) -> None:
        """Sending took longer than the lease, but nobody else began: the row is sent."""
        ledger = self._told(store, [notice()])
        self._claim(store, ledger, until=AT + timedelta(seconds=1))
        assert self._settle(store, ledger, sent_at=AT + timedelta(hours=1))
        assert (0, 1, 0) == notices(read(store, ledger.outbox_counts()))

    def test_a_row_that_was_never_leased_cannot_be_settled(self, store: Store) -> None:
        """Without a lease there is no token that fits."""
        ledger = self._told(store, [notice()])
        assert not self._settle(store, ledger, sent_at=AT)
        assert not self._settle(store, ledger, token="", sent_at=AT)
        assert (1, 0, 0) == notices(read(store, ledger.outbox_counts()))

    def test_what_was_sent_is_never_claimed_again(self, store: Store) -> None:
        """Sent is sent: not claimed at any instant, not settled twice."""
        ledger = self._told(store, [notice()])
        self._claim(store, ledger)
        assert self._settle(store, ledger, sent_at=AT)
        assert not self._settle(store, ledger, sent_at=AT)
        assert () == self._claim(store, ledger, now=strategies.LAST_INSTANT, until=strategies.LAST_INSTANT)
        assert (0, 1, 0) == notices(read(store, ledger.outbox_counts()))

    def test_what_failed_is_tried_again_then(self, store: Store) -> None:
        """A row to be tried again is due at that instant, not before, and counts its attempts."""
        ledger = self._told(store, [notice()])
        self._claim(store, ledger)
        retry_at = AT + timedelta(minutes=1)
        assert self._settle(store, ledger, retry_at=retry_at, error="refused: ñ" + "x" * 10_000)
        assert not self._settle(store, ledger, retry_at=retry_at)
        assert (1, 0, 0) == notices(read(store, ledger.outbox_counts()))
        assert () == self._claim(store, ledger, now=retry_at - timedelta(milliseconds=1))
        again = self._claim(store, ledger, now=retry_at, until=retry_at + timedelta(hours=1))
        assert [(2, notice())] == [(lease.attempts, lease.row) for lease in again]

    def test_what_is_dead_stays_so(self, store: Store) -> None:
        """A row given up is never claimed again, and counted."""
        ledger = self._told(store, [notice(), notice("r2")])
        self._claim(store, ledger)
        assert self._settle(store, ledger, error="no such address")
        assert (1, 0, 1) == notices(read(store, ledger.outbox_counts()))
        assert ["r2"] == [
            lease.row.id
            for lease in self._claim(store, ledger, now=strategies.LAST_INSTANT, until=strategies.LAST_INSTANT)
        ]

    def test_a_claim_that_is_undone_leases_nothing(self, store: Store) -> None:
        """A lease counts from the commit: if the claim is undone, the row is free and was never tried."""
        ledger = self._told(store, [notice()])
        claim = ledger.claim(now=AT, until=AT + timedelta(hours=1), token="worker", limit=10)
        with pytest.raises(Undo), store.begin(write=True) as execute:
            assert 1 == len(drive(claim, execute))
            raise Undo
        assert [1] == [lease.attempts for lease in self._claim(store, ledger, token="other")]

    def test_a_claim_whose_answer_was_lost_is_given_out_again(self, store: Store) -> None:
        """Who never heard of its rows settles none; after the lease they go to the next, who can."""
        rows = [notice(f"r{number}") for number in range(3)]
        ledger = self._told(store, rows)
        until = AT + timedelta(minutes=5)
        self._claim(store, ledger, until=until, token="lost", limit=2)
        late: dict[str, Any] = {"until": until + timedelta(minutes=5), "limit": 10}
        assert ["r2"] == [lease.row.id for lease in self._claim(store, ledger, token="second", **late)]
        found = self._claim(store, ledger, now=until, token="third", **late)
        assert [("r0", 2), ("r1", 2)] == [(lease.row.id, lease.attempts) for lease in found]
        assert not any(self._settle(store, ledger, row.id, token="lost", sent_at=until) for row in rows)
        assert all(self._settle(store, ledger, lease.row.id, token="third", sent_at=until) for lease in found)
        assert (1, 2, 0) == notices(read(store, ledger.outbox_counts()))

    def test_workers_never_share_a_row(self, store: Store) -> None:
        """Of workers that claim at once, each row goes to one."""
        rows = [notice(f"r{number}") for number in range(12)]
        ledger = self._told(store, rows)

        def work(thread: int) -> list[str]:
            taken: list[str] = []
            until = AT + timedelta(hours=1)
            while leases := write_among_others(
                store, lambda: ledger.claim(now=AT, until=until, token=f"w{thread}", limit=2)
            ):
                taken.extend(lease.row.id for lease in leases)
                assert len(taken) <= len(rows)
            return taken

        taken = [row_id for some in at_once(work, 4) for row_id in some]
        # A worker may find nothing while another holds rows and is undone, so what is left is claimed at the end.
        left = self._claim(store, ledger, limit=100)
        assert sorted(row.id for row in rows) == sorted([*taken, *(lease.row.id for lease in left)])

    def _told(self, store: Store, rows: Iterable[OutboxRow]) -> Ledger:
        desk = fresh_desk()
        ledger = store.ledger(desk)
        write(store, ledger.save(attrs.evolve(opened_ticket(desk), outbox=tuple(rows))))
        return ledger

    def _claim(
        self,
        store: Store,
        ledger: Ledger,
        *,
        now: datetime = AT,
        until: datetime = AT + timedelta(minutes=5),
        token: str = "worker",
        limit: int = 1,
    ) -> tuple[Lease, ...]:
        return write(store, ledger.claim(now=now, until=until, token=token, limit=limit))

    def _settle(
        self,
        store: Store,
        ledger: Ledger,
        row_id: str = "r1",
        *,
        token: str = "worker",
        sent_at: datetime | None = None,
        retry_at: datetime | None = None,
        error: str = "",
    ) -> bool:
        return write(store, ledger.settle(row_id, token=token, sent_at=sent_at, retry_at=retry_at, error=error))
