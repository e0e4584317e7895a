"""What the tests of this folder write, and how they execute it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from supportcore.storage.ports import Conflict, Steps, adrive, drive
from supportcore.tickets.commands import Change, Decision, Receipt
from supportcore.tickets.events import Recorded, TicketOpened
from supportcore.tickets.evolve import fold

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opening(desk: str, ticket_id: str, number: int) -> Decision:
    """Return the decision that opens a ticket."""
    event = TicketOpened(
        at=NOON, actor="ana", number=number, rules_hash="0" * 64, subject="…", state="new", category="new"
    )
    recorded = Recorded(ticket=ticket_id, position=1, command_id=f"open-{ticket_id}", event=event, recorded_at=NOON)
    ticket = fold(desk, (recorded,))
    receipt = Receipt(
        command_id=recorded.command_id, digest="d", id=ticket_id, number=number, version=1, state="new", at=NOON
    )
    return Decision(changes=(Change(before=0, ticket=ticket, recorded=(recorded,)),), receipt=receipt)


def one(store: Any, steps: Steps[Any], *, write: bool = True) -> Any:
    """Execute steps in a transaction of their own."""
    with store.begin(write=write) as execute:
        return drive(steps, execute)


async def aone(store: Any, steps: Steps[Any], *, write: bool = True) -> Any:
    """Execute steps in a transaction of their own."""
    async with store.begin(write=write) as execute:
        return await adrive(steps, execute)


def again(store: Any, steps: Callable[[], Steps[Any]], *, tries: int = 200) -> Any:
    """Execute steps in transactions of their own until nobody was faster."""
    for _ in range(tries):
        try:
            return one(store, steps())
        except Conflict:
            continue
    raise AssertionError(f"{tries} attempts met a conflict")


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """
    Run a test that awaits.

    A monitor of PyMongo 4.20 that is cancelled while it connects, as by closing its client soon, leaves a socket to the
    garbage collector, of which that warns.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        asyncio.run(coroutine)
        gc.collect()
