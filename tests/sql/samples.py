"""
What the tests of the SQL backend store: small decisions made by hand.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from supportcore.tickets.commands import Change, Decision, OutboxRow, Receipt
from supportcore.tickets.events import Content, ContentRef, NoteAdded, Recorded, TicketOpened
from supportcore.tickets.ticket import Ticket, Timer

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)


def opening(ticket_id: str, number: int, **fields: Any) -> Decision:
    """Return the decision that opens a ticket, with a bit of everything."""
    told = {"rules_hash": "h", "subject": "Printer ñ 😀", "state": "new", "category": "new", **fields}
    timer = Timer(action="close", due_at=NOW + timedelta(days=3))
    ticket = Ticket(
        id=ticket_id, desk="noova", number=number, version=1, opened_at=NOW, updated_at=NOW, timers=(timer,), **told
    )
    reference = ContentRef(id="c1", digest="d")
    event = TicketOpened(at=NOW, actor="ana", number=number, timers=(timer,), description=reference, **told)
    command_id = f"open-{ticket_id}"
    recorded = Recorded(ticket=ticket_id, position=1, command_id=command_id, event=event, recorded_at=NOW)
    return Decision(
        changes=(Change(before=0, ticket=ticket, recorded=(recorded,)),),
        contents=(
            Content(
                id="c1", ticket=ticket_id, position=1, kind="description", audience="public", author="ana",
                body="It burns.", salt="s",
            ),
        ),
        outbox=(
            OutboxRow(
                id=f"o-{ticket_id}", ticket=ticket_id, position=1, rule="opened", role="contact", recipient="ana",
                channel="mail", template="opened", due_at=NOW,
            ),
        ),
        receipt=Receipt(
            command_id=command_id, digest="d", id=ticket_id, number=number, version=1, state="new", at=NOW
        ),
    )  # fmt: skip


def noting(before: Ticket) -> Decision:
    """Return the decision that adds a note to a ticket."""
    after = attrs.evolve(before, version=before.version + 1, updated_at=before.updated_at + timedelta(hours=1))
    event = NoteAdded(at=after.updated_at, actor="luis", note=ContentRef(id="c2", digest="d"))
    recorded = Recorded(
        ticket=after.id, position=after.version, command_id=f"note-{after.version}", event=event, recorded_at=NOW
    )
    return Decision(changes=(Change(before=before.version, ticket=after, recorded=(recorded,)),))


def ticket_of(decision: Decision) -> Ticket:
    """Return the ticket of a decision about one."""
    return decision.changes[0].ticket


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a digest of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}
