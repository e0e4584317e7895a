"""A copy goes on where it was stopped, refuses what is not its own, and says what differs."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from supportcore import load_definition, open_async_store, open_store
from supportcore.copying import CopyError, NdjsonFile, NdjsonStream, Progress, acopy_store, copy_store, kept
from supportcore.copying.ends import weight
from supportcore.demo import demonstrate
from supportcore.storage.memory import AsyncMemoryStore, MemoryStore
from supportcore.storage.ports import ENTRY_KINDS, Conflict, Entry, Execute, Store, drive
from tests.copy.samples import DESKS, LUIS, all_entries, entries_of, put_blob, read, small_desk, write

pytestmark = pytest.mark.store("memory")
on_sqlite = pytest.mark.store("sqlite")


class Stopped(BaseException):
    """What a copy under test is stopped by; nothing catches it."""


def sqlite(path: Path) -> Store:
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    return store


def stopping_after(batches: int) -> Callable[[Progress], None]:
    """Return a progress that stops the copy at its n-th telling."""
    left = [batches]

    def tell(progress: Progress) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return tell


def small_batches(monkeypatch: pytest.MonkeyPatch, written: int = 3, at_once: int = 2) -> None:
    """Let batches be so small that a small desk has many."""
    monkeypatch.setattr("supportcore.copying.copy.WRITTEN_AT_ONCE", written)
    monkeypatch.setattr("supportcore.copying.ends.READ_AT_ONCE", at_once)


# -- stopped and gone on with


@pytest.mark.parametrize("suffix", ["", ".ndjson", ".ndjson.gz"])
def test_a_copy_that_was_stopped_goes_on(
    memory: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Stopped after every batch in turn, also between kinds and desks, a copy is the same in the end."""
    small_batches(monkeypatch)
    monkeypatch.setattr("supportcore.copying.files.MEMBER", 2000)
    target: Any = NdjsonFile(tmp_path / f"copy{suffix}") if suffix else MemoryStore()
    stops = 0
    for batches in range(0, 400, 7):
        try:
            report = copy_store(memory, target, progress=stopping_after(batches))
        except Stopped:
            stops += 1
            if suffix and target.path.exists():
                harm(target.path, random.Random(batches))
        else:
            break
    assert stops > 5
    assert () == report.differences
    assert report.already > 0
    found = target
    if suffix:
        found = MemoryStore()
        copy_store(target, found)
    assert all_entries(memory) == all_entries(found)
    again = copy_store(memory, target)
    assert (0, report.copied + report.already) == (again.copied, again.already)


def harm(path: Path, dice: random.Random) -> None:
    """Cut a file somewhere behind its header."""
    size = path.stat().st_size
    with path.open("rb+") as file:
        file.truncate(max(size - dice.randrange(500), min(size, 300)))


@pytest.mark.slow
@on_sqlite
def test_a_copy_that_was_killed_goes_on(memory: Store, tmp_path: Path) -> None:
    """Killed at random moments, again and again, a copy to a store and one to a file come out whole."""
    dice = random.Random(5)
    with closing(sqlite(tmp_path / "from.db")) as source:
        demonstrate(load_definition("noova"), source, tickets=12)
        copy_store(memory, source, desks=["small", "old"])
        expected = all_entries(source)
    for place in (f"sqlite:///{tmp_path / 'to.db'}", tmp_path / "to.ndjson", tmp_path / "to.ndjson.gz"):
        killed = [run_slowly(tmp_path / "from.db", place, seconds=dice.uniform(0.0, 0.4)) for _ in range(4)]
        assert any(killed)
        assert not run_slowly(tmp_path / "from.db", place, seconds=60)
        if isinstance(place, str):
            with closing(open_store(place)) as target:
                assert expected == all_entries(target)
        else:
            found = MemoryStore()
            assert () == copy_store(NdjsonFile(place), found).differences
            assert expected == all_entries(found)


