"""
Reading an NDJSON copy line by line, section by section.

A line counts once it is whole. A gzip file that was broken off counts up to its last whole member.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from supportcore.copying.ends import Asks, read_at_once
from supportcore.copying.lines import LINE_LIMIT, Counts, LineFault, read_header, read_line
from supportcore.copying.reports import CopyError, refused, shown
from supportcore.storage.ports import ENTRY_KINDS, Entry, Key

_RANK = {kind: rank for rank, kind in enumerate(ENTRY_KINDS)}
_READ = 64 * 1024  # bytes; unpacked at most a thousand times as many


class FilePass:
    """
    A file, read from its beginning to its end.

    Args:
        path: Where it is; a name that ends in ``.gz`` is compressed.
        name: What messages call it.
        cut: It may have been broken off; then its last whole line is the end.

    Attributes:
        desks: Those its header names.
        counts: How many entries were read, by desk and kind.
        last: The greatest key of each section, as far as it was read.
        place: The place (see `place_of`) of the last entry that was read.
        sha256: Over all lines before the trailer that were read.
        size: Bytes of the file up to the end of its last whole line or member.
        complete: Whether its trailer was read.
    """

    def __init__(self, path: Path, *, name: str, cut: bool = False) -> None:
        self._name, self._packed, self._cut = name, packed(path), cut
        self._line = 0
        self._ahead: tuple[str, Entry] | None = None
        self._ended = False
        self.counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.last: dict[tuple[str, str], Key] = {}
        self.place: tuple[Any, ...] = ()
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.complete = False
        with told(name, line=1):
            self._members = _whole_members(path) if self._packed and cut else None
            self._file = _opened(path, self._members)
        try:
            self.desks = self._header()
        except BaseException:
            self._file.close()
            raise

    def fill(self, desk: str, kind: str, after: Key | None) -> Asks[Sequence[Entry]]:
        """Return the next entries of a section; what stands before it is passed over."""
        yield from ()
        found: list[Entry] = []
        section, limit = (desk, _RANK[kind]), read_at_once(kind)
        while len(found) < limit and (ahead := self._peek()) is not None:
            place = (ahead[0], _RANK[ahead[1].kind])
            if place > section:
                break
            if place == section and (after is None or ahead[1].key > after):
                found.append(ahead[1])
            self._ahead = None
        return found

    def end(self) -> None:
        """Read the rest, and compare it with what the trailer says."""
        while self._peek() is not None:
            self._ahead = None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _header(self) -> tuple[str, ...]:
        line = self._next()
        if line is None:
            raise self._fault("there is no whole line; a copy begins with a header", line=1)
        try:
            desks = read_header(line)
        except LineFault as fault:
            raise self._fault(str(fault)) from fault
        self._passed(line)
        return desks

    def _peek(self) -> tuple[str, Entry] | None:
        """Return desk and entry of the next line; None at the end."""
        if self._ahead is None and not self._ended:
            line = self._next()
            if line is None:
                self._ended = True
                if not self._cut:
                    raise self._fault(_BROKEN_OFF)
                return None
            try:
                found = read_line(line)
                if isinstance(found[1], Entry):
                    desk, entry = str(found[0]), found[1]
                    self._count(desk, entry)
                    self._ahead = desk, entry
                else:
                    self._check(*found)
                    self._ended = self.complete = True
            except LineFault as fault:
                raise self._fault(str(fault)) from fault
            self._passed(line)
        return self._ahead

    def _count(self, desk: str, entry: Entry) -> None:
        if desk not in self.desks:
            raise LineFault(f"desk {desk} is not among those of the header")
        place = place_of(desk, entry)
        if place <= self.place:
            raise LineFault(f"{shown(entry.kind, entry.key)} of desk {desk} is not behind what stands before it")
        self.place = place
        self.counts[desk][entry.kind] += 1
        self.last[desk, entry.kind] = entry.key

    def _check(self, counts: Counts, sha256: str) -> None:
        """Compare what was read with the trailer."""
        if sha256 != self.sha256.hexdigest():
            raise LineFault("the lines before it are not those that were written (their sha256 differs)")
        if counts != self.counts:
            raise LineFault("its counts are not those of the lines before it")
        with told(self._name, line=self._line):
            more = self._file.read(1)
        if more:
            raise LineFault("something stands behind the trailer")

    def _next(self) -> bytes | None:
        """Return the next whole line; None where there is none."""
        try:
            line = self._file.readline(LINE_LIMIT + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise failure(error, self._name, line=self._line + 1) from error
        if len(line) > LINE_LIMIT:
            raise self._fault(f"longer than {LINE_LIMIT} bytes", line=self._line + 1)
        if not line.endswith(b"\n"):
            if self._cut and line and self._packed:
                raise self._fault("ends in the middle of a line; such a file cannot be continued", line=self._line + 1)
            return None
        self._line += 1
        return line

    def _passed(self, line: bytes) -> None:
        self.size = self.size + len(line) if self._members is None else self._members
        if not self.complete:
            self.sha256.update(line)

    def _fault(self, why: str, *, line: int | None = None) -> CopyError:
        return CopyError("copy_unreadable", path=self._name, line=self._line if line is None else line, why=why)


_BROKEN_OFF = "the file is broken off behind this line; run the copy that makes it again, and it goes on there"


def place_of(desk: str, entry: Entry) -> tuple[Any, ...]:
    """Return what orders the entries of a file."""
    return (desk, _RANK[entry.kind], entry.key)


def packed(path: Path) -> bool:
    """Return whether a file is compressed, by its name."""
    return path.suffix == ".gz"


@contextmanager
def told(name: str, *, line: int = 0) -> Iterator[None]:
    """Tell an error of the file system, or of unpacking, as a `CopyError`."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise failure(error, name, line=line) from error


def failure(error: Exception, name: str, *, line: int) -> CopyError:
    """Return what an error of the file system, or of unpacking, means."""
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return refused(f"{name}: {error.strerror or error}")
    why = _BROKEN_OFF if isinstance(error, EOFError) else f"damaged: {error}"
    return CopyError("copy_unreadable", path=name, line=line, why=why)


def _opened(path: Path, members: int | None) -> IO[bytes]:
    """Open a file for reading; of a compressed one only *members* bytes, unless that is None."""
    if not packed(path):
        return path.open("rb")
    if members is None:
        return gzip.open(path)  # type: ignore[return-value]  # it reads lines of bytes
    return gzip.GzipFile(fileobj=io.BufferedReader(_Head(path, members)))  # type: ignore[return-value]


class _Head(io.RawIOBase):
    """The first *size* bytes of a file."""

    def __init__(self, path: Path, size: int) -> None:
        self._file, self._left = path.open("rb"), size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._file.read(min(len(buffer), self._left))
        buffer[: len(part)] = part
        self._left -= len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


def _whole_members(path: Path) -> int:
    """Return how many bytes of a gzip file belong to members that are whole."""
    whole = 0
    with path.open("rb") as file:
        member, read = zlib.decompressobj(wbits=31), 0
        while part := file.read(_READ):
            read += len(part)
            while part:
                member.decompress(part)
                part = member.unused_data
                if member.eof:
                    whole = read - len(part)
                    member = zlib.decompressobj(wbits=31)
    return whole
