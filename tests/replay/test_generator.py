"""The made-up log is the same everywhere, and what counts logs counts right."""

from __future__ import annotations

import csv
import hashlib
import tracemalloc
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from supportcore.replay.logfile import Columns, Row, read
from tests.replay.generator import AT_FORMAT, HEADER, NEXT, Counts, count, write_log


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def written(path: Path, *, seed: int = 7, cases: int = 300, interleaved: bool = True) -> Path:
    write_log(path, seed=seed, cases=cases, interleaved=interleaved)
    return path


def test_counts_of_a_log_made_by_hand(tmp_path: Path) -> None:
    """Events, cases, pairs within cases and what directly follows a Close, counted by hand."""
    path = tmp_path / "log.csv"
    path.write_text(
        "Activity,Case ID,x,x\n"
        "Register,a,,\n"
        "Register,b,,\n"
        'Close,a,"a\nb",\n'
        "Reopen,a,,\n"
        "Resolve,a,,\n"
        "\n"
        "Close,b,,\n"
        "Close,a,,\n"
        "Close,a,,\n",
        encoding="utf-8",
    )
    # Register-Close (twice), Close-Reopen, Reopen-Resolve, Resolve-Close, Close-Close
    by_activity = {"Register": 2, "Close": 4, "Reopen": 1, "Resolve": 1}
    expected = Counts(events=8, cases=2, pairs=5, after_close=2, by_activity=by_activity)
    assert expected == count(path)


def test_counts_of_joined_columns(tmp_path: Path) -> None:
    """Several activity columns count as one activity, and the closing one has the name asked for."""
    path = tmp_path / "log.csv"
    path.write_text("c,s,t\n1,Done,Closed\n1,Open,New\n", encoding="utf-8")
    expected = Counts(2, 1, 1, 1, {"Done+Closed": 1, "Open+New": 1})
    assert expected == count(path, case="c", activity=("s", "t"), close="Done+Closed")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """A seed gives the same file on every machine and Python, another seed another file."""
    first = written(tmp_path / "1.csv").read_bytes()
    assert first == written(tmp_path / "2.csv").read_bytes()
    assert first != written(tmp_path / "3.csv", seed=8).read_bytes()
    expected = "90f8b9340669e6a98644343dff29458cb3c0553bcd08862737426bbef29080be"
    assert expected == hashlib.sha256(first).hexdigest()


def test_interleaving_changes_the_order_only(tmp_path: Path) -> None:
    """Interleaved or not, the rows are the same; interleaved they are in the order of time."""
    mixed = cells_of(written(tmp_path / "mixed.csv"))
    apart = cells_of(written(tmp_path / "apart.csv", interleaved=False))
    assert sorted(apart) == sorted(mixed)
    stamps = [cells[3] for cells in mixed]
    assert sorted(stamps) == stamps
    cases = [cells[0] for cells in apart]
    assert list(dict.fromkeys(cases)) == [f"Case {number}" for number in range(1, 301)]
    assert cases == sorted(cases, key=lambda name: int(name.split()[1]))
    assert count(tmp_path / "apart.csv") == count(tmp_path / "mixed.csv")


@pytest.mark.parametrize("interleaved", [True, False])
def test_a_case_goes_as_the_table_says(tmp_path: Path, interleaved: bool) -> None:
    """Every case starts with Register, goes on as the table says, and its time never runs backwards."""
    cases: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for cells in cells_of(written(tmp_path / "log.csv", interleaved=interleaved)):
        cases[cells[0]].append((cells[1], datetime.strptime(cells[3], AT_FORMAT)))
    steps = [pair for rows in cases.values() for pair in pairwise(rows)]
    assert {"Register"} == {rows[0][0] for rows in cases.values()}
    assert all(second[0] in dict(NEXT[first[0]]) for first, second in steps)
    assert all(first[1] <= second[1] for first, second in steps)
    assert any(first[1] == second[1] for first, second in steps)


def test_the_log_has_what_makes_logs_hard(tmp_path: Path) -> None:
    """The file has a column twice, rows after a Close, text beyond ASCII, quotes, and rows without a resource."""
    path = written(tmp_path / "log.csv")
    counts = count(path)
    resources = {cells[2] for cells in cells_of(path)}
    assert len(set(HEADER)) < len(HEADER)
    assert counts.cases == 300
    assert counts.after_close > 5
    assert counts.by_activity.keys() == NEXT.keys()
    assert any('"' in resource for resource in resources)
    assert any(not resource.isascii() for resource in resources)
    assert "" in resources


def test_the_reader_agrees_with_the_count(tmp_path: Path) -> None:
    """The library's reader finds the same rows that plain counting finds, and no fault."""
    path = written(tmp_path / "log.csv")
    columns = Columns(case="Case ID", activity=("Activity",), at="Complete Timestamp", resource="Resource")
    rows = [row for row in read(path, columns, at_format=AT_FORMAT) if isinstance(row, Row)]
    expected = [(cells[0], cells[1], cells[2] or None) for cells in cells_of(path)]
    assert expected == [(row.case, row.activity, row.resource) for row in rows]
    assert count(path).events == len(rows)


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """A log of four times the cases is written in the same memory, once the first cases have ended."""

    def peak(cases: int) -> int:
        tracemalloc.start()
        try:
            written(tmp_path / "log.csv", cases=cases)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(4_000) < 1.3 * peak(1_000)