def run_slowly(source: Path, target: str | Path, *, seconds: float) -> bool:
    """Run a copy in a process of its own; return whether it had to be killed after so many seconds."""
    script = Path(__file__).with_name("slowly.py")
    command = [sys.executable, str(script), str(source), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"begins\n" == process.stdout.readline()
        try:
            assert 0 == process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            return True
    return False


def test_a_batch_that_was_committed_unbeknown(memory: Store) -> None:
    """A commit of which nobody knows whether it came through is repeated without harm."""

    class Unlucky(MemoryStore):
        commits = 0

        @contextmanager
        def begin(self, *, write: bool) -> Iterator[Execute]:
            with super().begin(write=write) as execute:
                yield execute
            self.commits += write
            if write and self.commits % 2:
                raise Conflict("the connection was lost in the commit")

    target = Unlucky()
    assert () == copy_store(memory, target).differences
    assert all_entries(memory) == all_entries(target)
    assert target.commits > 10


def test_what_is_long_weighs_much_wherever_it_stands() -> None:
    """A transaction holds few long texts: the body of an article counts in its revision as it does in its record."""
    body = {"body": "ñ" * 5000}
    assert 5000 < weight(Entry("record", ("article", "a"), body)) == weight(Entry("revision", ("a", 1), {"form": body}))
    assert 5000 < weight(Entry("content", ("t", 1, "c"), body))


# -- what is not a copy


def refusal(source: Any, target: Any, **options: Any) -> str:
    with pytest.raises(CopyError) as caught:
        copy_store(source, target, **options)
    assert "copy_refused" == caught.value.code
    return str(caught.value)


def test_a_target_that_holds_something_else(memory: Store) -> None:
    """A target is refused that has another entry, one more, or one less than the source; nothing is written."""
    for harm in (
        lambda one: Entry(one.kind, one.key, {**one.form, "name": "another"}),
        lambda one: Entry(one.kind, (*one.key[:-1], "zzz"), one.form),
    ):
        target = MemoryStore()
        records = entries_of(memory, "small")["record"]
        write(target, target.ledger("small").put_entries([*records[:2], harm(records[2])]))
        before = entries_of(target, "small")
        message = refusal(memory, target)
        assert "memory:// holds something else than memory:// in desk small: record " in message
        assert "Nothing was written" in message
        assert before == entries_of(target, "small")
        assert () == read(target, target.desks())


def test_a_target_with_a_hole(memory: Store) -> None:
    """A target that lacks an entry before its last one is no beginning of the source."""
    target = MemoryStore()
    records = entries_of(memory, "small")["record"]
    write(target, target.ledger("small").put_entries([records[0], records[2]]))
    assert "is missing: memory:// has it" in refusal(memory, target)


def test_a_desk_in_use(memory: Store) -> None:
    """A desk that was worked on after it was copied is told, and left alone."""
    target = MemoryStore()
    copy_store(memory, target)
    before = entries_of(target, "noova")
    write(target, target.ledger("small").next_numbers())
    assert "counter ticket differs in n" in refusal(memory, target)
    assert before == entries_of(target, "noova")


def test_somebody_else_writes_to_the_target(memory: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that comes in from elsewhere meanwhile is told with what is there and what was due."""
    small_batches(monkeypatch)
    target = MemoryStore()
    last = entries_of(memory, "small")["receipt"][-1]
    seen: list[str] = []

    def interfere(progress: Progress) -> None:
        if progress.stage == "copy" and (progress.desk, progress.kind) == ("small", "receipt") and not seen:
            seen.append("")
            write(target, target.ledger("small").put_entries([last]))

    message = refusal(memory, target, progress=interfere)
    assert f"desk small ends with receipt {last.key[0]} instead of receipt " in message
    assert "let nobody else write there" in message


def test_somebody_writes_to_the_source(memory: Store) -> None:
    """What is written to the source while it is copied is found by the comparison."""
    source, target = MemoryStore(), MemoryStore()
    copy_store(memory, source)

    def meanwhile(progress: Progress) -> None:
        if (progress.stage, progress.desk, progress.kind) == ("copy", "small", "outbox"):
            small_desk(source, seed=99).acting_as(LUIS).note(first_ticket(source), "meanwhile")

    report = copy_store(source, target, progress=meanwhile)
    found = {(one.kind, one.what) for one in report.differences}
    assert ("event", "is missing: memory:// has it") in found
    assert any(kind == "ticket" and what.startswith("differs in ") for kind, what in found)
    assert report.differing == len(report.differences)


def first_ticket(store: Store) -> str:
    return small_desk(store).acting_as(LUIS).get(1).id


def test_differences_are_listed_up_to_a_limit(memory: Store) -> None:
    """Twenty differences are listed in order, all are counted, and both sides stay as they are."""
    target = MemoryStore()
    for kind in ("rules", "record", "event"):
        write(target, target.ledger("noova").put_entries(entries_of(memory, "noova")[kind][:2]))
    write(target, target.ledger("noova").put_entries([Entry("counter", ("zzz",), {"n": 1})]))
    before = all_entries(target)
    report = copy_store(memory, target, desks=["noova"], verify_only=True)
    assert 20 == len(report.differences)
    missing = sum(map(len, entries_of(memory, "noova").values())) - 2 * 2 - 1
    assert missing + 1 == report.differing
    assert str(report.differences[0]).startswith("noova: record ")
    assert (0, 0) == (report.copied, report.already)
    assert before == all_entries(target)
    write(target, target.ledger("old").put_rules("1" * 64, "{}"))
    [more, *rest] = copy_store(target, memory, desks=["old"], verify_only=True).differences
    assert f"old: rules {'0' * 64} is not in memory://" == str(more)
    assert f"old: rules {'1' * 64} is missing: memory:// has it" == str(rest[0])


def test_a_desk_that_is_not_there(memory: Store) -> None:
    """A desk is asked for by its key; others are named when there is no such desk."""
    assert "no desk nova in memory://; there are: noova, old, small." == refusal(memory, MemoryStore(), desks=["nova"])
    target = MemoryStore()
    assert ["old"] == list(copy_store(memory, target, desks=["old", "old"]).counts)
    assert ("old",) == read(target, target.desks())


def test_two_stores_into_one(memory: Store) -> None:
    """Desks that are in the target already and are not copied stay as they are."""
    target = MemoryStore()
    copy_store(memory, target, desks=["noova"])
    report = copy_store(memory, target, desks=["small"])
    assert (0, ()) == (report.already, report.differences)
    assert entries_of(memory, "noova") == entries_of(target, "noova")


def test_an_empty_store(tmp_path: Path) -> None:
    """A store without desks makes a file without entries, and that makes nothing."""
    report = copy_store(MemoryStore(), NdjsonFile(tmp_path / "empty.ndjson"))
    assert ({}, 0, ()) == (report.counts, report.compared, report.differences)
    assert 0 == copy_store(NdjsonFile(tmp_path / "empty.ndjson"), MemoryStore()).compared


def test_an_error_of_the_target_is_raised(memory: Store) -> None:
    """An entry that has not the form of its kind is told by its key, and not half written."""
    source, target = MemoryStore(), MemoryStore()
    write(source, source.ledger("d").put_rules("0" * 64, "{}"))
    write(source, source.ledger("d").put_entries([Entry("record", ("customer", "a"), {"id": "a"})]))
    source._tables["tickets"] = {}

    class Strict(MemoryStore):
        def ledger(self, desk: str) -> Any:
            ledger = super().ledger(desk)
            put = ledger.put_entries

            def strictly(entries: Any) -> Any:
                assert entries
                if entries[0].kind == "record":
                    raise KeyError("name")
                return put(entries)

            ledger.put_entries = strictly  # type: ignore[method-assign]
            return ledger

    target = Strict()
    message = refusal(source, target)
    assert "record customer/a of desk d, or one that follows it, has not the form of its kind (KeyError" in message


# -- reading and writing on the way


def test_streams(memory: Store, tmp_path: Path) -> None:
    """What goes to a stream is the file, byte by byte, and makes a store again when it comes from one."""
    with (tmp_path / "out").open("wb") as out:
        report = copy_store(memory, NdjsonStream(out))
    assert () == report.differences
    copy_store(memory, NdjsonFile(tmp_path / "copy.ndjson"))
    assert (tmp_path / "copy.ndjson").read_bytes() == (tmp_path / "out").read_bytes()
    target = MemoryStore()
    with (tmp_path / "out").open("rb") as stream, kept(stream) as file:
        back = copy_store(file, target)
    assert (report.counts, report.copied, ()) == (back.counts, back.copied, back.differences)
    assert "standard input" == back.source
    assert all_entries(memory) == all_entries(target)


def test_a_stream_of_a_source_that_changes(memory: Store, tmp_path: Path) -> None:
    """What is written to the source while it goes to a stream is told by desk and kind."""
    source = MemoryStore()
    copy_store(memory, source, desks=["small"])

    def meanwhile(progress: Progress) -> None:
        if (progress.stage, progress.kind) == ("copy", "chunk"):
            put_blob(source, source.ledger("small"), b"new")

    with (tmp_path / "out").open("wb") as out:
        report = copy_store(source, NdjsonStream(out), progress=meanwhile)
    told = "entries of memory:// changed while they were copied"
    assert [("small", "blob", told), ("small", "chunk", told)] == [(d.desk, d.kind, d.what) for d in report.differences]


def test_progress(memory: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every section is told in order, with what is done; the comparison also tells how many there will be."""
    small_batches(monkeypatch, 3)
    told: list[Progress] = []
    report = copy_store(memory, MemoryStore(), progress=told.append)
    assert ["copy", "verify"] == list(dict.fromkeys(one.stage for one in told))
    copied = [one for one in told if one.stage == "copy"]
    assert [one.done for one in copied] == sorted(one.done for one in copied)
    assert report.copied == copied[-1].done
    ranks = [(one.desk, list(ENTRY_KINDS).index(one.kind)) for one in copied]
    assert ranks == sorted(ranks)
    last = {(one.desk, one.kind): one.entries for one in copied}
    assert report.counts == {desk: {k: n for (d, k), n in last.items() if d == desk} for desk in DESKS}
    assert {report.copied} == {one.total for one in told if one.stage == "verify"}


@on_sqlite
def test_between_asynchronous_stores(memory: Store, tmp_path: Path) -> None:
    """The same steps copy between asynchronous stores and files, and go on where they were stopped."""

    async def there_and_back() -> Any:
        source = AsyncMemoryStore(memory)  # type: ignore[arg-type]  # the furnished one is a MemoryStore
        target = open_async_store(f"sqlite:///{tmp_path / 'to.db'}")
        back = MemoryStore()
        try:
            await target.migrate()
            with pytest.raises(Stopped):
                await acopy_store(source, target, progress=stopping_after(5))
            report = await acopy_store(source, target)
            await acopy_store(target, NdjsonFile(tmp_path / "to.ndjson"))
            await acopy_store(NdjsonFile(tmp_path / "to.ndjson"), AsyncMemoryStore(back))
        finally:
            await target.close()
        return report, back

    report, back = asyncio.run(there_and_back())
    assert () == report.differences
    assert report.already > 0
    assert all_entries(memory) == all_entries(back)


@on_sqlite
@pytest.mark.parametrize("target", ["sqlite", ".ndjson", "back"])
def test_memory_does_not_grow_with_the_desk(tmp_path: Path, target: str) -> None:
    """Four times the desk needs at most a fifth more memory, wherever it goes."""

    def peak(tickets: int) -> int:
        for old in tmp_path.iterdir():
            old.unlink()
        with closing(sqlite(tmp_path / "from.db")) as source, closing(sqlite(tmp_path / "to.db")) as store:
            ledger = source.ledger("big")
            with source.begin(write=True) as execute:
                for number in range(tickets):
                    name, data = f"{number:064}", b"data" * 10_000
                    drive(ledger.put_rules(name, "x" * 40_000), execute)
                    drive(ledger.put_chunk(name, 0, data), execute)
                    drive(ledger.finish_blob(name, len(data)), execute)
            one: Any = source
            other: Any = NdjsonFile(tmp_path / f"to{target}") if "." in target else store
            if target == "back":
                one = NdjsonFile(tmp_path / "to.ndjson")
                copy_store(source, one)
            gc.collect()
            gc.freeze()  # what was there before is not looked through again and again
            tracemalloc.start()
            try:
                assert 3 * tickets == copy_store(one, other, progress=lambda told: gc.collect()).compared
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
                gc.unfreeze()

    peak(5)  # what is made once and kept
    assert peak(320) < 1.2 * peak(80)
