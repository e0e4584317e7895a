"""What the parts of the plugin call things, and how options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

PROFILES = ("quick", "ci", "deep")
"""The names of `supportcore.testing.profiles`, which are not loaded for an option."""
EXPLORED = "supportcore-explored"
"""Property of a test: how far an exploration came."""
COVERAGE = "supportcore_coverage"
"""What a process of pytest-xdist hands on."""


def option(config: pytest.Config, name: str) -> Any:
    """Return an option; None where the plugin came too late to add it, as from a test module."""
    return config.getoption(name, None)
