"""
One process for each run of tests, forked from one that has loaded what never changes (pytest, Hypothesis, drivers).

The child installs the mutated module before anything imports it; no file is touched. It has a limit of processor time,
for a mutant may well loop, a limit of memory, and one of time by the clock, for it may wait.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import count
from pathlib import Path
from types import CodeType
from typing import Generic, TypeVar

import pytest

from tests.mutating.watching import Chosen, Told, Watch

MEMORY = 4 << 30
"""Bytes of address space of a child at most."""
PATIENCE = 12
"""How many times as long as its processor time a child may take by the clock."""
LOADED = ("hypothesis.stateful", "attrs", "cattrs", "transitions", "numpy", "sqlalchemy", "pymongo", "sybil", "click",
          "rich", "markdown_it", "jsonschema", "snowballstemmer", "zoneinfo", "sqlite3", "asyncio",
          "xml.etree.ElementTree", "concurrent.futures", "http.server", "difflib", "tomllib")  # fmt: skip
PROFILE = "mutating"
"""Settings of Hypothesis: the same few examples each time, and none of them made smaller."""
EXAMPLES = 15
ARGUMENTS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--hypothesis-profile={PROFILE}", "--tb=short",
             "-W", "ignore::pytest.PytestAssertRewriteWarning")  # fmt: skip
"""What pytest is told; plugins are loaded before it can rewrite their assertions, of which they have none."""


def prepare(root: Path, folder: Path) -> None:
    """Load what never changes, and see that children import the tree at *root* and no other, compiled into *folder*."""
    sys.path[:0] = [str(root / "src"), str(root)]
    os.environ.update(
        PYTHONPATH=os.pathsep.join((str(root / "src"), str(root))),
        SUPPORTCORE_TEST_STORES="memory",
        PYTHONHASHSEED="0",
        OPENBLAS_NUM_THREADS="1",
    )
    os.chdir(root)
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)  # or each child would compile everything again
    for name in LOADED:
        with suppress(ImportError):
            importlib.import_module(name)
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        PROFILE,
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=EXAMPLES,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    loaded = [name for name in sys.modules if name.partition(".")[0] == "supportcore"]
    assert not loaded, f"these would not be mutated: {loaded}"


class Mutated(importlib.abc.MetaPathFinder):
    """Imports one module from another text than that of its file."""

    def __init__(self, module: str, file: Path, source: str) -> None:
        self.module, self.file, self.source = module, file, source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return how the module is loaded, and None for every other."""
        if fullname != self.module:
            return None
        loader = _Loader(fullname, str(self.file))
        loader.text = self.source
        inside = [str(self.file.parent)] if self.file.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, self.file, loader=loader, submodule_search_locations=inside
        )


class _Loader(SourceFileLoader):
    text: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


@dataclass(frozen=True)
class Run:
    """
    A run of tests to be had.

    Attributes:
        files: The files to collect.
        order: The tests to run, by node id, and their places; None for all there are.
        mutated: The name, file and text of a module that is not as its file says.
        watched: The paths of the modules of which the lines that run are told.
        seconds: Of processor time at most.
        first: End with the first test that fails.
    """

    files: Sequence[str]
    order: Mapping[str, int] | None = None
    mutated: tuple[str, Path, str] | None = None
    watched: Sequence[str] = ()
    seconds: float = 600.0
    first: bool = True


def start(run: Run, root: Path, output: Path) -> int:
    """Fork a child for *run* that tells what happened in *output*; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 3
    try:
        os.setpgid(0, 0)
        status = _child(run, root, output)
    except BaseException:
        output.with_suffix(".error").write_text(_traceback(), encoding="utf-8")
    finally:
        os._exit(status)


def _traceback() -> str:
    import traceback

    return traceback.format_exc()


def _child(run: Run, root: Path, output: Path) -> int:
    seconds = max(1, int(run.seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with output.with_suffix(".log").open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if run.mutated is not None:
        sys.meta_path.insert(0, Mutated(*run.mutated))
    watch = Watch(root, run.watched) if run.watched else None
    chosen = Chosen(run.order, watch)
    status = int(pytest.main([*ARGUMENTS, *(["-x"] if run.first else []), *run.files], plugins=[chosen]))
    sys.settrace(None)
    told = chosen.told
    lines = watch.lines if watch else {}
    found = {name: {path: sorted(rows) for path, rows in files.items()} for name, files in lines.items()}
    output.write_text(json.dumps({"ran": told.ran, "failed": told.failed, "lines": found}), encoding="utf-8")
    return status


T = TypeVar("T")
Job = Generator[Run, Told, T]
"""Yields the runs it needs, is sent what they told, and returns what it makes of that."""


def carry_out(jobs: Iterable[Job[T]], root: Path, folder: Path, *, workers: int) -> Iterator[T]:
    """Carry out *jobs*, so many at once, and yield what they return in the order in which they end."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting, busy, numbers = iter(jobs), list[_Busy[T]](), count(1)
    try:
        while True:
            over: list[tuple[Job[T], Told | None]] = []
            while len(busy) + len(over) < workers and (job := next(waiting, None)) is not None:
                over.append((job, None))
            for one in [one for one in busy if one.is_over()]:
                busy.remove(one)
                over.append((one.job, one.told()))
            for job, told in over:
                try:
                    run = next(job) if told is None else job.send(told)
                except StopIteration as end:
                    yield end.value
                else:
                    busy.append(_Busy(job, run, root, folder / f"{next(numbers)}.json"))
            if not busy and not over:
                return
            time.sleep(0.01)
    finally:
        for one in busy:
            one.end()


class _Busy(Generic[T]):
    """A job whose child is running."""

    def __init__(self, job: Job[T], run: Run, root: Path, output: Path) -> None:
        self.job, self.output = job, output
        self.status: int | None = None
        output.unlink(missing_ok=True)
        self.deadline = time.monotonic() + max(60.0, run.seconds * PATIENCE)
        self.pid = start(run, root, output)

    def is_over(self) -> bool:
        """Return whether the child has ended; it is ended if it takes too long by the clock."""
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if done:
            self.status = os.waitstatus_to_exitcode(status)
            self._let_go()
            return True
        if time.monotonic() > self.deadline:
            self.end()
            return True
        return False

    def end(self) -> None:
        """End the child, and what it started."""
        self._let_go()
        os.waitpid(self.pid, 0)

    def _let_go(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def told(self) -> Told:
        """Return what the child told."""
        told = Told(status=self.status)
        if self.status is not None and self.output.exists():
            known = json.loads(self.output.read_text(encoding="utf-8"))
            told.ran, told.lines, told.failed = known["ran"], known["lines"], known["failed"]
        return told
