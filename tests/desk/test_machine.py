"""Random commands by random actors at random instants do what the hand-written model says, on every store."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from supportcore import FrozenClock
from tests.desk.machine import DeskMachine
from tests.desk.timed import TimedMachine
from tests.stores import open_desk_named


def run_machine(machine: type[DeskMachine], name: str, tmp_path: Path, *, examples: int, mongodb_url: str = "") -> None:
    class Machine(machine):  # type: ignore[misc, valid-type]
        @staticmethod
        def make(clock: FrozenClock) -> Any:
            stack = ExitStack()
            desk = stack.enter_context(
                open_desk_named(name, machine.definition, tmp_path, mongodb_url=mongodb_url, clock=clock, install=False)
            )
            Machine.close = staticmethod(stack.close)
            return desk

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                Machine.close()

    profile = settings.get_profile(settings.get_current_profile_name())
    times = max(1, profile.max_examples // 30)
    chosen = settings(
        profile,
        max_examples=examples * times,
        stateful_step_count=30,
        suppress_health_check=[HealthCheck.too_slow, *profile.suppress_health_check],
    )
    run_state_machine_as_test(Machine, settings=chosen)


MACHINES = [pytest.param(DeskMachine, id="small"), pytest.param(TimedMachine, id="timed")]


@pytest.mark.store("memory")
@pytest.mark.parametrize("machine", MACHINES)
def test_memory(machine: type[DeskMachine], tmp_path: Path) -> None:
    """On memory."""
    run_machine(machine, "memory", tmp_path, examples=40)


@pytest.mark.store("memory")
@pytest.mark.parametrize("machine", MACHINES)
def test_memory_async(machine: type[DeskMachine], tmp_path: Path) -> None:
    """On memory, asynchronously."""
    run_machine(machine, "memory-async", tmp_path, examples=10)


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("machine", MACHINES)
def test_sqlite(machine: type[DeskMachine], tmp_path: Path) -> None:
    """On SQLite."""
    run_machine(machine, "sqlite", tmp_path, examples=10)


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("machine", MACHINES)
def test_sqlite_async(machine: type[DeskMachine], tmp_path: Path) -> None:
    """On SQLite, asynchronously."""
    run_machine(machine, "sqlite-async", tmp_path, examples=4)


@pytest.mark.store("mongodb")
@pytest.mark.parametrize("machine", MACHINES)
def test_mongodb(machine: type[DeskMachine], tmp_path: Path, mongodb_url: str) -> None:
    """On MongoDB, which proves that the ports fit it."""
    run_machine(machine, "mongodb", tmp_path, examples=3, mongodb_url=mongodb_url)
