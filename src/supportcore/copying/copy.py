"""
Copying, in three stages: check what the target has of an earlier run, write the rest, compare both sides.

Rules: nothing is written before the whole source file, if it is one, is read and sound, and what the target has is
found to be the beginning of what the source has, section by section. What is written together is one transaction.
Comparing reads both sides again, entry by entry under its key, so whatever went wrong before is seen: a source that
was written to meanwhile, a target that somebody else wrote to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

import attrs

from supportcore.clock import stopwatch
from supportcore.copying.ends import (
    WEIGHT_AT_ONCE,
    WRITTEN_AT_ONCE,
    Ask,
    Asks,
    Pairs,
    Source,
    Target,
    sections,
    weight,
)
from supportcore.copying.files import NdjsonFile
from supportcore.copying.reports import SHOWN, CopyReport, Difference, Progress, refused, shown
from supportcore.copying.sources import chosen_desks, end, execute
from supportcore.copying.streams import NdjsonStream
from supportcore.storage.attempts import arun
from supportcore.storage.ports import AsyncStore, Entry, Key, Store, adrive, drive

Told = Callable[[Progress], object]


def copy_store(
    source: Store | NdjsonFile,
    target: Store | NdjsonFile | NdjsonStream,
    *,
    desks: Iterable[str] | None = None,
    verify_only: bool = False,
    progress: Told | None = None,
) -> CopyReport:
    """
    Copy whole desks, and compare both sides entry by entry.

    Running it again goes on where it was stopped, by whatever means. The target's tables must be there; other desks in
    it stay as they are. Nobody should write to either side meanwhile; if somebody does, the comparison tells.

    Args:
        desks: Keys of the desks; all that the source has if left out.
        verify_only: Write nothing, only compare.
        progress: Called after every batch.

    Returns:
        What was copied and compared; it is a copy if there are no `CopyReport.differences`.

    Raises:
        CopyError: A desk that is not there, a damaged file, or a target that holds something else.
        StoreError: A database failed.
    """
    return drive(_copied(end(source), end(target), desks, verify_only=verify_only, told=progress), execute)


async def acopy_store(
    source: AsyncStore | NdjsonFile,
    target: AsyncStore | NdjsonFile | NdjsonStream,
    *,
    desks: Iterable[str] | None = None,
    verify_only: bool = False,
    progress: Told | None = None,
) -> CopyReport:
    """Copy whole desks between asynchronous stores; see `copy_store`. Files are read and written on the spot."""

    async def execute(ask: Ask) -> Any:
        return await arun(ask.store, ask.steps, write=ask.write)

    return await adrive(_copied(end(source), end(target), desks, verify_only=verify_only, told=progress), execute)


def _copied(
    source: Source, target: Target, desks: Iterable[str] | None, *, verify_only: bool, told: Told | None
) -> Asks[CopyReport]:
    """Copy, compare and report."""
    chosen = yield from chosen_desks(source, desks)
    tally = Tally(source, target, told)
    seconds = 0.0
    if not verify_only:
        with closing(target):
            yield from target.prepare(chosen)
            yield from _check(tally, chosen)
            elapsed = stopwatch()
            tally.enter("copy")
            yield from _transfer(tally, target, chosen)
            seconds = elapsed()
    tally.enter("verify", None if verify_only else tally.copied + tally.already)
    if isinstance(target, NdjsonStream):
        yield from _reread(tally, target, chosen)
    else:
        yield from _compare(tally, chosen)
    return CopyReport(
        source=source.name,
        target=target.name,
        counts={desk: dict(kinds) for desk, kinds in tally.counts.items()},
        copied=tally.copied,
        already=tally.already,
        compared=tally.done,
        differences=tuple(tally.differences),
        differing=tally.differing,
        seconds=seconds,
    )


@attrs.define
class Tally:
    """What was done so far, and telling it."""

    source: Source
    target: Target
    told: Told | None
    copied: int = 0
    already: int = 0
    differing: int = 0
    differences: list[Difference] = attrs.Factory(list)
    counts: dict[str, dict[str, int]] = attrs.Factory(lambda: defaultdict(lambda: defaultdict(int)))
    stage: str = "check"
    total: int | None = None
    done: int = 0
    _untold: int = 0

    def enter(self, stage: str, total: int | None = None) -> None:
        """Begin another stage, of *total* entries if that is known."""
        self.stage, self.total, self.done, self._untold = stage, total, 0, 0

    def passed(self, desk: str, kind: str, entries: int, more: int = 1) -> None:
        """Count *more* entries, the last of which is the one number *entries* of its section; tell it now and then."""
        self.done += more
        self._untold += more
        if self._untold >= WRITTEN_AT_ONCE:
            self.tell(desk, kind, entries)

    def tell(self, desk: str, kind: str, entries: int) -> None:
        """Tell how far it is."""
        self._untold = 0
        if self.told is not None and entries:
            told = Progress(stage=self.stage, desk=desk, kind=kind, entries=entries, done=self.done, total=self.total)
            self.told(told)

    def differs(self, desk: str, kind: str, key: Key, what: str) -> None:
        """Note a difference."""
        self.differing += 1
        if len(self.differences) < SHOWN:
            self.differences.append(Difference(desk=desk, kind=kind, key=key, what=what))


# -- the stages


def _check(tally: Tally, desks: Sequence[str]) -> Asks[None]:
    """Refuse a target of which a section is not the beginning of the source's."""
    source, target = tally.source, tally.target
    ours: Any = None
    theirs: Any = None
    try:
        for desk, kind in sections(desks):
            last = yield from target.last(desk, kind)
            if last is None:
                continue
            ours, theirs = ours or source.read(), theirs or target.present()
            pairs, count = Pairs(ours, theirs, desk=desk, kind=kind), 0
            while (pair := (yield from pairs.next())) is not None:
                mine, there = pair
                if (what := _difference(mine, there, source.name)) is not None:
                    raise _occupied(tally, desk, kind, pair, what)
                tally.already += 1
                count += 1
                tally.passed(desk, kind, count)
                if there is not None and there.key == last:
                    break
            tally.tell(desk, kind, count)
        ours = ours or source.read()
        ours.end()
    finally:
        for walk in (ours, theirs):
            if walk is not None:
                walk.close()


