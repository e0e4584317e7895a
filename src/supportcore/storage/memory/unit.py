"""One transaction of the reference store: a write set over the committed tables."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, TypeVar

from supportcore.storage.ports import Conflict, Steps

T = TypeVar("T")
Doc = dict[str, Any]
Key = tuple[Any, ...]


class Transaction:
    """
    A write set; reads see it first.

    Events stand apart from the other tables, as they are only ever added to: by ticket, those of a desk that have no
    sequence yet, and those that have one.
    """

    def __init__(self, tables: dict[str, dict[Key, Any]]) -> None:
        self._tables = tables
        self._base: dict[tuple[str, Key], Doc | None] = {}
        self._new: dict[tuple[str, Key], Doc | None] = {}
        self._events: list[Doc] = []
        self._numbered: list[tuple[Doc, int]] = []
        self._rewritten: dict[Key, Doc] = {}

    def get(self, table: str, key: Key) -> Doc | None:
        """Return the document under a key, or None."""
        if (table, key) in self._new:
            return self._new[table, key]
        return self._tables.setdefault(table, {}).get(key)

    def lock(self, table: str, key: Key) -> None:
        """Let the commit check that the document under a key is still the one that is there now."""
        self._base.setdefault((table, key), self._tables.setdefault(table, {}).get(key))

    def all(self, table: str, desk: str) -> Iterator[tuple[Key, Doc]]:
        """Yield the documents of a desk with their keys, by key."""
        merged = {key: doc for key, doc in self._tables.setdefault(table, {}).items() if key[0] == desk}
        merged.update({key: doc for (name, key), doc in self._new.items() if name == table and key[0] == desk})
        yield from sorted(((key, doc) for key, doc in merged.items() if doc is not None), key=lambda item: item[0])

    def desks(self) -> tuple[str, ...]:
        """Return the keys of the desks that have tickets or rules."""
        places = [key for table in ("tickets", "rules") for key in self._tables.get(table, {})]
        places += [key for table, key in self._new if table in ("tickets", "rules")]
        return tuple(sorted({key[0] for key in places}))

    def put(self, table: str, key: Key, doc: Doc | None) -> None:
        """Write a document, or with None remove it; the commit checks that what it replaces is still there."""
        self._base.setdefault((table, key), self._tables.setdefault(table, {}).get(key))
        self._new[table, key] = doc

    def add(self, table: str, key: Key, doc: Doc) -> None:
        """Write a document where there must be none yet."""
        if self.get(table, key) is not None:
            raise Conflict(f"{table} {key} is taken")
        self.put(table, key, doc)

    # -- events

    def append(self, event: Doc) -> None:
        """Append to the history; a sequence of 0 is none yet."""
        if any(one["position"] == event["position"] for one in self.history(event["desk"], event["ticket"])):
            raise Conflict(f"event {event['position']} of ticket {event['ticket']} is there already")
        self._base.setdefault(("by_ticket", (event["desk"], event["ticket"])), None)
        self._events.append(event)

    def history(self, desk: str, ticket_id: str) -> list[Doc]:
        """Return the stored events of a ticket, in order."""
        stored = self._tables["by_ticket"].get((desk, ticket_id), ())
        mine = (one for one in self._events if one["desk"] == desk and one["ticket"] == ticket_id)
        return [self._as_rewritten(one) for one in (*stored, *mine)]

    def events(self, desk: str, since: str) -> Iterator[Doc]:
        """Yield the events of all tickets whose id is at least *since*, by ticket and position."""
        mine: dict[str, list[Doc]] = {}
        for event in self._events:
            if event["desk"] == desk:
                mine.setdefault(event["ticket"], []).append(event)
        stored = self._tables["by_ticket"]
        tickets = {ticket for place, ticket in stored if place == desk} | mine.keys()
        for ticket in sorted(one for one in tickets if one >= since):
            events = (*stored.get((desk, ticket), ()), *mine.get(ticket, ()))
            yield from sorted(map(self._as_rewritten, events), key=itemgetter("position"))

    def feed(self, desk: str, after: int, limit: int) -> list[Doc]:
        """Return the events of a desk after a sequence."""
        mine = [{**event, "sequence": sequence} for event, sequence in self._numbered if event["desk"] == desk]
        events = [*self._tables["feed"].get((desk,), ()), *mine]
        return [self._as_rewritten(event) for event in events if event["sequence"] > after][:limit]

    def unnumbered(self, desk: str, limit: int) -> list[Doc]:
        """Return events that have no sequence yet, in the order they were committed in."""
        waiting: list[Doc] = self._tables["waiting"].get((desk,), [])[:limit]
        return waiting

    def number(self, event: Doc, sequence: int) -> None:
        """Give an event its sequence, at the commit."""
        self._numbered.append((event, sequence))

    def rewrite(self, key: Key, changes: Doc) -> None:
        """Let the event of a desk, a ticket and a position, if it is there, say something else; it keeps its place."""
        self._rewritten[key] = changes

    def _as_rewritten(self, event: Doc) -> Doc:
        changes = self._rewritten.get((event["desk"], event["ticket"], event["position"]))
        return event if changes is None else {**event, **changes}

    def commit(self) -> None:
        """Apply everything, or raise `Conflict` and apply nothing; the caller holds the lock."""
        for (table, key), base in self._base.items():
            if table == "by_ticket":
                taken = {event["position"] for event in self._tables["by_ticket"].get(key, ())}
                mine = {event["position"] for event in self._events if (event["desk"], event["ticket"]) == key}
                if taken & mine:
                    raise Conflict(f"the history of ticket {key[1]} went on meanwhile")
            elif self._tables[table].get(key) is not base:
                raise Conflict(f"{table} {key} changed meanwhile")
        for (table, key), doc in self._new.items():
            if doc is None:
                self._tables[table].pop(key, None)
            else:
                self._tables[table][key] = doc
        for event in self._events:
            self._tables["by_ticket"].setdefault((event["desk"], event["ticket"]), []).append(event)
            if event["sequence"]:
                insort(self._tables["feed"].setdefault((event["desk"],), []), event, key=_sequence)
            else:
                self._tables["waiting"].setdefault((event["desk"],), []).append(event)
        for desk, ticket, position in self._rewritten:
            for event in self._tables["by_ticket"].get((desk, ticket), ()):
                if event["position"] == position:  # the very object that stands in the feed, or waits for its place
                    event.update(self._rewritten[desk, ticket, position])
        for event, sequence in self._numbered:
            self._tables["waiting"][event["desk"],].remove(event)
            event["sequence"] = sequence
            self._tables["feed"].setdefault((event["desk"],), []).append(event)


def _sequence(event: Doc) -> int:
    sequence: int = event["sequence"]
    return sequence


Operation = Callable[[Transaction], Any]


def do(operation: Callable[[Transaction], T]) -> Steps[T]:
    """Return the steps of one operation."""
    answer: T = yield operation
    return answer
