"""The suite finds what it is there to find."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.internal.detection import is_hypothesis_test

from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Conflict
from supportcore.testing.conformance import ManyWritersConformance, OverlapsConformance, StoreConformance
from tests.testing.broken.base import BrokenStore
from tests.testing.broken.everything import FOUND_BY, KINDS, PAGE, page
from tests.testing.broken.sqlite import BrokenSqlite
from tests.testing.broken.transactions import DriverError


class Suite(StoreConformance, ManyWritersConformance, OverlapsConformance):
    """All that the memory store passes."""


def _run(store: type[Any], test: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    """Run one test of the suite on a fresh store, with a certain number of examples that are the same each time."""
    run = getattr(Suite, test)
    if is_hypothesis_test(run):  # the first failure is enough, and nothing to remember
        quick = settings(
            run._hypothesis_internal_use_settings,
            phases=[Phase.generate],
            database=None,
            derandomize=True,
            max_examples=examples,
        )
        monkeypatch.setattr(run, "_hypothesis_internal_use_settings", quick)
    judged = store()
    try:
        getattr(Suite(), test)(store=judged, **given)
    finally:
        judged.close()


def _named(value: Any) -> str | None:
    """Return what a store is called among the tests."""
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("store", "test", "given"), FOUND_BY, ids=_named)
def test_a_broken_store_is_found(
    store: type[Any], test: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store broken in one way fails the test that is about that."""
    with pytest.raises((AssertionError, Conflict, DriverError, pytest.fail.Exception, ExceptionGroup)):
        _run(store, test, given, monkeypatch, examples=400)


@pytest.mark.parametrize("healthy", [MemoryStore, BrokenSqlite], ids=_named)
def test_a_healthy_store_is_not_found(healthy: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the broken stores are made of passes every test that finds one of them."""
    tests = {(test, repr(given)): given for store, test, given in FOUND_BY if issubclass(store, healthy)}
    for (test, _), given in tests.items():
        if test not in SLOW:
            _run(healthy, test, given, monkeypatch, examples=3)


SLOW = ("test_questions_are_answered_as_on_every_store",)
"""What is left to the tests of every store."""


def test_every_broken_store_is_tried() -> None:
    """No broken store is left out, each is of another name, and there are a few of every kind."""
    stores = list(dict.fromkeys(store for store, _, _ in FOUND_BY))
    assert {*BrokenStore.__subclasses__(), *BrokenSqlite.__subclasses__()} == set(stores)
    assert len(stores) == len({store.__name__ for store in stores})
    assert all(len({store for store, _, _ in kind.FOUND}) > 4 for kind in KINDS)


def test_the_page_tells_what_is_found() -> None:
    """The table of docs/own-store.md names every broken store and the test that finds it."""
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "python -m tests.testing.broken.everything"


def test_the_suite_is_ten_lines_away(tmp_path: Path) -> None:
    """A module of ten lines judges somebody's store: a good one passes, a broken one does not."""
    (tmp_path / "test_stores.py").write_text(
        "import pytest\n"
        "from supportcore.storage.memory import MemoryStore\n"
        "from supportcore.testing.conformance import OutboxConformance\n"
        "from tests.testing.broken.outbox import LeasesIgnored\n"
        "class TestGood(OutboxConformance):\n"
        "    @pytest.fixture\n"
        "    def store(self): return MemoryStore()\n"
        "class TestBroken(OutboxConformance):\n"
        "    @pytest.fixture\n"
        "    def store(self): return LeasesIgnored()\n",
        encoding="utf-8",
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    command += ["-k", "leased_row or never_claimed", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": f"{root}:{root / 'src'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_stores.py::TestBroken::test_a_leased_row_is_left_alone_until_the_lease_ends" in done.stdout
