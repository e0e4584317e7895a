"""
What is mutated, which tests may notice it, and which mutants of all a run tries.

The sample is spread over the modules in proportion to how many mutants each can have (by largest remainder), and drawn
from each by the seed and its name: the same for the same sources and seed, and other modules have no part in it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutating.mutants import Mutant
from tests.mutating.operators import mutants_of

ROOT = Path(__file__).parents[2]

TARGETS = (
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("src/supportcore/tickets/usecases/*.py")),
    "src/supportcore/tickets/evolve.py",
    "src/supportcore/tickets/advance.py",
    "src/supportcore/tickets/moves.py",
    "src/supportcore/workflow/engine.py",
    "src/supportcore/sla/calendar.py",
    "src/supportcore/sla/clocks.py",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("src/supportcore/predicate/*.py")),
)

TESTS = (
    "tests/core", "tests/tickets", "tests/sla", "tests/workflow", "tests/desk", "tests/desks", "tests/acceptance",
    "tests/definition", "tests/forms", "tests/exploring/test_explorer.py",
)  # fmt: skip
"""Tests that may notice a mutant: those of the targets, and of all that is built on them."""

LEFT_OUT = (
    "tests/core/test_errors.py",  # reads the sources as text
    "tests/sla/test_zones.py",  # of zone files alone
    "tests/sla/test_holidays.py",
    "tests/definition/test_describing.py",  # compares documents that are made of definitions
    "tests/definition/test_reference.py",
    "tests/desk/test_twins.py",  # of the texts of two modules
)


def short(path: str) -> str:
    """Return the name under which a module is told of."""
    return path.removeprefix("src/supportcore/").removesuffix(".py")


@dataclass(frozen=True)
class Trial:
    """A mutant of a module, by its path from the root."""

    path: str
    mutant: Mutant

    @property
    def module(self) -> str:
        """The name under which the module is imported."""
        return self.path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def sample(sources: Mapping[str, str], *, seed: int, count: int) -> list[Trial]:
    """
    Return the mutants to try, module by module, in the order of their texts.

    Args:
        sources: The text of each module, by path.
        count: How many; all, if there are fewer.
    """
    possible = {path: mutants_of(source) for path, source in sources.items()}
    shares = spread({path: len(mutants) for path, mutants in possible.items()}, count)
    return [
        Trial(path, mutant)
        for path, mutants in possible.items()
        for mutant in sorted(random.Random(f"{seed}:{path}").sample(mutants, shares[path]))
    ]


def spread(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """
    Return how many of *count* fall to each, in proportion to its size; the largest remainders get the rest.

    >>> spread({"a": 10, "b": 20, "c": 0, "d": 5}, 7)
    {'a': 2, 'b': 4, 'c': 0, 'd': 1}
    """
    whole = sum(sizes.values())
    count = min(count, whole)
    shares = {name: count * size // whole if whole else 0 for name, size in sizes.items()}
    left = sorted(sizes, key=lambda name: (-(count * sizes[name] % whole if whole else 0), name))
    for name in left[: count - sum(shares.values())]:
        shares[name] += 1
    return shares


def files_of_tests(root: Path, tests: Sequence[str] = TESTS) -> list[str]:
    """Return the files of tests that may notice a mutant, by path from *root*."""
    found = []
    for name in tests:
        there = root / name
        files = [there] if there.is_file() else there.rglob("test_*.py")
        found += [path.relative_to(root).as_posix() for path in files]
    return sorted(set(found) - set(LEFT_OUT))
