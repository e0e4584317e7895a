"""
NDJSON files as an end of a copy; ``.gz`` at the end of a name means gzip.

A file is read line by line, and complete once its trailer says so. One that was broken off is cut back to its last
whole line and goes on there; a gzip file is written in members of about a mebibyte, each of whole lines, and cut back
to its last whole member.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from supportcore.copying.ends import Asks
from supportcore.copying.lines import entry_line, header_line, trailer_line
from supportcore.copying.reading import FilePass, packed, place_of, told
from supportcore.copying.reports import refused, shown
from supportcore.storage.ports import Entry, Key

MEMBER = 1024 * 1024  # bytes of lines that are written, and compressed, as one


class Lines:
    """Lines on their way out: counted, hashed, and handed on in parts of about `MEMBER` bytes."""

    def __init__(self, out: IO[bytes], *, packed: bool = False) -> None:
        self._out, self._packed = out, packed
        self._waiting: list[bytes] = []
        self._size = 0
        self.sha256 = hashlib.sha256()
        self.counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def begin(self, desks: Sequence[str]) -> None:
        """Write the header, by itself."""
        self._add(header_line(desks))
        self.flush()

    def put(self, desk: str, entries: Sequence[Entry]) -> None:
        """Write entries."""
        for entry in entries:
            self._add(entry_line(desk, entry))
            self.counts[desk][entry.kind] += 1

    def finish(self) -> None:
        """Write the trailer."""
        self._add(trailer_line(self.counts, self.sha256.hexdigest()))
        self.flush()

    def flush(self) -> None:
        """Hand on what is waiting."""
        waiting, self._waiting, self._size = b"".join(self._waiting), [], 0
        if waiting:
            self._out.write(gzip.compress(waiting, 6, mtime=0) if self._packed else waiting)
        self._out.flush()

    def _add(self, line: bytes) -> None:
        self.sha256.update(line)
        self._waiting.append(line)
        self._size += len(line)
        if self._size >= MEMBER:
            self.flush()


class NdjsonFile:
    """
    A file as either end.

    Args:
        path: Where it is; a name that ends in ``.gz`` is compressed.
        name: What messages call it.
    """

    def __init__(self, path: str | os.PathLike[str], *, name: str | None = None) -> None:
        self.path = Path(path)
        self.name = str(path) if name is None else name
        self.packed = packed(self.path)
        self._desks: Sequence[str] = ()
        self._found: FilePass | None = None
        self._lines: Lines | None = None
        self._out: IO[bytes] | None = None

    # -- as a source

    def desks(self) -> Asks[tuple[str, ...]]:
        """Return the desks its header names."""
        yield from ()
        with closing(self.read()) as walk:
            return walk.desks

    def read(self) -> FilePass:
        """
        Begin to read.

        Raises:
            CopyError: It cannot be read, or is no copy.
        """
        return FilePass(self.path, name=self.name)

    # -- as a target

    def prepare(self, desks: Sequence[str]) -> Asks[None]:
        """Look through what is there of an earlier run."""
        yield from ()
        self._desks = desks
        self._found = None
        if not self.path.exists() or self._holds_nothing():
            return
        with closing(self.present()) as walk:
            walk.end()
        if tuple(desks) != walk.desks:
            held, asked = ", ".join(walk.desks) or "none", ", ".join(desks) or "none"
            raise refused(f"{self.name} is a copy of other desks ({held}, not {asked}); give another file")
        self._found = walk

    def present(self) -> FilePass:
        """Begin to read what is there, up to its last whole line."""
        return FilePass(self.path, name=self.name, cut=True)

    def last(self, desk: str, kind: str) -> Asks[Key | None]:
        """Return the greatest key of a section."""
        yield from ()
        return None if self._found is None else self._found.last.get((desk, kind))

    def put(self, desk: str, entries: Sequence[Entry], *, after: Key | None) -> Asks[None]:
        """Append entries."""
        yield from ()
        found = self._found
        if found is not None and (found.complete or place_of(desk, entries[0]) < found.place):
            first = shown(entries[0].kind, entries[0].key)
            raise refused(f"{self.name} is beyond {first} of desk {desk}, which it has not; give another file")
        with told(self.name):
            self._opened().put(desk, entries)

    def finish(self) -> None:
        """Write the trailer, if there is none yet."""
        if self._found is None or not self._found.complete:
            with told(self.name):
                self._opened().finish()
                assert self._out is not None
                os.fsync(self._out.fileno())
        self.close()

    def close(self) -> None:
        """Hand on what is waiting, and let go of the file."""
        out, lines = self._out, self._lines
        self._out = self._lines = None
        if out is not None and lines is not None:
            with told(self.name), out:
                lines.flush()

    def _opened(self) -> Lines:
        """Return where lines are appended, cutting the file back first."""
        if self._lines is None:
            found = self._found
            self._out = self.path.open("ab")
            self._out.truncate(0 if found is None else found.size)
            self._lines = Lines(self._out, packed=self.packed)
            if found is None:
                self._lines.begin(self._desks)
            else:
                self._lines.sha256 = found.sha256
                self._lines.counts = found.counts
        return self._lines

    def _holds_nothing(self) -> bool:
        """Return whether the file is empty, or broken off within the header that would be written now."""
        with told(self.name):
            size = self.path.stat().st_size
            if size == 0:
                return True
            if self.packed:
                return False
            with self.path.open("rb") as file:
                begins = header_line(self._desks)
                return size < len(begins) and begins.startswith(file.read(size))
