"""
How hard a state machine looks: ``quick`` while one works, ``ci`` always the same, ``deep`` over night.

The environment variable SUPPORTCORE_PROFILE names the one that is taken where none is said. Hypothesis knows them, once
`register` was called, as ``supportcore-quick`` and so on, so that a host's own profiles stay what they are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from hypothesis import settings

__all__ = ["PROFILES", "VARIABLE", "Profile", "chosen", "register", "settings_of"]

VARIABLE = "SUPPORTCORE_PROFILE"
"""The environment variable that names a profile."""


@attrs.frozen(kw_only=True)
class Profile:
    """
    How hard a machine looks.

    Attributes:
        runs: Tickets, each from its opening on.
        steps: Steps of a run at most.
        same: Every time the same runs, and none is kept for the next time.
    """

    runs: int
    steps: int
    same: bool = False


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "quick": Profile(runs=100, steps=25),
        "ci": Profile(runs=150, steps=30, same=True),
        "deep": Profile(runs=2_000, steps=60),
    }
)
"""The profiles by name."""


def chosen(name: str | None = None) -> str:
    """
    Return the profile of this name; of the environment's, or ``quick``, where none is said.

    Raises:
        ValueError: There is no such profile.
    """
    found = name or os.environ.get(VARIABLE) or "quick"
    if found not in PROFILES:
        said = "profile" if name else VARIABLE
        raise ValueError(f"{said} is {found!r}; there are {', '.join(PROFILES)}")
    return found


def settings_of(name: str | None = None) -> settings:
    """
    Return the settings of Hypothesis of a profile.

    No step has a deadline. What is found is shrunk by the machine itself, and not by Hypothesis.
    """
    from hypothesis import HealthCheck, Phase, settings

    profile = PROFILES[chosen(name)]
    default = settings.get_profile("default")
    return settings(
        default,
        max_examples=profile.runs,
        stateful_step_count=profile.steps,
        derandomize=profile.same,
        deadline=None,
        phases=[phase for phase in Phase if phase.name in ("explicit", "reuse", "generate")],
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        database=None if profile.same else default.database,
    )


def register() -> None:
    """Make the profiles known to Hypothesis, for ``--hypothesis-profile`` and `settings.load_profile`."""
    from hypothesis import settings

    for name in PROFILES:
        settings.register_profile(f"supportcore-{name}", settings_of(name))
