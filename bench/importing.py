"""
What a host waits for at its start, beside importing the libraries underneath.

Fresh processes, in turn: ours, the libraries, and an interpreter that does nothing. The first of each, which may have
to compile, is not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from statistics import median
from time import perf_counter

from bench.measuring import ratio_of
from bench.report import Line, Measurement

TARGET = 1.25
OURS = 'from supportcore import Desk, load_definition; load_definition("noova")'
LIBRARIES = "import attrs, cattrs, transitions, zoneinfo"
PROGRAMS = {"ours": OURS, "libraries": LIBRARIES, "empty": "pass"}
UNWANTED = ("sqlalchemy", "pymongo", "hypothesis", "transitions")
Pair = tuple[float, float]


def _run(program: str, folder: str) -> Pair:
    """Return the seconds a process takes on the clock, and of a processor."""
    started = perf_counter()
    child = subprocess.Popen([sys.executable, "-P", "-c", program], cwd=folder)
    _, status, used = os.wait4(child.pid, 0)
    took = perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{program!r} ended with {child.returncode}")
    return took, used.ru_utime + used.ru_stime


def _loaded(folder: str) -> tuple[list[str], int]:
    """Return which unwanted modules ours loads, and how many modules there are then."""
    program = (
        f"{OURS}; import sys, json; print(json.dumps([[m for m in {UNWANTED} if m in sys.modules], len(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], cwd=folder, check=True, capture_output=True, text=True)
    unwanted, count = json.loads(done.stdout)
    return unwanted, count


def measure(*, quick: bool) -> Measurement:
    """Measure importing."""
    rounds = 3 if quick else 31
    taken: dict[str, list[Pair]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        unwanted, modules = _loaded(folder)
        order = list(PROGRAMS.items())
        for turn in range(-1, rounds):
            order.append(order.pop(0))
            for name, program in order:
                pair = _run(program, folder)
                if turn >= 0:
                    taken[name].append(pair)
    assert not unwanted, f"importing a desk loads {', '.join(unwanted)}"

    lines = []
    for place, clock in enumerate(("wall", "processor")):
        seconds = {name: [pair[place] for pair in pairs] for name, pairs in taken.items()}
        empty = median(seconds["empty"])
        whole = zip(seconds["ours"], seconds["libraries"], strict=True)
        # Less than a millisecond beyond the empty one can only be noise.
        net = [(a - empty, max(b - empty, 0.001)) for a, b in zip(seconds["ours"], seconds["libraries"], strict=True)]
        middle = {name: 1e3 * median(values) for name, values in seconds.items()}
        target = TARGET if clock == "wall" else None
        lines += [
            Line(key=f"ours_{clock}", what=f"ours, {clock}", value=middle["ours"], unit="ms",
                 ratio=ratio_of(a / b for a, b in whole), target=target),
            Line(key=f"libraries_{clock}", what=f"attrs, cattrs, transitions, zoneinfo, {clock}",
                 value=middle["libraries"], unit="ms"),
            Line(key=f"empty_{clock}", what=f"interpreter alone, {clock}", value=middle["empty"], unit="ms"),
            Line(key=f"net_{clock}", what=f"ours less the interpreter, {clock}", value=middle["ours"] - middle["empty"],
                 unit="ms", ratio=ratio_of(a / b for a, b in net), target=target),
        ]  # fmt: skip
    return Measurement(
        title='import: from supportcore import Desk, load_definition; load_definition("noova")',
        how="Ratio: to importing attrs, cattrs, transitions and zoneinfo, in fresh processes in turn; for the net line "
        "less the median of an interpreter that does nothing, on both sides.",
        lines=tuple(lines),
        facts={"rounds": rounds, "modules_loaded": modules, "of_the_unwanted": unwanted or "none"},
    )
