"""`Desk` and `AsyncDesk` are the same desk: names, arguments and results."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from supportcore.desk import Acting, AsyncActing, AsyncDesk, Desk
from supportcore.desk.aio import AsyncCatalogue
from supportcore.desk.desk import Catalogue

PAIRS = [(Desk, AsyncDesk), (Acting, AsyncActing), (Catalogue, AsyncCatalogue)]


def public(kind: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") or name == "__init__"
    }


def plain(signature: inspect.Signature) -> str:
    """A signature with the words of waiting taken out."""
    told = str(signature).replace("Awaitable[object]", "object")
    return re.sub(r"Async(?=[A-Z])", "", told)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_the_methods_have_the_same_names(one: type, other: type) -> None:
    """Nothing is missing on either side."""
    assert public(one).keys() == public(other).keys()


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_the_methods_have_the_same_signatures(one: type, other: type) -> None:
    """Arguments, defaults and results agree, but for waiting."""
    for name, member in public(one).items():
        twin = public(other)[name]
        assert plain(inspect.signature(member)) == plain(inspect.signature(twin)), name


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_what_reads_or_writes_is_awaited(one: type, other: type) -> None:
    """Every method that touches the store is a coroutine on the asynchronous side, and only there."""
    pure = {"__init__", "acting_as", "joined", "error"}
    for name, twin in public(other).items():
        waits = inspect.iscoroutinefunction(twin) or inspect.isasyncgenfunction(twin)
        assert (name not in pure) == waits, name
        assert not inspect.iscoroutinefunction(public(one)[name])
