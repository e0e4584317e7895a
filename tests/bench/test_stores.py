"""The measurements of stores run, and compare what is equal; how fast anything is, no test says."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bench import copying, loading, opening_on_servers, paging, waking
from bench.__main__ import MEASUREMENTS, main
from bench.filling import EVERY, fill
from bench.report import Measurement
from bench.servers import SETTINGS, left_out, place
from tests.servers import StoreUnavailable


def lines_of(measurement: Measurement) -> dict[str, Any]:
    return {line.key: line for line in measurement.lines}


@pytest.mark.parametrize(
    ("module", "ratios"),
    [
        (paging, {"rows": 1.2, "records": 1.2, "find": 1.8, "deep": 1.5, "counts": 1.2, "due": 1.3}),
        (loading, {"ours": 0.5}),
        (copying, {"rss": 1.1}),
        (waking, {}),
    ],
    ids=["pages", "load", "copy", "due"],
)
@pytest.mark.store("sqlite")
def test_measures_on_sqlite(module: Any, ratios: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each runs on SQLite alone, and tells its targets; what it compares it has found equal itself."""
    monkeypatch.setattr(module, "STORES", ("sqlite",))
    found = lines_of(module.measure(quick=True))
    assert {key: found[f"sqlite_{key}"].target or found[f"sqlite_{key}"].least for key in ratios} == ratios
    assert all(line.value for line in found.values())


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.store(name)) for name in ("postgresql", "mongodb")]
)
def test_opening_on_a_server(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening is compared with the same statements, or operations, by hand."""
    monkeypatch.setattr(opening_on_servers, "STORES", (name,))
    found = lines_of(opening_on_servers.measure(quick=True))
    assert found[f"{name}_ours"].target == {"postgresql": 1.3, "mongodb": 1.2}[name]
    assert found[f"{name}_core"].value


@pytest.mark.store("sqlite")
def test_filled_desk_has_its_tickets_and_indexes(tmp_path: Path) -> None:
    """Filling past the domain leaves the tickets asked for, deadlines among the open ones, and every index."""
    with place("sqlite", tmp_path) as here:
        fill(here.database("filled"), 600)
        fill(here.database("empty"), 0)
    counted, indexes = [], []
    for name in ("filled", "empty"):
        connection = sqlite3.connect(tmp_path / f"{name}.db")
        counted.append([connection.execute(sql).fetchone()[0] for sql in COUNTS])
        indexes.append(
            sorted(row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='index'"))
        )
        connection.close()
    tickets, is_open, dated = counted[0]
    assert tickets == 600
    assert 0 < dated <= is_open // EVERY + EVERY * 10
    assert indexes[0] == indexes[1]
    assert any("updated" in name for name in indexes[0])


COUNTS = (
    "SELECT count(*) FROM sc_tickets",
    "SELECT count(*) FROM sc_tickets WHERE is_open",
    "SELECT count(*) FROM sc_tickets WHERE due_at < '9999'",
)


def test_store_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a server cannot be had, the measurement says so and goes on."""

    def nowhere(name: str, folder: Path) -> Any:
        raise StoreUnavailable(name, "none installed")

    monkeypatch.setattr(loading, "place", nowhere)
    (line, *_) = loading.measure(quick=True).lines
    assert line == left_out("sqlite", StoreUnavailable("sqlite", "none installed"))
    assert "none installed" in line.what


def test_every_store_tells_how_durable_it_is() -> None:
    """A figure of a store says nothing without that."""
    assert set(SETTINGS) == {"sqlite", "postgresql", "mariadb", "mongodb"}


def test_measurements_are_chosen_by_name(tmp_path: Path) -> None:
    """Stores have sections of their own."""
    assert {"open-servers", "pages", "load", "copy", "due", "helpdesk"} <= set(MEASUREMENTS)
    with pytest.raises(SystemExit):
        main(["pages", "stores", "--quick", "--json", str(tmp_path / "none.json")])
