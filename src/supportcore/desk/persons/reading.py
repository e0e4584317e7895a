"""Reading what is kept of a desk in parts: all entries of a kind, all of one ticket."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import takewhile

from supportcore.desk.persons.rewriting import Kept
from supportcore.desk.requests import Request
from supportcore.storage import codec
from supportcore.storage.ports import Entry, Key, Ledger, Steps

READ_AT_ONCE = 200  # entries; of contents up to 50 MB
_FIRST = {"event": (0,), "content": (0, "")}
"""What comes before the first key of a ticket, after its id."""


def page(ledger: Ledger, kind: str, after: Key | None) -> Steps[tuple[Entry, ...]]:
    """Return the next entries of a kind."""
    return ledger.entries(kind, after=after, limit=READ_AT_ONCE)


def each(kind: str, look: Callable[[Entry], object]) -> Steps[None]:
    """Show every entry of a kind to *look*, in the order of their keys; by requests."""
    after: Key | None = None
    while found := (yield Request(partial(page, kind=kind, after=after))):
        for entry in found:
            look(entry)
        after = found[-1].key


def kept_of(ledger: Ledger, ticket_id: str) -> Steps[Kept]:
    """Return what is kept of one ticket."""
    ticket = yield from ledger.ticket(ticket_id)
    events = yield from _of_ticket(ledger, "event", ticket_id)
    contents = yield from _of_ticket(ledger, "content", ticket_id)
    named = [str(one.key[2]) for one in contents if one.form["kind"] == "file"]
    files = (yield from ledger.files(named)) if named else ()
    return Kept(
        ticket=None if ticket is None else Entry("ticket", (ticket_id,), codec.dump(ticket)),
        events=events,
        contents=contents,
        files=tuple(Entry("file", (file.id,), codec.dump(file)) for file in files if file is not None),
    )


def _of_ticket(ledger: Ledger, kind: str, ticket_id: str) -> Steps[tuple[Entry, ...]]:
    found: list[Entry] = []
    after: Key = (ticket_id, *_FIRST[kind])
    while True:
        read = yield from ledger.entries(kind, after=after, limit=READ_AT_ONCE)
        mine = list(takewhile(partial(_is_of, ticket_id=ticket_id), read))
        found += mine
        if len(mine) < READ_AT_ONCE:
            return tuple(found)
        after = read[-1].key


def _is_of(entry: Entry, *, ticket_id: str) -> bool:
    return entry.key[0] == ticket_id
