"""
Crashes: processes and servers killed under load, and the verdict.

What is killed is started again, and a follower goes on where its journal ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import attrs

from tests.servers import Server
from tests.stress.journal import lines
from tests.stress.judge import Verdict
from tests.stress.places import Place, until
from tests.stress.races import end_all, set_up, start
from tests.stress.worker import Task

BESIDE = ("deliver", "run_due", "follow")
LEASED_SECONDS = 3
"""How long MongoDB keeps a transaction whose client was killed; its own default is a minute."""


def kill_writers(
    place: Place,
    folder: Path,
    *,
    kills: int,
    writers: int = 3,
    longest: float = 0.25,
    progress: Callable[[str], object] = lambda _: None,
) -> Verdict:
    """
    Kill processes by SIGKILL at random moments, mostly writers, until *kills* writers were.

    Args:
        longest: Seconds that pass at most between a first line in the journal of a writer and its end.
    """
    set_up(place)
    if place.name == "mongodb":
        _let_go_soon(place)
    chance, began, killed, others = Random(), time.monotonic(), 0, 0
    tasks = {f"write-{n}": ("write", _task(place, folder, f"write-{n}", n)) for n in range(writers)}
    tasks |= {role: (role, _task(place, folder, role, n)) for n, role in enumerate(BESIDE)}
    running = {name: start(role, task) for name, (role, task) in tasks.items()}
    every, number = list(running.values()), writers
    while killed < kills:
        name = chance.choice([name for name in running if name.startswith("write") or chance.random() < 0.3])
        role, task = tasks[name]
        if role == "write":  # so that it dies at work, not as it starts
            until(lambda task=task: _tries(task), 120, f"{place.told}: {name} begins")  # type: ignore[misc]
        time.sleep(chance.uniform(0, longest))
        process = running.pop(name)
        process.kill()
        process.join()
        every.remove(process)
        process.close()
        if role == "write":
            killed, number, name = killed + 1, number + 1, f"write-{number}"
            tasks[name] = ("write", _task(place, folder, name, number))
        else:
            others += 1
        running[name] = start(*tasks[name])
        every.append(running[name])
    took = time.monotonic() - began
    verdict = end_all(place, folder, every, killed=True)
    verdict.figures.update({"writers killed": killed, "others killed": others, "milliseconds": round(took * 1000)})
    progress(f"{place.told}: {dict(verdict.figures)}")
    return verdict


def kill_server(
    place: Place,
    folder: Path,
    server: Server,
    *,
    kills: int,
    writers: int = 3,
    longest: float = 1.0,
    progress: Callable[[str], object] = lambda _: None,
) -> Verdict:
    """
    Kill a server by SIGKILL under load and start it again, *kills* times.

    Args:
        longest: Seconds that pass at most between the first orders carried out after a start and the next kill.
    """
    set_up(place)
    chance, began = Random(), time.monotonic()
    tasks = [("write", _task(place, folder, f"write-{n}", n)) for n in range(writers)]
    tasks += [(role, _task(place, folder, role, n)) for n, role in enumerate(BESIDE)]
    running = [start(role, attrs.evolve(task, rough=True)) for role, task in tasks]
    writing = [task for role, task in tasks if role == "write"]
    for _ in range(kills):
        before = _done(writing)
        until(lambda before=before: _done(writing) > before + 5, 120, f"{place.told}: orders are carried out")  # type: ignore[misc]
        time.sleep(chance.uniform(0, longest))
        server.kill()
        time.sleep(chance.uniform(0, 0.2))
        server.restart()
    before = _done(writing)
    until(lambda: _done(writing) > before + 5, 120, f"{place.told}: orders are carried out at the end")
    took = time.monotonic() - began
    verdict = end_all(place, folder, running, killed=True)
    verdict.figures.update({"server killed": kills, "milliseconds": round(took * 1000)})
    progress(f"{place.told}: {dict(verdict.figures)}")
    return verdict


def _task(place: Place, folder: Path, journal: str, seed: int) -> Task:
    return Task(place=place, folder=folder, journal=journal, seed=seed, hot=3)


def _tries(task: Task) -> bool:
    return any(line["kind"] == "try" for line in lines(task.file))


def _done(tasks: list[Task]) -> int:
    """Return how many orders have been carried out."""
    return sum("receipt" in line for task in tasks for line in lines(task.file))


def _let_go_soon(place: Place) -> None:
    import pymongo

    with pymongo.MongoClient(place.url) as client:
        client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=LEASED_SECONDS)
