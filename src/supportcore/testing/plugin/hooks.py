"""What a ``conftest.py`` may say of a desk: its guards, and rules beside those of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from supportcore.definition.model import Guard
    from supportcore.testing.invariants import EventuallyWithin, Rule


@pytest.hookspec(firstresult=True)
def pytest_desk_guards(path: Path) -> Mapping[str, Guard] | None:
    """Return the Python functions that the desk in the file *path* names as ``guard``."""


@pytest.hookspec
def pytest_desk_rules(path: Path) -> Iterable[Rule | EventuallyWithin]:
    """Return rules that the desk in the file *path* has to keep, for its exploration, machine and stories."""
    return ()
