"""An asynchronous desk behind the synchronous methods is the same desk."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supportcore import Actor, AsyncDesk, Customer, Desk, FrozenClock, NotFound, load_definition
from supportcore.errors import StoreReadOnly
from supportcore.ids import seeded_ids
from supportcore.storage.memory import AsyncMemoryStore
from supportcore.storage.ports import AsyncExecute
from supportcore.testing.blocking import Background, BlockingDesk, BlockingStore
from tests.stores import open_desk_named

SMALL = load_definition(Path(__file__).parents[1] / "desks" / "small.toml")
ANA = Actor(id="ana", roles={"customer"}, customers={"acme"})
LUIS = Actor(id="luis", roles={"agent"})


def a_day_at(desk: Any) -> list[Any]:
    """Do some of everything and return all that was answered."""
    desk.install(customers=[Customer(id="acme", name="ACME")])
    case = desk.acting_as(ANA).open({"subject": "It is broken"})
    work = desk.acting_as(LUIS)
    work.act(case.id, "take")
    work.act(case.id, "ask", {"comment": "Since when?"})
    sent: list[Any] = []
    return [
        case,
        work.get(case.id),
        work.find().items,
        [offer.name for offer in work.actions(case.id)],
        [entry.at for entry in work.timeline(case.id)],
        desk.run_due(),
        desk.deliver(sent.append),
        sent,
        list(desk.ticket_ids()),
        desk.verify(),
        desk.history(case.id),
        desk.catalogue.get("customer", "acme"),
    ]


def test_a_blocking_desk_answers_as_a_desk_does(tmp_path: Path) -> None:
    """Commands, reads, iteration, delivery and the catalogue give the same on both."""
    answers = []
    for name in ("memory", "memory-async"):
        fixed: dict[str, Any] = {
            "clock": FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), "ids": seeded_ids(1), "salts": lambda: "00",
        }  # fmt: skip
        with open_desk_named(name, SMALL, tmp_path, install=False, **fixed) as desk:
            answers.append(a_day_at(desk))
    assert answers[0] == answers[1]
    assert answers[0][7], "some notice was sent"


def test_a_blocking_desk_has_every_method_of_a_desk() -> None:
    """What can be called on a desk can be called on it."""
    with Background() as background:
        desk = BlockingDesk(AsyncDesk(SMALL, AsyncMemoryStore()), background)
        pairs = [(Desk, desk), (Desk.acting_as, desk.acting_as(ANA))]
        for name, method in inspect.getmembers(pairs[0][0], inspect.isfunction):
            if not name.startswith("_"):
                assert callable(getattr(desk, name)), method
        assert isinstance(desk.store, BlockingStore)
        assert SMALL is desk.definition


def test_errors_come_through(tmp_path: Path) -> None:
    """What the asynchronous desk raises is raised here."""
    with open_desk_named("memory-async", SMALL, tmp_path) as desk, pytest.raises(NotFound):
        desk.acting_as(LUIS).get("nothing")


class Unwritable(AsyncMemoryStore):
    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncExecute]:
        if write:
            raise StoreReadOnly(where="memory://")
        async with super().begin(write=write) as execute:
            yield execute


def test_a_transaction_that_cannot_begin_says_so() -> None:
    """An error of the begin itself is raised, and the next transaction can begin."""
    with Background() as background:
        store = BlockingStore(Unwritable(), background)
        with pytest.raises(StoreReadOnly), store.begin(write=True):
            pass
        with store.begin(write=False) as execute:
            assert 3 == execute(lambda unit: 3)


def test_the_thread_ends_with_the_block() -> None:
    """Nothing is left running."""
    before = threading.active_count()
    with Background() as background:
        assert before + 1 == threading.active_count()
        BlockingStore(AsyncMemoryStore(), background).migrate()
    assert before == threading.active_count()


def test_importing_the_kit_imports_no_test_library() -> None:
    """`import supportcore.testing` and its blocking part load neither Hypothesis nor pytest."""
    code = (
        "import sys, supportcore.testing, supportcore.testing.blocking; "
        "print(sorted({'hypothesis', 'pytest'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(root / "src")}, capture_output=True, text=True, check=True
    )
    assert "[]" == done.stdout.strip()
