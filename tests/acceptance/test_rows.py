"""What the shipped desks have to do, row by row, on every store; docs/acceptance.md says how a row is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from supportcore.storage.ports import Store
from supportcore.testing.scenarios import run_row, scenarios_in
from tests.stores import open_store_named, server_url

FOUND = scenarios_in(Path(__file__).parent)
DESKS = ("noova", "infoavan", "belenus", "cltech", "comfanorte")


@pytest.fixture(scope="module")
def store_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Store]]:
    """Opens a store by name; the same one for all rows, as each has a desk of its own in it."""
    opened: dict[str, Store] = {}
    with ExitStack() as stack:

        def store(name: str) -> Store:
            if name not in opened:
                url = server_url(request, name)
                place = tmp_path_factory.mktemp("acceptance")
                opened[name] = stack.enter_context(open_store_named(name, place, server_url=url))
            return opened[name]

        yield store


@pytest.mark.parametrize("row_id", FOUND.rows)
def test_a_row_of_the_table_is_so(row_id: str, store_name: str, store_of: Callable[..., Store]) -> None:
    """What is given, done, seen and refused in a row comes to that on every store."""
    outcome = run_row(FOUND.rows[row_id], store_of(store_name), name=store_name)
    if not outcome.passed:
        pytest.fail(outcome.story, pytrace=False)


@pytest.mark.parametrize("desk", DESKS)
def test_no_row_is_missing(desk: str) -> None:
    """Every row that there has to be has a scenario."""
    assert [] == [row for row in FOUND.missing if row.startswith(f"{desk}-")]


def test_the_files_of_scenarios_have_no_faults() -> None:
    """Every file is TOML, and every folder has a cast."""
    assert () == FOUND.faults


def test_there_are_as_many_rows_as_in_the_table() -> None:
    """The five desks have 22, 22, 21, 30 and 16 rows, numbered without a gap."""
    counts = {"noova": 22, "infoavan": 22, "belenus": 21, "cltech": 30, "comfanorte": 16}
    expected = [f"{desk}-{number:02}" for desk, count in counts.items() for number in range(1, count + 1)]
    assert expected == list(FOUND.required)
