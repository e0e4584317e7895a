"""From every store to every other, all that is kept of a desk arrives, and the desk goes on working."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from supportcore import Desk, open_store
from supportcore.copying import NdjsonFile, copy_store
from supportcore.storage.ports import ENTRY_KINDS, Store
from tests.conftest import STORES
from tests.copy.samples import DESKS, NOOVA, all_entries, goes_on, read, shown_by, small_desk
from tests.stores import open_store_named, server_url

Furnished = Callable[[pytest.FixtureRequest, str], Store]
PAIRS = [
    pytest.param(one, other, marks=pytest.mark.store(*{one, other}), id=f"{one}-{other}")
    for one, other in product(STORES, STORES)
]


@contextmanager
def fresh(request: pytest.FixtureRequest, name: str, folder: Path) -> Iterator[Store]:
    with open_store_named(name, folder, server_url=server_url(request, name)) as store:
        yield store


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_copy_is_the_same_desk(
    furnished: Furnished, request: pytest.FixtureRequest, tmp_path: Path, source: str, target: str
) -> None:
    """Entries, lists, counts, pages and feeds are the same, `verify` finds nothing, and work goes on alike."""
    ours = furnished(request, source)
    with fresh(request, target, tmp_path) as theirs:
        report = copy_store(ours, theirs)
        assert () == report.differences
        assert DESKS == tuple(report.counts)
        assert set(ENTRY_KINDS) == set(report.counts["small"])
        assert report.copied == report.compared > 200
        assert all_entries(ours) == all_entries(theirs)
        for desk in ("noova", "small"):
            assert read(ours, shown_by(ours.ledger(desk))) == read(theirs, shown_by(theirs.ledger(desk)))
        assert () == small_desk(theirs).verify().findings == Desk(NOOVA, theirs).verify().findings
        reference = open_store("memory://")
        copy_store(ours, reference)
        assert goes_on(reference) == goes_on(theirs)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.store("memory", name)) for name in STORES])
def test_the_same_content_makes_the_same_file(
    furnished: Furnished, request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    """The files of two stores on which the same was done are the same, byte by byte, and make a store again."""
    copy_store(furnished(request, "memory"), NdjsonFile(tmp_path / "memory.ndjson"))
    with fresh(request, name, tmp_path) as theirs:
        for suffix in (".ndjson", ".ndjson.gz"):
            file = NdjsonFile(tmp_path / f"{name}{suffix}")
            assert () == copy_store(furnished(request, name), file).differences
        expected = (tmp_path / "memory.ndjson").read_bytes()
        assert expected == (tmp_path / f"{name}.ndjson").read_bytes()
        assert () == copy_store(NdjsonFile(tmp_path / f"{name}.ndjson.gz"), theirs).differences
        copy_store(theirs, NdjsonFile(tmp_path / "again.ndjson"))
        assert expected == (tmp_path / "again.ndjson").read_bytes()
