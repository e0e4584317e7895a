"""Exhaustive exploration of a desk, without a store: everything that can become of a ticket."""

from supportcore.exploring.cast import Cast, cast_of
from supportcore.exploring.differing import Difference, Differences, differences
from supportcore.exploring.explorer import Broken, Exploration, Invariant, explore
from supportcore.exploring.world import Node, Taken, World

__all__ = [
    "Broken",
    "Cast",
    "Difference",
    "Differences",
    "Exploration",
    "Invariant",
    "Node",
    "Taken",
    "World",
    "cast_of",
    "differences",
    "explore",
]
