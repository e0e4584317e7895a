"""The operations on one desk in memory, each written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from supportcore.knowledge.postings import TICKETS, Search
from supportcore.predicate import ALWAYS, Predicate, to_python
from supportcore.storage import codec
from supportcore.storage.memory.credentials import CredentialsMemory
from supportcore.storage.memory.knowledge import KnowledgeMemory
from supportcore.storage.memory.portable import load_ticket, ticket_columns
from supportcore.storage.memory.portal import PortalMemory
from supportcore.storage.memory.unit import Doc, Transaction, do
from supportcore.storage.ports import Conflict, Lease, Query, Record, Ref, Steps, Words, leased
from supportcore.text import NEVER, instant_text
from supportcore.tickets.commands import Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, Recorded
from supportcore.tickets.ticket import Ticket


def _recorded(doc: Doc) -> Recorded:
    return Recorded(
        ticket=doc["ticket"],
        position=doc["position"],
        command_id=doc["command_id"],
        event=codec.load_event(doc["name"], doc["version"], doc["form"]),
        recorded_at=datetime.fromisoformat(doc["recorded_at"]),
        sequence=doc["sequence"],
    )


class MemoryLedger(KnowledgeMemory, CredentialsMemory, PortalMemory):
    """One desk in memory; see `supportcore.storage.ports.Ledger`."""

    # -- tickets

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        key = (self._desk, ticket_id)

        def find(unit: Transaction) -> Doc | None:
            if lock:
                unit.lock("tickets", key)
            return unit.get("tickets", key)

        row = yield from do(find)
        return None if row is None else load_ticket(row)

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        found = yield from do(lambda unit: unit.get("by_number", (self._desk, number)))
        return None if found is None else (yield from self.ticket(found["id"]))

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        tickets = yield from self._where(query.where, query.words)

        def place(ticket: Ticket) -> tuple[Any, str]:
            value = getattr(ticket, query.sort)
            return (NEVER if value is None else value), ticket.id

        descending = query.descending
        tickets.sort(key=place, reverse=descending)
        if query.seek is None:
            return tuple(tickets[query.skip : query.skip + query.limit])
        edge = (query.seek.key, query.seek.id)
        if query.seek.backwards:
            before = [t for t in tickets if (place(t) > edge if descending else place(t) < edge)]
            return tuple(before[-query.limit :])
        after = [t for t in tickets if (place(t) < edge if descending else place(t) > edge)]
        return tuple(after[: query.limit])

    def count(self, where: Predicate, *, words: Words = (), cap: int | None = None) -> Steps[int]:
        tickets = yield from self._where(where, words)
        return len(tickets) if cap is None else min(len(tickets), cap)

    def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
        tickets, tests = (yield from self._where(ALWAYS)), [to_python(where) for where in wheres]
        return tuple(sum(test(ticket, None) for ticket in tickets) for test in tests)

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        tickets = yield from self._where(where)
        return Counter(getattr(ticket, field) for ticket in tickets)

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        rows = yield from do(lambda unit: list(unit.all("tickets", self._desk)))
        return tuple(key[1] for key, _ in rows if key[1] > after)[:limit]

    def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
        stamp = instant_text(now)

        def find(unit: Transaction) -> list[tuple[str, str]]:
            parked = {key[1] for key, doc in unit.all("parked", self._desk) if doc["until"] > stamp}
            rows = unit.all("tickets", self._desk)
            return sorted((r["wake_at"], r["id"]) for _, r in rows if r["wake_at"] <= stamp and r["id"] not in parked)

        found = yield from do(find)
        return tuple(ticket_id for _, ticket_id in found[:limit])

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        key = (self._desk, ticket_id)

        def write(unit: Transaction) -> None:
            times = (unit.get("parked", key) or {"times": 0})["times"]
            unit.put("parked", key, {"until": instant_text(until), "times": times + 1, "error": error})

        yield from do(write)

    def parked(self, ticket_id: str) -> Steps[int]:
        doc = yield from do(lambda unit: unit.get("parked", (self._desk, ticket_id)))
        return 0 if doc is None else int(doc["times"])

    def unpark(self, ticket_id: str) -> Steps[None]:
        yield from do(lambda unit: unit.put("parked", (self._desk, ticket_id), None))

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        row = yield from do(lambda unit: unit.get("tickets", (self._desk, ticket_id)))
        return row

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        return ticket_columns(ticket)

    def _where(self, where: Predicate, words: Words = ()) -> Steps[list[Ticket]]:
        test = to_python(where)
        rows = yield from do(lambda unit: list(unit.all("tickets", self._desk)))
        found = [ticket for ticket in (load_ticket(row) for _, row in rows) if test(ticket, None)]
        if not words:
            return found
        hits = yield from self.search(Search(kind=TICKETS, required=words, limit=len(rows)))
        ids = {hit.record for hit in hits.hits}
        return [ticket for ticket in found if ticket.id in ids]

    # -- what happened

    def save(self, *decisions: Decision) -> Steps[None]:
        for decision in decisions:
            yield from do(partial(self._save, decision=decision))

    def _save(self, unit: Transaction, decision: Decision) -> None:
        desk = self._desk
        for change in decision.changes:
            ticket = change.ticket
            current = unit.get("tickets", (desk, ticket.id))
            if (current["version"] if current else 0) != change.before:
                raise Conflict(f"ticket {ticket.id} is no longer at version {change.before}")
            unit.put("tickets", (desk, ticket.id), ticket_columns(ticket))
            if change.before == 0:
                unit.add("by_number", (desk, ticket.number), {"id": ticket.id})
            for recorded in change.recorded:
                name, version, form = codec.dump_event(recorded.event)
                doc = {
                    "desk": desk,
                    "ticket": recorded.ticket,
                    "position": recorded.position,
                    "command_id": recorded.command_id,
                    "recorded_at": instant_text(recorded.recorded_at),
                    "name": name,
                    "version": version,
                    "form": form,
                    "sequence": 0,
                }
                unit.append(doc)
        for content in decision.contents:
            kept = (unit.get("contents", (desk, content.ticket)) or {"items": []})["items"]
            unit.put("contents", (desk, content.ticket), {"items": [*kept, codec.dump(content)]})
        for row in decision.outbox:
            waiting = {
                "status": "pending",
                "attempts": 0,
                "token": None,
                "leased_until": None,
                "sent_at": None,
                "error": "",
            }
            doc = {"row": codec.dump(row), "next_at": instant_text(row.due_at), **waiting}
            unit.add("outbox", (desk, row.id), doc)
        for file in decision.files:
            self._take(unit, file)
        self._learn(unit, decision)
        if decision.receipt is not None:
            unit.add("receipts", (desk, decision.receipt.command_id), codec.dump(decision.receipt))

    def history(self, ticket_id: str, *, after: int = 0) -> Steps[tuple[Recorded, ...]]:
        found = yield from do(lambda unit: unit.history(self._desk, ticket_id))
        return tuple(_recorded(doc) for doc in found if doc["position"] > after)

    def contents(self, ticket_id: str) -> Steps[tuple[Content, ...]]:
        doc = yield from do(lambda unit: unit.get("contents", (self._desk, ticket_id)))
        found = [codec.load(Content, item) for item in doc["items"]] if doc is not None else []
        return tuple(sorted(found, key=lambda content: (content.position, content.id)))

    def feed(self, after: int, limit: int) -> Steps[tuple[Recorded, ...]]:
        found = yield from do(lambda unit: unit.feed(self._desk, after, limit))
        return tuple(_recorded(doc) for doc in found)

    def number_events(self, limit: int) -> Steps[int]:
        def give(unit: Transaction) -> int:
            found = unit.unnumbered(self._desk, limit)
            last = self._count_up(unit, "feed", len(found))
            for sequence, event in enumerate(found, start=last - len(found) + 1):
                unit.number(event, sequence)
            return len(found)

        return (yield from do(give))

    def unnumbered(self) -> Steps[bool]:
        return bool((yield from do(lambda unit: unit.unnumbered(self._desk, 1))))

    def receipts(self, command_ids: Iterable[str]) -> Steps[tuple[Receipt | None, ...]]:
        wanted = tuple(command_ids)
        docs = yield from do(lambda unit: [unit.get("receipts", (self._desk, id_)) for id_ in wanted])
        return tuple(None if doc is None else codec.load(Receipt, doc) for doc in docs)

    def next_numbers(self, count: int = 1) -> Steps[int]:
        return (yield from do(lambda unit: self._count_up(unit, "ticket", count))) - count + 1

    def _count_up(self, unit: Transaction, name: str, step: int) -> int:
        """Return a counter after adding *step*."""
        key = (self._desk, name)
        n = int((unit.get("numbers", key) or {"n": 0})["n"]) + step
        unit.put("numbers", key, {"n": n})
        return n

    # -- catalogue and rules

    def records(self, refs: Iterable[Ref]) -> Steps[tuple[Record | None, ...]]:
        wanted = tuple(refs)
        docs = yield from do(lambda unit: [unit.get("records", (self._desk, kind, id_)) for kind, id_ in wanted])
        pairs = zip(wanted, docs, strict=True)
        return tuple(None if doc is None else codec.load_record(kind, doc) for (kind, _), doc in pairs)

    def records_of(self, kind: str, *, after: str = "", limit: int = 100) -> Steps[tuple[Record, ...]]:
        rows = yield from do(lambda unit: list(unit.all("records", self._desk)))
        found = [doc for key, doc in rows if key[1] == kind and key[2] > after]
        return tuple(codec.load_record(kind, doc) for doc in found[:limit])

    def put_record(self, record: Record) -> Steps[None]:
        kind, form = codec.dump_record(record)
        yield from do(lambda unit: unit.put("records", (self._desk, kind, record.id), form))

    def rules(self, rules_hash: str) -> Steps[str | None]:
        doc = yield from do(lambda unit: unit.get("rules", (self._desk, rules_hash)))
        return None if doc is None else str(doc["document"])

    def put_rules(self, rules_hash: str, document: str) -> Steps[None]:
        if (yield from self.rules(rules_hash)) is None:
            yield from do(lambda unit: unit.put("rules", (self._desk, rules_hash), {"document": document}))

    # -- outbox

    def claim(self, *, now: datetime, until: datetime, token: str, limit: int) -> Steps[tuple[Lease, ...]]:
        stamp, end = instant_text(now), instant_text(until)

        def is_free(doc: Doc) -> bool:
            return doc["leased_until"] is None or doc["leased_until"] <= stamp

        def take(unit: Transaction) -> list[tuple[str, Doc]]:
            rows = [(doc["next_at"], key, doc) for key, doc in unit.all("outbox", self._desk)]
            free = [r for r in rows if r[2]["status"] == "pending" and r[0] <= stamp and is_free(r[2])]
            taken = []
            for _, key, doc in sorted(free, key=lambda row: row[:2])[:limit]:
                claimed = {**doc, "attempts": doc["attempts"] + 1, "token": token, "leased_until": end}
                unit.put("outbox", key, claimed)
                taken.append((key[1], claimed))
            return taken

        return tuple(
            leased(row_id, partial(codec.load, OutboxRow, doc["row"]), attempts=doc["attempts"], token=token)
            for row_id, doc in (yield from do(take))
        )

    def settle(
        self, row_id: str, *, token: str, sent_at: datetime | None, retry_at: datetime | None, error: str = ""
    ) -> Steps[bool]:
        key = (self._desk, row_id)
        status = "sent" if sent_at is not None else "pending" if retry_at is not None else "dead"

        def write(unit: Transaction) -> bool:
            doc = unit.get("outbox", key)
            if doc is None or doc["status"] != "pending" or doc["token"] != token:
                return False
            again = instant_text(retry_at) if sent_at is None and retry_at is not None else doc["next_at"]
            sent = None if sent_at is None else instant_text(sent_at)
            settled = {"status": status, "next_at": again, "sent_at": sent, "error": error}
            unit.put("outbox", key, {**doc, **settled, "token": None, "leased_until": None})
            return True

        return (yield from do(write))

    def outbox_counts(self) -> Steps[Mapping[str, int]]:
        rows = yield from do(lambda unit: list(unit.all("outbox", self._desk)))
        return Counter(doc["status"] for _, doc in rows)
