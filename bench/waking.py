"""
How many tickets that came due workers get through: one, two and four processes at once, on every store.

The tickets are of the timed desk of the tests; while nobody looked, their clocks have turned amber and been breached,
so there is much to write for each. Every number of workers has tickets of its own.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.clocks import ANA, START, TEXT, definitions
from bench.measuring import ratio_of
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Agent, Agreement, Customer, Desk, FrozenClock, Team, open_store
from tests.servers import StoreUnavailable

WORKERS = (1, 2, 4)
STORES = ("sqlite", "postgresql", "mariadb", "mongodb")
TOGETHER = 250
APART = timedelta(days=200)
"""Between the openings of one number of workers and the next; the tickets of the one before are through by then."""
LATER = timedelta(days=30)
PATIENCE = 240.0  # seconds


def measure(*, quick: bool) -> Measurement:
    """Measure `run_due`."""
    count = 12 if quick else 400
    lines: list[Line] = []
    facts: dict[str, Any] = {"tickets": count}
    for name in STORES:
        try:
            with tempfile.TemporaryDirectory(prefix="bench-due-") as folder, place(name, Path(folder)) as here:
                url = here.database("desk")
                found = {workers: _run(url, count, turn, workers) for turn, workers in enumerate(WORKERS)}
        except StoreUnavailable as error:
            lines.append(left_out(name, error))
            continue
        lines += _lines(name, found)
        facts |= {name: SETTINGS[name], f"{name}_events_a_ticket": round(found[1][1], 1)}
    return Measurement(
        title="due: tickets a second that run_due gets through, the timed desk of the tests",
        how="Ratio: to one worker. A worker is a process; each ticket is a transaction. Servers and workers share the "
        "machine, so more workers than it has cores can only hide waiting.",
        lines=tuple(lines),
        facts=facts,
    )


def _lines(name: str, found: dict[int, tuple[float, float]]) -> Iterator[Line]:
    for workers, (rate, _) in found.items():
        told = f"{name}: 1 worker" if workers == 1 else f"  {workers} workers"
        ratio = None if workers == 1 else ratio_of([rate / found[1][0]])
        yield Line(key=f"{name}_{workers}", what=told, value=rate, unit="tickets/s", ratio=ratio)


def _run(url: str, count: int, turn: int, workers: int) -> tuple[float, float]:
    """Open tickets, let workers do what comes due; return tickets a second, and events a ticket."""
    at = START + turn * APART
    _open(url, count, at)
    spawning = multiprocessing.get_context("spawn")
    ready, results = spawning.Barrier(workers + 1), spawning.Queue()
    processes = [spawning.Process(target=work, args=(url, at + LATER, ready, results)) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        ready.wait(PATIENCE)
        started = perf_counter()
        done = [results.get(timeout=PATIENCE) for _ in processes]
        took = perf_counter() - started
    finally:
        for process in processes:
            process.join(PATIENCE)
    tickets, events = sum(one for one, _ in done), sum(one for _, one in done)
    assert tickets == count, f"{tickets} of {count} tickets were done"
    return tickets / took, events / tickets


def _open(url: str, count: int, at: Any) -> None:
    definition, _ = definitions()
    with closing(open_store(url)) as store:
        store.migrate()
        desk = Desk(definition, store, clock=FrozenClock(at))
        desk.install(
            customers=[Customer(id="acme", name="ACME")],
            agreements=[Agreement(id="gold", name="Gold", customer="acme")],
            agents=[Agent(id="luis", name="Luis"), Agent(id="eva", name="Eva")],
            teams=[Team(id="desk", name="Desk", members=["luis", "eva"]), Team(id="leads", name="L", members=["eva"])],
        )
        forms = iter([{"subject": f"Caso {n}", "priority": "high", "description": TEXT} for n in range(count)])
        while some := list(islice(forms, TOGETHER)):
            desk.acting_as(ANA).open_all(some)


def work(url: str, at: Any, ready: Any, results: Any) -> None:
    """Do what has come due until nothing is left; what a worker process runs."""
    definition, _ = definitions()
    with closing(open_store(url)) as store:
        desk = Desk(definition, store, clock=FrozenClock(at))
        desk.outbox()  # connects, and looks at the schema
        tickets = events = 0
        ready.wait(PATIENCE)
        while (report := desk.run_due(limit=50)).tickets:
            tickets += report.tickets
            events += report.events
            if report.parked:
                print(report.parked[0], file=sys.stderr)
    results.put((tickets, events))
