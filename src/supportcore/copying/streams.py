"""Standard input and output, or any other stream, as an end of a copy."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from supportcore.copying.ends import Asks, Pass
from supportcore.copying.files import Lines, NdjsonFile
from supportcore.copying.lines import entry_line
from supportcore.copying.reading import told
from supportcore.copying.reports import refused
from supportcore.storage.ports import Entry, Key

Section = tuple[str, str]


class NdjsonStream:
    """
    A stream as the target of a copy; what went out cannot be read again, so a digest of each section is kept.

    Attributes:
        digests: sha256 over the lines of a section, by desk and kind, and how many they are.
    """

    def __init__(self, out: IO[bytes], *, name: str = "standard output") -> None:
        self.name = name
        self._lines = Lines(out)
        self._sums: dict[Section, tuple[hashlib._Hash, int]] = {}

    @property
    def digests(self) -> dict[Section, tuple[str, int]]:
        """The digest of each section, and how many entries it has."""
        return {section: (sha256.hexdigest(), count) for section, (sha256, count) in self._sums.items()}

    def again(self) -> NdjsonStream:
        """Return a target that only counts and hashes what the source gives a second time."""
        return NdjsonStream(_Nowhere(), name=self.name)

    def prepare(self, desks: Sequence[str]) -> Asks[None]:
        """Write the header."""
        yield from ()
        with told(self.name):
            self._lines.begin(desks)

    def present(self) -> Pass:
        """Refuse: nothing is there."""
        raise refused(f"{self.name} cannot be read")

    read = present

    def last(self, desk: str, kind: str) -> Asks[Key | None]:
        """Return None: nothing is there."""
        yield from ()
        return None

    def put(self, desk: str, entries: Sequence[Entry], *, after: Key | None) -> Asks[None]:
        """Write entries."""
        yield from ()
        for entry in entries:
            sha256, count = self._sums.get((desk, entry.kind)) or (hashlib.sha256(), 0)
            sha256.update(entry_line(desk, entry))
            self._sums[desk, entry.kind] = sha256, count + 1
        with told(self.name):
            self._lines.put(desk, entries)

    def finish(self) -> None:
        """Write the trailer."""
        with told(self.name):
            self._lines.finish()

    def close(self) -> None:
        """Do nothing: the stream is the caller's."""


class _Nowhere(io.BytesIO):
    def write(self, part: object) -> int:
        return len(part)  # type: ignore[arg-type]  # bytes


@contextmanager
def kept(stream: IO[bytes], *, name: str = "standard input") -> Iterator[NdjsonFile]:
    """Keep what a stream gives in a temporary file, since a copy reads its source several times."""
    with TemporaryDirectory(prefix="supportcore-copy-") as folder:
        path = Path(folder, "kept.ndjson")
        with told(name), path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        yield NdjsonFile(path, name=name)
