"""A run of pytest that is told which tests to run, and tells what became of them and which lines they ran."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import pytest

Outcome = Literal["killed", "survived", "timeout"]


@dataclass
class Told:
    """
    What a child tells.

    Attributes:
        status: Its exit status; negative for the signal that ended it, None if it was ended for taking too long.
        ran: The seconds of processor time of each test that ran, by node id.
        lines: The lines of the targets that each test ran, by node id and path; under "" those run between tests.
        failed: The first test that failed, or what else went wrong first.
    """

    status: int | None
    ran: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    failed: str = ""

    @property
    def outcome(self) -> Outcome:
        """What became of the mutant: no tests at all, which a mutant can bring about, do not kill it."""
        if self.status is None or self.status == -signal.SIGXCPU:
            return "timeout"
        return "survived" if self.status in (0, int(pytest.ExitCode.NO_TESTS_COLLECTED)) else "killed"


class Chosen:
    """A plugin that runs the chosen tests in the order given, and tells what became of them."""

    def __init__(self, order: Mapping[str, int] | None, watched: Watch | None) -> None:
        self.order, self.watched = order, watched
        self.told = Told(status=0)
        self._since = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = [item for item in items if "memory-async" not in item.nodeid]
        if self.order is not None:
            order = self.order
            kept = sorted((item for item in kept if item.nodeid in order), key=lambda item: order[item.nodeid])
        items[:] = kept

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._since = time.process_time()
        if self.watched:
            self.watched.turn(item.nodeid)
        try:
            return (yield)
        finally:
            self.told.ran[item.nodeid] = round(time.process_time() - self._since, 4)
            if self.watched:
                self.watched.turn("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.told.failed:
            self.told.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.told.failed:
            self.told.failed = f"collecting {report.nodeid}"


class Watch:
    """Writes down which lines of some files run, and during which test."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        self.files = {str(root / path): path for path in paths}
        self.lines: dict[str, dict[str, set[int]]] = {}
        self.turn("")

    def turn(self, nodeid: str) -> None:
        """Write down what runs from now on under *nodeid*."""
        self.now = self.lines.setdefault(nodeid, {})
        threading.settrace(self.entered)
        sys.settrace(self.entered)  # again each time: a test that exhausts the stack ends it

    def entered(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        """Watch a frame, if it is one of the files; what `sys.settrace` takes."""
        path = self.files.get(frame.f_code.co_filename)
        if path is None:
            return None
        self.now.setdefault(path, set()).add(frame.f_lineno)
        return self.stepped

    def stepped(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        """Write down a line."""
        self.now.setdefault(self.files[frame.f_code.co_filename], set()).add(frame.f_lineno)
        return self.stepped
