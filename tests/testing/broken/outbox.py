"""Stores that err in notices that are to be delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from supportcore.storage import codec
from supportcore.storage.memory import MemoryLedger
from supportcore.storage.memory.unit import Doc, Transaction, do
from supportcore.storage.ports import Lease, Steps
from supportcore.testing.strategies import LAST_INSTANT, MILLISECOND
from supportcore.text import FIRST_INSTANT, instant_text
from supportcore.tickets.commands import Decision, OutboxRow
from tests.testing.broken.base import BrokenStore, Found
from tests.testing.broken.transactions import DriverError


class LeasesIgnored(BrokenStore):
    """Leases rows that somebody else is about to send."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            stamp = instant_text(now)

            def take(unit: Transaction) -> list[Lease]:
                leases = []
                for key, doc in list(unit.all("outbox", self._desk)):
                    if doc["status"] == "pending" and doc["next_at"] <= stamp and len(leases) < limit:
                        leased = {**doc, "attempts": doc["attempts"] + 1, "token": token, "leased_until": stamp}
                        unit.put("outbox", key, leased)
                        row: OutboxRow = codec.load(OutboxRow, doc["row"])
                        leases.append(Lease(row=row, attempts=leased["attempts"], token=token))
                return leases

            return tuple((yield from do(take)))


class TokensIgnored(BrokenStore):
    """Lets anybody settle any row that is pending."""

    class operations(MemoryLedger):
        def settle(self, row_id: str, *, token: str, **outcome: Any) -> Steps[bool]:
            doc = yield from do(lambda unit: unit.get("outbox", (self._desk, row_id)))
            held = "" if doc is None else doc["token"]
            return (yield from super().settle(row_id, token=held, **outcome))


class LeasesNeverEnd(BrokenStore):
    """Keeps a row for the worker that claimed it, for ever."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            return (yield from super().claim(now=now, until=LAST_INSTANT, token=token, limit=limit))


class LeasesEndEarly(BrokenStore):
    """Ends a lease a millisecond early."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            early = max(until - MILLISECOND, FIRST_INSTANT)
            return (yield from super().claim(now=now, until=early, token=token, limit=limit))


class LeasesEndLate(BrokenStore):
    """Ends a lease a millisecond late."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            late = min(until + MILLISECOND, LAST_INSTANT)
            return (yield from super().claim(now=now, until=late, token=token, limit=limit))


class ClaimsTooEarly(BrokenStore):
    """Leases what is due within a minute."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            soon = min(now + timedelta(minutes=1), LAST_INSTANT)
            return (yield from super().claim(now=soon, until=until, token=token, limit=limit))


class ClaimsLatestFirst(BrokenStore):
    """Leases the latest first, so that the earliest never come to it."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            found = yield from super().claim(now=now, until=until, token=token, limit=limit)
            return found[::-1]


class LeasedInTheWay(BrokenStore):
    """Takes as many as were asked for and then leaves out those that are leased."""

    class operations(MemoryLedger):
        def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
            stamp = instant_text(now)
            docs = yield from do(lambda unit: [(doc["next_at"], key[1]) for key, doc in unit.all("outbox", self._desk)])
            first = {row_id for at, row_id in sorted(docs)[:limit] if at <= stamp}
            found = yield from super().claim(now=now, until=until, token=token, limit=limit)
            return tuple(lease for lease in found if lease.id in first)


def _rewritten(method: str, alter: Callable[[Doc, Doc], Doc]) -> type[MemoryLedger]:
    """Return operations that leave another row behind than they are to; *alter* is told what was there, and is."""

    class Rewriting(MemoryLedger):
        def _rows(self, unit: Transaction) -> dict[Any, Doc]:
            return dict(unit.all("outbox", self._desk))

        def _again(self, steps: Steps[Any]) -> Steps[Any]:
            before = yield from do(self._rows)
            answer = yield from steps
            for key, doc in (yield from do(self._rows)).items():
                if doc is not before.get(key):
                    other = alter(before.get(key) or {}, doc)
                    yield from do(lambda unit, key=key, other=other: unit.put("outbox", key, other))
            return answer

        def claim(self, **more: Any) -> Steps[tuple[Lease, ...]]:
            return self._again(super().claim(**more)) if method == "claim" else super().claim(**more)

        def settle(self, row_id: str, **more: Any) -> Steps[bool]:
            return self._again(super().settle(row_id, **more)) if method == "settle" else super().settle(row_id, **more)

    return Rewriting


class AttemptsNotCounted(BrokenStore):
    """Does not count how often a notice was tried."""

    operations = _rewritten("claim", lambda before, doc: {**doc, "attempts": 0})


class SentAgain(BrokenStore):
    """Sends a notice again that was sent."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "status": "pending"})


