"""What `supportcore.storage.ports.Inbox` promises."""

# ruff: noqa: SIM300  # expected == actual, as in every test

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.storage.ports import Ledger, Store
from supportcore.testing import strategies
from supportcore.testing.conformance.driving import (
    Conformance,
    at_once,
    fewer,
    fresh_desk,
    read,
    write,
    write_among_others,
)
from supportcore.testing.conformance.samples import AT, entries_of, notice, notices, opened_ticket
from supportcore.testing.strategies.values import _TRICKY, _TRICKY_INSTANTS, MILLISECOND
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow

PEOPLE = ("ana", "Ana", "ana ", "luis", "desk")
TEAMS = ("desk", "Desk", "luis", "night")


def told() -> st.SearchStrategy[list[OutboxRow]]:
    """Return notices to few people and teams, on few channels and at few instants."""
    rows = strategies.outbox_rows(
        id=st.sampled_from(_TRICKY) | strategies.host_ids(),
        role=st.sampled_from(("contact", "team", "assignee")),
        recipient=st.sampled_from((*PEOPLE, *TEAMS)),
        channel=st.sampled_from(("portal", "email")),
        due_at=st.sampled_from(_TRICKY_INSTANTS),
    )
    return st.lists(rows, max_size=10, unique_by=lambda row: row.id)


def place(row: OutboxRow) -> tuple[datetime, bytes]:
    """Return what an inbox is ordered by."""
    return row.due_at, row.id.encode()


def shown(rows: Iterable[OutboxRow], person: str, teams: Sequence[str], channel: str) -> list[OutboxRow]:
    """Return the inbox that has to be shown."""
    mine = [row for row in rows if (row.recipient in teams if row.role == "team" else row.recipient == person)]
    return sorted((row for row in mine if row.channel == channel), key=place, reverse=True)


