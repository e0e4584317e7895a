"""
Replaying a log on SQLite: events a second, and that memory does not grow with the log.

Each log is replayed in a process of its own, once to see its time and its resident memory and once more under
tracemalloc, which slows it down. The log and the process that makes it are `tests/replay/generator.py`'s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

from bench.measuring import DEFAULT_SCALE, peak_rss, ratio_of, scale
from bench.report import Line, Measurement

TARGET = 1.1
"""Memory at ten times the log, to that at one: equal, within a tenth."""
ROWS = 1_500
"""Rows of the shorter log at the default scale."""
ROWS_A_CASE = 5.9
TIMES = 10
SEED = 7


def child(log: Path, file: Path, *, traced: bool) -> dict[str, Any]:
    """Replay *log* into the new database *file* and return what that took."""
    from supportcore import Desk, open_store
    from supportcore.replay.logfile import Columns, Row, read
    from supportcore.replay.plan import derive_plan
    from supportcore.replay.runner import replay
    from tests.replay.generator import AT_FORMAT

    columns = Columns(case="Case ID", activity=("Activity",), at="Complete Timestamp", resource="Resource")
    rows = partial(read, log, columns, at_format=AT_FORMAT, timezone="Europe/Madrid")
    plan = derive_plan({row.activity for row in rows() if isinstance(row, Row)}, key="bench", zone="Europe/Madrid")
    store = open_store(f"sqlite:///{file}")
    store.migrate()
    before = peak_rss()
    if traced:
        tracemalloc.start()
    summary = replay(Desk(plan.definition, store), rows, plan, log=log.name)
    peak = tracemalloc.get_traced_memory()[1] if traced else 0
    rss = peak_rss()
    store.close()
    assert summary.applied == summary.read, f"{summary.read - summary.applied} rows were not applied"
    return {
        "rows": summary.read,
        "cases": summary.cases,
        "seconds": summary.seconds,
        "rss_kib": rss,
        "rss_before_kib": before,
        "traced_bytes": peak,
    }


def _replayed(log: Path, *, traced: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-replay-") as folder:
        command = [sys.executable, "-m", "bench.replaying", str(log), str(Path(folder, "desk.db"))]
        if traced:
            command.append("--traced")
        root = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(*, quick: bool) -> Measurement:
    """Measure replaying."""
    from tests.replay.generator import write_log

    rows = 100 if quick else max(300, ROWS * scale() // DEFAULT_SCALE)
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-log-") as folder:
        for name, times in (("one", 1), ("ten", TIMES)):
            log = Path(folder, f"{name}.csv")
            write_log(log, seed=SEED, cases=round(rows * times / ROWS_A_CASE))
            for traced in (False, True):
                found[name, traced] = _replayed(log, traced=traced)

    def rate(name: str) -> float:
        return float(found[name, False]["rows"] / found[name, False]["seconds"])

    def memory(key: str, what: str, *, traced: bool, per: int) -> list[Line]:
        one, ten = (found[name, traced][key] for name in ("one", "ten"))
        return [
            Line(key=f"{key}_one", what=f"{what}, 1x", value=one / per, unit="MiB"),
            Line(key=f"{key}_ten", what=f"{what}, {TIMES}x", value=ten / per, unit="MiB",
                 ratio=ratio_of([ten / one]), target=TARGET),
        ]  # fmt: skip

    one, ten = found["one", False], found["ten", False]
    return Measurement(
        title="replay: a generated log on SQLite, a desk derived from it, a fresh process each",
        how="Ratio: ten times the log to one time the log. Every row is a command in a transaction of its own; "
        "the rate counts rows of the log, each of which becomes an event.",
        lines=(
            Line(key="rate_one", what="events a second, 1x", value=rate("one"), unit="1/s"),
            Line(key="rate_ten", what=f"events a second, {TIMES}x", value=rate("ten"), unit="1/s",
                 ratio=ratio_of([rate("ten") / rate("one")])),
            *memory("rss_kib", "peak resident", traced=False, per=1024),
            *memory("traced_bytes", "peak allocated while replaying (tracemalloc)", traced=True, per=1024 * 1024),
        ),
        facts={
            "rows_1x": one["rows"],
            "rows_10x": ten["rows"],
            "resident_before_MiB": round(one["rss_before_kib"] / 1024, 1),
        },
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.replaying")
    parser.add_argument("log", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--traced", action="store_true")
    given = parser.parse_args()
    print(json.dumps(child(given.log, given.file, traced=given.traced)))