class DeadSentAgain(BrokenStore):
    """Sends a notice again that was given up."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "status": doc["status"].replace("dead", "pending")})


class RetriedAtOnce(BrokenStore):
    """Tries a notice again at once that is to be tried later."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "next_at": before["next_at"]})


class RetriedNever(BrokenStore):
    """Keeps the lease of a notice that is to be tried again."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "leased_until": instant_text(LAST_INSTANT)})


class TokensKept(BrokenStore):
    """Lets a notice be settled twice."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "token": before["token"]})


class ErrorsForgotten(BrokenStore):
    """Does not keep why a notice could not be sent."""

    operations = _rewritten("settle", lambda before, doc: {**doc, "error": ""})


class ErrorsTooLong(BrokenStore):
    """Has no room for a long reason."""

    class operations(MemoryLedger):
        def settle(self, row_id: str, *, token: str, error: str = "", **more: Any) -> Steps[bool]:
            if len(error) > 4000:
                raise DriverError("data too long for column 'error'")
            return (yield from super().settle(row_id, token=token, error=error, **more))


class DeadRemoved(BrokenStore):
    """Forgets a notice that was given up."""

    class operations(MemoryLedger):
        def settle(self, row_id: str, *, sent_at: Any, retry_at: Any, **more: Any) -> Steps[bool]:
            done = yield from super().settle(row_id, sent_at=sent_at, retry_at=retry_at, **more)
            if done and sent_at is None and retry_at is None:
                yield from do(lambda unit: unit.put("outbox", (self._desk, row_id), None))
            return done


class NoticesReplaced(BrokenStore):
    """Puts a notice in the place of another one of its id."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            for row in decision.outbox:
                unit.put("outbox", (self._desk, row.id), None)
            super()._save(unit, decision)


class NoticesOncePerRule(BrokenStore):
    """Keeps one notice of a rule, whoever is to be told."""

    class operations(MemoryLedger):
        def _save(self, unit: Transaction, decision: Decision) -> None:
            rows = {(row.ticket, row.rule, row.position): row for row in decision.outbox}
            super()._save(unit, attrs.evolve(decision, outbox=tuple(rows.values())))


class NoticesOfAllDesks(BrokenStore):
    """Counts the notices of every desk."""

    class operations(MemoryLedger):
        def outbox_counts(self) -> Steps[Mapping[str, int]]:
            rows = yield from do(lambda unit: list(unit._tables.get("outbox", {}).values()))
            return {name: sum(row["status"] == name for row in rows) for name in ("pending", "sent", "dead")}


LEASED = "test_a_leased_row_is_left_alone_until_the_lease_ends"
FIRST = "test_what_is_due_is_leased_earliest_first"
AGAIN = "test_what_failed_is_tried_again_then"
FOUND: list[Found] = [
    (LeasesIgnored, LEASED, {}),
    (LeasesIgnored, "test_workers_never_share_a_row", {}),
    (LeasesNeverEnd, "test_a_claim_whose_answer_was_lost_is_given_out_again", {}),
    (LeasesEndEarly, LEASED, {}),
    (LeasesEndLate, LEASED, {}),
    (TokensIgnored, "test_who_lost_the_lease_settles_nothing", {}),
    (ClaimsTooEarly, FIRST, {}),
    (ClaimsLatestFirst, FIRST, {}),
    (LeasedInTheWay, FIRST, {}),
    (AttemptsNotCounted, AGAIN, {}),
    (SentAgain, "test_what_was_sent_is_never_claimed_again", {}),
    (DeadSentAgain, "test_what_is_dead_stays_so", {}),
    (RetriedAtOnce, AGAIN, {}),
    (RetriedNever, AGAIN, {}),
    (TokensKept, AGAIN, {}),
    (ErrorsForgotten, "test_forms_are_those_of_every_store", {}),
    (ErrorsTooLong, AGAIN, {}),
    (DeadRemoved, "test_what_is_dead_stays_so", {}),
    (NoticesReplaced, "test_one_that_cannot_be_saved_undoes_all", {"place": 1, "why": "notice"}),
    (NoticesOncePerRule, "test_a_person_may_have_many_teams", {}),
    (NoticesOfAllDesks, "test_desks_never_see_one_another", {}),
]