class InboxConformance(Conformance):
    """What `supportcore.storage.ports.Inbox` promises."""

    @fewer()
    @given(
        rows=told(),
        person=st.sampled_from(PEOPLE),
        teams=st.lists(st.sampled_from(TEAMS), max_size=3, unique=True),
        limit=st.integers(1, 4),
        edges=st.lists(st.tuples(st.sampled_from(_TRICKY_INSTANTS), st.sampled_from(_TRICKY)), max_size=2),
    )
    def test_an_inbox_is_what_a_plain_filter_gives(
        self,
        store: Store,
        rows: list[OutboxRow],
        person: str,
        teams: list[str],
        limit: int,
        edges: list[tuple[datetime, str]],
    ) -> None:
        """To a person, or to a team of hers; latest first, then by the bytes of the id; strictly between two edges."""
        ledger = _told(store, rows)
        expected = shown(rows, person, teams, "portal")
        assert expected == _inbox(store, ledger, person, teams)
        assert expected[:limit] == _inbox(store, ledger, person, teams, limit=limit)
        edges += [(row.due_at, row.id) for row in expected]
        for edge, other in zip(edges, edges[::-1], strict=True):
            later = [row for row in expected if place(row) > (edge[0], edge[1].encode())]
            earlier = [row for row in expected if place(row) < (edge[0], edge[1].encode())]
            between = [row for row in later if place(row) < (other[0], other[1].encode())]
            assert later[:limit] == _inbox(store, ledger, person, teams, limit=limit, after=edge)
            assert earlier[:limit] == _inbox(store, ledger, person, teams, limit=limit, before=edge)
            assert between[:limit] == _inbox(store, ledger, person, teams, limit=limit, after=edge, before=other)
        assert [] == _inbox(store, store.ledger(fresh_desk()), person, teams)

    def test_a_team_is_no_person(self, store: Store) -> None:
        """A notice to a team is not for the person of the same id, nor one to a person for the team."""
        to_team, to_person = notice("r1", role="team", recipient="x"), notice("r2", recipient="x")
        ledger = _told(store, [to_team, to_person])
        assert [to_person] == _inbox(store, ledger, "x", [], "email")
        assert [to_team] == _inbox(store, ledger, "y", ["x"], "email")
        assert [to_person, to_team] == _inbox(store, ledger, "x", ["x"], "email")

    def test_what_became_of_the_delivery_is_all_one(self, store: Store) -> None:
        """Sent, given up, leased or pending: a notice stays in the inbox as it was."""
        rows = [notice(f"r{number}", AT + number * MILLISECOND) for number in range(4)]
        ledger = _told(store, rows)
        late = AT + timedelta(hours=1)
        for _ in range(3):
            write(store, ledger.claim(now=late, until=late + timedelta(hours=1), token="w", limit=1))
        assert write(store, ledger.settle("r0", token="w", sent_at=late, retry_at=None))
        assert write(store, ledger.settle("r1", token="w", sent_at=None, retry_at=None, error="no such address"))
        assert (2, 1, 1) == notices(read(store, ledger.outbox_counts()))
        assert rows[::-1] == _inbox(store, ledger, "ana", [], "email")

    def test_a_person_may_have_many_teams(self, store: Store) -> None:
        """Two hundred teams, one of them told twice: every notice once, in order, up to the limit."""
        rows = [
            notice(f"r{number:03}", AT + number % 7 * MILLISECOND, role="team", recipient=f"team-{number}")
            for number in range(200)
        ]
        ledger = _told(store, rows)
        teams = [*(f"team-{number}" for number in range(200)), "team-5"]
        expected = sorted(rows, key=place, reverse=True)
        assert expected == _inbox(store, ledger, "ana", teams, "email", limit=500)
        assert expected[:30] == _inbox(store, ledger, "ana", teams, "email", limit=30)
        edge = (expected[29].due_at, expected[29].id)
        assert expected[30:40] == _inbox(store, ledger, "ana", teams, "email", limit=10, before=edge)

    @fewer()
    @given(
        ids=st.lists(st.sampled_from(_TRICKY) | strategies.host_ids(), max_size=8),
        person=strategies.host_ids(),
        data=st.data(),
    )
    def test_what_was_read_is_known(self, store: Store, ids: list[str], person: str, data: st.DataObject) -> None:
        """By the bytes of person and notice, on this desk only; one may mark and ask twice, or nothing at all."""
        ledger = store.ledger(fresh_desk())
        mine = data.draw(st.lists(st.sampled_from(ids), max_size=6) if ids else st.just([]))
        write(store, ledger.mark_read(person, mine, AT))
        asked = [*ids, *ids[:2], "another", "Another"]
        assert frozenset(mine) == read(store, ledger.read_notices(person, asked))
        assert frozenset() == read(store, ledger.read_notices(person, []))
        another = person[:63] + ("y" if person.endswith("x") else "x")
        assert frozenset() == read(store, ledger.read_notices(another, asked))
        assert frozenset() == read(store, store.ledger(fresh_desk()).read_notices(person, asked))

    @pytest.mark.parametrize("later", [MILLISECOND, -MILLISECOND])
    def test_a_notice_is_read_once(self, store: Store, later: timedelta) -> None:
        """Marked again, earlier or later, it keeps the instant it was first marked with; new ones get theirs."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.mark_read("ana", ["r1", "r2"], AT))
        write(store, ledger.mark_read("ana", ["r2", "r3", "r3"], AT + later))
        write(store, ledger.mark_read("eva", ["r1"], AT + 2 * later))
        moments = {entry.key: entry.form["at"] for entry in read(store, entries_of(ledger, "read"))}
        assert {
            ("ana", "r1"): instant_text(AT),
            ("ana", "r2"): instant_text(AT),
            ("ana", "r3"): instant_text(AT + later),
            ("eva", "r1"): instant_text(AT + 2 * later),
        } == moments

    @pytest.mark.parametrize("between", [":", "/", "|", ".", "-", "_", ",", " ", "\x1f"])
    def test_the_parts_of_a_key_are_apart(self, store: Store, between: str) -> None:
        """Person and notice are two, whatever they are made of: no other two come to the same."""
        ledger = store.ledger(fresh_desk())
        write(store, ledger.mark_read(f"a{between}b", ["c"], AT))
        assert frozenset({"c"}) == read(store, ledger.read_notices(f"a{between}b", ["c"]))
        assert frozenset() == read(store, ledger.read_notices("a", [f"b{between}c", "b", "c"]))
        assert [(f"a{between}b", "c")] == [entry.key for entry in read(store, entries_of(ledger, "read"))]

    def test_many_notices_are_read_at_once(self, store: Store) -> None:
        """So many that one statement could not name them are marked and asked for all the same."""
        ledger = store.ledger(fresh_desk())
        ids = [f"r{number}" for number in range(500)]
        write(store, ledger.mark_read("ana", ids[::2], AT))
        assert frozenset(ids[::2]) == read(store, ledger.read_notices("ana", ids))

    def test_several_can_mark_at_once(self, store: Store) -> None:
        """A person with several windows, each marking in another order: all get through, and each notice is read."""
        ledger = store.ledger(fresh_desk())
        ids = [f"r{number}" for number in range(20)]

        def work(number: int) -> None:
            order = ids[number:] + ids[:number]
            write_among_others(store, lambda: ledger.mark_read("ana", order[:: -1 if number % 2 else 1], AT))

        at_once(work, 4)
        assert frozenset(ids) == read(store, ledger.read_notices("ana", ids))


def _told(store: Store, rows: Iterable[OutboxRow]) -> Ledger:
    desk = fresh_desk()
    ledger = store.ledger(desk)
    write(store, ledger.save(attrs.evolve(opened_ticket(desk), outbox=tuple(rows))))
    return ledger


def _inbox(
    store: Store,
    ledger: Ledger,
    person: str,
    teams: Sequence[str],
    channel: str = "portal",
    *,
    limit: int = 100,
    **edges: tuple[datetime, str],
) -> list[OutboxRow]:
    return list(read(store, ledger.inbox(person, teams, channel=channel, limit=limit, **edges)))
