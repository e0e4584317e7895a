"""Computations that yield operations, and what executes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

T = TypeVar("T")

Steps = Generator[Any, Any, T]
"""A computation that yields operations of one backend and returns a ``T``."""

Execute = Callable[[Any], Any]
AsyncExecute = Callable[[Any], Awaitable[Any]]


def drive(steps: Steps[T], execute: Execute) -> T:
    """Execute *steps* to the end and return their answer."""
    try:
        operation = next(steps)
        while True:
            try:
                result = execute(operation)
            except BaseException as error:
                operation = steps.throw(error)
            else:
                operation = steps.send(result)
    except StopIteration as stop:
        answer: T = stop.value
        return answer


async def adrive(steps: Steps[T], execute: AsyncExecute) -> T:
    """Execute *steps* to the end, awaiting each, and return their answer."""
    try:
        operation = next(steps)
        while True:
            try:
                result = await execute(operation)
            except BaseException as error:
                operation = steps.throw(error)
            else:
                operation = steps.send(result)
    except StopIteration as stop:
        answer: T = stop.value
        return answer
