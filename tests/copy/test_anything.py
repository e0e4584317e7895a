"""Whatever a desk may hold comes back from every store, and from files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore.copying import NdjsonFile, copy_store
from supportcore.storage.memory import MemoryStore
from supportcore.storage.ports import Conflict, Store
from supportcore.testing import strategies
from supportcore.tickets.commands import Decision
from tests.conftest import STORES
from tests.copy.samples import all_entries, put_blob, read, write
from tests.stores import open_store_named, server_url

_keys = count(1)
LEASE = timedelta(minutes=5)


@st.composite
def desks(draw: st.DrawFn) -> MemoryStore:
    """Return stores with a desk of anything: tickets, histories, records, receipts, notices, files, blobs, counters."""
    store, key = MemoryStore(), f"desk-{next(_keys)}"
    ledger = store.ledger(key)
    write(store, ledger.put_rules("0" * 64, draw(strategies.bodies())))
    ids = draw(st.lists(strategies.host_ids(), max_size=3, unique=True))
    for number, ticket_id in enumerate(ids, start=1):
        decision = draw(strategies.decisions(desk=key, ticket=st.just(ticket_id), number=st.just(number)))
        try:
            write(store, ledger.save(decision))
        except Conflict:
            continue  # a command or notice of the same id as an earlier one's
        if draw(st.booleans()):
            until, error = draw(strategies.instants()), draw(strategies.titles())
            write(store, ledger.park(ticket_id, until=until, error=error))
    for record in draw(st.lists(strategies.records(), max_size=3)):
        write(store, ledger.put_record(record))
    write(store, ledger.number_events(draw(st.integers(0, 5))))
    now = draw(strategies.instants())
    until = min(now, strategies.LAST_INSTANT - LEASE) + LEASE  # a lease ends after it began
    leases = write(store, ledger.claim(now=now, until=until, token="t", limit=2))
    for lease in leases[:1]:
        settled = {"sent_at": now, "retry_at": None} if draw(st.booleans()) else {"sent_at": None, "retry_at": None}
        write(store, ledger.settle(lease.row.id, token="t", **settled, error=draw(strategies.titles())))
    for file in draw(st.lists(strategies.files(draft=True), max_size=2, unique_by=lambda one: one.id)):
        write(store, ledger.put_draft(file))
        if draw(st.booleans()):
            write(store, ledger.save(Decision(files=(draw(strategies.files(id=st.just(file.id), draft=False)),))))
    for person, notice in draw(st.lists(st.tuples(strategies.host_ids(), strategies.host_ids()), max_size=2)):
        write(store, ledger.mark_read(person, [notice], draw(strategies.instants())))
    for data in draw(st.lists(st.binary(max_size=20), max_size=2)):
        put_blob(store, ledger, data)
    return store


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.store(name)) for name in STORES])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store of each name for all examples, each of which is another desk."""
    name: str = request.param
    with open_store_named(name, tmp_path_factory.mktemp(name), server_url=server_url(request, name)) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@given(source=desks())
def test_whatever_a_desk_holds_comes_back(store: Store, folder: Path, source: MemoryStore) -> None:
    """Any desk, through a store and a file and back into memory, is the same entries."""
    keys = read(source, source.desks())
    file, back = folder / f"{keys[0]}.ndjson", MemoryStore()
    assert () == copy_store(source, store).differences
    assert () == copy_store(store, NdjsonFile(file), desks=keys).differences
    assert () == copy_store(NdjsonFile(file), back).differences
    assert all_entries(source) == all_entries(back)
    file.unlink()
