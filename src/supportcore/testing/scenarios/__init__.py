"""
Scenarios in TOML: what is given, done, seen and refused on a desk, run on any store.

    found = scenarios_in(Path("tests/acceptance"))
    outcome = run_row(found.row("noova-13"), store)
    assert outcome.passed, outcome.story

How a scenario is written stands in docs/acceptance.md. Neither pytest nor Hypothesis is needed.
"""

from supportcore.testing.scenarios.methods import PLACES, Place
from supportcore.testing.scenarios.reading import Row, Scenarios, scenarios_in
from supportcore.testing.scenarios.running import run_row
from supportcore.testing.scenarios.story import Outcome

__all__ = ["PLACES", "Outcome", "Place", "Row", "Scenarios", "run_row", "scenarios_in"]
