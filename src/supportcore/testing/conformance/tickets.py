"""What `supportcore.storage.ports.Tickets` promises of single tickets and of what comes due."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.predicate import ALWAYS
from supportcore.storage.ports import (
    COUNT_KEYS,
    SORT_KEYS,
    Conflict,
    Query,
    Steps,
    Store,
)
from supportcore.testing import strategies
from supportcore.testing.conformance.claims import ClaimsConformance
from supportcore.testing.conformance.driving import (
    at_once,
    fewer,
    for_every_store,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import (
    AT,
    contents_of,
    fresh_crowd,
    fresh_ticket,
    noted_ticket,
    opened_ticket,
    opening,
    save_all,
)
from supportcore.text import NEVER as NO_INSTANT
from supportcore.text import instant_text
from supportcore.tickets.commands import Change, Decision
from supportcore.tickets.events import Recorded
from supportcore.tickets.evolve import fold, opened
from supportcore.tickets.ticket import Ticket, Timer


class TicketsConformance(ClaimsConformance):
    """What `supportcore.storage.ports.Tickets` promises."""

    @for_every_store
    @given(ticket=strategies.tickets())
    def test_a_ticket_comes_back_as_it_was_saved(self, store: Store, ticket: Ticket) -> None:
        """Whatever the fields hold, a ticket is read as it was written: by id, locked, by number and in a list."""
        desk = fresh_desk()
        ticket = attrs.evolve(ticket, desk=desk)
        ledger = store.ledger(desk)
        write(store, save_all(ledger, [ticket]))
        assert ticket == read(store, ledger.ticket(ticket.id))
        assert ticket == write(store, ledger.ticket(ticket.id, lock=True))
        assert ticket == read(store, ledger.ticket_by_number(ticket.number))
        assert (ticket,) == read(store, ledger.find(Query()))

    @fewer()
    @given(ticket=strategies.tickets())
    def test_what_is_filtered_and_sorted_is_truly_stored(self, store: Store, ticket: Ticket) -> None:
        """Through the back door: the columns are those the ticket asks for, and hold what its fields hold."""
        desk = fresh_desk()
        ticket = attrs.evolve(ticket, desk=desk)
        ledger = store.ledger(desk)
        write(store, save_all(ledger, [ticket]))
        columns = read(store, ledger.stored_columns(ticket.id))
        assert columns is not None
        assert ledger.expected_columns(ticket) == columns
        for name in dict.fromkeys((*SORT_KEYS, *COUNT_KEYS, "version", "wake_at")):
            assert _plain(getattr(ticket, name), name) == _plain(columns[name], name), name

    def test_the_back_door_sees_a_difference(self, store: Store) -> None:
        """The columns of a ticket that was changed are not those of the ticket before."""
        ledger, ticket = fresh_ticket(store)
        write(store, ledger.save(noted_ticket(ticket)))
        assert ledger.expected_columns(ticket) != read(store, ledger.stored_columns(ticket.id))

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        """Reading what was never stored gives None or nothing, not an error."""
        ledger = store.ledger(fresh_desk())
        assert read(store, ledger.ticket("t1")) is None
        assert write(store, ledger.ticket("t1", lock=True)) is None
        assert read(store, ledger.ticket_by_number(1)) is None
        assert read(store, ledger.stored_columns("t1")) is None
        assert () == read(store, ledger.find(Query()))
        assert 0 == read(store, ledger.count(ALWAYS))
        assert {} == dict(read(store, ledger.count_by(ALWAYS, "state")))
        assert () == read(store, ledger.ticket_ids("", 10))
        assert () == read(store, ledger.due(strategies.LAST_INSTANT, 10))
        assert 0 == read(store, ledger.parked("t1"))

    @fewer()
    @given(before=strategies.tickets(), after=strategies.tickets())
    def test_a_saved_ticket_replaces_the_one_before(self, store: Store, before: Ticket, after: Ticket) -> None:
        """Nothing of the older version is left, neither in the ticket nor in lists, counts and columns."""
        desk = fresh_desk()
        before = attrs.evolve(before, desk=desk, version=1)
        after = attrs.evolve(after, desk=desk, id=before.id, number=before.number, version=2)
        ledger = store.ledger(desk)
        recorded = Recorded(ticket=before.id, position=2, command_id="c", event=opening(), recorded_at=AT)
        write(store, save_all(ledger, [before]))
        write(store, ledger.save(Decision(changes=(Change(before=1, ticket=after, recorded=(recorded,)),))))
        assert after == read(store, ledger.ticket(before.id))
        assert after == read(store, ledger.ticket_by_number(before.number))
        assert (after,) == read(store, ledger.find(Query()))
        assert ledger.expected_columns(after) == read(store, ledger.stored_columns(before.id))
        for field in COUNT_KEYS:
            assert {getattr(after, field): 1} == dict(read(store, ledger.count_by(ALWAYS, field)))

    # -- versions and unique keys

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_a_stale_version_is_a_conflict(self, store: Store, version: int) -> None:
        """A decision made on another version than the stored one is refused and changes nothing."""
        ledger, ticket = fresh_ticket(store)
        write(store, ledger.save(noted_ticket(ticket, "c2")))
        before = read(store, contents_of(ledger))
        (change,) = noted_ticket(attrs.evolve(ticket, version=version), "c3").changes
        with pytest.raises(Conflict):
            write(store, ledger.save(Decision(changes=(change,))))
        assert before == read(store, contents_of(ledger))

    def test_a_ticket_that_is_not_there_cannot_be_changed(self, store: Store) -> None:
        """A change of a ticket that was never stored is a conflict and stores nothing."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        ticket = opened(desk, "t1", opening())
        with pytest.raises(Conflict):
            write(store, ledger.save(noted_ticket(ticket)))
        assert read(store, ledger.ticket("t1")) is None
        assert () == read(store, ledger.history("t1"))

    def test_a_number_is_given_once(self, store: Store) -> None:
        """Two tickets of a desk cannot have one number."""
        ledger, _ = fresh_ticket(store)
        before = read(store, contents_of(ledger))
        with pytest.raises(Conflict):
            write(store, ledger.save(opened_ticket(_desk_of(before), "t2", 1)))
        assert before == read(store, contents_of(ledger))

    # -- what comes due

    @fewer()
    @given(crowd=strategies.crowds(), data=st.data())
    def test_what_is_due_comes_earliest_first(
        self, store: Store, crowd: tuple[Ticket, ...], data: st.DataObject
    ) -> None:
        """Due are tickets with a timer at or before now that are not parked beyond now, up to the limit."""
        ledger, crowd = fresh_crowd(store, crowd)
        moments = [timer.due_at for ticket in crowd for timer in ticket.timers]
        now = data.draw(st.sampled_from(moments) if moments else strategies.instants())
        parked = data.draw(st.dictionaries(st.sampled_from(crowd), strategies.instants())) if crowd else {}
        for ticket, until in parked.items():
            write(store, ledger.park(ticket.id, until=until, error="it failed"))
        expected = [
            ticket
            for ticket in crowd
            if ticket.wake_at is not None and ticket.wake_at <= now and not (ticket in parked and parked[ticket] > now)
        ]
        due = read(store, ledger.due(now, 100))
        assert {ticket.id for ticket in expected} == set(due)
        waking = {ticket.id: ticket.wake_at for ticket in crowd}
        assert sorted(ticket.wake_at for ticket in expected if ticket.wake_at) == [waking[i] for i in due]
        assert due[:2] == read(store, ledger.due(now, 2))

    def test_what_is_due_first_is_done_first(self, store: Store) -> None:
        """At the instant itself, by the first timer, then by id; what is parked is in nobody's way, claimed or not."""
        desk = fresh_desk()
        ledger = store.ledger(desk)
        seconds = {"a": (3, 9), "b": (1,), "c": (2,), "d": (2,), "e": (5,)}
        for number, (ticket_id, moments) in enumerate(seconds.items(), start=1):
            timers = tuple(Timer(action=f"x{one}", due_at=AT + timedelta(seconds=one)) for one in moments)
            write(store, ledger.save(opened_ticket(desk, ticket_id, number, timers=timers)))
        now = AT + timedelta(seconds=3)
        assert ("b", "c", "d", "a") == read(store, ledger.due(now, 10))
        write(store, ledger.park("b", until=now + timedelta(seconds=1), error=""))
        assert ("c", "d") == read(store, ledger.due(now, 2))
        claimed = write(store, ledger.due(now, 2, claim=True))
        assert {*claimed} <= {"a", "c", "d"}
        assert 0 < len(claimed) <= 2

    def test_a_parked_ticket_waits_until_then(self, store: Store) -> None:
        """Parked is not due before the instant, due from it on; parking counts up, unparking forgets."""
        ledger, ticket = fresh_ticket(store, timers=(Timer(action="expire", due_at=AT),))
        until = AT + timedelta(minutes=1)
        before = read(store, ledger.stored_columns(ticket.id))
        write(store, ledger.park(ticket.id, until=AT + timedelta(days=1), error=""))
        write(store, ledger.park(ticket.id, until=until, error="a reason, ñ, " + "x" * 10_000))
        assert 2 == read(store, ledger.parked(ticket.id))
        assert () == read(store, ledger.due(AT, 10))
        assert () == read(store, ledger.due(until - timedelta(milliseconds=1), 10))
        assert (ticket.id,) == read(store, ledger.due(until, 10))
        assert before == read(store, ledger.stored_columns(ticket.id))
        write(store, ledger.unpark(ticket.id))
        assert 0 == read(store, ledger.parked(ticket.id))
        assert (ticket.id,) == read(store, ledger.due(AT, 10))
        write(store, ledger.unpark(ticket.id))
        write(store, ledger.park(ticket.id, until=until, error="again"))
        assert 1 == read(store, ledger.parked(ticket.id))

    # -- together

    @pytest.mark.parametrize("lock", [True, False])
    def test_writers_of_one_ticket_lose_nothing(self, store: Store, lock: bool) -> None:
        """Of threads that change one ticket at once, each change is made on the one before; none is lost."""
        ledger, ticket = fresh_ticket(store)
        each = 5

        def change(command_id: str) -> Steps[None]:
            found = yield from ledger.ticket(ticket.id, lock=lock)
            assert found is not None
            yield from ledger.save(noted_ticket(found, command_id))

        def work(thread: int) -> None:
            for number in range(each):
                write_among_others(store, lambda number=number: change(f"{thread}-{number}"))  # type: ignore[misc]  # typed above

        at_once(work, 4)
        history = read(store, ledger.history(ticket.id))
        assert list(range(1, 4 * each + 2)) == [one.position for one in history]
        assert {f"{thread}-{n}" for thread in range(4) for n in range(each)} == {one.command_id for one in history[1:]}
        assert fold(ticket.desk, history) == read(store, ledger.ticket(ticket.id))


def _plain(value: Any, name: str) -> Any:
    """Return a value as it can be compared, whichever way a store spells instants and their absence."""
    if name in ("last_reply_at", "wake_at", "due_at") and value is None:
        value = NO_INSTANT
    return instant_text(value) if isinstance(value, datetime) else value


def _desk_of(shown: Mapping[str, Any]) -> str:
    desk: str = shown["list"][0].desk
    return desk
