"""
The command ``python -m tests.mutating``: try mutants of the rules, print a table and every survivor.

A whole run (no --only, no other --count or --seed) also renews docs/measured/mutation.md. It ends with 1 if less than
`ENOUGH` percent were killed, and with 2 if the tests fail without a mutant or the sources changed on the way.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from tests.mutating import report
from tests.mutating.operators import mutants_of
from tests.mutating.running import carry_out, prepare
from tests.mutating.targets import ROOT, TARGETS, Trial, files_of_tests, sample
from tests.mutating.trying import NotGreen, Result, attempt, learn

SEED, COUNT, WORKERS = 20261122, 400, 2
ENOUGH = 90.0
"""Percent of the mutants that are to be killed, equivalent ones included."""
PAGE = ROOT / "docs" / "measured" / "mutation.md"
FOLDER = ROOT / "build" / "mutating"
LAST = FOLDER / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Try mutants, tell, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutating", description="Do the tests notice a changed rule?")
    parser.add_argument("--only", default="", help="modules whose path has this in it")
    parser.add_argument("--seed", type=int, default=SEED, help="draws the sample (%(default)s)")
    parser.add_argument("--count", type=int, default=COUNT, help="mutants to try (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes at once (%(default)s)")
    parser.add_argument("--again", action="store_true", help="of the last run, try those that survived")
    parser.add_argument("--list", action="store_true", help="show the sample, and try nothing")
    given = parser.parse_args(arguments)
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in TARGETS if given.only in path}
    possible = {path: len(mutants_of(source)) for path, source in sources.items()}
    if not any(possible.values()):
        parser.error(f"no module is called {given.only}; there are {', '.join(TARGETS)}")
    trials = sample(sources, seed=given.seed, count=given.count)
    if given.list:
        for trial in trials:
            _show(trial, sources)
        return 0
    settled = _settled(trials, sources) if given.again else []
    if given.again and not settled:
        parser.error("there is no last run of this sample of these sources")
    try:
        results = [
            *settled,
            *_tried([t for t in trials if t not in {r.trial for r in settled}], sources, given.workers),
        ]
    except NotGreen as error:
        print(f"Without a mutant, too: {error}", file=sys.stderr)
        return 2
    _keep(results, sources)
    print(report.table(results, possible), report.told(results, sources), sep="\n\n")
    if _digest(sources) != _digest({path: (ROOT / path).read_text(encoding="utf-8") for path in sources}):
        print("The sources changed meanwhile: these figures mean nothing.", file=sys.stderr)
        return 2
    if (given.only, given.seed, given.count) == ("", SEED, COUNT):
        PAGE.write_text(report.page(results, sources, possible, seed=given.seed), encoding="utf-8")
    dead = sum(result.outcome != "survived" for result in results)
    return 0 if 100 * dead >= ENOUGH * len(results) else 1


def _tried(trials: Sequence[Trial], sources: Mapping[str, str], workers: int) -> list[Result]:
    prepare(ROOT, FOLDER / "compiled")
    files = files_of_tests(ROOT)
    print(f"{len(files)} files of tests without a mutant ...", flush=True)
    since = time.monotonic()
    known = learn(files, TARGETS, ROOT, FOLDER, workers=workers)
    print(f"{len(known.ran):,} tests are green ({time.monotonic() - since:.0f} s)", flush=True)
    jobs = (attempt(trial, sources[trial.path], known, ROOT) for trial in trials)
    results = []
    for result in carry_out(jobs, ROOT, FOLDER, workers=workers):
        results.append(result)
        place = f"{result.trial.path}:{result.trial.mutant.line}"
        print(f"{len(results):>4} of {len(trials)}  {result.outcome:<8}  {place}  {result.by}", flush=True)
    return results


def _show(trial: Trial, sources: Mapping[str, str]) -> None:
    before, after = trial.mutant.diff(sources[trial.path])
    print(f"{trial.path}:{trial.mutant.line}: {trial.mutant.operator}\n  - {before}\n  + {after}")


def _digest(sources: Mapping[str, str]) -> str:
    return sha256("".join(f"{path}\0{source}\0" for path, source in sources.items()).encode()).hexdigest()


def _key(trial: Trial) -> str:
    return f"{trial.path}:{trial.mutant.start}:{trial.mutant.end}:{trial.mutant.text}"


def _keep(results: Iterable[Result], sources: Mapping[str, str]) -> None:
    """Write down what became of each mutant, for another try."""
    outcomes = {_key(one.trial): [one.outcome, one.by, one.tests] for one in results}
    LAST.write_text(json.dumps({"sources": _digest(sources), "outcomes": outcomes}, indent=1), encoding="utf-8")


def _settled(trials: Sequence[Trial], sources: Mapping[str, str]) -> list[Result]:
    """Return what was killed in the last run of these sources."""
    last = json.loads(LAST.read_text(encoding="utf-8")) if LAST.exists() else {}
    if last.get("sources") != _digest(sources):
        return []
    known = {_key(trial): trial for trial in trials}
    return [
        Result(known[key], outcome, by, tests)
        for key, (outcome, by, tests) in last["outcomes"].items()
        if key in known and outcome != "survived"
    ]


if __name__ == "__main__":
    sys.exit(main())
