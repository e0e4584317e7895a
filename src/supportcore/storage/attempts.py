"""
How often a transaction of our own is repeated, and what a host is told when its own cannot be.

An owned transaction that meets a conflict is repeated as a whole, with pauses that grow and are drawn at random so that
two workers do not meet again; then the caller hears `Busy`. A joined one is tried once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import TypeVar

from supportcore.clock import stopwatch
from supportcore.errors import Busy, StoreError, TransactionLost
from supportcore.storage.ports import AsyncStore, Conflict, Steps, Store, adrive, drive

T = TypeVar("T")

FIRST_PAUSE = 0.002  # seconds
LONGEST_PAUSE = 0.2  # seconds
PATIENCE = 10.0  # seconds, whether conflicts are told at once or a store waits for a lock by itself

_RANDOM = Random()  # pauses only; nothing stored depends on it


def run(store: Store, steps: Callable[[], Steps[T]], *, write: bool) -> T:
    """
    Execute *steps*, made anew for each attempt, in one transaction of *store*.

    Raises:
        Busy: Every attempt met a conflict, or the only one that a joined store has.
        TransactionLost: The host's transaction is gone.
    """
    last: Conflict | None = None
    for seconds in pauses():
        if seconds:
            time.sleep(seconds)
        try:
            with store.begin(write=write) as execute:
                return drive(steps(), execute)
        except Conflict as conflict:
            if store.joined:
                raise _in_a_host(conflict) from conflict
            last = conflict
    raise _given_up(last) from last


async def arun(store: AsyncStore, steps: Callable[[], Steps[T]], *, write: bool) -> T:
    """Execute *steps* as `run` does, awaiting."""
    import asyncio  # 20 ms, which a host that never awaits need not spend

    last: Conflict | None = None
    for seconds in pauses():
        if seconds:
            await asyncio.sleep(seconds)
        try:
            async with store.begin(write=write) as execute:
                return await adrive(steps(), execute)
        except Conflict as conflict:
            if store.joined:
                raise _in_a_host(conflict) from conflict
            last = conflict
    raise _given_up(last) from last


def pauses() -> Iterator[float]:
    """Yield the seconds to wait before each attempt, until patience is used up."""
    elapsed = stopwatch()
    yield 0.0
    for attempt in count():
        seconds = _RANDOM.uniform(0.5, 1.0) * min(FIRST_PAUSE * 2 ** min(attempt, 16), LONGEST_PAUSE)
        if elapsed() + seconds > PATIENCE:
            return
        yield seconds


def _given_up(conflict: Conflict | None) -> Busy:
    """Return the error of a transaction that was repeated in vain."""
    return Busy(f"Others were faster for {PATIENCE:.0f} seconds ({conflict}); the same command id may be sent again.")


def _in_a_host(conflict: Conflict) -> StoreError:
    """Return the error of a joined attempt that met a conflict."""
    if conflict.lost:
        return TransactionLost(why=str(conflict))
    return Busy(f"Somebody else was faster ({conflict}); roll back and repeat your transaction.")
