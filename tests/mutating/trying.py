"""
Trying mutants: which tests may notice one, and in which order they run.

First all the tests run once on the sources as they are, and it is written down which lines of the targets each of them
runs. A mutant is tried by the tests that run the statement it stands in, the quickest first, and in parts, so that one
which dies at once costs little. What survives that is tried once more by all other tests of the same files, which share
what is made once (calendars, definitions) with them. What runs only as modules are imported, such as a table or a
default, is tried by the tests that run any line of its function, or of the module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutating.running import Job, Run, carry_out
from tests.mutating.targets import Trial
from tests.mutating.watching import Outcome, Told

PARTS = (4, 20)
"""Files of tests in the first parts; all that are left are the last."""
COLLECTED = 0.3
"""Seconds that it takes to collect a file, about."""
SLOWEST = 12.0
"""Seconds of processor time beyond which a test takes no part."""
SLOWER = 2.0
"""How many times as long as without a mutant the tests may take,"""
LOADING = 20.0
"""and how many seconds of processor time beside that, to load them."""


class NotGreen(Exception):
    """The tests fail without a mutant."""


@dataclass
class Known:
    """
    What the tests do without a mutant.

    Attributes:
        ran: The seconds of processor time of each test, by node id.
        lines: The lines of the targets that each test runs, by node id and path.
        imported: The lines that run between tests: as files are collected and what they share is made.
    """

    ran: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    imported: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, told: Told) -> None:
        """Add what one run told."""
        self.ran.update(told.ran)
        for nodeid, files in told.lines.items():
            for path, lines in files.items():
                if nodeid:
                    self.lines.setdefault(nodeid, {})[path] = set(lines)
                else:
                    self.imported[path].update(lines)

    def notice(self, trial: Trial) -> tuple[list[str], list[str]]:
        """Return the tests that run what a mutant changes, the quickest first, and those that share files with them."""
        mutant = trial.mutant
        first, last = mutant.body if mutant.wide else (mutant.first, mutant.last)
        wanted = set(range(first, last + 1))
        near = {nodeid for nodeid, files in self.lines.items() if wanted & files.get(trial.path, set())}
        files = {nodeid.partition("::")[0] for nodeid in near}
        if not mutant.wide and wanted & self.imported[trial.path]:  # what it makes is made as files are collected
            files.update(nodeid.partition("::")[0] for nodeid, found in self.lines.items() if trial.path in found)
        far = {nodeid for nodeid in self.ran if nodeid.partition("::")[0] in files} - near
        return self._quick(near), self._quick(far)

    def _quick(self, nodeids: Iterable[str]) -> list[str]:
        return sorted((one for one in nodeids if self.ran[one] <= SLOWEST), key=lambda one: (self.ran[one], one))


@dataclass(frozen=True)
class Result:
    """What became of a mutant, and the test that killed it."""

    trial: Trial
    outcome: Outcome
    by: str = ""
    tests: int = 0


def learn(files: Sequence[str], watched: Sequence[str], root: Path, folder: Path, *, workers: int) -> Known:
    """
    Run the tests of *files* as the sources are, and return what they do.

    Raises:
        NotGreen: Some fail.
    """
    known, failed = Known(), list[str]()

    def job(part: Sequence[str]) -> Job[Told]:
        return (yield Run(files=part, watched=watched, seconds=3600, first=False))

    shares = 4 * workers  # or one worker waits long for the other
    parts = [files[place::shares] for place in range(shares)]
    for told in carry_out((job(part) for part in parts if part), root, folder, workers=workers):
        known.add(told)
        if told.status != 0:
            failed.append(told.failed or f"exit status {told.status}")
    if failed:
        raise NotGreen(f"{', '.join(failed)}; see {folder}")
    return known


def attempt(trial: Trial, source: str, known: Known, root: Path) -> Job[Result]:
    """Try one mutant, part by part."""
    near, far = known.notice(trial)
    mutated = (trial.module, root / trial.path, trial.mutant.applied(source))
    tried = 0
    for part in (*_parts(near, known), far):
        if not part:
            continue
        expected = sum(known.ran[one] for one in part)
        run = Run(
            files=sorted({one.partition("::")[0] for one in part}),
            order={one: place for place, one in enumerate(part)},
            mutated=mutated,
            seconds=LOADING + SLOWER * expected,
        )
        told = yield run
        tried += len(told.ran)
        if told.outcome != "survived":
            return Result(trial, told.outcome, told.failed, tried)
    return Result(trial, "survived", tests=tried)


def _parts(nodeids: list[str], known: Known) -> list[list[str]]:
    """Split tests into parts of whole files: first the files that have the most of them for the time they take."""
    files: dict[str, list[str]] = {}
    places = {one: place for place, one in enumerate(nodeids)}
    for one in nodeids:
        files.setdefault(one.partition("::")[0], []).append(one)

    def worth(file: str) -> tuple[float, str]:
        return -len(files[file]) / (COLLECTED + sum(known.ran[one] for one in files[file])), file

    ranked, parts = sorted(files, key=worth), []
    for most in (*PARTS, len(ranked)):
        chosen, ranked = ranked[:most], ranked[most:]
        parts.append(sorted((one for file in chosen for one in files[file]), key=places.__getitem__))
    return parts
