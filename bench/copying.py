"""
Copying whole desks between stores: records a second, and that memory does not grow with the desk.

Each copy is made in a process of its own, of a desk and of one ten times as large; it includes comparing both sides
entry by entry, as every copy does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.measuring import DEFAULT_SCALE, peak_rss, ratio_of, scale
from bench.opening import ANA, documents, prepare_store
from bench.report import Line, Measurement
from bench.servers import SETTINGS, left_out, place
from supportcore import Desk, load_definition, open_store
from tests.servers import StoreUnavailable

TARGET = 1.1
"""Memory of a desk ten times as large, to that of one: equal, within a tenth."""
TICKETS = 300
"""Of the smaller desk at the default scale."""
TIMES = 10
TOGETHER = 500
STORES = ("sqlite", "postgresql", "mariadb", "mongodb")


def child(source: str, target: str) -> dict[str, Any]:
    """Copy, and return what that took."""
    from supportcore.copying import NdjsonFile, copy_store

    with ExitStack() as stack:
        ends: list[Any] = [
            NdjsonFile(url) if url.endswith(".ndjson") else stack.enter_context(closing(open_store(url)))
            for url in (source, target)
        ]
        if not target.endswith(".ndjson"):
            ends[1].migrate()
        started = perf_counter()
        report = copy_store(*ends)
        seconds = perf_counter() - started
    assert not report.differences
    return {"entries": report.copied, "seconds": seconds, "rss_kib": peak_rss()}


def _copied(source: str, target: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.copying", source, target]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _fill(url: str, count: int) -> None:
    prepare_store(url)
    with closing(open_store(url)) as store:
        work, waiting = Desk(load_definition("noova"), store).acting_as(ANA), documents(1)
        for start in range(0, count, TOGETHER):
            work.open_all(list(islice(waiting, min(TOGETHER, count - start))))


def measure(*, quick: bool) -> Measurement:
    """Measure copying."""
    count = 20 if quick else max(20, TICKETS * scale() // DEFAULT_SCALE)
    lines: list[Line] = []
    facts: dict[str, Any] = {"tickets": count}
    with tempfile.TemporaryDirectory(prefix="bench-copy-") as name:
        folder = Path(name)
        sources = {times: f"sqlite:///{folder / f'source-{times}.db'}" for times in (1, TIMES)}
        for times, url in sources.items():
            _fill(url, count * times)
        found = {times: _copied(url, str(folder / f"desk-{times}.ndjson")) for times, url in sources.items()}
        facts["entries"] = found[1]["entries"]
        lines += _lines("ndjson", "sqlite to NDJSON", found)
        back = {times: str(folder / f"desk-{times}.ndjson") for times in sources}
        for store in STORES:
            try:
                with tempfile.TemporaryDirectory() as here, place(store, Path(here)) as at:
                    found = {times: _copied(url, at.database(f"copy{times}")) for times, url in sources.items()}
                    lines += _lines(store, f"sqlite to {store}", found)
                    if store == "sqlite":
                        found = {times: _copied(url, at.database(f"back{times}")) for times, url in back.items()}
                        lines += _lines("from_ndjson", "NDJSON to sqlite", found)
            except StoreUnavailable as error:
                lines.append(left_out(store, error))
                continue
            facts[store] = SETTINGS[store]
    return Measurement(
        title="copy: a whole desk, written and compared, a fresh process each",
        how=f"Ratio: a desk {TIMES} times as large to the desk. A record is an entry: a ticket, an event, what was "
        "said, a notice, a receipt, a record of the catalogue. The seconds hold the comparison of both sides.",
        lines=tuple(lines),
        facts=facts,
    )


def _lines(key: str, what: str, found: dict[int, dict[str, Any]]) -> Iterator[Line]:
    one, ten = (found[times]["entries"] / found[times]["seconds"] for times in (1, TIMES))
    yield Line(key=f"{key}_rate", what=f"{what}, {TIMES}x", value=ten, unit="records/s", ratio=ratio_of([ten / one]))
    small, large = (found[times]["rss_kib"] / 1024 for times in (1, TIMES))
    ratio = ratio_of([large / small])
    yield Line(key=f"{key}_rss", what="  peak resident", value=large, unit="MiB", ratio=ratio, target=TARGET)


if __name__ == "__main__":
    print(json.dumps(child(*sys.argv[1:3])))
