"""
Journals: what a process was about to do and what came of it, a line each, readable whenever it was killed.

A line is one system call on a file opened for appending, so a killed process leaves whole lines behind. Instants are of
the machine's monotonic clock, which all its processes share.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A file to which lines are added; several processes may, one after the other."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, kind: str, **facts: Any) -> None:
        """Add a line: what kind it is of, when it was written, and facts."""
        line = json.dumps({"kind": kind, "at": time.monotonic(), **facts}) + "\n"
        os.write(self._file, line.encode())

    def close(self) -> None:
        os.close(self._file)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal, in order; none if nobody wrote it."""
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)
