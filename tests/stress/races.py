"""
Races: many processes on few tickets of one desk, and the verdict.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.stress import worker
from tests.stress.hosts import host_of
from tests.stress.judge import Verdict, judge
from tests.stress.places import Place, prepare
from tests.stress.worker import Task

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.stress.worker"])


def start(role: str, task: Task) -> BaseProcess:
    """Start a process; it was forked from one that has no database open."""
    process = SPAWN.Process(target=worker.main, args=(role, task), daemon=True)
    process.start()
    return process


def set_up(place: Place) -> None:
    """Make desk and host ready."""
    prepare(place)
    host = host_of(place)
    host.prepare()
    host.close()


def race(
    place: Place,
    folder: Path,
    *,
    writers: int = 4,
    others: int = 1,
    tickets: int = 24,
    hot: int = 3,
    seconds: float = 600,
    progress: Callable[[str], object] = lambda _: None,
) -> Verdict:
    """
    Let processes race on one desk, and judge.

    Args:
        folder: For their journals; empty.
        others: Processes of each other kind: that deliver, run what is due, follow the feed.
        tickets: How many are opened in all.
        seconds: After which all are told to stop.
    """
    set_up(place)
    began = time.monotonic()
    opens = -(-tickets // writers)
    writing = [
        start("write", Task(place=place, folder=folder, journal=f"write-{n}", seed=n, opens=opens, hot=hot))
        for n in range(writers)
    ]
    beside = [
        start(role, Task(place=place, folder=folder, journal=f"{role}-{n}", seed=n))
        for role in ("deliver", "run_due", "follow")
        for n in range(others)
    ]
    for process in writing:
        process.join(max(0.0, began + seconds - time.monotonic()))
    took = time.monotonic() - began
    verdict = end_all(place, folder, [*writing, *beside])
    verdict.figures["milliseconds"] = round(took * 1000)
    progress(f"{place.told}: {dict(verdict.figures)}")
    return verdict


def end_all(place: Place, folder: Path, processes: list[BaseProcess], *, killed: bool = False) -> Verdict:
    """Tell processes to stop, wait for them, and judge."""
    (folder / "stop").touch()
    end = time.monotonic() + worker.PATIENCE + 60
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
    left = [process for process in processes if process.is_alive()]
    for process in left:
        process.kill()
        process.join()
    codes = [process.exitcode for process in processes if process.exitcode]
    for process in processes:
        process.close()
    verdict = judge(place, folder, killed=killed)
    verdict.expect(not left, f"{len(left)} processes did not end")
    verdict.expect(not codes, f"processes ended with {codes}")
    return verdict
