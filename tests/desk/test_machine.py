"""Random commands by random actors at random instants do what the hand-written model says, on every store."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from supportcore import FrozenClock
from tests.desk.machine import SMALL, DeskMachine
from tests.stores import open_desk_named


def run_machine(name: str, tmp_path: Path, examples: int, mongodb_url: str = "") -> None:
    class Machine(DeskMachine):
        @staticmethod
        def make(clock: FrozenClock) -> Any:
            stack = ExitStack()
            desk = stack.enter_context(
                open_desk_named(name, SMALL, tmp_path, mongodb_url=mongodb_url, clock=clock, install=False)
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


@pytest.mark.store("memory")
def test_memory(tmp_path: Path) -> None:
    """On memory."""
    run_machine("memory", tmp_path, 60)


@pytest.mark.store("memory")
def test_memory_async(tmp_path: Path) -> None:
    """On memory, asynchronously."""
    run_machine("memory-async", tmp_path, 15)


@pytest.mark.store("sqlite")
def test_sqlite(tmp_path: Path) -> None:
    """On SQLite."""
    run_machine("sqlite", tmp_path, 20)


@pytest.mark.store("sqlite")
def test_sqlite_async(tmp_path: Path) -> None:
    """On SQLite, asynchronously."""
    run_machine("sqlite-async", tmp_path, 10)


@pytest.mark.store("mongodb")
def test_mongodb(tmp_path: Path, mongodb_url: str) -> None:
    """On MongoDB, which proves that the ports fit it."""
    run_machine("mongodb", tmp_path, 5, mongodb_url)