def _occupied(tally: Tally, desk: str, kind: str, pair: tuple[Entry | None, Entry | None], what: str) -> Exception:
    mine, there = pair
    key = there.key if there is not None else mine.key if mine is not None else ()
    source, target = tally.source.name, tally.target.name
    return refused(
        f"{target} holds something else than {source} in desk {desk}: {shown(kind, key)} {what}. Nothing was written; "
        "copy to where this desk is not, such as tables of another prefix, or compare both with --verify-only"
    )


def _transfer(tally: Tally, target: Target, desks: Sequence[str]) -> Asks[None]:
    """Write what the target has not."""
    with closing(tally.source.read()) as walk:
        for desk, kind in sections(desks):
            after = seek = yield from target.last(desk, kind)
            batch: list[Entry] = []
            size = count = 0
            while found := (yield from walk.fill(desk, kind, seek)):
                seek = found[-1].key
                for entry in found:
                    batch.append(entry)
                    size += weight(entry)
                    if len(batch) >= WRITTEN_AT_ONCE or size >= WEIGHT_AT_ONCE:
                        yield from target.put(desk, batch, after=after)
                        count += len(batch)
                        tally.copied += len(batch)
                        tally.passed(desk, kind, count, len(batch))
                        after, batch, size = entry.key, [], 0
            if batch:
                yield from target.put(desk, batch, after=after)
                count += len(batch)
                tally.copied += len(batch)
                tally.passed(desk, kind, count, len(batch))
            tally.tell(desk, kind, count)
        walk.end()
    target.finish()


def _compare(tally: Tally, desks: Sequence[str]) -> Asks[None]:
    """Compare both sides entry by entry."""
    with closing(tally.source.read()) as ours, closing(tally.target.read()) as theirs:
        for desk, kind in sections(desks):
            pairs, count = Pairs(ours, theirs, desk=desk, kind=kind), 0
            while (pair := (yield from pairs.next())) is not None:
                mine, there = pair
                if mine is not None:
                    tally.counts[desk][kind] += 1
                if (what := _difference(mine, there, tally.source.name)) is not None:
                    tally.differs(desk, kind, (mine or there).key, what)  # type: ignore[union-attr]  # one is there
                count += 1
                tally.passed(desk, kind, count)
            tally.tell(desk, kind, count)
        ours.end()
        theirs.end()


def _reread(tally: Tally, target: NdjsonStream, desks: Sequence[str]) -> Asks[None]:
    """Compare what went out with what the source gives a second time, section by section."""
    second = target.again()
    yield from second.prepare(desks)
    copied = tally.copied
    yield from _transfer(tally, second, desks)
    tally.copied = copied
    first, now = target.digests, second.digests
    for desk, kind in sections(desks):
        if (desk, kind) in now:
            tally.counts[desk][kind] = now[desk, kind][1]
        if first.get((desk, kind)) != now.get((desk, kind)):
            tally.differs(desk, kind, (), f"entries of {tally.source.name} changed while they were copied")


def _difference(mine: Entry | None, there: Entry | None, source: str) -> str | None:
    """Return in what an entry of the target differs from the source's; None if it does not."""
    if there is None:
        return f"is missing: {source} has it"
    if mine is None:
        return f"is not in {source}"
    if mine.form == there.form:
        return None
    names = sorted({*mine.form, *there.form})
    return "differs in " + ", ".join(name for name in names if mine.form.get(name) != there.form.get(name))
