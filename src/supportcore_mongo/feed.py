"""
How events get their place in a desk's feed.

Commands store events without a sequence: a counter that every command has to write lets one command through at a time.
Sequences are given later, in transactions that take turns by writing to the desk's feed counter: of two at once the
second meets a conflict. What commits after such a transaction began is not in its snapshot, so it has no sequence yet,
and the next one finds it. Sequences and counter are committed together, so none is ever missing between two.

Events are taken in the order of their document ids, which is about that of their insertion; about, as clocks of
machines differ. But those of one ticket always follow its history: whoever is taken, what it follows is taken first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pymongo import UpdateOne

from supportcore.storage.ports import Conflict, Steps
from supportcore_mongo.operations import Doc, Operation, rows

_PLACE: Doc = {"ticket": 1, "position": 1}


def number_events(desk: str, limit: int) -> Steps[int]:
    """Give the next sequences to up to *limit* events that have none; return to how many."""
    if limit <= 0:
        return 0
    waiting: Doc = {"desk": desk, "sequence": 0}
    found = yield from rows("history", waiting, [("_id", 1)], limit, fields=_PLACE)
    if not found:
        return 0
    # After the first read, from which on the snapshot stands: if another transaction counted since, this conflicts.
    key, locking = {"desk": desk, "name": "feed"}, {"$inc": {"lock": 1}, "$setOnInsert": {"n": 0}}
    counter = yield Operation("counters", "find_one_and_update", (key, locking), {"upsert": True})
    last = 0 if counter is None else int(counter["n"])
    every: Iterable[Doc] = found
    if len(found) == limit:  # else all that wait are here
        tickets = sorted({event["ticket"] for event in found})
        before = max(event["position"] for event in found)
        earlier = {**waiting, "ticket": {"$in": tickets}, "position": {"$lt": before}}
        every = [*found, *(yield Operation("history", "find", (earlier, _PLACE)))]
    chosen = list(islice(in_order(found, every), limit))
    updates = [
        UpdateOne({"_id": event["_id"], "sequence": 0}, {"$set": {"sequence": sequence}})
        for sequence, event in enumerate(chosen, start=last + 1)
    ]
    result = yield Operation("history", "bulk_write", (updates,), {"ordered": False})
    if result.matched_count != len(chosen):
        raise Conflict("somebody else numbered these events", lost=True)
    yield Operation("counters", "update_one", (key, {"$set": {"n": last + len(chosen)}}))
    return len(chosen)


def in_order(taken: Sequence[Doc], every: Iterable[Doc]) -> Iterator[Doc]:
    """Yield the events *taken* in their order, each after all of *every* that its ticket's history has before it."""
    left: dict[str, dict[int, Doc]] = {}
    for event in every:
        left.setdefault(event["ticket"], {})[event["position"]] = event
    queues = {ticket: [events[position] for position in sorted(events)] for ticket, events in left.items()}
    heads = dict.fromkeys(queues, 0)
    for event in taken:
        queue, head = queues[event["ticket"]], heads[event["ticket"]]
        while head < len(queue) and queue[head]["position"] <= event["position"]:
            yield queue[head]
            head += 1
        heads[event["ticket"]] = head
