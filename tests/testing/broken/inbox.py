"""Stores that err in the notices that people read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import do
from supportcore.storage.ports import Steps
from supportcore.text import instant_text
from supportcore.tickets.commands import OutboxRow
from tests.testing.broken.base import BrokenStore, Found


class InboxOfEverybody(BrokenStore):
    """Takes people and teams for one."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            mine = yield from super().inbox(person, [*teams, person], **more)
            others: list[OutboxRow] = []
            for team in teams:
                others += yield from super().inbox(team, [], **more)
            found = {row.id: row for row in (*mine, *others)}.values()
            return tuple(sorted(found, key=lambda row: (row.due_at, row.id), reverse=True)[: more["limit"]])


class InboxFromTheEdge(BrokenStore):
    """Begins a page with the last notice of the page before."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            if more.get("before") is not None:
                at, row_id = more["before"]
                more["before"] = (at, row_id + "\0")
            return (yield from super().inbox(person, teams, **more))


class InboxOfWhatIsPending(BrokenStore):
    """Forgets a notice as soon as it is sent."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            found = yield from super().inbox(person, teams, **more)
            docs = yield from do(lambda unit: [unit.get("outbox", (self._desk, row.id)) for row in found])
            return tuple(row for row, doc in zip(found, docs, strict=True) if doc and doc["status"] == "pending")


class ReadAgain(BrokenStore):
    """Notes the last time that a notice was read."""

    class operations(MemoryLedger):
        def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
            for notice in ids:
                key = (self._desk, person, notice)
                yield from do(lambda unit, key=key: unit.put("reads", key, {"at": instant_text(at)}))


class ReadByAll(BrokenStore):
    """Takes for read what anybody has read."""

    class operations(MemoryLedger):
        def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
            rows = yield from do(lambda unit: [key for key, _ in unit.all("reads", self._desk)])
            return frozenset(ids) & {key[2] for key in rows}


class ChannelsMixed(BrokenStore):
    """Shows in the inbox what was sent by mail."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], *, channel: str, **more: Any) -> Steps[Any]:
            found: list[OutboxRow] = []
            for each in ("portal", "email"):
                found += yield from super().inbox(person, teams, channel=each, **more)
            found.sort(key=lambda row: (row.due_at, row.id), reverse=True)
            return tuple(found[: more["limit"]])


class OldestFirst(BrokenStore):
    """Shows the earliest notices first."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            return (yield from super().inbox(person, teams, **more))[::-1]


class TeamsTwice(BrokenStore):
    """Shows a notice once for each time that its team is named."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            found = list((yield from super().inbox(person, (), **more)))
            for team in teams:
                mine = yield from super().inbox(person, (team,), **more)
                found += [row for row in mine if row.role == "team"]
            return tuple(sorted(found, key=lambda row: (row.due_at, row.id), reverse=True)[: more["limit"]])


class FewTeams(BrokenStore):
    """Asks for no more teams than fit into one statement."""

    class operations(MemoryLedger):
        def inbox(self, person: str, teams: Sequence[str], **more: Any) -> Steps[tuple[OutboxRow, ...]]:
            return (yield from super().inbox(person, tuple(teams)[:100], **more))


class FirstReadAlone(BrokenStore):
    """Marks the first of several notices as read."""

    class operations(MemoryLedger):
        def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
            yield from super().mark_read(person, tuple(ids)[:1], at)


class ReadOnAllDesks(BrokenStore):
    """Takes for read what a person has read on another desk."""

    class operations(MemoryLedger):
        def mark_read(self, person: str, ids: Sequence[str], at: datetime) -> Steps[None]:
            yield from super().mark_read(person, ids, at)
            yield from MemoryLedger("all").mark_read(person, ids, at)

        def read_notices(self, person: str, ids: Sequence[str]) -> Steps[frozenset[str]]:
            return (yield from MemoryLedger("all").read_notices(person, ids))


INBOX = "test_an_inbox_is_what_a_plain_filter_gives"
FOUND: list[Found] = [
    (InboxOfEverybody, "test_a_team_is_no_person", {}),
    (InboxFromTheEdge, INBOX, {}),
    (InboxOfWhatIsPending, "test_what_became_of_the_delivery_is_all_one", {}),
    (ChannelsMixed, INBOX, {}),
    (OldestFirst, INBOX, {}),
    (TeamsTwice, "test_a_person_may_have_many_teams", {}),
    (FewTeams, "test_a_person_may_have_many_teams", {}),
    (ReadAgain, "test_a_notice_is_read_once", {"later": timedelta(milliseconds=1)}),
    (ReadByAll, "test_what_was_read_is_known", {}),
    (FirstReadAlone, "test_many_notices_are_read_at_once", {}),
    (ReadOnAllDesks, "test_what_was_read_is_known", {}),
]
