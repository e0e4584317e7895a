"""A request: steps that are carried out in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from supportcore.storage.ports import Ledger, Steps

T = TypeVar("T")


@attrs.frozen
class Request(Generic[T]):
    """Steps to be executed in one transaction, made anew for each attempt."""

    steps: Callable[[Ledger], Steps[T]]
    write: bool = False
