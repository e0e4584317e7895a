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
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url


def run_machine(machine: type[DeskMachine], name: str, tmp_path: Path, *, examples: int, server_url: str = "") -> None:
    class Machine(machine):  # type: ignore[misc, valid-type]
        @staticmethod
        def make(clock: FrozenClock) -> Any:
            stack = ExitStack()
            desk = stack.enter_context(
                open_desk_named(name, machine.definition, tmp_path, server_url=server_url, clock=clock, install=False)
            )
            Machine.close = staticmethod(stack.close)
            return desk

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                Machine.close()

    profile = settings()
    times = max(1, profile.max_examples // 30)
    chosen = settings(
        profile,
        max_examples=examples * times,
        stateful_step_count=30,
        suppress_health_check=[HealthCheck.too_slow, *profile.suppress_health_check],
    )
    run_state_machine_as_test(Machine, settings=chosen)


MACHINES = [pytest.param(DeskMachine, id="small"), pytest.param(TimedMachine, id="timed")]

EXAMPLES = {"memory": 25, "memory-async": 5, "sqlite": 6}
"""How many runs of up to 30 commands on a store with the quick profile; on all others 2."""

NAMES = [pytest.param(name, marks=pytest.mark.store(reported_as(name))) for name in STORE_NAMES]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", NAMES)
def test_any_commands(machine: type[DeskMachine], name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Random commands do on each store what the model says."""
    url = server_url(request, name)
    run_machine(machine, name, tmp_path, examples=EXAMPLES.get(name, 2), server_url=url)
