"""Hypothesis is loaded by who asks for it, and the profiles are ours alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

import pytest
from hypothesis import settings

from supportcore.exploring import World
from supportcore.testing import profiles
from supportcore.testing.machine.spans import beginnings, beside, long
from tests.testing.machine.faulty import SMALL

_PLAIN = """
import sys
import supportcore.testing, supportcore.exploring
import supportcore.testing.invariants, supportcore.testing.profiles, supportcore.testing.subjects
import supportcore.testing.story
assert "hypothesis" not in sys.modules, "somebody loads it"
before = set(sys.modules)
import hypothesis
assert not [name for name in set(sys.modules) - before if name.startswith("supportcore")], "it loads us"
import supportcore.testing.machine
@hypothesis.given(hypothesis.strategies.integers())
def test(number): assert isinstance(number, int)
test()
"""


def test_hypothesis_is_loaded_by_the_machine_alone() -> None:
    """The kit without machines loads no Hypothesis, and Hypothesis loads nothing of ours and works beside it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PLAIN], capture_output=True, text=True, timeout=60, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_nothing_of_ours_is_a_plugin_of_hypothesis() -> None:
    """There is no entry point by which Hypothesis would load us."""
    assert [] == [one for one in entry_points(group="hypothesis") if one.value.startswith("supportcore")]


def test_profiles_have_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registering them leaves the profiles of a host as they are; the environment chooses among ours."""
    monkeypatch.delenv(profiles.VARIABLE, raising=False)
    before = settings.get_profile("quick"), settings.get_profile("ci")
    profiles.register()
    assert before == (settings.get_profile("quick"), settings.get_profile("ci"))
    assert 150 == settings.get_profile("supportcore-ci").max_examples
    assert "quick" == profiles.chosen()
    monkeypatch.setenv(profiles.VARIABLE, "deep")
    assert ("deep", "ci") == (profiles.chosen(), profiles.chosen("ci"))
    monkeypatch.setenv(profiles.VARIABLE, "night")
    with pytest.raises(ValueError, match="SUPPORTCORE_PROFILE is 'night'; there are quick, ci, deep"):
        profiles.chosen()


@pytest.mark.parametrize(("name", "same"), [("quick", False), ("ci", True), ("deep", False)])
def test_the_profile_ci_is_always_the_same(name: str, same: bool) -> None:
    """In CI the same runs come every time; no profile has a deadline."""
    found = profiles.settings_of(name)
    assert (same, None) == (found.derandomize, found.deadline)


def test_runs_begin_where_time_is_awkward() -> None:
    """Beside the beginning of the cast: a Friday afternoon, and a day before each change of the clock."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert (
        start,
        datetime(2026, 3, 6, 15, tzinfo=UTC),
        datetime(2026, 3, 28, 0, tzinfo=UTC),
        datetime(2026, 10, 24, 0, tzinfo=UTC),
    ) == beginnings("Europe/Madrid", start)
    assert 2 == len(beginnings("America/Bogota", start))


def test_long_spans_go_over_both_changes_of_the_clock_and_end_some_day() -> None:
    """Hours, days, a month, a year and the changes of the clock; at last nothing more."""
    node = World(SMALL).start
    found = {node.now + span for span in long(node, "Europe/Madrid", node.now)}
    changes = {datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)}
    assert changes < found
    assert () == long(node, "Europe/Madrid", node.now - timedelta(days=365 * 6))
    assert () == beside(node)
