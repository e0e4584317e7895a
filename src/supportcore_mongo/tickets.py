"""The tickets of one desk, as `supportcore.storage.ports.Tickets` wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import SystemRandom
from typing import Any

import attrs
from pymongo import UpdateOne

from supportcore.predicate import NEVER, Predicate
from supportcore.storage.ports import Conflict, Query, Seek, Steps, Words
from supportcore.tickets.commands import Change
from supportcore.tickets.ticket import Ticket
from supportcore_mongo import documents, words
from supportcore_mongo.documents import BESIDE
from supportcore_mongo.operations import Doc, Operation, groups, insert, rows

CANDIDATES = 16
"""Of so many of the earliest due tickets a worker picks; the more, the seldomer two workers pick the same."""

_dice = SystemRandom()  # for nothing but to spread load; a seeded one would draw the same in every worker
_ID_ONLY: Doc = {"_id": 0, "id": 1}


class MongoTickets:
    """The tickets of one desk as they are now; see `supportcore.storage.ports.Tickets`."""

    __slots__ = ("_desk",)

    def __init__(self, desk: str) -> None:
        self._desk = desk

    def ticket(self, ticket_id: str, *, lock: bool = False) -> Steps[Ticket | None]:
        """Return a ticket; locking it writes to it, for MongoDB locks what it writes and nothing else."""
        key = {"desk": self._desk, "id": ticket_id}
        if lock:
            found = yield Operation("tickets", "find_one_and_update", (key, {"$inc": {"lock": 1}}))
        else:
            found = yield Operation("tickets", "find_one", (key,))
        return None if found is None else documents.load_ticket(found)

    def ticket_by_number(self, number: int) -> Steps[Ticket | None]:
        found = yield Operation("tickets", "find_one", ({"desk": self._desk, "number": number},))
        return None if found is None else documents.load_ticket(found)

    def find(self, query: Query) -> Steps[tuple[Ticket, ...]]:
        found = yield from (self._find_under_words(query) if query.words else self._find(query))
        tickets = tuple(documents.load_ticket(document) for document in found)
        return tickets[::-1] if query.seek is not None and query.seek.backwards else tickets

    def _find(self, query: Query, *, ids: Sequence[str] | None = None, fields: Doc | None = None) -> Steps[list[Doc]]:
        """Return the documents of a list, of *ids* alone if given, in the order that they are met in from its edge."""
        seek = query.seek
        ascending = query.descending == (seek is not None and seek.backwards)
        where = self._where(query.where, ids)
        if seek is not None:
            where["$and"].append(documents.beyond(query.sort, seek, ascending=ascending))
        order = [(name, 1 if ascending else -1) for name in (query.sort, "id")]
        skip = query.skip if seek is None else 0
        return (yield from rows("tickets", where, order, query.limit, skip=skip, fields=fields))

    def _find_under_words(self, query: Query) -> Steps[list[Doc]]:
        ids, ordered = yield from words.having(self._desk, query.words)
        if ids is not None:
            return (yield from self._find(query, ids=ids)) if ids else []
        skip = query.skip if query.seek is None else 0
        found: list[Doc] = []
        step: Query | None = attrs.evolve(query, words=ordered, skip=0)
        while step is not None and len(found) < query.limit:
            ids, step = yield from self._step(step)
            some = ids[skip : skip + query.limit - len(found)]
            skip = max(0, skip - len(ids))
            if some:
                where = {"desk": self._desk, "id": {"$in": some}}
                by_id = {document["id"]: document for document in (yield Operation("tickets", "find", (where,)))}
                found += [by_id[ticket_id] for ticket_id in some]
        return found

    def _step(self, query: Query) -> Steps[tuple[list[str], Query | None]]:
        """Return the ids under the words of a list among its next tickets, and the rest of the list if there is any."""
        fields = {"_id": 0, "id": 1, query.sort: 1}
        met = yield from self._find(attrs.evolve(query, limit=words.MOST), fields=fields)
        ids = yield from words.among(self._desk, query.words, [document["id"] for document in met])
        if len(met) < words.MOST:
            return ids, None
        backwards = query.seek is not None and query.seek.backwards
        edge = Seek(key=met[-1][query.sort], id=met[-1]["id"], backwards=backwards)
        return ids, attrs.evolve(query, seek=edge)

    def count(self, where: Predicate, *, words: Words = (), cap: int | None = None) -> Steps[int]:
        if cap == 0 or where == NEVER:  # MongoDB refuses a limit of 0
            return 0
        if words:
            return (yield from self._count_under(words, where, cap))
        return (yield from self._count(where, cap))

    def _count(self, where: Predicate, cap: int | None, ids: Sequence[str] | None = None) -> Steps[int]:
        options = {} if cap is None else {"limit": cap}
        return int((yield Operation("tickets", "count_documents", (self._where(where, ids),), options)))

    def _count_under(self, asked: Words, where: Predicate, cap: int | None) -> Steps[int]:
        ids, ordered = yield from words.having(self._desk, asked)
        if ids is not None:
            return (yield from self._count(where, cap, ids)) if ids else 0
        found = 0
        step: Query | None = Query(where=where, words=ordered)
        while step is not None and (cap is None or found < cap):
            ids, step = yield from self._step(step)
            found += len(ids)
        return found if cap is None else min(found, cap)

    def counts(self, wheres: Sequence[Predicate]) -> Steps[tuple[int, ...]]:
        """
        Return how many tickets there are of each kind, by a query on an index for each.

        One query for all would be a ``$facet``, which reads every ticket that any of them may count, or a ``$lookup``
        or ``$unionWith`` for each, which transactions over shards or any transactions refuse.
        """
        found = []
        for where in wheres:
            found.append((yield from self.count(where)))
        return tuple(found)

    def count_by(self, where: Predicate, field: str) -> Steps[Mapping[str | bool | None, int]]:
        return (yield from groups("tickets", self._where(where), field))

    def ticket_ids(self, after: str, limit: int) -> Steps[tuple[str, ...]]:
        where = {"desk": self._desk, "id": {"$gt": after}}
        found = yield from rows("tickets", where, [("id", 1)], limit, fields=_ID_ONLY)
        return tuple(document["id"] for document in found)

    def due(self, now: datetime, limit: int, *, claim: bool = False) -> Steps[tuple[str, ...]]:
        """
        Return ids of tickets that came due.

        A claim writes to a few of the earliest, drawn at random: who is second at one of them meets a conflict.
        """
        where = {"desk": self._desk, "wake_at": {"$lte": now}, "parked_until": {"$lte": now}}
        order = [("wake_at", 1), ("id", 1)]
        most = max(limit, CANDIDATES) if claim and limit > 0 else limit
        found = yield from rows("tickets", where, order, most, fields=_ID_ONLY)
        ids = [document["id"] for document in found]
        if not claim:
            return tuple(ids)
        drawn = sorted(_dice.sample(range(len(ids)), min(limit, len(ids))))
        claimed = []
        for ticket_id in (ids[place] for place in drawn):
            still = {**where, "id": ticket_id}
            options = {"projection": _ID_ONLY}
            if (yield Operation("tickets", "find_one_and_update", (still, {"$inc": {"lock": 1}}), options)) is not None:
                claimed.append(ticket_id)
        return tuple(claimed)

    def park(self, ticket_id: str, *, until: datetime, error: str) -> Steps[None]:
        key = {"desk": self._desk, "ticket": ticket_id}
        change = {"$set": {"until": until, "error": error}, "$inc": {"times": 1}}
        yield Operation("parked", "update_one", (key, change), {"upsert": True})
        yield from self._mark_parked(ticket_id, until)

    def parked(self, ticket_id: str) -> Steps[int]:
        found = yield Operation("parked", "find_one", ({"desk": self._desk, "ticket": ticket_id},))
        return 0 if found is None else int(found["times"])

    def unpark(self, ticket_id: str) -> Steps[None]:
        yield Operation("parked", "delete_one", ({"desk": self._desk, "ticket": ticket_id},))
        yield from self._mark_parked(ticket_id, BESIDE["parked_until"])

    def _mark_parked(self, ticket_id: str, until: datetime) -> Steps[None]:
        change = {"$set": {"parked_until": until}}
        yield Operation("tickets", "update_one", ({"desk": self._desk, "id": ticket_id}, change))

    def stored_columns(self, ticket_id: str) -> Steps[Mapping[str, Any] | None]:
        """Return every field of a ticket's document but MongoDB's own id and what stands beside the ticket."""
        fields = dict.fromkeys(("_id", *BESIDE), 0)
        found: Doc | None = yield Operation("tickets", "find_one", ({"desk": self._desk, "id": ticket_id}, fields))
        return found

    def expected_columns(self, ticket: Ticket) -> Mapping[str, Any]:
        return documents.ticket_document(ticket)

    def _where(self, where: Predicate, ids: Sequence[str] | None = None) -> Doc:
        named = [] if ids is None else [{"id": {"$in": list(ids)}}]
        return {"$and": [{"desk": self._desk}, *named, documents.to_filter(where)]}

    def _save_tickets(self, changes: Sequence[Change]) -> Steps[None]:
        """Store tickets: those that are new in one round trip, then those that changed, in order, in another."""
        new = [change.ticket for change in changes if change.before == 0]
        changed = [change for change in changes if change.before]
        yield from insert("tickets", [documents.new_ticket_document(ticket) for ticket in new])
        if not changed:
            return
        updates = [self._update(change) for change in changed]
        if len(updates) == 1:
            result = yield Operation("tickets", "update_one", updates[0])
        else:
            result = yield Operation("tickets", "bulk_write", ([UpdateOne(*update) for update in updates],))
        if result.matched_count != len(updates):
            told = ", ".join(f"{change.ticket.id} at version {change.before}" for change in changed)
            raise Conflict(f"there is no longer every ticket of: {told}", lost=True)

    def _update(self, change: Change) -> tuple[Doc, Doc]:
        """Return filter and update; what is set to the value it has costs the server nothing."""
        key = {"desk": self._desk, "id": change.ticket.id, "version": change.before}
        return key, {"$set": documents.ticket_document(change.ticket)}
