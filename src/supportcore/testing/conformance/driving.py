"""Executing steps: alone, among others, in threads, and shuffled together in one thread."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from supportcore.storage.ports import (
    Conflict,
    Execute,
    Steps,
    Store,
    drive,
)

T = TypeVar("T")

TRIES = 2000  # attempts of one writer among eight
THREADS = 8

# Inherited tests run once a store, on purpose; each example takes a desk of its own in the store of the fixture.
for_every_store = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.differing_executors,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def fewer(part: int = 2) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return settings `for_every_store` that look at a *part*-th of the examples, for tests that ask a store much."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        examples = max(1, settings().max_examples // part)
        return settings(for_every_store, max_examples=examples)(test)

    return decorate


_desks = count(1)


def fresh_desk() -> str:
    """Return the key of a desk that no test has used."""
    return f"desk-{next(_desks)}"


def read(store: Store, steps: Steps[T]) -> T:
    """Execute *steps* in a transaction that reads."""
    with store.begin(write=False) as execute:
        return drive(steps, execute)


def write(store: Store, steps: Steps[T]) -> T:
    """Execute *steps* in a transaction that writes; nobody else is there, so a conflict is an error."""
    with store.begin(write=True) as execute:
        return drive(steps, execute)


def write_among_others(store: Store, steps: Callable[[], Steps[T]]) -> T:
    """Execute steps in a transaction that writes, again and again until nobody was faster."""
    for _ in range(TRIES):
        try:
            with store.begin(write=True) as execute:
                return drive(steps(), _dawdling(execute))
        except Conflict:
            _dawdle()
    raise AssertionError(f"{TRIES} attempts met a conflict: nobody gets through")


def _dawdling(execute: Execute) -> Execute:
    """Return *execute* with breaks, so that transactions of several threads truly overlap."""

    def slowly(operation: Any) -> Any:
        result = execute(operation)
        _dawdle()
        return result

    return slowly


def _dawdle() -> None:
    time.sleep(random.random() / 2000)  # seconds; half a millisecond lets the others in


def at_once(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """Return what *work* returns for 0, 1, 2 …, each in a thread, all begun at the same moment."""
    barrier = threading.Barrier(threads)

    def begin(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def shuffled(store: Store, works: Sequence[Callable[[], Steps[T]]], data: st.DataObject) -> dict[int, T]:
    """
    Execute several transactions in one thread, one step of one of them at a time, in an order that is drawn.

    Returns:
        What those came to that were committed, by their place.
    """
    kept: dict[int, T] = {}
    transactions = {place: ExitStack() for place in range(len(works))}
    executes = {place: stack.enter_context(store.begin(write=True)) for place, stack in transactions.items()}
    steps = {place: work() for place, work in enumerate(works)}
    results: dict[int, Any] = dict.fromkeys(steps)
    try:
        while steps:
            chosen = data.draw(st.sampled_from(sorted(steps)), label="goes on")
            try:
                with transactions[chosen] as stack:
                    try:
                        results[chosen] = executes[chosen](steps[chosen].send(results[chosen]))
                    except StopIteration as stop:
                        results[chosen] = stop.value
                    else:
                        transactions[chosen] = stack.pop_all()
                        continue
                kept[chosen] = results[chosen]
            except Conflict:
                pass
            del steps[chosen]
    except BaseException:  # an order that is not drawn to its end leaves nothing open
        for place in steps:
            transactions[place].__exit__(Undo, Undo(), None)
        raise
    return kept


class Undo(Exception):
    """Raised by a test inside a transaction."""


class Conformance:
    """The base of all."""

    @pytest.fixture
    def store(self) -> Store:
        """Give a fresh store that is migrated; to be overridden."""
        raise NotImplementedError("override the fixture `store`: a fresh store, migrated")
