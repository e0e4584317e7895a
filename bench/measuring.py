"""
How everything here is measured.

Rules: what is compared runs in one process run, alternating, the order turned by one every round, so that whatever
else the machine does falls on all of it alike. The garbage collector is off within a round and runs between rounds. A
ratio is taken within each round; the median of these is told, with the quartiles beside it. Nothing is compared with a
figure from another run.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import attrs

DEFAULT_SCALE = 20_000
"""Tickets, where nobody says otherwise."""

Variant = Callable[[], int]
"""Does the next part of its work and returns how many operations that was."""


def scale() -> int:
    """Return what the environment's SCALE says, a number of tickets."""
    return int(os.environ.get("SCALE") or DEFAULT_SCALE)


@attrs.frozen
class Ratio:
    """The median of the ratios of all rounds, and the quartiles around it."""

    median: float
    low: float
    high: float


@attrs.frozen
class Samples:
    """Seconds for one operation, by variant, one a round."""

    seconds: Mapping[str, list[float]]

    def micros(self, name: str) -> float:
        """Return the median of a variant, in microseconds."""
        return 1e6 * median(self.seconds[name])

    def gap(self, name: str, *without: str) -> float:
        """Return the median of what a variant takes beyond others, in microseconds."""
        rounds = zip(self.seconds[name], *(self.seconds[other] for other in without), strict=True)
        return 1e6 * median(first - sum(others) for first, *others in rounds)

    def ratio(self, name: str, to: str) -> Ratio:
        """Return how much longer one variant takes than another."""
        return ratio_of(a / b for a, b in zip(self.seconds[name], self.seconds[to], strict=True))


def ratio_of(ratios: Iterable[float]) -> Ratio:
    """Return the median and the quartiles of *ratios*."""
    found = list(ratios)
    low, _, high = quantiles(found, n=4, method="inclusive") if len(found) > 1 else found * 3
    return Ratio(median(found), low, high)


def interleave(variants: Mapping[str, Variant], *, rounds: int, warmup: int) -> Samples:
    """Let all variants do their next part in every round; the first rounds are not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    order = list(variants.items())
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for turn in range(-warmup, rounds):
            order.append(order.pop(0))
            for name, work in order:
                started = perf_counter()
                done = work()
                took = perf_counter() - started
                if turn >= 0:
                    seconds[name].append(took / done)
            gc.collect()
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
    return Samples(seconds)


def peak_rss() -> int:
    """Return the most memory this process had resident, in KiB."""
    # Where a process is started from a large one, ru_maxrss begins with the size of that one (Linux keeps it over
    # exec), and the log would be measured by its parent.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
